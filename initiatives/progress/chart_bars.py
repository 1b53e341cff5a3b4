"""Bars beside words: shares by category and field, units ranked by what they reached. Pure, as `charts.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from initiatives.models import By, Campaign, Choice, ChoiceList
from initiatives.progress.figures import Counted, Figures
from portal.vietnamese.formats import percent, whole

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
    heading: tuple[str, ...] = ()
    rows: Rows = ()


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
            _width(reached.get(code, 0), longest),
            percent(reached.get(code, 0), total),
        )
        for code in codes
    )
    valid = [measured[code].valid if code in measured else 0 for code in codes]
    rows = tuple((bar.label, whole(bar.number), whole(each), bar.share) for bar, each in zip(bars, valid, strict=True))
    heading = ("Nhóm", "Đã đạt", "Hợp lệ", "Tỷ trọng")
    return Bars(key, title, f"Trong {whole(total)} sáng kiến đã đạt.", bars, heading, rows)


def ranking(below: Sequence[Ranked]) -> Bars | None:
    """Those that reached most first; equals stay in the order given. Its numbers stand beside the bars: no further table."""
    if not any(each.reached for each in below):
        return None
    ranked = sorted(below, key=lambda each: -each.reached)
    longest = ranked[0].reached
    bars = tuple(
        Bar(
            each.name,
            each.reached,
            _width(each.reached, longest),
            percent(each.reached, each.target) if each.target else "",
        )
        for each in ranked[:MOST_RANKED]
    )
    sentence = (
        f"{whole(len(bars))} đơn vị nhiều nhất trong {whole(len(ranked))} đơn vị." if len(ranked) > len(bars) else ""
    )
    if any(bar.share for bar in bars):
        sentence = f"{sentence} Phần trăm so với chỉ tiêu.".strip()
    return Bars("xep-hang", "Xếp theo số đã đạt", sentence, bars)


def _width(number: int, longest: int) -> int:
    """Of 1000; what is there at all is seen."""
    return max(4, round(number * 1000 / longest)) if number else 0
