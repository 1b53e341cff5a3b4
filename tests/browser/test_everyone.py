"""Every page a worker can see, in every state: nothing keeps anybody from it (WCAG 2.2 AA as far as axe knows it), and it fits.

The states are those of `make screenshots`; of the public doors see `test_public_doors.py`.
"""

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Campaign
from orgtree.models import Unit
from tests.browser import screenshots
from tests.browser.accessible import axe_faults, width_faults
from tests.browser.chromium import chromium
from tests.browser.speech import speech_faults

pytestmark = pytest.mark.browser


class Examiner(screenshots.Camera):
    """Stands where the camera stands, and looks closer."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.faults: dict[str, list[str]] = {}

    def shoot(self, name: str) -> None:
        self.taken += 1
        if "picture" not in name:
            note(self.faults, name, self.page)


def note(faults: dict[str, list[str]], name: str, page: Page) -> None:
    if found := [*speech_faults(page), *axe_faults(page), *width_faults(page)]:
        faults[name] = found


def expect_none(faults: dict[str, list[str]]) -> None:
    """An assertion would show the first lines of them."""
    if faults:
        pytest.fail("\n".join(f"{name}: {fault}" for name, found in faults.items() for fault in found), pytrace=False)


@pytest.fixture
def states(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> str:
    screenshots.make_states(timezone.now())
    return live_server.url


@pytest.mark.first
def test_every_state_of_the_errand_is_for_everybody(states: str) -> None:
    with chromium() as browser:
        page = browser.new_page(base_url=states, locale="vi-VN", reduced_motion="reduce")
        page.set_viewport_size(screenshots.PHONE)  # type: ignore[arg-type]
        page.route("**/loi/*", screenshots.answer_with_error_page)
        page.set_default_timeout(10_000)
        examiner = Examiner(page)
        for walk in screenshots.WALKS:
            if walk is not screenshots.staff:  # `tests/scope/test_everyone.py` looks at those
                walk(examiner)

    assert examiner.taken > 60
    expect_none(examiner.faults)
