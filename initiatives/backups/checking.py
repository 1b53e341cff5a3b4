"""What is looked at in restored rows: what must always be true, the counts, the history. The default connection leads to them."""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from io import StringIO

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import Error

from initiatives.backups.parts import key_name
from initiatives.invariants import KEYED, violations
from initiatives.models import Campaign, ReviewEvent
from initiatives.progress import tally

HISTORY = "verify_history"
TRIES, PAUSE = 40, 0.5  # seconds: the portal itself may be counting in the same database
LINES_SHOWN = 3


def findings(*, at: datetime, lookup_key: str) -> Iterator[str]:
    """A sentence for each thing that is not as it must be; none names a person.

    `lookup_key` names the key by which the rows were hashed. With another all history looks forged: it is not compared, and that
    is a finding too, for whoever could write to an open set could write that name.
    """
    has_its_key = key_name(settings.LOOKUP_KEY) == lookup_key
    yield from _invariants(without=frozenset() if has_its_key else KEYED)
    for campaign in Campaign.objects.order_by("pk"):
        yield from _counts(campaign, at=at)
    if has_its_key:
        yield from _history()
    elif ReviewEvent._base_manager.exists():
        yield (
            f"Chưa so được lịch sử: LOOKUP_KEY đang đặt không phải khóa {lookup_key} của lúc sao lưu. Hãy đặt lại khóa ấy rồi "
            "chạy verify_history."
        )


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
        if isinstance(refused.__cause__, Error):  # of the database, which says nothing of the history
            raise refused.__cause__ from None
        lines = said.getvalue().splitlines()[:LINES_SHOWN]
        yield " ".join(("Lịch sử không khớp:", *lines, str(refused)))
