"""What public pages tell of: a change is seen at once, though the pages are kept rendered (`portal/kept_pages.py`).

At once in every process that shares the cache (`CACHE_URL`); where each has its own, in the others within ten seconds.
"""

from typing import Any

from django.db import models, transaction

from portal import kept_pages, replica


def tell_at_once() -> None:
    """Now, for who asks within this transaction; and again once others can see what changed."""
    _tell()
    transaction.on_commit(kept_pages.OnceCommitted(_tell))


def _tell() -> None:
    replica.changed()  # first: whoever finds nothing kept must not draw it from a copy of before
    kept_pages.forget()


class ToldQuerySet(models.QuerySet[Any]):
    """Changes many at once, and says so."""

    def update(self, **values: Any) -> int:
        changed = super().update(**values)
        tell_at_once()
        return changed

    update.alters_data = True  # type: ignore[attr-defined]  # as Django marks its own

    def delete(self) -> tuple[int, dict[str, int]]:
        gone = super().delete()
        tell_at_once()
        return gone

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        made = super().bulk_create(objs, *args, **kwargs)
        tell_at_once()
        return made


class ToldToAll(models.Model):
    """A row that pages for everybody show. What is changed past the models, or in another process, is seen within ten seconds."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        tell_at_once()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        tell_at_once()
        return gone
