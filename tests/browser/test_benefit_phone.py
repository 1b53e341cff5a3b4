"""Benefits on a phone: appraised without any script; nothing sticks out, everything can be tapped."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Initiative
from initiatives.progress import tally
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.watch import PHONE, Watch
from tests.browser.worker import beside
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.factories.initiatives import FIRST_SUBMISSION

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_benefit_is_appraised_on_a_phone_without_scripts(
    live_server: LiveServer, client_as: Callable[[StaffAccount], Client]
) -> None:
    units, campaign = make_tree(), CampaignFactory()
    for value in (*[5_000_000] * 12, 123_456_789_000, 9_000_000_000_000_000_000):
        one = InitiativeFactory(campaign=campaign, benefit_value=value)
    tally.refresh(campaign, at=FIRST_SUBMISSION, everything=True)
    client = client_as(StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    form, desk = (reverse(f"admin:initiatives_initiative_{name}", args=[one.pk]) for name in ("appraise", "change"))
    report = reverse("admin:initiatives_initiative_benefit")

    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=False,
        )
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(report)
        page.click(f'a[href="{desk}#benefit"] >> nth=0')
        page.click("text=Thẩm định giá trị, đánh dấu ý nghĩa xã hội")
        page.check("[name=finding][value=amount]")
        page.fill("[name=amount]", "9 tỷ")
        page.check("[name=has_social_meaning]")
        page.fill("[name=note]", "Thừa chín chữ số 0")
        page.click("text=Ghi kết quả")
        told = page.text_content(".messagelist") or ""
        with browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True) as tapped:  # type: ignore[arg-type]
            tapped.add_cookies([cookie])  # type: ignore[list-item]
            watch = Watch(tapped)
            addresses = {"report": report, "social": f"{report}?xem=xa-hoi", "desk": desk, "form": form}
            faults = faults_of(tapped.new_page(), addresses)

    assert "9 tỷ đồng (chín tỷ đồng)" in told
    assert faults == {}
    assert watch.complaints == []
    now = beside(Initiative.objects.get, pk=one.pk)
    assert (now.appraised_value, now.has_social_meaning) == (9_000_000_000, True)
