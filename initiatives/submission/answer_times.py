"""How long the union usually takes to answer: told to who waits, worked out from its last answers.

A unit that answered too few says nothing of its own: the one above it does, up to the province or sector, never the country.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache
from django.db.models import OuterRef, Subquery

from initiatives.models import Act, Initiative, ReviewEvent, Status
from orgtree.models import Unit
from orgtree.scope import branch

FEWEST, MOST = 5, 50
ANSWERED = (Status.RETURNED, Status.VALID, Status.INVALID)
ANSWERS = (Act.RETURNED, Act.APPROVED, Act.DECLINED)
DAY = timedelta(days=1)
KEPT_FOR = timedelta(minutes=10)


def usual_days(initiative: Initiative) -> int | None:
    """In how many days the nearest unit with FEWEST answers usually answers; None without one. A statement a level at most."""
    path = initiative.unit.current_path
    for end in range(len(path), Unit.steplen, -Unit.steplen):
        usual = _usual_days_below(initiative.campaign_id, path[:end])
        if usual:
            return usual
    return None


def is_overdue(waiting_since: datetime, usual: int | None, *, at: datetime) -> bool:
    """More than twice as long as usual."""
    return usual is not None and at - waiting_since > 2 * usual * DAY


def _usual_days_below(campaign_id: int, path: str) -> int:
    """Of everything in the branch of `path`; 0 where too few were answered.

    Worked out anew when it is KEPT_FOR old: of a district all answers are read, and everybody who waits there asks the same.
    """
    key = f"usual-days/{campaign_id}/{path}"
    kept = cache.get(key)
    if kept is None:
        waits = _last_waits(campaign_id, path)
        kept = max(1, math.ceil(median(waits))) if len(waits) >= FEWEST else 0
        cache.set(key, kept, KEPT_FOR.total_seconds())
    return kept


def _last_waits(campaign_id: int, path: str) -> Sequence[float]:
    """Days from the submission to the first answer of an officer, of the last that have one in the branch of `path`.

    What waits longest is reviewed first, so those received last among the answered are those answered last; that order
    has an index and that of the answers has none.
    """
    answers = ReviewEvent.objects.filter(initiative=OuterRef("pk"), act__in=ANSWERS, account__isnull=False)
    answered = (
        Initiative.objects.filter(branch(path, by="unit__current_path"), campaign=campaign_id, status__in=ANSWERED)
        .order_by("-submitted_at", "-pk")
        .annotate(answered_at=Subquery(answers.order_by("number").values("at")[:1]))
        .values_list("submitted_at", "answered_at")[:MOST]
    )
    return [(answered_at - submitted_at) / DAY for submitted_at, answered_at in answered if answered_at is not None]
