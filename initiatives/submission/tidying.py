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
        for path in orphans:
            path.unlink(missing_ok=True)
    return Purged(*counted, len(orphans))


def _orphans(at: datetime) -> list[Path]:
    root = settings.MEDIA_ROOT
    found = []
    for folder in sorted(root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        names = {f"{path.parent.parent.name}/{path.parent.name}/{path.name}": path for path in folder.iterdir()}
        named = set(Attachment.objects.filter(stored_name__in=names).values_list("stored_name", flat=True))
        before = (at - FILES_LEFT_ALONE).timestamp()
        found += [path for name, path in names.items() if name not in named and path.stat().st_mtime < before]
    return found
