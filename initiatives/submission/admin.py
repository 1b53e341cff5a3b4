"""What staff see of submitting: who came too late, and the documents of what was received."""

import errno
from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from initiatives.campaigns.extension_forms import PersonalExtensionForm, phase_missed_by
from initiatives.models import Attachment, DossierFile, Draft, WindowExtension
from initiatives.submission.files.judge import MEDIA_TYPES
from initiatives.submission.files.store import NotAStoredName, open_stored
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of
from portal.vietnamese import days, phones
from portal.vietnamese.refusals import Refused

# Whatever a file holds, the browser that shows it runs nothing and sends nothing.
FILE_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
THUMBNAIL_KEPT = 600  # seconds
MAY_EXTEND = "initiatives.add_windowextension"


@admin.register(Draft)
class LateAttemptAdmin(ScopedAdmin):
    """Those who came after the close and agreed to be read: to be called, and given more time where that is right."""

    list_name = "Người gửi muộn"
    list_display = ("sender", "title", "unit", "phone", "late", "is_extended")
    list_display_links = ("sender",)
    list_select_related = ("unit", "campaign")
    ordering = ("-late_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).late_attempts().prefetch_related("window_extensions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        own = path("<int:pk>/gia-han/", self.admin_site.admin_view(self.extend_view), name="initiatives_draft_extend")
        return [own, *super().get_urls()]

    @admin.display(description="người gửi")
    def sender(self, draft: Draft) -> str:
        return draft.answer("full_name") or "chưa ghi tên"

    @admin.display(description="tên sáng kiến")
    def title(self, draft: Draft) -> str:
        return draft.answer("title")

    @admin.display(description="điện thoại")
    def phone(self, draft: Draft) -> str:
        typed = draft.answer("phone")
        try:
            return phones.shown(phones.parse(typed).digits)
        except Refused:
            return typed

    @admin.display(description="gửi muộn lúc", ordering="late_at")
    def late(self, draft: Draft) -> str:
        return days.moment(draft.late_at) if draft.late_at else ""

    @admin.display(description="gia hạn")
    def is_extended(self, draft: Draft) -> str:
        return ", ".join(days.closing(extension.closes_at) for extension in draft.window_extensions.all())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        draft = self.get_object(request, object_id)
        if request.method != "GET":
            raise PermissionDenied
        return self.page(request, draft, form=None)

    def extend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """More time for one person, by an administrator."""
        draft = self.get_object(request, str(pk))
        if not account_of(request).has_perm(MAY_EXTEND):
            raise PermissionDenied
        at = timezone.now()
        phase = phase_missed_by(draft)
        form = PersonalExtensionForm(request.POST or None, phase=phase, at=at)
        if request.method != "POST" or not form.is_valid():
            return self.page(request, draft, form=form, status=422 if request.method == "POST" else 200)
        extension = WindowExtension.objects.create(
            campaign=draft.campaign,
            draft=draft,
            phase=phase,
            closes_at=form.cleaned_data["closes_at"],
            reason=form.cleaned_data["reason"],
            document=form.cleaned_data["document"],
            granted_by=account_of(request),
            granted_at=at,
        )
        self.log_change(request, draft, "Gia hạn.")
        messages.success(
            request,
            f"Đã cho gửi đến {days.closing(extension.closes_at)}. Hãy báo người gửi mở lại bản nháp của mình.",
        )
        return HttpResponseRedirect(reverse("admin:initiatives_draft_change", args=[draft.pk]))

    def page(self, request: HttpRequest, draft: Draft, *, form: Any, status: int = 200) -> HttpResponse:
        may_extend = account_of(request).has_perm(MAY_EXTEND)
        if form is None and may_extend:
            form = PersonalExtensionForm(phase=phase_missed_by(draft), at=timezone.now())
        facts = (
            ("Người gửi", self.sender(draft)),
            ("Điện thoại", self.phone(draft)),
            ("Đơn vị", draft.unit.name if draft.unit else ""),
            ("Nơi làm việc", draft.answer("workplace")),
            ("Tên sáng kiến", draft.answer("title")),
            ("Chương trình", draft.campaign.name),
            ("Bắt đầu lúc", days.moment(draft.begun_at)),
            ("Gửi muộn lúc", self.late(draft)),
            ("Đã gia hạn", self.is_extended(draft)),
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Người gửi muộn",
            "opts": self.opts,
            "draft": draft,
            "facts": [fact for fact in facts if fact[1]],
            "phase": phase_missed_by(draft),
            "form": form if may_extend else None,
        }
        return TemplateResponse(request, "review/late.html", context, status=status)


@admin.register(Attachment)
class AttachmentAdmin(ScopedAdmin):
    """No list of its own: documents stand with their initiative. Here are the addresses that hand them out."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:pk>/tep/",
                self.admin_site.admin_view(require_safe(self.file_view), cacheable=True),
                name="attachment",
            ),
            path(
                "<int:pk>/anh-nho/",
                self.admin_site.admin_view(require_safe(self.thumbnail_view), cacheable=True),
                name="attachment_thumbnail",
            ),
            path("<int:pk>/chu/", self.admin_site.admin_view(require_safe(self.text_view)), name="attachment_text"),
        ]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Pictures and PDF open in the browser, anything else is saved; nothing in it may run."""
        attachment = self.document(request, pk)
        if attachment.malware:
            return withheld(request, attachment, self.admin_site)
        answer = handed_out(attachment.stored_name, attachment.media_type)
        how = "inline" if attachment.is_shown_inline else "attachment"
        answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(attachment.name)}"
        answer["Cache-Control"] = "private, no-store"
        return answer

    def thumbnail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The small picture; a document that has none is missing. It never changes, so a desk seen again asks for none."""
        attachment = self.document(request, pk)
        if not attachment.thumbnail or attachment.malware:
            raise Http404
        answer = handed_out(attachment.thumbnail, MEDIA_TYPES["jpg"])
        answer["Content-Disposition"] = "inline"
        answer["Cache-Control"] = f"private, max-age={THUMBNAIL_KEPT}"
        return answer

    def text_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The whole text that was found in a Word file, without Word."""
        attachment = self.document(request, pk)
        if not attachment.first_look or attachment.malware:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": attachment.name,
            "opts": self.opts,
            "attachment": attachment,
            "code": shown(attachment.initiative.receipt_code),
        }
        answer = TemplateResponse(request, "review/document_text.html", context)
        answer["Cache-Control"] = "private, no-store"
        return answer

    def document(self, request: HttpRequest, pk: int) -> Attachment:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("initiative")
        attachment = rows.filter(pk=pk).first() if pk < 10**18 else None
        if attachment is None:
            raise Http404
        return attachment


def withheld(request: HttpRequest, file: Attachment | DossierFile, site: AdminSite) -> HttpResponse:
    """Instead of a file in which malware was found since it was received."""
    context = {**site.each_context(request), "title": file.name, "malware": file.malware}
    answer = TemplateResponse(request, "review/withheld.html", context, status=410)
    answer["Cache-Control"] = "private, no-store"
    return answer


def handed_out(stored_name: str, media_type: str) -> FileResponse:
    """A stored file that may do nothing; a missing page where it is gone."""
    try:
        file = open_stored(stored_name)
    except (FileNotFoundError, NotAStoredName):
        raise Http404 from None
    except OSError as failure:
        if failure.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise Http404 from None
        raise
    answer = FileResponse(file, content_type=media_type)
    answer["Content-Security-Policy"] = FILE_POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
