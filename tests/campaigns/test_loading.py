"""The two campaigns of the letters come from the fixtures, once, and stay as staff made them."""

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest

from initiatives.campaigns.loading import FOLDER, add_lists, load_campaigns, load_consent_text
from initiatives.models import (
    Campaign,
    Choice,
    ChoiceList,
    ConsentText,
    Contact,
    Declaration,
    Phase,
    ReviewReason,
    WindowExtension,
)
from initiatives.submission.answers import CONTENT, PERSON
from orgtree.models import Unit
from tests.factories import CampaignFactory
from tests.submission.worker import YEAR_2021, YEAR_2022

FACTS: dict[str, Any] = json.loads((FOLDER / "campaigns.json").read_text(encoding="utf-8"))
LETTERS = {each["slug"]: each for each in FACTS["campaigns"]}
COUNTED = (Campaign, Choice, ConsentText, Contact, Declaration, Phase, ReviewReason, WindowExtension)

both = pytest.mark.parametrize("slug", [YEAR_2021, YEAR_2022])


@both
def test_a_campaign_asks_and_closes_as_its_letters_say(campaigns: dict[str, Campaign], slug: str) -> None:
    letter, campaign = LETTERS[slug], campaigns[slug]

    assert campaign.name == letter["name"]
    assert campaign.goal == letter["goal"]
    assert campaign.description_limit == letter["description_limit"]
    assert campaign.category_scheme == letter["category_scheme"]
    assert {name: getattr(campaign, f"asks_{name}") for name in letter["asks"]} == letter["asks"]
    assert [(phase.opens_at, phase.closes_at) for phase in campaign.phases.all()] == [
        (datetime.fromisoformat(phase["opens_at"]), datetime.fromisoformat(phase["closes_at"]))
        for phase in letter["phases"]
    ]


@both
def test_a_campaign_offers_the_choices_and_declarations_of_its_letters(
    campaigns: dict[str, Campaign], slug: str
) -> None:
    letter, campaign = LETTERS[slug], campaigns[slug]

    assert [declaration.code for declaration in campaign.declarations.all()] == letter["declarations"]
    for which in (letter["category_scheme"], "field", "attachment_kind"):
        offered = [(choice.code, choice.label) for choice in campaign.choices.filter(list=which)]
        assert offered == [(choice["code"], choice["label"]) for choice in FACTS["choices"][which]]


def test_only_2022_asks_for_the_kind_of_solution_and_each_for_its_own_category(campaigns: dict[str, Campaign]) -> None:
    lists = {slug: set(campaign.choices.values_list("list", flat=True)) for slug, campaign in campaigns.items()}

    assert lists[YEAR_2021] == {ChoiceList.BLOC, ChoiceList.FIELD, ChoiceList.ATTACHMENT_KIND}
    assert lists[YEAR_2022] == {
        ChoiceList.TARGET_GROUP,
        ChoiceList.FIELD,
        ChoiceList.SOLUTION_KIND,
        ChoiceList.ATTACHMENT_KIND,
    }


def test_six_fields_may_be_commended_and_other_may_not(campaigns: dict[str, Campaign]) -> None:
    commended = campaigns[YEAR_2022].choices.filter(list=ChoiceList.FIELD, may_be_commended=True)

    assert [choice.code for choice in commended] == FACTS["campaigns"][0]["commended_fields"]


def test_dien_bien_alone_is_extended_to_the_end_of_22_april(campaigns: dict[str, Campaign]) -> None:
    extension = WindowExtension.objects.get()

    assert (extension.campaign.slug, extension.unit.code, extension.document) == (YEAR_2021, "dien-bien", "")
    assert extension.closes_at == datetime.fromisoformat("2021-04-23T00:00:00+07:00")


def test_reasons_name_a_field_of_the_form_or_none(campaigns: dict[str, Campaign]) -> None:
    fields = set(ReviewReason.objects.values_list("field", flat=True))

    assert fields <= {"", "attachments", *PERSON, *CONTENT}
    assert {"attachments", "description", "applied_on"} <= fields


def test_loading_again_makes_nothing(campaigns: dict[str, Campaign]) -> None:
    before = {model: model.objects.count() for model in COUNTED}

    assert load_campaigns() == []

    assert {model: model.objects.count() for model in COUNTED} == before


def test_loading_again_leaves_what_staff_changed(campaigns: dict[str, Campaign]) -> None:
    Campaign.objects.filter(slug=YEAR_2021).update(name="Tên do cán bộ sửa", description_limit=1500)
    Phase.objects.filter(campaign__slug=YEAR_2021).delete()
    Contact.objects.update(name="Bộ phận khác")

    load_campaigns()

    assert Campaign.objects.get(slug=YEAR_2021).name == "Tên do cán bộ sửa"
    assert not Phase.objects.filter(campaign__slug=YEAR_2021).exists()
    assert Contact.objects.get().name == "Bộ phận khác"


@pytest.mark.parametrize("alias", ["1trieu", None])
def test_one_that_got_another_address_is_not_made_again(campaigns: dict[str, Campaign], alias: str | None) -> None:
    """`make run` and every new version load again."""
    moved = campaigns[YEAR_2022]
    moved.slug, moved.alias = "1-trieu-sang-kien", alias
    moved.save()

    assert load_campaigns() == []

    CampaignFactory(slug=YEAR_2022, name="Chương trình khác")
    assert load_campaigns() == []


def test_one_that_was_never_there_is_made_beside_the_other(tree: dict[str, Unit]) -> None:
    CampaignFactory(slug=YEAR_2021, name="Có sẵn")

    made = load_campaigns()

    assert [campaign.slug for campaign in made] == [YEAR_2022]
    assert Campaign.objects.get(slug=YEAR_2021).name == "Có sẵn"


def test_a_missing_unit_leaves_nothing_half_made(db: None) -> None:
    with pytest.raises(Unit.DoesNotExist):
        load_campaigns()

    assert not Campaign.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_the_notice_is_loaded_once_with_the_hash_of_its_words() -> None:
    first, second = load_consent_text(), load_consent_text()

    assert first == second
    assert first.digest == hashlib.sha256(first.body.encode()).hexdigest()


@pytest.mark.django_db
def test_the_notice_shown_is_the_latest_in_force() -> None:
    def text(version: str, day: str) -> ConsentText:
        return ConsentText.objects.create(
            version=version, body=version, in_force_from=datetime.fromisoformat(f"{day}T00:00:00+07:00")
        )

    old, new = text("1", "2021-01-01"), text("2", "2022-01-01")

    assert ConsentText.in_force(datetime.fromisoformat("2021-12-31T23:59:59+07:00")) == old
    assert ConsentText.in_force(datetime.fromisoformat("2022-01-01T00:00:00+07:00")) == new
    assert ConsentText.in_force(datetime.fromisoformat("2019-01-01T00:00:00+07:00")) == old


def test_a_campaign_of_staff_gets_the_lists_of_its_kind(tree: dict[str, Unit]) -> None:
    campaign = CampaignFactory(choices=False, declarations=(), reasons=False)

    add_lists(campaign)

    assert [declaration.code for declaration in campaign.declarations.all()] == LETTERS[YEAR_2022]["declarations"]
    assert campaign.choices.filter(list=ChoiceList.TARGET_GROUP).count() == 5
    assert campaign.review_reasons.exists()
