"""The page that prints posters on a phone: nothing sticks out, everything can be tapped; printed without any script."""

from collections.abc import Callable

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.watch import PHONE, Watch
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_posters_are_printed_on_a_phone_without_scripts(
    live_server: LiveServer, client_as: Callable[[StaffAccount], Client]
) -> None:
    province = make_tree()["quang-tri"]
    CampaignFactory(name="75 nghìn sáng kiến, vượt khó, phát triển")
    CampaignFactory(name="Nghiêng" * 20, is_published=False)
    client = client_as(StaffAccountFactory(unit=province, role=Role.VIEWER))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    address = reverse("admin:initiatives_campaign_posters", args=[province.pk])

    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=False,
        )
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(reverse("admin:orgtree_unit_change", args=[province.pk]))
        page.click("text=In bộ áp phích")
        page.click("text=75 nghìn sáng kiến")
        page.check("text=Các đơn vị trực thuộc")
        page.check("text=Thẻ để bàn")
        with page.expect_download() as download:
            page.click("text=Tạo tệp PDF để in")
        name, pages = download.value.suggested_filename, len(pypdfium2.PdfDocument(download.value.path()))
        with browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True) as tapped:  # type: ignore[arg-type]
            tapped.add_cookies([cookie])  # type: ignore[list-item]
            watch = Watch(tapped)
            faults = faults_of(tapped.new_page(), {"posters": address})

    assert name.endswith("-quang-tri-the.pdf")
    assert pages == 3
    assert faults == {}
    assert watch.complaints == []
