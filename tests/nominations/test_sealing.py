"""Sealing: what is sent stands with its moment and its hash; what is refused and why; what the level above answers."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused
from initiatives.models import (
    Attachment,
    CameBy,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierState,
    DossierVersion,
    Initiative,
    Quota,
    Standing,
    Status,
)
from initiatives.nominations import complaints, dossiers, nominating, sealing
from initiatives.nominations.dossiers import DossierChanged, DossierIsSealed, NotAllowed, RoundIsNotOpen
from initiatives.nominations.refusals import SelectionRefused
from initiatives.nominations.sealing import (
    AnsweredMeanwhile,
    BelowTheMinimum,
    CameLate,
    ComplaintIsOpen,
    DossierIsNotComplete,
    NotDeclared,
    NotValidAnyMore,
    RemarksMissing,
    WayIsNotRecorded,
)
from orgtree.models import Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import AttachmentFactory, CoAuthorFactory, InitiativeFactory, StaffAccountFactory, unit_at
from tests.factories.selection import ComplaintFactory
from tests.nominations.sending import ALL_THREE, DECISION, LETTER, NOON, TABLE, Desk, desk

pytestmark = pytest.mark.django_db

SEALED_AT = NOON + timedelta(hours=1)


@pytest.fixture
def ours() -> Desk:
    """Ready to be sent, and nothing but its nominee asked."""
    ready = desk(dossier_items=[])
    ready.nominate("Bàn gá")
    return ready


def unchanged(ours: Desk, refused: Callable[[], Any], by: type[SelectionRefused], said: str = "") -> None:
    """`refused` raises, and leaves everything as it was."""
    before = list(Dossier.objects.values()), list(DossierVersion.objects.values()), DossierEvent.objects.count()
    with pytest.raises(by, match=said or None):
        refused()
    assert (
        list(Dossier.objects.values()),
        list(DossierVersion.objects.values()),
        DossierEvent.objects.count(),
    ) == before


# --- what is sealed ---------------------------------------------------------------------------------------------------


def test_what_is_sealed_says_all_that_the_paper_says() -> None:
    ours = desk(dossier_items=ALL_THREE, name="Xét chọn cấp tỉnh năm 2022")
    first = ours.nominate(
        "Bàn gá cắt vải",
        birth_year=1988,
        position="Tổ trưởng",
        workplace="Xưởng may 2",
        phone="0912 345 678",
        receipt_code="1000000000009",
        applied_on=date(2022, 1, 5),
        description="Dùng cữ chặn.",
        effect="Giảm hao hụt",
        scope="Toàn công ty",
        benefit_value=120_000_000,
        awards="Lao động giỏi 2021",
        share=70,
        field="production",
        unit=unit_at("quang-tri/dong-ha/may-song-hieu"),
    )
    CoAuthorFactory(initiative=first.initiative, number=1, full_name="Lê Thị Kim Ngân", share="30")
    attachment = AttachmentFactory(initiative=first.initiative, kind="recognition", name="Quyet dinh.pdf")
    letter = ours.add(LETTER)
    dossiers.note_paper(ours.now(), TABLE, by=ours.reviewer, at=NOON)
    decision = ours.add(DECISION, of=first)

    version = ours.seal()

    assert json.loads(version.content) == {
        "campaign": ours.round.campaign.name,
        "round": "Xét chọn cấp tỉnh năm 2022",
        "host": "Liên đoàn Lao động tỉnh Quảng Trị",
        "unit": "Liên đoàn Lao động thành phố Đông Hà",
        "version": 1,
        "sealed_at": "2022-04-10T13:00:00.000000+07:00",
        "sent_on": "2022-04-10",
        "came_by": "portal",
        "nominees": [
            {
                "rank": 1,
                "standing": "chosen",
                "receipt_code": "1000000000009",
                "full_name": "Trần Thị Lan",
                "birth_year": "1988",
                "position": "Tổ trưởng",
                "workplace": "Xưởng may 2",
                "phone": "0912 345 678",
                "title": "Bàn gá cắt vải",
                "applied_on": "05/01/2022",
                "description": "Dùng cữ chặn.",
                "effect": "Giảm hao hụt",
                "scope": "Toàn công ty",
                "benefit": "120.000.000 đồng",
                "awards": "Lao động giỏi 2021",
                "sender": {"name": "Trần Thị Lan", "share": "70"},
                "co_authors": [{"name": "Lê Thị Kim Ngân", "share": "30"}],
                "unit": "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu",
                "field": "Sản xuất có giá trị làm lợi cao",
                "attachments": [
                    {
                        "name": "Quyet dinh.pdf",
                        "sha256": attachment.sha256,
                        "size": attachment.size,
                        "kind": "recognition",
                    }
                ],
            }
        ],
        "files": [
            {
                "part": "letter",
                "name": "to-trinh.pdf",
                "sha256": letter.sha256,
                "size": letter.size,
                "nominee": None,
                "on_paper": False,
            },
            {"part": "summary_table", "name": "", "sha256": "", "size": 0, "nominee": None, "on_paper": True},
            {
                "part": "recognition_decisions",
                "name": "to-trinh.pdf",
                "sha256": decision.sha256,
                "size": decision.size,
                "nominee": "1000000000009",
                "on_paper": False,
            },
        ],
        "no_complaints": True,
    }


def test_it_is_canonical_hashed_and_numbered(ours: Desk) -> None:
    version = ours.seal()

    content = json.loads(version.content)
    assert version.content == json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert version.hash == hashlib.sha256(version.content.encode()).hexdigest()
    assert (version.number, version.sealed_at, version.sealed_by) == (1, SEALED_AT, ours.manager)
    assert (version.sent_on, version.is_late) == (NOON.date(), False)


def test_the_dossier_is_sent_and_its_history_says_by_whom(ours: Desk) -> None:
    edition = ours.now().edition

    ours.seal()

    assert (ours.now().state, ours.dossier.version, ours.dossier.edition) == (DossierState.SENT, 1, edition + 1)
    event = DossierEvent.objects.latest("pk")
    assert (event.act, event.version, event.account, event.role) == (DossierAct.SEALED, 1, ours.manager, Role.MANAGER)


def test_no_identity_number_and_no_email_is_sealed(ours: Desk) -> None:
    Initiative.objects.update(email="lan@example.vn")

    content = ours.seal().content

    assert Initiative.objects.get().national_id not in content
    assert "lan@example.vn" not in content


def test_reserves_stand_behind_the_chosen_as_such(ours: Desk) -> None:
    ours.nominate("Dự bị", as_reserve=True)
    ours.nominate("Máy sấy")

    nominees = json.loads(ours.seal().content)["nominees"]

    assert [(each["title"], each["standing"], each["rank"]) for each in nominees] == [
        ("Bàn gá", "chosen", 1),
        ("Máy sấy", "chosen", 2),
        ("Dự bị", "reserve", 1),
    ]


def test_the_recognised_author_is_named(ours: Desk) -> None:
    nominee = ours.nominate("Máy sấy", share="33.34", recognised_author=1, phone="0912 345 678")
    CoAuthorFactory(initiative=nominee.initiative, number=1, full_name="Lê Văn Hai", share="66.66")

    sealed = json.loads(ours.seal().content)["nominees"][1]

    assert (sealed["full_name"], sealed["birth_year"]) == ("Lê Văn Hai", "")
    assert sealed["phone"] == "0912 345 678 (người gửi: Trần Thị Lan)"
    assert sealed["sender"] == {"name": "Trần Thị Lan", "share": "33.34"}
    assert sealed["co_authors"] == [{"name": "Lê Văn Hai", "share": "66.66"}]


def test_a_shared_tenth_of_a_percent_is_written_as_recorded(ours: Desk) -> None:
    nominee = ours.nominate("Máy sấy", share="99.5")
    CoAuthorFactory(initiative=nominee.initiative, number=1, share="0.5")

    sealed = json.loads(ours.seal().content)["nominees"][1]

    assert (sealed["sender"]["share"], sealed["co_authors"][0]["share"]) == ("99.5", "0.5")


def _edited(ours: Desk) -> None:
    Initiative.objects.update(title="Tên khác", full_name="Người khác", description="Khác")


def _renamed(ours: Desk) -> None:
    type(ours.dossier.unit).objects.filter(pk=ours.dossier.unit_id).update(name="Tên đơn vị mới")


def _reopened(ours: Desk) -> None:
    lifecycle.move(Initiative.objects.get().pk, Status.SUBMITTED, by=ours.manager, at=SEALED_AT)


def _documents_gone(ours: Desk) -> None:
    Attachment.objects.all().delete()


@pytest.mark.parametrize("change", [_edited, _renamed, _reopened, _documents_gone])
def test_nothing_that_happens_afterwards_changes_what_was_sealed(ours: Desk, change: Callable[[Desk], None]) -> None:
    AttachmentFactory(initiative=Initiative.objects.get())
    sealed = DossierVersion.objects.filter(pk=ours.seal().pk)
    before = sealed.values().get()

    change(ours)

    assert sealed.values().get() == before
    assert ours.now().state == DossierState.SENT


# --- what is refused --------------------------------------------------------------------------------------------------


def test_whoever_did_not_declare_is_asked(ours: Desk) -> None:
    unchanged(ours, lambda: ours.seal(no_complaints=False), NotDeclared, "không có khiếu nại")


def test_an_incomplete_one_says_what_is_missing() -> None:
    ours = desk(dossier_items=ALL_THREE)
    for title in ("Một", "Hai", "Ba"):
        ours.nominate(title)

    unchanged(ours, ours.seal, DossierIsNotComplete, "Chưa có tờ trình .*; và 2 mục nữa")


def test_nobody_put_forward_is_nothing_to_send() -> None:
    ours = desk(dossier_items=[], each_unit_min=0)

    unchanged(ours, ours.seal, DossierIsNotComplete, "Chưa có sáng kiến nào")


def test_below_the_minimum_it_is_refused_by_name() -> None:
    ours = desk(dossier_items=[], each_unit_min=2, each_unit_max=None)
    ours.nominate()

    unchanged(ours, ours.seal, BelowTheMinimum, "còn thiếu 1 sáng kiến")


def test_an_open_complaint_is_named_and_its_resolution_frees(ours: Desk) -> None:
    complaint = ComplaintFactory(initiative=Initiative.objects.get())
    unchanged(ours, ours.seal, ComplaintIsOpen, "“Bàn gá”")

    complaints.resolve(complaint.pk, resolution="Đã thống nhất tác giả.", by=ours.host, at=NOON)

    assert ours.seal().number == 1


def test_a_complaint_about_a_reserve_counts(ours: Desk) -> None:
    ComplaintFactory(initiative=ours.nominate("Dự bị", as_reserve=True).initiative)

    unchanged(ours, ours.seal, ComplaintIsOpen, "“Dự bị”")


def test_what_somebody_changed_since_it_was_looked_at_is_not_sent(ours: Desk) -> None:
    looked_at = ours.now().edition
    ours.nominate("Máy sấy")

    unchanged(ours, lambda: ours.seal(edition=looked_at), DossierChanged, "vừa được người khác sửa")


def test_what_was_sent_is_not_sent_again(ours: Desk) -> None:
    ours.seal()

    unchanged(ours, ours.seal, DossierIsSealed, "vừa được gửi rồi")


def test_before_the_round_opens_nothing_is_sent(ours: Desk) -> None:
    ours.round.opens_at = SEALED_AT + timedelta(seconds=1)
    ours.round.save()

    unchanged(ours, ours.seal, RoundIsNotOpen, "Chưa mở")


SEALERS = [
    ("quang-tri/dong-ha", Role.VIEWER, False),
    ("quang-tri/dong-ha", Role.REVIEWER, False),
    ("quang-tri/dong-ha", Role.MANAGER, True),
    ("quang-tri", Role.REVIEWER, False),
    ("quang-tri/huong-hoa", Role.MANAGER, False),
    ("thanh-hoa", Role.MANAGER, False),
]


@pytest.mark.parametrize(("code", "role", "may"), SEALERS, ids=[f"{role} of {code}" for code, role, _ in SEALERS])
def test_who_may_seal(ours: Desk, code: str, role: Role, may: bool) -> None:
    account = StaffAccountFactory(username="nguoi-thu", unit=unit_at(code), role=role)

    if may:
        assert ours.seal(by=account).sealed_by == account
    else:
        unchanged(ours, lambda: ours.seal(by=account), NotAllowed)


def test_a_grassroots_union_s_own_reviewer_seals_it() -> None:
    union = unit_at("quang-tri/dong-ha/may-song-hieu")
    theirs = desk(host=unit_at("quang-tri/dong-ha"), takes_part=["grassroots"], dossier_items=[], of=union)
    theirs.nominate()

    assert theirs.seal(by=theirs.reviewer).number == 1


@pytest.mark.parametrize("way", [CameBy.PAPER, CameBy.EMAIL])
def test_whoever_seals_from_above_records_first_how_it_came(ours: Desk, way: str) -> None:
    unchanged(ours, lambda: ours.seal(by=ours.host), WayIsNotRecorded, "Trước khi gửi thay")

    dossiers.came_outside(ours.now(), by_way=way, arrived_on=date(2022, 4, 8), by=ours.host, at=NOON)
    version = ours.seal(by=ours.host)

    assert (version.sent_on, json.loads(version.content)["came_by"]) == (date(2022, 4, 8), way)


def test_the_manager_of_the_unit_in_which_it_went_on_seals_as_its_own(ours: Desk) -> None:
    successor = unit_at("quang-tri/huong-hoa")
    Unit.objects.filter(pk=ours.dossier.unit_id).update(current_path=successor.current_path)
    manager = StaffAccountFactory(username="ke-thua", unit=successor, role=Role.MANAGER)

    assert ours.seal(by=manager).sealed_by == manager


# --- late -------------------------------------------------------------------------------------------------------------


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


LATE = [
    pytest.param("2022-04-15T23:59:59", {}, False, id="the last second of the last day"),
    pytest.param("2022-04-16T00:00:00", {}, True, id="the first moment after"),
    pytest.param("2022-04-20T23:59:59", {"extended_until": date(2022, 4, 20)}, False, id="extended to this day"),
    pytest.param("2022-04-21T00:00:00", {"extended_until": date(2022, 4, 20)}, True, id="after the extension"),
    pytest.param(
        "2022-04-21T08:00:00", {"came_by": "paper", "arrived_on": date(2022, 4, 15)}, False, id="came in time"
    ),
    pytest.param("2022-04-21T08:00:00", {"came_by": "email", "arrived_on": date(2022, 4, 16)}, True, id="came late"),
]


@pytest.mark.parametrize(("at", "fields", "is_late"), LATE)
def test_late_is_what_is_sent_after_the_last_day(ours: Desk, at: str, fields: dict[str, Any], is_late: bool) -> None:
    Dossier.objects.update(**fields)

    version = ours.seal(at=moment(at))

    assert version.is_late == is_late
    assert version.sent_on == fields.get("arrived_on", moment(at).date())
    assert DossierEvent.objects.latest("pk").words == ("Gửi quá hạn." if is_late else "")


def test_without_a_last_day_nothing_is_late() -> None:
    ours = desk(dossier_items=[], dossier_due=None)
    ours.nominate()

    assert not ours.seal(at=moment("2030-01-01T00:00:00")).is_late


def test_more_time_granted_afterwards_makes_what_was_late_timely_and_leaves_it_as_sealed(ours: Desk) -> None:
    version = ours.seal(at=moment("2022-04-18T08:00:00"))
    assert version.is_late

    dossiers.extend(
        ours.now(), until=date(2022, 4, 18), because="Mưa lũ", by=ours.host, at=moment("2022-04-19T08:00:00")
    )

    after = DossierVersion.objects.get()
    assert (after.is_late, after.content, after.hash) == (False, version.content, version.hash)


def test_less_time_afterwards_makes_nothing_late_that_was_timely(ours: Desk) -> None:
    dossiers.extend(ours.now(), until=date(2022, 4, 20), because="Mưa lũ", by=ours.host, at=NOON)
    ours.seal(at=moment("2022-04-18T08:00:00"))

    dossiers.extend(ours.now(), until=date(2022, 4, 17), because="Nhầm", by=ours.host, at=moment("2022-04-19T08:00:00"))

    assert not DossierVersion.objects.get().is_late


def test_what_came_late_is_accepted_only_once_its_unit_was_granted_that_day(ours: Desk) -> None:
    ours.seal(at=moment("2022-04-16T08:00:00"))

    said = "Hồ sơ gửi ngày 16/4/2022, sau hạn 15/4/2022, nên không hợp lệ."
    unchanged(ours, ours.accept, CameLate, said)

    dossiers.extend(
        ours.now(), until=date(2022, 4, 16), because="Mưa lũ", by=ours.host, at=moment("2022-04-19T08:00:00")
    )
    ours.accept()

    assert ours.now().state == DossierState.ACCEPTED


def test_a_late_one_sent_back_and_sent_anew_is_as_late(ours: Desk) -> None:
    ours.seal()
    ours.send_back()
    ours.seal(at=moment("2022-04-16T08:00:00"))

    unchanged(ours, ours.accept, CameLate)


# --- what the level above answers -------------------------------------------------------------------------------------


def test_it_is_received(ours: Desk) -> None:
    ours.seal()

    sealing.receive(ours.now(), by=ours.host, at=NOON + timedelta(hours=2))

    assert ours.now().state == DossierState.RECEIVED
    event = DossierEvent.objects.latest("pk")
    assert (event.act, event.account, event.version) == (DossierAct.RECEIVED, ours.host, 1)


@pytest.mark.parametrize("is_received", [False, True])
def test_it_is_returned_with_what_to_mend(ours: Desk, is_received: bool) -> None:
    ours.seal()
    if is_received:
        sealing.receive(ours.now(), by=ours.host, at=NOON)

    ours.send_back()

    assert (ours.now().state, ours.dossier.is_open) == (DossierState.RETURNED, True)
    event = DossierEvent.objects.latest("pk")
    assert (event.act, event.words) == (DossierAct.RETURNED, "Thiếu chữ ký ở tờ trình.")


@pytest.mark.parametrize("remarks", ["", " \n​"])
def test_nothing_is_returned_without_a_word(ours: Desk, remarks: str) -> None:
    ours.seal()

    unchanged(
        ours,
        lambda: sealing.send_back(ours.now(), remarks=remarks, by=ours.host, at=NOON),
        RemarksMissing,
        "cần bổ sung",
    )


def test_a_returned_one_is_sent_anew_as_the_next_version(ours: Desk) -> None:
    first = ours.seal()
    ours.send_back()
    ours.nominate("Máy sấy")

    second = ours.seal(at=NOON + timedelta(days=1))

    assert (second.number, second.sent_on) == (2, date(2022, 4, 11))
    assert [each["title"] for each in json.loads(second.content)["nominees"]] == ["Bàn gá", "Máy sấy"]
    assert DossierVersion.objects.get(number=1).content == first.content
    assert (ours.now().state, ours.dossier.version) == (DossierState.SENT, 2)


def test_the_same_sent_anew_is_another_version_with_another_hash(ours: Desk) -> None:
    first = ours.seal()
    ours.send_back(at=SEALED_AT)

    assert ours.seal(at=SEALED_AT).hash != first.hash


def test_a_returned_one_comes_on_a_day_of_its_own(ours: Desk) -> None:
    dossiers.came_outside(ours.now(), by_way=CameBy.PAPER, arrived_on=date(2022, 4, 8), by=ours.host, at=NOON)
    ours.seal()
    ours.send_back()

    assert (ours.now().came_by, ours.dossier.arrived_on) == (CameBy.PORTAL, None)
    assert ours.seal(at=moment("2022-04-16T08:00:00")).is_late


def test_what_stopped_being_valid_while_it_was_sealed_is_taken_back_when_it_returns(ours: Desk) -> None:
    gone, moved = ours.nominate("Máy sấy"), ours.nominate("Bơm nước")
    ours.seal()
    lifecycle.move(gone.initiative_id, Status.SUBMITTED, by=ours.manager, at=SEALED_AT)
    lifecycle.reassign(moved.initiative, unit_at("quang-tri/huong-hoa"), by=ours.host, at=SEALED_AT)
    assert Quota.objects.get().taken == 3

    returned = ours.send_back()

    gone.refresh_from_db()
    moved.refresh_from_db()
    assert {gone.standing, moved.standing} == {Standing.WITHDRAWN}
    assert Quota.objects.get().taken == 1
    assert returned.edition == ours.now().edition
    assert [each["title"] for each in json.loads(ours.seal().content)["nominees"]] == ["Bàn gá"]


def test_an_accepted_one_stays_accepted(ours: Desk) -> None:
    ours.seal()
    ours.accept()

    assert ours.now().state == DossierState.ACCEPTED
    assert DossierEvent.objects.latest("pk").act == DossierAct.ACCEPTED
    for again in (
        ours.accept,
        ours.send_back,
        lambda: sealing.receive(ours.now(), by=ours.host, at=NOON),
    ):
        unchanged(ours, again, AnsweredMeanwhile, "đang ở trạng thái “đã chấp nhận”")


def test_complaints_are_asked_of_again_when_it_is_accepted(ours: Desk) -> None:
    ours.seal()
    unchanged(ours, lambda: ours.accept(no_complaints=False), NotDeclared)
    complaint = ComplaintFactory(initiative=Initiative.objects.get())
    unchanged(ours, ours.accept, ComplaintIsOpen, "“Bàn gá”")

    complaints.resolve(complaint.pk, resolution="Không có cơ sở.", by=ours.host, at=NOON)
    ours.accept()

    assert ours.now().state == DossierState.ACCEPTED


@pytest.mark.parametrize("state", [DossierState.PREPARING, DossierState.RETURNED])
def test_nothing_is_answered_that_was_not_sent(ours: Desk, state: str) -> None:
    Dossier.objects.update(state=state)

    for answer in (ours.accept, ours.send_back, lambda: sealing.receive(ours.now(), by=ours.host, at=NOON)):
        unchanged(ours, answer, AnsweredMeanwhile)


def test_it_is_received_once(ours: Desk) -> None:
    ours.seal()
    sealing.receive(ours.now(), by=ours.host, at=NOON)

    unchanged(ours, lambda: sealing.receive(ours.now(), by=ours.host, at=NOON), AnsweredMeanwhile)


def test_what_is_answered_is_the_version_that_was_read(ours: Desk) -> None:
    ours.seal()
    ours.send_back()
    ours.seal()

    unchanged(ours, lambda: ours.accept(version=1), AnsweredMeanwhile, "vừa được gửi lần 2")
    ours.accept(version=2)


ANSWERERS = [
    ("quang-tri", Role.MANAGER, True),
    ("tld", Role.ADMINISTRATOR, True),
    ("quang-tri", Role.REVIEWER, False),
    ("quang-tri/dong-ha", Role.MANAGER, False),
    ("thanh-hoa", Role.MANAGER, False),
]


@pytest.mark.parametrize(("code", "role", "may"), ANSWERERS, ids=[f"{role} of {code}" for code, role, _ in ANSWERERS])
@pytest.mark.parametrize("answer", ["receive", "send_back", "accept"])
def test_who_may_answer(ours: Desk, code: str, role: Role, may: bool, answer: str) -> None:
    ours.seal()
    account = StaffAccountFactory(username="nguoi-thu", unit=unit_at(code), role=role)
    said = {"receive": {}, "send_back": {"remarks": "Thiếu"}, "accept": {"no_complaints": True}}[answer]

    def answered() -> Any:
        return getattr(sealing, answer)(ours.now(), by=account, at=NOON, **said)

    if may:
        assert answered().pk == ours.dossier.pk
    else:
        unchanged(ours, answered, NotAllowed)


# --- while it is sealed -----------------------------------------------------------------------------------------------


def test_its_sender_does_not_withdraw_what_was_sent(ours: Desk) -> None:
    initiative = Initiative.objects.get()
    ours.seal()

    with pytest.raises(MoveRefused, match="chưa rút được"):
        lifecycle.move(initiative.pk, Status.WITHDRAWN, by=None, at=SEALED_AT)
    assert Initiative.objects.get().status == Status.VALID

    ours.send_back()
    lifecycle.move(initiative.pk, Status.WITHDRAWN, by=None, at=SEALED_AT)
    assert initiative.nominations.get().standing == Standing.WITHDRAWN


def test_nobody_joins_or_leaves_what_was_sent(ours: Desk) -> None:
    nominee = ours.dossier.round.nominations.get()
    ours.seal()

    unchanged(ours, lambda: ours.nominate("Máy sấy"), SelectionRefused)
    unchanged(
        ours, lambda: nominating.withdraw(nominee.pk, because="Nhầm", by=ours.manager, at=SEALED_AT), SelectionRefused
    )


# --- cost -------------------------------------------------------------------------------------------------------------


def test_statements_of_sealing_and_returning_do_not_grow_with_the_nominees() -> None:
    costs, costs_of_returning = [], []
    for titles in (["Một"], ["Một", "Hai", "Ba", "Bốn"]):
        ours = desk(dossier_items=ALL_THREE, named=str(len(titles)))
        for nominee in ours.complete(*titles):
            AttachmentFactory(initiative=nominee.initiative)
        with CaptureQueriesContext(connection) as asked:
            ours.seal()
        costs.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            ours.send_back()
        costs_of_returning.append(len(asked))

    assert costs[0] == costs[1] <= 32
    assert costs_of_returning[0] == costs_of_returning[1] <= 16


def test_an_initiative_that_stands_nowhere_is_in_no_content(ours: Desk) -> None:
    InitiativeFactory(campaign=ours.round.campaign, status=Status.VALID, title="Không ai giới thiệu")

    assert "Không ai giới thiệu" not in ours.seal().content


def test_one_that_is_not_valid_any_more_is_not_accepted_and_is_named() -> None:
    ours = desk(dossier_items=[], each_unit_max=4)
    ours.nominate("Bàn gá")
    gone = ours.nominate("Máy sấy").initiative
    ours.nominate("Dự bị hỏng", as_reserve=True)
    ours.seal()
    lifecycle.move(gone.pk, Status.INVALID, by=ours.host, at=NOON + timedelta(hours=2))

    with pytest.raises(NotValidAnyMore, match=r"“Máy sấy” \(không hợp lệ\)\. Hãy trả lại") as refused:
        ours.accept(at=NOON + timedelta(hours=3))

    assert [each.pk for each in refused.value.initiatives] == [gone.pk]
    assert ours.now().state == DossierState.SENT


def test_a_reserve_that_is_not_valid_any_more_keeps_nothing_from_being_accepted() -> None:
    ours = desk(dossier_items=[], each_unit_max=4)
    ours.nominate("Bàn gá")
    gone = ours.nominate("Máy sấy", as_reserve=True).initiative
    ours.seal()
    lifecycle.move(gone.pk, Status.INVALID, by=ours.host, at=NOON + timedelta(hours=2))

    ours.accept(at=NOON + timedelta(hours=3))

    assert ours.now().state == DossierState.ACCEPTED
