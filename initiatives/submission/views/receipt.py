"""The receipt: read by its link, which opens nothing else; as a page to photograph and as a picture to keep."""

from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from initiatives.campaigns import campaign_facts
from initiatives.campaigns.posters import qr_svg
from initiatives.models import Initiative
from initiatives.submission import receipts
from initiatives.submission.facts import facts_of_initiative
from initiatives.submission.picture import receipt_picture
from initiatives.submission.views.steps import absolute, private
from portal.doors import public
from portal.requests import arrival, in_app_browser


@public
@require_safe
@private
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Three pages of one address: the receipt; its picture to be kept by a long press; what comes once the code is kept."""
    initiative, at = _of(token), arrival(request)
    known = campaign_facts.of(initiative.campaign_id, at=at)
    initiative.campaign = known.campaign
    context = {
        "initiative": initiative,
        "campaign": known.campaign,
        "contacts": known.helping(initiative.unit),
        "token": token,
        "in_app": in_app_browser(request),
    }
    if request.GET.get("anh") == "1":
        return render(request, "submission/receipt_picture.html", context)
    if request.GET.get("da-luu") == "1":
        ruling = known.verdict(at=at, unit=initiative.unit)
        return render(request, "submission/receipt_kept.html", context | {"may_send_another": ruling.is_open})
    link = _link(request, token)
    received = {
        "facts": facts_of_initiative(initiative, known.choices),
        "link": link,
        "drawing": qr_svg(link, on_screen=True).decode(),
    }
    return render(request, "submission/receipt.html", context | received)


@public
@require_safe
@private
def receipt_png(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as one picture: code, moment, unit, title, its link; no identity number, phone masked."""
    initiative = _of(token)
    picture = BytesIO()
    receipt_picture(initiative, _link(request, token)).save(picture, format="PNG", optimize=True)
    response = HttpResponse(picture.getvalue(), content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="bien-nhan-{initiative.receipt_code}.png"'
    return response


def _link(request: HttpRequest, token: str) -> str:
    return absolute(request, reverse("receipt", args=[token]))


def _of(token: str) -> Initiative:
    return get_object_or_404(Initiative.objects.select_related("unit"), receipt_token_hash=receipts.token_hash(token))
