"""Every page of the admin is for everybody: WCAG 2.2 AA as far as axe knows it, in the world where there is a row of everything.

The pages are asked for as in the other tests of the scope; Chromium is shown what was answered, without a server between.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Route

from initiatives import jobs, unit_jobs
from initiatives.models import JobState
from initiatives.progress.recount_jobs import RECOUNT
from initiatives.reports import export_admin, export_jobs
from initiatives.reports.export_jobs import EXPORT
from initiatives.unit_jobs import UNITS
from orgtree.units import grassroots
from tests.browser.accessible import axe_faults
from tests.browser.chromium import chromium
from tests.browser.watch import PHONE
from tests.factories import JobFactory
from tests.scope.doors import DOORS
from tests.scope.world import NOBODY, NOW, World

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
WITHOUT_A_FORM = {"own_account", "initiatives_initiative_attach"}  # what they object to is a message


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
        heard_first = "<title>Lỗi: " in answer.content.decode()
        assert (name, heard_first) == (name, name not in WITHOUT_A_FORM)
        pages[f"{name} sent empty"] = answer.content
    return pages


def long_work(clients: dict[str, Client], world: World) -> Pages:
    """What is asked before a large table is written, and the pages of jobs in every state."""
    owner = world.people["manager"]
    table = {"title": "Bảng tổng hợp (mẫu Quảng Trị): Liên đoàn Lao động tỉnh Quảng Trị", "tops": []}
    asked = {"owner": owner, "created_at": NOW, "asked": table | export_jobs._standing(owner)}
    ended = asked | {"ended_at": NOW, "total": 7, "position": 7}
    added = {"planned": 500, "present": 3, "sentences": [grassroots.NO_SUCH_PARENT], "rows": [[4, 0], [9, 0]]}
    read = {"rows": 3, "counted_at": NOW.isoformat()}
    name = "bang-tong-hop-qt-quang-tri-thanh-pho-dong-ha-2022"
    files = [
        {"name": f"{name}-{number}.xlsx", "first": 1, "last": 150_000, "size": 40_000_000, "sha256": "", "parts": 1}
        for number in (1, 2)
    ]
    left_alone = {"state": JobState.RUNNING, "heartbeat_at": NOW - timedelta(minutes=5)}
    states: dict[str, dict[str, Any]] = {
        "export running": asked | left_alone | {"kind": EXPORT, "total": 260_001, "position": 1_000},
        "export waiting": asked | {"kind": EXPORT, "total": 1},
        "recount waiting": asked | {"kind": RECOUNT, "total": 2},
        "export done": ended | {"kind": EXPORT, "state": JobState.DONE, "result": read | {"files": files}},
        "export forgotten": ended
        | {"kind": EXPORT, "state": JobState.DONE, "ended_at": NOW - timedelta(days=2), "result": read},
        "export ended with a sentence": ended
        | {"kind": EXPORT, "state": JobState.DONE, "result": {"failure": export_jobs.NOT_ALLOWED}},
        "export stopped": ended | {"kind": EXPORT, "state": JobState.STOPPED, "position": 2},
        "export failed": ended
        | {"kind": EXPORT, "state": JobState.FAILED, "position": 2, "result": {"failure": jobs.GIVEN_UP}},
        "units running": asked | left_alone | {"kind": UNITS, "total": 20_000, "position": 1_000},
        "units stopped": ended | {"kind": UNITS, "state": JobState.STOPPED, "position": 2, "result": added},
        "units ended with a sentence": ended
        | {"kind": UNITS, "state": JobState.DONE, "result": {"failure": unit_jobs.CHANGED}},
        "recount done": ended | {"kind": RECOUNT, "state": JobState.DONE, "result": {"changed": 3}},
    }
    addresses = {
        name: reverse("admin:initiatives_job_change", args=[JobFactory(**state).pk]) for name, state in states.items()
    }
    addresses["jobs"] = reverse("admin:initiatives_job_changelist")
    addresses["export large"] = reverse("admin:initiatives_initiative_export", args=["qt"])
    with mock.patch.object(export_admin, "AT_ONCE", 0):
        answers = {name: clients["manager"].get(address) for name, address in addresses.items()}
    assert {name for name, answer in answers.items() if answer["Content-Type"][:9] != "text/html"} == set()
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: answer.content for name, answer in answers.items()}


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


@pytest.mark.first
def test_every_page_of_the_staff_is_for_everybody(world: World, enter: Enter) -> None:
    clients = {who: enter(who) for who in ("administrator", "manager", "reviewer")}
    pages = pages_of(clients, world) | long_work(clients, world)
    pages |= {
        "login": enter(NOBODY).get(reverse("admin:login")).content,
        "login refused": enter(NOBODY).post(reverse("admin:login"), {"username": "ai-do", "password": "sai"}).content,
    }
    words = clients["administrator"].get(reverse("admin:jsi18n")).content

    faults = faults_of(pages, words)

    assert len(pages) > 100
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
