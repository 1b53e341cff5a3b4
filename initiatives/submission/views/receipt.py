"""The receipt: read by its link, which opens nothing else; as a page to photograph and as a picture to keep."""

from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from initiatives.campaigns import campaign_facts
from initiatives.campaigns.campaign_facts import CampaignFacts
from initiatives.campaigns.posters import qr_svg
from initiatives.models import Initiative
from initiatives.submission import receipts
from initiatives.submission.facts import facts_of_initiative
from initiatives.submission.picture import receipt_picture
from initiatives.submission.views.frame import absolute
from initiatives.submission.views.steps import private
from portal import plain_rows
from portal.doors import public
from portal.patterns import hole
from portal.requests import arrival, in_app_browser
from portal.templatetags.portal_pack import written_facts
from portal.vietnamese import days

_RECEIVED = plain_rows.Prepared(
    lambda link: Initiative.objects.filter(receipt_token_hash=link).select_related("unit"), instead=("a link",)
)


@public
@require_safe
@private
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Three pages of one address: the receipt; its picture to be kept by a long press; what comes once the code is kept."""
    initiative, at = _of(token), arrival(request)
    if initiative.erased_at is not None:
        return erased(request, initiative)
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
    return _page(request, known, initiative, token)


def _page(request: HttpRequest, known: CampaignFacts, initiative: Initiative, token: str) -> HttpResponse:
    """Drawn once for all whom the same people help, and filled for each."""
    contacts, in_app = known.helping(initiative.unit), in_app_browser(request)
    is_withdrawn = initiative.is_withdrawn
    link = _link(request, token)
    values = {
        "code": receipts.shown(initiative.receipt_code),
        "drawing": mark_safe(qr_svg(link, on_screen=True).decode()),
        "address": reverse("receipt", args=[token]),
        "link": link,
        "facts": written_facts(facts_of_initiative(initiative, known.choices)),
    }

    def draw() -> str:
        own = {name: hole(name) for name in values}
        shared = {"contacts": contacts, "in_app": in_app, "is_withdrawn": is_withdrawn}
        return render_to_string("submission/receipt.html", own | shared)

    key = ("receipt", in_app, is_withdrawn, tuple(contact.pk for contact in contacts))
    return HttpResponse(known.patterns.filled(key, values, draw))


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


def erased(request: HttpRequest, initiative: Initiative) -> HttpResponse:
    """What is left to say of one whose personal data was erased, by whichever link it was opened."""
    known = campaign_facts.of(initiative.campaign_id, at=arrival(request))
    context = {
        "initiative": initiative,
        "facts": [
            ("Nhận lúc", days.moment(initiative.submitted_at)),
            ("Chương trình", known.campaign.name),
            ("Đơn vị", initiative.unit.name),
            ("Kết quả", initiative.get_status_display()),
        ],
        "contacts": known.helping(initiative.unit),
    }
    return render(request, "submission/erased.html", context, status=409 if request.method == "POST" else 200)


def _link(request: HttpRequest, token: str) -> str:
    return absolute(request, reverse("receipt", args=[token]))


def _of(token: str) -> Initiative:
    found = _RECEIVED.first(receipts.token_hash(token))
    if found is None:
        raise Http404
    return found
