"""Benefits of a unit's branch (M33): totals as declared and as staff found them, and the lists that people look through before
anybody announces a total.

The totals come from the tally, without what looks mistyped: that is read from the initiatives, few as they are, and taken out of
every part it stands in. The lists are live.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.functional import cached_property

from initiatives.models import By, Campaign, CategoryScheme, Choice, ChoiceList, Counts, Initiative, Phase, Status
from initiatives.progress import benefit, breakdowns, figures
from initiatives.progress.breakdowns import month_of, quarter_label, quarter_of
from initiatives.progress.chart_bars import UNNAMED, Bar, Bars, width_of
from initiatives.progress.figures import Counted, Figures
from initiatives.review import branches
from orgtree.models import StaffAccount, Unit
from orgtree.scope import branch
from portal.vietnamese import money
from portal.vietnamese.formats import percent, whole

MOST_LISTED = 200
MOST_NAMED = 20  # of what looks mistyped, above everything else
DECLARED, APPRAISED, MEANINGFUL, MISTYPED = "da-khai", "da-tham-dinh", "xa-hoi", "nham"
LISTS = {
    DECLARED: "Lớn nhất theo giá trị đã khai",
    APPRAISED: "Lớn nhất theo giá trị đã thẩm định",
    MEANINGFUL: "Có ý nghĩa xã hội và cộng đồng sâu sắc",
    MISTYPED: "Trông như ghi nhầm",
}
LEVELS = (By.ALL, By.STATUS, By.PHASE, By.CATEGORY, By.FIELD, By.MONTH)


@dataclass(frozen=True)
class Suspect:
    """What looks mistyped, or was found to be, by everything totals are broken down by. `is_open`: nobody appraised it yet."""

    value: int
    is_open: bool
    is_valid: bool
    path: str
    phase: str
    category: str
    field: str
    quarter: str

    def counts(self, campaign: Campaign) -> bool:
        """Whether the tally added it: what is implausible never was."""
        is_reached = self.is_valid or campaign.counts != Counts.VALID
        return is_reached and self.value <= money.PLAUSIBLE


@dataclass(frozen=True)
class Line:
    """One part, with what looks mistyped in it. `unit` where it is one."""

    label: str
    figures: Figures
    campaign: Campaign
    suspects: Sequence[Suspect] = ()
    unit: Unit | None = None

    @property
    def entries(self) -> int:
        return self.figures.reached(self.campaign)

    @property
    def declared(self) -> int:
        """Without what looks mistyped. Never below nothing: what looks so now may be younger than the count."""
        taken = sum(each.value for each in self.suspects if each.counts(self.campaign))
        return max(0, self.figures.value(self.campaign) - taken)

    @property
    def declared_valid(self) -> int:
        taken = sum(each.value for each in self.suspects if each.is_valid and each.value <= money.PLAUSIBLE)
        return max(0, self.figures.declared_valid - taken)

    @property
    def appraised(self) -> int:
        return self.figures.checked_value(self.campaign)

    @property
    def mistyped(self) -> int:
        return sum(each.is_open for each in self.suspects)

    @property
    def share_appraised(self) -> str:
        """3/10: how many of all that are counted in any status but withdrawn and duplicates."""
        return f"{whole(self.figures.appraisals)}/{whole(self.figures.entries)}"


@dataclass(frozen=True)
class Row:
    """One initiative of a list."""

    initiative: Initiative
    looks_mistyped: bool

    @property
    def declared(self) -> str:
        has_said = self.initiative.benefit_is_not_money or self.initiative.benefit_value is not None
        return money.shown(self.initiative.benefit_value) if has_said else ""

    @property
    def appraised(self) -> str:
        return money.shown(self.initiative.appraised_value) if self.initiative.is_appraised else ""

    @property
    def marks(self) -> list[str]:
        found = ["Trông như ghi nhầm"] if self.looks_mistyped else []
        if self.initiative.status == Status.INVALID:
            found.append("Không hợp lệ")
        if self.initiative.has_social_meaning:
            found.append("Ý nghĩa xã hội sâu sắc")
        return found


@dataclass(frozen=True)
class Report:
    campaign: Campaign
    unit: Unit
    counted_at: datetime
    trail: Sequence[Unit]
    counted: Counted
    suspects: Sequence[Suspect]
    below: Sequence[tuple[Unit, Figures]]  # of the units directly below, in the order of the tree
    phases: Sequence[Phase]
    choices: Sequence[Choice]
    least: Mapping[str, int]  # from where a value looks mistyped, by field

    @property
    def total(self) -> Line:
        return Line(str(self.unit), self.counted.whole, self.campaign, self.suspects, self.unit)

    @property
    def counts_valid(self) -> bool:
        return self.campaign.counts == Counts.VALID

    @property
    def mistyped_money(self) -> int:
        return sum(each.value for each in self.open_suspects)

    @property
    def open_suspects(self) -> list[Suspect]:
        """What is to be appraised before anybody announces a total."""
        return [each for each in self.suspects if each.is_open]

    @cached_property
    def by_unit(self) -> list[Line]:
        """Those directly below, and what lies at the unit itself or outside the campaign's structure."""
        lines = []
        for unit, measured in self.below:
            theirs = [each for each in self.suspects if each.path.startswith(unit.path)]
            lines.append(Line(str(unit), measured, self.campaign, theirs, unit))
        rest = figures.without(self.counted.whole, (measured for _, measured in self.below))
        if lines and rest.entries:
            paths = tuple(unit.path for unit, _ in self.below)
            here = [each for each in self.suspects if not each.path.startswith(paths)]
            lines.append(Line("Chưa về đơn vị nào bên dưới", rest, self.campaign, here))
        return lines

    @cached_property
    def parts(self) -> list[tuple[str, str, list[Line]]]:
        """Key, title and lines: by field, category, phase and quarter."""
        labels: dict[str, dict[str, str]] = {}
        for choice in self.choices:
            labels.setdefault(choice.list, {})[choice.code] = choice.label
        phases = {str(phase.pk): phase.name for phase in self.phases}
        fields = self._lines(By.FIELD, labels.get(ChoiceList.FIELD, {}), "field")
        categories = self._lines(By.CATEGORY, labels.get(self.campaign.category_scheme, {}), "category")
        found = [
            ("linh-vuc", "Theo lĩnh vực", fields),
            ("doi-tuong", "Theo đối tượng", categories),
            ("dot", "Theo đợt", self._lines(By.PHASE, phases, "phase")),
            ("quy", "Theo quý", self._quarters()),
        ]
        return [(key, title, lines) for key, title, lines in found if lines]

    @cached_property
    def bars(self) -> list[Bars]:
        return [_bars(key, title, lines) for key, title, lines in self.parts if any(line.declared for line in lines)]

    def _lines(self, by: By, labels: Mapping[str, str], name: str) -> list[Line]:
        """In the campaign's order; what nobody chose has no line."""
        measured = self.counted.by(by)
        codes = [code for code in labels if code in measured]
        codes += sorted((code for code in measured if code not in labels), key=lambda code: (not code, code))
        return [
            Line(
                labels.get(code) or code or UNNAMED,
                measured[code],
                self.campaign,
                [each for each in self.suspects if getattr(each, name) == code],
            )
            for code in codes
            if measured[code].entries
        ]

    def _quarters(self) -> list[Line]:
        return [
            Line(
                label, measured, self.campaign, [each for each in self.suspects if quarter_label(each.quarter) == label]
            )
            for label, measured in breakdowns.by_quarter(self.counted)
        ]


def of(campaign: Campaign, unit: Unit, *, at: datetime) -> Report:
    """A constant number of statements."""
    counted_at = figures.fresh(campaign, at=at)
    least = benefit.thresholds(campaign)
    units = Unit.objects.in_structure_of(campaign.structure_day).directly_below(unit)
    of_units = figures.below(campaign, unit, by=(By.ALL,))
    return Report(
        campaign=campaign,
        unit=unit,
        counted_at=counted_at,
        trail=list(Unit.objects.ancestors_and_self(unit)),
        counted=figures.of_unit(campaign, unit, by=LEVELS),
        suspects=list(_suspects(campaign, unit, least)),
        below=[(each, of_units.get(each.pk, Counted()).whole) for each in units],
        phases=list(campaign.phases.all()),
        choices=list(campaign.choices.all()),
        least=least,
    )


def _suspects(campaign: Campaign, unit: Unit, least: Mapping[str, int]) -> Iterable[Suspect]:
    rows = Initiative.objects.reached().filter(benefit.far_above(campaign, least)).order_by()
    if unit.depth > 1:
        rows = rows.filter(branch(unit.path, by="unit__path"))
    category = "bloc" if campaign.category_scheme == CategoryScheme.BLOC else "target_group"
    asked = ("benefit_value", "is_appraised", "status", "unit__path", "phase", category, "field", "submitted_at")
    for value, is_appraised, status, path, phase, of_category, field, submitted_at in rows.values_list(
        *asked
    ).iterator():
        quarter = quarter_of(month_of(submitted_at))
        yield Suspect(value, not is_appraised, status == Status.VALID, path, str(phase), of_category, field, quarter)


def listed(report: Report, kind: str, *, account: StaffAccount, most: int = MOST_LISTED) -> list[Row]:
    """The first of a list of LISTS, as far as `account` sees them: which rows, from an index alone, and then these."""
    campaign, held = report.campaign, report.counted.received
    branched = branches.tallied(report.unit, account=account).reached().filter(campaign=campaign)  # type: ignore[attr-defined]
    chosen, by = _chosen(branched, kind, report)
    knowing = branches.knowing(chosen.order_by(f"-{by}"), held=held, share=1.0 if kind == DECLARED else None)
    found = branches.suited(knowing, first=most)
    # What was found by other means than this order is put in it then, not found again by walking down everything there is.
    is_put_in_order = kind == MISTYPED or (kind == DECLARED and branches.gathers(found))
    order = (F(by) + 0).desc() if is_put_in_order else F(by).desc()
    keys = list(found.order_by(order, "-pk").values_list("pk", flat=True)[:most])
    rows = Initiative.objects.select_related("unit").in_bulk(keys)
    return [Row(rows[key], _looks_mistyped(rows[key], report.least)) for key in keys if key in rows]


def _chosen(rows: QuerySet, kind: str, report: Report) -> tuple[QuerySet, str]:
    """The rows of a list, and the column by which the greatest come first: each with an index of its own, read backwards."""
    if report.counts_valid and kind in {DECLARED, APPRAISED}:
        rows = rows.filter(status=Status.VALID)  # as the totals beside it
    if kind == DECLARED:
        return rows.filter(benefit_value__isnull=False), "benefit_value"
    if kind == APPRAISED:
        return rows.filter(is_appraised=True, appraised_value__isnull=False), "appraised_value"
    if kind == MEANINGFUL:
        return rows.filter(has_social_meaning=True), "submitted_at"
    return rows.filter(benefit.looking_mistyped(report.campaign, report.least)), "benefit_value"


def _looks_mistyped(initiative: Initiative, least: Mapping[str, int]) -> bool:
    value = initiative.benefit_value
    if value is None or initiative.is_appraised:
        return False
    return value >= least.get(initiative.field, money.PLAUSIBLE + 1)


def _bars(key: str, title: str, lines: Sequence[Line]) -> Bars:
    total, longest = sum(line.declared for line in lines), max(line.declared for line in lines)
    bars = tuple(
        Bar(line.label, line.declared, width_of(line.declared, longest), percent(line.declared, total))
        for line in lines
    )
    rows = tuple(
        (line.label, money.shown(line.declared), money.shown(line.appraised), line.share_appraised) for line in lines
    )
    heading = ("Nhóm", "Đã khai", "Đã thẩm định", "Số đã thẩm định")
    return Bars(key, title, "Giá trị đã khai, không kể trông như ghi nhầm.", bars, heading, rows, is_money=True)
