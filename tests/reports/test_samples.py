"""The workbook of each layout, from database to file, is the official sample cell by cell."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from initiatives.models import Initiative
from initiatives.reports.export import write_summary, year_of
from tests.factories import CampaignFactory2021, CoAuthorFactory, InitiativeFactory, make_tree
from tests.reports.sheets import cells_of

SAMPLES = Path(__file__).parents[2] / "fixtures" / "layouts"


def made_from(sample: dict[str, Any]) -> Any:
    tree = make_tree()
    campaign = CampaignFactory2021()
    for answers in sample["initiatives"]:
        fields = {name: value for name, value in answers.items() if name != "recognised_co_author"}
        fields["unit"] = tree[answers["unit"]]
        fields["applied_on"] = date.fromisoformat(answers["applied_on"])
        initiative = InitiativeFactory(campaign=campaign, **fields)
        if "recognised_co_author" in answers:
            CoAuthorFactory(initiative=initiative, number=1, **answers["recognised_co_author"])
    return campaign, tree[sample["unit"]]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["qt", "th"])
def test_the_workbook_is_the_official_sample_cell_by_cell(name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text())
    campaign, unit = made_from(sample)
    at = datetime(2021, 4, 12, tzinfo=UTC)
    file = io.BytesIO()

    count = write_summary(
        file, Initiative.objects.all(), unit=unit, layout=sample["layout"], year=year_of(campaign, at=at), at=at
    )

    assert cells_of(load_workbook(file).worksheets[0]) == sample["sheet"]
    assert count == len(sample["initiatives"])
