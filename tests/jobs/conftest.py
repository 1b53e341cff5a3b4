"""A carrier of its own for these tests: it writes down what it did, and may be told to fail or to be slow."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from initiatives import jobs
from initiatives.models import Job
from tests.factories import JobFactory, make_tree

KIND = Job.Kind.DECIDE


@dataclass
class Carried:
    """What was done so far, and what befalls the next portion."""

    seen: list[int] = field(default_factory=list)
    at_most: int = 1
    before: Callable[[Job], None] = lambda job: None
    after: Callable[[Job], None] = lambda job: None

    def __call__(self, job: Job, *, at: datetime) -> None:
        self.before(job)
        mine = list(range(job.position, min(job.position + self.at_most, job.total)))
        job.position += len(mine)
        job.done += len(mine)
        self.after(job)
        jobs.keep(job)
        self.seen += mine


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carried]:
    carried = Carried()
    monkeypatch.setitem(jobs._carriers, KIND, carried)
    monkeypatch.setattr(jobs, "PAUSE", 0)
    return carried


@pytest.fixture
def give(db: None) -> Callable[..., Job]:
    """`give(total=3)`: a job that waits."""
    make_tree()
    return lambda **fields: JobFactory(**{"total": 3, "kind": KIND} | fields)


def row(job: Job) -> dict[str, Any]:
    """The job as it stands in the table."""
    return Job.objects.filter(pk=job.pk).values().get()
