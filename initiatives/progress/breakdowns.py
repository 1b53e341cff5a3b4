"""What a unit's numbers are made of: parts by phase, quarter and month, and money. (By category and field: `charts.py`.)"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from initiatives.models import By, Campaign, Counts, Period, Phase
from initiatives.progress.figures import NOTHING, Counted, Figures, added
from portal.vietnamese import formats, money
from portal.vietnamese.days import VIETNAM

QUARTERS = ("I", "II", "III", "IV")
RULE_OF_MONEY = (
    "Cộng giá trị làm lợi một năm mà người nộp đã ghi, của các sáng kiến được tính. Không cộng sáng kiến ghi trên 1.000 tỷ đồng, "
    "trừ khi cán bộ đã xác nhận."
)
OF_VALID = (
    " Tiền chỉ cộng của sáng kiến hợp lệ; số đã thẩm định, ý nghĩa xã hội, không bằng tiền đếm mọi sáng kiến trừ đã rút và "
    "trùng lặp."
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
class Worth:
    """Money of one quarter, in đồng: as declared, and as staff found it."""

    label: str
    declared: int
    appraised: int


@dataclass(frozen=True)
class Benefit:
    """Money in đồng as declared, and as staff found it. What is counted in initiatives is counted among all but withdrawn and
    duplicates."""

    declared: int
    declared_valid: int
    unmeasured: int
    doubtful: int
    appraised: int
    appraisals: int
    meaningful: int
    quarters: tuple[Worth, ...]

    @property
    def sentences(self) -> list[str]:
        """For paper."""
        told = [
            f"Giá trị làm lợi một năm mà người nộp đã ghi: {money.shown(self.declared)}, trong đó của sáng kiến hợp lệ "
            f"{money.shown(self.declared_valid)}.",
            f"Đã thẩm định giá trị {formats.whole(self.appraisals)} sáng kiến, cộng {money.shown(self.appraised)}.",
            f"Không tính được bằng tiền: {formats.whole(self.unmeasured)} sáng kiến. Có ý nghĩa xã hội và cộng đồng sâu sắc: "
            f"{formats.whole(self.meaningful)} sáng kiến.",
        ]
        if self.doubtful:
            told.append(
                f"Chưa cộng {formats.whole(self.doubtful)} sáng kiến ghi trên 1.000 tỷ đồng: cần xem lại trước."
            )
        told += [
            f"{each.label}: đã ghi {money.shown(each.declared)}, đã thẩm định {money.shown(each.appraised)}."
            for each in self.quarters
        ]
        return told


def rule_of_money(campaign: Campaign) -> str:
    """What stands below every sum of benefits."""
    return RULE_OF_MONEY + (OF_VALID if campaign.counts == Counts.VALID else "")


def benefit(campaign: Campaign, counted: Counted) -> Benefit:
    whole = counted.whole
    return Benefit(
        declared=whole.value(campaign),
        declared_valid=whole.declared_valid,
        unmeasured=whole.unmeasured,
        doubtful=whole.doubtful,
        appraised=whole.checked_value(campaign),
        appraisals=whole.appraisals,
        meaningful=whole.meaningful,
        quarters=tuple(
            Worth(label, each.value(campaign), each.checked_value(campaign)) for label, each in by_quarter(counted)
        ),
    )


def by_quarter(counted: Counted) -> list[tuple[str, Figures]]:
    """The quarters in which anything was sent, in their order, with all that was sent in them."""
    return [(quarter_label(first), added(months)) for first, months in sorted(_quarters(counted).items())]


def parts(
    campaign: Campaign, counted: Counted, phases: Sequence[Phase], targets: dict[tuple[str, str], int]
) -> list[tuple[str, list[Part]]]:
    """By phase, quarter and month of the day of submission in Việt Nam. Quarters and months: those with an initiative or a
    target."""
    months, quarters = counted.by(By.MONTH), _quarters(counted)
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
                part(quarter_label(first), Period.QUARTER, first, quarters.get(first, ()))
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


def _quarters(counted: Counted) -> dict[str, list[Figures]]:
    """Those of the months of each quarter, by its first month."""
    quarters: dict[str, list[Figures]] = {}
    for month, figures in counted.by(By.MONTH).items():
        quarters.setdefault(quarter_of(month), []).append(figures)
    return quarters


def month_of(moment: datetime) -> str:
    """In Việt Nam: 2022-10."""
    return f"{moment.astimezone(VIETNAM):%Y-%m}"


def quarter_of(month: str) -> str:
    """The first month of its quarter: 2022-10 of 2022-11."""
    year, number = month.split("-")
    return f"{year}-{(int(number) - 1) // 3 * 3 + 1:02}"


def quarter_label(first: str) -> str:
    year, number = first.split("-")
    return f"Quý {QUARTERS[(int(number) - 1) // 3]}/{year}"


def _month_label(month: str) -> str:
    year, number = month.split("-")
    return f"Tháng {int(number)}/{year}"
