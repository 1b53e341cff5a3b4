"""A pattern: what goes into its holes, and what never becomes one."""

from typing import Any

import pytest
from django.template import engines
from django.utils.safestring import mark_safe

from portal import patterns
from portal.patterns import Patterns, hole


def drawn(template: str, **context: Any) -> str:
    return engines["django"].from_string(template).render(context)


def greeting() -> str:
    return drawn('<p title="{{ name }}">{{ name }}, {{ words }}</p>', name=hole("name"), words=hole("words"))


@pytest.mark.parametrize(
    "name",
    ["Hồ Thị Mỹ Duyên", '<script>alert("x")</script>', "' onclick='", "&lt;", "", mark_safe("<b>đậm</b>"), 7],
)
def test_a_filled_page_is_what_the_template_gives(name: object) -> None:
    filled = Patterns().filled("greeting", {"name": name, "words": "chào"}, greeting)

    assert filled == drawn('<p title="{{ name }}">{{ name }}, chào</p>', name=name)


def test_it_is_drawn_once_for_each_key() -> None:
    drawings: list[str] = []

    def draw() -> str:
        drawings.append("drawn")
        return greeting()

    kept = Patterns()
    for key, name in ((1, "Lan"), (1, "Hùng"), (2, "Lan"), (1, "Mai")):
        assert name in kept.filled(key, {"name": name, "words": ""}, draw)
    assert len(drawings) == 2


def test_what_is_filled_in_is_no_hole_itself() -> None:
    values = {"name": hole("words"), "words": "điều bí mật"}

    assert Patterns().filled("greeting", values, greeting).count("điều bí mật") == 1


def test_a_hole_that_nothing_is_given_for_is_a_fault() -> None:
    with pytest.raises(KeyError, match="words"):
        Patterns().filled("greeting", {"name": "Lan"}, greeting)


def test_there_is_an_end_to_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MOST", 2)
    kept = Patterns()
    for key in range(5):
        assert "Lan" in kept.filled(key, {"name": "Lan", "words": ""}, greeting)

    assert len(kept._drawn) == 2
