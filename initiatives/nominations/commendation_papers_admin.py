"""The papers of a decision: the list as Excel, and certificates to print and sign."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from initiatives import looked_at
from initiatives.models import Commendation, CommendationDecision
from initiatives.nominations.certificates import certificates_of, certificates_pdf
from initiatives.nominations.commendation_pages_admin import CommendationPages
from initiatives.nominations.commended_sheet import sheet_of
from orgtree.scoped_admin import CappedPaginator, account_of
from orgtree.sheet_pages import download

CERTIFICATES_AT_ONCE = 50  # as many as a page of the list


class CommendationPapers(CommendationPages):
    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "initiatives_commendationdecision"
        own = [
            path("<int:pk>/danh-sach.xlsx", view(require_safe(self.sheet_view)), name=f"{name}_sheet"),
            path(
                "<int:pk>/giay-chung-nhan.pdf", view(require_safe(self.certificates_view)), name=f"{name}_certificates"
            ),
            path(
                "<int:pk>/giay-chung-nhan/<int:number>.pdf",
                view(require_safe(self.certificate_view)),
                name=f"{name}_certificate",
            ),
        ]
        return own + super().get_urls()

    def sheet_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        decision = self.readable(request, pk)
        named = decision.commendations.select_related("initiative").order_by("number", "pk")
        why, number = f"Danh sách biểu dương, quyết định {decision.number}", named.count()
        looked_at.table(decision.unit, by=account_of(request), rows=number, why=why, at=timezone.now())
        return download(sheet_of(decision, named.iterator(chunk_size=500)), f"danh-sach-bieu-duong-{decision.pk}.xlsx")

    def certificates_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Those of one page of the list (`?p=`)."""
        decision = self.may_print(request, pk)
        named = decision.commendations.order_by("number", "pk")
        page = CappedPaginator(named, CERTIFICATES_AT_ONCE).get_page(request.GET.get("p", ""))
        return self.printed(request, decision, list(page.object_list))

    def certificate_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """That of the one with this place in the list."""
        decision = self.may_print(request, pk)
        return self.printed(request, decision, list(decision.commendations.filter(number=min(number, 32_767))[:1]))

    def may_print(self, request: HttpRequest, pk: int) -> CommendationDecision:
        """Whoever announces it prints before: the sheets are handed out that day. Others see them once it is announced."""
        decision = self.readable(request, pk)
        if not decision.is_announced and not self.may_write(request, decision):
            raise PermissionDenied
        return decision

    def printed(self, request: HttpRequest, decision: CommendationDecision, named: list[Commendation]) -> HttpResponse:
        if not named:
            raise Http404
        why = f"Giấy chứng nhận, quyết định {decision.number}"
        looked_at.table(decision.unit, by=account_of(request), rows=len(named), why=why, at=timezone.now())
        sheet = certificates_pdf(certificates_of(decision, named), is_for_signing=True)
        response = HttpResponse(sheet, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="giay-chung-nhan-{decision.pk}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response
