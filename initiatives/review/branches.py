"""The rows of a branch in two ways, for neither database guesses which is the shorter.

Walked: an index is read in the order of the list, and each entry asked whether its unit belongs to the branch, until enough is
found. Gathered: whatever the branch holds is read, unit by unit, and put in order. How much of all initiatives a branch holds
decides. PostgreSQL thinks that every unit holds the same: for a province it took up to 30 s, the right way takes 5 to 50 ms.
"""

from collections.abc import Iterator
from copy import copy
from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.fields.related_lookups import RelatedExact
from django.db.models.sql.where import WhereNode

from initiatives.models import Campaign, Initiative
from orgtree.models import Level, StaffAccount, Unit
from orgtree.scope import after_branch
from orgtree.scope import branch as inside

# So many entries of an index are passed by in the time that one row takes which is gathered: read whole, or of an index alone.
A_ROW, AN_ENTRY = 12, 2
KEPT_BY_UNIT = {"submitted_at", "-submitted_at"}

UNITS = "SELECT id FROM orgtree_unit WHERE "


class Branch(Func):
    """Whether a row belongs to the branch of `unit`: a condition that also says how the rows are found.

    `held` is how many there are; `share` is how many of these pass whatever else is asked of them, None where that finds
    its few rows by itself. With `seen_by` its units are those below its own path, as the tally counts them, which that other
    unit sees today: a change of the tree may have taken some of them elsewhere.
    """

    output_field = BooleanField()
    conditional = True
    said: dict[str, str]

    def __init__(self, unit: Unit, *, held: int = 0, share: float | None = 1.0, seen_by: Unit | None = None) -> None:
        super().__init__(F("unit"))
        self.unit, self.held, self.share, self.seen_by = unit, held, share, seen_by

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        units, asked = self.units()
        return self.said[connection.vendor].format(column=column, units=units), (*params, *asked)

    def units(self) -> tuple[str, list[str]]:
        """A statement for the keys of the units of the branch, and its parameters."""
        ranges = {"current_path": self.unit.current_path}
        if self.seen_by is not None:
            ranges = {"path": self.unit.path, "current_path": self.seen_by.current_path}
            if self.seen_by.depth == 1:  # who sees everything takes nothing away
                del ranges["current_path"]
        conditions, ends = [], []
        for column, path in ranges.items():
            end = after_branch(path)
            conditions.append(f"{column} >= %s" + (f" AND {column} < %s" if end else ""))
            ends += [path, end] if end else [path]
        return UNITS + " AND ".join(conditions), ends

    def turned(self, way: "type[Branch]") -> "Branch":
        """The same rows, found in the other way."""
        turned = way(self.unit, held=self.held, share=self.share, seen_by=self.seen_by)
        turned.set_source_expressions(self.get_source_expressions())
        return turned


class Walked(Branch):
    """Asked of each row that is met; no index of units is entered."""

    said = {"postgresql": "({column} IN ({units})) IS TRUE", "sqlite": "+{column} IN ({units})"}


class Gathered(Branch):
    """PostgreSQL takes the units for a handful, and begins with them."""

    said = {"postgresql": "{column} = ANY(ARRAY({units}))", "sqlite": "{column} IN ({units})"}


class OfCampaign(RelatedExact):
    """`campaign = …`, of which PostgreSQL is not told.

    Told, it takes a campaign that began since it last looked at the table for empty, and begins with all of it: at 20,000
    initiatives beside 2.5 million the inbox of a province took half a second for its rows, and the numbers beside its statuses,
    counted unit by unit, more than the thirty seconds there are. Untold, it begins with the units, by the index of both.
    """

    untold = {"postgresql": "(SELECT %s)", "sqlite": "%s"}

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= {self.untold[connection.vendor] % rhs}"


class Above(Gathered):
    """Those of them that no grassroots union has: their senders did not find it."""

    def units(self) -> tuple[str, list[str]]:
        units, asked = super().units()
        return f"{units} AND level <> %s", [*asked, Level.GRASSROOTS.value]


def keeps_its_own(unit: Unit | None, campaign: Campaign | None) -> bool:
    """Whether `unit` is asked of `campaign` for its own branch alone, as the tally counts it: it is of that structure, whatever
    it merged with since. Any other stands for all that is found below it today."""
    return (
        unit is not None and unit.depth > 1 and campaign is not None and unit.is_in_structure_of(campaign.structure_day)
    )


def visible_to(
    account: StaffAccount,
    *,
    within: Unit | None = None,
    campaign: Campaign | None = None,
    way: type[Branch] = Gathered,
) -> QuerySet:
    """The rows that `visible_to` and `in_branch_of` answer; of the root, under which everything lies, no condition. With
    `campaign` those of `within` as that campaign has it (`keeps_its_own`)."""
    if account.unit is None or not account.is_active:
        return Initiative.objects.none()
    top = within or account.unit
    if not top.current_path.startswith(account.unit.current_path):
        return Initiative.objects.none()
    if top.depth == 1:
        return Initiative.objects.all()
    seen_by = account.unit if keeps_its_own(within, campaign) else None
    return Initiative.objects.filter(way(top, seen_by=seen_by))


def tallied(unit: Unit, *, account: StaffAccount) -> QuerySet:
    """What the tally counts as the branch of `unit`, as far as `account` sees it."""
    if account.unit is None or not account.is_active:
        return Initiative.objects.none()
    if unit.depth == 1 and account.unit.depth == 1:
        return Initiative.objects.all()
    return Initiative.objects.filter(Gathered(unit, seen_by=account.unit))


def knowing(rows: QuerySet, *, held: int, share: float | None) -> QuerySet:
    """The same rows: a branch that knows how much it holds can be read in the way that suits."""
    for branch in _branches(rows):
        return _with(rows, Gathered(branch.unit, held=held, share=share, seen_by=branch.seen_by))
    return rows


def suited(rows: QuerySet, *, first: int) -> QuerySet:
    """The same rows, read in the way that finds the `first` of them sooner. Of no branch: as they are."""
    for branch in _branches(rows):
        if _walks(rows, branch, first=first):
            return _with(rows, branch.turned(Walked))
        return from_its_units(_with(rows, branch.turned(Gathered)))
    return rows


def from_its_units(rows: QuerySet) -> QuerySet:
    """The same rows of a branch that is gathered, whatever PostgreSQL believes their campaign to hold (`OfCampaign`)."""
    found = rows.all()
    found.query.where = _untold(found.query.where)
    return found


def gathers(rows: QuerySet) -> bool:
    """Whether all of a branch is read, then put in order: an order that an index keeps would tempt PostgreSQL to walk it."""
    return any(isinstance(branch, Gathered) for branch in _branches(rows))


def _walks(rows: QuerySet, branch: Branch, *, first: int) -> bool:
    if branch.share is None:
        return True
    is_kept = branch.share == 1 and str(next(iter(rows.query.order_by), "")) in KEPT_BY_UNIT
    dear = AN_ENTRY if is_kept else A_ROW
    return branch.held * branch.held * branch.share * dear > first * everything()


def counted(rows: QuerySet, *, most: int) -> int:
    """How many there are, at most `most`; in the order of an index where that is walked anyway."""
    found = suited(rows, first=most)
    is_walked = any(isinstance(branch, Walked) for branch in _branches(found))
    return (found if is_walked else found.order_by())[:most].count()


def keys(unit: Unit) -> list[int]:
    """Of all that may be asked for as its branch, by its own place or that of today."""
    places = inside(unit.current_path, by="current_path") | inside(unit.path, by="path")
    return list(Unit.objects.filter(places).order_by().values_list("pk", flat=True))


def conditions(rows: QuerySet) -> Iterator[Any]:
    """Every condition upon the rows, however deep."""
    waiting = [rows.query.where]
    while waiting:
        for child in waiting.pop().children:
            if isinstance(child, WhereNode):
                waiting.append(child)
            else:
                yield getattr(child, "lhs", child)  # Django compares a condition of ours with True


def _branches(rows: QuerySet) -> Iterator[Branch]:
    return (each for each in conditions(rows) if isinstance(each, Branch))


def _with(rows: QuerySet, branch: Branch) -> QuerySet:
    found = rows.all()
    found.query.where = _exchanged(found.query.where, branch)
    return found


def _exchanged(where: Any, branch: Branch) -> Any:
    exchanged = where.clone()
    for place, child in enumerate(exchanged.children):
        if isinstance(child, WhereNode):
            exchanged.children[place] = _exchanged(child, branch)
        elif isinstance(getattr(child, "lhs", None), Branch):
            branch.set_source_expressions(child.lhs.get_source_expressions())
            exchanged.children[place] = copy(child)
            exchanged.children[place].lhs = branch
    return exchanged


def _untold(where: Any) -> Any:
    untold = where.clone()
    for place, child in enumerate(untold.children):
        if isinstance(child, WhereNode):
            untold.children[place] = _untold(child)
        elif type(child) is RelatedExact and child.lhs.target.attname == "campaign_id":
            untold.children[place] = OfCampaign(child.lhs, child.rhs)
    return untold


def everything() -> int:
    """About how many initiatives there are: none is ever deleted."""
    return Initiative.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
