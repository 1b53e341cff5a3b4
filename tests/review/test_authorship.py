"""Nobody decides on an initiative of their own: the same phone, or the same identity number."""

from collections.abc import Callable
from typing import Any

import pytest

from initiatives.lifecycle import MoveRefused
from initiatives.models import Initiative, Status
from initiatives.review import authorship
from initiatives.review.actions import Decision, decide, decide_many
from portal import sealing
from tests.factories import CoAuthorFactory
from tests.review.conftest import Office

NUMBER = "045188012345"
HASH = sealing.lookup_hash("identity", NUMBER)

SAME_PERSON: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "the same phone": ({"phone": "0912 345 678"}, {"phone_digits": "0912345678"}, authorship.BY_PHONE),
    "written otherwise": ({"phone": "+84912345678"}, {"phone_digits": "0912345678"}, authorship.BY_PHONE),
    "another phone": ({"phone": "0912345679"}, {"phone_digits": "0912345678"}, ""),
    "no phone anywhere": ({"phone": ""}, {"phone_digits": ""}, ""),
    "words for a phone": ({"phone": "không có"}, {"phone_digits": ""}, ""),
    "the same number": ({"national_id_hash": HASH}, {"national_id": NUMBER}, authorship.BY_IDENTITY),
    "another number": ({"national_id_hash": HASH}, {"national_id": "045188012346"}, ""),
    "no number anywhere": ({"national_id_hash": ""}, {"national_id": ""}, ""),
    "both": (
        {"phone": "0912345678", "national_id_hash": HASH},
        {"phone_digits": "0912345678", "national_id": NUMBER},
        authorship.BY_IDENTITY,
    ),
}


@pytest.mark.parametrize(("account", "sent", "shared"), SAME_PERSON.values(), ids=SAME_PERSON)
def test_who_sent_it_is_known_by_phone_or_number(
    office: Office, account: dict[str, str], sent: dict[str, str], shared: str
) -> None:
    initiative = office.receive(**sent)
    for name, value in account.items():
        setattr(office.officer, name, value)

    assert authorship.shared_with(initiative, office.officer) == shared
    assert authorship.is_own(initiative, office.officer) is bool(shared)


@pytest.fixture
def own(office: Office) -> Initiative:
    office.officer.national_id_hash = HASH
    office.officer.save()
    return office.receive(national_id=NUMBER)


def test_ones_own_is_refused_at_the_desk_with_the_reason(office: Office, own: Initiative) -> None:
    answer = office.decide(own, "approve")

    assert answer.status_code == 409
    assert "của chính bạn (cùng số CMND/CCCD)" in answer.content.decode()
    page = office.client.get(office.desk(own)).content.decode()
    assert "một cán bộ khác phải xét" in page
    assert 'name="decision"' not in page
    assert Initiative.objects.get(pk=own.pk).status == Status.SUBMITTED


def test_ones_own_is_refused_among_many(office: Office, own: Initiative) -> None:
    other = office.receive()
    rows = [(own.pk, own.version), (other.pk, other.version)]

    outcome = decide_many(rows, Decision(Status.VALID), by=office.officer, at=own.submitted_at)

    assert outcome.done == 1
    assert "chính bạn" in outcome.refused[0][1]
    with pytest.raises(MoveRefused, match="cùng số CMND/CCCD"):
        decide(own.pk, Decision(Status.VALID), by=office.officer, at=own.submitted_at)


NAMESAKES: dict[str, tuple[str, str, list[str]]] = {
    "nobody": ("Lê Văn Một", "Lê Văn Hai", []),
    "the sender": ("hồ thị  lan anh", "Lê Văn Hai", ["hồ thị  lan anh"]),
    "who shares the work": ("Lê Văn Một", "Hồ Thị Lan Anh", ["Hồ Thị Lan Anh"]),
}


@pytest.mark.parametrize(("sender", "shares", "told"), NAMESAKES.values(), ids=NAMESAKES)
def test_a_namesake_warns_and_refuses_nothing(office: Office, sender: str, shares: str, told: list[str]) -> None:
    office.officer.full_name = "Hồ Thị Lan Anh"
    office.officer.save()
    initiative = office.receive(full_name=sender)
    CoAuthorFactory(initiative=initiative, number=1, full_name=shares)

    page = office.client.get(office.desk(initiative)).content.decode()

    assert authorship.namesakes(initiative, office.officer) == told
    assert ("trùng họ tên với bạn" in page) is bool(told)
    assert office.decide(initiative, "approve").status_code == 302


@pytest.mark.parametrize(
    ("known_by", "is_asked"),
    [({}, True), ({"phone": "0912345678"}, False), ({"national_id_hash": HASH}, False), ({"phone": "x"}, True)],
    ids=["nothing", "phone", "number", "no phone number"],
)
def test_who_is_known_by_nothing_is_asked_for_a_number(
    office: Office, known_by: dict[str, str], is_asked: bool, client_as: Callable[..., Any]
) -> None:
    for name, value in known_by.items():
        setattr(office.officer, name, value)
    office.officer.save()

    page = client_as(office.officer).get(office.desk(office.receive())).content.decode()

    assert ("không nhận ra sáng kiến của chính bạn" in page) is is_asked
