"""The database changed by hand, behind the portal's back: each change is found, at once or by the next seal."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import override_settings

from initiatives.history import chains, content, frozen, sealed, seals, verifying
from initiatives.history.finding import COMMENDATION, DECISION, INITIATIVE, MILESTONE, QUARTER, SEAL, VERSION
from initiatives.lifecycle import Found, appraise, move, note
from initiatives.models import (
    Act,
    Appraisal,
    Attachment,
    CoAuthor,
    Commendation,
    CommendationDecision,
    DossierEvent,
    DossierVersion,
    Finding,
    HistorySeal,
    Initiative,
    Milestone,
    Quarter,
    ReviewEvent,
    Status,
)
from initiatives.models.initiative import ERASED_MARK
from initiatives.nominations import commending
from initiatives.personal_data import erasing
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    InitiativeFactory,
    MilestoneFactory,
    QuarterFactory,
    ReviewEventFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)
from tests.factories.initiatives import FIRST_SUBMISSION
from tests.history.hands import LATER, by_hand, found, kinds, lived, other, plain_hash, sql, undone, without_the_key
from tests.nominations.sending import desk

pytestmark = pytest.mark.django_db

WHAT = (INITIATIVE, chains.CONTENT)
SEALED_AT = LATER + timedelta(days=1)

# Columns that a constraint binds to another: what a hand would write with them.
TOGETHER: dict[str, dict[str, Any]] = {
    "status": {"status": Status.WITHDRAWN, "duplicate_of_id": None},
    "appraised_value": {"is_appraised": True, "appraised_value": 5},
    "number": {"number": 40},
    "starts_on": {"starts_on": date(2022, 10, 1)},
    "benefit_is_not_money": {"benefit_is_not_money": True, "benefit_value": None},
}


def seal(at: datetime = SEALED_AT) -> HistorySeal:
    made = seals.seal_of_the_day(lambda: at, anew=True)
    assert made is not None
    return made


def changed(model: type[models.Model], row: Any, column: str) -> None:
    field = next(each for each in model._meta.concrete_fields if each.column == column)
    by_hand(model, row.pk, **TOGETHER.get(column, {column: other(getattr(row, field.attname), field)}))


# --- at once ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Initiative, CoAuthor, Attachment])
def test_each_column_that_is_covered_is_found_when_it_is_changed(model: type[models.Model]) -> None:
    one = lived()
    row = one if model is Initiative else model._default_manager.get(initiative=one)
    unseen = []
    for column in content.COVERED[model]:
        with undone():
            changed(model, row, column)
            if WHAT not in kinds():
                unseen.append(column)

    assert unseen == []
    assert found() == []


def test_each_column_of_a_step_is_found_when_it_is_changed() -> None:
    step = lived().events.get(number=2)
    unseen = []
    for column in (each.column for each in ReviewEvent._meta.concrete_fields):
        if column == "id":
            continue
        with undone():
            changed(ReviewEvent, step, column)
            if not found():
                unseen.append(column)

    assert unseen == []
    assert found() == []


def _text_of_a_reason(one: Initiative) -> None:
    step = one.events.get(number=3)
    by_hand(ReviewEvent, step.pk, reasons=[{**step.reasons[0], "text": "Không có lý do."}])


def _chain_made_anew_without_the_key(one: Initiative) -> None:
    """As somebody would who knows how the hash is made, and not the key: every step says it is from before the first seal."""
    previous = ""
    for step in one.events.order_by("number"):
        step.note, step.previous_hash = "Đã xem.", previous
        step.at = FIRST_SUBMISSION
        step.text_digest, step.content_digest = step.digest_of_text(), ""
        step.hash = previous = plain_hash(step)
        names = ("at", "note", "previous_hash", "text_digest", "content_digest", "hash")
        by_hand(ReviewEvent, step.pk, **{name: getattr(step, name) for name in names})


def _chain_made_anew_with_another_key(one: Initiative) -> None:
    """Everything as it must be but for the key, and so no hash is what ours makes of it."""
    previous = ""
    with override_settings(LOOKUP_KEY=b"another key of thirty-two bytes!"):
        for step in one.events.order_by("number"):
            step.note, step.previous_hash = "Đã xem.", previous
            step.text_digest = step.digest_of_text()
            step.hash = previous = step.digest()
            names = ("note", "previous_hash", "text_digest", "hash")
            by_hand(ReviewEvent, step.pk, **{name: getattr(step, name) for name in names})


def _step_of_another_life(one: Initiative) -> None:
    """Whole in itself, from a copy of the database in which something else was done then."""
    officer = StaffAccountFactory()
    with undone():
        note(one, Act.REPRINTED, by=officer, at=LATER, words="Tại quầy")
        there = ReviewEvent.objects.filter(initiative=one).values().latest("number")
    note(one, Act.REPRINTED, by=officer, at=LATER, words="Gửi thư")
    note(one, Act.REPRINTED, by=officer, at=LATER, words="Gặp")
    here = one.events.get(number=there["number"])
    by_hand(ReviewEvent, here.pk, **{name: value for name, value in there.items() if name != "id"})


def _step_taken_out(one: Initiative) -> None:
    sql("DELETE FROM initiatives_reviewevent WHERE initiative_id = %s AND number = 2", one.pk)


def _history_taken_away(one: Initiative) -> None:
    sql("DELETE FROM initiatives_reviewevent WHERE initiative_id = %s", one.pk)


def _last_step_taken_out(one: Initiative) -> None:
    sql("DELETE FROM initiatives_reviewevent WHERE initiative_id = %s AND number = 4", one.pk)


def _co_author_added(one: Initiative) -> None:
    sql("INSERT INTO initiatives_coauthor (initiative_id, number, full_name, share) VALUES (%s, 2, 'Ai', 5)", one.pk)


def _co_author_taken_out(one: Initiative) -> None:
    sql("DELETE FROM initiatives_coauthor WHERE initiative_id = %s", one.pk)


def _document_taken_out(one: Initiative) -> None:
    sql("DELETE FROM initiatives_attachment WHERE initiative_id = %s", one.pk)


def _salt_taken_from_a_step(one: Initiative) -> None:
    by_hand(ReviewEvent, one.events.get(number=3).pk, salt="", note="", reasons=[])


def _step_without_a_digest(one: Initiative) -> None:
    """With the key, by a fault of our own."""
    ReviewEventFactory(initiative=one, at=LATER, content_digest="")


def _initiative_put_there(one: Initiative) -> None:
    """Of today, by its step received before the first seal."""
    there = InitiativeFactory(campaign=one.campaign, submitted_at=LATER, events=False)
    without_the_key(there, at=FIRST_SUBMISSION, act=Act.RECEIVED, to_status=Status.SUBMITTED)


def _initiative_written_anew(one: Initiative) -> None:
    """Received since the last seal, so that no seal knows its step."""
    there = InitiativeFactory(campaign=one.campaign, submitted_at=LATER)
    by_hand(Initiative, there.pk, title="Một tên khác", status=Status.VALID)
    sql("DELETE FROM initiatives_reviewevent WHERE initiative_id = %s", there.pk)
    without_the_key(there, at=FIRST_SUBMISSION, act=Act.RECEIVED, to_status=Status.VALID)


def _reasons_that_are_none(one: Initiative) -> None:
    by_hand(ReviewEvent, one.events.get(number=3).pk, reasons=5)


AT_ONCE: list[tuple[Callable[[Initiative], None], str]] = [
    (_text_of_a_reason, chains.TEXT_CHANGED),
    (_chain_made_anew_without_the_key, chains.NOT_COVERED),
    (_chain_made_anew_with_another_key, chains.CHANGED),
    (_step_of_another_life, chains.BROKEN_CHAIN),
    (_step_taken_out, chains.NUMBER),
    (_history_taken_away, chains.NO_STEP),
    (_last_step_taken_out, chains.CONTENT),
    (_co_author_added, chains.CONTENT),
    (_co_author_taken_out, chains.CONTENT),
    (_document_taken_out, chains.CONTENT),
    (_salt_taken_from_a_step, chains.NOT_ERASED),
    (_step_without_a_digest, chains.NOT_COVERED),
    (_initiative_put_there, chains.CHANGED),
    (_initiative_written_anew, chains.CONTENT),
    (_reasons_that_are_none, chains.UNREADABLE),
]


@pytest.mark.parametrize("is_sealed", [False, True], ids=["no-seal", "sealed-once"])
@pytest.mark.parametrize(("hand", "what"), AT_ONCE, ids=[case[0].__name__.strip("_") for case in AT_ONCE])
def test_what_a_hand_did_is_found(hand: Callable[[Initiative], None], what: str, is_sealed: bool) -> None:
    one = lived()
    if is_sealed:
        seal(FIRST_SUBMISSION + timedelta(days=6))
    hand(one)

    assert (INITIATIVE, what) in kinds()
    seal()  # which takes what lies there and makes nothing good
    assert (INITIATIVE, what) in kinds()


def test_a_status_set_back_with_its_step_taken_out_is_found_by_the_seal_alone() -> None:
    """The row is then as the step before left it: nothing but the count of what was sealed knows better."""
    one = InitiativeFactory()
    officer = StaffAccountFactory()
    note(one, Act.CLEARED, by=officer, at=LATER)
    move(one, Status.VALID, by=officer, at=LATER)
    made = seal()

    sql("DELETE FROM initiatives_reviewevent WHERE initiative_id = %s AND number = 3", one.pk)
    by_hand(Initiative, one.pk, status=Status.SUBMITTED)

    assert [(each.kind, each.row) for each in found()] == [(SEAL, f"số {made.number}")]


def test_an_initiative_taken_away_with_its_history_is_found_by_the_seal() -> None:
    one, _ = lived(), seal()
    for table in ("coauthor", "attachment", "reviewevent"):
        sql(f"DELETE FROM initiatives_{table} WHERE initiative_id = %s", one.pk)
    sql("DELETE FROM initiatives_initiative WHERE id = %s", one.pk)

    assert [str(each) for each in found()] == ["niêm phong số 1: có 5 bước xử lý, nay còn 1"]


def test_steps_put_among_the_sealed_ones_are_found() -> None:
    one = lived()
    gone = ReviewEventFactory(initiative=InitiativeFactory(campaign=one.campaign))
    ReviewEventFactory(initiative=one.duplicate_of, at=LATER)
    sql("DELETE FROM initiatives_reviewevent WHERE id = %s", gone.pk)
    seal()

    moved = ReviewEvent.objects.order_by("pk").last()
    assert moved is not None
    sql("UPDATE initiatives_reviewevent SET id = %s WHERE id = %s", gone.pk + 100_000, moved.pk)

    assert SEAL in {each.kind for each in found()}


def test_a_demonstration_may_not_bear_any_status_either() -> None:
    one = InitiativeFactory(campaign__is_demonstration=True)
    by_hand(Initiative, one.pk, status=Status.VALID)

    assert kinds() == {(INITIATIVE, chains.STATUS), WHAT}


# --- what was announced and sent ------------------------------------------------------------------------------------------


@pytest.fixture
def decision() -> CommendationDecision:
    make_tree()
    made = CommendationDecisionFactory(announced_at=None)
    one = InitiativeFactory(campaign=made.campaign, unit=unit_at("quang-tri/dong-ha"), status=Status.VALID)
    CommendationFactory(decision=made, initiative=one)
    by = StaffAccountFactory(unit=made.unit, role=Role.MANAGER)
    edition = commending.edition(made.commendations.all())
    return commending.announce(made.pk, shown_edition=edition, by=by, at=_after(made))


def _after(made: CommendationDecision) -> datetime:
    return datetime(made.decided_on.year, made.decided_on.month, made.decided_on.day, 3, tzinfo=LATER.tzinfo) + (
        timedelta(days=2)
    )


def of_decision(made: CommendationDecision, column: str) -> None:
    changed(CommendationDecision, made, column)


def test_an_announced_decision_changed_by_hand_is_found(decision: CommendationDecision) -> None:
    assert decision.announced_at is not None
    seal(decision.announced_at + timedelta(days=1))
    unseen = []
    for column in ("campaign_id", "unit_id", "number", "decided_on", "form", "announced_at", "announced_by_id"):
        with undone():
            changed(CommendationDecision, decision, column)
            if DECISION not in {each.kind for each in found()}:
                unseen.append(column)
    row = decision.commendations.get()
    for column in ("initiative_id", "number", "form", "unit_name", "key", "title", "author"):
        with undone():
            changed(Commendation, row, column)
            if not {DECISION, COMMENDATION} & {each.kind for each in found()}:
                unseen.append(column)

    assert unseen == []
    assert found() == []


def test_a_decision_taken_back_by_hand_is_found_and_one_that_was_recalled_is_not(
    decision: CommendationDecision,
) -> None:
    assert decision.announced_at is not None
    seal(decision.announced_at + timedelta(days=1))
    with undone():
        by_hand(CommendationDecision, decision.pk, announced_at=None, announced_by_id=None)
        assert DECISION in {each.kind for each in found()}

    by = StaffAccountFactory(unit=decision.unit, role=Role.MANAGER)
    commending.recall(decision.pk, because="Ghi nhầm.", by=by, at=decision.announced_at + timedelta(days=2))

    assert found() == []


@pytest.mark.parametrize(
    "changed_to", [{"author": "Người Khác"}, {"title": "Sáng kiến khác"}], ids=lambda each: next(iter(each))
)
def test_an_erasure_excuses_no_other_words_of_a_commendation(
    decision: CommendationDecision, changed_to: dict[str, str]
) -> None:
    assert decision.announced_at is not None
    seal(decision.announced_at + timedelta(days=1))
    row = decision.commendations.get()
    erasing.erase_one(row.initiative_id, by=None, at=decision.announced_at + timedelta(days=2))
    row.refresh_from_db()
    assert (row.author, found()) == (ERASED_MARK, [])

    by_hand(Commendation, row.pk, **changed_to)

    assert {DECISION, COMMENDATION} & {each.kind for each in found()}


def test_an_announced_quarter_and_a_milestone_changed_by_hand_are_found() -> None:
    quarter = QuarterFactory(is_announced=True)
    one = InitiativeFactory(campaign=quarter.campaign)
    milestone = MilestoneFactory(
        campaign=quarter.campaign, number=1, reached_at=one.submitted_at, initiative=one, announced_at=LATER
    )
    later = QuarterFactory(campaign=quarter.campaign, starts_on=quarter.starts_on.replace(month=4))
    seal(quarter.announced_at + timedelta(days=30))
    unseen = []
    for model, row, columns, kind in (
        (Quarter, quarter, ("starts_on", "document", "announced_at", "announced_by_id", "sha256"), QUARTER),
        (Milestone, milestone, ("number", "reached_at", "initiative_id", "announced_at"), MILESTONE),
    ):
        for column in columns:
            with undone():
                changed(model, row, column)
                if kind not in {each.kind for each in found()}:
                    unseen.append(column)

    assert unseen == []
    assert found() == []
    with undone():
        by_hand(Quarter, quarter.pk, basis=quarter.basis.replace("quang-tri", "thanh-hoa"))
        assert kinds() == {(QUARTER, verifying.NOT_ITS_TEXT)}
    with undone():
        text = quarter.basis + " "
        left = frozen.hash_of_what_is_left(Quarter, quarter.pk, text, once=quarter.sha256)
        by_hand(Quarter, quarter.pk, basis=text, erased_sha256=left)
        assert kinds() == {(QUARTER, verifying.ERASED_FOR_NOBODY)}
    with undone():
        sql("DELETE FROM initiatives_milestone WHERE id = %s", milestone.pk)
        assert {each.kind for each in found()} == {MILESTONE}
    columns = {name: getattr(quarter, name) for name in ("announced_at", "announced_by_id", "basis", "sha256")}
    by_hand(Quarter, later.pk, **columns)
    assert kinds() == {(QUARTER, sealed.NOT_SEALED)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_sent_dossier_changed_by_hand_is_found() -> None:
    ours = desk(dossier_items=[])
    ours.nominate("Bàn gá")
    version = ours.seal()
    assert found() == []
    with undone():
        by_hand(DossierVersion, version.pk, content=version.content.replace("Bàn gá", "Bàn ga"))
        assert kinds() == {(VERSION, verifying.NOT_ITS_TEXT)}
    with undone():
        text = version.content.replace("Bàn gá", "Bàn ga")
        left = frozen.hash_of_what_is_left(DossierVersion, version.pk, text, once=version.hash)
        by_hand(DossierVersion, version.pk, content=text, erased_hash=left)
        assert kinds() == {(VERSION, verifying.ERASED_FOR_NOBODY)}
    seal(version.sealed_at + timedelta(days=1))
    for hand in (
        lambda: by_hand(DossierVersion, version.pk, content="{}", hash=_sha256("{}")),
        lambda: changed(DossierVersion, version, "sealed_at"),
        lambda: sql("DELETE FROM initiatives_dossierversion WHERE id = %s", version.pk),
        lambda: by_hand(DossierEvent, DossierEvent.objects.earliest("pk").pk, role="viewer"),
    ):
        with undone():
            hand()
            assert {each.kind for each in found()} == {SEAL}
    assert found() == []


def test_an_appraisal_changed_by_hand_is_found() -> None:
    one = InitiativeFactory()
    event = appraise(one, Found(Finding.MONEY, 90_000_000), by=StaffAccountFactory(), at=LATER)
    seal()

    by_hand(Appraisal, event.appraisal.pk, value=80_000_000)

    assert kinds() == {(SEAL, "lần thẩm định không còn như lúc niêm phong")}


# --- the seals themselves -------------------------------------------------------------------------------------------------


def test_a_seal_changed_or_taken_out_is_found() -> None:
    lived()
    first = seal()
    second = seal(SEALED_AT + timedelta(days=1))
    for column in ("sealed_at", "upto", "counts", "digests", "previous_hash", "hash"):
        field = HistorySeal._meta.get_field(column)
        value = getattr(first, column)
        with undone():
            by_hand(HistorySeal, first.pk, **{column: {} if isinstance(value, dict) else other(value, field)})
            assert SEAL in {each.kind for each in found()}, column
    with undone():
        sql("DELETE FROM initiatives_historyseal WHERE id = %s", first.pk)
        assert (SEAL, sealed.OUT_OF_CHAIN) in kinds()
    sql("DELETE FROM initiatives_historyseal WHERE id = %s", second.pk)
    assert found() == []  # nothing here knows of it any more …
    assert kinds(kept_outside=second.hash) == {(SEAL, sealed.NOT_THERE)}  # … but whoever kept its hash
    assert found(kept_outside=first.hash) == []


def test_nothing_found_names_a_person() -> None:
    one = lived()
    by_hand(Initiative, one.pk, full_name="Người Khác", phone_digits="0900000000")
    _text_of_a_reason(one)

    said = json.dumps([str(each) for each in found()], ensure_ascii=False)

    assert said.count(str(one.pk)) >= 2
    for secret in (one.full_name, "Người Khác", one.phone_digits, "Không có lý do", one.receipt_code):
        assert secret not in said


def test_looking_changes_nothing_and_asks_few_statements(django_assert_max_num_queries: Any) -> None:
    lived()
    InitiativeFactory.create_batch(3)
    seal(FIRST_SUBMISSION + timedelta(days=30))

    with django_assert_max_num_queries(24):
        assert found() == []
    assert connection.vendor in {"sqlite", "postgresql"}
    assert StaffAccount.objects.exists()
