"""What the public sees of selecting: models held up, and what a key on paper confirms. No cookie, no session."""

from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import conditional_page, require_safe

from initiatives.models import Campaign, Commendation, Initiative
from initiatives.nominations import confirming, exemplar_pictures, exemplars
from initiatives.nominations.certificates import certificates_of, certificates_pdf
from initiatives.nominations.exemplars import Told
from initiatives.submission.files.store import StoreUnavailable
from initiatives.submission.views.record import at_record
from portal.doors import public
from portal.replica import may_be_old
from portal.requests import arrival
from portal.vietnamese.text import ascii_digits

ASK_AGAIN = "public, no-cache"  # kept by whoever likes, shown to nobody before we were asked: consent may be withdrawn
JPEG = "image/jpeg"


# --- models held up ---------------------------------------------------------------------------------------------------


@public
@require_safe
@conditional_page
@may_be_old
def gallery(request: HttpRequest, campaign: str) -> HttpResponse:
    """What a campaign holds up, by field and unit (`?linh-vuc=`, `?don-vi=`, `?trang=`)."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign))
    shown = exemplars.page(
        chosen,
        at=arrival(request),
        number=_number(request.GET.get("trang", "")),
        field=request.GET.get("linh-vuc", ""),
        unit=request.GET.get("don-vi", ""),
    )
    first = shown.told[0] if shown.told else None
    context = {
        "campaign": chosen,
        "page": shown,
        "before": _gallery_query(shown, shown.number - 1) if shown.number > 1 else "",
        "after": _gallery_query(shown, shown.number + 1) if shown.has_next else "",
        "address": settings.SITE_URL + reverse("gallery", args=[chosen.slug]),
        "image": _card_address(first) if first else "",
    }
    return _public(render(request, "commended/gallery.html", context))


@public
@require_safe
@conditional_page
def exemplar(request: HttpRequest, pk: str) -> HttpResponse:
    """One of them, with a card for Zalo and Facebook."""
    told = _shown(request, pk)
    address = settings.SITE_URL + reverse("exemplar", args=[told.pk])
    context = {
        "told": told,
        "campaign": told.exemplar.campaign,
        "address": address,
        "image": _card_address(told),
        "facebook": f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': address})}",
        "size": _size_on_page(told),
    }
    return _public(render(request, "commended/exemplar.html", context))


@public
@require_safe
def exemplar_picture(request: HttpRequest, pk: str, size: str = "") -> HttpResponse:
    """The picture, small as on the page or as large as it is kept; missing as soon as it may not be shown."""
    told = _shown(request, pk)
    if not told.picture:
        raise Http404
    etag = f'"{Path(told.picture).stem[:32]}{size}"'
    draw = exemplar_pictures.small if size else exemplar_pictures.read
    return _drawn(request, etag, lambda: draw(told.picture))


@public
@require_safe
def exemplar_card(request: HttpRequest, pk: str) -> HttpResponse:
    """1200 × 630 for whoever shares the page."""
    told = _shown(request, pk)
    etag = f'"{told.edition}"'
    campaign = told.exemplar.campaign.name
    return _drawn(request, etag, lambda: exemplar_pictures.card(told, campaign=campaign))


def _shown(request: HttpRequest, pk: str) -> Told:
    told = exemplars.of(int(pk), at=arrival(request))
    if told is None:
        raise Http404
    return told


def _drawn(request: HttpRequest, etag: str, draw) -> HttpResponse:  # type: ignore[no-untyped-def]
    """Drawn only where the browser has not got it yet."""
    known = get_conditional_response(request, etag=etag)
    if known is None or known.status_code != 304:
        try:
            known = HttpResponse(draw(), content_type=JPEG)
        except FileNotFoundError:
            raise Http404 from None
    known["ETag"] = etag
    return _public(known)


def _size_on_page(told: Told) -> tuple[int, int] | None:
    """None where there is nothing to show, its file is gone, or the store does not answer: the words are told without it."""
    if not told.picture:
        return None
    try:
        return exemplar_pictures.size_on_page(told.picture)
    except (FileNotFoundError, StoreUnavailable):
        return None


def _public(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = ASK_AGAIN
    return response


def _card_address(told: Told) -> str:
    """Another address as soon as the card reads differently: those who keep it fetch it anew."""
    return f"{settings.SITE_URL}{reverse('exemplar_card', args=[told.pk])}?ban={told.edition}"


def _number(typed: str) -> int:
    digits = ascii_digits(typed[:4])
    return int(digits) if digits.isascii() and digits.isdigit() else 1


def _gallery_query(page: exemplars.Page, number: int) -> str:
    asked = {"linh-vuc": page.field.code if page.field else "", "don-vi": page.unit.code if page.unit else ""}
    asked["trang"] = str(number) if number > 1 else ""
    return "?" + urlencode({name: value for name, value in asked.items() if value})


# --- what is printed --------------------------------------------------------------------------------------------------


@public
@require_safe
def confirm_door(request: HttpRequest) -> HttpResponse:
    """For who types the key of a paper (`?ma=`)."""
    typed = request.GET.get("ma", "")[: confirming.LONGEST_TYPED]
    key = confirming.key_in(typed)
    if key:
        return redirect("confirm", typed=key)
    return render(request, "commended/confirm_door.html", {"typed": typed})


@public
@require_safe
def confirm(request: HttpRequest, typed: str) -> HttpResponse:
    """What a key confirms; a key of nothing gets a page that says what to look at."""
    key = confirming.key_in(typed)
    certificate = confirming.certificate_of(key) if key else None
    dossier = confirming.dossier_of(key) if key and certificate is None else None
    if certificate is not None:
        response = render(request, "commended/confirmed_certificate.html", {"commendation": certificate})
    elif dossier is not None:
        response = render(request, "commended/confirmed_dossier.html", {"confirmed": dossier})
    else:
        context = {"typed": typed[: confirming.LONGEST_TYPED], "is_key": bool(key)}
        response = render(request, "commended/unknown.html", context, status=404)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@at_record
def record_certificate(request: HttpRequest, initiative: Initiative, signed: str, pk: str) -> HttpResponse:
    """The certificate, for whoever follows the initiative; there is none that `/xac-nhan/` would not confirm."""
    standing = Commendation.objects.standing().filter(pk=int(pk), initiative=initiative)
    commendation = standing.select_related("decision__unit", "decision__campaign").first()
    if commendation is None:
        raise Http404
    sheet = certificates_pdf(certificates_of(commendation.decision, [commendation]), is_for_signing=False)
    response = HttpResponse(sheet, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="giay-chung-nhan-{initiative.receipt_code}.pdf"'
    return response
