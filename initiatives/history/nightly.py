"""A part of history each night: the next initiatives in the order of their keys, so that all are seen again within NIGHTS nights.

In portions, each of one moment, between which the worker does everything else. `verify_history` looks at all at once, at seals
and frozen texts too, and alone takes back what was found here.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from initiatives.history import chains
from initiatives.history.chains import Counts
from initiatives.history.moment import one_moment
from initiatives.models import Initiative, Upkeep

NIGHTS = 30
LEAST = 10_000  # keys a night, however few there are
PORTION = 1_000  # keys

logger = logging.getLogger("initiatives.history")


def look_on(clock: Callable[[], datetime]) -> bool:
    """One portion of tonight's part; whether there is more of it. What is found goes to the log, without any name."""
    tonight = _tonight(clock())
    if tonight is None:
        return False
    position, until = tonight.figures["position"], tonight.figures["until"]
    upto = min(position + PORTION, until)
    counts = Counts()
    with one_moment():
        found = list(chains.findings(counts, keys=(position, upto)))
    for finding in found:
        logger.error("history was changed behind the portal: %s", finding)
    figures = tonight.figures | {
        "position": upto,
        "initiatives": tonight.figures["initiatives"] + counts.initiatives,
        "steps": tonight.figures["steps"] + counts.steps,
        "findings": tonight.figures["findings"] + len(found),
    }
    is_over = upto >= until
    ended = {"ended_at": clock(), "is_good": not figures["findings"] and not _is_wrong_still()} if is_over else {}
    # Of two workers at the same portion one writes.
    Upkeep.objects.filter(pk=tonight.pk, figures__position=position).update(figures=figures, **ended)
    return not is_over


def _tonight(at: datetime) -> Upkeep | None:
    """The run that is going on, also one that a restart cut short; else the day's first begins one."""
    last = Upkeep.objects.filter(kind=Upkeep.Kind.NIGHTLY).order_by("-began_at", "-pk").first()
    if last is not None and last.ended_at is None:
        return last
    newest = Initiative.objects.aggregate(newest=Max("pk"))["newest"]
    if newest is None or (last is not None and timezone.localdate(last.began_at) >= timezone.localdate(at)):
        return None
    position = last.figures["until"] if last is not None and last.figures["until"] < newest else 0
    until = min(position + max(LEAST, -(-newest // NIGHTS)), newest)
    figures = {"position": position, "until": until, "initiatives": 0, "steps": 0, "findings": 0}
    return Upkeep.objects.create(kind=Upkeep.Kind.NIGHTLY, began_at=at, figures=figures)


def _is_wrong_still() -> bool:
    """What a night found stays found until a whole verification found nothing: the next night looks elsewhere."""
    runs = Upkeep.objects.of_the_whole_portal().order_by("-ended_at").exclude(ended_at=None)
    wrong = runs.filter(kind=Upkeep.Kind.NIGHTLY, is_good=False).first()
    if wrong is None:
        return False
    whole = runs.filter(kind=Upkeep.Kind.VERIFY, is_good=True)
    return not whole.filter(began_at__gt=wrong.ended_at).exists()
