"""The filters of the inbox. They offer only what lies in the account's branch and the campaign looked at.

Without being asked, the inbox shows what waits in the newest campaign; a search looks at everything.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from initiatives.models import Campaign, CategoryScheme, ChoiceList, Status
from initiatives.review import branches, counts, queries
from initiatives.review.search import LONGEST_SEARCH
from orgtree import search
from orgtree.lines import all_standing_in
from orgtree.models import Level, Unit
from orgtree.scoped_admin import OneOf, account_of
from portal.requests import arrival
from portal.vietnamese.text import single_line

EVERY = "all"
YES, NO = "yes", "no"
UNITS_OFFERED = 60
UNITS_FOUND = 20


def is_search(request: HttpRequest) -> bool:
    return bool(request.GET.get(SEARCH_VAR, "").strip())


def campaign_of(request: HttpRequest) -> Campaign | None:
    """The campaign looked at; None for all of them. Asked once a request."""
    return once(request, "campaign", _find_campaign)


def unit_of(request: HttpRequest) -> Unit | None:
    """The unit chosen within the branch; None for the whole branch."""
    return once(request, "unit", _find_unit)


def status_of(request: HttpRequest) -> str:
    """The status looked at, or EVERY."""
    asked = request.GET.get(StatusFilter.parameter_name)
    if asked in {EVERY, *Status.values}:
        return str(asked)
    return EVERY if is_search(request) else Status.SUBMITTED.value


def counted_by_status(request: HttpRequest) -> dict[str, counts.Counted]:
    """In the branch, unit and campaign looked at, whatever else narrows the list."""
    return once(request, "counted", _count_by_status)


def asks_rows_alone(request: HttpRequest) -> bool:
    """Whether nobody will see the list: its rows are wanted for a table, or to go from one to the next."""
    return bool(request.__dict__.get("inbox_asked", {}).get("rows alone"))


def leave_uncounted(request: HttpRequest) -> None:
    """For who wants the rows of a list and none of its numbers; what was asked of another address is forgotten."""
    request.__dict__["inbox_asked"] = {"counted": None}


def is_uncounted(request: HttpRequest) -> bool:
    return once(request, "counted", _count_by_status) is None


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
        counted = counted_by_status(request)
        return [
            (EVERY, f"Tất cả ({counts.total(counted)})"),
            *((value, f"{label} ({counted[value]})") for value, label in Status.choices),
        ]

    def value(self) -> str:
        return status_of(self.request)

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
        self.typed = single_line(params.pop(self.find_parameter, [""])[-1])[:LONGEST_SEARCH]
        super().__init__(request, params, model, model_admin)

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        chosen = unit_of(request) or account_of(request).unit
        if chosen is None or asks_rows_alone(request):
            return []
        visible = Unit.objects.visible_to(account_of(request))
        if self.typed:
            found = search.find(self.typed, among=visible, limit=UNITS_FOUND + 1)
            self._tell_left_out(found, most=UNITS_FOUND)
            return [(one.unit.code, ", ".join(filter(None, (str(one.unit), one.line)))) for one in found[:UNITS_FOUND]]
        above = list(visible.ancestors_and_self(chosen).exclude(pk=account_of(request).unit_id))
        campaign = campaign_of(request)
        # An account keeps the unit it was made for, a campaign the structure of its day.
        is_own = not campaign or branches.keeps_its_own(unit_of(request), campaign)
        now = [chosen] if is_own else all_standing_in(chosen, day=campaign.structure_day)
        below = reduce(or_, map(visible.directly_below, now))
        if campaign:  # what stands there today for those of its time would be a second row of the same name
            below = below.in_structure_of(campaign.structure_day)
        if chosen.depth == 1:  # below the root no union stands by itself: an index of some hundreds, and not of all
            below = below.exclude(level=Level.GRASSROOTS)
        offered = list(below[: UNITS_OFFERED + 1])
        self._tell_left_out(offered, most=UNITS_OFFERED)
        return [(unit.code, str(unit)) for unit in (*above, *offered[:UNITS_OFFERED])]

    def _tell_left_out(self, read: Sequence[Any], *, most: int) -> None:
        if len(read) > most:
            self.left_out = f"Chỉ hiện {most} đơn vị đầu. Hãy gõ đủ tên đơn vị để tìm."

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset  # the list begins with the branch of the unit (`InboxList`)

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
        return queryset.filter(queries.SENT_AGAIN, queries.WAITS_AGAIN)


class AttachedFilter(OneOf):
    """Whether a grassroots union has it, or it still lies above them."""

    title = "công đoàn cơ sở"
    parameter_name = "attached"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(NO, "Chưa gắn CĐCS")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(queries.ABOVE_GRASSROOTS)


class ReachedFilter(OneOf):
    """What targets are compared with: the rows behind a number of the board."""

    title = "chỉ tiêu"
    parameter_name = "reached"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(YES, "Được tính (không kể đã rút, trùng lặp)")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.exclude(status=Status.WITHDRAWN).filter(duplicate_of=None)


class EnteredFilter(OneOf):
    """By an officer for a person who could not do it, from a paper form or a file."""

    title = "người nhập"
    parameter_name = "entered"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(YES, "Cán bộ nhập hộ")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(entered_by__isnull=False)


class MeaningFilter(OneOf):
    """Marked by staff as of deep social meaning: few, in the order of the list by an index of their own. (What was appraised has
    none in that order: at 600,000 it took over a second. `progress/benefit_report.py` lists it by value.)"""

    title = "ý nghĩa xã hội"
    parameter_name = "meaning"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(YES, "Có ý nghĩa xã hội sâu sắc")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(has_social_meaning=True)


class AlikeFilter(OneOf):
    """In a pair that nobody has decided on yet, whoever may."""

    title = "trùng lặp"
    parameter_name = "alike"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(YES, "Có thể trùng, chờ quyết định")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(queries.MAY_BE_TWINS)


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
    return once(request, "campaigns", lambda asked: list(Campaign.objects.prefetch_related("phases", "choices")))


def _find_campaign(request: HttpRequest) -> Campaign | None:
    offered = {campaign.slug: campaign for campaign in _campaigns(request)}
    asked = request.GET.get(CampaignFilter.parameter_name)
    if asked in offered:
        return offered[asked]
    return None if asked == EVERY or is_search(request) else next(iter(offered.values()), None)


def _count_by_status(request: HttpRequest) -> dict[str, counts.Counted]:
    campaign = campaign_of(request)
    campaigns = [campaign] if campaign else _campaigns(request)
    account, unit = account_of(request), unit_of(request)
    return counts.by_status(account, unit=unit, campaigns=campaigns, at=arrival(request), are_all=campaign is None)


def _find_unit(request: HttpRequest) -> Unit | None:
    # A list address within an address is encoded twice, and may hold what the middleware refuses in the outer one.
    asked = single_line(request.GET.get(UnitFilter.parameter_name, ""))
    return Unit.objects.visible_to(account_of(request)).filter(code=asked[:200]).first() if asked else None


def once(request: HttpRequest, name: str, find: Any) -> Any:
    """`find(request)`, kept on the request: five filters and the list ask the same."""
    kept = request.__dict__.setdefault("inbox_asked", {})
    if name not in kept:
        kept[name] = find(request)
    return kept[name]
