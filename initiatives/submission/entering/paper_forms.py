"""What the paper form asks: the questions of the sender's own two steps, in their order and their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Asked, Campaign, ConsentText
from initiatives.submission.forms import ContentForm, PersonForm
from orgtree.models import Unit
from portal.vietnamese import fields

# On paper a name that no list has is simply written; what is written by hand cannot be a link; ticks come at the end.
LEFT_OUT = {"unit_name", "link", "consent", "publish_consent", "declaration", "share", "recognised_author"}
SHORT = {
    "phone",
    "birth_year",
    "position",
    "email",
    "applied_on",
    "recognised_on",
    "benefit_value",
    "recognition_number",
}
WORDS = {
    "unit": ("Công đoàn cơ sở hoặc đơn vị trực thuộc", "Ghi tên công đoàn của bạn."),
    "phone": ("Số điện thoại", "Dùng để tra cứu kết quả. Không có thì để trống."),
    "national_id": ("Số căn cước công dân (CCCD) hoặc CMND", ""),
    "applied_on": ("Ngày bắt đầu áp dụng", "Lần đầu, kể cả áp dụng thử."),
    "recognised_on": ("Ngày được công nhận", "Ghi trên quyết định."),
    "description": (
        "Nội dung",
        "Trước đây làm thế nào, bạn đã thay đổi gì, kết quả ra sao. Thiếu chỗ thì viết tiếp ra tờ khác, kẹp cùng phiếu.",
    ),
    "benefit_value": ("Giá trị làm lợi trong một năm", "Số tiền, hoặc ghi “không tính được”."),
}
CO_AUTHORS_ON_PAPER = 3
PURPOSE = (
    "Công đoàn dùng thông tin này để nhận, xét và biểu dương sáng kiến. Cán bộ công đoàn nơi bạn làm việc và cấp trên xem "
    "được. Bạn có quyền xem, sửa, rút lại và yêu cầu xóa."
)


@dataclass(frozen=True)
class Question:
    """`boxes` is how many letters are written, each in a box; `lines` how many lines there are to write on."""

    name: str
    label: str
    hint: str = ""
    is_required: bool = True
    choices: tuple[str, ...] = ()
    boxes: tuple[int, ...] = ()
    lines: int = 1
    is_short: bool = False


@dataclass(frozen=True)
class Paper:
    campaign: str
    person: tuple[Question, ...]
    initiative: tuple[Question, ...]
    declarations: tuple[str, ...]
    consent: str
    publishing: str
    purpose: str
    notice: str
    track: str
    asks_documents: bool


def questions_of(campaign: Campaign, *, at: datetime) -> Paper:
    """Four statements, however much the campaign asks."""
    shared: dict[str, Any] = {
        "campaign": campaign,
        "choices": list(campaign.choices.all()),
        "today": timezone.localdate(at),
    }
    declarations = list(campaign.declarations.all())
    person = PersonForm(None, units=Unit.objects.none(), **shared)
    content = ContentForm(None, declarations=declarations, **shared)
    text = ConsentText.in_force(at)
    version = f" (phiên bản {text.version})" if text is not None else ""
    return Paper(
        campaign=campaign.name,
        person=_asked(person),
        initiative=_asked(content),
        declarations=tuple(each.text for each in declarations),
        consent=str(person.fields["consent"].label),
        publishing=str(person.fields["publish_consent"].label),
        purpose=PURPOSE,
        notice=f"Thông báo đầy đủ{version}: {settings.SITE_URL}{reverse('personal_data')}",
        track=f"{settings.SITE_URL}{reverse('track')}",
        asks_documents=campaign.asks_attachments != Asked.OFF,
    )


def _asked(form: forms.Form) -> tuple[Question, ...]:
    return tuple(_question(name, field) for name, field in form.fields.items() if name not in LEFT_OUT)


def _question(name: str, field: forms.Field) -> Question:
    label, hint = WORDS.get(name, (str(field.label), str(field.help_text or "")))
    choices: Sequence[Any] = ()
    if isinstance(field, forms.ChoiceField):
        choices = [text for code, text in field.choices if code]  # type: ignore[union-attr,misc]
    boxes: tuple[int, ...] = ()
    if isinstance(field, fields.DayField):
        boxes = (2, 2, 4)
    elif name == "national_id":
        boxes = (3, 1, 2, 6)
    elif name == "birth_year":
        boxes = (4,)
    return Question(
        name=name,
        label=label,
        hint=hint,
        is_required=field.required or name == "top_unit",
        choices=tuple(str(text) for text in choices),
        boxes=boxes,
        lines=LINES.get(name, 1),
        is_short=name in SHORT,
    )


LINES = {"title": 2, "description": 14, "effect": 3, "awards": 2}
