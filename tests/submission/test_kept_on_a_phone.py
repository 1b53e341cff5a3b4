"""By what a page tells a phone whether what was typed there is older than what the portal has."""

from collections.abc import Callable
from datetime import datetime

import pytest

from initiatives.models import Campaign, Initiative
from initiatives.submission import actions
from initiatives.submission.desks import Desk
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, person


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> Worker:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.begin(person())
    return worker


def states(worker: Worker) -> list[str]:
    return Desk(worker.draft, worker.token, worker.draft.saved_at).saved_states.split(" ")


def test_saving_one_step_leaves_the_state_of_the_other(worker: Worker) -> None:
    first, empty = states(worker)

    worker.send_content(content())
    same, sent = states(worker)
    worker.send_content(content(title="Xe đẩy ván hai tầng"))

    assert (same, states(worker)[0]) == (first, first)
    assert len({empty, sent, states(worker)[1]}) == 3


def test_the_name_tells_nobody_the_link(worker: Worker) -> None:
    desk = Desk(worker.draft, worker.token, worker.draft.saved_at)

    assert len({desk.kept_as, desk.begun_as}) == 2
    assert worker.token not in desk.kept_as + desk.begun_as + desk.saved_states
    assert not worker.draft.token_hash.startswith(desk.kept_as)


def test_a_correction_begins_at_another_state_once_one_was_received(worker: Worker) -> None:
    worker.send_content(content())
    worker.confirm()
    initiative = worker.initiative

    def begun() -> str:
        draft = actions.begin_revision(initiative, at=initiative.submitted_at)
        return Desk(draft, "", initiative.submitted_at, revised=initiative).saved_states

    before = begun()
    Initiative.objects.filter(pk=initiative.pk).update(version=2)
    initiative.refresh_from_db()

    assert (before, begun()) == ("1:v1 2:v1", "1:v2 2:v2")
