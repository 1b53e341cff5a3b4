"""What is asked of a decision to commend."""

from collections.abc import Sequence
from typing import Any

from django import forms

from initiatives.models import Choice, Commendation, CommendationDecision, SelectionRound
from initiatives.nominations.commending import Line
from initiatives.review.search import LONGEST_SEARCH
from orgtree.models import Unit
from portal.vietnamese.fields import DayField, LineField, TextField
from portal.vietnamese.text import ascii_digits, single_line

LONGEST_NUMBER, LONGEST_FORM, LONGEST_REASON = 60, 120, 300
NUMBER_EXAMPLE = "Như ghi trên giấy, ví dụ 101/QĐ-LĐLĐ."
FORM_EXAMPLE = "Ví dụ: Bằng khen của Ban Chấp hành LĐLĐ tỉnh. Người nào khác thì ghi riêng ở danh sách."
MOST = 32_000  # of what a place may be


class RoundField(forms.ModelChoiceField):
    def label_from_instance(self, obj: SelectionRound) -> str:
        return f"{obj.name} ({obj.host})"


class DecisionForm(forms.ModelForm):
    """Recording one. The round, where there is one, is held by the deciding unit in the campaign."""

    class Meta:
        model = CommendationDecision
        fields = ("campaign", "unit", "round", "number", "decided_on", "form")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = NUMBER_EXAMPLE
        self.fields["form"].help_text = FORM_EXAMPLE
        self.fields["round"].help_text = "Nếu chọn từ kết quả một đợt xét chọn của đơn vị. Có thể để trống."
        self.fields["round"].empty_label = "Không theo đợt nào"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen: SelectionRound | None = cleaned.get("round")
        unit: Unit | None = cleaned.get("unit")
        if chosen is not None and unit is not None and not _decides_upon(chosen.host, unit):
            self.add_error("round", "Đợt này do đơn vị khác xét chọn. Hãy chọn đợt của đơn vị ra quyết định.")
        if chosen is not None and cleaned.get("campaign") is not None and chosen.campaign_id != cleaned["campaign"].pk:
            self.add_error("round", "Đợt này thuộc chương trình khác.")
        return cleaned


def _decides_upon(host: Unit, unit: Unit) -> bool:
    """The host itself, or what it is today: the decision may come after a merger."""
    return unit == host or unit.path == host.current_path


class CorrectionForm(forms.Form):
    """What stands on the paper, put right."""

    number = LineField(label="Số quyết định", limit=LONGEST_NUMBER, help_text=NUMBER_EXAMPLE)
    decided_on = DayField(label="Ngày quyết định", widget=forms.TextInput(attrs={"class": "vDateField"}))
    form = LineField(label="Hình thức biểu dương", limit=LONGEST_FORM, help_text=FORM_EXAMPLE)


class RecallForm(forms.Form):
    because = TextField(
        label="Lý do thu hồi công bố",
        limit=LONGEST_REASON,
        help_text="Lý do này hiện trong lịch sử của từng sáng kiến và ở trang tra cứu của người nộp.",
        widget=forms.Textarea(attrs={"rows": 3}),
        required_message="Hãy ghi lý do thu hồi công bố.",
    )


class LinesForm(forms.Form):
    """Place and form of each that is shown: `thu_tu-<pk>` and `hinh_thuc-<pk>`. What was shown comes back with them, so that only
    what was typed is written: whoever merely goes on from an old page undoes nobody's order."""

    def __init__(self, *args: Any, named: Sequence[Commendation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named = named
        for each in named:
            self.fields[f"thu_tu-{each.pk}"] = LineField(
                label="Thứ tự", limit=6, initial=str(each.number), show_hidden_initial=True
            )
            self.fields[f"hinh_thuc-{each.pk}"] = LineField(
                label="Hình thức biểu dương",
                limit=LONGEST_FORM,
                required=False,
                initial=each.form,
                show_hidden_initial=True,
            )

    def clean(self) -> dict[str, Any]:
        for each in self.named:
            name = f"thu_tu-{each.pk}"
            digits = ascii_digits(self.cleaned_data.get(name, ""))
            if name not in self.errors and not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= MOST):
                self.add_error(name, f"Thứ tự là số từ 1 đến {MOST}.")
            self.cleaned_data[name] = digits
        return self.cleaned_data

    def shown(self, name: str) -> str:
        """What stood in the field when the page was first opened."""
        return self.data.get(self.add_initial_prefix(name), self[name].initial)

    def lines(self) -> dict[int, Line]:
        """Of those where something was typed."""
        return {
            each.pk: Line(
                int(self.cleaned_data[f"thu_tu-{each.pk}"]), self.cleaned_data.get(f"hinh_thuc-{each.pk}", "")
            )
            for each in self.named
            if {f"thu_tu-{each.pk}", f"hinh_thuc-{each.pk}"} & set(self.changed_data)
        }


class FindForm(forms.Form):
    """What the list of those to choose from is narrowed by; what is unknown narrows nothing."""

    REACHED, ALL = "dot", "tat-ca"

    tim = forms.CharField(label="Tìm", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    linh_vuc = forms.ChoiceField(label="Lĩnh vực", required=False)

    def __init__(self, *args: Any, fields: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(each.code, each.label) for each in fields]
        self.fields["linh_vuc"].choices = [("", "Mọi lĩnh vực"), *offered]  # type: ignore[attr-defined]

    @property
    def typed(self) -> str:
        return single_line(self.data.get("tim", ""))[:LONGEST_SEARCH]

    @property
    def field(self) -> str:
        asked = self.data.get("linh_vuc", "")
        return asked if asked in dict(self.fields["linh_vuc"].choices) else ""  # type: ignore[attr-defined]
