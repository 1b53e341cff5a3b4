"""Templates of the submission letter in the admin: for the administrators alone."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from initiatives.models import LetterTemplate
from initiatives.reports import letter_templates
from initiatives.reports.letter import BUILT_IN, MEDIA_TYPE
from initiatives.reports.letter_fields import FIELDS, OF_A_NOMINEE, OF_A_PART, REPEATED
from initiatives.reports.letter_template import LARGEST, TemplateRefused
from initiatives.submission.admin import handed_out
from orgtree.models import Level
from orgtree.scoped_admin import StaffAdmin, account_of, is_key
from portal.vietnamese import days, formats

CHOOSE = "Hãy chọn tệp Word của mẫu."
LEVELS = [(level.value, level.label) for level in Level if level != Level.CONFEDERATION]


class LetterTemplateForm(forms.Form):
    """Its page ends with a field `eof`: a connection that was cut brings half a file, and not that field."""

    level = forms.ChoiceField(
        label="Dùng cho",
        choices=[("", "Chọn cấp công đoàn"), *LEVELS],
        help_text="Tờ trình của các đơn vị thuộc cấp này sẽ làm từ mẫu bạn gửi.",
        error_messages={"required": "Hãy chọn cấp công đoàn.", "invalid_choice": "Hãy chọn lại cấp công đoàn."},
    )
    file = forms.FileField(
        label="Tệp mẫu",
        help_text=f"Tệp Word .docx, không quá {formats.file_size(LARGEST)}.",
        allow_empty_file=True,
        max_length=None,
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={"required": CHOOSE, "invalid": CHOOSE},
    )

    def clean(self) -> dict[str, Any]:
        if "file" in self.cleaned_data and "eof" not in self.data:
            self.add_error("file", "Tệp chưa được gửi trọn vẹn. Hãy gửi lại.")
        return self.cleaned_data


@admin.register(LetterTemplate)
class LetterTemplateAdmin(StaffAdmin):
    change_list_template = "reports/letter_templates.html"
    list_display = ("shown_level", "name", "is_in_force", "sent")
    list_display_links = ("name",)
    list_select_related = ("uploaded_by",)
    ordering = ("level", "-is_in_force", "-uploaded_at", "-id")
    sortable_by = ()
    actions = None

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("mau-co-san/", view(require_safe(self.built_in_view)), name="initiatives_lettertemplate_built_in"),
            path("<int:pk>/tep/", view(require_safe(self.file_view)), name="initiatives_lettertemplate_file"),
            path("<int:pk>/dung-lai/", view(require_POST(self.use_view)), name="initiatives_lettertemplate_use"),
            path("<int:pk>/thoi-dung/", view(require_POST(self.drop_view)), name="initiatives_lettertemplate_drop"),
        ]
        return own + super().get_urls()

    @admin.display(description="dùng cho", ordering="level")
    def shown_level(self, template: LetterTemplate) -> str:
        return template.get_level_display()

    @admin.display(description="tải lên")
    def sent(self, template: LetterTemplate) -> str:
        return f"{days.moment(template.uploaded_at)}, {template.uploaded_by.get_full_name()}"

    # --- sending one ----------------------------------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = LetterTemplateForm(*posted)
        if form.is_valid():
            upload, level = form.cleaned_data["file"], form.cleaned_data["level"]
            try:
                template = letter_templates.keep(
                    upload, name=upload.name or "", level=level, by=account_of(request), at=timezone.now()
                )
            except TemplateRefused as refusal:
                form.add_error("file", refusal.sentence)
            else:
                self.log_addition(request, template, [{"added": {}}])
                messages.success(request, f"Đã nhận mẫu. Từ nay tờ trình của {_whose(template)} làm từ mẫu này.")
                return HttpResponseRedirect(self.list_address)
        context = {"title": "Thay mẫu tờ trình", "form": form, **FIELD_TABLES}
        return self.page(request, "letter_template_add.html", context, status=422 if form.errors else 200)

    # --- one that was sent ----------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        template = self.get_object(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        context = {"title": template.name, "original": template, "template": template}
        return self.page(request, "letter_template.html", context)

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = self.one(request, pk)
        answer = handed_out(template.stored_name, MEDIA_TYPE)
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(template.name)}"
        answer["Cache-Control"] = "private, no-store"
        return answer

    def built_in_view(self, request: HttpRequest) -> FileResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return FileResponse(BUILT_IN.open("rb"), as_attachment=True, filename=BUILT_IN.name, content_type=MEDIA_TYPE)

    def use_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = self.one(request, pk)
        self.refuse_unless_changing(request)
        try:
            letter_templates.use_again(template)
        except TemplateRefused as refusal:
            messages.error(request, refusal.sentence)
        else:
            self.log_change(request, template, "Dùng lại mẫu này")
            messages.success(request, f"Tờ trình của {_whose(template)} lại làm từ mẫu “{template.name}”.")
        return HttpResponseRedirect(self.list_address)

    def drop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = self.one(request, pk)
        self.refuse_unless_changing(request)
        letter_templates.set_aside(template)
        self.log_change(request, template, "Thôi dùng mẫu này")
        messages.success(request, f"Tờ trình của {_whose(template)} lại làm từ mẫu có sẵn của cổng.")
        return HttpResponseRedirect(self.list_address)

    # --- what they share ------------------------------------------------------------------------------------------------

    @property
    def list_address(self) -> str:
        return reverse("admin:initiatives_lettertemplate_changelist")

    def one(self, request: HttpRequest, pk: int) -> LetterTemplate:
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = LetterTemplate.objects.filter(pk=pk).first() if is_key(str(pk)) else None
        if template is None:
            raise Http404
        return template

    def refuse_unless_changing(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def page(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"reports/{name}", shared | context, status=status)


def _whose(template: LetterTemplate) -> str:
    label = template.get_level_display()
    return label if label.startswith("Liên đoàn") else f"{label[0].lower()}{label[1:]}"


FIELD_TABLES = {
    "fields": [field for field in FIELDS if field.name not in REPEATED],
    "lists": [
        ("danh_sach", "sang_kien", "mỗi sáng kiến được giới thiệu", OF_A_NOMINEE),
        ("ho_so", "tai_lieu", "mỗi tài liệu gửi kèm", OF_A_PART),
    ],
}
