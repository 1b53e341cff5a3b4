"""Entering for others in the admin, one after the other; the slips to print and cut; the paper to fill in."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from initiatives.campaigns import windows
from initiatives.lifecycle import MoveRefused
from initiatives.models import Campaign
from initiatives.submission import answers, receipts
from initiatives.submission.actions import AlreadyReceived
from initiatives.submission.entering import sitting
from initiatives.submission.entering.correct_admin import CorrectingAdmin
from initiatives.submission.entering.entries import (
    Entered,
    Examined,
    Offer,
    draft_of,
    draft_there,
    enter,
    entered_before,
    examine,
    forms_of,
)
from initiatives.submission.entering.entry_pages import (
    entry_context,
    faults_of_documents,
    is_to_be_read_again,
    old_font_context,
    stop_early,
    suggestions,
    typed_in,
)
from initiatives.submission.entering.paper import paper_pdf
from initiatives.submission.entering.paper_forms import questions_of
from initiatives.submission.entering.sitting import Sitting
from initiatives.submission.entering.slips import slips_response
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import account_of, is_key
from portal.requests import arrival
from portal.vietnamese.text import folded

ENTER = "admin:initiatives_initiative_enter"
CAMPAIGN = "chuong-trinh"
FORM_KEY = re.compile(receipts.TOKEN)
SUGGEST = "tim"
MOST_SLIPS_ASKED = 500


class EnteringAdmin(CorrectingAdmin):
    """Entering for others in the admin, one after the other, and correcting on their behalf."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("nhap-ho/", view(self.enter_view), name="initiatives_initiative_enter"),
            path("nhap-ho/phieu/", view(self.slips_view), name="initiatives_initiative_slips"),
            path("phieu-giay/<slug:slug>.pdf", view(self.paper_view), name="initiatives_initiative_paper"),
        ]
        return own + super().get_urls()

    # --- entering -----------------------------------------------------------------------------------------------------

    @method_decorator(csrf_exempt)  # asked below, once the request knows how much it may bring
    def enter_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        stop_early(request)
        return csrf_protect(self.enter_page)(request)

    def enter_page(self, request: HttpRequest) -> HttpResponse:
        campaign = self.campaign_asked(request)
        if campaign is None:
            return self.which_page(request)
        return self.page_of(request, campaign)

    def page_of(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        at = arrival(request)
        offer = Offer.of(campaign, by=account_of(request), at=at)
        if SUGGEST in request.GET:
            return JsonResponse({"units": suggestions(offer, request.GET[SUGGEST])})
        if request.method == "POST":
            return self.entry_sent(request, offer)
        kept = Sitting.of(request.session, campaign).kept
        person, content = forms_of(None, offer=offer, by=offer.by, at=at, initial=kept)
        person.fields["full_name"].widget.attrs["autofocus"] = True
        return self.entry_page(request, offer, person, content, form_key=receipts.new_token())

    def entry_sent(self, request: HttpRequest, offer: Offer) -> HttpResponse:
        at, by = arrival(request), account_of(request)
        form_key = request.POST.get("form_key", "")
        if not FORM_KEY.fullmatch(form_key):
            form_key = receipts.new_token()
        if "new_sitting" in request.POST:
            sitting.end(request.session)
            return self.again(offer)
        key = f"{by.pk}:{offer.campaign.pk}:{form_key}"
        typed = typed_in(request)
        if self.unit_is_fixed(offer):
            typed["unit"] = ""
        before = entered_before(key)
        if before is not None:
            said = folded(f"{typed.get('full_name', '')} {typed.get('title', '')}")
            if said == before.initiative.search_text:
                return self.entered(request, offer, before, typed)
            # Somebody went back to a page that was sent, and wrote the next sheet over it.
            key = f"{key}:{said}"

        def draft() -> Any:
            return draft_of(key, campaign=offer.campaign, unit=None, at=at)

        document_faults = faults_of_documents(request, offer, draft, at=at)
        there = draft_there(key)
        documents = list(there.attachments.all()) if there is not None else []
        if "more" in request.POST or "remove" in request.POST:
            person, content = forms_of(
                typed, offer=offer, by=by, at=at, more_authors=1 if "more" in request.POST else 0
            )
            person.hide_errors()
            content.hide_errors()
            return self.entry_page(request, offer, person, content, form_key=form_key, documents=documents)
        judged = examine(
            typed,
            offer=offer,
            by=by,
            at=at,
            document_kinds={document.kind for document in documents},
            asks_unit=not self.unit_is_fixed(offer),
        )
        if document_faults:
            judged.faults["attachments"] = document_faults + judged.faults.get("attachments", [])
        if judged.faults or is_to_be_read_again(request):
            return self.judged_page(request, judged, typed, form_key=form_key, documents=documents)
        try:
            made = enter(judged, key=key, by=by, at=at, again="again" in request.POST)
        except AlreadyReceived as refusal:
            found = {"earlier": refusal.earlier, "earlier_code": shown(refusal.earlier.receipt_code)}
            return self.judged_page(request, judged, typed, form_key=form_key, documents=documents, status=409, **found)
        except MoveRefused as refusal:
            judged.faults[""] = [refusal.sentence]
            return self.judged_page(request, judged, typed, form_key=form_key, documents=documents, status=409)
        return self.entered(request, offer, made, typed)

    def entered(self, request: HttpRequest, offer: Offer, made: Entered, typed: answers.Answers) -> HttpResponse:
        """Says the code and goes on with an empty form, in which stays what the next sheet will say again."""
        code = shown(made.initiative.receipt_code)
        if made.is_new:
            messages.success(
                request, f"Đã nhập “{made.initiative.title}” của {made.initiative.full_name}. Mã biên nhận: {code}."
            )
        else:
            messages.warning(request, f"Phiếu này đã được nhập rồi, mã {code}. Cổng không nhập lần nữa.")
        if made.is_new or made.initiative.entered_by_id == offer.by.pk:
            Sitting.of(request.session, offer.campaign).note(request.session, made.initiative.pk, typed)
        return self.again(offer)

    def again(self, offer: Offer) -> HttpResponse:
        answer = HttpResponseRedirect(f"{reverse(ENTER)}?{urlencode({CAMPAIGN: offer.campaign.slug})}")
        answer.status_code = 303
        return answer

    def judged_page(
        self, request: HttpRequest, judged: Examined, typed: answers.Answers, *, status: int = 422, **shown: Any
    ) -> HttpResponse:
        return self.entry_page(
            request,
            judged.offer,
            judged.person,
            judged.content,
            faults=judged.faults,
            typed_unit=str(typed.get("unit", "")),
            unit=judged.unit,
            status=status,
            **shown,
        )

    def entry_page(
        self,
        request: HttpRequest,
        offer: Offer,
        person: Any,
        content: Any,
        *,
        form_key: str,
        documents: Any = (),
        faults: dict[str, list[str]] | None = None,
        typed_unit: str = "",
        unit: Any = None,
        status: int = 200,
        **found: Any,
    ) -> HttpResponse:
        is_fixed = self.unit_is_fixed(offer)
        window = offer.verdict(unit or (offer.own_unit if is_fixed else None), at=arrival(request))
        rows = Sitting.of(request.session, offer.campaign).rows
        context = {
            **self.admin_site.each_context(request),
            "title": "Nhập hộ sáng kiến",
            "opts": self.opts,
            "form_key": form_key,
            "window": window,
            # An empty form is of no use where nothing is received; what was typed stays before whoever typed it.
            "shows_form": (offer.first_units and (window.is_open or window.is_open_for_some)) or person.is_bound,
            "has_units": bool(offer.first_units),
            "entered": len(rows),
            "again_at": f"{reverse(ENTER)}?{urlencode({CAMPAIGN: offer.campaign.slug})}",
            "may_choose": Campaign.objects.published().exclude(pk=offer.campaign.pk).exists(),
            **entry_context(
                offer,
                person,
                content,
                documents=documents,
                faults=faults,
                unit_is_fixed=is_fixed,
                typed_unit=typed_unit,
            ),
            **old_font_context(request, person, content),
            **found,
        }
        return TemplateResponse(request, "review/enter.html", context, status=status)

    def which_page(self, request: HttpRequest) -> HttpResponse:
        """Which campaign, where several take initiatives or none does; straight on where it can be only one."""
        at = arrival(request)
        campaigns = list(Campaign.objects.published().prefetch_related("phases"))
        verdicts = windows.verdicts(campaigns, at=at)
        open_now = [each for each in campaigns if verdicts[each.pk].is_open or verdicts[each.pk].is_open_for_some]
        if len(open_now) == 1 and CAMPAIGN not in request.GET:
            return self.page_of(request, open_now[0])
        context = {
            **self.admin_site.each_context(request),
            "title": "Nhập hộ sáng kiến",
            "opts": self.opts,
            "campaigns": [(each, verdicts[each.pk], each in open_now) for each in campaigns],
            "has_open": bool(open_now),
        }
        return TemplateResponse(request, "review/enter_which.html", context)

    def campaign_asked(self, request: HttpRequest) -> Campaign | None:
        """The campaign of the address. What is sent to one that was paused since is judged, and kept before its writer."""
        slug = request.GET.get(CAMPAIGN, "")[:80]
        offered = Campaign.objects.all() if request.method == "POST" else Campaign.objects.published()
        return offered.filter(slug=slug).first() if slug else None

    def unit_is_fixed(self, offer: Offer) -> bool:
        return len(offer.first_units) < 2

    # --- on paper -----------------------------------------------------------------------------------------------------

    def slips_view(self, request: HttpRequest) -> HttpResponse:
        """The slips of this sitting, or of the rows named by `sk`: whatever an officer entered, in one's branch."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        named = [int(each) for each in request.GET.getlist("sk")[:MOST_SLIPS_ASKED] if is_key(each)]
        keys = named or sitting.rows_in(request.session)
        at = arrival(request)
        return slips_response(
            request,
            self,
            self.get_queryset(request).filter(pk__in=keys),
            printed_first=lambda keys: sitting.printed_first(request.session, keys, at=at),
            at=at,
        )

    def paper_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The same questions on two sheets of A4, to be filled in by hand."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        campaign = Campaign.objects.filter(slug=slug).first()
        if campaign is None:
            raise Http404
        answer = HttpResponse(paper_pdf(questions_of(campaign, at=arrival(request))), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="phieu-sang-kien-{campaign.slug}.pdf"'
        return answer
