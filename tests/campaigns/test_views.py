"""The short link inside a QR: paper keeps working, and leads to the form with the unit chosen."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime

import pytest
from django.conf import settings
from django.test import Client

from initiatives.campaigns.poster_kit import short_address
from initiatives.models import Campaign
from orgtree import changes
from orgtree.changes import Order
from orgtree.lines import standing_in
from orgtree.models import Level, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import UnitFactory
from tests.submission.worker import YEAR_2021, YEAR_2022, Worker, page

Clock = Callable[[str], datetime]


def scanned(campaign: Campaign, unit: Unit | None) -> str:
    """Where a phone lands that scans the code."""
    address = short_address(campaign, unit)
    assert address.startswith(f"{settings.SITE_URL}/q/")
    answer = Client().get(address.removeprefix(settings.SITE_URL))
    assert answer.status_code == 302
    return answer["Location"]


def test_the_code_of_a_campaign_opens_its_form(campaigns: dict[str, Campaign]) -> None:
    assert scanned(campaigns[YEAR_2022], None) == f"/{YEAR_2022}/nop/?ap-phich=0"


@pytest.mark.parametrize("code", ["quang-tri", "quang-tri/dong-ha", "cd-y-te"])
def test_the_code_of_a_unit_opens_the_form_with_the_unit_chosen(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock, code: str
) -> None:
    at("2022-03-01 09:00:00")

    address = scanned(campaigns[YEAR_2022], tree[code])
    shown = page(Worker().get(address))

    assert address == f"/{YEAR_2022}/nop/?don-vi={code}&ap-phich={tree[code].poster_key}"
    assert f'<option value="{code}" selected>' in shown


def test_every_unit_and_campaign_has_a_code_of_its_own(campaigns: dict[str, Campaign], tree: dict[str, Unit]) -> None:
    keys = [unit.poster_key for unit in tree.values()]

    assert len(set(keys)) == len(tree) == 886
    assert campaigns[YEAR_2021].poster_key != campaigns[YEAR_2022].poster_key


@pytest.mark.parametrize(
    "key", ["aaaaa", "aaaaaaaaaaaaa", "AAAAA", "a", "aaaaaa", "11111", "aaaaa%00", "..", "aaaaa/"], ids=repr
)
def test_a_code_that_was_never_printed_is_not_found(campaigns: dict[str, Campaign], key: str) -> None:
    assert Client().get(f"/q/{key}").status_code in {400, 404}


def test_a_known_campaign_with_an_unknown_unit_is_not_found(campaigns: dict[str, Campaign]) -> None:
    assert Client().get(f"/q/{campaigns[YEAR_2022].poster_key}aaaaaaaa").status_code == 404


def test_the_code_in_svg_and_png_is_a_picture_that_may_be_cached(campaigns: dict[str, Campaign]) -> None:
    for name, media_type in (("qr.svg", "image/svg+xml"), ("qr.png", "image/png")):
        answer = Client().get(f"/{YEAR_2022}/{name}?don-vi=quang-tri")

        assert (answer.status_code, answer["Content-Type"]) == (200, media_type)
        assert answer["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("code", ["khong-co", "tld", "x" * 3000, "quang-tri/"])
def test_there_is_no_poster_of_a_unit_that_is_not_offered(campaigns: dict[str, Campaign], code: str) -> None:
    for name in ("qr.svg", "qr.png", "ap-phich.pdf"):
        assert Client().get(f"/{YEAR_2022}/{name}", {"don-vi": code}).status_code == 404


@pytest.mark.parametrize(
    ("size", "status"),
    [
        ("a4", 200),
        ("a5", 200),
        ("A5", 200),
        ("the", 200),
        ("TEM", 200),
        ("a3", 404),
        ("", 404),
        ("thẻ", 404),
        ("a4,a5", 404),
        ("x" * 3000, 404),
    ],
)
def test_posters_come_in_four_sizes(campaigns: dict[str, Campaign], size: str, status: int) -> None:
    answer = Client().get(f"/{YEAR_2022}/ap-phich.pdf", {"don-vi": "quang-tri/dong-ha", "kho": size})

    assert answer.status_code == status
    if status == 200:
        name = f"ap-phich-{YEAR_2022}-quang-tri-dong-ha-{size.lower()}.pdf"
        assert answer["Content-Disposition"] == f'inline; filename="{name}"'
        assert answer["Cache-Control"] == "no-cache", "it says until when is received"
        assert answer.content.startswith(b"%PDF-")


# --- paper outlives units -------------------------------------------------------------------------------------------

MERGED_ON = date(2025, 7, 1)
CLOSED = Order(day=MERGED_ON, at=datetime(2025, 8, 1, tzinfo=VIETNAM))


@pytest.mark.parametrize(
    ("printed", "day", "opened"),
    [
        ("quang-tri", date(2022, 1, 8), "quang-tri"),
        ("quang-tri", date(2025, 6, 30), "quang-tri"),
        ("quang-tri", MERGED_ON, "quang-tri-2025"),
        ("quang-binh", date(2026, 1, 1), "quang-tri-2025"),
        ("quang-tri-2025", date(2026, 1, 1), "quang-tri-2025"),
        ("quang-tri-2025", date(2022, 1, 8), "quang-tri"),
        ("quang-tri/dong-ha", date(2022, 1, 8), "quang-tri/dong-ha"),
        ("quang-tri/dong-ha", MERGED_ON, "quang-tri-2025"),
        ("cd-cong-nghiep-tau-thuy", date(2022, 1, 8), "cd-cong-nghiep-tau-thuy"),
        ("cd-cong-nghiep-tau-thuy", date(2022, 4, 2), "cd-cong-nghiep-tau-thuy-2022"),
        ("cd-cong-nghiep-tau-thuy", MERGED_ON, "cd-cong-nghiep-tau-thuy-2025"),
        ("cd-cong-nghiep-tau-thuy-2025", date(2022, 1, 8), "cd-cong-nghiep-tau-thuy"),
        ("cd-giao-thong-van-tai", MERGED_ON, "cd-xay-dung-2025"),
        ("cd-vien-chuc", MERGED_ON, None),
    ],
)
def test_a_printed_unit_opens_the_one_of_its_line_that_stands_in_the_structure(
    tree_of_2025: dict[str, Unit], printed: str, day: date, opened: str | None
) -> None:
    found = standing_in(tree_of_2025[printed], day=day)

    assert (found and found.code) == opened


def test_what_opened_in_a_new_structure_leads_to_the_old_unit_above(tree_of_2025: dict[str, Unit]) -> None:
    commune = UnitFactory(
        parent=tree_of_2025["quang-tri-2025"],
        level=Level.COMMUNE,
        code="quang-tri-2025/a",
        opened_on=MERGED_ON,
        succeeds_since=MERGED_ON,
    )

    assert standing_in(commune, day=date(2022, 1, 8)) == tree_of_2025["quang-tri"]


def test_a_line_is_read_in_few_statements(
    tree_of_2025: dict[str, Unit], django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with django_assert_max_num_queries(5):
        standing_in(tree_of_2025["quang-tri/dong-ha"], day=MERGED_ON)


def test_its_poster_then_opens_the_form_without_a_unit(campaigns: dict[str, Campaign], tree: dict[str, Unit]) -> None:
    changes.close(tree["cd-y-te"], order=CLOSED)
    campaign = campaigns[YEAR_2022]
    campaign.structure_day = date(2026, 1, 1)
    campaign.save()

    printed = Unit.objects.get(code="cd-y-te")
    assert scanned(campaign, printed) == f"/{YEAR_2022}/nop/?ap-phich={printed.poster_key}"


def test_the_address_behind_a_code_is_asked_anew_each_time(campaigns: dict[str, Campaign]) -> None:
    answer = Client().get(f"/q/{campaigns[YEAR_2022].poster_key}")

    assert answer["Cache-Control"] == "no-cache"
