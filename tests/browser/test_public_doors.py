"""Every page behind a public door, visited once by somebody who has never been here and asked whatever belongs to every page.

A visit costs more than a question, so these are asked of one: weight, axe, the order in which it is spoken, widths and thumbs,
movement, colours of the reader's own, complaints, other hosts, cookies. A fault names its page and what was asked.
"""

import pytest
from playwright.sync_api import Browser, Page, Response
from pytest_django.live_server_helper import LiveServer

from tests.browser import weight
from tests.browser.accessible import axe_faults, width_faults
from tests.browser.chromium import chromium
from tests.browser.preferences import MOVES, lost_in_own_colours, moving
from tests.browser.speech import speech_faults
from tests.browser.test_worker_pages import a_phone, pages_of, visit
from tests.codebase.doors import make_world

pytestmark = pytest.mark.browser

NOWHERE = "/trang-trong/"

Faults = dict[str, list[str]]  # by what was asked


@pytest.mark.first
def test_every_public_door_is_light_and_for_everybody(live_server: LiveServer, transactional_db: None) -> None:
    pages, told, visits = pages_of(make_world()), [], {}

    with chromium() as browser:
        for name, address in pages.items():
            visits[name], faults = examined(browser, live_server, name, address)
            told += [f"{name}: {asked}: {fault}" for asked, found in faults.items() for fault in found]
    weight.write_log(visits)

    assert set(pages) >= weight.LANDINGS | weight.FORMS | weight.OF_PICTURES
    if told:
        pytest.fail("\n".join(told), pytrace=False)


def examined(browser: Browser, live_server: LiveServer, name: str, address: str) -> tuple[list[weight.Asked], Faults]:
    answers: list[Response] = []
    with a_phone(browser, live_server) as (page, watch):
        arrive(page, address, answers)
        faults = {"axe": axe_faults(page), "speech": speech_faults(page)}
        page.wait_for_load_state("networkidle")
        asked = weight.first_visit(page, list(answers))
        faults |= {
            "weight": weight.faults_of(name, asked),
            "width": width_faults(page),
            "movement": moving(page),
            "own colours": lost_in_own_colours(page),
            "complaints": [said for said in watch.complaints if "404" not in said],
            "elsewhere": sorted(watch.hosts - {host_of(live_server)}),
            "cookies": watch.cookies_set,
        }
    return asked, faults


def arrive(page: Page, address: str, answers: list[Response]) -> None:
    """From a page of ours that holds nothing: a step that is opened from elsewhere leads to the draft's door."""
    page.route(
        f"**{NOWHERE}", lambda route: route.fulfill(content_type="text/html", body="<!doctype html><title>x</title>")
    )
    page.goto(NOWHERE)
    page.on("response", lambda answer: answers.append(answer))
    visit(page, address)


def host_of(live_server: LiveServer) -> str:
    return live_server.url.removeprefix("http://")


def test_where_movement_is_welcome_there_is_some(live_server: LiveServer, transactional_db: None) -> None:
    """Else the question after movement would find none anywhere."""
    make_world()

    with chromium() as browser:
        page = browser.new_page(base_url=live_server.url, reduced_motion="no-preference")
        page.goto("/")
        moves = page.evaluate(MOVES)

    assert moves != []
