"""The two campaigns of the letters with their rounds of selection, targets and milestones, loaded from `fixtures/campaigns/`.
What is there already is left as staff made it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.admin.models import DELETION, LogEntry
from django.db import transaction

from initiatives.models import (
    Campaign,
    Choice,
    ChoiceList,
    ConsentText,
    Contact,
    Declaration,
    Milestone,
    OfficialLayout,
    Period,
    Phase,
    Quota,
    ReviewReason,
    SelectionRound,
    Target,
    WindowExtension,
)
from orgtree.models import Unit

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "campaigns"
UNDISPUTED_LISTS = (ChoiceList.FIELD, ChoiceList.ATTACHMENT_KIND)
ROUND_FACTS = (
    "name",
    "dossier_due",
    "takes_part",
    "each_unit_min",
    "each_unit_max",
    "dossier_items",
    "climbs",
)
# Whose letter has a summary table of its own; the others follow that of Quảng Trị.
LAYOUTS = {"thanh-hoa": OfficialLayout.TH}


@transaction.atomic
def load_campaigns() -> list[Campaign]:
    """Makes what is missing; answers the campaigns that were made. Needs the tree."""
    facts, texts = _facts(), _texts()
    load_consent_text(texts)
    if not Contact.objects.filter(campaign=None, unit=None).exists():
        Contact.objects.bulk_create(Contact(**contact) for contact in texts["contacts"])
    made = []
    for each in facts["campaigns"]:
        campaign = Campaign.objects.made_at(each["slug"])
        if campaign is None:
            campaign = _make(each, facts, texts)
            made.append(campaign)
        if not campaign.rounds.exists():  # one that was loaded before there were rounds gets them too
            _add_rounds(campaign, each)
        _add_targets(campaign, each)
        if not campaign.milestones.exists():  # likewise
            _add_milestones(campaign, each)
    return made


def load_consent_text(texts: dict[str, Any] | None = None) -> ConsentText:
    consent = (texts or _texts())["consent"]
    found = ConsentText.objects.filter(version=consent["version"]).first()
    return found or ConsentText.objects.create(
        version=consent["version"], body=consent["body"], in_force_from=datetime.fromisoformat(consent["in_force_from"])
    )


def add_lists(campaign: Campaign) -> bool:
    """The choices, declarations and reasons that a campaign of its kind offers, of each kind where it has none. Whether any was
    added."""
    facts, texts = _facts(), _texts()
    like = next(each for each in facts["campaigns"] if each["category_scheme"] == campaign.category_scheme)
    return _add_lists(campaign, like, facts, texts)


def add_choices(campaign: Campaign) -> bool:
    """What it asks people to pick and has no list of: without one nobody could answer. Whether any was added."""
    return _add_choices(campaign, _facts())


def _make(each: dict[str, Any], facts: dict[str, Any], texts: dict[str, Any]) -> Campaign:
    asks = {f"asks_{name}": asked for name, asked in each["asks"].items()}
    campaign = Campaign.objects.create(
        slug=each["slug"],
        alias=texts["aliases"].get(each["slug"]),
        name=each["name"],
        goal=each["goal"],
        counts=each["counts"],
        description_limit=each["description_limit"],
        category_scheme=each["category_scheme"],
        applied_from=each["applied_from"],
        applied_until=each["applied_until"],
        applied_may_be_future=each["applied_may_be_future"],
        recognised_from=each["recognised_from"],
        peak_note=each.get("peak_note", ""),
        guidance=texts["guidance"].get(each["slug"], ""),
        **asks,
    )
    for phase in each["phases"]:
        moments = {name: datetime.fromisoformat(phase[name]) for name in ("opens_at", "closes_at")}
        days = {name: phase[name] for name in ("eligible_from", "eligible_until")}
        Phase.objects.create(campaign=campaign, name=phase["name"], **moments, **days)
    for extension in each.get("extensions", []):
        WindowExtension.objects.create(
            campaign=campaign,
            unit=Unit.objects.get(code=extension["unit"]),
            closes_at=datetime.fromisoformat(extension["closes_at"]),
            document=extension["document"],
            reason=extension["reason"],
        )
    _add_lists(campaign, each, facts, texts)
    return campaign


def _add_rounds(campaign: Campaign, each: dict[str, Any]) -> None:
    """The rounds of the letters; one whose host is not in the tree is left out."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=_codes(each))}
    for asked in each.get("selection_rounds", []):
        if asked["host"] not in units:
            continue
        round = SelectionRound.objects.create(
            campaign=campaign,
            host=units[asked["host"]],
            commended_fields=each.get("commended_fields", []),
            layout=LAYOUTS.get(asked["host"], OfficialLayout.QT),
            **{name: asked[name] for name in ROUND_FACTS},
        )
        Quota.objects.bulk_create(
            Quota(
                round=round,
                unit=units[code],
                minimum=own.get("min"),
                maximum=own.get("max"),
                limit=own.get("max", round.each_unit_max),
            )
            for code, own in asked.get("exceptions", {}).items()
            if code in units
        )


def _add_milestones(campaign: Campaign, each: dict[str, Any]) -> None:
    """What is looked forward to; when it came, the portal finds by itself."""
    Milestone.objects.bulk_create(
        Milestone(campaign=campaign, number=asked["count"], plan_ends_on=asked["plan_ends_on"])
        for asked in each.get("milestones", [])
    )


def _add_targets(campaign: Campaign, each: dict[str, Any]) -> None:
    """The targets that the letters name, as of the campaign's opening: each once. What staff changed stays, and what they took
    back stays away (their log names it: `progress/target_setting.py`)."""
    asked = {target["unit"]: target for target in each["targets"] if "unit" in target}
    begins = campaign.phases.values_list("opens_at", flat=True).first()
    if begins is None:
        return
    given = Target.objects.filter(campaign=campaign, period=Period.WHOLE).values("unit")
    lacking = list(Unit.objects.filter(code__in=asked).exclude(pk__in=given))
    names = {f"{campaign.pk}/{unit.pk}/ca-chuong-trinh": unit.pk for unit in lacking}
    log = LogEntry.objects.filter(action_flag=DELETION, content_type__model="target", object_id__in=names)
    taken_back = {names[name] for name in log.values_list("object_id", flat=True) if name in names}
    Target.objects.bulk_create(
        Target(
            campaign=campaign,
            unit=unit,
            quantity=asked[unit.code]["quantity"],
            due_on=asked[unit.code].get("due_on"),
            set_at=begins,
        )
        for unit in lacking
        if unit.pk not in taken_back
    )


def _codes(each: dict[str, Any]) -> set[str]:
    """Of every unit that its rounds name."""
    asked = each.get("selection_rounds", [])
    return {code for round in asked for code in (round["host"], *round.get("exceptions", {}))}


def _add_lists(campaign: Campaign, like: dict[str, Any], facts: dict[str, Any], texts: dict[str, Any]) -> bool:
    is_added = _add_choices(campaign, facts)
    if not campaign.declarations.exists():
        Declaration.objects.bulk_create(
            Declaration(campaign=campaign, code=code, text=facts["declarations"][code], position=position)
            for position, code in enumerate(like["declarations"])
        )
        is_added = True
    if not campaign.review_reasons.exists():
        ReviewReason.objects.bulk_create(
            ReviewReason(campaign=campaign, use=use, code=code, field=field, text=text, position=position)
            for use, reasons in texts["review_reasons"].items()
            for position, (code, field, text) in enumerate(reasons)
        )
        is_added = True
    return is_added


def _add_choices(campaign: Campaign, facts: dict[str, Any]) -> bool:
    lists = [ChoiceList(campaign.category_scheme), *UNDISPUTED_LISTS]
    if campaign.asks_solution_kind != "off":
        lists.append(ChoiceList.SOLUTION_KIND)
    there = set(campaign.choices.values_list("list", flat=True))
    commended = set(facts["campaigns"][0]["commended_fields"])
    added = Choice.objects.bulk_create(
        Choice(
            campaign=campaign,
            list=which,
            code=choice["code"],
            label=choice["label"],
            position=position,
            may_be_commended=which == ChoiceList.FIELD and choice["code"] in commended,
        )
        for which in lists
        if which not in there
        for position, choice in enumerate(facts["choices"][which])
    )
    return bool(added)


def _facts() -> dict[str, Any]:
    return json.loads((FOLDER / "campaigns.json").read_text(encoding="utf-8"))


def _texts() -> dict[str, Any]:
    return json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
