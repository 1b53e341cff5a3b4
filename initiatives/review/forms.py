"""What an officer fills in to decide: ready reasons to tick and reword, words of one's own, a day, a code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.utils import timezone

from initiatives.lifecycle import Reason
from initiatives.models import Campaign, Initiative, ReviewReason, Status
from initiatives.models.lists import MENDABLE
from initiatives.review.actions import Decision
from initiatives.submission.receipts import parse_code
from orgtree.models import StaffAccount
from portal.vietnamese.fields import DayField, LineField, TextField

DAYS_TO_CORRECT = 7
DUPLICATE = "duplicate"
OTHER = "other"
READY_WORDS_LIMIT = 300
OWN_WORDS_LIMIT = 500

# What a sender can correct, by the names of the form (`DESIGN.md` §4).
ABOUT = {"": "Cả bản sáng kiến", **dict(MENDABLE)}

# One sentence for every code outside the branch: it must not tell whether there is such an initiative.
ELSEWHERE = (
    "Trong phạm vi của bạn không có sáng kiến nào mang mã này. Nếu mã đúng, cặp này đã được chuyển lên công đoàn cấp trên "
    "chung để xem; sáng kiến chưa được quyết định."
)


class ApproveForm(forms.Form):
    def decision(self) -> Decision:
        return Decision(Status.VALID)


@dataclass(frozen=True)
class ReadyReason:
    """One line of the list: the box to tick, what it is about, and the words as they will be sent."""

    tick: BoundWidget
    text: str
    about: str
    words: BoundField
    is_suggested: bool

    @property
    def is_reworded(self) -> bool:
        return bool(self.words.errors) or self.words.value() not in {self.text, None}


@dataclass(frozen=True)
class OwnReason:
    words: BoundField
    about: BoundField | None

    @property
    def is_used(self) -> bool:
        return bool(self.words.value() or self.words.errors)


class ReasonsForm(forms.Form):
    """Ready sentences of the campaign, each to be reworded before it is sent, and words of one's own; at least one of them.

    `suggested` are the codes that the portal's hints speak for; `ticked` those that are ticked as the page opens, and
    `written` what then stands in the lines of one's own: a field and words about it.
    """

    use: str
    to: str
    own_lines = 1
    has_reasons = True  # `review/_fields.html` draws them as a list

    reason = forms.MultipleChoiceField(
        label="Lý do", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Lý do đã chọn không còn trong danh sách. Hãy chọn lại."},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        campaign: Campaign,
        at: datetime,
        suggested: Sequence[str] = (),
        ticked: Sequence[str] = (),
        written: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.campaign, self.today, self.suggested = campaign, timezone.localdate(at), suggested
        self.offered = {each.code: each for each in self.ready_reasons()}
        self.fields["reason"].choices = [(code, self.label_of(each)) for code, each in self.offered.items()]
        self.fields["reason"].initial = [code for code in ticked if code in self.offered]
        self.is_prefilled = bool(self.fields["reason"].initial or written)
        for code, each in self.offered.items():
            self.fields[words_of(code)] = LineField(
                label=f"Lời gửi đi: {each.text}",
                called="Lời gửi đi",
                limit=READY_WORDS_LIMIT,
                required=False,
                initial=each.text,
                widget=forms.Textarea(attrs={"rows": 2, "aria-label": f"Lời gửi đi thay cho: {each.text}"}),
            )
        for number in range(1, self.own_lines + 1):
            field, words = written[number - 1] if number <= len(written) else ("", "")
            label = "Lý do khác" if number == 1 else f"Lý do khác thứ {number}"
            self.fields[own_words(number)] = TextField(
                label=label,
                limit=OWN_WORDS_LIMIT,
                required=False,
                initial=words,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[own_field(number)] = forms.ChoiceField(
                label=f"{label} nói về", required=False, initial=field, choices=ABOUT.items()
            )

    def ready_reasons(self) -> list[ReviewReason]:
        return [each for each in self.campaign.review_reasons.all() if each.use == self.use]

    def label_of(self, reason: ReviewReason) -> str:
        return reason.text

    def about_of(self, reason: ReviewReason) -> str:
        return ABOUT.get(reason.field, "") if reason.field else ""

    # --- how it is drawn ----------------------------------------------------------------------------------------------

    def ready_rows(self) -> list[ReadyReason]:
        """What the portal suggests comes first."""
        rows = [
            ReadyReason(
                tick,
                each.text,
                self.about_of(each),
                self[words_of(each.code)],
                is_suggested=each.code in self.suggested,
            )
            for tick, each in zip(self["reason"].subwidgets, self.offered.values(), strict=True)
        ]
        return sorted(rows, key=lambda row: not row.is_suggested)

    def own_rows(self) -> list[OwnReason]:
        return [
            OwnReason(self[own_words(number)], self[own_field(number)] if own_field(number) in self.fields else None)
            for number in range(1, self.own_lines + 1)
        ]

    def uses_more(self) -> bool:
        """Whether more than the first line of one's own is filled in."""
        return any(own.is_used for own in self.own_rows()[1:])

    def other_fields(self) -> Iterator[BoundField]:
        reasons = {"reason", *map(words_of, self.offered)}
        reasons |= {name(number) for number in range(1, self.own_lines + 1) for name in (own_words, own_field)}
        return (field for field in self if field.name not in reasons)

    # --- what it says -------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ticked = self.cleaned_data.get("reason", [])
        for code in self.offered:
            if code not in ticked:  # whatever stands in its box is not sent
                self.errors.pop(words_of(code), None)
        own = [cleaned.get(own_words(number)) for number in range(1, self.own_lines + 1)]
        if not ticked and not any(own) and not self.errors:
            raise forms.ValidationError("Hãy chọn hoặc ghi ít nhất một lý do.")
        return cleaned

    def reasons(self) -> tuple[Reason, ...]:
        said = self.cleaned_data
        ready = [self.offered[code] for code in said["reason"]]
        given = [Reason(each.code, each.field, said.get(words_of(each.code)) or each.text) for each in ready]
        for number in range(1, self.own_lines + 1):
            if said.get(own_words(number)):
                given.append(Reason(OTHER, said.get(own_field(number), ""), said[own_words(number)]))
        return tuple(given)

    def decision(self) -> Decision:
        return Decision(self.to, self.reasons())


class ReturnForm(ReasonsForm):
    """All faults at once, each tied to its field."""

    use, to = ReviewReason.Use.RETURN, Status.RETURNED
    own_lines = 3

    due_on = DayField(label="Bổ sung đến hết ngày")

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
        del self.fields[own_field(1)]

    def ready_reasons(self) -> list[ReviewReason]:
        return [each for each in super().ready_reasons() if each.code != DUPLICATE]

    def about_of(self, reason: ReviewReason) -> str:
        return ""


class DeclineForm(DeclineManyForm):
    """For one initiative. `reported` is a code from outside the branch: the pair is then for the level above both."""

    duplicate_code = LineField(
        label="Mã biên nhận của sáng kiến đã nhận trước", limit=40, required=False, help_text="Chỉ ghi khi trùng lặp."
    )

    def __init__(self, *args: Any, initiative: Initiative, account: StaffAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initiative, self.account = initiative, account
        self.first: Initiative | None = None
        self.reported = ""

    def ready_reasons(self) -> list[ReviewReason]:
        return ReasonsForm.ready_reasons(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_duplicate, typed = DUPLICATE in cleaned.get("reason", ()), cleaned.get("duplicate_code", "")
        if is_duplicate and not typed and "duplicate_code" not in self.errors:
            self.add_error("duplicate_code", "Hãy ghi mã biên nhận của sáng kiến đã nhận trước.")
        elif is_duplicate and typed:
            self._find_first(typed)
        elif typed:
            self.add_error("duplicate_code", "Hãy chọn lý do trùng lặp, hoặc bỏ mã này.")
        return cleaned

    def _find_first(self, typed: str) -> None:
        code = parse_code(typed)
        if code is None:
            self.add_error("duplicate_code", "Mã này chưa đúng: mã biên nhận có 13 chữ số. Hãy xem lại trên biên nhận.")
            return
        seen = Initiative.objects.visible_to(self.account).filter(campaign=self.campaign)
        self.first = seen.filter(receipt_code=code).first()
        if self.first is None:
            self.reported = code
            self.add_error("duplicate_code", ELSEWHERE)
        elif self.first == self.initiative:
            self.add_error("duplicate_code", "Đây là mã của chính sáng kiến này.")
        elif self.first.duplicate_of_id is not None:
            self.add_error("duplicate_code", "Sáng kiến mang mã này cũng đã bị xác định là trùng lặp.")

    def decision(self) -> Decision:
        return Decision(self.to, self.reasons(), duplicate_of=self.first)


class ReopenForm(forms.Form):
    why = TextField(
        label="Vì sao mở lại",
        called="Lý do mở lại",
        limit=OWN_WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def decision(self) -> Decision:
        return Decision(Status.SUBMITTED, (Reason("reopened", "", self.cleaned_data["why"]),))


def words_of(code: str) -> str:
    """The name of the box with the words of a ready reason."""
    return f"text_{code}"


def own_words(number: int) -> str:
    return "own_words" if number == 1 else f"own_words_{number}"


def own_field(number: int) -> str:
    return "own_field" if number == 1 else f"own_field_{number}"
