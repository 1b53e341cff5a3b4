"""The page "Sức khỏe cổng", for administrators, and a sentence on their first page while something is not well."""

from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.models import Upkeep
from initiatives.watching import health
from initiatives.watching.lines import Line, Tone
from orgtree.scoped_admin import StaffAdmin, account_of
from orgtree.sites import Panel, Sentence

PAGE = "initiatives_upkeep_changelist"
LOOKS_AFTER = "initiatives.view_upkeep"
KNOWN, KNOWN_FOR = "health-troubles", 30  # seconds between two looks for the first page
MOST_NAMED = 3


@admin.register(Upkeep)
class UpkeepAdmin(StaffAdmin):
    """The list of what is done to keep the portal sound is the page of its health; its rows have no pages of their own."""

    list_name = "Sức khỏe cổng"

    def get_urls(self) -> list[Any]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name=PAGE)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        groups = health.groups(timezone.now)
        lines = [line for group in groups for line in group.lines]
        context = {
            **self.admin_site.each_context(request),
            "title": "Sức khỏe cổng",
            "opts": self.opts,
            "groups": groups,
            "broken": sum(line.tone is Tone.BROKEN for line in lines),
            "to_look_at": sum(line.tone is Tone.LOOK for line in lines),
            "asked_at": timezone.now(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "watching/health.html", context)


def health_panels(request: HttpRequest) -> list[Panel]:
    """Nothing while all is well, and for nobody but administrators."""
    if not account_of(request).has_perm(LOOKS_AFTER):
        return []
    found = troubles()
    if not found:
        return []
    named = ", ".join(line.label[0].lower() + line.label[1:] for line in found[:MOST_NAMED])
    more = f" và {len(found) - MOST_NAMED} mục nữa" if len(found) > MOST_NAMED else ""
    is_broken = any(line.tone is Tone.BROKEN for line in found)
    sentence = Sentence(f"Cần xem: {named}{more}.", reverse(f"admin:{PAGE}"), is_urgent=is_broken)
    return [Panel("Sức khỏe cổng", sentences=(sentence,))]


def troubles() -> list[Line]:
    """As they were half a minute ago at most."""
    found: list[Line] | None = cache.get(KNOWN)
    if found is None:
        found = health.troubles(timezone.now)
        cache.set(KNOWN, found, timeout=KNOWN_FOR)
    return found
