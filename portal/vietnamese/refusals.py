"""What all refusals of this package have in common: a whole sentence to show beside the field."""


class Refused(ValueError):
    """Something typed that cannot be taken; `sentence` says why and what to type instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
