"""The staff's site: its name, what greets on its first page, and only the doors we use.

Areas above hand in what they want shown on the first page and what must be warned of on every page; this layer knows none
of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.i18n import JavaScriptCatalog

from orgtree.staff.gate import way_on
from orgtree.staff.own import views as own
from portal.vietnamese.names import list_key

NOT_OURS = {
    "view_on_site",  # leads from any number to "it exists" or "it does not", past every scope
    "password_change_done",
}


@dataclass(frozen=True)
class Figure:
    """One number of the first page: what is counted, how many (at least, where nobody counted on), and the list of it."""

    label: str
    count: int
    address: str
    is_urgent: bool = False
    is_least: bool = False


@dataclass(frozen=True)
class Sentence:
    """What cannot be said by a number, and where to read on."""

    text: str
    address: str
    is_urgent: bool = False


@dataclass(frozen=True)
class Panel:
    """A group of figures and sentences on the first page."""

    title: str
    figures: tuple[Figure, ...] = ()
    sentences: tuple[Sentence, ...] = ()


class StaffAutocomplete(AutocompleteJsonView):
    """Each row bears the label its admin gives it, so that units of one name can be told apart."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        self.labels = self.model_admin.choice_labels(context["object_list"])
        return context

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(getattr(obj, to_field_name)), "text": self.labels[obj.pk]}


class StaffSite(admin.AdminSite):
    site_header = "Cổng sáng kiến"
    site_title = "Cổng sáng kiến"
    index_title = "Việc của tôi"
    enable_nav_sidebar = False
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.panels: list[Callable[[HttpRequest], list[Panel]]] = []
        self.warnings: list[Callable[[], str]] = []
        self.sections: list[tuple[str, str, str]] = []
        self.guide_facts: dict[str, Any] = {}
        self.guide_parts: dict[str, str] = {}  # the beginning of an address's name, the part of the guide on it

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            context["guide_part"] = self.guide_part(request)
            context["site_warnings"] = [sentence for warn in self.warnings if (sentence := warn())]
            context["site_sections"] = self.sections_of(request)
        return context

    def sections_of(self, request: HttpRequest) -> list[dict[str, str]]:
        """The menu. `current` is "page" for the section's own page, "true" for what lies below it: the nearest alone."""
        offered = [
            (label, reverse(name)) for label, name, permission in self.sections if request.user.has_perm(permission)
        ]
        nearest = max((address for _, address in offered if request.path.startswith(address)), key=len, default="")
        standing = "page" if request.path == nearest else "true"
        return [
            {"label": label, "address": address, "current": standing if address == nearest else ""}
            for label, address in offered
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        panels = [panel for gather in self.panels for panel in gather(request)]
        return super().index(request, {"panels": panels} | (extra_context or {}))

    def guide_part(self, request: HttpRequest) -> str:
        """Where the guide speaks of this page: what the longest fitting beginning of its name says."""
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        fitting = [start for start in self.guide_parts if name.startswith(start)]
        return self.guide_parts[max(fitting, key=len)] if fitting else ""

    def guide_view(self, request: HttpRequest) -> HttpResponse:
        """How the work is done here, for staff."""
        told = {
            "title": "Hướng dẫn cho cán bộ",
            "idle_minutes": settings.SESSION_IDLE // timedelta(minutes=1),
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
            "tries": settings.AXES_FAILURE_LIMIT,
            "lock_minutes": settings.AXES_COOLOFF_TIME // timedelta(minutes=1),
        }
        return TemplateResponse(request, "admin/guide.html", {**self.each_context(request), **self.guide_facts, **told})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        for model in (model for app in apps for model in app["models"]):
            model["name"] = getattr(self._registry[model["model"]], "list_name", "") or model["name"]
        for app in apps:
            app["models"].sort(key=lambda model: list_key(str(model["name"])))
        return apps

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.get_app_list(request, app_label):
            raise Http404
        return super().app_index(request, app_label, extra_context)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """A search is short; a page number that is none is no page."""
        if len(request.GET.get("term", "")) > 200:
            raise PermissionDenied
        return StaffAutocomplete.as_view(admin_site=self)(request)

    @method_decorator(never_cache)
    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With our own words beside Django's, which lack many."""
        return JavaScriptCatalog.as_view()(request)

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(way_on(request))
        return own.SignInView.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return own.password_view(request)

    def get_urls(self) -> list[Any]:
        view = self.admin_view
        kept = (url for url in super().get_urls() if getattr(url, "name", None) not in NOT_OURS)
        return [
            path("huong-dan/", view(self.guide_view), name="guide"),
            path("tai-khoan/", view(own.own_account), name="own_account"),
            path("tai-khoan/can-cuoc/", view(own.identity_view), name="own_identity"),
            path("tai-khoan/dang-nhap/", view(own.sign_ins_view), name="own_sign_ins"),
            path("tai-khoan/nhap-ma/", view(own.second_factor_view), name="second_factor"),
            path("tai-khoan/lop-thu-hai/", view(own.second_factor_setup), name="second_factor_setup"),
            path("tai-khoan/lop-thu-hai/tat/", view(own.second_factor_off), name="second_factor_off"),
            path("tai-khoan/ma-du-phong/", view(own.backup_codes), name="backup_codes"),
            *kept,
        ]
