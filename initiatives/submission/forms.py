"""The questions of the two steps: typed text to values, and an explanation for everything that is refused.

What a campaign does not ask is not in the form. No form saves anything.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from initiatives.lifecycle import Share
from initiatives.models import Asked, Campaign, CategoryScheme, Choice, ChoiceList, Declaration
from initiatives.submission import answers
from initiatives.submission.files.links import LinkRefused, parse_drive_link
from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet
from portal.vietnamese import fields, phones
from portal.vietnamese.names import list_key
from portal.vietnamese.text import ascii_digits, single_line

OLDEST = 1920
YOUNGEST_AGE = 14
MAX_UNITS_LISTED = 400
HUNDRED = Decimal(100)
NO_UNIT = "Không rõ, hoặc không có"


class StepForm(forms.Form):
    """A step of one campaign. `remarks` are what the union asked to be mended, by field name."""

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        campaign: Campaign,
        choices: Sequence[Choice],
        today: date,
        remarks: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.campaign = campaign
        self.choices = choices
        self.today = today
        self.build()
        for name, sentences in (remarks or {}).items():
            if name in self.fields:
                self.fields[name].remark = " ".join(sentences)  # type: ignore[attr-defined]

    def build(self) -> None:
        """Adjusts the fields to the campaign."""
        raise NotImplementedError

    def ask(self, name: str, asked: str) -> None:
        if asked == Asked.OFF:
            del self.fields[name]
        else:
            self.fields[name].required = asked == Asked.REQUIRED

    def hide_errors(self) -> None:
        """Shows what was typed without judging it: the step was only sent to get another question."""
        self._errors = ErrorDict()

    def options(self, which: ChoiceList) -> list[tuple[str, str]]:
        return [(choice.code, choice.label) for choice in self.choices if choice.list == which]


class OneOf(forms.ChoiceField):
    """One of a campaign's choices, as radio buttons; a code of another time gets a sentence."""

    def __init__(self, *, ask: str, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(
            error_messages={"required": ask, "invalid_choice": "Lựa chọn này không còn. Hãy chọn lại."}, **kwargs
        )


class Declared(forms.MultipleChoiceField):
    """The sentences that were ticked. Which ones are missing is for eligibility to say, each by its words."""

    def clean(self, value: Any) -> list[str]:
        known = {code for code, _ in self.choices}  # type: ignore[misc,union-attr]
        return [code for code in value or [] if code in known]


class TopUnit(forms.CharField):
    """Asked of everybody, yet a name typed in `unit_name` will do: the form judges the three unit answers together."""

    def validate(self, value: Any) -> None:
        pass


class PersonForm(StepForm):
    """Step 1: who you are and where you work."""

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
        self, data: Mapping[str, str] | None, *, units: UnitQuerySet, unit_hint: Unit | None = None, **kwargs: Any
    ) -> None:
        self.units = units
        self.unit_hint = unit_hint
        super().__init__(data, **kwargs)

    def build(self) -> None:
        campaign = self.campaign
        self.ask("national_id", campaign.asks_national_id)
        category = "bloc" if campaign.category_scheme == CategoryScheme.BLOC else "target_group"
        del self.fields["target_group" if category == "bloc" else "bloc"]
        self.fields[category].choices = self.options(ChoiceList(category))  # type: ignore[attr-defined]
        self.fields["top_unit"].widget.choices = lambda: self._top_options
        self.fields["unit"].widget.choices = lambda: self._unit_options
        self.fields["unit"].widget.attrs["data-none"] = NO_UNIT
        if self.unit_hint is not None and not self.is_bound:
            self.initial["top_unit"] = self._top_code_of(self.unit_hint)
            self.initial["unit"] = "" if self.unit_hint.is_top else self.unit_hint.code

    @cached_property
    def tops(self) -> list[tuple[str, str, str, str]]:
        """(code, short name, level, path) of every top unit, in the order of their names."""
        return sorted(
            self.units.top().values_list("code", "short_name", "level", "path"), key=lambda top: _plain_name(top[1])
        )

    @cached_property
    def chosen_top(self) -> str:
        """The code of the top unit typed, or of the one the typed unit stands in; "" where there is none."""
        code = self._typed("top_unit")
        if any(top[0] == code for top in self.tops):
            return code
        unit = self.picked
        return self._top_code_of(unit) if unit else ""

    @cached_property
    def picked(self) -> Unit | None:
        """The unit whose code stands in `unit`; None when nothing or nothing of the campaign's structure."""
        return self._named.get(self._typed("unit"))

    @property
    def picked_top(self) -> Unit | None:
        """The province or sector whose code stands in `top_unit`, in the campaign's structure."""
        top = self._named.get(self._typed("top_unit"))
        return top if top is not None and top.is_top else None

    @cached_property
    def _named(self) -> dict[str, Unit]:
        """The units of both answers, in one statement."""
        codes = {code for code in (self._typed("unit"), self._typed("top_unit")) if _is_code(code)}
        return {unit.code: unit for unit in self.units.filter(code__in=codes)} if codes else {}

    def clean_birth_year(self) -> int | None:
        typed = ascii_digits(single_line(self.cleaned_data["birth_year"] or ""))
        if not typed:
            return None
        latest = self.today.year - YOUNGEST_AGE
        if not re.fullmatch(r"[0-9]{4}", typed) or not OLDEST <= int(typed) <= latest:
            raise ValidationError(f"Năm sinh gồm bốn chữ số, từ {OLDEST} đến {latest}.")
        return int(typed)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["attached_unit"] = self._attached_unit()
        return self.cleaned_data

    def _attached_unit(self) -> Unit | None:
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
        provinces = [(code, name) for code, name, level, _ in self.tops if level == "province"]
        sectors = [(code, name) for code, name, level, _ in self.tops if level == "sector"]
        return [
            ("", "Chọn…"),
            ("Tỉnh, thành phố", provinces),
            ("Công đoàn ngành trung ương", sectors),
        ]

    @cached_property
    def _unit_options(self) -> list[tuple[str, str]]:
        """Asked for twice by a widget: the count of its options and the options."""
        code = self.chosen_top or self.initial.get("top_unit", "")
        if not code:
            return [("", "Hãy chọn tỉnh hoặc ngành trước")]
        path = next((top[3] for top in self.tops if top[0] == code), "")
        below = self.units.below(Unit(path=path, pk=0)).exclude(path=path)
        listed = [
            (each, name if depth == 3 else f"– {name}")
            for each, name, depth in below.values_list("code", "short_name", "depth")[:MAX_UNITS_LISTED]
        ]
        chosen = self.picked or (self.unit_hint if not self.is_bound else None)
        if chosen is not None and not chosen.is_top and all(each != chosen.code for each, _ in listed):
            listed.append((chosen.code, chosen.short_name))
        return [("", NO_UNIT), *listed]

    def _top_code_of(self, unit: Unit) -> str:
        return next((top[0] for top in self.tops if top[3] == unit.top_path), "")

    def _typed(self, name: str) -> str:
        return single_line(str(self.data.get(name) or "")) if self.is_bound else ""


class ContentForm(StepForm):
    """Step 2: the initiative, and who shares it."""

    title = fields.LineField(label="Tên sáng kiến", limit=250, help_text="Viết ngắn, nêu rõ làm gì, ở đâu.")
    field = OneOf(label="Lĩnh vực", ask="Hãy chọn lĩnh vực.", required=False)
    solution_kind = OneOf(label="Loại giải pháp", ask="Hãy chọn loại giải pháp.")
    applied_on = fields.DayField(
        label="Ngày bắt đầu áp dụng", help_text="Ngày áp dụng hoặc áp dụng thử lần đầu: ghi ngày/tháng/năm."
    )
    recognised_on = fields.DayField(
        label="Ngày được công nhận", help_text="Ngày ghi trên quyết định công nhận sáng kiến."
    )
    recognised_by = fields.LineField(
        label="Ai công nhận?",
        limit=200,
        help_text="Hội đồng sáng kiến hoặc thủ trưởng cơ quan, đơn vị, doanh nghiệp.",
        required_message="Hãy ghi ai đã công nhận sáng kiến.",
    )
    recognition_number = fields.LineField(label="Số quyết định công nhận", limit=60, required=False)
    description = fields.TextField(
        label="Nội dung",
        limit=2000,
        help_text="Trước đây làm thế nào, bạn đã thay đổi gì, kết quả ra sao. Có thể dán từ Word.",
        required_message="Hãy mô tả sáng kiến.",
    )
    effect = fields.TextField(
        label="Hiệu quả",
        limit=500,
        required=False,
        help_text="Năng suất, chi phí, an toàn, môi trường, đời sống.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    scope = fields.LineField(
        label="Phạm vi áp dụng", limit=300, required=False, help_text="Tổ, phân xưởng, toàn công ty…"
    )
    benefit_value = fields.MoneyField(
        label="Giá trị làm lợi trong một năm",
        required=False,
        help_text="Ví dụ 200 triệu, 1,5 tỷ. Hoặc ghi: không tính được bằng tiền.",
    )
    awards = fields.TextField(
        label="Danh hiệu, khen thưởng trong ba năm gần đây",
        limit=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    link = fields.LineField(
        label="Liên kết Google Drive",
        limit=500,
        required=False,
        help_text="Nếu tài liệu để trên Google Drive, hãy bật chia sẻ rồi dán liên kết vào đây.",
    )
    declaration = Declared(label="Cam kết của người nộp", widget=forms.CheckboxSelectMultiple)
    share = forms.CharField(
        label="Phần đóng góp của bạn (%)",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off"}),
    )
    recognised_author = forms.CharField(label="Tác giả được công nhận", required=False, widget=forms.RadioSelect)

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        declarations: Sequence[Declaration],
        more_authors: int = 0,
        **kwargs: Any,
    ) -> None:
        self.declarations = declarations
        self.more_authors = more_authors
        super().__init__(data, **kwargs)

    def build(self) -> None:
        campaign = self.campaign
        self.ask("field", campaign.asks_field)
        self.ask("solution_kind", campaign.asks_solution_kind)
        for name in ("recognised_on", "recognised_by"):
            self.ask(name, campaign.asks_recognition)
        if campaign.asks_recognition == Asked.OFF:
            del self.fields["recognition_number"]
        if campaign.asks_attachments == Asked.OFF:
            del self.fields["link"]
        description = self.fields["description"]
        description.limit = campaign.description_limit  # type: ignore[attr-defined]
        description.widget.attrs |= {"data-limit": str(campaign.description_limit), "rows": 12}
        for name, which in (("field", ChoiceList.FIELD), ("solution_kind", ChoiceList.SOLUTION_KIND)):
            if name in self.fields:
                self.fields[name].choices = self.options(which)  # type: ignore[attr-defined]
        declared = [(declaration.code, declaration.text) for declaration in self.declarations]
        if declared:
            self.fields["declaration"].choices = declared  # type: ignore[attr-defined]
        else:
            del self.fields["declaration"]
        self._build_co_authors()

    def _build_co_authors(self) -> None:
        rows = self._rows_typed()
        shown = min(max(rows, default=0) + self.more_authors, answers.CO_AUTHORS)
        for number in range(1, shown + 1):
            self.fields[f"co_authors-{number}-full_name"] = fields.NameField(
                label=f"Đồng tác giả {number}: họ và tên", required=False
            )
            self.fields[f"co_authors-{number}-share"] = forms.CharField(
                label=f"Đồng tác giả {number}: phần đóng góp (%)",
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off"}),
            )
        self.shown_co_authors = shown
        if not shown:
            del self.fields["share"]
            del self.fields["recognised_author"]
            return
        typed = [(str(n), self._typed(f"co_authors-{n}-full_name") or f"Đồng tác giả {n}") for n in range(1, shown + 1)]
        self.fields["recognised_author"].widget.choices = [("0", "Tôi, người nộp"), *typed]
        self.fields["recognised_author"].help_text = self._how_recognised()
        of_others = [name for name in self.fields if name.startswith("co_authors-")]
        for name in ("share", *of_others):
            self.fields[name].is_unmarked = True  # type: ignore[attr-defined]
        last = ["share", *of_others, "recognised_author", "declaration"]
        self.order_fields([name for name in self.fields if name not in last] + last)

    def _how_recognised(self) -> str:
        if self._is_research():
            return "Với đề tài nghiên cứu: chọn chủ nhiệm đề tài. Không chọn thì tính người đóng góp nhiều nhất."
        return "Là người đóng góp nhiều nhất. Chỉ cần chọn khi có nhiều người bằng nhau."

    def clean_link(self) -> str:
        typed = self.cleaned_data["link"]
        if not typed:
            return ""
        try:
            return parse_drive_link(typed)
        except LinkRefused as refusal:
            raise ValidationError(refusal.sentence) from None

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["co_authors"] = self._co_authors()
        self.cleaned_data.setdefault("sender_share", HUNDRED)
        return self.cleaned_data

    def _co_authors(self) -> list[Share]:
        """The co-authors without empty rows; with any, all shares must make 100."""
        named: list[tuple[int, str, Decimal | None]] = []
        for number in range(1, self.shown_co_authors + 1):
            name_field, share_field = f"co_authors-{number}-full_name", f"co_authors-{number}-share"
            name, typed = self.cleaned_data.get(name_field, ""), self._typed(share_field)
            if not name and not typed:
                continue
            if not name and name_field not in self.errors:
                self.add_error(name_field, f"Hãy nhập họ và tên đồng tác giả {number}.")
            named.append((number, name, self._percent(share_field, f"phần đóng góp của đồng tác giả {number}")))
        if not named:
            return []
        own = self._percent("share", "phần đóng góp của bạn")
        shares = [share for _, _, share in named if share is not None]
        if own is not None and len(shares) == len(named):
            total = own + sum(shares, Decimal(0))
            if total != HUNDRED:
                self.add_error("share", f"Tổng các phần đóng góp phải là 100%, hiện là {answers.percent(total)}%.")
            else:
                self.cleaned_data["sender_share"] = own
                self._settle_recognised_author(named, own)
        return [Share(name, share or Decimal(0)) for _, name, share in named]

    def _settle_recognised_author(self, named: Sequence[tuple[int, str, Decimal | None]], own: Decimal) -> None:
        """M11: for research the head of the topic, where one is named; else the largest share, chosen on a tie."""
        rows = {0: own} | {position: share or Decimal(0) for position, (_, _, share) in enumerate(named, start=1)}
        position_of_row = {0: 0} | {number: position for position, (number, _, _) in enumerate(named, start=1)}
        chosen_text = self._typed("recognised_author")
        chosen = position_of_row.get(int(chosen_text)) if re.fullmatch(r"[0-9]", chosen_text) else None
        if chosen_text and chosen is None:
            self.add_error("recognised_author", "Tác giả được công nhận phải là một người có tên ở trên.")
            return
        if self._is_research() and chosen is not None:
            self.cleaned_data["recognised_author"] = chosen
            return
        largest = max(rows.values())
        first = [position for position, share in rows.items() if share == largest]
        if len(first) == 1:
            self.cleaned_data["recognised_author"] = first[0]
        elif chosen in first:
            self.cleaned_data["recognised_author"] = chosen
        else:
            self.add_error("recognised_author", "Nhiều người cùng đóng góp cao nhất: hãy chọn tác giả được công nhận.")

    def _percent(self, name: str, what: str) -> Decimal | None:
        typed = ascii_digits(self._typed(name)).rstrip("% ").replace(",", ".")
        if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", typed) and 0 < Decimal(typed) <= HUNDRED:
            return Decimal(typed)
        if name in self.fields:
            ask = f"Hãy nhập {what}" if not typed else f"{what[0].upper()}{what[1:]} phải là số"
            self.add_error(name, f"{ask}, lớn hơn 0 và không quá 100, ví dụ 40 hoặc 33,5.")
        return None

    def _is_research(self) -> bool:
        return "solution_kind" in self.fields and self._typed("solution_kind") == "research"

    def _rows_typed(self) -> list[int]:
        return [
            number
            for number in range(1, answers.CO_AUTHORS + 1)
            if self._typed(f"co_authors-{number}-full_name") or self._typed(f"co_authors-{number}-share")
        ]

    def _typed(self, name: str) -> str:
        return single_line(str(self.data.get(name) or "")) if self.is_bound else ""

    @property
    def main_fields(self) -> Iterable[forms.BoundField]:
        return [
            self[name] for name in self.fields if not _is_about_authors(name) and name not in {"declaration", "link"}
        ]

    @property
    def co_author_fields(self) -> Iterable[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("co_authors-")]


class TrackForm(forms.Form):
    """Code and phone. What is no code and what is not ours get the same answer, from the view."""

    use_required_attribute = False

    code = fields.LineField(
        label="Mã biên nhận",
        limit=60,
        help_text="13 chữ số, ví dụ 4821 0937 6615 3.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        required_message="Hãy nhập mã biên nhận.",
    )
    phone = fields.PhoneField(label="Số điện thoại đã nộp", required_message="Hãy nhập số điện thoại.")


def phone_digits(value: phones.Phone | None) -> str:
    return value.digits if value else ""


def _is_about_authors(name: str) -> bool:
    return name.startswith("co_authors-") or name in {"share", "recognised_author"}


def _is_code(typed: str) -> bool:
    return re.fullmatch(r"[a-z0-9/-]{1,200}", typed) is not None


@lru_cache(maxsize=1024)
def _plain_name(short_name: str) -> str:
    """Without what all of them begin with, so that a list runs from An Giang to Yên Bái."""
    return list_key(re.sub(r"\A(?:LĐLĐ (?:tỉnh|thành phố|Thành phố)|CĐ(?: ngành)?) ", "", short_name))
