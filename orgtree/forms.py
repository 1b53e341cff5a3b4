"""What a search for units may ask. The names are those of the address: `?q=`, `?thuoc=`, `?chuong-trinh=`, `?ngay=`."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from orgtree.models.unit import CODE
from portal.vietnamese.fields import DayField, LineField

MAX_TYPED = 100


class UnitSearchForm(forms.Form):
    q = LineField(
        label="Tên đơn vị",
        help_text="Có dấu hay không dấu đều được, ví dụ: dong ha, LĐLĐ TP HCM.",
        required=False,
        limit=MAX_TYPED,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    thuoc = LineField(
        label="Mã đơn vị",
        required=False,
        limit=200,
        validators=[RegexValidator(rf"\A{CODE}\Z", message="Mã đơn vị không đúng.")],
        widget=forms.HiddenInput,
    )
    ngay = DayField(label="Ngày", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chuong-trinh"] = LineField(
            label="Địa chỉ của đợt",
            required=False,
            limit=60,
            validators=[RegexValidator(r"\A[a-z0-9-]+\Z", message="Địa chỉ của đợt sáng kiến không đúng.")],
            widget=forms.HiddenInput,
        )
