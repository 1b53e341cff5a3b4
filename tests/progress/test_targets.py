"""Targets: who gives them, many at once; what was given adds up, or it is said what is missing (M30)."""

from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns.loading import load_campaigns
from initiatives.models import Campaign, GrassrootsCount, Period, Target
from initiatives.progress import targets
from initiatives.progress.target_setting import (
    ChangedMeanwhile,
    CountWanted,
    TargetsRefused,
    Wanted,
    last_changes,
    set_targets,
)
from initiatives.progress.targets import WHOLE, Sums, When
from orgtree import changes
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    StaffAccountFactory,
    TargetFactory,
    UnitFactory,
    make_tree,
)

AT = datetime(2022, 2, 1, 9, 0, tzinfo=VIETNAM)
LATER = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
QUARTER = When(Period.QUARTER, starts_on=date(2022, 1, 1))
JANUARY = When(Period.MONTH, starts_on=date(2022, 1, 1))

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    return CampaignFactory(goal=1_000_000)


@pytest.fixture
def manager(units: dict[str, Unit]) -> StaffAccount:
    return StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER)


def give(campaign: Campaign, host: Unit, by: StaffAccount, *wanted: Wanted, at: datetime = AT, **kwargs: Any) -> Any:
    return set_targets(campaign, host, wanted, by=by, at=at, **kwargs)


class TestWho:
    @pytest.mark.parametrize(
        ("code", "role", "may"),
        [
            ("quang-tri", Role.MANAGER, True),
            ("tld", Role.ADMINISTRATOR, True),
            ("quang-tri", Role.REVIEWER, False),
            ("tld", Role.MANAGER, False),
            ("quang-tri/dong-ha", Role.MANAGER, False),
            ("thanh-hoa", Role.MANAGER, False),
        ],
    )
    def test_a_manager_of_the_unit_above_or_an_administrator(
        self, units: dict[str, Unit], code: str, role: str, may: bool
    ) -> None:
        account = StaffAccountFactory(unit=units[code], role=role)

        assert targets.may_set(account, units["quang-tri"]) is may

    def test_nobody_sets_ones_own(self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount) -> None:
        with pytest.raises(TargetsRefused):
            give(campaign, units["tld"], manager, Wanted(units["quang-tri"].pk, WHOLE, 10))
        with pytest.raises(TargetsRefused):
            give(campaign, units["quang-tri"], manager, Wanted(units["quang-tri"].pk, WHOLE, 10))

        assert not Target.objects.exists()

    def test_not_for_a_unit_two_steps_below_nor_of_another_branch(
        self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount
    ) -> None:
        for code in ("quang-tri/dong-ha/may-song-hieu", "thanh-hoa/hoang-hoa"):
            with pytest.raises(TargetsRefused):
                give(campaign, units["quang-tri"], manager, Wanted(units[code].pk, WHOLE, 10))

    def test_a_closed_account_gives_nothing(self, units: dict[str, Unit]) -> None:
        account = StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER, is_active=False)

        assert not targets.may_set(account, units["quang-tri"])

    def test_after_a_merger_the_successors_manager_gives_in_the_old_structure(
        self, campaign: Campaign, units: dict[str, Unit]
    ) -> None:
        order = changes.Order(day=date(2025, 7, 1), document="1/QĐ", at=datetime(2025, 7, 1, 8, tzinfo=VIETNAM))
        changes.merge(units["dien-bien"], into=units["quang-tri"], order=order)
        account = StaffAccountFactory(unit=Unit.objects.get(code="quang-tri"), role=Role.MANAGER)

        old, below = Unit.objects.get(code="dien-bien"), Unit.objects.get(code="dien-bien/dien-bien-phu")
        assert [unit.code for unit in targets.hosts_of(account, campaign)] == ["dien-bien", "quang-tri"]
        assert targets.may_set(account, old)
        give(campaign, old, account, Wanted(below.pk, WHOLE, 10))


class TestSetting:
    def test_many_at_once_with_who_and_when(
        self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount
    ) -> None:
        here, there = units["quang-tri/dong-ha"], units["quang-tri/huong-hoa"]

        done = give(
            campaign,
            units["quang-tri"],
            manager,
            Wanted(here.pk, WHOLE, 500, due_on=date(2022, 12, 31), document="12/KH"),
            Wanted(there.pk, QUARTER, 100),
            counts=[CountWanted(here.pk, 120)],
        )

        assert done.sentence == "Đã giao 2 chỉ tiêu, ghi 1 số CĐCS khai báo."
        made = Target.objects.get(unit=here)
        assert (made.quantity, made.due_on, made.document) == (500, date(2022, 12, 31), "12/KH")
        assert (made.set_by, made.set_at) == (manager, AT)
        assert targets.counts_of(campaign, [here.pk]) == {here.pk: 120}

    def test_the_same_again_changes_nothing(
        self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount
    ) -> None:
        wanted = Wanted(units["quang-tri/dong-ha"].pk, WHOLE, 500)
        give(campaign, units["quang-tri"], manager, wanted)

        done = give(campaign, units["quang-tri"], manager, wanted, at=LATER)

        assert done.is_nothing
        assert Target.objects.get().set_at == AT

    def test_a_changed_target_says_so(self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount) -> None:
        here = units["quang-tri/dong-ha"]
        give(campaign, units["quang-tri"], manager, Wanted(here.pk, WHOLE, 2000))
        other = StaffAccountFactory(unit=units["tld"], role=Role.ADMINISTRATOR)

        give(campaign, units["quang-tri"], other, Wanted(here.pk, WHOLE, 3000), at=LATER)

        target = Target.objects.get()
        assert (target.set_by, target.set_at) == (other, LATER)
        assert last_changes([target]) == {target.pk: "2.000 → 3.000"}
        assert LogEntry.objects.filter(action_flag=CHANGE).get().user == other

    def test_what_is_taken_back_is_gone_and_logged(
        self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount
    ) -> None:
        here = units["quang-tri/dong-ha"]
        give(campaign, units["quang-tri"], manager, Wanted(here.pk, WHOLE, 2000), counts=[CountWanted(here.pk, 9)])

        done = give(
            campaign, units["quang-tri"], manager, Wanted(here.pk, WHOLE, None), counts=[CountWanted(here.pk, None)]
        )

        assert done.cleared == 1
        assert not Target.objects.exists()
        assert not GrassrootsCount.objects.exists()
        assert LogEntry.objects.filter(action_flag=DELETION).get().change_message == "Bỏ chỉ tiêu 2.000"

    def test_all_or_nothing(self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount) -> None:
        good, bad = Wanted(units["quang-tri/dong-ha"].pk, WHOLE, 5), Wanted(units["quang-tri/huong-hoa"].pk, WHOLE, 0)

        with pytest.raises(TargetsRefused):
            give(campaign, units["quang-tri"], manager, good, bad)

        assert not Target.objects.exists()

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
        self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount
    ) -> None:
        here = units["quang-tri/dong-ha"]
        TargetFactory(campaign=campaign, unit=here, quantity=700)

        with pytest.raises(ChangedMeanwhile) as refused:
            give(campaign, units["quang-tri"], manager, Wanted(here.pk, WHOLE, 900, seen=(500,)))

        assert refused.value.targets == {here.pk: 700}
        assert Target.objects.get().quantity == 700

    def test_as_many_statements_for_forty_units_as_for_two(
        self, campaign: Campaign, units: dict[str, Unit], manager: StaffAccount
    ) -> None:
        made = [UnitFactory() for _ in range(40)]
        counted = []
        for some in (made[:2], made[2:]):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                give(
                    campaign,
                    units["quang-tri"],
                    manager,
                    *(Wanted(unit.pk, WHOLE, 5) for unit in some),
                    counts=[CountWanted(unit.pk, 3) for unit in some],
                )
            counted.append(len(asked))

        assert counted[0] == counted[1]


class TestAddingUp:
    def test_the_units_below_against_the_units_own(self, campaign: Campaign, units: dict[str, Unit]) -> None:
        TargetFactory(campaign=campaign, unit=units["quang-tri"], quantity=3000)
        TargetFactory(campaign=campaign, unit=units["quang-tri/dong-ha"], quantity=2000)
        TargetFactory(campaign=campaign, unit=units["quang-tri/huong-hoa"], quantity=850)
        TargetFactory(campaign=campaign, unit=units["quang-tri/dong-ha/may-song-hieu"], quantity=40)
        TargetFactory(campaign=CampaignFactory(slug="khac"), unit=units["quang-tri/dong-ha"], quantity=40)

        (share,) = targets.shares(campaign, units["quang-tri"], targets.periods(campaign))

        assert (share.sums.text, share.sums.said, share.units) == ("2.850/3.000", "còn thiếu 150", 2)
        assert targets.without_a_target(campaign, units["quang-tri"], WHOLE) == 1

    def test_per_phase_quarter_and_month(self, campaign: Campaign, units: dict[str, Unit]) -> None:
        phase = campaign.phases.get(name="Giai đoạn 1")
        for unit, quantity in ((units["quang-tri"], 100), (units["quang-tri/dong-ha"], 120)):
            for part in (
                {"period": Period.PHASE, "phase": phase},
                {"period": Period.QUARTER, "starts_on": date(2022, 1, 1)},
                {"period": Period.MONTH, "starts_on": date(2022, 2, 1)},
            ):
                TargetFactory(campaign=campaign, unit=unit, quantity=quantity, **part)

        found = targets.shares(campaign, units["quang-tri"], targets.periods(campaign))

        assert [(each.when.label, each.sums.text, each.sums.said) for each in found] == [
            ("Cả chương trình", "0", ""),
            ("Giai đoạn 1", "120/100", "thừa 20"),
            ("Quý I/2022", "120/100", "thừa 20"),
            ("Tháng 2/2022", "120/100", "thừa 20"),
        ]

    def test_the_whole_of_the_confederation_is_the_goal(self, campaign: Campaign, units: dict[str, Unit]) -> None:
        TargetFactory(campaign=campaign, unit=units["quang-tri"], quantity=4000)

        (share,) = targets.shares(campaign, units["tld"], targets.periods(campaign))

        assert share.sums.text == "4.000/1.000.000"

    def test_two_statements_however_many_units(self, campaign: Campaign, units: dict[str, Unit]) -> None:
        whens = targets.periods(campaign)
        for _ in range(30):
            TargetFactory(campaign=campaign, unit=UnitFactory())

        with CaptureQueriesContext(connection) as asked:
            targets.shares(campaign, units["quang-tri"], whens)

        assert len(asked) == 2

    @pytest.mark.parametrize(
        ("quantities", "said"),
        [
            ({WHOLE: 100, QUARTER: 100}, []),
            ({WHOLE: 100, QUARTER: 90}, [("các quý", "90/100", "còn thiếu 10")]),
            ({WHOLE: 100, JANUARY: 130}, [("các tháng", "130/100", "thừa 30")]),
            ({WHOLE: 100}, []),
            ({QUARTER: 90}, []),
        ],
    )
    def test_parts_in_time_add_up_to_the_whole(
        self, quantities: dict[When, int], said: list[tuple[str, str, str]]
    ) -> None:
        assert [(name, sums.text, sums.said) for name, sums in targets.parts_in_time(quantities)] == said

    def test_even_is_even(self) -> None:
        assert (Sums(3000, 3000).said, Sums(3000, 3000).is_even) == ("vừa đủ", True)


class TestPeriods:
    def test_the_quarters_and_months_of_2022(self, campaigns: dict[str, Campaign]) -> None:
        labels = [when.label for when in targets.periods(campaigns["1trieu-sangkien"])]

        assert labels[:4] == ["Cả chương trình", "Giai đoạn 1", "Giai đoạn 2", "Quý I/2022"]
        assert labels[9] == "Quý III/2023"
        assert labels[10] == "Tháng 1/2022"
        assert labels[-1] == "Tháng 9/2023"
        assert len(labels) == len(set(labels)) == 3 + 7 + 21

    def test_a_close_at_midnight_belongs_to_the_day_before(self, campaigns: dict[str, Campaign]) -> None:
        labels = [when.label for when in targets.periods(campaigns["75nghin-sangkien-vuotkho-phattrien"])]

        assert labels == [
            "Cả chương trình",
            "Đợt cập nhật",
            "Quý I/2021",
            "Quý II/2021",
            "Tháng 3/2021",
            "Tháng 4/2021",
        ]

    def test_a_key_leads_back(self, campaigns: dict[str, Campaign]) -> None:
        whens = targets.periods(campaigns["1trieu-sangkien"])

        assert [targets.chosen(whens, when.key) for when in whens] == whens
        assert targets.chosen(whens, "quy-1999-01") == WHOLE


class TestLoading:
    def test_the_targets_of_the_letters(self, campaigns: dict[str, Campaign]) -> None:
        found = Target.objects.values_list("campaign__slug", "unit__code", "quantity", "due_on", "period", "set_by")

        assert sorted(found) == [
            ("1trieu-sangkien", "ninh-thuan", 3000, None, "whole", None),
            ("1trieu-sangkien", "quang-tri", 4000, None, "whole", None),
            ("75nghin-sangkien-vuotkho-phattrien", "thanh-hoa", 7500, date(2021, 10, 10), "whole", None),
        ]

    def test_again_leaves_what_staff_changed_and_took_back(self, campaigns: dict[str, Campaign]) -> None:
        campaign, root = campaigns["1trieu-sangkien"], Unit.objects.get(depth=1)
        by = StaffAccountFactory(unit=root, role=Role.ADMINISTRATOR)
        keys = dict(Unit.objects.filter(code__in=["quang-tri", "ninh-thuan"]).values_list("code", "pk"))
        give(campaign, root, by, Wanted(keys["quang-tri"], WHOLE, 4500), Wanted(keys["ninh-thuan"], WHOLE, None))

        load_campaigns()

        assert dict(campaign.targets.values_list("unit__code", "quantity")) == {"quang-tri": 4500}

    def test_a_campaign_that_was_loaded_before_there_were_targets_gets_them(
        self, campaigns: dict[str, Campaign]
    ) -> None:
        Target.objects.all().delete()

        load_campaigns()

        assert Target.objects.count() == 3
