"""Three decisions given to the worker: the page tells how far it is by itself, with scripts and without, and can stop it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import jobs
from initiatives.models import Initiative, Job, JobState, Status
from initiatives.review import actions, many
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.watch import Watch
from tests.browser.worker import beside
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree

pytestmark = pytest.mark.browser


@pytest.fixture
def officer(live_server: LiveServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> StaffAccount:
    """With three that wait; more than one is too many for a request, and a portion is one."""
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(many, "PORTION", 1)
    units = make_tree()
    campaign = CampaignFactory()
    for _ in range(3):
        InitiativeFactory(campaign=campaign, unit=units["quang-tri/dong-ha"])
    return StaffAccountFactory(unit=units["quang-tri/dong-ha"], role=Role.REVIEWER)


def test_an_officer_gives_thousands_to_the_worker_watches_and_stops(
    live_server: LiveServer, officer: StaffAccount, client_as: Callable[[StaffAccount], Client]
) -> None:
    with chromium() as browser:
        with signed_in(browser, live_server, beside(client_as, officer)) as page:
            watch = Watch(page.context)
            page.goto(reverse("admin:initiatives_initiative_changelist"))
            page.check("#action-toggle")
            page.select_option("select[name=action]", "approve_many")
            page.click("#changelist .actions button, #changelist .actions [type=submit]")
            page.click("form.many-form input[type=submit]")
            expect(page.locator("[data-progress]")).to_contain_text("Đã xem 0 trên 3")

            beside(one_portion)
            expect(page.locator("[data-progress]")).to_contain_text("Đã xem 1 trên 3")
            expect(page.locator("[data-progress]")).to_contain_text("Đang chạy")
            page.click("text=Dừng lại")
            expect(page.locator("[data-progress]")).to_contain_text("Dừng ở dòng 1 trên 3")
            expect(page.locator("[data-progress]")).to_contain_text("Đã ghi nhận hợp lệ: 1 sáng kiến")
            address = page.url
        assert watch.complaints == []
        assert beside(statuses) == [Status.VALID, Status.SUBMITTED, Status.SUBMITTED]

        beside(go_on)
        with signed_in(browser, live_server, beside(client_as, officer), has_scripts=False) as page:
            page.goto(address)
            expect(page.locator("[data-progress]")).to_contain_text("Đã xem 1 trên 3")
            beside(all_portions)
            expect(page.locator("[data-progress]")).to_contain_text("Đã ghi nhận hợp lệ: 3 sáng kiến")


@contextmanager
def signed_in(browser: Browser, server: LiveServer, client: Client, *, has_scripts: bool = True) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, java_script_enabled=has_scripts)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    try:
        yield context.new_page()
    finally:
        context.close()


def one_portion() -> None:
    jobs.run_some(timezone.now, seconds=0)


def all_portions() -> None:
    while jobs.run_some(timezone.now, seconds=60):
        pass


def go_on() -> None:
    """As if nobody had stopped it."""
    Job.objects.update(state=JobState.WAITING, stop_asked=False, ended_at=None)


def statuses() -> list[str]:
    return list(Initiative.objects.order_by("pk").values_list("status", flat=True))
