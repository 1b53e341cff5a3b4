"""Real threads on real connections: a decision is announced once, as it was read, and never without those it names."""

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from initiatives import lifecycle
from initiatives.models import Act, CommendationDecision, Initiative, ReviewEvent, Status
from initiatives.nominations import commending
from initiatives.nominations.commending import ChangedMeanwhile, CommendingRefused, IsAnnounced, NotValidAnyMore
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import CommendationDecisionFactory, InitiativeFactory, StaffAccountFactory, make_tree, unit_at

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
AT = datetime(2022, 5, 1, 8, 0, tzinfo=VIETNAM)


@pytest.fixture
def decision() -> CommendationDecision:
    make_tree()
    return CommendationDecisionFactory(announced_at=None)


@pytest.fixture
def manager(decision: CommendationDecision) -> StaffAccount:
    return StaffAccountFactory(unit=decision.unit, role=Role.MANAGER)


def valid(decision: CommendationDecision) -> Initiative:
    return InitiativeFactory(campaign=decision.campaign, unit=unit_at("quang-tri/dong-ha"), status=Status.VALID)


def announcing(decision: CommendationDecision, by: StaffAccount) -> Any:
    read = commending.edition(decision.commendations.all())
    return partial(commending.announce, decision.pk, shown_edition=read, by=by, at=AT)


def commended(initiative: Initiative) -> int:
    return ReviewEvent.objects.filter(initiative=initiative, act=Act.COMMENDED).count()


def test_a_decision_is_announced_once_however_many_press(decision: CommendationDecision, manager: StaffAccount) -> None:
    rows = [valid(decision) for _ in range(3)]
    commending.add(decision.pk, [row.pk for row in rows])

    answers = together(*[announcing(decision, manager)] * 6)

    assert [type(each) for each in answers if isinstance(each, Exception)] == [IsAnnounced] * 5
    assert [commended(row) for row in rows] == [1, 1, 1]


def test_two_who_choose_the_same_name_each_once(decision: CommendationDecision) -> None:
    keys = [valid(decision).pk for _ in range(6)]

    together(*(partial(commending.add, decision.pk, order) for order in (keys, keys[::-1], keys[3:], keys[:3])))

    assert sorted(decision.commendations.values_list("initiative_id", flat=True)) == sorted(keys)
    assert sorted(decision.commendations.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_who_is_chosen_beside_the_announcement_is_in_it_or_refused(
    decision: CommendationDecision, manager: StaffAccount
) -> None:
    first, late = valid(decision), valid(decision)
    commending.add(decision.pk, [first.pk])

    announced, added = together(announcing(decision, manager), partial(commending.add, decision.pk, [late.pk]))

    decision.refresh_from_db()
    if isinstance(announced, Exception):
        assert (type(announced), added, decision.announced_at) == (ChangedMeanwhile, 1, None)
    else:
        assert (type(added), decision.commendations.count()) == (IsAnnounced, 1)
    assert commended(late) == 0


def test_what_is_reopened_beside_the_announcement_was_announced_valid_or_not_at_all(
    decision: CommendationDecision, manager: StaffAccount
) -> None:
    initiative = valid(decision)
    commending.add(decision.pk, [initiative.pk])

    announced, _ = together(
        announcing(decision, manager),
        partial(lifecycle.move, initiative.pk, Status.SUBMITTED, by=manager, at=AT),
    )

    if isinstance(announced, CommendingRefused):
        assert (type(announced), commended(initiative)) == (NotValidAnyMore, 0)
    else:
        assert [event.to_status for event in initiative.events.filter(act=Act.COMMENDED)] == [Status.VALID]
