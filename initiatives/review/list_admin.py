"""The inbox as a list: its columns, its order, its filters and its search."""

import copy
from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR, ChangeList
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from initiatives.models import Initiative, Status
from initiatives.review import branches, counts, filters, search
from initiatives.review.badges import badge
from initiatives.review.saved_filters_admin import SavedFiltersAdmin
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import CappedPaginator, account_of, is_key
from portal.vietnamese import days
from portal.vietnamese.formats import whole

MOST_NARROWED_COUNTED = 500
# Of what is narrowed further nobody knows how much passes; of what targets count, nearly all.
SHARE_NARROWED = 0.1
SHARE_REACHED = 0.9
# What finds its few rows by an index of its own.
FOUND_ALONE = {each.parameter_name for each in (filters.ResentFilter, filters.MeaningFilter, filters.AlikeFilter)}
# Columns of the list that may order it, and what an index keeps in order for each.
SORTED_BY = {"sender": "name_key", "received": "submitted_at", "benefit": "benefit_value"}
MAY_BE_NULL = {"benefit_value"}
# What a list is counted by without being read: the number beside its status.
COUNTED_BY = {"campaign", "unit", "status", filters.UnitFilter.find_parameter, ORDER_VAR, PAGE_VAR}


class InboxPaginator(CappedPaginator):
    known: counts.Counted | None = None

    @cached_property
    def _counted(self) -> int:
        if self.known:
            return self.known.number + self.known.is_capped
        return branches.counted(cast(QuerySet, self.object_list), most=self._cap + 1)


class InboxList(ChangeList):
    """By one column at a time, and only by those that an index keeps in order: anything else sorts millions for a page."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.asked = request
        super().__init__(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str] | None = None) -> QuerySet:
        """Of the branch and unit looked at, read in the way that fills this page sooner."""
        self.root_queryset = branches.visible_to(
            account_of(request), within=filters.unit_of(request), campaign=filters.campaign_of(request)
        )
        rows = super().get_queryset(request, exclude_parameters)
        held, share = self.model_admin.held(request)
        return branches.suited(branches.knowing(rows, held=held, share=share), first=self.page_num * self.list_per_page)

    def get_results(self, request: HttpRequest) -> None:
        """First which rows, from an index alone; then these: whatever is passed by is not read."""
        super().get_results(request)
        if filters.asks_rows_alone(request) or filters.is_uncounted(request):
            return
        found = (
            self.result_list if self.multi_page and not self.show_all else self.result_list[: self.list_max_show_all]
        )
        keys = list(found.values_list("pk", flat=True))
        rows = self.queryset.model.objects.select_related(*self.list_select_related).in_bulk(keys)
        self.result_list = [rows[key] for key in keys if key in rows]

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[str | OrderBy]:
        column, descends = self._asked()
        if column is None:
            return list(self.model_admin.get_ordering(request))
        # Who named no value comes last, whichever way.
        by = F(column).desc(nulls_last=True) if descends else F(column).asc(nulls_last=True)
        plain = f"-{column}" if descends else column
        return [by if column in MAY_BE_NULL else plain, "-pk" if descends else "pk"]

    def get_ordering_field_columns(self) -> dict[int, str]:
        """The place of the one column, and which way."""
        column, descends = self._asked()
        if column is None:
            first = self.model_admin.get_ordering(self.asked)[0]
            column, descends = first.removeprefix("-"), first.startswith("-")
        place = next(place for place, name in enumerate(self.list_display) if SORTED_BY.get(name) == column)
        return {place: "desc" if descends else "asc"}

    def _asked(self) -> tuple[str | None, bool]:
        """The column to sort by, and whether backwards; None where nothing was asked that can be."""
        first = str(self.params.get(ORDER_VAR, "")).split(".")[0]
        number = first.removeprefix("-")
        if not is_key(number) or int(number) >= len(self.list_display):
            return None, False
        return SORTED_BY.get(self.list_display[int(number)]), first.startswith("-")


class ListAdmin(SavedFiltersAdmin):
    list_display = ("shown_code", "title", "sender", "place", "shown_status", "received", "benefit")
    list_display_links = ("title",)
    sortable_by = tuple(SORTED_BY)
    list_filter = (
        filters.StatusFilter,
        filters.ResentFilter,
        filters.CampaignFilter,
        filters.PhaseFilter,
        filters.UnitFilter,
        filters.AttachedFilter,
        filters.CategoryFilter,
        filters.FieldFilter,
        filters.EnteredFilter,
        filters.ReachedFilter,
        filters.MeaningFilter,
        filters.AlikeFilter,
    )
    list_select_related = ("unit",)
    paginator = InboxPaginator
    search_fields = ("search_text",)
    search_help_text = (
        "Họ tên, tên sáng kiến, mã biên nhận hoặc số điện thoại (cả số, hoặc 6 số cuối); có dấu hay không dấu đều được."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An initiative is made by a submission only (`lifecycle.receive`)."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return InboxList

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """What waits longest comes first; everything else newest first."""
        asked = request.GET.get(filters.StatusFilter.parameter_name)
        waits = asked == Status.SUBMITTED or (not asked and not filters.is_search(request))
        return ("submitted_at", "id") if waits else ("-submitted_at", "-id")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.filter(self.search_of(request, search_term).condition), False

    def get_paginator(self, request: HttpRequest, queryset: QuerySet, *args: Any, **kwargs: Any) -> InboxPaginator:
        """Counts as little as it must: nothing at all where the number stands beside the status already."""
        paginator: InboxPaginator = super().get_paginator(request, queryset, *args, **kwargs)
        counted, status = filters.counted_by_status(request), filters.status_of(request)
        known = counts.total(counted) if status == filters.EVERY else counted[status]
        if filters.is_uncounted(request):
            paginator.known = counts.Counted(0)
        elif filters.is_search(request):
            paginator.most_counted = self.search_of(request, request.GET[SEARCH_VAR]).most_counted
        elif set(request.GET) <= COUNTED_BY:
            paginator.known = known
        elif known.is_capped:
            paginator.most_counted = MOST_NARROWED_COUNTED
        return paginator

    def held(self, request: HttpRequest) -> tuple[int, float | None]:
        """How much the branch, unit, campaign and status looked at hold, and the share of it that passes what else is asked."""
        status = filters.status_of(request)
        if filters.asks_rows_alone(request) or filters.is_uncounted(request):
            top = filters.unit_of(request) or account_of(request).unit
            known = counts.held(
                top, campaign=filters.campaign_of(request), status="" if status == filters.EVERY else status
            )
        else:
            counted = filters.counted_by_status(request)
            known = counts.total(counted).held if status == filters.EVERY else counted[status].held
        if FOUND_ALONE & set(request.GET):
            return known, None
        if filters.is_search(request):
            return known, self.search_of(request, request.GET[SEARCH_VAR]).share
        narrowing = set(request.GET) - COUNTED_BY
        if narrowing == {filters.ReachedFilter.parameter_name}:
            return known, SHARE_REACHED
        return known, SHARE_NARROWED if narrowing else 1.0

    def search_of(self, request: HttpRequest, typed: str) -> search.Search:
        within = filters.unit_of(request) or account_of(request).unit
        return filters.once(request, f"search {typed}", lambda asked: search.read(typed, within=within))

    def chosen_rows(self, request: HttpRequest, query: str) -> QuerySet:
        """The rows of the list with the address `query`: its filters, search and order, within the branch."""
        asked = copy.copy(request)
        known = self.known_parameters(request)
        asked.GET = QueryDict(mutable=True)
        for name, values in QueryDict(query).lists():
            if name in known - {PAGE_VAR}:
                asked.GET.setlist(name, values)
        # Only the rows are wanted: no page of them, and no number beside each status.
        asked.__dict__["inbox_asked"] = {"counted": dict.fromkeys(Status.values, counts.Counted(0)), "rows alone": True}
        return self.get_changelist_instance(asked).queryset

    @admin.display(description="mã biên nhận")
    def shown_code(self, initiative: Initiative) -> str:
        return shown(initiative.receipt_code)

    @admin.display(description="người nộp", ordering="name_key")
    def sender(self, initiative: Initiative) -> str:
        return initiative.full_name

    @admin.display(description="đơn vị")
    def place(self, initiative: Initiative) -> str:
        return str(initiative.unit)

    @admin.display(description="trạng thái")
    def shown_status(self, initiative: Initiative) -> SafeString:
        return badge(initiative)

    @admin.display(description="nhận lúc", ordering="submitted_at")
    def received(self, initiative: Initiative) -> str:
        return days.moment(initiative.submitted_at)

    @admin.display(description="làm lợi (đồng)", ordering="benefit_value", empty_value="")
    def benefit(self, initiative: Initiative) -> str:
        return whole(initiative.benefit_value) if initiative.benefit_value is not None else ""
