"""Posters for many units: whose are printed together, and what each says."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from initiatives.campaigns import contacts, windows
from initiatives.campaigns.posters import PosterText, Size
from initiatives.models import Campaign, Contact, Phase, WindowExtension
from orgtree.models import Level, StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.units.queries import directly_below

ORGANISATION = "Tổng Liên đoàn Lao động Việt Nam"
MOST_HOTLINES = 2
MOST_OF_A_LINE = 50  # units that went on in one

# Measured (bench/README.md): fonts and what is shared, then each sheet.
BYTES_ONCE = 80_000
BYTES_A_SHEET: dict[str, int] = {"a4": 2_950, "a5": 2_950, "the": 3_000, "tem": 3_500}

SIZES: dict[Size, str] = {
    "a4": "Áp phích A4",
    "a5": "Áp phích A5",
    "the": "Thẻ để bàn",
    "tem": "Tem dán",
}
EXPLAINED: dict[Size, str] = {
    "a4": "treo ở cổng, bảng tin, nhà ăn",
    "a5": "treo ở chỗ hẹp, thang máy, cửa phòng",
    "the": "giấy A4 gấp ba nếp, đứng trên bàn, đọc được từ hai phía",
    "tem": "giấy A4 cắt thành sáu tem, dán lên máy, bảng tên, sổ tay",
}


class Which(StrEnum):
    """Whose posters, seen from one unit."""

    UNIT = "don-vi"
    BELOW = "truc-tiep"
    ALL = "tat-ca"
    GRASSROOTS = "cdcs"


WHOSE: dict[Which, str] = {
    Which.UNIT: "Chỉ đơn vị này",
    Which.BELOW: "Các đơn vị trực thuộc",
    Which.ALL: "Đơn vị này và tất cả đơn vị bên dưới",
    Which.GRASSROOTS: "Tất cả công đoàn cơ sở bên dưới",
}


def units_of(campaign: Campaign, unit: Unit, which: Which, *, seen_by: StaffAccount) -> UnitQuerySet:
    """In the order of the tree. A unit that a campaign's structure does not have is there as what it was then."""
    offered = _offered(campaign, seen_by)
    heads = heads_of(campaign, unit, seen_by=seen_by)
    if which is Which.UNIT:
        return offered.filter(pk__in=[head.pk for head in heads])
    if which is Which.BELOW:
        found = [directly_below(head, among=offered) for head in heads]
        return offered.filter(_any(Q(pk__in=below.order_by().values("pk")) for below in found))
    stands = any(head.pk == unit.pk for head in heads)
    branch = offered.below(unit) | offered.filter(pk=unit.pk) if stands else offered.in_branch_of(unit)
    return branch.filter(level=Level.GRASSROOTS) if which is Which.GRASSROOTS else branch


def heads_of(campaign: Campaign, unit: Unit, *, seen_by: StaffAccount) -> list[Unit]:
    """The unit as the campaign's structure has it: itself, or those that went on in it."""
    offered = _offered(campaign, seen_by)
    of_its_line = offered.filter(current_path=unit.current_path).order_by("path")
    return list(offered.filter(pk=unit.pk)) or list(of_its_line[:MOST_OF_A_LINE])


def _offered(campaign: Campaign, account: StaffAccount) -> UnitQuerySet:
    return Unit.objects.in_structure_of(campaign.structure_day).visible_to(account)


def _any(conditions: Iterable[Q]) -> Q:
    joined = Q(pk__in=[])
    for condition in conditions:
        joined |= condition
    return joined


def expected_bytes(sheets: int, size: Size) -> int:
    return BYTES_ONCE + sheets * BYTES_A_SHEET[size]


def short_address(campaign: Campaign, unit: Unit | None) -> str:
    """The address inside a QR, whole."""
    key = campaign.poster_key + (unit.poster_key if unit else "")
    return f"{settings.SITE_URL}{reverse('short_link', args=[key])}"


def poster_text(campaign: Campaign, unit: Unit | None, *, at: datetime) -> PosterText:
    """What the poster of one unit says, or the campaign's own."""
    closes_at = _closes_at(list(campaign.phases.all()), _granted(campaign), at=at, unit=unit)
    return _text(campaign, unit, closes_at, contacts.nearest(campaign, unit))


def poster_texts(campaign: Campaign, units: Sequence[Unit], *, at: datetime) -> list[PosterText]:
    """The same of many units, in as many statements as of one. The confederation's is the campaign's own."""
    phases = list(campaign.phases.all())
    granted = _granted(campaign)
    helping = contacts.nearest_of(campaign, units)
    texts = []
    for unit in units:
        shown = None if unit.is_root() else unit
        closes_at = _closes_at(phases, granted, at=at, unit=unit)
        texts.append(_text(campaign, shown, closes_at, helping[unit.pk], depth=unit.depth))
    return texts


def _text(
    campaign: Campaign, unit: Unit | None, closes_at: datetime | None, helping: list[Contact], *, depth: int = 0
) -> PosterText:
    phones = [f"{contact.name}: {contact.phone}" for contact in helping if contact.phone]
    return PosterText(
        url=short_address(campaign, unit),
        domain=urlsplit(settings.SITE_URL).netloc,
        campaign_name=campaign.name,
        organisation=ORGANISATION,
        unit_name=unit.name if unit else "",
        hotlines=tuple(phones[:MOST_HOTLINES]),
        closing=windows.closing_sentence(closes_at),
        depth=depth,
    )


def _granted(campaign: Campaign) -> list[WindowExtension]:
    return list(campaign.extensions.filter(unit__isnull=False).select_related("unit"))


def _closes_at(
    phases: Sequence[Phase], granted: Sequence[WindowExtension], *, at: datetime, unit: Unit | None
) -> datetime | None:
    """The last moment for this unit; where it cannot send now, that of its last window: a sheet printed before the opening hangs
    when it is open, one printed after it must not contradict those that hang. What others were granted is theirs."""
    ruling = windows.judge(phases, granted, at=at, unit=unit)
    return ruling.closes_at if ruling.is_open else windows.last_close(phases, granted, unit=unit)
