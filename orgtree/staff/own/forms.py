"""Forms about one's own account."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.contrib.auth.forms import SetPasswordMixin
from django.http import HttpRequest

from orgtree.scoped_admin import account_of
from portal.vietnamese import fields as typed


class SignInForm(AdminAuthenticationForm):
    """Django's. A name that is longer than any account's is nobody's: it is not written down as a try either, for which the
    database would have no room."""

    def clean(self) -> dict[str, Any]:
        if len(self.cleaned_data.get("username") or "") > (self.username_field.max_length or 0):
            raise self.get_invalid_login_error()
        return super().clean()


class OwnForm(forms.Form):
    """Filled in by whoever `request` comes from."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request


class OwnPasswordForm(OwnForm):
    """Asks for the password once more. Wrong ones count as at the door: after five, nobody guesses on for a while."""

    password = forms.CharField(
        label="Mật khẩu đang dùng",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Hãy nhập mật khẩu đang dùng."},
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if authenticate(self.request, username=self.request.user.get_username(), password=password) is None:
            raise forms.ValidationError("Mật khẩu đang dùng chưa đúng.")
        return password


class CodeForm(OwnForm):
    code = typed.LineField(
        label="Mã 6 số",
        limit=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class RenewalForm(CodeForm, OwnPasswordForm):
    """Another phone in place of the one there is."""

    field_order = ("code", "password")


class IdentityForm(OwnPasswordForm):
    """The number of one's identity card: kept as a hash, to know one's own initiatives by."""

    number = typed.IdentityField(label="Số CMND/CCCD của tôi")
    field_order = ("number", "password")


class ChosenPasswordForm(SetPasswordMixin, OwnForm):
    """The first password of one's own, in place of the one on the slip."""

    new_password1, new_password2 = SetPasswordMixin.create_password_fields(
        label1="Mật khẩu mới", label2="Nhập lại mật khẩu mới"
    )

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        account = account_of(self.request)
        if account.must_change_password and account.check_password(password):
            raise forms.ValidationError("Hãy chọn mật khẩu khác mật khẩu trên phiếu.")
        return password

    def clean(self) -> dict[str, Any]:
        self.validate_passwords("new_password1", "new_password2")
        self.validate_password_for_user(self.request.user, "new_password1")
        return super().clean() or self.cleaned_data


class ChangedPasswordForm(OwnPasswordForm, ChosenPasswordForm):
    field_order = ("password", "new_password1", "new_password2")
