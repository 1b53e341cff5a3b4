"""Sealing beside everything else that may happen at the same moment, each with a connection of its own: one comes first, the
other is told, and what must always be true stays true."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from initiatives import lifecycle
from initiatives.invariants import violations
from initiatives.lifecycle import MoveRefused
from initiatives.models import Complaint, DossierFile, DossierState, DossierVersion, Initiative, Status
from initiatives.nominations import checklist, complaints, dossiers, nominating, sealing
from initiatives.nominations.dossiers import DossierChanged, DossierIsSealed, PaperRefused
from initiatives.nominations.sealing import AnsweredMeanwhile, ComplaintIsOpen, DossierIsNotComplete
from tests.concurrency import together
from tests.factories import InitiativeFactory
from tests.nominations.sending import DECISION, LETTER, NOON, Desk, desk, upload

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

TIMES = 4


def sealing_of(ours: Desk) -> Callable[[], DossierVersion]:
    """As somebody does who looked at the dossier as it stands now."""
    dossier = ours.now()
    edition = dossier.edition
    return lambda: sealing.seal(
        dossier, by=ours.manager, at=NOON + timedelta(hours=1), no_complaints=True, edition=edition
    )


def kinds(outcomes: list[Any]) -> Counter[type]:
    return Counter(map(type, outcomes))


@pytest.fixture(params=range(TIMES))
def ours(request: pytest.FixtureRequest, transactional_db: None) -> Desk:
    ready = desk(dossier_items=[])
    ready.nominate("Bàn gá")
    return ready


def test_of_many_who_seal_one_does(ours: Desk) -> None:
    outcomes = together(*[sealing_of(ours)] * 5)

    assert kinds(outcomes) == {DossierVersion: 1, DossierIsSealed: 4}
    assert (ours.now().version, DossierVersion.objects.count()) == (1, 1)
    assert list(violations()) == []


def test_whoever_is_nominated_meanwhile_is_sealed_or_nobody_is(ours: Desk) -> None:
    initiative = InitiativeFactory(campaign=ours.round.campaign, status=Status.VALID, title="Máy sấy")

    sealed, nominated = together(sealing_of(ours), lambda: ours.put(initiative))

    if isinstance(sealed, DossierVersion):
        assert isinstance(nominated, DossierIsSealed)
        assert [each["title"] for each in json.loads(sealed.content)["nominees"]] == ["Bàn gá"]
    else:
        assert isinstance(sealed, DossierChanged)
        assert (nominated.initiative, ours.now().state) == (initiative, DossierState.PREPARING)
    assert list(violations()) == []


def test_its_sender_withdraws_or_it_is_sent_and_never_both(ours: Desk) -> None:
    initiative = Initiative.objects.get()

    sealed, withdrawn = together(
        sealing_of(ours), lambda: lifecycle.move(initiative.pk, Status.WITHDRAWN, by=None, at=NOON)
    )

    initiative.refresh_from_db()
    if isinstance(sealed, DossierVersion):
        assert isinstance(withdrawn, MoveRefused)
        assert initiative.status == Status.VALID
    else:
        assert isinstance(sealed, DossierChanged | DossierIsNotComplete)
        assert initiative.status == Status.WITHDRAWN
    assert list(violations()) == []


def test_it_is_withdrawn_by_its_unit_or_sent(ours: Desk) -> None:
    nominee = ours.round.nominations.get()

    sealed, taken_back = together(
        sealing_of(ours), lambda: nominating.withdraw(nominee.pk, because="Nhầm", by=ours.reviewer, at=NOON)
    )

    assert isinstance(sealed, DossierVersion) == isinstance(taken_back, DossierIsSealed)
    assert list(violations()) == []


def test_a_paper_added_meanwhile_is_sealed_or_refused(ours: Desk) -> None:
    dossier = ours.now()

    sealed, added = together(
        sealing_of(ours), lambda: dossiers.add_file(dossier, upload(), part=LETTER, by=ours.reviewer, at=NOON)
    )

    if isinstance(sealed, DossierVersion):
        assert isinstance(added, DossierIsSealed)
        assert json.loads(sealed.content)["files"] == []
    else:
        assert (type(sealed), type(added)) == (DossierChanged, DossierFile)
    assert list(violations()) == []


def test_a_paper_for_somebody_who_is_withdrawn_meanwhile_blocks_nobody(ours: Desk) -> None:
    nominee, dossier = ours.round.nominations.get(), ours.now()

    added, taken_back = together(
        lambda: dossiers.add_file(dossier, upload(), part=DECISION, nomination=nominee, by=ours.reviewer, at=NOON),
        lambda: nominating.withdraw(nominee.pk, because="Nhầm", by=ours.reviewer, at=NOON),
    )

    assert isinstance(added, DossierFile | PaperRefused)
    assert taken_back is None
    assert list(violations()) == []


def test_it_is_accepted_or_returned(ours: Desk) -> None:
    ours.seal()
    dossier = ours.now()

    outcomes = together(
        lambda: sealing.accept(dossier, no_complaints=True, by=ours.host, at=NOON),
        lambda: sealing.send_back(dossier, remarks="Thiếu chữ ký.", by=ours.host, at=NOON),
        lambda: sealing.accept(dossier, no_complaints=True, by=ours.host, at=NOON),
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["AnsweredMeanwhile", "AnsweredMeanwhile", "Dossier"]
    assert any(isinstance(each, AnsweredMeanwhile) for each in outcomes)
    assert ours.now().state in {DossierState.ACCEPTED, DossierState.RETURNED}
    assert list(violations()) == []


def test_a_complaint_comes_before_the_sealing_or_after_it(ours: Desk) -> None:
    initiative = Initiative.objects.select_related("unit").get()

    def complain() -> Complaint:
        return complaints.record(
            initiative,
            kind=Complaint.Kind.AUTHORSHIP,
            raised_by="",
            raised_on=NOON.date(),
            text="Tôi cùng làm.",
            by=ours.reviewer,
            at=NOON,
        )

    sealed, complaint = together(sealing_of(ours), complain)

    assert isinstance(complaint, Complaint)
    assert isinstance(sealed, DossierVersion | ComplaintIsOpen)
    assert (ours.now().version == 1) == isinstance(sealed, DossierVersion)
    assert list(violations()) == []


def test_it_is_returned_while_what_stands_in_it_is_reopened(ours: Desk) -> None:
    """Whichever is first: an open dossier never keeps what is not valid."""
    ours.seal()
    dossier, initiative = ours.now(), Initiative.objects.get()

    outcomes = together(
        lambda: sealing.send_back(dossier, remarks="Thiếu chữ ký.", by=ours.host, at=NOON),
        lambda: lifecycle.move(initiative.pk, Status.SUBMITTED, by=ours.manager, at=NOON),
    )

    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert not ours.round.nominations.standing().exists()
    assert list(violations()) == []


# --- made to meet: the second begins while the first is in the middle -------------------------------------------------


class Meeting:
    """Slows a function down: whoever `waits` begins once it was entered, and would overtake it if nothing held him."""

    def __init__(self, slowed: Callable[..., Any]) -> None:
        self.slowed, self.entered = slowed, threading.Event()

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.entered.set()
        time.sleep(0.4)
        return self.slowed(*args, **named)

    def waits(self, work: Callable[[], Any]) -> Callable[[], Any]:
        def later() -> Any:
            assert self.entered.wait(timeout=20)
            return work()

        return later


@pytest.fixture
def once(transactional_db: None) -> Desk:
    ready = desk(dossier_items=[])
    ready.nominate("Bàn gá")
    return ready


def test_whoever_seals_waits_for_a_complaint_that_is_being_recorded(
    once: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    initiative = Initiative.objects.select_related("unit").get()
    meeting = Meeting(Complaint.objects.create)
    monkeypatch.setattr(Complaint.objects, "create", meeting)

    complaint, sealed = together(
        lambda: complaints.record(
            initiative, kind="complaint", raised_by="", raised_on=NOON.date(), text="Sai.", by=once.reviewer, at=NOON
        ),
        meeting.waits(sealing_of(once)),
    )

    assert (type(complaint), type(sealed)) == (Complaint, ComplaintIsOpen)


def test_whoever_nominates_waits_for_a_dossier_that_is_being_sealed(
    once: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    initiative = InitiativeFactory(campaign=once.round.campaign, status=Status.VALID, title="Máy sấy")
    meeting = Meeting(checklist.of)
    monkeypatch.setattr(checklist, "of", meeting)

    sealed, nominated = together(sealing_of(once), meeting.waits(lambda: once.put(initiative)))

    assert (type(sealed), type(nominated)) == (DossierVersion, DossierIsSealed)


def test_its_sender_waits_for_a_dossier_that_is_being_sealed(once: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    initiative = Initiative.objects.get()
    meeting = Meeting(checklist.of)
    monkeypatch.setattr(checklist, "of", meeting)

    sealed, withdrawn = together(
        sealing_of(once),
        meeting.waits(lambda: lifecycle.move(initiative.pk, Status.WITHDRAWN, by=None, at=NOON)),
    )

    assert (type(sealed), type(withdrawn)) == (DossierVersion, MoveRefused)
    assert Initiative.objects.get().status == Status.VALID


def test_a_second_answer_waits_for_the_first(once: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    once.seal()
    dossier = once.now()
    meeting = Meeting(dossiers.noted)
    monkeypatch.setattr(dossiers, "noted", meeting)

    first, second = together(
        lambda: sealing.send_back(dossier, remarks="Thiếu chữ ký.", by=once.host, at=NOON),
        meeting.waits(lambda: sealing.accept(dossier, no_complaints=True, by=once.host, at=NOON)),
    )

    assert (first.state, type(second)) == (DossierState.RETURNED, AnsweredMeanwhile)
    assert once.now().state == DossierState.RETURNED
