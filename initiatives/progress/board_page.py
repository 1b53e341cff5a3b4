"""What a page of the board shows of a Board: which lines, in which order, and where each word leads. For view and admin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from initiatives.models import Status
from initiatives.progress import breakdowns, pace
from initiatives.progress.board import BY_NAME, BY_TREE, ORDERS, OVER, UNDER, Board, Line
from initiatives.review import filters
from orgtree.models import Unit
from portal.vietnamese.formats import whole
from portal.vietnamese.text import ascii_digits

UNIT, ORDER, ONLY, PAGE, CAMPAIGN = "don-vi", "xep", "loc", "trang", "campaign"
ROWS_A_PAGE = 200
KINDS = {"": "Tất cả", OVER: "Vượt chỉ tiêu", UNDER: "Dưới 50% chỉ tiêu"}
FULL = 1000  # of a bar


class Typed(Protocol):
    """The values of an address."""

    def get(self, name: str, default: str) -> Any: ...


@dataclass(frozen=True)
class Asked:
    """How the lines are wanted. `told` says what of the address could not be read and is left out."""

    only: str = ""
    order: str = BY_TREE
    page: int = 1
    told: tuple[str, ...] = ()


def asked(typed: Typed) -> Asked:
    only, order, page = (str(typed.get(name, "")) for name in (ONLY, ORDER, PAGE))
    told = []
    if only not in KINDS:
        told.append("Không có cách lọc như trong địa chỉ. Bảng cho xem tất cả đơn vị.")
        only = ""
    if order.removeprefix("-") not in {BY_NAME, *ORDERS} and order != BY_TREE:
        told.append("Không có cách xếp như trong địa chỉ. Bảng xếp theo thứ tự của tổ chức công đoàn.")
        order = BY_TREE
    digits = ascii_digits(page[:6])
    number = int(digits) if digits.isascii() and digits.isdigit() else 0
    if page and number < 1:
        told.append("Số trang trong địa chỉ không đúng. Đây là trang đầu.")
    return Asked(only, order, max(1, number), tuple(told))


@dataclass(frozen=True)
class Row:
    """A line as drawn. `bar` is of FULL, None where there is no target; `address` is "" where nothing opens."""

    number: int
    line: Line
    bar: int | None
    address: str = ""
    inbox: dict[str, str] | None = None


@dataclass(frozen=True)
class Heading:
    """Of a column. `turned` is the order shown now: "descending", "ascending" or nothing."""

    label: str
    address: str
    turned: str = ""


class Addresses:
    """Where a page leads: `here` is its own address, `kept` what every address of it repeats. The country is what is shown
    where no unit is named; for staff that is their own, so `names_root`."""

    def __init__(
        self,
        here: str,
        board: Board,
        wanted: Asked,
        kept: dict[str, str] | None = None,
        *,
        names_root: bool = False,
    ) -> None:
        self.here, self.board, self.wanted, self.kept, self.names_root = here, board, wanted, kept or {}, names_root

    def of_unit(self, unit: Unit) -> str:
        return self._joined(self.kept | {UNIT: self.code_of(unit)})

    def code_of(self, unit: Unit) -> str:
        return unit.code if self.names_root or unit.depth > 1 else ""

    def again(self, **changed: Any) -> str:
        """This unit, asked otherwise."""
        wanted = replace(self.wanted, **changed)
        unit = self.code_of(self.board.unit)
        page = str(wanted.page) if wanted.page > 1 else ""
        return self._joined(self.kept | {UNIT: unit, ONLY: wanted.only, ORDER: wanted.order, PAGE: page})

    def _joined(self, values: dict[str, str]) -> str:
        query = urlencode({name: value for name, value in values.items() if value}, safe="/")
        return f"{self.here}?{query}" if query else self.here


def context(board: Board, wanted: Asked, addresses: Addresses, *, xlsx: str = "", inbox: str = "") -> dict[str, Any]:
    """For `progress/_board.html`. `xlsx` and `inbox` are the addresses of the sheet and of the staff's list, "" where there is
    none."""
    lines = board.listed(only=wanted.only, order=wanted.order)
    pages = max(1, -(-len(lines) // ROWS_A_PAGE))
    told = wanted.told
    if wanted.page > pages:
        told = (*told, f"Bảng chỉ có {whole(pages)} trang. Đây là trang đầu.")
        wanted = addresses.wanted = replace(wanted, page=1)
    first = (wanted.page - 1) * ROWS_A_PAGE
    shown = lines[first : first + ROWS_A_PAGE]
    draw = _Drawing(board, inbox)
    return {
        "board": board,
        "campaign": board.campaign,
        "unit": board.unit,
        "told": told,
        "trail": [(unit, addresses.of_unit(unit)) for unit in board.trail[:-1]],
        "total": draw.row(0, board.total),
        "rows": [
            draw.row(number, line, address=addresses.of_unit(line.unit) if line.unit else "")
            for number, line in enumerate(shown, start=first + 1)
        ],
        "rest": draw.row(0, board.rest) if board.rest and not wanted.only and wanted.page == pages else None,
        "headings": _headings(wanted, addresses),
        "kinds": [
            (label, number, code == wanted.only, addresses.again(only=code, page=1))
            for (code, label), number in zip(
                KINDS.items(), (len(board.lines), len(board.over), len(board.under)), strict=True
            )
        ],
        "orders": [(BY_TREE, "Thứ tự tổ chức"), (BY_NAME, "Tên đơn vị"), *_named_orders()],
        "wanted": wanted,
        "unit_code": addresses.code_of(board.unit),
        "kept": addresses.kept.items(),
        "here": addresses.here,
        "pages": pages,
        "before": addresses.again(page=wanted.page - 1) if wanted.page > 1 else "",
        "after": addresses.again(page=wanted.page + 1) if wanted.page < pages else "",
        "parts": [
            (title, [(each, _bar(each.reached, each.target or largest)) for each in listed])
            for title, listed in board.parts
            for largest in (_largest(listed),)
        ],
        "xlsx_address": Addresses(xlsx, board, wanted).again(page=1) if xlsx else "",
        "forecast_rule": pace.RULE,
        "money_rule": breakdowns.rule_of_money(board.campaign),
    }


def _largest(listed: Sequence[breakdowns.Part]) -> int:
    """What bars are compared with where no part has a target; 0 where one has."""
    return 0 if any(each.target for each in listed) else max(each.reached for each in listed)


def _named_orders() -> Iterator[tuple[str, str]]:
    for code, (label, _) in ORDERS.items():
        yield code, f"{label}: nhiều trước"
        yield f"-{code}", f"{label}: ít trước"


def _headings(wanted: Asked, addresses: Addresses) -> dict[str, Heading]:
    """By the name of the order; a second click turns it round."""
    found = {}
    labels = {BY_NAME: "Đơn vị"} | {code: label for code, (label, _) in ORDERS.items()}
    for code, label in labels.items():
        rising = {code: code == BY_NAME, f"-{code}": code != BY_NAME}
        turned = "" if wanted.order not in rising else "ascending" if rising[wanted.order] else "descending"
        following = f"-{code}" if wanted.order == code else code
        found[code.replace("-", "_")] = Heading(label, addresses.again(order=following, page=1), turned)
    return found


class _Drawing:
    """Bars are of the target: beside a rate that nobody can tell, one would be read as a rate."""

    def __init__(self, board: Board, inbox: str) -> None:
        self.board, self.inbox = board, inbox

    def row(self, number: int, line: Line, *, address: str = "") -> Row:
        links = _inbox(self.inbox, self.board, line.unit) if self.inbox and line.unit is not None else None
        return Row(number, line, _bar(line.reached, line.target), address, links)


def _inbox(inbox: str, board: Board, unit: Unit) -> dict[str, str]:
    """The live list behind each number."""
    status, of_targets = filters.StatusFilter.parameter_name, {filters.ReachedFilter.parameter_name: filters.YES}
    valid = {status: Status.VALID.value}
    asked_for = {
        "received": {status: filters.EVERY},
        "reached": valid if board.counts_valid else {status: filters.EVERY} | of_targets,
        "valid": valid,
        "returned": {status: Status.RETURNED.value},
    }
    place = {
        filters.CampaignFilter.parameter_name: board.campaign.slug,
        filters.UnitFilter.parameter_name: unit.code,
    }
    return {name: f"{inbox}?{urlencode(place | asked, safe='/')}" for name, asked in asked_for.items()}


def _bar(part: int, of: int | None) -> int | None:
    return min(FULL, part * FULL // of) if of else None
