"""What PostgreSQL is spared, it has been asked already."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from orgtree.models import Unit
from tests import asked_again


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[asked_again.Written]:
    written: asked_again.Written = {}
    monkeypatch.setattr(asked_again, "_written", written)
    yield written


def item(name: str, *fixtures: str, **marked: Any) -> Any:
    marker = SimpleNamespace(kwargs=marked) if marked else None
    return SimpleNamespace(nodeid=name, fixturenames=fixtures, get_closest_marker=lambda _: marker)


def chosen(items: list[Any], written: asked_again.Written) -> list[str]:
    return [each.nodeid for each in asked_again.to_ask_again(items, written)]


@pytest.mark.parametrize(
    "one, other",
    [
        ("SELECT a FROM t WHERE b IN (%s)", "SELECT a FROM t WHERE b IN (%s, %s, %s)"),
        ("INSERT INTO t (a, b) VALUES (%s, %s)", "INSERT INTO t (a, b) VALUES (%s, %s), (%s, NULL)"),
        ("SELECT a FROM t LIMIT 21 OFFSET 20", "SELECT a FROM t LIMIT 100 OFFSET 200"),
    ],
    ids=["values", "rows", "pages"],
)
def test_other_values_make_no_other_statement(one: str, other: str) -> None:
    assert asked_again.without_values(one) == asked_again.without_values(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b > %s"),
        ("SELECT a FROM t ORDER BY b ASC", "SELECT a FROM t ORDER BY b DESC"),
        ("SELECT a FROM t", "SELECT a FROM t WHERE b IN (%s)"),
        (f"{asked_again.LOCKED}desk.py:88", f"{asked_again.LOCKED}desk.py:89"),
    ],
    ids=["comparison", "order", "condition", "lock"],
)
def test_another_question_is_another_statement(one: str, other: str) -> None:
    assert asked_again.without_values(one) != asked_again.without_values(other)


@pytest.mark.django_db
def test_what_a_page_asks_is_written_down(written: asked_again.Written) -> None:
    with asked_again.remembering("once"):
        Client().get("/")
    with asked_again.remembering("with a statement more"):
        Client().get("/")
        Unit.objects.filter(code="khong-co").exists()
    with asked_again.remembering("with a lock more"), transaction.atomic():
        Client().get("/")
        list(Unit.objects.select_for_update().filter(code="khong-co")[:0])

    assert written["once"]
    assert len(set(written["with a statement more"]) - set(written["once"])) == 1
    assert len(set(written["with a lock more"]) - set(written["once"])) == 1


@pytest.mark.django_db
def test_what_opens_no_page_is_not_written_down(written: asked_again.Written) -> None:
    with asked_again.remembering("a rule"):
        Unit.objects.filter(code="khong-co").exists()

    assert written == {}


def test_what_is_written_is_handed_on(written: asked_again.Written, tmp_path: Path) -> None:
    written["a page"] = ["statement"]

    asked_again.hand_on(tmp_path)

    assert asked_again.handed_on(tmp_path) == {"a page": ["statement"]}


def test_a_statement_is_asked_often_enough_and_then_no_more() -> None:
    items = [item(name) for name in ("first", "second", "third", "something new", "nothing")]
    written = {each.nodeid: ["a", "b"] for each in items[:3]} | {"something new": ["a", "c"], "nothing": []}

    assert chosen(items, written) == ["first", "second", "something new"]


@pytest.mark.parametrize(
    "asked",
    [item("no page"), item("locks", "transactional_db"), item("pages", "live_server"), item("races", transaction=True)],
    ids=lambda each: each.nodeid,
)
def test_what_opens_no_page_or_stands_on_transactions_runs_again(asked: Any) -> None:
    others = [item("first"), item("second")]
    written = {each.nodeid: ["a"] for each in [*others, asked] if each.nodeid != "no page"}

    assert chosen([*others, asked], written)[-1] == asked.nodeid
