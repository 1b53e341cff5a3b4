"""The paper that somebody gets whose initiative an officer entered: code, title, how to follow it; eight to a sheet of A4."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from initiatives.campaigns.posters import qr_svg
from initiatives.models import Initiative
from initiatives.submission import receipts
from initiatives.submission.entering.offers import phone_of
from initiatives.submission.entering.reprints import record_again
from orgtree.scoped_admin import account_of, is_key
from portal import sealing
from portal.vietnamese import phones

TO_A_PAGE = 200  # a code of squares takes some milliseconds to draw
PAGE = "trang"


@dataclass(frozen=True)
class Slip:
    """`track_by` says with which phone the record opens; `qr` leads to the receipt, or where its link was renewed, to
    tracking."""

    initiative: Initiative
    code: str
    track_by: str
    qr: SafeString
    opens_receipt: bool


def slip_of(initiative: Initiative) -> Slip:
    token = receipts.token_of_entered(initiative.receipt_code)
    opens_receipt = receipts.token_hash(token) == initiative.receipt_token_hash
    address = reverse("receipt", args=[token]) if opens_receipt else reverse("track")
    return Slip(
        initiative,
        receipts.shown(initiative.receipt_code),
        _phone(initiative),
        mark_safe(qr_svg(settings.SITE_URL + address).decode()),
        opens_receipt,
    )


def slips_response(
    request: HttpRequest,
    model_admin: ModelAdmin,
    rows: QuerySet[Initiative],
    *,
    printed_first: Callable[[Collection[int]], Collection[int]],
    at: datetime,
) -> TemplateResponse:
    """The page to print and cut: those of `rows` that an officer entered, in the branch of whoever asks, in the order in
    which they were entered. It may be printed again at any time, and that is recorded.

    `printed_first` says which of some are printed for the first time, by their numbers.
    """
    own = (
        Initiative.objects.visible_to(account_of(request))
        .filter(pk__in=rows.order_by().values("pk"), entered_by__isnull=False)
        .select_related("campaign", "unit", "entered_by")
        .order_by("pk")
    )
    number = own.count()
    pages = max(-(-number // TO_A_PAGE), 1)
    asked = request.GET.get(PAGE, "1")
    page = min(max(int(asked) if is_key(asked) else 1, 1), pages)
    start = (page - 1) * TO_A_PAGE
    slips = [slip_of(each) for each in own[start : start + TO_A_PAGE]]
    keys = {slip.initiative.pk for slip in slips}
    again = keys.difference(printed_first(keys))
    record_again(again, by=account_of(request), at=at)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Phiếu biên nhận",
        "opts": model_admin.opts,
        "slips": slips,
        "number": number,
        "again": len(again),
        "pages": _addresses(request, pages, number) if pages > 1 else [],
        "page": page,
        "address": settings.SITE_URL + reverse("track"),
    }
    return TemplateResponse(request, "review/entered_slips.html", context)


def _phone(initiative: Initiative) -> str:
    """With which phone it is followed: the person's, masked; else that of whoever entered it, whole."""
    if initiative.phone_digits:
        return phones.masked(initiative.phone_digits)
    own = phone_of(initiative.entered_by)
    # The account may bear another number by now; the one that opens the record is that of the day of entering.
    if own is None or sealing.lookup_hash("phone", own.digits) != initiative.phone_hash:
        return "của cán bộ nhập, số lúc nhập"
    return f"{phones.shown(own.digits)} (số của cán bộ nhập)"


def _addresses(request: HttpRequest, pages: int, number: int) -> Sequence[tuple[int, str, str]]:
    """Each page's number, its address and what is on it."""
    asked = request.GET.copy()
    found = []
    for page in range(1, pages + 1):
        asked[PAGE] = str(page)
        words = f"Phiếu {(page - 1) * TO_A_PAGE + 1}–{min(page * TO_A_PAGE, number)}"
        found.append((page, f"?{asked.urlencode()}", words))
    return found
