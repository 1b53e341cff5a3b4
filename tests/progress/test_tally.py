"""The tally is a plain count that somebody kept: after any life of any initiatives, whole or in steps, by any clock."""

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.models import (
    DUPLICATE,
    Act,
    By,
    Campaign,
    CategoryScheme,
    Finding,
    Initiative,
    ReviewEvent,
    Status,
    Tally,
    TallyRun,
)
from initiatives.models.initiative import MOVES
from initiatives.progress import counting, figures, people, tally
from initiatives.submission import actions
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import Level, StaffAccount, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree, unit_at
from tests.plans import must_read_one_of
from tests.submission.worker import IN_2022, YEAR_2022, Worker, person

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)
CODES = (
    "tld",
    "quang-tri",
    "quang-tri/dong-ha",
    "quang-tri/dong-ha/may-song-hieu",
    "quang-tri/huong-hoa",
    "dien-bien/dien-bien-phu",
    "thanh-hoa/cd-giao-duc",
    "cd-y-te",
)
Key = tuple[str, str, str]  # unit, by, value
Figures = dict[Key, tuple[int, ...]]
FIELDS = ("", "production", "health")
GROUPS = ("worker", "official")
INDEXES = ("initiative_counted", "initiative_broken_down", "initiative_benefit_of_field")
MOST_CHANGED = 3  # then there is still a tree
VALUES = (None, 0, 5_000_000, 10**12, 10**12 + 1, 2**63 - 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit]) -> Campaign:
    return CampaignFactory()


def tallied(campaign: Campaign) -> Figures:
    """Every row."""
    rows = Tally.objects.filter(campaign=campaign)
    return {
        (code, by, value): tuple(measured)
        for code, by, value, *measured in rows.values_list("unit__code", "by", "value", *counting.MEASURES)
    }


def counted(campaign: Campaign) -> Figures:
    """The same by looking at every initiative and walking up its unit's path, one by one."""
    by_path = {unit.path: unit for unit in Unit.objects.all()}
    sums: dict[Key, Counter[str]] = defaultdict(Counter)
    taking_part: dict[str, set[str]] = defaultdict(set)
    for each in Initiative.objects.filter(campaign=campaign).select_related("unit"):
        path = each.unit.path
        for unit in (by_path[path[:end]] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)):
            is_duplicate = each.duplicate_of_id is not None
            sums[unit.code, By.STATUS, DUPLICATE if is_duplicate else each.status]["entries"] += 1
            day = each.submitted_at.astimezone(VIETNAM).date().isoformat()
            parts = {By.ALL: "", By.PHASE: str(each.phase_id), By.FIELD: each.field, By.MONTH: day[:7]}
            parts[By.CATEGORY] = each.bloc if campaign.category_scheme == CategoryScheme.BLOC else each.target_group
            parts |= {By.DAY: day} if unit.depth <= 2 else {}
            is_reached = each.status != Status.WITHDRAWN and not is_duplicate
            if is_reached and each.unit.level == Level.GRASSROOTS:
                taking_part[unit.code].add(each.unit.code)
            for by, value in parts.items():
                sums[unit.code, by, value].update(measured(each, is_reached))
    for code, unions in taking_part.items():
        sums[code, By.ALL, ""]["taking_part"] = len(unions)
    figures = {key: tuple(each[name] for name in counting.MEASURES) for key, each in sums.items()}
    return {key: each for key, each in figures.items() if any(each)}


def measured(each: Initiative, is_reached: bool) -> dict[str, int]:
    is_valid, value = each.status == Status.VALID, each.benefit_value
    is_confirmed = each.is_appraised and each.appraised_value == value
    is_summed = value is not None and (value <= 10**12 or is_confirmed)
    is_not_money = each.appraised_value is None if each.is_appraised else each.benefit_is_not_money
    return {
        "entries": is_reached,
        "valid": is_valid,
        "declared": value if is_reached and is_summed else 0,
        "declared_valid": value if is_valid and is_summed else 0,
        "unmeasured": is_reached and is_not_money,
        "doubtful": is_reached and value is not None and value > 10**12 and not each.is_appraised,
        "appraised": (each.appraised_value or 0) if is_reached else 0,
        "appraised_valid": (each.appraised_value or 0) if is_valid else 0,
        "appraisals": is_reached and each.is_appraised,
        "meaningful": is_reached and each.has_social_meaning,
    }  # type: ignore[dict-item]


def received(campaign: Campaign) -> int:
    return Initiative.objects.filter(campaign=campaign).count()


class Life:
    """Random steps of many initiatives by a seed, each recorded at a moment of its own."""

    def __init__(self, campaign: Campaign, seed: int) -> None:
        self.campaign = campaign
        self.chance = random.Random(seed)
        self.units = [unit_at(code) for code in CODES]
        self.officer: StaffAccount = StaffAccountFactory(unit=unit_at("tld"))
        self.at = NOW
        self.changed = 0

    def step(self) -> None:
        self.at += timedelta(seconds=self.chance.choice((0, 1, 40, 900, 900, 70_000)))
        there = list(Initiative.objects.filter(campaign=self.campaign))
        acts = ("receive", "receive", "move", "move", "duplicate", "reassign", "revise", "appraise", "tree")
        act = self.chance.choice(acts)
        if act == "tree":
            if self.changed < MOST_CHANGED:
                self._change_the_tree()
            return
        if act == "receive" or not there:
            value = self.chance.choice(VALUES)
            InitiativeFactory(
                campaign=self.campaign,
                unit=self.chance.choice(self.units),
                submitted_at=self.at,
                field=self.chance.choice(FIELDS),
                target_group=self.chance.choice(GROUPS),
                benefit_value=value,
                benefit_is_not_money=value is None and self.chance.random() < 0.5,
            )
            return
        one = self.chance.choice(there)
        if act == "move" and MOVES[one.status]:
            to = self.chance.choice(sorted(MOVES[one.status]))
            lifecycle.move(one, to, by=self.officer, at=self.at)
        elif act == "duplicate" and one.may_become(Status.INVALID) and (firsts := self._firsts(there, one)):
            primary = self.chance.choice(firsts)
            lifecycle.move(one, Status.INVALID, by=self.officer, at=self.at, duplicate_of=primary)
        elif act == "reassign" and one.status != Status.WITHDRAWN:
            elsewhere = [unit for unit in self.units if unit.pk != one.unit_id]
            lifecycle.reassign(one, self.chance.choice(elsewhere), by=self.officer, at=self.at)
        elif act == "revise":
            self._revise(one)
        elif act == "appraise" and one.status in lifecycle.APPRAISABLE and one.duplicate_of_id is None:
            self._appraise(one)

    def _change_the_tree(self) -> None:
        """A unit moves, merges or closes, as the rules allow it; afterwards things are sent to what goes on, too."""
        while not self._changed_one():
            pass
        self.changed += 1
        self.units += [each for each in Unit.objects.filter(closed_on=None).order_by("pk") if each not in self.units]

    def _changed_one(self) -> bool:
        there = list(Unit.objects.filter(depth__gt=1, successor=None, closed_on=None).order_by("pk"))
        unit, other = self.chance.sample(there, 2)
        order = Order(day=self.at.date(), at=self.at)
        ending = frozenset({Level.DISTRICT} if self.chance.random() < 0.5 else ())
        try:
            with transaction.atomic():
                match self.chance.choice(("move", "merge", "close")):
                    case "move":
                        changes.move(unit, to=other, order=order)
                    case "merge":
                        changes.merge(unit, into=other, order=order, ending=ending)
                    case "close":
                        changes.close(unit, order=order, children_to=other, ending=ending)
        except changes.ChangeRefused:
            return False
        return True

    def _firsts(self, there: list[Initiative], one: Initiative) -> list[Initiative]:
        """Those that `one` may repeat: they still count."""
        gone = {Status.INVALID, Status.WITHDRAWN}
        return [each for each in there if each.pk != one.pk and each.status not in gone]

    def _revise(self, one: Initiative) -> None:
        """As a sender who mends the unit, and now and then the benefit; a stranger to the forms, so the rest stays."""
        if lifecycle.refuses_revision(one, at=self.at):
            return
        draft = actions.begin_revision(one, at=self.at)
        draft.save()
        values = {name: getattr(one, name) for name in ("full_name", "title", "phone")}
        if self.chance.random() < 0.5:
            value = self.chance.choice(VALUES)
            values |= {"benefit_value": value, "benefit_is_not_money": value is None}
        entry = lifecycle.Entry(
            unit=self.chance.choice(self.units), counts_on=one.applied_on, phone_digits=one.phone_digits, values=values
        )
        lifecycle.revise(one.pk, entry, draft, at=self.at)

    def _appraise(self, one: Initiative) -> None:
        finding = self.chance.choice(list(Finding))
        value = self.chance.choice((0, 7_000_000, 10**12, 10**14)) if finding == Finding.MONEY else None
        found = lifecycle.Found(finding, value, self.chance.random() < 0.3)
        lifecycle.appraise(one, found, by=self.officer, at=self.at)


@pytest.mark.parametrize("seed", range(6))
def test_step_by_step_or_all_at_once_it_is_the_plain_count(campaign: Campaign, seed: int) -> None:
    life = Life(campaign, seed)

    for _ in range(12):
        for _ in range(life.chance.randrange(1, 8)):
            life.step()
        tally.refresh(campaign, at=life.at + timedelta(seconds=life.chance.randrange(0, 90)))

        assert tallied(campaign) == counted(campaign)
        assert tally.differences(campaign) == []
        assert tally.totals([campaign], at=life.at)[campaign.pk].received == received(campaign)

    step_by_step = tallied(campaign)
    tally.refresh(campaign, at=life.at, everything=True)
    assert tallied(campaign) == step_by_step
    assert {by for _, by, _ in step_by_step} == set(By)
    assert life.changed


def test_only_touched_units_are_counted_again(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    InitiativeFactory(campaign=campaign, unit=small_tree["dien-bien"], submitted_at=NOW - timedelta(days=2))
    InitiativeFactory(campaign=campaign, unit=small_tree["quang-tri"], submitted_at=NOW)
    tally.refresh(campaign, at=NOW, everything=True)
    Tally.objects.filter(unit=small_tree["dien-bien"]).update(entries=70)  # nobody looks there again
    InitiativeFactory(campaign=campaign, unit=small_tree["quang-tri"], submitted_at=NOW + timedelta(seconds=30))

    tally.refresh(campaign, at=NOW + timedelta(minutes=1))

    entries = dict(Tally.objects.filter(by=By.ALL).values_list("unit__code", "entries"))
    assert (entries["quang-tri"], entries["dien-bien"]) == (2, 70)


def test_what_was_committed_late_is_still_counted(campaign: Campaign) -> None:
    """A request that arrived before the last count may end after it: its event lies behind `counted_at`."""
    initiative = InitiativeFactory(campaign=campaign, submitted_at=NOW - timedelta(hours=2))
    tally.refresh(campaign, at=NOW)

    lifecycle.move(initiative, Status.WITHDRAWN, by=None, at=NOW - timedelta(minutes=9, seconds=59))
    tally.refresh(campaign, at=NOW + timedelta(seconds=1))

    assert tally.differences(campaign) == []
    assert tallied(campaign) == counted(campaign)


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(minutes=11), timedelta(hours=3), timedelta(days=400)])
def test_a_clock_set_back_loses_nothing(campaign: Campaign, back: timedelta) -> None:
    InitiativeFactory(campaign=campaign, submitted_at=NOW - timedelta(minutes=1))
    tally.refresh(campaign, at=NOW)
    then = NOW - back

    InitiativeFactory(campaign=campaign, submitted_at=then)
    tally.refresh(campaign, at=then + timedelta(seconds=1))
    InitiativeFactory(campaign=campaign, submitted_at=then + timedelta(seconds=20))
    tally.refresh(campaign, at=then + timedelta(seconds=61))

    assert tally.differences(campaign) == []
    assert tally.totals([campaign], at=then + timedelta(seconds=62))[campaign.pk].received == 3


def test_a_sender_who_mends_the_unit_is_counted_there_and_no_longer_here(campaign: Campaign) -> None:
    initiative = InitiativeFactory(campaign=campaign, submitted_at=NOW - timedelta(days=1))
    tally.refresh(campaign, at=NOW)
    life = Life(campaign, 1)
    life.at = NOW + timedelta(minutes=30)
    life.units = [unit_at("dien-bien")]

    life._revise(initiative)
    tally.refresh(campaign, at=NOW + timedelta(minutes=31))

    assert tallied(campaign) == counted(campaign)
    assert ("dien-bien", By.STATUS, Status.SUBMITTED) in tallied(campaign)


def test_duplicates_are_counted_apart(campaign: Campaign) -> None:
    first, second = InitiativeFactory.create_batch(2, campaign=campaign)
    lifecycle.move(second, Status.INVALID, by=StaffAccountFactory(), at=NOW, duplicate_of=first)

    tally.refresh(campaign, at=NOW, everything=True)

    statuses = {
        value: row[0] for (code, by, value), row in tallied(campaign).items() if (code, by) == ("tld", By.STATUS)
    }
    assert statuses == {Status.SUBMITTED: 1, DUPLICATE: 1}


def test_one_campaign_is_not_counted_with_another(campaign: Campaign) -> None:
    other = CampaignFactory()
    InitiativeFactory.create_batch(2, campaign=campaign)
    InitiativeFactory(campaign=other)

    totals = tally.totals([campaign, other], at=NOW)

    assert {pk: total.received for pk, total in totals.items()} == {campaign.pk: 2, other.pk: 1}


# --- what is shown --------------------------------------------------------------------------------------------------


def test_the_total_counts_every_status(campaign: Campaign) -> None:
    for status in Status:
        InitiativeFactory(campaign=campaign, status=status)

    assert tally.totals([campaign], at=NOW)[campaign.pk].received == 5


@pytest.mark.parametrize(
    ("age", "old"),
    [
        (timedelta(), False),
        (timedelta(seconds=60), False),
        (timedelta(seconds=60, microseconds=1), True),
        (timedelta(seconds=-30), False),
        (timedelta(days=-1), True),
    ],
)
def test_a_total_is_good_for_a_minute(age: timedelta, old: bool) -> None:
    assert tally.Total(5, NOW).is_older_than_allowed(NOW + age) is old


def test_a_total_is_known_while_another_process_counts_for_the_first_time(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    InitiativeFactory.create_batch(2, campaign=campaign)
    monkeypatch.setattr(tally, "refresh", lambda *args, **kwargs: False)

    total = tally.totals([campaign], at=NOW)[campaign.pk]

    assert (total.received, total.counted_at) == (2, NOW)
    with pytest.raises(figures.BeingCounted):
        figures.fresh(campaign, at=NOW)


def test_what_was_never_counted_is_counted_now(campaign: Campaign) -> None:
    InitiativeFactory(campaign=campaign)

    assert tally.totals([campaign], at=NOW)[campaign.pk] == tally.Total(1, NOW)


def test_a_number_carries_the_moment_it_was_counted(campaign: Campaign) -> None:
    tally.refresh(campaign, at=NOW)
    InitiativeFactory(campaign=campaign, submitted_at=NOW + timedelta(seconds=1))

    assert tally.totals([campaign], at=NOW + timedelta(seconds=60))[campaign.pk] == tally.Total(0, NOW)
    later = NOW + timedelta(seconds=61)
    assert tally.totals([campaign], at=later)[campaign.pk] == tally.Total(1, later)


def test_showing_totals_is_one_statement_however_many_campaigns_and_units(campaign: Campaign) -> None:
    def statements() -> int:
        every = list(Campaign.objects.all())
        for each in every:
            tally.refresh(each, at=NOW, everything=True)
        with CaptureQueriesContext(connection) as asked:
            tally.totals(every, at=NOW)
        return len(asked)

    InitiativeFactory(campaign=campaign)
    one = statements()
    for code in CODES:
        InitiativeFactory.create_batch(2, campaign=campaign, unit=unit_at(code))
    CampaignFactory.create_batch(3)
    many = statements()

    assert one == many == 1


def test_a_refresh_asks_the_same_statements_for_one_initiative_and_for_many(campaign: Campaign) -> None:
    for code in CODES:
        InitiativeFactory(campaign=campaign, unit=unit_at(code), submitted_at=NOW - timedelta(days=1))
    tally.refresh(campaign, at=NOW, everything=True)

    def statements(number: int, at: datetime) -> int:
        InitiativeFactory.create_batch(number, campaign=campaign, unit=unit_at("dien-bien"), submitted_at=at)
        with CaptureQueriesContext(connection) as asked:
            tally.refresh(campaign, at=at + timedelta(seconds=1))
        return len(asked)

    first = statements(1, NOW + timedelta(hours=1))
    assert statements(1, NOW + timedelta(hours=2)) <= first
    assert statements(20, NOW + timedelta(hours=3)) <= first


def test_where_nothing_happened_nothing_is_written(campaign: Campaign) -> None:
    InitiativeFactory(campaign=campaign, submitted_at=NOW - timedelta(days=1))
    tally.refresh(campaign, at=NOW, everything=True)

    with CaptureQueriesContext(connection) as asked:
        tally.refresh(campaign, at=NOW + timedelta(minutes=1))

    written = [each["sql"] for each in asked if each["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    assert [sql.split('"')[1] for sql in written] == ["initiatives_tallyrun"]


def test_counting_reads_the_index_and_not_the_rows(campaign: Campaign) -> None:
    InitiativeFactory.create_batch(3, campaign=campaign)
    with CaptureQueriesContext(connection) as asked:
        tally.refresh(campaign, at=NOW, everything=True)
    # those who sent many are looked for by their phones, which lie in no index of the tally
    counts = [each["sql"] for each in asked if "COUNT(" in each["sql"] and "phone_digits" not in each["sql"]]

    # by status, category, field, phase, month and day; and how many have a value in the one field
    assert len(counts) == 7
    must_read_one_of(INDEXES, counts)


# --- differences ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", counting.MEASURES)
def test_a_figure_that_was_tampered_with_is_a_difference(campaign: Campaign, measure: str) -> None:
    unit = unit_at("quang-tri/dong-ha")
    InitiativeFactory.create_batch(2, campaign=campaign, unit=unit)
    tally.refresh(campaign, at=NOW, everything=True)
    assert tally.differences(campaign) == []
    row = Tally.objects.get(unit=unit, by=By.ALL)

    Tally.objects.filter(pk=row.pk).update(**{measure: 9})

    (found,) = tally.differences(campaign)
    assert found == tally.Difference("quang-tri/dong-ha", By.ALL, "", measure, 9, getattr(row, measure))


def test_a_row_that_is_missing_or_too_many_is_a_difference(campaign: Campaign) -> None:
    InitiativeFactory(campaign=campaign, unit=unit_at("quang-tri"), benefit_value=None)
    tally.refresh(campaign, at=NOW, everything=True)
    Tally.objects.filter(unit=unit_at("tld"), by=By.FIELD).delete()
    sector = unit_at("cd-y-te")
    Tally.objects.create(campaign=campaign, unit=sector, parent=unit_at("tld"), by=By.STATUS, value="valid", entries=1)

    found = {(each.unit, each.by, each.tallied, each.counted) for each in tally.differences(campaign)}

    assert found == {("tld", By.FIELD, 0, 1), ("cd-y-te", By.STATUS, 1, 0)}


def test_counting_everything_mends_what_was_tampered_with(campaign: Campaign) -> None:
    InitiativeFactory(campaign=campaign, unit=unit_at("quang-tri"))
    tally.refresh(campaign, at=NOW)
    Tally.objects.update(entries=5, declared=7)
    Tally.objects.filter(by=By.FIELD).update(value="what_is_no_field")

    tally.refresh(campaign, at=NOW, everything=True)

    assert tally.differences(campaign) == []


def test_a_day_is_the_day_in_viet_nam(campaign: Campaign) -> None:
    for moment in ("2022-01-31T23:59:59.999999+07:00", "2022-02-01T00:00:00+07:00"):
        InitiativeFactory(campaign=campaign, unit=unit_at("quang-tri"), submitted_at=datetime.fromisoformat(moment))

    tally.refresh(campaign, at=NOW)

    root = {(by, value): row[0] for (code, by, value), row in tallied(campaign).items() if code == "tld"}
    assert {key: number for key, number in root.items() if key[0] in (By.DAY, By.MONTH)} == {
        (By.DAY, "2022-01-31"): 1,
        (By.DAY, "2022-02-01"): 1,
        (By.MONTH, "2022-01"): 1,
        (By.MONTH, "2022-02"): 1,
    }


def test_no_figure_typed_by_anybody_spoils_a_sum(campaign: Campaign) -> None:
    """Two of the largest there are would overflow; what is over 1.000 tỷ is counted apart and not added."""
    for value in (2**63 - 1, 2**63 - 1, 10**12, 7):
        InitiativeFactory(campaign=campaign, unit=unit_at("quang-tri"), benefit_value=value)

    tally.refresh(campaign, at=NOW)

    row = Tally.objects.get(unit=unit_at("tld"), by=By.ALL)
    assert (row.declared, row.doubtful, row.entries) == (10**12 + 7, 2, 4)


# --- one at a time --------------------------------------------------------------------------------------------------


def test_a_second_refresher_does_not_wait(campaign: Campaign) -> None:
    with tally._one_at_a_time() as mine:
        assert mine
        outcomes: list[Any] = []

        def second() -> None:
            with tally._one_at_a_time() as also:
                outcomes.append(also)
            connections.close_all()

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=30)

        assert outcomes == [False]
        assert tally.refresh(campaign, at=NOW) is False
    assert tally.refresh(campaign, at=NOW) is True


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_counting_while_others_submit_ends_right(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> None:
    moment = at(IN_2022)
    campaign = campaigns[YEAR_2022]
    workers = [Worker(YEAR_2022).fill(person(phone=f"09351122{n:02d}")) for n in range(8)]
    gate = threading.Barrier(len(workers) + 2)

    def run(work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=30)
            work()
        finally:
            connections.close_all()

    def refresh_often() -> None:
        for _ in range(6):
            tally.refresh(campaign, at=moment)

    threads = [
        threading.Thread(target=run, args=(work,)) for work in [*(w.confirm for w in workers), *[refresh_often] * 2]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    tally.refresh(campaign, at=moment + timedelta(minutes=1))

    assert received(campaign) == len(workers)
    assert tally.differences(campaign) == []


@pytest.mark.django_db(transaction=True)
def test_a_count_may_take_longer_than_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL ends a transaction of ours that thinks for half a minute; another campaign's is not lengthened by it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no such limit")
    limits: list[str] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SHOW {limit}")
                limits.append(cursor.fetchone()[0])

    make_tree()
    monkeypatch.setattr(tally, "_bring_up", lambda *args, **options: ask())
    monkeypatch.setattr(people, "bring_up", lambda *args, **options: None)
    tally.refresh(CampaignFactory(), at=NOW)
    ask()

    assert limits == ["0", "0", "30s", "30s"]


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_what_is_old_is_counted_beside_the_answer(settings: Any) -> None:
    settings.TALLY_BESIDE_THE_ANSWER = True
    make_tree()
    campaign = CampaignFactory()
    tally.refresh(campaign, at=NOW)
    InitiativeFactory(campaign=campaign, submitted_at=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=5)

    shown = tally.totals([campaign], at=later)[campaign.pk]
    for thread in threading.enumerate():
        if thread.name == "tally":
            thread.join(timeout=30)

    assert shown == tally.Total(0, NOW)
    assert tally.totals([campaign], at=later)[campaign.pk] == tally.Total(1, later)


@pytest.mark.parametrize("to", [Status.WITHDRAWN, Status.INVALID], ids=["withdrawn", "a duplicate"])
def test_what_was_appraised_counts_no_more_when_it_does_not(campaign: Campaign, to: Status) -> None:
    officer = StaffAccountFactory()
    first, gone = InitiativeFactory.create_batch(2, campaign=campaign, unit=unit_at("quang-tri"))
    for one in (first, gone):
        found = lifecycle.Found(Finding.MONEY, 7_000_000, has_social_meaning=True)
        lifecycle.appraise(one, found, by=officer, at=NOW)
    tally.refresh(campaign, at=NOW)
    row = Tally.objects.get(unit=unit_at("tld"), by=By.ALL)
    assert (row.appraised, row.appraised_valid, row.appraisals, row.meaningful) == (14_000_000, 0, 2, 2)

    lifecycle.move(gone, to, by=officer, at=NOW, duplicate_of=first if to == Status.INVALID else None)
    lifecycle.move(first, Status.VALID, by=officer, at=NOW)
    tally.refresh(campaign, at=NOW)

    row.refresh_from_db()
    assert (row.appraised, row.appraised_valid, row.appraisals, row.meaningful) == (7_000_000, 7_000_000, 1, 1)


def test_counting_writes_no_row_that_a_submission_waits_for(campaign: Campaign) -> None:
    InitiativeFactory(campaign=campaign)
    with CaptureQueriesContext(connection) as asked:
        tally.refresh(campaign, at=NOW)

    written = {each["sql"].split('"')[1] for each in asked if each["sql"].startswith(("UPDATE", "INSERT"))}
    assert written == {"initiatives_tally", "initiatives_tallyrun", "initiatives_fieldmedian"}
    assert not [each for each in asked if "FOR UPDATE" in each["sql"] and "tallyrun" not in each["sql"]]
    assert TallyRun.objects.get().counted_at == NOW
    assert ReviewEvent.objects.get().act == Act.RECEIVED
