"""What stands in a template: nothing inline, nothing cut, nothing that asks a worker for a cookie."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.codebase.doors import FROM_OUR_PAGE, World
from tests.codebase.house import ROOT, name_of, templates

STAFF = (
    "admin/",
    "campaigns/",
    "entering/",
    "jobs/",
    "review/",
    "registration/",
    "nominations/",
    *(f"personal_data/{page}" for page in ("_act", "_desk", "copy", "erase", "identity", "request")),
    "commended/admin/",
    "reports/",
    "progress/targets",
    "progress/staff/",
)
# Crispy's whole form asks `disable_csrf`; that no page as sent holds a token is asked below.
ASKS_THE_FORM = "portal_pack/whole_uni_form"
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z][^<>]*>", re.DOTALL)
INLINE = {
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "script without src": re.compile(r"<script\b(?![^>]*\ssrc\s*=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "on… attribute": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
}
FOREIGN = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*?\s(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE
)
TAKES = re.compile(r"{% comment %}(?:(?!{% endcomment %}).)*\bTakes\b", re.DOTALL)
COMPONENT = re.compile(r"{% include [\"']components/[^%]*%}")
MAXLENGTH = re.compile(r"<textarea\b[^>]*\smaxlength", re.IGNORECASE)


def written(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def inline_parts(html: str) -> list[str]:
    return [what for what, pattern in INLINE.items() if pattern.search(html)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<style>a{}</style>", ["style element"]),
        ('<p class="a" style="color:red">', ["style attribute"]),
        ("<script>alert(1)</script>", ["script without src"]),
        ('<button onclick="go()">', ["on… attribute"]),
        ('<a href="javascript:go()">', ["javascript: address"]),
        ('<script src="/static/step.js" defer></script><p data-on="1">', []),
    ],
)
def test_the_search_for_inline_parts_finds_them(html: str, found: list[str]) -> None:
    assert inline_parts(html) == found


def test_no_style_or_script_stands_in_a_template() -> None:
    assert {name_of(path): inline_parts(written(path)) for path in templates() if inline_parts(written(path))} == {}


def test_no_textarea_is_cut_by_the_browser() -> None:
    assert MAXLENGTH.search('<textarea name="description" maxlength="2000">')
    assert [name_of(path) for path in templates() if MAXLENGTH.search(written(path))] == []


def test_no_worker_page_needs_a_token() -> None:
    asking = [
        name_of(path)
        for path in templates()
        if "csrf_token" in written(path)
        and not name_of(path).removeprefix("templates/").startswith((*STAFF, ASKS_THE_FORM))
    ]

    assert asking == []


def test_nothing_comes_from_another_site() -> None:
    assert FOREIGN.search('<script defer src="https://la.example/a.js">')
    assert [name_of(path) for path in templates() if FOREIGN.search(written(path))] == []


def test_a_component_opens_with_the_list_of_what_it_takes() -> None:
    components = sorted((ROOT / "templates" / "components").glob("*.html"))

    assert components
    assert [name_of(path) for path in components if not TAKES.match(path.read_text(encoding="utf-8"))] == []


def test_a_component_is_included_with_only() -> None:
    includes = [(name_of(path), include) for path in templates() for include in COMPONENT.findall(written(path))]

    assert includes
    assert [each for each in includes if not re.search(r"\bonly\s*%}$", each[1])] == []


def test_a_page_as_sent_has_nothing_inline_and_no_cut_textarea(world: World) -> None:
    for address in [*world.addresses.values(), *world.pages.values()]:
        answer = Client().get(address, headers=FROM_OUR_PAGE)
        if answer["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            assert (address, inline_parts(html)) == (address, [])
            assert (address, MAXLENGTH.search(html)) == (address, None)
            assert (address, "csrfmiddlewaretoken" in html) == (address, False)
