"""The summary table (M29) in the inbox: of the rows ticked or the list as filtered; a large one is written as a job."""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives import jobs, jobs_admin, looked_at
from initiatives.models import Campaign, Initiative, Job, JobState
from initiatives.reports import export_jobs
from initiatives.reports.export import MEDIA_TYPE, still_arriving
from initiatives.reports.export_jobs import AT_ONCE, EXPORT, ROWS_A_FILE, File
from initiatives.reports.views import summary_response
from initiatives.reports.zipped import MANIFEST, zipped
from initiatives.review.filters import EVERY, CampaignFilter, campaign_of, unit_of
from orgtree.models import StaffAccount, Unit
from orgtree.scoped_admin import ScopedAdmin, account_of
from orgtree.units.queries import own_today
from portal.vietnamese import days
from portal.vietnamese.formats import file_size, whole

LAYOUTS = {"qt": "mẫu Quảng Trị", "th": "mẫu Thanh Hóa"}
KEY = re.compile(r"[0-9a-f]{32}")
ONE_CAMPAIGN = "Mỗi bảng tổng hợp thuộc một chương trình. Hãy chọn một chương trình ở bộ lọc rồi xuất lại."
UNFINISHED = "Bảng chưa xong nên chưa có tệp."
STOPPED = (
    "Đã dừng khi bảng chưa xong nên chưa có tệp. Bạn không bấm “Dừng lại”? Dữ liệu cá nhân trong chương trình này vừa được "
    "xóa nên cổng dừng bảng đang lập: hãy xuất lại."
)
EMPTY = "Danh sách này chưa có sáng kiến nào để xuất."


class SummaryExport(ScopedAdmin):
    """For the admin of initiatives."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("bang-tong-hop/<str:layout>/", view(self.export_view), name="initiatives_initiative_export"),
            path("bang-tong-hop/tep/<int:pk>/", view(self.export_file_view), name="initiatives_initiative_export_file"),
        ]
        return own + super().get_urls()

    @admin.action(description="Xuất bảng tổng hợp (mẫu Quảng Trị)", permissions=["view"])
    def export_qt(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.export(request, queryset, layout="qt")

    @admin.action(description="Xuất bảng tổng hợp (mẫu Thanh Hóa)", permissions=["view"])
    def export_th(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.export(request, queryset, layout="th")

    def export_view(self, request: HttpRequest, layout: str) -> HttpResponse:
        """The whole list with the filters in its address, in its order. A POST has a large one written."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.urlencode()
        if layout in LAYOUTS:
            rows = self.chosen_rows(request, query)
            may_wait = request.method == "POST"
            answer = self.export(request, rows, layout=layout, may_wait=may_wait)
            if answer is not None:
                return answer
        return HttpResponseRedirect(self.with_filters(reverse("admin:initiatives_initiative_changelist"), query))

    def export(
        self, request: HttpRequest, rows: QuerySet, *, layout: str, may_wait: bool = False
    ) -> HttpResponse | None:
        """None, with a sentence, when the rows are of none or of several campaigns. What is too large to wait for is asked
        about first: nothing is begun by following a link."""
        campaigns_of_rows = list(rows.order_by().values_list("campaign", flat=True).distinct()[:2])
        if len(campaigns_of_rows) != 1:
            messages.warning(request, ONE_CAMPAIGN if campaigns_of_rows else EMPTY)
            return None
        campaign = Campaign.objects.get(pk=campaigns_of_rows[0])
        unit = unit_of(request) or own_today(account_of(request))
        number, at = rows.order_by()[: AT_ONCE + 1].count(), timezone.now()
        remark = still_arriving(campaign, at=at)
        if remark:
            messages.warning(request, remark)
        if number <= AT_ONCE:
            title = f"Bảng tổng hợp ({LAYOUTS[layout]})"
            looked_at.table(unit, by=account_of(request), rows=number, why=title, at=at)
            return summary_response(rows, campaign=campaign, unit=unit, layout=layout, at=at)
        if not may_wait:
            return self.ask_to_wait(request, campaign, unit, layout)
        key = request.POST.get("key", "")
        job = export_jobs.start(
            _of_campaign(request, campaign),
            campaign=campaign,
            unit=unit,
            layout=layout,
            by=account_of(request),
            at=timezone.now(),
            title=f"Bảng tổng hợp ({LAYOUTS[layout]}): {unit.short_name}",
            key=key if KEY.fullmatch(key) else "",
        )
        return HttpResponseRedirect(reverse("admin:initiatives_job_change", args=[job.pk]))

    def ask_to_wait(self, request: HttpRequest, campaign: Campaign, unit: Any, layout: str) -> HttpResponse:
        query = _of_campaign(request, campaign)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Xuất bảng tổng hợp ({LAYOUTS[layout]})",
            "opts": self.opts,
            "campaign": campaign,
            "unit": unit,
            "address": f"{reverse('admin:initiatives_initiative_export', args=[layout])}?{query}",
            "back_address": self.with_filters(reverse("admin:initiatives_initiative_changelist"), query),
            "key": secrets.token_hex(16),
            "at_once": AT_ONCE,
            "rows_a_file": ROWS_A_FILE,
        }
        return TemplateResponse(request, "reports/export_large.html", context)

    def export_file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a job wrote, for whoever gave it and still stands where they stood, for a day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        account = account_of(request)
        job = get_object_or_404(Job.objects.owned_by(account).filter(kind=EXPORT), pk=pk)
        files = export_jobs.files_of(job, at=timezone.now())
        if not files or not export_jobs.may_have(job, account):
            raise Http404
        unit = Unit.objects.filter(pk=job.asked.get("unit")).first()
        looked_at.table(unit, by=account, rows=files[-1].last, why=job.asked.get("title", ""), at=timezone.now())
        if len(files) == 1:
            response = StreamingHttpResponse(export_jobs.content_of(job, 1), content_type=MEDIA_TYPE)
            response["Content-Length"] = str(files[0].size)
            name = files[0].name
        else:
            response = StreamingHttpResponse(zip_of(job, files), content_type="application/zip")
            name = files[0].name.removesuffix("-1.xlsx") + ".zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response


def rows_chosen(query: str, *, by: StaffAccount) -> QuerySet:
    """The list with these filters as its reader would see it now."""
    request = HttpRequest()
    request.method, request.user = "GET", by
    request.GET = QueryDict(query)
    try:
        return admin.site._registry[Initiative].chosen_rows(request, query)
    except IncorrectLookupParameters as refused:
        raise LookupError from refused


def zip_of(job: Job, files: list[File]) -> Iterator[bytes]:
    counted_at = counted_at_of(job)
    manifest = "\r\n".join(manifest_lines(job, files)).encode("utf-8-sig")
    contents = [(file.name, export_jobs.content_of(job, number)) for number, file in enumerate(files, 1)]
    return zipped([(MANIFEST, [manifest]), *contents], at=counted_at)


def manifest_lines(job: Job, files: list[File]) -> list[str]:
    """What is in the ZIP, for whoever opens it: of which moment, which rows are where."""
    return [
        job.asked["title"],
        f"Số liệu lúc {days.moment(counted_at_of(job))}. {whole(job.result['rows'])} sáng kiến trong {len(files)} tệp.",
        "Tên tệp; từ số thứ tự; đến số thứ tự; số sáng kiến; dung lượng; SHA-256",
        *(
            f"{file.name}; {whole(file.first)}; {whole(file.last)}; {whole(file.last - file.first + 1)}; "
            f"{file_size(file.size)}; {file.sha256}"
            for file in files
        ),
        "",
    ]


def counted_at_of(job: Job) -> datetime:
    return datetime.fromisoformat(job.result["counted_at"])


def _of_campaign(request: HttpRequest, campaign: Campaign) -> str:
    """The address of the list, with its campaign named: the newest may be another one when it is read. One of every campaign
    stays that: of a unit that merged it holds more than one of a campaign of before."""
    query = request.GET.copy()
    query[CampaignFilter.parameter_name] = campaign.slug if campaign_of(request) else EVERY
    return query.urlencode()


def exported_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the page of a job shows of it."""
    at = timezone.now()
    files = export_jobs.files_of(job, at=at)
    return {
        "files": [(file, file_size(file.size)) for file in files],
        "size": file_size(sum(file.size for file in files)),
        "counted_at": counted_at_of(job) if "counted_at" in job.result else None,
        "may_have": export_jobs.may_have(job, account_of(request)),
        "kept_until": job.ended_at + jobs.RESULTS_KEPT if job.ended_at else None,
        "progress_words": export_jobs.progress_words(job),
        "stopped_words": UNFINISHED if job.state == JobState.FAILED else STOPPED,
    }


export_jobs.choosers[:] = [rows_chosen]
jobs_admin.RESULT_TEMPLATES[EXPORT] = "jobs/_exported.html"
jobs_admin.RESULT_CONTEXTS[EXPORT] = exported_context
