"""What staff fill in to appraise a benefit: what was found, typed as workers type money, and on what ground."""

from collections.abc import Iterator
from typing import Any

from django import forms

from initiatives.lifecycle import Found
from initiatives.models import Finding, Initiative
from portal.vietnamese import money
from portal.vietnamese.fields import MoneyField, TextField

NOTE_LIMIT = 500
AS_DECLARED, ANOTHER = "declared", "amount"


class AppraiseForm(forms.Form):
    finding = forms.ChoiceField(
        label="Kết quả thẩm định",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Hãy chọn một kết quả thẩm định.",
            "invalid_choice": "Hãy chọn một kết quả trong danh sách.",
        },
    )
    amount = MoneyField(
        label="Số tiền đã thẩm định, cho một năm",
        required=False,
        help_text="Chỉ ghi khi chọn “Số khác”. Ví dụ 1.500.000, 200 triệu hoặc 1,5 tỷ.",
    )
    has_social_meaning = forms.BooleanField(label="Có ý nghĩa xã hội và cộng đồng sâu sắc", required=False)
    note = TextField(
        label="Căn cứ, ghi chú",
        limit=NOTE_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Phải ghi khi kết quả khác điều đã khai. Chỉ cán bộ đọc được; không ghi số điện thoại, số giấy tờ.",
    )

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initiative = initiative
        self.declared = _declared(initiative)
        self.fields["finding"].choices = list(self._findings())
        for name, value in self._begun():
            self.fields[name].initial = value

    def _findings(self) -> Iterator[tuple[str, str]]:
        if self.declared is not None:
            yield AS_DECLARED, f"Đúng như đã khai: {money.shown(self.declared.value)}"
        yield ANOTHER, "Số khác"
        if self.declared is None or self.declared.finding != Finding.NOT_MONEY:
            yield Finding.NOT_MONEY.value, Finding.NOT_MONEY.label
        yield Finding.NONE.value, Finding.NONE.label

    def _begun(self) -> Iterator[tuple[str, Any]]:
        """As it was appraised last."""
        now = self.initiative
        yield "has_social_meaning", now.has_social_meaning
        if not now.is_appraised:
            return
        if self.declared is not None and self.declared.value == now.appraised_value:
            yield "finding", AS_DECLARED
        elif now.appraised_value is None:
            yield "finding", Finding.NOT_MONEY.value
        else:
            yield "finding", ANOTHER
            yield "amount", now.appraised_value

    @property
    def may_confirm(self) -> bool:
        """Whether one tap says "as declared": there is something to confirm, and nobody has said it."""
        return self.declared is not None and not self.initiative.is_appraised

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        finding = cleaned.get("finding")
        if finding is None:
            return cleaned
        if finding == ANOTHER:
            self._judge_amount(cleaned.get("amount"))
        elif "amount" in self.changed_data and cleaned.get("amount"):
            self.add_error("amount", "Số tiền này chỉ đi với “Số khác”. Hãy chọn “Số khác”, hoặc xóa số tiền.")
        if self.errors:
            return cleaned
        found = self.found()
        if found.finding == Finding.NONE and not self.initiative.is_appraised:
            if found.has_social_meaning == self.initiative.has_social_meaning:
                raise forms.ValidationError("Chưa có gì để ghi. Hãy chọn kết quả khác, hoặc đổi dấu ý nghĩa xã hội.")
        elif found.finding != Finding.NONE and self._differs(found) and not found.note:
            self.add_error("note", "Kết quả khác điều đã khai. Hãy ghi căn cứ.")
        return cleaned

    def _judge_amount(self, amount: money.Money | None) -> None:
        if "amount" in self.errors:
            return
        if amount is None:
            self.add_error("amount", "Hãy ghi số tiền đã thẩm định.")
        elif amount.dong is None:
            self.add_error("amount", "Không tính được bằng tiền thì hãy chọn mục đó ở trên.")
        elif amount.dong > money.LARGEST_APPRAISED:
            largest = money.shown(money.LARGEST_APPRAISED)
            self.add_error("amount", f"Giá trị đã thẩm định tối đa {largest}. Hãy xem lại số chữ số 0.")

    def _differs(self, found: Found) -> bool:
        return self.declared is None or (self.declared.finding, self.declared.value) != (found.finding, found.value)

    def found(self) -> Found:
        said = self.cleaned_data
        finding, value = said["finding"], None
        if finding == AS_DECLARED and self.declared is not None:
            finding, value = self.declared.finding, self.declared.value
        elif finding == ANOTHER:
            finding, value = Finding.MONEY, said["amount"].dong
        return Found(Finding(finding), value, said["has_social_meaning"], said["note"])


def _declared(initiative: Initiative) -> Found | None:
    """What the sender declared, as a finding; None where nothing was, or more than may be confirmed."""
    if initiative.benefit_is_not_money:
        return Found(Finding.NOT_MONEY)
    value = initiative.benefit_value
    return Found(Finding.MONEY, value) if value is not None and 0 <= value <= money.LARGEST_APPRAISED else None
