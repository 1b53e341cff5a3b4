"""The board for everybody: numbers of units, never a name of a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from initiatives.campaigns import windows
from initiatives.models import Campaign
from initiatives.progress import board as boards
from initiatives.progress import board_page, board_sheet, tally
from portal.doors import public
from portal.kept_pages import kept, true_until
from portal.replica import may_be_old
from portal.requests import arrival

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@public
@require_safe
@kept(board_page.UNIT, board_page.ONLY, board_page.ORDER, board_page.PAGE, turns=windows.turns)
@may_be_old
def board(request: HttpRequest, campaign: str) -> HttpResponse:
    """A unit and those directly below it (`?don-vi=`, `?loc=`, `?xep=`, `?trang=`)."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign))
    unit = boards.unit_of(chosen, request.GET.get(board_page.UNIT, ""))
    if unit is None:
        return _unknown(request, chosen)
    wanted = board_page.asked(request.GET)
    shown = boards.of(chosen, unit, at=arrival(request))
    addresses = board_page.Addresses(reverse("board", args=[chosen.slug]), shown, wanted)
    context = board_page.context(shown, wanted, addresses, xlsx=reverse("board_xlsx", args=[chosen.slug]))
    return true_until(render(request, "progress/board.html", context), tally.good_until(shown.counted_at))


@public
@require_safe
@may_be_old
def board_xlsx(request: HttpRequest, campaign: str) -> HttpResponse:
    """The same as a sheet: all lines that the address asks for, not a page of them."""
    chosen = get_object_or_404(Campaign.objects.published().at_address(campaign))
    unit = boards.unit_of(chosen, request.GET.get(board_page.UNIT, ""))
    if unit is None:
        return _unknown(request, chosen)
    wanted = board_page.asked(request.GET)
    shown = boards.of(chosen, unit, at=arrival(request))
    content = board_sheet.sheet_of(shown, only=wanted.only, order=wanted.order)
    headers = {"Content-Disposition": f'attachment; filename="{board_sheet.file_name(shown)}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _unknown(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return render(request, "progress/board_unknown.html", {"campaign": campaign}, status=404)
