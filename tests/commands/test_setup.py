"""`setup`: tables, tree and campaigns, again and again."""

from io import StringIO

import pytest
from django.core.management import call_command

from initiatives.models import Campaign, Choice, Contact, Phase
from orgtree.models import Unit, UnitAlias
from tests.submission.worker import YEAR_2021, YEAR_2022

pytestmark = pytest.mark.django_db


def run() -> str:
    said = StringIO()
    call_command("setup", stdout=said)
    return said.getvalue()


def test_setup_loads_the_tree_and_both_campaigns() -> None:
    said = run()

    assert Unit.objects.count() == 1 + 63 + 20 + 705 + 97
    assert set(Campaign.objects.values_list("slug", flat=True)) == {YEAR_2021, YEAR_2022}
    assert said.count("\n") == 1
    assert YEAR_2021 in said
    assert YEAR_2022 in said


def test_setup_again_changes_nothing() -> None:
    run()
    models = (Unit, UnitAlias, Campaign, Phase, Choice, Contact)
    before = [list(model.objects.order_by("pk").values()) for model in models]

    said = run()

    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    assert "Chương trình: không có gì mới." in said
