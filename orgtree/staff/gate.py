"""What stands between a signed-in account and its work: a session that is not over, and every step of signing in done."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from orgtree.models import StaffAccount
from orgtree.scoped_admin import account_of
from orgtree.staff import second_factor, sessions
from portal.doors import is_public
from portal.requests import arrival

ENDED = "het-gio"
ALWAYS_OPEN = {"admin:logout", "admin:jsi18n"}


class GateMiddleware:
    """Behind the door (`portal/doors.py`), which has asked who it is. Public pages and the sign-in page pass untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if is_public(view) or not getattr(view, "login_required", True):
            return None
        at = arrival(request)
        if sessions.is_over(request.session, at=at):
            logout(request)
            return _led_to("admin:login", request, tin=ENDED)
        sessions.touch(request.session, at=at)
        missing = missing_step(request)
        here = request.resolver_match.view_name if request.resolver_match else ""
        return None if missing in {"", here} or here in ALWAYS_OPEN else _led_to(missing, request)


def missing_step(request: HttpRequest) -> str:
    """The page of the step of signing in that comes next; "" when all are done.

    The code comes before a new password: whoever found a slip has not found the phone.
    """
    account: StaffAccount = account_of(request)
    if account.second_factor_since and not second_factor.is_given(request.session, account):
        return "admin:second_factor"
    if account.must_change_password:
        return "admin:password_change"
    if account.needs_second_factor and not account.second_factor_since:
        return "admin:second_factor_setup"
    return ""


def way_on(request: HttpRequest) -> str:
    """Where the step leads when it is done: what was asked for, if that is a page of ours; else the first page."""
    asked = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else reverse("admin:index")


def _led_to(name: str, request: HttpRequest, **told: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: _page_of(request), **told})}")


def _page_of(request: HttpRequest) -> str:
    """The page that was open: for what was sent, the one it was sent from."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    page = urlsplit(came_from) if is_ours else urlsplit(reverse("admin:index"))
    return f"{page.path}?{page.query}" if page.query else page.path
