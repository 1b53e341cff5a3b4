"""The desk: one initiative on one screen, and the decision on it; then the next one of the list."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from initiatives.lifecycle import ChangedMeanwhile, MoveRefused
from initiatives.models import Initiative, Status
from initiatives.review import actions, authorship, objections, queries, reading, sequence, twins
from initiatives.review.forms import ApproveForm, DeclineForm, ReopenForm, ReturnForm
from initiatives.review.list_admin import ListAdmin
from initiatives.review.wording import CHANGED, DONE, told
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import account_of, is_key

FILTERS = "_changelist_filters"  # Django's own name for the list one came from
SUGGESTION = "goi-y"  # what a hint offers, to be ticked or written as the page opens (`mark_of`)
MOST_SUGGESTED = 20
OF_DOCUMENTS = ("attachments", "link")
BECOMES = {
    "approve": Status.VALID,
    "return": Status.RETURNED,
    "decline": Status.INVALID,
    "reopen": Status.SUBMITTED,
}


class DeskAdmin(ListAdmin):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The desk. A POST decides; whatever is refused comes back with what was typed."""
        self.get_object(request, object_id)
        at = timezone.now()
        initiative = self.read(request, int(object_id))
        if request.method != "POST":
            return self.desk(request, initiative, at=at)
        if not self.has_change_permission(request):
            raise PermissionDenied
        name = request.POST.get("decision", "")
        form = self.decision_form(request, name, initiative, at=at, data=request.POST)
        if form is None:
            messages.error(request, "Chưa rõ quyết định nào. Hãy bấm một trong các nút quyết định.")
            return self.desk(request, initiative, at=at, status=409)
        is_current = shown_version(request) == initiative.version
        shared = authorship.shared_with(initiative, account_of(request))
        if not form.is_valid() and not shared:
            self.report(request, form, initiative, at=at)
            if is_current:
                return self.desk(request, initiative, at=at, bound={name: form}, status=422)
        try:
            if not is_current:
                raise ChangedMeanwhile(initiative.status)
            if shared:
                raise actions.OwnInitiative(shared)
            if name == "reopen" and initiative.is_returned:
                raise actions.WithTheSender
            actions.decide(initiative.pk, form.decision(), by=account_of(request), at=at, version=initiative.version)
        except MoveRefused as refusal:
            # Read anew: what is shown, and the version that is sent back, belong together.
            initiative = self.read(request, initiative.pk)
            messages.error(request, self.refusal_told(request, refusal, initiative))
            return self.desk(request, initiative, at=at, bound={name: form}, status=409)
        address = self.desk_address(request, initiative.pk)
        messages.success(
            request, format_html('{}: {}. <a href="{}">Xem lại</a>', DONE[name], initiative.title, address)
        )
        return HttpResponseRedirect(self.next_address(request, initiative))

    def read(self, request: HttpRequest, pk: int) -> Initiative:
        rows = queries.on_the_desk(self.get_queryset(request)).prefetch_related("campaign__review_reasons")
        found = rows.filter(pk=pk).first()
        if found is None:  # attached to a unit outside the branch since this request began
            raise Http404
        return found

    def refusal_told(self, request: HttpRequest, refusal: MoveRefused, initiative: Initiative) -> str:
        """Of somebody else's decision: who, what and when."""
        kept = "Phần bạn đã nhập còn nguyên bên dưới."
        if not isinstance(refusal, ChangedMeanwhile):
            return f"{refusal.sentence} {kept}"
        changes = [event for event in initiative.events.all() if event.act in CHANGED]
        if not changes:
            return f"{refusal.sentence} {kept}"
        who, now = told(changes[-1], to=account_of(request)), initiative.get_status_display().lower()
        return f"{who} Hiện sáng kiến ở trạng thái “{now}”; chưa ghi gì thêm. Hãy xem lại trước khi quyết định. {kept}"

    def report(self, request: HttpRequest, form: forms.Form, initiative: Initiative, *, at: datetime) -> None:
        """Hands a pair with one outside the branch to the level above both; the page says the same if there is none."""
        code = getattr(form, "reported", "")
        if code and actions.may_become(initiative, Status.INVALID):
            twins.report(initiative, code, by=account_of(request), at=at)

    # --- the decisions ------------------------------------------------------------------------------------------------

    def decision_form(
        self,
        request: HttpRequest,
        name: str,
        initiative: Initiative,
        *,
        at: datetime,
        data: Mapping[str, Any] | None = None,
    ) -> Any:
        """The form of one decision, empty or with what was sent; None for what is no decision."""
        shared: dict[str, Any] = {"campaign": initiative.campaign, "at": at, "auto_id": f"{name}_%s"}
        if name in ("return", "decline"):
            shared |= self.suggestions(request, name, initiative)
        forms_by_name: dict[str, Callable[[], forms.Form]] = {
            "approve": lambda: ApproveForm(data),
            "return": lambda: ReturnForm(data, **shared),
            "decline": lambda: DeclineForm(data, initiative=initiative, account=account_of(request), **shared),
            "reopen": lambda: ReopenForm(data, auto_id="reopen_%s"),
        }
        return forms_by_name[name]() if name in forms_by_name else None

    def suggestions(self, request: HttpRequest, name: str, initiative: Initiative) -> dict[str, Any]:
        """The reasons the hints speak for, and what the address asks to be ticked or written."""
        reasons = initiative.campaign.review_reasons.all()
        asked = {mark for mark in request.GET.getlist(SUGGESTION)[:MOST_SUGGESTED] if mark.startswith(name)}
        offers = [
            (hint, offer)
            for hint in objections.hints(initiative)
            for offer in objections.offers(hint, reasons)
            if offer.use == name
        ]
        return {
            "suggested": [offer.code for _, offer in offers if offer.code],
            "ticked": [offer.code for hint, offer in offers if offer.code and mark_of(hint, offer) in asked],
            "written": [
                (hint.field, offer.text) for hint, offer in offers if not offer.code and mark_of(hint, offer) in asked
            ],
        }

    def offered(self, initiative: Initiative) -> list[str]:
        """The decisions that its status allows."""
        return [name for name, status in BECOMES.items() if actions.may_become(initiative, status)]

    # --- the page -----------------------------------------------------------------------------------------------------

    def desk(
        self,
        request: HttpRequest,
        initiative: Initiative,
        *,
        at: datetime,
        bound: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        account, bound = account_of(request), bound or {}
        may_decide = self.has_change_permission(request) and initiative.erased_at is None
        shared = authorship.shared_with(initiative, account)
        names = self.offered(initiative) if may_decide and not shared else []
        decisions = {name: bound.get(name) or self.decision_form(request, name, initiative, at=at) for name in names}
        hints = objections.hints(initiative) if initiative.erased_at is None else []
        again = reading.sent_again(initiative)
        labels = reading.labels_of(initiative)
        context = {
            **self.admin_site.each_context(request),
            "title": initiative.title,
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "tone": reading.TONES[initiative.status],
            "again": again,
            "sections": reading.sections(initiative, hints=hints, asked=again.asked if again else None),
            "hints": [(hint, self.offer_links(request, hint, initiative, decisions)) for hint in hints],
            "about_documents": [hint.sentence for hint in hints if hint.field in OF_DOCUMENTS],
            "asked_documents": [
                sentence for name in OF_DOCUMENTS for sentence in (again.asked.get(name, ()) if again else ())
            ],
            "documents": [
                (attachment, labels.get(("attachment_kind", attachment.kind), attachment.kind))
                for attachment in initiative.attachments.all()
            ],
            "events": initiative.events.all(),
            "decisions": decisions,
            "bound": next(iter(bound), ""),
            "opened": {name: name in bound or getattr(form, "is_prefilled", False) for name, form in decisions.items()},
            "kept": {name: form for name, form in bound.items() if name not in decisions},
            "shared": shared if may_decide else "",
            "namesakes": authorship.namesakes(initiative, account) if decisions else [],
            "is_unknown": bool(decisions) and not account.is_demonstration and not authorship.is_known(account),
            "may_attach": may_decide and not shared and initiative.status != Status.WITHDRAWN,
            "first_visible": self.first_visible(request, initiative),
            "list_address": self.list_address(request),
            **self.place_in_list(request, initiative),
            **self.desk_context(request, initiative),
        }
        return TemplateResponse(request, "review/desk.html", context, status=status)

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        """What other rooms show on the desk (`templates/review/_*.html`): each adds its own to what lies below it."""
        return {}

    def offer_links(
        self, request: HttpRequest, hint: objections.Hint, initiative: Initiative, decisions: dict[str, Any]
    ) -> list[tuple[objections.Offer, str]]:
        """Ready reasons for a hint, with the address at which they are ticked; a script ticks them in place."""
        links = []
        for offer in objections.offers(hint, initiative.campaign.review_reasons.all()):
            if offer.use not in decisions:
                continue
            asked, mark = request.GET.copy(), mark_of(hint, offer)
            before = [each for each in asked.getlist(SUGGESTION)[:MOST_SUGGESTED] if each != mark]
            asked.setlist(SUGGESTION, [*before, mark])
            links.append((offer, f"?{asked.urlencode()}#{offer.use}"))
        return links

    def first_visible(self, request: HttpRequest, initiative: Initiative) -> bool:
        """Whether the one it repeats may be opened: duplicates lie across units."""
        return bool(
            initiative.duplicate_of_id and self.get_queryset(request).filter(pk=initiative.duplicate_of_id).exists()
        )

    # --- the list one came from ---------------------------------------------------------------------------------------

    def rows_of_list(self, request: HttpRequest) -> QuerySet:
        return self.chosen_rows(request, self.list_asked(request))

    def list_asked(self, request: HttpRequest) -> str:
        return QueryDict(self.get_preserved_filters(request)).get(FILTERS, "")

    def list_address(self, request: HttpRequest) -> str:
        asked = self.list_asked(request)
        address = reverse("admin:initiatives_initiative_changelist")
        return f"{address}?{asked}" if asked else address

    def desk_address(self, request: HttpRequest, pk: int) -> str:
        address = reverse("admin:initiatives_initiative_change", args=[pk])
        preserved = self.get_preserved_filters(request)
        return f"{address}?{preserved}" if preserved else address

    def place_in_list(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        rows = self.rows_of_list(request)
        before, behind = sequence.preceding(rows, initiative), sequence.following(rows, initiative)
        return {
            "stand": sequence.stand(rows, initiative),
            "before_address": self.desk_address(request, before) if before else "",
            "behind_address": self.desk_address(request, behind) if behind else "",
        }

    def next_address(self, request: HttpRequest, decided: Initiative) -> str:
        """The desk of the next one that waits in the list one came from; that list when none is left."""
        following = sequence.next_to_decide(self.rows_of_list(request), after=decided)
        if following is None:
            messages.info(request, "Không còn sáng kiến nào chờ xét trong danh sách này.")
            return self.list_address(request)
        return self.desk_address(request, following)


def shown_version(request: HttpRequest) -> int:
    """The version that the page showed; 0, which none is, where the form does not say."""
    version = request.POST.get("version", "")
    return int(version) if is_key(version) else 0


def mark_of(hint: objections.Hint, offer: objections.Offer) -> str:
    return f"{offer.use}-{offer.code}" if offer.code else f"{offer.use}.{hint.field}"
