"""Medians beside the tally: the lower middle of what was declared, counted when it must be, compared by `recount --check`."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives import lifecycle
from initiatives.models import Campaign, FieldMedian, Initiative, Status
from initiatives.progress import benefit, tally
from initiatives.progress.benefit import Median
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.plans import must_read_one_of

NOW = datetime(2022, 3, 20, 9, 0, tzinfo=VIETNAM)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit]) -> Campaign:
    return CampaignFactory(slug="sang-kien-thu")


def looking_mistyped(campaign: Campaign) -> Q:
    return benefit.looking_mistyped(campaign, benefit.thresholds(campaign))


def sent(campaign: Campaign, *values: int | None, **fields: object) -> list[Initiative]:
    return [InitiativeFactory(campaign=campaign, benefit_value=value, **fields) for value in values]


MIDDLES: dict[str, tuple[list[int | None], Median | None]] = {
    "nobody": ([], None),
    "nobody named one": ([None, None], None),
    "nothing gained is no value": ([0, 0, 0], None),
    "one": ([7], Median(7, 1)),
    "odd": ([9, 1, 5], Median(5, 3)),
    "even, the lower": ([9, 1, 5, 7], Median(5, 4)),
    "alike": ([4, 4, 4, 100], Median(4, 4)),
    "without nothing": ([0, None, 3, 8], Median(3, 2)),
    "the largest there is": ([2**63 - 1, 2**63 - 1], Median(2**63 - 1, 2)),
}


@pytest.mark.parametrize(("values", "middle"), MIDDLES.values(), ids=MIDDLES)
def test_the_middle_of_a_field(campaign: Campaign, values: list[int | None], middle: Median | None) -> None:
    sent(campaign, *values)

    tally.refresh(campaign, at=NOW)

    assert benefit.stored(campaign) == ({"production": middle} if middle else {})


def test_only_what_is_reached_counts_and_each_field_and_campaign_by_itself(campaign: Campaign) -> None:
    first = sent(campaign, 10, 20, 30)[0]
    sent(campaign, 1, 2, status=Status.WITHDRAWN)
    sent(campaign, 3, status=Status.INVALID, duplicate_of=first)
    sent(campaign, 5, status=Status.INVALID)
    sent(campaign, 900, field="health")
    sent(campaign, 50, field="")
    sent(CampaignFactory(), 7)

    tally.refresh(campaign, at=NOW)

    assert benefit.stored(campaign) == {"production": Median(10, 4), "health": Median(900, 1), "": Median(50, 1)}


def test_each_field_is_read_from_an_index_alone(campaign: Campaign) -> None:
    sent(campaign, 10, 20, 30)
    tally.refresh(campaign, at=NOW)
    with CaptureQueriesContext(connection) as asked:
        benefit.counted(campaign)

    read = [each["sql"] for each in asked if "initiatives_initiative" in each["sql"]]
    assert len(read) == 2
    must_read_one_of({"initiative_benefit_of_field"}, read)


# --- when -------------------------------------------------------------------------------------------------------------

AGES = {
    "young": (10 * MINUTE, True, Median(10, 1)),
    "old": (10 * MINUTE + timedelta(seconds=1), True, Median(20, 3)),
    "old, and nothing happened": (3000 * MINUTE, False, Median(10, 1)),
    "ahead of a clock set back": (-200 * MINUTE, True, Median(20, 3)),
}


@pytest.mark.parametrize(("age", "happened", "middle"), AGES.values(), ids=AGES)
def test_a_middle_is_good_for_ten_minutes(campaign: Campaign, age: timedelta, happened: bool, middle: Median) -> None:
    sent(campaign, 10, submitted_at=NOW - 4000 * MINUTE)
    tally.refresh(campaign, at=NOW)
    sent(campaign, 20, 30, submitted_at=NOW + age if happened else NOW - 4000 * MINUTE)

    tally.refresh(campaign, at=NOW + age)

    assert benefit.stored(campaign) == {"production": middle}


def test_a_field_that_has_none_any_more_has_no_middle(campaign: Campaign) -> None:
    only = sent(campaign, 10)[0]
    tally.refresh(campaign, at=NOW)
    lifecycle.move(only, Status.WITHDRAWN, by=None, at=NOW + 11 * MINUTE)

    tally.refresh(campaign, at=NOW + 12 * MINUTE)

    assert benefit.stored(campaign) == {}


def test_recount_counts_them_however_young(campaign: Campaign) -> None:
    sent(campaign, 10)
    call_command("recount", stdout=StringIO())
    FieldMedian.objects.update(median=99)

    call_command("recount", stdout=StringIO())

    assert benefit.stored(campaign) == {"production": Median(10, 1)}


def test_recount_check_names_a_middle_that_was_tampered_with(campaign: Campaign) -> None:
    sent(campaign, 10)
    call_command("recount", stdout=StringIO())
    call_command("recount", check=True, stdout=StringIO())
    FieldMedian.objects.update(median=99, of=4)
    said = StringIO()

    with pytest.raises(CommandError, match="2 số đếm không khớp"):
        call_command("recount", check=True, stdout=said)

    assert said.getvalue().splitlines()[:2] == [
        "sang-kien-thu tld field production (median): bảng đếm 99, đếm lại 10",
        "sang-kien-thu tld field production (of): bảng đếm 4, đếm lại 1",
    ]


def test_recount_check_counts_what_came_since_before_it_compares(campaign: Campaign) -> None:
    sent(campaign, 10)
    call_command("recount", stdout=StringIO())
    sent(campaign, 30, 40, submitted_at=timezone.now())

    call_command("recount", check=True, stdout=StringIO())

    assert benefit.stored(campaign) == {"production": Median(30, 3)}


# --- what looks mistyped ----------------------------------------------------------------------------------------------


def test_what_looks_mistyped_is_found_by_its_field(campaign: Campaign) -> None:
    sent(campaign, *[5_000_000] * 10)
    sent(campaign, *[900_000_000] * 3, field="health")  # too few to have a middle that says anything
    below, wrong, health = (
        *sent(campaign, 4_999_999_999, 5_000_000_000),
        *sent(campaign, 900_000_000_000, field="health"),
    )
    unthinkable = sent(campaign, 10**12 + 1, field="health")[0]
    appraised, withdrawn = sent(campaign, 6_000_000_000, 7_000_000_000)
    officer = StaffAccountFactory()
    tally.refresh(campaign, at=NOW)
    lifecycle.appraise(appraised, lifecycle.Found(lifecycle.Finding.MONEY, 6_000_000_000), by=officer, at=NOW)
    lifecycle.move(withdrawn, Status.WITHDRAWN, by=None, at=NOW)

    found = set(Initiative.objects.reached().filter(looking_mistyped(campaign)))

    assert found == {wrong, unthinkable}
    assert not found & {below, health}


def test_where_nothing_was_sent_nothing_looks_mistyped(campaign: Campaign) -> None:
    tally.refresh(campaign, at=NOW)

    assert not Initiative.objects.filter(looking_mistyped(campaign)).exists()
