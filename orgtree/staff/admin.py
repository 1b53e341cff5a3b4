"""The accounts of staff in the admin: made, changed, closed and given a new password by the level above."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_post_parameters

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of
from orgtree.staff.forms import AccountForm, NewAccountForm
from orgtree.staff.rights import may_manage


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
class StaffAccountAdmin(ScopedAdmin):
    list_display = ("username", "full_name", "unit", "role", "is_active", "last_login")
    list_filter = (RoleFilter, ClosedFilter)
    list_select_related = ("unit",)
    search_fields = ("username", "full_name")
    search_help_text = "Gõ tên đăng nhập hoặc họ tên."
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
        return (*asked, "is_active", "last_login", "created_at") if obj else (*asked, "password1", "password2")

    def get_readonly_fields(self, request: HttpRequest, obj: StaffAccount | None = None) -> Sequence[str]:
        if obj is None:
            return ()
        always = ("username", "last_login", "created_at")
        # One's own phone too: it decides which initiatives are one's own.
        return (*always, "phone", "unit", "role", "is_active") if obj == account_of(request) else always

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = type("AccountFormOf", (AccountForm if obj else NewAccountForm,), {"by": account_of(request)})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: StaffAccount, form: Any, change: bool) -> None:
        """Asked again of what the database holds, not of what the form made of it."""
        if change:
            stored = self.get_queryset(request).filter(pk=obj.pk).first()
            if stored is None or not (stored == account_of(request) or may_manage(account_of(request), stored)):
                raise PermissionDenied
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[Any]:
        own = path(
            "<int:pk>/mat-khau/",
            self.admin_site.admin_view(sensitive_post_parameters()(self.password_view)),
            name="orgtree_staffaccount_password",
        )
        return [own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        account = kwargs.get("obj")
        context["may_reset_password"] = account is not None and may_manage(account_of(request), account)
        return super().render_change_form(request, context, *args, **kwargs)

    def password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new password from the level above; whoever forgot theirs hears it by phone and changes it."""
        account = self.get_object(request, str(pk))
        if not may_manage(account_of(request), account):
            raise PermissionDenied
        form = SetPasswordForm(account, request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.save()
            self.log_change(request, account, "Đặt lại mật khẩu.")
            messages.success(
                request, f"Đã đặt mật khẩu mới cho {account}. Các phiên đang mở của tài khoản này đã thoát."
            )
            return HttpResponseRedirect(reverse("admin:orgtree_staffaccount_change", args=[account.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Đặt lại mật khẩu",
            "subtitle": str(account),
            "form": form,
            "account": account,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/orgtree/staffaccount/password.html", context)
