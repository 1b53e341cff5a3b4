"""The announced quarters for everybody: units, and titles of initiatives; never a name of a person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from initiatives.models import Campaign
from initiatives.progress import quarter_page, quarters
from portal.doors import public
from portal.requests import arrival


@public
@require_safe
def quarter_list(request: HttpRequest, campaign: str) -> HttpResponse:
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign))
    kept = quarter_page.announced(chosen)
    spans = [quarters.of_day(row.starts_on) for row in kept]
    listed = quarter_page.listed(spans, kept, at=arrival(request))
    return render(request, "progress/quarters.html", {"campaign": chosen, "listed": listed, "falls": quarters.FALLS})


@public
@require_safe
def quarter(request: HttpRequest, campaign: str, quarter: str) -> HttpResponse:
    """An announced one as it was announced; any other is missing."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign))
    kept = quarter_page.announced_in(chosen, quarter)
    if kept is None:
        raise Http404
    return render(request, "progress/quarter.html", quarter_page.of_announced(chosen, kept, at=arrival(request)))
