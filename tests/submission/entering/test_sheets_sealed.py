"""A sheet of initiatives as it lies in the database for a day: no identity number can be read there or guessed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from initiatives import jobs
from initiatives.models import Initiative, Job
from initiatives.submission.entering import sheet_jobs
from initiatives.submission.entering.kept_sheets import Rows
from orgtree.models import Sheet, StaffAccount
from portal import sealing
from tests.submission.entering.test_sheets import AT, Office
from tests.submission.entering.workbooks import a_row, rows_of, workbook

IDENTITY = "001088012345"
# As an earlier version kept it: a head, then pieces that anybody unpacks.
PLAIN = (
    b'{"campaign": "a", "found": [], "others": [], "total": 0, "sizes": [10]}\nx\x01\x8b\x8e\x05\x00\x01\x15\x00\xb9'
)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def sent(office: Office, *rows: Any) -> Sheet:
    read = office.read(workbook(*rows))
    sheet = sheet_jobs.keep(read, name="a.xlsx", offer=office.offer(), by=office.officer, at=AT)
    return Sheet.objects.get(pk=sheet.pk)


def test_what_was_read_is_sealed_for_its_row(office: Office, settings: Any) -> None:
    sheet, other = sent(office, a_row(national_id=IDENTITY)), sent(office, a_row())
    content = bytes(sheet.content)

    assert content.startswith(f"{sealing.key_name(settings.FIELD_KEYS[0])}.".encode())
    assert [row.values["national_id"] for row in Rows.opened(content, sheet=sheet.pk)] == [IDENTITY]
    with pytest.raises(sealing.CannotOpen):
        Rows.opened(content, sheet=other.pk)
    settings.FIELD_KEYS = [b"s" * 32]
    with pytest.raises(sealing.CannotOpen):
        Rows.opened(content, sheet=sheet.pk)


def test_it_stays_sealed_while_it_is_judged_and_entered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_jobs, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "PAUSE", 0)
    sheet, seen = sent(office, *rows_of(3)), []
    opened = sealing.open_bytes

    def seen_again() -> bool:
        content = bytes(Sheet.objects.get(pk=sheet.pk).content)
        seen.append(content)
        return bool(opened(content.decode(), row=f"sheet:{sheet.pk}"))

    assert seen_again()
    jobs.run_some(lambda: AT, seconds=60)
    assert seen_again()
    rows = Rows.opened(seen[-1], sheet=sheet.pk)
    sheet_jobs.enter_all(sheet, rows, promised=3, offer=office.offer(), by=office.officer, at=AT)
    assert seen_again()
    jobs.run_some(lambda: AT, seconds=60)
    assert (Initiative.objects.count(), len(set(seen))) == (3, 3)


def test_what_same_rows_share_tells_nobody_without_the_key_whose_number_it_is(office: Office, settings: Any) -> None:
    (told,) = office.told(a_row(national_id=IDENTITY))
    settings.LOOKUP_KEY = b"m" * 32

    (other,) = office.told(a_row(national_id=IDENTITY))

    assert told.marks and not set(told.marks) & set(other.marks)
    assert replace(told, marks=()) == replace(other, marks=())


@pytest.mark.parametrize("page", ["", "can-sua/"])
@pytest.mark.parametrize("content", [PLAIN, b"", b"PK"], ids=["an earlier version", "nothing", "a file"])
def test_what_cannot_be_opened_counts_as_gone(
    office: Office,
    client_as: Callable[[StaffAccount], Client],
    at: Callable[..., Any],
    page: str,
    content: bytes,
) -> None:
    at(AT)
    sheet, client = sent(office, a_row()), client_as(office.officer)
    address = reverse("admin:initiatives_initiative_sheet_rows", args=[sheet.pk])
    assert client.get(address + page).status_code == 200

    Sheet.objects.update(content=content)

    assert client.get(address + page).status_code == 404


def test_a_job_that_meets_what_an_earlier_version_kept_says_that_it_is_gone(
    office: Office, client_as: Callable[[StaffAccount], Client], at: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(AT)
    monkeypatch.setattr(sheet_jobs, "AT_ONCE", 1)
    sent(office, *rows_of(3))
    Sheet.objects.update(content=PLAIN)

    jobs.run_some(timezone.now, seconds=60)

    job = Job.objects.get()
    assert job.result == {"failure": sheet_jobs.GONE}
    page = client_as(office.officer).get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()
    assert "Tệp đã được xóa khỏi cổng sau một ngày." in page
