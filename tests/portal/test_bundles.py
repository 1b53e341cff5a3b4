"""The joined stylesheets and scripts: found, collected, small, and saying what their parts say."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from portal import bundles
from portal.bundles import BUNDLES, joined

EACH_BUNDLE = pytest.mark.parametrize("name", BUNDLES)


@EACH_BUNDLE
def test_a_bundle_is_found_as_a_file(name: str) -> None:
    found = finders.find(name)

    assert Path(found).read_text(encoding="utf-8") == joined(name)


def test_what_is_no_bundle_is_left_to_the_other_finders() -> None:
    assert Path(finders.find("css/tokens.css")).parts[-3:] == ("static", "css", "tokens.css")


def test_bundles_are_collected(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "collected"

    call_command("collectstatic", interactive=False, stdout=StringIO())

    assert [name for name in BUNDLES if (settings.STATIC_ROOT / name).is_file()] == list(BUNDLES)


def test_a_changed_part_changes_what_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    part = tmp_path / "one.css"
    part.write_text("a { color: red }")
    monkeypatch.setattr(bundles, "_STATIC", tmp_path)
    monkeypatch.setitem(BUNDLES, "portal.css", ["one.css"])
    before = Path(finders.find("portal.css")).read_text()

    part.write_text("a { color: blue }")

    assert (before, Path(finders.find("portal.css")).read_text()) == ("a{color: red}", "a{color: blue}")


@pytest.mark.parametrize(
    ("written", "smaller"),
    [
        pytest.param("/* why */\na  {\n  color: red;\n}\n", "a{color: red;}", id="comments and blanks go"),
        pytest.param("main :focus { outline: 0 }", "main :focus{outline: 0}", id="a blank before a pseudo-class stays"),
        pytest.param("p { width: calc(1rem + 2px) }", "p{width: calc(1rem + 2px)}", id="blanks of a sum stay"),
        pytest.param('p::after { content: "a ; b" }', 'p::after{content: "a ; b"}', id="strings stay"),
        pytest.param("a, b { c: d; e: f }", "a,b{c: d;e: f}", id="lists close up"),
    ],
)
def test_css_is_made_smaller_without_changing_its_meaning(written: str, smaller: str) -> None:
    assert bundles._smaller_css(written) == smaller


@pytest.mark.parametrize(
    ("written", "smaller"),
    [
        pytest.param("// why\n  go();\n\n", "go();\n", id="comment lines and indents go"),
        pytest.param('go("http://a"); // stays\n', 'go("http://a"); // stays\n', id="an address is no comment"),
        pytest.param("a = b / c; /* d */\n", "a = b / c; /* d */\n", id="what follows a statement stays"),
    ],
)
def test_scripts_lose_only_lines_that_are_comments(written: str, smaller: str) -> None:
    assert bundles._smaller_js(written) == smaller
