"""The summary table of a unit as a file: who sends it to whom, which layout, which rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet

from initiatives.campaigns import windows
from initiatives.models import Campaign
from initiatives.reports import workbook
from initiatives.reports.layouts import LAYOUTS, Letterhead
from initiatives.reports.letterhead import STANDING_COMMITTEE, signing_of
from initiatives.reports.summary import rows
from orgtree.models import Unit
from portal import in_flight
from portal.replica import may_be_old
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_summary(
    to: IO[bytes],
    initiatives: QuerySet[Any],
    *,
    unit: Unit,
    layout: str,
    year: int,
    at: datetime,
    further: Callable[[], IO[bytes]] | None = None,
) -> int:
    """Writes the table of `initiatives` as `unit` sends it up, and answers how many there are. What one sheet does not hold
    goes on in a further sheet, or in the files that `further` opens."""
    letterhead = letterhead_of(unit, year=year)
    return workbook.write(
        rows(initiatives), layout=LAYOUTS[layout], letterhead=letterhead, at=at, to=to, further=further
    )


def letterhead_of(unit: Unit, *, year: int) -> Letterhead:
    """Signed as the unit's letters are; the words of the official samples are those of a standing committee."""
    above = Unit.objects.get_parent(unit)
    plain = Letterhead(host=above.name if above else "", sender=unit.name, year=year)
    signing = signing_of(unit.level)
    if signing == STANDING_COMMITTEE:
        return plain
    return replace(plain, committee=signing.committee, signed_for=signing.signed_for)


def write_whole(to: IO[bytes], initiatives: QuerySet[Any], *, unit: Unit, layout: str, year: int, at: datetime) -> int:
    """The same into an empty file, from a copy of the database where one has all that was received when it is asked; what is
    being received at that moment is waited for."""
    in_flight.wait_for_it()
    return may_be_old(_written_anew, is_whole=True)(to, initiatives, unit=unit, layout=layout, year=year, at=at)


def _written_anew(to: IO[bytes], initiatives: QuerySet[Any], **told: Any) -> int:
    to.seek(0)  # a copy may have failed in the middle
    to.truncate()
    return write_summary(to, initiatives.all(), **told)


def still_arriving(campaign: Campaign, *, at: datetime) -> str:
    """What whoever has a table made right after a close must know; "" at any other time."""
    until = windows.arriving_until(campaign, at=at)
    if until is None:
        return ""
    return (
        f"Vừa hết giờ nhận. Sáng kiến gửi trước giờ đóng có thể còn đang tới cổng đến {days.moment(until)}. "
        "Bảng lập trước lúc đó có thể còn thiếu; bảng chính thức hãy lập sau lúc đó."
    )


def year_of(campaign: Campaign, *, at: datetime) -> int:
    """The year in which the campaign opens; the present one while no phase is set."""
    first = campaign.phases.order_by("opens_at").values_list("opens_at", flat=True).first()
    return (first or at).astimezone(VIETNAM).year


def file_name(*, unit: Unit, layout: str, year: int, ending: str = ".xlsx") -> str:
    return f"bang-tong-hop-{layout}-{unit.code.replace('/', '-')}-{year}{ending}"
