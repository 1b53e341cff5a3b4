"""What a quarter was announced with, as text: canonical JSON with its hash, written once and read for every page of it.

It names no person. Titles are the workers' own words: whoever erases a person finds them by `initiative` in `outstanding`.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from initiatives.models import Campaign, Quarter
from initiatives.progress.quarters import Group, Named, Outcome, Span, Standing
from portal.vietnamese.days import VIETNAM


def written(campaign: Campaign, outcome: Outcome, *, at: datetime) -> str:
    """The same outcome is always the same text."""
    content = {
        "campaign": campaign.name,
        "announced_at": _moment(at),
        "quarter": outcome.span.starts_on.isoformat(),
        "counted_at": _moment(outcome.counted_at),
        "counts": campaign.counts,
        "counts_valid": outcome.counts_valid,
        "document": outcome.document,
        "rule": list(outcome.rule),
        "groups": [
            {"name": group.name, "places": group.places, "units": [_unit(each) for each in group.standings]}
            for group in outcome.groups
        ],
        "outstanding": [
            {
                "initiative": each.initiative,
                "title": each.title,
                "unit": each.unit_code,
                "unit_name": each.unit,
                "reason": each.reason,
            }
            for each in outcome.outstanding
        ],
    }
    return canonical(content)


def canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(quarter: Quarter) -> Outcome:
    """The outcome of an announced quarter: its text and nothing else."""
    content = json.loads(quarter.basis)
    return Outcome(
        span=Span(date.fromisoformat(content["quarter"])),
        counted_at=datetime.fromisoformat(content["counted_at"]),
        counts_valid=content["counts_valid"],
        rule=tuple(content["rule"]),
        groups=tuple(
            Group(group["name"], group["places"], tuple(_standing(each) for each in group["units"]))
            for group in content["groups"]
        ),
        outstanding=tuple(
            Named(each["initiative"], each["title"], each["unit"], each["unit_name"], each["reason"])
            for each in content["outstanding"]
        ),
        document=content["document"],
    )


def _unit(each: Standing) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "number": each.number,
        "valid": each.valid,
        "target": each.target,
        "rank": each.rank,
        "recognised": each.is_recognised,
    }


def _standing(kept: dict[str, Any]) -> Standing:
    return Standing(
        code=kept["code"],
        name=kept["name"],
        number=kept["number"],
        valid=kept["valid"],
        target=kept["target"],
        rank=kept["rank"],
        is_recognised=kept["recognised"],
    )


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).isoformat(timespec="microseconds")
