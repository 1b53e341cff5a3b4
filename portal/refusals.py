"""What a refused request is answered with: always a page in Vietnamese that says what to do next.

Templates of these pages ask for nothing: no database, no session, no request. What overloads or breaks below us (a locked
database, a full disk) is a 503 that asks to try again; anything else is a bug and stays a 500.

Where a worker's form is refused for a while (429, 503), its page holds what was typed and one button that sends it again: going
back may have lost it (an in-app browser draws the page anew), and what a phone never keeps, the identity number, was in it.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal import metrics
from portal.doors import is_public
from portal.requests import client_address, read_address

RETRY_AFTER_SECONDS = 30
LARGEST_BODY = 64 * 1024 * 1024  # bytes
# Characters of what is typed and answered again; the longest step that passes has some 16 thousand.
LARGEST_TYPED = 128 * 1024
MOST_TYPED = 300  # values

logger = logging.getLogger("portal.refusals")


class TooLarge(Exception):
    """More bytes than a request of this kind may bring."""


class TooManyTries(Exception):
    """Somebody tried too often; carries the seconds to wait."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(wait_seconds)
        self.wait_seconds = wait_seconds


class TooMuchAtOnce(TooManyTries):
    """More came from one address than a factory sends; carries the seconds to wait."""


class Crowded(Exception):
    """More is being done at once than this process can do; carries the seconds after which to come again."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(wait_seconds)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Typed:
    """What a refused form brought, to be sent again to the same address. Files cannot be: a browser never fills them in."""

    address: str
    values: list[tuple[str, str]]
    files: dict[str, list[str]]


class RefusalMiddleware:
    """Refuses NUL before a database meets it and a form cut short, and turns what failed below into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            if _is_too_large(request):
                metrics.refused("too_large")
                return page(request, 413)
            if _holds_nul(request) or _is_cut_short(request):
                metrics.refused("malformed")
                return page(request, 400)
        except Exception as failure:
            answer = answer_to(request, failure)
            if answer is None:
                raise
            return answer
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            told = page(request, 405)
            told["Allow"] = response["Allow"]
            return told
        return response

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        return answer_to(request, failure)


def answer_to(request: HttpRequest, failure: Exception) -> HttpResponse | None:
    """The page for a failure that people can meet; None for a bug."""
    if isinstance(failure, (RequestDataTooBig, TooManyFilesSent, TooLarge)):
        metrics.refused("too_large")
        return page(request, 413)
    if isinstance(failure, TooManyFieldsSent):
        metrics.refused("malformed")
        return page(request, 400)
    if isinstance(failure, TooMuchAtOnce):
        metrics.refused("too_much_at_once")
        return page(request, 429, name="too_much_at_once", retry_after=failure.wait_seconds)
    if isinstance(failure, TooManyTries):
        metrics.refused("too_many_tries")
        return page(request, 429, retry_after=failure.wait_seconds)
    if isinstance(failure, Crowded):
        metrics.refused("crowded")
        return page(request, 503, retry_after=failure.wait_seconds)
    if isinstance(failure, (OperationalError, OSError)):
        metrics.refused("out_of_order")
        logger.error("answered 503: %s", type(failure).__name__, exc_info=failure)
        return page(request, 503, retry_after=RETRY_AFTER_SECONDS)
    return None


def page(request: HttpRequest, status: int, *, name: str = "", retry_after: int = 0) -> HttpResponse:
    """The page `errors/<name or status>.html`, never kept by a cache."""
    context = {
        "request_id": getattr(request, "request_id", ""),
        "retry_after": retry_after,
        "typed": typed(request) if retry_after else None,
        "is_text": status == 413 and _is_a_form(request),
    }
    answer = never_kept(HttpResponse(render_to_string(f"errors/{name or status}.html", context), status=status))
    if retry_after:
        answer["Retry-After"] = str(retry_after)
    return answer


def never_kept(answer: HttpResponse) -> HttpResponse:
    """Neither by a cache nor by a search engine."""
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def typed(request: HttpRequest) -> Typed | None:
    """What a worker's form brought; None where there is nothing to send again or too much of it, and for pages of staff, whose
    forms bear a token and a password."""
    door = request.resolver_match
    if request.method != "POST" or door is None or not is_public(door.func):
        return None
    if not (_is_a_form(request) or "_post" in request.__dict__):
        return None  # documents that nobody has read yet
    values = [(name, value) for name, listed in request.POST.lists() for value in listed]
    files = {name: [each.name or "" for each in listed] for name, listed in request.FILES.lists()}
    weight = sum(len(name) + len(value) for name, value in values)
    if not (values or files) or len(values) > MOST_TYPED or weight > LARGEST_TYPED:
        return None
    # How many files came is counted anew by whoever picks them.
    return Typed(request.get_full_path(), [pair for pair in values if pair[0] != "file_count" or not files], files)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer_to(request, exception) or page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """A bug, or what only fails here: who is signed in is asked before a view, where no middleware hears of a failure."""
    failure = sys.exc_info()[1]
    answer = answer_to(request, failure) if isinstance(failure, Exception) else None
    return answer or page(request, 500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    metrics.refused("csrf")
    return page(request, 403, name="csrf")


def too_many_sign_ins(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    metrics.refused("sign_in_locked")
    # No text: of most addresses the digits are as many as a phone's, and would be masked.
    told = {"address": read_address(client_address(request))}
    logger.warning("sign-in locked for one account", extra={"told": told})
    return page(request, 429, name="locked_out", retry_after=15 * 60)


def _is_too_large(request: HttpRequest) -> bool:
    """No form of ours brings more than the documents of one draft; a larger body is not read at all."""
    told = request.META.get("CONTENT_LENGTH") or ""
    return told.isascii() and told.isdigit() and (len(told) > 12 or int(told) > LARGEST_BODY)


def _holds_nul(request: HttpRequest) -> bool:
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    if "\\000" in request.META.get("HTTP_COOKIE", ""):  # as a quoted cookie spells it
        return True
    return _is_a_form(request) and (b"\0" in request.body or b"%00" in request.body)


def _is_cut_short(request: HttpRequest) -> bool:
    """A server without a buffering proxy runs the view although the connection was cut: half a step would be saved."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    return _is_a_form(request) and announced.isdecimal() and len(request.body) < int(announced)


def _is_a_form(request: HttpRequest) -> bool:
    return request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
