"""Deciding on a pair: what becomes of the two, how it is taken back, and of two who decide at once (M22)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives import lifecycle
from initiatives.duplicates import screening
from initiatives.invariants import violations
from initiatives.models import Act, Initiative, Status, TwinPair
from initiatives.review import actions, twin_decisions, twins
from initiatives.review.twin_decisions import Choice, DecidedMeanwhile, OneIsOwn, PairIsNotFound
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.concurrency import together
from tests.factories import TwinPairFactory
from tests.review.conftest import Office
from tests.review.twin_pairs import (
    AT,
    BESIDE,
    DISTINCT,
    DUPLICATE,
    ELSEWHERE,
    HERE,
    OPEN,
    QUEUE,
    across,
    address,
    again,
    decide,
    listed,
    officer_at,
    pair_of,
    post,
    reopen,
    versions,
)


class TestDeciding:
    @pytest.mark.parametrize(
        "choice, declined, kept", [("keep_earlier", "later", "earlier"), ("keep_later", "earlier", "later")]
    )
    def test_a_duplicate_points_to_the_one_that_is_kept(
        self, office: Office, choice: str, declined: str, kept: str
    ) -> None:
        pair = pair_of(office)

        decide(pair, choice, office.officer, words="Nộp hai lần.")

        gone, stays = again(getattr(pair, declined)), again(getattr(pair, kept))
        assert (gone.status, gone.duplicate_of, stays.status) == (Status.INVALID, stays, Status.SUBMITTED)
        settled = again(pair)
        assert (settled.state, settled.decided_by, settled.decided_at) == (DUPLICATE, office.officer, AT)
        event = gone.events.last()
        assert (event.act, event.account) == (Act.DECLINED, office.officer)
        assert [reason["code"] for reason in event.reasons] == ["duplicate", "other"]
        assert list(violations()) == []

    def test_the_reason_is_the_campaigns_own_and_true(self, office: Office) -> None:
        """Where the later one is kept, the other was not "sent already"."""
        first, second = pair_of(office), pair_of(office)

        decide(first, Choice.KEEP_EARLIER, office.officer)
        decide(second, Choice.KEEP_LATER, office.officer)

        said = [again(one).events.last().reasons[0]["text"] for one in (first.later, second.earlier)]
        assert said[0] == office.campaign.review_reasons.get(use="decline", code="duplicate").text
        assert said[1] == twin_decisions.REPEATS

    def test_not_a_duplicate_is_remembered_in_both_histories(self, office: Office) -> None:
        pair = pair_of(office)

        decide(pair, Choice.DISTINCT, office.officer, words="Hai máy khác nhau")

        assert again(pair).state == DISTINCT
        for one in (pair.earlier, pair.later):
            event = again(one).events.last()
            assert (event.act, event.note, again(one).status) == (Act.CLEARED, "Hai máy khác nhau", Status.SUBMITTED)
        assert listed(office.client) == []
        assert list(violations()) == []

    def test_nothing_of_the_one_stands_in_the_history_of_the_other(self, office: Office) -> None:
        """A district reads the history of its own when the confederation has decided."""
        pair = across(office)

        decide(pair, Choice.KEEP_EARLIER, officer_at(office, "tld"))
        decide(across(office), Choice.DISTINCT, officer_at(office, "tld"))

        page = office.client.get(office.desk(pair.earlier)).content.decode()
        history = str([(event.reasons, event.note) for event in again(pair.later).events.all()])
        theirs = (pair.later.receipt_code, "Giá giữ cuộn cáp", "Hoàng Văn Sơn")
        assert [text for text in theirs if text in page] == []
        assert [text for text in (pair.earlier.receipt_code, pair.earlier.title) if text in history] == []

    @pytest.mark.parametrize("choice", Choice.values)
    @pytest.mark.parametrize(
        "status, allowed",
        [
            (Status.SUBMITTED, True),
            (Status.RETURNED, True),
            (Status.VALID, True),
            (Status.INVALID, False),
            (Status.WITHDRAWN, False),
        ],
    )
    @pytest.mark.parametrize("side", ["earlier", "later"])
    def test_both_must_still_count(self, office: Office, side: str, status: str, allowed: bool, choice: str) -> None:
        pair = pair_of(office)
        Initiative.objects.filter(pk=getattr(pair, f"{side}_id")).update(status=status)

        if allowed:
            decide(pair, choice, office.officer)
        else:
            with pytest.raises(twin_decisions.NothingToDecide):
                decide(pair, choice, office.officer)

        assert again(pair).is_open is not allowed

    @pytest.mark.parametrize("choice", Choice.values)
    @pytest.mark.parametrize("side", ["earlier", "later"])
    def test_nobody_decides_on_a_text_that_has_changed(self, office: Office, side: str, choice: str) -> None:
        pair = pair_of(office)
        shown = versions(pair)
        Initiative.objects.filter(pk=getattr(pair, f"{side}_id")).update(version=2)

        with pytest.raises(lifecycle.ChangedMeanwhile):
            decide(pair, choice, office.officer, versions=shown)

        assert (again(pair).state, again(pair.later).status) == (OPEN, Status.SUBMITTED)

    @pytest.mark.parametrize("side", ["earlier", "later"])
    @pytest.mark.parametrize(
        "of_the_sender, of_the_officer",
        [
            ({"phone_digits": "0912345678"}, {"phone": "0912 345 678"}),
            ({"national_id_hash": "cùng một người"}, {"national_id_hash": "cùng một người"}),
        ],
        ids=["phone", "identity"],
    )
    def test_nobody_decides_on_their_own(
        self, office: Office, side: str, of_the_sender: dict[str, Any], of_the_officer: dict[str, Any]
    ) -> None:
        pair = pair_of(office)
        Initiative.objects.filter(pk=getattr(pair, f"{side}_id")).update(**of_the_sender)

        with pytest.raises(OneIsOwn):
            decide(pair, Choice.DISTINCT, officer_at(office, HERE, **of_the_officer))

    @pytest.mark.parametrize(
        "unit, role",
        [
            (BESIDE, Role.MANAGER),
            (HERE, Role.VIEWER),
            (f"{HERE}/may-song-hieu", Role.MANAGER),
            ("dien-bien", Role.MANAGER),
        ],
        ids=["beside", "viewer", "below", "elsewhere"],
    )
    def test_who_may_not_is_told_that_there_is_none(self, office: Office, unit: str, role: str) -> None:
        with pytest.raises(PairIsNotFound):
            decide(pair_of(office), Choice.DISTINCT, officer_at(office, unit, role))

    def test_whoever_is_above_may_decide_what_a_lower_level_can(self, office: Office) -> None:
        pair = pair_of(office)

        decide(pair, Choice.KEEP_EARLIER, officer_at(office, "quang-tri"))

        assert again(pair).state == DUPLICATE

    def test_whoever_decides_second_is_told(self, office: Office) -> None:
        pair = pair_of(office)
        shown = versions(pair)
        decide(pair, Choice.DISTINCT, office.officer)

        with pytest.raises(DecidedMeanwhile, match="không trùng lặp"):
            decide(pair, Choice.KEEP_EARLIER, officer_at(office, HERE), versions=shown)

        assert (again(pair).state, again(pair.later).status) == (DISTINCT, Status.SUBMITTED)


class TestTakingItBack:
    def test_what_was_distinct_is_open_again(self, office: Office) -> None:
        pair = pair_of(office)
        decide(pair, Choice.DISTINCT, office.officer)

        reopen(pair, office.officer, why="Nhầm cặp")

        assert (again(pair).state, again(pair).decided_by) == (OPEN, None)
        assert "Nhầm cặp" in again(pair.earlier).events.last().note
        assert listed(office.client) == [pair.pk]
        assert list(violations()) == []

    @pytest.mark.parametrize("choice, declined", [("keep_earlier", "later"), ("keep_later", "earlier")])
    def test_what_was_a_duplicate_waits_again(self, office: Office, choice: str, declined: str) -> None:
        pair = pair_of(office)
        decide(pair, choice, office.officer)

        reopen(pair, office.officer, why="Nhầm cặp")

        one = again(getattr(pair, declined))
        assert (one.status, one.duplicate_of, again(pair).state) == (Status.SUBMITTED, None, OPEN)
        assert (one.events.last().act, one.events.last().reasons[0]["text"]) == (Act.REOPENED, "Nhầm cặp")
        assert list(violations()) == []

    def test_what_repeats_a_third_by_now_is_not_reopened_from_here(self, office: Office) -> None:
        """The kept one was found to repeat another: what repeated it follows."""
        pair, third = pair_of(office), office.receive()
        decide(pair, Choice.KEEP_EARLIER, office.officer)
        lifecycle.move(pair.earlier.pk, Status.INVALID, by=office.officer, at=AT, duplicate_of=third)

        with pytest.raises(twin_decisions.CannotTakeBack):
            reopen(pair, office.officer)

        assert again(pair.later).duplicate_of == third

    @pytest.mark.parametrize("by_the_desk", [False, True], ids=["on-its-page", "at-the-desk"])
    def test_what_had_gone_along_with_it_repeats_it_again(self, office: Office, by_the_desk: bool) -> None:
        """The third repeated the second, and the second turned out to repeat the first."""
        inner, first = pair_of(office), office.receive()
        second, third = inner.earlier, inner.later
        outer = TwinPairFactory(earlier=first, later=second, decider=office.units[HERE])
        decide(inner, Choice.KEEP_EARLIER, office.officer)
        decide(outer, Choice.KEEP_EARLIER, office.officer)
        followed = again(third).duplicate_of

        if by_the_desk:
            actions.decide(second.pk, actions.Decision(Status.SUBMITTED), by=office.officer, at=AT)
        else:
            reopen(outer, office.officer)

        assert followed == first
        assert (again(second).status, again(third).status) == (Status.SUBMITTED, Status.INVALID)
        assert again(third).duplicate_of == second
        assert (again(outer).state, again(inner).state) == (OPEN, DUPLICATE)
        assert twins.standing_of(TwinPair.objects.get(pk=inner.pk)) == "Trùng lặp"
        assert list(violations()) == []

    def test_a_pair_with_one_that_was_reopened_meanwhile_is_open_again_too(self, office: Office) -> None:
        inner, first = pair_of(office), office.receive()
        outer = TwinPairFactory(earlier=first, later=inner.earlier, decider=office.units[HERE])
        decide(inner, Choice.KEEP_EARLIER, office.officer)
        decide(outer, Choice.KEEP_EARLIER, office.officer)
        actions.decide(inner.later_id, actions.Decision(Status.SUBMITTED), by=office.officer, at=AT)

        reopen(outer, office.officer)

        assert sorted(listed(office.client)) == sorted([inner.pk, outer.pk])

    def test_an_open_pair_has_nothing_to_take_back(self, office: Office) -> None:
        with pytest.raises(DecidedMeanwhile):
            reopen(pair_of(office), office.officer)


class TestWhatElseConcernsAPair:
    """Initiatives are decided on at their own desk, too."""

    def test_declined_there_as_a_duplicate_the_pair_is_decided(self, office: Office) -> None:
        pair, other = pair_of(office), pair_of(office)

        office.decide(pair.later, "decline", reason=["duplicate"], duplicate_code=pair.earlier.receipt_code)

        assert again(pair.later).duplicate_of == pair.earlier
        assert (again(pair).state, again(pair).decided_by) == (DUPLICATE, office.officer)
        assert again(other).state == OPEN

    def test_reopened_there_the_pair_is_open_again(self, office: Office) -> None:
        pair = pair_of(office)
        decide(pair, Choice.KEEP_EARLIER, office.officer)

        actions.decide(pair.later_id, actions.Decision(Status.SUBMITTED), by=office.officer, at=AT)

        assert (again(pair).state, again(pair).decided_by) == (OPEN, None)
        assert listed(office.client) == [pair.pk]

    def test_a_pair_that_was_found_distinct_stays_so(self, office: Office) -> None:
        pair = pair_of(office)
        decide(pair, Choice.DISTINCT, office.officer)
        for status in (Status.VALID, Status.SUBMITTED):
            actions.decide(pair.later_id, actions.Decision(status), by=office.officer, at=AT)

        assert again(pair).state == DISTINCT

    def test_when_the_kept_one_is_withdrawn_the_other_waits_and_the_pair_does_not(self, office: Office) -> None:
        pair = pair_of(office)
        decide(pair, Choice.KEEP_EARLIER, office.officer)

        lifecycle.move(pair.earlier.pk, Status.WITHDRAWN, by=None, at=AT)

        assert again(pair.later).status == Status.SUBMITTED
        assert listed(office.client, level="all") == []
        assert list(violations()) == []

    def test_a_primary_that_no_longer_counts_is_a_violation(self, office: Office) -> None:
        pair = pair_of(office)
        decide(pair, Choice.KEEP_EARLIER, office.officer)

        Initiative.objects.filter(pk=pair.earlier_id).update(status=Status.INVALID)

        assert str(pair.later_id) in {each.row for each in violations() if "bản gốc" in each.invariant}


class TestWorkingThrough:
    def test_after_a_decision_comes_the_next_pair(self, office: Office) -> None:
        first, second, third = (pair_of(office, likeness=likeness) for likeness in (90, 80, 70))

        answer = post(office.client, second, Choice.DISTINCT)
        assert answer["Location"] == address(third)
        answer = post(office.client, third, Choice.KEEP_EARLIER)
        assert answer["Location"] == address(first)
        answer = post(office.client, first, Choice.DISTINCT)
        assert answer["Location"] == reverse(QUEUE)

    def test_the_filters_one_came_with_are_kept(self, office: Office, signed_in: Callable[..., Client]) -> None:
        first, second = (pair_of(office, likeness=likeness) for likeness in (90, 80))
        pair_of(office, HERE, BESIDE, decider="quang-tri", likeness=85)
        province = signed_in("quang-tri", Role.REVIEWER)
        kept = "?_changelist_filters=level%3Dbelow"
        shown = {f"version_{key}": version for key, version in versions(first).items()}

        answer = province.post(address(first) + kept, {"decision": "distinct"} | shown)

        assert answer["Location"] == address(second) + kept

    def test_it_can_be_skipped(self, office: Office) -> None:
        first, second = (pair_of(office, likeness=likeness) for likeness in (90, 80))

        assert address(second) in office.client.get(address(first)).content.decode()
        assert again(first).state == OPEN

    @pytest.mark.parametrize(
        "posted, status",
        [
            ({"decision": "distinct", "words": "x" * 501}, 422),
            ({"decision": "everything", "words": "Giữ lại"}, 422),
            ({"words": "Giữ lại"}, 422),
            ({"decision": "reopen", "why": ""}, 422),
            ({"decision": "reopen", "why": "Giữ lại"}, 409),
            ({"decision": "distinct", "words": "Giữ lại", "version_{}": "9" * 30}, 409),
            ({"decision": "keep_later", "words": "Giữ lại", "version_{}": "abc"}, 409),
        ],
    )
    def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(
        self, office: Office, posted: dict[str, str], status: int
    ) -> None:
        pair = pair_of(office)
        shown = {f"version_{key}": version for key, version in versions(pair).items()}
        sent = shown | {name.format(pair.earlier_id): value for name, value in posted.items()}

        answer = office.client.post(address(pair), sent)

        assert answer.status_code == status
        assert posted.get("words", posted.get("why", "")) in answer.content.decode()
        assert again(pair).state == OPEN

    def test_decided_by_somebody_else_meanwhile_the_words_are_still_there(self, office: Office) -> None:
        pair = pair_of(office)
        shown = {f"version_{key}": version for key, version in versions(pair).items()}
        decide(pair, Choice.KEEP_EARLIER, officer_at(office, HERE))

        sent = {"decision": "distinct", "words": "Hai máy khác nhau"} | shown
        answer = office.client.post(address(pair), sent)

        assert answer.status_code == 409
        page = answer.content.decode()
        assert ("vừa được người khác quyết định" in page, "Hai máy khác nhau" in page) == (True, True)
        assert again(pair).state == DUPLICATE

    def test_a_pair_that_the_screening_took_away_meanwhile_leads_to_the_list(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One of the two was corrected while somebody compared them."""
        pair = pair_of(office)
        found = twin_decisions.for_decision

        def found_and_gone(pair_id: int, account: StaffAccount) -> TwinPair:
            known = found(pair_id, account)
            TwinPair.objects.filter(pk=pair_id).delete()
            return known

        monkeypatch.setattr(twin_decisions, "for_decision", found_and_gone)

        answer = post(office.client, pair, Choice.KEEP_EARLIER)

        assert answer["Location"] == reverse(QUEUE)
        assert "Cặp này không còn" in office.inbox().content.decode()
        assert again(pair.later).status == Status.SUBMITTED

    def test_it_is_taken_back_on_its_page(self, office: Office) -> None:
        pair = pair_of(office)
        decide(pair, Choice.KEEP_EARLIER, office.officer)

        answer = post(office.client, pair, "reopen", why="Nhầm cặp")

        assert answer["Location"] == address(pair)
        assert (again(pair).state, again(pair.later).status) == (OPEN, Status.SUBMITTED)

    def test_ones_own_cannot_be_decided_and_the_page_says_so(
        self, office: Office, signed_in: Callable[..., Client]
    ) -> None:
        pair = pair_of(office)
        own = signed_in(HERE, Role.REVIEWER, phone=pair.earlier.phone_digits)

        page = own.get(address(pair)).content.decode()

        assert ("của chính bạn" in page, 'value="distinct"' in page) == (True, False)
        assert post(own, pair, Choice.DISTINCT).status_code == 409
        assert again(pair).state == OPEN


@pytest.mark.django_db(transaction=True)
@pytest.mark.serial
@pytest.mark.parametrize(
    "choices",
    [("keep_earlier", "distinct"), ("keep_earlier", "keep_later"), ("distinct", "distinct")],
    ids="-against-".join,
)
def test_of_two_who_decide_at_once_one_is_told(office: Office, choices: tuple[str, str]) -> None:
    pair = pair_of(office)
    shown = versions(pair)
    people = [officer_at(office, code) for code in (HERE, "quang-tri")]

    def work(choice: str, by: StaffAccount) -> Callable[[], None]:
        return lambda: twin_decisions.decide(pair.pk, choice, by=by, at=AT, versions=shown)

    outcomes = together(*(work(choice, by) for choice, by in zip(choices, people, strict=True)))

    assert sorted(type(each).__name__ for each in outcomes) == ["DecidedMeanwhile", "NoneType"]
    won = choices[outcomes.index(None)]
    assert again(pair).state == (DISTINCT if won == "distinct" else DUPLICATE)
    steps = sum(one.events.exclude(act=Act.RECEIVED).count() for one in (pair.earlier, pair.later))
    assert steps == (2 if won == "distinct" else 1)
    assert list(violations()) == []


class TestAfterASideWasMoved:
    """Who decides is whoever stands above both today, whatever was reported or decided before."""

    def test_a_reported_pair_waits_with_the_unit_above_both(self, office: Office) -> None:
        one = office.receive(unit=office.units[HERE], title="Máy A", full_name="A")
        other = office.receive(unit=office.units[BESIDE], title="Máy B", full_name="B")
        twins.report(other, one.receipt_code, by=office.officer, at=AT)

        lifecycle.reassign(again(other), office.units[ELSEWHERE], by=office.officer, at=AT)
        screening.screen(again(other), at=AT)

        assert TwinPair.objects.get().decider.code == "tld"
        assert twins.waiting(officer_at(office, "tld")) == 1

    def test_one_that_is_undone_too(self, office: Office) -> None:
        pair = pair_of(office, HERE, BESIDE, decider="quang-tri")
        province, confederation = officer_at(office, "quang-tri"), officer_at(office, "tld")
        decide(pair, Choice.DISTINCT, province)
        lifecycle.reassign(again(pair.later), office.units[ELSEWHERE], by=province, at=AT)
        screening.screen(again(pair.later), at=AT)

        reopen(again(pair), confederation)

        assert twins.waiting(confederation) == 1


def test_of_a_duplicate_whose_first_was_withdrawn_nothing_is_left_to_read(office: Office) -> None:
    pair = pair_of(office)
    decide(pair, Choice.KEEP_EARLIER, office.officer)

    lifecycle.move(again(pair.earlier), Status.WITHDRAWN, by=None, at=AT)

    settled = TwinPair.objects.select_related("earlier", "later").get()
    assert twins.standing_of(settled) == twins.NOTHING_LEFT
    assert [twin.is_decided for twin in twins.on_desk(again(pair.later), office.officer)] == [False]
