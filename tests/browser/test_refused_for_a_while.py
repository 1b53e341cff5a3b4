"""A portal that is busy for a moment loses nothing of what was typed: with scripts and without, one button sends it again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.models import Campaign, Draft
from initiatives.submission import actions
from orgtree.models import Unit
from portal.wsgi import application
from tests.browser.accessible import axe_faults, width_faults
from tests.browser.chromium import chromium
from tests.browser.test_errand import idea
from tests.browser.watch import PHONE
from tests.browser.worker import Worker, beside
from tests.factories.accounts import PASSWORD
from tests.journeys.answers import WORKER_2022

pytestmark = pytest.mark.browser

BEGIN = f"/{demonstration.SLUG}/nop/"
WORKER = WORKER_2022 | {"top_unit": "quang-tri"}
BUSY = "Cổng đang bận"


@pytest.fixture
def campaign(transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]) -> Campaign:
    return demonstration.seed(password=PASSWORD, at=timezone.now())


@pytest.fixture
def browser(live_server: LiveServer, campaign: Campaign) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def opened(browser: Browser, live_server: LiveServer, *, has_scripts: bool) -> Page:
    options: dict[str, Any] = {"viewport": PHONE, "locale": "vi-VN", "java_script_enabled": has_scripts}
    page = browser.new_context(base_url=live_server.url, **options).new_page()
    page.set_default_timeout(10_000)
    page.goto(BEGIN)
    return page


def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*args: Any, **named: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(actions, "save", refuses)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_one_button_sends_again_what_was_typed(
    browser: Browser, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, has_scripts: bool
) -> None:
    page = opened(browser, live_server, has_scripts=has_scripts)
    worker = Worker(page)
    worker.answer(WORKER)
    with monkeypatch.context() as trouble:
        busy(trouble)
        worker.press("next")
        expect(page.locator("h1")).to_contain_text(BUSY)
        worker.press()
        expect(page.locator("h1")).to_contain_text(BUSY)
    if has_scripts:
        assert axe_faults(page) == []
        assert width_faults(page) == []

    worker.press()

    expect(page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")
    draft = beside(Draft.objects.get)
    assert {name: draft.answers[name] for name in ("full_name", "workplace", "position")} == {
        name: WORKER[name] for name in ("full_name", "workplace", "position")
    }
    assert draft.answers["phone"] == WORKER["phone"]
    assert draft.national_id.replace(" ", "") == WORKER["national_id"].replace(" ", "")


def test_the_phone_keeps_what_was_refused_also_for_whoever_goes_back(
    browser: Browser, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(browser, live_server, has_scripts=True)
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    worker.answer(idea())
    step = page.url
    with monkeypatch.context() as trouble:
        busy(trouble)
        worker.press("next")
        expect(page.locator("h1")).to_contain_text(BUSY)
    assert str(idea()["title"]) in page.evaluate("JSON.stringify(Object.entries(localStorage))")

    page.goto("/")
    page.goto(BEGIN)
    page.evaluate("address => location.assign(address)", step)

    expect(page.locator("[name=title]")).to_have_value(str(idea()["title"]))
    expect(page.locator(".kept")).to_contain_text("Đã điền lại nội dung bạn gõ trên máy này")


def test_whoever_was_told_to_wait_comes_back_by_itself(browser: Browser, live_server: LiveServer) -> None:
    page = opened(browser, live_server, has_scripts=False)
    told: list[int] = []

    def crowded_once(route: Route) -> None:
        if told:
            return route.continue_()
        told.append(1)
        headers = dict(application._headers) | {"Retry-After": "1", "Refresh": "1"}
        return route.fulfill(status=503, headers=headers, body=application._body)

    page.route("**/don-vi/", crowded_once)
    page.goto("/don-vi/")
    expect(page.locator("h1")).to_have_text("Cổng đang rất đông, hãy chờ một chút")

    expect(page.locator("h1")).not_to_have_text("Cổng đang rất đông, hãy chờ một chút")
    assert page.locator("[name=q]").count() == 1
