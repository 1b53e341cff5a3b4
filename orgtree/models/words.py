"""The words that names of units are made of, in the forms a slip of the finger gives them (`orgtree/search.py`)."""

from django.db import models


class WordForm(models.Model):
    """`word`, as it stands (`form` equal to it) or with one letter left out: two words one slip apart share a form."""

    form = models.CharField("dạng", max_length=40)
    word = models.CharField("từ", max_length=40)

    class Meta:
        verbose_name = "dạng của từ"
        verbose_name_plural = "dạng của từ"
        constraints = [
            models.UniqueConstraint(
                fields=["form", "word"],
                name="word_form_stands_once",
                violation_error_message="Dạng này của từ đã có.",
            )
        ]

    def __str__(self) -> str:
        return self.word
