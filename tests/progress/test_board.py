"""What stands on a line of the board, what adds up, what is over and under, and how many grassroots unions there are."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from initiatives.lifecycle import Found, appraise
from initiatives.models import Campaign, Counts, Finding, GrassrootsCount, Initiative, Period, Status
from initiatives.progress import board as boards
from initiatives.progress import tally
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree
from tests.progress.boards import NOW, drawn, given, opened, seen, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit], at: Callable[[Any], datetime]) -> Campaign:
    at(NOW)
    return CampaignFactory(slug="sang-kien-thu", goal=1000)


# --- lines --------------------------------------------------------------------------------------------------------------


def test_the_country_shows_provinces_and_sectors_with_the_goal(campaign: Campaign) -> None:
    board = drawn(campaign)

    assert [line.name for line in board.lines] == [
        "LĐLĐ tỉnh Điện Biên",
        "LĐLĐ tỉnh Thanh Hóa",
        "LĐLĐ tỉnh Quảng Trị",
        "CĐ Y tế Việt Nam",
    ]
    assert (board.total.target, board.total.sentence) == (1000, "0/1.000, đạt 0,0%")


def test_the_lines_and_the_rest_are_the_whole(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    sent(campaign, small_tree["quang-tri"], 2)
    sent(campaign, small_tree["quang-tri/dong-ha"], 3, status=Status.VALID)
    sent(campaign, small_tree["quang-tri/dong-ha/may-song-hieu"], 1, status=Status.RETURNED)
    sent(campaign, small_tree["quang-tri/huong-hoa"], 1, status=Status.WITHDRAWN)
    sent(campaign, small_tree["cd-y-te"], 5)

    board = drawn(campaign, "quang-tri")

    assert board.rest is not None
    for name, whole in (("received", 7), ("reached", 6), ("valid", 3), ("returned", 1)):
        lines = [*board.lines, board.rest]
        assert (sum(getattr(line, name) for line in lines), getattr(board.total, name)) == (whole, whole), name
    assert (board.rest.received, board.rest.reached) == (2, 2)


def test_a_grassroots_union_has_its_own_page_without_lines(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha/may-song-hieu"], 2)

    board = drawn(campaign, "quang-tri/dong-ha/may-song-hieu")
    page = opened(campaign, **{"don-vi": "quang-tri/dong-ha/may-song-hieu"})

    assert (board.lines, board.rest, board.total.reached) == ([], None, 2)
    assert (board.total.unions.number, board.total.unions.taking_part, board.total.average) == (1, 1, "2,0")
    assert "LĐLĐ thành phố Đông Hà" in seen(page)  # the way back up
    assert "board-lines" not in seen(page)


def test_valid_ones_alone_count_where_the_campaign_says_so(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(counts=Counts.VALID)
    campaign.refresh_from_db()
    given(campaign, small_tree["quang-tri"], 4)
    sent(campaign, small_tree["quang-tri/dong-ha"], 3)
    sent(campaign, small_tree["quang-tri/dong-ha"], 1, status=Status.VALID)

    board = drawn(campaign, "quang-tri")

    assert (board.total.reached, board.total.percent, board.total.received) == (1, "25,0%", 4)


@pytest.mark.parametrize(
    ("reached", "is_over", "is_under"),
    [(1, False, True), (2, False, False), (4, False, False), (5, True, False)],
    ids=["under half", "just half", "just all", "over"],
)
def test_what_is_over_and_under(
    campaign: Campaign, small_tree: dict[str, Unit], reached: int, is_over: bool, is_under: bool
) -> None:
    given(campaign, small_tree["quang-tri/dong-ha"], 4)
    sent(campaign, small_tree["quang-tri/dong-ha"], reached)

    board = drawn(campaign, "quang-tri")

    assert ([line.name for line in board.over] == ["LĐLĐ thành phố Đông Hà"]) == is_over
    assert ([line.name for line in board.under] == ["LĐLĐ thành phố Đông Hà"]) == is_under


def test_a_unit_without_a_target_shows_a_dash_and_is_in_neither_list(
    campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 3)

    board = drawn(campaign, "quang-tri")
    line = next(each for each in board.lines if each.reached)

    assert (line.percent, line.percent_valid, board.over, board.under) == ("–", "–", [], [])
    assert (board.total.percent, board.total.sentence) == ("–", "3, chưa có chỉ tiêu")


def test_targets_of_parts_are_no_targets_of_the_whole(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    unit = small_tree["quang-tri"]
    phase = campaign.phases.order_by("opens_at").first()
    given(campaign, unit, 7, period=Period.PHASE, phase=phase)
    given(campaign, unit, 4, period=Period.QUARTER, starts_on=date(2022, 1, 1))
    given(campaign, unit, 2, period=Period.MONTH, starts_on=date(2022, 4, 1))
    sent(campaign, small_tree["quang-tri/dong-ha"], 3, phase=phase)

    board = drawn(campaign, "quang-tri")

    assert board.total.target is None
    assert [(title, [(p.label, p.reached, p.target, p.percent) for p in listed]) for title, listed in board.parts][
        1:
    ] == [
        ("Theo quý", [("Quý I/2022", 3, 4, "75,0%")]),
        ("Theo tháng", [("Tháng 3/2022", 3, None, "–"), ("Tháng 4/2022", 0, 2, "0,0%")]),
    ]
    assert (board.parts[0][1][0].reached, board.parts[0][1][0].target) == (3, 7)


def test_money_is_added_without_what_is_doubtful(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    unit = small_tree["quang-tri/dong-ha"]
    sent(campaign, unit, 1, benefit_value=200_000_000, status=Status.VALID)
    sent(campaign, unit, 1, benefit_value=2_000 * 10**9)
    sent(campaign, unit, 1, benefit_value=None, benefit_is_not_money=True)

    benefit = drawn(campaign, "quang-tri").benefit

    assert (benefit.declared, benefit.declared_valid, benefit.unmeasured, benefit.doubtful) == (
        200_000_000,
        200_000_000,
        1,
        1,
    )


def test_what_staff_found_stands_beside_what_was_declared(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    unit, officer = small_tree["quang-tri/dong-ha"], StaffAccountFactory()
    may = datetime(2022, 5, 2, 9, 0, tzinfo=VIETNAM)
    sent(campaign, unit, 2, benefit_value=200_000_000)
    sent(campaign, unit, 1, benefit_value=2_000 * 10**9, submitted_at=may)
    first, _, huge = Initiative.objects.order_by("pk")
    appraise(first, Found(Finding.MONEY, 150_000_000, True, "Sổ"), by=officer, at=NOW)
    appraise(huge, Found(Finding.MONEY, 2_000_000, note="Thừa sáu chữ số 0"), by=officer, at=NOW)

    benefit = drawn(campaign, "quang-tri").benefit

    assert (benefit.declared, benefit.doubtful) == (400_000_000, 0)
    assert (benefit.appraised, benefit.appraisals, benefit.meaningful) == (152_000_000, 2, 1)
    assert [(each.label, each.declared, each.appraised) for each in benefit.quarters] == [
        ("Quý I/2022", 400_000_000, 150_000_000),
        ("Quý II/2022", 0, 2_000_000),
    ]
    assert benefit.sentences[1] == "Đã thẩm định giá trị 2 sáng kiến, cộng 152 triệu đồng."


# --- grassroots unions --------------------------------------------------------------------------------------------------


def test_grassroots_unions_are_those_declared_else_those_of_the_tree(
    campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha/may-song-hieu"], 3)
    GrassrootsCount.objects.create(campaign=campaign, unit=small_tree["thanh-hoa"], number=40, set_at=NOW)

    country, province = drawn(campaign), drawn(campaign, "quang-tri")

    numbers = {line.unit.code: line.unions.number for line in country.lines if line.unit}
    assert numbers == {"dien-bien": 0, "thanh-hoa": 40, "quang-tri": 1, "cd-y-te": 0}
    assert country.total.unions.number is None  # some declared theirs, others did not: nobody knows
    assert (province.total.unions.number, province.total.unions.share) == (1, "100,0%")
    assert (province.total.average, province.total.has_average_wanted) == ("3,0", True)


def test_two_on_the_average_are_wanted(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    GrassrootsCount.objects.create(campaign=campaign, unit=small_tree["quang-tri"], number=2, set_at=NOW)
    sent(campaign, small_tree["quang-tri/dong-ha/may-song-hieu"], 3)

    total = drawn(campaign, "quang-tri").total

    assert (total.average, total.has_average_wanted, total.unions.share) == ("1,5", False, "50,0%")


def test_what_is_read_while_a_count_ends_is_read_again(
    campaign: Campaign, small_tree: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 1)
    tally.refresh(campaign, at=NOW)
    read, later = boards.figures.below, NOW + timedelta(seconds=30)

    def counted_meanwhile(*asked: Any, **how: Any) -> Any:
        found = read(*asked, **how)
        if not Initiative.objects.filter(unit=small_tree["quang-tri/huong-hoa"]).exists():
            sent(campaign, small_tree["quang-tri/huong-hoa"], 2)
            tally.refresh(campaign, at=later, everything=True)
        return found

    monkeypatch.setattr(boards.figures, "below", counted_meanwhile)

    board = boards.of(campaign, small_tree["quang-tri"], at=NOW)

    assert (board.counted_at, board.total.received) == (later, 3)
    assert (sum(line.received for line in board.lines), board.rest) == (3, None)
