"""What people set in their phones holds here too: no movement, and colours of their own."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import chromium
from tests.browser.test_worker_pages import a_phone, pages_of, visit
from tests.codebase.doors import World, make_world

pytestmark = pytest.mark.browser

MOVES = """() => [document.documentElement, ...document.querySelectorAll('*')].flatMap(element =>
    [null, '::before', '::after'].flatMap(part => {
        const style = getComputedStyle(element, part), told = element.outerHTML.slice(0, 60) + (part || '');
        const lasts = times => times.split(',').some(time => parseFloat(time) > 0);
        return [
            style.animationName !== 'none' && told + ' is animated',
            lasts(style.transitionDuration) && told + ' glides',
            style.scrollBehavior === 'smooth' && told + ' scrolls slowly',
        ].filter(Boolean);
    }))"""
# What only a colour of ours showed is gone when the colours are theirs: an edge must be there, or a drawing.
LOST = """() => {
    const faults = [], told = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 90);
    const seen = element => element.checkVisibility() && element.getBoundingClientRect().height > 1;
    const all = asked => [...document.querySelectorAll(asked)].filter(seen);
    const hasEdge = style => ['Top', 'Right', 'Bottom', 'Left'].some(
        side => style['border' + side + 'Style'] !== 'none' && parseFloat(style['border' + side + 'Width']) > 0);
    for (const element of all('.button, input:not([type=radio]):not([type=checkbox]), select, textarea, .choice span:not(.opt),'
            + ' .notice, .card, .badge, .summary, .board-mark, progress'))
        if (!hasEdge(getComputedStyle(element))) faults.push(told(element) + ' has no edge');
    for (const element of all('a[href], button, input, select, textarea, summary')) {
        element.focus();
        const style = getComputedStyle(element);
        if (document.activeElement === element && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2))
            faults.push(told(element) + ' shows no ring');
    }
    return faults;
}"""


@pytest.fixture
def world(live_server: LiveServer, transactional_db: None) -> World:
    return make_world()


def faults_of(page: Page, pages: dict[str, str], question: str) -> list[str]:
    page.goto("/")
    faults = []
    for name, address in pages.items():
        visit(page, address)
        faults += [f"{name}: {fault}" for fault in page.evaluate(question)]
    return faults


def test_nothing_moves_where_no_movement_is_wanted(world: World, live_server: LiveServer) -> None:
    pages = pages_of(world)

    with chromium() as browser:
        with a_phone(browser, live_server) as (page, _):
            assert faults_of(page, pages, MOVES) == []
        page = browser.new_page(base_url=live_server.url, reduced_motion="no-preference")
        page.goto("/")
        assert page.evaluate(MOVES) != []


def test_nothing_is_lost_where_the_colours_are_the_readers_own(world: World, live_server: LiveServer) -> None:
    with chromium() as browser, a_phone(browser, live_server, forced_colors="active") as (page, _):
        page.goto("/")
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")

        faults = faults_of(page, pages_of(world), LOST)

    assert faults == []
