"""Forms about accounts: a new one with its first password, and the change of one."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.staff.rights import refuses_role, roles_given_by
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused


class AccountForm(forms.ModelForm):
    """`by` is who fills it in; the admin sets it on a subclass made for the request."""

    by: StaffAccount

    class Meta:
        model = StaffAccount
        fields = ("username", "full_name", "phone", "unit", "role", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            given = roles_given_by(self.by)
            self.fields["role"].choices = [choice for choice in Role.choices if choice[0] in given]
        if "unit" in self.fields:
            self.fields["unit"].required = True

    def clean_phone(self) -> str:
        """Kept as typed; it must be a number, for it decides whose own initiative an officer may not judge."""
        typed = self.cleaned_data["phone"]
        try:
            return phones.parse(typed).typed if typed else ""
        except Refused as refusal:
            raise forms.ValidationError(refusal.sentence) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "role" in cleaned:
            unit = cleaned.get("unit") or self.instance.unit
            refusal = refuses_role(cleaned["role"], unit, by=self.by)
            if refusal:
                self.add_error("role", refusal)
        return cleaned


class NewAccountForm(SetPasswordMixin, AccountForm):
    password1, password2 = SetPasswordMixin.create_password_fields(label1="Mật khẩu", label2="Nhập lại mật khẩu")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.validate_passwords()
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        self.validate_password_for_user(self.instance, "password1")

    def save(self, commit: bool = True) -> StaffAccount:
        self.instance.set_password(self.cleaned_data["password1"])
        return super().save(commit)
