"""Which duplicates went along with which: read out of the histories, where every such step stands.

A duplicate points to the one that counts. Where that one turns out a duplicate itself, what repeated it goes along with it, and
comes back with it (`lifecycle`). Who led is not written at the step: that would tell of one sender in the history of another.
But both steps are of one transaction, so of one moment and one account, and the leader's stands right before.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q

from initiatives.models import Act, Initiative, ReviewEvent, Status


def may_have_followed(initiative_id: int) -> set[int]:
    """What repeats the same as this duplicate does, and did not always."""
    same = Initiative.objects.filter(pk=initiative_id).values("duplicate_of")
    others = Initiative.objects.filter(duplicate_of__in=same, events__act=Act.REPOINTED).exclude(pk=initiative_id)
    return set(others.order_by().values_list("pk", flat=True))


def leaders(of: Collection[int]) -> dict[int, set[int]]:
    """For each of these duplicates those among them that it went along with, and has had no decision of its own since."""
    became = Q(to_status=Status.INVALID) & ~Q(from_status=Status.INVALID)
    steps = ReviewEvent.objects.filter(became | Q(act=Act.REPOINTED), initiative__in=of).order_by("pk")
    decided: dict[int, int] = {}  # of each the step that made it a duplicate
    went: dict[int, list[ReviewEvent]] = defaultdict(list)
    for step in steps.only("initiative", "act", "at", "account"):
        if step.act == Act.REPOINTED:
            went[step.initiative_id].append(step)
        else:
            decided[step.initiative_id] = step.pk
            went.pop(step.initiative_id, None)
    found: dict[int, set[int]] = defaultdict(set)
    changes = _changes_at({step.at for several in went.values() for step in several})
    for pk, several in went.items():
        for step in several:
            leader = _right_before(step, changes)
            if leader is not None and leader.pk == decided.get(leader.initiative_id):
                found[pk].add(leader.initiative_id)
    return found


def _changes_at(moments: Collection[datetime]) -> list[ReviewEvent]:
    """The steps to another status at these moments."""
    if not moments:
        return []
    rows = ReviewEvent.objects.filter(at__in=moments).exclude(from_status=F("to_status")).order_by("pk")
    return list(rows.only("initiative", "at", "account"))


def _right_before(step: ReviewEvent, changes: list[ReviewEvent]) -> ReviewEvent | None:
    same = (each for each in changes if each.pk < step.pk and (each.at, each.account_id) == (step.at, step.account_id))
    return max(same, key=lambda each: each.pk, default=None)
