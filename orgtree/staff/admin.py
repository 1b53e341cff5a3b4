"""The accounts of staff in the admin: made, changed, closed and given a new password by the level above."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.scoped_admin import OneOf, account_of
from orgtree.staff import first_passwords
from orgtree.staff.forms import AccountForm, HandOverForm, ResetForm
from orgtree.staff.handing_over import AlreadyClosed, hand_over
from orgtree.staff.resetting import reset
from orgtree.staff.rights import may_manage
from orgtree.staff.sheets_admin import AccountsFromSheet
from orgtree.staff.slips import Slip, slips_page
from orgtree.units.queries import own_today


class RoleFilter(OneOf):
    title = "vai trò"
    parameter_name = "role"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return Role.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(role=value)


class ClosedFilter(OneOf):
    title = "tình trạng"
    parameter_name = "active"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("1", "Đang hoạt động"), ("0", "Đã đóng")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(is_active=value == "1")


@admin.register(StaffAccount)
class StaffAccountAdmin(AccountsFromSheet):
    list_display = ("username", "full_name", "unit", "role", "is_active", "last_login")
    list_filter = (RoleFilter, ClosedFilter)
    list_select_related = ("unit",)
    search_fields = ("username", "full_name")
    search_help_text = "Gõ tên đăng nhập hoặc họ tên, có dấu hay không dấu đều được."
    autocomplete_fields = ("unit",)
    ordering = ("username",)
    change_form_template = "admin/orgtree/staffaccount/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("unit")

    def has_change_permission(self, request: HttpRequest, obj: StaffAccount | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj == account_of(request) or may_manage(account_of(request), obj))

    def get_fields(self, request: HttpRequest, obj: StaffAccount | None = None) -> Sequence[str]:
        asked = ("username", "full_name", "phone", "unit", "role")
        if obj is None:
            return asked
        told = ("is_active", "handed_to", "second_factor_since", "last_login", "created_at")
        return (*asked, *(name for name in told if name != "handed_to" or obj.handed_to_id))

    def get_readonly_fields(self, request: HttpRequest, obj: StaffAccount | None = None) -> Sequence[str]:
        if obj is None:
            return ()
        always = ("username", "handed_to", "second_factor_since", "last_login", "created_at")
        if obj == account_of(request):
            # One's own phone too: it decides which initiatives are one's own.
            return (*always, "phone", "unit", "role", "is_active")
        return (*always, "is_active") if obj.handed_to_id else always

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = type("AccountFormOf", (AccountForm,), {"by": account_of(request)})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: StaffAccount, form: Any, change: bool) -> None:
        """Asked again of what the database holds, not of what the form made of it."""
        if change:
            stored = self.get_queryset(request).filter(pk=obj.pk).first()
            if stored is None or not (stored == account_of(request) or may_manage(account_of(request), stored)):
                raise PermissionDenied
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: StaffAccount, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The slip of the first password, whichever button was pressed: it is not shown again."""
        return slips_page(request, self, [Slip(obj, first_passwords.give(obj))])

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/mat-khau/", view(self.reset_view), name="orgtree_staffaccount_password"),
            path("<int:pk>/ban-giao/", view(self.hand_over_view), name="orgtree_staffaccount_hand_over"),
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        account = kwargs.get("obj")
        context["may_manage"] = account is not None and account.is_active and may_manage(account_of(request), account)
        return super().render_change_form(request, context, *args, **kwargs)

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Somebody cannot get in: a new first password on a slip, and without the second factor if the phone is lost."""
        account = self.managed(request, pk)
        if not account.is_active:
            return self.told_that_it_is_closed(request, account)
        form = ResetForm(request.POST if request.method == "POST" else None, account=account)
        if request.method == "POST" and form.is_valid():
            lost_phone = form.cleaned_data.get("lost_phone", False)
            password = reset(account, lost_phone=lost_phone)
            self.log_change(
                request,
                account,
                "Đặt lại mật khẩu, bỏ lớp bảo vệ thứ hai." if lost_phone else "Đặt lại mật khẩu.",
            )
            return slips_page(request, self, [Slip(account, password)])
        return self.page_about(account, request, "password.html", {"title": "Đặt lại mật khẩu", "form": form})

    def hand_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = self.managed(request, pk)
        form = HandOverForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                successor, password = hand_over(account, **form.cleaned_data)
            except AlreadyClosed:
                return self.told_that_it_is_closed(request, account)
            self.log_change(request, account, f"Bàn giao cho {successor} và đóng.")
            self.log_addition(request, successor, f"Nhận bàn giao từ {account}.")
            return slips_page(request, self, [Slip(successor, password)])
        if not account.is_active:
            return self.told_that_it_is_closed(request, account)
        context = {"title": "Bàn giao tài khoản", "form": form, "unit": own_today(account)}
        return self.page_about(account, request, "hand_over.html", context)

    def managed(self, request: HttpRequest, pk: int) -> StaffAccount:
        account = self.get_object(request, str(pk))
        if not may_manage(account_of(request), account):
            raise PermissionDenied
        return account

    def told_that_it_is_closed(self, request: HttpRequest, account: StaffAccount) -> HttpResponse:
        messages.warning(request, f"Tài khoản {account} đã đóng. Muốn dùng lại, hãy mở tài khoản trước.")
        return HttpResponseRedirect(reverse("admin:orgtree_staffaccount_change", args=[account.pk]))

    def page_about(
        self, account: StaffAccount, request: HttpRequest, name: str, context: dict[str, Any]
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "subtitle": str(account),
            "account": account,
            "opts": self.opts,
        }
        return TemplateResponse(request, f"admin/orgtree/staffaccount/{name}", shared | context)
