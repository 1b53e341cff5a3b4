"""Milestones in the admin: which ones are awaited is the administrators' to say; what was announced stays."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from initiatives.campaigns.admin import CampaignFilter
from initiatives.models import Milestone
from initiatives.progress.milestones import beside_plan
from orgtree.scoped_admin import StaffAdmin, is_key
from portal.vietnamese import days
from portal.vietnamese.formats import NOTHING, whole

MOST = 100_000_000  # as many as there are people


class MilestoneForm(forms.ModelForm):
    def clean_number(self) -> int:
        number = self.cleaned_data["number"]
        if not 1 <= number <= MOST:
            raise forms.ValidationError(f"Hãy ghi số thứ tự từ 1 đến {whole(MOST)}.")
        return number


@admin.register(Milestone)
class MilestoneAdmin(StaffAdmin):
    form = MilestoneForm
    may_be_deleted = True
    list_display = ("shown_number", "campaign", "plan_ends_on", "reached", "beside_plan", "unit")
    list_filter = (CampaignFilter,)
    list_select_related = ("campaign", "initiative__unit")
    ordering = ("-campaign", "number")
    fields = ("campaign", "number", "plan_ends_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("campaign", "initiative__unit")

    def get_fields(self, request: HttpRequest, obj: Milestone | None = None) -> Sequence[str]:
        if obj is None or obj.announced_at is None:
            return self.fields
        return ("campaign", "shown_number", "plan_ends_on", "reached", "beside_plan", "unit", "receipt", "announced")

    def get_readonly_fields(self, request: HttpRequest, obj: Milestone | None = None) -> Sequence[str]:
        return () if obj is None or obj.announced_at is None else self.get_fields(request, obj)

    # --- what was announced stays -------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Milestone | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.announced_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: Milestone | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.announced_at is None)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            _hold(request, object_id)
            return super().changeform_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            _hold(request, object_id)
            return super().delete_view(request, object_id, *args, **kwargs)

    # --- the list -----------------------------------------------------------------------------------------------------------

    @admin.display(description="sáng kiến thứ", ordering="number")
    def shown_number(self, row: Milestone) -> str:
        return whole(row.number)

    @admin.display(description="đến lúc", ordering="reached_at")
    def reached(self, row: Milestone) -> str:
        return days.moment(row.reached_at) if row.reached_at else "Chưa đến"

    @admin.display(description="so với kế hoạch")
    def beside_plan(self, row: Milestone) -> str:
        return (row.reached_at and beside_plan(row.reached_at, row.plan_ends_on)) or NOTHING

    @admin.display(description="đơn vị")
    def unit(self, row: Milestone) -> str:
        return str(row.initiative.unit) if row.initiative else NOTHING

    @admin.display(description="mã biên nhận")
    def receipt(self, row: Milestone) -> str:
        return row.initiative.receipt_code if row.initiative else NOTHING

    @admin.display(description="công bố lúc")
    def announced(self, row: Milestone) -> str:
        return days.moment(row.announced_at) if row.announced_at else NOTHING


def _hold(request: HttpRequest, object_id: str | None) -> None:
    """Whoever announces it waits until this is saved, or this sees what was announced: nothing is written over."""
    if request.method == "POST" and object_id is not None and is_key(object_id):
        Milestone.objects.select_for_update().filter(pk=object_id).first()
