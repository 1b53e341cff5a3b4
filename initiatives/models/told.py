"""What public pages tell of: a change is seen at once, though the pages are kept rendered (`portal/kept_pages.py`)."""

from typing import Any

from django.db import models, transaction

from portal import kept_pages


def tell_at_once() -> None:
    """Now, for who asks within this transaction; and again once others can see what changed."""
    kept_pages.forget()
    transaction.on_commit(kept_pages.forget)


class ToldToAll(models.Model):
    """A row that pages for everybody show. What changes many at once in the database alone is seen within ten seconds."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        tell_at_once()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        tell_at_once()
        return gone
