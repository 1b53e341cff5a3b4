"""Dossiers as a list, and what every page of one begins with: the row, and what its reader may do with it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from initiatives.models import Campaign, Dossier, DossierState, DossierVersion, SelectionRound
from initiatives.nominations import quotas, rights, rounds
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of, is_key
from portal.vietnamese import days

TONES = {
    DossierState.PREPARING: "plain",
    DossierState.SENT: "wait",
    DossierState.RECEIVED: "wait",
    DossierState.RETURNED: "stop",
    DossierState.ACCEPTED: "good",
}
ROUNDS_OFFERED = 60
MARKED_BELOW = "Chưa ghi gì. Hãy xem chỗ được đánh dấu bên dưới."  # a page opens at its top, its forms lie far down
LATEST = DossierVersion.objects.filter(dossier=OuterRef("pk"), number=OuterRef("version"))


class StateFilter(OneOf):
    title = "tình trạng"
    parameter_name = "state"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return DossierState.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(state=value)


class WayFilter(OneOf):
    """What one's own unit sends, and what is sent to it."""

    title = "chiều gửi"
    parameter_name = "way"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("from", "Đơn vị tôi gửi"), ("to", "Gửi đến đơn vị tôi")] if account_of(request).unit else []

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        unit = account_of(self.request).unit
        place = "unit__current_path" if value == "from" else "round__host__current_path"
        return queryset.filter(**{place: unit.current_path}) if unit else queryset.none()


class CampaignFilter(OneOf):
    title = "chương trình"
    parameter_name = "campaign"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(campaign.slug, campaign.name) for campaign in Campaign.objects.all()]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(round__campaign__slug=value)


class RoundFilter(OneOf):
    title = "đợt xét chọn"
    parameter_name = "round"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        seen = SelectionRound.objects.visible_to(account_of(request)).select_related("host")
        offered = [(str(each.pk), f"{each.name} ({each.host})") for each in seen[: ROUNDS_OFFERED + 1]]
        if len(offered) > ROUNDS_OFFERED:
            self.left_out = f"Chỉ hiện {ROUNDS_OFFERED} đợt mới nhất. Đợt cũ hơn: hãy mở từ mục Đợt xét chọn."
        return offered[:ROUNDS_OFFERED]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(round_id=int(value))


class DossierListAdmin(ScopedAdmin):
    list_name = "Hồ sơ xét chọn"
    change_list_template = "nominations/dossiers.html"
    list_display = ("sender", "of_round", "shown_state", "sent", "due")
    list_display_links = ("sender",)
    list_filter = (WayFilter, StateFilter, CampaignFilter, RoundFilter)
    list_select_related = ("unit", "round__host", "round__campaign")
    ordering = ("-round_id", "unit__path")
    sortable_by = ()
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made at the address of its round and unit, when it is first needed."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("unit", "round__host", "round__campaign")
        return rows.annotate(
            latest_sent_on=Subquery(LATEST.values("sent_on")[:1]), latest_is_late=Subquery(LATEST.values("is_late")[:1])
        )

    @admin.display(description="đơn vị")
    def sender(self, dossier: Dossier) -> str:
        return str(dossier.unit)

    @admin.display(description="đợt xét chọn")
    def of_round(self, dossier: Dossier) -> str:
        return f"{dossier.round.name} ({dossier.round.host})"

    @admin.display(description="tình trạng")
    def shown_state(self, dossier: Dossier) -> SafeString:
        return badge(dossier)

    @admin.display(description="đã gửi", empty_value="")
    def sent(self, dossier: Any) -> str:
        if not dossier.version:
            return ""
        late = ", quá hạn" if dossier.latest_is_late else ""
        return f"lần {dossier.version}, ngày {days.shown(dossier.latest_sent_on)}{late}"

    @admin.display(description="hạn gửi", empty_value="")
    def due(self, dossier: Dossier) -> str:
        due_on = rounds.window(dossier.round, dossier=dossier).due_on
        return days.shown(due_on) if due_on else ""

    # --- what every page of a dossier begins with -----------------------------------------------------------------------

    def read(self, request: HttpRequest, pk: int | str) -> Dossier:
        """One dossier of the branch; missing and forbidden are the same page."""
        dossier: Dossier = self.get_object(request, str(pk))
        return dossier

    def again(self, request: HttpRequest, dossier: Dossier) -> Dossier:
        """As it stands now: what is shown after a refusal, and the edition that is sent back, belong together."""
        found = self.get_queryset(request).filter(pk=dossier.pk).first()
        if found is None:
            raise Http404
        return found

    def may_prepare(self, request: HttpRequest, dossier: Dossier) -> bool:
        return self.has_change_permission(request) and rights.may_prepare(account_of(request), dossier.unit)

    def may_seal(self, request: HttpRequest, dossier: Dossier) -> bool:
        return self.has_change_permission(request) and rights.may_seal(account_of(request), dossier.unit)

    def may_host(self, request: HttpRequest, dossier: Dossier) -> bool:
        return self.has_change_permission(request) and rights.may_host(account_of(request), dossier.round)

    def page(
        self,
        request: HttpRequest,
        dossier: Dossier,
        template: str,
        context: dict[str, Any],
        *,
        at: datetime,
        status: int = 200,
    ) -> HttpResponse:
        window = rounds.window(dossier.round, dossier=dossier)
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Hồ sơ của {dossier.unit}",
            "dossier": dossier,
            "round": dossier.round,
            "tone": TONES[DossierState(dossier.state)],
            "window": window,
            "window_sentence": window.sentence(at=at),
            "use": quotas.uses(dossier.round, [dossier.unit])[dossier.unit_id],
            "desk_address": desk_address(dossier),
            # The initiatives and complaints behind what was sent: not the host's any more once the unit has left its branch.
            "may_look_into": rights.may_look_into(account_of(request), dossier.unit),
        }
        return TemplateResponse(request, f"nominations/{template}.html", shared | context, status=status)


def badge(dossier: Dossier) -> SafeString:
    context = {"text": dossier.get_state_display(), "tone": TONES[DossierState(dossier.state)]}
    return SafeString(render_to_string("components/badge.html", context).strip())


def desk_address(dossier: Dossier) -> str:
    return reverse("admin:initiatives_dossier_change", args=[dossier.pk])


def shown_edition(request: HttpRequest) -> int:
    """The edition that the page showed; 0, which none is, where the form does not say."""
    typed = request.POST.get("edition", "")
    return int(typed) if is_key(typed) else 0


def key_asked(request: HttpRequest, name: str) -> int:
    """The number of the row that was posted; 0, which none is, for anything else."""
    typed = request.POST.get(name, "")
    return int(typed) if is_key(typed) else 0
