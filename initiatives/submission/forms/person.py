"""Step 1: who you are and where you work. A unit that is not found stops nobody."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from initiatives.models import CategoryScheme, ChoiceList
from initiatives.submission.forms.step import OneOf, StepForm
from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.offered import Offered
from portal.vietnamese import fields
from portal.vietnamese.text import ascii_digits, single_line

OLDEST = 1920
YOUNGEST_AGE = 14
NO_UNIT = "Không rõ, hoặc không có"
NEVER_KEPT_ON_A_PHONE = ("national_id", "phone", "email", "consent", "publish_consent")


class TopUnit(forms.CharField):
    """Asked of everybody, yet a name typed in `unit_name` will do: the form judges the three unit answers together."""

    def validate(self, value: Any) -> None:
        pass


class PersonForm(StepForm):
    """Step 1: who you are and where you work. `units` are those that may be chosen, `offered` the same as they are listed."""

    full_name = fields.NameField(label="Họ và tên")
    phone = fields.PhoneField(label="Số điện thoại", help_text="Dùng để tra cứu kết quả. Ví dụ 0912\u00a0345\u00a0678.")
    national_id = fields.IdentityField(
        label="Số căn cước công dân (CCCD) hoặc CMND", help_text="Được mã hóa khi lưu. Không gửi ảnh chụp thẻ."
    )
    birth_year = forms.CharField(
        label="Năm sinh",
        required=False,
        help_text="Ví dụ 1988.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-year", "class": "short"}),
    )
    position = fields.LineField(
        label="Chức vụ, công việc", limit=120, required=False, help_text="Ví dụ: công nhân may, tổ trưởng."
    )
    email = fields.EmailField(label="Thư điện tử", required=False)
    top_unit = TopUnit(
        label="Tỉnh, thành phố hoặc công đoàn ngành trung ương",
        widget=forms.Select,
        help_text="Nơi công đoàn của bạn trực thuộc.",
    )
    unit = forms.CharField(
        label="Đơn vị trực thuộc",
        required=False,
        widget=forms.Select,
        help_text="Công đoàn cấp trên của nơi bạn làm việc. Không rõ thì để trống.",
    )
    unit_name = fields.LineField(
        label="Không thấy đơn vị của tôi",
        called="Tên công đoàn",
        limit=200,
        required=False,
        help_text="Ghi tên công đoàn của bạn ở đây; cán bộ sẽ gắn giúp.",
    )
    workplace = fields.LineField(
        label="Nơi làm việc", limit=200, help_text="Tên công ty, trường học, bệnh viện, cơ quan."
    )
    bloc = OneOf(label="Sáng kiến thuộc khối nào?", ask="Hãy chọn khối.")
    target_group = OneOf(label="Bạn thuộc đối tượng nào?", ask="Hãy chọn đối tượng của bạn.")
    consent = forms.BooleanField(
        label="Tôi đã đọc thông báo và đồng ý để công đoàn xử lý dữ liệu cá nhân của tôi cho chương trình này.",
        error_messages={"required": "Hãy đánh dấu đồng ý thì công đoàn mới được nhận sáng kiến của bạn."},
    )
    publish_consent = forms.BooleanField(
        label="Tôi đồng ý để công đoàn công bố tên tôi và sáng kiến nếu được biểu dương.", required=False
    )

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        units: UnitQuerySet,
        offered: Offered | None = None,
        unit_hint: Unit | None = None,
        **kwargs: Any,
    ) -> None:
        self.units = units
        self.offered = offered or Offered(units)
        self.unit_hint = unit_hint
        super().__init__(data, **kwargs)

    def build(self) -> None:
        campaign = self.campaign
        for name in NEVER_KEPT_ON_A_PHONE:
            self.fields[name].widget.attrs["data-private"] = True
        self.ask("national_id", campaign.asks_national_id)
        category = "bloc" if campaign.category_scheme == CategoryScheme.BLOC else "target_group"
        del self.fields["target_group" if category == "bloc" else "bloc"]
        self.fields[category].choices = self.options(ChoiceList(category))  # type: ignore[attr-defined]
        self.offer_units()

    def offer_units(self) -> None:
        self.fields["top_unit"].widget.choices = lambda: self._top_options
        self.fields["unit"].widget.choices = lambda: self._unit_options
        self.fields["unit"].widget.attrs["data-none"] = NO_UNIT
        if self.unit_hint is not None and not self.is_bound:
            self.initial["top_unit"] = self._top_code_of(self.unit_hint)
            self.initial["unit"] = "" if self.unit_hint.is_top else self.unit_hint.code

    @cached_property
    def chosen_top(self) -> str:
        """The code of the top unit typed, or of the one the typed unit stands in; "" where there is none."""
        code = self._typed("top_unit")
        if self.offered.top_at(code) is not None:
            return code
        unit = self.picked
        return self._top_code_of(unit) if unit else ""

    @cached_property
    def picked(self) -> Unit | None:
        """The unit whose code stands in `unit`; None when nothing or nothing of the campaign's structure. The confederation
        itself is not offered: it receives those who found no unit."""
        unit = self._named.get(self._typed("unit"))
        return unit if unit is not None and unit.depth > 1 else None

    @property
    def picked_top(self) -> Unit | None:
        """The province or sector whose code stands in `top_unit`, in the campaign's structure."""
        top = self._named.get(self._typed("top_unit"))
        return top if top is not None and top.is_top else None

    @cached_property
    def _named(self) -> dict[str, Unit]:
        """The units of both answers, in one statement."""
        codes = [code for code in (self._typed("unit"), self._typed("top_unit")) if _is_code(code)]
        return self.offered.named(codes[0], codes[-1]) if codes else {}

    def clean_birth_year(self) -> int | None:
        typed = ascii_digits(single_line(self.cleaned_data["birth_year"] or ""))
        if not typed:
            return None
        latest = self.today.year - YOUNGEST_AGE
        if not re.fullmatch(r"[0-9]{4}", typed) or not OLDEST <= int(typed) <= latest:
            raise ValidationError(f"Năm sinh gồm bốn chữ số, từ {OLDEST} đến {latest}.")
        return int(typed)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["attached_unit"] = self.attached_unit()
        return self.cleaned_data

    def attached_unit(self) -> Unit | None:
        """The deepest unit that was picked; the top unit where the worker did not find an own; never a wall."""
        top_code, unit_code = self._typed("top_unit"), self._typed("unit")
        top = self.picked_top
        if top_code and top is None:
            self.add_error("top_unit", "Không có đơn vị này trong danh sách. Hãy chọn lại.")
        if unit_code and self.picked is None:
            self.add_error("unit", "Không có đơn vị này trong danh sách. Hãy chọn lại, hoặc để trống.")
        elif self.picked is not None and top is not None and not self.picked.is_at_or_below(top):
            self.add_error("unit", f"{self.picked} không trực thuộc {top}. Hãy chọn lại, hoặc để trống.")
        if self.picked is not None:
            return self.picked
        if top is not None:
            return top
        if self.cleaned_data.get("unit_name"):
            return self.units.filter(depth=1).first()
        if not top_code and not unit_code:
            self.add_error("top_unit", "Hãy chọn tỉnh, thành phố hoặc công đoàn ngành của bạn.")
        return None

    @cached_property
    def _top_options(self) -> list[Any]:
        return [
            ("", "Chọn…"),
            ("Tỉnh, thành phố", self.offered.provinces),
            ("Công đoàn ngành trung ương", self.offered.sectors),
        ]

    @cached_property
    def _unit_options(self) -> list[tuple[str, str]]:
        """Asked for twice by a widget: the count of its options and the options."""
        code = self.chosen_top or self.initial.get("top_unit", "")
        if not code:
            return [("", "Hãy chọn tỉnh hoặc ngành trước")]
        top = self.offered.top_at(code)
        below = self.offered.below(top) if top is not None else []
        listed = [(each.code, each.name if each.depth == 3 else f"– {each.name}") for each in below]
        chosen = self.picked or (self.unit_hint if not self.is_bound else None)
        if chosen is not None and not chosen.is_top and all(each != chosen.code for each, _ in listed):
            listed.append((chosen.code, chosen.short_name))
        return [("", NO_UNIT), *listed]

    def _top_code_of(self, unit: Unit) -> str:
        top = self.offered.top_over(unit)
        return top.code if top is not None else ""


def _is_code(typed: str) -> bool:
    return re.fullmatch(r"[a-z0-9/-]{1,200}", typed) is not None
