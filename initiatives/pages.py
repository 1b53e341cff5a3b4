"""The front page, a campaign's page and its guide: they gather from the areas."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from initiatives.campaigns import contacts, share_card, windows
from initiatives.campaigns import guide as guides
from initiatives.campaigns.countdowns import Countdown, countdown, next_turn
from initiatives.campaigns.embedding import snippets
from initiatives.campaigns.guidance import blocks
from initiatives.models import Campaign, Choice, ChoiceList
from initiatives.nominations import exemplars
from initiatives.progress import milestones, quarter_page, tally
from orgtree.models import Unit
from portal.doors import public
from portal.kept_pages import kept, true_until
from portal.requests import arrival


@dataclass(frozen=True)
class Shown:
    """A campaign on the front page."""

    campaign: Campaign
    window: windows.Verdict
    total: tally.Total | None
    milestone: milestones.Announced | None

    @property
    def countdown(self) -> Countdown | None:
        return countdown(self.window)


@public
@require_safe
@kept(until=next_turn)
def front(request: HttpRequest) -> HttpResponse:
    """Open campaigns first, then those to come and those that are over; how to take part; tracking."""
    at = arrival(request)
    campaigns = list(Campaign.objects.published().prefetch_related("phases"))
    rulings = windows.verdicts(campaigns, at=at)
    counted = tally.totals(campaigns, at=at)
    passed = milestones.announced(campaigns)
    helping = contacts.nearest(None)
    shown = [
        Shown(campaign, rulings[campaign.pk], counted.get(campaign.pk), next(iter(passed.get(campaign.pk, [])), None))
        for campaign in campaigns
    ]
    context = {
        "open": [each for each in shown if each.window.is_open]
        + [each for each in shown if each.window.is_open_for_some],
        "ahead": [each for each in shown if each.window.is_not_yet],
        "over": [each for each in shown if each.window.state is windows.State.CLOSED],
        "contact": next(iter(helping), None),
        "corner": contacts.corner(helping),
        "address": f"{settings.SITE_URL}/",
    }
    answer = render(request, "pages/front.html", context)
    return true_until(answer, *(each.is_good_until for each in counted.values()))


@public
@require_safe
@kept("don-vi", until=next_turn)
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """Guidance, window, total, who to call, "Nộp sáng kiến"."""
    at = arrival(request)
    published = Campaign.objects.published().annotate(
        has_exemplars=exemplars.is_any_shown(at=at),
        has_milestones=milestones.is_any_announced(),
        has_quarters=quarter_page.is_any_announced(),
    )
    chosen = get_object_or_404(published.at_address(campaign).prefetch_related("phases"))
    unit = _unit_named(request.GET.get("don-vi", ""), chosen)
    helping = contacts.nearest(chosen, unit)
    ruling = windows.verdict(chosen, at=at, unit=unit)
    choices = list(chosen.choices.all())
    total = tally.totals([chosen], at=at).get(chosen.pk)
    shared = _shared(chosen, "campaign")
    context = {
        **shared,
        "campaign": chosen,
        "window": ruling,
        "unit": unit,
        "countdown": countdown(ruling),
        "phases": list(chosen.phases.all()),
        "total": total,
        "milestones": milestones.announced([chosen])[chosen.pk] if chosen.has_milestones else [],  # type: ignore[attr-defined]
        "milestone_rule": milestones.RULE,
        "guidance": blocks(chosen.guidance),
        "categories": _labels(choices, ChoiceList(chosen.category_scheme)),
        "declarations": list(chosen.declarations.all()),
        "contacts": helping,
        "corner": contacts.corner(helping),
        "snippets": snippets(chosen, card=shared["image"]),
    }
    answer = render(request, "pages/campaign.html", context)
    return true_until(answer, total.is_good_until) if total else answer


@public
@require_safe
@kept("don-vi", until=next_turn)
def guide(request: HttpRequest, campaign: str) -> HttpResponse:
    """How a worker takes part in a campaign, with pictures of its own pages."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign).prefetch_related("phases"))
    unit = _unit_named(request.GET.get("don-vi", ""), chosen)
    helping = contacts.nearest(chosen, unit)
    context = {
        **_shared(chosen, "guide"),
        "campaign": chosen,
        "window": windows.verdict(chosen, at=arrival(request), unit=unit),
        "unit": unit,
        "guide": guides.guide(chosen, chosen.declarations.all()),
        "receipt": guides.RECEIPT,
        "contacts": helping,
        "corner": contacts.corner(helping),
    }
    return render(request, "pages/guide.html", context)


def _shared(campaign: Campaign, door: str) -> dict[str, str]:
    """What components/share.html is told of a campaign: the page's own address and the card with its words."""
    card = share_card.told(campaign, list(campaign.phases.all()))
    return {
        "address": settings.SITE_URL + reverse(door, args=[campaign.slug]),
        "image": share_card.address(campaign, card),
        "card_words": card.words,
    }


def _labels(choices: list[Choice], which: ChoiceList) -> list[str]:
    return [choice.label for choice in choices if choice.list == which]


def _unit_named(code: str, campaign: Campaign) -> Unit | None:
    if not code or len(code) > 200:
        return None
    return Unit.objects.in_structure_of(campaign.structure_day).filter(code=code).first()
