"""The notice behind the consent box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from initiatives.campaigns import contacts
from initiatives.campaigns.guidance import blocks
from initiatives.models import ConsentText
from portal.doors import public
from portal.requests import arrival


@public
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    text = ConsentText.in_force(arrival(request))
    context = {
        "text": text,
        "blocks": blocks(text.body) if text else [],
        "contacts": contacts.nearest(None),
    }
    return render(request, "personal_data/notice.html", context)
