"""Of a page that many ask for at once, one is made."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal import kept_pages
from portal.one_maker import OneMaker
from portal.vietnamese.days import VIETNAM

READERS = 12
NOW = datetime(2021, 4, 10, 9, tzinfo=VIETNAM)
PATIENCE = 20.0


class Page:
    """A view that does not answer until it may, and how often it was asked."""

    def __init__(self) -> None:
        self.asked, self.status, self.fails = 0, 200, False
        self.is_asked, self.may_answer = threading.Event(), threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.asked += 1
        number = self.asked
        self.is_asked.set()
        assert self.may_answer.wait(PATIENCE)
        if self.fails:
            raise RuntimeError("away")
        return HttpResponse(f"{number}", status=self.status)


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.may_answer.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(READERS) as several:
        yield several


@pytest.fixture
def ask(page: Page) -> Callable[..., str]:
    kept = kept_pages.kept(turns=lambda after, at: [])(page)

    def asked(path: str = "/", *, later: float = 0) -> str:
        """By who arrived so many seconds later."""
        request = RequestFactory().get(path)
        request.arrived_at = NOW + timedelta(seconds=later)  # type: ignore[attr-defined]
        return kept(request).content.decode()

    return asked


def wait_until(is_so: Callable[[], Any]) -> None:
    paused = threading.Event()
    for _ in range(int(PATIENCE * 100)):
        if is_so():
            return
        paused.wait(0.01)
    raise AssertionError("it never was")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One for each who waits for another."""
    found: list[str] = []
    wait = OneMaker.wait

    def counted(self: OneMaker, key: Any, *, seconds: float) -> None:
        if self.is_making(key):
            found.append(key)
        wait(self, key, seconds=seconds)

    monkeypatch.setattr(OneMaker, "wait", counted)
    return found


def test_where_none_stands_the_others_wait_for_the_one_who_makes_it(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor, waiting: list[str]
) -> None:
    first = pool.submit(ask)
    assert page.is_asked.wait(PATIENCE)
    others = [pool.submit(ask) for _ in range(READERS - 1)]
    wait_until(lambda: len(waiting) == READERS - 1)
    page.may_answer.set()

    assert {each.result(PATIENCE) for each in [first, *others]} == {"1"}
    assert page.asked == 1


def test_of_those_who_see_at_one_moment_that_none_stands_one_makes_it(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, have_looked, looks = kept_pages._held, threading.Barrier(READERS), itertools.count()

    def together(*asked: Any) -> Any:
        found = look(*asked)
        if next(looks) < READERS:
            have_looked.wait(PATIENCE)
        return found

    monkeypatch.setattr(kept_pages, "_held", together)
    page.may_answer.set()

    assert {each.result(PATIENCE) for each in [pool.submit(ask) for _ in range(READERS)]} == {"1"}
    assert page.asked == 1


def test_while_it_is_made_anew_the_others_are_answered_with_what_stands(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor
) -> None:
    page.may_answer.set()
    assert ask() == "1"
    page.may_answer.clear()
    page.is_asked.clear()

    renewing = pool.submit(ask, later=9.5)
    assert page.is_asked.wait(PATIENCE)
    assert {pool.submit(ask, later=9.7).result(PATIENCE) for _ in range(READERS)} == {"1"}
    page.may_answer.set()

    assert renewing.result(PATIENCE) == "2"
    assert (ask(later=9.7), page.asked) == ("2", 2)


def test_what_is_not_kept_is_waited_for_once_and_not_one_after_the_other(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor, waiting: list[str]
) -> None:
    page.status = 404
    first = pool.submit(ask)
    assert page.is_asked.wait(PATIENCE)
    others = [pool.submit(ask) for _ in range(3)]
    wait_until(lambda: len(waiting) == 3)
    page.may_answer.set()

    assert len([each.result(PATIENCE) for each in [first, *others]]) == page.asked == 4


def test_who_waits_for_one_who_fails_makes_it(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor, waiting: list[str]
) -> None:
    page.fails = True
    first = pool.submit(ask)
    assert page.is_asked.wait(PATIENCE)
    second = pool.submit(ask)
    wait_until(lambda: waiting)
    page.may_answer.set()
    with pytest.raises(RuntimeError):
        first.result(PATIENCE)
    with pytest.raises(RuntimeError):
        second.result(PATIENCE)
    page.fails = False

    assert ask() == "3"


def test_nobody_waits_for_ever(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pages, "LONGEST_WAIT", 0.01)
    first = pool.submit(ask)
    assert page.is_asked.wait(PATIENCE)
    second = pool.submit(ask)
    wait_until(lambda: page.asked == 2)
    page.may_answer.set()

    assert {first.result(PATIENCE), second.result(PATIENCE)} <= {"1", "2"}


def test_what_was_begun_before_a_change_is_not_waited_for(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor
) -> None:
    """It tells what was before; who asks since is to be told of the change."""
    first = pool.submit(ask)
    assert page.is_asked.wait(PATIENCE)
    kept_pages.forget()
    second = pool.submit(ask)
    wait_until(lambda: page.asked == 2)
    page.may_answer.set()

    assert (first.result(PATIENCE), second.result(PATIENCE)) == ("1", "2")
    assert ask() in {"2", "3"}


def test_pages_of_other_addresses_are_made_side_by_side(
    ask: Callable[..., str], page: Page, pool: ThreadPoolExecutor
) -> None:
    both = [pool.submit(ask, path) for path in ("/a/", "/b/")]
    wait_until(lambda: page.asked == 2)
    page.may_answer.set()

    assert len([each.result(PATIENCE) for each in both]) == 2
