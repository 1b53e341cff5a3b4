"""Benefits for staff, of one's own branch: totals beside what looks mistyped, lists that lead to desks; all of it as Excel."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives import looked_at
from initiatives.models import Campaign
from initiatives.progress import benefit_report, benefit_sheet
from initiatives.progress.benefit_report import LISTS, MISTYPED, MOST_LISTED, MOST_NAMED, Report, Row
from initiatives.progress.board_admin import BoardAdmin, address_of, is_seen
from initiatives.review.appraising import LEAST, TIMES
from orgtree.models import StaffAccount, Unit
from orgtree.scoped_admin import account_of

LIST = "xem"
MOST_UNITS = 200  # on the page; all are in Excel
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BenefitAdmin(BoardAdmin):
    """For the admin of initiatives: beside the board, of the same place."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("gia-tri/", view(self.benefit_view), name="initiatives_initiative_benefit"),
            path("gia-tri.xlsx", view(self.benefit_sheet_view), name="initiatives_initiative_benefit_sheet"),
        ]
        return own + super().get_urls()

    def benefit_view(self, request: HttpRequest) -> HttpResponse:
        """A unit of one's branch (`?campaign=`, `?don-vi=`), and one of its lists (`?xem=`)."""
        campaign, hosts, unit = self._place(request)
        context = self._frame(request, "Giá trị làm lợi", campaign, hosts)
        if campaign is None or unit is None:
            return TemplateResponse(request, "progress/benefit.html", context)
        account, kind = account_of(request), request.GET.get(LIST, "")
        report = benefit_report.of(campaign, unit, at=timezone.now())
        kind = kind if kind in LISTS else next(iter(LISTS))
        mistyped = _rows(report, MISTYPED, account, most=MOST_NAMED) if report.open_suspects else []
        lines = [line for line in report.by_unit if line.figures.entries]
        context |= {
            "title": f"Giá trị làm lợi: {unit}",
            "hosts": [(each, _address(campaign, each)) for each in hosts] if len(hosts) > 1 else [],
            "unit": unit,
            "report": report,
            "total": report.total,
            "trail": [(each, _address(campaign, each)) for each in report.trail[:-1] if is_seen(each, account)],
            "mistyped": mistyped,
            "lines": [(line, _address(campaign, line.unit) if line.unit else "") for line in lines[:MOST_UNITS]],
            "more_units": len(lines) - MOST_UNITS if len(lines) > MOST_UNITS else 0,
            "lists": [(label, name == kind, _address(campaign, unit, name)) for name, label in LISTS.items()],
            "rows": _rows(report, kind, account, most=MOST_LISTED),
            "most": MOST_LISTED,
            "xlsx_address": _address(campaign, unit, name="initiatives_initiative_benefit_sheet"),
            "board_address": _address(campaign, unit, name="initiatives_initiative_board"),
            "times": TIMES,
            "least": LEAST,
        }
        return TemplateResponse(request, "progress/benefit.html", context)

    def benefit_sheet_view(self, request: HttpRequest) -> HttpResponse:
        """All of the page, every list of it."""
        campaign, _, unit = self._place(request)
        if campaign is None or unit is None:
            raise Http404
        report = benefit_report.of(campaign, unit, at=timezone.now())
        account = account_of(request)
        rows = {kind: benefit_report.listed(report, kind, account=account, most=benefit_sheet.MOST) for kind in LISTS}
        told_of = {row.initiative.pk for each in rows.values() for row in each}
        if told_of:
            looked_at.table(unit, by=account, rows=len(told_of), why="Giá trị làm lợi", at=timezone.now())
        name = f"gia-tri-lam-loi-{campaign.slug}-{unit.code.replace('/', '-')}.xlsx"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(benefit_sheet.sheet_of(report, rows), content_type=XLSX, headers=headers)


def _rows(report: Report, kind: str, account: StaffAccount, *, most: int) -> list[tuple[Row, str]]:
    """Each with its desk."""
    return [
        (row, reverse("admin:initiatives_initiative_change", args=[row.initiative.pk]))
        for row in benefit_report.listed(report, kind, account=account, most=most)
    ]


def _address(campaign: Campaign, unit: Unit, kind: str = "", *, name: str = "initiatives_initiative_benefit") -> str:
    address = address_of(f"admin:{name}", campaign, unit)
    return f"{address}&{LIST}={kind}" if kind else address
