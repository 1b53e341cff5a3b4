"""Who looked at identity numbers, took copies and tables away: for managers, of their own branch; nothing here is written."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from initiatives.models import PersonalDataView
from initiatives.personal_data.processing_admin import ProcessingRecord
from initiatives.submission.receipts import shown
from orgtree.models import StaffAccount
from orgtree.scoped_admin import OneOf, account_of
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.formats import whole

SPANS = {"1": "Hôm nay", "7": "7 ngày qua", "30": "30 ngày qua", "365": "Một năm qua"}
MOST_ACCOUNTS = 60
BY_COMMAND = "Lệnh chạy trên máy chủ"


class WhatFilter(OneOf):
    title = "việc"
    parameter_name = "what"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return PersonalDataView.What.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(what=value)


class DaysFilter(OneOf):
    title = "ngày"
    parameter_name = "days"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return SPANS.items()

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        midnight = timezone.now().astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(at__gte=midnight - timedelta(days=int(value) - 1))


class AccountFilter(OneOf):
    """Those who looked, whoever did so last first."""

    title = "người xem"
    parameter_name = "account"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        seen = PersonalDataView.objects.visible_to(account_of(request)).exclude(account=None).order_by()
        last_first = seen.values_list("account").annotate(last=Max("at")).order_by("-last", "account")
        keys = [key for key, _ in last_first[: MOST_ACCOUNTS + 1]]
        if len(keys) > MOST_ACCOUNTS:
            self.left_out = f"Chỉ hiện {MOST_ACCOUNTS} người xem gần đây nhất. Người khác: hãy gõ tên vào ô Tìm."
        accounts = StaffAccount.objects.select_related("unit").in_bulk(keys[:MOST_ACCOUNTS])
        borne = Counter(each.get_full_name() for each in accounts.values())
        return [(str(key), _told_apart(accounts[key], borne)) for key in keys[:MOST_ACCOUNTS]]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(account=value)


def _told_apart(account: StaffAccount, borne: Counter[str]) -> str:
    name = account.get_full_name()
    return name if borne[name] == 1 else f"{name} ({account.unit or account.username})"


@admin.register(PersonalDataView)
class LooksAdmin(ProcessingRecord):
    list_name = "Ai đã xem dữ liệu cá nhân"
    change_list_template = "personal_data/looks.html"
    list_display = ("when", "who", "shown_what", "of", "number", "why")
    list_display_links = ("when",)
    list_filter = (WhatFilter, DaysFilter, AccountFilter)
    list_select_related = ("account__unit", "initiative", "unit")
    search_fields = ("account__full_name", "account__username")
    search_help_text = "Gõ tên hoặc tên đăng nhập của người xem, có dấu hay không dấu đều được."
    fields = ("when", "who", "shown_what", "of", "number", "why")
    readonly_fields = fields
    sortable_by = ()
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        told = {"title": "Một lượt xem dữ liệu cá nhân", **(extra_context or {})}
        return super().change_view(request, object_id, form_url, told)

    @admin.display(description="lúc")
    def when(self, look: PersonalDataView) -> str:
        return days.moment(look.at)

    @admin.display(description="người xem")
    def who(self, look: PersonalDataView) -> str:
        return f"{look.account.get_full_name()} ({look.account.unit})" if look.account else BY_COMMAND

    @admin.display(description="việc")
    def shown_what(self, look: PersonalDataView) -> str:
        return look.get_what_display()

    @admin.display(description="của")
    def of(self, look: PersonalDataView) -> str:
        of_unit = str(look.unit or "")
        return f"{shown(look.initiative.receipt_code)}, {of_unit}" if look.initiative else of_unit

    @admin.display(description="số sáng kiến")
    def number(self, look: PersonalDataView) -> str:
        return whole(look.rows)
