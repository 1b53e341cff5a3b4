"""Forms about accounts below: a new one, the change of one, handing one over, letting somebody in again."""

from typing import Any

from django import forms

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.staff.rights import refuses_role, roles_given_by
from portal.vietnamese import fields, phones
from portal.vietnamese.refusals import Refused


class AccountForm(forms.ModelForm):
    """`by` is who fills it in; the admin sets it on a subclass made for the request. A password is never typed here."""

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


class HandOverForm(AccountForm):
    """Who takes over; unit and role stay."""

    full_name = fields.NameField(label="Họ và tên người mới", limit=120)
    phone = fields.LineField(label="Điện thoại", limit=30, required=False)

    class Meta(AccountForm.Meta):
        fields = ("full_name", "phone", "username")


class ResetForm(forms.Form):
    lost_phone = forms.BooleanField(
        label="Người dùng mất điện thoại: bỏ cả lớp bảo vệ thứ hai",
        required=False,
        help_text="Chỉ chọn khi bạn đã gọi và nhận ra đúng người. Ai giữ vai trò quản lý sẽ phải bật lại khi đăng nhập.",
    )

    def __init__(self, *args: Any, account: StaffAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not account.second_factor_since:
            del self.fields["lost_phone"]
