"""Entering from a sheet of Excel: the template, what each row would do, the button, and what became of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from initiatives import jobs_admin
from initiatives.campaigns import windows
from initiatives.models import Campaign, Job
from initiatives.submission.entering import sheet_columns, sheet_jobs, sheets
from initiatives.submission.entering.kept_sheets import BLANK, NEW, PRESENT, WITHDRAWN, WRONG, Rows, Told, rows_kept
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.slips import slips_response
from orgtree.models import Sheet
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed, sent_by
from orgtree.sheet_pages import SheetForm, download
from portal.requests import arrival
from portal.sheets.reading import SheetRefused, SheetRow, content_of

ROWS_SHOWN = 300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHANGED = "Có dòng vừa thay đổi so với lúc xem trước. Hãy xem lại bảng dưới đây rồi bấm nút lần nữa."


class InitiativeSheetForm(SheetForm):
    """Which campaign, and the file."""

    campaign = forms.ChoiceField(
        label="Chương trình",
        error_messages={
            "required": "Hãy chọn chương trình.",
            "invalid_choice": "Chương trình này hiện không nhận sáng kiến. Hãy chọn lại.",
        },
    )
    field_order = ("campaign", "file")

    def __init__(self, *args: Any, campaigns: Sequence[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].choices = [(each.slug, each.name) for each in campaigns]  # type: ignore[attr-defined]


class EnteringFromSheet(ScopedAdmin):
    """For the admin of initiatives. Whoever may decide may enter; a sheet is its sender's alone."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("nhap-tep/", view(self.sheet_view), name="initiatives_initiative_sheet"),
            path(
                "nhap-tep/mau/<slug:slug>/",
                view(self.sheet_template_view),
                name="initiatives_initiative_sheet_template",
            ),
            path(
                "nhap-tep/phieu/<int:moment>/", view(self.sheet_slips_view), name="initiatives_initiative_sheet_slips"
            ),
            path("nhap-tep/<int:pk>/", view(self.sheet_rows_view), name="initiatives_initiative_sheet_rows"),
            path(
                "nhap-tep/<int:pk>/can-sua/", view(self.sheet_faults_view), name="initiatives_initiative_sheet_faults"
            ),
        ]
        return own + super().get_urls()

    # --- sending --------------------------------------------------------------------------------------------------------

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        """What to do, the template of each campaign, and the field for the file."""
        self.refuse_unless_sending(request)
        verdicts = campaigns_shown(at=arrival(request))
        taking = [campaign for campaign, verdict in verdicts if verdict.is_open or verdict.is_open_for_some]
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = InitiativeSheetForm(*posted, campaigns=taking)
        if form.is_valid():
            campaign = next(each for each in taking if each.slug == form.cleaned_data["campaign"])
            try:
                sheet = self.kept_sheet(request, form.cleaned_data["file"], campaign)
            except SheetRefused as refusal:
                form.add_error("file", refusal.sentence)
            else:
                return HttpResponseRedirect(reverse("admin:initiatives_initiative_sheet_rows", args=[sheet.pk]))
        context = {
            "title": "Nhập sáng kiến từ tệp Excel",
            "form": form,
            "taking": taking,
            "verdicts": verdicts,
            "has_unit": account_of(request).unit is not None,
            "most_rows": sheet_columns.MOST_ROWS,
        }
        return self.sheet_answer(request, "sheet.html", context, status=422 if form.errors else 200)

    def kept_sheet(self, request: HttpRequest, upload: UploadedFile, campaign: Campaign) -> Sheet:
        """Raises SheetRefused; a file that cannot be read is not kept."""
        by, at = account_of(request), arrival(request)
        offer = Offer.of(campaign, by=by, at=at)
        rows = sheets.rows_in(content_of(upload), offer=offer)
        return sheet_jobs.keep(rows, name=upload.name or "", offer=offer, by=by, at=at)

    def sheet_template_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        self.refuse_unless_sending(request)
        campaign = Campaign.objects.published().filter(slug=slug).first()
        if campaign is None:
            raise Http404
        offer = Offer.of(campaign, by=account_of(request), at=arrival(request))
        return download(sheet_columns.template_of(offer), f"sang-kien-{campaign.slug}.xlsx")

    # --- a sheet --------------------------------------------------------------------------------------------------------

    def sheet_rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the sheet would do, row by row; its button does it. Then what became of it."""
        sheet = self.own_sheet(request, pk)
        job = sheet_jobs.jobs_of(sheet).first()
        if job is not None and job.is_unfinished:
            return HttpResponseRedirect(reverse("admin:initiatives_job_change", args=[job.pk]))
        rows = self.rows_kept(sheet)
        if sheet.used_at:
            return self.sheet_result_page(request, sheet, job)
        if request.method == "POST":
            if rows.is_judged:
                return self.enter_sheet(request, sheet, rows)
            return self.judge_sheet_on(request, sheet, rows, instead_of=job)
        return self.sheet_rows_page(request, sheet, rows)

    def enter_sheet(self, request: HttpRequest, sheet: Sheet, rows: Rows) -> HttpResponse:
        typed = request.POST.get("promised", "")
        promised = int(typed) if is_key(typed) else 0
        by, at = account_of(request), arrival(request)
        offer = Offer.of(self.campaign_of_sheet(rows), by=by, at=at)
        try:
            sheet_jobs.enter_all(sheet, rows, promised=promised, offer=offer, by=by, at=at)
        except SheetUsed:
            pass
        except ChangedMeanwhile:
            messages.warning(request, CHANGED)
            return self.sheet_rows_page(request, sheet, self.rows_kept(sheet), status=409)
        return HttpResponseRedirect(request.path)

    def judge_sheet_on(self, request: HttpRequest, sheet: Sheet, rows: Rows, *, instead_of: Job | None) -> HttpResponse:
        """Somebody stopped the job that judged it, or it failed."""
        by, at = account_of(request), arrival(request)
        offer = Offer.of(self.campaign_of_sheet(rows), by=by, at=at)
        sheet_jobs.have_judged(sheet, rows, offer=offer, by=by, at=at, instead_of=instead_of)
        return HttpResponseRedirect(request.path)

    def sheet_faults_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows to put right or to look at, in a sheet that can be sent again, with what is said of each in front of it."""
        sheet = self.own_sheet(request, pk)
        rows = self.rows_kept(sheet)
        wrong = {each.number: each.faults for each in (*rows.judged_as(WRONG), *rows.judged_as(WITHDRAWN))}
        job = sheet_jobs.jobs_of(sheet).first() if sheet.used_at else None
        if job is not None:
            wrong |= {number: (sentence,) for number, sentence in sheet_jobs.refused_rows(job).items()}
        told: list[tuple[SheetRow, Sequence[str]]] = [(row, wrong[row.number]) for row in rows if row.number in wrong]
        offer = Offer.of(self.campaign_of_sheet(rows), by=account_of(request), at=arrival(request))
        return download(sheet_columns.corrected(offer, told, found=rows.found), "sang-kien-can-sua.xlsx")

    def sheet_slips_view(self, request: HttpRequest, moment: int) -> HttpResponse:
        """The receipts of what one press of the button entered; `moment` in microseconds."""
        self.refuse_unless_sending(request)
        try:
            at = EPOCH + timedelta(microseconds=moment)
        except OverflowError:
            raise Http404 from None
        by, now = account_of(request), arrival(request)
        entered = sheet_jobs.entered_by(by, at=at)
        if not entered.exists():
            raise Http404
        job = sheet_jobs.job_of_press(by, at=at)
        if job is not None and job.is_unfinished:
            return HttpResponseRedirect(reverse("admin:initiatives_job_change", args=[job.pk]))
        return slips_response(
            request, self, entered, printed_first=lambda keys: sheet_jobs.printed_first(job, keys, at=now), at=now
        )

    def own_sheet(self, request: HttpRequest, pk: int) -> Sheet:
        self.refuse_unless_sending(request)
        own = sent_by(account_of(request), use=Sheet.Use.INITIATIVES, at=arrival(request))
        sheet = own.filter(pk=pk).first()
        if sheet is None:
            raise Http404
        return sheet

    def rows_kept(self, sheet: Sheet) -> Rows:
        rows = rows_kept(sheet.content, sheet=sheet.pk)
        if rows is None:
            raise Http404
        return rows

    def campaign_of_sheet(self, rows: Rows) -> Campaign:
        campaign = Campaign.objects.filter(slug=rows.campaign).first()
        if campaign is None:
            raise Http404
        return campaign

    # --- answers ----------------------------------------------------------------------------------------------------------

    def sheet_rows_page(self, request: HttpRequest, sheet: Sheet, rows: Rows, *, status: int = 200) -> HttpResponse:
        new, present = rows.judged_as(NEW), rows.judged_as(PRESENT)
        context = {
            "title": "Xem trước khi nhập sáng kiến",
            "sheet": sheet,
            "campaign": self.campaign_of_sheet(rows),
            "rows": rows,
            "wrong": rows.judged_as(WRONG),
            "new": new,
            "present": present,
            "withdrawn": rows.judged_as(WITHDRAWN),
            "blank": len(rows.judged_as(BLANK)),
            "warnings": warnings_of(new),
            "shown": ROWS_SHOWN,
            "shown_slice": f":{ROWS_SHOWN}",
        }
        return self.sheet_answer(request, "sheet_rows.html", context, status=status)

    def sheet_result_page(self, request: HttpRequest, sheet: Sheet, job: Job | None) -> HttpResponse:
        context = {
            "title": "Đã nhập từ tệp Excel",
            "sheet": sheet,
            "job": job,
            **(result_of(request, job) if job else {}),
        }
        return self.sheet_answer(request, "sheet_result.html", context, status=200)

    def refuse_unless_sending(self, request: HttpRequest) -> None:
        if not account_of(request).has_perm(sheets.RIGHT):
            raise PermissionDenied

    def sheet_answer(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"entering/{name}", shared | context, status=status)


def campaigns_shown(*, at: datetime) -> list[tuple[Campaign, windows.Verdict]]:
    """Those on the portal, with what holds for them now."""
    campaigns = list(Campaign.objects.published().prefetch_related("phases"))
    verdicts = windows.verdicts(campaigns, at=at)
    return [(campaign, verdicts[campaign.pk]) for campaign in campaigns]


def warnings_of(told: Sequence[Told]) -> list[tuple[str, int, list[int]]]:
    """What is asked about, each sentence once: how many rows it concerns, and the first of them."""
    counts = Counter(sentence for each in told for sentence in each.warnings)
    return [
        (sentence, count, [each.number for each in told if sentence in each.warnings][:10])
        for sentence, count in counts.most_common(20)
    ]


def result_of(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the page of a job shows of it; the sheet itself is there for a day."""
    at = datetime.fromisoformat(job.asked["at"])
    own = sent_by(account_of(request), use=Sheet.Use.INITIATIVES, at=arrival(request))
    sheet, refused = own.filter(pk=job.asked["sheet"]).first(), sheet_jobs.refused_rows(job)
    rows = rows_kept(sheet.content, sheet=sheet.pk) if sheet else None
    return {
        "is_judging": job.asked["step"] == sheet_jobs.JUDGE,
        "sheet": sheet if rows else None,
        "wrong_count": len(rows.judged_as(WRONG)) if rows else 0,
        "withdrawn_count": len(rows.judged_as(WITHDRAWN)) if rows else 0,
        "entered": job.result.get(sheets.ENTERED, 0),
        "present_count": job.result.get(PRESENT, 0),
        "refused": sorted(refused.items())[:ROWS_SHOWN],
        "refused_count": len(refused),
        "moment": (at - EPOCH) // timedelta(microseconds=1),
    }


jobs_admin.RESULT_TEMPLATES[Job.Kind.ENTER] = "entering/_sheet_result.html"
jobs_admin.RESULT_CONTEXTS[Job.Kind.ENTER] = result_of
