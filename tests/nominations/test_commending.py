"""A decision names initiatives, is put right until it is announced, and taken back only with a reason."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from initiatives.models import Act, Commendation, CommendationDecision, DossierState, Exemplar, Initiative, Status
from initiatives.nominations import commending
from initiatives.nominations.commending import (
    CannotBeChosen,
    ChangedMeanwhile,
    CommendingRefused,
    DecidedLater,
    IsAnnounced,
    IsDisputed,
    IsNotAnnounced,
    IsRecordedTwice,
    Line,
    NeedsAReason,
    NobodyIsNamed,
    NotValidAnyMore,
)
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    CoAuthorFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    DossierFactory,
    ExemplarFactory,
    InitiativeFactory,
    NominationFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)

NOW = datetime(2022, 5, 1, 8, 0, tzinfo=VIETNAM)
LATER = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)


@pytest.fixture
def decision(db: None) -> CommendationDecision:
    make_tree()
    return CommendationDecisionFactory(announced_at=None)


@pytest.fixture
def manager(decision: CommendationDecision) -> StaffAccount:
    return StaffAccountFactory(unit=decision.unit, role=Role.MANAGER)


def valid(decision: CommendationDecision, unit: str = "quang-tri/dong-ha", **fields: Any) -> Initiative:
    return InitiativeFactory(**{"campaign": decision.campaign, "unit": unit_at(unit), "status": Status.VALID} | fields)


def named(decision: CommendationDecision) -> list[tuple[int, int]]:
    return list(decision.commendations.order_by("number").values_list("number", "initiative_id"))


def announced(decision: CommendationDecision, by: StaffAccount, at: datetime = NOW) -> CommendationDecision:
    return commending.announce(
        decision.pk, shown_edition=commending.edition(decision.commendations.all()), by=by, at=at
    )


# --- who may ----------------------------------------------------------------------------------------------------------

MAY = [
    ("a manager of the unit", "quang-tri", Role.MANAGER, True),
    ("a reviewer of the unit", "quang-tri", Role.REVIEWER, False),
    ("a viewer of the unit", "quang-tri", Role.VIEWER, False),
    ("an administrator above", "tld", Role.ADMINISTRATOR, True),
    ("a manager above", "tld", Role.MANAGER, True),
    ("a manager below", "quang-tri/dong-ha", Role.MANAGER, False),
    ("a manager beside", "thanh-hoa", Role.MANAGER, False),
]


@pytest.mark.parametrize(("code", "role", "may"), [case[1:] for case in MAY], ids=[case[0] for case in MAY])
def test_managers_of_the_unit_and_above_may_commend(
    decision: CommendationDecision, code: str, role: str, may: bool
) -> None:
    account = StaffAccountFactory(unit=unit_at(code), role=role)

    assert commending.may_commend(account, decision.unit) is may


def test_an_account_without_a_unit_or_closed_may_not(decision: CommendationDecision) -> None:
    placeless = StaffAccountFactory(unit=None, role=Role.ADMINISTRATOR)
    closed = StaffAccountFactory(unit=decision.unit, role=Role.MANAGER, is_active=False)

    assert not commending.may_commend(placeless, decision.unit)
    assert not commending.may_commend(closed, decision.unit)


# --- whom -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.RETURNED, Status.INVALID, Status.WITHDRAWN])
def test_only_valid_ones_of_the_campaign_and_branch_can_be_chosen(decision: CommendationDecision, status: str) -> None:
    right = valid(decision)
    valid(decision, status=status)
    valid(decision, "thanh-hoa/hoang-hoa")
    valid(decision, campaign=CampaignFactory())

    assert list(commending.choosable(decision)) == [right]


def test_what_a_round_brought_is_what_was_chosen_in_accepted_dossiers(decision: CommendationDecision) -> None:
    chosen_in = SelectionRoundFactory(campaign=decision.campaign, host=decision.unit)
    decision.round = chosen_in
    decision.save()
    accepted, sent = unit_at("quang-tri/dong-ha"), unit_at("quang-tri/huong-hoa")
    DossierFactory(round=chosen_in, unit=accepted, state=DossierState.ACCEPTED)
    DossierFactory(round=chosen_in, unit=sent, state=DossierState.SENT)
    first = NominationFactory(round=chosen_in, unit=accepted)
    NominationFactory(round=chosen_in, unit=accepted, standing="reserve")
    NominationFactory(round=chosen_in, unit=accepted, standing="withdrawn")
    NominationFactory(round=chosen_in, unit=sent)

    assert list(commending.reached(decision)) == [first.initiative]


def test_without_a_round_nothing_was_reached(decision: CommendationDecision) -> None:
    valid(decision)

    assert list(commending.reached(decision)) == []


def test_names_stand_as_they_were_when_recorded(decision: CommendationDecision) -> None:
    initiative = valid(decision, full_name="Trần Thị Thu Hà", title="Cữ chặn", share=40, recognised_author=1)
    CoAuthorFactory(initiative=initiative, number=1, full_name="Lê Văn Bình", share=60)

    commending.add(decision.pk, [initiative.pk])
    Initiative.objects.filter(pk=initiative.pk).update(title="Tên khác")

    one = decision.commendations.get()
    assert (one.author, one.title, one.unit_name, one.form) == (
        "Lê Văn Bình",
        "Cữ chặn",
        "Liên đoàn Lao động thành phố Đông Hà",
        decision.form,
    )
    assert commending.outdated(decision) == [one]
    assert commending.take_names_anew(decision.pk) == 1
    assert decision.commendations.get().title == "Tên khác"
    assert commending.outdated(decision) == []


def test_the_sender_is_named_where_nobody_else_is_recognised(decision: CommendationDecision) -> None:
    initiative = valid(decision, full_name="Trần Thị Thu Hà", share=70)
    CoAuthorFactory(initiative=initiative, number=1, full_name="Lê Văn Bình", share=30)

    commending.add(decision.pk, [initiative.pk])

    assert decision.commendations.get().author == "Trần Thị Thu Hà"


def test_a_second_tap_names_nobody_twice(decision: CommendationDecision) -> None:
    first, second = valid(decision), valid(decision)

    assert commending.add(decision.pk, [second.pk, first.pk]) == 2
    assert commending.add(decision.pk, [first.pk, second.pk]) == 0
    assert named(decision) == [(1, second.pk), (2, first.pk)]


def test_one_that_cannot_be_chosen_refuses_all(decision: CommendationDecision) -> None:
    right, foreign = valid(decision), valid(decision, "thanh-hoa/hoang-hoa")

    with pytest.raises(CannotBeChosen):
        commending.add(decision.pk, [right.pk, foreign.pk])
    with pytest.raises(CannotBeChosen):
        commending.add(decision.pk, [987654321])

    assert named(decision) == []


def test_two_decisions_may_name_the_same_initiative(decision: CommendationDecision) -> None:
    initiative = valid(decision)
    CommendationFactory(decision=CommendationDecisionFactory(campaign=decision.campaign), initiative=initiative)

    assert commending.add(decision.pk, [initiative.pk]) == 1


# --- order, forms, removing -------------------------------------------------------------------------------------------

PLACES = [
    ("as they stand", (1, 2, 3), "ABC"),
    ("the last first", (1, 2, 1), "CAB"),
    ("the first last", (3, 2, 3), "BCA"),
    ("the first second", (2, 2, 3), "BAC"),
    ("turned round", (3, 2, 1), "CBA"),
    ("with gaps", (10, 5, 70), "BAC"),
]


@pytest.mark.parametrize(("asked", "expected"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES])
def test_who_is_given_a_place_stands_there(decision: CommendationDecision, asked: tuple[int], expected: str) -> None:
    rows = dict(
        zip(
            "ABC",
            (CommendationFactory(decision=decision, number=n, author=a) for n, a in enumerate("ABC", 1)),
            strict=True,
        )
    )

    commending.arrange(decision.pk, {rows[a].pk: Line(n, "") for a, n in zip("ABC", asked, strict=True)})

    assert "".join(decision.commendations.order_by("number").values_list("author", flat=True)) == expected
    assert sorted(decision.commendations.values_list("number", flat=True)) == [1, 2, 3]


def test_a_form_of_its_own_stays_when_the_decision_is_put_right(decision: CommendationDecision) -> None:
    first, second = CommendationFactory.create_batch(2, decision=decision)
    commending.arrange(decision.pk, {first.pk: Line(1, "Giấy khen"), second.pk: Line(2, "")})

    commending.correct(decision.pk, number="77/QĐ-LĐLĐ", decided_on=date(2022, 4, 29), form="Bằng khen")

    decision.refresh_from_db()
    assert (decision.number, decision.decided_on, decision.form) == ("77/QĐ-LĐLĐ", date(2022, 4, 29), "Bằng khen")
    assert dict(decision.commendations.values_list("pk", "form")) == {first.pk: "Giấy khen", second.pk: "Bằng khen"}


def test_a_list_that_somebody_changed_is_not_arranged(decision: CommendationDecision) -> None:
    first = CommendationFactory(decision=decision)
    elsewhere = CommendationFactory()

    for pk in (elsewhere.pk, 987654321):
        with pytest.raises(ChangedMeanwhile):
            commending.arrange(decision.pk, {first.pk: Line(1, ""), pk: Line(2, "")})


def test_those_on_another_page_of_the_list_make_room(decision: CommendationDecision) -> None:
    rows = [CommendationFactory(decision=decision, number=n, form="Giấy khen") for n in (1, 2, 3, 4)]

    commending.arrange(decision.pk, {rows[3].pk: Line(2, "Bằng khen")})

    assert list(decision.commendations.order_by("number").values_list("pk", "form")) == [
        (rows[0].pk, "Giấy khen"),
        (rows[3].pk, "Bằng khen"),
        (rows[1].pk, "Giấy khen"),
        (rows[2].pk, "Giấy khen"),
    ]


def test_two_decisions_of_a_unit_never_bear_one_number_and_day(decision: CommendationDecision) -> None:
    CommendationDecisionFactory(unit=decision.unit, number="5/QĐ", decided_on=date(2022, 4, 2))

    with pytest.raises(IsRecordedTwice):
        commending.correct(decision.pk, number="5/QĐ", decided_on=date(2022, 4, 2), form="Giấy khen")


def test_the_list_is_counted_anew_when_one_is_removed(decision: CommendationDecision) -> None:
    rows = [CommendationFactory(decision=decision, number=n) for n in (1, 2, 3)]

    assert commending.remove(decision.pk, rows[0].pk) == rows[0]
    assert commending.remove(decision.pk, rows[0].pk) is None
    assert list(decision.commendations.values_list("pk", "number")) == [(rows[1].pk, 1), (rows[2].pk, 2)]


def test_a_commendation_of_another_decision_is_not_removed(decision: CommendationDecision) -> None:
    other = CommendationFactory()

    assert commending.remove(decision.pk, other.pk) is None
    assert Commendation.objects.filter(pk=other.pk).exists()


# --- announcing -------------------------------------------------------------------------------------------------------


def test_announcing_stands_in_every_history(decision: CommendationDecision, manager: StaffAccount) -> None:
    rows = [valid(decision), valid(decision)]
    commending.add(decision.pk, [row.pk for row in rows])

    announced(decision, manager)

    decision.refresh_from_db()
    assert (decision.announced_at, decision.announced_by) == (NOW, manager)
    for row in rows:
        last = row.events.order_by("number").last()
        assert (last.act, last.account, last.at, last.to_status, last.note) == (
            Act.COMMENDED,
            manager,
            NOW,
            Status.VALID,
            decision.number,
        )


def after(decision: CommendationDecision) -> dict[str, Callable[[], Any]]:
    one = decision.commendations.get()
    return {
        "add": lambda: commending.add(decision.pk, [valid(decision).pk]),
        "remove": lambda: commending.remove(decision.pk, one.pk),
        "arrange": lambda: commending.arrange(decision.pk, {one.pk: Line(1, "Khác")}),
        "correct": lambda: commending.correct(decision.pk, number="9", decided_on=date(2022, 4, 1), form="Khác"),
        "names": lambda: commending.take_names_anew(decision.pk),
        "announce": lambda: announced(decision, StaffAccountFactory(role=Role.MANAGER)),
    }


@pytest.mark.parametrize("act", ["add", "remove", "arrange", "correct", "names", "announce"])
def test_after_the_announcement_nothing_of_it_changes(
    decision: CommendationDecision, manager: StaffAccount, act: str
) -> None:
    commending.add(decision.pk, [valid(decision).pk])
    announced(decision, manager)
    stood = list(Commendation.objects.values()), list(CommendationDecision.objects.values())

    with pytest.raises(IsAnnounced):
        after(decision)[act]()

    assert (list(Commendation.objects.values()), list(CommendationDecision.objects.values())) == stood


def empty(decision: CommendationDecision) -> None:
    decision.commendations.all().delete()


def spoil(decision: CommendationDecision) -> None:
    Initiative.objects.update(status=Status.INVALID)


def dispute(decision: CommendationDecision) -> None:
    ComplaintFactory(initiative=decision.commendations.get().initiative)


def postpone(decision: CommendationDecision) -> None:
    CommendationDecision.objects.update(decided_on=date(2022, 5, 2))


REFUSED = [(empty, NobodyIsNamed), (spoil, NotValidAnyMore), (dispute, IsDisputed), (postpone, DecidedLater)]


@pytest.mark.parametrize(("happens", "refusal"), REFUSED, ids=[case[1].__name__ for case in REFUSED])
def test_what_may_not_be_announced_is_refused_by_name(
    decision: CommendationDecision, manager: StaffAccount, happens: Callable[..., None], refusal: type[Exception]
) -> None:
    commending.add(decision.pk, [valid(decision).pk])
    happens(decision)

    with pytest.raises(refusal) as refused:
        announced(decision, manager)

    assert isinstance(refused.value, CommendingRefused)
    assert refused.value.sentence.endswith(".")
    decision.refresh_from_db()
    assert decision.announced_at is None


def test_a_complaint_that_was_resolved_holds_nothing_up(decision: CommendationDecision, manager: StaffAccount) -> None:
    initiative = valid(decision)
    commending.add(decision.pk, [initiative.pk])
    ComplaintFactory(initiative=initiative, resolution="Không đúng", resolved_at=NOW, resolved_by=manager)

    assert announced(decision, manager).is_announced


def test_who_read_another_list_announces_nothing(decision: CommendationDecision, manager: StaffAccount) -> None:
    commending.add(decision.pk, [valid(decision).pk])
    read = commending.edition(decision.commendations.all())
    commending.add(decision.pk, [valid(decision).pk])

    with pytest.raises(ChangedMeanwhile):
        commending.announce(decision.pk, shown_edition=read, by=manager, at=NOW)


def test_many_codes_are_not_all_named_in_a_refusal() -> None:
    sentence = NotValidAnyMore([f"{n:013}" for n in range(8)]).sentence

    assert sentence.count("0000 0000") == commending.MOST_NAMED
    assert "và 3 sáng kiến khác" in sentence


# --- taking it back ---------------------------------------------------------------------------------------------------


def test_taking_back_needs_a_reason_that_stands_in_every_history(
    decision: CommendationDecision, manager: StaffAccount
) -> None:
    initiative = valid(decision)
    commending.add(decision.pk, [initiative.pk])
    announced(decision, manager)
    exemplar = ExemplarFactory(
        kind=Exemplar.Kind.INITIATIVE, commendation=decision.commendations.get(), campaign=decision.campaign
    )

    with pytest.raises(NeedsAReason):
        commending.recall(decision.pk, because="  ", by=manager, at=LATER)
    commending.recall(decision.pk, because="Ghi nhầm danh sách", by=manager, at=LATER)

    decision.refresh_from_db()
    exemplar.refresh_from_db()
    last = initiative.events.order_by("number").last()
    assert (decision.announced_at, decision.announced_by, exemplar.shown_at) == (None, None, None)
    assert (last.act, last.account, last.reasons[0]["text"]) == (Act.UNCOMMENDED, manager, "Ghi nhầm danh sách")


def test_what_is_not_announced_cannot_be_taken_back(decision: CommendationDecision, manager: StaffAccount) -> None:
    with pytest.raises(IsNotAnnounced):
        commending.recall(decision.pk, because="Nhầm", by=manager, at=NOW)


def test_after_it_was_taken_back_it_may_be_put_right_and_announced_again(
    decision: CommendationDecision, manager: StaffAccount
) -> None:
    right, wrong = valid(decision), valid(decision)
    commending.add(decision.pk, [wrong.pk, right.pk])
    announced(decision, manager)
    key = decision.commendations.get(initiative=right).key
    ExemplarFactory(kind="initiative", commendation=decision.commendations.get(initiative=wrong))

    commending.recall(decision.pk, because="Nhầm", by=manager, at=LATER)
    commending.remove(decision.pk, decision.commendations.get(initiative=wrong).pk)
    announced(decision, manager, LATER)

    assert list(decision.commendations.values_list("initiative", "key")) == [(right.pk, key)]
    assert not Exemplar.objects.exists()
    assert [event.act for event in right.events.order_by("number")][-3:] == ["commended", "uncommended", "commended"]


# --- cost -------------------------------------------------------------------------------------------------------------


def test_adding_ten_costs_the_statements_of_adding_one(decision: CommendationDecision) -> None:
    counts = []
    for many in (1, 10):
        rows = [valid(decision).pk for _ in range(many)]
        with CaptureQueriesContext(connection) as asked:
            commending.add(decision.pk, rows)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_decision_is_not_deleted_with_those_it_names(decision: CommendationDecision) -> None:
    CommendationFactory(decision=decision)

    with pytest.raises(ProtectedError):
        decision.delete()
