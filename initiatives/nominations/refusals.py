"""What people can be refused when they select and send up."""


class SelectionRefused(Exception):
    """A step of selecting that the rules do not allow; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
