"""A dossier as it was sent, two of them side by side, and the whole path of an initiative."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Dossier, DossierState, Initiative
from initiatives.nominations import dossiers, nominating, sealing
from initiatives.nominations.path import path_of
from initiatives.nominations.path_admin import PathOnDesk
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import CoAuthorFactory
from tests.factories.selection import (
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    NominationFactory,
    SelectionRoundFactory,
)
from tests.nominations.dossier_office import DISTRICT, NOW, PROVINCE, Office


@pytest.fixture
def office(db: None, client_as: Callable[[StaffAccount], Client], at: Callable[..., datetime]) -> Office:
    at(NOW)
    return Office.opened(client_as, each_unit_max=None)


def sent_back(office: Office, remarks: str = "Thiếu dấu.") -> Dossier:
    sealing.send_back(office.dossier, remarks=remarks, by=office.province, at=NOW)
    return office.dossier


def sealed_again(office: Office) -> Dossier:
    dossier = office.dossier
    sealing.seal(dossier, by=office.district, at=NOW, no_complaints=True, edition=dossier.edition)
    return office.dossier


def test_a_version_stays_as_it_was_sent(office: Office) -> None:
    chosen = office.nominate("Bàn gá cắt vải", full_name="Trần Thị Lan")
    office.nominate("Máy sấy ván", as_reserve=True)
    version = office.seal().versions.get()
    Initiative.objects.filter(pk=chosen.initiative_id).update(title="Tên đã sửa", full_name="Người khác")

    page = office.client().get(office.address("version", 1)).content.decode()

    assert [text in page for text in ("Bàn gá cắt vải", "Trần Thị Lan", "Máy sấy ván", version.hash)] == [True] * 4
    assert ("Tên đã sửa" in page, "Người khác" in page) == (False, False)
    assert "có bản giấy" in page


@pytest.mark.parametrize("number", [0, 2, 40_000, 10**17])
def test_a_version_that_was_not_sent_is_missing(office: Office, number: int) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()

    assert office.client().get(office.address("version", number)).status_code == 404
    assert office.client().get(office.address("compare", 1, number)).status_code == 404


def test_two_versions_are_told_apart(office: Office) -> None:
    first, second = office.nominate("Thứ nhất"), office.nominate("Thứ hai")
    changed = office.nominate("Sẽ sửa", scope="Xưởng 2")
    office.seal()
    sent_back(office)
    nominating.withdraw(first.pk, because="Tác giả xin rút", by=office.district, at=NOW)
    office.nominate("Mới thêm")
    Initiative.objects.filter(pk=changed.initiative_id).update(scope="Toàn công ty")
    dossiers.note_paper(office.dossier, "other", by=office.district, at=NOW)
    sealed_again(office)

    answer = office.client(office.province).get(office.address("compare", 1, 2))

    page, found = answer.content.decode(), answer.context["comparison"]
    assert [each["title"] for each in found.added] == ["Mới thêm"]
    assert [each["title"] for each in found.removed] == ["Thứ nhất"]
    assert "<ins>4. Mới thêm" in page or "<ins>3. Mới thêm" in page
    assert "<del>1. Thứ nhất" in page
    assert "<del>Xưởng 2</del><ins>Toàn công ty</ins>" in page
    assert "<ins>Tài liệu khác: bản giấy</ins>" in page
    assert second.pk
    assert "So sánh lần 1 với lần 2" in office.client().get(office.desk).content.decode()


def test_the_same_twice_says_so(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    sent_back(office)
    sealed_again(office)

    assert "Hai lần gửi có cùng danh sách" in office.client().get(office.address("compare", 1, 2)).content.decode()


@pytest.mark.parametrize(
    ("place", "role", "status"),
    [(DISTRICT, Role.VIEWER, 200), (PROVINCE, Role.VIEWER, 200), ("quang-tri/huong-hoa", Role.MANAGER, 404)],
)
def test_who_may_see_what_was_sent(office: Office, place: str, role: str, status: int) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    client = office.client(office.staff(place, role))

    for address in (office.address("version", 1), office.address("compare", 1, 1)):
        assert client.get(address).status_code == status


def test_a_version_takes_as_many_statements_for_three_as_for_one(
    db: None, client_as: Callable[[StaffAccount], Client], at: Callable[..., datetime]
) -> None:
    at(NOW)
    asked = []
    for titles in (["Một"], ["Một", "Hai", "Ba"]):
        office = (
            Office.opened(client_as, name=f"Đợt {len(titles)}", each_unit_max=None)
            if not asked
            else asked_office(asked[0][1], titles)
        )
        for title in titles:
            CoAuthorFactory(initiative=office.nominate(f"{title} của {len(titles)}").initiative, number=1)
        office.seal()
        client = office.client()
        client.get(office.address("version", 1))
        with CaptureQueriesContext(connection) as statements:
            client.get(office.address("version", 1))
        asked.append((len(statements), office))

    assert asked[0][0] == asked[1][0]


def asked_office(office: Office, titles: list[str]) -> Office:
    other = SelectionRoundFactory(campaign=office.round.campaign, name=f"Đợt {len(titles)}", each_unit_max=None)
    return Office(office.units, other, office.district, office.province, office.sign_in)


# --- the path of an initiative ----------------------------------------------------------------------------------------------


def shown(initiative: Initiative, **given: Any) -> str:
    return render_to_string("nominations/_path.html", {"path": path_of(initiative, **given)})


def test_the_path_goes_from_the_lowest_host_to_the_highest(office: Office) -> None:
    chosen = office.nominate("Bàn gá cắt vải")
    lower = SelectionRoundFactory(
        campaign=office.round.campaign, host=office.unit, name="Xét chọn cấp thành phố", takes_part=["grassroots"]
    )
    NominationFactory(
        round=lower, unit=office.units["quang-tri/dong-ha/may-song-hieu"], initiative=chosen.initiative, rank=2
    )
    office.seal()
    sealing.accept(office.dossier, no_complaints=True, by=office.province, at=NOW)
    decision = CommendationDecisionFactory(campaign=office.round.campaign, round=office.round, number="101/QĐ-LĐLĐ")
    CommendationFactory(decision=decision, initiative=chosen.initiative)

    steps = path_of(chosen.initiative, reader=office.district)

    assert [(step.round.name, step.place, step.is_accepted) for step in steps] == [
        ("Xét chọn cấp thành phố", "Thứ 2", False),
        ("Xét chọn cấp tỉnh", "Thứ 1", True),
    ]
    assert [len(step.commendations) for step in steps] == [0, 1]
    assert steps[1].dossier.state == DossierState.ACCEPTED
    assert "101/QĐ-LĐLĐ" in shown(chosen.initiative)


def test_what_was_withdrawn_stays_on_the_path(office: Office) -> None:
    chosen = office.nominate("Bàn gá cắt vải")
    nominating.withdraw(chosen.pk, because="Tác giả xin rút", by=office.district, at=NOW)

    (step,) = path_of(chosen.initiative)

    assert (step.place, step.is_withdrawn) == ("Đã rút", True)
    assert "Tác giả xin rút" in shown(chosen.initiative)


def test_a_decision_that_is_not_announced_is_told_to_those_who_took_it_alone(office: Office) -> None:
    chosen = office.nominate("Bàn gá cắt vải")
    decision = CommendationDecisionFactory(campaign=office.round.campaign, announced_at=None, number="102/QĐ-LĐLĐ")
    CommendationFactory(decision=decision, initiative=chosen.initiative)

    assert "102/QĐ-LĐLĐ" not in shown(chosen.initiative, reader=office.district)
    assert "102/QĐ-LĐLĐ" in shown(chosen.initiative, reader=office.province)
    assert "(chưa công bố)" in shown(chosen.initiative, reader=office.province)


def test_the_way_to_a_dossier_is_shown_to_whoever_may_open_it(office: Office) -> None:
    chosen = office.nominate("Bàn gá cắt vải")
    below = office.staff("quang-tri/dong-ha/may-song-hieu", Role.REVIEWER)

    assert office.desk in shown(chosen.initiative, reader=office.district)
    assert office.desk not in shown(chosen.initiative, reader=below)


def test_one_without_a_path_shows_nothing(office: Office) -> None:
    assert shown(office.initiative("Bàn gá cắt vải")).strip() == ""


@pytest.mark.parametrize(("role", "is_offered"), [(Role.VIEWER, False), (Role.REVIEWER, True)])
def test_the_desk_tells_of_complaints_and_offers_to_record_one(
    office: Office, rf: Any, role: str, is_offered: bool
) -> None:
    chosen = office.nominate("Bàn gá cắt vải").initiative
    ComplaintFactory(initiative=chosen)
    request = rf.get("/")
    request.user = office.staff(DISTRICT, role)

    context = Panel(Initiative, admin.site).desk_context(request, chosen)
    page = render_to_string("nominations/_path.html", context | {"initiative": chosen})

    assert [step.round for step in context["path"]] == [office.round]
    assert "Chưa giải quyết" in page
    assert (f"/admin/initiatives/complaint/add/?ma={chosen.receipt_code}" in page) == is_offered


class Below:
    def desk_context(self, request: Any, initiative: Initiative) -> dict[str, Any]:
        return {}


class Panel(PathOnDesk, Below):
    """As the admin of initiatives stands on it."""
