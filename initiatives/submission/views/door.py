"""The draft's link itself: nothing personal stands there, and one way leads on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from initiatives.submission import opening
from initiatives.submission.desks import TITLES, Desk
from initiatives.submission.views.documents import DOCUMENTS, documents
from initiatives.submission.views.recognition import recognition
from initiatives.submission.views.steps import (
    CHECK,
    CONTENT,
    FILLED_IN,
    PERSON,
    check,
    content,
    person,
    private,
    receipt_of,
)
from portal.doors import public
from portal.requests import arrival

REQUEST = "don-cong-nhan"
VIEWS = {PERSON: person, CONTENT: content, DOCUMENTS: documents, CHECK: check, REQUEST: recognition}


@public
@require_http_methods(["GET", "HEAD", "POST"])
@private
def door(request: HttpRequest, token: str) -> HttpResponse:
    """The draft's link itself: no personal data, one way on.

    A browser that never says where it comes from would stand before it again at each step: its POST opens the one asked for.
    """
    draft = opening.draft_of(token)
    if draft is None:
        raise Http404
    if draft.is_received:
        return render(request, "submission/door.html", {"is_received": True, "receipt": receipt_of(draft, token)})
    desk = Desk(draft, token, arrival(request))
    steps = _reachable(desk)
    if request.method == "POST":
        asked = request.POST.get("buoc", "")
        request.method = "GET"  # it sends nothing; the step is opened as if its address had been
        return VIEWS[asked if asked in steps else _next(desk)](request, desk)
    onward = desk.address(_next(desk))
    context = {
        "desk": desk,
        "window": desk.window,
        "onward": f"{onward}?{FILLED_IN}=1" if FILLED_IN in request.GET else onward,
        "steps": steps,
    }
    return render(request, "submission/door.html", context)


def _next(desk: Desk) -> str:
    """Where to go on: the first step that was not sent yet."""
    return next((step for step in (PERSON, CONTENT) if not desk.was_sent(step)), CHECK)


def _reachable(desk: Desk) -> dict[str, str]:
    """What a browser that never says where it comes from may open from here, with its title: nothing beyond what was not sent."""
    steps = desk.steps[: desk.steps.index(_next(desk)) + 1]
    return {step: TITLES[step] for step in steps} | ({REQUEST: "Đơn yêu cầu công nhận"} if desk.prints_request else {})
