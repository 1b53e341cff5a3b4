"""What stands in a template: nothing inline, nothing cut, nothing that asks a worker for a cookie."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.codebase.doors import FROM_OUR_PAGE, World
from tests.codebase.house import ROOT, name_of, templates
from tests.codebase.test_doors import PUBLIC

STAFF = ("admin/", "review/", "registration/")
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
MAXLENGTH = re.compile(r"<textarea\b[^>]*\smaxlength", re.IGNORECASE)

EACH_TEMPLATE = pytest.mark.parametrize("path", templates(), ids=name_of)


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


@EACH_TEMPLATE
def test_no_style_or_script_stands_in_a_template(path: Path) -> None:
    assert inline_parts(written(path)) == []


@EACH_TEMPLATE
def test_no_textarea_is_cut_by_the_browser(path: Path) -> None:
    assert not MAXLENGTH.search(written(path))


@EACH_TEMPLATE
def test_no_worker_page_needs_a_token(path: Path) -> None:
    inside = name_of(path).removeprefix("templates/")
    asks_freely = inside.startswith((*STAFF, ASKS_THE_FORM))

    assert asks_freely or "csrf_token" not in written(path)


@EACH_TEMPLATE
def test_nothing_comes_from_another_site(path: Path) -> None:
    sources = re.findall(
        r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*?(?:src|href)=[\"']?(https?:)?//", written(path)
    )

    assert sources == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates" / "components").glob("*.html")), ids=name_of)
def test_a_component_opens_with_the_list_of_what_it_takes(path: Path) -> None:
    opening = re.match(r"{% comment %}(.*?){% endcomment %}", path.read_text(encoding="utf-8"), re.DOTALL)

    assert opening is not None
    assert re.search(r"\bTakes\b", opening[1])


@EACH_TEMPLATE
def test_a_component_is_included_with_only(path: Path) -> None:
    includes = re.findall(r"{% include [\"']components/[^%]*%}", written(path))

    assert [include for include in includes if not re.search(r"\bonly\s*%}$", include)] == []


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_page_as_sent_has_nothing_inline_and_no_cut_textarea(world: World, name: str) -> None:
    answer = Client().get(world.addresses[name], headers=FROM_OUR_PAGE)

    if answer["Content-Type"].startswith("text/html"):
        html = answer.content.decode()
        assert inline_parts(html) == []
        assert not MAXLENGTH.search(html)
        assert "csrfmiddlewaretoken" not in html
