"""Who may come in. Everything needs a signed-in account unless its view is marked `@public`.

A public door asks for no session, sets no cookie and varies by none: Django's own LoginRequiredMiddleware reads
`request.user` before it looks at the view, and so costs a worker's page a query and a cookie. Without a cookie there is
no CSRF token; the unguessable link is the authority, and a POST that another site sends is refused.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import resolve_url
from django.views.decorators.csrf import csrf_exempt

from portal import metrics

View = TypeVar("View", bound=Callable[..., Any])

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def public(view: View) -> View:
    """Marks a view that anyone may open, with no session and no cookie."""
    view.is_public_door = True  # type: ignore[attr-defined]
    return csrf_exempt(view)  # type: ignore[return-value]


def is_public(view: Callable[..., Any]) -> bool:
    return getattr(view, "is_public_door", False)


def comes_from_our_page(request: HttpRequest) -> bool:
    """Whether a page of ours sent the browser here: neither a shared link, nor a preview, nor another site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in {"same-origin", "same-site"}
    referer = request.headers.get("Referer", "")
    return bool(referer) and _host_of(referer) == request.get_host()


class DoorMiddleware:
    """Asks the mark first; signs in those who need it; keeps other sites from posting through a public door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if is_public(view):
            if request.method in UNSAFE and _is_foreign(request):
                metrics.refused("foreign")
                raise PermissionDenied("posted by another site")
            return None
        if not getattr(view, "login_required", True) or request.user.is_authenticated:
            return None
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


class CsrfDoorMiddleware(CsrfViewMiddleware):
    """Django's own, silent where nobody signs in: it answers a malformed `csrftoken` with a new cookie on any page."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if _may_give_cookies(request) else response


class SessionDoorMiddleware(SessionMiddleware):
    """Django's own, silent where nobody signs in: it answers a malformed session with a cookie that removes it."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return super().process_response(request, response) if _may_give_cookies(request) else response


def _may_give_cookies(request: HttpRequest) -> bool:
    found = request.resolver_match
    return found is not None and not is_public(found.func)


def _is_foreign(request: HttpRequest) -> bool:
    """`Origin: null` counts as absent: in-app browsers send it for our own pages."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin", "")
    return origin not in {"", "null"} and _host_of(origin) != request.get_host()


def _host_of(address: str) -> str:
    """Nothing for what is no address ("http://[" raises)."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
