"""What selecting keeps in the store is somebody's: the nightly sweep leaves it alone."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import DossierFile, LetterTemplate
from initiatives.submission import tidying
from initiatives.submission.files.store import name_by
from portal.vietnamese.days import VIETNAM
from tests.factories import AttachmentFactory, StaffAccountFactory
from tests.factories.selection import DossierFactory, ExemplarFactory
from tests.stores import Shelf

pytestmark = pytest.mark.django_db

NIGHT = datetime(2022, 4, 20, 3, 0, tzinfo=VIETNAM)


def kept(shelf: Shelf, content: str, *, ending: str = "pdf") -> str:
    """The name of a file that has lain in the store for a week."""
    name = name_by(hashlib.sha256(content.encode()).hexdigest(), ending)
    shelf.lay(name, content.encode())
    shelf.age(name, NIGHT - timedelta(days=7))
    return name


def purge() -> tidying.Purged:
    return tidying.purge(at=NIGHT, untouched_for=timedelta(days=180))


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
def test_what_a_row_names_stays(naming: str, shelf: Shelf) -> None:
    theirs, _ = kept(shelf, "của một dòng"), kept(shelf, "không của ai")
    NAMING[naming](theirs)

    purge()

    assert shelf.names() == [theirs]


def test_what_was_put_today_stays(shelf: Shelf) -> None:
    """Its row comes a moment later."""
    name = kept(shelf, "của ngày mai")
    shelf.age(name, NIGHT - timedelta(hours=23))

    purge()

    assert shelf.names() == [name]


def test_what_another_host_swept_meanwhile_is_no_fault(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    name, look = kept(shelf, "không của ai"), tidying._orphans

    def and_meanwhile(at: datetime) -> list[str]:
        found = look(at)
        shelf.lose(name)
        return found

    monkeypatch.setattr(tidying, "_orphans", and_meanwhile)

    assert purge().files == 0


def test_every_column_that_names_a_file_has_its_case() -> None:
    assert len(tidying.NAMED_BY) == 5


def test_what_lies_together_is_asked_in_one_statement(shelf: Shelf) -> None:
    kept(shelf, "một tệp")
    with CaptureQueriesContext(connection) as asked:
        tidying._orphans(NIGHT)

    assert len(asked) == 1
