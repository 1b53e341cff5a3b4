"""What must never be true: every constraint says so in Vietnamese, and the database refuses it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from initiatives.models import (
    Act,
    CampaignAddress,
    Choice,
    ChoiceList,
    Declaration,
    ReviewEvent,
    ReviewReason,
    Status,
    Tally,
)
from initiatives.models.campaign import RESERVED_SLUGS
from orgtree.models import UnitAlias, UnitChange, UnitName, WordForm
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    CoAuthorFactory,
    InitiativeFactory,
    PhaseFactory,
    StaffAccountFactory,
    UnitFactory,
    WindowExtensionFactory,
    unit_at,
)

OURS = ("orgtree", "initiatives")


def constraints() -> dict[str, models.BaseConstraint]:
    return {
        constraint.name: constraint
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    }


def twice(make: Callable[[], Any]) -> None:
    make()
    make()


def _phase_backwards() -> None:
    phase = PhaseFactory()
    phase.closes_at = phase.opens_at
    phase.save()


def _event_twice() -> None:
    event = InitiativeFactory().events.get()
    ReviewEvent.objects.create(
        initiative=event.initiative, number=event.number, at=event.at, act=Act.EDITED, to_status=Status.SUBMITTED
    )


def _tally_twice() -> None:
    campaign, unit = CampaignFactory(), unit_at("quang-tri")
    twice(lambda: Tally.objects.create(campaign=campaign, unit=unit, status=Status.VALID))


def _co_author_twice() -> None:
    first = CoAuthorFactory(number=1)
    CoAuthorFactory(initiative=first.initiative, number=1)


def _successor_of_an_open_unit() -> None:
    UnitFactory(successor=unit_at("quang-tri/dong-ha"))


def _reason_twice() -> None:
    campaign = CampaignFactory(reasons=False)
    twice(lambda: ReviewReason.objects.create(campaign=campaign, use=ReviewReason.Use.RETURN, code="a", text="Lý do"))


def _choice_twice() -> None:
    campaign = CampaignFactory(choices=False)
    twice(lambda: Choice.objects.create(campaign=campaign, list=ChoiceList.FIELD, code="a", label="A"))


def _declaration_twice() -> None:
    campaign = CampaignFactory(declarations=())
    twice(lambda: Declaration.objects.create(campaign=campaign, code="a", text="Cam kết"))


def _alias_twice() -> None:
    unit = unit_at("quang-tri")
    twice(lambda: UnitAlias.objects.create(unit=unit, alias="LĐLĐ Quảng Trị"))


def _past_name_twice() -> None:
    unit = unit_at("quang-tri")
    twice(lambda: UnitName.objects.create(unit=unit, name="A", short_name="A", used_until=date(2020, 1, 1)))


def _unknown_act() -> None:
    UnitChange.objects.create(unit=unit_at("quang-tri"), act="lost", at=timezone.now())


def _handed_over_yet_open() -> None:
    StaffAccountFactory(handed_to=StaffAccountFactory())


def _one_address_for_two() -> None:
    first = CampaignFactory()
    CampaignAddress.objects.create(campaign=CampaignFactory(slug="mot-chuong-trinh-khac"), segment=first.slug)


BITES: dict[str, Callable[[], Any]] = {
    "attachment_has_an_owner": lambda: AttachmentFactory(initiative=None, draft=None),
    "campaign_address_leads_to_one": _one_address_for_two,
    "campaign_alias_is_no_address_of_ours": lambda: CampaignFactory(alias=RESERVED_SLUGS[0]),
    "campaign_applied_days_in_order": lambda: CampaignFactory(
        applied_from=date(2022, 1, 2), applied_until=date(2022, 1, 1)
    ),
    "campaign_slug_is_no_address_of_ours": lambda: CampaignFactory(slug=RESERVED_SLUGS[0]),
    "choice_code_once_a_list": _choice_twice,
    "co_author_number_once": _co_author_twice,
    "co_author_share_within_hundred": lambda: CoAuthorFactory(share=0),
    "declaration_code_once_a_campaign": _declaration_twice,
    "event_number_once": _event_twice,
    "extension_is_for_a_unit_or_a_draft": lambda: WindowExtensionFactory(unit=None, draft=None),
    "initiative_benefit_is_money_or_not": lambda: InitiativeFactory(benefit_value=1, benefit_is_not_money=True),
    "initiative_duplicate_is_invalid": lambda: InitiativeFactory(duplicate_of=InitiativeFactory(), status=Status.VALID),
    "initiative_share_within_hundred": lambda: InitiativeFactory(share=101),
    "initiative_status_is_known": lambda: InitiativeFactory(status="lost", events=False),
    "phase_closes_after_it_opens": _phase_backwards,
    "phase_eligible_days_in_order": lambda: PhaseFactory(
        eligible_from=date(2022, 1, 2), eligible_until=date(2022, 1, 1)
    ),
    "review_reason_code_once_a_use": _reason_twice,
    "staff_who_handed_over_is_closed": _handed_over_yet_open,
    "staff_role_is_known": lambda: StaffAccountFactory(role="chief"),
    "tally_row_once": _tally_twice,
    "unit_alias_stands_once": _alias_twice,
    "unit_change_act_is_known": _unknown_act,
    "unit_closes_after_it_opens": lambda: UnitFactory(opened_on=date(2022, 1, 1), closed_on=date(2022, 1, 1)),
    "unit_name_ends_once_a_day": _past_name_twice,
    "unit_with_a_successor_is_closed": _successor_of_an_open_unit,
    "word_form_stands_once": lambda: twice(lambda: WordForm.objects.create(form="qang", word="quang")),
}


def test_every_constraint_has_its_case() -> None:
    assert sorted(BITES) == sorted(constraints())


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(constraints()))
def test_the_database_refuses_what_must_never_be_true(name: str) -> None:
    unit_at("quang-tri/dong-ha")

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BITES[name]()

    constraint = constraints()[name]
    named = name in str(refused.value)
    # SQLite names the columns of a unique constraint, not the constraint.
    columns = isinstance(constraint, models.UniqueConstraint) and str(constraint.fields[-1]) in str(refused.value)
    assert named or columns


@pytest.mark.parametrize("name", sorted(constraints()))
def test_a_constraint_explains_itself_in_vietnamese(name: str) -> None:
    constraint = constraints()[name]

    assert constraint.violation_error_message != models.BaseConstraint.default_violation_error_message
    assert str(constraint.violation_error_message).endswith(".")
