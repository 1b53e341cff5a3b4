"""The front page and a campaign's page: they gather from the areas."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from initiatives.campaigns import contacts, windows
from initiatives.campaigns.guidance import blocks
from initiatives.models import Campaign, Choice, ChoiceList
from initiatives.nominations import exemplars
from initiatives.progress import milestones, tally
from orgtree.models import Unit
from portal.doors import public
from portal.kept_pages import kept
from portal.requests import arrival


@dataclass(frozen=True)
class Shown:
    """A campaign on the front page."""

    campaign: Campaign
    window: windows.Verdict
    total: tally.Total | None
    milestone: milestones.Announced | None


@public
@require_safe
@kept(until=windows.next_edge)
def front(request: HttpRequest) -> HttpResponse:
    """Open campaigns first, then those to come and those that are over; how to take part; tracking."""
    at = arrival(request)
    campaigns = list(Campaign.objects.published().prefetch_related("phases"))
    rulings = windows.verdicts(campaigns, at=at)
    counted = tally.totals(campaigns, at=at)
    passed = milestones.announced(campaigns)
    shown = [
        Shown(campaign, rulings[campaign.pk], counted.get(campaign.pk), next(iter(passed.get(campaign.pk, [])), None))
        for campaign in campaigns
    ]
    context = {
        "open": [each for each in shown if each.window.is_open]
        + [each for each in shown if each.window.is_open_for_some],
        "ahead": [each for each in shown if each.window.is_not_yet],
        "over": [each for each in shown if each.window.state is windows.State.CLOSED],
        "contact": next(iter(contacts.nearest(None)), None),
    }
    return render(request, "pages/front.html", context)


@public
@require_safe
@kept("don-vi", until=windows.next_edge)
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """Guidance, window, total, who to call, "Nộp sáng kiến"."""
    at = arrival(request)
    published = Campaign.objects.published().annotate(
        has_exemplars=exemplars.is_any_shown(at=at), has_milestones=milestones.is_any_announced()
    )
    chosen = get_object_or_404(published.at_address(campaign).prefetch_related("phases"))
    unit = _unit_named(request.GET.get("don-vi", ""), chosen)
    ruling = windows.verdict(chosen, at=at, unit=unit)
    choices = list(chosen.choices.all())
    context = {
        "campaign": chosen,
        "window": ruling,
        "unit": unit,
        "phases": list(chosen.phases.all()),
        "total": tally.totals([chosen], at=at).get(chosen.pk),
        "milestones": milestones.announced([chosen])[chosen.pk] if chosen.has_milestones else [],  # type: ignore[attr-defined]
        "milestone_rule": milestones.RULE,
        "guidance": blocks(chosen.guidance),
        "categories": _labels(choices, ChoiceList(chosen.category_scheme)),
        "declarations": list(chosen.declarations.all()),
        "contacts": contacts.nearest(chosen, unit),
    }
    return render(request, "pages/campaign.html", context)


def _labels(choices: list[Choice], which: ChoiceList) -> list[str]:
    return [choice.label for choice in choices if choice.list == which]


def _unit_named(code: str, campaign: Campaign) -> Unit | None:
    if not code or len(code) > 200:
        return None
    return Unit.objects.in_structure_of(campaign.structure_day).filter(code=code).first()
