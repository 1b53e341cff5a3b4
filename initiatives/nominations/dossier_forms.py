"""What is typed about a dossier, by its unit and by the unit that holds the round."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from initiatives.models import CameBy, Complaint, Dossier, DossierPart, Nomination
from portal.vietnamese.fields import DayField, LineField, TextField

BECAUSE_LIMIT = 300
REMARKS_LIMIT = 2000
RAISED_BY_LIMIT = 160

NO_COMPLAINTS = (
    "Đến lúc này không có khiếu nại về các sáng kiến trong danh sách và không có tranh chấp về quyền tác giả."
)
NOT_CONFIRMED = "Hãy xác nhận không có khiếu nại, không có tranh chấp. Nếu có, hãy ghi lại và giải quyết trước."
FILE_BESIDE_PAPER = (
    "Bạn đã chọn tệp nhưng bấm “Ghi có bản giấy”, nên chưa ghi gì. Muốn gửi tệp: chọn lại tệp rồi bấm “Tải lên”. "
    "Chỉ có bản giấy: bấm lại “Ghi có bản giấy”, không chọn tệp."
)
UNKNOWN_CHOICE = "Lựa chọn này không còn trong danh sách. Hãy chọn lại."


class WithdrawForm(forms.Form):
    because = LineField(
        label="Lý do rút",
        limit=BECAUSE_LIMIT,
        required_message="Hãy ghi lý do rút.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class PaperForm(forms.Form):
    """A paper of the dossier: its scan, or the note that it came on paper (`note=True`), for which no file is asked."""

    use_required_attribute = False  # the button beside it asks for no file

    part = forms.ChoiceField(
        label="Thành phần",
        error_messages={"required": "Hãy chọn thành phần hồ sơ.", "invalid_choice": UNKNOWN_CHOICE},
    )
    nomination = forms.TypedChoiceField(
        label="Của sáng kiến",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Phải chọn với quyết định công nhận.",
        error_messages={"invalid_choice": UNKNOWN_CHOICE},
    )
    file = forms.FileField(
        label="Tệp",
        help_text="PDF, ảnh, Word; bảng tổng hợp có thể là Excel. Mỗi tệp tối đa 10 MB.",
        error_messages={
            "required": "Hãy chọn tệp, hoặc bấm “Ghi có bản giấy”.",
            "empty": "Tệp này không có nội dung. Hãy chọn tệp khác.",
            "max_length": "Tên tệp dài quá.",
        },
    )

    def __init__(
        self, *args: Any, dossier: Dossier, nominations: Iterable[Nomination], note: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.note, self.by_key = note, {each.pk: each for each in nominations}
        offered = parts_of(dossier)
        nominees = [(str(each.pk), _nominee(each)) for each in self.by_key.values()]
        self.fields["part"].choices = offered  # type: ignore[attr-defined]
        self.fields["nomination"].choices = [("", "Cả hồ sơ"), *nominees]  # type: ignore[attr-defined]
        self.fields["file"].required = not note
        if DossierPart.RECOGNITION_DECISIONS not in dict(offered):
            del self.fields["nomination"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_decision = cleaned.get("part") == DossierPart.RECOGNITION_DECISIONS
        if is_decision and not cleaned.get("nomination") and "nomination" not in self.errors:
            self.add_error("nomination", "Hãy chọn sáng kiến mà quyết định này công nhận.")
        if self.note and cleaned.get("file"):
            self.add_error("file", FILE_BESIDE_PAPER)
        return cleaned

    def nominee(self) -> Nomination | None:
        return self.by_key.get(self.cleaned_data.get("nomination") or 0)


def _nominee(nomination: Nomination) -> str:
    place = f"Dự bị {nomination.rank}" if nomination.is_reserve else f"{nomination.rank}"
    return f"{place}. {nomination.initiative.title}"


def parts_of(dossier: Dossier) -> list[tuple[str, str]]:
    """What the round asks, and room for anything else."""
    asked = [part for part in DossierPart if part in dossier.round.dossier_items or part == DossierPart.OTHER]
    return [(part.value, part.label) for part in asked]


class NoComplaintsForm(forms.Form):
    """Asked by whoever seals, and again by whoever accepts (QT21, TH21, DB21)."""

    no_complaints = forms.BooleanField(label=NO_COMPLAINTS, required=False, error_messages={"required": NOT_CONFIRMED})

    def clean_no_complaints(self) -> bool:
        if not self.cleaned_data["no_complaints"]:
            raise forms.ValidationError(NOT_CONFIRMED)
        return True


class SendBackForm(forms.Form):
    remarks = TextField(
        label="Cần hoàn thiện những gì",
        called="Nội dung cần hoàn thiện",
        limit=REMARKS_LIMIT,
        required_message="Hãy ghi những gì đơn vị cần hoàn thiện.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ExtendForm(forms.Form):
    until = DayField(
        label="Gia hạn đến hết ngày", widget=forms.TextInput(attrs={"class": "vDateField", "inputmode": "numeric"})
    )
    because = LineField(
        label="Lý do gia hạn",
        limit=BECAUSE_LIMIT,
        required_message="Hãy ghi lý do gia hạn.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class CameOutsideForm(forms.Form):
    """A dossier that came on paper or by email: its day counts as its day of sending. What was noted can be taken back until it
    was sent; its day can be put right until it is accepted."""

    by_way = forms.ChoiceField(
        label="Gửi bằng", error_messages={"required": "Hãy chọn cách gửi.", "invalid_choice": UNKNOWN_CHOICE}
    )
    arrived_on = DayField(
        label="Đến ngày",
        required=False,
        error_messages={"required": "Hãy ghi ngày hồ sơ đến."},
        widget=forms.TextInput(attrs={"class": "vDateField", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, dossier: Dossier, today: date, **kwargs: Any) -> None:
        noted = {"by_way": dossier.came_by, "arrived_on": dossier.arrived_on} if dossier.arrived_on else {}
        super().__init__(*args, **({"initial": noted} | kwargs))
        self.today = today
        ways = [(way.value, way.label) for way in CameBy if way != CameBy.PORTAL]
        if noted and dossier.is_open:
            ways.append((CameBy.PORTAL.value, "Bỏ ghi nhận này: đơn vị gửi trên cổng"))
        else:
            self.fields["arrived_on"].required = True
        self.fields["by_way"].choices = ways  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("by_way") == CameBy.PORTAL:
            cleaned["arrived_on"] = None
        elif "arrived_on" not in self.errors:
            arrived_on = cleaned.get("arrived_on")
            if arrived_on is None:
                self.add_error("arrived_on", "Hãy ghi ngày hồ sơ đến.")
            elif arrived_on > self.today:
                self.add_error("arrived_on", "Ngày hồ sơ đến không được ở sau hôm nay.")
        return cleaned


class ComplaintForm(forms.Form):
    """Somebody complains of an initiative, or disputes who made it."""

    receipt_code = LineField(
        label="Mã biên nhận của sáng kiến",
        limit=40,
        required_message="Hãy ghi mã biên nhận của sáng kiến.",
        widget=forms.TextInput(attrs={"class": "vTextField", "inputmode": "numeric", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="Loại",
        choices=Complaint.Kind.choices,
        error_messages={"required": "Hãy chọn loại.", "invalid_choice": UNKNOWN_CHOICE},
    )
    raised_by = LineField(
        label="Người nêu",
        limit=RAISED_BY_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    raised_on = DayField(
        label="Ngày nêu", widget=forms.TextInput(attrs={"class": "vDateField", "inputmode": "numeric"})
    )
    text = TextField(
        label="Nội dung",
        limit=REMARKS_LIMIT,
        required_message="Hãy ghi nội dung khiếu nại, tranh chấp.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_raised_on(self) -> date:
        raised_on = self.cleaned_data["raised_on"]
        if raised_on > self.today:
            raise forms.ValidationError("Ngày nêu không được ở sau hôm nay.")
        return raised_on


class ResolveForm(forms.Form):
    resolution = TextField(
        label="Kết quả giải quyết",
        limit=REMARKS_LIMIT,
        required_message="Hãy ghi kết quả giải quyết.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
