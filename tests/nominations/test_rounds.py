"""A round is open to the second its last day ends, and is for the units directly below its host in the campaign's structure."""

from datetime import date, datetime
from typing import Any

import pytest

from initiatives.models import Dossier, SelectionRound
from initiatives.nominations import rounds
from initiatives.nominations.rounds import RoundState, RoundWindow
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import Level, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    DossierFactory,
    PhaseFactory,
    SelectionRoundFactory,
    UnitFactory,
    make_tree,
    round_of,
    unit_at,
)

OPENS = datetime(2021, 3, 10, 0, 0, tzinfo=VIETNAM)
UNTIL_14 = RoundWindow(OPENS, date(2021, 4, 14))  # DB21: "trước ngày 15/4/2021"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("at", "state", "left"),
    [
        pytest.param("2021-03-09T23:59:59", RoundState.NOT_YET, 36, id="a second before it opens"),
        pytest.param("2021-03-10T00:00:00", RoundState.OPEN, 35, id="the moment it opens"),
        pytest.param("2021-04-13T12:00:00", RoundState.OPEN, 1, id="the day before the last"),
        pytest.param("2021-04-14T00:00:00", RoundState.OPEN, 0, id="the last day begins"),
        pytest.param("2021-04-14T23:59:59", RoundState.OPEN, 0, id="the last second of the last day"),
        pytest.param("2021-04-15T00:00:00", RoundState.PAST, -1, id="24h00 is too late"),
        pytest.param("2021-05-14T08:00:00", RoundState.PAST, -30, id="a month later"),
    ],
)
def test_the_last_day_is_a_whole_day_in_viet_nam(at: str, state: RoundState, left: int) -> None:
    assert UNTIL_14.state(at=moment(at)) is state
    assert UNTIL_14.days_left(at=moment(at)) == left


def test_the_zone_of_the_process_does_not_matter() -> None:
    still = datetime.fromisoformat("2021-04-14T16:59:59+00:00")
    over = datetime.fromisoformat("2021-04-14T17:00:00+00:00")

    assert (UNTIL_14.state(at=still), UNTIL_14.state(at=over)) == (RoundState.OPEN, RoundState.PAST)


@pytest.mark.parametrize(
    ("day", "is_late"), [(date(2021, 4, 13), False), (date(2021, 4, 14), False), (date(2021, 4, 15), True)]
)
def test_what_is_sent_after_the_last_day_is_late(day: date, is_late: bool) -> None:
    assert UNTIL_14.is_late(day) is is_late


def test_without_a_last_day_nothing_is_late() -> None:
    window = RoundWindow(OPENS, None)

    assert not window.is_late(date(2099, 1, 1))
    assert window.days_left(at=OPENS) is None
    assert window.state(at=moment("2099-01-01T00:00:00")) is RoundState.OPEN


@pytest.mark.parametrize(
    ("window", "at", "sentence"),
    [
        (UNTIL_14, "2021-03-01T08:00:00", "Chưa mở. Bắt đầu lúc 0h00 ngày 10/3/2021."),
        (UNTIL_14, "2021-04-11T08:00:00", "Hạn gửi hồ sơ đến hết ngày 14/4/2021, còn 3 ngày."),
        (UNTIL_14, "2021-04-14T08:00:00", "Hạn gửi hồ sơ đến hết ngày 14/4/2021, là hôm nay."),
        (UNTIL_14, "2021-04-16T08:00:00", "Hạn gửi hồ sơ đến hết ngày 14/4/2021, đã quá 2 ngày."),
        (
            RoundWindow(OPENS, date(2021, 4, 20), extended=True),
            "2021-04-16T08:00:00",
            "Được gia hạn đến hết ngày 20/4/2021, còn 4 ngày.",
        ),
        (RoundWindow(OPENS, None), "2021-04-16T08:00:00", "Không có hạn gửi hồ sơ."),
        (RoundWindow(None, None), "2021-04-16T08:00:00", "Chưa có ngày mở."),
    ],
)
def test_a_window_is_told_in_one_sentence(window: RoundWindow, at: str, sentence: str) -> None:
    assert window.sentence(at=moment(at)) == sentence


# --- of a round and of a dossier --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_round_opens_with_the_first_phase_of_its_campaign_unless_it_says_when() -> None:
    campaign = CampaignFactory(phases=())
    PhaseFactory(campaign=campaign, opens_at=moment("2022-06-01T07:00:00"), closes_at=moment("2022-07-01T00:00:00"))
    PhaseFactory(campaign=campaign, opens_at=moment("2022-01-08T07:00:00"))
    own = moment("2022-02-01T00:00:00")

    assert rounds.window(SelectionRoundFactory(campaign=campaign)).opens_at == moment("2022-01-08T07:00:00")
    assert rounds.window(SelectionRoundFactory(campaign=campaign, opens_at=own)).opens_at == own


@pytest.mark.django_db
def test_a_campaign_without_a_time_of_its_own_has_no_open_round() -> None:
    window = rounds.window(SelectionRoundFactory(campaign=CampaignFactory(phases=())))

    assert window.state(at=moment("2022-03-01T00:00:00")) is RoundState.NOT_YET


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "until", "expected"),
    [
        pytest.param(date(2022, 4, 15), None, (date(2022, 4, 15), False), id="none granted"),
        pytest.param(date(2022, 4, 15), date(2022, 4, 20), (date(2022, 4, 20), True), id="longer"),
        pytest.param(date(2022, 4, 25), date(2022, 4, 20), (date(2022, 4, 25), False), id="the round became longer"),
        pytest.param(None, date(2022, 4, 20), (None, False), id="there is no end anyway"),
    ],
)
def test_what_the_host_granted_lengthens_and_never_shortens(due: Any, until: Any, expected: tuple[Any, bool]) -> None:
    round = SelectionRoundFactory(dossier_due=due)
    dossier = DossierFactory(round=round, extended_until=until)

    window = rounds.window(round, dossier=dossier)

    assert (window.due_on, window.extended) == expected


@pytest.mark.django_db
def test_an_extension_is_one_unit_s_own() -> None:
    round = SelectionRoundFactory(dossier_due=date(2022, 4, 15))
    DossierFactory(round=round, extended_until=date(2022, 4, 20))
    other = DossierFactory(round=round, unit=unit_at("quang-tri/huong-hoa"))

    assert rounds.window(round, dossier=other).due_on == date(2022, 4, 15)


# --- who takes part ---------------------------------------------------------------------------------------------------


def codes(round: SelectionRound) -> set[str]:
    return set(rounds.participants(round).values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("host", "levels", "expected"),
    [
        (
            "quang-tri",
            ["district", "provincial_sector"],
            {"quang-tri/dong-ha", "quang-tri/huong-hoa", "quang-tri/cd-vien-chuc"},
        ),
        ("quang-tri", ["provincial_sector"], {"quang-tri/cd-vien-chuc"}),
        ("quang-tri", ["grassroots"], set()),  # those of Quảng Trị stand below its districts
        ("quang-tri/dong-ha", ["grassroots"], {"quang-tri/dong-ha/may-song-hieu"}),
        ("tld", ["province", "sector"], {"quang-tri", "thanh-hoa", "dien-bien", "cd-y-te"}),
        ("quang-tri", [], set()),
    ],
)
def test_the_units_directly_below_take_part_if_their_level_does(
    host: str, levels: list[str], expected: set[str]
) -> None:
    units = make_tree()
    round = round_of(host, takes_part=levels)

    assert codes(round) == expected
    assert {code for code, unit in units.items() if rounds.takes_part(round, unit)} == expected


@pytest.mark.django_db
def test_who_takes_part_is_decided_by_the_structure_of_the_campaign() -> None:
    units = make_tree()
    at, order = moment("2022-06-02T08:00:00"), {"document": "Quyết định 1"}
    before, since = CampaignFactory(), CampaignFactory(slug="sau-sap-nhap", structure_day=date(2022, 6, 2))
    merged = changes.add(
        units["quang-tri"],
        changes.NewUnit(level=Level.DISTRICT, name="Liên đoàn Lao động thành phố Mới", short_name="LĐLĐ thành phố Mới"),
        order=Order(day=date(2022, 6, 1), at=at, **order),
    )
    for code in ("quang-tri/dong-ha", "quang-tri/huong-hoa"):
        changes.merge(units[code], into=merged, order=Order(day=date(2022, 6, 1), at=at, **order))
    new = UnitFactory(parent=units["quang-tri"], opened_on=date(2022, 6, 1))

    old_round, new_round = (SelectionRoundFactory(campaign=each, host=units["quang-tri"]) for each in (before, since))

    old_line = {"quang-tri/dong-ha", "quang-tri/huong-hoa", "quang-tri/cd-vien-chuc", new.code}
    assert codes(old_round) == old_line
    assert codes(new_round) == {merged.code, "quang-tri/cd-vien-chuc", new.code}
    for round in (old_round, new_round):
        below = Unit.objects.directly_below(units["quang-tri"])
        assert {each.code for each in below if rounds.takes_part(round, each)} == codes(round)
    assert set(rounds.line_of(merged).values_list("code", flat=True)) == {
        merged.code,
        "quang-tri/dong-ha",
        "quang-tri/huong-hoa",
    }


@pytest.mark.django_db
def test_a_unit_finds_the_rounds_it_takes_part_in_and_those_it_chooses_from() -> None:
    units = make_tree()
    campaign = CampaignFactory()
    province = round_of("quang-tri", campaign=campaign)
    sectors_alone = round_of("quang-tri", campaign=campaign, takes_part=["provincial_sector"])
    elsewhere = round_of("quang-tri", campaign=CampaignFactory(slug="mot-chuong-trinh-khac"))
    later = round_of("quang-tri", campaign=campaign, climbs=False)
    top = round_of("tld", campaign=campaign, takes_part=["province", "sector"])

    assert set(rounds.rounds_above(units["quang-tri/dong-ha"])) == {province, elsewhere, later}
    assert set(rounds.rounds_above(units["quang-tri/dong-ha"], campaign=campaign)) == {province, later}
    assert set(rounds.rounds_above(units["quang-tri/cd-vien-chuc"], campaign=campaign)) == {
        province,
        sectors_alone,
        later,
    }
    assert list(rounds.rounds_above(units["quang-tri"])) == [top]
    assert list(rounds.rounds_above(units["tld"])) == []
    assert set(rounds.rounds_feeding(units["quang-tri"], campaign)) == {province, sectors_alone}
    assert not rounds.rounds_feeding(units["quang-tri/dong-ha"], campaign).exists()


@pytest.mark.django_db
def test_whether_a_unit_takes_part_asks_the_database_nothing(django_assert_num_queries: Any) -> None:
    unit = unit_at("quang-tri/dong-ha")
    round = SelectionRound.objects.select_related("host", "campaign").get(pk=SelectionRoundFactory().pk)

    with django_assert_num_queries(0):
        assert rounds.takes_part(round, unit)
    assert not Dossier.objects.exists()
