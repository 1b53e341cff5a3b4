"""The draft's link itself: nothing personal stands there, and one way leads on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from initiatives.submission import receipts
from initiatives.submission.desks import Desk
from initiatives.submission.views.documents import DOCUMENTS, documents
from initiatives.submission.views.steps import (
    CHECK,
    CONTENT,
    PERSON,
    check,
    content,
    drafts,
    person,
    private,
    receipt_of,
)
from portal.doors import public
from portal.requests import arrival


@public
@require_http_methods(["GET", "HEAD", "POST"])
@private
def door(request: HttpRequest, token: str) -> HttpResponse:
    """The draft's link itself: no personal data, one way on.

    A browser that never says where it comes from would stand before it again at each step: its POST opens the step.
    """
    draft = get_object_or_404(drafts(), token_hash=receipts.token_hash(token), revises=None)
    if draft.is_received:
        return render(request, "submission/door.html", {"is_received": True, "receipt": receipt_of(draft, token)})
    desk = Desk(draft, token, arrival(request))
    step = next((step for step in (PERSON, CONTENT) if not desk.was_sent(step)), CHECK)
    asked = request.GET.get("buoc", "")
    if asked in desk.steps[: desk.steps.index(step)]:
        step = asked
    if request.method == "POST":
        request.method = "GET"  # it sends nothing; the step is opened as if its address had been
        return {PERSON: person, CONTENT: content, DOCUMENTS: documents, CHECK: check}[step](request, desk)
    return render(request, "submission/door.html", {"desk": desk, "window": desk.window, "onward": desk.address(step)})
