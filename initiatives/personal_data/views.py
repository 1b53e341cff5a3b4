"""The notice behind the consent box, and asking about one's data: no account, no cookie, no script needed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from initiatives.campaigns import contacts
from initiatives.campaigns.guidance import blocks
from initiatives.models import ConsentText, DataRequest
from initiatives.personal_data import asking
from initiatives.personal_data.due_days import ANSWERED_IN, CARRIED_OUT_IN
from initiatives.personal_data.forms import AskForm
from initiatives.submission import limits
from portal.doors import public
from portal.refusals import never_kept
from portal.requests import arrival, client_network
from portal.templatetags.portal_pack import objections


@public
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    text = ConsentText.in_force(arrival(request))
    context = {
        "text": text,
        "blocks": blocks(text.body) if text else [],
        "contacts": contacts.nearest(None),
        "form": AskForm(),
        **_promised(),
    }
    return render(request, "personal_data/notice.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form alone. What is sent leads to its number; what is refused stands there again as typed."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        at, network = arrival(request), client_network(request)
        limits.admit_request(network, at=at)
        kept = asking.ask(form.asked(), address=network, at=at)
        limits.request_was_kept(network, at=at)
        response = redirect("data_request", link=asking.link_of(kept))
        response.status_code = 303
        return never_kept(response)
    context = {"form": form, "objections": objections(form), "contacts": contacts.nearest(None), **_promised()}
    return never_kept(render(request, "personal_data/ask.html", context))


@public
@require_safe
def asked(request: HttpRequest, link: str) -> HttpResponse:
    """Number, kind and days: nothing of whoever asked, nor of who answers, for that would tell whether the code was one."""
    try:
        pk = asking.read_link(link)
    except asking.LinkIsNotOurs:
        raise Http404 from None
    found = DataRequest.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    context = {
        "asked": found,
        "number": asking.shown(found.number),
        "kind": found.get_kind_display(),
        "contacts": contacts.nearest(None),
    }
    return never_kept(render(request, "personal_data/asked.html", context))


def _promised() -> dict[str, int]:
    """What the page says of the days."""
    return {
        "answered_in": ANSWERED_IN,
        "soonest": min(CARRIED_OUT_IN.values()),
        "latest": max(CARRIED_OUT_IN.values()),
    }
