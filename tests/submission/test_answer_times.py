"""How long the union usually takes: from its last answers, told to who waits and to nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Act, Campaign, Initiative, Status
from initiatives.submission import answer_times, tracking
from initiatives.submission.answer_times import FEWEST, MOST, is_overdue, usual_days
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    ContactFactory,
    InitiativeFactory,
    ReviewEventFactory,
    StaffAccountFactory,
    make_tree,
)

DAY = timedelta(days=1)
RECEIVED = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
HERE, DISTRICT, PROVINCE = "quang-tri/dong-ha/may-song-hieu", "quang-tri/dong-ha", "quang-tri"


class Union:
    """A campaign in which units answer."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = make_tree()
        self.campaign: Campaign = CampaignFactory()
        self.officer: StaffAccount = StaffAccountFactory(unit=self.units[PROVINCE])

    def receive(self, code: str = HERE, at: datetime = RECEIVED, **fields: Any) -> Initiative:
        shared = {"campaign": self.campaign, "unit": self.units[code], "submitted_at": at, "status": Status.SUBMITTED}
        return InitiativeFactory(**(shared | fields))

    def answer(
        self,
        code: str = HERE,
        *,
        after: timedelta = DAY,
        act: str = Act.APPROVED,
        to: str = Status.VALID,
        **fields: Any,
    ) -> Initiative:
        """One that was received and answered `after` that."""
        initiative = self.receive(code, **fields)
        ReviewEventFactory(
            initiative=initiative, at=initiative.submitted_at + after, act=act, account=self.officer, to_status=to
        )
        Initiative.objects.filter(pk=initiative.pk).update(status=to)
        return initiative

    def usual(self, code: str = HERE) -> int | None:
        return usual_days(Initiative.objects.select_related("unit").get(pk=self.receive(code).pk))


@pytest.fixture
def union(db: None) -> Union:
    return Union()


@pytest.mark.parametrize(
    "waits, days",
    [
        ([], None),
        ([1, 1, 1, 1], None),
        ([1, 1, 1, 1, 1], 1),
        ([0, 0, 0, 0, 0], 1),
        ([1, 2, 3, 30, 60], 3),
        ([2.1, 2.1, 2.1, 2.1, 2.1], 3),
        ([1, 1, 2, 3, 3, 3], 3),
    ],
    ids=["none", "too-few", "enough", "at-once", "the-middle-one", "rounded-up", "between-two"],
)
def test_the_middle_of_what_was_answered(union: Union, waits: list[float], days: int | None) -> None:
    for wait in waits:
        union.answer(after=wait * DAY)

    assert union.usual() == days


@pytest.mark.parametrize(
    "act, to", [(Act.RETURNED, Status.RETURNED), (Act.APPROVED, Status.VALID), (Act.DECLINED, Status.INVALID)]
)
def test_every_decision_is_an_answer(union: Union, act: str, to: str) -> None:
    for _ in range(FEWEST):
        union.answer(after=4 * DAY, act=act, to=to)

    assert union.usual() == 4


def test_the_first_decision_counts_and_not_the_last(union: Union) -> None:
    for _ in range(FEWEST):
        initiative = union.answer(after=2 * DAY, act=Act.RETURNED, to=Status.RETURNED)
        ReviewEventFactory(initiative=initiative, at=RECEIVED + 40 * DAY, act=Act.APPROVED, account=union.officer)

    assert union.usual() == 2


def test_what_happened_by_itself_is_no_answer(union: Union) -> None:
    """A duplicate that followed its primary was decided by nobody."""
    for _ in range(FEWEST):
        initiative = union.receive(status=Status.INVALID, events=False)
        ReviewEventFactory(initiative=initiative, at=RECEIVED + DAY, act=Act.DECLINED, account=None)
    union.answer(act=Act.REASSIGNED)

    assert union.usual() is None


@pytest.mark.parametrize("where, days", [(HERE, 2), (DISTRICT, 5), (PROVINCE, 9)])
def test_the_nearest_unit_that_answered_enough_speaks(union: Union, where: str, days: int) -> None:
    for code, after in ((HERE, 2), (DISTRICT, 5), (PROVINCE, 9)):
        number = FEWEST if code == where else 0
        for _ in range(number):
            union.answer(code, after=after * DAY)

    assert union.usual(HERE) == days


def test_a_unit_speaks_with_what_lies_below_it(union: Union) -> None:
    for code in (HERE, HERE, DISTRICT, "quang-tri/huong-hoa", PROVINCE):
        union.answer(code, after=3 * DAY)

    assert union.usual(HERE) == 3
    assert union.usual("quang-tri/huong-hoa") == 3


def test_another_province_and_another_campaign_say_nothing(union: Union) -> None:
    for _ in range(FEWEST):
        union.answer("dien-bien")
        union.answer(campaign=CampaignFactory(choices=False, reasons=False))

    assert union.usual() is None


def test_the_country_has_no_usual_time(union: Union) -> None:
    for _ in range(FEWEST):
        union.answer("tld")

    assert union.usual("tld") is None


def test_only_the_last_ones_count(union: Union, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST == 50
    monkeypatch.setattr(answer_times, "MOST", 5)
    for n in range(10):
        union.answer(at=RECEIVED + n * DAY, after=(30 if n < 5 else 2) * DAY)

    assert union.usual() == 2


@pytest.mark.parametrize("answered, statements", [(FEWEST, 1), (3 * FEWEST, 1), (0, 3)], ids=["few", "many", "none"])
def test_a_statement_a_level_however_many_answers(union: Union, answered: int, statements: int) -> None:
    for _ in range(answered):
        union.answer()
    waiting = Initiative.objects.select_related("unit").get(pk=union.receive().pk)

    with CaptureQueriesContext(connection) as asked:
        usual_days(waiting)

    assert len(asked) == statements


def test_who_asks_next_asks_the_database_nothing(slow: Union, django_assert_num_queries: Any) -> None:
    first = slow.usual()
    waiting = Initiative.objects.select_related("unit").get(pk=slow.receive().pk)

    with django_assert_num_queries(0):
        assert usual_days(waiting) == first == 3


@pytest.mark.parametrize(
    "waited, usual, overdue",
    [(6 * DAY, 3, False), (6 * DAY + timedelta(seconds=1), 3, True), (100 * DAY, None, False)],
    ids=["twice", "more-than-twice", "nothing-usual"],
)
def test_more_than_twice_as_long_is_too_long(waited: timedelta, usual: int | None, overdue: bool) -> None:
    assert is_overdue(RECEIVED, usual, at=RECEIVED + waited) == overdue


# --- the page -------------------------------------------------------------------------------------------------------

USUAL = "Công đoàn thường trả lời trong khoảng"
TOO_LONG = "chờ lâu hơn thường lệ"


def record(initiative: Initiative, at: datetime) -> str:
    signed = tracking.sign(initiative, at=at)
    return Client().get(f"/ho-so/{signed}/").content.decode()


@pytest.fixture
def slow(union: Union) -> Union:
    for _ in range(FEWEST):
        union.answer(after=3 * DAY)
    return union


def test_who_waits_is_told_how_long_it_takes(slow: Union, at: Callable[[Any], datetime]) -> None:
    shown = record(slow.receive(), at(RECEIVED + DAY))

    assert f"{USUAL} 3 ngày." in shown
    assert "Bạn không cần làm gì thêm" in shown
    assert TOO_LONG not in shown


@pytest.mark.parametrize("has_contact", [True, False])
def test_who_waits_too_long_is_told_whom_to_ask(slow: Union, at: Callable[[Any], datetime], has_contact: bool) -> None:
    if has_contact:
        ContactFactory(unit=slow.units[DISTRICT], phone="0233 385 0001")

    shown = record(slow.receive(), at(RECEIVED + 7 * DAY))

    assert TOO_LONG in shown
    assert "Bạn không cần làm gì thêm" not in shown
    assert ("Gọi 0233 385 0001" in shown) == has_contact
    assert ("Hãy hỏi công đoàn nơi bạn làm việc, và đọc mã" in shown) != has_contact


def test_the_wait_begins_anew_with_what_was_sent_again(slow: Union, at: Callable[[Any], datetime]) -> None:
    initiative = slow.receive()
    ReviewEventFactory(initiative=initiative, at=RECEIVED + 2 * DAY, act=Act.RETURNED, account=slow.officer)
    ReviewEventFactory(initiative=initiative, at=RECEIVED + 6 * DAY, act=Act.RESENT)

    assert TOO_LONG not in record(initiative, at(RECEIVED + 7 * DAY))
    assert TOO_LONG in record(initiative, at(RECEIVED + 13 * DAY))


@pytest.mark.parametrize("status", [Status.RETURNED, Status.VALID, Status.INVALID, Status.WITHDRAWN])
def test_who_was_answered_is_told_nothing_of_it(slow: Union, at: Callable[[Any], datetime], status: str) -> None:
    assert USUAL not in record(slow.receive(status=status), at(RECEIVED + 9 * DAY))


def test_without_enough_answers_nothing_is_promised(union: Union, at: Callable[[Any], datetime]) -> None:
    shown = record(union.receive(), at(RECEIVED + 99 * DAY))

    assert USUAL not in shown
    assert TOO_LONG not in shown
