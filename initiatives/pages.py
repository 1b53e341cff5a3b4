"""The front page, a campaign's page and its guide: they gather from the areas; and where an address typed by hand leads."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.views.decorators.http import require_safe

from initiatives.campaigns import contacts, share_card, windows
from initiatives.campaigns import guide as guides
from initiatives.campaigns.countdowns import Countdown, countdown, turns
from initiatives.campaigns.embedding import snippets
from initiatives.campaigns.guidance import blocks
from initiatives.models import Campaign, Choice, ChoiceList, Declaration, Phase
from initiatives.models.campaign import POSTER_KEY_LENGTH
from initiatives.nominations import exemplars
from initiatives.progress import milestones, quarter_page, tally
from orgtree.models import Unit
from portal import refusals
from portal.doors import public
from portal.gathered import Gathered
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
@kept(turns=turns)
def front(request: HttpRequest) -> HttpResponse:
    """Open campaigns first, then those to come and those that are over; how to take part; tracking."""
    at = arrival(request)
    found = _FRONT.rows(at)
    campaigns = _with_their_phases(found)
    rulings = windows.verdicts(campaigns, at=at, longer=found["longer"])
    counted = tally.totals(campaigns, at=at, stored=found["runs"])
    passed = _passed(campaigns, counted, found)
    helping = contacts.nearest_first(found["contacts"])
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
    named = (moment for ruling in rulings.values() for moment in ruling.turns)
    return true_until(answer, *named, *(each.is_good_until for each in counted.values()))


@public
@require_safe
@kept("don-vi", turns=turns)
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """Guidance, window, total, who to call, "Nộp sáng kiến"."""
    at = arrival(request)
    found = _CAMPAIGN.rows(at, campaign)
    if not found["campaigns"]:
        raise Http404
    (chosen,) = _with_their_phases(found)
    unit = _unit_named(request.GET.get("don-vi", ""), chosen)
    if unit is None:
        helping = contacts.nearest_first(found["contacts"])
        ruling = windows.verdicts([chosen], at=at, longer=found["longer"])[chosen.pk]
    else:
        helping = contacts.nearest(chosen, unit)
        ruling = windows.verdict(chosen, at=at, unit=unit)
    counted = tally.totals([chosen], at=at, stored=found["runs"])
    total = counted.get(chosen.pk)
    shared = _shared(chosen, "campaign")
    context = {
        **shared,
        "campaign": chosen,
        "window": ruling,
        "unit": unit,
        "countdown": countdown(ruling),
        "phases": list(chosen.phases.all()),
        "total": total,
        "milestones": _passed([chosen], counted, found).get(chosen.pk, []),
        "milestone_rule": milestones.RULE,
        "guidance": blocks(chosen.guidance),
        "categories": _labels(found["choices"], ChoiceList(chosen.category_scheme)),
        "declarations": found["declarations"],
        "contacts": helping,
        "corner": contacts.corner(helping),
        "snippets": snippets(chosen, card=shared["image"]),
    }
    answer = render(request, "pages/campaign.html", context)
    return true_until(answer, *ruling.turns, *([total.is_good_until] if total else []))


@public
@require_safe
@kept("don-vi", turns=turns)
def guide(request: HttpRequest, campaign: str) -> HttpResponse:
    """How a worker takes part in a campaign, with pictures of its own pages."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign).prefetch_related("phases"))
    unit = _unit_named(request.GET.get("don-vi", ""), chosen)
    helping = contacts.nearest(chosen, unit)
    ruling = windows.verdict(chosen, at=arrival(request), unit=unit)
    context = {
        **_shared(chosen, "guide"),
        "campaign": chosen,
        "window": ruling,
        "unit": unit,
        "guide": guides.guide(chosen, chosen.declarations.all()),
        "receipt": guides.RECEIPT,
        "contacts": helping,
        "corner": contacts.corner(helping),
    }
    return true_until(render(request, "pages/guide.html", context), *ruling.turns)


def _of_the_front(at: datetime) -> dict[str, QuerySet[Any]]:
    published = Campaign.objects.published()
    return {
        "campaigns": published,
        "phases": Phase.objects.filter(campaign__in=published),
        "longer": windows.longer_than_open(published, at=at),
        "runs": tally.runs(published),
        "milestones": milestones.announced_of(published),
        "contacts": contacts.of_everybody(),
    }


def _of_a_campaign(at: datetime, address: str) -> dict[str, QuerySet[Any]]:
    chosen = Campaign.objects.published().at_address(address)
    return {
        "campaigns": chosen.annotate(
            has_exemplars=exemplars.is_any_shown(at=at), has_quarters=quarter_page.is_any_announced()
        ),
        "phases": Phase.objects.filter(campaign__in=chosen),
        "longer": windows.longer_than_open(chosen, at=at),
        "choices": Choice.objects.filter(campaign__in=chosen),
        "declarations": Declaration.objects.filter(campaign__in=chosen),
        "runs": tally.runs(chosen),
        "milestones": milestones.announced_of(chosen),
        "contacts": contacts.of_everybody(chosen),
    }


_A_MOMENT = datetime(1901, 2, 3, 4, 5, 6, 7, UTC)
_FRONT = Gathered(_of_the_front, instead=(_A_MOMENT,))
_CAMPAIGN = Gathered(_of_a_campaign, instead=(_A_MOMENT, "an address"))


def _with_their_phases(found: dict[str, list[Any]]) -> list[Campaign]:
    campaigns: list[Campaign] = found["campaigns"]
    for each in campaigns:
        of_it = [phase for phase in found["phases"] if phase.campaign_id == each.pk]
        for phase in of_it:
            phase.campaign = each
        each._prefetched_objects_cache = {"phases": of_it}  # type: ignore[attr-defined]
    return campaigns


def _passed(
    campaigns: list[Campaign], counted: dict[int, tally.Total], found: dict[str, list[Any]]
) -> dict[int, list[milestones.Announced]]:
    """As they were read; anew where something was counted since, which may have announced one."""
    is_as_read = {run.campaign_id: run.counted_at for run in found["runs"]} == {
        pk: total.counted_at for pk, total in counted.items()
    }
    return milestones.announced(campaigns, rows=found["milestones"] if is_as_read else None)


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


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address of paper that is typed as phones begin a word, in capitals or with a slash too many leads to what is meant."""
    meant = _meant(request.path_info) if request.method in {"GET", "HEAD"} else None
    if meant is None:
        return refusals.not_found(request, exception)
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{meant}?{query}" if query else meant)


def _meant(path: str) -> str | None:
    """The page of a campaign, or the short link, that is written like `path` but for capitals and the slash at its end. Private
    links never: their letters are what they are."""
    small = path.lower()
    slashed = small if small.endswith("/") or small == path else f"{small}/"
    for like in {small: None, slashed: None, small.rstrip("/"): None}:
        found = _opened_by(like) if like != path else None
        if found is not None and _is_of_a_campaign(found):
            return reverse(found.view_name, kwargs=found.kwargs)
    return None


def _is_of_a_campaign(found: ResolverMatch) -> bool:
    published, segment = Campaign.objects.published(), found.kwargs.get("campaign")
    if found.url_name == "short_link":
        return published.filter(poster_key=found.kwargs["key"][:POSTER_KEY_LENGTH]).exists()
    return segment is not None and published.at_address(segment).exists()


def _opened_by(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None
