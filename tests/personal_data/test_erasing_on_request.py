"""Erasing from the page of a request: counted first, then done once, by whoever may and is sure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.models import Act, DataRequest, Initiative, Status
from initiatives.personal_data import acts
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import DataRequestFactory, InitiativeFactory, StaffAccountFactory, make_tree, unit_at

NOW = datetime(2022, 3, 2, 9, 0, tzinfo=VIETNAM)
OFFER = "Xóa dữ liệu cá nhân của người đó"
In = Callable[[StaffAccount], Client]


@pytest.fixture
def manager(db: None, at: Callable[..., datetime]) -> StaffAccount:
    make_tree()
    at(NOW)
    return StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.MANAGER, is_demonstration=True)


@pytest.fixture
def asked(manager: StaffAccount) -> DataRequest:
    initiative = InitiativeFactory(unit=manager.unit, status=Status.VALID, full_name="Hồ Thị Lụa")
    return DataRequestFactory(kind=DataRequest.Kind.DELETE, initiative=initiative)


def page(asked: DataRequest, name: str = "erase") -> str:
    return reverse(f"admin:initiatives_datarequest_{name}", args=[asked.pk])


def sure(initiative: Initiative) -> dict[str, Any]:
    """As the page of `initiative` sends it."""
    return {"initiative": initiative.pk, "is_sure": "on"}


def test_looking_counts_and_changes_nothing(manager: StaffAccount, asked: DataRequest, client_as: In) -> None:
    client = client_as(manager)

    assert OFFER in client.get(page(asked, "change")).content.decode()
    shown = client.get(page(asked)).content.decode()

    assert ("Sẽ xóa" in shown, "Xóa rồi không lấy lại được." in shown) == (True, True)
    assert Initiative.objects.get().full_name == "Hồ Thị Lụa"


def test_whoever_is_sure_erases_once(manager: StaffAccount, asked: DataRequest, client_as: In) -> None:
    client = client_as(manager)

    shown = client.get(page(asked)).context["form"]["initiative"].value()
    unsure = client.post(page(asked), {"initiative": shown})
    assert (unsure.status_code, Initiative.objects.get().erased_at) == (422, None)
    done = client.post(page(asked), {"initiative": shown, "is_sure": "on"})

    assert done["Location"] == page(asked, "change")
    initiative = Initiative.objects.get()
    assert (initiative.erased_at, initiative.status) == (NOW, Status.VALID)
    assert "Lụa" not in initiative.full_name
    assert initiative.events.order_by("-number").first().act == Act.ERASED
    assert list(asked.steps.values_list("act", flat=True)) == ["erased"]
    after = client.get(page(asked, "change"))
    assert (after.status_code, OFFER in after.content.decode()) == (200, False)
    assert client.post(page(asked), sure(initiative)).status_code == 404


def test_what_is_under_review_is_told_and_stays(manager: StaffAccount, asked: DataRequest, client_as: In) -> None:
    Initiative.objects.update(status=Status.SUBMITTED)

    answer = client_as(manager).post(page(asked), sure(Initiative.objects.get()))

    assert (answer.status_code, "Sáng kiến đang được xét." in answer.content.decode()) == (409, True)
    assert Initiative.objects.get().erased_at is None


def test_what_was_bound_after_the_page_was_shown_is_not_erased(
    manager: StaffAccount, asked: DataRequest, client_as: In
) -> None:
    """Also where somebody first forgets to tick, and the page comes back with what is bound now."""
    client, other = client_as(manager), InitiativeFactory(unit=manager.unit, status=Status.VALID)
    shown = client.get(page(asked)).context["form"]["initiative"].value()
    acts.bind(asked.pk, other, by=manager, at=NOW)

    client.post(page(asked), {"initiative": shown})
    answer = client.post(page(asked), {"initiative": shown, "is_sure": "on"})

    assert (answer.status_code, acts.BOUND_MEANWHILE in answer.content.decode()) == (409, True)
    assert not Initiative.objects.exclude(erased_at=None).exists()
    assert list(asked.steps.values_list("act", flat=True)) == ["bound"]


@pytest.mark.parametrize("typed", [{}, {"initiative": ""}, {"initiative": "x"}], ids=["none", "empty", "no key"])
def test_without_the_key_of_what_was_shown_nothing_is_erased(
    manager: StaffAccount, asked: DataRequest, client_as: In, typed: dict[str, str]
) -> None:
    answer = client_as(manager).post(page(asked), {"is_sure": "on", **typed})

    assert (answer.status_code, acts.BOUND_MEANWHILE in answer.content.decode()) == (422, True)
    assert Initiative.objects.get().erased_at is None


def test_what_lies_outside_the_branch_by_now_is_not_erased(manager: StaffAccount, asked: DataRequest) -> None:
    """The request is still the manager's, the initiative is not."""
    shown = Initiative.objects.get()
    Initiative.objects.update(unit=unit_at("dien-bien"))

    with pytest.raises(acts.RequestRefused) as refused:
        acts.erase(asked.pk, shown=shown.pk, by=manager, at=NOW)

    assert refused.value.sentence == acts.BOUND_MEANWHILE
    assert Initiative.objects.get().erased_at is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kind": DataRequest.Kind.SEE}, id="who only wants to see"),
        pytest.param({"initiative": None}, id="bound to nothing"),
        pytest.param({"done_at": NOW, "outcome": "refused"}, id="over"),
    ],
)
def test_where_nothing_is_to_be_erased_there_is_no_page(
    manager: StaffAccount, asked: DataRequest, client_as: In, change: dict[str, Any]
) -> None:
    DataRequest.objects.update(**change)

    assert client_as(manager).get(page(asked)).status_code == 404


def test_a_reviewer_is_offered_nothing(asked: DataRequest, client_as: In) -> None:
    reviewer = StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.REVIEWER, is_demonstration=True)
    client = client_as(reviewer)

    assert OFFER not in client.get(page(asked, "change")).content.decode()
    assert client.post(page(asked), sure(Initiative.objects.get())).status_code == 403
