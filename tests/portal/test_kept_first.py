"""A kept page that is answered at once is answered as by the whole way: the same bytes and headers, and not a moment longer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver

from initiatives.models import Campaign
from portal import kept_first, kept_pages
from tests.submission.worker import YEAR_2021

Clock = Callable[[str | datetime], datetime]
OF_ONE_REQUEST = "X-Request-ID"


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses whose view was looked for."""
    paths: list[str] = []
    resolve = URLResolver.resolve

    def noted(self: URLResolver, path: Any) -> Any:
        paths.append(str(path))
        return resolve(self, path)

    monkeypatch.setattr(URLResolver, "resolve", noted)
    return paths


def told(answer: HttpResponse) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in answer.items() if name != OF_ONE_REQUEST}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("address", ["/", f"/{YEAR_2021}/?don-vi=quang-tri/dong-ha", f"/{YEAR_2021}/nop/"])
def test_it_is_answered_as_by_the_whole_way(
    campaigns: dict[str, Campaign], at: Clock, looked_up: list[str], address: str, secure: bool
) -> None:
    at("2021-04-10 09:00:00")
    process = Client()
    for _ in range(2):  # the first one counts, and what was counted makes the pages anew
        first = process.get(address, secure=secure)
    whole_way = Client().get(address, secure=secure)
    not_changed = Client().get(address, secure=secure, headers={"if-none-match": first["ETag"]})
    looked_up.clear()

    at_once = process.get(address, secure=secure)
    known = process.get(address, secure=secure, headers={"if-none-match": first["ETag"]})

    assert looked_up == []
    assert told(at_once) == told(whole_way)
    assert "Content-Security-Policy" in at_once.headers
    assert (known.status_code, told(known)) == (304, told(not_changed))
    assert at_once[OF_ONE_REQUEST] != first[OF_ONE_REQUEST]


def test_what_decides_which_page_it_is_decides_here_too(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2021-04-10 09:00:00")
    process = Client()
    campaign, board = process.get(f"/{YEAR_2021}/"), process.get(f"/{YEAR_2021}/nop/")
    of_unit = process.get(f"/{YEAR_2021}/?don-vi=quang-tri/dong-ha")

    assert len({campaign.content, board.content, of_unit.content}) == 3
    assert process.get(f"/{YEAR_2021}/?don-vi=quang-tri/dong-ha").content == of_unit.content
    assert process.get(f"/{YEAR_2021}/").content == campaign.content
    assert process.get(f"/{YEAR_2021}/", headers={"host": "khong-phai-cua-chung-toi.vn"}).status_code == 400


def test_what_is_posted_goes_the_whole_way(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2021-04-10 09:00:00")
    process = Client()
    page = process.get(f"/{YEAR_2021}/nop/")

    assert process.post(f"/{YEAR_2021}/nop/", {"full_name": "Trần Thị Hà"}).content != page.content
    assert process.post(f"/{YEAR_2021}/").status_code == 405


def test_what_is_forgotten_is_made_anew(campaigns: dict[str, Campaign], at: Clock, looked_up: list[str]) -> None:
    at("2021-04-10 09:00:00")
    process = Client()
    for _ in range(3):
        process.get("/")
    assert looked_up != []
    looked_up.clear()
    process.get("/")
    assert looked_up == []

    kept_pages.forget()
    process.get("/")

    assert looked_up != []


def test_addresses_are_known_up_to_a_number(
    campaigns: dict[str, Campaign], at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2021-04-10 09:00:00")
    monkeypatch.setattr(kept_first, "MOST_ADDRESSES", 3)
    way = kept_first.KeptFirstMiddleware(lambda request: HttpResponse())
    monkeypatch.setattr(kept_pages, "kept_for", lambda request: ("a page", {}))
    for number in range(10):
        way._note(("http", "a.vn", "/", f"x={number}"), _Asked(), HttpResponse())  # type: ignore[arg-type]

        assert len(way._known) <= 3


class _Asked:
    resolver_match = None
