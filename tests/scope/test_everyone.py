"""Every page of the admin is for everybody: WCAG 2.2 AA as far as axe knows it, in the world where there is a row of everything.

The pages are asked for as in the other tests of the scope; Chromium is shown what was answered, without a server between.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Route

from tests.browser.accessible import axe_faults
from tests.browser.chromium import chromium
from tests.browser.watch import PHONE
from tests.scope.doors import DOORS
from tests.scope.world import NOBODY, World

pytestmark = pytest.mark.browser

Enter = Callable[[str], Client]
Pages = dict[str, bytes]

SITE = "http://portal.test"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
ONE_OF_ALL = {"initiatives_initiative_history", "initiatives_contact_delete"}
# What is refused when it is sent empty, and with which answers.
SENT_EMPTY = (
    "own_account",
    "password_change",
    "initiatives_initiative_enter",
    "initiatives_initiative_correct",
    "initiatives_initiative_appraise",
    "initiatives_initiative_attach",
    "initiatives_commendationdecision_add",
    "initiatives_exemplar_add",
    "initiatives_selectionround_add",
    "initiatives_complaint_add",
    "initiatives_campaign_add",
    "initiatives_windowextension_add",
    "initiatives_contact_add",
    "orgtree_unit_rename",
    "orgtree_unit_add_below",
    "orgtree_staffaccount_add",
)
REFUSED = {200, 409, 422}


def pages_of(clients: dict[str, Client], world: World) -> Pages:
    """What each door shows, by its name, and what some show that are sent empty. One history and one page before deleting
    stand for all of them."""
    pages = {}
    for name, door in DOORS.items():
        who = next((each for each in clients if door.lets_in(world, each)), None)
        if who is None or door.answers != 200 or (name.endswith(("_history", "_delete")) and name not in ONE_OF_ALL):
            continue
        answer = clients[who].get(door.address(world, name))
        body = answer.getvalue()
        if answer["Content-Type"].startswith("text/html"):
            assert (name, answer.status_code) == (name, 200)
            pages[name] = body
    for name in SENT_EMPTY:
        answer = clients["administrator"].post(DOORS[name].address(world, name), {"eof": "1"})
        assert (name, answer.status_code in REFUSED) == (name, True)
        pages[f"{name} sent empty"] = answer.content
    return pages


def faults_of(pages: Pages, words: bytes) -> list[str]:
    """Each page lies at its number."""
    names, faults = list(pages), []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found:
            route.fulfill(body=Path(str(found)).read_bytes(), content_type=TYPES.get(path.rsplit(".", 1)[1], ""))
        elif path == reverse("admin:jsi18n"):
            route.fulfill(body=words, content_type=TYPES["js"])
        elif (number := path.strip("/")).isdigit():
            route.fulfill(body=pages[names[int(number)]], content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404)

    with chromium() as browser:
        page = browser.new_page(viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type]
        page.route("**/*", answer)
        for number, name in enumerate(names):
            page.goto(f"{SITE}/{number}/")
            faults += [f"{name}: {fault}" for fault in axe_faults(page)]
    return faults


def test_every_page_of_the_staff_is_for_everybody(world: World, enter: Enter) -> None:
    clients = {who: enter(who) for who in ("administrator", "manager", "reviewer")}
    pages = pages_of(clients, world) | {
        "login": enter(NOBODY).get(reverse("admin:login")).content,
        "login refused": enter(NOBODY).post(reverse("admin:login"), {"username": "ai-do", "password": "sai"}).content,
    }
    words = clients["administrator"].get(reverse("admin:jsi18n")).content

    faults = faults_of(pages, words)

    assert len(pages) > 100
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
