"""What a worker does with a browser in hand: open, answer, press; the same with scripts and without."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import connections
from playwright.sync_api import FilePayload, Page, expect

Answer = TypeVar("Answer")


class Worker:
    """A person at `page`; answers are given by the names of the forms."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def answer(self, answers: Mapping[str, Any]) -> None:
        for name, value in answers.items():
            for each in [value] if isinstance(value, str) else value:
                self._answer_one(name, each)

    def _answer_one(self, name: str, value: str) -> None:
        controls = self.page.locator(f"#main-form [name='{name}']")
        kind = controls.first.evaluate("control => control.type")
        if kind == "radio":
            self.page.check(f"#main-form [name='{name}'][value='{value}']")
        elif kind == "checkbox":
            one = (
                controls if controls.count() == 1 else self.page.locator(f"#main-form [name='{name}'][value='{value}']")
            )
            one.check()
        elif kind == "select-one":
            controls.select_option(value)
        else:
            controls.fill(value)

    def press(self, name: str = "", form: str = "#main-form") -> None:
        """A button by its name, or the only one, and what it leads to."""
        with self.page.expect_navigation():
            self.page.click(f"{form} button[name='{name}']" if name else f"{form} button")

    def bring(self, *files: FilePayload) -> None:
        """Documents, on their step: sent by themselves where scripts run, else by their button."""
        self.page.set_input_files("#id_attachments", files)
        if self.page.is_visible("#main-form [name=add]"):
            self.press("add")
        for file in files:
            expect(self.page.locator("[data-documents]")).to_contain_text(file["name"])

    def follow(self, link: str) -> None:
        """A link by its words (the first of several) and what it leads to."""
        with self.page.expect_navigation():
            self.page.click(f"a:has-text('{link}') >> nth=0")


def beside(act: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
    """Runs `act` in a thread of its own: Playwright keeps an event loop in this one, where Django refuses the database."""
    answers: list[Answer] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(act(*args, **kwargs))
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return answers[0]
