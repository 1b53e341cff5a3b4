"""The letters played with their dates: what is put forward where, until when, how many, and how it climbs to the top."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from initiatives.models import (
    Campaign,
    Dossier,
    DossierPart,
    DossierState,
    DossierVersion,
    Initiative,
    Nomination,
    SelectionRound,
    Standing,
    Status,
)
from initiatives.nominations import dossiers, quotas, rights, rounds, sealing
from initiatives.nominations.candidates import candidates
from initiatives.nominations.nominating import NotACandidate, nominate
from initiatives.nominations.path import path_of
from initiatives.nominations.quotas import QuotaIsFull
from initiatives.nominations.rounds import RoundState
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    InitiativeFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)
from tests.submission.worker import YEAR_2021

QT, DB, TOP = "Xét chọn cấp tỉnh năm 2021", "Xét chọn cấp tỉnh năm 2021", "Biểu dương cấp Tổng Liên đoàn năm 2021"
TH_1, TH_2 = "Đợt 1 - Tháng Công nhân năm 2021", "Đợt 2 - Kỷ niệm 75 năm ngày thành lập Công đoàn Thanh Hóa"
DONG_HA, HUONG_HOA, HOANG_HOA = "quang-tri/dong-ha", "quang-tri/huong-hoa", "thanh-hoa/hoang-hoa"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@dataclass
class Play:
    """One campaign on a tree, with somebody to act at each unit."""

    campaign: Campaign
    units: dict[str, Unit]

    def round(self, host: str, name: str) -> SelectionRound:
        return SelectionRound.objects.select_related("host", "campaign").get(host__code=host, name=name)

    def manager(self, code: str) -> StaffAccount:
        found = StaffAccount.objects.filter(unit__code=code, role=Role.MANAGER).first()
        return found or StaffAccountFactory(unit=self.units[code], role=Role.MANAGER)

    def valid(self, code: str, title: str = "Sáng kiến") -> Initiative:
        return InitiativeFactory(campaign=self.campaign, unit=self.units[code], status=Status.VALID, title=title)

    def nominate(self, initiative: Initiative, round: SelectionRound, code: str, at: str) -> Nomination:
        by = self.manager(code)
        return nominate(initiative.pk, round=round, unit=self.units[code], by=by, at=moment(at))

    def send(self, round: SelectionRound, code: str, at: str) -> DossierVersion:
        """With every paper it asks for, signed on paper."""
        dossier, by = dossiers.of(round, self.units[code]), self.manager(code)
        shared: dict[str, Any] = {"by": by, "at": moment(at)}
        for part in round.dossier_items:
            nominees = Nomination.objects.standing().filter(round=round, unit=self.units[code])
            of_each = part == DossierPart.RECOGNITION_DECISIONS
            for nomination in nominees if of_each else [None]:
                dossiers.note_paper(dossier, part, nomination=nomination, **shared)
        edition = Dossier.objects.get(pk=dossier.pk).edition
        return sealing.seal(dossier, no_complaints=True, edition=edition, **shared)

    def accept(self, round: SelectionRound, code: str, at: str) -> None:
        dossier, shared = dossiers.of(round, self.units[code]), {"by": self.manager(round.host.code), "at": moment(at)}
        sealing.receive(dossier, **shared)
        sealing.accept(dossier, no_complaints=True, **shared)

    def grant(self, round: SelectionRound, code: str, until: date, at: str) -> None:
        dossier, by = dossiers.of(round, self.units[code]), self.manager(round.host.code)
        dossiers.extend(dossier, until=until, because="Đường sạt lở", by=by, at=moment(at))

    def titles(self, round: SelectionRound, code: str) -> set[str]:
        return set(candidates(round, self.units[code]).values_list("title", flat=True))


@pytest.fixture
def letters(campaigns: dict[str, Campaign], tree: dict[str, Unit]) -> Play:
    return Play(campaigns[YEAR_2021], tree)


# --- until when, how many ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "name", "code", "last", "too_late"),
    [
        pytest.param("quang-tri", QT, DONG_HA, "2021-04-15T23:59:59", "2021-04-16T00:00:00", id="QT21"),
        pytest.param("thanh-hoa", TH_1, HOANG_HOA, "2021-04-16T23:59:59", "2021-04-17T00:00:00", id="TH21, first"),
        pytest.param("thanh-hoa", TH_2, HOANG_HOA, "2021-10-04T23:59:59", "2021-10-05T00:00:00", id="TH21, second"),
        pytest.param(
            "dien-bien", DB, "dien-bien/dien-bien-phu", "2021-04-14T23:59:59", "2021-04-15T00:00:00", id="DB21"
        ),
        pytest.param("tld", TOP, "cd-y-te", "2031-01-01T00:00:00", None, id="the TLĐ has no end"),
    ],
)
def test_a_round_of_the_letters_takes_until_the_last_second_of_its_day(
    letters: Play, host: str, name: str, code: str, last: str, too_late: str | None
) -> None:
    round = letters.round(host, name)

    with pytest.raises(dossiers.RoundIsNotOpen):
        letters.nominate(letters.valid(code), round, code, "2021-03-09T23:59:59")
    assert letters.nominate(letters.valid(code), round, code, last).pk
    if too_late is not None:
        with pytest.raises(dossiers.RoundIsNotOpen):
            letters.nominate(letters.valid(code), round, code, too_late)


def test_the_second_round_of_thanh_hoa_lies_behind_the_close_of_the_campaign(letters: Play) -> None:
    closes_at = max(phase.closes_at for phase in letters.campaign.phases.all())
    window = rounds.window(letters.round("thanh-hoa", TH_2))

    assert moment("2021-10-04T23:59:59") > closes_at
    assert window.state(at=moment("2021-10-04T23:59:59")) is RoundState.OPEN


@pytest.mark.parametrize(
    ("host", "name", "code", "most"),
    [
        pytest.param("quang-tri", QT, DONG_HA, None, id="QT21: at least two, as many as it wants"),
        pytest.param("thanh-hoa", TH_1, HOANG_HOA, 2, id="TH21, first: two"),
        pytest.param("thanh-hoa", TH_2, HOANG_HOA, 4, id="TH21, second: four"),
        pytest.param("dien-bien", DB, "dien-bien/cd-vien-chuc", None, id="DB21 names no number below"),
        pytest.param("tld", TOP, "quang-tri", 4, id="QT21: four to the TLĐ"),
        pytest.param("tld", TOP, "dien-bien", 4, id="DB21: four to the TLĐ"),
        pytest.param("tld", TOP, "thanh-hoa", None, id="TH21 names no number"),
    ],
)
def test_as_many_as_the_letter_says_and_not_one_more(
    letters: Play, host: str, name: str, code: str, most: int | None
) -> None:
    round = letters.round(host, name)
    SelectionRound.objects.filter(host__code=code).update(climbs=False)  # what reached it is another test's
    at = "2021-04-10T08:00:00"
    taken = most if most is not None else 6
    for _ in range(taken):
        letters.nominate(letters.valid(code), round, code, at)

    if most is not None:
        with pytest.raises(QuotaIsFull):
            letters.nominate(letters.valid(code), round, code, at)

    assert Nomination.objects.filter(round=round, standing=Standing.CHOSEN).count() == taken
    text = quotas.uses(round, [letters.units[code]])[letters.units[code].pk].text
    assert text == (f"{most}/{most} đã dùng" if most else "6 đã dùng")


# --- how it climbs ----------------------------------------------------------------------------------------------------


def test_quang_tri_to_the_top(letters: Play) -> None:
    """QT21: each district at least two, with three kinds of papers, by the end of 15/4; the province picks four for the TLĐ."""
    below, top = letters.round("quang-tri", QT), letters.round("tld", TOP)
    for code, name in ((DONG_HA, "Đông Hà"), (HUONG_HOA, "Hướng Hóa")):
        for number in (1, 2, 3):
            letters.nominate(letters.valid(code, f"{name} {number}"), below, code, "2021-04-12T08:00:00")
    letters.valid(DONG_HA, "không ai giới thiệu")
    alone = "quang-tri/cd-vien-chuc"
    letters.nominate(letters.valid(alone, "một mình"), below, alone, "2021-04-12T08:00:00")
    assert letters.titles(top, "quang-tri") == set()

    with pytest.raises(sealing.BelowTheMinimum):
        letters.send(below, alone, "2021-04-14T16:00:00")
    on_time = letters.send(below, DONG_HA, "2021-04-15T23:59:59")
    late = letters.send(below, HUONG_HOA, "2021-04-16T08:00:00")

    assert (on_time.is_late, late.is_late) == (False, True)
    letters.accept(below, DONG_HA, "2021-04-16T09:00:00")
    assert letters.titles(top, "quang-tri") == {"Đông Hà 1", "Đông Hà 2", "Đông Hà 3"}
    letters.grant(below, HUONG_HOA, date(2021, 4, 16), "2021-04-16T10:00:00")
    letters.accept(below, HUONG_HOA, "2021-04-16T10:00:00")
    reached = list(candidates(top, letters.units["quang-tri"]).order_by("title"))
    assert len(reached) == 6
    for initiative in reached[:4]:
        letters.nominate(initiative, top, "quang-tri", "2021-04-20T08:00:00")
    with pytest.raises(QuotaIsFull):
        letters.nominate(reached[4], top, "quang-tri", "2021-04-20T08:00:00")
    with pytest.raises(NotACandidate):
        letters.nominate(Initiative.objects.get(title="không ai giới thiệu"), top, "quang-tri", "2021-04-20T08:00:00")
    letters.send(top, "quang-tri", "2021-04-21T08:00:00")
    letters.accept(top, "quang-tri", "2021-05-05T08:00:00")

    first = Initiative.objects.get(title="Đông Hà 1")
    steps = [(step.unit.code, step.host.code, step.is_accepted) for step in path_of(first)]
    assert steps == [(DONG_HA, "quang-tri", True), ("quang-tri", "tld", True)]
    assert [step.host.code for step in path_of(reached[5])] == ["quang-tri"]


def test_of_thanh_hoa_only_the_first_round_climbs(letters: Play) -> None:
    first, second, top = (letters.round(*each) for each in (("thanh-hoa", TH_1), ("thanh-hoa", TH_2), ("tld", TOP)))
    both, later = letters.valid(HOANG_HOA, "cả hai đợt"), letters.valid(HOANG_HOA, "đợt sau")
    letters.nominate(both, first, HOANG_HOA, "2021-04-16T08:00:00")
    for initiative in (both, later):  # one place a round, not one a campaign
        letters.nominate(initiative, second, HOANG_HOA, "2021-10-04T08:00:00")
    for round, at in ((first, "2021-04-16T09:00:00"), (second, "2021-10-04T09:00:00")):
        assert not letters.send(round, HOANG_HOA, at).is_late
        letters.accept(round, HOANG_HOA, "2021-10-06T08:00:00")

    assert letters.titles(top, "thanh-hoa") == {"cả hai đợt"}


def test_in_dien_bien_a_dossier_sent_on_the_15th_is_late(letters: Play) -> None:
    """DB21: "trước ngày 15/4/2021"."""
    round = letters.round("dien-bien", DB)
    sent = {}
    for code, at in (
        ("dien-bien/dien-bien-phu", "2021-04-14T23:00:00"),
        ("dien-bien/cd-vien-chuc", "2021-04-15T00:00:00"),
    ):
        letters.nominate(letters.valid(code), round, code, "2021-04-14T08:00:00")
        sent[code] = letters.send(round, code, at).is_late

    assert sent == {"dien-bien/dien-bien-phu": False, "dien-bien/cd-vien-chuc": True}


@pytest.mark.django_db
def test_from_the_grassroots_to_the_top_each_level_in_its_own_round() -> None:
    units = make_tree()
    play = Play(CampaignFactory(), units)
    cdcs = "quang-tri/dong-ha/may-song-hieu"
    climb = [(cdcs, DONG_HA, "grassroots"), (DONG_HA, "quang-tri", "district"), ("quang-tri", "tld", "province")]
    held = [
        SelectionRoundFactory(campaign=play.campaign, host=unit_at(host), takes_part=[level], each_unit_max=1)
        for _, host, level in climb
    ]
    initiative, beside = play.valid(cdcs, "Máy cắt"), play.valid(DONG_HA, "không qua cơ sở")

    for round, (code, _, _) in zip(held, climb, strict=True):
        play.nominate(initiative, round, code, "2022-04-01T08:00:00")
        with pytest.raises((NotACandidate, QuotaIsFull)):
            play.nominate(beside, round, code, "2022-04-01T08:00:00")
        play.send(round, code, "2022-04-02T08:00:00")
        play.accept(round, code, "2022-04-03T08:00:00")

    steps = path_of(initiative)
    assert [(step.unit.code, step.host.code, step.place, step.is_accepted) for step in steps] == [
        (code, host, "Thứ 1", True) for code, host, _ in climb
    ]
    assert list(initiative.events.filter(act="nominated").values_list("to_status", flat=True)) == [Status.VALID] * 3
    assert set(Dossier.objects.values_list("state", flat=True)) == {DossierState.ACCEPTED}


def test_the_rounds_of_2021_go_on_in_the_tree_of_2025(
    tree_of_2025: dict[str, Unit], campaigns: dict[str, Campaign]
) -> None:
    """Whoever took part then takes part still; staff of what they became act for them."""
    play = Play(campaigns[YEAR_2021], tree_of_2025)
    below, top = play.round("quang-tri", QT), play.round("tld", TOP)
    was = tree_of_2025["quang-tri"]
    now = StaffAccountFactory(unit=Unit.objects.get(path=was.current_path), role=Role.MANAGER)

    assert was.closed_on is not None
    assert rounds.participants(top).count() == 63 + 20
    assert tree_of_2025[DONG_HA] in rounds.participants(below)
    assert rights.may_host(now, below)
    assert rights.may_seal(now, was)
    initiative = play.valid(DONG_HA, "của năm 2021")
    nominate(initiative.pk, round=below, unit=tree_of_2025[DONG_HA], by=now, at=moment("2021-04-10T08:00:00"))
    assert play.titles(top, "quang-binh") == set()
