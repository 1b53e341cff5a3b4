"""Quarters and clusters on a phone: arranged, named and announced without any script; nothing sticks out, all can be tapped."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Quarter, Status
from initiatives.progress import clusters, quarter_basis, tally
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.watch import PHONE, Watch
from tests.browser.worker import beside
from tests.factories import (
    CampaignFactory,
    ClusterFactory,
    InitiativeFactory,
    OutstandingFactory,
    QuarterFactory,
    StaffAccountFactory,
    make_tree,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_quarter_is_announced_on_a_phone_without_scripts(
    live_server: LiveServer, client_as: Callable[[StaffAccount], Client]
) -> None:
    units, campaign = make_tree(), CampaignFactory(slug="sang-kien-thu")
    cluster = ClusterFactory(campaign=campaign, name="Cụm các tỉnh Trung du và miền núi phía Bắc, Bắc Trung Bộ")
    ClusterFactory(campaign__slug="truoc-day")
    initiative = InitiativeFactory(
        campaign=campaign, unit=units["quang-tri"], status=Status.VALID, title="Nghiêng" * 30
    )
    second = OutstandingFactory(
        quarter=QuarterFactory(campaign=campaign),
        initiative=InitiativeFactory(campaign=campaign, unit=units["cd-y-te"], status=Status.VALID),
    )
    tally.refresh(campaign, at=timezone.now(), everything=True)
    client = client_as(StaffAccountFactory(unit=units["tld"], role=Role.ADMINISTRATOR))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    arrange = reverse("admin:initiatives_cluster_arrange", args=[campaign.slug])
    opened, announce = (
        reverse(f"admin:initiatives_quarter_{name}", args=[campaign.slug, "2022-1"]) for name in ("open", "announce")
    )
    review = reverse("admin:initiatives_quarter_review", args=[campaign.slug, "tong-ket"])

    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=False,
        )
        context.add_cookies([cookie])  # type: ignore[list-item]
        tapped = browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
        tapped.add_cookies([cookie])  # type: ignore[list-item]
        watch, page = Watch(tapped), context.new_page()
        page.goto(arrange)
        page.select_option(f"[name=unit_{units['quang-tri'].pk}]", str(cluster.pk))
        page.click("text=Lưu cụm, khối")
        page.goto(opened)
        page.click(f"button[value='{second.pk}']")
        page.fill("[name=code]", initiative.receipt_code)
        page.fill("[name=reason]", "Dễ làm, nhân rộng được ngay")
        page.click("text=Thêm vào danh sách")
        before = {"arrange": arrange, "opened": opened, "announce": announce, "review": review}
        faults = faults_of(tapped.new_page(), before)
        page.click("text=Xem lại và công bố")
        page.click("input[value='Công bố Quý I/2022']")
        after = {"announced": opened, "public": f"/{campaign.slug}/tien-do/quy/2022-1/"}
        faults |= faults_of(tapped.new_page(), after)

    assert faults == {}
    assert watch.complaints == []
    kept = beside(quarter_basis.read, beside(Quarter.objects.get))
    assert [(group.name, [each.code for each in group.recognised]) for group in kept.groups][:1] == [
        (cluster.name, ["quang-tri"])
    ]
    assert [each.initiative for each in kept.outstanding] == [initiative.pk]
    assert beside(clusters.places, campaign) == {units["quang-tri"].pk: cluster.pk}
