"""An administrator has a campaign counted anew."""

import re
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives import jobs_admin
from initiatives.models import Campaign, Job, TallyRun
from initiatives.progress import board_page, recount_jobs
from initiatives.progress.recount_jobs import RECOUNT
from orgtree.scoped_admin import ScopedAdmin, account_of
from portal.vietnamese.formats import whole

KEY = re.compile(r"[0-9a-f]{32}")


class RecountAdmin(ScopedAdmin):
    """For the admin of initiatives; led to by the board."""

    def get_urls(self) -> list[Any]:
        recount = self.admin_site.admin_view(self.recount_view)
        return [path("dem-lai/<int:pk>/", recount, name="initiatives_initiative_recount"), *super().get_urls()]

    def recount_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What counting anew is for; a POST begins it."""
        account = account_of(request)
        if not recount_jobs.may_recount(account):
            raise PermissionDenied
        campaign = get_object_or_404(Campaign, pk=pk)
        if request.method == "POST":
            key = request.POST.get("key", "")
            job = recount_jobs.start(campaign, by=account, at=timezone.now(), key=key if KEY.fullmatch(key) else "")
            return HttpResponseRedirect(reverse("admin:initiatives_job_change", args=[job.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Đếm lại",
            "opts": self.opts,
            "campaign": campaign,
            "counted_at": TallyRun.objects.filter(campaign=campaign).values_list("counted_at", flat=True).first(),
            "back_address": f"{reverse('admin:initiatives_initiative_board')}?{board_page.CAMPAIGN}={campaign.slug}",
            "key": secrets.token_hex(16),
        }
        return TemplateResponse(request, "jobs/recount.html", context)


def recounted_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the page of a job shows of it."""
    counted, tops = min(job.position, len(job.asked["tops"])), len(job.asked["tops"])
    name = recount_jobs.now_at(job)
    return {
        "changed": job.result.get("changed", 0),
        "progress_words": f"Đã đếm {whole(counted)} trên {whole(tops)} tỉnh, ngành"
        + (f", tiếp theo: {name}" if name else ""),
        "stopped_words": f"Đã dừng sau {whole(counted)} trên {whole(tops)} tỉnh, ngành. Phần đã đếm vẫn đúng.",
    }


jobs_admin.RESULT_TEMPLATES[RECOUNT] = "jobs/_recounted.html"
jobs_admin.RESULT_CONTEXTS[RECOUNT] = recounted_context
