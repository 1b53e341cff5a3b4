"""Plain counts of initiatives, by unit and by what they are broken down: each statement reads an index and no row.

What is measured of each part, in this order: entries (received without withdrawn and duplicates, NT22), valid ones, money
declared over the entries and over the valid ones (without what is implausible and not confirmed: no sum may be spoilt by a slip
of the keys, nor overflow), those not expressible in money (as staff found, else as declared),
what is implausible and not yet appraised (doubtful), money as staff found it over the
entries and over the valid ones, how many were appraised, how many are of deep social meaning, and grassroots unions that take
part.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Case, CharField, Count, F, Func, Q, QuerySet, Sum, When
from django.db.models.functions import Substr

from initiatives.models import DUPLICATE, By, Campaign, CategoryScheme, Initiative, ReviewEvent, Status
from orgtree.models import Level, Unit
from portal.vietnamese import money
from portal.vietnamese.days import VIETNAM

Key = tuple[int, str, str]  # unit, by, value
Measured = tuple[int, ...]
Counted = dict[Key, Measured]

MEASURES = (
    *("entries", "valid", "declared", "declared_valid", "unmeasured", "doubtful"),
    *("appraised", "appraised_valid", "appraisals", "meaningful", "taking_part"),
)
NOTHING: Measured = (0,) * len(MEASURES)
DEPTH_OF_DAYS = 2  # the confederation, provinces and sectors

_REACHED = ~Q(status=Status.WITHDRAWN) & Q(duplicate_of=None)
_VALID = Q(status=Status.VALID)
_PLAUSIBLE = Q(benefit_value__lte=money.PLAUSIBLE)
_APPRAISED = Q(is_appraised=True)
# What staff found just as it was declared is no slip of the keys, however large.
_SUMMED = _PLAUSIBLE | _APPRAISED & Q(appraised_value=F("benefit_value"))
_NOT_MONEY = _APPRAISED & Q(appraised_value=None) | ~_APPRAISED & Q(benefit_is_not_money=True)
# Rows are counted by a column that the index holds.
_COUNTED = {
    "entries_": Count("campaign", filter=_REACHED),
    "valid_": Count("campaign", filter=_VALID),
    "declared_": Sum("benefit_value", filter=_REACHED & _SUMMED, default=0),
    "declared_valid_": Sum("benefit_value", filter=_VALID & _SUMMED, default=0),
    "unmeasured_": Count("campaign", filter=_REACHED & _NOT_MONEY),
    "doubtful_": Count("campaign", filter=_REACHED & Q(benefit_value__gt=money.PLAUSIBLE) & ~_APPRAISED),
    "appraised_": Sum("appraised_value", filter=_REACHED & _APPRAISED, default=0),
    "appraised_valid_": Sum("appraised_value", filter=_VALID & _APPRAISED, default=0),
    "appraisals_": Count("campaign", filter=_REACHED & _APPRAISED),
    "meaningful_": Count("campaign", filter=_REACHED & Q(has_social_meaning=True)),
}


class DayInVietnam(Func):
    """The day of a moment as text, 2022-10-03, said in SQL: a function of Python a row would take ten times as long."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # in whole seconds: SQLite would round the last microsecond of a day up to the next
        return self.as_sql(compiler, connection, template="date(substr(%(expressions)s, 1, 19), '+7 hours')", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "to_char(%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD')"
        return self.as_sql(compiler, connection, template=template, **extra)


def own(campaign: Campaign, units: Collection[int] | None) -> Counted:
    """What lies at each unit itself (all that have any, where `units` is None), by everything but days."""
    rows = Initiative.objects.filter(campaign=campaign).order_by()
    if units is not None:
        rows = rows.filter(unit__in=units)
    category = "bloc" if campaign.category_scheme == CategoryScheme.BLOC else "target_group"
    found: dict[Key, Measured] = {}
    found.update(_statuses(rows))
    for by, value in (
        (By.CATEGORY, F(category)),
        (By.FIELD, F("field")),
        (By.PHASE, F("phase")),
        (By.MONTH, Substr(DayInVietnam("submitted_at"), 1, 7)),
    ):
        found.update(_broken_down(rows, by, value))
    found.update(_alls(found))
    return found


def days(campaign: Campaign, on: Iterable[date] | None) -> Counted:
    """By day of submission (all days, where `on` is None) of the confederation, provinces and sectors, each with its branch."""
    rows = Initiative.objects.filter(campaign=campaign).order_by()
    if on is not None:
        chosen = Q(pk=None)
        for begins, ends in _spans(on):
            chosen |= Q(submitted_at__gte=begins, submitted_at__lt=ends)
        rows = rows.filter(chosen)
    top = Substr("unit__path", 1, DEPTH_OF_DAYS * Unit.steplen)
    counted = (
        rows.annotate(top=top, value=DayInVietnam("submitted_at")).values_list("top", "value").annotate(**_COUNTED)
    )
    ids = dict(Unit.objects.filter(depth__lte=DEPTH_OF_DAYS).values_list("path", "pk"))
    sums: dict[Key, list[int]] = defaultdict(lambda: list(NOTHING))
    for path, value, *measured in counted.iterator():
        for each in {path, path[: Unit.steplen]}:
            for place, number in enumerate(measured):
                sums[ids[each], By.DAY, value][place] += int(number)
    return {key: tuple(each) for key, each in sums.items() if any(each)}


def is_touched(campaign: Campaign, *, since: datetime) -> bool:
    """Whether anything befell an initiative of `campaign` since then."""
    return ReviewEvent.objects.filter(at__gte=since, initiative__campaign=campaign).exists()


def _statuses(rows: QuerySet[Initiative]) -> Iterable[tuple[Key, Measured]]:
    """Duplicates apart from the status they have, which is invalid."""
    is_duplicate = Case(When(duplicate_of=None, then=False), default=True, output_field=BooleanField())
    counted = rows.annotate(is_duplicate=is_duplicate).values_list("unit", "status", "is_duplicate")
    for unit, status, duplicate, number in counted.annotate(number=Count("*")).iterator():
        yield (unit, By.STATUS, DUPLICATE if duplicate else status), (number, *NOTHING[1:])


def _broken_down(rows: QuerySet[Initiative], by: By, value: Any) -> Iterable[tuple[Key, Measured]]:
    counted = rows.annotate(value=value).values_list("unit", "value").annotate(**_COUNTED)
    for unit, of, *measured in counted.iterator():
        if any(measured):
            yield (unit, by, str(of)), (*map(int, measured), 0)


def _alls(found: Counted) -> Counted:
    """Each has one phase, so the phases make up the whole."""
    sums: dict[int, list[int]] = defaultdict(lambda: list(NOTHING))
    for (unit, by, _), measured in found.items():
        if by == By.PHASE:
            sums[unit] = [one + more for one, more in zip(sums[unit], measured, strict=True)]
    taking_part = {unit for unit, measured in sums.items() if measured[0]}
    grassroots = set(Unit.objects.filter(pk__in=taking_part, level=Level.GRASSROOTS).values_list("pk", flat=True))
    return {(unit, By.ALL, ""): (*measured[:-1], int(unit in grassroots)) for unit, measured in sums.items()}


def _spans(on: Iterable[date]) -> Iterable[tuple[datetime, datetime]]:
    """From midnight to midnight in Việt Nam, days that follow one another as one."""
    begins: date | None = None
    last: date | None = None
    for day in sorted(set(on)):
        if last is None or begins is None:
            begins = day
        elif day - last > timedelta(days=1):
            yield _midnight(begins), _midnight(last + timedelta(days=1))
            begins = day
        last = day
    if begins is not None and last is not None:
        yield _midnight(begins), _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
