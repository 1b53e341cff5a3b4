"""Grassroots unions from a sheet in the admin: the template, what a sheet would do row by row, and the button."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from orgtree.models import Level, Sheet, Unit
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed, keep, sent_by
from orgtree.sheet_pages import SheetForm, download
from orgtree.units import adding, grassroots
from portal.requests import arrival
from portal.sheets.reading import SheetRefused, SheetRow
from portal.vietnamese.days import moment
from portal.vietnamese.formats import whole

ROWS_SHOWN = 300


class GrassrootsImport(ScopedAdmin):
    """For the admin of units. Whoever may add units may send a sheet; a sheet is its sender's alone."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("nhap/", view(self.sheet_view), name="orgtree_unit_sheet"),
            path("nhap/mau/", view(self.template_view), name="orgtree_unit_sheet_template"),
            path("nhap/<int:pk>/", view(self.rows_view), name="orgtree_unit_sheet_rows"),
            path("nhap/<int:pk>/can-sua/", view(self.faults_view), name="orgtree_unit_sheet_faults"),
        ]
        return own + super().get_urls()

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        """What to do, the template, and the field for the sheet."""
        parents = self.parents_for(request)
        form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                sheet = keep(
                    upload,
                    name=upload.name,
                    use=Sheet.Use.GRASSROOTS,
                    by=account_of(request),
                    at=arrival(request),
                )
            except SheetRefused as refusal:
                form.add_error("file", refusal.sentence)
            else:
                return HttpResponseRedirect(reverse("admin:orgtree_unit_sheet_rows", args=[sheet.pk]))
        context = {
            "title": "Nhập công đoàn cơ sở từ Excel",
            "form": form,
            "parents": parents,
            "most_rows": grassroots.MOST_ROWS,
        }
        return self.sheet_answer(request, "import.html", context, status=422 if form.errors else 200)

    def template_view(self, request: HttpRequest) -> HttpResponse:
        self.parents_for(request)
        return download(grassroots.template_for(account_of(request)), "cong-doan-co-so.xlsx")

    def rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the sheet would do, row by row; its button does it, or has it done where that takes long."""
        parents = self.parents_for(request)
        sheet = self.sheet_of(request, pk)
        if sheet.used_at:
            return self.used_before(request, sheet)
        typed = request.POST.get("promised", "")
        promised = int(typed) if is_key(typed) else 0
        try:
            begun = adding.begin(sheet, promised=promised, by=account_of(request), at=arrival(request))
        except SheetUsed:
            return self.used_before(request, self.sheet_of(request, sheet.pk))
        if begun:
            return HttpResponseRedirect(begun)
        try:
            rows = grassroots.rows_in(bytes(sheet.content), parents)
        except SheetRefused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("admin:orgtree_unit_sheet"))
        if request.method == "POST":
            return self.add_all(request, sheet, rows, parents, promised=promised)
        return self.rows_page(request, sheet, rows, parents)

    def add_all(
        self, request: HttpRequest, sheet: Sheet, rows: Sequence[SheetRow], parents: Sequence[Unit], *, promised: int
    ) -> HttpResponse:
        try:
            added = grassroots.add_all(sheet, rows, promised=promised, by=account_of(request), at=arrival(request))
        except SheetUsed:
            return self.used_before(request, self.sheet_of(request, sheet.pk))
        except ChangedMeanwhile:
            messages.warning(request, "Cây đơn vị vừa thay đổi. Hãy xem lại bảng dưới đây rồi bấm nút lần nữa.")
            return self.rows_page(request, sheet, rows, parents, status=409)
        messages.success(request, f"Đã thêm {whole(len(added))} công đoàn cơ sở từ tệp {sheet.name}.")
        return self.to_grassroots()

    def rows_page(
        self,
        request: HttpRequest,
        sheet: Sheet,
        rows: Sequence[SheetRow],
        parents: Sequence[Unit],
        *,
        status: int = 200,
    ) -> HttpResponse:
        verdict = grassroots.judged(rows, parents, at=arrival(request))
        wrong, new, present = verdict.wrong, verdict.new, verdict.present
        context = {
            "title": "Xem trước khi thêm công đoàn cơ sở",
            "sheet": sheet,
            "listed": [*wrong, *new, *present][:ROWS_SHOWN],
            "wrong": len(wrong),
            "new": len(new),
            "present": len(present),
            "in_background": len(new) > adding.AT_ONCE,
            "more": max(0, len(rows) - ROWS_SHOWN),
        }
        return self.sheet_answer(request, "import_rows.html", context, status=status)

    def faults_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same sheet with what to put right beside each row."""
        parents = self.parents_for(request)
        sheet = self.sheet_of(request, pk)
        try:
            rows = grassroots.rows_in(bytes(sheet.content), parents)
        except SheetRefused:
            raise Http404 from None
        verdict = grassroots.judged(rows, parents, at=arrival(request))
        return download(grassroots.with_faults_told(verdict, parents), "cong-doan-co-so-can-sua.xlsx")

    def parents_for(self, request: HttpRequest) -> list[Unit]:
        if not account_of(request).has_perm("orgtree.add_unit"):
            raise PermissionDenied
        return grassroots.parents_for(account_of(request))

    def sheet_of(self, request: HttpRequest, pk: int) -> Sheet:
        own = sent_by(account_of(request), use=Sheet.Use.GRASSROOTS, at=arrival(request))
        sheet = own.filter(pk=pk).first()
        if sheet is None:
            raise Http404
        return sheet

    def used_before(self, request: HttpRequest, sheet: Sheet) -> HttpResponse:
        if carried := adding.page(sheet):
            return HttpResponseRedirect(carried)
        if sheet.used_at:
            messages.info(
                request, f"Tệp {sheet.name} đã được thêm lúc {moment(sheet.used_at)}, cổng không thêm lần nữa."
            )
        return self.to_grassroots()

    def to_grassroots(self) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse('admin:orgtree_unit_changelist')}?level={Level.GRASSROOTS}")

    def sheet_answer(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/orgtree/unit/{name}", shared | context, status=status)
