"""Points: each assessor alone, what reached the host, nobody their own; the host sees what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives.models import Criterion, Dossier, DossierState, Nomination, Score, SelectionRound, Standing, Status
from initiatives.nominations import scoring
from initiatives.nominations.round_forms import Assessors, assessors_for
from initiatives.nominations.scoring import PointsRefused
from initiatives.nominations.scoring_admin import LISTED_AT_ONCE
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    CoAuthorFactory,
    CriterionFactory,
    DossierFactory,
    InitiativeFactory,
    NominationFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    make_tree,
)

AT = datetime(2022, 4, 20, 9, 0, tzinfo=VIETNAM)
DISTRICT, PROVINCE = "quang-tri/dong-ha", "quang-tri"

pytestmark = pytest.mark.django_db


@dataclass
class Jury:
    """Two criteria of ten and five points; three assessors of the province; two nominees of Đông Hà in a dossier it sent."""

    units: dict[str, Unit]
    round: SelectionRound
    criteria: list[Criterion]
    assessors: list[StaffAccount]
    nominees: list[Nomination]
    sign_in: Callable[[StaffAccount], Client]

    def nominee(self, title: str, rank: int, **fields: Any) -> Nomination:
        kept = {"campaign": self.round.campaign, "unit": self.units[DISTRICT], "status": Status.VALID, "title": title}
        phone = f"090000000{rank % 10}"
        initiative = InitiativeFactory(**kept | {"full_name": f"Người thứ {rank}", "phone_digits": phone} | fields)
        return NominationFactory(round=self.round, unit=self.units[DISTRICT], initiative=initiative, rank=rank)

    def give(self, who: int, nominee: int, *points: str | None) -> None:
        keys = [(self.nominees[nominee].pk, each.pk) for each in self.criteria]
        given = [None if each is None else Decimal(each) for each in points]
        scoring.give(self.round, dict(zip(keys, given, strict=False)), by=self.assessors[who], at=AT)

    def points_of(self, who: int) -> list[Decimal]:
        rows = Score.objects.filter(account=self.assessors[who]).order_by("nomination__rank", "criterion__position")
        return list(rows.values_list("points", flat=True))

    def address(self, name: str = "score") -> str:
        return reverse(f"admin:initiatives_selectionround_{name}", args=[self.round.pk])

    def open(self, account: StaffAccount, name: str = "score", **asked: Any) -> HttpResponse:
        return self.sign_in(account).get(self.address(name), asked)

    def field(self, nominee: int, criterion: int) -> str:
        return f"n{self.nominees[nominee].pk}-c{self.criteria[criterion].pk}"

    def send(self, who: int, typed: dict[tuple[int, int], str], **posted: Any) -> HttpResponse:
        shown = posted.pop("shown", [each.pk for each in self.nominees])
        data = {self.field(*place): text for place, text in typed.items()} | {"shown": shown} | posted
        return self.sign_in(self.assessors[who]).post(self.address(), data)


@pytest.fixture
def jury(client_as: Callable[[StaffAccount], Client]) -> Jury:
    units = make_tree()
    round = SelectionRoundFactory(campaign=CampaignFactory(), host=units[PROVINCE], name="Đợt có chấm điểm")
    criteria = [
        CriterionFactory(round=round, name="Tính mới", most=10, position=1),
        CriterionFactory(round=round, name="Hiệu quả", most=5, position=2),
    ]
    names = ("Lê An", "Lê Bình", "Lê Chi")
    assessors = [StaffAccountFactory(unit=units[PROVINCE], full_name=name) for name in names]
    round.assessors.set(assessors)
    DossierFactory(round=round, unit=units[DISTRICT], state=DossierState.SENT)
    made = Jury(units, round, criteria, assessors, [], client_as)
    made.nominees = [made.nominee("Máy cắt vải", 1), made.nominee("Lịch trực", 2)]
    return made


# --- who, and what ----------------------------------------------------------------------------------------------------


def by_lowering(account: StaffAccount) -> None:
    account.role = Role.VIEWER


def by_closing(account: StaffAccount) -> None:
    account.is_active = False


@pytest.mark.parametrize("change", [by_lowering, by_closing])
def test_an_assessor_is_staff_of_the_host_who_may_decide(jury: Jury, change: Callable[[StaffAccount], None]) -> None:
    account = jury.assessors[0]
    assert scoring.may_assess(account, jury.round)

    change(account)

    assert not scoring.may_assess(account, jury.round)


@pytest.mark.parametrize(
    ("place", "role", "named"),
    [
        pytest.param(PROVINCE, Role.MANAGER, False, id="of the host but not named"),
        pytest.param(DISTRICT, Role.MANAGER, True, id="named but of a unit below"),
        pytest.param("tld", Role.ADMINISTRATOR, True, id="named but of the unit above"),
    ],
)
def test_nobody_else_scores(jury: Jury, place: str, role: Role, named: bool) -> None:
    account = StaffAccountFactory(unit=jury.units[place], role=role)
    if named:
        jury.round.assessors.add(account)

    assert not scoring.may_assess(account, jury.round)


@pytest.mark.parametrize(
    ("standing", "state", "is_scored"),
    [
        (Standing.CHOSEN, DossierState.SENT, True),
        (Standing.CHOSEN, DossierState.RECEIVED, True),
        (Standing.CHOSEN, DossierState.ACCEPTED, True),
        (Standing.CHOSEN, DossierState.PREPARING, False),
        (Standing.CHOSEN, DossierState.RETURNED, False),
        (Standing.RESERVE, DossierState.SENT, False),
        (Standing.WITHDRAWN, DossierState.SENT, False),
    ],
)
def test_what_lies_with_the_host_is_scored(jury: Jury, standing: str, state: str, is_scored: bool) -> None:
    Dossier.objects.update(state=state)
    Nomination.objects.filter(pk=jury.nominees[0].pk).update(standing=standing)

    assert (jury.nominees[0] in scoring.reached(jury.round)) is is_scored


def test_points_are_kept_changed_and_taken_away(jury: Jury) -> None:
    jury.give(0, 0, "8.5", "4")
    jury.give(1, 0, "1", "1")

    jury.give(0, 0, "9", None)

    assert jury.points_of(0) == [Decimal(9)]
    assert jury.points_of(1) == [Decimal(1), Decimal(1)]


@pytest.mark.parametrize("points", ["10.01", "-0.01", "11"])
def test_more_than_a_criterion_gives_is_refused_and_keeps_nothing(jury: Jury, points: str) -> None:
    with pytest.raises(PointsRefused, match="từ 0 đến"):
        jury.give(0, 0, points, "5")

    assert jury.points_of(0) == []


def test_what_left_the_host_meanwhile_and_a_criterion_of_another_round_are_refused(jury: Jury) -> None:
    other = CriterionFactory(name="Của đợt khác")
    with pytest.raises(PointsRefused):
        scoring.give(jury.round, {(jury.nominees[0].pk, other.pk): Decimal(1)}, by=jury.assessors[0], at=AT)
    Dossier.objects.update(state=DossierState.RETURNED)

    with pytest.raises(PointsRefused):
        jury.give(0, 0, "1", "1")
    assert not Score.objects.exists()


def test_nobody_scores_their_own(jury: Jury) -> None:
    jury.nominees.append(jury.nominee("Của tôi", 3, phone_digits="0912345678"))
    jury.assessors[0].phone = "0912 345 678"
    jury.assessors[0].save()

    with pytest.raises(PointsRefused, match="chính mình"):
        jury.give(0, 2, "10", "5")

    sheets = scoring.sheets(jury.nominees, jury.assessors[0], criteria=jury.criteria)
    assert [(each.is_own, each.is_finished) for each in sheets] == [(False, False), (False, False), (True, True)]


# --- what comes of it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("totals", "average", "spread"),
    [
        (["15"], "15,0", "0,0"),
        (["10", "15"], "12,5", "2,5"),
        (["10", "10", "15"], "11,7", "2,4"),
        (["8.25", "8.35"], "8,3", "0,1"),
        (["7.25", "7.25"], "7,3", "0,0"),
        (["0", "0", "0"], "0,0", "0,0"),
        ([], "", ""),
    ],
)
def test_average_and_spread_have_one_decimal_and_a_comma(totals: list[str], average: str, spread: str) -> None:
    line = scoring.Line(Nomination(), [Decimal(each) for each in totals], expected=3)

    assert (line.average, line.spread) == (average, spread)


def ranking(jury: Jury) -> list[tuple[int | None, str, str, str]]:
    lines = scoring.results(jury.round).lines
    return [(each.place, each.nomination.initiative.title, each.average, each.spread) for each in lines]


def test_the_best_stand_first_equals_share_a_place_and_what_nobody_scored_stands_last(jury: Jury) -> None:
    jury.nominees += [jury.nominee("Trạm bơm", 3), jury.nominee("Máy cưa", 4)]
    for who, points in enumerate((("8", "4"), ("10", "5"), ("9", "3"))):
        jury.give(who, 1, *points)  # 12, 15, 12
    for who, points in enumerate((("9", "4"), ("9", "4"), ("9", "4"))):
        jury.give(who, 3, *points)  # 13, 13, 13
    jury.give(0, 0, "6", "1")
    jury.give(1, 0, "10", None)  # not whole: does not count

    assert ranking(jury) == [
        (1, "Lịch trực", "13,0", "1,4"),
        (1, "Máy cưa", "13,0", "0,0"),
        (3, "Máy cắt vải", "7,0", "0,0"),
        (None, "Trạm bơm", "", ""),
    ]
    lines = scoring.results(jury.round).lines
    assert [(len(each.totals), each.expected, each.is_finished) for each in lines] == [
        (3, 3, True),
        (3, 3, True),
        (1, 3, False),
        (0, 3, False),
    ]


def test_the_host_sees_who_has_finished_and_an_own_one_is_not_waited_for(jury: Jury) -> None:
    jury.nominees.append(jury.nominee("Của Lê An", 3, phone_digits="0912345678"))
    jury.assessors[0].phone = "0912 345 678"
    jury.assessors[0].save()
    for nominee in (0, 1):
        jury.give(0, nominee, "5", "5")
    jury.give(1, 2, "5", "5")

    results = scoring.results(jury.round)

    assert [(each.account.full_name, each.finished, each.expected, each.is_finished) for each in results.assessors] == [
        ("Lê An", 2, 2, True),
        ("Lê Bình", 1, 3, False),
        ("Lê Chi", 0, 3, False),
    ]
    expected = {each.nomination.initiative.title: each.expected for each in results.lines}
    assert expected == {"Máy cắt vải": 3, "Lịch trực": 3, "Của Lê An": 2}


def test_who_may_assess_is_offered_by_given_names(jury: Jury) -> None:
    StaffAccountFactory(unit=jury.units[PROVINCE], full_name="Đặng Ánh")

    offered = [str(label) for _, label in Assessors(queryset=assessors_for(jury.round)).choices]

    assert [label.partition(" (")[0] for label in offered] == ["Lê An", "Đặng Ánh", "Lê Bình", "Lê Chi"]


def test_whoever_is_no_assessor_any_more_counts_no_more(jury: Jury) -> None:
    jury.give(0, 0, "10", "5")
    jury.give(1, 0, "0", "0")
    jury.round.assessors.remove(jury.assessors[1])

    assert ranking(jury)[0] == (1, "Máy cắt vải", "15,0", "0,0")
    assert Score.objects.filter(account=jury.assessors[1]).exists()


def test_results_ask_as_much_for_two_as_for_four(jury: Jury) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            scoring.results(jury.round)
        counts.append(len(asked))
        jury.nominees += [jury.nominee("Thêm", 3), jury.nominee("Thêm nữa", 4)]
        for nominee in range(4):
            jury.give(0, nominee, "5", "5")

    assert counts == [5, 5]


# --- the pages --------------------------------------------------------------------------------------------------------


def test_an_assessor_scores_all_on_one_page_and_sees_own_points_alone(jury: Jury) -> None:
    jury.give(1, 0, "3.25", "1.75")

    answer = jury.send(0, {(0, 0): "8,5", (0, 1): "4.25", (1, 0): "10", (1, 1): ""})

    assert (answer.status_code, answer.url) == (302, jury.address())
    assert jury.points_of(0) == [Decimal("8.5"), Decimal("4.25"), Decimal(10)]
    page = jury.open(jury.assessors[0]).content.decode()
    for shown in ('value="8,5"', 'value="4,25"', 'value="10"', "Máy cắt vải", "Lịch trực", "<b>1/2</b>"):
        assert shown in page
    for hidden in ("3,25", "1,75", "Lê Bình"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("10,01", "ghi điểm từ 0 đến 10"),
        ("11", "ghi điểm từ 0 đến 10"),
        ("-1", "Ghi điểm bằng số"),
        ("8,555", "Ghi điểm bằng số"),
        ("tám", "Ghi điểm bằng số"),
        ("1e3", "Ghi điểm bằng số"),
        ("8\x00,5x", "Ghi điểm bằng số"),
        ("9" * 5000, "Ghi điểm bằng số"),
    ],
)
def test_what_is_no_point_is_told_beside_its_field_and_everything_typed_is_kept(
    jury: Jury, typed: str, sentence: str
) -> None:
    answer = jury.send(0, {(0, 0): typed, (1, 1): "4,5"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="4,5"' in page
    assert jury.points_of(0) == []


@pytest.mark.parametrize("typed", ["8,5", " 8.5 ", "８,５", "08,50"])
def test_points_are_read_as_people_type_them(jury: Jury, typed: str) -> None:
    jury.send(0, {(0, 0): typed})

    assert jury.points_of(0) == [Decimal("8.5")]


def test_an_own_one_is_said_and_not_asked(jury: Jury) -> None:
    jury.nominees.append(jury.nominee("Của tôi", 3, phone_digits="0912345678"))
    jury.assessors[0].phone = "0912 345 678"
    jury.assessors[0].save()

    page = jury.open(jury.assessors[0]).content.decode()
    assert "bạn không chấm sáng kiến này" in page
    assert jury.field(2, 0) not in page
    jury.send(0, {(2, 0): "10", (0, 0): "5"})

    assert jury.points_of(0) == [Decimal(5)]


def test_a_namesake_is_warned_of_and_may_be_scored_and_the_recognised_author_is_named(jury: Jury) -> None:
    initiative = jury.nominees[0].initiative
    CoAuthorFactory(initiative=initiative, number=1, full_name="Lê An")
    type(initiative).objects.filter(pk=initiative.pk).update(recognised_author=1)
    manager = StaffAccountFactory(unit=jury.units[PROVINCE], role=Role.MANAGER)

    own, other = (jury.open(each).content.decode() for each in jury.assessors[:2])

    assert "trùng họ tên với bạn (Lê An)" in own
    assert "trùng họ tên" not in other
    assert jury.field(0, 0) in own
    assert "Lê An · LĐLĐ thành phố Đông Hà" in jury.open(manager, "scores").content.decode()


def test_what_was_returned_while_one_scored_is_told_and_the_rest_is_kept(jury: Jury) -> None:
    beside = jury.units["quang-tri/huong-hoa"]
    DossierFactory(round=jury.round, unit=beside, state=DossierState.SENT)
    other = InitiativeFactory(campaign=jury.round.campaign, unit=beside, status=Status.VALID, title="Của Hướng Hóa")
    jury.nominees.append(NominationFactory(round=jury.round, unit=beside, initiative=other))
    Dossier.objects.filter(unit=beside).update(state=DossierState.RETURNED)

    client = jury.sign_in(jury.assessors[0])
    data = {jury.field(0, 0): "5", jury.field(2, 0): "9", "shown": [each.pk for each in jury.nominees]}
    answer = client.post(jury.address(), data, follow=True)

    assert "vừa được trả lại" in answer.content.decode()
    assert jury.points_of(0) == [Decimal(5)]


@pytest.mark.parametrize("shown", [["x"], ["9" * 40], ["\x00"], [], ["-1"]])
def test_a_post_that_makes_no_sense_keeps_nothing_and_breaks_nothing(jury: Jury, shown: list[str]) -> None:
    assert jury.send(0, {(0, 0): "5"}, shown=shown).status_code == 302
    assert jury.points_of(0) == []


def test_many_nominees_are_ten_a_page_and_one_goes_on_to_the_next(jury: Jury) -> None:
    for rank in range(3, LISTED_AT_ONCE + 3):
        jury.nominees.append(jury.nominee(f"Sáng kiến {rank}", rank))

    first, second = jury.open(jury.assessors[0]), jury.open(jury.assessors[0], p="2")
    assert [len(each.context["forms"]) for each in (first, second)] == [LISTED_AT_ONCE, 2]
    shown = [form.sheet.nomination.pk for form in first.context["forms"]]
    answer = jury.send(0, {(0, 0): "5"}, shown=shown, onwards="1")

    assert answer.url == f"{jury.address()}?p=2"
    for odd in ("0", "-1", "x", "999", "9" * 40):
        assert jury.open(jury.assessors[0], p=odd).status_code == 200


def test_the_page_asks_as_much_for_two_as_for_four(jury: Jury) -> None:
    counts = []
    for _ in range(2):
        client = jury.sign_in(jury.assessors[0])
        client.get(jury.address())
        with CaptureQueriesContext(connection) as asked:
            client.get(jury.address())
        counts.append(len(asked))
        jury.nominees += [jury.nominee("Thêm", 3), jury.nominee("Thêm nữa", 4)]

    assert counts[0] == counts[1]


# --- doors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "role", "score", "scores"),
    [
        pytest.param(PROVINCE, Role.MANAGER, 403, 200, id="the host's manager"),
        pytest.param(PROVINCE, Role.REVIEWER, 403, 403, id="the host's reviewer, no assessor"),
        pytest.param("tld", Role.ADMINISTRATOR, 403, 200, id="above the host"),
        pytest.param(DISTRICT, Role.MANAGER, 403, 403, id="a unit that takes part"),
        pytest.param("thanh-hoa", Role.MANAGER, 404, 404, id="another province"),
    ],
)
def test_who_opens_which_page(jury: Jury, place: str, role: Role, score: int, scores: int) -> None:
    account = StaffAccountFactory(unit=jury.units[place], role=role)

    assert jury.open(account).status_code == score
    assert jury.open(account, "scores").status_code == scores


def test_an_assessor_does_not_see_the_results(jury: Jury) -> None:
    assert jury.open(jury.assessors[0]).status_code == 200
    assert jury.open(jury.assessors[0], "scores").status_code == 403


def test_a_round_without_criteria_has_neither_page(jury: Jury) -> None:
    Criterion.objects.all().delete()
    manager = StaffAccountFactory(unit=jury.units[PROVINCE], role=Role.MANAGER)

    assert jury.open(jury.assessors[0]).status_code == 404
    assert jury.open(manager, "scores").status_code == 404


def test_the_host_sees_the_ranking_and_who_has_finished(jury: Jury) -> None:
    manager = StaffAccountFactory(unit=jury.units[PROVINCE], role=Role.MANAGER)
    jury.give(0, 1, "8", "4.5")
    jury.give(0, 0, "1", "1")
    jury.give(1, 1, "10", "4.5")

    page = jury.open(manager, "scores").content.decode()

    assert page.index("Lịch trực") < page.index("Máy cắt vải")
    for shown in ("13,5", "1,0", "Lê An: 2/2", "Lê Bình: 1/2", "Lê Chi: 0/2", "Chưa đủ điểm"):
        assert shown in page


def test_a_manager_who_scores_sees_the_ranking_behind_the_last_of_their_own_points(jury: Jury) -> None:
    manager = StaffAccountFactory(unit=jury.units[PROVINCE], role=Role.MANAGER)
    jury.assessors.append(manager)
    jury.round.assessors.add(manager)
    jury.give(0, 0, "9", "4.5")

    assert "13,5" not in jury.open(manager, "scores").content.decode()
    jury.give(3, 0, "9", "4.5")
    jury.give(3, 1, "1", "1")

    assert "13,5" in jury.open(manager, "scores").content.decode()


def test_before_anything_was_sent_both_pages_say_so(jury: Jury) -> None:
    Dossier.objects.update(state=DossierState.PREPARING)
    manager = StaffAccountFactory(unit=jury.units[PROVINCE], role=Role.MANAGER)

    for answer in (jury.open(jury.assessors[0]), jury.open(manager, "scores")):
        assert "Chưa có sáng kiến nào để chấm" in answer.content.decode()


def test_the_round_s_own_admin_has_both_pages() -> None:
    names = {pattern.name for pattern in admin.site._registry[SelectionRound].get_urls()}

    assert {"initiatives_selectionround_score", "initiatives_selectionround_scores"} <= names
