"""Pairs that may be duplicates: which an account sees and has to decide, and what keeps their state honest.

A pair is shown in full to whoever sees both initiatives as they are attached now. Everybody else learns only that there is
a twin, and in which unit.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, Value, When

from initiatives.duplicates import looking, pairs
from initiatives.duplicates.looking import Reading, Text
from initiatives.models import Initiative, Status, TwinPair
from initiatives.review.sequence import MOST_COUNTED, Stand
from initiatives.submission.receipts import parse_code
from orgtree import search
from orgtree.models import StaffAccount, Unit
from orgtree.scope import ScopedQuerySet, branch

MOST_ON_A_DESK = 10
COUNTED = (Status.SUBMITTED, Status.RETURNED, Status.VALID)
IN_ORDER = ("-likeness", "pk")
NOTHING_LEFT = "Không còn phải quyết định"

# Two that still count. Where one was withdrawn or declined, for whatever reason, there is nothing left to decide.
BOTH_COUNT = Q(earlier__status__in=COUNTED, later__status__in=COUNTED)
WAITS = Q(state=TwinPair.State.OPEN) & BOTH_COUNT
SETTLED = Q(state=TwinPair.State.OPEN) & ~BOTH_COUNT
# Of which those who see one of the two learn that there is another: not what became of it where it counts no more, nor, of a code
# that somebody tried, that there is such a one.
TOLD_BELOW = Q(state=TwinPair.State.DUPLICATE) | (
    ~Q(kind=TwinPair.Kind.REPORTED) & (WAITS | ~Q(state=TwinPair.State.OPEN))
)


@dataclass(frozen=True)
class TwinOnDesk:
    """A twin of the initiative on the desk. `pair` only for whoever sees both; else nothing but where the twin lies."""

    likeness: str
    where: str
    decider: str
    standing: str
    is_decided: bool
    pair: TwinPair | None = None
    other: Initiative | None = None


# --- rows ---------------------------------------------------------------------------------------------------------------


def visible(rows: ScopedQuerySet, account: StaffAccount) -> QuerySet:
    return with_both_in_branch(rows.visible_to(account), account)


def with_both_in_branch(rows: QuerySet, account: StaffAccount) -> QuerySet:
    """Those of which the account sees both, wherever they have been attached since the pair was found."""
    if account.unit is None:
        return rows.none()
    sides = ("earlier__unit__current_path", "later__unit__current_path")
    return rows.filter(*(branch(account.unit.current_path, by=side) for side in sides))


def with_both(rows: QuerySet) -> QuerySet:
    return rows.select_related("earlier__unit", "later__unit", "decider")


def of_own_level(rows: QuerySet, account: StaffAccount) -> QuerySet:
    """Those nobody below may decide: the account's unit is the lowest above both."""
    return rows.filter(decider__in=_standing_here(account))


def of_lower_levels(rows: QuerySet, account: StaffAccount) -> QuerySet:
    return rows.exclude(decider__in=_standing_here(account))


def waiting(account: StaffAccount) -> int:
    """How many pairs of the account's own level wait; not counted beyond MOST_COUNTED."""
    rows = of_own_level(visible(TwinPair.objects.all(), account), account).filter(WAITS)
    return rows.order_by()[:MOST_COUNTED].count()


def following(rows: QuerySet, *, after: TwinPair) -> TwinPair | None:
    """The next in the order of the queue; the first of all when none is left behind `after`."""
    others = rows.exclude(pk=after.pk).order_by(*IN_ORDER)
    return others.filter(_behind(after)).first() or others.first()


def stand(pair: TwinPair, rows: QuerySet) -> Stand | None:
    """Where it stands in the queue; None where it is not, or no longer, in it."""
    rows = rows.order_by()
    if not rows.filter(pk=pair.pk).exists():
        return None
    up_to, all_of_them = (asked[: MOST_COUNTED + 1].count() for asked in (rows.exclude(_behind(pair)), rows))
    return Stand(up_to, all_of_them, MOST_COUNTED)


def _behind(pair: TwinPair) -> Q:
    return Q(likeness__lt=pair.likeness) | Q(likeness=pair.likeness, pk__gt=pair.pk)


def _standing_here(account: StaffAccount) -> list[int]:
    """The account's unit and those it succeeded, for which pairs were found in their time. Asked beforehand: for one unit the
    queue then lies ready in its order (`twin_pair_queue`)."""
    if account.unit is None:
        return []
    return list(Unit.objects.filter(current_path=account.unit.current_path).order_by().values_list("pk", flat=True))


# --- one pair in words ----------------------------------------------------------------------------------------------------


def likeness_of(pair: TwinPair) -> str:
    """Why the two were put side by side: "87% giống, 9/10 câu"."""
    parts = [] if pair.kind == TwinPair.Kind.ALIKE else [TwinPair.Kind(pair.kind).label]
    if pair.likeness:
        parts.append(f"{pair.likeness}% giống")
    if pair.sentences:
        parts.append(f"{pair.sentences_alike}/{pair.sentences} câu")
    return ", ".join(parts) or TwinPair.Kind.ALIKE.label


def is_waiting(pair: TwinPair) -> bool:
    return pair.is_open and pair.earlier.status in COUNTED and pair.later.status in COUNTED


def standing_of(pair: TwinPair) -> str:
    if (pair.is_open and not is_waiting(pair)) or is_undone_elsewhere(pair):
        return NOTHING_LEFT
    return TwinPair.State(pair.state).label


def is_undone_elsewhere(pair: TwinPair) -> bool:
    """A duplicate once and none any more: the first of the two counts no more, or a desk reopened the other."""
    return pair.state == TwinPair.State.DUPLICATE and declined_of(pair) is None


def tone_of(pair: TwinPair) -> str:
    if is_undone_elsewhere(pair):
        return "plain"
    if pair.is_open:
        return "wait" if is_waiting(pair) else "plain"
    return "stop" if pair.state == TwinPair.State.DUPLICATE else "good"


def declined_of(pair: TwinPair) -> Initiative | None:
    """The one of the two that repeats the other, today."""
    if pair.later.duplicate_of_id == pair.earlier_id:
        return pair.later
    return pair.earlier if pair.earlier.duplicate_of_id == pair.later_id else None


def on_desk(initiative: Initiative, account: StaffAccount) -> list[TwinOnDesk]:
    """What an officer may know of an initiative's twins: those that wait, then the others, the likeliest first; one more than
    MOST_ON_A_DESK where there are more. Three statements at most."""
    rows = TwinPair.objects.filter(Q(earlier=initiative) | Q(later=initiative))
    seen_ones = visible(rows, account).order_by().values("pk")
    in_turn = (Case(When(WAITS, then=Value(0)), default=Value(1)), *IN_ORDER)
    may_be_told = with_both(rows).filter(Q(pk__in=seen_ones) | TOLD_BELOW)
    told = list(may_be_told.order_by(*in_turn)[: MOST_ON_A_DESK + 1])
    if not told:
        return []
    seen = set(seen_ones.filter(pk__in=[pair.pk for pair in told]).values_list("pk", flat=True))
    others = {pair.pk: pair.earlier if pair.later_id == initiative.pk else pair.later for pair in told}
    where = {one.unit: one for one in search.with_those_above([other.unit for other in others.values()])}
    return [
        TwinOnDesk(
            likeness=likeness_of(pair),
            where=", ".join((unit.name, *where[unit].above[-1:])),
            decider=pair.decider.name,
            standing=standing_of(pair),
            is_decided=not pair.is_open and not is_undone_elsewhere(pair),
            pair=pair if pair.pk in seen else None,
            other=others[pair.pk] if pair.pk in seen else None,
        )
        for pair in told
        for unit in (others[pair.pk].unit,)
    ]


# --- what others do that concerns a pair ------------------------------------------------------------------------------------


def report(later: Initiative, code: str, *, by: StaffAccount, at: datetime) -> None:
    """An officer thinks that `later` repeats the one with this receipt code, which may lie in another branch: whoever is
    above both will look. Whether there is one, nobody is told."""
    parsed = parse_code(code)
    rows = Initiative.objects.filter(campaign=later.campaign_id).select_related("unit")
    other = rows.filter(receipt_code=parsed).exclude(pk=later.pk).first() if parsed else None
    if other is None:
        return
    first, second = sorted((later, other), key=lambda one: (one.submitted_at, one.pk))
    if TwinPair.objects.filter(Q(earlier=first, later=second) | Q(earlier=second, later=first)).exists():
        return
    texts = [Reading.of(Text.of(one)) for one in (second, first)]
    found = looking.judged(*texts, initiative_id=first.pk, always=True)
    pair = TwinPair(
        earlier=first, later=second, kind=TwinPair.Kind.REPORTED, decider=pairs.decider_of(first, second), found_at=at
    )
    if found is not None:
        pair.likeness, pair.sentences_alike, pair.sentences = found.likeness, found.sentences_alike, found.sentences
    TwinPair.objects.bulk_create([pair], ignore_conflicts=True)  # the screening may have found it at this very moment


def settle(initiative_id: int, first: Initiative | None, *, by: StaffAccount, at: datetime) -> None:
    """After an initiative moved at a desk: its pair with `first`, which it repeats, is decided; without one, a pair that
    had been decided as duplicates is open again where both count."""
    mine = Q(earlier=initiative_id) | Q(later=initiative_id)
    rows = TwinPair.objects.filter(mine)
    if first is not None:
        both = rows.filter(Q(earlier=first.pk) | Q(later=first.pk), state=TwinPair.State.OPEN)
        both.update(state=TwinPair.State.DUPLICATE, decided_by=by, decided_at=at)
        return
    open_again = rows.filter(BOTH_COUNT, state=TwinPair.State.DUPLICATE).values("pk")
    TwinPair.objects.filter(pk__in=open_again).update(state=TwinPair.State.OPEN, decided_by=None, decided_at=None)
