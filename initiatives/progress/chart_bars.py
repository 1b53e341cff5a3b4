"""Bars beside words: shares by category and field, units ranked by what they reached. Pure, as `charts.py`."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from initiatives.models import By, Campaign, Choice, ChoiceList
from initiatives.progress.figures import Counted, Figures
from portal.vietnamese.formats import NOTHING, percent, whole

MOST_RANKED = 100
UNNAMED = "Chưa ghi"

Rows = tuple[tuple[str, ...], ...]


class Ranked(Protocol):
    """A unit among those directly below: a line of the board."""

    @property
    def name(self) -> str: ...
    @property
    def reached(self) -> int: ...
    @property
    def target(self) -> int | None: ...


@dataclass(frozen=True)
class Bar:
    """`width` is of 1000, beside the longest."""

    label: str
    number: int
    width: int
    share: str


@dataclass(frozen=True)
class Bars:
    key: str
    title: str
    sentence: str
    bars: tuple[Bar, ...]
    heading: tuple[str, ...]
    rows: Rows
    is_ranked: bool = False
    is_money: bool = False


def shares(campaign: Campaign, counted: Counted, choices: Sequence[Choice]) -> Iterable[Bars]:
    """By category and by field, in the campaign's order; what nobody chose is shown as nothing."""
    if not choices:
        return
    kinds: tuple[tuple[str, str, By, str], ...] = (
        ("doi-tuong", "Theo đối tượng", By.CATEGORY, campaign.category_scheme),
        ("linh-vuc", "Theo lĩnh vực", By.FIELD, ChoiceList.FIELD),
    )
    for key, title, by, kind in kinds:
        labels = {choice.code: choice.label for choice in choices if choice.list == kind}
        found = _share(campaign, key, title, counted.by(by), labels)
        if found is not None:
            yield found


def _share(
    campaign: Campaign, key: str, title: str, measured: Mapping[str, Figures], labels: Mapping[str, str]
) -> Bars | None:
    reached = {code: each.reached(campaign) for code, each in measured.items()}
    total, longest = sum(reached.values()), max(reached.values(), default=0)
    if not total:
        return None
    unknown = sorted(code for code in reached.keys() - labels.keys() if code and reached[code])
    codes = [*labels, *unknown, *([""] if reached.get("") else [])]
    bars = tuple(
        Bar(
            labels.get(code) or code or UNNAMED,
            reached.get(code, 0),
            width_of(reached.get(code, 0), longest),
            percent(reached.get(code, 0), total),
        )
        for code in codes
    )
    valid = [measured[code].valid if code in measured else 0 for code in codes]
    rows = tuple((bar.label, whole(bar.number), whole(each), bar.share) for bar, each in zip(bars, valid, strict=True))
    heading = ("Nhóm", "Đã đạt", "Hợp lệ", "Tỷ trọng")
    return Bars(key, title, f"Trong {whole(total)} sáng kiến đã đạt.", bars, heading, rows)


def ranking(below: Sequence[Ranked]) -> Bars | None:
    """Those that reached most first; equals stay in the order given, with the same rank."""
    if not any(each.reached for each in below):
        return None
    ranked = sorted(below, key=lambda each: -each.reached)
    behind = [-each.reached for each in ranked]
    shown = [(bisect_left(behind, -each.reached) + 1, each, _of_target(each)) for each in ranked[:MOST_RANKED]]
    bars = tuple(Bar(each.name, each.reached, width_of(each.reached, ranked[0].reached), of) for _, each, of in shown)
    rows = tuple(
        (each.name, whole(rank), whole(each.reached), whole(each.target) if each.target else NOTHING, of or NOTHING)
        for rank, each, of in shown
    )
    sentence = (
        f"{whole(len(bars))} đơn vị nhiều nhất trong {whole(len(ranked))} đơn vị." if len(ranked) > len(bars) else ""
    )
    if any(bar.share for bar in bars):
        sentence = f"{sentence} Phần trăm so với chỉ tiêu.".strip()
    heading = ("Đơn vị", "Hạng", "Đã đạt", "Chỉ tiêu", "Đạt chỉ tiêu")
    return Bars("xep-hang", "Xếp theo số đã đạt", sentence, bars, heading, rows, is_ranked=True)


def _of_target(unit: Ranked) -> str:
    return percent(unit.reached, unit.target) if unit.target else ""


def width_of(number: int, longest: int) -> int:
    """Of 1000; what is there at all is seen."""
    return max(4, round(number * 1000 / longest)) if number else 0
