"""Pages that are kept are answered before anything else is asked: most of what such an answer costs is the way to its view.

An address that was answered with a kept page once leads to the same one again: its name is made of scheme, host, path and query
and of nothing else of a request (`kept_pages.kept`). Whether the page is still true is asked of the page, each time. What the
other middlewares wrote around it is written again as it was: for one scheme and host it is always the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from portal import kept_pages
from portal.requests import arrival

MOST_ADDRESSES = 2000
_OF_ONE_ANSWER = {"Content-Length"}
_ADDRESSED = ("QUERY_STRING", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT")


@dataclass(frozen=True)
class _Known:
    """What an address led to: the name of its page, its view, and the headers that are not the page's own."""

    name: str
    match: ResolverMatch | None
    around: dict[str, str]


class KeptFirstMiddleware:
    """Stands before every other but the one that says when a request arrived."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._known: dict[tuple[str, ...], _Known] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        address = (request.scheme or "", request.path, *(request.META.get(name, "") for name in _ADDRESSED))
        known = self._known.get(address)
        page = kept_pages.answering(known.name, at=arrival(request)) if known is not None else None
        if known is None or page is None:
            response = self.get_response(request)
            self._note(address, request, response)
            return response
        request.resolver_match = known.match
        response = page.answer(request, arrival(request))
        for name, value in known.around.items():
            response.headers.setdefault(name, value)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    def _note(self, address: tuple[str, ...], request: HttpRequest, response: HttpResponse) -> None:
        kept = kept_pages.kept_for(request)
        if kept is None or response.status_code != 200:
            return
        name, own = kept
        if len(self._known) >= MOST_ADDRESSES:
            self._known.clear()
        around = {
            header: value for header, value in response.items() if header not in own and header not in _OF_ONE_ANSWER
        }
        self._known[address] = _Known(name, request.resolver_match, around)
