"""Many at once: what will become of which rows, and the job that decides on thousands of them, portion by portion."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from initiatives import jobs
from initiatives.lifecycle import ChangedMeanwhile, Reason
from initiatives.models import Initiative, Job, Status
from initiatives.review import authorship
from initiatives.review.actions import Decision, NotForThisAccount, decide_many, may_become
from orgtree.models import StaffAccount

MOST_IN_A_JOB = 20_000
PORTION = 25

Versions = dict[int, int]  # of each row, the version that was shown
Refusals = list[tuple[int, str]]  # keys, each with the sentence


@dataclass(frozen=True)
class Foretold:
    """How many a decision will reach, and why not the others: each sentence with the number it holds for."""

    willing: int
    unwilling: tuple[tuple[str, int], ...]


def looked_at(rows: QuerySet) -> QuerySet:
    """Of thousands, only what foretelling asks for."""
    few = rows.select_related(None).order_by()
    return few.only("status", "version", "campaign", "phone_digits", "national_id_hash")


def unwilling(initiative: Initiative, to: str, *, by: StaffAccount) -> str:
    """Why `by` cannot bring it to the status `to`, as a few words; "" when nothing stands in the way."""
    if not may_become(initiative, to):
        return f"đang ở trạng thái “{Status(initiative.status).label.lower()}”"
    if authorship.is_own(initiative, by):
        return "của chính bạn, một cán bộ khác phải xét"
    return ""


def foretell(rows: Iterable[Initiative], to: str, *, by: StaffAccount) -> Foretold:
    counted = Counter(unwilling(row, to, by=by) for row in rows)
    willing = counted.pop("", 0)
    return Foretold(willing, tuple(sorted(counted.items(), key=lambda told: (-told[1], told[0]))))


def refusals(rows: Iterable[Initiative], versions: Versions, to: str, *, by: StaffAccount) -> Refusals:
    """Of `rows` those that would be refused now, and why; what was shown and is not among them lies elsewhere by now."""
    looked_at_now = {row.pk: row for row in rows}
    refused = []
    for pk, version in versions.items():
        row = looked_at_now.get(pk)
        if row is None:
            refused.append((pk, NotForThisAccount().sentence))
        elif row.version != version:
            refused.append((pk, ChangedMeanwhile(row.status).sentence))
        elif why := unwilling(row, to, by=by):
            refused.append((pk, f"Sáng kiến {why}."))
    return refused


def start_job(
    versions: Versions,
    decision: Decision,
    *,
    by: StaffAccount,
    at: datetime,
    key: str = "",
    told: dict[str, str] | None = None,
) -> Job:
    """The rows as they were shown, in the order of their keys: two jobs over the same rows never block each other."""
    asked = {
        **(told or {}),
        "to": decision.to,
        "reasons": [[reason.code, reason.field, reason.text] for reason in decision.reasons],
        "due_on": decision.due_on.isoformat() if decision.due_on else "",
        "rows": " ".join(f"{pk}:{version}" for pk, version in sorted(versions.items())),
    }
    return jobs.start(Job.Kind.DECIDE, asked=asked, total=len(versions), by=by, at=at, key=key)


def is_given(key: str, *, by: StaffAccount) -> bool:
    """Whether `by` gave the job of this button already."""
    return bool(key) and Job.objects.owned_by(by).filter(kind=Job.Kind.DECIDE, asked__key=key).exists()


@jobs.carrier(Job.Kind.DECIDE)
def decide_portion(job: Job, *, at: datetime) -> None:
    """With the rights that whoever gave the job has now. What was decided and how far the job came are one transaction."""
    rows = rows_of(job)[job.position : job.position + PORTION]
    with transaction.atomic():
        by = StaffAccount.objects.select_related("unit").get(pk=job.owner_id)
        outcome = decide_many(rows, _decision_of(job.asked), by=by, at=at)
        job.position += len(rows)
        job.done += outcome.done
        refused = job.result.setdefault("refused", {})
        for pk, sentence in outcome.refused:
            refused.setdefault(sentence, []).append(pk)
        jobs.keep(job)


def rows_of(job: Job) -> list[tuple[int, int]]:
    """The keys of what `job` was given, each with the version that was shown."""
    parts = (each.partition(":") for each in job.asked.get("rows", "").split())
    return [(int(pk), int(version)) for pk, _, version in parts]


def decided_by(job: Job) -> Versions:
    """The rows that `job` decided on, with the version it left them in."""
    refused = {pk for keys in job.result.get("refused", {}).values() for pk in keys}
    return {pk: version + 1 for pk, version in rows_of(job)[: job.position] if pk not in refused}


def _decision_of(asked: dict[str, Any]) -> Decision:
    return Decision(
        asked["to"],
        tuple(Reason(*each) for each in asked["reasons"]),
        due_on=date.fromisoformat(asked["due_on"]) if asked["due_on"] else None,
    )
