"""What hangs on the wall and leads back: QR codes, posters, the short link inside a QR."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from initiatives.campaigns import poster_counts
from initiatives.campaigns import share_card as cards
from initiatives.campaigns.poster_counts import What
from initiatives.campaigns.poster_files import poster_pdf
from initiatives.campaigns.poster_kit import SIZES, poster_text, short_address
from initiatives.campaigns.posters import qr_png, qr_svg
from initiatives.campaigns.scanning import is_scan
from initiatives.models import Campaign
from initiatives.models.campaign import POSTER_KEY_LENGTH
from orgtree.lines import standing_in
from orgtree.models import Unit
from portal.doors import public
from portal.requests import arrival

PNG_SCALE = 12
CARD_KEPT_FOR = 24 * 60 * 60  # seconds: its address changes with what it says


@public
@require_safe
def svg(request: HttpRequest, campaign: str) -> HttpResponse:
    return _picture(qr_svg(short_address(*_asked(request, campaign))), "image/svg+xml")


@public
@require_safe
def png(request: HttpRequest, campaign: str) -> HttpResponse:
    return _picture(qr_png(short_address(*_asked(request, campaign)), scale=PNG_SCALE), "image/png")


@public
@require_safe
def poster(request: HttpRequest, campaign: str) -> HttpResponse:
    """One sheet to print: a poster, a table card or stickers (`?kho=`)."""
    chosen, unit = _asked(request, campaign)
    asked = request.GET.get("kho", "a4").lower()
    size = next((known for known in SIZES if known == asked), None)
    if size is None:
        raise Http404
    sheet = poster_pdf(poster_text(chosen, unit, at=arrival(request)), size=size)
    response = HttpResponse(sheet, content_type="application/pdf")
    response["Cache-Control"] = "no-cache"  # it says until when is received, and that may change
    name = f"ap-phich-{chosen.slug}{f'-{unit.code}' if unit else ''}-{size}".replace("/", "-")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@public
@require_safe
def share_card(request: HttpRequest, campaign: str) -> HttpResponse:
    """1200 × 630 for whoever shares the campaign's page; drawn only for who has not got it."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign).prefetch_related("phases"))
    card = cards.told(chosen, list(chosen.phases.all()))
    etag = f'"{card.edition}"'
    known = get_conditional_response(request, etag=etag)
    if known is None or known.status_code != 304:
        known = _picture(cards.drawn(card), "image/png")
    known["ETag"] = etag
    known["Cache-Control"] = f"public, max-age={CARD_KEPT_FOR}"
    return known


@public
@require_safe
def short_link(request: HttpRequest, key: str) -> HttpResponse:
    """What a phone scans. Paper outlives units: the unit of the line that stands in the campaign's structure opens, and the
    one that is printed is counted."""
    campaign = get_object_or_404(Campaign.objects.published(), poster_key=key[:POSTER_KEY_LENGTH])
    mark = key[POSTER_KEY_LENGTH:] or poster_counts.OWN
    printed = poster_counts.unit_of(mark)
    if printed is None:
        raise Http404
    unit = standing_in(printed, day=campaign.structure_day)  # None for the campaign's own
    asked = ({"don-vi": unit.code} if unit is not None else {}) | {poster_counts.FIELD: mark}
    if is_scan(request.method or "", request.headers):
        poster_counts.note(campaign.pk, printed.pk, What.SCAN, at=arrival(request))
    response = redirect(f"{reverse('begin', args=[campaign.slug])}?{urlencode(asked, safe='/')}")
    response["Cache-Control"] = "no-cache"
    return response


def _asked(request: HttpRequest, campaign: str) -> tuple[Campaign, Unit | None]:
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign))
    code = request.GET.get("don-vi", "")
    if not code:
        return chosen, None
    offered = Unit.objects.in_structure_of(chosen.structure_day).exclude(depth=1)
    return chosen, get_object_or_404(offered, code=code[:200])


def _picture(content: bytes, media_type: str) -> HttpResponse:
    """What says an address and nothing of a window."""
    response = HttpResponse(content, content_type=media_type)
    response["Cache-Control"] = "public, max-age=300"
    return response
