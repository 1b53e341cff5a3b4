"""What is announced stays valid until the announcement is taken back, whoever would move it and by which door."""

from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives import lifecycle
from initiatives.models import Act, Commendation, Initiative, Nomination, Standing, Status
from initiatives.nominations import commending
from initiatives.nominations.commending import StaysCommended
from initiatives.review import actions
from initiatives.review.actions import Decision
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    InitiativeFactory,
    NominationFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    TwinPairFactory,
    make_tree,
    unit_at,
)

NOW = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)
TOLD = "Sáng kiến đã được công bố biểu dương theo Quyết định số 101/QĐ-LĐLĐ của LĐLĐ tỉnh Quảng Trị"
REASONS = (lifecycle.Reason("other", "", "Không đúng"),)


@pytest.fixture
def commendation(db: None, at: Callable[[Any], datetime]) -> Commendation:
    at(NOW)
    make_tree()
    return named(unit="quang-tri/dong-ha", number="101/QĐ-LĐLĐ")


@pytest.fixture
def reviewer(commendation: Commendation) -> StaffAccount:
    return StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.REVIEWER)


@pytest.fixture
def manager(commendation: Commendation) -> StaffAccount:
    return StaffAccountFactory(unit=unit_at("quang-tri"), role=Role.MANAGER)


def named(*, unit: str, number: str) -> Commendation:
    initiative = InitiativeFactory(unit=unit_at(unit), status=Status.VALID)
    decision = CommendationDecisionFactory(campaign=initiative.campaign, number=number)
    return CommendationFactory(decision=decision, initiative=initiative)


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def seen(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.mark.parametrize("to", [Status.SUBMITTED, Status.INVALID, Status.WITHDRAWN])
def test_it_leaves_valid_by_no_move_and_nothing_is_written(
    commendation: Commendation, manager: StaffAccount, to: Status
) -> None:
    initiative = commendation.initiative
    place = NominationFactory(
        round=SelectionRoundFactory(campaign=initiative.campaign), unit=initiative.unit, initiative=initiative
    )
    steps = initiative.events.count()

    with pytest.raises(StaysCommended):
        lifecycle.move(initiative.pk, to, by=None if to == Status.WITHDRAWN else manager, at=NOW, reasons=REASONS)

    assert (again(initiative).status, initiative.events.count()) == (Status.VALID, steps)
    assert Nomination.objects.get(pk=place.pk).standing == Standing.CHOSEN


def test_who_may_take_it_back_is_told_to_and_others_whom_to_ask(
    commendation: Commendation, manager: StaffAccount, reviewer: StaffAccount
) -> None:
    sentences = [str(StaysCommended(commendation.decision, by=who)) for who in (manager, reviewer, None)]

    assert sentences == [
        f"{TOLD}, nên không đổi trạng thái được. Hãy thu hồi công bố trước.",
        f"{TOLD}, nên không đổi trạng thái được. Hãy đề nghị LĐLĐ tỉnh Quảng Trị thu hồi công bố trước.",
        f"{TOLD}, nên chưa rút được. Muốn rút, hãy đề nghị LĐLĐ tỉnh Quảng Trị thu hồi công bố trước.",
    ]


def test_a_duplicate_of_another_it_does_not_become(commendation: Commendation, manager: StaffAccount) -> None:
    first = InitiativeFactory(campaign=commendation.initiative.campaign, status=Status.VALID)

    with pytest.raises(StaysCommended):
        lifecycle.move(
            commendation.initiative_id, Status.INVALID, by=manager, at=NOW, reasons=REASONS, duplicate_of=first
        )

    assert again(commendation.initiative).duplicate_of is None


def test_once_taken_back_or_before_it_is_announced_it_may(commendation: Commendation, manager: StaffAccount) -> None:
    commending.recall(commendation.decision_id, because="Ghi nhầm", by=manager, at=NOW)

    lifecycle.move(commendation.initiative_id, Status.INVALID, by=manager, at=NOW, reasons=REASONS)

    assert again(commendation.initiative).status == Status.INVALID


def test_it_may_go_to_another_unit(commendation: Commendation, manager: StaffAccount) -> None:
    lifecycle.reassign(commendation.initiative, unit_at("quang-tri"), by=manager, at=NOW)

    assert again(commendation.initiative).unit == unit_at("quang-tri")


def test_what_had_left_before_is_still_corrected_and_reopened(
    commendation: Commendation, manager: StaffAccount
) -> None:
    """Rows from before this was refused: they are in nobody's way."""
    initiative = commendation.initiative
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.INVALID)

    lifecycle.move(initiative.pk, Status.SUBMITTED, by=manager, at=NOW)
    lifecycle.record(again(initiative), Act.EDITED, from_status=Status.SUBMITTED, by=None, at=NOW)
    lifecycle._leave(again(initiative), by=None, at=NOW)

    assert again(initiative).status == Status.SUBMITTED


# --- the doors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [{"decision": "reopen", "why": "Xem lại"}, {"decision": "decline", "own_words": "Không đúng"}],
    ids=["reopen", "decline"],
)
def test_the_desk_says_why(
    commendation: Commendation,
    reviewer: StaffAccount,
    client_as: Callable[[StaffAccount], Client],
    typed: dict[str, Any],
) -> None:
    initiative = commendation.initiative
    address = reverse("admin:initiatives_initiative_change", args=[initiative.pk])

    answer = client_as(reviewer).post(address, {"version": initiative.version} | typed)

    assert answer.status_code == 409
    assert TOLD in seen(answer)
    assert again(initiative).status == Status.VALID


def test_of_many_at_once_those_are_left_out_and_told(commendation: Commendation, reviewer: StaffAccount) -> None:
    other = InitiativeFactory(unit=reviewer.unit, campaign=commendation.initiative.campaign, status=Status.VALID)
    rows = [(each.pk, each.version) for each in (commendation.initiative, other)]

    outcome = actions.decide_many(rows, Decision(Status.SUBMITTED, REASONS), by=reviewer, at=NOW)

    assert outcome.done == 1
    assert [(pk, TOLD in sentence) for pk, sentence in outcome.refused] == [(commendation.initiative_id, True)]
    assert (again(commendation.initiative).status, again(other).status) == (Status.VALID, Status.SUBMITTED)


def test_the_twin_page_says_why_and_the_pair_stays_open(
    commendation: Commendation, reviewer: StaffAccount, client_as: Callable[[StaffAccount], Client]
) -> None:
    later = commendation.initiative
    earlier = InitiativeFactory(unit=later.unit, campaign=later.campaign, status=Status.VALID)
    pair = TwinPairFactory(earlier=earlier, later=later, decider=later.unit)
    typed = {"decision": "keep_earlier", "words": "Cùng một máy"}
    typed |= {f"version_{each.pk}": str(each.version) for each in (earlier, later)}

    answer = client_as(reviewer).post(reverse("admin:initiatives_twinpair_change", args=[pair.pk]), typed)

    assert answer.status_code == 409
    assert TOLD in seen(answer)
    pair.refresh_from_db()
    assert (pair.is_open, again(later).status, again(earlier).status) == (True, Status.VALID, Status.VALID)


def test_a_duplicate_of_it_is_still_declined(commendation: Commendation, manager: StaffAccount) -> None:
    first = commendation.initiative
    other = InitiativeFactory(campaign=first.campaign, status=Status.VALID)

    lifecycle.move(other.pk, Status.INVALID, by=manager, at=NOW, reasons=REASONS, duplicate_of=first)

    assert again(other).duplicate_of == first
