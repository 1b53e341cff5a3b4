"""The staff's site: its name, what greets on its first page, and only the doors we use.

Areas above hand in what they want shown on the first page and what must be warned of on every page; this layer knows none
of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.i18n import JavaScriptCatalog

NOT_OURS = {"view_on_site"}  # leads from any number to "it exists" or "it does not", past every scope


@dataclass(frozen=True)
class Figure:
    """One number of the first page: what is counted, how many, and the list behind it."""

    label: str
    count: int
    address: str
    is_urgent: bool = False


@dataclass(frozen=True)
class Panel:
    """A group of figures on the first page."""

    title: str
    figures: tuple[Figure, ...]


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

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            context["site_warnings"] = [sentence for warn in self.warnings if (sentence := warn())]
            context["site_sections"] = [
                {"label": label, "name": name}
                for label, name, permission in self.sections
                if request.user.has_perm(permission)
            ]
        return context

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        panels = [panel for gather in self.panels for panel in gather(request)]
        return super().index(request, {"panels": panels} | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        for model in (model for app in apps for model in app["models"]):
            model["name"] = getattr(self._registry[model["model"]], "list_name", "") or model["name"]
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

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in NOT_OURS]
