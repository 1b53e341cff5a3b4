"""Units in the admin."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from orgtree.models import Level, Unit
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of

CHILDREN_SHOWN = 200


class LevelFilter(OneOf):
    title = "cấp"
    parameter_name = "level"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return Level.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(level=value)


class StandingFilter(OneOf):
    title = "tình trạng"
    parameter_name = "standing"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("open", "Đang hoạt động"), ("closed", "Đã kết thúc")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(closed_on__isnull=value == "open")


@admin.register(Unit)
class UnitAdmin(ScopedAdmin):
    list_display = ("name", "level", "code", "closed_on")
    list_filter = (LevelFilter, StandingFilter)
    search_fields = ("search_text",)
    search_help_text = "Gõ tên đơn vị, có dấu hay không dấu đều được."
    change_form_template = "admin/orgtree/unit/change_form.html"
    fields = ("name", "short_name", "level", "code", "opened_on", "closed_on", "successor", "source")
    inlines: Sequence[Any] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (queryset.matching(search_term[:200]) if search_term.strip() else queryset), False

    def choice_labels(self, rows: Sequence[Unit]) -> dict[int, str]:
        """With the province or sector behind the name: every province has a "Công đoàn Viên chức"."""
        tops = {row.top_path for row in rows if row.depth > 2}
        names = {top.path: top.short_name for top in Unit.objects.filter(path__in=tops)} if tops else {}
        return {
            row.pk: f"{row.short_name} ({names[row.top_path]})" if row.depth > 2 else row.short_name for row in rows
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        unit = self.get_object(request, object_id)
        visible = Unit.objects.visible_to(account_of(request))
        children = list(visible.directly_below(unit)[: CHILDREN_SHOWN + 1])
        context = {
            "above": visible.ancestors_and_self(unit).exclude(pk=unit.pk),
            "children": children[:CHILDREN_SHOWN],
            "has_more_children": len(children) > CHILDREN_SHOWN,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))
