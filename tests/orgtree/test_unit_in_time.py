"""Which units stand on a day, and which a campaign of that day's structure offers."""

from datetime import date, timedelta

import pytest

from orgtree.models import Level, Unit, UnitName
from tests.factories.units import UnitFactory, make_tree

DAY = date(2022, 1, 8)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)

LIVES = {
    "always": (None, None, True),
    "opened before": (BEFORE, None, True),
    "opened that day": (DAY, None, True),
    "opened the day after": (AFTER, None, False),
    "closed before": (None, BEFORE, False),
    "closed that day: the first day without it": (None, DAY, False),
    "closed the day after": (None, AFTER, True),
    "opened and closed before": (BEFORE - timedelta(days=9), BEFORE, False),
    "opened before, closed after": (BEFORE, AFTER, True),
}


@pytest.mark.parametrize(("opened_on", "closed_on", "stands"), LIVES.values(), ids=LIVES)
def test_a_unit_stands_from_its_first_day_to_the_day_before_its_closing(
    db: None, opened_on: date | None, closed_on: date | None, stands: bool
) -> None:
    unit = UnitFactory(opened_on=opened_on, closed_on=closed_on)

    assert unit.stands_on(DAY) is stands
    assert Unit.objects.standing_on(DAY).filter(pk=unit.pk).exists() is stands


@pytest.fixture
def line(db: None) -> dict[str, Unit]:
    """Two provinces become one on 1/7/2025; a district goes on below it, a commune union opens there and a
    grassroots union in the old structure."""
    units = make_tree()
    merged_on = date(2025, 7, 1)
    new = UnitFactory(parent=units["tld"], level=Level.PROVINCE, code="quang-tri-2025", opened_on=merged_on)
    moved = UnitFactory(parent=new, code="quang-tri/dong-ha-2025", opened_on=merged_on)
    UnitFactory(parent=new, code="quang-tri-2025/nam-dong-ha", opened_on=merged_on)
    UnitFactory(parent=moved, level=Level.GRASSROOTS, code="quang-tri/dong-ha-2025/moi", opened_on=date(2025, 9, 1))
    UnitFactory(
        parent=units["thanh-hoa/hoang-hoa"],
        level=Level.GRASSROOTS,
        code="thanh-hoa/hoang-hoa/moi",
        opened_on=date(2022, 3, 1),
    )
    UnitFactory(
        parent=units["thanh-hoa/hoang-hoa"],
        level=Level.GRASSROOTS,
        code="thanh-hoa/hoang-hoa/ngan",
        opened_on=date(2022, 3, 1),
        closed_on=date(2024, 1, 1),
    )
    for code, successor in (("quang-tri", new), ("dien-bien", new), ("quang-tri/dong-ha", moved)):
        Unit.objects.filter(code=code).update(closed_on=merged_on, successor=successor, current_path=successor.path)
    Unit.objects.filter(path__startswith=new.path).update(succeeds_since=merged_on)
    return {unit.code: unit for unit in Unit.objects.all()}


OFFERED = {
    "an old province in the old structure": ("quang-tri", DAY, True),
    "an old province in the new structure": ("quang-tri", date(2025, 8, 1), False),
    "the successor in the old structure": ("quang-tri-2025", DAY, False),
    "the successor in the new structure": ("quang-tri-2025", date(2025, 8, 1), True),
    "a district's successor in the old structure": ("quang-tri/dong-ha-2025", DAY, False),
    "a new unit below a successor in the old structure": ("quang-tri-2025/nam-dong-ha", DAY, False),
    "a new unit below a successor in the new structure": ("quang-tri-2025/nam-dong-ha", date(2025, 8, 1), True),
    "a newer unit two below a successor in the old structure": ("quang-tri/dong-ha-2025/moi", DAY, False),
    "a newer unit two below a successor in the new structure": ("quang-tri/dong-ha-2025/moi", date(2025, 8, 1), True),
    "a grassroots union opened since below an old district": ("thanh-hoa/hoang-hoa/moi", DAY, True),
    "a grassroots union opened since and closed since": ("thanh-hoa/hoang-hoa/ngan", DAY, True),
    "a unit that never changed": ("cd-y-te", DAY, True),
    "a unit that never changed, later": ("cd-y-te", date(2025, 8, 1), True),
}


@pytest.mark.parametrize(("code", "day", "offered"), OFFERED.values(), ids=OFFERED)
def test_a_campaign_offers_the_structure_of_its_day(line: dict[str, Unit], code: str, day: date, offered: bool) -> None:
    codes = [unit.code for unit in Unit.objects.in_structure_of(day)]

    assert codes.count(code) == int(offered)


def test_the_real_structure_of_2022_is_63_and_20(tree: dict[str, Unit]) -> None:
    top = Unit.objects.in_structure_of(DAY).top()

    assert top.filter(level=Level.PROVINCE).count() == 63
    assert top.filter(level=Level.SECTOR).count() == 20


NAMES = {
    "long before": (date(2021, 1, 1), "Công đoàn Một"),
    "the last day of the first name": (date(2022, 5, 31), "Công đoàn Một"),
    "the first day of the second": (date(2022, 6, 1), "Công đoàn Hai"),
    "the first day of the present name": (date(2024, 2, 1), "Công đoàn Ba"),
}


@pytest.mark.parametrize(("day", "name"), NAMES.values(), ids=NAMES)
def test_a_unit_bears_the_name_of_the_day(db: None, day: date, name: str) -> None:
    unit = UnitFactory(name="Công đoàn Ba")
    for past, until in (("Công đoàn Hai", date(2024, 2, 1)), ("Công đoàn Một", date(2022, 6, 1))):
        UnitName.objects.create(unit=unit, name=past, short_name=past, used_until=until)

    assert unit.name_on(day) == name
