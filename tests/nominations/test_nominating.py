"""Putting forward, taking back, reserves and order: each with its history, and the number of places always right."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.models import (
    Act,
    Campaign,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierState,
    Initiative,
    Nomination,
    SelectionRound,
    Standing,
    Status,
)
from initiatives.nominations import dossiers, nominating, quotas
from initiatives.nominations.nominating import (
    ChangedMeanwhile,
    NominationRefused,
    NotACandidate,
    make_reserve,
    next_reserve,
    nominate,
    promote,
    reorder,
    withdraw,
)
from initiatives.nominations.quotas import QuotaIsFull
from initiatives.submission import actions
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    InitiativeFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    make_tree,
)

AT = datetime(2022, 4, 1, 9, 0, tzinfo=VIETNAM)
CDCS, DISTRICT, BESIDE = "quang-tri/dong-ha/may-song-hieu", "quang-tri/dong-ha", "quang-tri/huong-hoa"
SEALED = (DossierState.SENT, DossierState.RECEIVED, DossierState.ACCEPTED)

pytestmark = pytest.mark.django_db


@dataclass
class Office:
    """LĐLĐ thành phố Đông Hà in a round of its province with two places."""

    units: dict[str, Unit]
    campaign: Campaign
    round: SelectionRound
    officer: StaffAccount

    @property
    def unit(self) -> Unit:
        return self.units[DISTRICT]

    @property
    def dossier(self) -> Dossier:
        return Dossier.objects.get(round=self.round, unit=self.unit)

    def valid(self, title: str, **fields: Any) -> Initiative:
        kept = {"campaign": self.campaign, "unit": self.unit, "status": Status.VALID, "title": title}
        return InitiativeFactory(**kept | fields)

    def nominate(self, initiative: Initiative | str, **changes: Any) -> Nomination:
        asked = {"round": self.round, "unit": self.unit, "by": self.officer, "at": AT} | changes
        chosen = self.valid(initiative) if isinstance(initiative, str) else initiative
        return nominate(chosen.pk, **asked)

    def listed(self, standing: str = Standing.CHOSEN) -> list[tuple[int, str]]:
        rows = Nomination.objects.filter(round=self.round, unit=self.unit, standing=standing).order_by("rank")
        return list(rows.values_list("rank", "initiative__title"))

    @property
    def taken(self) -> int:
        """As counted in the quota; always as many as stand as chosen."""
        taken = quotas.uses(self.round, [self.unit])[self.unit.pk].taken
        assert taken == len(self.listed())
        return taken

    def seal(self, state: str) -> None:
        Dossier.objects.filter(round=self.round, unit=self.unit).update(state=state)


@pytest.fixture
def office() -> Office:
    units = make_tree()
    campaign = CampaignFactory()
    round = SelectionRoundFactory(campaign=campaign, host=units["quang-tri"], name="Đợt tháng 4", each_unit_max=2)
    return Office(units, campaign, round, StaffAccountFactory(unit=units[DISTRICT]))


# --- putting forward --------------------------------------------------------------------------------------------------


def test_one_put_forward_stands_last_and_is_told_everywhere(office: Office) -> None:
    office.nominate("Một")
    initiative = office.valid("Hai", unit=office.units[CDCS])

    nomination = office.nominate(initiative)

    assert (nomination.standing, nomination.rank) == (Standing.CHOSEN, 2)
    assert (nomination.nominated_by, nomination.nominated_at) == (office.officer, AT)
    assert office.listed() == [(1, "Một"), (2, "Hai")]
    assert office.taken == 2
    last = initiative.events.order_by("number").last()
    assert (last.act, last.account, last.to_status) == (Act.NOMINATED, office.officer, Status.VALID)
    assert "Đợt tháng 4" in last.note
    step = DossierEvent.objects.get(dossier=office.dossier, initiative=initiative)
    assert (step.act, step.account, step.at) == (DossierAct.NOMINATED, office.officer, AT)
    assert office.dossier.edition == 3


def test_the_history_stays_chained(office: Office) -> None:
    initiative = office.valid("Một")
    nomination = office.nominate(initiative)
    withdraw(nomination.pk, because="Chưa đủ hồ sơ", by=office.officer, at=AT)
    office.nominate(initiative)

    events = list(initiative.events.order_by("number"))

    assert [event.act for event in events[2:]] == [Act.NOMINATED, Act.UNNOMINATED, Act.NOMINATED]
    assert [event.number for event in events] == list(range(1, 6))
    for before, event in pairwise(events):
        assert (event.previous_hash, event.hash) == (before.hash, event.digest())


def test_a_place_too_many_is_refused_and_leaves_nothing_but_a_reserve_is_always_taken(office: Office) -> None:
    office.nominate("Một")
    office.nominate("Hai")
    third = office.valid("Ba")

    with pytest.raises(QuotaIsFull):
        office.nominate(third)
    assert not third.nominations.exists()
    assert third.events.count() == 2
    reserve = office.nominate(third, as_reserve=True)

    assert (reserve.standing, reserve.rank) == (Standing.RESERVE, 1)
    assert office.taken == 2


def of_another_campaign(office: Office) -> Initiative:
    return office.valid("Một", campaign=CampaignFactory(slug="mot-chuong-trinh-khac"))


def in_the_round_already(office: Office) -> Initiative:
    initiative = office.valid("Một")
    office.nominate(initiative)
    return initiative


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(
            lambda office: office.valid("Một", unit=office.units[BESIDE]), "không thuộc", id="of another unit"
        ),
        pytest.param(of_another_campaign, "không thuộc", id="of another campaign"),
        pytest.param(in_the_round_already, "đã được", id="in the round already"),
        pytest.param(lambda office: office.valid("Một", status=Status.SUBMITTED), "hợp lệ", id="not reviewed"),
        pytest.param(lambda office: office.valid("Một", status=Status.INVALID), "hợp lệ", id="declined"),
        pytest.param(lambda office: Initiative(pk=987_654_321), "Không tìm thấy", id="not there"),
    ],
)
def test_what_is_no_candidate_is_refused_with_its_reason(
    office: Office, make: Callable[[Office], Initiative], sentence: str
) -> None:
    initiative = make(office)
    before = Nomination.objects.count()

    with pytest.raises(NotACandidate, match=sentence):
        office.nominate(initiative)

    assert Nomination.objects.count() == before


def test_where_the_unit_held_a_round_what_was_not_chosen_there_is_refused(office: Office) -> None:
    top = SelectionRoundFactory(campaign=office.campaign, host=office.units["tld"], takes_part=["province"])

    with pytest.raises(NotACandidate, match="chưa được chọn"):
        office.nominate("Một", round=top, unit=office.units["quang-tri"])


def test_a_unit_that_takes_no_part_is_refused_and_gets_no_dossier(office: Office) -> None:
    with pytest.raises(NominationRefused, match="không tham gia"):
        office.nominate(office.valid("Một", unit=office.units[CDCS]), unit=office.units[CDCS])

    assert not Dossier.objects.exists()


@pytest.mark.parametrize(
    ("at", "is_taken"),
    [
        pytest.param(datetime(2022, 1, 8, 6, 59, 59, tzinfo=VIETNAM), False, id="a second before it opens"),
        pytest.param(datetime(2022, 1, 8, 7, 0, tzinfo=VIETNAM), True, id="as it opens"),
        pytest.param(datetime(2022, 4, 15, 23, 59, 59, tzinfo=VIETNAM), True, id="the last second"),
        pytest.param(datetime(2022, 4, 16, 0, 0, tzinfo=VIETNAM), False, id="24h00"),
    ],
)
def test_nominating_asks_the_round_s_own_window(office: Office, at: datetime, is_taken: bool) -> None:
    if is_taken:
        assert office.nominate("Một", at=at).pk
    else:
        with pytest.raises(dossiers.RoundIsNotOpen):
            office.nominate("Một", at=at)


def test_what_the_host_granted_lets_that_unit_go_on(office: Office) -> None:
    office.nominate("Một")
    late = datetime(2022, 4, 18, 23, 59, 59, tzinfo=VIETNAM)
    Dossier.objects.update(extended_until=date(2022, 4, 18))
    other = {"unit": office.units[BESIDE], "at": late}

    office.nominate("Hai", at=late)

    assert office.taken == 2
    with pytest.raises(dossiers.RoundIsNotOpen, match="gia hạn"):
        office.nominate(office.valid("Ba", unit=office.units[BESIDE]), **other)


# --- a dossier that was sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", SEALED)
def test_of_a_dossier_that_was_sent_nothing_changes(office: Office, state: str) -> None:
    chosen, reserve = office.nominate("Một"), office.nominate("Hai", as_reserve=True)
    office.seal(state)
    shared: dict[str, Any] = {"by": office.officer, "at": AT}
    before = office.dossier.edition

    for act in (
        lambda: office.nominate("Ba"),
        lambda: withdraw(chosen.pk, because="Đổi ý", **shared),
        lambda: promote(reserve.pk, **shared),
        lambda: make_reserve(chosen.pk, **shared),
        lambda: reorder(office.round, office.unit, [chosen.pk], **shared),
    ):
        with pytest.raises(dossiers.DossierIsSealed):
            act()

    assert (office.listed(), office.listed(Standing.RESERVE)) == ([(1, "Một")], [(1, "Hai")])
    assert (office.taken, office.dossier.edition) == (1, before)


def test_a_returned_one_is_mended_after_the_last_day_with_what_was_put_forward_in_time(office: Office) -> None:
    chosen, reserve = office.nominate("Một"), office.nominate("Hai", as_reserve=True)
    office.seal(DossierState.RETURNED)
    late: dict[str, Any] = {"by": office.officer, "at": datetime(2022, 4, 20, tzinfo=VIETNAM)}

    offered = withdraw(chosen.pk, because="Cấp trên yêu cầu", **late)
    assert offered == reserve
    promote(reserve.pk, **late)

    assert office.listed() == [(1, "Hai")]
    with pytest.raises(dossiers.RoundIsNotOpen):
        office.nominate("Ba", at=late["at"])


# --- taking back, reserves, order -------------------------------------------------------------------------------------


def test_one_taken_back_gives_its_place_back_and_the_others_close_up(office: Office) -> None:
    first, _ = office.nominate("Một"), office.nominate("Hai")

    assert withdraw(first.pk, because="  Tác giả\nchuyển công tác ", by=office.officer, at=AT) is None

    first.refresh_from_db()
    assert (first.standing, first.withdrawn_by, first.withdrawn_at) == (Standing.WITHDRAWN, office.officer, AT)
    assert first.withdrawn_because == "Tác giả chuyển công tác"
    assert office.listed() == [(1, "Hai")]
    assert office.taken == 1
    last = first.initiative.events.order_by("number").last()
    assert (last.act, last.account) == (Act.UNNOMINATED, office.officer)
    assert "Tác giả chuyển công tác" in last.note
    step = DossierEvent.objects.order_by("pk").last()
    assert (step.act, step.words) == (DossierAct.WITHDRAWN, "Tác giả chuyển công tác")


def test_the_next_reserve_is_offered_when_a_place_becomes_free(office: Office) -> None:
    first, _ = office.nominate("Một"), office.nominate("Hai")
    office.nominate("Ba", as_reserve=True)
    fourth = office.nominate("Bốn", as_reserve=True)
    reorder(office.round, office.unit, [fourth.pk, fourth.pk - 1], by=office.officer, at=AT)
    assert next_reserve(office.round, office.unit) is None

    offered = withdraw(first.pk, because="Rút", by=office.officer, at=AT)

    assert offered == fourth == next_reserve(office.round, office.unit)
    promote(fourth.pk, by=office.officer, at=AT)
    assert office.listed() == [(1, "Hai"), (2, "Bốn")]
    assert office.listed(Standing.RESERVE) == [(1, "Ba")]
    assert office.taken == 2
    assert next_reserve(office.round, office.unit) is None


@pytest.mark.parametrize(
    ("because", "sentence"), [("", "ghi lý do"), (" \n\u200b ", "ghi lý do"), ("a" * 301, "quá 300")]
)
def test_taking_back_needs_a_reason_that_fits(office: Office, because: str, sentence: str) -> None:
    nomination = office.nominate("Một")

    with pytest.raises(NominationRefused, match=sentence):
        withdraw(nomination.pk, because=because, by=office.officer, at=AT)

    assert office.listed() == [(1, "Một")]


def test_a_reserve_is_promoted_only_where_a_place_is_free(office: Office) -> None:
    office.nominate("Một")
    office.nominate("Hai")
    reserve = office.nominate("Ba", as_reserve=True)

    with pytest.raises(QuotaIsFull):
        promote(reserve.pk, by=office.officer, at=AT)

    assert office.listed(Standing.RESERVE) == [(1, "Ba")]
    assert office.taken == 2


def test_one_made_a_reserve_is_the_last_of_them_and_frees_its_place(office: Office) -> None:
    first, _ = office.nominate("Một"), office.nominate("Hai")
    office.nominate("Ba", as_reserve=True)

    make_reserve(first.pk, by=office.officer, at=AT)

    assert office.listed() == [(1, "Hai")]
    assert office.listed(Standing.RESERVE) == [(1, "Ba"), (2, "Một")]
    assert office.taken == 1
    assert office.dossier.events.order_by("pk").last().act == DossierAct.REORDERED


def test_whoever_comes_second_is_told(office: Office) -> None:
    chosen, reserve = office.nominate("Một"), office.nominate("Hai", as_reserve=True)
    gone = office.nominate("Ba")
    shared: dict[str, Any] = {"by": office.officer, "at": AT}
    withdraw(gone.pk, because="Rút", **shared)

    for act in (
        lambda: withdraw(gone.pk, because="Rút", **shared),
        lambda: promote(gone.pk, **shared),
        lambda: make_reserve(gone.pk, **shared),
        lambda: promote(chosen.pk, **shared),
        lambda: make_reserve(reserve.pk, **shared),
        lambda: withdraw(987_654_321, because="Rút", **shared),
    ):
        with pytest.raises(ChangedMeanwhile):
            act()

    assert office.taken == 1


def test_the_chosen_and_the_reserves_are_put_in_order_each_by_themselves(office: Office) -> None:
    first, second = office.nominate("Một"), office.nominate("Hai")
    third, fourth = (office.nominate(title, as_reserve=True) for title in ("Ba", "Bốn"))
    shared: dict[str, Any] = {"by": office.officer, "at": AT}

    reorder(office.round, office.unit, [second.pk, first.pk], **shared)
    reorder(office.round, office.unit, [fourth.pk, third.pk], **shared)

    assert office.listed() == [(1, "Hai"), (2, "Một")]
    assert office.listed(Standing.RESERVE) == [(1, "Bốn"), (2, "Ba")]
    edition = office.dossier.edition
    reorder(office.round, office.unit, [second.pk, first.pk], **shared)  # as it is: nothing changed
    assert office.dossier.edition == edition
    for wrong in ([first.pk], [first.pk, first.pk], [first.pk, second.pk, third.pk], [first.pk, third.pk], []):
        with pytest.raises(ChangedMeanwhile):
            reorder(office.round, office.unit, wrong, **shared)


# --- when an initiative leaves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [Status.SUBMITTED, Status.INVALID, Status.WITHDRAWN])
@pytest.mark.parametrize("as_reserve", [False, True])
def test_what_is_not_valid_any_more_is_taken_back_from_an_open_dossier(
    office: Office, to: str, as_reserve: bool
) -> None:
    initiative = office.valid("Một")
    nomination = office.nominate(initiative, as_reserve=as_reserve)
    office.nominate("Hai", as_reserve=as_reserve)
    reviewer = None if to == Status.WITHDRAWN else office.officer
    edition = office.dossier.edition

    lifecycle.move(initiative, to, by=reviewer, at=AT)

    nomination.refresh_from_db()
    assert (nomination.standing, nomination.withdrawn_by) == (Standing.WITHDRAWN, reviewer)
    assert nomination.withdrawn_because == nominating.NOT_VALID_ANY_MORE
    assert office.listed(Standing.RESERVE if as_reserve else Standing.CHOSEN) == [(1, "Hai")]
    assert office.taken == (0 if as_reserve else 1)
    acts = list(initiative.events.order_by("number").values_list("act", "to_status"))
    assert acts[-1] == (Act.UNNOMINATED, to)
    assert acts[-2] == (lifecycle.ACT_OF[Status(to)], to)
    assert office.dossier.edition == edition + 1


def test_it_is_taken_back_from_every_round_in_which_its_dossier_is_open(office: Office) -> None:
    other = SelectionRoundFactory(campaign=office.campaign, host=office.units["quang-tri"])
    initiative = office.valid("Một")
    sent, still_open = office.nominate(initiative), office.nominate(initiative, round=other)
    office.seal(DossierState.ACCEPTED)

    lifecycle.move(initiative, Status.INVALID, by=office.officer, at=AT)

    sent.refresh_from_db()
    still_open.refresh_from_db()
    assert (sent.standing, still_open.standing) == (Standing.CHOSEN, Standing.WITHDRAWN)
    assert office.taken == 1
    assert quotas.uses(other, [office.unit])[office.unit.pk].taken == 0


@pytest.mark.parametrize("state", SEALED)
def test_nobody_withdraws_what_stands_in_a_dossier_that_was_sent(office: Office, state: str) -> None:
    initiative = office.valid("Một")
    office.nominate(initiative)
    office.seal(state)

    with pytest.raises(lifecycle.MoveRefused, match="đã gửi lên LĐLĐ tỉnh Quảng Trị"):
        actions.withdraw(initiative, at=AT)

    initiative.refresh_from_db()
    assert initiative.status == Status.VALID
    assert office.taken == 1


@pytest.mark.parametrize("to", [Status.SUBMITTED, Status.INVALID])
def test_staff_may_decide_anew_and_what_was_sent_stays_as_it_was_sent(office: Office, to: str) -> None:
    initiative = office.valid("Một")
    nomination = office.nominate(initiative)
    office.seal(DossierState.SENT)
    edition = office.dossier.edition

    lifecycle.move(initiative, to, by=office.officer, at=AT)

    nomination.refresh_from_db()
    assert (nomination.standing, office.dossier.edition, office.taken) == (Standing.CHOSEN, edition, 1)


def test_one_reopened_after_it_was_sent_is_not_withdrawn_either(office: Office) -> None:
    initiative = office.valid("Một")
    office.nominate(initiative)
    office.seal(DossierState.SENT)
    lifecycle.move(initiative, Status.SUBMITTED, by=office.officer, at=AT)

    with pytest.raises(lifecycle.MoveRefused):
        lifecycle.move(initiative, Status.WITHDRAWN, by=None, at=AT)


def test_one_that_goes_to_another_branch_is_taken_back_and_one_that_stays_inside_stays(office: Office) -> None:
    leaves, stays = office.valid("Đi"), office.valid("Ở")
    office.nominate(leaves)
    office.nominate(stays)

    lifecycle.reassign(leaves, office.units[BESIDE], by=office.officer, at=AT)
    lifecycle.reassign(stays, office.units[CDCS], by=office.officer, at=AT)

    assert office.listed() == [(1, "Ở")]
    assert office.taken == 1
    assert leaves.nominations.get().withdrawn_because == nominating.LEFT_THE_BRANCH


def test_one_that_leaves_its_district_stays_where_the_province_put_it_forward(office: Office) -> None:
    top = SelectionRoundFactory(campaign=office.campaign, host=office.units["tld"], takes_part=["province"])
    initiative = office.valid("Một")
    below = office.nominate(initiative)
    office.seal(DossierState.ACCEPTED)
    above = office.nominate(initiative, round=top, unit=office.units["quang-tri"])

    lifecycle.reassign(initiative, office.units[BESIDE], by=office.officer, at=AT)

    assert list(Nomination.objects.standing().order_by("pk")) == [below, above]


def test_moving_what_nobody_put_forward_or_commended_asks_two_statements_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for followers in ([], lifecycle.leaving):
        lonely = office.valid("Một")
        monkeypatch.setattr(lifecycle, "leaving", followers)
        with CaptureQueriesContext(connection) as asked:
            lifecycle.move(lonely, Status.INVALID, by=office.officer, at=AT)
        counts.append(len(asked))

    assert counts[1] == counts[0] + 2


def test_nominating_asks_as_much_for_the_second_as_for_the_fifth(office: Office) -> None:
    SelectionRound.objects.update(each_unit_max=None)
    office.round.refresh_from_db()
    office.nominate("Một")
    made = [office.valid(title) for title in ("Hai", "Ba", "Bốn", "Năm")]

    counts = []
    for initiative in made:
        with CaptureQueriesContext(connection) as asked:
            office.nominate(initiative)
        counts.append(len(asked))

    assert len(set(counts)) == 1, counts
