"""How many rows there are of each status in a branch and campaign: counted to a cap, in one statement over an index alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, Subquery, Value

from initiatives.models import Campaign, Initiative, Status
from initiatives.review import branches, surely
from orgtree.models import StaffAccount, Unit
from orgtree.scope import branch
from portal.vietnamese.formats import whole

MOST_COUNTED = 10_000
# A branch that holds no more is read whole, of a larger one each status by itself: at 50,000 both take 20 ms.
MOST_READ = 50_000
MOST_HELD = 20_000
MUCH = 50_000  # what is held by a branch of which nobody knows how much

BY_STATUS = """
SELECT held.status, COUNT(*) FROM (
    SELECT one.status FROM ({branch}) branch {each} LIMIT %s
) held GROUP BY held.status
"""
ONE_STATUS = "(SELECT COUNT(*) FROM (SELECT 1 FROM ({branch}) branch {each} LIMIT %s) held)"
# From the units to their initiatives, never the other way: PostgreSQL would rather read the whole campaign.
EACH = {
    "postgresql": """
    CROSS JOIN LATERAL (
        SELECT status FROM initiatives_initiative WHERE unit_id = branch.id{campaigns}{status} OFFSET 0
    ) one""",
    "sqlite": """
    CROSS JOIN initiatives_initiative one ON one.unit_id = branch.id{campaigns}{status}""",
}


@dataclass(frozen=True)
class Counted:
    """A number of rows; at least that many where it is capped. `held` is what is known beyond that."""

    number: int
    is_capped: bool = False
    held: int = 0

    def __str__(self) -> str:
        return f"hơn {whole(self.number)}" if self.is_capped else whole(self.number)


class CappedCount(Subquery):
    """How many rows a sliced queryset finds, or how many of these `only` holds for; nothing beyond the slice is read."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted WHERE counted.%(only)s)"
    output_field = IntegerField()


def by_status(
    account: StaffAccount, *, unit: Unit | None, campaigns: list[Campaign], at: datetime, are_all: bool = False
) -> dict[str, Counted]:
    """Of the branch of `unit`, or the whole branch of `account`, in any of `campaigns`, which `are_all` there are. At most four
    statements: a status of which the branch surely holds more is not counted, and one of more than MOST_READ rows each status by
    itself."""
    counted = dict.fromkeys(Status.values, 0)
    keys = [campaign.pk for campaign in campaigns]
    top = unit or account.unit
    if top is None or account.unit is None or not account.is_active or not keys:
        pass
    elif top.current_path.startswith(account.unit.current_path):
        sure = {status for _, status in surely.held(top, at=at, campaigns=keys)}
        counted |= dict.fromkeys(sure, MOST_COUNTED + 1)
        if top.depth == 1:
            counted |= _of_everything(top, keys, but=sure)
        else:
            visible = Unit.objects.visible_to(account)
            is_own = not are_all and len(campaigns) == 1 and branches.keeps_its_own(unit, campaigns[0])
            inside = visible.filter(branch(top.path, by="path")) if is_own else visible.in_branch_of(top)
            units = inside.order_by().values("id")
            counted |= _of_branch(units, [] if are_all else keys, but=sure)
    return {status: _capped(number) for status, number in counted.items()}


def total(counted: dict[str, Counted]) -> Counted:
    numbers = counted.values()
    held = sum(each.held for each in numbers)
    return Counted(sum(each.number for each in numbers), any(each.is_capped for each in numbers), held)


def _of_everything(root: Unit, campaigns: list[int], *, but: Collection[str]) -> dict[str, int]:
    """Without a word about units: what is read is the index of the inbox."""
    rows = Initiative.objects.order_by().filter(campaign__in=campaigns)
    sought = {
        status.value: CappedCount(
            rows.filter(status=status).values(is_found=Value(True))[: MOST_COUNTED + 1], only="is_found"
        )
        for status in Status
        if status not in but
    }
    return Unit.objects.filter(pk=root.pk).order_by().values(**sought).get() if sought else {}


def _of_branch(units: Any, campaigns: list[int], *, but: Collection[str]) -> dict[str, int]:
    """In all campaigns where none is named: then every unit is looked up once, not once for each of them. Where statuses are left
    out (`but`), each of the others by itself."""
    try:
        branch, parameters = units.query.sql_with_params()
    except EmptyResultSet:
        return {}
    if connection.vendor == "postgresql":
        branch += " OFFSET 0"
    asked = (*parameters, *campaigns)
    among = ""
    if len(campaigns) == 1:
        among = f" AND campaign_id = {branches.OfCampaign.untold[connection.vendor]}"
    elif campaigns:
        among = f" AND campaign_id IN ({', '.join(['%s'] * len(campaigns))})"
    each = EACH[connection.vendor].replace("{campaigns}", among)
    with connection.cursor() as cursor:
        if not but:
            cursor.execute(BY_STATUS.format(branch=branch, each=each.format(status="")), [*asked, MOST_READ + 1])
            counted = dict(cursor.fetchall())
            if sum(counted.values()) <= MOST_READ:
                return counted
        sought = [status for status in Status.values if status not in but]
        if not sought:
            return {}
        one = ONE_STATUS.format(branch=branch, each=each.format(status=" AND status = %s"))
        statement = f"SELECT {', '.join([one] * len(sought))}"
        cursor.execute(statement, [value for status in sought for value in (*asked, status, MOST_COUNTED + 1)])
        return dict(zip(sought, cursor.fetchone(), strict=True))


def held(unit: Unit | None, *, campaign: Campaign | None, status: str) -> int:
    """How much the branch holds, as far as it matters to how it is read; 0 of everything, which is read in one way only."""
    if unit is None or unit.depth == 1:
        return 0
    rows = Initiative.objects.filter(branches.Gathered(unit)).order_by()
    if campaign:
        rows = rows.filter(campaign=campaign)
    if status:
        rows = rows.filter(status=status)
    number: int = branches.from_its_units(rows)[:MOST_HELD].count()
    return number if number < MOST_HELD else MUCH


def _capped(number: int) -> Counted:
    """Of a branch of more than MOST_READ nothing is counted beyond the cap: how much more it holds is not known."""
    is_capped = number > MOST_COUNTED
    return Counted(min(number, MOST_COUNTED), is_capped, MUCH if number == MOST_COUNTED + 1 else number)
