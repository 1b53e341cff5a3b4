"""Charts are figures told where to stand: as tables of cases, without a database; then the drawing itself."""

import gzip
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from initiatives.models import By, Campaign, Choice, ChoiceList, Counts, Phase
from initiatives.progress import charts
from initiatives.progress.charts import BASE, HIGH, TOP, WIDE, Axis, Charts, Plan
from initiatives.progress.figures import Counted, Figures
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM

OPENS = datetime(2022, 1, 8, 7, tzinfo=VIETNAM)
TURNS = datetime(2022, 6, 1, tzinfo=VIETNAM)
CLOSES = datetime(2023, 9, 2, tzinfo=VIETNAM)
AT = datetime(2022, 10, 3, 15, 34, tzinfo=VIETNAM)
COUNTRY, DISTRICT = Unit(depth=1), Unit(depth=3)
HEAVIEST = 12_000  # bytes, compressed, of what the country's page shows
CHOICES = [
    Choice(list=ChoiceList.TARGET_GROUP, code="worker", label="Công nhân"),
    Choice(list=ChoiceList.TARGET_GROUP, code="official", label="Cán bộ"),
    Choice(list=ChoiceList.FIELD, code="production", label="Sản xuất"),
]


@dataclass
class Line:
    name: str
    reached: int
    target: int | None = None


def campaign(**changed: Any) -> Campaign:
    return Campaign(**{"goal": None, "category_scheme": "target_group"} | changed)


def phases() -> list[Phase]:
    first = Phase(name="Giai đoạn 1", opens_at=OPENS, closes_at=TURNS)
    return [Phase(name="Giai đoạn 2", opens_at=TURNS + timedelta(hours=7), closes_at=CLOSES), first]


def of_days(*numbers: int, first: date = date(2022, 1, 8)) -> Counted:
    days = {(first + timedelta(days=n)).isoformat(): Figures(entries=each) for n, each in enumerate(numbers)}
    return Counted({By.DAY: days})


def drawn(counted: Counted, below: list[Line] | None = None, **changed: Any) -> Charts:
    """Of the country, without a goal, at AT."""
    asked: dict[str, Any] = {"unit": COUNTRY, "campaign": campaign(), "phases": phases(), "choices": CHOICES, "at": AT}
    asked |= changed
    of, unit = asked.pop("campaign"), asked.pop("unit")
    return charts.of(of, unit, counted, below or [], asked.pop("phases"), asked.pop("choices"), **asked)


def shown(found: Charts) -> str:
    return render_to_string("progress/_charts.html", {"charts": found})


def points(path: str) -> list[tuple[int, int]]:
    """Where a path of ours goes, every corner of it."""
    x = y = 0
    found = []
    for step, text in re.findall(r"([MLmhv])([^MLmhv]+)", path):
        numbers = [int(each) for each in text.split()]
        if step in "ML":
            x, y = numbers
        elif step == "m":
            x, y = x + numbers[0], y + numbers[1]
        elif step == "h":
            x += numbers[0]
        else:
            y += numbers[0]
        found.append((x, y))
    return found


# --- what there is nothing of ----------------------------------------------------------------------------------------------

NOTHING = [
    pytest.param(Counted(), [], id="nothing was counted"),
    pytest.param(of_days(0, 0), [], id="days without any"),
    pytest.param(Counted(), [Line("A", 0, 100)], id="units that reached nothing"),
    pytest.param(Counted({By.FIELD: {"production": Figures(valid=0)}}), [], id="a field nobody wrote in"),
]


@pytest.mark.parametrize(("counted", "below"), NOTHING)
def test_what_there_is_nothing_of_is_not_drawn(counted: Counted, below: list[Line]) -> None:
    found = drawn(counted, below)

    assert (found.over_time, found.shares, found.units) == ((), (), None)
    assert (bool(found), shown(found)) == (False, "\n")


# --- scales ----------------------------------------------------------------------------------------------------------------

TOPS = [
    *((1, 2), (2, 2), (3, 4), (5, 6), (9, 10), (10, 10), (11, 12), (13, 16), (21, 30), (81, 100), (100, 100)),
    *((101, 120), (1_647, 2_000), (29_954, 30_000), (1_000_000, 1_000_000), (1_000_001, 1_200_000)),
    *((2_500_000, 3_000_000), (99_999_999, 100_000_000)),
]


@pytest.mark.parametrize(("most", "top"), TOPS, ids=[str(most) for most, _ in TOPS])
def test_the_top_is_a_round_number_and_so_is_its_half(most: int, top: int) -> None:
    assert charts._round_top(most) == top
    assert top % 2 == 0


def test_the_smallest_number_is_still_seen_beside_the_largest() -> None:
    chart = drawn(of_days(1, 0, 1_000_000)).over_time[0]

    assert {y for _, y in points(chart.path)} == {BASE, BASE - 1, TOP}


TIMES = [
    pytest.param(of_days(1), 1, id="one day"),
    pytest.param(of_days(*[3] * 62), 62, id="as many as have air between them"),
    pytest.param(of_days(*[3] * 600), 600, id="six hundred days"),
    pytest.param(of_days(*[0, 2_500_000] * 100), 100, id="every other day, millions"),
    pytest.param(of_days(*range(1000, 0, -1)), 1000, id="more days than units of width"),
]


@pytest.mark.parametrize(("counted", "columns"), TIMES)
def test_nothing_is_drawn_outside_the_frame(counted: Counted, columns: int) -> None:
    at = datetime.combine(max(map(date.fromisoformat, counted.by(By.DAY))), AT.timetz())

    found = drawn(counted, campaign=campaign(goal=1_000_000), at=at)

    for chart in found.over_time:
        for x, y in points(chart.path) + points(chart.plan):
            assert (0 <= x <= WIDE + 1, TOP <= y <= BASE) == (True, True)
        assert all(each.y - 6 >= 0 and each.y <= HIGH for each in (*chart.heights, *chart.axis.labels))
    assert len(found.over_time[0].rows) == columns
    ElementTree.fromstring(f"<div>{shown(found)}</div>")


# --- entries per day ---------------------------------------------------------------------------------------------------------


def test_each_day_stands_at_its_place_with_its_height() -> None:
    """Thirty days are shown in the first weeks: 640 / 30 units a day."""
    chart = drawn(of_days(5, 0, 10), at=OPENS + timedelta(days=2)).over_time[0]

    assert (chart.axis.first, chart.axis.last) == (date(2022, 1, 8), date(2022, 2, 6))
    assert chart.path == f"M0 {BASE}v-130h20v130m23 0v-260h20v260"
    assert chart.rows == (("8/1/2022", "5"), ("10/1/2022", "10"))
    assert chart.sentence == "Nhiều nhất: 10 sáng kiến, ngày 10/1/2022."
    assert [(each.text, each.y) for each in chart.heights] == [("10", TOP), ("5", (TOP + BASE) // 2)]


def test_a_long_campaign_is_shown_as_far_as_twice_what_has_passed_then_whole() -> None:
    counted = of_days(1)
    ends = [
        drawn(counted, at=OPENS + timedelta(days=days)).over_time[0].axis.last for days in (0, 14, 15, 99, 301, 2000)
    ]

    assert ends == [
        *(date(2022, 2, 6), date(2022, 2, 6), date(2022, 2, 8)),
        *(date(2022, 7, 26), date(2023, 9, 1), date(2023, 9, 1)),
    ]


def test_phases_are_numbered_edges_drawn_and_the_deadline_is_marked() -> None:
    found = drawn(of_days(1), at=AT + timedelta(days=100))
    _, whole_time = found.over_time
    by_hand = Axis(date(2022, 1, 8), date(2023, 9, 1))

    assert whole_time.axis == by_hand
    assert [each.number for each in whole_time.phases if each.x is not None] == [1, 2]
    assert whole_time.edges == tuple(sorted({by_hand.at(moment) for moment in (TURNS, TURNS + timedelta(hours=7))}))
    assert whole_time.deadline == WIDE
    assert found.keys == (
        "Giai đoạn 1: từ 7h00 ngày 8/1/2022 đến 24h00 ngày 31/5/2022",
        "Giai đoạn 2: từ 7h00 ngày 1/6/2022 đến 24h00 ngày 1/9/2023",
    )
    assert "hạn cuối, 24h00 ngày 1/9/2023" in shown(found)


def test_a_deadline_that_lies_outside_is_not_marked() -> None:
    first, whole_time = drawn(of_days(1), at=OPENS).over_time

    assert (first.deadline, whole_time.deadline) == (None, WIDE)


def test_a_phase_without_room_for_its_number_has_none() -> None:
    short = [
        Phase(name=f"Đợt {n}", opens_at=OPENS + timedelta(days=n), closes_at=OPENS + timedelta(days=n + 1))
        for n in range(100)
    ]

    chart = drawn(of_days(1), phases=short).over_time[1]

    assert {each.x for each in chart.phases} == {None}


def test_what_was_sent_after_the_close_makes_the_drawing_longer() -> None:
    counted = of_days(4, first=date(2023, 9, 20))

    chart = drawn(counted, at=CLOSES + timedelta(days=60)).over_time[0]

    assert (chart.axis.first, chart.axis.last) == (date(2022, 1, 8), date(2023, 9, 20))
    assert 0 < (chart.deadline or 0) < WIDE


def test_a_campaign_without_phases_is_drawn_by_its_entries() -> None:
    found = drawn(of_days(1, 2), phases=[], campaign=campaign(goal=10))

    assert [(each.edges, each.deadline, each.plan) for each in found.over_time] == [((), None, "")] * 2
    assert (found.keys, found.deadline) == ((), "")


def test_units_whose_days_are_not_kept_are_drawn_by_month() -> None:
    months = Counted({By.MONTH: {"2022-02": Figures(entries=7), "2022-12": Figures(entries=9)}})

    first, together = drawn(months, unit=DISTRICT, at=datetime(2022, 12, 5, tzinfo=VIETNAM)).over_time

    assert (first.title, first.heading) == ("Đã đạt theo tháng nộp", ("Tháng", "Đã đạt"))
    assert first.rows == (("Tháng 2/2022", "7"), ("Tháng 12/2022", "9"))
    assert first.sentence == "Nhiều nhất: 9 sáng kiến, tháng 12/2022."
    assert together.rows[0] == ("Tháng 2/2022", "7")
    assert together.rows[-1] == ("Tháng 12/2022", "16")
    assert len(together.rows) == 11


def test_where_valid_ones_count_these_are_drawn() -> None:
    counted = Counted({By.DAY: {"2022-01-08": Figures(entries=9, valid=4)}})

    assert drawn(counted, campaign=campaign(counts=Counts.VALID)).over_time[0].rows == (("8/1/2022", "4"),)


# --- all so far, beside the plan ------------------------------------------------------------------------------------------

PLANS = [
    pytest.param(OPENS - timedelta(days=1), 0, id="before it opens"),
    pytest.param(OPENS, 0, id="as it opens"),
    pytest.param(OPENS + (CLOSES - OPENS) / 2, 500_000, id="in the middle"),
    pytest.param(CLOSES, 1_000_000, id="as it closes"),
    pytest.param(CLOSES + timedelta(days=400), 1_000_000, id="after it closed"),
]


@pytest.mark.parametrize(("moment", "planned"), PLANS)
def test_the_plan_goes_evenly_from_the_opening_to_the_close(moment: datetime, planned: int) -> None:
    assert Plan(1_000_000, OPENS, CLOSES).until(moment) == planned


def test_all_so_far_rises_to_the_total_and_ends_today() -> None:
    chart = drawn(of_days(*[10] * 100), campaign=campaign(goal=2_000), at=OPENS + timedelta(days=120)).over_time[1]
    corners = points(chart.path)

    assert (corners[0], corners[-1]) == ((0, BASE), (chart.axis.at_day(date(2022, 5, 9)), (TOP + BASE) // 2))
    assert corners == sorted(corners, key=lambda each: (each[0], -each[1]))
    assert points(chart.plan)[-1] == (WIDE, TOP)
    assert chart.sentence == ("Đến nay 1.000 sáng kiến. Nét đứt: đi đều đến 2.000 khi đóng, đến nay là 399.")
    assert chart.rows[:2] == (("Tháng 1/2022", "240", "79"), ("Tháng 2/2022", "520", "172"))


TARGETS = [
    pytest.param(COUNTRY, 1_000, None, True, id="the country's goal"),
    pytest.param(DISTRICT, 1_000, None, False, id="the country's goal is no district's"),
    pytest.param(DISTRICT, None, 50, True, id="a district's own target"),
    pytest.param(COUNTRY, None, None, False, id="no goal"),
]


@pytest.mark.parametrize(("unit", "goal", "target", "has_plan"), TARGETS)
def test_there_is_a_plan_where_there_is_a_target(
    unit: Unit, goal: int | None, target: int | None, has_plan: bool
) -> None:
    chart = drawn(of_days(1), unit=unit, campaign=campaign(goal=goal), target=target).over_time[1]

    assert (bool(chart.plan), "Kế hoạch" in chart.heading, "Nét đứt" in chart.sentence) == (has_plan,) * 3


# --- bars ------------------------------------------------------------------------------------------------------------------


def test_shares_stand_in_the_order_of_the_campaign_with_what_nobody_wrote_last() -> None:
    counted = Counted(
        {By.CATEGORY: {"": Figures(entries=1), "worker": Figures(entries=3, valid=2), "old": Figures(entries=4)}}
    )

    (shares,) = drawn(counted).shares

    assert [(bar.label, bar.number, bar.width, bar.share) for bar in shares.bars] == [
        ("Công nhân", 3, 750, "37,5%"),
        ("Cán bộ", 0, 0, "0,0%"),
        ("old", 4, 1000, "50,0%"),
        ("Chưa ghi", 1, 250, "12,5%"),
    ]
    assert shares.heading == ("Nhóm", "Đã đạt", "Hợp lệ", "Tỷ trọng")
    assert shares.rows[0] == ("Công nhân", "3", "2", "37,5%")


def test_without_choices_there_are_no_shares() -> None:
    counted = Counted({By.FIELD: {"production": Figures(entries=3)}})

    assert [each.title for each in drawn(counted).shares] == ["Theo lĩnh vực"]
    assert drawn(counted, choices=[]).shares == ()


def test_units_are_ranked_and_equals_stay_in_their_order() -> None:
    below = [Line("Ba", 5), Line("Một", 10, 8), Line("Bốn", 5, 0), Line("Năm", 0, 10)]

    units = drawn(Counted(), below).units

    assert units is not None
    assert [(bar.label, bar.width, bar.share) for bar in units.bars] == [
        ("Một", 1000, "125,0%"),
        ("Ba", 500, ""),
        ("Bốn", 500, ""),
        ("Năm", 0, "0,0%"),
    ]
    assert units.heading == ("Đơn vị", "Hạng", "Đã đạt", "Chỉ tiêu", "Đạt chỉ tiêu")
    assert units.rows == (
        ("Một", "1", "10", "8", "125,0%"),
        ("Ba", "2", "5", "–", "–"),
        ("Bốn", "2", "5", "–", "–"),
        ("Năm", "4", "0", "10", "0,0%"),
    )


def test_of_thousands_of_units_the_first_hundred_are_shown_and_it_says_so() -> None:
    below = [Line(f"CĐCS {n}", 5_000 - n) for n in range(3_000)]

    units = drawn(Counted(), below).units

    assert units is not None
    assert (len(units.bars), units.sentence) == (100, "100 đơn vị nhiều nhất trong 3.000 đơn vị.")


# --- the page --------------------------------------------------------------------------------------------------------------


def country() -> Charts:
    """As heavy as it gets: 602 days, a million and a half, 83 units with targets."""
    numbers = [(n * 7919) % 4_999 + 3 for n in range(602)]
    below = [Line(f"LĐLĐ tỉnh thứ {(n * 7919) % 997}", (n * 104_729) % 39_999, 30_000 + n * 31) for n in range(83)]
    whole = Counted(
        of_days(*numbers).parts
        | {By.CATEGORY: {"worker": Figures(entries=9)}, By.FIELD: {"production": Figures(entries=9)}}
    )
    return drawn(whole, below, campaign=campaign(goal=1_000_000), at=CLOSES)


def test_the_charts_of_the_country_are_light() -> None:
    assert len(gzip.compress(shown(country()).encode(), 6)) <= HEAVIEST


def test_every_drawing_has_a_name_and_its_numbers_as_a_table() -> None:
    page = ElementTree.fromstring(f"<div>{shown(country())}</div>")
    over_time = page.findall(".//svg[@role='img']")

    assert len(over_time) == 2
    for svg in over_time:
        title = svg.find("title")
        assert title is not None
        assert (svg.get("aria-labelledby"), bool(title.text)) == (title.get("id"), True)
    assert [each.text for each in page.iter("summary")] == ["Xem bảng số"] * 5
    assert len(page.findall(".//details/table")) == 5
    assert all(svg.get("aria-hidden") for svg in page.iter("svg") if svg not in over_time)


def test_no_style_and_no_script_stand_in_it() -> None:
    page = ElementTree.fromstring(f"<div>{shown(country())}</div>")

    assert [each.tag for each in page.iter() if each.tag in {"style", "script"} or "style" in each.attrib] == []
    assert [name for each in page.iter() for name in each.attrib if name.startswith("on")] == []


def test_labels_are_few_and_stand_apart() -> None:
    """At the smallest screen a letter is about 14 units wide."""
    for chart in country().over_time:
        labels = sorted(chart.axis.labels, key=lambda each: each.x)
        wide = [len(each.text) * 14 for each in labels]
        ends = [
            (each.x - {"start": 0, "middle": w // 2, "end": w}[each.anchor], w)
            for each, w in zip(labels, wide, strict=True)
        ]
        assert all(x + w <= after for (x, w), (after, _) in pairwise(ends))
        assert chart.heights[1].y - chart.heights[0].y > 100


@pytest.mark.parametrize(
    ("days", "labels"),
    [(1, ["8/1/2022"]), (2, ["8/1/2022", "9/1/2022"]), (3, ["8/1/2022", "9/1/2022", "10/1/2022"])],
)
def test_an_axis_of_few_days_says_each_once(days: int, labels: list[str]) -> None:
    axis = Axis(date(2022, 1, 8), date(2022, 1, 8) + timedelta(days=days - 1))

    assert [each.text for each in axis.labels] == labels
