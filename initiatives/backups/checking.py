"""What is looked at in restored rows: what must always be true, the counts, the history. The default connection leads to them."""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from io import StringIO

from django.core.management import CommandError, call_command, get_commands

from initiatives.invariants import KEYED, violations
from initiatives.models import Campaign
from initiatives.progress import tally

HISTORY = "verify_history"
TRIES, PAUSE = 40, 0.5  # seconds: the portal itself may be counting in the same database
LINES_SHOWN = 3


def findings(*, at: datetime, has_its_keys: bool = True) -> Iterator[str]:
    """A sentence for each thing that is not as it must be; none names a person. What is keyed: with its keys alone."""
    yield from _invariants(without=frozenset() if has_its_keys else KEYED)
    for campaign in Campaign.objects.order_by("pk"):
        yield from _counts(campaign, at=at)
    if has_its_keys and HISTORY in get_commands():
        yield from _history()


def _invariants(*, without: Collection[str]) -> Iterator[str]:
    found: Counter[str] = Counter()
    rows: dict[str, str] = {}
    for violation in violations(without=without):
        found[violation.invariant] += 1
        rows.setdefault(violation.invariant, violation.row)
    for name, times in found.items():
        yield f"Không đúng điều “{name}”: {times} chỗ, chỗ đầu là {rows[name]}."


def _counts(campaign: Campaign, *, at: datetime) -> Iterator[str]:
    for _ in range(TRIES):
        differences = tally.checked(campaign, at=at)
        if differences is not None:
            if differences:
                yield f"Chương trình {campaign.slug}: {len(differences)} số đếm không khớp."
            return
        time.sleep(PAUSE)
    yield f"Chương trình {campaign.slug}: chưa so được số đếm vì cổng đang đếm. Hãy chạy recount --check."


def _history() -> Iterator[str]:
    said = StringIO()
    try:
        call_command(HISTORY, stdout=said, stderr=said)
    except (CommandError, SystemExit) as refused:
        lines = said.getvalue().splitlines()[:LINES_SHOWN]
        yield " ".join(("Lịch sử không khớp:", *lines, str(refused)))
