"""Printing thousands of sheets as a job: some are drawn in each portion and kept, the last portion binds them.

What is kept lies among the sheets that staff send (`orgtree/sent_sheets.py`): its owner's alone, and gone after a day, whether
the job ended, was stopped or was given up. A portion's sheets and how far the job came are one transaction.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from initiatives import jobs
from initiatives.campaigns import poster_files
from initiatives.campaigns.poster_kit import ORGANISATION, SIZES, poster_texts
from initiatives.campaigns.posters import PosterTooLong, Size
from initiatives.campaigns.press import Drawn, Stamps, packed, unpacked
from initiatives.models import Campaign, Job
from orgtree.models import Sheet, StaffAccount, Unit
from orgtree.sent_sheets import sent_by

POSTERS = Job.Kind.POSTERS.value  # and what it keeps has the same for its use, `Sheet.Use.POSTERS`
AT_ONCE = 60  # sheets that are drawn while somebody waits
MOST_SHEETS = 5_000
PORTION = 40
RIGHTS = ("initiatives.view_campaign", "orgtree.view_unit")

NOT_ALLOWED = "Tài khoản của bạn không còn quyền in cho các đơn vị này nên việc dừng ở đây."
GONE = "Phần đã vẽ bị xóa sau một ngày nên không ghép thành tệp được. Hãy giao lại việc in."


def may_print(account: StaffAccount) -> bool:
    return account.is_active and all(account.has_perm(right) for right in RIGHTS)


def start(
    campaign: Campaign, units: Sequence[int], *, size: Size, of: Unit, by: StaffAccount, at: datetime, key: str = ""
) -> Job:
    """`units` are ids, in the order of the pages."""
    asked = {
        "title": f"{SIZES[size]}: {of.short_name}",
        "campaign": campaign.slug,
        "size": size,
        "of": of.name,
        "file": file_name(campaign, of, size),
        "units": " ".join(map(str, units)),
    }
    return jobs.start(POSTERS, asked=asked, total=len(units), by=by, at=at, key=key)


@jobs.carrier(POSTERS)
def draw_portion(job: Job, *, at: datetime) -> None:
    """With the rights that whoever gave the job has now: what left their branch meanwhile is left out."""
    by = StaffAccount.objects.select_related("unit").get(pk=job.owner_id)
    campaign = Campaign.objects.filter(slug=job.asked["campaign"]).first()
    if campaign is None or not may_print(by):
        _refuse(job, NOT_ALLOWED)
        return
    size = job.asked["size"]
    keys = [int(key) for key in job.asked["units"].split()][job.position : job.position + PORTION]
    found = Unit.objects.visible_to(by).in_bulk(keys)
    units = [found[key] for key in keys if key in found]
    press = poster_files.press_for(size, job.result.get("letters"))
    sheets, too_long = [], job.result.get("too_long", 0)
    for text in poster_texts(campaign, units, at=at):
        try:
            sheets.append(poster_files.drawn(press, text, size=size))
        except PosterTooLong:
            too_long += 1
    content = packed(sheets, press.stamps)
    job.position += len(keys)
    job.done += len(sheets)
    job.result = {"letters": press.letters, "too_long": too_long}
    # Before the transaction: binding takes seconds, and who submits on SQLite would wait as long.
    pdf = _bound(job, campaign, last=content) if job.position >= job.total else None
    with transaction.atomic():
        if pdf is None:
            Sheet.objects.create(account=by, use=POSTERS, name=str(job.pk), content=content, sent_at=at)
        else:
            _pieces(job).delete()
            _end(job, pdf, by=by, at=at)
        jobs.keep(job)


def file_of(job: Job, *, at: datetime) -> QuerySet[Sheet]:
    """The file, until a day after it was bound."""
    return sent_by(job.owner, use=POSTERS, at=at).filter(name=f"{job.pk}.pdf")  # type: ignore[arg-type]


def file_name(campaign: Campaign, of: Unit, size: Size) -> str:
    return f"ap-phich-{campaign.slug}-{of.code}-{size}.pdf".replace("/", "-")


def _pieces(job: Job) -> QuerySet[Sheet]:
    return Sheet.objects.filter(account=job.owner_id, use=POSTERS, name=str(job.pk)).order_by("pk")


def _bound(job: Job, campaign: Campaign, *, last: bytes) -> bytes:
    """Everything in one file; b"" where not all of it is there any more."""
    stamps: Stamps = {}
    bound = 0

    def contents() -> Iterator[bytes]:
        """One piece after the other: all of them at once would be the whole file twice."""
        for pk in list(_pieces(job).values_list("pk", flat=True)):
            yield bytes(Sheet.objects.values_list("content", flat=True).get(pk=pk))
        yield last

    def sheets() -> Iterator[Drawn]:
        nonlocal bound
        for content in contents():
            some, stamped = unpacked(content)
            stamps.update(stamped)
            bound += len(some)
            yield from some

    pdf = poster_files.bound(
        sheets(),
        stamps,
        job.result["letters"],
        size=job.asked["size"],
        campaign_name=campaign.name,
        organisation=ORGANISATION,
        of=job.asked["of"],
    )
    return pdf if bound and bound >= job.done else b""


def _end(job: Job, pdf: bytes, *, by: StaffAccount, at: datetime) -> None:
    if pdf:
        Sheet.objects.create(account=by, use=POSTERS, name=f"{job.pk}.pdf", content=pdf, sent_at=at)
        job.result = {"too_long": job.result["too_long"]}
    else:
        job.result = {"failure": GONE if job.done else NOT_ALLOWED}


def _refuse(job: Job, sentence: str) -> None:
    job.result = {"failure": sentence}
    job.position = job.total
