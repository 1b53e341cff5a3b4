"""What every request is given before anything else looks at it: an id, the moment it arrived, its address.

Arrival decides the deadline (`campaigns/windows.py`). Behind a buffering proxy the view of a slow upload starts late, so a
trusted proxy says how long the request took to come in (nginx `$request_time`, in seconds) and at which moment it passed the
request on (`t=$msec`): what it waited for a thread of ours since then is not the sender's delay either. Both are believed up
to a cap.
"""

import base64
import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal import metrics

ELAPSED_HEADER = "X-Request-Elapsed"
START_HEADER = "X-Request-Start"
ID_HEADER = "X-Request-ID"
WELL_FORMED_ID = re.compile(r"[0-9a-z]{8,32}", re.ASCII)
MAX_ELAPSED = timedelta(minutes=10)
MOST_TAKEN_IN = 256 * 1024 * 1024  # bytes; nginx passes on 200 MB (`deploy/nginx/site.conf`)
TAKEN_IN_AT_ONCE = 64 * 1024
VERSION_SIX_NETWORK = 64  # bits: what one line is given; a phone changes the rest as it likes
# Marks in small letters. Messenger before Facebook, whose marks it bears as well.
IN_APP = {
    "Zalo": ("zalo android/", "zalo ios/", "zalotheme/"),
    "Messenger": ("messengerforios", "messengerliteforios", "fb_iab/orca", "fb_iab/messenger"),
    "Facebook": ("fban/", "fbav/", "fb_iab/"),
    "Instagram": ("instagram ",),
    "TikTok": ("bytedancewebview", "musical_ly", "tiktok"),
    "Line": (" line/",),
}

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}  # others are counted as one: anybody may invent them
_EASY = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefgh8jk9mn0pqrstuvwxyz")
FOR_MACHINES = {"/healthz", "/readyz", "/metrics"}

logger = logging.getLogger("portal.requests")
# The id of the request that this thread answers, for every line of the log.
current_id: ContextVar[str] = ContextVar("request_id", default="")


def read_as_utf8(application: Callable[..., Any]) -> Callable[..., Any]:
    """Takes away what a request says of its character set, before Django makes a request of it.

    Our pages are UTF-8 and so is all that browsers send back. Django believes every name that Python knows: "hex" raises
    where no page of ours answers, and "utf-7" spells a NUL without one.
    """

    def reading(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        parts = environ.get("CONTENT_TYPE", "").split(";")
        environ["CONTENT_TYPE"] = ";".join(p for p in parts if not p.strip().lower().startswith("charset"))
        return application(environ, start_response)

    return reading


def takes_all_in(application: Callable[..., Any]) -> Callable[..., Any]:
    """Reads what nobody read of a body before the answer goes out: an upload to a draft that is closed, gone or crowded out.

    gunicorn closes a connection on which more than 64 KiB are left, and nginx, which was still passing them on, then says 502
    in place of our answer. Only where a trusted proxy passes it on, which has all of it: no slow phone costs a thread here.
    """

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        answer = application(environ, start_response)
        if environ.get("CONTENT_LENGTH") and is_trusted(environ.get("REMOTE_ADDR", "")):
            body, left = environ["wsgi.input"], MOST_TAKEN_IN
            with suppress(OSError):
                while left > 0 and (some := body.read(TAKEN_IN_AT_ONCE)):
                    left -= len(some)
        return answer

    return answering


def sends_no_body_to_head(application: Callable[..., Any]) -> Callable[..., Any]:
    """Answers a HEAD with its headers alone, as gunicorn and nginx do by themselves and waitress does not: with a body, what is
    asked next on that connection would be answered by the rest of it."""

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        answer = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        if hasattr(answer, "close"):
            answer.close()
        return []

    return answering


class RequestMiddleware:
    """Outermost: gives `request.request_id` and `request.arrived_at`, and writes the line of the access log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, now = time.monotonic(), timezone.now()
        request_id = id_of(request.META)
        request.request_id = request_id  # type: ignore[attr-defined]
        behind = current_id.set(request_id)
        try:
            in_queue = waited(request.META, now=now)
            request.arrived_at = now - min(_elapsed(request) + in_queue, MAX_ELAPSED)  # type: ignore[attr-defined]
            response = self.get_response(request)
            response[ID_HEADER] = request_id
            response.setdefault(
                "Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"
            )
            _note(request, response, spent=time.monotonic() - began, in_queue=in_queue.total_seconds())
            return response
        finally:
            current_id.reset(behind)


def _note(request: HttpRequest, response: HttpResponse, *, spent: float, in_queue: float) -> None:
    """The line of the access log, without query and address of the sender; and the counts, by the name of the door."""
    door = request.resolver_match
    route = door.view_name if door is not None else ("static" if request.path.startswith("/static/") else "none")
    method = request.method if request.method in METHODS else "other"
    metrics.count("portal_requests_total", str(method), route, str(response.status_code))
    metrics.observe("portal_request_seconds", spent, route)
    if "HTTP_X_REQUEST_START" in request.META:
        metrics.observe("portal_waited_seconds", in_queue)
    told = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(spent * 1000, 1),
        "waited_ms": round(in_queue * 1000),
        "bytes": int(response.headers.get("Content-Length") or 0),
    }
    logger.info("answered", extra={"told": told})


def id_of(environ: Mapping[str, Any]) -> str:
    """What our own nginx calls the request; else a new id: eight letters and digits to be read out over the phone, none of which
    looks like another; too short for the log to take it for a number."""
    told = environ.get("HTTP_X_REQUEST_ID", "")
    if told and WELL_FORMED_ID.fullmatch(told) and is_trusted(environ.get("REMOTE_ADDR", "")):
        return str(told)
    return base64.b32encode(secrets.token_bytes(5)).translate(_EASY).decode()


def asked_by_machines(application: Callable[..., Any]) -> Callable[..., Any]:
    """Answers Prometheus and whoever watches a single host, who call it by its address: `ALLOWED_HOSTS` names the portal for
    people, and what these pages say depends on no name."""

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO") in FOR_MACHINES:
            named = (host.lstrip(".") for host in settings.ALLOWED_HOSTS if "*" not in host)
            environ["HTTP_HOST"] = next(named, environ.get("HTTP_HOST", ""))
        return application(environ, start_response)

    return answering


def arrival(request: HttpRequest) -> datetime:
    """The moment `request` came to the portal, in UTC."""
    return request.arrived_at  # type: ignore[attr-defined]


def client_address(request: HttpRequest) -> str:
    """The address of the phone, as the trusted proxies tell it; our own neighbour's when there is none."""
    neighbour = request.META.get("REMOTE_ADDR", "")
    if not is_trusted(neighbour):
        return neighbour
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        hop = hop.strip()
        if hop and not is_trusted(hop):
            return hop if _is_address(hop) else neighbour
    return neighbour


def client_network(request: HttpRequest) -> str:
    """What is counted as one neighbour: the address of the phone, of version six the network its line was given."""
    address = client_address(request)
    if ":" not in address or not _is_address(address):
        return address
    known = ipaddress.IPv6Address(address.partition("%")[0])
    return str(known.ipv4_mapped or ipaddress.ip_network((known, VERSION_SIX_NETWORK), strict=False))


def line_address(request: HttpRequest) -> str:
    """The first address of `client_network`, for a column that takes addresses only: where django-axes counts by."""
    return client_network(request).partition("/")[0]


def in_app_browser(request: HttpRequest) -> str:
    """The app whose own browser this is, as people call it; "" for an ordinary one. For a line of help, never for a decision:
    what a browser says of itself proves nothing, and the page answers differently, so only pages kept nowhere may ask."""
    told = request.headers.get("User-Agent", "").lower()
    return next((app for app, marks in IN_APP.items() if any(mark in told for mark in marks)), "")


def is_trusted(address: str) -> bool:
    return is_within(address, settings.TRUSTED_PROXIES)


def is_within(address: str, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    known = read_address(address)
    return known is not None and any(known in network for network in networks)


def _is_address(text: str) -> bool:
    return read_address(text) is not None


@lru_cache(maxsize=1024)
def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """None of what is no address."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def waited(headers: Mapping[str, Any], *, now: datetime | None = None) -> timedelta:
    """How long a request, told by its WSGI environment, has waited for us since a trusted proxy passed it on.

    Nothing where that moment lies ahead (the proxy's clock goes before ours) or further back than the cap: nobody waits that
    long, so what is told is no moment.
    """
    told = headers.get("HTTP_X_REQUEST_START", "")
    if not told or not is_trusted(headers.get("REMOTE_ADDR", "")):
        return timedelta()
    try:
        seconds = (now or timezone.now()).timestamp() - float(told.removeprefix("t="))
    except ValueError:
        return timedelta()
    return timedelta(seconds=seconds) if 0 < seconds <= MAX_ELAPSED.total_seconds() else timedelta()


def _elapsed(request: HttpRequest) -> timedelta:
    told = request.headers.get(ELAPSED_HEADER, "")
    if not told or not is_trusted(request.META.get("REMOTE_ADDR", "")):
        return timedelta()
    try:
        seconds = float(told)
    except ValueError:
        return timedelta()
    if not 0 <= seconds < float("inf"):
        return timedelta()
    return min(timedelta(seconds=seconds), MAX_ELAPSED) if seconds < 1e6 else MAX_ELAPSED
