"""What an officer fills in to decide: ready reasons to tick, words of one's own, a day, a code."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from initiatives.lifecycle import Reason
from initiatives.models import Campaign, Initiative, ReviewReason, Status
from initiatives.models.lists import MENDABLE
from initiatives.review.actions import Decision
from initiatives.submission.receipts import parse_code
from portal.vietnamese.fields import DayField, LineField, TextField

DAYS_TO_CORRECT = 7
DUPLICATE = "duplicate"
OTHER = "other"
OWN_WORDS_LIMIT = 500

# What a sender can correct, by the names of the form (`DESIGN.md` §4).
ABOUT = {"": "Cả bản sáng kiến", **dict(MENDABLE)}


class ApproveForm(forms.Form):
    def decision(self) -> Decision:
        return Decision(Status.VALID)


class ReasonsForm(forms.Form):
    """Ready sentences of the campaign and words of one's own; at least one of them."""

    use: str
    to: str

    reason = forms.MultipleChoiceField(
        label="Lý do", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Lý do đã chọn không còn trong danh sách. Hãy chọn lại."},
    )  # fmt: skip
    own_words = TextField(
        label="Lý do khác", limit=OWN_WORDS_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    own_field = forms.ChoiceField(label="Lý do khác nói về", required=False, choices=ABOUT.items())

    def __init__(self, *args: Any, campaign: Campaign, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign, self.today = campaign, timezone.localdate(at)
        self.offered = {each.code: each for each in self.ready_reasons()}
        self.fields["reason"].choices = [(code, self.label_of(each)) for code, each in self.offered.items()]

    def ready_reasons(self) -> list[ReviewReason]:
        return list(self.campaign.review_reasons.filter(use=self.use))

    def label_of(self, reason: ReviewReason) -> str:
        about = ABOUT.get(reason.field, "") if reason.field else ""
        return f"{reason.text} ({about.lower()})" if about else reason.text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("reason") and not cleaned.get("own_words") and not self.errors:
            raise forms.ValidationError("Hãy chọn hoặc ghi ít nhất một lý do.")
        return cleaned

    def reasons(self) -> tuple[Reason, ...]:
        ready = [self.offered[code] for code in self.cleaned_data["reason"]]
        given = [Reason(each.code, each.field, each.text) for each in ready]
        if self.cleaned_data["own_words"]:
            given.append(Reason(OTHER, self.cleaned_data["own_field"], self.cleaned_data["own_words"]))
        return tuple(given)

    def decision(self) -> Decision:
        return Decision(self.to, self.reasons())


class ReturnForm(ReasonsForm):
    use, to = ReviewReason.Use.RETURN, Status.RETURNED

    due_on = DayField(label="Bổ sung đến hết ngày")
    field_order = ("reason", "own_words", "own_field", "due_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = self.today + timedelta(days=DAYS_TO_CORRECT)

    def clean_due_on(self) -> date:
        due_on = self.cleaned_data["due_on"]
        if due_on < self.today:
            raise forms.ValidationError("Ngày này đã qua. Hãy để người nộp có thời gian bổ sung.")
        return due_on

    def decision(self) -> Decision:
        return Decision(self.to, self.reasons(), due_on=self.cleaned_data["due_on"])


class DeclineManyForm(ReasonsForm):
    """Without duplicates: which one came first is said for each of them."""

    use, to = ReviewReason.Use.DECLINE, Status.INVALID

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is declined is not corrected: words of one's own need no field.
        del self.fields["own_field"]

    def ready_reasons(self) -> list[ReviewReason]:
        return [each for each in super().ready_reasons() if each.code != DUPLICATE]

    def label_of(self, reason: ReviewReason) -> str:
        return reason.text

    def clean(self) -> dict[str, Any]:
        return super().clean() | {"own_field": ""}


class DeclineForm(DeclineManyForm):
    duplicate_code = LineField(
        label="Mã biên nhận của sáng kiến đã nhận trước", limit=40, required=False, help_text="Chỉ ghi khi trùng lặp."
    )

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initiative = initiative
        self.first: Initiative | None = None

    def ready_reasons(self) -> list[ReviewReason]:
        return ReasonsForm.ready_reasons(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_duplicate, typed = DUPLICATE in cleaned.get("reason", ()), cleaned.get("duplicate_code", "")
        if is_duplicate and not typed:
            self.add_error("duplicate_code", "Hãy ghi mã biên nhận của sáng kiến đã nhận trước.")
        elif is_duplicate:
            self._find_first(typed)
        elif typed:
            self.add_error("duplicate_code", "Hãy chọn lý do trùng lặp, hoặc bỏ mã này.")
        return cleaned

    def _find_first(self, typed: str) -> None:
        code = parse_code(typed)
        self.first = self.campaign.initiatives.filter(receipt_code=code).first() if code else None
        if self.first is None:
            self.add_error("duplicate_code", "Không có sáng kiến nào mang mã này trong chương trình.")
        elif self.first == self.initiative:
            self.add_error("duplicate_code", "Đây là mã của chính sáng kiến này.")
        elif self.first.duplicate_of_id is not None:
            self.add_error("duplicate_code", "Sáng kiến mang mã này cũng đã bị xác định là trùng lặp.")

    def decision(self) -> Decision:
        return Decision(self.to, self.reasons(), duplicate_of=self.first)


class ReopenForm(forms.Form):
    why = TextField(label="Vì sao mở lại", limit=OWN_WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 2}))

    def decision(self) -> Decision:
        return Decision(Status.SUBMITTED, (Reason("reopened", "", self.cleaned_data["why"]),))
