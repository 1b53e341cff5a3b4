"""Erased personal data on a phone: what staff and the sender read; nothing sticks out, everything can be tapped."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Campaign, DossierVersion
from initiatives.personal_data import erasing
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.watch import PHONE, Watch
from tests.factories import StaffAccountFactory, unit_at
from tests.nominations.dossier_office import Office
from tests.personal_data.everywhere import LATER, Everywhere
from tests.stores import FolderShelf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_left_is_read_on_a_phone(
    live_server: LiveServer, client_as: Callable[[StaffAccount], Client], folder_shelf: FolderShelf
) -> None:
    office = Office.opened(client_as)
    one = Everywhere(office, folder_shelf).fill()
    erasing.erase_one(one, by=None, at=LATER)
    today = timezone.localdate(datetime.now(tz=LATER.tzinfo))
    Campaign.objects.filter(pk=one.campaign_id).update(personal_data_until=today + timedelta(days=3))
    version = DossierVersion.objects.get()
    administrator = client_as(StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR))
    addresses = {
        "first page": reverse("admin:index"),
        "campaign": reverse("admin:initiatives_campaign_change", args=[one.campaign_id]),
        "desk": reverse("admin:initiatives_initiative_change", args=[one.pk]),
        "version": reverse("admin:initiatives_dossier_version", args=[version.dossier_id, version.number]),
        "receipt": reverse("receipt", args=[f"biennhan-{one.receipt_code}"]),
    }
    cookie: Any = {
        "name": "sessionid",
        "value": administrator.cookies["sessionid"].value,
        "url": live_server.url,
    }

    with chromium() as browser:
        phone: Any = PHONE
        with browser.new_context(base_url=live_server.url, viewport=phone, has_touch=True) as tapped:
            tapped.add_cookies([cookie])
            watch = Watch(tapped)
            page = tapped.new_page()
            faults = faults_of(page, addresses)
            said = {}
            for name, address in addresses.items():
                page.goto(address)
                said[name] = page.inner_text("body")

    assert faults == {}
    assert watch.complaints == []
    assert "cổng tự xóa từ ngày" in said["first page"] and "cổng tự xóa từ ngày" in said["campaign"]
    assert "Dữ liệu cá nhân đã được xóa ngày 1/6/2022" in said["desk"]
    assert "Dữ liệu cá nhân của sáng kiến này đã được xóa ngày 1/6/2022" in said["receipt"]
    assert "trừ dữ liệu cá nhân đã xóa" in said["version"]
