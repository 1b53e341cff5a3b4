"""What each act on a unit asks. What may not be is for `orgtree.changes` to refuse; these say what is missing or unclear."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator

from orgtree import changes
from orgtree.models import Level, StaffAccount, Unit
from orgtree.models.unit import CODE, MIDDLE_LEVELS, TOP_LEVELS
from orgtree.scoped_admin import KeySelect
from orgtree.units.queries import labels
from orgtree.units.rights import levels_below
from orgtree.units.wording import KINDS, counted, shortened
from portal.vietnamese.fields import DayField, LineField

NAME = 200
SHORT_NAME_HELP = "Để trống thì cổng rút gọn từ tên đầy đủ, ví dụ LĐLĐ huyện Hướng Hóa, CĐCS Công ty Sông Hiếu."
DOCUMENT_HELP = "Số, ngày, nơi ban hành. Ví dụ: Quyết định 15/QĐ-LĐLĐ ngày 20/6/2025 của LĐLĐ tỉnh Quảng Trị."


def line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "vTextField"})


def day_line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "vDateField"})


class UnitField(forms.ModelChoiceField):
    """A unit of the branch, found by typing; one of another branch is refused as one that does not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Unit.objects.none(),
            widget=KeySelect(Unit._meta.get_field("successor"), admin.site),
            error_messages={"invalid_choice": "Hãy chọn một đơn vị trong danh sách.", "required": "Hãy chọn đơn vị."},
            **kwargs,
        )

    def label_from_instance(self, unit: Unit) -> str:
        return labels([unit])[unit.pk]


class ActForm(forms.Form):
    def __init__(self, *args: Any, unit: Unit, by: StaffAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.queryset = Unit.objects.visible_to(by)

    def offer(self, name: str, choices: Sequence[tuple[str, Any]], *, otherwise: str = "") -> None:
        """What a field offers, after `otherwise` for none of it; a field without anything to offer is left out."""
        if not choices:
            del self.fields[name]
            return
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = [("", otherwise), *choices] if otherwise else list(choices)

    def clean(self) -> dict[str, Any]:
        """A short name that was left empty is made from the whole one."""
        asked = super().clean() or {}
        if asked.get("name") and not asked.get("short_name") and "short_name" not in self.errors:
            asked["short_name"] = shortened(asked["name"])
        return asked


class OrderedForm(ActForm):
    """An act that somebody ordered for a day."""

    day = DayField(label="Từ ngày", widget=day_line(), required_message="Hãy nhập ngày có hiệu lực.")
    document = LineField(label="Văn bản", limit=NAME, widget=line(), help_text=DOCUMENT_HELP)

    @property
    def ends_along(self) -> frozenset[str]:
        """The levels below whose units end with this one."""
        return frozenset(self.cleaned_data.get("ending", ()))


class EndingForm(OrderedForm):
    """An act that ends the unit, and with it what is told to end below it."""

    ending = forms.MultipleChoiceField(
        label="Kết thúc cùng ngày, không có đơn vị kế thừa",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Công đoàn cơ sở của các đơn vị được chọn chuyển thẳng về đơn vị nhận.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.below = changes.consequences(self.unit).moving
        upper = [level for level in MIDDLE_LEVELS if self.below.get(level)]
        self.offer("ending", [(level.value, counted({level: self.below[level]})) for level in upper])


class AddForm(ActForm):
    level = forms.ChoiceField(label="Cấp", error_messages={"required": "Hãy chọn cấp."})
    kind = forms.ChoiceField(label="Loại hình", required=False)
    name = LineField(label="Tên đầy đủ", limit=NAME, widget=line())
    short_name = LineField(label="Tên thường gọi", limit=NAME, required=False, widget=line(), help_text=SHORT_NAME_HELP)
    day = DayField(
        label="Thành lập ngày", required=False, widget=day_line(), help_text="Để trống nếu đơn vị có từ trước."
    )
    document = LineField(label="Văn bản thành lập", limit=NAME, required=False, widget=line(), help_text=DOCUMENT_HELP)
    code = LineField(
        label="Mã đơn vị",
        limit=NAME,
        required=False,
        widget=line(),
        validators=[RegexValidator(rf"\A{CODE}\Z", message="Mã chỉ gồm chữ thường không dấu, số, dấu - và dấu /.")],
        help_text="Để trống thì cổng tự đặt. Mã đã đặt thì không đổi được, vì áp phích và mã QR in theo mã này.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = levels_below(self.unit)
        self.offer("level", [(level.value, level.label) for level in levels], otherwise="Hãy chọn")
        kinds = [(level.label, list(KINDS[level].items())) for level in levels if level in KINDS]
        self.offer("kind", kinds, otherwise="Không ghi")

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if asked.get("kind") and asked.get("level") and asked["kind"] not in KINDS.get(asked["level"], {}):
            self.add_error("kind", "Loại hình này không thuộc cấp đã chọn.")
        return asked


class RenameForm(OrderedForm):
    name = LineField(label="Tên mới, đầy đủ", limit=NAME, widget=line(), required_message="Hãy nhập tên mới.")
    short_name = LineField(
        label="Tên thường gọi mới", limit=NAME, required=False, widget=line(), help_text=SHORT_NAME_HELP
    )
    kind = forms.ChoiceField(label="Loại hình mới", required=False)
    field_order = ("name", "short_name", "kind", "day", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", list(KINDS.get(self.unit.level, {}).items()), otherwise="Giữ nguyên")


class MoveForm(OrderedForm):
    to = UnitField(label="Chuyển về", help_text="Đơn vị cấp trên mới, trong phạm vi của bạn.")
    level = forms.ChoiceField(label="Cấp sau khi chuyển", required=False)
    name = LineField(
        label="Tên đầy đủ sau khi chuyển",
        limit=NAME,
        required=False,
        widget=line(),
        help_text="Để trống nếu giữ tên cũ.",
    )
    short_name = LineField(label="Tên thường gọi sau khi chuyển", limit=NAME, required=False, widget=line())
    field_order = ("to", "level", "name", "short_name", "day", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upper = () if self.unit.level == Level.GRASSROOTS else (*TOP_LEVELS, *MIDDLE_LEVELS)
        others = [(level.value, level.label) for level in upper if level != self.unit.level]
        self.offer("level", others, otherwise="Giữ nguyên")


class MergeForm(EndingForm):
    into = UnitField(
        label="Sáp nhập vào đơn vị đã có",
        required=False,
        help_text="Chọn đơn vị nhận ở đây, hoặc ghi tên đơn vị mới ở ô dưới.",
    )
    name = LineField(
        label="Hoặc vào đơn vị mới, tên đầy đủ",
        called="Tên đơn vị mới",
        limit=NAME,
        required=False,
        widget=line(),
        help_text="Đơn vị mới được lập cùng ngày, cùng cấp trên. Các đơn vị khác nhập về đó thì chọn ở ô trên.",
    )
    short_name = LineField(
        label="Tên thường gọi của đơn vị mới", limit=NAME, required=False, widget=line(), help_text=SHORT_NAME_HELP
    )
    field_order = ("into", "name", "short_name", "ending", "day", "document")

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if "into" in self.errors or "name" in self.errors:
            return asked
        if asked.get("into") and asked.get("name"):
            self.add_error("name", "Chỉ chọn một: đơn vị đã có, hoặc tên đơn vị mới.")
        elif not asked.get("into") and not asked.get("name"):
            self.add_error("into", "Hãy chọn đơn vị nhận, hoặc ghi tên đơn vị mới.")
        return asked


class CloseForm(EndingForm):
    children_to = UnitField(label="Các đơn vị bên dưới chuyển về", required=False)
    field_order = ("day", "document", "ending", "children_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].help_text = "Ngày đầu tiên không còn đơn vị. Ví dụ 1/7/2025 là hoạt động đến hết 30/6/2025."
        if not self.below:
            del self.fields["children_to"]


class CallForm(ActForm):
    alias = LineField(
        label="Cách gọi khác",
        limit=NAME,
        widget=line(),
        help_text="Tên người lao động hay gõ, ví dụ LĐLĐ TP HCM. Chỉ để tìm cho dễ; tên của đơn vị không đổi.",
    )
