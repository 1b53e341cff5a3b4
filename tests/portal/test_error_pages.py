"""The error pages stand on nothing: no request, no database, no manifest of static files."""

import re
from typing import Any

import pytest
from django.template.loader import render_to_string

NAMES = ("400", "403", "csrf", "404", "413", "429", "500", "503", "too_much_at_once", "crowded")
EACH_PAGE = pytest.mark.parametrize("name", NAMES)


@EACH_PAGE
def test_a_page_needs_nothing_and_says_what_to_do(name: str, settings: Any) -> None:
    # A manifest that was never collected: {% static %} would raise.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.DEBUG = False

    written = render_to_string(f"errors/{name}.html")

    assert written.count("<h1>") == 1
    assert "Hãy" in written
    assert 'href="/static/portal.css"' in written
    assert '<meta name="robots" content="noindex">' in written


@EACH_PAGE
def test_a_page_shows_what_to_tell_when_calling_for_help(name: str) -> None:
    assert "Mã sự cố" not in render_to_string(f"errors/{name}.html")
    assert "7f3a91" in render_to_string(f"errors/{name}.html", {"request_id": "7f3a91"})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("429", "Hãy chờ khoảng 15 phút"),
        ("503", "hãy thử lại sau 15 phút"),
        ("too_much_at_once", "Hãy chờ khoảng 15 phút"),
    ],
)
def test_a_page_says_how_long_to_wait(name: str, said: str) -> None:
    assert said in render_to_string(f"errors/{name}.html", {"retry_after": 900})


def test_the_page_of_the_staff_does_not_promise_never_to_ask_for_a_password() -> None:
    promise = re.compile("không bao giờ hỏi mật khẩu")

    assert promise.search(render_to_string("errors/404.html"))
    assert not promise.search(render_to_string("errors/csrf.html"))
