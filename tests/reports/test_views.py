"""The answer a browser gets."""

import io
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from initiatives.models import Initiative
from initiatives.reports.views import summary_response
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, CampaignFactory2021, InitiativeFactory, make_tree
from tests.reports.sheets import cells_of

pytestmark = pytest.mark.django_db

AT = datetime(2022, 3, 2, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("unit", "layout", "name"),
    [
        ("quang-tri", "qt", "bang-tong-hop-qt-quang-tri-2021.xlsx"),
        ("quang-tri/dong-ha", "th", "bang-tong-hop-th-quang-tri-dong-ha-2021.xlsx"),
    ],
)
def test_the_file_is_named_for_layout_unit_and_year(unit: str, layout: str, name: str) -> None:
    tree = make_tree()

    response = summary_response(
        Initiative.objects.all(), campaign=CampaignFactory2021(), unit=tree[unit], layout=layout, at=AT
    )

    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response["Cache-Control"] == "no-store"
    response.close()


def test_the_table_holds_exactly_the_rows_given() -> None:
    tree = make_tree()
    campaign = CampaignFactory()
    chosen, _other = InitiativeFactory.create_batch(2, campaign=campaign)

    response = summary_response(
        Initiative.objects.filter(pk=chosen.pk), campaign=campaign, unit=tree["quang-tri"], layout="qt", at=AT
    )

    content = b"".join(response.streaming_content)
    response.close()
    cells = cells_of(load_workbook(io.BytesIO(content)).worksheets[0])
    assert cells[:2] == [["TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM"], ["LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG TRỊ"]]
    assert [row[2] for row in cells[7:8]] == [chosen.title]
    assert cells[8] == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_table_takes_no_more_than_five_statements(count: int) -> None:
    make_tree()
    campaign = CampaignFactory()
    InitiativeFactory.create_batch(count, campaign=campaign)
    unit = Unit.objects.get(code="quang-tri/dong-ha")

    with CaptureQueriesContext(connection) as statements:
        summary_response(Initiative.objects.all(), campaign=campaign, unit=unit, layout="th", at=AT).close()

    assert len([each for each in statements if "SELECT" in each["sql"]]) == 3
    assert len(statements) <= 5


def test_a_campaign_without_phases_is_of_the_present_year() -> None:
    response = summary_response(
        Initiative.objects.none(),
        campaign=CampaignFactory(phases=()),
        unit=make_tree()["quang-tri"],
        layout="qt",
        at=AT,
    )

    assert response["Content-Disposition"].endswith('-2022.xlsx"')
    response.close()


def test_a_campaign_that_opens_on_new_year_s_morning_is_of_the_new_year() -> None:
    opens = datetime(2022, 1, 1, 0, 30, tzinfo=VIETNAM)  # still 2021 in UTC
    campaign = CampaignFactory(phases=[{"opens_at": opens}])

    response = summary_response(
        Initiative.objects.none(), campaign=campaign, unit=make_tree()["quang-tri"], layout="qt", at=AT
    )

    assert response["Content-Disposition"].endswith('-2022.xlsx"')
    response.close()
