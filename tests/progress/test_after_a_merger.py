"""Two units merge while a campaign runs on: each keeps its numbers and its table, and their successor's staff see both."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from initiatives.models import By, Campaign, Initiative, Tally
from initiatives.progress import tally
from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.models import Level, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.reports.sheets import table_of

pytestmark = pytest.mark.django_db

AT = datetime(2025, 8, 1, 9, tzinfo=VIETNAM)
ORDER = Order(day=date(2025, 7, 1), at=AT)
SENT_FROM = (
    "quang-tri",
    "quang-tri/dong-ha",
    "quang-tri/dong-ha",
    "quang-tri/dong-ha/may-song-hieu",
    "quang-tri/cd-vien-chuc",
    "dien-bien",
    "dien-bien/dien-bien-phu",
    "cd-y-te",
)


@pytest.fixture
def campaign() -> Campaign:
    tree = make_tree()
    campaign = CampaignFactory(slug="sang-kien-thu")
    for number, code in enumerate(SENT_FROM):
        InitiativeFactory(title=f"{code} {number}", campaign=campaign, unit=tree[code])
    tally.refresh(campaign, at=AT)
    return campaign


def merge_both() -> Unit:
    new = NewUnit(level=Level.PROVINCE, code="moi", name="Liên đoàn Lao động tỉnh Mới", short_name="LĐLĐ tỉnh Mới")
    united = changes.add(Unit.objects.get(depth=1), new, order=ORDER)
    for code in ("quang-tri", "dien-bien"):
        changes.merge(Unit.objects.get(code=code), into=united, order=ORDER, ending=frozenset({Level.DISTRICT}))
    return Unit.objects.get(pk=united.pk)


def tallied(campaign: Campaign) -> dict[tuple[str, str, str], int]:
    rows = Tally.objects.filter(campaign=campaign)
    return {tuple(key): entries for *key, entries in rows.values_list("unit__code", "by", "value", "entries")}


def exported(file: Path, unit: str) -> list[str]:
    call_command(
        "export_summary", campaign="sang-kien-thu", unit=unit, layout="qt", output=str(file), stdout=io.StringIO()
    )
    return [row[2] for row in table_of(load_workbook(file).worksheets[0])]


def test_both_keep_their_numbers_however_they_are_counted(campaign: Campaign) -> None:
    before = tallied(campaign)
    assert [before[code, By.ALL, ""] for code in ("quang-tri", "dien-bien", "tld")] == [5, 2, 8]

    merge_both()

    for everything in (False, True):
        tally.refresh(campaign, at=AT, everything=everything)
        assert tallied(campaign) == before
        assert tally.differences(campaign) == []


@pytest.mark.parametrize("unit", ["quang-tri", "dien-bien", "quang-tri/dong-ha", "tld", "cd-y-te"])
def test_each_keeps_its_table_line_by_line(campaign: Campaign, tmp_path: Path, unit: str) -> None:
    before = exported(tmp_path / "truoc.xlsx", unit)
    assert before

    merge_both()

    assert exported(tmp_path / "sau.xlsx", unit) == before


def test_the_successor_may_send_up_both(campaign: Campaign, tmp_path: Path) -> None:
    both = sorted(exported(tmp_path / "a.xlsx", "quang-tri") + exported(tmp_path / "b.xlsx", "dien-bien"))

    merge_both()

    assert sorted(exported(tmp_path / "c.xlsx", "moi")) == both


def test_staff_of_the_successor_and_of_both_see_all_in_one_statement(campaign: Campaign) -> None:
    officers = [StaffAccountFactory(unit=Unit.objects.get(code=code)) for code in ("quang-tri", "dien-bien")]
    stranger = StaffAccountFactory(unit=Unit.objects.get(code="thanh-hoa"))

    officers.append(StaffAccountFactory(unit=merge_both()))

    of_both = set(Initiative.objects.exclude(unit__code="cd-y-te"))
    for officer in officers:
        officer = type(officer).objects.select_related("unit").get(pk=officer.pk)
        with CaptureQueriesContext(connection) as asked:
            seen = set(Initiative.objects.visible_to(officer))
        assert (seen, len(asked)) == (of_both, 1)
    assert not Initiative.objects.visible_to(stranger).exists()


def test_staff_of_a_district_that_ended_keep_what_it_received_itself(campaign: Campaign) -> None:
    officer = StaffAccountFactory(unit=Unit.objects.get(code="quang-tri/dong-ha"))

    merge_both()

    officer = type(officer).objects.select_related("unit").get(pk=officer.pk)
    assert set(Initiative.objects.visible_to(officer).values_list("unit__code", flat=True)) == {"quang-tri/dong-ha"}


def test_every_initiative_keeps_the_unit_it_was_sent_from(campaign: Campaign) -> None:
    before = list(Initiative.objects.order_by("pk").values_list("unit__code", flat=True))

    merge_both()

    assert list(Initiative.objects.order_by("pk").values_list("unit__code", flat=True)) == before
