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

from initiatives import jobs
from initiatives.models import UNFINISHED, Job, JobState
from orgtree.scoped_admin import StaffAdmin, account_of
from orgtree.sites import Panel, Sentence
from portal.vietnamese import days
from portal.vietnamese.formats import whole

RESULT_TEMPLATES: dict[str, str] = {}
RESULT_CONTEXTS: dict[str, Callable[[HttpRequest, Job], dict[str, Any]]] = {}

# A page that renews itself keeps its session alive: it stops where nothing has happened for so long.
RENEWED_FOR = timedelta(minutes=10)
SECONDS_BETWEEN = 2
# On the first page.
TOLD_FOR = timedelta(days=1)
MOST_TOLD = 5

TONES = {JobState.DONE: "good", JobState.STOPPED: "wait", JobState.FAILED: "stop"}


@admin.register(Job)
class JobAdmin(StaffAdmin):
    list_name = "Việc chạy nền"
    list_display = ("what", "given", "how_far", "state_now")
    list_display_links = ("what",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return jobs_of(request, super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

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
        context = {
            **self.admin_site.each_context(request),
            "title": title_of(job),
            "opts": self.opts,
            "job": job,
            "state": state_of(job),
            "tone": TONES.get(JobState(job.state), ""),
            "is_left_alone": jobs.is_left_alone(job, at=at),
            "seconds": SECONDS_BETWEEN if is_renewed(job, at=at) else 0,
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
        return f"{whole(job.position)}/{whole(job.total)}"

    @admin.display(description="trạng thái")
    def state_now(self, job: Job) -> SafeString:
        tone = TONES.get(JobState(job.state), "")
        return SafeString(f'<span class="badge {tone}">{state_of(job)}</span>')


def jobs_of(request: HttpRequest, rows: Any) -> QuerySet:
    """Without what was asked and what came of it: lists need neither, and both may be long."""
    mine = rows.owned_by(account_of(request))
    return mine.defer("asked", "result").annotate(own_title=KT("asked__title"))


def job_panels(request: HttpRequest) -> list[Panel]:
    """What the first page says of one's own jobs: those under way and what ended since yesterday."""
    if not account_of(request).has_perm("initiatives.view_job"):
        return []
    ended_lately = Q(ended_at__gt=timezone.now() - TOLD_FOR)
    found = jobs_of(request, Job.objects.all()).filter(Q(state__in=UNFINISHED) | ended_lately)[:MOST_TOLD]
    sentences = tuple(
        Sentence(
            f"{title_of(job)}: {state_of(job).lower()}, đã xem {whole(job.position)}/{whole(job.total)}.",
            reverse("admin:initiatives_job_change", args=[job.pk]),
            is_urgent=job.state == JobState.FAILED,
        )
        for job in found
    )
    return [Panel("Việc chạy nền của tôi", sentences=sentences)] if sentences else []


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
