"""When a round takes dossiers, which units take part, and which rounds a unit's own choice rests on.

Days are whole days in Việt Nam: the last day on time ends at 24h00 ("trước ngày 15/4" is the end of 14/4, DB21). A round may lie
after its campaign's close (TH21, second round). After the last day nominating stops; a dossier may still be sent, and is late.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from initiatives.models import Campaign, Dossier, SelectionRound
from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet
from portal.vietnamese import days


class RoundState(StrEnum):
    NOT_YET = "not_yet"
    OPEN = "open"
    PAST = "past"


@dataclass(frozen=True)
class RoundWindow:
    """`opens_at` None: the campaign has no time of its own yet. `due_on` is the last day on time, None: there is no end."""

    opens_at: datetime | None
    due_on: date | None
    extended: bool = False

    def state(self, *, at: datetime) -> RoundState:
        if self.opens_at is None or at < self.opens_at:
            return RoundState.NOT_YET
        return RoundState.PAST if self.is_late(_day_of(at)) else RoundState.OPEN

    def is_late(self, day: date) -> bool:
        """Whether what is sent on `day` is late."""
        return self.due_on is not None and day > self.due_on

    def days_left(self, *, at: datetime) -> int | None:
        """0 on the last day, negative after it; None where there is no end."""
        return None if self.due_on is None else (self.due_on - _day_of(at)).days

    def sentence(self, *, at: datetime) -> str:
        """One sentence for people: until when, and how long that still is."""
        state = self.state(at=at)
        if state is RoundState.NOT_YET:
            return f"Chưa mở. Bắt đầu lúc {days.moment(self.opens_at)}." if self.opens_at else "Chưa có ngày mở."
        left = self.days_left(at=at)
        if self.due_on is None or left is None:
            return "Không có hạn gửi hồ sơ."
        until = f"{'Được gia hạn' if self.extended else 'Hạn gửi hồ sơ'} đến hết ngày {days.shown(self.due_on)}"
        if state is RoundState.PAST:
            return f"{until}, đã quá {-left} ngày."
        return f"{until}, còn {left} ngày." if left else f"{until}, là hôm nay."


def window(round: SelectionRound, *, dossier: Dossier | None = None) -> RoundWindow:
    """The round's own window, for the unit of `dossier` with what its host granted. Asks nothing where the campaign's phases
    are there already, or the round says when it opens."""
    opens_at = round.opens_at
    if opens_at is None:
        opens_at = min((phase.opens_at for phase in round.campaign.phases.all()), default=None)
    due_on = round.dossier_due
    longer = dossier.extended_until if dossier is not None else None
    if due_on is None or longer is None or longer <= due_on:
        return RoundWindow(opens_at, due_on)
    return RoundWindow(opens_at, longer, extended=True)


def participants(round: SelectionRound) -> UnitQuerySet:
    """The units directly below the host in the campaign's structure, of the levels that take part."""
    below: UnitQuerySet = Unit.objects.directly_below(round.host)
    return below.in_structure_of(round.campaign.structure_day).filter(level__in=round.takes_part)


def takes_part(round: SelectionRound, unit: Unit) -> bool:
    """As `participants`, of one unit and without asking the database."""
    is_directly_below = unit.depth == round.host.depth + 1 and unit.is_at_or_below(round.host)
    return (
        is_directly_below and unit.level in round.takes_part and unit.is_in_structure_of(round.campaign.structure_day)
    )


def line_of(unit: Unit) -> UnitQuerySet:
    """The rows that are this unit today: itself and those that go on in it. An account acts for all of them."""
    return Unit.objects.filter(current_path=unit.current_path)


def rounds_above(unit: Unit, *, campaign: Campaign | None = None) -> QuerySet[SelectionRound]:
    """Those in which `unit` itself takes part. One statement now: a host holds few, and only Python reads lists of levels alike
    on both databases."""
    held_above = SelectionRound.objects.filter(host__path=unit.path[: -Unit.steplen]).select_related("host", "campaign")
    if campaign is not None:
        held_above = held_above.filter(campaign=campaign)
    return SelectionRound.objects.filter(pk__in=[each.pk for each in held_above if takes_part(each, unit)])


def rounds_feeding(unit: Unit, campaign: Campaign) -> QuerySet[SelectionRound]:
    """The rounds that `unit` holds and whose results climb: where there are such, it chooses from what they brought."""
    return SelectionRound.objects.filter(host=unit, campaign=campaign, climbs=True)


def end_of(day: date) -> datetime:
    """The first instant behind a whole day: that of the last one is the first that is late."""
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=days.VIETNAM)


def _day_of(at: datetime) -> date:
    return at.astimezone(days.VIETNAM).date()
