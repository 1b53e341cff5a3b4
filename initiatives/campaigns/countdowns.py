"""How long it still is until a campaign closes or opens, as its pages count it down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile

from initiatives.campaigns import windows
from initiatives.campaigns.windows import Verdict
from portal.vietnamese import days

TO_THE_SECOND = timedelta(hours=1)


@dataclass(frozen=True)
class Countdown:
    """`at` is the moment from which it counts: in the last hour the server's own, before that the whole minute that ends next,
    so that within a minute a page reads the same for everybody, and never says more than is left."""

    begins: str
    over: str
    until: datetime
    at: datetime
    is_to_the_second: bool

    @property
    def seconds(self) -> int:
        return int((self.until - self.at).total_seconds())

    @property
    def epoch(self) -> int:
        return int(self.until.timestamp())

    @property
    def text(self) -> str:
        """True when the page was made: what stands there without scripts."""
        return f"{self.begins} {days.left_closely(self.until, at=self.at)}."


def countdown(window: Verdict) -> Countdown | None:
    """Of what is open until it closes, of what is not until it opens; None where nothing is ahead, and where several units have
    each a close of their own."""
    if window.is_open_for_some and not window.closes_as_one:
        return None
    if window.is_open or window.is_open_for_some:
        return _to(window.closes_at, at=window.at, begins="Còn", over="Đã đến giờ đóng.")
    return _to(window.opens_at, at=window.at, begins="Mở sau", over="Đã đến giờ mở.")


def _to(until: datetime | None, *, at: datetime, begins: str, over: str) -> Countdown | None:
    if until is None or until <= at:
        return None
    is_to_the_second = until - at <= TO_THE_SECOND
    if not is_to_the_second:
        at = until - (until - at) // timedelta(minutes=1) * timedelta(minutes=1)
    return Countdown(begins, over, until, at, is_to_the_second)


def turns(after: datetime, at: datetime) -> list[datetime]:
    """As `windows.turns`, of a page that counts down: it turns at every whole minute too."""
    minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = takewhile(lambda each: each > after, (minute - timedelta(minutes=number) for number in count()))
    return sorted({*windows.turns(after, at), *minutes})
