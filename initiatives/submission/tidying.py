"""What is deleted because nobody needs it any more: old drafts, yesterday's failed look-ups, files without a row."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model

from initiatives.models import Attachment, DossierFile, Draft, Exemplar, FailedLookUp, LetterTemplate
from initiatives.submission.files import store

LOOK_UPS_KEPT = timedelta(days=1)
# A file is stored before its row: only one that has lain alone for a day belongs to nobody.
FILES_LEFT_ALONE = timedelta(days=1)
# Where it is known whose a file was: longer than any request that may just have stored the same bytes for somebody else.
SAME_BYTES_MAY_COME = timedelta(hours=1)
# Every column that names a file in the store, each with an index of its own: what none of them names is nobody's.
NAMED_BY: tuple[tuple[type[Model], str], ...] = (
    (Attachment, "stored_name"),
    (Attachment, "thumbnail"),
    (DossierFile, "stored_name"),
    (Exemplar, "picture"),
    (LetterTemplate, "stored_name"),
)


@dataclass(frozen=True)
class Purged:
    drafts: int
    look_ups: int
    files: int


def purge(*, at: datetime, untouched_for: timedelta, dry_run: bool = False) -> Purged:
    """Late attempts count as touched when they were last saved; what led to a receipt is never deleted here."""
    drafts = Draft.objects.filter(initiative=None, saved_at__lt=at - untouched_for)
    look_ups = FailedLookUp.objects.filter(at__lt=at - LOOK_UPS_KEPT)
    counted = drafts.count(), look_ups.count()
    if not dry_run:
        drafts.delete()
        look_ups.delete()
        store.the_store().sweep_unfinished(at - FILES_LEFT_ALONE)
    orphans = _orphans(at)
    if not dry_run:
        orphans = [name for name in orphans if _removed(name, at)]
    return Purged(*counted, len(orphans))


def remove_unnamed(names: Iterable[str], *, at: datetime) -> int:
    """Of files whose rows were deleted: those that no other row names. What came within the hour is left to the sweep."""
    return sum(_removed(name, at, left_alone=SAME_BYTES_MAY_COME) for name in sorted(set(names)))


def _orphans(at: datetime) -> list[str]:
    found: list[str] = []
    for some in store.the_store().all_held():
        named = _named_among([each.name for each in some])
        found += [each.name for each in some if each.name not in named and _is_old(each, at)]
    return found


def _named_among(names: Collection[str]) -> set[str]:
    """Those of these files that a row names, in one statement."""
    first, *others = (
        model._default_manager.filter(**{f"{column}__in": names, f"{column}__gt": ""})
        .order_by()
        .values_list(column, flat=True)
        for model, column in NAMED_BY
    )
    return set(first.union(*others)) if names else set()


def _removed(name: str, at: datetime, *, left_alone: timedelta = FILES_LEFT_ALONE) -> bool:
    """Looks once more: the same document may have been sent again since the files were looked through."""
    kept_in = store.the_store()
    try:
        if not _is_old(kept_in.held(name), at, left_alone) or _named_among([name]):
            return False
    except FileNotFoundError:
        return False  # the worker of another host tidies too
    kept_in.remove(name)
    return True


def _is_old(file: store.Held, at: datetime, left_alone: timedelta = FILES_LEFT_ALONE) -> bool:
    return file.put_at < at - left_alone
