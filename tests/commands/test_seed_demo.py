"""`seed_demo`: the demonstration campaign around today, its accounts, and made initiatives that count like real ones."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from initiatives import demonstration
from initiatives.campaigns import windows
from initiatives.models import Campaign, Initiative, ReviewEvent, Status
from initiatives.progress import tally
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
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
        ("2026-04-19 23:59:59", False),
        ("2026-04-20 00:00:00", True),
        ("2026-06-19 23:59:59", True),
        ("2026-06-20 00:00:00", False),
    ],
)
def test_it_is_open_thirty_days_either_side_of_today(now: datetime, text: str, open_: bool) -> None:
    run(password="x")

    ruling = windows.verdict(Campaign.objects.get(), at=datetime.fromisoformat(f"{text}+07:00"))

    assert ruling.is_open is open_


def test_it_asks_what_2022_asks_and_takes_a_submission(now: datetime) -> None:
    run(password="x")
    worker = Worker("sang-kien-thu-nghiem")

    initiative = worker.submit(
        person(unit="quang-tri/dong-ha/may-dong-ha"), content(applied_on="1/3/2026", recognised_on="1/4/2026")
    )

    assert initiative.unit.code == "quang-tri/dong-ha/may-dong-ha"
    assert Campaign.objects.get().is_demonstration
    assert worker.get("/thu/").status_code == 200


def test_again_it_moves_the_window_and_keeps_what_is_there(now: datetime, at: Clock) -> None:
    run(password="cu", initiatives=3)
    phases = Campaign.objects.get().phases.count()
    at("2026-08-20 10:00:00")

    run(password="moi")

    assert (Campaign.objects.count(), Campaign.objects.get().phases.count()) == (1, phases)
    assert (StaffAccount.objects.count(), Initiative.objects.count()) == (4, 3)
    assert StaffAccount.objects.get(username="demo-cdcs").check_password("moi")
    assert windows.verdict(Campaign.objects.get(), at=at("2026-08-20 10:00:00")).is_open
    assert Campaign.objects.get().declarations.count() == 4


def test_made_initiatives_are_counted_and_violate_nothing(now: datetime) -> None:
    said = run(password="x", initiatives=120)
    campaign = Campaign.objects.get()

    assert "120/120 sáng kiến" in said
    assert Initiative.objects.count() == ReviewEvent.objects.count() == 120
    assert tally.differences(campaign) == []
    assert tally.totals([campaign], at=now)[campaign.pk].received == 120
    assert set(Initiative.objects.values_list("status", flat=True)) == set(Status) - {Status.WITHDRAWN}
    call_command("check_invariants", stdout=StringIO())


def test_more_are_added_to_those_that_are_there(now: datetime) -> None:
    run(password="x", initiatives=5)
    run(password="x", initiatives=4)

    assert Initiative.objects.count() == 9
    assert len(set(Initiative.objects.values_list("title", flat=True))) == 9


def test_without_the_tree_it_says_what_to_do_first(db: None) -> None:
    with pytest.raises(CommandError, match="setup"):
        run(password="x")


def test_a_made_password_is_never_the_same() -> None:
    assert demonstration.new_password() != demonstration.new_password()
