"""Seals: each hour in which something was done, and once a day, a hash of all since the seal before, chained to it (M40).

Sealed is what nothing can be written before any more. Steps, versions and appraisals are only ever added: each seal covers those
up to a key, as one digest. What is announced may have stood there before: each seal names what was announced since, row by row.
A seal kept outside the portal (the log, a paper) also finds what was taken away together with the newest seals.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from initiatives.history.content import moment
from initiatives.history.moment import one_moment
from initiatives.models import (
    Appraisal,
    Commendation,
    CommendationDecision,
    DossierEvent,
    DossierVersion,
    HistorySeal,
    Milestone,
    Quarter,
    ReviewEvent,
    Upkeep,
)
from portal import sealing
from portal.requests import MAX_ELAPSED
from portal.vietnamese.formats import whole

# Whatever is written says when it was asked, and its transaction ends far sooner than this: nothing comes before it any more.
SETTLED_AFTER: timedelta = 2 * MAX_ELAPSED
# What is done and taken back between two seals is never found: the shorter the better, and a seal costs what is new in it.
EVERY = timedelta(hours=1)
FETCHED = 5_000  # rows


@dataclass(frozen=True)
class Added:
    """Rows that are only ever added: by `key`, since `moment` of each. `columns` never change; `label` is for people."""

    label: str
    model: type[models.Model]
    key: str
    moment: str
    columns: tuple[str, ...]

    def rows(self, *, until: int, after: int = 0) -> Iterator[tuple[int, str]]:
        """Their keys and what is sealed of each, in order."""
        found = self.model._default_manager.filter(**{f"{self.key}__gt": after, f"{self.key}__lte": until})
        for key, *values in found.order_by(self.key).values_list(self.key, *self.columns).iterator(chunk_size=FETCHED):
            yield key, written([key, *values])

    def last(self, *, before: datetime) -> int:
        """The key up to which all are written."""
        found = self.model._default_manager.filter(**{f"{self.moment}__lt": before}).order_by(f"-{self.key}")
        return found.values_list(self.key, flat=True).first() or 0


ADDED: dict[str, Added] = {
    "steps": Added("bước xử lý", ReviewEvent, "id", "at", ("hash",)),
    "appraisals": Added(
        "lần thẩm định", Appraisal, "event_id", "event__at", ("finding", "value", "has_social_meaning", "declared")
    ),
    "versions": Added(
        "lần gửi hồ sơ",
        DossierVersion,
        "id",
        "sealed_at",
        ("dossier_id", "number", "hash", "sealed_at", "sealed_by_id"),
    ),
    "dossier_steps": Added(
        "bước của hồ sơ",
        DossierEvent,
        "id",
        "at",
        ("dossier_id", "at", "act", "account_id", "role", "version", "initiative_id"),
    ),
}

ANNOUNCED: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "quarters": (Quarter, ("campaign_id", "starts_on", "document", "announced_at", "announced_by_id", "sha256")),
    "milestones": (
        Milestone,
        ("campaign_id", "number", "plan_ends_on", "reached_at", "initiative_id", "announced_at"),
    ),
    "decisions": (
        CommendationDecision,
        ("campaign_id", "unit_id", "round_id", "number", "decided_on", "form", "announced_at", "announced_by_id"),
    ),
}
# Of whom a decision names: without the author, who may be erased, and so has a keyed hash of its own.
NAMED = ("decision_id", "pk", "initiative_id", "number", "form", "unit_name", "key", "title", "author")


def seal_of_the_day(clock: Callable[[], datetime], *, anew: bool = False) -> HistorySeal | None:
    """The next seal, and a row of upkeep. None where today has one and an hour has not passed or nothing was done since (unless
    `anew`), where nothing is settled since, or where somebody else made it at this moment."""
    at = clock()
    made = _make(at, anew=anew)
    if made is not None:
        figures = {"number": made.number, **made.counts}
        Upkeep.objects.create(kind=Upkeep.Kind.SEAL, began_at=at, ended_at=clock(), is_good=True, figures=figures)
    return made


def _make(at: datetime, *, anew: bool) -> HistorySeal | None:
    with one_moment():
        last = HistorySeal.objects.order_by("-number").first()
        may_wait = not anew and last is not None and timezone.localdate(last.sealed_at) == timezone.localdate(at)
        upto = at - SETTLED_AFTER
        if last is not None and (upto <= last.upto or (may_wait and at - last.sealed_at < EVERY)):
            return None
        seal = HistorySeal(number=last.number + 1 if last else 1, sealed_at=at, upto=upto)
        seal.previous_hash = last.hash if last else ""
        for name, added in ADDED.items():
            until = max(added.last(before=upto), until_of(last, name))
            seal.counts[name], digest = digest_of(added.rows(after=until_of(last, name), until=until))
            seal.digests[name] = {"until": until, "sha256": digest}
        for name, rows in announced(since=last.upto if last else None, before=upto).items():
            seal.counts[name], seal.digests[name] = len(rows), rows
    if may_wait and not any(seal.counts.values()):
        return None
    seal.hash = hash_of(seal)
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
    except IntegrityError:  # another one sealed at this moment
        return None
    return seal


def hash_of(seal: HistorySeal) -> str:
    facts = [
        seal.number,
        moment(seal.sealed_at),
        moment(seal.upto),
        seal.counts,
        seal.digests,
        seal.previous_hash,
    ]
    return _sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True))


def in_groups(digest: str) -> str:
    """As a log keeps it, which masks nine digits in a row: 153ead23:bfda6ab9:…"""
    return ":".join(digest[place : place + 8] for place in range(0, len(digest), 8))


def from_groups(typed: str) -> str:
    """The hash that `in_groups` wrote, or that was typed without groups."""
    return "".join(typed.replace(":", "").split()).lower()


def until_of(seal: HistorySeal | None, name: str) -> int:
    """The last key of a kind that a seal covers."""
    return int(seal.digests[name]["until"]) if seal is not None else 0


def digest_of(rows: Iterator[tuple[int, str]]) -> tuple[int, str]:
    """How many, and a digest of all of them."""
    digest, number = hashlib.sha256(), 0
    for number, (_, line) in enumerate(rows, start=1):  # noqa: B007 - the last one is the count
        digest.update(f"{line}\n".encode())
    return number, digest.hexdigest()


def announced(*, since: datetime | None, before: datetime) -> dict[str, dict[str, str]]:
    """What was announced in that time: by kind and key, a digest of each."""
    found: dict[str, dict[str, str]] = {}
    named = _named(since, before)
    for name, (model, columns) in ANNOUNCED.items():
        rows = model._default_manager.filter(announced_at__lt=before).order_by("pk")
        if since is not None:
            rows = rows.filter(announced_at__gte=since)
        found[name] = {
            str(key): _sha256(written([key, *values, *[each.facts for each in named.get(key, ())]]))
            if model is CommendationDecision
            else _sha256(written([key, *values]))
            for key, *values in rows.values_list("pk", *columns)
        }
    found["names"] = {f"{decision}/{each.key}": each.names for decision, rows in named.items() for each in rows}
    return found


@dataclass(frozen=True)
class Named:
    """One commendation of a decision: what of it never changes, and a keyed hash of the names on it."""

    key: int
    initiative: int
    facts: Sequence[Any]
    names: str


def _named(since: datetime | None, before: datetime) -> dict[int, list[Named]]:
    """By decision announced in that time."""
    rows = Commendation.objects.filter(decision__announced_at__lt=before).order_by("decision_id", "pk")
    if since is not None:
        rows = rows.filter(decision__announced_at__gte=since)
    found: dict[int, list[Named]] = {}
    for decision, key, initiative, *facts, author in rows.values_list(*NAMED).iterator(chunk_size=FETCHED):
        names = sealing.keyed_hash("commended", written([key, author]))
        found.setdefault(decision, []).append(Named(key, initiative, [key, initiative, *facts], names))
    return found


def written(values: Sequence[Any]) -> str:
    """Canonical JSON: moments in UTC, days as ISO."""
    return json.dumps(values, ensure_ascii=False, default=_plain)


def _plain(value: datetime | date) -> str:
    return moment(value) if isinstance(value, datetime) else value.isoformat()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def in_words(counts: Mapping[str, int]) -> str:
    """12 bước xử lý, 0 lần thẩm định, …"""
    return ", ".join(f"{whole(counts.get(name, 0))} {label}" for name, label in LABELS.items())


LABELS = {name: added.label for name, added in ADDED.items()} | {
    "quarters": "quý",
    "milestones": "cột mốc",
    "decisions": "quyết định biểu dương",
}
