"""Printing posters for one unit or for many, in the admin: which campaign, on what, whose; at once or as a job."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives import jobs_admin
from initiatives.campaigns import poster_jobs
from initiatives.campaigns.poster_files import posters_pdf
from initiatives.campaigns.poster_jobs import AT_ONCE, MOST_SHEETS, POSTERS
from initiatives.campaigns.poster_kit import (
    EXPLAINED,
    SIZES,
    WHOSE,
    Which,
    expected_bytes,
    heads_of,
    poster_texts,
    units_of,
)
from initiatives.campaigns.posters import PosterTooLong, Size
from initiatives.models import Campaign, Job
from orgtree.models import StaffAccount, Unit
from orgtree.scoped_admin import StaffAdmin, account_of
from portal.vietnamese.formats import file_size, whole

CAMPAIGN, SIZE, WHOSE_FIELD = "chuong-trinh", "kho", "cua"
KEY = re.compile(r"[0-9a-f]{32}")
TOO_LONG = "Tên chương trình, tên đơn vị hoặc dòng liên hệ quá dài nên không vừa khổ này. Hãy chọn khổ khác."
CHOOSE = "Chưa chọn đủ. Hãy chọn khổ giấy và những đơn vị cần in."
TOO_MANY = f"Mỗi lần in nhiều nhất {whole(MOST_SHEETS)} tờ. Hãy mở trang từng đơn vị bên dưới rồi in riêng."
UNCHANGED = "Không còn đơn vị nào như vậy để in. Hãy chọn lại."


@dataclass(frozen=True)
class Offer:
    """One choice of whose posters: how many sheets, and about how large the file."""

    which: Which
    label: str
    sheets: int
    is_too_many: bool

    @property
    def told(self) -> str:
        if self.is_too_many:
            return f"hơn {whole(MOST_SHEETS)} tờ, quá số một lần in được"
        size = file_size(max(expected_bytes(self.sheets, size) for size in SIZES))
        return f"{whole(self.sheets)} tờ, tệp chừng {size}"


class PosterPrinting(StaffAdmin):
    """For the admin of campaigns; asked from the pages of units."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("ap-phich/<int:pk>/", view(self.posters_view), name="initiatives_campaign_posters"),
            path("ap-phich/tep/<int:pk>/", view(self.posters_file_view), name="initiatives_campaign_posters_file"),
        ]
        return own + super().get_urls()

    def posters_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What can be printed for a unit; a POST prints a few sheets at once, and has many printed."""
        account = account_of(request)
        if not poster_jobs.may_print(account):
            raise PermissionDenied
        unit = get_object_or_404(Unit.objects.visible_to(account), pk=pk)
        campaigns = list(Campaign.objects.order_by("-pk"))
        slug = request.GET.get(CAMPAIGN, "")
        if slug and slug not in {each.slug for each in campaigns}:
            raise Http404
        campaign = next((each for each in campaigns if each.slug == slug), campaigns[0] if campaigns else None)
        offers = offers_for(campaign, unit, account) if campaign else []
        status = 200
        if request.method == "POST" and campaign is not None:
            answer = self.print_asked(request, campaign, unit, offers)
            if answer is not None:
                return answer
            status = 422
        context = {
            **self.admin_site.each_context(request),
            "title": "In bộ áp phích",
            "opts": self.opts,
            "unit": unit,
            "campaign": campaign,
            "campaigns": [(each, f"?{CAMPAIGN}={each.slug}", each == campaign) for each in campaigns],
            "offers": offers,
            "then": [each for each in heads_of(campaign, unit, seen_by=account) if each != unit] if campaign else [],
            "sizes": [(size, label, EXPLAINED[size]) for size, label in SIZES.items()],
            "size_field": SIZE,
            "size_asked": request.POST.get(SIZE, "a4"),
            "whose_field": WHOSE_FIELD,
            "whose_asked": request.POST.get(WHOSE_FIELD) or next((each.which for each in offers), ""),
            "at_once": AT_ONCE,
            "key": secrets.token_hex(16),
        }
        return TemplateResponse(request, "campaigns/posters.html", context, status=status)

    def print_asked(
        self, request: HttpRequest, campaign: Campaign, unit: Unit, offers: list[Offer]
    ) -> HttpResponse | None:
        """None, with a sentence, where nothing can be printed."""
        size = next((known for known in SIZES if known == request.POST.get(SIZE)), None)
        offer = next((each for each in offers if each.which == request.POST.get(WHOSE_FIELD)), None)
        if size is None or offer is None:
            messages.error(request, CHOOSE)
            return None
        if offer.is_too_many:
            messages.error(request, TOO_MANY)
            return None
        units = list(units_of(campaign, unit, offer.which, seen_by=account_of(request))[: MOST_SHEETS + 1])
        if not units or len(units) > MOST_SHEETS:
            messages.error(request, TOO_MANY if units else UNCHANGED)
            return None
        if len(units) > AT_ONCE:
            return self.print_later(request, campaign, unit, units, size)
        try:
            pdf = posters_pdf(poster_texts(campaign, units, at=timezone.now()), size=size)
        except PosterTooLong:
            messages.error(request, TOO_LONG)
            return None
        return pdf_response(pdf, poster_jobs.file_name(campaign, unit, size))

    def print_later(
        self, request: HttpRequest, campaign: Campaign, unit: Unit, units: list[Unit], size: Size
    ) -> HttpResponse:
        key = request.POST.get("key", "")
        job = poster_jobs.start(
            campaign,
            [each.pk for each in units],
            size=size,
            of=unit,
            by=account_of(request),
            at=timezone.now(),
            key=key if KEY.fullmatch(key) else "",
        )
        return HttpResponseRedirect(reverse("admin:initiatives_job_change", args=[job.pk]))

    def posters_file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a job printed, for whoever gave it, for a day."""
        account = account_of(request)
        if not poster_jobs.may_print(account):
            raise PermissionDenied
        job = get_object_or_404(Job.objects.owned_by(account).filter(kind=POSTERS), pk=pk)
        file = get_object_or_404(poster_jobs.file_of(job, at=timezone.now()))
        return pdf_response(bytes(file.content), job.asked["file"])


def offers_for(campaign: Campaign, unit: Unit, account: StaffAccount) -> list[Offer]:
    """What there is to print; of a unit without any below it only its own."""
    counted = {
        which: units_of(campaign, unit, which, seen_by=account).order_by()[: MOST_SHEETS + 1].count() for which in WHOSE
    }
    if counted[Which.ALL] == counted[Which.UNIT]:
        counted = {Which.UNIT: counted[Which.UNIT]}
    return [
        Offer(which, WHOSE[which], sheets, is_too_many=sheets > MOST_SHEETS)
        for which, sheets in counted.items()
        if sheets
    ]


def pdf_response(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def printed_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the page of a job shows of it."""
    file = poster_jobs.file_of(job, at=timezone.now()).defer("content").first()
    return {
        "file": file,
        "too_long": job.result.get("too_long", 0),
        "left_out": job.position - job.done - job.result.get("too_long", 0) if file else 0,
        "stopped_words": f"Đã dừng sau {whole(job.position)} trên {whole(job.total)} tờ nên chưa có tệp.",
    }


jobs_admin.RESULT_TEMPLATES[POSTERS] = "jobs/_posters.html"
jobs_admin.RESULT_CONTEXTS[POSTERS] = printed_context
