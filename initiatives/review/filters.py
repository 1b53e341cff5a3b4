"""The filters of the inbox. They offer only what lies in the account's branch and the campaign looked at.

Without being asked, the inbox shows what waits in the newest campaign; a search looks at everything.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from initiatives.models import Campaign, CategoryScheme, ChoiceList, Initiative, Status
from initiatives.review import queries
from orgtree import search
from orgtree.models import Unit
from orgtree.scoped_admin import OneOf, account_of
from portal.vietnamese.formats import whole
from portal.vietnamese.text import single_line

EVERY = "all"
YES, NO = "yes", "no"
UNITS_OFFERED = 60
UNITS_FOUND = 20


def is_search(request: HttpRequest) -> bool:
    return bool(request.GET.get(SEARCH_VAR, "").strip())


def campaign_of(request: HttpRequest) -> Campaign | None:
    """The campaign looked at; None for all of them. Asked once a request."""
    return _once(request, "campaign", _find_campaign)


def unit_of(request: HttpRequest) -> Unit | None:
    """The unit chosen within the branch; None for the whole branch."""
    return _once(request, "unit", _find_unit)


class CampaignFilter(OneOf):
    title = "chương trình"
    parameter_name = "campaign"
    all_label = "Mọi chương trình"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(campaign.slug, campaign.name) for campaign in _campaigns(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        campaign = campaign_of(request)
        return queryset if campaign is None else queryset.filter(campaign=campaign)

    def choices(self, changelist: Any) -> Iterator[Any]:
        campaign = campaign_of(self.request)
        for value, label in ((EVERY, self.all_label), *self.lookup_choices):
            yield {
                "is_at_rest": self.parameter_name not in self.used_parameters,
                "selected": value == (campaign.slug if campaign else EVERY),
                # A phase, a field or a category belongs to one campaign: another campaign begins without them.
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value}, ["phase", "category", "field"]
                ),
                "display": label,
            }


class StatusFilter(OneOf):
    """What waits, unless something else is asked; the number of rows beside each, in the branch, unit and campaign."""

    title = "trạng thái"
    parameter_name = "status"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        rows = Initiative.objects.visible_to(account_of(request))
        campaign, unit = campaign_of(request), unit_of(request)
        if campaign is not None:
            rows = rows.filter(campaign=campaign)
        if unit is not None:
            rows = rows.in_branch_of(unit)
        counted = queries.count_by_status(rows)
        return [
            (EVERY, f"Tất cả ({whole(sum(counted.values()))})"),
            *((value, f"{label} ({whole(counted[value])})") for value, label in Status.choices),
        ]

    def value(self) -> str | None:
        return super().value() or (EVERY if is_search(self.request) else Status.SUBMITTED.value)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        return queryset if value == EVERY else queryset.filter(status=value)

    def choices(self, changelist: Any) -> Iterator[Any]:
        return list(super().choices(changelist))[1:]


class UnitFilter(OneOf):
    """The way down: units above the chosen one, itself, and those directly below it; or whatever is typed finds."""

    title = "đơn vị"
    parameter_name = "unit"
    find_parameter = "tim-don-vi"
    also_takes = (find_parameter,)
    no_find = "Không tìm thấy đơn vị nào trong phạm vi của bạn."

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        self.typed = single_line(params.pop(self.find_parameter, [""])[-1])[: queries.LONGEST_SEARCH]
        super().__init__(request, params, model, model_admin)

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        chosen = unit_of(request) or account_of(request).unit
        if chosen is None:
            return []
        visible = Unit.objects.visible_to(account_of(request))
        if self.typed:
            found = search.find(self.typed, among=visible, limit=UNITS_FOUND)
            return [(one.unit.code, ", ".join(filter(None, (str(one.unit), one.line)))) for one in found]
        above = list(visible.ancestors_and_self(chosen).exclude(pk=account_of(request).unit_id))
        below = visible.directly_below(chosen)[:UNITS_OFFERED]
        return [(unit.code, str(unit)) for unit in (*above, *below)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        unit = unit_of(request)
        return queryset if unit is None else queryset.in_branch_of(unit)

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        asked_anew = {self.find_parameter, self.parameter_name, PAGE_VAR}
        self.kept = [(name, value) for name, value in changelist.params.items() if name not in asked_anew]
        yield from super().choices(changelist)


class PhaseFilter(OneOf):
    title = "đợt"
    parameter_name = "phase"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        campaign = campaign_of(request)
        return [(str(phase.pk), phase.name) for phase in campaign.phases.all()] if campaign else []

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(phase_id=int(value))


class ResentFilter(OneOf):
    """Returned before, put right by the sender, and waiting again."""

    title = "gửi lại"
    parameter_name = "resent"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(YES, "Đã bổ sung và gửi lại")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(queries.SENT_AGAIN, status=Status.SUBMITTED)


class AttachedFilter(OneOf):
    """Whether a grassroots union has it, or it still lies above them."""

    title = "công đoàn cơ sở"
    parameter_name = "attached"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(NO, "Chưa gắn CĐCS")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(queries.ABOVE_GRASSROOTS)


class CategoryFilter(OneOf):
    title = "phân loại người nộp"
    parameter_name = "category"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        campaign = campaign_of(request)
        return _choices(campaign, _category_list(campaign)) if campaign else []

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        campaign = campaign_of(self.request)
        return queryset.filter(**{_category_list(campaign): value}) if campaign else queryset


class FieldFilter(OneOf):
    title = "lĩnh vực"
    parameter_name = "field"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        campaign = campaign_of(request)
        return _choices(campaign, ChoiceList.FIELD) if campaign else []

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(field=value)


def _category_list(campaign: Campaign) -> str:
    return "bloc" if campaign.category_scheme == CategoryScheme.BLOC else "target_group"


def _choices(campaign: Campaign, kind: str) -> list[tuple[str, str]]:
    return [(choice.code, choice.label) for choice in campaign.choices.all() if choice.list == kind]


def _campaigns(request: HttpRequest) -> list[Campaign]:
    return _once(request, "campaigns", lambda asked: list(Campaign.objects.prefetch_related("phases", "choices")))


def _find_campaign(request: HttpRequest) -> Campaign | None:
    offered = {campaign.slug: campaign for campaign in _campaigns(request)}
    asked = request.GET.get(CampaignFilter.parameter_name)
    if asked in offered:
        return offered[asked]
    return None if asked == EVERY or is_search(request) else next(iter(offered.values()), None)


def _find_unit(request: HttpRequest) -> Unit | None:
    # A list address within an address is encoded twice, and may hold what the middleware refuses in the outer one.
    asked = single_line(request.GET.get(UnitFilter.parameter_name, ""))
    return Unit.objects.visible_to(account_of(request)).filter(code=asked[:200]).first() if asked else None


def _once(request: HttpRequest, name: str, find: Any) -> Any:
    """`find(request)`, kept on the request: five filters and the list ask the same."""
    kept = request.__dict__.setdefault("inbox_asked", {})
    if name not in kept:
        kept[name] = find(request)
    return kept[name]
