"""Pairs that may be duplicates: their queue, the two side by side, and what the desk says of them."""

import copy
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from initiatives.lifecycle import MoveRefused
from initiatives.models import Initiative, TwinPair
from initiatives.review import side_by_side, twin_decisions, twin_filters, twins
from initiatives.review.sequence import MOST_COUNTED
from initiatives.review.twin_decisions import Choice
from initiatives.review.twin_forms import DecideForm, ShownForm, TakeBackForm
from orgtree.scoped_admin import CappedPaginator, ScopedAdmin, account_of

FILTERS = "_changelist_filters"  # Django's own name for the list one came from
DONE = {
    Choice.KEEP_EARLIER: "Đã ghi nhận trùng lặp và giữ sáng kiến nhận trước.",
    Choice.KEEP_LATER: "Đã ghi nhận trùng lặp và giữ sáng kiến nhận sau.",
    Choice.DISTINCT: "Đã ghi nhận không trùng lặp.",
}
# The letters of the keyboard (static/js/desk.js): giữ bản nhận trước, giữ bản nhận sau, không trùng lặp.
KEYS = {Choice.KEEP_EARLIER: "t", Choice.KEEP_LATER: "s", Choice.DISTINCT: "k"}
REOPENED = "Đã mở lại cặp này để quyết định."
TAKE_BACK = "reopen"


class PairPaginator(CappedPaginator):
    """Whether a thousand wait or more is all one to whoever decides on them one by one."""

    most_counted = MOST_COUNTED


@admin.register(TwinPair)
class TwinPairAdmin(ScopedAdmin):
    list_name = "Cặp có thể trùng"
    change_list_template = "review/twin_queue.html"
    list_display = ("why", "first", "second", "whose", "standing")
    list_display_links = ("why",)
    list_filter = (
        twin_filters.LevelFilter,
        twin_filters.StandingFilter,
        twin_filters.KindFilter,
        twin_filters.OfOneFilter,
    )
    sortable_by = ()
    ordering = twins.IN_ORDER
    actions = None
    paginator = PairPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Found by the screening, or reported from a desk."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = twins.with_both(twins.with_both_in_branch(super().get_queryset(request), account_of(request)))
        return rows.select_related("earlier__campaign", "later__campaign", "decided_by")

    @admin.display(description="vì sao")
    def why(self, pair: TwinPair) -> str:
        return twins.likeness_of(pair)

    @admin.display(description="nhận trước")
    def first(self, pair: TwinPair) -> SafeString:
        return titled(pair.earlier)

    @admin.display(description="nhận sau")
    def second(self, pair: TwinPair) -> SafeString:
        return titled(pair.later)

    @admin.display(description="ai quyết định")
    def whose(self, pair: TwinPair) -> str:
        return str(pair.decider)

    @admin.display(description="trạng thái")
    def standing(self, pair: TwinPair) -> SafeString:
        return badge(pair)

    # --- side by side ---------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The two side by side. A POST decides, or takes a decision back; what is refused comes back as it was typed."""
        pair = self.get_object(request, object_id)
        if request.method != "POST":
            return self.both(request, pair)
        if not self.has_change_permission(request):
            raise PermissionDenied
        takes_back = request.POST.get("decision") == TAKE_BACK
        form: Any = TakeBackForm(request.POST) if takes_back else DecideForm(request.POST)
        if not form.is_valid():
            return self.both(request, pair, form=form, status=422)
        by, at, versions = account_of(request), timezone.now(), form.versions(pair)
        try:
            if takes_back:
                twin_decisions.reopen(pair.pk, form.cleaned_data["why"], by=by, at=at, versions=versions)
            else:
                choice, words = form.cleaned_data["decision"], form.cleaned_data["words"]
                twin_decisions.decide(pair.pk, choice, words=words, by=by, at=at, versions=versions)
        except MoveRefused as refusal:
            messages.error(request, refusal.sentence)
            now = self.get_queryset(request).filter(pk=pair.pk).first()
            return self.both(request, now, form=form, status=409) if now else self.to_list(request)
        messages.success(request, REOPENED if takes_back else DONE[choice])
        return HttpResponseRedirect(self.address(request, pair) if takes_back else self.next_address(request, pair))

    def both(
        self, request: HttpRequest, pair: TwinPair, *, form: ShownForm | None = None, status: int = 200
    ) -> HttpResponse:
        queue = self.queue(request)
        following = twins.following(queue.filter(twins.WAITS), after=pair)
        is_own = twin_decisions.is_of_own(pair, account_of(request))
        may_decide = self.has_change_permission(request) and not is_own
        offered = self.form_for(pair) if may_decide else None
        is_answer = form is not None and type(form) is type(offered)
        context = {
            **self.admin_site.each_context(request),
            "title": "So sánh hai sáng kiến",
            "opts": self.opts,
            "pair": pair,
            "why": twins.likeness_of(pair),
            "standing": badge(pair),
            "both": side_by_side.compared(pair),
            "same_sender": side_by_side.what_senders_share(pair),
            "stand": twins.stand(pair, queue),
            "following": self.address(request, following) if following else "",
            "form": form if is_answer else offered,
            "kept": form if form is not None and not is_answer else None,
            "choices": [(choice.value, choice.label, KEYS[choice]) for choice in Choice],
            "is_own": is_own and self.has_change_permission(request),
            "is_waiting": twins.is_waiting(pair),
            "list_address": self.list_address(request),
        }
        return TemplateResponse(request, "review/twins.html", context, status=status)

    def form_for(self, pair: TwinPair) -> ShownForm | None:
        """What may be said of it now: a decision, its opposite, or nothing."""
        if twins.is_waiting(pair):
            return DecideForm()
        is_decided = pair.state == TwinPair.State.DISTINCT or twins.declined_of(pair) is not None
        return TakeBackForm() if is_decided else None

    # --- the queue one works through --------------------------------------------------------------------------------------

    def queue(self, request: HttpRequest) -> QuerySet:
        """The list one came from, with its filters; without any, what waits for one's own level."""
        asked = copy.copy(request)
        asked.GET = QueryDict(mutable=True)
        known = self.known_parameters(request) - {PAGE_VAR}
        for name, values in QueryDict(self.kept_filters(request)).lists():
            if name in known:
                asked.GET.setlist(name, values)
        return self.get_changelist_instance(asked).queryset

    def kept_filters(self, request: HttpRequest) -> str:
        return QueryDict(self.get_preserved_filters(request)).get(FILTERS, "")

    def list_address(self, request: HttpRequest) -> str:
        asked = self.kept_filters(request)
        address = reverse("admin:initiatives_twinpair_changelist")
        return f"{address}?{asked}" if asked else address

    def to_list(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(self.list_address(request))

    def address(self, request: HttpRequest, pair: TwinPair) -> str:
        preserved = self.get_preserved_filters(request)
        address = reverse("admin:initiatives_twinpair_change", args=[pair.pk])
        return f"{address}?{preserved}" if preserved else address

    def next_address(self, request: HttpRequest, decided: TwinPair) -> str:
        """The next pair that waits in the list one came from; that list when none is left."""
        following = twins.following(self.queue(request).filter(twins.WAITS), after=decided)
        if following is None:
            messages.info(request, "Không còn cặp nào chờ quyết định trong danh sách này.")
            return self.list_address(request)
        return self.address(request, following)


def titled(initiative: Initiative) -> SafeString:
    return format_html("{}<br><small>{}</small>", initiative.title, initiative.unit)


def badge(pair: TwinPair) -> SafeString:
    context = {"text": twins.standing_of(pair), "tone": twins.tone_of(pair)}
    return SafeString(render_to_string("components/badge.html", context).strip())


class TwinsOnDesk(ScopedAdmin):
    """What the desk says of an initiative's likely duplicates."""

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        below: Any = super()
        known = twins.on_desk(initiative, account_of(request))
        return {
            **below.desk_context(request, initiative),
            "twins": known[: twins.MOST_ON_A_DESK],
            "has_more_twins": len(known) > twins.MOST_ON_A_DESK,
        }
