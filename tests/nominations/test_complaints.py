"""Complaints and disputes: recorded with who and when, resolved once, by somebody whose matter it is not."""

from datetime import date, timedelta
from typing import Any

import pytest

from initiatives.models import Complaint, Initiative, Status
from initiatives.nominations import complaints
from initiatives.nominations.complaints import ComplaintRefused, ResolvedMeanwhile
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import InitiativeFactory, StaffAccountFactory, unit_at
from tests.factories.selection import ComplaintFactory
from tests.nominations.sending import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative() -> Initiative:
    return InitiativeFactory(status=Status.VALID, phone_digits="0912345678")


def officer(code: str = "quang-tri/dong-ha", role: Role = Role.MANAGER, **fields: Any) -> StaffAccount:
    return StaffAccountFactory(username="can-bo-thu", unit=unit_at(code), role=role, **fields)


def record(initiative: Initiative, **said: Any) -> Complaint:
    asked = {
        "kind": Complaint.Kind.AUTHORSHIP,
        "raised_by": "Hoàng Thị Lan",
        "raised_on": NOON.date(),
        "text": "Tôi cùng làm mà không được ghi tên.",
        "at": NOON,
    } | said
    return complaints.record(initiative, **{"by": said.get("by") or officer()} | asked)


def test_it_is_recorded_with_who_and_when(initiative: Initiative) -> None:
    by = officer(role=Role.REVIEWER)

    record(initiative, by=by, raised_by="  Hoàng  Thị\nLan ", text=" Tôi cùng làm.\r\nKhông được ghi tên. ")

    kept = Complaint.objects.get()
    assert (kept.initiative, kept.kind, kept.recorded_by, kept.recorded_at) == (initiative, "authorship", by, NOON)
    assert (kept.raised_by, kept.raised_on) == ("Hoàng Thị Lan", date(2022, 4, 10))
    assert kept.text == "Tôi cùng làm.\nKhông được ghi tên."
    assert (kept.resolved_at, kept.resolution) == (None, "")


def test_a_letter_without_a_name_is_recorded_too(initiative: Initiative) -> None:
    assert record(initiative, raised_by="", kind=Complaint.Kind.COMPLAINT).raised_by == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": " \n "}, "Hãy ghi nội dung"),
        ({"raised_on": NOON.date() + timedelta(days=1)}, "không được sau hôm nay"),
        ({"raised_by": "a" * 161}, "tối đa 160 ký tự"),
    ],
)
def test_what_is_not_recorded(initiative: Initiative, said: dict[str, Any], words: str) -> None:
    with pytest.raises(ComplaintRefused, match=words):
        record(initiative, **said)

    assert not Complaint.objects.exists()


PEOPLE = [
    # unit, role, may record, may resolve
    ("quang-tri/dong-ha", Role.VIEWER, False, False),
    ("quang-tri/dong-ha", Role.REVIEWER, True, False),
    ("quang-tri/dong-ha", Role.MANAGER, True, True),
    ("quang-tri", Role.MANAGER, True, True),
    ("tld", Role.ADMINISTRATOR, True, True),
    ("quang-tri/dong-ha/may-song-hieu", Role.MANAGER, False, False),
    ("quang-tri/huong-hoa", Role.MANAGER, False, False),
    ("thanh-hoa", Role.MANAGER, False, False),
]


@pytest.mark.parametrize(
    ("code", "role", "records", "resolves"), PEOPLE, ids=[f"{role} of {code}" for code, role, *_ in PEOPLE]
)
def test_who_may(initiative: Initiative, code: str, role: Role, records: bool, resolves: bool) -> None:
    by = officer(code, role)
    complaint = ComplaintFactory(initiative=initiative)

    assert (complaints.may_record(by, initiative), complaints.may_resolve(by, initiative)) == (records, resolves)
    if not records:
        with pytest.raises(ComplaintRefused):
            record(initiative, by=by)
    if not resolves:
        with pytest.raises(ComplaintRefused):
            complaints.resolve(complaint.pk, resolution="Xong.", by=by, at=NOON)
    assert Complaint.objects.filter(resolved_at=None).count() == 1


def test_a_closed_account_does_nothing(initiative: Initiative) -> None:
    assert not complaints.may_record(officer(is_active=False), initiative)


def test_nobody_resolves_what_is_said_of_their_own(initiative: Initiative) -> None:
    complaint = ComplaintFactory(initiative=initiative)

    with pytest.raises(ComplaintRefused, match="không ai tự giải quyết"):
        complaints.resolve(complaint.pk, resolution="Không đúng.", by=officer(phone="0912 345 678"), at=NOON)


def test_it_is_resolved_with_words_who_and_when(initiative: Initiative) -> None:
    complaint, by = ComplaintFactory(initiative=initiative), officer()

    complaints.resolve(complaint.pk, resolution=" Hai bên thống nhất. ", by=by, at=NOON)

    complaint.refresh_from_db()
    assert (complaint.resolution, complaint.resolved_by, complaint.resolved_at) == ("Hai bên thống nhất.", by, NOON)


def test_without_words_it_is_not_resolved(initiative: Initiative) -> None:
    complaint = ComplaintFactory(initiative=initiative)

    with pytest.raises(ComplaintRefused, match="Hãy ghi kết quả"):
        complaints.resolve(complaint.pk, resolution="  ", by=officer(), at=NOON)


def test_of_two_who_resolve_it_the_second_is_told_and_overwrites_nothing(initiative: Initiative) -> None:
    complaint, by = ComplaintFactory(initiative=initiative), officer()
    complaints.resolve(complaint.pk, resolution="Lời thứ nhất.", by=by, at=NOON)

    with pytest.raises(ResolvedMeanwhile, match="vừa được người khác"):
        complaints.resolve(complaint.pk, resolution="Lời thứ hai.", by=by, at=NOON)

    assert Complaint.objects.get().resolution == "Lời thứ nhất."


def test_those_unresolved_come_the_oldest_first(initiative: Initiative) -> None:
    other = InitiativeFactory(status=Status.VALID)
    late = ComplaintFactory(initiative=initiative, raised_on=date(2022, 4, 2))
    early = ComplaintFactory(initiative=initiative, raised_on=date(2022, 4, 1))
    ComplaintFactory(initiative=initiative, resolved_at=NOON, resolution="Xong.")
    ComplaintFactory(initiative=other)

    assert list(complaints.unresolved_among([initiative.pk])) == [early, late]
    assert list(complaints.unresolved_among([])) == []
