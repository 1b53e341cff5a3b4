"""What a unit's numbers are made of: parts by phase, quarter and month, and money. (By category and field: `charts.py`.)"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from initiatives.models import By, Campaign, Period, Phase
from initiatives.progress.figures import NOTHING, Counted, Figures
from portal.vietnamese import formats

QUARTERS = ("I", "II", "III", "IV")
RULE_OF_MONEY = (
    "Cộng giá trị làm lợi một năm mà người nộp đã ghi, của các sáng kiến được tính. Không cộng sáng kiến ghi trên 1.000 tỷ đồng: "
    "cần xem lại trước."
)


@dataclass(frozen=True)
class Part:
    """What was sent in a phase, quarter or month, beside the target of that time."""

    label: str
    reached: int
    valid: int
    target: int | None

    @property
    def percent(self) -> str:
        return formats.percent(self.reached, self.target)


@dataclass(frozen=True)
class Benefit:
    """Money in đồng as declared. `unmeasured` and `doubtful` are counted among all but withdrawn and duplicates."""

    declared: int
    declared_valid: int
    unmeasured: int
    doubtful: int


def benefit(campaign: Campaign, counted: Counted) -> Benefit:
    whole = counted.whole
    return Benefit(whole.value(campaign), whole.declared_valid, whole.unmeasured, whole.doubtful)


def parts(
    campaign: Campaign, counted: Counted, phases: Sequence[Phase], targets: dict[tuple[str, str], int]
) -> list[tuple[str, list[Part]]]:
    """By phase, quarter and month of the day of submission in Việt Nam. Quarters and months: those with an initiative or a
    target."""
    months = counted.by(By.MONTH)
    quarters: dict[str, list[Figures]] = {}
    for month, figures in months.items():
        quarters.setdefault(_quarter(month), []).append(figures)
    asked = {period: {value for kind, value in targets if kind == period} for period in Period.values}
    by_phase = counted.by(By.PHASE)

    def part(label: str, period: Period, value: str, measured: Iterable[Figures]) -> Part:
        listed = list(measured)
        reached = sum(each.reached(campaign) for each in listed)
        return Part(label, reached, sum(each.valid for each in listed), targets.get((period, value)))

    found = [
        (
            "Theo đợt",
            [part(each.name, Period.PHASE, str(each.pk), [by_phase.get(str(each.pk), NOTHING)]) for each in phases],
        ),
        (
            "Theo quý",
            [
                part(_quarter_label(first), Period.QUARTER, first, quarters.get(first, ()))
                for first in sorted(quarters.keys() | asked[Period.QUARTER])
            ],
        ),
        (
            "Theo tháng",
            [
                part(_month_label(month), Period.MONTH, month, [months.get(month, NOTHING)])
                for month in sorted(months.keys() | asked[Period.MONTH])
            ],
        ),
    ]
    return [(title, listed) for title, listed in found if listed]


def _quarter(month: str) -> str:
    """The first month of its quarter: 2022-10 of 2022-11."""
    year, number = month.split("-")
    return f"{year}-{(int(number) - 1) // 3 * 3 + 1:02}"


def _quarter_label(first: str) -> str:
    year, number = first.split("-")
    return f"Quý {QUARTERS[(int(number) - 1) // 3]}/{year}"


def _month_label(month: str) -> str:
    year, number = month.split("-")
    return f"Tháng {int(number)}/{year}"
