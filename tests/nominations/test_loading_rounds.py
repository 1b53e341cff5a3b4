"""The five rounds of the letters are loaded with their exceptions, once, and stay as staff made them."""

import json
from datetime import date
from typing import Any

import pytest

from initiatives.campaigns.loading import FOLDER, load_campaigns
from initiatives.models import Campaign, OfficialLayout, Quota, SelectionRound
from initiatives.nominations import quotas, rounds
from orgtree.models import Unit
from tests.factories import CampaignFactory2021, make_tree
from tests.submission.worker import YEAR_2021, YEAR_2022

FACTS: list[dict[str, Any]] = json.loads((FOLDER / "campaigns.json").read_text(encoding="utf-8"))["campaigns"]
LETTERS = [asked for each in FACTS for asked in each.get("selection_rounds", [])]


@pytest.mark.parametrize("asked", LETTERS, ids=lambda asked: f"{asked['host']}, {asked['name']}")
def test_a_round_is_as_its_letter_says(campaigns: dict[str, Campaign], asked: dict[str, Any]) -> None:
    round = SelectionRound.objects.get(host__code=asked["host"], name=asked["name"])

    assert round.campaign == campaigns[YEAR_2021]
    for name in ("takes_part", "each_unit_min", "each_unit_max", "dossier_items", "climbs"):
        assert getattr(round, name) == asked[name]
    assert round.dossier_due == (date.fromisoformat(asked["dossier_due"]) if asked["dossier_due"] else None)
    assert round.opens_at is None
    assert round.commended_fields == FACTS[0]["commended_fields"]


def test_there_are_five_of_2021_and_none_of_2022(campaigns: dict[str, Campaign]) -> None:
    assert campaigns[YEAR_2021].rounds.count() == len(LETTERS) == 5
    assert not campaigns[YEAR_2022].rounds.exists()


def test_thanh_hoa_has_a_summary_table_of_its_own(campaigns: dict[str, Campaign]) -> None:
    layouts = set(SelectionRound.objects.values_list("host__code", "layout"))

    assert layouts == {
        ("thanh-hoa", OfficialLayout.TH),
        ("quang-tri", OfficialLayout.QT),
        ("dien-bien", OfficialLayout.QT),
        ("tld", OfficialLayout.QT),
    }


@pytest.mark.parametrize(
    ("host", "code", "expected"),
    [
        ("tld", "quang-tri", (0, 4)),
        ("tld", "dien-bien", (0, 4)),
        ("tld", "thanh-hoa", (0, None)),
        ("tld", "ha-noi", (0, None)),
        ("quang-tri", "quang-tri/dong-ha", (2, None)),
    ],
)
def test_each_unit_has_the_numbers_of_the_letters(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], host: str, code: str, expected: tuple[int, int | None]
) -> None:
    round = SelectionRound.objects.get(host__code=host)

    use = quotas.uses(round, [tree[code]])[tree[code].pk]

    assert rounds.takes_part(round, tree[code])
    assert (use.minimum, use.maximum) == expected


def test_an_exception_holds_from_the_start(campaigns: dict[str, Campaign]) -> None:
    assert set(Quota.objects.values_list("unit__code", "maximum", "limit", "taken")) == {
        ("quang-tri", 4, 4, 0),
        ("dien-bien", 4, 4, 0),
    }


def test_who_takes_part_in_the_real_tree(campaigns: dict[str, Campaign]) -> None:
    top = SelectionRound.objects.get(host__code="tld")

    assert rounds.participants(top).count() == 63 + 20


def test_loading_again_makes_nothing_and_leaves_what_staff_changed(campaigns: dict[str, Campaign]) -> None:
    SelectionRound.objects.filter(host__code="thanh-hoa").update(each_unit_max=9)
    SelectionRound.objects.filter(host__code="dien-bien").delete()

    load_campaigns()

    assert SelectionRound.objects.count() == 4
    assert set(SelectionRound.objects.filter(host__code="thanh-hoa").values_list("each_unit_max", flat=True)) == {9}


def test_a_campaign_that_was_loaded_before_there_were_rounds_gets_them(campaigns: dict[str, Campaign]) -> None:
    Quota.objects.all().delete()
    SelectionRound.objects.all().delete()

    assert load_campaigns() == []

    assert SelectionRound.objects.count() == 5


@pytest.mark.django_db
def test_a_small_tree_gets_the_rounds_of_the_units_it_has() -> None:
    make_tree()
    Unit.objects.filter(code__startswith="thanh-hoa").delete()
    CampaignFactory2021(slug=YEAR_2021)

    load_campaigns()

    assert set(SelectionRound.objects.values_list("host__code", flat=True)) == {"quang-tri", "dien-bien", "tld"}
