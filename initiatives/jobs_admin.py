"""What became of the work one gave: how far it is, a way to stop it, its result. A job is its owner's alone.

Rooms that give work say how its result is shown: RESULT_TEMPLATES by kind, with `job` and what RESULT_CONTEXTS adds.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from initiatives import jobs, waiting
from initiatives.models import UNFINISHED, Job, JobState
from orgtree.scoped_admin import StaffAdmin, account_of
from orgtree.sites import Panel, Sentence
from portal.vietnamese import days
from portal.vietnamese.formats import percent, whole

RESULT_TEMPLATES: dict[str, str] = {}
RESULT_CONTEXTS: dict[str, Callable[[HttpRequest, Job], dict[str, Any]]] = {}

LEAVE_A_FILE: set[str] = {Job.Kind.POSTERS, Job.Kind.EXPORT}
LOOKS_AFTER = "initiatives.change_campaign"

# A page that renews itself keeps its session alive: it stops where nothing has happened for so long.
RENEWED_FOR = timedelta(minutes=10)
SECONDS_BETWEEN = 2
# On the first page.
TOLD_FOR = timedelta(days=1)
MOST_TOLD = 5

# Whose position is no number of rows.
COUNTED_IN_STEPS: set[str] = {Job.Kind.EXPORT, Job.Kind.RECOUNT}

TONES = {JobState.DONE: "good", JobState.STOPPED: "wait", JobState.FAILED: "stop"}


@admin.register(Job)
class JobAdmin(StaffAdmin):
    list_name = "Việc chạy nền"
    list_display = ("what", "given", "how_far", "state_now", "kept")
    change_list_template = "jobs/jobs.html"
    list_display_links = ("what",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return jobs_of(request, super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With what the worker has before it besides jobs, for administrators."""
        context = waiting_context(request) if account_of(request).has_perm(LOOKS_AFTER) else {}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The progress and then the result. A POST asks to stop."""
        job = self.get_object(request, object_id)
        at = timezone.now()
        if request.method == "POST":
            jobs.ask_to_stop(job, at=at)
            if not job.is_unfinished:
                messages.info(request, "Việc này đã kết thúc trước khi dừng.")
            return HttpResponseRedirect(request.path)
        shown = RESULT_CONTEXTS.get(job.kind)
        first = jobs_of(request, jobs.waits_for(job)).first()
        context = {
            **self.admin_site.each_context(request),
            "title": title_of(job),
            "opts": self.opts,
            "job": job,
            "state": state_of(job),
            "tone": TONES.get(JobState(job.state), ""),
            "first": first and (title_of(first), reverse("admin:initiatives_job_change", args=[first.pk])),
            "is_left_alone": jobs.is_left_alone(first or job, at=at),
            "seconds": SECONDS_BETWEEN if is_renewed(first or job, at=at) else 0,
            "in_steps": job.kind in COUNTED_IN_STEPS,
            "result_template": RESULT_TEMPLATES.get(job.kind, ""),
            **(shown(request, job) if shown else {}),
        }
        return TemplateResponse(request, "jobs/job.html", context)

    @admin.display(description="việc")
    def what(self, job: Job) -> str:
        return title_of(job)

    @admin.display(description="giao lúc", ordering="created_at")
    def given(self, job: Job) -> str:
        return days.moment(job.created_at)

    @admin.display(description="đã xem đến")
    def how_far(self, job: Job) -> str:
        return _far(job, before="")

    @admin.display(description="trạng thái")
    def state_now(self, job: Job) -> SafeString:
        tone = TONES.get(JobState(job.state), "")
        return SafeString(f'<span class="badge {tone}">{state_of(job)}</span>')

    @admin.display(description="tệp")
    def kept(self, job: Job) -> str:
        """Until when there is a file to be had."""
        if job.kind not in LEAVE_A_FILE or job.state != JobState.DONE or not job.ended_at or job.own_failure:
            return ""
        if not jobs.is_kept(job, at=timezone.now()):
            return "đã xóa sau một ngày"
        return f"giữ đến {days.moment(job.ended_at + jobs.RESULTS_KEPT)}"


def jobs_of(request: HttpRequest, rows: Any) -> QuerySet:
    """Without what was asked and what came of it: lists need neither, and both may be long."""
    mine = rows.owned_by(account_of(request))
    return mine.defer("asked", "result").annotate(own_title=KT("asked__title"), own_failure=KT("result__failure"))


def waiting_context(request: HttpRequest) -> dict[str, Any]:
    at = timezone.now()
    seen = jobs.last_seen()
    return {
        "queues": waiting.queues(),
        "worker_seen_at": seen,
        "worker_is_there": seen is not None and at - seen <= jobs.SILENT,
    }


def job_panels(request: HttpRequest) -> list[Panel]:
    """What the first page says of one's own jobs: those under way and what ended since yesterday."""
    if not account_of(request).has_perm("initiatives.view_job"):
        return []
    ended_lately = Q(ended_at__gt=timezone.now() - TOLD_FOR)
    found = jobs_of(request, Job.objects.all()).filter(Q(state__in=UNFINISHED) | ended_lately)[:MOST_TOLD]
    sentences = tuple(
        Sentence(
            f"{title_of(job)}: {state_of(job).lower()}, {_far(job)}.",
            reverse("admin:initiatives_job_change", args=[job.pk]),
            is_urgent=job.state == JobState.FAILED,
        )
        for job in found
    )
    return [Panel("Việc chạy nền của tôi", sentences=sentences)] if sentences else []


def _far(job: Job, *, before: str = "đã xem ") -> str:
    if job.kind in COUNTED_IN_STEPS:
        return percent(job.position, job.total)
    return f"{before}{whole(job.position)}/{whole(job.total)}"


def title_of(job: Job) -> str:
    """As whoever gave it called it."""
    return getattr(job, "own_title", None) or job.get_kind_display()


def state_of(job: Job) -> str:
    """Between two portions a job waits for its turn: to people it is running all the time."""
    if not job.is_unfinished:
        return job.get_state_display()
    if job.stop_asked:
        return "Đang dừng"
    return JobState.RUNNING.label if job.heartbeat_at else JobState.WAITING.label


def is_renewed(job: Job, *, at: datetime) -> bool:
    return job.is_unfinished and at - (job.heartbeat_at or job.created_at) < RENEWED_FOR


admin.site.panels.append(job_panels)
