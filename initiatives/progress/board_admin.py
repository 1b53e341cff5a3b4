"""The board for staff, of one's own branch: each number leads to the live list behind it. And who sent very many."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from initiatives.models import Campaign, Status
from initiatives.progress import board as boards
from initiatives.progress import board_page, people, recount_jobs, tally
from initiatives.progress.board import Board
from initiatives.progress.targets import hosts_of
from initiatives.review import branches, counts, filters
from orgtree.models import StaffAccount, Unit
from orgtree.scoped_admin import ScopedAdmin, account_of
from orgtree.sites import Panel, Sentence
from orgtree.units.queries import today
from portal.replica import may_be_old
from portal.requests import arrival
from portal.vietnamese.formats import whole

MOST_CAMPAIGNS = 5  # on the first page: the newest


class BoardAdmin(ScopedAdmin):
    """For the admin of initiatives."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("tien-do/", view(self.board_view), name="initiatives_initiative_board"),
            path("tien-do/nguoi/", view(self.people_view), name="initiatives_initiative_people"),
        ]
        return own + super().get_urls()

    def board_view(self, request: HttpRequest) -> HttpResponse:
        """A unit of one's branch and those directly below it (`?campaign=`, and as the public page)."""
        campaign, hosts, unit = self._place(request)
        context = self._frame(request, "Tiến độ", campaign, hosts)
        if campaign is None or unit is None:
            return TemplateResponse(request, "progress/board_staff.html", context)
        account, at, wanted = account_of(request), arrival(request), board_page.asked(request.GET)
        board = may_be_old(boards.of)(campaign, unit, at=at)
        board = replace(board, trail=[each for each in board.trail if is_seen(each, account)])
        here = reverse("admin:initiatives_initiative_board")
        addresses = board_page.Addresses(here, board, wanted, {board_page.CAMPAIGN: campaign.slug}, names_root=True)
        inbox = reverse("admin:initiatives_initiative_changelist")
        public = reverse("board", args=[campaign.slug]) if campaign.is_published else ""
        xlsx = reverse("board_xlsx", args=[campaign.slug]) if campaign.is_published else ""
        context |= board_page.context(board, wanted, addresses, xlsx=xlsx, inbox=inbox)
        context |= {
            "title": f"Tiến độ: {unit}",
            "differing": _differing(board, account, at),
            "people_address": _people_address(campaign, unit),
            "recount_address": (
                reverse("admin:initiatives_initiative_recount", args=[campaign.pk])
                if recount_jobs.may_recount(account)
                else ""
            ),
            "public_address": f"{public}?{board_page.UNIT}={unit.code}" if public else "",
        }
        return TemplateResponse(request, "progress/board_staff.html", context)

    def people_view(self, request: HttpRequest) -> HttpResponse:
        """Those of one's branch who sent very many, by their phone: the first of them."""
        campaign, hosts, unit = self._place(request)
        context = self._frame(request, "Người có nhiều sáng kiến", campaign, hosts)
        if campaign is not None and unit is not None:
            inbox = reverse("admin:initiatives_initiative_changelist")
            tally.totals([campaign], at=arrival(request))  # they are looked for beside it
            account, listed = account_of(request), today(unit)
            if branches.keeps_its_own(listed, campaign):  # the inbox has no list of that branch of today
                found, listed = people.with_many(campaign, unit, seen_by=account.unit), unit
            else:
                found = people.with_many(campaign, unit)
            context |= {
                "unit": unit,
                "now": listed,
                "people": [(each, _inbox_of(inbox, campaign, listed, each)) for each in found],
                "most": people.MOST_LISTED,
                "least": people.MANY,
                "board_address": _board_address(campaign, unit),
            }
        return TemplateResponse(request, "progress/people.html", context)

    def _place(self, request: HttpRequest) -> tuple[Campaign | None, list[Unit], Unit | None]:
        """The campaign, the units that are the account's own in its structure, and the unit asked for. What is missing and
        what is of others: the same page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        slug, code = request.GET.get(board_page.CAMPAIGN, ""), request.GET.get(board_page.UNIT, "")
        account = account_of(request)
        campaign = Campaign.objects.filter(slug=slug[:80]).first() if slug else Campaign.objects.first()
        if campaign is None:
            if slug:
                raise Http404
            return None, [], None
        hosts = hosts_of(account, campaign)
        if not code:
            return campaign, hosts, next(iter(hosts), None)
        unit = boards.unit_of(campaign, code)
        if unit is None or not is_seen(unit, account):
            raise Http404
        return campaign, hosts, unit

    def _frame(self, request: HttpRequest, title: str, campaign: Campaign | None, hosts: list[Unit]) -> dict[str, Any]:
        here = request.path
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "campaign": campaign,
            "campaigns": [
                (each, each == campaign, f"{here}?{urlencode({board_page.CAMPAIGN: each.slug})}")
                for each in Campaign.objects.all()
            ],
            "hosts": [(each, _board_address(campaign, each)) for each in hosts] if campaign and len(hosts) > 1 else [],
        }


def is_seen(unit: Unit, account: StaffAccount) -> bool:
    """As `visible_to` says it, of a unit that is at hand."""
    return account.unit is not None and unit.current_path.startswith(account.unit.current_path)


def address_of(name: str, campaign: Campaign, unit: Unit) -> str:
    return f"{reverse(name)}?" + urlencode({board_page.CAMPAIGN: campaign.slug, board_page.UNIT: unit.code}, safe="/")


def _board_address(campaign: Campaign, unit: Unit) -> str:
    return address_of("admin:initiatives_initiative_board", campaign, unit)


def _people_address(campaign: Campaign, unit: Unit) -> str:
    return address_of("admin:initiatives_initiative_people", campaign, unit)


def _inbox_of(inbox: str, campaign: Campaign, unit: Unit, sender: people.Sender) -> str:
    asked = {
        filters.CampaignFilter.parameter_name: campaign.slug,
        filters.UnitFilter.parameter_name: unit.code,
        filters.StatusFilter.parameter_name: filters.EVERY,
        filters.SEARCH_VAR: sender.phone,
    }
    return f"{inbox}?{urlencode(asked, safe='/')}"


def _differing(board: Board, account: StaffAccount, at: datetime) -> list[tuple[str, str, str]]:
    """Label, the board's number and that of the list now, of each status in which they differ, and of duplicates, which targets
    leave out; two statements. A list that counts no further tells nothing."""
    live = counts.by_status(account, unit=board.unit, campaigns=[board.campaign], at=at)
    told = []
    for status, label in Status.choices:
        tallied = board.counted.has(status) + (board.counted.duplicates if status == Status.INVALID else 0)
        now = live[status]
        if not now.is_capped and now.number != tallied:
            told.append((label, whole(tallied), str(now)))
    if not live[Status.INVALID].is_capped:
        rows = branches.visible_to(account, within=board.unit, campaign=board.campaign).order_by()
        now_duplicates = rows.filter(campaign=board.campaign, status=Status.INVALID).exclude(duplicate_of=None).count()
        if now_duplicates != board.counted.duplicates:
            told.append(("Trùng lặp", whole(board.counted.duplicates), whole(now_duplicates)))
    return told


# --- the first page -----------------------------------------------------------------------------------------------------


def board_panels(request: HttpRequest) -> list[Panel]:
    """How far one's own unit is in the campaigns that run now, with the way to the board: four statements, some more after a
    merger. Where several merged, each by its name."""
    account, at = account_of(request), arrival(request)
    if account.unit is None or not account.has_perm("initiatives.view_initiative"):
        return []
    running = Campaign.objects.published().filter(phases__opens_at__lte=at, phases__closes_at__gt=at).distinct()
    campaigns = list(running[:MOST_CAMPAIGNS])
    tally.totals(campaigns, at=at)  # what is too old is counted beside this answer
    said = boards.sentences(campaigns, account.unit)
    times = Counter(campaign for campaign, _, _ in said)
    sentences = tuple(
        Sentence(
            f"{campaign.name}{f', {unit}' if times[campaign] > 1 else ''}: {sentence}.", _board_address(campaign, unit)
        )
        for campaign, sentence, unit in said
    )
    return [Panel("Tiến độ", sentences=sentences)] if sentences else []
