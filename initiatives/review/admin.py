"""The inbox, the desk and what is decided there. `initiatives/admin.py` adds what other areas bring and registers it."""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from initiatives.lifecycle import ChangedMeanwhile, MoveRefused
from initiatives.models import Initiative, Status
from initiatives.review import actions, filters, queries, reading
from initiatives.review.forms import ApproveForm, DeclineForm, DeclineManyForm, ReopenForm, ReturnForm
from initiatives.submission.receipts import shown
from orgtree import search
from orgtree.roles import RANK, Role
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from orgtree.sites import Figure, Panel
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.text import single_line

FILTERS = "_changelist_filters"  # Django's own name for the list one came from
UNITS_SHOWN = 50

DONE = {
    "approve": "Đã ghi nhận hợp lệ",
    "return": "Đã trả lại để bổ sung",
    "decline": "Đã ghi nhận không hợp lệ",
    "reopen": "Đã mở lại để xét",
}


class InboxAdmin(ScopedAdmin):
    list_display = ("shown_code", "title", "sender", "place", "shown_status", "received", "benefit")
    list_display_links = ("title",)
    list_filter = (
        filters.StatusFilter,
        filters.ResentFilter,
        filters.CampaignFilter,
        filters.PhaseFilter,
        filters.UnitFilter,
        filters.AttachedFilter,
        filters.CategoryFilter,
        filters.FieldFilter,
    )
    list_select_related = ("unit",)
    search_fields = ("search_text",)
    search_help_text = "Họ tên, tên sáng kiến, mã biên nhận hoặc số điện thoại; có dấu hay không dấu đều được."
    actions = ("approve_many", "return_many", "decline_many")

    # --- the list -------------------------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An initiative is made by a submission only (`lifecycle.receive`)."""
        return False

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """What waits longest comes first; everything else newest first."""
        asked = request.GET.get(filters.StatusFilter.parameter_name)
        waits = asked == Status.SUBMITTED or (not asked and not filters.is_search(request))
        return ("submitted_at", "id") if waits else ("-submitted_at", "-id")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queries.matching(queryset, search_term), False

    def chosen_rows(self, request: HttpRequest, query: str) -> QuerySet:
        """The rows of the list with the address `query`: its filters, search and order, within the branch."""
        asked = copy.copy(request)
        known = self.known_parameters(request)
        asked.GET = QueryDict(mutable=True)
        for name, values in QueryDict(query).lists():
            if name in known - {"p"}:
                asked.GET.setlist(name, values)
        asked.__dict__.pop("inbox_asked", None)
        return self.get_changelist_instance(asked).queryset

    @admin.display(description="mã biên nhận", ordering="receipt_code")
    def shown_code(self, initiative: Initiative) -> str:
        return shown(initiative.receipt_code)

    @admin.display(description="người nộp", ordering="name_key")
    def sender(self, initiative: Initiative) -> str:
        return initiative.full_name

    @admin.display(description="đơn vị")
    def place(self, initiative: Initiative) -> str:
        return str(initiative.unit)

    @admin.display(description="trạng thái", ordering="status")
    def shown_status(self, initiative: Initiative) -> SafeString:
        return badge(initiative)

    @admin.display(description="nhận lúc", ordering="submitted_at")
    def received(self, initiative: Initiative) -> str:
        return days.moment(initiative.submitted_at)

    @admin.display(description="làm lợi (đồng)", ordering="benefit_value", empty_value="")
    def benefit(self, initiative: Initiative) -> str:
        return whole(initiative.benefit_value) if initiative.benefit_value is not None else ""

    # --- one initiative -------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("hang-loat/<str:name>/", view(self.many_view), name="initiatives_initiative_many"),
            path("<int:pk>/don-vi/", view(self.attach_view), name="initiatives_initiative_attach"),
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The desk. A POST decides; whatever is refused comes back with what was typed."""
        self.get_object(request, object_id)
        at = timezone.now()
        if request.method != "POST":
            return self.desk(request, int(object_id), at=at)
        if not self.has_change_permission(request):
            raise PermissionDenied
        name = request.POST.get("decision", "")
        initiative = self.read(request, int(object_id))
        forms_by_name = self.decision_forms(initiative, at=at)
        if name not in forms_by_name:
            messages.error(request, "Sáng kiến không còn ở trạng thái đó. Hãy xem lại trước khi quyết định.")
            return self.desk(request, initiative.pk, at=at, status=409)
        form = forms_by_name[name](request.POST)
        if not form.is_valid():
            return self.desk(request, initiative.pk, at=at, bound={name: form}, status=422)
        try:
            actions.decide(
                initiative.pk, form.decision(), by=account_of(request), at=at, version=shown_version(request)
            )
        except ChangedMeanwhile as refusal:
            messages.error(request, f"{refusal.sentence} Phần bạn đã nhập còn nguyên bên dưới.")
            return self.desk(request, initiative.pk, at=at, bound={name: form}, status=409)
        except MoveRefused as refusal:
            messages.error(request, refusal.sentence)
            return self.desk(request, initiative.pk, at=at, bound={name: form}, status=409)
        messages.success(request, f"{DONE[name]}: {initiative.title}")
        return HttpResponseRedirect(self.next_address(request, initiative))

    def read(self, request: HttpRequest, pk: int) -> Initiative:
        found = queries.on_the_desk(self.get_queryset(request)).filter(pk=pk).first()
        if found is None:  # attached to a unit outside the branch since this request began
            raise Http404
        return found

    def decision_forms(self, initiative: Initiative, *, at: Any) -> dict[str, Callable[..., Any]]:
        """The forms that the initiative's status allows, by the name of the decision."""
        shared = {"campaign": initiative.campaign, "at": at}
        offered: dict[str, tuple[str, Callable[..., Any]]] = {
            "approve": (Status.VALID, lambda data=None: ApproveForm(data)),
            "return": (Status.RETURNED, lambda data=None: ReturnForm(data, auto_id="return_%s", **shared)),
            "decline": (
                Status.INVALID,
                lambda data=None: DeclineForm(data, auto_id="decline_%s", initiative=initiative, **shared),
            ),
        }
        if initiative.status in {Status.VALID, Status.INVALID}:
            offered["reopen"] = (Status.SUBMITTED, lambda data=None: ReopenForm(data, auto_id="reopen_%s"))
        return {name: form for name, (status, form) in offered.items() if initiative.may_become(status)}

    def desk(
        self,
        request: HttpRequest,
        pk: int,
        *,
        at: Any,
        bound: dict[str, forms.Form] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Read anew, so that what is shown and the version sent back belong together."""
        initiative = self.read(request, pk)
        bound = bound or {}
        may_decide = self.has_change_permission(request)
        is_own = actions.is_own(initiative, account_of(request))
        blank = self.decision_forms(initiative, at=at) if may_decide and not is_own else {}
        kept = {name: form for name, form in bound.items() if name not in blank}
        labels = reading.labels_of(initiative)
        context = {
            **self.admin_site.each_context(request),
            "title": initiative.title,
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "tone": reading.TONES[initiative.status],
            "sections": reading.sections(initiative),
            "flags": reading.flags(initiative),
            "documents": [
                (attachment, labels.get(("attachment_kind", attachment.kind), attachment.kind))
                for attachment in initiative.attachments.all()
            ],
            "events": initiative.events.all(),
            "decisions": {name: bound.get(name) or form() for name, form in blank.items()},
            "bound": next(iter(bound), ""),
            "kept": kept,
            "is_own": is_own and may_decide,
            "may_attach": may_decide and not is_own and initiative.status != Status.WITHDRAWN,
            "first_visible": self.first_visible(request, initiative),
            "preserved": self.get_preserved_filters(request),
            "list_address": self.list_address(request),
        }
        return TemplateResponse(request, "review/desk.html", context, status=status)

    def first_visible(self, request: HttpRequest, initiative: Initiative) -> bool:
        """Whether the one it repeats may be opened: duplicates lie across units."""
        return bool(
            initiative.duplicate_of_id and self.get_queryset(request).filter(pk=initiative.duplicate_of_id).exists()
        )

    def list_address(self, request: HttpRequest) -> str:
        asked = QueryDict(self.get_preserved_filters(request)).get(FILTERS, "")
        address = reverse("admin:initiatives_initiative_changelist")
        return f"{address}?{asked}" if asked else address

    def next_address(self, request: HttpRequest, decided: Initiative) -> str:
        """The desk of the one that waits longest in the list one came from; that list when none is left."""
        preserved = self.get_preserved_filters(request)
        rows = self.chosen_rows(request, QueryDict(preserved).get(FILTERS, ""))
        following = queries.next_waiting(rows, after=decided)
        if following is None:
            messages.info(request, "Không còn sáng kiến nào chờ xét trong danh sách này.")
            return self.list_address(request)
        address = reverse("admin:initiatives_initiative_change", args=[following.pk])
        return f"{address}?{preserved}" if preserved else address

    def attach_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Finding the unit an initiative belongs to, for whoever could not find it, and attaching it there."""
        initiative = self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            chosen = (
                queries.units_for(initiative, account_of(request))
                .filter(code=single_line(request.POST.get("unit", ""))[:200])
                .first()
            )
            try:
                if chosen is None:
                    raise MoveRefused("Hãy chọn một đơn vị trong danh sách.")
                version = shown_version(request)
                actions.attach(initiative.pk, chosen, by=account_of(request), at=timezone.now(), version=version)
            except MoveRefused as refusal:
                messages.error(request, refusal.sentence)
            else:
                messages.success(request, f"Đã chuyển sáng kiến về {chosen.name}.")
                return HttpResponseRedirect(reverse("admin:initiatives_initiative_change", args=[initiative.pk]))
        typed = request.GET.get("q", initiative.unit_name)[:200]
        offered = queries.units_for(initiative, account_of(request))
        likely = queries.suggested_for(initiative, among=offered)
        found = (
            search.find(typed, among=offered, limit=UNITS_SHOWN)
            if typed.strip()
            else search.with_those_above(offered.directly_below(initiative.unit)[:UNITS_SHOWN])
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Chuyển đơn vị",
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "typed": typed,
            "likely": likely,
            "found": [one for one in found if one not in likely],
        }
        return TemplateResponse(request, "review/attach.html", context)

    # --- many at once ---------------------------------------------------------------------------------------------------

    @admin.action(description="Đánh dấu hợp lệ", permissions=["change"])
    def approve_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "approve", queryset)

    @admin.action(description="Trả lại để bổ sung", permissions=["change"])
    def return_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "return", queryset)

    @admin.action(description="Đánh dấu không hợp lệ", permissions=["change"])
    def decline_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "decline", queryset)

    def ask_about_many(self, request: HttpRequest, name: str, queryset: QuerySet) -> HttpResponse | None:
        """Says what will happen to which rows, and asks for reasons, before anything happens."""
        rows = list(queryset.select_related("campaign", "unit")[: actions.MOST_AT_ONCE + 1])
        if len(rows) > actions.MOST_AT_ONCE:
            sentence = f"Mỗi lần xử lý được nhiều nhất {actions.MOST_AT_ONCE} sáng kiến. Hãy lọc bớt rồi chọn lại."
            messages.error(request, sentence)
            return None
        if len({row.campaign_id for row in rows}) > 1:
            messages.error(request, "Hãy lọc theo một chương trình: mỗi chương trình có lý do riêng.")
            return None
        if not rows:
            messages.warning(request, "Các dòng đã chọn không còn trong danh sách này.")
            return None
        return self.many_page(request, name, rows, self.many_form(name, rows[0], None), request.GET.urlencode())

    def many_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Carries out what `ask_about_many` asked about: scope, status and version of every row are looked at again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        shown_rows = [part.partition(":") for part in request.POST.get("rows", "").split()]
        versions = {int(pk): int(version) for pk, _, version in shown_rows if is_key(pk) and is_key(version)}
        asked = list(versions.items())[: actions.MOST_AT_ONCE]
        back = self.with_filters(reverse("admin:initiatives_initiative_changelist"), request.POST.get("back", ""))
        rows = list(
            self.get_queryset(request).filter(pk__in=[pk for pk, _ in asked]).select_related("campaign", "unit")
        )
        if name not in ("approve", "return", "decline") or not rows or len({row.campaign_id for row in rows}) > 1:
            messages.warning(request, "Không có sáng kiến nào để xử lý.")
            return HttpResponseRedirect(back)
        form = self.many_form(name, rows[0], request.POST)
        if not form.is_valid():
            return self.many_page(
                request, name, rows, form, request.POST.get("back", ""), versions=versions, status=422
            )
        outcome = actions.decide_many(asked, form.decision(), by=account_of(request), at=timezone.now())
        if outcome.done:
            messages.success(request, f"{DONE[name]}: {whole(outcome.done)} sáng kiến.")
        if outcome.refused:
            messages.warning(request, refusals_told(outcome.refused))
        return HttpResponseRedirect(back)

    def many_form(self, name: str, row: Initiative, data: Any) -> Any:
        if name == "approve":
            return ApproveForm(data)
        kind = ReturnForm if name == "return" else DeclineManyForm
        return kind(data, campaign=row.campaign, at=timezone.now())

    def many_page(
        self,
        request: HttpRequest,
        name: str,
        rows: list[Initiative],
        form: Any,
        back: str,
        *,
        versions: dict[int, int] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        to = {"approve": Status.VALID, "return": Status.RETURNED, "decline": Status.INVALID}[name]
        listed = [
            (
                row,
                shown(row.receipt_code),
                badge(row),
                row.may_become(to) and not actions.is_own(row, account_of(request)),
            )
            for row in rows
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": {"approve": "Đánh dấu hợp lệ", "return": "Trả lại để bổ sung", "decline": "Đánh dấu không hợp lệ"}[
                name
            ],
            "opts": self.opts,
            "name": name,
            "listed": listed,
            "willing": sum(allowed for *_, allowed in listed),
            "form": form,
            "rows": " ".join(f"{row.pk}:{(versions or {}).get(row.pk, row.version)}" for row in rows),
            "back": back,
            "back_address": self.with_filters(reverse("admin:initiatives_initiative_changelist"), back),
        }
        return TemplateResponse(request, "review/many.html", context, status=status)

    def with_filters(self, address: str, query: str) -> str:
        """`address` with what is ours of `query`: it came back through a form."""
        kept = QueryDict(mutable=True)
        for name, values in QueryDict(query).lists():
            kept.setlist(name, values)
        return f"{address}?{kept.urlencode()}" if kept else address


def shown_version(request: HttpRequest) -> int:
    """The version that the page showed; 0, which none is, where the form does not say."""
    version = request.POST.get("version", "")
    return int(version) if is_key(version) else 0


def badge(initiative: Initiative) -> SafeString:
    context = {"text": initiative.get_status_display(), "tone": reading.TONES[initiative.status]}
    return SafeString(render_to_string("components/badge.html", context).strip())


def refusals_told(refused: list[tuple[str, str]]) -> str:
    """Every sentence once, with the codes it holds for."""
    by_sentence: dict[str, list[str]] = {}
    for code, sentence in refused:
        by_sentence.setdefault(sentence, []).append(shown(code))
    told = [
        f"{sentence} ({whole(len(codes))}: {', '.join(filter(None, codes[:10]))})"
        for sentence, codes in by_sentence.items()
    ]
    return f"Không xử lý được {whole(len(refused))} sáng kiến. {' '.join(told)}"


def waiting_panels(request: HttpRequest) -> list[Panel]:
    """What the first page says about an account's inbox."""
    account = account_of(request)
    is_manager = RANK[account.role] >= RANK[Role.MANAGER]
    panels = [
        Panel(each.campaign.name, tuple(_figures(each, tells_unattached=is_manager)))
        for each in queries.waiting_for(account)
    ]
    late = queries.late_attempts(account).order_by()[: queries.MOST_WAITING].count()
    if late:
        address = reverse("admin:initiatives_draft_changelist")
        figure = Figure("người gửi muộn", late, address, is_least=late == queries.MOST_WAITING)
        panels.append(Panel("Sau giờ đóng", (figure,)))
    return panels


def _figures(waiting: queries.Waiting, *, tells_unattached: bool) -> Iterator[Figure]:
    inbox = reverse("admin:initiatives_initiative_changelist") + f"?campaign={waiting.campaign.slug}"
    is_full = waiting.submitted == queries.MOST_WAITING  # then what lies among them was counted among these only
    yield Figure("chờ xét", waiting.submitted, inbox, is_urgent=True, is_least=is_full)
    if waiting.resent:
        address = f"{inbox}&{filters.ResentFilter.parameter_name}={filters.YES}"
        yield Figure("đã bổ sung và gửi lại", waiting.resent, address, is_urgent=True, is_least=is_full)
    if waiting.unattached and tells_unattached:
        address = f"{inbox}&{filters.AttachedFilter.parameter_name}={filters.NO}"
        yield Figure("chưa gắn CĐCS", waiting.unattached, address, is_least=is_full)
    if waiting.returned:
        address = f"{inbox}&{filters.StatusFilter.parameter_name}={Status.RETURNED}"
        is_least = waiting.returned == queries.MOST_WAITING
        yield Figure("đã trả lại", waiting.returned, address, is_least=is_least)
