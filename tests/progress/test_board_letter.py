"""NT22 as it was: Ninh Thuận on 18/11/2022, on the page, in Excel and from the command."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from initiatives.models import Campaign, Initiative, Status, Target
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory
from tests.progress.boards import cells_of, given, seen

pytestmark = pytest.mark.django_db

COUNTED_AT = datetime(2022, 11, 18, 16, 0, tzinfo=VIETNAM)
TARGETS = {"cd-giao-duc": 300, "cd-vien-chuc": 200, "ninh-phuoc": 600, "phan-rang-thap-cham": 1000}
REACHED = {"cd-giao-duc": 412, "cd-vien-chuc": 255, "ninh-phuoc": 200, "phan-rang-thap-cham": 730}


def ninh_thuan(campaign: Campaign, tree: dict[str, Unit]) -> None:
    """1,647 made entries, of which 50 lie at the province itself; withdrawn ones and a duplicate come on top."""
    Target.objects.filter(campaign=campaign).delete()
    given(campaign, tree["ninh-thuan"], 3000)
    units = {f"ninh-thuan/{slug}": (TARGETS[slug], REACHED[slug]) for slug in TARGETS}
    for code, (target, _) in units.items():
        given(campaign, tree[code], target)
    spread = [code for code, (_, reached) in units.items() for _ in range(reached)]
    spread += ["ninh-thuan"] * (1647 - len(spread))
    phase = campaign.phases.order_by("opens_at").last()
    model = InitiativeFactory(
        campaign=campaign, unit=tree[spread[0]], phase=phase, submitted_at=COUNTED_AT - timedelta(days=60)
    )
    sample = {
        field.attname: getattr(model, field.attname)
        for field in Initiative._meta.concrete_fields
        if field.name not in {"id", "unit", "receipt_code", "receipt_token_hash", "submitted_at", "status"}
    }
    rows = [
        Initiative(
            **sample,
            unit=tree[code],
            status=Status.WITHDRAWN if number >= 1647 else Status.VALID if number % 3 == 0 else Status.SUBMITTED,
            receipt_code=f"{number:013}",
            receipt_token_hash=f"{number:064}",
            submitted_at=COUNTED_AT - timedelta(days=number % 150, hours=1),
        )
        for number, code in enumerate([*spread, *["ninh-thuan/ninh-phuoc"] * 5])
        if number
    ]
    Initiative.objects.bulk_create(rows)


def test_the_letter_of_ninh_thuan_is_reproduced(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Callable[[Any], datetime], tmp_path: Path
) -> None:
    at(COUNTED_AT)
    campaign = campaigns["1trieu-sangkien"]
    ninh_thuan(campaign, tree)
    over = {str(tree[f"ninh-thuan/{slug}"]) for slug in ("cd-giao-duc", "cd-vien-chuc")}

    page = Client().get(f"/{campaign.slug}/tien-do/?don-vi=ninh-thuan")
    listed = Client().get(f"/{campaign.slug}/tien-do/?don-vi=ninh-thuan&loc=vuot")
    under = Client().get(f"/{campaign.slug}/tien-do/?don-vi=ninh-thuan&loc=duoi-50")
    sheet = Client().get(f"/{campaign.slug}/tien-do.xlsx?don-vi=ninh-thuan")
    call_command(
        "export_progress",
        campaign=campaign.slug,
        unit="ninh-thuan",
        output=str(tmp_path / "nt.xlsx"),
        stdout=io.StringIO(),
    )

    assert "1.647/3.000, đạt 54,9%" in seen(page)
    assert "Tính đến 16h00 ngày 18/11/2022" in seen(page)
    assert {row.line.name for row in listed.context["rows"]} == over
    assert [row.line.name for row in under.context["rows"]] == [str(tree["ninh-thuan/ninh-phuoc"])]
    rows = cells_of(sheet.content)
    written = [row for row in rows if row[1] in over]
    assert {(row[1], row[2], row[3], row[5]) for row in written} == {
        (str(tree["ninh-thuan/cd-giao-duc"]), 300, 412, 137.3),
        (str(tree["ninh-thuan/cd-vien-chuc"]), 200, 255, 127.5),
    }
    heads = [row[0] for row in rows if row[0]]
    assert "1.647/3.000, đạt 54,9%" in heads
    assert "Tính đến 16h00 ngày 18/11/2022" in heads
    named = next(text for text in heads if str(text).startswith("Vượt chỉ tiêu: 2 đơn vị"))
    assert all(name in named for name in over)
    assert [row[2:6] for row in rows if str(row[1]).startswith("Tổng cộng")] == [[3000, 1647, 548, 54.9]]
    assert cells_of((tmp_path / "nt.xlsx").read_bytes()) == rows
