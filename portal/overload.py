"""Writers first: what a reader is told while more requests wait for this process than it can answer.

Decided in front of Django, by how long the request has waited: `X-Request-Start` of a trusted nginx, or the length of the queue
where the server is our own (`manage.py serve`). The page is bytes that were made when the process started; telling somebody to
wait costs seven microseconds, so a queue of readers melts at once and what remains of it are writers. That is why one
threshold a rank is enough and no state with hysteresis is kept: each request is asked for its own wait, and the queue settles
at the threshold by itself.

Who waits for whom: first what is searched, drawn or read out of many rows; then, much later, what is usually kept rendered
(`kept_pages`: such an answer costs little beside a submission) and the pages of staff, few people who also enter what workers
bring on paper. A step of a draft, a receipt and a correction are only refused when their phone must have given up. What is
posted is never refused here: the phone may be gone, what was typed is wanted all the same.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Sized
from io import BytesIO
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string

from portal import metrics
from portal.refusals import never_kept
from portal.requests import ID_HEADER, id_of, waited

# Seconds that a request may have waited, by rank: with these, a writer waits about as long as the readers that are still served.
DEAR, KEPT = 1.0, 3.0
GIVEN_UP = 60.0  # nginx hangs up after 65
# The same in requests that wait in the queue of `manage.py serve`, which tells no moments: as many as are answered in that time
# at ten milliseconds each, and no more than it holds connections.
QUEUED = {DEAR: 100, KEPT: 300, GIVEN_UP: 900}
# A queue in front of threads that are not busy is none: the clock of the proxy goes behind ours.
BUSY = 3
# Seconds after which a reader comes back by itself; each is told another, so that they do not come together.
SOONEST, LATEST = 20, 60
SAID_EVERY = 10.0  # seconds between two lines of the log

_NEVER = ("/static/", "/healthz", "/readyz", "/metrics", "/favicon.ico", "/robots.txt")
_WRITING = ("/nhap/", "/ho-so/", "/bien-nhan/")
_UNITS = "/don-vi/"
_USUALLY_KEPT = re.compile(r"/(?:[\w-]+/(?:(?:nop|huong-dan|tien-do|huy-hieu)/)?)?|/q/\w+")
_READ_OUT_OF_ROWS = (_UNITS, "/tra-cuu/", "/xac-nhan/")

logger = logging.getLogger("portal.overload")

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]


class WritersFirst:
    """A WSGI application around another. `queue` is what a server of our own holds for its threads."""

    def __init__(self, application: Application, *, queue: Sized = ()) -> None:
        self.application = application
        self.queue = queue
        self.told_to_wait = 0
        self._served = 0
        self._said_at = -SAID_EVERY
        self._lock = threading.Lock()
        self._body, self._headers = _page()
        metrics.ask("portal_requests_in_flight", lambda: self._served)
        metrics.ask("portal_queue", lambda: len(self.queue))

    def __call__(self, environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        patience = patience_of(environ)
        if patience is not None and self._is_crowded(environ, patience):
            return self._tell_to_wait(environ, start_response)
        with self._lock:
            self._served += 1
        try:
            return self.application(environ, start_response)
        finally:
            with self._lock:
                self._served -= 1

    def _is_crowded(self, environ: Environment, patience: float) -> bool:
        if len(self.queue) >= QUEUED[patience]:
            return True
        return self._served + 1 >= BUSY and waited(environ).total_seconds() >= patience

    def _tell_to_wait(self, environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            self.told_to_wait += 1
            told = self.told_to_wait
            is_said = time.monotonic() - self._said_at >= SAID_EVERY
            if is_said:
                self._said_at = time.monotonic()
        if is_said:
            logger.warning("crowded: %d readers told to wait since the start", told)
        after = str(SOONEST + told * 7 % (LATEST - SOONEST + 1))
        metrics.refused("told_to_wait")
        metrics.count("portal_requests_total", environ["REQUEST_METHOD"], "told_to_wait", "503")
        own = [("Retry-After", after), ("Refresh", after), (ID_HEADER, id_of(environ))]
        start_response("503 Service Unavailable", [*self._headers, *own])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self._body]


def patience_of(environ: Environment) -> float | None:
    """Seconds that this request may have waited and is still answered; None for what is always answered."""
    path = environ.get("PATH_INFO", "")
    if environ.get("REQUEST_METHOD") not in {"GET", "HEAD"} or path.startswith(_NEVER):
        return None
    # The choice of units within step 1 is asked for by a script.
    if path.startswith(_WRITING) or (path == _UNITS and environ.get("HTTP_ACCEPT") == "application/json"):
        return GIVEN_UP
    if path.startswith(_READ_OUT_OF_ROWS):
        return DEAR
    return KEPT if path.startswith("/admin/") or _USUALLY_KEPT.fullmatch(path) else DEAR


def _page() -> tuple[bytes, list[tuple[str, str]]]:
    """The page and its headers, with those that the middlewares give every page of ours."""
    asked = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443" if settings.SERVES_HTTPS else "80",
            "wsgi.url_scheme": "https" if settings.SERVES_HTTPS else "http",
            "wsgi.input": BytesIO(),
        }
    )
    if settings.SECURE_PROXY_SSL_HEADER:
        asked.META[settings.SECURE_PROXY_SSL_HEADER[0]] = "https" if settings.SERVES_HTTPS else "http"

    def answered(request: HttpRequest) -> HttpResponse:
        return never_kept(HttpResponse(render_to_string("errors/crowded.html", {"stylesheet": _stylesheet()})))

    answer: Any = SecurityMiddleware(CSPMiddleware(XFrameOptionsMiddleware(answered)))(asked)
    answer["Content-Length"] = str(len(answer.content))
    return answer.content, list(answer.items())


def _stylesheet() -> str:
    """The one that the other pages use, which the phone has; "" where none was collected."""
    try:
        return staticfiles_storage.url("portal.css")
    except ValueError:
        return ""
