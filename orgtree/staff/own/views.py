"""Pages of one's own account. The steps of signing in are among them; `gate.py` says which one comes next."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from orgtree.scoped_admin import account_of
from orgtree.staff import second_factor, sign_ins
from orgtree.staff.gate import ENDED, missing_step, way_on
from orgtree.staff.own.forms import (
    ChangedPasswordForm,
    ChosenPasswordForm,
    CodeForm,
    IdentityForm,
    OwnPasswordForm,
    RenewalForm,
    SignInForm,
)
from orgtree.staff.second_factor import CodeRefused
from portal import metrics, sealing
from portal.requests import arrival, client_address

SIGN_INS_SHOWN = 50


# --- signing in ------------------------------------------------------------------------------------------------------------


class SignInView(LoginView):
    """User name and password. Who has a second factor is in only after its code, and noted then."""

    template_name = "admin/login.html"
    authentication_form = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "title": "Đăng nhập",
            "app_path": self.request.get_full_path(),
            "has_ended": self.request.GET.get("tin") == ENDED,
        }
        return admin.site.each_context(self.request) | super().get_context_data(**kwargs) | own

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        self.request.session.flush()  # nothing of an earlier sign-in, its code and its hours, goes on in this one
        answer = super().form_valid(form)
        if not account_of(self.request).second_factor_since:
            note_sign_in(self.request)
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        metrics.refused("sign_in")
        return super().form_invalid(form)


def second_factor_view(request: HttpRequest) -> HttpResponse:
    """The code after the password."""
    account = account_of(request)
    if missing_step(request) != "admin:second_factor":
        return HttpResponseRedirect(way_on(request))
    form = CodeForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.check(account, form.cleaned_data["code"], at=arrival(request))
        except CodeRefused as refusal:
            metrics.refused("second_factor")
            form.add_error("code", refusal.sentence)
        else:
            request.session.cycle_key()
            second_factor.remember(request.session, account)
            note_sign_in(request)
            return HttpResponseRedirect(way_on(request))
    return page(request, "second_factor.html", {"title": "Nhập mã trên điện thoại", "form": form})


def note_sign_in(request: HttpRequest) -> None:
    agent = request.headers.get("User-Agent", "")
    sign_ins.record(account_of(request), at=arrival(request), address=client_address(request), agent=agent)


# --- the account -------------------------------------------------------------------------------------------------------------


def own_account(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    context = {
        "title": "Tài khoản của tôi",
        "account": account,
        "last": account.sign_ins.order_by("-at").first(),
        "backup_codes_left": second_factor.backup_codes_left(account) if account.second_factor_since else 0,
    }
    return page(request, "account.html", context)


def sign_ins_view(request: HttpRequest) -> HttpResponse:
    rows = account_of(request).sign_ins.order_by("-at")[:SIGN_INS_SHOWN]
    return page(request, "sign_ins.html", {"title": "Các lần đăng nhập của tôi", "rows": rows})


def identity_view(request: HttpRequest) -> HttpResponse:
    """Keeps the hash of one's identity number, or puts another in its place; the number itself is kept nowhere."""
    account = account_of(request)
    if account.is_demonstration:
        messages.warning(request, "Tài khoản thử nghiệm dùng chung nên không ghi số CMND/CCCD của ai.")
        return HttpResponseRedirect(reverse("admin:own_account"))
    form = IdentityForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        account.national_id_hash = sealing.lookup_hash("identity", form.cleaned_data["number"])
        account.save(update_fields=["national_id_hash"])
        messages.success(request, "Đã ghi số CMND/CCCD của bạn. Từ nay cổng không để bạn xét sáng kiến của chính mình.")
        return HttpResponseRedirect(reverse("admin:own_account"))
    title = "Đổi số CMND/CCCD đã ghi" if account.national_id_hash else "Ghi số CMND/CCCD của tôi"
    return page(request, "identity.html", {"title": title, "form": form})


def password_view(request: HttpRequest) -> HttpResponse:
    """Changes the password; at the first sign-in, and after a reset, without asking for the one just typed."""
    account = account_of(request)
    is_first = account.must_change_password
    form_class = ChosenPasswordForm if is_first else ChangedPasswordForm
    form = form_class(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        account.set_password(form.cleaned_data["new_password1"])
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        update_session_auth_hash(request, account)
        elsewhere = "" if is_first else " Các nơi khác đang mở tài khoản này đã thoát."
        messages.success(request, f"Mật khẩu mới đã được lưu.{elsewhere}")
        return HttpResponseRedirect(way_on(request) if is_first else reverse("admin:own_account"))
    title = "Đặt mật khẩu của bạn" if is_first else "Đổi mật khẩu"
    return page(request, "password.html", {"title": title, "form": form, "is_first": is_first})


# --- the second factor ---------------------------------------------------------------------------------------------------------


def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """Shows a key and asks for a code it makes; whoever has one already also gives the password."""
    account = account_of(request)
    if account.is_demonstration:
        messages.warning(request, "Tài khoản thử nghiệm dùng chung nên không bật được lớp bảo vệ thứ hai.")
        return HttpResponseRedirect(reverse("admin:own_account"))
    is_renewal = bool(account.second_factor_since)
    form = (RenewalForm if is_renewal else CodeForm)(request.POST or None, request=request)
    key = second_factor.key_in(request.POST.get("key", ""), account)
    if request.method == "POST" and form.is_valid():
        try:
            if not key:
                raise CodeRefused("Trang này đã mở quá lâu. Hãy quét mã mới dưới đây rồi gõ mã 6 số.")
            codes = second_factor.turn_on(account, key=key, code=form.cleaned_data["code"], at=arrival(request))
        except CodeRefused as refusal:
            form.add_error("code", refusal.sentence)
        else:
            second_factor.remember(request.session, account)
            return backup_codes_page(request, codes)
    key = key or second_factor.new_key()
    context = {
        "title": "Đổi sang điện thoại khác" if is_renewal else "Bật lớp bảo vệ thứ hai",
        "form": form,
        "is_renewal": is_renewal,
        "key": second_factor.offered(key, account),
        "typed_form": second_factor.typed_form(key),
        "drawing": second_factor.drawing(key, account),
    }
    return page(request, "second_factor_setup.html", context)


def second_factor_off(request: HttpRequest) -> HttpResponse:
    """For those who may do without; the others change their phone."""
    account = account_of(request)
    if account.needs_second_factor or not account.second_factor_since:
        return HttpResponseRedirect(reverse("admin:own_account"))
    form = OwnPasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        second_factor.take_off(account)
        messages.success(request, "Đã tắt lớp bảo vệ thứ hai. Từ nay bạn đăng nhập chỉ bằng mật khẩu.")
        return HttpResponseRedirect(reverse("admin:own_account"))
    return page(request, "second_factor_off.html", {"title": "Tắt lớp bảo vệ thứ hai", "form": form})


def backup_codes(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    if not account.second_factor_since:
        return HttpResponseRedirect(reverse("admin:own_account"))
    form = OwnPasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        return backup_codes_page(request, second_factor.new_backup_codes(account))
    return page(request, "backup_codes_again.html", {"title": "Mã dự phòng mới", "form": form})


def backup_codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return page(request, "backup_codes.html", {"title": "Mã dự phòng", "codes": codes})


# --- every page ----------------------------------------------------------------------------------------------------------------


def page(request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
    """Nothing else is offered while a step of signing in is missing."""
    shared = {
        **admin.site.each_context(request),
        "is_half_way": bool(missing_step(request)),
        "next": way_on(request),
        "next_name": REDIRECT_FIELD_NAME,
    }
    return TemplateResponse(request, f"admin/own/{name}", shared | context)
