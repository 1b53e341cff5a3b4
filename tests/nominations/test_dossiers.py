"""The dossier of a unit in a round: made once, its papers, the day it came, more time for it; and who may do what."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import Workbook

from initiatives.models import CameBy, Dossier, DossierAct, DossierEvent, DossierFile, DossierState, DossierVersion
from initiatives.nominations import dossiers, nominating
from initiatives.nominations.dossiers import (
    DayRefused,
    DossierIsSealed,
    FileIsGone,
    NoReason,
    NotAllowed,
    PaperRefused,
    RoundIsNotOpen,
    TakesNoPart,
)
from initiatives.submission.files.store import the_store
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import StaffAccountFactory, unit_at
from tests.factories.selection import SelectionRoundFactory
from tests.nominations.sending import ALL_THREE, DECISION, LETTER, NOON, TABLE, Desk, desk, upload

in_transactions = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ours(db: None) -> Desk:
    return desk(dossier_items=ALL_THREE)


def xlsx(*, macro: bool = False) -> bytes:
    file = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "BẢNG TỔNG HỢP"
    book.save(file)
    if macro:
        import zipfile

        with zipfile.ZipFile(file, "a") as packed:
            packed.writestr("xl/vbaProject.bin", b"Sub")
    return file.getvalue()


# --- made once --------------------------------------------------------------------------------------------------------


def test_a_dossier_is_made_when_first_asked_for_and_found_afterwards(ours: Desk) -> None:
    assert dossiers.of(ours.round, ours.dossier.unit) == ours.dossier
    assert Dossier.objects.count() == 1
    assert (ours.dossier.state, ours.dossier.version) == (DossierState.PREPARING, 0)


@pytest.mark.parametrize("code", ["thanh-hoa/hoang-hoa", "quang-tri", "quang-tri/dong-ha/may-song-hieu"])
def test_no_dossier_is_made_for_a_unit_that_takes_no_part(ours: Desk, code: str) -> None:
    with pytest.raises(TakesNoPart, match="không thuộc các đơn vị tham gia"):
        dossiers.of(ours.round, unit_at(code))


@pytest.mark.serial
@in_transactions
def test_of_many_who_open_it_at_once_all_get_the_same() -> None:
    round, unit = SelectionRoundFactory(), unit_at("quang-tri/dong-ha")

    made = together(*[lambda: dossiers.of(round, unit)] * 6)

    assert {each.pk for each in made} == {Dossier.objects.get().pk}


# --- papers -----------------------------------------------------------------------------------------------------------


def test_a_scan_is_kept_with_its_facts_and_told_in_the_history(ours: Desk) -> None:
    edition = ours.dossier.edition

    kept = ours.add(LETTER)

    assert (kept.part, kept.name, kept.media_type, kept.nomination) == (LETTER, "to-trinh.pdf", "application/pdf", None)
    assert the_store().held(kept.stored_name).size == kept.size
    assert (kept.added_by, kept.added_at, kept.is_on_paper) == (ours.reviewer, NOON, False)
    assert ours.now().edition == edition + 1
    event = DossierEvent.objects.get()
    assert (event.act, event.account, event.role) == (DossierAct.FILE_ADDED, ours.reviewer, Role.REVIEWER)
    assert event.words == "Tờ trình của ban thường vụ"


def test_the_same_scan_for_the_same_place_is_kept_once(ours: Desk) -> None:
    first, again = ours.add(LETTER), ours.add(LETTER)
    elsewhere = ours.add(TABLE, text=LETTER)

    assert first == again
    assert elsewhere != first
    assert elsewhere.stored_name == first.stored_name
    assert DossierEvent.objects.count() == 2


@pytest.mark.serial
@in_transactions
def test_a_scan_uploaded_twice_at_once_is_kept_once() -> None:
    ours = desk()
    dossier = ours.dossier

    def add() -> DossierFile:
        return dossiers.add_file(dossier, upload(), part=LETTER, by=ours.reviewer, at=NOON)

    together(add, add, add)

    assert DossierFile.objects.count() == DossierEvent.objects.count() == 1
    assert ours.now().edition == 2


JUDGED = [
    pytest.param(LETTER, "to-trinh.exe", b"MZ", "không thuộc loại được nhận", id="another kind"),
    pytest.param(LETTER, "to-trinh.pdf", b"", "không có nội dung", id="empty"),
    pytest.param(LETTER, "to-trinh.pdf", b"MZ\0\0 chuong trinh", "không đúng loại", id="another kind inside"),
    pytest.param(LETTER, "bang.xlsx", xlsx(), "PDF hoặc Word", id="a sheet is no letter"),
    pytest.param(TABLE, "bang.xlsx", xlsx(macro=True), "macro", id="a sheet with a program"),
    pytest.param(TABLE, "bang.xls", b"\xd0\xcf\x11\xe0", "Excel \\(XLSX\\)", id="a sheet of old"),
    pytest.param(LETTER, "", b"%PDF-1.4", "không thuộc loại được nhận", id="nameless"),
]


@pytest.mark.parametrize(("part", "name", "content", "said"), JUDGED)
def test_a_file_is_judged_before_it_is_kept(ours: Desk, part: str, name: str, content: bytes, said: str) -> None:
    with pytest.raises(PaperRefused, match=said):
        ours.add(part, name=name, content=content)

    assert not DossierFile.objects.exists()
    assert ours.now().edition == 1


def test_the_table_may_come_as_a_sheet_of_excel(ours: Desk) -> None:
    kept = ours.add(TABLE, name="bang-tong-hop.xlsx", content=xlsx())

    assert kept.stored_name.endswith(".xlsx")
    assert kept.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_full_disk_is_told_and_keeps_nothing(ours: Desk, settings: Any) -> None:
    settings.UPLOAD_FREE_FLOOR = 1 << 60

    with pytest.raises(PaperRefused, match="tạm thời không nhận"):
        ours.add(LETTER)


def test_a_decision_names_its_nominee(ours: Desk) -> None:
    with pytest.raises(PaperRefused, match="Hãy chọn sáng kiến"):
        ours.add(DECISION)

    nominee = ours.nominate()
    kept = ours.add(DECISION, of=nominee)

    assert kept.nomination == nominee
    assert DossierEvent.objects.latest("pk").initiative == nominee.initiative


def test_a_letter_is_about_the_whole_dossier(ours: Desk) -> None:
    assert ours.add(LETTER, of=ours.nominate()).nomination is None


def test_a_paper_of_somebody_else_s_nominee_is_refused(ours: Desk) -> None:
    other = SelectionRoundFactory(campaign=ours.round.campaign)
    nominee = nominating.nominate(
        ours.nominate().initiative_id, round=other, unit=ours.dossier.unit, by=ours.reviewer, at=NOON
    )

    with pytest.raises(PaperRefused, match="không thuộc hồ sơ"):
        ours.add(DECISION, of=nominee)


def test_papers_of_a_nominee_who_went_count_no_more_and_come_back_with_the_initiative(ours: Desk) -> None:
    nominee = ours.nominate()
    kept = ours.add(DECISION, of=nominee)

    nominating.withdraw(nominee.pk, because="Nhầm sáng kiến", by=ours.reviewer, at=NOON)
    assert dossiers.files_of(ours.now()) == []
    with pytest.raises(PaperRefused, match="vừa được rút"):
        ours.add(DECISION, of=nominee, text="khác")

    ours.put(nominee.initiative)
    assert dossiers.files_of(ours.now()) == [kept]


def test_paper_is_noted_without_a_file_and_once(ours: Desk) -> None:
    noted = [dossiers.note_paper(ours.now(), LETTER, by=ours.reviewer, at=NOON) for _ in range(2)]

    assert noted[0] == noted[1]
    assert (noted[0].is_on_paper, noted[0].stored_name) == (True, "")
    assert DossierEvent.objects.get().words == "Tờ trình của ban thường vụ (bản giấy)"


def test_more_files_than_anybody_needs_are_refused(ours: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossiers, "MOST_FILES", 2)
    ours.add(LETTER)
    ours.add(TABLE)

    with pytest.raises(PaperRefused, match="tối đa 2 tài liệu"):
        ours.add(LETTER, text="nữa")


# --- taken away -------------------------------------------------------------------------------------------------------


def test_what_was_never_sealed_is_forgotten(ours: Desk) -> None:
    kept = ours.add(LETTER)

    dossiers.remove_file(kept.pk, by=ours.reviewer, at=NOON)

    assert not DossierFile.objects.exists()
    assert DossierEvent.objects.latest("pk").act == DossierAct.FILE_REMOVED


def test_what_was_sealed_once_stays_behind_its_version(ours: Desk) -> None:
    ours.complete()
    ours.seal()
    ours.send_back()
    letter = DossierFile.objects.get(part=LETTER)

    dossiers.remove_file(letter.pk, by=ours.reviewer, at=NOON + timedelta(hours=3))

    letter.refresh_from_db()
    assert letter.removed_at == NOON + timedelta(hours=3)
    assert letter not in dossiers.files_of(ours.now())


def test_of_two_who_take_it_away_the_second_is_told(ours: Desk) -> None:
    ours.complete()
    ours.seal()
    ours.send_back()
    for kept in (DossierFile.objects.get(part=LETTER), ours.add(LETTER, text="mới")):
        dossiers.remove_file(kept.pk, by=ours.reviewer, at=NOON)

        with pytest.raises(FileIsGone, match="vừa được người khác bỏ"):
            dossiers.remove_file(kept.pk, by=ours.reviewer, at=NOON)


# --- when nothing may change ------------------------------------------------------------------------------------------


def _add(ours: Desk) -> None:
    ours.add(LETTER, text="sau khi gửi")


def _note(ours: Desk) -> None:
    dossiers.note_paper(ours.now(), TABLE, by=ours.reviewer, at=NOON)


def _remove(ours: Desk) -> None:
    dossiers.remove_file(DossierFile.objects.filter(part=LETTER)[0].pk, by=ours.reviewer, at=NOON)


def _outside(ours: Desk) -> None:
    dossiers.came_outside(ours.now(), by_way=CameBy.PAPER, arrived_on=NOON.date(), by=ours.host, at=NOON)


@pytest.mark.parametrize("change", [_add, _note, _remove, _outside])
def test_nothing_of_a_sealed_dossier_changes(ours: Desk, change: Callable[[Desk], None]) -> None:
    ours.complete()
    ours.seal()
    before = Dossier.objects.values().get(), list(DossierFile.objects.values())

    with pytest.raises(DossierIsSealed, match="đề nghị cấp trên trả lại"):
        change(ours)

    assert (Dossier.objects.values().get(), list(DossierFile.objects.values())) == before


def test_before_the_round_opens_nothing_is_prepared(ours: Desk) -> None:
    ours.round.opens_at = NOON + timedelta(seconds=1)
    ours.round.save()

    with pytest.raises(RoundIsNotOpen, match="Chưa mở"):
        ours.add(LETTER)


def test_after_the_last_day_papers_are_still_taken(ours: Desk) -> None:
    after = datetime(2022, 4, 20, 8, 0, tzinfo=VIETNAM)

    dossiers.add_file(ours.now(), upload(), part=LETTER, by=ours.reviewer, at=after)

    assert DossierFile.objects.get().added_at == after


# --- who may ----------------------------------------------------------------------------------------------------------

PEOPLE = {
    "viewer of the unit": ("quang-tri/dong-ha", Role.VIEWER),
    "reviewer of the unit": ("quang-tri/dong-ha", Role.REVIEWER),
    "manager of the unit": ("quang-tri/dong-ha", Role.MANAGER),
    "reviewer of the host": ("quang-tri", Role.REVIEWER),
    "manager of the host": ("quang-tri", Role.MANAGER),
    "manager below": ("quang-tri/dong-ha/may-song-hieu", Role.MANAGER),
    "manager beside": ("quang-tri/huong-hoa", Role.MANAGER),
    "manager of another province": ("thanh-hoa", Role.MANAGER),
    "administrator": ("tld", Role.ADMINISTRATOR),
}
PREPARE = {
    "reviewer of the unit",
    "manager of the unit",
    "reviewer of the host",
    "manager of the host",
    "administrator",
}
HOST = {"manager of the host", "administrator"}
ACTS: dict[str, tuple[Callable[[Desk, StaffAccount], Any], set[str]]] = {
    "add": (lambda ours, by: dossiers.add_file(ours.now(), upload(), part=LETTER, by=by, at=NOON), PREPARE),
    "note": (lambda ours, by: dossiers.note_paper(ours.now(), LETTER, by=by, at=NOON), PREPARE),
    "remove": (lambda ours, by: dossiers.remove_file(ours.add(TABLE).pk, by=by, at=NOON), PREPARE),
    "extend": (
        lambda ours, by: dossiers.extend(ours.now(), until=date(2022, 4, 20), because="Mưa lũ", by=by, at=NOON),
        HOST,
    ),
    "came outside": (
        lambda ours, by: dossiers.came_outside(ours.now(), by_way=CameBy.EMAIL, arrived_on=NOON.date(), by=by, at=NOON),
        HOST,
    ),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_for_those_who_stand_there(ours: Desk, act: str, who: str) -> None:
    code, role = PEOPLE[who]
    account = StaffAccountFactory(username="nguoi-thu", unit=unit_at(code), role=role)
    perform, allowed = ACTS[act]

    if who in allowed:
        perform(ours, account)
    else:
        with pytest.raises(NotAllowed):
            perform(ours, account)


def test_a_closed_account_does_nothing(ours: Desk) -> None:
    ours.reviewer.is_active = False

    with pytest.raises(NotAllowed):
        ours.add(LETTER)


# --- more time --------------------------------------------------------------------------------------------------------


def extended(ours: Desk, until: date = date(2022, 4, 20), because: str = "Mưa lũ", at: datetime = NOON) -> Dossier:
    return dossiers.extend(ours.now(), until=until, because=because, by=ours.host, at=at)


def test_more_time_is_recorded_with_who_and_why(ours: Desk) -> None:
    extended(ours, because="  Mưa lũ,\nđường bị chia cắt ")

    dossier = ours.now()
    assert (dossier.extended_until, dossier.extended_because) == (date(2022, 4, 20), "Mưa lũ, đường bị chia cắt")
    assert (dossier.extended_by, dossier.extended_at) == (ours.host, NOON)
    event = DossierEvent.objects.get()
    assert (event.act, event.words) == (DossierAct.EXTENDED, "Đến hết ngày 20/4/2022. Mưa lũ, đường bị chia cắt")


NO_EXTENSION = [
    pytest.param({"until": date(2022, 4, 15)}, DayRefused, "phải sau hạn của đợt", id="the last day itself"),
    pytest.param({"because": "   "}, NoReason, "lý do", id="without a reason"),
    pytest.param({"because": "a" * 301}, NoReason, "tối đa 300", id="a reason too long"),
]


@pytest.mark.parametrize(("said", "refusal", "words"), NO_EXTENSION)
def test_more_time_that_is_refused(ours: Desk, said: dict[str, Any], refusal: type[Exception], words: str) -> None:
    with pytest.raises(refusal, match=words):
        extended(ours, **said)

    assert ours.now().extended_until is None


def test_a_day_that_has_passed_helps_nobody_but_whose_dossier_came_by_then(ours: Desk) -> None:
    after = datetime(2022, 4, 21, 8, 0, tzinfo=VIETNAM)
    with pytest.raises(DayRefused, match="đã qua"):
        extended(ours, at=after)

    dossiers.came_outside(ours.now(), by_way=CameBy.PAPER, arrived_on=date(2022, 4, 20), by=ours.host, at=after)
    assert extended(ours, at=after).extended_until == date(2022, 4, 20)


def test_today_is_a_day_to_extend_to(ours: Desk) -> None:
    assert extended(ours, at=datetime(2022, 4, 20, 23, 59, tzinfo=VIETNAM)).extended_until == date(2022, 4, 20)


def test_a_round_without_a_last_day_needs_no_more_time(db: None) -> None:
    ours = desk(dossier_due=None)

    with pytest.raises(DayRefused, match="không có hạn"):
        extended(ours)


def test_an_accepted_dossier_needs_no_more_time(ours: Desk) -> None:
    ours.complete()
    ours.seal()
    ours.accept()

    with pytest.raises(DossierIsSealed, match="đã được chấp nhận"):
        extended(ours)


# --- on paper, by email -----------------------------------------------------------------------------------------------

ARRIVED = date(2022, 4, 8)


def outside(ours: Desk, way: str = CameBy.PAPER, day: date | None = ARRIVED) -> Dossier:
    return dossiers.came_outside(ours.now(), by_way=way, arrived_on=day, by=ours.host, at=NOON)


@pytest.mark.parametrize(("way", "words"), [(CameBy.PAPER, "Bản giấy"), (CameBy.EMAIL, "Thư điện tử")])
def test_how_and_when_it_came_is_recorded(ours: Desk, way: str, words: str) -> None:
    outside(ours, way)

    assert (ours.now().came_by, ours.dossier.arrived_on) == (way, ARRIVED)
    event = DossierEvent.objects.get()
    assert (event.act, event.words) == (DossierAct.CAME_OUTSIDE, f"{words}, ngày 8/4/2022")


def test_it_can_be_taken_back(ours: Desk) -> None:
    outside(ours)
    outside(ours, CameBy.PORTAL)

    assert (ours.now().came_by, ours.dossier.arrived_on) == (CameBy.PORTAL, None)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        pytest.param(None, "Hãy ghi ngày", id="no day"),
        pytest.param(date(2022, 4, 11), "không được sau hôm nay", id="tomorrow"),
        pytest.param(date(2022, 1, 7), "không được trước ngày mở đợt", id="before the round opened"),
    ],
)
def test_a_day_that_cannot_be_is_refused(ours: Desk, day: date | None, words: str) -> None:
    with pytest.raises(DayRefused, match=words):
        outside(ours, day=day)

    assert ours.now().came_by == CameBy.PORTAL


def test_today_and_the_opening_day_are_days_of_arrival(ours: Desk) -> None:
    for day in (NOON.date(), date(2022, 1, 8)):
        assert outside(ours, day=day).arrived_on == day


def test_an_upload_without_a_name_of_its_own_is_judged_all_the_same(ours: Desk) -> None:
    nameless = SimpleNamespace(read=io.BytesIO(b"x").read, seek=io.BytesIO(b"x").seek)

    with pytest.raises(PaperRefused):
        dossiers.add_file(ours.now(), nameless, part=LETTER, by=ours.reviewer, at=NOON)


# --- the day of a paper dossier put right afterwards ------------------------------------------------------------------

LATE = date(2022, 4, 18)
AFTER = datetime(2022, 4, 20, 9, tzinfo=VIETNAM)


def sent_late_on_paper(ours: Desk) -> DossierVersion:
    ours.complete()
    dossiers.came_outside(ours.now(), by_way=CameBy.PAPER, arrived_on=LATE, by=ours.host, at=AFTER)
    return ours.seal(at=AFTER)


def test_a_day_put_right_after_sending_weighs_it_again_and_is_recorded(ours: Desk) -> None:
    version = sent_late_on_paper(ours)
    assert (version.sent_on, version.is_late) == (LATE, True)
    frozen = version.content

    for day, is_late in ((ARRIVED, False), (LATE, True)):
        dossiers.came_outside(ours.now(), by_way=CameBy.EMAIL, arrived_on=day, by=ours.host, at=AFTER)

        version.refresh_from_db()
        assert (version.sent_on, version.is_late, ours.now().arrived_on) == (day, is_late, day)

    assert (version.content, ours.now().state) == (frozen, DossierState.SENT)
    words = list(DossierEvent.objects.filter(act=DossierAct.CAME_OUTSIDE).values_list("words", flat=True))
    assert words[1] == "Thư điện tử, ngày 8/4/2022, thay cho: Bản giấy, ngày 18/4/2022"


def test_what_was_sent_stays_a_paper_dossier_and_an_accepted_one_keeps_its_day(ours: Desk) -> None:
    sent_late_on_paper(ours)
    with pytest.raises(DossierIsSealed):
        dossiers.came_outside(ours.now(), by_way=CameBy.PORTAL, arrived_on=None, by=ours.host, at=AFTER)

    dossiers.extend(ours.now(), until=LATE, because="Mưa lũ", by=ours.host, at=AFTER)
    ours.accept(at=AFTER)

    with pytest.raises(DossierIsSealed):
        dossiers.came_outside(ours.now(), by_way=CameBy.PAPER, arrived_on=ARRIVED, by=ours.host, at=AFTER)


def test_a_later_last_day_of_the_round_makes_what_was_late_timely(ours: Desk) -> None:
    version = sent_late_on_paper(ours)

    ours.round.dossier_due = date(2022, 4, 17)
    assert dossiers.weigh_again(ours.round, by=ours.host, at=AFTER) == []
    ours.round.dossier_due = LATE
    assert dossiers.weigh_again(ours.round, by=ours.host, at=AFTER) == [ours.dossier]

    version.refresh_from_db()
    assert not version.is_late
    words = DossierEvent.objects.latest("pk").words
    assert words == "Đợt nay có hạn đến hết ngày 18/4/2022: hồ sơ đã gửi không còn quá hạn."


def test_an_earlier_last_day_makes_nothing_late(ours: Desk) -> None:
    ours.complete()
    version = ours.seal()

    ours.round.dossier_due = NOON.date() - timedelta(days=1)
    assert dossiers.weigh_again(ours.round, by=ours.host, at=AFTER) == []

    version.refresh_from_db()
    assert not version.is_late
