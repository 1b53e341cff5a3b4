"""The nth initiative received: exact by `(submitted_at, id)`, announced once, kept whatever becomes of it (M31)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns.loading import load_campaigns
from initiatives.models import Campaign, Initiative, Milestone, Status
from initiatives.progress import milestones, tally
from initiatives.progress.milestones import SETTLED_AFTER, Announced
from portal.requests import MAX_ELAPSED
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, MilestoneFactory, unit_at
from tests.submission.worker import YEAR_2021, YEAR_2022, Worker, page

Clock = Callable[[str], datetime]
AT = datetime(2022, 10, 3, 15, 34, 20, tzinfo=VIETNAM)
SECOND = timedelta(seconds=1)


@pytest.fixture
def campaign(db: None) -> Campaign:
    unit_at("quang-tri/dong-ha")
    return CampaignFactory()


def received(campaign: Campaign, *seconds: float) -> list[Initiative]:
    """In the order of their keys, each so many seconds after AT."""
    return [InitiativeFactory(campaign=campaign, submitted_at=AT + each * SECOND) for each in seconds]


def announce(campaign: Campaign, *, at: datetime = AT + timedelta(hours=1)) -> Milestone:
    """After a count at that moment, which announces what is due; the campaign's one milestone."""
    tally.refresh(campaign, at=at)
    return Milestone.objects.select_related("initiative").get(campaign=campaign)


# --- days ahead of plan -------------------------------------------------------------------------------------------------

PLAN = date(2023, 9, 1)
PLANS = [
    pytest.param(datetime(2022, 10, 3, 15, 34), PLAN, "trước kế hoạch 332 ngày", id="as in the letter"),
    pytest.param(datetime(2022, 10, 4, 0, 0), PLAN, "trước kế hoạch 332 ngày", id="332 days to the moment"),
    pytest.param(datetime(2022, 10, 4, 0, 0, 1), PLAN, "trước kế hoạch 331 ngày", id="a second less"),
    pytest.param(datetime(2023, 8, 31, 0, 0), PLAN, "trước kế hoạch 1 ngày", id="a day"),
    pytest.param(datetime(2023, 8, 31, 0, 1), PLAN, "trong hạn kế hoạch", id="less than a day"),
    pytest.param(datetime(2023, 9, 1, 23, 59), PLAN, "trong hạn kế hoạch", id="on its last day"),
    pytest.param(datetime(2023, 9, 2, 0, 0), PLAN, "sau kế hoạch 1 ngày", id="the day after"),
    pytest.param(datetime(2027, 1, 1, 12, 0), PLAN, "sau kế hoạch 1.218 ngày", id="years after"),
    pytest.param(datetime(2020, 1, 1, 0, 0), PLAN, "trước kế hoạch 1.339 ngày", id="years before"),
    pytest.param(datetime(2022, 10, 3, 15, 34), None, "", id="no plan"),
]


@pytest.mark.parametrize(("reached_at", "plan", "said"), PLANS)
def test_days_ahead_are_whole_days_to_the_first_moment_of_the_planned_day(
    reached_at: datetime, plan: date | None, said: str
) -> None:
    assert milestones.beside_plan(reached_at.replace(tzinfo=VIETNAM), plan) == said


def test_it_is_said_as_the_letter_says_it(campaign: Campaign) -> None:
    reached_at = datetime(2022, 10, 3, 15, 34, tzinfo=VIETNAM)
    of_the_letter = Announced(1_000_000, reached_at, PLAN, unit_at("quang-tri/dong-ha"))
    without_plan = Announced(75_000, reached_at, None, unit_at("tld"))

    said = "Sáng kiến thứ 1.000.000 đến lúc 15h34 ngày 03/10/2022, trước kế hoạch 332 ngày."
    assert (of_the_letter.sentence, of_the_letter.is_of_a_unit) == (said, True)
    assert (without_plan.sentence, without_plan.is_of_a_unit) == (
        "Sáng kiến thứ 75.000 đến lúc 15h34 ngày 03/10/2022.",
        False,
    )


# --- which one ------------------------------------------------------------------------------------------------------------

ORDERS = [
    pytest.param((0, 1, 2, 3), 3, 2, id="as they came"),
    pytest.param((9, 5, 7, 1), 3, 2, id="by the moment, not by the key"),
    pytest.param((1, 1, 1, 1), 3, 2, id="by the key within a moment"),
    pytest.param((5, 1, 1, 0), 3, 2, id="by both"),
    pytest.param((3, 2, 1), 1, 2, id="the first"),
    pytest.param((3, 2, 1), 3, 0, id="the last there is"),
    pytest.param((0, 0.000001, 0.000002), 2, 1, id="a millionth of a second apart"),
]


@pytest.mark.parametrize(("seconds", "number", "which"), ORDERS)
def test_it_is_the_nth_by_moment_and_key(
    campaign: Campaign, seconds: tuple[float, ...], number: int, which: int
) -> None:
    rows = received(campaign, *seconds)
    received(CampaignFactory(slug="chuong-trinh-khac"), 0, 1)
    MilestoneFactory(campaign=campaign, number=number)

    found = announce(campaign)

    assert (found.initiative, found.reached_at) == (rows[which], rows[which].submitted_at)


def test_everything_that_was_received_counts_whatever_became_of_it(campaign: Campaign) -> None:
    first = InitiativeFactory(campaign=campaign, submitted_at=AT, status=Status.VALID)
    for number, status in enumerate((Status.WITHDRAWN, Status.INVALID, Status.RETURNED)):
        InitiativeFactory(campaign=campaign, submitted_at=AT + number * SECOND, status=status)
    duplicate = {"duplicate_of": first, "status": Status.INVALID}
    fifth = InitiativeFactory(campaign=campaign, submitted_at=AT + 9 * SECOND, **duplicate)
    MilestoneFactory(campaign=campaign, number=5)

    assert announce(campaign).initiative == fifth


def test_one_less_than_the_number_announces_nothing(campaign: Campaign) -> None:
    received(campaign, 0, 1)
    MilestoneFactory(campaign=campaign, number=3)

    found = announce(campaign)

    assert (found.announced_at, found.reached_at, found.initiative) == (None, None, None)


def test_several_that_are_due_are_announced_at_once_and_those_ahead_wait(campaign: Campaign) -> None:
    rows = received(campaign, 0, 1, 2)
    for number in (1, 3, 4):
        MilestoneFactory(campaign=campaign, number=number)

    tally.refresh(campaign, at=AT + timedelta(hours=1))

    found = dict(Milestone.objects.values_list("number", "initiative"))
    assert found == {1: rows[0].pk, 3: rows[2].pk, 4: None}


# --- when -----------------------------------------------------------------------------------------------------------------


def test_it_waits_twice_the_longest_transaction(campaign: Campaign) -> None:
    received(campaign, 0)
    MilestoneFactory(campaign=campaign, number=1)

    assert SETTLED_AFTER == 2 * MAX_ELAPSED
    assert announce(campaign, at=AT + SETTLED_AFTER - SECOND).announced_at is None
    assert announce(campaign, at=AT + SETTLED_AFTER).announced_at == AT + SETTLED_AFTER


def test_what_came_since_does_not_make_it_due(campaign: Campaign) -> None:
    """A later one is settled only when all before it are: they are counted by their moments."""
    received(campaign, 0, -1000)
    MilestoneFactory(campaign=campaign, number=2)

    assert announce(campaign, at=AT - 1000 * SECOND + SETTLED_AFTER).announced_at is None


def test_one_committed_late_is_still_counted_in_its_place(campaign: Campaign) -> None:
    """Its moment was taken within its transaction, its row appears MAX_ELAPSED later, before the announcement."""
    first, second = received(campaign, 0, 2)
    MilestoneFactory(campaign=campaign, number=2)
    before = announce(campaign, at=AT + MAX_ELAPSED)
    (late,) = received(campaign, 1)

    found = announce(campaign, at=AT + SETTLED_AFTER + 2 * SECOND)

    assert before.announced_at is None
    assert (found.initiative, Initiative.objects.count()) == (late, 3)
    assert first.pk < second.pk < late.pk


def test_a_tally_that_lags_never_announces_too_early(campaign: Campaign) -> None:
    received(campaign, 0, 1)
    MilestoneFactory(campaign=campaign, number=2)
    tally.refresh(campaign, at=AT + 5 * SECOND)
    received(campaign, 3)

    assert milestones.due(campaign, at=AT + 4 * SECOND) == []
    assert milestones.announce(campaign, at=AT + 2 * SECOND + SETTLED_AFTER) == 0  # the third is not settled
    assert milestones.announce(campaign, at=AT + 3 * SECOND + SETTLED_AFTER) == 1


def test_what_was_announced_stays_when_its_initiative_is_withdrawn(campaign: Campaign) -> None:
    (row,) = received(campaign, 0)
    MilestoneFactory(campaign=campaign, number=1)
    announced = announce(campaign)

    Initiative.objects.filter(pk=row.pk).update(status=Status.WITHDRAWN)
    tally.refresh(campaign, at=AT + timedelta(days=2), everything=True)

    again = Milestone.objects.get()
    assert (again.initiative, again.reached_at, again.announced_at) == (
        row,
        announced.reached_at,
        announced.announced_at,
    )


def test_a_number_changed_meanwhile_is_not_announced_with_the_old_one(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(campaign, 0, 1)
    MilestoneFactory(campaign=campaign, number=1)
    due = milestones.due

    def then_changed(*args: object, **kwargs: object) -> list[Milestone]:
        found = due(*args, **kwargs)  # type: ignore[arg-type]
        Milestone.objects.update(number=2)
        return found

    monkeypatch.setattr(milestones, "due", then_changed)

    assert announce(campaign).announced_at is None


# --- what it costs ----------------------------------------------------------------------------------------------------------


def test_all_are_looked_through_once_and_only_when_it_is_due(campaign: Campaign) -> None:
    received(campaign, *range(5))
    tally.refresh(campaign, at=AT + timedelta(hours=1))

    def statements(at: datetime) -> int:
        with CaptureQueriesContext(connection) as asked:
            milestones.announce(campaign, at=at)
        return len(asked)

    none = statements(AT + timedelta(hours=1))
    MilestoneFactory(campaign=campaign, number=9)
    ahead = statements(AT + timedelta(hours=1))
    MilestoneFactory(campaign=campaign, number=5)
    unsettled, due, done = (statements(AT + timedelta(minutes=each)) for each in (1, 60, 60))

    assert (none, ahead, unsettled, due, done) == (1, 2, 3, 5, 2)


# --- loading ----------------------------------------------------------------------------------------------------------------


def test_the_milestone_of_the_letter_is_loaded_once(campaigns: dict[str, Campaign]) -> None:
    load_campaigns()

    rows = Milestone.objects.values_list("campaign__slug", "number", "plan_ends_on", "reached_at")
    assert list(rows) == [(YEAR_2022, 1_000_000, date(2023, 9, 1), None)]
    assert not Milestone.objects.filter(campaign__slug=YEAR_2021).exists()


def test_loading_leaves_what_administrators_made_of_it(campaigns: dict[str, Campaign]) -> None:
    Milestone.objects.update(number=500_000)

    load_campaigns()

    assert Milestone.objects.get().number == 500_000


# --- the pages --------------------------------------------------------------------------------------------------------------


def test_the_front_page_and_the_campaign_announce_it(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-10-05 08:00:00")
    campaign = campaigns[YEAR_2022]
    InitiativeFactory(campaign=campaign, full_name="Người Không Nêu Tên", submitted_at=AT)
    Milestone.objects.update(number=1)

    front, own = page(Worker().get("/")), page(Worker().get(f"/{YEAR_2022}/"))

    said = "Sáng kiến thứ 1 đến lúc 15h34 ngày 03/10/2022, trước kế hoạch 332 ngày."
    assert (front.count(said), own.count(said)) == (1, 1)
    assert ("LĐLĐ thành phố Đông Hà" in front, milestones.RULE in own) == (True, True)
    assert "Không Nêu Tên" not in front + own


def test_the_front_page_announces_the_largest(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-10-05 08:00:00")
    campaign = campaigns[YEAR_2022]
    received(campaign, 0, 1, 2)
    Milestone.objects.update(number=1)
    MilestoneFactory(campaign=campaign, number=3, plan_ends_on=None)

    front, own = page(Worker().get("/")), page(Worker().get(f"/{YEAR_2022}/"))

    assert ("Sáng kiến thứ 3 đến" in front, "Sáng kiến thứ 1 đến" in front) == (True, False)
    assert own.index("Sáng kiến thứ 3 đến") < own.index("Sáng kiến thứ 1 đến")


def test_nothing_is_said_of_one_that_is_ahead(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-10-05 08:00:00")

    assert "Cột mốc" not in page(Worker().get("/")) + page(Worker().get(f"/{YEAR_2022}/"))


def test_more_milestones_cost_no_more_statements(campaign: Campaign) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            milestones.announced([campaign])
        return len(asked)

    MilestoneFactory(campaign=campaign, number=1, is_announced=True)
    one = statements()
    for number in (2, 3, 4):
        MilestoneFactory(campaign=campaign, number=number, is_announced=True)

    assert (one, statements()) == (1, 1)
    assert [each.unit.short_name for each in milestones.announced([campaign])[campaign.pk]] == (
        ["LĐLĐ thành phố Đông Hà"] * 4
    )
