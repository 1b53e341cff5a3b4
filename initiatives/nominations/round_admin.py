"""Rounds in the admin: who holds one, for whom, until when, how many each may send, and what a dossier must hold."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from initiatives.campaigns.admin import CampaignFilter
from initiatives.models import Criterion, DossierPart, Quota, SelectionRound
from initiatives.models.dossier import SEALED_STATES
from initiatives.models.selection import TAKES_PART
from initiatives.nominations import dossiers, quotas, rights, rounds, scoring
from initiatives.nominations.overview_admin import OverviewAdmin
from initiatives.nominations.refusals import SelectionRefused
from initiatives.nominations.round_forms import CriterionFormSet, QuotaForm, QuotaFormSet, RoundForm, has_begun
from initiatives.nominations.rounds import RoundState
from initiatives.nominations.scoring_admin import ScoringAdmin
from orgtree.scoped_admin import OneOf, StaffInline, account_of, is_key
from orgtree.units.queries import own_today
from portal.vietnamese.formats import whole

STATES = {RoundState.OPEN: "Đang nhận", RoundState.NOT_YET: "Chưa mở", RoundState.PAST: "Đã hết hạn"}
# To whoever takes part: everything but rows of the host's own, whose pages they may not open.
SHOWN_BELOW = (
    "shown_campaign",
    "shown_host",
    "name",
    "due",
    "shown_levels",
    "shown_numbers",
    "shown_items",
    "climbs",
)
HERE, ABOVE = "to-chuc", "tham-gia"


class SideFilter(OneOf):
    title = "vai trò của đơn vị"
    parameter_name = "vai"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return ((HERE, "Đơn vị tôi và bên dưới xét chọn"), (ABOVE, "Đơn vị cấp trên xét chọn"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        unit = account_of(request).unit
        if self.value() is None or unit is None:
            return queryset
        held = SelectionRound.objects.hosted_in(unit).values("pk")
        return queryset.filter(pk__in=held) if self.value() == HERE else queryset.exclude(pk__in=held)


class QuotaInline(StaffInline):
    """Units that may send more or fewer than the others."""

    model = Quota
    form = QuotaForm
    formset = QuotaFormSet
    autocomplete_fields = ("unit",)
    verbose_name = "số lượng riêng của một đơn vị"
    verbose_name_plural = "đơn vị có số lượng riêng"


class CriterionInline(StaffInline):
    model = Criterion
    formset = CriterionFormSet
    fields = ("name", "most", "position")
    verbose_name_plural = "tiêu chí chấm điểm (không bắt buộc; đã có người chấm thì không bỏ được)"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("initiatives.view_selectionround")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("initiatives.change_selectionround")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)


class RoundAdmin(ScoringAdmin, OverviewAdmin):
    """Seen by those it is held for as well; changed by managers of the host, or above it."""

    form = RoundForm
    change_form_template = "nominations/round.html"
    list_display = ("name", "host", "shown_campaign", "state", "due", "sent")
    list_filter = (SideFilter, CampaignFilter)
    list_select_related = ("host", "campaign")
    search_fields = ("name",)
    autocomplete_fields = ("host",)
    inlines = (QuotaInline, CriterionInline)
    ordering = ("-dossier_due", "-pk")
    fieldsets = (
        (None, {"fields": ("campaign", "host", "name", "opens_at", "dossier_due")}),
        ("Ai gửi, bao nhiêu", {"fields": ("takes_part", "each_unit_min", "each_unit_max")}),
        ("Hồ sơ và kết quả", {"fields": ("dossier_items", "layout", "own_layout", "commended_fields", "climbs")}),
    )

    # --- who sees and changes what ----------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        sealed = Count("dossiers", filter=Q(dossiers__state__in=SEALED_STATES), distinct=True)
        return super().get_queryset(request).annotate(sealed=sealed).prefetch_related("campaign__phases")

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        return (F("dossier_due").desc(nulls_first=True), "-pk")

    def has_change_permission(self, request: HttpRequest, obj: SelectionRound | None = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or rights.may_host(account_of(request), obj)
        )

    def get_fieldsets(self, request: HttpRequest, obj: SelectionRound | None = None) -> Any:
        if obj is None:
            return self.fieldsets
        if rights.may_host(account_of(request), obj):
            return (*self.fieldsets, ("Chấm điểm", {"fields": ("assessors",)}))
        return ((None, {"fields": SHOWN_BELOW}),)

    def get_readonly_fields(self, request: HttpRequest, obj: SelectionRound | None = None) -> Sequence[str]:
        if obj is not None and not rights.may_host(account_of(request), obj):
            return SHOWN_BELOW
        return ("campaign", "host") if obj is not None and has_begun(obj) else ()

    def get_inlines(self, request: HttpRequest, obj: SelectionRound | None = None) -> Sequence[type[StaffInline]]:
        """First the round, for whom it is; then who of them may send more."""
        if obj is None or not rights.may_host(account_of(request), obj):
            return ()
        return tuple(self.inlines)

    # --- the list -----------------------------------------------------------------------------------------------------------

    def shown_campaign(self, row: SelectionRound) -> str:
        return row.campaign.name

    shown_campaign.short_description = "chương trình"  # type: ignore[attr-defined]

    def shown_host(self, row: SelectionRound) -> str:
        return str(row.host)

    shown_host.short_description = "đơn vị xét chọn"  # type: ignore[attr-defined]

    def shown_levels(self, row: SelectionRound) -> str:
        labels = dict(TAKES_PART)
        return "; ".join(labels[level] for level in row.takes_part if level in labels)

    shown_levels.short_description = "cấp tham gia"  # type: ignore[attr-defined]

    def shown_numbers(self, row: SelectionRound) -> str:
        most = "không giới hạn" if row.each_unit_max is None else f"nhiều nhất {row.each_unit_max}"
        return f"ít nhất {row.each_unit_min}, {most}"

    shown_numbers.short_description = "số sáng kiến mỗi đơn vị"  # type: ignore[attr-defined]

    def shown_items(self, row: SelectionRound) -> str:
        labels = dict(DossierPart.choices)
        return "; ".join(labels[part] for part in row.dossier_items if part in labels)

    shown_items.short_description = "hồ sơ gồm"  # type: ignore[attr-defined]

    def state(self, row: SelectionRound) -> str:
        return STATES[rounds.window(row).state(at=timezone.now())]

    state.short_description = "tình trạng"  # type: ignore[attr-defined]

    def due(self, row: SelectionRound) -> str:
        return rounds.window(row).sentence(at=timezone.now())

    due.short_description = "hạn gửi hồ sơ"  # type: ignore[attr-defined]
    due.admin_order_field = "dossier_due"  # type: ignore[attr-defined]

    def sent(self, row: Any) -> str:
        address = reverse("admin:initiatives_selectionround_units", args=[row.pk])
        return format_html('<a href="{}">{} hồ sơ đã gửi</a>', address, row.sealed)

    sent.short_description = "theo dõi"  # type: ignore[attr-defined]

    # --- saving -------------------------------------------------------------------------------------------------------------

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        unit = own_today(account_of(request))
        return {"host": unit.pk if unit else None, "dossier_items": ["letter", "summary_table"]}

    def save_model(self, request: HttpRequest, obj: SelectionRound, form: Any, change: bool) -> None:
        if not rights.may_host(account_of(request), obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Numbers that are less than what somebody has already taken are refused: nothing is saved, nothing typed is lost."""
        try:
            with transaction.atomic():
                if request.method == "POST" and object_id is not None and is_key(object_id):
                    _hold(int(object_id))
                return super().changeform_view(request, object_id, *args, **kwargs)
        except SelectionRefused as refusal:
            request.refusal = refusal.sentence
            return super().changeform_view(request, object_id, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the ways to what stands behind a round: the units, and the points where it has criteria."""
        round = context.get("original")
        return super().render_change_form(
            request, context | {"ways": self.ways(request, round) if round else []}, *args, **kwargs
        )

    def ways(self, request: HttpRequest, round: SelectionRound) -> list[tuple[str, str]]:
        account, names = account_of(request), [("units", "Các đơn vị tham gia")]
        if round.criteria.exists():
            if scoring.may_assess(account, round):
                names.append(("score", "Chấm điểm"))
            if rights.may_host(account, round):
                names.append(("scores", "Kết quả chấm"))
        return [(reverse(f"admin:initiatives_selectionround_{name}", args=[round.pk]), label) for name, label in names]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        form.is_hosts = obj is not None and rights.may_host(account_of(request), obj)
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        quotas.apply_limits(form.instance)
        if change and "dossier_due" in form.changed_data:
            mended = dossiers.weigh_again(form.instance, by=account_of(request), at=timezone.now())
            if mended:
                messages.info(request, f"{whole(len(mended))} hồ sơ đã gửi không còn quá hạn theo hạn mới.")


def _hold(round_id: int) -> None:
    """All that nominating holds, in its order (`quotas.py`): dossiers, the round, quotas. Who nominates meanwhile waits, and a
    Quota row made between look and save is not made twice.

    All of it before anything is written: a new name, being part of a constraint, keeps everybody from pointing at the round, and
    a nomination that is being made does so last of all, when it commits, with its quota in hand.
    """
    dossiers.hold_all_of(round_id)
    SelectionRound.objects.select_for_update(no_key=True, of=("self",)).filter(pk=round_id).first()
    list(Quota.objects.filter(round=round_id).select_for_update(no_key=True).order_by("pk").values_list("pk"))
