"""What became of a made initiative, step by step: whole and chained as `models/review.py` does it.

Written out here, for a million JSONs of Python's would take longer than all the rest; `check_invariants` compares. Nobody's free
text is among it, so salts are drawn like everything else.
"""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from initiatives.history import content
from initiatives.models import Act, Campaign, ReviewReason, Status
from portal import sealing

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
DUE_AFTER = 15  # days
EVENT = (
    "initiative_id", "number", "at", "act", "account_id", "role", "from_status", "to_status", "reasons", "note", "due_on",
    "salt", "text_digest", "content_digest", "previous_hash", "hash",
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
    is_appraised: bool = False
    appraised_value: int | None = None
    has_social_meaning: bool = False
    last_at: int = 0
    _steps: list["_Step"] = field(default_factory=list)

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
        salt = f"{draw.getrandbits(128):032x}"
        text_digest = hashlib.sha256(f'["{salt}", {reason.hashed}, "{note}"]'.encode()).hexdigest()
        was, self.status, self.last_at = self.status, str(to), at
        self._steps.append(_Step(at, act.value, by, was, str(to), reason, note, due, salt, text_digest, self.decided))

    @property
    def decided(self) -> Row:
        """By `content.DECIDED`, as of now."""
        told_at = text_of(self.told_at) if self.told_at else None
        return (
            *(self.status, self.duplicate_of, told_at),
            *(self.is_appraised, self.appraised_value, self.has_social_meaning),
        )

    def rows(self, declared: str) -> Iterator[Row]:
        """The steps, chained. `declared` is the head of what each of them covers: it stays the same through all of them."""
        previous = ""
        for number, step in enumerate(self._steps, start=1):
            account, role = step.by or ("null", "")
            content_digest = content.digest(step.salt, f"{declared}, {content.tail(step.decided)}")
            facts = (
                f'[{self.pk}, {number}, {step.at}000000, "{step.act}", {account}, "{role}", "{step.was}", "{step.to}", '
                f'{step.reason.facts}, "{step.due}", "{step.text_digest}", "{previous}", "{content_digest}"]'
            )
            digest = sealing.keyed_hash("step", facts)
            yield (
                self.pk, number, text_of(step.at), step.act, step.by[0] if step.by else None, role, step.was, step.to,
                step.reason.kept, step.note, step.due or None, step.salt, step.text_digest, content_digest, previous, digest,
            )  # fmt: skip
            previous = digest


class _Step(NamedTuple):
    at: int
    act: str
    by: By | None
    was: str
    to: str
    reason: Reason
    note: str
    due: str
    salt: str
    text_digest: str
    decided: Row


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
