"""One row of a sheet as what the sender's form would have been sent: Excel's ways of writing undone, and nothing judged.

Phones and identity numbers that lost their first zeros get them back, days are days again, "x" is a tick, a label is its code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from initiatives.submission import answers
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.sheet_columns import CHOOSABLE, IDENTITIES, OF_ONE_DECLARATION, asked_by, of_list
from portal.sheets.reading import SheetRow, day_typed, phone_typed
from portal.vietnamese.text import ascii_digits, folded, is_blank, old_font, single_line

DAYS = ("applied_on", "recognised_on")
SHARES = ("share", *(f"co_authors-{number}-share" for number in range(1, answers.CO_AUTHORS + 1)))
YES = {"x", "v", "co", "da co", "dong y", "da dong y", "da ky", "yes", "y", "true", "1", "on", "ok"}
NO = {"khong", "chua", "chua ky", "khong dong y", "no", "n", "false", "0", "off"}
TICKS = {"✓", "✔", "☑", "☒", "√", "+"}

TICK_OR_EMPTY = "Hãy ghi x nếu có, để trống nếu không."
NOT_OFFERED = "Không có lựa chọn này. Hãy chọn trong danh sách của ô."
NOT_SIGNED = "Hãy ghi x khi người nộp đã ký đồng ý trên giấy. Chưa ký thì chưa nhập được."

_MOMENT = re.compile(r"[0-9]{2}:[0-9]{2} (?P<day>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})")
_SHARE = re.compile(r"(?P<number>[0-9]{1,3}(?:[.,][0-9]{1,30})?) ?(?P<sign>%?)")
_BETWEEN_CODES = re.compile(r"[,;\n]")

ERRORS_OF_EXCEL = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}


@dataclass
class Typed:
    """What a row holds by the names of the form, and what is wrong with a cell by itself."""

    answers: answers.Answers
    faults: dict[str, str] = field(default_factory=dict)


class Cells:
    """Reads the rows of one sheet: what a campaign offers is looked up once."""

    def __init__(self, offer: Offer) -> None:
        self.asked = set(asked_by(offer.campaign, offer.declarations))
        self.codes = {
            name: {folded(choice.label): choice.code for choice in of_list(offer.choices, name)}
            | {folded(choice.code): choice.code for choice in of_list(offer.choices, name)}
            for name in CHOOSABLE
        }
        self.promises = {folded(each.code): each.code for each in offer.declarations}
        self.promises |= {folded(each.text): each.code for each in offer.declarations}
        self.all_promises = [each.code for each in offer.declarations]
        self.as_they_are = self.asked | set(answers.CONTENT) - {"declaration"}

    def typed(self, row: SheetRow) -> Typed:
        read = Typed({name: text for name, text in row.values.items() if text and name in self.as_they_are})
        for name in CHOOSABLE:
            if name in self.asked:
                self._choose(name, row.values, read)
        for name in DAYS:
            read.answers[name] = _day(row.values.get(name, ""))
        read.answers["phone"] = phone_typed(single_line(row.values.get("phone", "")))
        if answers.SEALED in self.asked:
            read.answers[answers.SEALED] = _identity(row.values.get(answers.SEALED, ""))
        read.answers["unit"] = single_line(row.values.get("unit", "") or row.values.get("top_unit", ""))
        for name in ("consent", "publish_consent"):
            read.answers[name] = "on" if _is_ticked(name, row.values, read) else ""
        if self.all_promises:
            read.answers["declaration"] = self._promised(row.values, read)
        read.answers |= _shares(row.values)
        read.answers["recognised_author"] = _author(row.values)
        for name, text in row.values.items():
            if text in ERRORS_OF_EXCEL:
                read.faults[name] = f"Ô này đang báo lỗi {text} trong Excel. Hãy ghi lại giá trị vào ô."
            elif garbled := old_font(text):
                read.faults[name] = f"Chữ {garbled.question} Tệp các dòng cần sửa đã ghi chữ này bằng Unicode."
        return read

    def _choose(self, name: str, values: Mapping[str, str], read: Typed) -> None:
        cell = values.get(name, "")
        code = self.codes[name].get(folded(cell), "")
        read.answers[name] = code
        if not code and not is_blank(cell):
            read.faults[name] = NOT_OFFERED

    def _promised(self, values: Mapping[str, str], read: Typed) -> list[str]:
        """ "x" for all of them, or their codes; or a column for each."""
        each = {
            code
            for code in self.all_promises
            if _is_ticked(f"{OF_ONE_DECLARATION}{code}", values, read, told_as="declaration")
        }
        cell = values.get("declaration", "")
        if is_blank(cell):
            return [code for code in self.all_promises if code in each]
        named = [self.promises.get(folded(part)) for part in _BETWEEN_CODES.split(cell) if folded(part)]
        if named and None not in named:
            each |= {code for code in named if code}
            return [code for code in self.all_promises if code in each]
        return self.all_promises if _is_ticked("declaration", values, read) else []


def is_blank_row(row: SheetRow) -> bool:
    """Unit, workplace and the like may have been copied down for people who are yet to be named."""
    return all(is_blank(row.values.get(name, "")) for name in IDENTITIES)


def _is_ticked(name: str, values: Mapping[str, str], read: Typed, *, told_as: str = "") -> bool:
    cell = single_line(values.get(name, ""))
    plain = folded(cell)
    if plain in YES or cell in TICKS:
        return True
    if plain and plain not in NO:
        read.faults[told_as or name] = TICK_OR_EMPTY
    return False


def _day(cell: str) -> str:
    cell = single_line(cell)
    moment = _MOMENT.fullmatch(cell)
    return moment["day"] if moment else day_typed(cell)


def _identity(cell: str) -> str:
    """A căn cước begins with a place (001 to 096), a CMND of nine digits may begin with 0."""
    digits = re.sub(r"[ .\-]", "", ascii_digits(single_line(cell)))
    if re.fullmatch("[0-9]{10,11}", digits):
        return digits.zfill(12)
    if re.fullmatch("[0-9]{8}", digits):
        return digits.zfill(9)
    return single_line(cell)[: answers.SEALED_CHARACTERS]


def _shares(values: Mapping[str, str]) -> dict[str, str]:
    """Percents as the form takes them, where all together make a hundred; else as they stand, for the form to judge.

    "60", "60%" and "60,00 %" are one; cells formatted as percentages hold 0,6 and 0,4, which are parts of one.
    """
    cells = {name: single_line(values.get(name, "")) for name in SHARES}
    for reads_parts in (False, True):
        read = {name: _percent(cell, reads_parts=reads_parts) for name, cell in cells.items() if cell}
        known = {name: percent for name, percent in read.items() if percent is not None}
        # Parts that Excel worked out (a third) are not exact.
        allowed = Decimal("0.0001") if reads_parts else Decimal(0)
        if known and len(known) == len(read) and abs(sum(known.values(), Decimal(-100))) <= allowed:
            return {name: _plain(known[name]) if cell else "" for name, cell in cells.items()}
    return cells


def _percent(cell: str, *, reads_parts: bool) -> Decimal | None:
    """None where it is no number. What bears a sign is of a hundred; of the others, with `reads_parts`, up to one is of one."""
    found = _SHARE.fullmatch(ascii_digits(cell))
    if found is None:
        return None
    number = Decimal(found["number"].replace(",", "."))
    return number * 100 if reads_parts and not found["sign"] and number <= 1 else number


def _plain(percent: Decimal) -> str:
    return f"{percent.quantize(Decimal('0.01')).normalize():f}"


def _author(values: Mapping[str, str]) -> str:
    """By number, or by a name that only one of the authors bears."""
    cell = single_line(values.get("recognised_author", ""))
    wanted = folded(cell)
    if not wanted or re.fullmatch("[0-9]", cell):
        return cell
    names = {0: values.get("full_name", "")}
    names |= {number: values.get(f"co_authors-{number}-full_name", "") for number in range(1, answers.CO_AUTHORS + 1)}
    so_named = [number for number, name in names.items() if folded(name) == wanted]
    if wanted in {"nguoi nop", "toi", "toi nguoi nop"}:
        return "0"
    return str(so_named[0]) if len(so_named) == 1 else cell
