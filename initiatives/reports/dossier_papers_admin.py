"""The papers at a dossier's desk: letter, summary table, and everything in one file. Whoever sees the dossier may have them."""

import tempfile
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from initiatives import looked_at
from initiatives.models import Dossier
from initiatives.reports import export
from initiatives.reports.dossier_zip import in_ascii, write_zip, zip_name
from initiatives.reports.letter import MEDIA_TYPE as WORD
from initiatives.reports.letter import letter
from initiatives.reports.papers import PaperRefused, layout_of, papers_of
from initiatives.reports.same_bytes import same_bytes
from initiatives.reports.table_pdf import table_pdf
from initiatives.reports.tables import table_xlsx
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key

MOST_VERSIONS = 2**15


class DossierPapers(ScopedAdmin):
    """For the admin of dossiers."""

    def get_urls(self) -> list[Any]:
        own: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("<int:pk>/to-trinh.docx", self.letter_view, "letter"),
            ("<int:pk>/bang-tong-hop.xlsx", self.table_view, "table"),
            ("<int:pk>/bang-tong-hop.pdf", self.table_pdf_view, "table_pdf"),
            ("<int:pk>/lan/<int:number>/ho-so.zip", self.zip_view, "zip"),
        ]
        return [
            *(
                path(
                    route,
                    self.admin_site.admin_view(require_safe(view), cacheable=True),
                    name=f"initiatives_dossier_{name}",
                )
                for route, view, name in own
            ),
            *super().get_urls(),
        ]

    def letter_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        def made(dossier: Dossier) -> HttpResponse:
            at = timezone.now()
            papers = papers_of(dossier, at=at)
            return _download(
                same_bytes(letter(papers), at=at), WORD, f"to-trinh-{in_ascii(papers.sender).lower()}.docx"
            )

        return self._paper(request, pk, made)

    def table_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        def made(dossier: Dossier) -> HttpResponse:
            at = timezone.now()
            papers = papers_of(dossier, at=at)
            name = f"bang-tong-hop-{in_ascii(papers.sender).lower()}.xlsx"
            return _download(table_xlsx(papers, layout_of(dossier), at=at), export.MEDIA_TYPE, name)

        return self._paper(request, pk, made)

    def table_pdf_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        def made(dossier: Dossier) -> HttpResponse:
            papers = papers_of(dossier, at=timezone.now())
            content = table_pdf(
                papers.nominees, layout=layout_of(dossier), letterhead=papers.letterhead, seal=papers.seal
            )
            return _download(content, "application/pdf", f"bang-tong-hop-{in_ascii(papers.sender).lower()}.pdf")

        return self._paper(request, pk, made)

    def zip_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
        def made(dossier: Dossier) -> FileResponse:
            version = dossier.versions.filter(number=number).first() if number < MOST_VERSIONS else None
            if version is None:
                raise Http404
            archive = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it once sent
            try:
                write_zip(archive, dossier, version)
            except BaseException:
                archive.close()
                raise
            archive.seek(0)
            name = zip_name(dossier, version)
            return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")

        return self._paper(request, pk, made)

    def _paper(self, request: HttpRequest, pk: int, made: Callable[[Dossier], HttpResponseBase]) -> HttpResponseBase:
        """What cannot be made leads back to the desk with its sentence."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("round__host", "round__campaign", "round__own_layout", "unit")
        dossier = rows.filter(pk=pk).first() if is_key(str(pk)) else None
        if dossier is None:
            raise Http404
        try:
            answer = made(dossier)
        except PaperRefused as refusal:
            messages.warning(request, refusal.sentence)
            return HttpResponseRedirect(reverse("admin:initiatives_dossier_change", args=[dossier.pk]))
        rows = dossier.round.nominations.filter(unit=dossier.unit).standing().count()
        looked_at.table(
            dossier.unit,
            by=account_of(request),
            rows=rows,
            why=f"Giấy tờ của hồ sơ xét chọn: {request.path.rpartition('/')[2]}",
            at=timezone.now(),
        )
        answer["Cache-Control"] = "private, no-store"
        return answer


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
