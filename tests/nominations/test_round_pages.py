"""Rounds in the admin: who makes and changes one, and the page that says which unit has sent."""

import html
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives.models import (
    Campaign,
    ChoiceList,
    DossierAct,
    DossierEvent,
    DossierState,
    DossierVersion,
    Quota,
    Score,
    SelectionRound,
)
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    CriterionFactory,
    DossierFactory,
    NominationFactory,
    QuotaFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    UnitFactory,
    make_tree,
)

NOW = datetime(2022, 4, 13, 9, 0, tzinfo=VIETNAM)

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    return CampaignFactory()


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def enter(units: dict[str, Unit], client_as: Callable[[StaffAccount], Client]) -> Callable[..., Client]:
    def entered(code: str, role: str = Role.MANAGER) -> Client:
        return client_as(StaffAccountFactory(unit=units[code], role=role))

    return entered


def asked(campaign: Campaign, host: Unit, **changed: Any) -> dict[str, Any]:
    """What the form posts."""
    return {
        "campaign": campaign.pk,
        "host": host.pk,
        "name": "Xét chọn cấp tỉnh năm 2022",
        "opens_at": "",
        "dossier_due": "15/4/2022",
        "takes_part": ["district", "provincial_sector"],
        "each_unit_min": "2",
        "each_unit_max": "4",
        "dossier_items": ["letter", "summary_table", "recognition_decisions"],
        "commended_fields": ["production"],
        "climbs": "on",
        "layout": "qt",
        "own_layout": "",
        **managed("quotas"),
        **managed("criteria"),
    } | changed


def managed(prefix: str, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    forms = {f"{prefix}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial} | forms


def text_of(answer: HttpResponse) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def changed(round: SelectionRound) -> str:
    return reverse("admin:initiatives_selectionround_change", args=[round.pk])


def sealed(round: SelectionRound, unit: Unit, **fields: Any) -> Any:
    dossier = DossierFactory(round=round, unit=unit, state=fields.pop("state", DossierState.SENT), version=1)
    DossierVersion.objects.create(
        dossier=dossier,
        number=1,
        content="{}",
        hash=f"{dossier.pk:064d}",
        sealed_at=NOW,
        sealed_by=StaffAccountFactory(unit=unit),
        sent_on=NOW.date(),
        **fields,
    )
    return dossier


class TestMakingARound:
    def test_a_manager_makes_one_for_the_units_below(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client = enter("quang-tri")

        answer = client.post(reverse("admin:initiatives_selectionround_add"), asked(campaign, units["quang-tri"]))

        assert answer.status_code == 302
        made = SelectionRound.objects.get()
        assert (made.host.code, made.dossier_due, made.each_unit_min, made.each_unit_max) == (
            "quang-tri",
            date(2022, 4, 15),
            2,
            4,
        )
        assert made.takes_part == ["district", "provincial_sector"]
        assert made.commended_fields == ["production"]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"each_unit_max": "1"}, "Số nhiều nhất không được nhỏ hơn số ít nhất."),
            ({"takes_part": []}, "Hãy chọn ít nhất một ô."),
            ({"takes_part": ["hội"]}, "Có ô được chọn không có trong danh sách."),
            ({"dossier_due": "31/2/2022"}, "31/2/2022"),
            ({"name": ""}, "Hãy nhập"),
        ],
        ids=["maximum below minimum", "nobody", "no level", "no day", "no name"],
    )
    def test_what_is_wrong_is_said_and_kept(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], wrong: dict[str, Any], said: str
    ) -> None:
        posted = asked(campaign, units["quang-tri"], **wrong)

        page = text_of(enter("quang-tri").post(reverse("admin:initiatives_selectionround_add"), posted))

        assert said in page
        assert not SelectionRound.objects.exists()

    def test_a_field_that_campaigns_name_alike_is_offered_once_and_kept_as_the_chosen_one_knows_it(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        other = CampaignFactory(slug="khac")
        for of, code, label in ((campaign, "care", "Y tế"), (other, "medical", "Y tế"), (other, "art", "Văn nghệ")):
            of.choices.create(list=ChoiceList.FIELD, code=code, label=label, position=90)
        client, address = enter("quang-tri"), reverse("admin:initiatives_selectionround_add")

        page = text_of(client.get(address))
        offered = re.findall(r'name="commended_fields" value="([a-z_]+)"[^>]*> ?(?:Y tế|Văn nghệ)', page)
        refused = text_of(client.post(address, asked(campaign, units["quang-tri"], commended_fields=["art"])))
        for held in (campaign, other):
            chosen = [code for code in offered if code != "art"]
            client.post(address, asked(held, units["quang-tri"], name=held.slug, commended_fields=chosen))

        assert len(offered) == 2
        assert f"“{campaign.name}” không có lĩnh vực nào trong các ô đã chọn." in refused
        kept = dict(SelectionRound.objects.values_list("name", "commended_fields"))
        assert kept == {campaign.slug: ["care"], other.slug: ["medical"]}

    @pytest.mark.parametrize(("code", "role"), [("quang-tri", Role.REVIEWER), ("quang-tri", Role.VIEWER)])
    def test_others_make_none(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], code: str, role: str
    ) -> None:
        answer = enter(code, role).post(
            reverse("admin:initiatives_selectionround_add"), asked(campaign, units["quang-tri"])
        )

        assert answer.status_code == 403

    def test_nobody_makes_one_for_another_branch(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        enter("quang-tri").post(reverse("admin:initiatives_selectionround_add"), asked(campaign, units["thanh-hoa"]))

        assert not SelectionRound.objects.exists()


class TestChangingARound:
    def test_the_host_and_those_above_change_it_those_below_look(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)

        answers = {code: text_of(enter(code).get(changed(round))) for code in ("tld", "quang-tri", "quang-tri/dong-ha")}

        assert {code: 'name="_save"' in page for code, page in answers.items()} == {
            "tld": True,
            "quang-tri": True,
            "quang-tri/dong-ha": False,
        }
        assert enter("thanh-hoa").get(changed(round)).status_code == 404
        assert enter("quang-tri/dong-ha").post(changed(round), asked(campaign, round.host)).status_code == 403

    def test_an_exception_is_kept_beside_what_was_taken(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        unit = units["quang-tri/dong-ha"]
        QuotaFactory(round=round, unit=unit, taken=3)
        row = {"unit": unit.pk, "minimum": "", "maximum": "6"}

        answer = enter("quang-tri").post(changed(round), asked(campaign, round.host, **managed("quotas", row)))

        quota = Quota.objects.get()
        assert answer.status_code == 302
        assert (quota.maximum, quota.limit, quota.taken) == (6, 6, 3)

    def test_an_exception_that_is_removed_leaves_the_count(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        quota = QuotaFactory(round=round, unit=units["quang-tri/dong-ha"], taken=3, maximum=6, limit=6)
        row = {"id": quota.pk, "round": round.pk, "unit": quota.unit_id, "minimum": "", "maximum": "6", "DELETE": "on"}

        enter("quang-tri").post(changed(round), asked(campaign, round.host, **managed("quotas", row, initial=1)))

        quota.refresh_from_db()
        assert (quota.maximum, quota.limit, quota.taken) == (None, 4, 3)

    def test_a_unit_that_takes_no_part_gets_no_numbers(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, takes_part=["district"])
        row = {"unit": units["quang-tri/cd-vien-chuc"].pk, "minimum": "", "maximum": "6"}
        posted = asked(campaign, round.host, takes_part=["district"], **managed("quotas", row))

        page = text_of(enter("quang-tri").post(changed(round), posted))

        assert "không tham gia đợt này" in page
        assert not Quota.objects.exists()

    def test_less_than_somebody_has_taken_is_refused_and_nothing_is_saved(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        QuotaFactory(round=round, unit=units["quang-tri/dong-ha"], taken=3)
        posted = asked(campaign, round.host, name="Tên mới", each_unit_min="0", each_unit_max="2")

        page = text_of(enter("quang-tri").post(changed(round), posted))

        round.refresh_from_db()
        assert "đã giới thiệu 3, số mới là 2" in page
        assert 'value="Tên mới"' in page  # what was typed is still there
        assert (round.each_unit_max, Quota.objects.get().limit) == (4, 4)

    def test_where_it_is_held_stays_once_somebody_began(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        DossierFactory(round=round)

        enter("tld", Role.ADMINISTRATOR).post(changed(round), asked(campaign, units["thanh-hoa"]))

        round.refresh_from_db()
        assert round.host.code == "quang-tri"


class TestWhatRestsOnARound:
    def test_a_later_last_day_weighs_again_what_was_sent_late(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, dossier_due=date(2022, 4, 12))
        late, worse = (sealed(round, units[f"quang-tri/{name}"], is_late=True) for name in ("dong-ha", "huong-hoa"))
        DossierVersion.objects.filter(dossier=worse).update(sent_on=date(2022, 4, 16))

        answer = enter("quang-tri").post(changed(round), asked(campaign, round.host), follow=True)

        assert "1 hồ sơ đã gửi không còn quá hạn theo hạn mới." in text_of(answer)
        is_late = dict(DossierVersion.objects.values_list("dossier", "is_late"))
        assert is_late == {late.pk: False, worse.pk: True}
        (event,) = DossierEvent.objects.all()
        assert (event.dossier, event.act) == (late, DossierAct.EXTENDED)

    @pytest.mark.parametrize("begun", ["sent", "nominated"])
    def test_a_level_that_began_stays(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], begun: str
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, takes_part=["district", "provincial_sector"])
        unit = units["quang-tri/cd-vien-chuc"]
        if begun == "sent":
            sealed(round, unit)
        else:
            NominationFactory(round=round, unit=unit)
            DossierFactory(round=round, unit=unit)

        page = text_of(enter("quang-tri").post(changed(round), asked(campaign, round.host, takes_part=["district"])))

        assert "1 đơn vị thuộc cấp" in page
        assert "nên không bỏ cấp này được" in page
        round.refresh_from_db()
        assert round.takes_part == ["district", "provincial_sector"]

    def test_a_level_where_a_dossier_was_only_opened_may_go(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, takes_part=["district", "provincial_sector"])
        DossierFactory(round=round, unit=units["quang-tri/cd-vien-chuc"])

        enter("quang-tri").post(changed(round), asked(campaign, round.host, takes_part=["district"]))

        round.refresh_from_db()
        assert round.takes_part == ["district"]

    @pytest.mark.parametrize(
        ("opens_at", "is_refused"),
        [("23h59 ngày 15/4/2022", False), ("24h00 ngày 15/4/2022", True), ("16/4/2022", True), ("", False)],
    )
    def test_it_opens_before_its_last_day_is_over(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], opens_at: str, is_refused: bool
    ) -> None:
        posted = asked(campaign, units["quang-tri"], opens_at=opens_at)

        page = text_of(enter("quang-tri").post(reverse("admin:initiatives_selectionround_add"), posted))

        assert ("Đợt phải mở trước khi hết hạn gửi hồ sơ (hết ngày 15/4/2022)." in page) is is_refused
        assert SelectionRound.objects.exists() is not is_refused

    def test_a_criterion_that_was_scored_says_before_that_it_stays(
        self, campaign: Campaign, enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        scored, free = CriterionFactory(round=round, position=1), CriterionFactory(round=round, position=2)
        Score.objects.create(
            nomination=NominationFactory(round=round),
            criterion=scored,
            account=StaffAccountFactory(),
            points=Decimal(3),
            at=NOW,
        )

        page = enter("quang-tri").get(changed(round)).content.decode()

        boxes = [f'name="criteria-{place}-DELETE"' for place in (0, 1)]
        tags = [next(tag for tag in page.split("<") if box in tag) for box in boxes]
        assert ["disabled" in tag for tag in tags] == [True, False]
        assert free.pk


class TestTheWaysFromARound:
    def test_its_page_leads_to_the_units_and_to_the_points(
        self, campaign: Campaign, enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, name="Xét chọn cấp tỉnh")
        addresses = [
            reverse(f"admin:initiatives_selectionround_{name}", args=[round.pk]) for name in ("units", "scores")
        ]
        host, below = enter("quang-tri"), enter("quang-tri/dong-ha")

        plain = text_of(host.get(changed(round)))
        CriterionFactory(round=round)
        pages = [text_of(client.get(changed(round))) for client in (host, below)]

        assert [f'<a href="{each}">' in plain for each in addresses] == [True, False]
        assert [[f'<a href="{each}">' in page for each in addresses] for page in pages] == [[True, True], [True, False]]

    @pytest.mark.parametrize("name", ["units", "scores"])
    def test_what_stands_behind_it_leads_back(
        self, campaign: Campaign, enter: Callable[..., Client], name: str
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, name="Xét chọn cấp tỉnh")
        CriterionFactory(round=round)

        page = text_of(enter("quang-tri").get(reverse(f"admin:initiatives_selectionround_{name}", args=[round.pk])))

        trail = page.split('<div class="breadcrumbs">')[1].split("</div>")[0]
        assert f'<a href="{changed(round)}">Xét chọn cấp tỉnh</a>' in trail


class TestWhoHasSent:
    @pytest.fixture
    def round(self, campaign: Campaign) -> SelectionRound:
        return SelectionRoundFactory(campaign=campaign, each_unit_min=2)

    def address(self, round: SelectionRound, **asked: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        return reverse("admin:initiatives_selectionround_units", args=[round.pk]) + f"?{query}"

    def names(self, client: Client, round: SelectionRound, **asked: str) -> list[str]:
        return [each.unit.code for each in client.get(self.address(round, **asked)).context["page"]]

    def test_each_unit_below_the_host_stands_there(self, round: SelectionRound, enter: Callable[..., Client]) -> None:
        assert self.names(enter("quang-tri"), round) == [
            "quang-tri/dong-ha",
            "quang-tri/huong-hoa",
            "quang-tri/cd-vien-chuc",
        ]

    def test_a_unit_that_takes_part_sees_itself_alone(
        self, round: SelectionRound, enter: Callable[..., Client]
    ) -> None:
        assert self.names(enter("quang-tri/huong-hoa"), round) == ["quang-tri/huong-hoa"]

    def test_who_does_not_see_all_is_told_no_totals(self, round: SelectionRound, enter: Callable[..., Client]) -> None:
        pages = {
            code: text_of(enter(code, Role.VIEWER).get(self.address(round)))
            for code in ("quang-tri", "quang-tri/huong-hoa")
        }

        assert {code: "đơn vị đã gửi" in page for code, page in pages.items()} == {
            "quang-tri": True,
            "quang-tri/huong-hoa": False,
        }
        assert "Chỉ có đơn vị của bạn" in pages["quang-tri/huong-hoa"]

    @pytest.mark.parametrize(
        ("kind", "listed"),
        [
            ("", ["dong-ha", "huong-hoa", "cd-vien-chuc"]),
            ("chua-gui", ["huong-hoa"]),
            ("cho-xet", ["dong-ha"]),
            ("duoi-muc", ["huong-hoa"]),
            ("qua-han", ["cd-vien-chuc"]),
            ("x'", ["dong-ha", "huong-hoa", "cd-vien-chuc"]),
        ],
    )
    def test_the_tabs_narrow_it(
        self, round: SelectionRound, units: dict[str, Unit], enter: Callable[..., Client], kind: str, listed: list[str]
    ) -> None:
        sealed(round, units["quang-tri/dong-ha"])
        sealed(round, units["quang-tri/cd-vien-chuc"], state=DossierState.ACCEPTED, is_late=True)

        assert self.names(enter("quang-tri"), round, loai=kind) == [f"quang-tri/{name}" for name in listed]

    def test_it_grows_in_rows_not_in_statements(
        self,
        round: SelectionRound,
        units: dict[str, Unit],
        enter: Callable[..., Client],
        django_assert_num_queries: Any,
    ) -> None:
        client = enter("quang-tri")
        client.get(self.address(round))
        sealed(round, units["quang-tri/dong-ha"])
        with CaptureQueriesContext(connection) as one:
            client.get(self.address(round))

        sealed(round, units["quang-tri/huong-hoa"])
        NominationFactory(round=round, unit=units["quang-tri/huong-hoa"])
        with CaptureQueriesContext(connection) as two:
            client.get(self.address(round))

        assert len(one) == len(two)

    def test_another_branch_sees_no_round(self, round: SelectionRound, enter: Callable[..., Client]) -> None:
        assert enter("thanh-hoa").get(self.address(round)).status_code == 404


class TestTheFirstPage:
    def sentences(self, client: Client) -> list[str]:
        panels = client.get(reverse("admin:index")).context["panels"]
        return [each.text for panel in panels if "ồ sơ" in panel.title for each in panel.sentences]

    def test_however_many_merged_what_the_unit_itself_owes_is_told(
        self, campaign: Campaign, units: dict[str, Unit], client_as: Callable[[StaffAccount], Client]
    ) -> None:
        """It came after them in the tree."""
        SelectionRoundFactory(campaign=campaign, host=units["quang-tri"], name="Của tỉnh")
        merged = [UnitFactory(closed_on=date(2021, 7, 1)) for _ in range(6)]
        own = UnitFactory(code="quang-tri/hop-nhat")
        Unit.objects.filter(pk__in=[each.pk for each in merged]).update(current_path=own.path)

        assert [each.split(".")[0] for each in self.sentences(client_as(StaffAccountFactory(unit=own)))] == ["Của tỉnh"]

    def test_a_unit_is_told_what_it_owes(self, campaign: Campaign, enter: Callable[..., Client]) -> None:
        SelectionRoundFactory(campaign=campaign, name="Xét chọn cấp tỉnh", each_unit_min=2)

        assert self.sentences(enter("quang-tri/dong-ha", Role.REVIEWER)) == [
            "Xét chọn cấp tỉnh. 0/4 đã dùng, còn thiếu 2 sáng kiến. Hạn gửi hồ sơ đến hết ngày 15/4/2022, còn 2 ngày."
        ]

    def test_what_was_sent_takes_the_place_of_nothing_that_is_owed(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        rounds = [
            SelectionRoundFactory(campaign=campaign, name=f"Đợt {n}", dossier_due=date(2022, 4, 15 + n))
            for n in range(12)
        ]
        for each in rounds[:6]:
            sealed(each, units["quang-tri/dong-ha"])
        client = enter("quang-tri/dong-ha", Role.REVIEWER)

        said = [each.split(".")[0] for each in self.sentences(client)]
        assert said == [*(each.name for each in rounds[6:11]), "Còn đợt khác"]

        sealed(rounds[6], units["quang-tri/dong-ha"])
        assert [each.split(".")[0] for each in self.sentences(client)] == [each.name for each in rounds[7:]]

    @pytest.mark.parametrize("code", ["quang-tri", "quang-tri/dong-ha"])
    def test_rounds_that_are_settled_hide_none_and_cost_no_statements(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], code: str
    ) -> None:
        three = [units[f"quang-tri/{name}"] for name in ("dong-ha", "huong-hoa", "cd-vien-chuc")]

        def settle(number: int) -> None:
            for each in SelectionRoundFactory.create_batch(number, campaign=campaign):
                for unit in three:
                    DossierFactory(round=each, unit=unit, state=DossierState.ACCEPTED)

        def statements() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert [each.split(".")[0] for each in self.sentences(client)] == ["Còn nợ"]
            return len(asked)

        settle(6)
        last = SelectionRoundFactory(campaign=campaign, name="Còn nợ", dossier_due=date(2022, 4, 20))
        sealed(last, three[1])
        client = enter(code, Role.REVIEWER)
        statements()
        few = statements()
        settle(40)

        assert statements() == few

    @pytest.mark.parametrize(
        ("opens_at", "is_told"), [(None, True), ("2022-04-01", True), ("2022-04-14", False)], ids=str
    )
    def test_a_round_that_has_not_opened_is_owed_by_nobody(
        self, campaign: Campaign, enter: Callable[..., Client], opens_at: str | None, is_told: bool
    ) -> None:
        moment = opens_at and datetime.fromisoformat(opens_at).replace(tzinfo=VIETNAM)
        SelectionRoundFactory(campaign=campaign, opens_at=moment)

        assert bool(self.sentences(enter("quang-tri/dong-ha", Role.REVIEWER))) is is_told

    def test_what_another_unit_owes_that_went_on_in_it_is_told_by_its_name(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        SelectionRoundFactory(campaign=campaign, name="Xét chọn cấp tỉnh")
        order = Order(day=date(2022, 4, 1), at=NOW, document="Quyết định 1")
        changes.merge(units["quang-tri/huong-hoa"], into=units["quang-tri/dong-ha"], order=order)

        said = self.sentences(enter("quang-tri/dong-ha", Role.REVIEWER))

        gone = Unit.objects.get(code="quang-tri/huong-hoa")
        assert {each.split(".")[0] for each in said} == {"Xét chọn cấp tỉnh", f"Xét chọn cấp tỉnh, hồ sơ của {gone}"}

    def test_the_host_is_told_who_has_not_sent(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, name="Xét chọn cấp tỉnh", each_unit_min=2)
        sealed(round, units["quang-tri/dong-ha"])

        assert self.sentences(enter("quang-tri")) == [
            "Xét chọn cấp tỉnh. 1/3 đơn vị đã gửi, 1 hồ sơ chờ trả lời, 2 đơn vị dưới số ít nhất. "
            "Hạn gửi hồ sơ đến hết ngày 15/4/2022, còn 2 ngày."
        ]

    def test_what_was_sent_and_accepted_is_told_no_more(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign, takes_part=["district"])
        for code in ("quang-tri/dong-ha", "quang-tri/huong-hoa"):
            sealed(round, units[code], state=DossierState.ACCEPTED)

        assert self.sentences(enter("quang-tri")) == self.sentences(enter("quang-tri/dong-ha")) == []

    @pytest.mark.parametrize(
        ("due", "is_told"), [(date(2022, 3, 14), True), (date(2022, 3, 13), False), (None, True)], ids=str
    )
    def test_what_is_long_over_is_told_no_more(
        self, campaign: Campaign, enter: Callable[..., Client], due: date | None, is_told: bool
    ) -> None:
        SelectionRoundFactory(campaign=campaign, dossier_due=due)

        assert bool(self.sentences(enter("quang-tri/dong-ha"))) is is_told


class TestCriteria:
    def test_what_was_given_may_not_exceed_the_most(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        criterion = CriterionFactory(round=round, most=10)
        nomination = NominationFactory(round=round)
        Score.objects.create(
            nomination=nomination, criterion=criterion, account=StaffAccountFactory(), points=Decimal("8.5"), at=NOW
        )
        row = {"id": criterion.pk, "round": round.pk, "name": "Tính mới", "most": "5", "position": "0"}

        page = text_of(
            enter("quang-tri").post(changed(round), asked(campaign, round.host, **managed("criteria", row, initial=1)))
        )

        assert "Đã có người cho 8,5 điểm nên không hạ xuống dưới số này." in page
        criterion.refresh_from_db()
        assert criterion.most == 10

    def test_the_way_to_the_points_stands_on_the_page_of_the_round(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        round = SelectionRoundFactory(campaign=campaign)
        client = enter("quang-tri")
        address = reverse("admin:initiatives_selectionround_units", args=[round.pk])
        before = text_of(client.get(address))
        CriterionFactory(round=round)

        page = text_of(client.get(address))

        results = reverse("admin:initiatives_selectionround_scores", args=[round.pk])
        assert (results in before, results in page) == (False, True)


def test_a_host_outside_the_campaigns_structure_is_refused(
    campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
) -> None:
    Unit.objects.filter(code="thanh-hoa").update(opened_on=date(2024, 1, 1), succeeds_since=date(2024, 1, 1))
    posted = asked(campaign, units["thanh-hoa"])

    page = text_of(enter("tld", Role.ADMINISTRATOR).post(reverse("admin:initiatives_selectionround_add"), posted))

    assert "không có trong tổ chức của chương trình (theo ngày 8/1/2022)" in page


def test_a_round_of_before_a_merger_is_held_by_what_its_campaign_has_and_that_is_named(
    tree_of_2025: dict[str, Unit], client_as: Callable[[StaffAccount], Client]
) -> None:
    """The form begins with the unit of today, which holds nothing in such a campaign."""
    campaign, into = CampaignFactory(), tree_of_2025["quang-tri-2025"]
    manager = client_as(StaffAccountFactory(unit=into, role=Role.MANAGER))
    address = reverse("admin:initiatives_selectionround_add")

    page = text_of(manager.post(address, asked(campaign, into)))

    assert "Hãy chọn: LĐLĐ tỉnh Quảng Bình (đến 30/6/2025); LĐLĐ tỉnh Quảng Trị (đến 30/6/2025)." in page
    manager.post(address, asked(campaign, tree_of_2025["quang-tri"]))
    assert SelectionRound.objects.get().host == tree_of_2025["quang-tri"]


def test_below_the_host_nobody_sees_its_staff(
    campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
) -> None:
    round = SelectionRoundFactory(campaign=campaign)
    StaffAccountFactory(unit=units["quang-tri"], role=Role.REVIEWER, full_name="Đoàn Thị Mười")

    pages = {code: text_of(enter(code).get(changed(round))) for code in ("quang-tri", "quang-tri/dong-ha")}

    assert {code: "Đoàn Thị Mười" in page for code, page in pages.items()} == {
        "quang-tri": True,
        "quang-tri/dong-ha": False,
    }
