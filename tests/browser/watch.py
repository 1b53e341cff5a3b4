"""A pair of eyes on a browser: everything it asks for, everything it complains of, everything it is told to remember."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Response

from tests.browser.chromium import chromium

PHONE = {"width": 360, "height": 740}
TELL_OF_VIOLATIONS = """document.addEventListener('securitypolicyviolation', event =>
    console.error('CSP: ' + event.violatedDirective + ' ' + event.blockedURI));"""


class Watch:
    """What went on in `context` since it was opened."""

    def __init__(self, context: BrowserContext) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._answers: list[Response] = []
        context.add_init_script(TELL_OF_VIOLATIONS)
        context.on("request", self._note_request)
        context.on("response", lambda answer: self._answers.append(answer))
        context.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        context.on("weberror", lambda failure: self.complaints.append(str(failure.error)))

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    @property
    def hosts(self) -> set[str]:
        return {urlsplit(address).netloc for address in self.requests}

    @property
    def cookies_set(self) -> list[str]:
        return [answer.url for answer in self._answers if answer.header_value("set-cookie")]


@contextmanager
def phone_that_refuses_cookies(*, has_scripts: bool = True, **options: Any) -> Iterator[Page]:
    """A page of 360 px in a Chromium whose settings block every cookie."""
    with chromium(has_cookies=False) as browser:
        context = browser.new_context(
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=has_scripts,
            locale="vi-VN",
            reduced_motion="reduce",  # else every tap waits until the page has glided to its place
            **options,
        )
        yield context.new_page()
