"""The facts of official tables: read from a list in one statement or of one initiative, they are the same."""

from typing import Any

import pytest

from initiatives.models import Initiative
from initiatives.reports.summary import SummaryRow
from initiatives.submission.summary_facts import Facts, answers_of, facts, facts_of, recognised_co_author
from tests.factories import CoAuthorFactory, InitiativeFactory

pytestmark = pytest.mark.django_db

WHO = [
    pytest.param({"recognised_author": 0}, None, id="the sender"),
    pytest.param({"recognised_author": 2}, "Hồ Văn Hai", id="a co-author"),
    pytest.param({"recognised_author": 9}, None, id="somebody who is not there"),
    pytest.param({"recognised_author": 1, "phone": "", "birth_year": None}, "Lê Thị Một", id="without phone and year"),
    pytest.param({"benefit_value": None, "benefit_is_not_money": True}, None, id="not money"),
]


@pytest.mark.parametrize(("fields", "name"), WHO)
def test_both_ways_tell_the_same(fields: dict[str, Any], name: str | None) -> None:
    given = {"share": 40, "full_name": "Trần Thị Lan", "phone": "0912 345 678"} | fields
    initiative = InitiativeFactory(**given)
    for number, co_author in enumerate(("Lê Thị Một", "Hồ Văn Hai"), start=1):
        CoAuthorFactory(initiative=initiative, number=number, full_name=co_author, share=30)
    co_authors = list(initiative.co_authors.all())

    (listed,) = answers_of(Initiative.objects.all())

    assert facts_of(initiative, co_authors) == facts(*listed)
    assert facts_of(initiative, co_authors).full_name == (name or "Trần Thị Lan")
    assert recognised_co_author(initiative, co_authors) == name


def test_a_row_of_the_table_is_a_number_and_the_facts() -> None:
    assert SummaryRow._fields == ("number", *Facts._fields)
