"""Targets in the admin: the page on which a unit gives them to those directly below it, and every one that was given."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone

from initiatives.campaigns.admin import CampaignFilter
from initiatives.models import Campaign, Target
from initiatives.progress import targets
from initiatives.progress.target_forms import TargetsForm
from initiatives.progress.target_setting import ChangedMeanwhile, TargetsRefused, last_changes, set_targets
from initiatives.progress.targets import WHOLE, When
from initiatives.progress.targets_sheet_admin import TargetsSheet
from orgtree.models import StaffAccount, Unit
from orgtree.scoped_admin import account_of
from portal.vietnamese.days import moment
from portal.vietnamese.formats import whole

LISTED_AT_ONCE = 100
CAMPAIGN, PERIOD, PAGE = "chuong-trinh", "thoi-gian", "p"
MARKED_BELOW = "Chưa ghi. Hãy xem lại các ô được đánh dấu."


@admin.register(Target)
class TargetAdmin(TargetsSheet):
    """The list tells who gave what and when; giving is done on a page of its own, for many units at once."""

    list_display = ("shown_unit", "shown_campaign", "shown_period", "shown_quantity", "due_on", "document", "given")
    list_filter = (CampaignFilter,)
    list_select_related = ("unit", "campaign", "phase", "set_by__unit")
    list_name = "Chỉ tiêu đã giao"
    sortable_by = ()
    ordering = ("-set_at", "-pk")
    actions = None
    fields = ("shown_unit", "shown_campaign", "shown_period", "shown_quantity", "due_on", "document", "given")
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("giao/", view(self.begin_view), name="initiatives_target_begin"),
            path("giao/<int:pk>/<slug:campaign>/", view(self.set_view), name="initiatives_target_set"),
        ]
        return own + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Given on the page, never one by one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- the list -----------------------------------------------------------------------------------------------------------

    @admin.display(description="đơn vị")
    def shown_unit(self, row: Target) -> str:
        return str(row.unit)

    @admin.display(description="chương trình")
    def shown_campaign(self, row: Target) -> str:
        return row.campaign.name

    @admin.display(description="thời gian")
    def shown_period(self, row: Target) -> str:
        return targets.label_of(row)

    @admin.display(description="chỉ tiêu")
    def shown_quantity(self, row: Target) -> str:
        return whole(row.quantity)

    @admin.display(description="ai giao, lúc nào")
    def given(self, row: Target) -> str:
        return given_by(row)

    # --- the page -----------------------------------------------------------------------------------------------------------

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Leads to the page of one's own unit in the latest campaign."""
        self.refuse_others(request)
        account = account_of(request)
        for campaign in self.campaigns():
            for host in targets.hosts_of(account, campaign)[:1]:
                return HttpResponseRedirect(page_address(host, campaign))
        messages.info(request, "Chưa có chương trình nào, hoặc tài khoản của bạn chưa thuộc đơn vị nào.")
        return HttpResponseRedirect(reverse("admin:index"))

    def set_view(self, request: HttpRequest, pk: int, campaign: str) -> HttpResponse:
        """The units directly below one unit, with what each is given of the whole or of a part, a hundred at a time."""
        host, chosen = self.place(request, pk, campaign)
        account = account_of(request)
        whens = targets.periods(chosen)
        when = targets.chosen(whens, request.GET.get(PERIOD, ""))
        page = Paginator(targets.receivers(chosen, host), LISTED_AT_ONCE).get_page(request.GET.get(PAGE))
        units = list(page)
        stored = targets.of_units(chosen, [unit.pk for unit in units])
        declared = targets.counts_of(chosen, [unit.pk for unit in units])
        asked: dict[str, Any] = {
            "units": units,
            "when": when,
            "stored": {pk: each[when] for pk, each in stored.items() if when in each},
            "declared": declared,
        }
        may_set = targets.may_set(account, host)
        form, status = TargetsForm(**asked), 200
        if request.method == "POST":
            if not may_set:
                raise PermissionDenied
            form = TargetsForm(request.POST, **asked)
            status = self.save_targets(request, chosen, host, form, at=timezone.now())
            if status == 302:
                return HttpResponseRedirect(request.get_full_path())
        context = {
            "title": f"Chỉ tiêu: {host}",
            "host": host,
            "campaign": chosen,
            "when": when,
            "form": form,
            "may_set": may_set,
            "page": page,
            "rows": self.rows(form, stored, account, chosen),
            "shares": self.shares(chosen, host, whens, when),
            "lacking": targets.without_a_target(chosen, host, when),
            **self.ways(request, chosen, host, whens, when, page),
        }
        return self.target_answer(request, "targets.html", context, status=status)

    def save_targets(
        self, request: HttpRequest, campaign: Campaign, host: Unit, form: TargetsForm, *, at: datetime
    ) -> int:
        """The status of the answer; 302 where all was written."""
        if not form.is_valid():
            messages.error(request, MARKED_BELOW)
            return 422
        by = account_of(request)
        try:
            done = set_targets(campaign, host, form.wanted(), counts=form.counts(), by=by, at=at)
        except ChangedMeanwhile as refusal:
            form.tell(refusal)
            messages.error(request, refusal.sentence)
            return 409
        except TargetsRefused as refusal:
            messages.error(request, refusal.sentence)
            return 409
        messages.success(request, done.sentence) if not done.is_nothing else messages.info(request, done.sentence)
        return 302

    def rows(
        self, form: TargetsForm, stored: dict[int, dict[When, Target]], account: StaffAccount, campaign: Campaign
    ) -> list[dict[str, Any]]:
        """What the table shows of each unit."""
        shown = form.stored
        changed = last_changes(shown.values())
        listed = []
        for unit in form.units:
            own, target = stored.get(unit.pk, {}), shown.get(unit.pk)
            quantities = {when: each.quantity for when, each in own.items()}
            listed.append(
                {
                    "unit": unit,
                    "target": target,
                    "field": form[f"target_{unit.pk}"],
                    "seen": form[f"seen_target_{unit.pk}"],
                    "count": form[f"count_{unit.pk}"] if form.when.is_whole else None,
                    "seen_count": form[f"seen_count_{unit.pk}"] if form.when.is_whole else None,
                    "declared": form.declared.get(unit.pk),
                    "uneven": targets.parts_in_time(quantities),
                    "given": given_by(target, account) if target else "",
                    "changed": changed.get(target.pk, "") if target else "",
                    "address": page_address(unit, campaign, form.when) if unit.numchild else "",
                }
            )
        return listed

    def shares(self, campaign: Campaign, host: Unit, whens: list[When], when: When) -> list[dict[str, Any]]:
        return [
            {"share": each, "address": page_address(host, campaign, each.when), "is_here": each.when == when}
            for each in targets.shares(campaign, host, whens, also=when)
        ]

    def ways(
        self, request: HttpRequest, campaign: Campaign, host: Unit, whens: list[When], when: When, page: Any
    ) -> dict[str, Any]:
        """Where the page leads: other campaigns and parts of this one, the unit above, further pages, Excel."""
        account = account_of(request)
        above = Unit.objects.filter(path=host.path[: -Unit.steplen]).first()
        is_seen = above is not None and account.unit and above.current_path.startswith(account.unit.current_path)
        here = page_address(host, campaign, when)
        joint = "&" if "?" in here else "?"
        own = [each for each in targets.hosts_of(account, campaign) if each.pk != host.pk]
        return {
            "campaigns": [(each, page_address(host, each), each.pk == campaign.pk) for each in self.campaigns()],
            "whens": whens,
            "above": above if is_seen else None,
            "above_address": page_address(above, campaign, when) if above is not None and is_seen else "",
            "own": [(each, page_address(each, campaign, when)) for each in own],
            "previous": f"{here}{joint}{PAGE}={page.number - 1}" if page.has_previous() else "",
            "next": f"{here}{joint}{PAGE}={page.number + 1}" if page.has_next() else "",
            "sheet": reverse("admin:initiatives_target_sheet", args=[host.pk, campaign.slug]),
        }

    def campaigns(self) -> list[Campaign]:
        return list(Campaign.objects.order_by("-pk"))


def page_address(host: Unit, campaign: Campaign, when: When = WHOLE) -> str:
    address = reverse("admin:initiatives_target_set", args=[host.pk, campaign.slug])
    return address if when.is_whole else f"{address}?{PERIOD}={when.key}"


def given_by(target: Target, account: StaffAccount | None = None) -> str:
    """Who gave it and when: a person of the reader's branch by name, anybody else by the unit."""
    by = target.set_by
    if by is None:
        return "theo văn bản của chương trình"
    is_near = (
        account is not None and account.unit and by.unit and by.unit.current_path.startswith(account.unit.current_path)
    )
    return f"{by.get_full_name() if is_near else by.unit or 'Cổng'}, {moment(target.set_at)}"
