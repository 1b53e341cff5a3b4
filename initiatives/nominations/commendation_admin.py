"""Commending in the admin: recording a decision, whom it names in which order and form, announcing it and taking that back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone

from initiatives.campaigns.admin import CampaignFilter
from initiatives.models import Commendation, CommendationDecision, SelectionRound
from initiatives.nominations import commending, exemplars
from initiatives.nominations.commendation_forms import CorrectionForm, DecisionForm, LinesForm, RecallForm, RoundField
from initiatives.nominations.commendation_pages_admin import posted
from initiatives.nominations.commendation_papers_admin import CommendationPapers
from initiatives.nominations.commendation_pick_admin import CommendationPick
from initiatives.nominations.confirming import grouped
from initiatives.nominations.refusals import SelectionRefused
from orgtree.scoped_admin import CappedPaginator, OneOf, account_of, is_key
from orgtree.units.queries import own_today, today
from portal.vietnamese import days
from portal.vietnamese.formats import whole

A_PAGE = 50
ANNOUNCED, WAITING = "roi", "chua"
# What the buttons below the list do once it is saved: `then`, a name or a name and a number.
THEN_REMOVE, THEN_TURN, THEN_NAMES = "remove", "page", "names"
THEN_OPEN = ("pick", "edit", "announce")
# What stands in the history, and what is said of it.
DONE = {
    (ORDERED := "Sắp xếp danh sách."): "Đã lưu thứ tự và hình thức.",
    (REMOVED := "Bỏ một sáng kiến."): "Đã bỏ sáng kiến khỏi danh sách.",
    (NAMED_ANEW := "Lấy lại tên theo hồ sơ."): "Đã lấy lại tên theo hồ sơ.",
}


class AnnouncedFilter(OneOf):
    title = "công bố"
    parameter_name = "cong-bo"

    def options(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return ((ANNOUNCED, "Đã công bố"), (WAITING, "Chưa công bố"))

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(announced_at__isnull=value == WAITING)


@admin.register(CommendationDecision)
class DecisionAdmin(CommendationPapers, CommendationPick):
    """Seen in one's branch; recorded, put right and announced by managers of the deciding unit and of those above it."""

    form = DecisionForm
    list_name = "Biểu dương"
    list_display = ("number", "shown_day", "unit", "shown_campaign", "how_many", "shown_announced")
    list_filter = (CampaignFilter, AnnouncedFilter)
    list_select_related = ("unit", "campaign")
    search_fields = ("number",)
    autocomplete_fields = ("unit",)
    ordering = ("-decided_on", "-pk")

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "initiatives_commendationdecision"
        own = [
            path("<int:pk>/sua/", view(self.edit_view), name=f"{name}_edit"),
            path("<int:pk>/thu-tu/", view(self.order_view), name=f"{name}_order"),
            path("<int:pk>/cong-bo/", view(self.announce_view), name=f"{name}_announce"),
            path("<int:pk>/thu-hoi/", view(self.recall_view), name=f"{name}_recall"),
            path("<int:pk>/tieu-bieu/", view(self.exemplar_view), name=f"{name}_exemplar"),
        ]
        return own + super().get_urls()

    # --- the list ---------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(named=Count("commendations"))

    @admin.display(description="ngày", ordering="decided_on")
    def shown_day(self, decision: CommendationDecision) -> str:
        return days.shown(decision.decided_on)

    @admin.display(description="chương trình")
    def shown_campaign(self, decision: CommendationDecision) -> str:
        return decision.campaign.name

    @admin.display(description="số sáng kiến", ordering="named")
    def how_many(self, decision: Any) -> str:
        return whole(decision.named)

    @admin.display(description="công bố", ordering="announced_at")
    def shown_announced(self, decision: CommendationDecision) -> str:
        return days.moment(decision.announced_at) if decision.announced_at else "chưa công bố"

    # --- recording --------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: CommendationDecision | None = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or commending.may_commend(account_of(request), obj.unit)
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From a round, what is known of it: `?round=`. Its host decides as what it is today."""
        unit, asked = own_today(account_of(request)), request.GET.get("round", "")
        held = self._rounds(request).select_related("host").filter(pk=asked).first() if is_key(asked) else None
        if held is not None:
            return {"campaign": held.campaign_id, "unit": today(held.host).pk, "round": held.pk}
        return {"unit": unit.pk if unit else None}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "round":
            # By name alone the rounds of 63 provinces would be told apart by nobody.
            kwargs["queryset"] = self._rounds(request).select_related("host")
            kwargs["form_class"] = RoundField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _rounds(self, request: HttpRequest) -> QuerySet:
        """Those that a unit of the branch holds."""
        unit = account_of(request).unit
        return SelectionRound.objects.hosted_in(unit) if unit else SelectionRound.objects.none()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """One button: what is recorded leads on by itself."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: CommendationDecision, form: Any, change: bool) -> None:
        if change or not commending.may_commend(account_of(request), obj.unit):
            raise PermissionDenied
        obj.recorded_by, obj.recorded_at = account_of(request), timezone.now()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: CommendationDecision, post_url_continue: Any = None) -> Any:
        messages.success(request, "Đã ghi quyết định. Hãy chọn sáng kiến được biểu dương.")
        return HttpResponseRedirect(self.address("pick", obj))

    # --- one decision -----------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        decision = self.get_object(request, object_id)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.desk(request, decision)

    def desk(
        self, request: HttpRequest, decision: CommendationDecision, *, lines: Any = None, status: int = 200
    ) -> HttpResponse:
        page = self.page_of(request, decision)
        may_write = self.may_write(request, decision)
        named = list(page.object_list)
        outdated = commending.outdated(decision) if may_write and not decision.is_announced else []
        form = lines or LinesForm(named=named)
        rows = [(each, grouped(each.key), self.fields_of(form, each)) for each in named]
        context = {
            "title": f"Quyết định {decision.number}",
            "decision": decision,
            "page": page,
            "total": page.paginator.count,
            "rows": rows,
            "form": form,
            "consents": {each.pk for each in named if each.initiative.author_may_be_told},
            "may_write": may_write,
            "may_edit": may_write and not decision.is_announced,
            "outdated": outdated,
        }
        return self.answer(request, "decision.html", context, status=status)

    def fields_of(self, form: LinesForm, each: Commendation) -> list[tuple[Any, str, str]]:
        """Place and form: the field, and by which name what was shown in it comes back."""
        fields = [form[f"thu_tu-{each.pk}"], form[f"hinh_thuc-{each.pk}"]]
        return [(field, field.html_initial_name, form.shown(field.name)) for field in fields]

    def page_of(self, request: HttpRequest, decision: CommendationDecision) -> Any:
        """Those on the page that the address asks for, with all that is shown of them."""
        named = decision.commendations.select_related("initiative", "exemplar").order_by("number", "pk")
        return CappedPaginator(named, A_PAGE).get_page(request.GET.get("p", ""))

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        decision = self.writable(request, pk)
        initial = {"number": decision.number, "decided_on": days.shown(decision.decided_on), "form": decision.form}
        form = CorrectionForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                commending.correct(decision.pk, **form.cleaned_data)
            except SelectionRefused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                self.log_change(request, decision, "Sửa số, ngày, hình thức.")
                messages.success(request, "Đã sửa quyết định.")
                return self.to_desk(decision)
        status = 422 if form.errors else 200
        return self.answer(
            request,
            "act.html",
            {"title": "Sửa quyết định", "decision": decision, "form": form, "button": "Lưu"},
            status,
        )

    @posted
    def order_view(self, request: HttpRequest, decision: CommendationDecision) -> HttpResponse:
        """Saves places and forms, then goes on to what the button says: whichever is pressed, nothing that was typed is lost."""
        form = LinesForm(request.POST, named=list(self.page_of(request, decision).object_list))
        if not form.is_valid():
            return self.desk(request, decision, lines=form, status=422)
        name, _, number = request.POST.get("then", "").partition("-")
        if form.has_changed() or not name:
            saved = self.do(request, decision, lambda: commending.arrange(decision.pk, form.lines()), ORDERED)
            if not saved:
                return self.to_desk(decision, request)
        if name in THEN_OPEN:
            return HttpResponseRedirect(self.address(name, decision))
        if name == THEN_TURN and is_key(number):
            return HttpResponseRedirect(f"{self.address('change', decision)}?p={number}")
        if name == THEN_REMOVE and is_key(number):
            self.do(request, decision, lambda: commending.remove(decision.pk, int(number)), REMOVED)
        if name == THEN_NAMES:
            self.do(request, decision, lambda: commending.take_names_anew(decision.pk), NAMED_ANEW)
        return self.to_desk(decision, request)

    # --- the announcement ---------------------------------------------------------------------------------------------------

    def announce_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says what it means; the button does it for the very list that was read."""
        decision = self.writable(request, pk)
        refusal = ""
        if request.method == "POST":
            read = request.POST.get("edition", "")
            try:
                commending.announce(decision.pk, shown_edition=read, by=account_of(request), at=timezone.now())
            except SelectionRefused as refused:
                refusal = refused.sentence
                decision.refresh_from_db()
            else:
                self.log_change(request, decision, "Công bố.")
                messages.success(request, "Đã công bố. Người nộp tra cứu sẽ thấy kết quả và tải được giấy chứng nhận.")
                return self.to_desk(decision)
        if decision.is_announced:
            messages.info(request, "Quyết định này đã được công bố.")
            return self.to_desk(decision)
        named = list(decision.commendations.select_related("initiative"))
        context = {
            "title": "Công bố quyết định",
            "decision": decision,
            "named": named,
            "consenting": sum(1 for each in named if each.initiative.author_may_be_told),
            "outdated": commending.outdated(decision),
            "edition": commending.edition(named),
            "refusal": refusal,
        }
        return self.answer(request, "announce.html", context, status=409 if refusal else 200)

    def recall_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        decision = self.writable(request, pk)
        form = RecallForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            because = form.cleaned_data["because"]
            try:
                commending.recall(decision.pk, because=because, by=account_of(request), at=timezone.now())
            except SelectionRefused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                self.log_change(request, decision, f"Thu hồi công bố: {because}")
                messages.success(request, "Đã thu hồi công bố. Quyết định có thể sửa rồi công bố lại.")
                return self.to_desk(decision)
        if request.method != "POST" and not decision.is_announced:
            messages.info(request, "Quyết định này chưa công bố.")
            return self.to_desk(decision)
        context = {"title": "Thu hồi công bố", "decision": decision, "form": form, "button": "Thu hồi công bố"}
        return self.answer(request, "recall.html", context, status=422 if form.errors else 200)

    @posted
    def exemplar_view(self, request: HttpRequest, decision: CommendationDecision) -> HttpResponse:
        """Prepares what the public pages say of one that is commended."""
        asked = request.POST.get("commendation", "")
        commendation = decision.commendations.filter(pk=asked).first() if is_key(asked) else None
        if commendation is None:
            return self.to_desk(decision, request)
        try:
            exemplar = exemplars.of_commendation(commendation.pk, by=account_of(request))
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return self.to_desk(decision, request)
        return HttpResponseRedirect(reverse("admin:initiatives_exemplar_change", args=[exemplar.pk]))

    # --- shared -------------------------------------------------------------------------------------------------------------

    def do(self, request: HttpRequest, decision: CommendationDecision, act: Any, words: str) -> bool:
        """What is refused is said; what is done stands in the history."""
        try:
            act()
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return False
        self.log_change(request, decision, words)
        messages.success(request, DONE[words])
        return True
