"""Public pages kept rendered: the same bytes for everybody, for ten seconds at most and never past the next edge.

A page without account and cookie says the same to everyone, so on a deadline evening it is rendered once in a while and not
once a reader: no statement, no template. It is kept no longer than `turns` say it stays true. A browser asks each time
(`no-cache`) and is told by ETag that nothing changed. Whoever changes what such pages tell calls `forget()`.

Of a page one is made at a time. A page that ends within a second is made anew by the first who asks for it then, while the
others are answered with what stands; where none stands, they wait for whoever makes it. What fails while a page still stands
fails for nobody.

While a shared cache does not answer, each process keeps its own, by an edition of its own: what another process changed meanwhile
is seen ten seconds later at the latest.

A page may count down by the second: of every number of seconds followed by `data-counting` what has passed since the page was
made is taken away when it is answered. Such a page is kept by no browser: gone back to, it would say too much.
"""

import hashlib
import logging
import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from portal.one_maker import OneMaker
from portal.requests import arrival

KEPT_FOR = timedelta(seconds=10)
RENEWED_AFTER = timedelta(seconds=9)
# Two who ask at once are not answered in the order in which they arrived; so much earlier one may have come than who made a page.
OUT_OF_ORDER = timedelta(seconds=2)
LONGEST_WAIT = 5.0  # seconds for who makes a page; then each for itself
LONGEST_VALUE = 200
EDITION = "kept-pages-edition"
UNTIL = "is_true_until"
_KEPT = "kept_page"
_OF_THIS_PROCESS = "here-"
COUNTING = re.compile(rb'="(\d+)"( data-counting)')

View = Callable[..., HttpResponse]
# `turns(after, at)`: moments after `after`, in order, from which a page says something else: all up to `at`, and the next.
Turns = Callable[[datetime, datetime], list[datetime]]

logger = logging.getLogger("portal.kept_pages")


@dataclass(frozen=True)
class Page:
    """A page as it was answered to who arrived at `made_at`, true for requests that arrive in `[since, until)`."""

    content: bytes
    headers: dict[str, str]
    edition: str
    since: datetime
    made_at: datetime
    until: datetime

    def answers(self, at: datetime, edition: str) -> bool:
        return self.edition == edition and self.since <= at < self.until

    def is_ending(self, at: datetime) -> bool:
        return at - self.made_at > RENEWED_AFTER

    def answer(self, request: HttpRequest, at: datetime) -> HttpResponse:
        """The page as it is at `at`, or 304 where the browser has it."""
        etag = self.headers.get("ETag")
        if etag is None:
            return HttpResponse(self._counted_on(at), headers=self.headers)
        response = HttpResponse(self.content, headers=self.headers)
        return get_conditional_response(request, etag=etag, response=response) or response

    def _counted_on(self, at: datetime) -> bytes:
        passed = math.ceil(at.timestamp()) - math.ceil(self.made_at.timestamp())  # windows end at whole seconds
        return COUNTING.sub(lambda found: b'="%d"%s' % (max(int(found[1]) - passed, 0), found[2]), self.content)


# Of a shared cache a process of another version reads nothing that it would not understand.
_SHAPE = " ".join([Page.__module__, *(field.name for field in fields(Page))])
_here = LocMemCache("kept-pages-here", {})
_makers = OneMaker()


def kept(*parameters: str, turns: Turns) -> Callable[[View], View]:
    """A view whose page depends on its path, its host and `parameters` of the query alone. What else stands in an address (the
    marks of chats and social networks) is not looked at."""

    def around(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            values = [request.GET.get(name, "") for name in parameters]
            if request.method not in {"GET", "HEAD"} or max(map(len, values), default=0) > LONGEST_VALUE:
                return view(request, *args, **kwargs)
            asked = _Asked(_name(request, values), arrival(request), turns)
            found = _page_or_answer(asked, lambda: view(request, *args, **kwargs))
            if not isinstance(found, Page):
                return found
            setattr(request, _KEPT, (asked.name, found.headers))
            return found.answer(request, asked.at)

        return answered

    return around


def true_until(response: HttpResponse, *moments: datetime) -> HttpResponse:
    """Says when a page will say something else, for what only its view knows. What is past already keeps nobody waiting."""
    setattr(response, UNTIL, moments)
    return response


def answering(name: str, *, at: datetime) -> Page | None:
    """The page of this name, where it is kept and still true at `at`; None where it is ending and nobody makes it anew."""
    current, page = _held(name, at)
    if page is not None and page.is_ending(at) and not _makers.is_making((name, current)):
        return None
    return page


def kept_for(request: HttpRequest) -> tuple[str, dict[str, str]] | None:
    """The name of the page that answered `request`, with the page's own headers; None where it was no kept one."""
    return getattr(request, _KEPT, None)


def edition() -> str:
    """What of pages is kept now; another one once somebody said `forget()`. Asked before what will be kept is read. "" where the
    cache keeps nothing: then nothing is known to be true."""
    found = cache.get(EDITION)
    if found is None:
        cache.add(EDITION, secrets.token_hex(8), timeout=None)
        found = cache.get(EDITION) or _edition_here()
    return _as_seen_here(found)


def forget() -> None:
    """Every kept page is made anew when it is next asked for."""
    cache.set(EDITION, secrets.token_hex(8), timeout=None)
    _here.delete(EDITION)


class OnceCommitted:
    """For `transaction.on_commit`: tells others once they can see a change. Until then the edition bears its mark here: what is
    made within the transaction is true for nobody else, and for nobody at all once the change was taken back."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self.tell, self.mark = tell, secrets.token_hex(8)

    def __call__(self) -> None:
        self.tell()


@dataclass(frozen=True)
class _Asked:
    name: str
    at: datetime
    turns: Turns


def _page_or_answer(asked: _Asked, view: Callable[[], HttpResponse]) -> Page | HttpResponse:
    """The page that is kept, or was made just now; the view's own answer where that is none to keep."""
    current, page = _held(asked.name, asked.at)
    if page is not None and not page.is_ending(asked.at):
        return page
    key = (asked.name, current)
    with _makers.making(key) as is_first:
        if is_first:
            current, page = _held(asked.name, asked.at)  # another may have made it since this one looked
            if page is None:
                return _made(asked, current, view())
            return (_renewed(asked, current, view) if page.is_ending(asked.at) else None) or page
    if page is None:
        _makers.wait(key, seconds=LONGEST_WAIT)
        current, page = _held(asked.name, asked.at)
    return _made(asked, current, view()) if page is None else page


def _renewed(asked: _Asked, edition: str, view: Callable[[], HttpResponse]) -> Page | None:
    """None where it fails: what stands is true for a while still, and by then it may succeed."""
    try:
        made = _made(asked, edition, view())
    except Exception:
        logger.exception("not renewed")
        return None
    return made if isinstance(made, Page) else None


def _made(asked: _Asked, edition: str, response: HttpResponse) -> Page | HttpResponse:
    if response.status_code != 200 or response.cookies:
        return response
    page = _page(response, edition, asked)
    _keeping(edition).set(asked.name, page, timeout=KEPT_FOR.total_seconds())
    return page


def _held(name: str, at: datetime) -> tuple[str, Page | None]:
    """The edition as it is seen here, and the page of this name that is true in it."""
    held = cache.get_many([EDITION, name])
    current = _as_seen_here(held.get(EDITION)) or edition()
    page: Page | None = _here.get(name) if _keeping(current) is _here else held.get(name)
    return current, page if page is not None and page.answers(at, current) else None


def _edition_here() -> str:
    """Where a shared cache is away; "" for one that is meant to keep nothing."""
    if not getattr(cache, "may_be_away", False):
        return ""
    return str(_here.get_or_set(EDITION, lambda: _OF_THIS_PROCESS + secrets.token_hex(8), timeout=None))


def _keeping(edition: str) -> Any:
    return _here if edition.startswith(_OF_THIS_PROCESS) else cache


def _as_seen_here(found: Any) -> str:
    """The edition with the mark of what this connection changed and did not commit yet."""
    pending = (each[1] for each in reversed(connection.run_on_commit))
    marks = (each.mark for each in pending if isinstance(each, OnceCommitted))
    return f"{found}{next(marks, '')}" if found else ""


def _name(request: HttpRequest, values: list[str]) -> str:
    asked = "\n".join([_SHAPE, request.scheme or "", request.get_host(), request.path, *values])
    return f"kept-page-{hashlib.sha256(asked.encode(errors='surrogatepass')).hexdigest()}"


def _page(response: HttpResponse, edition: str, asked: _Asked) -> Page:
    earliest = asked.at - OUT_OF_ORDER
    turns = asked.turns(earliest, asked.at)
    since = max([earliest, *(each for each in turns if each <= asked.at)])
    until = min([asked.at + KEPT_FOR, *(each for each in [*turns, *getattr(response, UNTIL, [])] if each > asked.at)])
    if COUNTING.search(response.content):
        headers = dict(response.headers) | {"Cache-Control": "no-store"}
    else:
        etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        headers = dict(response.headers) | {"Cache-Control": "no-cache", "ETag": etag}
    return Page(response.content, headers, edition, since, asked.at, until)
