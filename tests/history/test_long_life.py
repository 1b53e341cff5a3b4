"""Whatever the portal does itself leaves history whole: a life from the phone to the commendation, and an erasure."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from initiatives import demonstration
from initiatives.history import chains, seals
from initiatives.history.finding import INITIATIVE
from initiatives.lifecycle import Found, Reason, appraise, move, note_all, reassign, record
from initiatives.models import (
    Act,
    Attachment,
    Campaign,
    CoAuthor,
    Finding,
    Initiative,
    ReviewEvent,
    Status,
)
from initiatives.nominations import commending
from initiatives.review import lost_codes, telling
from initiatives.submission import actions
from orgtree.models import Unit
from orgtree.roles import Role
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    InitiativeFactory,
    StaffAccountFactory,
    unit_at,
)
from tests.history.hands import LATER, by_hand, found, kinds, lived
from tests.nominations.sending import desk
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, person

Clock = Callable[[str], datetime]

CO_AUTHOR = {"co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "40"}


@pytest.mark.django_db(transaction=True)
def test_a_life_on_the_portal_leaves_nothing_to_find(campaigns: dict[str, Campaign], at: Clock) -> None:
    """Sent with documents and co-author, edited, returned, told, sent again, reassigned, appraised, a twin declined and back."""
    at(IN_2022)
    officer = StaffAccountFactory(unit=unit_at("quang-tri"), role=Role.MANAGER)
    worker = Worker(YEAR_2022).fill(person(publish_consent="on"), content(share="60", **CO_AUTHOR))
    worker.send_files(("qd.pdf", samples.pdf()))
    worker.confirm()
    one = worker.initiative
    assert found() == []
    twin = Worker(YEAR_2022).submit(person(phone="0935 112 277"), content(title="Giá xoay sấy ván ghép"))

    _mended(one, content(title="Giá xoay sấy ván hai mặt", share="60", **CO_AUTHOR))
    assert one.events.last().act == Act.EDITED
    assert found() == []

    now = at("2022-03-05 10:00:00")
    actions.agree_to_publication(one.pk, agrees=False, at=now)
    reasons = [Reason("document_missing", "attachments", "Thiếu quyết định.")]
    move(one, Status.RETURNED, by=officer, at=now, reasons=reasons, due_on=date(2022, 3, 20))
    telling.tell(one.pk, version=one.version, how="Gọi điện", by=officer, at=now)
    assert found() == []

    now = at("2022-03-06 08:00:00")
    _mended(one, content(share="100"))
    assert one.events.last().act == Act.RESENT
    assert (one.co_authors.count(), one.attachments.count()) == (0, 3)
    assert found() == []

    appraise(one, Found(Finding.MONEY, 90_000_000, True, "Đã xem sổ."), by=officer, at=now)
    reassign(Initiative.objects.get(pk=one.pk), unit_at("quang-tri"), by=officer, at=now)
    note_all([one.pk, twin.pk], Act.REPRINTED, by=officer, at=now, unless=lambda last: False)
    lost_codes.print_again(twin.pk, by=officer, at=now)
    key = lost_codes.new_key(twin, by=officer, at=now)
    lost_codes.renew(twin.pk, key, by=officer, at=now)
    first = InitiativeFactory(campaign=one.campaign, unit=one.unit)
    move(twin.pk, Status.INVALID, by=officer, at=now, duplicate_of=first)
    move(first.pk, Status.WITHDRAWN, by=None, at=now)  # and what repeated it waits again

    steps = set(ReviewEvent.objects.values_list("act", flat=True))
    assert steps >= {Act.TOLD, Act.RENEWED, Act.REPRINTED, Act.REASSIGNED, Act.REOPENED, Act.DISAGREED, Act.APPRAISED}
    assert found() == []
    assert ReviewEvent.objects.filter(content_digest="").count() == 0
    assert seals.seal_of_the_day(lambda: now + timedelta(days=1)) is not None
    assert found() == []


def _mended(one: Initiative, what: dict[str, Any]) -> None:
    """By its sender, with one document more."""
    phone = Worker(YEAR_2022)
    phone.track(one.receipt_code)
    phone.mend("noi-dung", what)
    added = {"attachment_kind": "benefit", "add": "1", "eof": "1"}
    papers = [SimpleUploadedFile("so-tay.pdf", samples.pdf(what["title"]))]
    phone.post_files(f"{phone.record}tai-lieu/", {**added, "attachments": papers})
    assert phone.post(f"{phone.record}kiem-tra/", {"confirm": "1"}).status_code == 303
    one.refresh_from_db()


@pytest.mark.django_db
def test_nominated_sent_and_commended_nothing_is_found() -> None:
    ours = desk(dossier_items=[])
    nomination = ours.nominate("Bàn gá")
    version = ours.seal()
    decision = CommendationDecisionFactory(announced_at=None, campaign=nomination.initiative.campaign)
    CommendationFactory(decision=decision, initiative=nomination.initiative)
    by = StaffAccountFactory(unit=decision.unit, role=Role.MANAGER)
    at = max(version.sealed_at, datetime(2022, 12, 1, 9, tzinfo=version.sealed_at.tzinfo))
    commending.announce(decision.pk, shown_edition=commending.edition(decision.commendations.all()), by=by, at=at)
    seals.seal_of_the_day(lambda: at + timedelta(days=1))
    assert found() == []

    commending.recall(decision.pk, because="Ghi nhầm.", by=by, at=at + timedelta(days=2))
    seals.seal_of_the_day(lambda: at + timedelta(days=3))
    commending.announce(
        decision.pk,
        shown_edition=commending.edition(decision.commendations.all()),
        by=by,
        at=at + timedelta(days=4),
    )
    assert found() == []
    seals.seal_of_the_day(lambda: at + timedelta(days=5))
    assert found() == []


# --- erased -----------------------------------------------------------------------------------------------------------------


def erased() -> Initiative:
    """As `personal_data/erasing.py` does it: what names people is emptied, then the step says so."""
    one = lived()
    Attachment.objects.filter(initiative=one).delete()
    CoAuthor.objects.filter(initiative=one).update(full_name="(đã xóa)")
    for step in one.events.all():
        reasons = [{**reason, "text": ""} for reason in step.reasons]
        ReviewEvent.objects.filter(pk=step.pk).update(reasons=reasons, note="", salt="")
    Initiative.objects.filter(pk=one.pk).update(
        full_name="(đã xóa)", phone="", phone_digits="", phone_hash="", email="", national_id_hash="", erased_at=LATER
    )
    one.refresh_from_db()
    record(one, Act.ERASED, from_status=one.status, by=None, at=LATER)
    return one


@pytest.mark.django_db
def test_an_erasure_leaves_the_chain_whole_and_what_is_left_guarded() -> None:
    one = erased()

    assert [step.is_erased for step in one.events.order_by("number")] == [True] * 4 + [False]
    assert found() == []
    by_hand(Initiative, one.pk, title="Một tên khác")
    assert kinds() == {(INITIATIVE, chains.CONTENT)}


@pytest.mark.django_db
def test_words_put_where_they_were_erased_are_found() -> None:
    one = erased()

    by_hand(ReviewEvent, one.events.get(number=3).pk, note="Đã xem lại.")

    assert kinds() == {(INITIATIVE, chains.WORDS_AGAIN)}


@pytest.mark.django_db
def test_a_step_that_says_it_erased_is_not_erased_itself() -> None:
    one = erased()

    by_hand(ReviewEvent, one.events.get(number=5).pk, salt="")

    assert kinds() == {(INITIATIVE, chains.NOT_ERASED)}


# --- made -------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_made_for_a_demonstration_is_whole(tree: dict[str, Unit], at: Clock) -> None:
    now = at("2026-05-20 10:00:00")
    campaign = demonstration.seed(password="mot-mat-khau", at=now)
    list(demonstration.fill(campaign, 400, at=now))

    assert ReviewEvent.objects.filter(content_digest="").count() == 0
    assert found() == []

    seals.seal_of_the_day(lambda: now)
    list(demonstration.fill(campaign, 100, at=now))  # of months ago, and sealed by the next seal
    seals.seal_of_the_day(lambda: now + timedelta(days=1))
    assert found() == []
