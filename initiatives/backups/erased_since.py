"""Initiatives that were erased since the moment of a set, and stand there again after its restore. Once its rows have taken their
place nothing else in the portal knows which, so their codes are kept in a file before."""

import os
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import Error

from initiatives.backups.sets import PRIVATE_FILE, Manifest, sync_folder
from initiatives.models import Initiative

BEGUN = "da-xoa-sau-"


def codes(moment: datetime) -> list[str]:
    """Empty where the live database is gone, or of a version before erasure."""
    try:
        erased = Initiative._base_manager.filter(erased_at__gt=moment).order_by("pk")
        return list(erased.values_list("receipt_code", flat=True))
    except Error:
        return []


def keep(erased: Sequence[str], manifest: Manifest) -> Path:
    """A code a line, for the portal's account alone, on the disk. A file of an earlier restore stays: it may name others."""
    folder = Path(settings.DATA_DIR)
    begun = f"{BEGUN}{manifest.name}"
    for number in count(1):
        path = folder / f"{begun}{f'-{number}' if number > 1 else ''}.txt"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
            break
        except FileExistsError:
            continue
    with open(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{code}\n" for code in erased)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    return path


def of_earlier_restores(but: Path | None) -> list[Path]:
    """Of one that was cut before it could tell of its file, a second one would know nothing: whoever was erased stands there."""
    return [each for each in sorted(Path(settings.DATA_DIR).glob(f"{BEGUN}*.txt")) if each != but]
