"""Judging and entering a whole sheet: a small one while its sender waits, a large one as a job, portion by portion.

`asked` names the sheet, its campaign, the step and the moment at which the button was pressed: that moment is the arrival by
which the window is judged, and together with the account it tells what this job entered, whoever carried it how often.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from initiatives import jobs
from initiatives.models import Campaign, Initiative, Job, JobState
from initiatives.submission.entering import sheets
from initiatives.submission.entering.kept_sheets import NEW, PIECE, WITHDRAWN, Rows, Told, rows_kept
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.reprints import ONE_PRINTING
from initiatives.submission.entering.sheets import Judge
from orgtree.models import Sheet, StaffAccount
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed
from portal.sheets.reading import SheetRow
from portal.vietnamese.text import single_line

AT_ONCE = 200  # rows that are judged, and entered, while the sender waits
ENTERED_AT_ONCE = 50
JUDGE, ENTER = "judge", "enter"

GONE = "Tệp đã được xóa khỏi cổng sau một ngày nên việc dừng ở đây. Hãy gửi lại tệp: dòng nào đã nhập thì cổng bỏ qua."
NOT_ALLOWED = "Tài khoản của bạn không còn quyền nhập sáng kiến nên việc dừng ở đây. Phần đã nhập vẫn giữ nguyên."


def jobs_of(sheet: Sheet) -> QuerySet[Job]:
    """The last one first."""
    return Job.objects.owned_by(sheet.account).filter(kind=Job.Kind.ENTER, asked__sheet=sheet.pk).order_by("-pk")


def keep(rows: Rows, *, name: str, offer: Offer, by: StaffAccount, at: datetime) -> Sheet:
    """Keeps what was read of a file; judges a small one at once, and has a large one judged."""
    if rows.total <= AT_ONCE:
        rows = _judged_anew(rows, offer=offer, by=by, at=at)
    with transaction.atomic():  # what it holds is sealed for its key
        sheet = Sheet.objects.create(
            account=by, use=Sheet.Use.INITIATIVES, name=single_line(name)[:200], content=b"", sent_at=at
        )
        keep_rows(sheet, rows)
    if not rows.is_judged:
        have_judged(sheet, rows, offer=offer, by=by, at=at)
    return sheet


def have_judged(
    sheet: Sheet, rows: Rows, *, offer: Offer, by: StaffAccount, at: datetime, instead_of: Job | None = None
) -> Job:
    """As a job; it goes on behind what was judged before. One alone takes the place of a job that ended too early."""
    asked = _asked(sheet, JUDGE, offer.campaign, at=at)
    key = f"{JUDGE}:{sheet.pk}:{instead_of.pk}" if instead_of is not None else ""
    return jobs.start(Job.Kind.ENTER, asked=asked, total=rows.total, by=by, at=at, key=key)


def enter_all(sheet: Sheet, rows: Rows, *, promised: int, offer: Offer, by: StaffAccount, at: datetime) -> Job:
    """Enters what was found right, once a sheet: a small one at once, a large one as a job.

    Raises ChangedMeanwhile where the number is no longer what the page promised, SheetUsed at a second press.
    """
    shown = _places_of(rows)
    if rows.total <= AT_ONCE:
        rows = _judged_anew(rows, offer=offer, by=by, at=at)
    new = rows.judged_as(NEW)
    if not new or len(new) != promised or _places_of(rows) != shown:
        if not keep_rows(sheet, rows):
            raise SheetUsed
        raise ChangedMeanwhile
    with transaction.atomic():
        # What is carried out is what was judged here: of two presses one writes both, and the other neither.
        if not Sheet.objects.filter(pk=sheet.pk, used_at=None).update(used_at=at, content=rows.sealed_for(sheet.pk)):
            raise SheetUsed
        asked = _asked(sheet, ENTER, offer.campaign, at=at)
        job = jobs.start(Job.Kind.ENTER, asked=asked, total=len(new), by=by, at=at)
        if len(new) <= AT_ONCE:
            # Ours from the first moment: a worker takes it over only where this request ends in the middle.
            job.state, job.began_at, job.heartbeat_at = JobState.RUNNING, at, at
            job.save(update_fields=["state", "began_at", "heartbeat_at"])
    if job.state == JobState.RUNNING:
        _carry_here(job, at=at)
    return job


def entered_by(account: StaffAccount, *, at: datetime) -> Any:
    """What one press of the button entered, in the order of the sheet; as far as one may see it today."""
    mine = Initiative.objects.visible_to(account).filter(entered_by=account, arrived_at=at)
    return mine.select_related("campaign", "unit").order_by("pk")


def job_of_press(account: StaffAccount, *, at: datetime) -> Job | None:
    """What was carried out of one press of the button; forgotten some months later."""
    entering = Job.objects.owned_by(account).filter(kind=Job.Kind.ENTER, created_at=at)
    return entering.filter(asked__step=ENTER).order_by("-pk").first()


def printed_first(job: Job | None, keys: Collection[int], *, at: datetime) -> set[int]:
    """All of `keys`, a page of what an ended job entered, where that page is printed for the first time; remembers it."""
    if job is None or not keys:
        return set()
    page, printed = str(min(keys)), job.result.get("printed", {})
    if page not in printed:
        job.result = job.result | {"printed": printed | {page: at.timestamp()}}
        job.save(update_fields=["result"])
    return set(keys) if at.timestamp() - printed.get(page, at.timestamp()) <= ONE_PRINTING.total_seconds() else set()


def keep_rows(sheet: Sheet, rows: Rows) -> bool:
    """False, and nothing is written, where it is being entered: its rows then stay as they are."""
    sheet.content = rows.sealed_for(sheet.pk)
    return bool(Sheet.objects.filter(pk=sheet.pk, used_at=None).update(content=sheet.content))


def _places_of(rows: Rows) -> dict[int, str]:
    """Where each row that is to be entered goes, by its number."""
    return {each.number: each.unit_code for each in rows.judged_as(NEW)}


def _judged_anew(rows: Rows, *, offer: Offer, by: StaffAccount, at: datetime) -> Rows:
    judged = Judge(offer, by=by, at=at).judged(rows.part(0, rows.total))
    return rows.untold().with_told([each.told for each in judged])


@jobs.carrier(Job.Kind.ENTER)
def portion(job: Job, *, at: datetime) -> None:
    """The next rows of a sheet, judged or entered as of the moment the job was asked for."""
    sheet = Sheet.objects.filter(pk=job.asked["sheet"], account=job.owner_id).first()
    by = StaffAccount.objects.select_related("unit").get(pk=job.owner_id)
    rows = _opened(bytes(sheet.content), sheet=sheet.pk) if sheet is not None else None
    if sheet is None or rows is None or not (by.is_active and by.has_perm(sheets.RIGHT)):
        _end(job, GONE if rows is None else NOT_ALLOWED)
        return
    campaign = Campaign.objects.get(slug=job.asked["campaign"])
    moment = datetime.fromisoformat(job.asked["at"])
    offer = Offer.of(campaign, by=by, at=moment)
    if job.asked["step"] == JUDGE:
        _judge_some(job, sheet, rows, Judge(offer, by=by, at=moment, told=rows.told))
    else:
        _enter_some(job, rows, Judge(offer, by=by, at=moment, resumes=job.tries > 0))


@lru_cache(maxsize=1)
def _opened(content: bytes, *, sheet: int) -> Rows | None:
    """The sheet that is being entered does not change: unpacking what was told of thousands of rows for each portion would
    cost as much as entering them."""
    return rows_kept(content, sheet=sheet)


def _judge_some(job: Job, sheet: Sheet, rows: Rows, judge: Judge) -> None:
    start = len(rows.told)
    told = [each.told for each in judge.judged(rows.part(start, min(start + PIECE, rows.total)))]
    with transaction.atomic():
        keep_rows(sheet, rows.with_told(told))
        job.position = job.done = start + len(told)
        jobs.keep(job)


def _enter_some(job: Job, rows: Rows, judge: Judge) -> None:
    """Each row has a transaction of its own and is known by its key: a portion may be done again."""
    new = rows.judged_as(NEW)[job.position : job.position + ENTERED_AT_ONCE]
    places = {each.number: each.unit_code for each in new}
    for outcome in sheets.enter(_rows_of(new, rows), judge=judge, places=places):
        _count(job.result, outcome)
    job.position += len(new)
    job.done = job.result.get(sheets.ENTERED, 0)


def _rows_of(told: Sequence[Told], rows: Rows) -> list[SheetRow]:
    """Their places in the sheet lie close together; whole pieces are unpacked."""
    places = {each.number: place for place, each in enumerate(rows.told)}
    wanted = [places[each.number] for each in told]
    first = min(wanted)
    some = rows.part(first, max(wanted) + 1)
    return [some[place - first] for place in wanted]


def _count(result: dict[str, Any], outcome: sheets.Outcome) -> None:
    """Numbers, and of what was not entered the row and which sentence; nothing that a person wrote."""
    result[outcome.state] = result.get(outcome.state, 0) + 1
    if outcome.to_keep and outcome.state in {sheets.REFUSED, WITHDRAWN}:
        sentences = result.setdefault("sentences", [])
        if outcome.to_keep not in sentences:
            sentences.append(outcome.to_keep)
        result.setdefault("rows", []).append([outcome.number, sentences.index(outcome.to_keep)])


def refused_rows(job: Job) -> dict[int, str]:
    """Why, by the number of the row."""
    sentences = job.result.get("sentences", [])
    return {number: sentences[place] for number, place in job.result.get("rows", [])}


def _carry_here(job: Job, *, at: datetime) -> None:
    try:
        while job.position < job.total:
            portion(job, at=at)
            jobs.keep(job)
    except jobs.TakenOver:
        return
    finally:
        _opened.cache_clear()
    ended = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, heartbeat_at=job.heartbeat_at)
    if ended.update(state=JobState.DONE, ended_at=at):
        job.state, job.ended_at = JobState.DONE, at


def _end(job: Job, sentence: str) -> None:
    """Nothing more can be done; what was done stands."""
    job.result = job.result | {"failure": sentence}
    job.position = job.total


def _asked(sheet: Sheet, step: str, campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    title = "Kiểm tra tệp sáng kiến" if step == JUDGE else "Nhập sáng kiến từ tệp Excel"
    return {"title": title, "sheet": sheet.pk, "campaign": campaign.slug, "step": step, "at": at.isoformat()}
