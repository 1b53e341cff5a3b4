"""The demonstration campaign: asks what 2022 asks, its second phase open around today; with one grassroots union, four accounts.

Everything made here is marked as a demonstration and can be made again at any time.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from initiatives.campaigns.loading import add_lists, load_consent_text
from initiatives.models import Asked, Campaign, CategoryScheme, Contact, Phase, SelectionRound
from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role

SLUG = "sang-kien-thu-nghiem"
GRASSROOTS_CODE = "quang-tri/dong-ha/may-dong-ha"
ACCOUNTS = (
    ("demo-tld", "tld", Role.ADMINISTRATOR, "Trần Thị Hạnh"),
    ("demo-quang-tri", "quang-tri", Role.MANAGER, "Lê Văn Bình"),
    ("demo-dong-ha", "quang-tri/dong-ha", Role.MANAGER, "Hoàng Thị Mai"),
    ("demo-cdcs", GRASSROOTS_CODE, Role.REVIEWER, "Nguyễn Văn Sơn"),
)
# The first phase is over, and with it at least two quarters; the second is open thirty days either side of today.
FIRST_PHASE, SECOND_PHASE = "Giai đoạn 1", "Giai đoạn 2"
OPENED = timedelta(days=270)
FIRST_CLOSED = timedelta(days=45)
SECOND_OPENED = timedelta(days=30)
STAYS_OPEN = timedelta(days=31)
ELIGIBLE_BEFORE = timedelta(days=120)  # applied so long before the campaign opened still counts
GOAL = 1000
# Who holds a round, its name, who takes part, at least and at most how many, what a dossier holds, how many days are left.
ROUNDS = (
    ("quang-tri/dong-ha", "Xét chọn cấp thành phố (thử nghiệm)", ["grassroots"], 0, 2, ["letter", "summary_table"], 10),
    (
        "quang-tri",
        "Xét chọn cấp tỉnh (thử nghiệm)",
        ["district", "provincial_sector"],
        2,
        4,
        ["letter", "summary_table", "recognition_decisions"],
        20,
    ),
    (
        "tld",
        "Biểu dương cấp Tổng Liên đoàn (thử nghiệm)",
        ["province", "sector"],
        0,
        4,
        ["letter", "summary_table"],
        40,
    ),
)


@transaction.atomic
def seed(*, password: str, at: datetime) -> Campaign:
    """Makes or renews the campaign, its grassroots union and accounts, all with `password`."""
    campaign = _campaign(at)
    _rounds(campaign, at)
    add_accounts(password=password, at=at)
    return campaign


def add_accounts(*, password: str, at: datetime) -> None:
    """Those of ACCOUNTS, with the grassroots union one of them stands at."""
    _grassroots(at)
    hashed = make_password(password)
    for number, (username, code, role, full_name) in enumerate(ACCOUNTS, start=1):
        StaffAccount.objects.update_or_create(
            username=username,
            defaults={
                "unit": Unit.objects.get(code=code),
                "role": role,
                "full_name": full_name,
                "phone": f"0900 000 01{number}",
                "password": hashed,
                "must_change_password": False,
                "second_factor_since": None,
                "is_active": True,
                "handed_to": None,
                "is_demonstration": True,
            },
        )


def new_password() -> str:
    return f"thu-nghiem-{secrets.token_hex(4)}"


def _campaign(at: datetime) -> Campaign:
    """Renewed, it stays open longer and goes back no shorter: what came meanwhile came while it was open."""
    today = timezone.localdate(at)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    there = Campaign.objects.filter(is_demonstration=True).made_at(SLUG)
    phases = Phase.objects.filter(campaign=there).order_by("opens_at")
    opened = min(phases.values_list("opens_at", flat=True).first() or midnight, midnight - OPENED)
    eligible_from = timezone.localdate(opened) - ELIGIBLE_BEFORE
    settings: dict[str, Any] = {
        "slug": SLUG,
        "alias": "thu",
        "name": "Sáng kiến thử nghiệm",
        "description_limit": 2000,
        "category_scheme": CategoryScheme.TARGET_GROUP,
        "asks_national_id": Asked.REQUIRED,
        "asks_field": Asked.OPTIONAL,
        "asks_solution_kind": Asked.REQUIRED,
        "asks_recognition": Asked.REQUIRED,
        "asks_attachments": Asked.OPTIONAL,
        "applied_from": eligible_from,
        "applied_until": today + timedelta(days=365),
        "recognised_from": eligible_from,
        "guidance": "# Đây là chương trình thử nghiệm\nHãy nộp thử thoải mái: dữ liệu ở đây không được tính và có thể bị xóa.",
        "is_demonstration": True,
        "is_published": True,
    }
    campaign, made = Campaign.objects.update_or_create(
        slug=there.slug if there else SLUG, defaults=settings, create_defaults=settings | {"goal": GOAL}
    )
    _phases(campaign, opened, eligible_from, midnight)
    load_consent_text()
    if made:
        add_lists(campaign)
    return campaign


def _phases(campaign: Campaign, opened: datetime, eligible_from: date, midnight: datetime) -> None:
    """The first stays as it was made. Both take days of the whole campaign, so that anything may be tried."""
    campaign.phases.filter(name="Đợt thử nghiệm").update(name=SECOND_PHASE)  # until every old demonstration is renewed
    days = {"eligible_from": eligible_from, "eligible_until": timezone.localdate(midnight) + timedelta(days=365)}
    Phase.objects.get_or_create(
        campaign=campaign,
        name=FIRST_PHASE,
        defaults=days | {"opens_at": opened, "closes_at": midnight - FIRST_CLOSED},
    )
    lasting = days | {"closes_at": midnight + STAYS_OPEN}
    Phase.objects.update_or_create(
        campaign=campaign,
        name=SECOND_PHASE,
        defaults=lasting,
        create_defaults=lasting | {"opens_at": midnight - SECOND_OPENED},
    )


def _rounds(campaign: Campaign, at: datetime) -> None:
    """Of each level one, due again some days ahead whenever the demonstration is renewed."""
    fields = campaign.choices.filter(list="field", may_be_commended=True).values_list("code", flat=True)
    for host, name, takes_part, least, most, items, days in ROUNDS:
        SelectionRound.objects.update_or_create(
            campaign=campaign,
            host=Unit.objects.get(code=host),
            name=name,
            defaults={"dossier_due": timezone.localdate(at) + timedelta(days=days)},
            create_defaults={
                "dossier_due": timezone.localdate(at) + timedelta(days=days),
                "takes_part": takes_part,
                "each_unit_min": least,
                "each_unit_max": most,
                "dossier_items": items,
                "commended_fields": list(fields),
            },
        )


def _grassroots(at: datetime) -> Unit:
    found = Unit.objects.filter(code=GRASSROOTS_CODE).first()
    if found is None:
        new = NewUnit(
            code=GRASSROOTS_CODE,
            level=Level.GRASSROOTS,
            kind="cong-doan-co-so",
            name="Công đoàn cơ sở Công ty cổ phần May Đông Hà (thử nghiệm)",
            short_name="CĐCS Công ty May Đông Hà (thử nghiệm)",
        )
        found = changes.add(Unit.objects.get(code="quang-tri/dong-ha"), new, order=Order(day=None, at=at))
    Contact.objects.get_or_create(
        unit=found,
        campaign=None,
        defaults={"name": "Nguyễn Văn Sơn", "position": "Chủ tịch công đoàn cơ sở", "phone": "0900 000 001"},
    )
    return found
