"""What is deleted because nobody needs it any more: old drafts, yesterday's failed look-ups, files without a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from initiatives.models import Attachment, Draft, FailedLookUp
from initiatives.submission.files import store

LOOK_UPS_KEPT = timedelta(days=1)
# A file is stored before its row: only one that has lain alone for a day belongs to nobody.
FILES_LEFT_ALONE = timedelta(days=1)


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
        store.sweep_temporary(settings.MEDIA_ROOT, at - FILES_LEFT_ALONE)
    orphans = _orphans(at)
    if not dry_run:
        orphans = [path for path in orphans if _removed(path, at)]
    return Purged(*counted, len(orphans))


def _orphans(at: datetime) -> list[Path]:
    root = settings.MEDIA_ROOT
    found = []
    for folder in sorted(root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        names = {_stored_name(path): path for path in folder.iterdir()}
        named = set(Attachment.objects.filter(stored_name__in=names).values_list("stored_name", flat=True))
        found += [path for name, path in names.items() if name not in named and _is_old(path, at)]
    return found


def _removed(path: Path, at: datetime) -> bool:
    """Looks once more: the same document may have been sent again since the files were looked through."""
    if not _is_old(path, at) or Attachment.objects.filter(stored_name=_stored_name(path)).exists():
        return False
    path.unlink(missing_ok=True)
    return True


def _stored_name(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _is_old(path: Path, at: datetime) -> bool:
    return path.stat().st_mtime < (at - FILES_LEFT_ALONE).timestamp()
