"""What is done on the copy, in a process that knows no other database: choose and fill, move the close, look at what came.
The original itself is asked for `chosen` alone, before it is copied."""

import tempfile
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from initiatives import demonstration
from initiatives.campaigns import windows
from initiatives.invariants import violations
from initiatives.models import Campaign, Draft, Initiative, Phase
from initiatives.progress import tally
from initiatives.rehearsal.evidence import Evidence, Found, Row
from initiatives.rehearsal.reading import TOKEN
from initiatives.submission import receipts
from orgtree.models import Unit
from orgtree.scope import branch
from portal.vietnamese import days

MOST_UNITS = 2_000
MOST_OF_THE_COUNTRY = 50_000  # rows; above that the table of one province is counted
TALLY_TRIES, TALLY_PAUSE = 60, 0.5
USUAL_LAG = timedelta(days=30)  # between applying and recognising


class NothingToPlay(Exception):
    """Says in a sentence what the database lacks."""


def chosen(slug: str, *, at: datetime) -> Campaign:
    """The campaign of that address; without one, that which closes next, else the last there was."""
    published = Campaign.objects.filter(phases__isnull=False).prefetch_related("phases").distinct()
    if slug:
        found = published.at_address(slug).first()
        if found is None:
            raise NothingToPlay(f"Không có chương trình nào ở địa chỉ “{slug}”.")
        return found
    open_now = [each for each in published.published() if _phase(each, at).closes_at > at]
    first = min(open_now, key=lambda each: _phase(each, at).closes_at, default=published.order_by("pk").last())
    if first is None:
        raise NothingToPlay("Chưa có chương trình nào. Hãy chạy “manage.py setup” trước.")
    return first


def prepare(slug: str, *, initiatives: int, at: datetime) -> dict[str, Any]:
    """Fills the copy and says what phones must know."""
    _take_time()
    campaign = chosen(slug, at=at)
    if initiatives:
        demonstration.add_accounts(password=demonstration.new_password(), at=at)
        for _ in demonstration.fill(campaign, initiatives, at=at):
            pass
    tally.refresh(campaign, at=at, everything=bool(initiatives))
    applied_on, recognised_on = _days_that_count(
        campaign, _phase(campaign, at), today=at.astimezone(days.VIETNAM).date()
    )
    units = Unit.objects.in_structure_of(campaign.structure_day).filter(depth__gt=2).order_by("?")
    return {
        "campaign": campaign.slug,
        "name": campaign.name,
        "applied_on": days.shown(applied_on),
        "recognised_on": days.shown(recognised_on),
        "units": list(units.values_list("code", flat=True)[:MOST_UNITS]),
        "received": Initiative.objects.filter(campaign=campaign).count(),
        "last": Initiative.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "violations": sorted(_violations()),
        "database": _database(),
    }


def close_in(slug: str, seconds: float, *, at: datetime) -> datetime:
    """The phase that is open (or the last) closes so long after `at`, on a whole second; no other one is open around it."""
    closes_at = (at + timedelta(seconds=seconds + 1)).replace(microsecond=0)
    campaign = Campaign.objects.at_address(slug).prefetch_related("phases").get()
    played = _phase(campaign, at)
    for phase in campaign.phases.all():
        if phase.pk == played.pk:
            phase.opens_at, phase.closes_at = min(phase.opens_at, at - timedelta(hours=1)), closes_at
        elif phase.opens_at <= at < phase.closes_at:
            phase.closes_at = closes_at
        elif at < phase.opens_at < closes_at + timedelta(days=1):
            phase.opens_at, phase.closes_at = (each + timedelta(days=7) for each in (phase.opens_at, phase.closes_at))
        phase.save()
    campaign.is_published = True
    campaign.save()
    return closes_at


def examined(slug: str, evidence: Evidence, *, last: int, before: Iterable[str], at: datetime) -> Found:
    """What lies in the copy now. `last`: the newest row of before; `before`: what was violated then."""
    _take_time()
    campaign = Campaign.objects.at_address(slug).prefetch_related("phases").get()
    closes_at = datetime.fromtimestamp(evidence.closes_at, tz=days.VIETNAM)
    differing = _tally_differs(campaign, at=at)
    received = Initiative.objects.filter(campaign=campaign)
    in_table, should_be = _table(campaign, last)
    return Found(
        rows=[_row(each, closes_at) for each in _new(campaign, last)],
        late=_late([each.draft_path for each in evidence.refused if each.draft_path]),
        limits=_limits(campaign, {each.unit for each in evidence.refused}, closes_at),
        received=received.count(),
        tallied=tally.totals([campaign], at=at)[campaign.pk].received,
        in_table=in_table,
        should_be_in_table=should_be,
        differing=differing,
        broken=sorted(set(_violations()) - set(before)),
    )


# --- before -------------------------------------------------------------------------------------------------------------------


def _phase(campaign: Campaign, at: datetime) -> Phase:
    """The one that is open, else the last."""
    phases = list(campaign.phases.all())
    return next((each for each in phases if each.opens_at <= at < each.closes_at), phases[-1])


def _days_that_count(campaign: Campaign, phase: Phase, *, today: date) -> tuple[date, date]:
    """Applied and recognised: the latest days that the rules take, the first a month before the second where there is room."""
    latest = min(filter(None, (today, phase.eligible_until, campaign.applied_until)))
    earliest = max(filter(None, (phase.eligible_from, campaign.applied_from, campaign.recognised_from)), default=latest)
    if earliest > latest:
        raise NothingToPlay("Không có ngày nào đủ điều kiện trong đợt này: hãy xem lại các ngày của đợt.")
    return max(earliest, latest - USUAL_LAG), latest


def _violations() -> list[str]:
    return [f"{each.invariant}: {each.row}" for each in violations()]


def _take_time() -> None:
    """Looking through millions takes longer than a request may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        version = str(cursor.fetchone()[0]).split()[0]
    return f"{'SQLite' if connection.vendor == 'sqlite' else 'PostgreSQL'} {version}"


# --- afterwards ---------------------------------------------------------------------------------------------------------------


def _new(campaign: Campaign, last: int) -> Any:
    came = Initiative.objects.filter(campaign=campaign, pk__gt=last).select_related("unit", "draft", "campaign")
    return came.annotate(documents=Count("attachments")).order_by("pk")


def _row(initiative: Any, closes_at: datetime) -> Row:
    limit = _limit(initiative.campaign, initiative.unit, closes_at, draft=getattr(initiative, "draft", None))
    return Row(
        code=initiative.receipt_code,
        title=initiative.title,
        phone=initiative.phone_digits,
        arrived_at=initiative.arrived_at.timestamp(),
        limit=limit.timestamp(),
        documents=initiative.documents,
    )


def _limit(campaign: Campaign, unit: Unit, closes_at: datetime, *, draft: Draft | None = None) -> datetime:
    """The close; or the later one of an extension or of grace, which whoever is still in time at the very close has."""
    verdict = windows.verdict(campaign, at=closes_at, unit=unit, draft=draft)
    return verdict.closes_at if verdict.is_open and verdict.closes_at else closes_at


def _limits(campaign: Campaign, codes: set[str], closes_at: datetime) -> dict[str, float]:
    units = Unit.objects.filter(code__in=codes)
    return {unit.code: _limit(campaign, unit, closes_at).timestamp() for unit in units}


def _late(paths: list[str]) -> dict[str, bool]:
    """By path, whether that draft is marked late; nothing for a draft that is not there."""
    hashes = {receipts.token_hash(found[1]): path for path in paths if (found := TOKEN.search(path))}
    drafts = Draft.objects.filter(token_hash__in=hashes).values_list("token_hash", "late_at")
    return {hashes[token_hash]: late_at is not None for token_hash, late_at in drafts}


def _tally_differs(campaign: Campaign, *, at: datetime) -> list[str]:
    """The worker may be counting in this moment: then it is asked again."""
    for _ in range(TALLY_TRIES):
        differences = tally.checked(campaign, at=at)
        if differences is not None:
            return [
                f"{each.unit} {each.by} {each.value} ({each.measure}): {each.tallied}/{each.counted}"
                for each in differences
            ]
        time.sleep(TALLY_PAUSE)
    return ["đang có một lượt đếm khác"]


def _table(campaign: Campaign, last: int) -> tuple[int, int]:
    """The rows of the official table and those there should be: of everybody, or of the province from which most came."""
    reached = Initiative.objects.filter(campaign=campaign).reached()
    unit = Unit.objects.get(depth=1)
    if reached.count() > MOST_OF_THE_COUNTRY:
        unit = _busiest(campaign, last) or unit
        reached = reached.filter(branch(unit.path, by="unit__path"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bang.xlsx"
        call_command(
            "export_summary", campaign=campaign.slug, unit=unit.code, layout="th", output=str(path), verbosity=0
        )
        book = openpyxl.load_workbook(path, read_only=True)
        rows = sum(isinstance(row[0], int) for sheet in book for row in sheet.iter_rows(values_only=True) if row)
        book.close()
    return rows, reached.count()


def _busiest(campaign: Campaign, last: int) -> Unit | None:
    came = Initiative.objects.filter(campaign=campaign, pk__gt=last).order_by().values_list("unit__path", flat=True)
    tops = [path[: 2 * Unit.steplen] for path in came]
    return Unit.objects.filter(path=max(set(tops), key=tops.count)).first() if tops else None
