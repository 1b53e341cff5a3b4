"""The receipt: read by its link, which opens nothing else; as a page to photograph and as a picture to keep."""

from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from initiatives.campaigns import contacts
from initiatives.models import Initiative
from initiatives.submission import receipts
from initiatives.submission.facts import facts_of_initiative
from initiatives.submission.picture import receipt_picture
from initiatives.submission.views.steps import private
from portal.doors import public


@public
@require_safe
@private
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    initiative = _of(token)
    context = {
        "initiative": initiative,
        "campaign": initiative.campaign,
        "facts": facts_of_initiative(initiative, list(initiative.campaign.choices.all())),
        "link": request.build_absolute_uri(),
        "contacts": contacts.nearest(initiative.campaign, initiative.unit),
        "token": token,
    }
    return render(request, "submission/receipt.html", context)


@public
@require_safe
@private
def receipt_png(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as one picture: code, moment, unit, title; no identity number, phone masked."""
    initiative = _of(token)
    picture = BytesIO()
    receipt_picture(initiative).save(picture, format="PNG", optimize=True)
    response = HttpResponse(picture.getvalue(), content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="bien-nhan-{initiative.receipt_code}.png"'
    return response


def _of(token: str) -> Initiative:
    return get_object_or_404(
        Initiative.objects.select_related("campaign", "unit"), receipt_token_hash=receipts.token_hash(token)
    )
