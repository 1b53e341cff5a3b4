"""Every address of the urlconf, and one of each door's that leads somewhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from initiatives.models import Campaign, Commendation, DataRequest, Draft, Exemplar, Initiative, Quarter, Status
from initiatives.models.initiative import ERASED_MARK
from initiatives.nominations import exemplar_pictures
from initiatives.personal_data import asking
from initiatives.progress import quarters
from initiatives.submission import tracking
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    ContactFactory,
    DataRequestFactory,
    DraftFactory,
    ExemplarFactory,
    InitiativeFactory,
    QuarterFactory,
    WindowExtensionFactory,
    make_tree,
)

ANSWERS = {
    "full_name": "Trần Thị Thu Hà",
    "birth_year": "1990",
    "phone": "0912 345 678",
    "top_unit": "quang-tri",
    "unit": "quang-tri/dong-ha",
    "workplace": "Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
    "target_group": "enterprise_worker",
    "consent": "1",
    "title": "Cữ chặn có thước khắc cho máy cắt vải",
    "solution_kind": "technical",
    "description": "Trước đây phải chỉnh tay từng lượt.\nNay chỉnh một lần cho cả lô hàng.",
}


@dataclass(frozen=True)
class Door:
    name: str
    view: Callable[..., Any]
    first_segment: str


def doors() -> list[Door]:
    """Every view with a name, namespaces in front of it."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, namespace: str) -> Iterator[Door]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        else:
            name = f"{namespace}{pattern.name or route}"
            yield Door(name, pattern.callback, route.rstrip("$").split("/")[0])


@dataclass
class World:
    """One of everything a public door can lead to, in a campaign that is open now."""

    campaign: Campaign
    draft: Draft
    initiative: Initiative
    closed: Campaign
    commendation: Commendation
    exemplar: Exemplar
    quarter: Quarter
    erased: Initiative
    request: DataRequest

    @property
    def addresses(self) -> dict[str, str]:
        """An address for each public door; a door that is missing here fails `test_doors`."""
        token, receipt = [self.draft.token], [self.initiative.token]
        signed = [tracking.sign(self.initiative, at=timezone.now())]
        slug = [self.campaign.slug]
        return {
            "healthz": reverse("healthz"),
            "readyz": reverse("readyz"),
            "metrics": reverse("metrics"),
            "units": reverse("units"),
            "front": reverse("front"),
            "personal_data": reverse("personal_data"),
            "data_request_ask": reverse("data_request_ask"),
            "data_request": reverse("data_request", args=[asking.link_of(self.request)]),
            "campaign": reverse("campaign", args=slug),
            "guide": reverse("guide", args=slug),
            "share_card": reverse("share_card", args=slug),
            "badge": reverse("badge", args=slug),
            "board": reverse("board", args=slug),
            "board_xlsx": reverse("board_xlsx", args=slug),
            "quarters": reverse("quarters", args=slug),
            "quarter": reverse("quarter", args=[*slug, quarters.of_day(self.quarter.starts_on).key]),
            "begin": reverse("begin", args=slug),
            "qr_svg": reverse("qr_svg", args=slug),
            "qr_png": reverse("qr_png", args=slug),
            "poster": reverse("poster", args=slug),
            "short_link": reverse("short_link", args=[self.campaign.poster_key]),
            "draft_door": reverse("draft_door", args=token),
            "draft_nguoi_nop": reverse("draft_nguoi_nop", args=token),
            "draft_noi_dung": reverse("draft_noi_dung", args=token),
            "draft_tai_lieu": reverse("draft_tai_lieu", args=token),
            "draft_kiem_tra": reverse("draft_kiem_tra", args=token),
            "draft_recognition": reverse("draft_recognition", args=token),
            "receipt": reverse("receipt", args=receipt),
            "receipt_png": reverse("receipt_png", args=receipt),
            "track": reverse("track"),
            "record_door": reverse("record_door", args=signed),
            "record_nguoi_nop": reverse("record_nguoi_nop", args=signed),
            "record_noi_dung": reverse("record_noi_dung", args=signed),
            "record_tai_lieu": reverse("record_tai_lieu", args=signed),
            "record_kiem_tra": reverse("record_kiem_tra", args=signed),
            "record_another": reverse("record_another", args=signed),
            "record_withdraw": reverse("record_withdraw", args=signed),
            "record_certificate": reverse("record_certificate", args=[self.of_commended, self.commendation.pk]),
            "exemplar": reverse("exemplar", args=[self.exemplar.pk]),
            "exemplar_card": reverse("exemplar_card", args=[self.exemplar.pk]),
            "exemplar_picture": reverse("exemplar_picture", args=[self.exemplar.pk]),
            "exemplar_small": reverse("exemplar_small", args=[self.exemplar.pk]),
            "gallery": reverse("gallery", args=slug),
            "confirm_door": reverse("confirm_door"),
            "confirm": reverse("confirm", args=[self.commendation.key]),
        }

    @property
    def pages(self) -> dict[str, str]:
        """Further pages that people read: other states of the same doors."""
        return {
            "units-of-a-province": f"{reverse('units')}?thuoc=quang-tri",
            "units-nothing-found": f"{reverse('units')}?q=khong-co-don-vi-nao",
            "campaign-of-a-unit": f"{reverse('campaign', args=[self.campaign.slug])}?don-vi=quang-tri/dong-ha",
            "begin-at-a-unit": f"{reverse('begin', args=[self.campaign.slug])}?don-vi=quang-tri/dong-ha",
            "guide-of-a-unit": f"{reverse('guide', args=[self.campaign.slug])}?don-vi=quang-tri/dong-ha",
            "closed-guide": reverse("guide", args=[self.closed.slug]),
            "closed-campaign": reverse("campaign", args=[self.closed.slug]),
            "closed-begin": reverse("begin", args=[self.closed.slug]),
            "missing": "/khong-co-trang-nay/",
            "track-expired": f"{reverse('track')}?tin=het-gio",
            "gallery-narrowed": f"{reverse('gallery', args=[self.campaign.slug])}?linh-vuc=health&don-vi=dien-bien",
            "gallery-empty": reverse("gallery", args=[self.closed.slug]),
            "board-of-a-province": f"{reverse('board', args=[self.campaign.slug])}?don-vi=quang-tri&loc=vuot&xep=ten",
            "board-unknown": f"{reverse('board', args=[self.campaign.slug])}?don-vi=khong-co",
            "quarters-none": reverse("quarters", args=[self.closed.slug]),
            "quarter-unknown": reverse("quarter", args=[self.campaign.slug, "2021-1"]),
            "confirm-unknown": reverse("confirm", args=["0" * 32]),
            "confirm-no-key": f"{reverse('confirm_door')}?ma=abc",
            "receipt-picture": f"{self.addresses['receipt']}?anh=1",
            "receipt-kept": f"{self.addresses['receipt']}?da-luu=1",
            "record-commended": reverse("record_door", args=[self.of_commended]),
            "receipt-erased": reverse("receipt", args=[self.erased.token]),  # type: ignore[attr-defined]
        }

    @property
    def of_commended(self) -> str:
        """What the record of the one that was commended is signed with."""
        return tracking.sign(self.commendation.initiative, at=timezone.now())


FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def make_world() -> World:
    now = timezone.now()
    day = timezone.localdate(now)
    open_now = {
        "opens_at": now - timedelta(days=30),
        "closes_at": now + timedelta(days=30),
        "eligible_from": day - timedelta(days=365),
        "eligible_until": day + timedelta(days=365),
    }
    make_tree()
    campaign = CampaignFactory(
        phases=[open_now],
        applied_from=day - timedelta(days=365),
        applied_until=day + timedelta(days=365),
        recognised_from=day - timedelta(days=365),
    )
    closed = CampaignFactory()
    ContactFactory()
    WindowExtensionFactory(campaign=closed)
    initiative = InitiativeFactory(campaign=campaign, submitted_at=now - timedelta(hours=1))
    AttachmentFactory(initiative=initiative)
    draft = DraftFactory(campaign=campaign, begun_at=now - timedelta(minutes=5), answers=dict(ANSWERS))
    AttachmentFactory(initiative=None, draft=draft)
    DraftFactory(campaign=closed, answers=dict(ANSWERS), late_at=now)
    commendation = CommendationFactory(
        initiative=InitiativeFactory(campaign=campaign, status=Status.VALID, submitted_at=now - timedelta(hours=2)),
        decision=CommendationDecisionFactory(campaign=campaign, announced_at=now),
    )
    exemplar = ExemplarFactory(campaign=campaign, shown_at=now, picture=a_picture(), picture_is_allowed=True)
    quarter = QuarterFactory(campaign=campaign, is_announced=True, starts_on=quarters.of_day(day).starts_on)
    erased = InitiativeFactory(campaign=closed, full_name=ERASED_MARK, title=ERASED_MARK, erased_at=now)
    request = DataRequestFactory(asked_at=now, answer_by=day, act_by=day + timedelta(days=15))
    return World(campaign, draft, initiative, closed, commendation, exemplar, quarter, erased, request)


def a_picture() -> str:
    """A stored one, by its name."""
    drawn = BytesIO()
    Image.new("RGB", (80, 60), "red").save(drawn, "JPEG")
    return exemplar_pictures.keep(BytesIO(drawn.getvalue()), name="anh.jpg")
