"""The pages of targets on a phone: nothing sticks out, everything can be tapped; given without any script."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Period, Target
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.watch import PHONE, Watch
from tests.browser.worker import beside
from tests.factories import CampaignFactory, StaffAccountFactory, TargetFactory, make_tree

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_targets_are_given_on_a_phone_without_scripts(
    live_server: LiveServer, client_as: Callable[[StaffAccount], Client]
) -> None:
    units, campaign = make_tree(), CampaignFactory()
    here = units["quang-tri/dong-ha"]
    TargetFactory(campaign=campaign, quantity=2000, document="12/KH-LĐLĐ")
    TargetFactory(campaign=campaign, quantity=150, period=Period.PHASE, phase=campaign.phases.earliest("opens_at"))
    client = client_as(StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page_of, sheet_of = (
        reverse(f"admin:initiatives_target_{name}", args=[units["quang-tri"].pk, campaign.slug])
        for name in ("set", "sheet")
    )

    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=False,
        )
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(page_of)
        page.fill(f"[name=target_{here.pk}]", "3.000")
        page.click("text=Lưu chỉ tiêu")
        with browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True) as tapped:  # type: ignore[arg-type]
            tapped.add_cookies([cookie])  # type: ignore[list-item]
            watch = Watch(tapped)
            addresses = {"whole": page_of, "quarter": f"{page_of}?thoi-gian=quy-2022-01", "sheet": sheet_of}
            faults = faults_of(tapped.new_page(), addresses)

    assert faults == {}
    assert watch.complaints == []
    assert beside(Target.objects.get(unit=here, period=Period.WHOLE).__getattribute__, "quantity") == 3000
