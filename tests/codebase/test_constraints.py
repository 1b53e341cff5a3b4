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
    Appraisal,
    By,
    CameBy,
    CampaignAddress,
    Choice,
    ChoiceList,
    Declaration,
    DossierVersion,
    Exemplar,
    FieldMedian,
    Finding,
    FrequentSender,
    JobPiece,
    LetterTemplate,
    Period,
    PersonalDataView,
    ReviewEvent,
    ReviewReason,
    Score,
    Standing,
    Status,
    Tally,
)
from initiatives.models.campaign import RESERVED_SLUGS
from orgtree.models import UnitAlias, UnitChange, UnitName, WordForm
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    ClusterFactory,
    ClusterUnitFactory,
    CoAuthorFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    CriterionFactory,
    DataRequestFactory,
    DossierFactory,
    ExemplarFactory,
    GrassrootsCountFactory,
    InitiativeFactory,
    JobFactory,
    MilestoneFactory,
    NominationFactory,
    OutstandingFactory,
    PhaseFactory,
    PosterCountFactory,
    QuarterFactory,
    QuotaFactory,
    SavedFilterFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    TableColumnFactory,
    TargetFactory,
    TwinPairFactory,
    UnitFactory,
    UpkeepFactory,
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


def _filter_twice() -> None:
    account = StaffAccountFactory()
    twice(lambda: SavedFilterFactory(account=account))


def _pair_of_one() -> None:
    initiative = InitiativeFactory()
    TwinPairFactory(earlier=initiative, later=initiative)


def _pair_twice() -> None:
    pair = TwinPairFactory()
    TwinPairFactory(earlier=pair.earlier, later=pair.later)


def _tally_twice() -> None:
    campaign, unit = CampaignFactory(), unit_at("quang-tri")
    twice(lambda: Tally.objects.create(campaign=campaign, unit=unit, by=By.STATUS, value=Status.VALID))


def _money_without_a_value() -> None:
    event = InitiativeFactory().events.get()
    Appraisal.objects.create(event=event, finding=Finding.MONEY, has_social_meaning=False)


def _median_twice() -> None:
    campaign = CampaignFactory()
    twice(lambda: FieldMedian.objects.create(campaign=campaign, median=1, of=1, counted_at=timezone.now()))


def _frequent_sender_twice() -> None:
    latest = InitiativeFactory()
    asked = {"campaign": latest.campaign, "unit": latest.unit, "latest": latest}
    twice(lambda: FrequentSender.objects.create(**asked, number=5))


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


def _round_twice() -> None:
    first = SelectionRoundFactory()
    SelectionRoundFactory(campaign=first.campaign, host=first.host, name=first.name)


def _quota_twice() -> None:
    round = SelectionRoundFactory()
    twice(lambda: QuotaFactory(round=round))


def _two_places_in_a_round() -> None:
    first = NominationFactory()
    NominationFactory(round=first.round, initiative=first.initiative, standing=Standing.RESERVE)


def _score_twice() -> None:
    nomination = NominationFactory()
    criterion, account = CriterionFactory(round=nomination.round), StaffAccountFactory()
    twice(
        lambda: Score.objects.create(
            nomination=nomination, criterion=criterion, account=account, points=1, at=timezone.now()
        )
    )


def _score_below_nothing() -> None:
    nomination = NominationFactory()
    criterion = CriterionFactory(round=nomination.round)
    Score.objects.create(
        nomination=nomination, criterion=criterion, account=StaffAccountFactory(), points=-1, at=timezone.now()
    )


def _dossier_twice() -> None:
    round = SelectionRoundFactory()
    twice(lambda: DossierFactory(round=round))


def _version_twice() -> None:
    dossier, account, now = DossierFactory(), StaffAccountFactory(), timezone.now()
    for content_hash in ("a" * 64, "b" * 64):
        DossierVersion.objects.create(
            dossier=dossier,
            number=1,
            content="{}",
            hash=content_hash,
            sealed_at=now,
            sealed_by=account,
            sent_on=now.date(),
        )


def _two_templates_in_force() -> None:
    account = StaffAccountFactory()
    twice(
        lambda: LetterTemplate.objects.create(
            level="district",
            name="To trinh.docx",
            stored_name="aa/bb/to-trinh.docx",
            size=1,
            sha256="a" * 64,
            uploaded_by=account,
            uploaded_at=timezone.now(),
        )
    )


def _decision_twice() -> None:
    first = CommendationDecisionFactory(number="101/QĐ-LĐLĐ")
    CommendationDecisionFactory(campaign=first.campaign, unit=first.unit, number=first.number)


def _commended_twice() -> None:
    first = CommendationFactory()
    CommendationFactory(decision=first.decision, initiative=first.initiative)


def _piece_twice() -> None:
    job = JobFactory()
    twice(lambda: JobPiece.objects.create(job=job, name="rows", number=0, content=b""))


def _milestone_twice() -> None:
    first = MilestoneFactory()
    MilestoneFactory(campaign=first.campaign, number=first.number)


def _cluster_twice() -> None:
    first = ClusterFactory()
    ClusterFactory(campaign=first.campaign, name=first.name)


def _in_two_clusters() -> None:
    first = ClusterUnitFactory()
    ClusterUnitFactory(cluster=ClusterFactory(campaign=first.campaign), unit=first.unit)


def _quarter_twice() -> None:
    first = QuarterFactory()
    QuarterFactory(campaign=first.campaign)


def _outstanding_twice() -> None:
    first = OutstandingFactory()
    OutstandingFactory(quarter=first.quarter, initiative=first.initiative)


def _unions_declared_twice() -> None:
    campaign = CampaignFactory()
    twice(lambda: GrassrootsCountFactory(campaign=campaign))


def _posters_counted_twice() -> None:
    first = PosterCountFactory()
    PosterCountFactory(campaign=first.campaign, day=first.day)


def _target_twice(**fields: Any) -> None:
    """The same part of the same campaign, given to a unit a second time."""
    first = TargetFactory(**fields)
    TargetFactory(campaign=first.campaign, phase=first.phase, period=first.period, starts_on=first.starts_on)


def _target_of_a_phase_twice() -> None:
    phase = PhaseFactory()
    _target_twice(campaign=phase.campaign, period=Period.PHASE, phase=phase)


BITES: dict[str, Callable[[], Any]] = {
    "appraisal_of_money_has_a_value": _money_without_a_value,
    "attachment_has_an_owner": lambda: AttachmentFactory(initiative=None, draft=None),
    "campaign_address_leads_to_one": _one_address_for_two,
    "campaign_alias_is_no_address_of_ours": lambda: CampaignFactory(alias=RESERVED_SLUGS[0]),
    "campaign_applied_days_in_order": lambda: CampaignFactory(
        applied_from=date(2022, 1, 2), applied_until=date(2022, 1, 1)
    ),
    "campaign_slug_is_no_address_of_ours": lambda: CampaignFactory(slug=RESERVED_SLUGS[0]),
    "choice_code_once_a_list": _choice_twice,
    "cluster_has_places": lambda: ClusterFactory(places=0),
    "cluster_name_once": _cluster_twice,
    "cluster_unit_once": _in_two_clusters,
    "co_author_number_once": _co_author_twice,
    "co_author_share_within_hundred": lambda: CoAuthorFactory(share=0),
    "commendation_once_a_decision": _commended_twice,
    "complaint_is_resolved_with_words": lambda: ComplaintFactory(resolved_at=timezone.now()),
    "criterion_gives_points": lambda: CriterionFactory(most=0),
    "data_request_ends_with_an_outcome": lambda: DataRequestFactory(done_at=timezone.now()),
    "decision_once_a_unit": _decision_twice,
    "declaration_code_once_a_campaign": _declaration_twice,
    "dossier_from_outside_has_its_day": lambda: DossierFactory(came_by=CameBy.PAPER),
    "dossier_once_a_unit": _dossier_twice,
    "dossier_state_is_known": lambda: DossierFactory(state="lost"),
    "dossier_version_number_once": _version_twice,
    "event_number_once": _event_twice,
    "exemplar_initiative_was_commended": lambda: ExemplarFactory(kind=Exemplar.Kind.INITIATIVE),
    "exemplar_person_consented": lambda: ExemplarFactory(kind=Exemplar.Kind.PERSON, has_consent=False),
    "extension_is_for_a_unit_or_a_draft": lambda: WindowExtensionFactory(unit=None, draft=None),
    "field_median_once": _median_twice,
    "frequent_sender_once": _frequent_sender_twice,
    "grassroots_count_once": _unions_declared_twice,
    "initiative_appraised_value_is_appraised": lambda: InitiativeFactory(appraised_value=5),
    "initiative_benefit_is_money_or_not": lambda: InitiativeFactory(benefit_value=1, benefit_is_not_money=True),
    "initiative_duplicate_is_invalid": lambda: InitiativeFactory(duplicate_of=InitiativeFactory(), status=Status.VALID),
    "initiative_share_within_hundred": lambda: InitiativeFactory(share=101),
    "initiative_status_is_known": lambda: InitiativeFactory(status="lost", events=False),
    "job_piece_once": _piece_twice,
    "job_position_within_total": lambda: JobFactory(position=2, total=1),
    "job_state_is_known": lambda: JobFactory(state="lost"),
    "letter_template_one_in_force_a_level": _two_templates_in_force,
    "milestone_is_announced_whole": lambda: MilestoneFactory(announced_at=timezone.now()),
    "milestone_number_once": _milestone_twice,
    "nomination_one_place_a_round": _two_places_in_a_round,
    "nomination_standing_is_known": lambda: NominationFactory(standing="lost"),
    "one_poster_count_a_day": _posters_counted_twice,
    "outstanding_once_a_quarter": _outstanding_twice,
    "phase_closes_after_it_opens": _phase_backwards,
    "phase_eligible_days_in_order": lambda: PhaseFactory(
        eligible_from=date(2022, 1, 2), eligible_until=date(2022, 1, 1)
    ),
    "only_tables_go_out_without_an_account": lambda: PersonalDataView.objects.create(
        what="identity", at=timezone.now()
    ),
    "quarter_is_announced_whole": lambda: QuarterFactory(announced_at=timezone.now()),
    "quarter_once": _quarter_twice,
    "quarter_starts_with_its_first_day": lambda: QuarterFactory(starts_on=date(2022, 2, 1)),
    "quota_is_not_overrun": lambda: QuotaFactory(limit=2, taken=3),
    "quota_minimum_within_maximum": lambda: QuotaFactory(minimum=3, maximum=2),
    "quota_once_a_unit": _quota_twice,
    "review_reason_code_once_a_use": _reason_twice,
    "round_minimum_within_maximum": lambda: SelectionRoundFactory(each_unit_min=5, each_unit_max=4),
    "round_name_once_a_host": _round_twice,
    "saved_filter_name_once": _filter_twice,
    "score_is_not_negative": _score_below_nothing,
    "score_once_an_assessor": _score_twice,
    "staff_role_is_known": lambda: StaffAccountFactory(role="chief"),
    "staff_who_handed_over_is_closed": _handed_over_yet_open,
    "table_column_fits_paper": lambda: TableColumnFactory(width=201),
    "tally_row_once": _tally_twice,
    "target_is_at_least_one": lambda: TargetFactory(quantity=0),
    "target_once_a_campaign": _target_twice,
    "target_once_a_phase": _target_of_a_phase_twice,
    "target_once_a_quarter_or_month": lambda: _target_twice(period=Period.MONTH, starts_on=date(2022, 10, 1)),
    "target_period_is_named": lambda: TargetFactory(period=Period.PHASE),
    "target_starts_with_its_quarter_or_month": lambda: TargetFactory(period=Period.QUARTER, starts_on=date(2022, 2, 1)),
    "twin_pair_is_of_two": _pair_of_one,
    "twin_pair_likeness_is_a_percentage": lambda: TwinPairFactory(likeness=101),
    "twin_pair_once": _pair_twice,
    "unit_alias_stands_once": _alias_twice,
    "unit_change_act_is_known": _unknown_act,
    "unit_closes_after_it_opens": lambda: UnitFactory(opened_on=date(2022, 1, 1), closed_on=date(2022, 1, 1)),
    "unit_name_ends_once_a_day": _past_name_twice,
    "unit_with_a_successor_is_closed": _successor_of_an_open_unit,
    "upkeep_ended_with_a_finding": lambda: UpkeepFactory(is_good=True),
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
