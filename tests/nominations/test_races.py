"""Real threads on real connections: places are never overrun, and what stands is always what is counted."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse

from initiatives import lifecycle
from initiatives.models import Initiative, Nomination, Quota, ReviewEvent, SelectionRound, Standing, Status
from initiatives.nominations import dossiers, nominating, quotas
from initiatives.nominations.nominating import ChangedMeanwhile, NotACandidate
from initiatives.nominations.quotas import QuotaIsFull, QuotaTaken
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import (
    CampaignFactory,
    InitiativeFactory,
    QuotaFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    unit_at,
)
from tests.nominations.test_round_pages import asked as typed

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
AT = datetime(2022, 4, 1, 9, 0, tzinfo=VIETNAM)
AT_ONCE = 50
HANDS = 6


@pytest.fixture
def unit() -> Unit:
    return unit_at("quang-tri/dong-ha")


@pytest.fixture
def round(unit: Unit) -> SelectionRound:
    return SelectionRoundFactory(campaign=CampaignFactory(), each_unit_max=2)


@pytest.fixture
def officer(unit: Unit) -> StaffAccount:
    return StaffAccountFactory(unit=unit)


def valid(round: SelectionRound, unit: Unit, number: int = 1) -> list[Initiative]:
    return [InitiativeFactory(campaign=round.campaign, unit=unit, status=Status.VALID) for _ in range(number)]


def chosen(round: SelectionRound) -> int:
    """How many stand as chosen; always as many as are counted."""
    number = Nomination.objects.filter(round=round, standing=Standing.CHOSEN).count()
    assert number == sum(Quota.objects.filter(round=round).values_list("taken", flat=True))
    return number


def kinds(outcomes: list[Any]) -> dict[str, int]:
    names = [type(each).__name__ for each in outcomes]
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.mark.parametrize(
    ("places", "taken_before"),
    [pytest.param(1, 0, id="nothing is there yet"), pytest.param(2, 1, id="the last of two")],
)
def test_fifty_at_once_for_the_last_place_are_one(
    round: SelectionRound, unit: Unit, officer: StaffAccount, places: int, taken_before: int
) -> None:
    SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=places)
    asked: dict[str, Any] = {"round": SelectionRound.objects.get(), "unit": unit, "by": officer, "at": AT}
    for initiative in valid(round, unit, taken_before):
        nominating.nominate(initiative.pk, **asked)
    wanted = valid(round, unit, AT_ONCE)
    events = ReviewEvent.objects.count()

    made = together(*[partial(nominating.nominate, each.pk, **asked) for each in wanted])

    # On a slow machine somebody may have waited too long for the others: told to try again (`portal/refusals.py`).
    assert all(isinstance(each, Nomination | QuotaIsFull) or _waited_too_long(each) for each in made), made
    assert kinds(made)["Nomination"] == 1
    assert chosen(round) == places
    assert Quota.objects.count() == 1
    assert ReviewEvent.objects.count() == events + 1


def _waited_too_long(outcome: Any) -> bool:
    return isinstance(outcome, OperationalError) and "lock timeout" in str(outcome)


def test_the_control_looking_first_and_writing_then_overruns(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    """What keeps it at one is the conditional update under the lock, not luck."""
    SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=1)
    wanted = valid(round, unit, HANDS)
    all_have_looked = threading.Barrier(HANDS)

    def look_then_write(initiative: Initiative) -> Nomination | None:
        is_free = not Nomination.objects.filter(round=round, unit=unit, standing=Standing.CHOSEN).exists()
        all_have_looked.wait(timeout=30)
        if not is_free:
            return None
        return Nomination.objects.create(
            round=round, unit=unit, initiative=initiative, nominated_by=officer, nominated_at=AT
        )

    made = together(*[partial(look_then_write, each) for each in wanted])

    assert kinds(made) == {"Nomination": HANDS}


def test_one_initiative_put_forward_by_many_at_once_stands_once(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    (initiative,) = valid(round, unit)
    act = partial(nominating.nominate, initiative.pk, round=round, unit=unit, by=officer, at=AT)

    made = together(*[act] * HANDS)

    assert kinds(made) == {"Nomination": 1, "NotACandidate": HANDS - 1}
    assert chosen(round) == 1


def test_of_many_reserves_promoted_at_once_one_gets_the_place(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=1)
    asked: dict[str, Any] = {"round": SelectionRound.objects.get(), "unit": unit, "by": officer, "at": AT}
    reserves = [nominating.nominate(each.pk, as_reserve=True, **asked) for each in valid(round, unit, HANDS)]

    made = together(*[partial(nominating.promote, each.pk, by=officer, at=AT) for each in reserves])

    assert kinds(made) == {"Nomination": 1, "QuotaIsFull": HANDS - 1}
    assert chosen(round) == 1
    ranks = Nomination.objects.filter(standing=Standing.RESERVE).order_by("rank").values_list("rank", flat=True)
    assert list(ranks) == list(range(1, HANDS))


def test_one_taken_back_by_many_at_once_gives_one_place_back(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    asked: dict[str, Any] = {"round": round, "unit": unit, "by": officer, "at": AT}
    gone, _ = (nominating.nominate(each.pk, **asked) for each in valid(round, unit, 2))

    made = together(*[partial(nominating.withdraw, gone.pk, because="Rút", by=officer, at=AT)] * HANDS)

    assert kinds(made) == {"ChangedMeanwhile": HANDS - 1, "NoneType": 1}
    assert chosen(round) == 1


def test_everything_at_once_leaves_what_is_counted_right(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    """Putting forward, taking back, making reserves, deciding anew: on the same few initiatives of one dossier."""
    shared: dict[str, Any] = {"by": officer, "at": AT}
    asked = {"round": round, "unit": unit, **shared}
    several = valid(round, unit, HANDS)
    standing = [nominating.nominate(each.pk, **asked) for each in several[:2]]
    reserve = nominating.nominate(several[2].pk, as_reserve=True, **asked)
    works: list[Callable[[], Any]] = [
        partial(nominating.withdraw, standing[0].pk, because="Rút", **shared),
        partial(nominating.make_reserve, standing[0].pk, **shared),
        partial(nominating.promote, reserve.pk, **shared),
        partial(lifecycle.move, several[1].pk, Status.INVALID, **shared),
        partial(lifecycle.move, several[3].pk, Status.SUBMITTED, **shared),
        *(partial(nominating.nominate, each.pk, **asked) for each in several[3:]),
        partial(nominating.reorder, round, unit, [each.pk for each in standing], **shared),
    ]

    made = together(*works)

    refusals = (QuotaIsFull, NotACandidate, ChangedMeanwhile)
    assert [each for each in made if isinstance(each, Exception) and not isinstance(each, refusals)] == []
    assert chosen(round) <= 2
    assert not Nomination.objects.standing().exclude(initiative__status=Status.VALID).exists()
    for kind in (Standing.CHOSEN, Standing.RESERVE):
        ranks = list(Nomination.objects.filter(standing=kind).order_by("rank").values_list("rank", flat=True))
        assert ranks == list(range(1, len(ranks) + 1))


def test_a_number_lowered_beside_nominations_is_refused_or_holds(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=HANDS)

    def lower() -> None:
        with transaction.atomic():
            SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=1)
            quotas.apply_limits(round)

    asked: dict[str, Any] = {"round": round, "unit": unit, "by": officer, "at": AT}
    made = together(lower, *[partial(nominating.nominate, each.pk, **asked) for each in valid(round, unit, HANDS)])

    assert all(each is None or isinstance(each, Nomination | QuotaIsFull | QuotaTaken) for each in made), made
    limit = SelectionRound.objects.get().each_unit_max
    assert Quota.objects.get().limit == limit
    assert chosen(round) <= (limit or 0)
    assert chosen(round) in (1, HANDS)


def test_the_first_place_that_is_taken_while_numbers_change_is_one_of_the_new_number(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    """There is no row yet that changing the numbers could find: whoever makes it waits for them."""
    SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=HANDS)
    (initiative,) = valid(round, unit)
    is_written = threading.Event()

    def lower() -> None:
        with transaction.atomic():
            SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=1)
            quotas.apply_limits(round)
            is_written.set()
            time.sleep(1.0)

    def nominate() -> Nomination:
        assert is_written.wait(timeout=30)
        return nominating.nominate(initiative.pk, round=round, unit=unit, by=officer, at=AT)

    made = together(lower, nominate)

    assert kinds(made) == {"Nomination": 1, "NoneType": 1}, made
    assert Quota.objects.get().limit == 1


@pytest.mark.parametrize(
    ("waits_before", "is_begun"),
    [
        pytest.param("_next_rank", True, id="a place is taken"),
        pytest.param("_next_rank", False, id="and the dossier is new"),
        pytest.param("_refuse_after_the_last_day", False, id="the dossier is new, no place is taken"),
    ],
)
def test_a_round_renamed_beside_a_nomination_lets_both_through(
    round: SelectionRound,
    unit: Unit,
    officer: StaffAccount,
    client_as: Callable[[StaffAccount], Client],
    monkeypatch: pytest.MonkeyPatch,
    waits_before: str,
    is_begun: bool,
) -> None:
    """A name is part of a constraint: to change it PostgreSQL waits for everybody who points at the round."""
    (initiative,) = valid(round, unit)
    QuotaFactory(round=round, unit=unit, limit=2)
    if is_begun:
        dossiers.of(round, unit)
    host = client_as(StaffAccountFactory(unit=round.host, role=Role.MANAGER, username="cap-tren"))
    address = reverse("admin:initiatives_selectionround_change", args=[round.pk])
    is_there, goes_on = threading.Event(), getattr(nominating, waits_before)

    def waits(*args: Any, **kwargs: Any) -> Any:
        is_there.set()
        time.sleep(1.0)
        return goes_on(*args, **kwargs)

    monkeypatch.setattr(nominating, waits_before, waits)

    def rename() -> int:
        is_there.wait(timeout=30)
        return host.post(address, typed(round.campaign, round.host, name="Tên mới", each_unit_max="3")).status_code

    nominate = partial(nominating.nominate, initiative.pk, round=round, unit=unit, by=officer, at=AT)
    made = together(nominate, rename)

    assert [type(made[0]), made[1]] == [Nomination, 302], made
    assert (SelectionRound.objects.get().name, Quota.objects.get().limit, chosen(round)) == ("Tên mới", 3, 1)


def test_a_decision_beside_a_nomination_leaves_nothing_invalid_in_an_open_dossier(
    round: SelectionRound, unit: Unit, officer: StaffAccount
) -> None:
    for initiative in valid(round, unit, HANDS):
        together(
            partial(nominating.nominate, initiative.pk, round=round, unit=unit, by=officer, at=AT),
            partial(lifecycle.move, initiative.pk, Status.INVALID, by=officer, at=AT),
        )

    assert chosen(round) == 0
    assert not Nomination.objects.standing().exists()
