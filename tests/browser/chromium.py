"""The one way in which tests start a browser: Debian's Chromium, headless, with nothing of its own on the wire.

Where there is one, its headless shell: the same engine without a browser's windows and settings, which starts and walks at two
thirds of the cost. What needs a setting takes the whole browser.

A process starts Playwright and each kind of browser once: to start them takes longer than most tests. What tells one person from
another is the context, and those end with the `with`.
"""

import asyncio
import atexit
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
SHELL = "chromium-headless-shell"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE, PAUSE = 30, 0.05  # seconds
REFUSES_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}


class _Started:
    """What runs until the process ends."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.playwright: Playwright | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.browsers: dict[bool, Browser] = {}

    def browser(self, *, has_cookies: bool) -> Browser:
        if self.playwright is None:
            self.playwright = self.stack.enter_context(sync_playwright())
            self.loop = asyncio.get_running_loop()
            atexit.register(self.end)
        if has_cookies not in self.browsers:
            start = self._start if has_cookies else self._start_without_cookies
            self.browsers[has_cookies] = start(self.playwright)
        return self.browsers[has_cookies]

    def end(self) -> None:
        asyncio._set_running_loop(self.loop)
        try:
            self.stack.close()
        finally:
            asyncio._set_running_loop(None)

    def _start(self, playwright: Playwright) -> Browser:
        browser = playwright.chromium.launch(executable_path=found(SHELL, *NAMES), args=list(FLAGS))
        self.stack.callback(browser.close)
        return browser

    def _start_without_cookies(self, playwright: Playwright) -> Browser:
        """Only a profile can hold that setting. The contexts that are opened beside it inherit it."""
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-phone-")))
        preferences = folder / "Default" / "Preferences"
        preferences.parent.mkdir()
        preferences.write_text(json.dumps(REFUSES_COOKIES))
        profile = playwright.chromium.launch_persistent_context(folder, executable_path=found(*NAMES), args=list(FLAGS))
        self.stack.callback(profile.close)
        assert profile.browser is not None
        return profile.browser


_started = _Started()


def found(*names: str) -> str | None:
    """Where this machine has the first of these."""
    return next((path for path in map(shutil.which, names) if path), None)


def wait_until(page: Page, holds: str | Callable[[], bool]) -> None:
    """Until this expression is true on the page, or this function here: what a page sends comes after what it shows. Playwright's
    own `wait_for_function` asks a second time from within the page, where our policy forbids `eval`: it fails wherever the first
    answer is no."""
    ends = time.monotonic() + PATIENCE
    while not (holds() if callable(holds) else page.evaluate(holds)):
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {PATIENCE} seconds: {holds}")
        page.wait_for_timeout(PAUSE * 1000)


def _leave(context: BrowserContext) -> None:
    """What a route still waits for must not fail in whoever comes next."""
    for routed in (*context.pages, context):
        routed.unroute_all(behavior="ignoreErrors")
    context.close()


@contextmanager
def chromium(*, has_cookies: bool = True) -> Iterator[Browser]:
    """While it is open, the process has a running event loop: no ORM call beside it."""
    outside = asyncio._get_running_loop()  # ours, where one is opened inside another
    asyncio._set_running_loop(_started.loop)
    try:
        browser = _started.browser(has_cookies=has_cookies)
        were_there = set(browser.contexts)
        try:
            yield browser
        finally:
            for context in browser.contexts:
                if context not in were_there:
                    _leave(context)
    finally:
        # Playwright's loop stands still until somebody asks Playwright; meanwhile Django would take it for a running one.
        asyncio._set_running_loop(outside)
