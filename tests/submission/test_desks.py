"""What a desk asks once, it asks without holding up the desks of other threads."""

from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from initiatives.campaigns.windows import State, Verdict
from initiatives.models import Draft
from initiatives.submission.desks import Desk

AT = datetime(2021, 4, 20, 16, 59, 58, tzinfo=UTC)
LONG = 20  # seconds, after which a thread that is held up gives in


class OfAThread(Desk):
    """Its answer of the window comes from a database that may be slow."""

    asked: Event
    answered: Event

    def __post_init__(self) -> None:
        self.asked, self.answered = Event(), Event()

    def verdict(self, unit: Any) -> Verdict:
        self.asked.set()
        self.answered.wait(LONG)
        return Verdict(State.OPEN, self.at)


def test_a_desk_whose_database_is_slow_holds_up_no_other() -> None:
    slow, quick = OfAThread(Draft(), "a", AT), OfAThread(Draft(), "b", AT)
    waiting = Thread(target=lambda: slow.window)
    waiting.start()
    slow.asked.wait(LONG)
    other = Thread(target=lambda: quick.window)
    other.start()

    is_asked = quick.asked.wait(LONG / 4)

    for desk in (slow, quick):
        desk.answered.set()
    waiting.join()
    other.join()
    assert is_asked
    assert quick.window.is_open
