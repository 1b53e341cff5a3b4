"""`setup`: tables, tree and campaigns, again and again."""

from collections.abc import Callable
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from initiatives.models import Campaign, Choice, Contact, Phase
from orgtree.checking import faults_in_tree
from orgtree.models import Level, StaffAccount, Unit, UnitAlias, UnitChange, UnitName, WordForm
from tests.factories import UnitFactory
from tests.submission.worker import YEAR_2021, YEAR_2022

pytestmark = pytest.mark.django_db


def run() -> str:
    said = StringIO()
    call_command("setup", stdout=said)
    return said.getvalue()


def test_setup_loads_the_tree_and_both_campaigns() -> None:
    said = run()

    assert Unit.objects.in_structure_of(date(2022, 1, 8)).count() == 1 + 63 + 20 + 705 + 97
    assert Unit.objects.in_structure_of(date(2025, 7, 2)).top().count() == 34 + 17
    assert set(Campaign.objects.values_list("slug", flat=True)) == {YEAR_2021, YEAR_2022}
    assert said.count("\n") == 1
    assert YEAR_2021 in said
    assert YEAR_2022 in said


def test_setup_again_changes_nothing() -> None:
    run()
    models = (Unit, UnitAlias, UnitName, UnitChange, WordForm, Campaign, Phase, Choice, Contact)
    before = [list(model.objects.order_by("pk").values()) for model in models]

    said = run()

    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    assert "Chương trình: không có gì mới." in said


def test_what_is_still_ahead_is_left_for_later(at: Callable[[str], datetime]) -> None:
    at("2023-01-01 09:00:00")
    said = run()

    assert "140 việc chưa đến ngày" in said
    assert not Unit.objects.filter(code="quang-tri-2025").exists()

    at("2025-07-01 00:00:00")
    run()

    assert Unit.objects.filter(code="quang-tri-2025").exists()


def test_a_tree_that_lived_on_by_itself_stays_and_the_rest_stands(at: Callable[[str], datetime]) -> None:
    at("2023-01-01 09:00:00")
    run()
    UnitFactory(parent=Unit.objects.get(code="quang-tri/dong-ha"), level=Level.GRASSROOTS, opened_on=date(2025, 8, 1))

    at("2026-01-01 09:00:00")
    said = run()

    assert said.count("\n") == 1
    assert "Các việc trong acts-2022-2025.csv chưa ghi được, cây đơn vị giữ nguyên: dòng 75: " in said
    assert "“manage.py change_units fixtures/units/acts-2022-2025.csv --dry-run”" in said
    assert not Unit.objects.filter(code="quang-tri-2025").exists()
    assert said.endswith("Chương trình: không có gì mới.\n")


def test_a_tree_that_contradicts_the_file_refuses_in_a_sentence(tree: dict[str, Unit]) -> None:
    Unit.objects.filter(code="quang-tri/dong-ha").update(level=Level.GRASSROOTS)

    with pytest.raises(CommandError) as refused:
        run()

    assert str(refused.value) == (
        "Chưa nạp được đơn vị từ units-2021.csv, cây đơn vị giữ nguyên: dòng 421: quang-tri/dong-ha đang ở cấp Công đoàn cơ sở; "
        "nhập tệp không đổi được cấp. Xem đủ 1 chỗ bằng “manage.py import_units fixtures/units/units-2021.csv --dry-run”."
    )


def test_the_demonstration_stands_on_the_tree_of_today(
    tree_of_2025: dict[str, Unit], client_as: Callable[[StaffAccount], Client]
) -> None:
    call_command("seed_demo", password="x", stdout=StringIO())
    campaign = Campaign.objects.get(slug="sang-kien-thu-nghiem")

    form = Client().get(f"/{campaign.slug}/nop/").content.decode()
    chosen = Client().get(f"/{campaign.slug}/nop/?don-vi=quang-tri/dong-ha").content.decode()
    lists = {
        account.username: client_as(account).get("/admin/orgtree/unit/").status_code
        for account in StaffAccount.objects.select_related("unit")
    }

    assert form.count('<option value="') >= 63 + 20
    assert '<option value="quang-tri/dong-ha" selected>' in chosen
    assert set(lists.values()) == {200}
    officer = StaffAccount.objects.select_related("unit").get(username="demo-dong-ha")
    assert set(Unit.objects.visible_to(officer).values_list("code", flat=True)) == {
        "quang-tri/dong-ha",
        "quang-tri/dong-ha/may-dong-ha",
    }
    assert list(faults_in_tree()) == []


def test_a_campaign_of_2025_offers_the_structure_of_its_day(tree_of_2025: dict[str, Unit]) -> None:
    call_command("seed_demo", password="x", stdout=StringIO())
    Campaign.objects.update(structure_day=date(2025, 7, 2))

    answer = Client().get("/don-vi/?q=Hà Giang&ngay=2025-07-02&chuong-trinh=sang-kien-thu-nghiem").content.decode()

    assert "/sang-kien-thu-nghiem/nop/?don-vi=tuyen-quang-2025" in answer
    assert "don-vi=ha-giang" not in answer
