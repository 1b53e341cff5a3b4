"""Quarters: which there are, how units are ranked and recognised, what is frozen, and what a review makes of them."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.invariants import violations
from initiatives.models import (
    Campaign,
    ClusterUnit,
    Counts,
    Initiative,
    Outstanding,
    Period,
    Quarter,
    Status,
    TallyRun,
    Target,
)
from initiatives.progress import clusters, quarter_basis, quarter_review, quarters, recognising, tally
from initiatives.progress.clusters import Wanted
from initiatives.progress.quarters import COUNTRY, UNPLACED, Entry, Outcome, Span, ranked
from initiatives.progress.recognising import RecognitionRefused
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    ClusterFactory,
    ClusterUnitFactory,
    InitiativeFactory,
    OutstandingFactory,
    QuarterFactory,
    StaffAccountFactory,
    WindowExtensionFactory,
    make_tree,
)

FIRST, SECOND = Span(date(2022, 1, 1)), Span(date(2022, 4, 1))
LATER = datetime(2022, 4, 20, 9, 0, tzinfo=VIETNAM)
REASON = "Dễ làm, nhân rộng được ngay"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


# --- the calendar -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "key", "label", "months"),
    [
        (date(2022, 1, 1), "2022-1", "Quý I/2022", ("2022-01", "2022-02", "2022-03")),
        (date(2022, 6, 30), "2022-2", "Quý II/2022", ("2022-04", "2022-05", "2022-06")),
        (date(2022, 7, 1), "2022-3", "Quý III/2022", ("2022-07", "2022-08", "2022-09")),
        (date(2022, 12, 31), "2022-4", "Quý IV/2022", ("2022-10", "2022-11", "2022-12")),
    ],
)
def test_a_day_lies_in_its_quarter(day: date, key: str, label: str, months: tuple[str, ...]) -> None:
    span = quarters.of_day(day)

    assert (span.key, span.label, span.months) == (key, label, months)
    assert quarters.of_key(key) == span
    assert span.starts_on <= day <= span.last_day


@pytest.mark.parametrize(
    ("at", "is_inside"),
    [
        ("2021-12-31T23:59:59.999999", False),
        ("2022-01-01T00:00:00", True),
        ("2022-03-31T23:59:59.999999", True),
        ("2022-04-01T00:00:00", False),
    ],
)
def test_a_quarter_begins_and_ends_at_midnight_in_viet_nam(at: str, is_inside: bool) -> None:
    assert FIRST.holds(moment(at)) is is_inside


@pytest.mark.parametrize(
    "key", ["", "2022", "2022-0", "2022-5", "2022-1 ", "22-1", "2022-1\n", "２０２２-1", "99999-1"]
)
def test_what_names_no_quarter_is_none(key: str) -> None:
    assert quarters.of_key(key) is None


# --- ranking ----------------------------------------------------------------------------------------------------------


def entries(*numbers: int | tuple[int, int]) -> list[Entry]:
    """a, b, c … in the order of the tree, with their numbers, and a target where there are two."""
    pairs = [each if isinstance(each, tuple) else (each, None) for each in numbers]
    return [Entry(chr(97 + n), chr(65 + n), number, target=target) for n, (number, target) in enumerate(pairs)]


RANKED = [
    pytest.param((5, 9, 7), 1, [("b", 1), ("c", 2), ("a", 3)], "b", id="by number"),
    pytest.param(
        (7, 7, 5), 1, [("a", 1), ("b", 1), ("c", 3)], "ab", id="the same number shares a rank, the next is third"
    ),
    pytest.param((9, 7, 7), 2, [("a", 1), ("b", 2), ("c", 2)], "abc", id="all who share the last place are recognised"),
    pytest.param((9, 7, 7), 1, [("a", 1), ("b", 2), ("c", 2)], "a", id="one place"),
    pytest.param((0, 0), 3, [("a", 1), ("b", 1)], "", id="without an initiative nobody"),
    pytest.param(
        ((9, 9), 5), 1, [("a", 1), ("b", 2)], "", id="exactly the target is not above it, and nobody moves up"
    ),
    pytest.param(((9, 8), 5), 1, [("a", 1), ("b", 2)], "a", id="one more than the target"),
    pytest.param(((9, 100), (5, 4)), 2, [("a", 1), ("b", 2)], "b", id="below its target it keeps its rank"),
    pytest.param((3, 2), None, [("a", 1), ("b", 2)], "", id="in no cluster nobody"),
    pytest.param((), 3, [], "", id="none"),
]


@pytest.mark.parametrize(("numbers", "places", "ranks", "recognised"), RANKED)
def test_units_are_ranked_and_recognised(
    numbers: tuple[Any, ...], places: int | None, ranks: list[tuple[str, int]], recognised: str
) -> None:
    group = ranked("Cụm 1", entries(*numbers), places=places)

    assert [(each.code, each.rank) for each in group.standings] == ranks
    assert [each.code for each in group.recognised] == list(recognised)


def test_above_is_over_a_hundred_percent() -> None:
    standings = ranked("Cụm 1", entries((11, 10), (10, 10), (9, 10), 8), places=1).standings

    assert [(each.is_above, each.percent) for each in standings] == [
        (True, "110,0%"),
        (False, "100,0%"),
        (False, "90,0%"),
        (False, "–"),
    ]


# --- of a campaign ----------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(db: None) -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(tree: dict[str, Unit]) -> Campaign:
    return CampaignFactory(slug="sang-kien-thu", goal=1000)


@pytest.fixture
def chief(tree: dict[str, Unit]) -> StaffAccount:
    return StaffAccountFactory(unit=tree["tld"], role=Role.ADMINISTRATOR)


def sent(
    campaign: Campaign, unit: Unit, number: int, *, on: str = "2022-02-10T09:00", **fields: Any
) -> list[Initiative]:
    return [
        InitiativeFactory(campaign=campaign, unit=unit, submitted_at=moment(on) + timedelta(seconds=n), **fields)
        for n in range(number)
    ]


def outcome_of(campaign: Campaign, span: Span = FIRST, *, at: datetime = LATER) -> Outcome:
    tally.refresh(campaign, at=at, everything=True)
    return quarters.live(quarters.read(campaign, at=at), span, quarters.quarter_of(campaign, span))


def numbers_of(outcome: Outcome) -> dict[str, list[tuple[str, int, int]]]:
    return {group.name: [(each.code, each.number, each.rank) for each in group.standings] for group in outcome.groups}


@pytest.mark.parametrize(
    ("phases", "keys"),
    [
        pytest.param([("2022-01-08T07:00", "2022-06-01T00:00")], ["2022-1", "2022-2"], id="touched by its first days"),
        pytest.param(
            [("2022-01-08T07:00", "2022-04-01T00:00")], ["2022-1"], id="a close at midnight is of the day before"
        ),
        pytest.param(
            [("2021-11-01T00:00", "2021-12-01T00:00"), ("2022-05-01T00:00", "2022-05-09T00:00")],
            ["2021-4", "2022-2"],
            id="not those between two phases",
        ),
        pytest.param([], [], id="no phase"),
    ],
)
def test_the_quarters_are_those_a_phase_touches(
    tree: dict[str, Unit], phases: list[tuple[str, str]], keys: list[str]
) -> None:
    windows = [{"opens_at": moment(opens), "closes_at": moment(closes)} for opens, closes in phases]
    campaign = CampaignFactory(phases=windows)

    assert [span.key for span in quarters.of_campaign(campaign)] == keys


def test_a_longer_window_and_what_came_nevertheless_have_their_quarters(tree: dict[str, Unit]) -> None:
    campaign = CampaignFactory(
        phases=[{"opens_at": moment("2022-01-08T07:00"), "closes_at": moment("2022-04-01T00:00")}]
    )
    WindowExtensionFactory(campaign=campaign, unit=tree["dien-bien"], closes_at=moment("2022-07-02T00:00"))
    sent(campaign, tree["dien-bien"], 1, on="2022-10-01T00:00")  # in the minutes of grace, say
    tally.refresh(campaign, at=moment("2022-10-01T00:30"))

    assert [span.key for span in quarters.of_campaign(campaign)] == ["2022-1", "2022-2", "2022-3", "2022-4"]


def test_the_quarters_together_hold_everything(campaign: Campaign, tree: dict[str, Unit]) -> None:
    for on in ("2022-03-31T23:59:59", "2022-04-01T00:00:00", "2022-06-30T23:59:59", "2023-01-01T00:00:00"):
        sent(campaign, tree["quang-tri/dong-ha"], 2, on=on)

    spans = quarters.of_campaign(campaign)
    numbers = {span.key: outcome_of(campaign, span, at=moment("2023-01-02T00:00")).number for span in spans}

    assert {key: number for key, number in numbers.items() if number} == {
        "2022-1": 1,
        "2022-2": 4,
        "2022-3": 1,
        "2023-1": 2,
    }


def test_a_unit_counts_its_whole_branch_and_the_confederations_own_are_nobodys(
    campaign: Campaign, tree: dict[str, Unit]
) -> None:
    sent(campaign, tree["quang-tri"], 1)
    sent(campaign, tree["quang-tri/dong-ha/may-song-hieu"], 2)
    sent(campaign, tree["cd-y-te"], 1)
    sent(campaign, tree["tld"], 5)

    assert numbers_of(outcome_of(campaign)) == {
        COUNTRY: [("quang-tri", 3, 1), ("cd-y-te", 1, 2), ("dien-bien", 0, 3), ("thanh-hoa", 0, 3)]
    }


@pytest.mark.parametrize(("counts", "number"), [(Counts.REACHED, 3), (Counts.VALID, 1)])
def test_what_counts_is_what_the_campaign_compares_with_targets(
    campaign: Campaign, tree: dict[str, Unit], counts: str, number: int
) -> None:
    campaign.counts = counts
    campaign.save()
    for status in (Status.SUBMITTED, Status.VALID, Status.INVALID, Status.WITHDRAWN):
        sent(campaign, tree["cd-y-te"], 1, status=status)

    standing = outcome_of(campaign).standings["cd-y-te"]

    assert (standing.number, standing.valid) == (number, 1)


def test_one_that_becomes_valid_in_the_next_quarter_stays_in_its_own(campaign: Campaign, tree: dict[str, Unit]) -> None:
    campaign.counts = Counts.VALID
    campaign.save()
    sent(campaign, tree["cd-y-te"], 1, on="2022-03-31T20:00", status=Status.VALID)  # decided a day later

    found = [outcome_of(campaign, span).standings["cd-y-te"].number for span in (FIRST, SECOND)]

    assert found == [1, 0]


def test_the_target_of_the_quarter_decides_and_no_other(campaign: Campaign, tree: dict[str, Unit]) -> None:
    given = {"campaign": campaign, "unit": tree["cd-y-te"], "set_at": LATER}
    Target.objects.create(quantity=1000, **given)
    Target.objects.create(quantity=1, period=Period.QUARTER, starts_on=SECOND.starts_on, **given)
    Target.objects.create(quantity=2, period=Period.QUARTER, starts_on=FIRST.starts_on, **given)
    sent(campaign, tree["cd-y-te"], 2)
    before = outcome_of(campaign).standings["cd-y-te"]
    sent(campaign, tree["cd-y-te"], 1, on="2022-02-11T09:00")
    after = outcome_of(campaign).standings["cd-y-te"]

    assert [(each.target, each.is_above, each.is_recognised) for each in (before, after)] == [
        (2, False, False),
        (2, True, True),
    ]


# --- clusters -----------------------------------------------------------------------------------------------------------


def test_each_cluster_has_its_own_ranks_and_those_in_none_are_recognised_nowhere(
    campaign: Campaign, tree: dict[str, Unit]
) -> None:
    east = ClusterFactory(campaign=campaign, name="Cụm Đông", order=2)
    west = ClusterFactory(campaign=campaign, name="Cụm Tây", order=1)
    for cluster, code in ((east, "quang-tri"), (west, "dien-bien"), (west, "cd-y-te")):
        ClusterUnitFactory(cluster=cluster, unit=tree[code])
    for code, number in (("quang-tri", 1), ("dien-bien", 2), ("cd-y-te", 4), ("thanh-hoa", 9)):
        sent(campaign, tree[code], number)

    outcome = outcome_of(campaign)

    assert list(numbers_of(outcome).items()) == [
        ("Cụm Tây", [("cd-y-te", 4, 1), ("dien-bien", 2, 2)]),
        ("Cụm Đông", [("quang-tri", 1, 1)]),
        (UNPLACED, [("thanh-hoa", 9, 1)]),
    ]
    assert [each.code for group in outcome.groups for each in group.recognised] == ["cd-y-te", "quang-tri"]


def test_a_cluster_of_another_campaign_says_nothing_here(campaign: Campaign, tree: dict[str, Unit]) -> None:
    ClusterUnitFactory(unit=tree["quang-tri"])

    assert [group.name for group in outcome_of(campaign).groups] == [COUNTRY]


def test_units_are_placed_moved_and_taken_out(campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount) -> None:
    one, two = ClusterFactory(campaign=campaign), ClusterFactory(campaign=campaign)
    units = [tree[code].pk for code in ("quang-tri", "dien-bien", "cd-y-te")]
    for unit in units[1:]:
        ClusterUnitFactory(cluster=one, unit_id=unit)
    wanted = [Wanted(units[0], two.pk, None), Wanted(units[1], two.pk, one.pk), Wanted(units[2], None, one.pk)]

    done = clusters.arrange(campaign, wanted, by=chief)

    assert (done.placed, done.moved, done.taken_out) == (1, 1, 1)
    assert clusters.places(campaign) == {units[0]: two.pk, units[1]: two.pk}


def test_a_unit_that_somebody_else_placed_meanwhile_is_named_and_left(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    one, two = ClusterFactory(campaign=campaign), ClusterFactory(campaign=campaign)
    ClusterUnitFactory(cluster=one, unit=tree["quang-tri"])
    wanted = [Wanted(tree["quang-tri"].pk, two.pk, None), Wanted(tree["cd-y-te"].pk, two.pk, None)]

    with pytest.raises(clusters.PlacedMeanwhile, match="LĐLĐ tỉnh Quảng Trị") as refused:
        clusters.arrange(campaign, wanted, by=chief)

    assert refused.value.stands == {tree["quang-tri"].pk: one.pk}
    assert clusters.places(campaign) == {tree["quang-tri"].pk: one.pk}


@pytest.mark.parametrize("code", ["quang-tri/dong-ha", "tld"])
def test_only_what_stands_below_the_confederation_is_placed(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount, code: str
) -> None:
    cluster = ClusterFactory(campaign=campaign)

    with pytest.raises(clusters.ClustersRefused, match="không còn trong chương trình"):
        clusters.arrange(campaign, [Wanted(tree[code].pk, cluster.pk, None)], by=chief)


def test_a_cluster_of_another_campaign_takes_nobody(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    with pytest.raises(clusters.ClustersRefused, match="không còn trong chương trình"):
        clusters.arrange(campaign, [Wanted(tree["quang-tri"].pk, ClusterFactory().pk, None)], by=chief)


def test_clusters_are_taken_over_with_their_places_and_units(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    theirs = ClusterFactory(name="Cụm Bắc Trung Bộ", places=2, order=4)
    for code in ("quang-tri", "thanh-hoa"):
        ClusterUnitFactory(cluster=theirs, unit=tree[code])
    mine = ClusterFactory(campaign=campaign, name="Cụm của tôi")
    ClusterUnitFactory(cluster=mine, unit=tree["thanh-hoa"])

    done = clusters.take_over(campaign, theirs.campaign, by=chief)
    again = clusters.take_over(campaign, theirs.campaign, by=chief)

    own = campaign.clusters.get(name="Cụm Bắc Trung Bộ")
    assert (own.places, own.order, clusters.places(campaign)) == (
        2,
        4,
        {tree["quang-tri"].pk: own.pk, tree["thanh-hoa"].pk: mine.pk},
    )
    assert (done.clusters, done.units, done.left) == (
        1,
        1,
        ["LĐLĐ tỉnh Thanh Hóa: LĐLĐ tỉnh Thanh Hóa đã ở “Cụm của tôi”"],
    )
    assert (again.clusters, again.units) == (0, 0)


def test_units_that_merged_are_followed_to_what_they_go_on_in(tree_of_2025: dict[str, Unit]) -> None:
    """Quảng Bình and Quảng Trị are one since 1/7/2025; two of different clusters cannot both be."""
    chief = StaffAccountFactory(unit=tree_of_2025["tld"], role=Role.ADMINISTRATOR)
    old = CampaignFactory(structure_day=date(2022, 1, 8))
    new = CampaignFactory(structure_day=date(2025, 7, 2))
    north, south = ClusterFactory(campaign=old, name="Bắc", order=1), ClusterFactory(campaign=old, name="Nam", order=2)
    ClusterUnitFactory(cluster=north, unit=tree_of_2025["quang-binh"])
    ClusterUnitFactory(cluster=south, unit=tree_of_2025["quang-tri"])
    ClusterUnitFactory(cluster=south, unit=tree_of_2025["dien-bien"])

    done = clusters.take_over(new, old, by=chief)

    placed = {row.unit.short_name: row.cluster.name for row in ClusterUnit.objects.filter(campaign=new)}
    assert placed == {"LĐLĐ tỉnh Quảng Trị": "Bắc", "LĐLĐ tỉnh Điện Biên": "Nam"}
    assert done.left == ["LĐLĐ tỉnh Quảng Trị: LĐLĐ tỉnh Quảng Trị đã ở “Bắc”"]
    assert all(unit in set(clusters.competing(new).values_list("pk", flat=True)) for unit in clusters.places(new))


# --- who may ------------------------------------------------------------------------------------------------------------

WHO = [
    ("tld", Role.ADMINISTRATOR, True),
    ("tld", Role.MANAGER, True),
    ("tld", Role.REVIEWER, False),
    ("tld", Role.VIEWER, False),
    ("quang-tri", Role.MANAGER, False),
]


@pytest.mark.parametrize(("code", "role", "may"), WHO)
def test_it_is_the_confederations(campaign: Campaign, tree: dict[str, Unit], code: str, role: str, may: bool) -> None:
    account = StaffAccountFactory(unit=tree[code], role=role)
    cluster = ClusterFactory(campaign=campaign)
    (initiative,) = sent(campaign, tree["cd-y-te"], 1, status=Status.VALID)
    acts: list[Callable[[], Any]] = [
        lambda: clusters.arrange(campaign, [Wanted(tree["quang-tri"].pk, cluster.pk, None)], by=account),
        lambda: clusters.take_over(campaign, CampaignFactory(), by=account),
        lambda: recognising.name(campaign, FIRST, code=initiative.receipt_code, reason=REASON, by=account, at=LATER),
        lambda: recognising.drop(campaign, FIRST, 1, by=account),
        lambda: recognising.record_document(campaign, FIRST, document="12/QĐ-TLĐ", by=account),
        lambda: announced(campaign, account),
    ]

    for act in acts:
        if may:
            act()
        else:
            with pytest.raises((RecognitionRefused, clusters.ClustersRefused), match="Tổng Liên đoàn"):
                act()


# --- what is named ----------------------------------------------------------------------------------------------------


def named(campaign: Campaign, initiative: Initiative, by: StaffAccount, **changed: Any) -> Outstanding:
    asked = {"code": initiative.receipt_code, "reason": REASON} | changed
    return recognising.name(campaign, FIRST, **asked, by=by, at=LATER)


def test_a_valid_one_of_the_quarter_is_named(campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount) -> None:
    (initiative,) = sent(campaign, tree["cd-y-te"], 1, status=Status.VALID)
    grouped = f" {initiative.receipt_code[:4]} {initiative.receipt_code[4:]}"

    row = named(campaign, initiative, chief, code=grouped, reason=f"  {REASON}\r\n")

    assert (row.initiative, row.reason, row.named_by, row.named_at) == (initiative, REASON, chief, LATER)


NOT_NAMED: list[Any] = [
    pytest.param({"on": "2022-04-01T00:00"}, {}, "thuộc Quý II/2022", "code", id="of another quarter"),
    pytest.param({"status": Status.SUBMITTED}, {}, "đang chờ|chờ", "code", id="not decided"),
    pytest.param({"status": Status.WITHDRAWN}, {}, "đã rút", "code", id="withdrawn"),
    pytest.param({"status": Status.VALID}, {"code": "123"}, "13 chữ số", "code", id="no code"),
    pytest.param({"status": Status.VALID}, {"code": " "}, "Hãy ghi mã", "code", id="nothing"),
    pytest.param({"status": Status.VALID}, {"code": "0000000000000"}, "Không có sáng kiến", "code", id="nobody's code"),
    pytest.param({"status": Status.VALID}, {"reason": " "}, "vì sao", "reason", id="no reason"),
    pytest.param({"status": Status.VALID}, {"reason": "a" * 301}, "bớt 1 ký tự", "reason", id="too long"),
    pytest.param(
        {"status": Status.VALID, "full_name": "Hồ Thị Mỹ Duyên"},
        {"reason": "Chị hồ thị mỹ duyên làm rất tốt"},
        "có tên",
        "reason",
        id="who it is",
    ),
    pytest.param({"status": Status.VALID}, {"reason": "Hỏi 0912.345 678"}, "điện thoại", "reason", id="a phone"),
    pytest.param({"status": Status.VALID, "phone_digits": "0935112233"}, {}, "của chính bạn", "code", id="one's own"),
]


@pytest.mark.parametrize(("made", "asked", "said", "field"), NOT_NAMED)
def test_what_cannot_be_named_is_refused_beside_its_field(
    campaign: Campaign,
    tree: dict[str, Unit],
    chief: StaffAccount,
    made: dict[str, Any],
    asked: dict[str, str],
    said: str,
    field: str,
) -> None:
    (initiative,) = sent(campaign, tree["cd-y-te"], 1, **made)
    chief.phone = "0935 112 233"

    with pytest.raises(RecognitionRefused, match=said) as refused:
        named(campaign, initiative, chief, **asked)

    assert (refused.value.field, Outstanding.objects.count(), Quarter.objects.count()) == (field, 0, 0)


def test_one_of_another_campaign_a_duplicate_and_one_named_before_are_refused(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    (foreign,) = sent(CampaignFactory(), tree["cd-y-te"], 1, status=Status.VALID)
    (first,) = sent(campaign, tree["cd-y-te"], 1, status=Status.VALID)
    (twin,) = sent(campaign, tree["cd-y-te"], 1, status=Status.INVALID, duplicate_of=first)
    named(campaign, first, chief)

    for initiative, said in ((foreign, "chương trình khác"), (twin, "trùng lặp"), (first, "đã có trong danh sách")):
        with pytest.raises(RecognitionRefused, match=said):
            named(campaign, initiative, chief)
    assert Outstanding.objects.count() == 1


# --- the announcement ---------------------------------------------------------------------------------------------------


def announced(
    campaign: Campaign, by: StaffAccount, *, span: Span = FIRST, at: datetime = LATER, **asked: Any
) -> Quarter:
    seen = asked.get("seen") or outcome_of(campaign, span, at=at).digest
    return recognising.announce(campaign, span, seen=seen, by=by, at=at)


@pytest.mark.parametrize(
    ("at", "is_settled"),
    [("2022-03-15T09:00", False), ("2022-04-01T00:19:59", False), ("2022-04-01T00:20:00", True)],
)
def test_it_waits_until_nothing_can_still_come(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount, at: str, is_settled: bool
) -> None:
    sent(campaign, tree["cd-y-te"], 1)

    if is_settled:
        assert announced(campaign, chief, at=moment(at)).announced_at == moment(at)
    else:
        with pytest.raises(recognising.IsNotSettled, match="từ 0h20 ngày 1/4/2022"):
            announced(campaign, chief, at=moment(at))
        assert not Quarter.objects.exists()


def test_what_it_was_based_on_is_canonical_text_without_a_person(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    cluster = ClusterFactory(campaign=campaign, name="Khối ngành")
    ClusterUnitFactory(cluster=cluster, unit=tree["cd-y-te"])
    Target.objects.create(
        campaign=campaign,
        unit=tree["cd-y-te"],
        quantity=1,
        set_at=LATER,
        period=Period.QUARTER,
        starts_on=FIRST.starts_on,
    )
    initiative = sent(campaign, tree["cd-y-te"], 2, status=Status.VALID)[0]
    named(campaign, initiative, chief)
    recognising.record_document(campaign, FIRST, document="12/QĐ-TLĐ", by=chief)

    quarter = announced(campaign, chief)

    kept = json.loads(quarter.basis)
    canonical = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert (quarter.basis, quarter.sha256) == (canonical, quarter_basis.hash_of(canonical))
    assert (kept["quarter"], kept["counted_at"], kept["document"]) == (
        "2022-01-01",
        "2022-04-20T09:00:00.000000+07:00",
        "12/QĐ-TLĐ",
    )
    assert kept["groups"][0] == {
        "name": "Khối ngành",
        "places": 1,
        "units": [
            {
                "code": "cd-y-te",
                "name": "CĐ Y tế Việt Nam",
                "number": 2,
                "valid": 2,
                "target": 1,
                "rank": 1,
                "recognised": True,
            }
        ],
    }
    assert kept["groups"][1]["name"] == UNPLACED and kept["groups"][1]["places"] is None
    assert kept["outstanding"] == [
        {
            "initiative": initiative.pk,
            "title": initiative.title,
            "unit": "cd-y-te",
            "unit_name": "CĐ Y tế Việt Nam",
            "reason": REASON,
        }
    ]
    assert any("ngày nộp" in sentence for sentence in kept["rule"])
    for personal in (initiative.full_name, initiative.phone_digits, initiative.receipt_code, chief.full_name):
        assert personal not in quarter.basis
    assert quarter_basis.read(quarter).groups == outcome_of(campaign).groups


def test_after_it_nothing_of_the_quarter_changes(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    first, second = sent(campaign, tree["cd-y-te"], 2, status=Status.VALID)
    row = named(campaign, first, chief)
    quarter = announced(campaign, chief)
    acts: list[Callable[[], Any]] = [
        lambda: named(campaign, second, chief),
        lambda: recognising.drop(campaign, FIRST, row.pk, by=chief),
        lambda: recognising.record_document(campaign, FIRST, document="13/QĐ-TLĐ", by=chief),
        lambda: announced(campaign, chief),
    ]

    for act in acts:
        with pytest.raises(recognising.IsAnnounced):
            act()

    assert list(Quarter.objects.values()) == [Quarter.objects.filter(basis=quarter.basis).values().get()]
    assert list(Outstanding.objects.values_list("pk", flat=True)) == [row.pk]


def test_one_that_is_valid_no_more_is_named_and_stops_it(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    (initiative,) = sent(campaign, tree["cd-y-te"], 1, status=Status.VALID)
    row = named(campaign, initiative, chief)
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.WITHDRAWN)

    with pytest.raises(recognising.NotValidAnyMore, match="đã rút") as refused:
        announced(campaign, chief)
    recognising.drop(campaign, FIRST, row.pk, by=chief)

    assert initiative.title in refused.value.sentence
    assert announced(campaign, chief).announced_by == chief


def test_another_outcome_than_the_one_that_was_read_is_not_announced(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    sent(campaign, tree["cd-y-te"], 1)
    seen = outcome_of(campaign).digest
    sent(campaign, tree["cd-y-te"], 1, on="2022-02-12T09:00")  # changes a number, and nobody's rank
    same = outcome_of(campaign).digest
    sent(campaign, tree["dien-bien"], 3)
    TallyRun.objects.update(counted_at=moment("2022-02-10T09:00"))

    assert same == seen
    with pytest.raises(recognising.ChangedMeanwhile):
        announced(campaign, chief, seen=seen)
    assert not Quarter.objects.filter(announced_at__isnull=False).exists()


def test_another_rule_than_the_one_that_was_read_is_not_announced(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    sent(campaign, tree["cd-y-te"], 1, status=Status.VALID)
    seen = outcome_of(campaign).digest
    campaign.counts = Counts.VALID
    campaign.save()

    with pytest.raises(recognising.ChangedMeanwhile):
        announced(campaign, chief, seen=seen)


def test_while_another_counts_it_says_so(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = outcome_of(campaign).digest
    with tally._one_at_a_time() as mine:
        assert mine
        with pytest.raises(recognising.IsBeingCounted, match="chờ một phút"):
            announced(campaign, chief, seen=seen)


def test_it_counts_before_it_freezes(campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount) -> None:
    """What the tally did not know yet, as long as it changes no decision."""
    sent(campaign, tree["cd-y-te"], 1)
    seen = outcome_of(campaign, at=LATER - timedelta(hours=1)).digest
    sent(campaign, tree["cd-y-te"], 1, on="2022-03-30T09:00")
    TallyRun.objects.update(counted_at=moment("2022-03-29T09:00"))

    quarter = announced(campaign, chief, seen=seen)

    outcome = quarter_basis.read(quarter)
    assert (outcome.standings["cd-y-te"].number, outcome.counted_at) == (2, LATER)


def test_clusters_change_later_and_what_was_announced_does_not(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    ClusterUnitFactory(cluster=ClusterFactory(campaign=campaign, name="Khối ngành"), unit=tree["cd-y-te"])
    quarter = announced(campaign, chief)
    campaign.clusters.all().delete()
    tree["cd-y-te"].short_name = "CĐ Y tế đổi tên"
    tree["cd-y-te"].save()

    kept = quarter_basis.read(Quarter.objects.get(pk=quarter.pk))

    assert [group.name for group in kept.groups] == ["Khối ngành", UNPLACED]
    assert kept.groups[0].standings[0].name == "CĐ Y tế Việt Nam"


def test_todays_number_stands_beside_the_one_that_differs(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    gone = sent(campaign, tree["cd-y-te"], 2)[0]
    sent(campaign, tree["quang-tri"], 1)
    outcome = quarter_basis.read(announced(campaign, chief))
    Initiative.objects.filter(pk=gone.pk).update(status=Status.WITHDRAWN)
    later = LATER + timedelta(days=1)
    tally.refresh(campaign, at=later, everything=True)

    today = quarters.today(campaign, outcome, at=later)

    assert (today.numbers, today.counted_at, outcome.standings["cd-y-te"].number) == ({"cd-y-te": 1}, later, 2)


def test_todays_number_is_of_the_rule_under_which_it_was_announced(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    sent(campaign, tree["cd-y-te"], 2)
    outcome = quarter_basis.read(announced(campaign, chief))
    campaign.counts = Counts.VALID
    campaign.save()

    assert quarters.today(campaign, outcome, at=LATER).numbers == {}


def test_a_cluster_made_between_two_readings_leaves_no_unit_out(
    campaign: Campaign, tree: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    ClusterFactory(campaign=campaign)
    places = clusters.places

    def made_meanwhile(of: Campaign) -> dict[int, int]:
        ClusterUnitFactory(cluster__campaign=of, unit=tree["cd-y-te"])
        return places(of)

    monkeypatch.setattr(clusters, "places", made_meanwhile)

    assert "cd-y-te" in outcome_of(campaign).standings


CHECKED = [
    pytest.param(lambda campaign, tree: None, "Chưa chọn sáng kiến tiêu biểu nào.", id="nothing named"),
    pytest.param(lambda campaign, tree: None, "Chưa ghi số văn bản.", id="no document"),
    pytest.param(
        lambda campaign, tree: ClusterUnitFactory(cluster__campaign=campaign, unit=tree["cd-y-te"]),
        "3 đơn vị chưa xếp cụm, không được ghi nhận: LĐLĐ tỉnh Điện Biên, LĐLĐ tỉnh Thanh Hóa, LĐLĐ tỉnh Quảng Trị.",
        id="in no cluster",
    ),
    pytest.param(
        lambda campaign, tree: ClusterFactory(campaign=campaign, name="Cụm 9"), "Cụm 9: chưa có đơn vị nào.", id="empty"
    ),
    pytest.param(
        lambda campaign, tree: ClusterUnitFactory(
            cluster=ClusterFactory(campaign=campaign, name="Cụm 9"), unit=tree["quang-tri/dong-ha"]
        ),
        "Có trong cụm nhưng không còn ngay dưới Tổng Liên đoàn: LĐLĐ thành phố Đông Hà.",
        id="not in the structure",
    ),
    pytest.param(
        lambda campaign, tree: sent(campaign, tree["tld"], 2),
        "2 sáng kiến của quý chưa về tỉnh, thành phố, ngành nào.",
        id="at the confederation itself",
    ),
    pytest.param(lambda campaign, tree: None, "Cả nước: chưa có đơn vị nào được ghi nhận.", id="nobody recognised"),
]


@pytest.mark.parametrize(("make", "said"), CHECKED)
def test_the_checklist_names_what_is_to_be_looked_at(
    campaign: Campaign, tree: dict[str, Unit], make: Callable[..., Any], said: str
) -> None:
    make(campaign, tree)
    outcome = outcome_of(campaign)

    items = recognising.checklist(campaign, quarters.read(campaign, at=LATER), outcome, None, at=LATER)

    assert said in [item.text for item in items]
    assert not any(item.stops for item in items)


# --- the reviews ----------------------------------------------------------------------------------------------------------


def reviewed(campaign: Campaign, number: int, *, at: datetime = LATER) -> quarter_review.Review:
    tally.refresh(campaign, at=at, everything=True)
    windows = quarters.windows(campaign)
    part = quarter_review.parts(campaign, windows)[number]
    return quarter_review.of(campaign, part, quarters.of_campaign(campaign, windows), at=at)


def test_a_review_of_a_phase_has_its_own_number_and_its_quarters(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    """The first phase ends with May: June is of the second, and in the same quarter."""
    first, second = campaign.phases.all()
    sent(campaign, tree["cd-y-te"], 2, phase=first)
    sent(campaign, tree["cd-y-te"], 3, on="2022-05-10T09:00", phase=first)
    sent(campaign, tree["cd-y-te"], 4, on="2022-06-10T09:00", phase=second)
    announced(campaign, chief)

    review = reviewed(campaign, 0, at=moment("2022-06-20T09:00"))

    row = next(row for group in review.groups for row in group.rows if row.code == "cd-y-te")
    assert (review.part.label, row.number, row.rank, row.times) == ("Sơ kết: Giai đoạn 1", 5, 1, 1)
    assert [(each.span.key, each.is_announced, each.is_partial) for each in review.columns] == [
        ("2022-1", True, True),
        ("2022-2", False, True),
    ]
    assert [(cell.number, cell.rank) for cell in row.cells if cell] == [(2, 1), (7, 1)]


def test_a_unit_that_left_the_structure_keeps_its_times(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    sent(campaign, tree["dien-bien"], 3)
    announced(campaign, chief)
    Unit.objects.filter(pk=tree["dien-bien"].pk).update(closed_on=date(2021, 1, 1))

    past = reviewed(campaign, 0).groups[-1]

    assert (past.name, [(row.code, row.number, row.times) for row in past.rows]) == (
        "Không còn trong cơ cấu hiện nay",
        [("dien-bien", 3, 1)],
    )


def test_one_taken_in_the_minutes_of_grace_is_reviewed_with_its_phase(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    first = campaign.phases.all()[0]
    first.closes_at = moment("2022-04-01T00:00")
    first.save()
    (late,) = sent(campaign, tree["cd-y-te"], 1, on="2022-04-01T00:05", phase=first, status=Status.VALID)
    recognising.name(
        campaign, quarters.of_day(date(2022, 4, 1)), code=late.receipt_code, reason=REASON, by=chief, at=LATER
    )

    review = reviewed(campaign, 0)

    assert [each.named.initiative for each in review.outstanding] == [late.pk]


def test_the_review_of_the_whole_marks_no_quarter_as_partial(campaign: Campaign, tree: dict[str, Unit]) -> None:
    sent(campaign, tree["cd-y-te"], 2)
    sent(campaign, tree["cd-y-te"], 1, on="2022-07-10T09:00")

    review = reviewed(campaign, -1, at=moment("2022-07-20T09:00"))

    assert (review.part.key, review.number, review.has_partial) == ("tong-ket", 3, False)
    assert len(review.columns) == 7


def test_an_announced_quarter_stays_in_the_review_as_it_was_announced(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount
) -> None:
    gone = sent(campaign, tree["cd-y-te"], 2)[0]
    announced(campaign, chief)
    Initiative.objects.filter(pk=gone.pk).update(status=Status.WITHDRAWN)

    row = next(row for row in reviewed(campaign, 0).groups[0].rows if row.code == "cd-y-te")

    assert (row.number, row.cells[0] and row.cells[0].number) == (1, 2)


def test_outstanding_ones_are_those_of_the_phase_and_marked_when_valid_no_more(
    campaign: Campaign, tree: dict[str, Unit]
) -> None:
    """Named in the same quarter: of the first phase, and of the second."""
    first, second = campaign.phases.all()
    quarter = QuarterFactory(campaign=campaign, starts_on=SECOND.starts_on)
    (mine,) = sent(campaign, tree["cd-y-te"], 1, on="2022-05-10T09:00", phase=first, status=Status.VALID)
    (theirs,) = sent(campaign, tree["cd-y-te"], 1, on="2022-06-10T09:00", phase=second, status=Status.VALID)
    for initiative in (mine, theirs):
        OutstandingFactory(quarter=quarter, initiative=initiative)
    Initiative.objects.filter(pk=mine.pk).update(status=Status.INVALID)

    found = [
        [(each.named.initiative, each.is_valid, each.is_announced) for each in reviewed(campaign, number).outstanding]
        for number in (0, 1, -1)
    ]

    assert found == [
        [(mine.pk, False, False)],
        [(theirs.pk, True, False)],
        [(mine.pk, False, False), (theirs.pk, True, False)],
    ]


# --- what it costs ------------------------------------------------------------------------------------------------------


def test_a_quarter_costs_as_many_statements_for_many_units_as_for_few(
    campaign: Campaign, tree: dict[str, Unit]
) -> None:
    def statements() -> int:
        tally.refresh(campaign, at=LATER, everything=True)
        with CaptureQueriesContext(connection) as found:
            quarters.live(quarters.read(campaign, at=LATER), FIRST, quarters.quarter_of(campaign, FIRST))
        return len(found)

    QuarterFactory(campaign=campaign)
    sent(campaign, tree["cd-y-te"], 1)
    ClusterUnitFactory(cluster__campaign=campaign, unit=tree["cd-y-te"])
    before = statements()
    for code in ("quang-tri", "dien-bien", "thanh-hoa"):
        (initiative,) = sent(campaign, tree[code], 1, status=Status.VALID)
        ClusterUnitFactory(cluster__campaign=campaign, unit=tree[code])
        OutstandingFactory(quarter=Quarter.objects.get(), initiative=initiative)

    assert statements() == before


# --- what must always be true -------------------------------------------------------------------------------------------

STANDS, OWN, PLACED = (
    "quý đã công bố giữ nguyên căn cứ",
    "sáng kiến tiêu biểu thuộc quý của mình",
    "đơn vị ở cụm của cùng chương trình",
)


def _text_changed(quarter: Quarter, row: Outstanding) -> None:
    Quarter.objects.update(basis=quarter.basis.replace("Y tế", "Y te"))


def _document_changed(quarter: Quarter, row: Outstanding) -> None:
    Quarter.objects.update(document="99/QĐ-TLĐ")


def _reason_changed(quarter: Quarter, row: Outstanding) -> None:
    Outstanding.objects.update(reason="Lý do khác")


def _dropped(quarter: Quarter, row: Outstanding) -> None:
    row.delete()


def _sent_later(quarter: Quarter, row: Outstanding) -> None:
    Initiative.objects.update(submitted_at=SECOND.begins_at)


def _of_another_campaign(quarter: Quarter, row: Outstanding) -> None:
    ClusterUnit.objects.update(campaign=CampaignFactory())


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (_text_changed, {STANDS}),
        (_document_changed, {STANDS}),
        (_reason_changed, {STANDS}),
        (_dropped, {STANDS}),
        (_sent_later, {OWN, "lịch sử nối nhau bằng mã băm"}),
        (_of_another_campaign, {PLACED}),
    ],
    ids=lambda case: case.__name__.strip("_") if callable(case) else "",
)
def test_what_is_broken_is_named(
    campaign: Campaign, tree: dict[str, Unit], chief: StaffAccount, broken: Callable[..., None], names: set[str]
) -> None:
    ClusterUnitFactory(cluster__campaign=campaign, unit=tree["cd-y-te"])
    (initiative,) = sent(campaign, tree["cd-y-te"], 1, status=Status.VALID)
    row = named(campaign, initiative, chief)
    quarter = announced(campaign, chief)
    whole = {each.invariant for each in violations()}

    broken(quarter, row)

    assert (whole, {each.invariant for each in violations()}) == (set(), names)
