"""The papers on the desk of a dossier: uploaded, noted as being on paper, taken away; and the address that hands one out."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from initiatives.models import Dossier, DossierFile
from initiatives.nominations import dossiers, mending
from initiatives.nominations.dossier_forms import PaperForm
from initiatives.nominations.dossier_list_admin import DossierListAdmin, key_asked
from initiatives.nominations.dossier_reading import Places, places
from initiatives.nominations.nominee_admin import Changed, NotFilled
from initiatives.nominations.refusals import SelectionRefused
from initiatives.submission.admin import handed_out, withheld
from orgtree.scoped_admin import account_of, is_key


class PaperActs(DossierListAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_safe(self.file_view), cacheable=True)
        return [path("tai-lieu/<int:file_pk>/", view, name="initiatives_dossier_file"), *super().get_urls()]

    def add_file(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        form = self.filled_paper_form(request, dossier)
        sent, said = form.cleaned_data["file"], form.cleaned_data
        try:
            dossiers.add_file(
                dossier, sent, part=said["part"], nomination=form.nominee(), by=account_of(request), at=at
            )
        except SelectionRefused as refusal:
            form.add_error("file", refusal.sentence)
            raise NotFilled("paper", form) from None
        messages.success(request, f"Đã nhận tệp “{sent.name}”.")
        return "tai-lieu"

    def note_paper(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        form = self.filled_paper_form(request, dossier, note=True)
        try:
            dossiers.note_paper(
                dossier, form.cleaned_data["part"], nomination=form.nominee(), by=account_of(request), at=at
            )
        except SelectionRefused as refusal:
            form.add_error(None, refusal.sentence)
            raise NotFilled("paper", form) from None
        messages.success(request, "Đã ghi nhận có bản giấy.")
        return "tai-lieu"

    def remove_file(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        key = key_asked(request, "paper")
        kept = dossier.files.filter(pk=key, removed_at=None).first()
        if kept is None:
            raise Changed
        dossiers.remove_file(kept.pk, by=account_of(request), at=at)
        messages.success(request, f"Đã bỏ {f'tệp “{kept.name}”' if kept.name else 'ghi nhận bản giấy'} khỏi hồ sơ.")
        return "tai-lieu"

    def filled_paper_form(self, request: HttpRequest, dossier: Dossier, *, note: bool = False) -> PaperForm:
        form = self.paper_form(request, dossier, places(dossier), note=note, posted=(request.POST, request.FILES))
        if not form.is_valid():
            raise NotFilled("paper", form)
        return form

    def paper_form(
        self, request: HttpRequest, dossier: Dossier, standing: Places, *, note: bool = False, posted: tuple = ()
    ) -> PaperForm:
        """The checklist's links say in the address which part is to be added, and of whom."""
        asked = {"part": request.GET.get(mending.PART, ""), "nomination": request.GET.get(mending.NOMINEE, "")}
        nominations = [each.nomination for each in standing.standing]
        return PaperForm(*posted, dossier=dossier, nominations=nominations, note=note, initial=asked)

    def file_view(self, request: HttpRequest, file_pk: int) -> HttpResponseBase:
        """A paper as it was uploaded, the removed ones too: an earlier version may hold it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        seen = Dossier.objects.visible_to(account_of(request)).values("pk")
        rows = DossierFile.objects.filter(dossier__in=seen).exclude(stored_name="")
        kept = rows.filter(pk=file_pk).first() if is_key(str(file_pk)) else None
        if kept is None:
            raise Http404
        if kept.malware:
            return withheld(request, kept, self.admin_site)
        answer = handed_out(kept.stored_name, kept.media_type)
        how = "inline" if kept.is_shown_inline else "attachment"
        answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(kept.name)}"
        answer["Cache-Control"] = "private, no-store"
        return answer
