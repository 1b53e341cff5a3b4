"""Accounts from a sheet in the admin: the template, what a sheet would do, the button, and the slips to print and cut."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from orgtree.models import Level, Sheet
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed, keep, sent_by
from orgtree.sheet_pages import SheetForm, download
from orgtree.staff import sheets
from orgtree.staff.slips import Slip, slips_page
from portal.requests import arrival
from portal.sheets.reading import SheetRefused, SheetRow
from portal.vietnamese.formats import whole

ROWS_SHOWN = 300


class AccountsFromSheet(ScopedAdmin):
    """For the admin of accounts. Whoever may add an account may send a sheet; a sheet is its sender's alone."""

    actions = ("new_slips",)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("nhap/", view(self.sheet_view), name="orgtree_staffaccount_sheet"),
            path("nhap/mau/<slug:level>/", view(self.template_view), name="orgtree_staffaccount_sheet_template"),
            path("nhap/<int:pk>/", view(self.rows_view), name="orgtree_staffaccount_sheet_rows"),
            path("nhap/<int:pk>/can-sua/", view(self.faults_view), name="orgtree_staffaccount_sheet_faults"),
            path("nhap/<int:pk>/in-lai/", view(self.again_view), name="orgtree_staffaccount_sheet_again"),
            path("cap-lai-phieu/", view(self.new_slips_view), name="orgtree_staffaccount_new_slips"),
        ]
        return own + super().get_urls()

    # --- a sheet --------------------------------------------------------------------------------------------------------

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        """What to do, the templates, and the field for the sheet."""
        self.refuse_unless_adding(request)
        form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
        if form.is_valid():
            try:
                sheet = self.kept(request, form.cleaned_data["file"])
            except SheetRefused as refusal:
                form.add_error("file", refusal.sentence)
            else:
                return HttpResponseRedirect(reverse("admin:orgtree_staffaccount_sheet_rows", args=[sheet.pk]))
        units = sheets.units_without_account(account_of(request)).order_by()
        waiting = dict(units.values_list("level").annotate(Count("pk")))
        context = {
            "title": "Tạo tài khoản từ tệp Excel",
            "form": form,
            "levels": [(level, waiting[level]) for level in Level if level in waiting],
            "most_rows": sheets.MOST_ROWS,
        }
        return self.answer(request, "import.html", context, status=422 if form.errors else 200)

    @transaction.atomic
    def kept(self, request: HttpRequest, upload: UploadedFile) -> Sheet:
        sheet = keep(
            upload, name=upload.name or "", use=Sheet.Use.ACCOUNTS, by=account_of(request), at=arrival(request)
        )
        sheets.refuse_empty(sheets.rows_in(sheet))
        return sheet

    def template_view(self, request: HttpRequest, level: str) -> HttpResponse:
        self.refuse_unless_adding(request)
        if level not in Level.values:
            raise Http404
        return download(sheets.template_of(level, by=account_of(request)), f"tai-khoan-{level.replace('_', '-')}.xlsx")

    def rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the sheet would do, row by row; its button does it."""
        sheet = self.sheet_of(request, pk)
        if sheet.used_at:
            return self.made_page(request, sheet)
        rows = sheets.rows_in(sheet)
        if request.method == "POST":
            return self.make(request, sheet, rows)
        return self.rows_page(request, sheet, rows)

    def make(self, request: HttpRequest, sheet: Sheet, rows: Sequence[SheetRow]) -> HttpResponse:
        typed = request.POST.get("promised", "")
        promised = int(typed) if is_key(typed) else 0
        try:
            made = sheets.make(sheet, rows, promised=promised, by=account_of(request), at=arrival(request))
        except SheetUsed:
            return HttpResponseRedirect(request.path)
        except ChangedMeanwhile:
            messages.warning(
                request, "Danh sách tài khoản vừa thay đổi. Hãy xem lại bảng dưới đây rồi bấm nút lần nữa."
            )
            return self.rows_page(request, sheet, rows, status=409)
        return self.slips(request, made)

    def faults_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same sheet with what to put right beside each row."""
        rows = sheets.rows_in(self.sheet_of(request, pk))
        return download(sheets.corrected(rows, by=account_of(request)), "tai-khoan-can-sua.xlsx")

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The slips of a sheet once more, with new first passwords: the first ones are known to nobody."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sheet = self.sheet_of(request, pk)
        given = sheets.give_new_slips(sheets.made_from(sheet), by=account_of(request))
        return self.slips(request, given) if given else self.made_page(request, sheet)

    def sheet_of(self, request: HttpRequest, pk: int) -> Sheet:
        self.refuse_unless_adding(request)
        own = sent_by(account_of(request), use=Sheet.Use.ACCOUNTS, at=arrival(request))
        sheet = own.filter(pk=pk).first()
        if sheet is None:
            raise Http404
        return sheet

    def rows_page(
        self, request: HttpRequest, sheet: Sheet, rows: Sequence[SheetRow], *, status: int = 200
    ) -> HttpResponse:
        judged = sheets.judged(rows, by=account_of(request))
        wrong = [each for each in judged if each.faults]
        new = [(each.row.number, each.account) for each in judged if each.is_new]
        present = [(each.row.number, each.account) for each in judged if each.present]
        context = {
            "title": "Xem trước khi tạo tài khoản",
            "sheet": sheet,
            "wrong": wrong,
            "new": new,
            "present": present,
            "blank": sum(each.is_blank for each in judged),
            "right": [("Sẽ tạo", new), ("Đã có, giữ nguyên", present)],
            "shown": ROWS_SHOWN,
            "shown_slice": f":{ROWS_SHOWN}",
        }
        return self.answer(request, "import_rows.html", context, status=status)

    def made_page(self, request: HttpRequest, sheet: Sheet) -> HttpResponse:
        made = sheets.made_from(sheet)
        context = {
            "title": "Đã tạo tài khoản",
            "sheet": sheet,
            "made": made.count(),
            "waiting": sum(
                sheets.may_get_new_slip(each, by=account_of(request)) for each in made.select_related("unit")
            ),
        }
        return self.answer(request, "import_made.html", context)

    # --- slips for accounts that are there --------------------------------------------------------------------------------

    @admin.action(description="Cấp lại phiếu đăng nhập (chưa đăng nhập lần nào)", permissions=["add"])
    def new_slips(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Asks first: a slip that was handed out already stops working."""
        accounts = list(queryset.select_related("unit")[: sheets.MOST_ROWS + 1])
        if len(accounts) > sheets.MOST_ROWS:
            sentence = f"Mỗi lần cấp lại được nhiều nhất {whole(sheets.MOST_ROWS)} phiếu. Hãy lọc bớt rồi chọn lại."
            messages.error(request, sentence)
            return None
        willing = [each for each in accounts if sheets.may_get_new_slip(each, by=account_of(request))]
        if not willing:
            messages.warning(request, "Không có tài khoản nào chưa đăng nhập lần nào trong các dòng đã chọn.")
            return None
        context = {
            "title": "Cấp lại phiếu đăng nhập",
            "listed": willing[:ROWS_SHOWN],
            "more": max(0, len(willing) - ROWS_SHOWN),
            "willing": len(willing),
            "left_out": len(accounts) - len(willing),
            "rows": " ".join(str(each.pk) for each in willing),
        }
        return self.answer(request, "new_slips.html", context)

    def new_slips_view(self, request: HttpRequest) -> HttpResponse:
        """Carries out what `new_slips` asked about: every row is looked at again."""
        self.refuse_unless_adding(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        keys = [int(key) for key in request.POST.get("rows", "").split() if is_key(key)][: sheets.MOST_ROWS]
        given = sheets.give_new_slips(self.get_queryset(request).filter(pk__in=keys), by=account_of(request))
        if given:
            return self.slips(request, given)
        messages.warning(request, "Các tài khoản đã chọn đều đã đăng nhập hoặc không còn trong danh sách.")
        return HttpResponseRedirect(reverse("admin:orgtree_staffaccount_changelist"))

    # --- answers ----------------------------------------------------------------------------------------------------------

    def refuse_unless_adding(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def slips(self, request: HttpRequest, given: Sequence[sheets.NewPassword]) -> HttpResponse:
        return slips_page(request, self, [Slip(each.account, each.password) for each in given])

    def answer(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/orgtree/staffaccount/{name}", shared | context, status=status)
