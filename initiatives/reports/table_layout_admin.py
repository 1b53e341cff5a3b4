"""A host's own summary table in the admin: columns put together from the facts of the official tables, with a preview."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from initiatives.models import TableColumn, TableLayout
from initiatives.reports import export, measures
from initiatives.reports.layouts import PAPER_WIDTH, QT, Layout
from initiatives.reports.layouts.own import FACTS, own_layout
from initiatives.reports.letter_fields import samples
from initiatives.reports.papers import Papers
from initiatives.reports.table_pdf import table_pdf
from initiatives.reports.tables import table_xlsx
from initiatives.reports.workbook import TABLE_SIZE
from orgtree.models import Level
from orgtree.scoped_admin import ScopedAdmin, StaffInline, account_of, is_key
from orgtree.units.queries import own_today

MOST_COLUMNS = 12
MOST_FACTS = 5  # in one cell
MOST_HEADING_LINES = 8
NUMBER = "number"


class FactsWidget(forms.MultiWidget):
    """One choice a line of the cell."""

    use_fieldset = True

    def __init__(self) -> None:
        choices = [("", "(không)"), *FACTS.items()]
        super().__init__(
            [
                forms.Select(attrs={"aria-label": f"Nội dung, dòng {number}"}, choices=choices)
                for number in range(1, MOST_FACTS + 1)
            ]
        )

    def decompress(self, value: Any) -> list[str]:
        facts = value if isinstance(value, list) else []
        return [*facts, *[""] * MOST_FACTS][:MOST_FACTS]


class FactsField(forms.MultiValueField):
    """The facts of a column, in their order, each once."""

    def __init__(self, **kwargs: Any) -> None:
        one = {"choices": [("", ""), *FACTS.items()], "required": False}
        refused = {"invalid_choice": "Hãy chọn lại nội dung của cột."}
        parts = [forms.ChoiceField(**one, error_messages=refused) for _ in range(MOST_FACTS)]
        super().__init__(
            parts,
            require_all_fields=False,
            widget=FactsWidget(),
            error_messages={"required": "Hãy chọn nội dung của cột."},
            **kwargs,
        )

    def compress(self, data_list: Sequence[str]) -> list[str]:
        facts = [name for name in data_list if name]
        if len(set(facts)) != len(facts):
            raise ValidationError("Mỗi nội dung chỉ đứng một lần trong cột.")
        if NUMBER in facts and len(facts) > 1:
            raise ValidationError("Số thứ tự đứng một mình trong cột.")
        return facts


class ColumnFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """What no single column can tell: whether they fit the paper together."""
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        columns = [form.cleaned_data for form in kept]
        if not columns:
            raise ValidationError("Mẫu chưa có cột nào. Hãy thêm ít nhất một cột.")
        wide = sum(column["width"] for column in columns)
        if wide > PAPER_WIDTH:
            raise ValidationError(
                f"Các cột rộng tổng cộng {wide} mm, khổ giấy chỉ có {PAPER_WIDTH} mm. Hãy bớt {wide - PAPER_WIDTH} mm."
            )
        bold = measures.widths(is_bold=True)
        for form, column in zip(kept, columns, strict=True):
            lines = measures.line_count(column["heading"], measures.room(column["width"], TABLE_SIZE), bold)
            if lines > MOST_HEADING_LINES:
                form.add_error(
                    "width", "Tiêu đề quá dài so với độ rộng của cột. Hãy viết ngắn lại hoặc cho cột rộng hơn."
                )
        if any(form.errors for form in kept):
            raise ValidationError("Có cột cần xem lại.")


class ColumnInline(StaffInline):
    model = TableColumn
    formset = ColumnFormSet
    fields = ("position", "heading", "facts", "width", "is_centred")
    readonly_fields = ("called",)
    max_num = MOST_COLUMNS
    verbose_name_plural = f"các cột (tổng độ rộng tối đa {PAPER_WIDTH} mm)"

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "facts":
            return FactsField(label="Nội dung")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Whoever may only look reads what the facts are called."""
        may_choose = self.has_change_permission(request, obj)
        return self.fields if may_choose else ["called" if name == "facts" else name for name in self.fields]

    @admin.display(description="nội dung")
    def called(self, column: TableColumn) -> str:
        return "; ".join(FACTS[name] for name in column.facts if name in FACTS)

    # A column is part of its layout: whoever may look at that or change it, may its columns.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return account_of(request).has_perm("initiatives.view_tablelayout")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return account_of(request).has_perm("initiatives.change_tablelayout")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_extra(self, request: HttpRequest, obj: TableLayout | None = None, **kwargs: Any) -> int:
        return 1 if obj else len(QT.columns)


@admin.register(TableLayout)
class TableLayoutAdmin(ScopedAdmin):
    change_form_template = "reports/table_layout.html"
    list_display = ("name", "unit", "title")
    list_select_related = ("unit",)
    fields = ("unit", "name", "title", "under_title")
    autocomplete_fields = ("unit",)
    inlines = (ColumnInline,)
    ordering = ("name", "id")
    sortable_by = ()
    actions = None

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/xem-truoc.{kind}", view(require_safe(made)), name=f"initiatives_tablelayout_{kind}")
            for kind, made in (("pdf", self.pdf_view), ("xlsx", self.xlsx_view))
        ]
        return own + super().get_urls()

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """A new one begins as the official table of Quảng Trị does: it is easier to change than to begin with nothing."""
        asked = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and obj.pk is None:
            asked["initial"] = [
                {
                    "position": place,
                    "heading": one_line(column.heading),
                    "facts": list(column.facts),
                    "width": width,
                    "is_centred": column.is_centred,
                }
                for place, (column, width) in enumerate(zip(QT.columns, QT.widths, strict=True), start=1)
            ]
        return asked

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        unit = own_today(account_of(request))
        return {"unit": unit.pk if unit else None}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        stored = self.get_object(request, object_id)
        layout = own_layout(stored, list(stored.columns.all()))
        return super().change_view(
            request, object_id, form_url, {"preview": preview_of(layout)} | (extra_context or {})
        )

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        layout, papers = self.tried(request, pk)
        content = table_pdf(papers.nominees, layout=layout, letterhead=papers.letterhead)
        return HttpResponse(
            content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="xem-truoc.pdf"'}
        )

    def xlsx_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        layout, papers = self.tried(request, pk)
        content = table_xlsx(papers, layout, at=timezone.now())
        headers = {"Content-Disposition": 'attachment; filename="xem-truoc.xlsx"'}
        return HttpResponse(content, content_type=export.MEDIA_TYPE, headers=headers)

    def tried(self, request: HttpRequest, pk: int) -> tuple[Layout, Papers]:
        """The layout, and a dossier nobody sent."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        stored = self.get_queryset(request).filter(pk=pk).first() if is_key(str(pk)) else None
        columns = list(stored.columns.all()) if stored else []
        if stored is None or not columns:
            raise Http404
        return own_layout(stored, columns), sample()


def one_line(heading: str) -> str:
    """The lines of an official heading, each with its dash, as a heading of one line."""
    first, *others = (line.strip("-, ") for line in heading.split("\n"))
    return ", ".join([first, *(f"{other[0].lower()}{other[1:]}" for other in others)])


def sample() -> Papers:
    return samples(Level.DISTRICT)[1]


def preview_of(layout: Layout) -> dict[str, Any]:
    """The table on the page: widths in hundredths, headings, and one row."""
    papers = sample()
    whole = sum(layout.widths) or 1
    return {
        "widths": [round(width * 100 / whole) for width in layout.widths],
        "columns": [
            (papers.letterhead.filled(column.heading), cell, column.is_centred)
            for column, cell in zip(layout.columns, layout.cells(papers.nominees[0]), strict=True)
        ],
        "wide": sum(layout.widths),
    }
