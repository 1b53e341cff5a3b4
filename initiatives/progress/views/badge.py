"""The live total that any website may embed: the only page of ours that may be framed."""

import hashlib

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from initiatives.models import Campaign
from initiatives.progress import tally
from portal.doors import public
from portal.requests import arrival

KEPT_FOR = 60  # seconds, as long as a count may be old


@public
@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # it takes a view with arguments as well
def badge(request: HttpRequest, campaign: str) -> HttpResponse:
    """Two statements; an answer that did not change is 304, which says anew who may frame it."""
    published = Campaign.objects.published().at_address(campaign).only("pk", "slug", "name")
    shown = get_object_or_404(published)
    total = tally.totals([shown], at=arrival(request)).get(shown.pk)
    answer = render(request, "progress/badge.html", {"campaign": shown, "total": total})
    patch_cache_control(answer, public=True, max_age=KEPT_FOR)
    answer["ETag"] = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer
