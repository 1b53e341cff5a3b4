"""The workbook of a dossier is the golden one cell by cell: as it stands, as sealed, in a host's own layout."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook

from initiatives.models import TableColumn, TableLayout
from initiatives.reports.layouts import LAYOUTS, Layout
from initiatives.reports.layouts.own import own_layout
from initiatives.reports.papers import Papers
from initiatives.reports.same_bytes import same_bytes
from initiatives.reports.seals import Seal
from initiatives.reports.tables import table_xlsx
from tests.reports.sheets import cells_of, summary_row

SAMPLES = Path(__file__).parents[2] / "fixtures" / "layouts"
AT = datetime(2022, 4, 5, 2, 0, tzinfo=UTC)
NAMES = ["ho-so-qt", "ho-so-th-niem-phong", "ho-so-mau-rieng"]


def papers_of(sample: dict[str, Any]) -> Papers:
    nominees = [summary_row(number, **facts) for number, facts in enumerate(sample["nominees"], start=1)]
    return Papers(
        **sample["papers"],
        day=date(2022, 4, 5),
        parts=(),
        nominees=tuple(nominees),
        seal=Seal(sample["hash"]) if "hash" in sample else None,
    )


def layout_of(sample: dict[str, Any]) -> Layout:
    asked = sample["layout"]
    if isinstance(asked, str):
        return LAYOUTS[asked]
    columns = [TableColumn(**column) for column in asked["columns"]]
    return own_layout(TableLayout(pk=1, title=asked["title"], under_title=asked["under_title"]), columns)


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_of_a_dossier_is_the_golden_one(name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text())

    content = table_xlsx(papers_of(sample), layout_of(sample), at=AT)

    assert cells_of(load_workbook(io.BytesIO(content)).worksheets[0]) == sample["sheet"]


def test_what_is_written_twice_is_the_same_once_the_moment_is_taken_out() -> None:
    sample = json.loads((SAMPLES / "ho-so-th-niem-phong.json").read_text())
    papers, layout = papers_of(sample), layout_of(sample)

    def made(papers: Papers, *, on: date) -> bytes:
        with time_machine.travel(on, tick=False):
            return same_bytes(table_xlsx(papers, layout, at=AT), at=AT)

    first, second = made(papers, on=date(2022, 4, 5)), made(papers, on=date(2022, 5, 1))
    other = made(replace(papers, sender="Công đoàn khác"), on=date(2022, 4, 5))

    assert first == second != other
    properties = load_workbook(io.BytesIO(first)).properties
    assert properties.modified == properties.created == datetime(2022, 4, 5, 2, 0)
