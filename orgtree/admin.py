"""The tree and its staff in the admin. Units are only read here: they change through time, not by a form."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers Group, which is taken out again below
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_post_parameters

from orgtree.account_forms import AccountForm, NewAccountForm
from orgtree.accounts import may_manage
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
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


# Rights come from the role (`roles.py`): no group of permissions may grow beside it.
admin.site.unregister(Group)
