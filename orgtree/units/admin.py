"""Units in the admin: the list, the page of one, and the acts on it."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode

from orgtree import search
from orgtree.changes import ChangeRefused, Order
from orgtree.models import Act, Level, Unit
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of
from orgtree.units import queries
from orgtree.units.grassroots_admin import GrassrootsImport
from orgtree.units.pages import PAGES, ActPage
from orgtree.units.rights import may_add_below

# Of what a search finds: nobody turns to the twentieth page of "công ty", and counting it is most of its cost.
MOST_FOUND_COUNTED = 1000
KEPT_FOR_THE_NEXT = ("level", "kind", "day", "document")


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


class BelongsFilter(OneOf):
    """The branches directly below one's own unit, without the grassroots unions: they have nothing below them."""

    title = "thuộc"
    parameter_name = "thuoc"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        own = account_of(request).unit
        below = Unit.objects.none() if own is None else queries.branches_of(own)
        self.branches = {unit.code: unit for unit in below}
        return [(unit.code, queries.label(unit)) for unit in self.branches.values()]

    def narrowed(self, queryset: Any, value: str) -> Any:
        return queryset.in_branch_of(self.branches[value])


class UnitList(ChangeList):
    """The rows of a page with the units above them, in one statement."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        for found in search.with_those_above(self.result_list):
            found.unit.line_up = found.line


@admin.register(Unit)
class UnitAdmin(GrassrootsImport, ScopedAdmin):
    list_display = ("name", "level", "belongs", "code", "standing")
    list_filter = (BelongsFilter, LevelFilter, StandingFilter)
    search_fields = ("search_text",)
    search_help_text = "Gõ tên đơn vị, có dấu hay không dấu đều được."
    change_list_template = "admin/orgtree/unit/change_list.html"
    change_form_template = "admin/orgtree/unit/change_form.html"
    fields = ()
    inlines: Sequence[Any] = ()
    # What the areas above say of a unit that ends: a sentence each, "" where there is nothing to say.
    also_foretold: tuple[Callable[[Unit], str], ...] = ()

    # --- what may be done -----------------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The tree changes by acts only, each a page of its own below."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.act_view)
        own = [
            path(f"<int:pk>/{page.segment}/", view, {"page": page}, name=f"orgtree_unit_{page.name}") for page in PAGES
        ]
        return [*own, *super().get_urls()]

    # --- the list -------------------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UnitList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if request.GET.get("field_name") == "successor":  # where another unit goes: no unit goes to one that ended
            queryset = queryset.filter(closed_on=None)
        if not search_term.strip():
            return queryset, False
        matched = search.matching(queryset, search_term[:200])
        request.__dict__["most_found"] = matched.most or MOST_FOUND_COUNTED
        return matched.rows, False

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        paginator = super().get_paginator(request, *args, **kwargs)
        paginator.most_counted = request.__dict__.get("most_found", paginator.most_counted)
        return paginator

    def choice_labels(self, rows: Sequence[Unit]) -> dict[int, str]:
        return queries.labels(rows)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        account = account_of(request)
        own = queries.own_today(account)
        context = {"own": own, "may_add": own is not None and may_add_below(account, own)}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description="thuộc", empty_value="")
    def belongs(self, unit: Unit) -> str:
        return unit.line_up

    @admin.display(description="tình trạng", ordering="closed_on", empty_value="")
    def standing(self, unit: Unit) -> str:
        return format_html('<span class="badge">{}</span>', queries.last_day(unit)) if unit.closed_on else ""

    # --- one unit -------------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        unit = self.get_object(request, object_id)
        account = account_of(request)
        visible = Unit.objects.visible_to(account)
        line = queries.line(unit)
        context = {
            "title": unit.name,
            "subtitle": None,
            "above": visible.ancestors_and_self(unit).exclude(pk=unit.pk),
            "facts": queries.facts(unit, aliases=[each.alias for each in unit.aliases.order_by("alias")]),
            "line": line,
            "past_names": queries.past_names(unit),
            "deeds": queries.deeds_upon(unit, before=[each for each, _ in line.before], seen_by=account),
            "standing": queries.children(unit, standing=True, among=visible),
            "ended": queries.children(unit, standing=False, among=visible),
            "offered": [
                (page.title, reverse(f"admin:orgtree_unit_{page.name}", args=[unit.pk]))
                for page in PAGES
                if page.allows(account, unit) and not page.refuses(unit)
            ],
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def act_view(self, request: HttpRequest, pk: int, page: ActPage) -> HttpResponse:
        """Asks, says what would happen, does it. A refusal comes back with everything that was typed."""
        unit = self.get_object(request, str(pk))
        account = account_of(request)
        if not page.allows(account, unit):
            raise PermissionDenied
        if request.method != "POST":
            refusal = page.refuses(unit)
            if refusal:
                messages.warning(request, refusal)
                return self.to_unit(unit)
            kept = {name: request.GET[name][:200] for name in KEPT_FOR_THE_NEXT if name in request.GET}
            return self.act_page(request, unit, page, page.form(initial=kept, unit=unit, by=account))
        form = page.form(request.POST, unit=unit, by=account)
        if not form.is_valid() or "edit" in request.POST:
            return self.act_page(request, unit, page, form)
        return self.carry_out(request, unit, page, form)

    def carry_out(self, request: HttpRequest, unit: Unit, page: ActPage, form: Any) -> HttpResponse:
        """What is grave is rehearsed first and taken back: what would be refused is refused before it is foretold."""
        asked, was = form.cleaned_data, copy.copy(unit)
        is_rehearsal = page.is_grave and "confirm" not in request.POST
        order = Order(
            day=asked.get("day"), document=asked.get("document", ""), by=account_of(request), at=timezone.now()
        )
        try:
            with transaction.atomic():
                shown = page.carry_out(unit, asked, order=order)
                transaction.set_rollback(is_rehearsal)
        except ChangeRefused as refusal:
            done = page.done(was, asked)
            if done is None:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                return self.act_page(request, unit, page, form)
            messages.info(request, "Việc này đã được ghi trước đó, cổng không ghi thêm lần nữa.")
            return self.to_unit(done)
        if is_rehearsal:
            foretold = [*page.foretold(was, form), *(told for tell in self.also_foretold if (told := tell(was)))]
            return self.act_page(request, was, page, form, foretold=foretold)
        sentence = page.told(was, shown, asked)
        if page.act == Act.ADDED:
            self.log_addition(request, shown, sentence)
        else:
            self.log_change(request, was, sentence)
        messages.success(request, sentence)
        if "another" in request.POST:
            kept = {name: request.POST[name] for name in KEPT_FOR_THE_NEXT if request.POST.get(name)}
            return HttpResponseRedirect(f"{request.path}?{urlencode(kept)}")
        return self.to_unit(shown)

    def act_page(
        self, request: HttpRequest, unit: Unit, page: ActPage, form: Any, *, foretold: Sequence[str] = ()
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": page.title,
            "opts": self.opts,
            "unit": unit,
            "page": page,
            "explanation": page.explains(unit),
            "form": form,
            "foretold": foretold,
            "media": form.media,
        }
        return TemplateResponse(request, "admin/orgtree/unit/act.html", context)

    def to_unit(self, unit: Unit) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:orgtree_unit_change", args=[unit.pk]))
