"""What selecting keeps in the store is somebody's: the nightly sweep leaves it alone."""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import DossierFile, LetterTemplate
from initiatives.submission import tidying
from portal.vietnamese.days import VIETNAM
from tests.factories import AttachmentFactory, StaffAccountFactory
from tests.factories.selection import DossierFactory, ExemplarFactory

pytestmark = pytest.mark.django_db

NIGHT = datetime(2022, 4, 20, 3, 0, tzinfo=VIETNAM)


def kept(content: str, *, ending: str = "pdf") -> Path:
    """A file that has lain in the store for a week."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    path = settings.MEDIA_ROOT / digest[:2] / digest[2:4] / f"{digest}.{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    week_ago = (NIGHT - timedelta(days=7)).timestamp()
    os.utime(path, (week_ago, week_ago))
    return path


def name_of(path: Path) -> str:
    return "/".join(path.parts[-3:])


def purge() -> None:
    tidying.purge(at=NIGHT, untouched_for=timedelta(days=180))


def _paper(name: str, **fields: Any) -> None:
    facts = {"part": "letter", "added_by": StaffAccountFactory(), "added_at": NIGHT} | fields
    DossierFile.objects.create(dossier=DossierFactory(), stored_name=name, **facts)


def _template(name: str) -> None:
    LetterTemplate.objects.create(
        level="district",
        stored_name=name,
        size=1,
        uploaded_by=StaffAccountFactory(),
        uploaded_at=NIGHT,
        is_in_force=False,
    )


NAMING: dict[str, Callable[[str], Any]] = {
    "a paper of a dossier": _paper,
    "a paper that was taken away after it was sealed": lambda name: _paper(name, removed_at=NIGHT),
    "a picture of an exemplar": lambda name: ExemplarFactory(picture=name),
    "a letter's template, in force no more": _template,
    "a document": lambda name: AttachmentFactory(stored_name=name),
    "a small picture": lambda name: AttachmentFactory(thumbnail=name),
}


@pytest.mark.parametrize("naming", NAMING)
def test_what_a_row_names_stays(naming: str) -> None:
    theirs, nobody_s = kept("của một dòng"), kept("không của ai")
    NAMING[naming](name_of(theirs))

    purge()

    assert (theirs.exists(), nobody_s.exists()) == (True, False)


def test_every_column_that_names_a_file_has_its_case() -> None:
    assert len(tidying.NAMED_BY) == 5


def test_a_folder_is_asked_in_one_statement() -> None:
    kept("một tệp")
    with CaptureQueriesContext(connection) as asked:
        tidying._orphans(NIGHT)

    assert len(asked) == 1
