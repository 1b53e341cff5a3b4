"""Correcting on the sender's behalf: the link on the desk, and the page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from initiatives.lifecycle import ChangedMeanwhile, MoveRefused
from initiatives.models import Draft, Initiative
from initiatives.submission import actions
from initiatives.submission.desks import remarks_on
from initiatives.submission.entering import corrections
from initiatives.submission.entering.entries import Examined, Offer, examine, forms_of
from initiatives.submission.entering.entry_pages import (
    entry_context,
    faults_of_documents,
    is_to_be_read_again,
    old_font_context,
    stop_early,
    typed_in,
)
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from portal.requests import arrival

THEIRS = "theo"  # ?theo=ban-dang-sua fills the page with what the sender has typed of a correction so far


class CorrectingAdmin(ScopedAdmin):
    """For the admin of initiatives."""

    def get_urls(self) -> list[Any]:
        own = path(
            "<int:pk>/sua-giup/", self.admin_site.admin_view(self.correct_view), name="initiatives_initiative_correct"
        )
        return [own, *super().get_urls()]

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        """Whether one may correct it now; where not, why."""
        shown = super().desk_context(request, initiative)
        may = self.has_change_permission(request)
        return shown | {
            "may_print_slip": may and initiative.entered_by_id is not None,
            "correcting": may and (initiative.is_awaiting or initiative.is_returned),
            "correcting_refused": corrections.refusal(initiative, at=arrival(request)) if may else "",
        }

    @method_decorator(csrf_exempt)  # asked below, once the request knows how much it may bring
    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        stop_early(request)
        return csrf_protect(self.correct_page)(request, pk)

    def correct_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was received, with what the union asked to be mended beside it; a POST sends it as corrected."""
        initiative = self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        offer = Offer.of(initiative.campaign, by=account_of(request), at=arrival(request))
        offer.know(initiative.unit)
        draft = corrections.draft_begun(initiative)
        if request.method == "POST":
            return self.correction_sent(request, initiative, offer, draft)
        refusal = corrections.refusal(initiative, at=arrival(request))
        if refusal:
            return self.refused_page(request, initiative, refusal)
        theirs = draft is not None and THEIRS in request.GET
        typed = corrections.begun(draft, offer=offer) if draft and theirs else corrections.received(initiative)
        person, content = forms_of(
            typed, offer=offer, by=offer.by, at=arrival(request), corrects=initiative, remarks=remarks_on(initiative)
        )
        person.hide_errors()
        content.hide_errors()
        return self.correction_page(request, initiative, offer, draft, person, content, theirs=theirs)

    def refused_page(self, request: HttpRequest, initiative: Initiative, refusal: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Sửa giúp người nộp",
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "desk_at": self.desk_of(initiative),
            "refusal": refusal,
        }
        return TemplateResponse(request, "review/correct.html", context)

    def correction_sent(
        self, request: HttpRequest, initiative: Initiative, offer: Offer, draft: Draft | None
    ) -> HttpResponse:
        at, by, typed = arrival(request), account_of(request), typed_in(request)
        version = int(request.POST["version"]) if is_key(request.POST.get("version", "")) else 0
        if is_fixed(offer, initiative):
            typed["unit"] = ""
        remarks = remarks_on(initiative)
        refusals: list[str] = []
        document_faults: list[str] = []
        if version != initiative.version:
            refusals = [ChangedMeanwhile(initiative.status).sentence]
        elif request.POST.get("seen", "") != corrections.mark_of(draft):
            refusals = [corrections.BEGUN_MEANWHILE]
        elif corrections.refusal(initiative, at=at):
            refusals = [corrections.refusal(initiative, at=at)]
        else:
            begun: list[Draft] = [draft] if draft is not None else []

            def there() -> Draft:
                if not begun:
                    begun.append(corrections.begin(initiative, at=at))
                return begun[0]

            try:
                stays = draft is not None and not corrections.is_as_received(draft, initiative)
                document_faults = faults_of_documents(request, offer, there, at=at, stays=stays)
            except MoveRefused as refusal:
                refusals = [refusal.sentence]
            draft = corrections.draft_begun(initiative) if begun else None
        shared: dict[str, Any] = {"offer": offer, "by": by, "at": at, "corrects": initiative, "remarks": remarks}
        if not refusals and ("more" in request.POST or "remove" in request.POST):
            person, content = forms_of(typed, more_authors=1 if "more" in request.POST else 0, **shared)
            person.hide_errors()
            content.hide_errors()
            return self.correction_page(request, initiative, offer, draft, person, content)
        kinds = {document.kind for document in documents_of(initiative, draft)}
        judged = examine(typed, document_kinds=kinds, asks_unit=not is_fixed(offer, initiative), **shared)
        if document_faults:
            judged.faults["attachments"] = document_faults + judged.faults.get("attachments", [])
        if refusals:
            judged.faults[""] = refusals
            return self.judged_correction(request, initiative, draft, judged, typed, status=409)
        if judged.faults or is_to_be_read_again(request):
            return self.judged_correction(request, initiative, draft, judged, typed, status=422)
        try:
            corrections.correct(initiative, judged, draft=draft, version=version, by=by, at=at)
        except MoveRefused as refusal:
            judged.faults[""] = [refusal.sentence]
            draft = corrections.draft_begun(initiative)
            return self.judged_correction(request, initiative, draft, judged, typed, status=409)
        messages.success(request, "Đã ghi phần sửa giúp. Lịch sử ghi tên bạn.")
        answer = HttpResponseRedirect(self.desk_of(initiative))
        answer.status_code = 303
        return answer

    def judged_correction(
        self,
        request: HttpRequest,
        initiative: Initiative,
        draft: Draft | None,
        judged: Examined,
        typed: Any,
        *,
        status: int,
    ) -> HttpResponse:
        return self.correction_page(
            request,
            initiative,
            judged.offer,
            draft,
            judged.person,
            judged.content,
            faults=judged.faults,
            typed_unit=str(typed.get("unit", "")),
            status=status,
        )

    def correction_page(
        self,
        request: HttpRequest,
        initiative: Initiative,
        offer: Offer,
        draft: Draft | None,
        person: Any,
        content: Any,
        *,
        faults: dict[str, list[str]] | None = None,
        typed_unit: str = "",
        theirs: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        remarks = remarks_on(initiative)
        asked = {*person.fields, *content.fields, "attachments"}
        context = {
            **self.admin_site.each_context(request),
            "title": "Sửa giúp người nộp",
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "desk_at": self.desk_of(initiative),
            "seen": corrections.mark_of(draft),
            "begun_at": draft.saved_at if draft is not None and request.method != "POST" else None,
            "theirs": theirs,
            "remark_on_documents": " ".join(remarks.get("attachments", [])),
            "remarks_on_all": [text for name, texts in remarks.items() if name not in asked for text in texts],
            "own_ids": {each.pk for each in draft.attachments.all()} if draft is not None else set(),
            **entry_context(
                offer,
                person,
                content,
                documents=documents_of(initiative, draft),
                faults=faults,
                unit_is_fixed=is_fixed(offer, initiative),
                typed_unit=typed_unit,
            ),
            **old_font_context(request, person, content),
        }
        return TemplateResponse(request, "review/correct.html", context, status=status)

    def desk_of(self, initiative: Initiative) -> str:
        return reverse("admin:initiatives_initiative_change", args=[initiative.pk])


def documents_of(initiative: Initiative, draft: Draft | None) -> list[Any]:
    return actions.documents_of(draft) if draft is not None else list(initiative.attachments.all())


def is_fixed(offer: Offer, initiative: Initiative) -> bool:
    """Whether there is no other unit to move it to: the officer's is the only one, and it stands there."""
    return len(offer.first_units) < 2 and offer.own_unit == initiative.unit
