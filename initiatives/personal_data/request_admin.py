"""Requests about one's data: their list, entering one that came on paper or by phone, and what is done about each."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from initiatives.models import DataRequest, Initiative
from initiatives.personal_data import acts, asking, queue
from initiatives.personal_data.erase_admin import ErasingOnRequest
from initiatives.personal_data.forms import AnswerForm, BindForm, EnterForm, FinishForm, HandOnForm
from initiatives.submission import receipts
from orgtree import search
from orgtree.models import Unit
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of, is_key
from orgtree.sites import Figure, Panel
from orgtree.units.queries import children_today
from portal.vietnamese import days, phones
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.text import single_line

NAME = "initiatives_datarequest"
NO_SUCH_CODE = "Không có sáng kiến nào mang mã này trong phạm vi của bạn. Hãy xem lại mã."
UNITS_SHOWN = 50
FORMS: dict[str, type[forms.Form]] = {"answer": AnswerForm, "finish": FinishForm, "bind": BindForm}
DONE = {
    "answer": "Đã ghi câu trả lời.",
    "finish": "Đã ghi kết quả. Yêu cầu đã xong.",
    "bind": "Đã gắn với sáng kiến.",
}


class StateFilter(OneOf):
    title = "tình trạng"
    parameter_name = "state"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [
            ("overdue", "Quá hạn"),
            ("unanswered", "Chờ trả lời"),
            ("answered", "Chờ thực hiện"),
            ("done", "Đã xong"),
        ]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        if value == "overdue":
            return queryset.filter(queue.overdue(timezone.localdate(timezone.now(), VIETNAM)))
        if value == "done":
            return queryset.filter(done_at__isnull=False)
        return queryset.filter(queue.UNANSWERED if value == "unanswered" else queue.ANSWERED)


class KindFilter(OneOf):
    title = "yêu cầu"
    parameter_name = "kind"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return DataRequest.Kind.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(kind=value)


@admin.register(DataRequest)
class DataRequestAdmin(ErasingOnRequest, ScopedAdmin):
    change_list_template = "personal_data/requests.html"
    list_display = ("shown_number", "who", "shown_kind", "unit", "asked", "shown_state")
    list_display_links = ("shown_number",)
    list_filter = (StateFilter, KindFilter)
    list_select_related = ("unit",)
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("unit", "initiative__unit", "entered_by")
        return queue.in_order(rows)

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        return queue.order()

    @admin.display(description="số")
    def shown_number(self, asked: DataRequest) -> str:
        return asking.shown(asked.number)

    @admin.display(description="người yêu cầu")
    def who(self, asked: DataRequest) -> str:
        return asked.full_name or "đã xóa nội dung"

    @admin.display(description="yêu cầu")
    def shown_kind(self, asked: DataRequest) -> str:
        return asked.get_kind_display()

    @admin.display(description="gửi")
    def asked(self, asked: DataRequest) -> str:
        return days.shown(asked.asked_at.astimezone(VIETNAM).date())

    @admin.display(description="tình trạng")
    def shown_state(self, asked: DataRequest) -> SafeString:
        return badge(asked, at=timezone.now())

    def get_urls(self) -> list[Any]:
        hand_on = self.admin_site.admin_view(self.hand_on_view)
        return [path("<int:pk>/chuyen/", hand_on, name=f"{NAME}_hand_on"), *super().get_urls()]

    # --- one that came on paper or by phone -----------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        at = timezone.now()
        today = timezone.localdate(at, VIETNAM)
        posted = request.POST if request.method == "POST" else None
        form = EnterForm(posted, today=today, initial={"asked_on": days.shown(today)})
        if posted is not None and form.is_valid():
            answer = self.entered(request, form, at=at)
            if answer is not None:
                return answer
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Ghi yêu cầu về dữ liệu cá nhân",
            "form": form,
        }
        status = 422 if posted is not None else 200
        return TemplateResponse(request, "personal_data/request_add.html", context, status=status)

    def entered(self, request: HttpRequest, form: EnterForm, *, at: datetime) -> HttpResponse | None:
        """None, with the reason on the form, where the code is of no initiative that the officer sees."""
        typed = form.cleaned_data["receipt_code"]
        initiative = self.initiative_of(request, typed) if typed else None
        if typed and initiative is None:
            form.add_error("receipt_code", NO_SUCH_CODE)
            return None
        day = form.cleaned_data["asked_on"]
        is_today = day == timezone.localdate(at, VIETNAM)
        asked_at = at if is_today else datetime.combine(day, time(12), VIETNAM)
        kept = asking.enter(form.asked(), initiative, asked_at=asked_at, by=account_of(request), at=at)
        due = days.shown(kept.answer_by)
        messages.success(
            request, f"Đã ghi yêu cầu số {asking.shown(kept.number)}. Hãy trả lời chậm nhất hết ngày {due}."
        )
        return HttpResponseRedirect(reverse(f"admin:{NAME}_change", args=[kept.pk]))

    def initiative_of(self, request: HttpRequest, typed: str) -> Initiative | None:
        code = receipts.parse_code(typed)
        seen = Initiative.objects.visible_to(account_of(request)).select_related("unit")
        return seen.filter(receipt_code=code).first() if code else None

    # --- one of them ------------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was asked and what was done; a POST names one act."""
        asked, at = self.get_object(request, object_id), timezone.now()
        if request.method != "POST":
            return self.request_page(request, asked, at=at)
        if not self.has_change_permission(request):
            raise PermissionDenied
        name = request.POST.get("act", "")
        if name not in FORMS:
            messages.error(request, "Chưa rõ việc nào. Hãy bấm một trong các nút ghi.")
            return self.request_page(request, asked, at=at, status=409)
        form = FORMS[name](request.POST, auto_id=f"{name}_%s")
        if form.is_valid():
            try:
                self.carry_out(request, name, form, asked, at=at)
            except acts.RequestRefused as refusal:
                messages.error(request, refusal.sentence)
                asked = self.get_object(request, object_id)
                return self.request_page(request, asked, at=at, bound={name: form}, status=409)
        if form.errors:
            return self.request_page(request, asked, at=at, bound={name: form}, status=422)
        messages.success(request, DONE[name])
        return HttpResponseRedirect(request.path)

    def carry_out(self, request: HttpRequest, name: str, form: forms.Form, asked: DataRequest, *, at: datetime) -> None:
        said, by = form.cleaned_data, account_of(request)
        if name == "answer":
            acts.answer(asked.pk, said["words"], by=by, at=at)
        elif name == "finish":
            acts.finish(asked.pk, said["outcome"], said["words"], by=by, at=at)
        else:
            initiative = self.initiative_of(request, said["receipt_code"])
            if initiative is None:
                form.add_error("receipt_code", NO_SUCH_CODE)
            else:
                acts.bind(asked.pk, initiative, by=by, at=at)

    def request_page(
        self,
        request: HttpRequest,
        asked: DataRequest,
        *,
        at: datetime,
        bound: dict[str, forms.Form] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        account, bound = account_of(request), bound or {}
        may_answer = acts.may_answer(account, asked) and asked.done_at is None
        names = list(FORMS) if may_answer else []
        initiative = asked.initiative
        steps = list(asked.steps.select_related("account").order_by("pk"))
        is_seen = initiative is not None and Initiative.objects.visible_to(account).filter(pk=initiative.pk).exists()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Yêu cầu số {asking.shown(asked.number)}",
            "asked": asked,
            "number": asking.shown(asked.number),
            "kind": asked.get_kind_display(),
            "standing": badge(asked, at=at),
            "readable_phone": phones.shown(asked.phone_digits) if asked.phone_digits else "",
            "initiative": initiative if is_seen else None,
            "is_elsewhere": initiative is not None and not is_seen,
            "code": receipts.shown(initiative.receipt_code) if initiative and is_seen else "",
            "steps": [(acts.TITLES.get(step.act, step.act), step) for step in steps],
            # By the portal, as it came; what an officer bound later was compared by nobody.
            "is_matched": asked.initiative_id is not None and all(step.act != acts.BOUND for step in steps),
            "forms": {name: bound.get(name) or FORMS[name](auto_id=f"{name}_%s") for name in names},
            "opened": {name: name in bound for name in FORMS},
            "kept": {name: form for name, form in bound.items() if name not in names},
            "may_answer": may_answer,
            "may_copy": is_seen and account.has_perm("initiatives.change_initiative"),
            "offers": acts.offered(asked, account) if may_answer else [],
        }
        return TemplateResponse(request, "personal_data/request.html", context, status=status)

    # --- to another unit --------------------------------------------------------------------------------------------------

    def hand_on_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Finding the unit it should be with; a POST hands it on."""
        asked, at, account = self.get_object(request, str(pk)), timezone.now(), account_of(request)
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = HandOnForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            unit = acts.units_for(account).filter(code=form.cleaned_data["unit"]).first()
            try:
                if unit is None:
                    raise acts.RequestRefused("Hãy chọn một đơn vị trong danh sách.")
                acts.hand_on(asked.pk, unit, form.cleaned_data["words"], by=account, at=at)
            except acts.RequestRefused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, f"Đã chuyển yêu cầu số {asking.shown(asked.number)} sang {unit}.")
                return HttpResponseRedirect(self.way_after(request, asked.pk))
        typed = single_line(request.GET.get("q", ""))[:200]
        inside = Unit.objects.filter(closed_on=None).visible_to(account).exclude(pk=asked.unit_id)
        above = Unit.objects.standing_above(account.unit) if account.unit else []
        found = (
            search.find(typed, among=inside, limit=UNITS_SHOWN + 1)
            if typed
            else search.with_those_above(children_today(asked.unit, among=inside)[: UNITS_SHOWN + 1])
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Chuyển sang đơn vị khác",
            "asked": asked,
            "number": asking.shown(asked.number),
            "form": form,
            "typed": typed,
            "above": [unit for unit in above if unit.pk != asked.unit_id],
            "found": [one for one in found[:UNITS_SHOWN] if one.unit not in above],
            "most": UNITS_SHOWN if len(found) > UNITS_SHOWN else None,
            "chosen": form["unit"].value() or "",
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "personal_data/request_hand_on.html", context, status=status)

    def way_after(self, request: HttpRequest, pk: int) -> str:
        """Back to the request, or to the list where it is not to be seen any more."""
        try:
            self.get_object(request, str(pk))
        except Http404:
            return reverse(f"admin:{NAME}_changelist")
        return reverse(f"admin:{NAME}_change", args=[pk])


def badge(asked: DataRequest, *, at: datetime) -> SafeString:
    now = queue.standing(asked, today=timezone.localdate(at, VIETNAM))
    return SafeString(render_to_string("components/badge.html", {"text": now.text, "tone": now.tone}).strip())


def request_asked(request: HttpRequest, parameter: str) -> DataRequest | None:
    """The request that brought somebody to another page, where it is one that they see."""
    typed = request.GET.get(parameter, "")
    return DataRequest.objects.visible_to(account_of(request)).filter(pk=typed).first() if is_key(typed) else None


def request_panels(request: HttpRequest) -> list[Panel]:
    """What is owed to people who asked about their data; for whoever may answer."""
    account = account_of(request)
    if not account.has_perm(acts.MAY_ANSWER):
        return []
    waiting = queue.waiting_for(account, today=timezone.localdate(timezone.now(), VIETNAM))
    address = reverse(f"admin:{NAME}_changelist")
    figures = (
        Figure("quá hạn", waiting.overdue, f"{address}?state=overdue", is_urgent=True),
        Figure("chờ trả lời", waiting.unanswered, f"{address}?state=unanswered", is_urgent=True),
        Figure("chờ thực hiện", waiting.to_do, f"{address}?state=answered"),
    )
    shown = tuple(figure for figure in figures if figure.count)
    return [Panel("Yêu cầu về dữ liệu cá nhân", shown)] if shown else []
