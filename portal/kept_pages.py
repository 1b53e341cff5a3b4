"""Public pages kept rendered: the same bytes for everybody, for ten seconds at most and never past the next edge.

A page without account and cookie says the same to everyone, so on a deadline evening it is rendered once in a while and not
once a reader: no statement, no template. It is kept no longer than `until` says it stays true. A browser asks each time
(`no-cache`) and is told by ETag that nothing changed. Whoever changes what such pages tell calls `forget()`.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from portal.requests import arrival

KEPT_FOR = timedelta(seconds=10)
LONGEST_VALUE = 200
EDITION = "kept-pages-edition"

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """A page as it was answered, true for requests that arrive in `[made_at, until)`."""

    content: bytes
    headers: dict[str, str]
    edition: str
    made_at: datetime
    until: datetime

    def answers(self, at: datetime, edition: str) -> bool:
        return self.edition == edition and self.made_at <= at < self.until

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or 304 where the browser has it."""
        response = HttpResponse(self.content, headers=self.headers)
        return get_conditional_response(request, etag=self.headers["ETag"], response=response) or response


def kept(*parameters: str, until: Callable[[datetime], datetime | None]) -> Callable[[View], View]:
    """A view whose page depends on its path, its host and `parameters` of the query alone. What else stands in an address (the
    marks of chats and social networks) is not looked at. `until(at)`: the next moment from which it would say something else."""

    def around(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            values = [request.GET.get(name, "") for name in parameters]
            if request.method not in {"GET", "HEAD"} or max(map(len, values), default=0) > LONGEST_VALUE:
                return view(request, *args, **kwargs)
            at, name = arrival(request), _name(request, values)
            held = cache.get_many([EDITION, name])
            edition, page = held.get(EDITION, ""), held.get(name)
            if page is None or not page.answers(at, edition):
                response = view(request, *args, **kwargs)
                if response.status_code != 200 or response.cookies:
                    return response
                page = _page(response, edition, at, until(at))
                cache.set(name, page, timeout=KEPT_FOR.total_seconds())
            return page.answer(request)

        return answered

    return around


def forget() -> None:
    """Every kept page is made anew when it is next asked for."""
    cache.set(EDITION, secrets.token_hex(8), timeout=None)


def _name(request: HttpRequest, values: list[str]) -> str:
    asked = "\n".join([request.scheme or "", request.get_host(), request.path, *values])
    return f"kept-page-{hashlib.sha256(asked.encode(errors='surrogatepass')).hexdigest()}"


def _page(response: HttpResponse, edition: str, at: datetime, edge: datetime | None) -> Page:
    until = min(at + KEPT_FOR, edge) if edge else at + KEPT_FOR
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    headers = dict(response.headers) | {"Cache-Control": "no-cache", "ETag": etag}
    return Page(response.content, headers, edition, at, until)
