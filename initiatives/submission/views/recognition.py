"""A page that prints a request for recognition: nobody stands before a wall because the paper is not there yet."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from initiatives.submission.desks import Desk
from initiatives.submission.recognition import request_of
from initiatives.submission.views.frame import absolute
from initiatives.submission.views.steps import at_draft, see_other


def recognition(request: HttpRequest, desk: Desk) -> HttpResponse:
    """From the draft as it is saved; the draft stays as it is."""
    if not desk.prints_request:
        raise Http404
    if request.method == "POST":
        return see_other(request.path)
    context = {
        "desk": desk,
        "campaign": desk.campaign,
        "window": desk.window,
        "paper": request_of(desk.draft.answers, desk.choices),
        "contacts": desk.facts.helping(desk.draft.unit),
        "draft_link": absolute(request, desk.address()),
    }
    return render(request, "submission/recognition.html", context)


draft_recognition = at_draft(recognition)
