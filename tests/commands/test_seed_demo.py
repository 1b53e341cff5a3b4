"""`seed_demo`: the demonstration campaign around today, its accounts, and made initiatives that count like real ones."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F
from django.utils import timezone

from initiatives import demonstration
from initiatives.campaigns import windows
from initiatives.demonstration import bulk, rhythm, unions, words
from initiatives.invariants import violations
from initiatives.models import (
    Act,
    Appraisal,
    By,
    Campaign,
    CoAuthor,
    Initiative,
    Milestone,
    Period,
    Phase,
    ReviewEvent,
    Status,
    Tally,
    Target,
)
from initiatives.progress import tally
from initiatives.submission.receipts import parse_code
from orgtree.checking import faults_in_tree
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.text import folded
from tests.submission.worker import Worker, content, person

Clock = Callable[[str], datetime]

ACCOUNTS = {
    "demo-tld": ("tld", Role.ADMINISTRATOR),
    "demo-quang-tri": ("quang-tri", Role.MANAGER),
    "demo-dong-ha": ("quang-tri/dong-ha", Role.MANAGER),
    "demo-cdcs": ("quang-tri/dong-ha/may-dong-ha", Role.REVIEWER),
}


def run(**options: object) -> str:
    said = StringIO()
    call_command("seed_demo", stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def now(tree: dict[str, Unit], at: Clock) -> datetime:
    return at("2026-05-20 10:00:00")


def test_it_is_refused_on_a_real_portal_without_a_password(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEBUG", False)

    with pytest.raises(CommandError, match="--password"):
        run()

    assert not Campaign.objects.exists()
    assert not StaffAccount.objects.exists()


def test_with_debug_it_makes_a_password_and_prints_it(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEBUG", True)

    said = run()

    password = said.split("mật khẩu: ")[1].strip()
    assert StaffAccount.objects.get(username="demo-tld").check_password(password)
    assert f"{settings.SITE_URL}/sang-kien-thu-nghiem/" in said


def test_the_accounts_are_those_that_are_promised(now: datetime) -> None:
    run(password="mot-mat-khau")

    made = {each.username: (each.unit.code, each.role) for each in StaffAccount.objects.select_related("unit")}
    assert made == ACCOUNTS
    assert all(each.is_demonstration and each.check_password("mot-mat-khau") for each in StaffAccount.objects.all())
    assert Unit.objects.get(code="quang-tri/dong-ha/may-dong-ha").path.startswith(
        Unit.objects.get(code="quang-tri/dong-ha").path
    )


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("2025-08-22 23:59:59", False),
        ("2025-08-23 00:00:00", True),
        ("2026-02-18 23:59:59", True),
        ("2026-02-19 00:00:00", True),
        ("2026-06-19 23:59:59", True),
        ("2026-06-20 00:00:00", False),
    ],
)
def test_it_is_open_for_nine_months_and_thirty_days_more(now: datetime, text: str, open_: bool) -> None:
    run(password="x")

    ruling = windows.verdict(Campaign.objects.get(), at=datetime.fromisoformat(f"{text}+07:00"))

    assert ruling.is_open is open_


@pytest.mark.parametrize(("applied", "recognised"), [("1/3/2026", "1/4/2026"), ("1/9/2025", "1/10/2025")])
def test_it_asks_what_2022_asks_and_takes_a_submission(now: datetime, applied: str, recognised: str) -> None:
    run(password="x")
    worker = Worker("sang-kien-thu-nghiem")

    initiative = worker.submit(
        person(unit="quang-tri/dong-ha/may-dong-ha"), content(applied_on=applied, recognised_on=recognised)
    )

    assert initiative.unit.code == "quang-tri/dong-ha/may-dong-ha"
    assert Campaign.objects.get().is_demonstration
    assert worker.get("/thu/").status_code == 200


def test_its_first_phase_is_over_and_two_quarters_with_it(now: datetime) -> None:
    run(password="x")

    first, second = Phase.objects.order_by("opens_at")
    assert first.opens_at < now - timedelta(days=2 * 92) < first.closes_at < second.opens_at
    for days in (-30, 0, 30):
        assert windows.verdict(Campaign.objects.get(), at=now + timedelta(days=days)).phases == (second,)
    for days in (-31, 32):
        assert not windows.verdict(Campaign.objects.get(), at=now + timedelta(days=days)).is_open


def test_again_it_stays_open_longer_and_keeps_what_is_there(now: datetime, at: Clock) -> None:
    run(password="cu", initiatives=300)
    opened, turned = Phase.objects.order_by("opens_at").values_list("opens_at", flat=True)
    later = at("2026-08-20 10:00:00")

    run(password="moi")

    assert Campaign.objects.count() == 1
    assert list(Phase.objects.order_by("opens_at").values_list("opens_at", flat=True)) == [opened, turned]
    assert (StaffAccount.objects.count(), Initiative.objects.count()) == (4, 300)
    assert StaffAccount.objects.get(username="demo-cdcs").check_password("moi")
    assert windows.verdict(Campaign.objects.get(), at=later).is_open
    assert Campaign.objects.get().declarations.count() == 4
    assert outside_their_phase() == 0


def test_again_it_is_the_one_that_got_another_address(now: datetime) -> None:
    run(password="Mot-mat-khau-2022")
    made = Campaign.objects.get(is_demonstration=True)
    made.slug, made.name = "thu-lai", "Tên khác"
    made.save()

    run(password="Mot-mat-khau-2022")

    assert Campaign.objects.get(is_demonstration=True) == made
    assert Campaign.objects.at_address(demonstration.SLUG).get() == made


def test_one_that_was_made_with_a_single_phase_gets_two(now: datetime) -> None:
    run(password="x")
    Phase.objects.earliest("opens_at").delete()
    Phase.objects.update(name="Đợt thử nghiệm", opens_at=now - timedelta(days=30))

    run(password="x")

    first, second = Phase.objects.order_by("opens_at")
    assert (first.name, second.name) == ("Giai đoạn 1", "Giai đoạn 2")
    assert windows.verdict(Campaign.objects.get(), at=now).phases == (second,)


# --- made initiatives -------------------------------------------------------------------------------------------------


def outside_their_phase() -> int:
    inside = Initiative.objects.filter(
        submitted_at__gte=F("phase__opens_at"), submitted_at__lt=F("phase__closes_at"), submitted_at__lte=timezone.now()
    )
    return Initiative.objects.count() - inside.count()


def indexes() -> set[tuple[str, str]]:
    """And constraints, with what they say."""
    asked = {
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'initiatives_%%' UNION ALL"
        " SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint",
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'initiatives_%%'",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor], [])
        return set(cursor.fetchall())


def test_made_initiatives_are_counted_and_violate_nothing(now: datetime) -> None:
    said = run(password="x", initiatives=3000, unions=300)
    campaign = Campaign.objects.get()

    assert "3.000/3.000 sáng kiến (100,0%)" in said
    assert Initiative.objects.count() == 3000
    assert tally.differences(campaign) == []
    assert tally.totals([campaign], at=now)[campaign.pk].received == 3000
    assert list(violations()) == []
    assert list(faults_in_tree()) == []
    assert outside_their_phase() == 0


def test_they_are_spread_as_those_of_2021_were(now: datetime) -> None:
    run(password="x", initiatives=4000, unions=300)
    made = Initiative.objects.order_by()

    share = {status: count / 40 for status, count in Counter(made.values_list("status", flat=True)).items()}
    assert 60 < share[Status.VALID] < 75
    assert 8 < share[Status.SUBMITTED] < 25
    assert 6 < share[Status.INVALID] < 16
    assert 1 < share[Status.RETURNED] < 9
    assert 0 < share[Status.WITHDRAWN] < 5
    assert 20 < made.exclude(duplicate_of=None).count() < 250
    weekdays = Counter(timezone.localtime(each).weekday() for each in made.values_list("submitted_at", flat=True))
    assert 0 < weekdays[6] < weekdays[5] < weekdays[4]
    money = made.exclude(benefit_value=None).count() / 40
    assert 74 < money < 86
    assert 11 < made.filter(benefit_is_not_money=True).count() / 40 < 19
    assert len(set(made.values_list("field", flat=True))) == 8
    assert len(set(made.values_list("target_group", flat=True))) == 5
    assert len(set(made.values_list("solution_kind", flat=True))) == 7
    assert made.values("phone_hash").annotate(number=Count("pk")).filter(number__gt=2).exists()
    assert {2, 3} <= set(
        CoAuthor.objects.values_list("initiative").annotate(Count("pk")).values_list("pk__count", flat=True)
    )


def test_what_waited_longest_was_decided_and_what_came_last_waits(now: datetime) -> None:
    run(password="x", initiatives=3000, unions=300)

    def waiting(since: int, until: int) -> float:
        came = Initiative.objects.filter(
            submitted_at__gte=now - timedelta(days=since), submitted_at__lt=now - timedelta(days=until)
        )
        return came.filter(status=Status.SUBMITTED).count() / came.count()

    assert waiting(300, 60) < 0.25
    assert waiting(3, 0) > 0.7


def test_every_history_is_whole(now: datetime) -> None:
    run(password="x", initiatives=3000, unions=300)
    last = {}
    for event in ReviewEvent.objects.order_by("initiative", "number"):
        before = last.get(event.initiative_id)
        assert event.from_status == (before.to_status if before else "")
        assert before is None or before.at <= event.at <= now
        assert event.text_digest == event.digest_of_text()
        last[event.initiative_id] = event

    assert dict(Initiative.objects.values_list("pk", "status")) == {pk: event.to_status for pk, event in last.items()}
    assert set(ReviewEvent.objects.values_list("act", flat=True)) >= {
        Act.RECEIVED, Act.APPROVED, Act.DECLINED, Act.RETURNED, Act.RESENT, Act.WITHDRAWN, Act.TOLD, Act.APPRAISED,
    }  # fmt: skip
    assert not ReviewEvent.objects.filter(act=Act.APPROVED, account=None).exists()


def test_what_was_appraised_says_what_its_appraisal_says(now: datetime) -> None:
    run(password="x", initiatives=3000, unions=300)

    appraisals = Appraisal.objects.select_related("event__initiative")
    assert 10 < appraisals.count() < 120
    for each in appraisals:
        initiative = each.event.initiative
        assert (each.value, each.has_social_meaning, each.declared) == (
            initiative.appraised_value,
            initiative.has_social_meaning,
            initiative.benefit_value,
        )
        assert (each.event.act, initiative.is_appraised) == (Act.APPRAISED, each.finding != "none")
    assert Initiative.objects.filter(is_appraised=True).count() == appraisals.exclude(finding="none").count()


def test_what_is_told_is_found_and_no_two_codes_are_alike(now: datetime) -> None:
    run(password="x", initiatives=2000)

    codes = list(Initiative.objects.values_list("receipt_code", flat=True))
    assert len(set(codes)) == 2000
    assert all(parse_code(code) == code for code in codes)
    descriptions = Counter(Initiative.objects.values_list("description", flat=True))
    assert len(descriptions) > 1900
    assert Initiative.objects.filter(search_text__contains="nguyen").exists()
    one = Initiative.objects.earliest("pk")
    assert one.search_text == folded(f"{one.full_name} {one.title}")


def test_few_wait_to_be_screened_and_many_do_not(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    run(password="x", initiatives=20)
    assert Initiative.objects.filter(screened_at=None).count() == 20
    monkeypatch.setattr(bulk, "SCREENED_FROM", 10)

    run(password="x", initiatives=20)

    assert Initiative.objects.filter(screened_at=None).count() == 20


def test_more_are_added_to_those_that_are_there(now: datetime) -> None:
    run(password="x", initiatives=500, unions=50)
    run(password="x", initiatives=400, unions=50)

    assert Initiative.objects.count() == 900
    assert Initiative.objects.values("receipt_code").distinct().count() == 900
    assert list(violations()) == []
    assert tally.differences(Campaign.objects.get()) == []
    Worker("sang-kien-thu-nghiem").submit(
        person(unit="quang-tri/dong-ha/may-dong-ha"), content(applied_on="1/3/2026", recognised_on="1/4/2026")
    )
    assert Initiative.objects.count() == 901


def test_indexes_that_were_taken_away_are_there_again(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    before = indexes()
    taken: list[int] = []
    insert = bulk._insert
    monkeypatch.setattr(bulk, "_insert", lambda *given: (taken.append(len(indexes())), insert(*given)))

    run(password="x", initiatives=100)

    assert min(taken) < len(before) - 10
    assert indexes() == before
    assert list(violations()) == []


def test_stopped_halfway_nothing_is_there_but_what_was(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    run(password="x", initiatives=30)
    before = indexes()
    monkeypatch.setattr(bulk, "MANY", 1)
    monkeypatch.setattr(bulk, "BATCH", 10)
    steps: Iterator[Any] = demonstration.fill(Campaign.objects.get(), 100, at=now)
    assert next(steps).made >= 10
    assert Initiative.objects.count() > 30

    steps.close()  # what Ctrl-C comes to

    assert Initiative.objects.count() == 30
    assert indexes() == before
    assert list(violations()) == []


def test_before_anything_was_open_nothing_can_have_come(now: datetime) -> None:
    run(password="x")

    with pytest.raises(bulk.NothingIsOpen):
        list(demonstration.fill(Campaign.objects.get(), 10, at=now - timedelta(days=1000)))


@pytest.mark.parametrize("number", [1, 7, 299, 5000])
def test_the_days_hold_as_many_as_were_asked_for(now: datetime, number: int) -> None:
    run(password="x")

    spans = list(rhythm.spans(list(Phase.objects.order_by("opens_at")), number, at=now))

    assert sum(span.number for span in spans) == number
    assert all(before.ends <= after.begins for before, after in pairwise(spans))


# --- unions -----------------------------------------------------------------------------------------------------------


def test_unions_are_made_once_and_more_can_be_added(now: datetime) -> None:
    first = run(password="x", unions=40)
    codes = set(made_unions().values_list("code", flat=True))
    again = run(password="x", unions=40)
    more = run(password="x", unions=60)

    assert "Đã thêm 40 CĐCS thử nghiệm." in first
    assert "CĐCS thử nghiệm." not in again
    assert "Đã thêm 20 CĐCS thử nghiệm." in more
    assert codes < set(made_unions().values_list("code", flat=True))
    assert made_unions().count() == 60
    assert list(faults_in_tree()) == []


def test_unions_are_marked_and_found_and_bear_nobodys_name(now: datetime) -> None:
    run(password="x", unions=200)

    made = list(made_unions())
    assert all(unit.name.endswith(" (thử nghiệm)") and unit.short_name.endswith(" (thử nghiệm)") for unit in made)
    assert all(unit.search_text and unit.level == Level.GRASSROOTS for unit in made)
    assert len({unit.name for unit in made}) == 200
    kinds = (*words.FORMS, *words.SCHOOLS, *words.CLINICS, *words.COMMUNES, *words.BUREAUS)
    parts = {*words.SYLLABLES, "số"}
    for unit in made:
        workplace = unions.workplace_of(unit.name)
        kind = max((each for each in kinds if workplace.startswith(each)), key=len)
        rest = workplace.removeprefix(kind).strip()
        trade = next((each for each in sorted(words.TRADES, key=len, reverse=True) if rest.startswith(f"{each} ")), "")
        assert {word for word in rest.removeprefix(trade).split() if not word.isdigit()} <= parts
    campaign = Campaign.objects.get()
    assert Unit.objects.in_structure_of(campaign.structure_day).filter(pk__in=[unit.pk for unit in made]).count() == 200


def made_unions() -> Any:
    return Unit.objects.filter(code__contains="/thu-nghiem-")


def test_on_the_tree_of_today_they_stand_in_the_campaigns_structure(tree_of_2025: dict[str, Unit], at: Clock) -> None:
    at("2026-05-20 10:00:00")

    run(password="x", unions=150, initiatives=400)

    campaign = Campaign.objects.get()
    offered = Unit.objects.in_structure_of(campaign.structure_day)
    assert offered.filter(code__contains="/thu-nghiem-").count() == 150
    assert Initiative.objects.exclude(unit__in=offered).count() == 0
    assert list(faults_in_tree()) == []
    assert tally.differences(campaign) == []


# --- what they are compared with --------------------------------------------------------------------------------------


def test_every_top_unit_has_targets_that_add_up(now: datetime) -> None:
    run(password="x", initiatives=3000, unions=300)

    whole = dict(Target.objects.filter(period=Period.WHOLE).values_list("unit__code", "quantity"))
    for period in (Period.PHASE, Period.QUARTER):
        sums: Counter[str] = Counter()
        for code, quantity in Target.objects.filter(period=period).values_list("unit__code", "quantity"):
            sums[code] += quantity
        assert sums == {code: whole[code] for code in sums}
        assert len(sums) == 83
    assert len(whole) == Unit.objects.exclude(level__in=(Level.CONFEDERATION, Level.GRASSROOTS)).count()


def test_some_are_over_their_target_and_some_below_half(now: datetime) -> None:
    run(password="x", initiatives=2500, unions=300)
    reached = tally_of_tops()

    shares = [reached.get(code, 0) / quantity for code, quantity in targets_of_tops().items()]

    assert sum(share > 1 for share in shares) > 5
    assert sum(share < 0.5 for share in shares) > 5


def targets_of_tops() -> dict[str, int]:
    tops = Target.objects.filter(period=Period.WHOLE, unit__depth=2)
    return dict(tops.values_list("unit__code", "quantity"))


def tally_of_tops() -> dict[str, int]:
    return dict(Tally.objects.filter(by=By.ALL, unit__depth=2).values_list("unit__code", "entries"))


def test_targets_grow_with_what_is_added_but_those_that_staff_gave(now: datetime) -> None:
    run(password="x", initiatives=100)
    Target.objects.filter(unit__code="quang-tri", period=Period.WHOLE).update(quantity=4321, document="12/KH")
    before = sum(targets_of_tops().values())

    run(password="x", initiatives=2000)

    assert sum(targets_of_tops().values()) > before
    assert targets_of_tops()["quang-tri"] == 4321
    assert Target.objects.filter(unit__code="quang-tri", period=Period.WHOLE).count() == 1


def test_milestones_are_announced_as_they_would_be(now: datetime) -> None:
    run(password="x", initiatives=1200)

    announced = Milestone.objects.get(number=1000)
    assert announced.announced_at is not None
    nth = Initiative.objects.order_by("submitted_at", "pk")[999]
    assert (announced.initiative_id, announced.reached_at) == (nth.pk, nth.submitted_at)
    assert announced.plan_ends_on is not None
    assert Campaign.objects.get().goal > 1200


# --- what is said -----------------------------------------------------------------------------------------------------


def test_a_file_is_not_flooded(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 10)

    said = run(password="x", initiatives=500)

    assert said.count("sáng kiến (") < 5
    assert "\r" not in said


def test_a_terminal_shows_one_line_that_moves(now: datetime) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    said = Terminal()
    call_command("seed_demo", stdout=said, password="x", initiatives=50)

    assert said.getvalue().count("\r") >= 2
    assert "đã chạy" in said.getvalue()


@pytest.mark.parametrize("asked", [{"initiatives": -1}, {"unions": -1}])
def test_less_than_nothing_is_refused(now: datetime, asked: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="từ 0 trở lên"):
        run(password="x", **asked)


def test_without_the_tree_it_says_what_to_do_first(db: None) -> None:
    with pytest.raises(CommandError, match="setup"):
        run(password="x")


def test_a_made_password_is_never_the_same() -> None:
    assert demonstration.new_password() != demonstration.new_password()
