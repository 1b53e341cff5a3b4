"""Two who screen, and one who screens while another decides: each with a connection of its own."""

from typing import Any

import pytest

from initiatives import lifecycle
from initiatives.duplicates import screening
from initiatives.models import Band, Initiative, Status
from orgtree.models import Unit
from tests.concurrency import together
from tests.duplicates.conftest import NOW
from tests.duplicates.texts import OTHER, OTHER_TITLE
from tests.factories import StaffAccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_processes_at_once_harm_nothing(receive: Any, pairs: Any) -> None:
    """And of twins that come in together the pair is found."""
    for _ in range(3):
        receive(), receive(title=OTHER_TITLE, description=OTHER)

    def work() -> int:
        return sum(screening.screen_some(at=NOW, limit=1) for _ in range(6))

    together(work, work)
    while screening.screen_some(at=NOW, limit=1):
        pass

    assert len(pairs()) == 6
    assert Band.objects.count() == 6 * 20
    assert not Initiative.objects.filter(screened_at=None).exists()


def test_a_decision_at_the_same_moment_blocks_nothing(receive: Any, units: dict[str, Unit]) -> None:
    account = StaffAccountFactory(unit=units["tld"])
    several = [receive() for _ in range(6)]

    def decide() -> list[Any]:
        return [
            lifecycle.move(later, Status.INVALID, by=account, at=NOW, duplicate_of=earlier)
            for earlier, later in zip(several[::2], several[1::2], strict=True)
        ]

    def screen() -> int:
        return sum(screening.screen_some(at=NOW, limit=3) for _ in range(6))

    outcomes = together(decide, screen)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
