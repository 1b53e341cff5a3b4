"""Step 2: the initiative, who shares it and which of them is recognised (M11), and what the sender declares."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from initiatives.lifecycle import Share
from initiatives.models import Asked, ChoiceList, Declaration
from initiatives.submission import answers
from initiatives.submission.files.links import LinkRefused, parse_drive_link
from initiatives.submission.forms.step import OneOf, Pairs, StepForm
from portal.vietnamese import fields
from portal.vietnamese.text import ascii_digits

HUNDRED = Decimal(100)
WITH_NOBODY = "Hãy ghi thêm đồng tác giả và phần của họ; chỉ một người làm thì để trống ô này."


class Declared(forms.MultipleChoiceField):
    """The sentences that were ticked. Which ones are missing is for eligibility to say, each by its words."""

    def clean(self, value: Any) -> list[str]:
        known = {code for code, _ in self.choices}  # type: ignore[misc,union-attr]
        return [code for code in value or [] if code in known]


class ContentForm(StepForm):
    """Step 2: the initiative, and who shares it. `sender` and `of_sender` are how it speaks of whoever sends it."""

    sender, of_sender = "Tôi, người nộp", "của bạn"

    title = fields.LineField(
        label="Tên sáng kiến",
        limit=250,
        help_text="Viết ngắn, nêu rõ làm gì, ở đâu.",
        widget=forms.Textarea(attrs={"rows": 3}),  # one line, but a phone shows a third of it in an input
    )
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
        called="Tên người hoặc nơi công nhận",
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
        author_rows: int = 0,
        **kwargs: Any,
    ) -> None:
        self.declarations = declarations
        self.more_authors, self.author_rows = more_authors, author_rows
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
        declared = Pairs((declaration.code, declaration.text) for declaration in self.declarations)
        if declared.pairs:
            self.fields["declaration"].choices = declared  # type: ignore[attr-defined]
        else:
            del self.fields["declaration"]
        self._build_co_authors()

    def _build_co_authors(self) -> None:
        asked = max(rows_of_co_authors(self._typed) + self.more_authors, self.author_rows)
        shown = min(asked, answers.CO_AUTHORS)
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
        self.fields["recognised_author"].widget.choices = [("0", self.sender), *typed]
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
        # A number only once it is settled: what was picked may name nobody.
        self.cleaned_data.pop("recognised_author", None)
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
        if not named and is_all_or_nothing(self._typed("share")):
            return []
        own = self._percent("share", f"phần đóng góp {self.of_sender}")
        shares = [share for _, _, share in named if share is not None]
        if own is not None and len(shares) == len(named):
            total = own + sum(shares, Decimal(0))
            if total != HUNDRED:
                sentence = f"Tổng các phần đóng góp phải là 100%, hiện là {answers.percent(total)}%."
                self.add_error("share", sentence if named else f"{sentence} {WITH_NOBODY}")
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
        typed = _plain_percent(self._typed(name))
        if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", typed) and 0 < Decimal(typed) <= HUNDRED:
            return Decimal(typed)
        if name in self.fields:
            ask = f"Hãy nhập {what}" if not typed else f"{what[0].upper()}{what[1:]} phải là số"
            self.add_error(name, f"{ask}, lớn hơn 0 và không quá 100, ví dụ 40 hoặc 33,5.")
        return None

    def _is_research(self) -> bool:
        return "solution_kind" in self.fields and self._typed("solution_kind") == "research"

    @property
    def main_fields(self) -> Iterable[forms.BoundField]:
        return [
            self[name] for name in self.fields if not _is_about_authors(name) and name not in {"declaration", "link"}
        ]

    @property
    def co_author_fields(self) -> Iterable[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("co_authors-")]


def rows_of_co_authors(typed: Callable[[str], str]) -> int:
    """Down to the last in which something stands; one where the sender's own share says that others are missing."""
    numbers = range(1, answers.CO_AUTHORS + 1)
    begun = [n for n in numbers if typed(f"co_authors-{n}-full_name") or typed(f"co_authors-{n}-share")]
    return max(begun, default=0 if is_all_or_nothing(typed("share")) else 1)


def is_all_or_nothing(share: str) -> bool:
    """What somebody who shares the work with nobody may give as the own share."""
    return bool(re.fullmatch(r"(?:100(?:\.00?)?)?", _plain_percent(share)))


def _plain_percent(typed: str) -> str:
    return ascii_digits(typed).rstrip("% ").replace(",", ".")


def _is_about_authors(name: str) -> bool:
    return name.startswith("co_authors-") or name in {"share", "recognised_author"}
