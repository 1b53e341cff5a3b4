"""What was shown is what is entered: a second press, an officer who was moved meanwhile, two people of one name."""

from datetime import timedelta
from typing import Any

import pytest

from initiatives.models import Initiative, Job, JobState
from initiatives.submission.entering import sheet_jobs
from initiatives.submission.entering.kept_sheets import NEW, PRESENT, WRONG, Rows
from orgtree.models import Sheet, StaffAccount
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed
from tests.submission.entering.test_sheets import AT, Office
from tests.submission.entering.workbooks import a_row, rows_of, workbook


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def sent(office: Office, *rows: Any) -> Sheet:
    read = office.read(workbook(*rows))
    return sheet_jobs.keep(read, name="a.xlsx", offer=office.offer(), by=office.officer, at=AT)


def pressed(office: Office, sheet: Sheet, promised: int, **given: Any) -> Job:
    by = given.pop("by", office.officer)
    rows = Rows.opened(bytes(sheet.content), sheet=sheet.pk)
    return sheet_jobs.enter_all(
        sheet, rows, promised=promised, offer=office.offer(by=by), by=by, **({"at": AT} | given)
    )


def test_a_second_press_in_the_middle_takes_no_row_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_jobs, "ENTERED_AT_ONCE", 2)
    sheet = sent(office, *rows_of(5))
    stale, portion, presses = Sheet.objects.get(pk=sheet.pk), sheet_jobs.portion, []

    def and_again(job: Job, **at: Any) -> None:
        portion(job, **at)
        if not presses:
            presses.append(job)
            with pytest.raises(SheetUsed):
                pressed(office, stale, 5, at=AT + timedelta(seconds=1))

    monkeypatch.setattr(sheet_jobs, "portion", and_again)

    job = pressed(office, sheet, 5)

    assert (job.state, job.done, Initiative.objects.count()) == (JobState.DONE, 5, 5)
    assert len(presses) == Job.objects.count() == 1


def test_an_officer_moved_before_the_press_sees_where_the_rows_would_go_now(office: Office) -> None:
    sheet = sent(office, *(row | {"unit": ""} for row in rows_of(2)))
    StaffAccount.objects.filter(pk=office.officer.pk).update(unit=office.units["dien-bien"])
    moved = StaffAccount.objects.select_related("unit").get(pk=office.officer.pk)

    with pytest.raises(ChangedMeanwhile):
        pressed(office, sheet, 2, by=moved)

    assert Initiative.objects.count() == 0
    assert {each.unit_code for each in Rows.opened(bytes(sheet.content), sheet=sheet.pk).told} == {"dien-bien"}


def test_an_officer_moved_after_the_press_enters_nothing_elsewhere(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = sent(office, *(row | {"unit": ""} for row in rows_of(2)))
    carry, seen = sheet_jobs.portion, []

    def and_moved(job: Job, **at: Any) -> None:
        if not seen:
            StaffAccount.objects.filter(pk=job.owner_id).update(unit=office.units["dien-bien"])
        seen.append(job)
        carry(job, **at)

    monkeypatch.setattr(sheet_jobs, "portion", and_moved)

    job = pressed(office, sheet, 2)

    assert Initiative.objects.count() == 0
    assert len(sheet_jobs.refused_rows(job)) == 2


def test_two_numbers_are_two_people_whatever_else_they_share(office: Office) -> None:
    one = a_row(national_id="001088012345", phone="0912345678")
    other = a_row(national_id="001088099999", phone="0987654321", birth_year=1970)
    same = a_row(national_id="001088012345", phone="0912345678")

    assert [each.state for each in office.told(one, other, same)] == [NEW, NEW, WRONG]

    office.enter(one)
    assert [each.state for each in office.told(other, same)] == [NEW, PRESENT]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!"])
@pytest.mark.parametrize("column", ["full_name", "workplace", "title"])
def test_an_error_of_excel_is_nobodys_name(office: Office, column: str, error: str) -> None:
    (told,) = office.told(a_row(**{column: error}))

    assert told.state == WRONG
    assert any(f"Ô này đang báo lỗi {error}" in fault for fault in told.faults)
