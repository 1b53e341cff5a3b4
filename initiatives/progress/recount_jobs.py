"""Counting a campaign anew as a job, one province or sector after the other; each portion is right by itself, so it may be
stopped, repeated, or go on after a worker that ended."""

from datetime import datetime

from initiatives import jobs
from initiatives.models import Campaign, Job
from initiatives.progress import tally
from orgtree.models import StaffAccount, Unit

RECOUNT = Job.Kind.RECOUNT.value
RIGHT = "initiatives.change_tally"

NOT_ALLOWED = "Tài khoản của bạn không còn quyền đếm lại nên việc dừng ở đây."
LAST = 2  # portions behind those of the tops: the confederation; days and middles of fields


def may_recount(account: StaffAccount) -> bool:
    return account.is_active and account.has_perm(RIGHT)


def start(campaign: Campaign, *, by: StaffAccount, at: datetime, key: str = "") -> Job:
    tops = list(Unit.objects.filter(depth=2).order_by("path").values_list("pk", flat=True))
    asked = {"title": f"Đếm lại: {campaign.name}", "campaign": campaign.pk, "tops": tops}
    return jobs.start(RECOUNT, asked=asked, total=len(tops) + LAST, by=by, at=at, key=key)


@jobs.carrier(RECOUNT)
def portion(job: Job, *, at: datetime) -> None:
    campaign = Campaign.objects.filter(pk=job.asked["campaign"]).first()
    if campaign is None or not may_recount(StaffAccount.objects.select_related("unit").get(pk=job.owner_id)):
        job.result, job.position = {"failure": NOT_ALLOWED}, job.total
        return
    tops: list[int] = job.asked["tops"]
    if job.position < len(tops):
        changed = tally.recount_branch(campaign, Unit.objects.get(pk=tops[job.position]), at=at)
    elif job.position == len(tops):
        changed = tally.recount_root(campaign, at=at)
    else:
        changed = tally.recount_days(campaign, at=at)
    if changed is None:
        raise jobs.NotYet
    job.result = {"changed": job.result.get("changed", 0) + changed}
    job.position += 1
    job.done = job.position


def now_at(job: Job) -> str:
    """The name of what is counted next."""
    tops: list[int] = job.asked["tops"]
    if not job.is_unfinished or job.position >= len(tops):
        return ""
    return Unit.objects.get(pk=tops[job.position]).short_name
