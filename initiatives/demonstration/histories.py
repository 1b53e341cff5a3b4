"""What became of a made initiative, step by step: whole and chained as `ReviewEvent.digest` does it.

Written out here, for a million JSONs of Python's would take longer than all the rest; `check_invariants` compares. Nobody's free
text is among it, so salts are drawn like everything else.
"""

import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from initiatives.models import Act, Campaign, ReviewReason, Status

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
DUE_AFTER = 15  # days
EVENT = (
    "initiative_id", "number", "at", "act", "account_id", "role", "from_status", "to_status", "reasons", "note", "due_on",
    "salt", "text_digest", "previous_hash", "hash",
)  # fmt: skip

Row = tuple[Any, ...]
By = tuple[int, str]  # an account and its role


@dataclass(frozen=True)
class Reason:
    """As the column keeps it, as the text is hashed, and as the step is."""

    kept: str
    hashed: str
    facts: str


NO_REASON = Reason("[]", "[]", "[]")


@dataclass
class History:
    """So far; and what of it the initiative repeats."""

    pk: int
    status: str = ""
    version: int = 1
    told_at: int | None = None
    duplicate_of: int | None = None
    events: list[Row] = field(default_factory=list)
    last_hash: str = ""
    last_at: int = 0

    @property
    def counts(self) -> bool:
        return self.status not in {Status.INVALID, Status.WITHDRAWN}

    def move(
        self,
        draw: random.Random,
        at: int,
        act: Act,
        by: By | None,
        to: Status,
        reason: Reason = NO_REASON,
        *,
        is_due: bool = False,
    ) -> None:
        self.version += 1
        self.told_at = None
        self.step(draw, at, act, by, to, reason=reason, due=day_of(at // DAY + DUE_AFTER) if is_due else "")

    def step(
        self,
        draw: random.Random,
        at: int,
        act: Act,
        by: By | None,
        to: str,
        *,
        reason: Reason = NO_REASON,
        due: str = "",
        note: str = "",
    ) -> None:
        account, role = by or ("null", "")
        number, salt = len(self.events) + 1, f"{draw.getrandbits(128):032x}"
        written = f'["{salt}", {reason.hashed}, "{note}"]'
        text_digest = hashlib.sha256(written.encode()).hexdigest()
        facts = (
            f'[{self.pk}, {number}, {at}000000, "{act.value}", {account}, "{role}", "{self.status}", "{to!s}", {reason.facts}, '
            f'"{due}", "{text_digest}", "{self.last_hash}"]'
        )
        digest = hashlib.sha256(facts.encode()).hexdigest()
        self.events.append(
            (
                self.pk, number, text_of(at), act.value, by[0] if by else None, role, self.status, str(to), reason.kept, note,
                due or None, salt, text_digest, self.last_hash, digest,
            )
        )  # fmt: skip
        self.status, self.last_hash, self.last_at = str(to), digest, at


def reasons(campaign: Campaign) -> dict[str, list[Reason]]:
    """By use; what says "duplicate" apart."""
    found: dict[str, list[Reason]] = {use: [] for use in ("duplicate", *ReviewReason.Use.values)}
    rows = campaign.review_reasons.order_by("pk").values_list("use", "code", "field", "text")
    for use, code, of, text in rows:
        found["duplicate" if code == "duplicate" else use].append(_reason(code, of, text))
    return {use: reasons or [NO_REASON] for use, reasons in found.items()}


def _reason(code: str, of: str, text: str) -> Reason:
    kept = [{"code": code, "field": of, "text": text}]
    return Reason(
        json.dumps(kept, ensure_ascii=False),
        json.dumps(kept, ensure_ascii=False, sort_keys=True),
        json.dumps([[code, of]]),
    )


@cache
def day_of(number: int) -> str:
    """By how many days it lies behind 1/1/1970."""
    return date.fromordinal(EPOCH + number).isoformat()


def text_of(moment: int) -> str:
    """In UTC, as both databases take it."""
    day, second = divmod(moment, DAY)
    return f"{day_of(day)} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
