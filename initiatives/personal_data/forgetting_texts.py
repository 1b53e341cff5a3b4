"""Names leave what was frozen (sealed dossiers, announced quarters) and what others wrote, and what was printed still holds.

A frozen text keeps its shape, so every page of it can still be drawn; the hash that was printed stays beside it, and a second,
keyed one guards what is left of the text (`history/frozen.py`).
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from django.contrib.admin.models import LogEntry
from django.db.models import Q

from initiatives.history import frozen
from initiatives.models import (
    CoAuthor,
    Dossier,
    DossierEvent,
    DossierVersion,
    Initiative,
    Job,
    Nomination,
    Outstanding,
    Quarter,
    SavedFilter,
)
from initiatives.models.job import UNFINISHED
from initiatives.nominations import sealing
from initiatives.personal_data.forgetting import MARK, MARKED, Forgotten
from initiatives.progress import quarter_basis
from initiatives.review import many
from initiatives.submission.summary_facts import Facts
from portal.vietnamese.text import folded

# What was worked for and when is not of the person; the rest of what tables say is.
STAYS = frozenset({"applied_on", "benefit"})
SHORTEST = 4  # letters; shorter than that, a name is a word of many sentences
DECIDED = ("commendationdecision", "exemplar", "quarter", "dossier", "initiative", "complaint")
JOBS_AT_ONCE = 20  # in memory: one names as many as 20,000 rows
SEARCHED = "q"  # the parameter of the admin's lists for what is typed


def named_in(rows: Sequence[Initiative]) -> list[str]:
    """Whatever these people are called in texts of others: names, titles, phones, addresses; the longest first."""
    keys = [row.pk for row in rows]
    said = set(CoAuthor.objects.filter(initiative__in=keys).values_list("full_name", flat=True))
    for row in rows:
        said |= {row.full_name, row.title, row.phone, row.phone_digits, row.email}
    return sorted((each for each in said if len(each) >= SHORTEST and each != MARK), key=len, reverse=True)


def of_frozen(rows: Sequence[Initiative], *, into: Forgotten, dry_run: bool = False) -> None:
    """With `dry_run` counted only: nothing is locked and nothing written."""
    codes = {row.receipt_code: row.pk for row in rows}
    places = Q(pk__in=())
    nominated = Nomination.objects.filter(initiative__in=codes.values()).order_by()
    for round_id, unit_id in set(nominated.values_list("round", "unit")):
        places |= Q(dossier__round=round_id, dossier__unit=unit_id)
    versions = DossierVersion.objects.filter(places).order_by("pk")
    for version in versions if dry_run else versions.select_for_update(of=("self",)):
        content = json.loads(version.content)
        if _leave_dossier(content, codes):
            version.content = sealing.written(content)
            once, text = version.hash, version.content
            version.erased_hash = frozen.hash_of_what_is_left(DossierVersion, version.pk, text, once=once)
            if not dry_run:
                version.save(update_fields=["content", "erased_hash"])
            into["lần gửi hồ sơ"] += 1
    outstanding = Outstanding.objects.filter(initiative__in=codes.values())
    announced = Quarter.objects.filter(pk__in=outstanding.values("quarter"), announced_at__isnull=False).order_by("pk")
    for quarter in announced if dry_run else announced.select_for_update():
        basis = json.loads(quarter.basis)
        if _leave_quarter(basis, set(codes.values())):
            quarter.basis = quarter_basis.canonical(basis)
            once, text = quarter.sha256, quarter.basis
            quarter.erased_sha256 = frozen.hash_of_what_is_left(Quarter, quarter.pk, text, once=once)
            if not dry_run:
                quarter.save(update_fields=["basis", "erased_sha256"])
            into["ghi nhận quý"] += 1


def of_others(rows: Sequence[Initiative], named: Sequence[str], *, into: Forgotten) -> None:
    """What staff wrote of the dossiers in which the person stood, what the admin's log says, and searches for the person."""
    if not named:
        return
    pattern = re.compile("|".join(re.escape(each) for each in named), re.IGNORECASE)
    places = Q(pk__in=())
    nominated = Nomination.objects.filter(initiative__in=[row.pk for row in rows]).order_by()
    for round_id, unit_id in set(nominated.values_list("round", "unit")):
        places |= Q(round=round_id, unit=unit_id)
    events = DossierEvent.objects.filter(dossier__in=Dossier.objects.filter(places)).exclude(words="")
    logged = LogEntry.objects.filter(content_type__model__in=DECIDED).exclude(change_message="")
    for texts, column in ((events, "words"), (logged, "change_message")):
        for text in texts.iterator():
            said = getattr(text, column)
            if (without := pattern.sub(MARK, said)) != said:
                setattr(text, column, without)
                text.save(update_fields=[column])
    searches = searches_for(rows, named)
    into["bộ lọc đã lưu"] += len(searches)
    SavedFilter.objects.filter(pk__in=searches).delete()
    drop_searches(_words(rows, named))


def searches_for(rows: Sequence[Initiative], named: Sequence[str]) -> list[int]:
    """The keys of saved filters that look for these people."""
    words = _words(rows, named) if named else set()
    saved = SavedFilter.objects.values_list("pk", "name", "query").iterator()
    return [key for key, name, query in saved if _looks_for(f"{name} {unquote_plus(query)}", words)]


def _words(rows: Sequence[Initiative], named: Sequence[str]) -> set[str]:
    return {" ".join(folded(each).split()) for each in (*named, *(row.receipt_code for row in rows))}


def drop_searches(words: set[str] | None = None, *, campaign: int | None = None) -> None:
    """From jobs that were given with a search: for one of `words`, or every search of a campaign."""
    given = Job.objects.filter(kind=Job.Kind.EXPORT, asked__query__icontains=f"{SEARCHED}=")
    for job in given if campaign is None else given.filter(asked__campaign=campaign):
        if words is None or _looks_for(unquote_plus(job.asked["query"]), words):
            job.asked["query"] = _without_search(job.asked["query"])
            job.asked["title"] = MARK
            job.save(update_fields=["asked"])


def drop_reasons(keys: Collection[int] | None = None) -> None:
    """From ended jobs that decided on one of `keys`, or on whoever was erased by now: what staff wrote to the senders, which left
    the history of each too, and what was searched for. A job that still runs needs its words; the night finds it ended."""
    ended = Job.objects.filter(kind=Job.Kind.DECIDE).exclude(state__in=UNFINISHED)
    if keys is not None:
        near = Q(pk__in=())
        for key in keys:
            near |= Q(asked__rows__icontains=f"{key}:")
        ended = ended.filter(near)
    for job in ended.iterator(chunk_size=JOBS_AT_ONCE):
        reasons = [[code, about, ""] for code, about, _ in job.asked.get("reasons", [])]
        wordless = {**job.asked, "reasons": reasons, "back": _without_search(job.asked.get("back", ""))}
        if wordless != job.asked and _decided_on(job, keys):
            job.asked = wordless
            job.save(update_fields=["asked"])


def _decided_on(job: Job, keys: Collection[int] | None) -> bool:
    shown = {pk for pk, _ in many.rows_of(job)}
    if keys is not None:
        return not shown.isdisjoint(keys)
    return Initiative.objects.filter(pk__in=shown, erased_at__isnull=False).exists()


def _without_search(query: str) -> str:
    return urlencode([pair for pair in parse_qsl(query) if pair[0] != SEARCHED])


def _looks_for(text: str, words: set[str]) -> bool:
    said = " ".join(folded(text).split())
    return any(word and word in said for word in words)


def _leave_dossier(content: dict[str, Any], codes: dict[str, int]) -> bool:
    """Whether one of them stands in it; their facts, names and files' names are marked, hashes and places stay."""
    is_changed = False
    for nominee in content["nominees"]:
        if nominee["receipt_code"] not in codes:
            continue
        is_changed = True
        for fact in Facts._fields:
            if fact not in STAYS:
                nominee[fact] = MARK if fact in MARKED else ""
        for author in (nominee["sender"], *nominee["co_authors"]):
            author["name"] = MARK
        for document in nominee["attachments"]:
            document["name"] = MARK
    for file in content["files"]:
        if file["nominee"] in codes:
            file["name"] = MARK
            is_changed = True
    return is_changed


def _leave_quarter(basis: dict[str, Any], keys: set[int]) -> bool:
    is_changed = False
    for each in basis["outstanding"]:
        if each["initiative"] in keys:
            each["title"] = each["reason"] = MARK
            is_changed = True
    return is_changed
