"""What a sender does, each as one action: begin and save a draft, add and remove documents, submit, correct, withdraw.

Nothing here reads the clock or a request; moments arrive as `at`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from initiatives import lifecycle
from initiatives.campaigns import poster_counts, windows
from initiatives.campaigns.poster_counts import What
from initiatives.lifecycle import Entry
from initiatives.models import Act, Attachment, Campaign, ConsentText, Draft, Initiative, Status
from initiatives.submission import answers, eligibility, receipts
from initiatives.submission.files import store
from initiatives.submission.files.judge import FileRefused, Upload, judge
from orgtree.models import StaffAccount, Unit
from portal import metrics, plain_rows, replica
from portal.vietnamese.text import folded

MAX_FILES = 5
NO_ROOM = f"Mỗi sáng kiến được gửi tối đa {MAX_FILES} tài liệu."
CODE_TRIES = 5
SAVED = ("answers", "sealed_national_id", "unit_id", "consent_text_id", "consented_at", "late_at", "saved_at")


_OF_DRAFT = plain_rows.Prepared(lambda draft: Attachment.objects.filter(draft=draft), instead=(-1,))
_OF_THE_SAME = plain_rows.Prepared(
    lambda campaign, unit, phone: Initiative.objects.filter(campaign=campaign, unit=unit, phone_digits=phone).exclude(
        status=Status.WITHDRAWN
    )[:50],
    instead=(-1, -2, "a phone"),
)


class AlreadyReceived(Exception):
    """The same phone already sent an initiative of this title for this unit; carries the earlier one."""

    def __init__(self, earlier: Initiative) -> None:
        super().__init__(earlier.pk)
        self.earlier = earlier


class DocumentRefused(Exception):
    """A document that was not kept; `sentence` names it and says why. `is_final` where the same file is never kept; else it may
    be once what stands in the way has passed."""

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final


class NoRoom(DocumentRefused):
    """As many documents are there as an initiative may have."""

    def __init__(self) -> None:
        super().__init__(NO_ROOM)


@dataclass(frozen=True)
class Begun:
    """A new draft and the token of its link, which is shown and never stored."""

    draft: Draft
    token: str


def begin(campaign: Campaign, *, at: datetime, poster_unit: Unit | None = None) -> Begun:
    """A draft in memory: `save` keeps it. `poster_unit` is whose poster led here, None where none did."""
    token = receipts.new_token()
    draft = Draft(
        campaign=campaign, token_hash=receipts.token_hash(token), begun_at=at, saved_at=at, poster_unit=poster_unit
    )
    return Begun(draft, token)


def begin_revision(initiative: Initiative, *, at: datetime) -> Draft:
    """The draft that corrects `initiative`, as received so far; unsaved. Reached through tracking only, never by a link."""
    draft = begin(initiative.campaign, at=at).draft
    typed = answers.of_initiative(initiative)
    draft.revises = initiative
    draft.unit = initiative.unit
    draft.national_id = str(typed.pop(answers.SEALED, ""))
    draft.answers = typed
    draft.consent_text, draft.consented_at = initiative.consent_text, initiative.consented_at
    return draft


def begin_another(initiative: Initiative, *, at: datetime, ruling: windows.Verdict) -> Begun:
    """A draft of the same person for another initiative, kept: step 1 filled in, but for what is agreed to anew each time and
    the identity number, which a lasting link must not show to whoever holds a slip."""
    draft = Draft.objects.filter(initiative=initiative).select_related("poster_unit").first()
    begun = begin(initiative.campaign, at=at, poster_unit=draft.poster_unit if draft else None)
    known = answers.of_initiative(initiative)
    typed = {name: known.get(name, "") for name in answers.PERSON if name not in answers.AGREED | {answers.SEALED}}
    save(begun.draft, typed, at=at, unit=initiative.unit, ruling=ruling)
    return begun


def save(
    draft: Draft,
    typed: Mapping[str, str | list[str]],
    *,
    at: datetime,
    unit: Unit | None = None,
    ruling: windows.Verdict | None = None,
    consent_text: ConsentText | None = None,
) -> None:
    """Keeps one step as it was typed, whatever it holds. After the close it is marked late, once, with its first moment; where
    nothing was `typed` that mark is all, and when the draft was saved stays.

    Another tab may have saved or sent the draft since it was read: this step then goes on top of what is there, and what
    was received is left alone.
    """
    read_at = draft.saved_at

    def note(on: Draft) -> None:
        kept = dict(typed)
        if answers.SEALED in kept:
            on.national_id = str(kept.pop(answers.SEALED))
        on.answers = {**on.answers, **kept}
        if on.pk is None:
            on.saved_at = at
        elif typed:  # A clock may stand still: two saves never bear the same moment, by which one sees the other.
            on.saved_at = max(at, on.saved_at + timedelta(microseconds=1))
        if unit is not None:
            on.unit = unit
        if "consent" in kept:
            _note_consent(on, bool(kept["consent"]), consent_text, at)
        if ruling is not None and ruling.is_late and on.late_at is None and on.revises_id is None:
            on.late_at = at

    note(draft)
    if draft.pk is None:
        if _is_first(draft):
            if draft.poster_unit_id is not None:
                poster_counts.note(draft.campaign_id, draft.poster_unit_id, What.START, at=at)
            return
    elif Draft.objects.filter(pk=draft.pk, saved_at=read_at, initiative=None).update(**_saved(draft)):
        return
    with transaction.atomic():
        there = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if there is None:
            _begin_again(draft)
            return
        if not there.is_received:
            note(there)
            there.save(update_fields=SAVED)
    for name, value in _saved(there).items():
        setattr(draft, name, value)
    draft.initiative_id = there.initiative_id


def add_document(draft: Draft, upload: Upload, *, name: str, kind: str, at: datetime) -> Attachment:
    """Judges, stores and notes one document: the file is whole and kept before its row exists. One that is there already
    is answered as it is, also where there is no room: a phone that heard no answer sends it again."""
    if not store.takes_files():
        metrics.refused("file_no_room")
        raise DocumentRefused(
            "Máy chủ tạm thời không nhận tài liệu. Bạn vẫn nộp được sáng kiến và bổ sung tài liệu sau."
        )
    try:
        with judge(upload, name=name) as judged:
            same = _same_or_room(draft, judged.sha256)
            if same is not None:
                return same
            stored_name = store.put(judged)
            facts = {
                "name": judged.name,
                "media_type": judged.media_type,
                "size": judged.size,
                "sha256": judged.sha256,
                "scanned_at": at if judged.is_scanned else None,
            }
    except FileRefused as refusal:
        metrics.refused(f"file_{refusal.reason}")
        raise DocumentRefused(refusal.sentence, is_final=True) from None
    with transaction.atomic():
        there = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if there is None or there.is_received:
            draft.initiative_id = there.initiative_id if there else None
            raise DocumentRefused("Sáng kiến vừa được gửi từ cửa sổ khác nên không thêm tài liệu ở đây được nữa.")
        # Asked again behind the lock: another tab may have been quicker.
        return _same_or_room(draft, judged.sha256) or Attachment.objects.create(
            draft=draft, kind=kind, stored_name=stored_name, added_at=at, **facts
        )


def documents_of(draft: Draft) -> list[Attachment]:
    """What will go with the initiative: the draft's own, and on a correction what was received before."""
    owned = _OF_DRAFT.rows(draft.pk) if draft.pk else []
    earlier = list(draft.revises.attachments.all()) if draft.revises_id and draft.revises else []
    return earlier + owned


def remove_document(draft: Draft, document_id: int) -> bool:
    """Takes one of the draft's own documents away; the file stays until the sweep, another row may name it."""
    return bool(Attachment.objects.filter(draft=draft, pk=document_id).delete()[0])


def name_kind(draft: Draft, document_id: int, *, kind: str) -> bool:
    """Says anew what kind of document one of the draft's own is."""
    return bool(Attachment.objects.filter(draft=draft, pk=document_id).update(kind=kind))


def entry_of(draft: Draft, person: Mapping[str, Any], content: Mapping[str, Any], *, at: datetime) -> Entry:
    """The values of two valid steps as the initiative keeps them."""
    campaign = draft.campaign
    money = content.get("benefit_value")
    phone = person.get("phone")
    recognised_on = content.get("recognised_on")
    values = {
        "full_name": person["full_name"],
        "birth_year": person["birth_year"],
        "position": person["position"],
        "phone": phone.typed if phone else "",
        "email": person["email"],
        "unit_name": person["unit_name"],
        "workplace": person["workplace"],
        "bloc": person.get("bloc", ""),
        "target_group": person.get("target_group", ""),
        "consent_text_id": draft.consent_text_id,
        "consented_at": draft.consented_at or at,
        "publish_consented_at": (draft.consented_at or at) if person["publish_consent"] else None,
        "title": content["title"],
        "field": content.get("field", ""),
        "solution_kind": content.get("solution_kind", ""),
        "applied_on": content["applied_on"],
        "recognised_on": recognised_on,
        "recognised_by": content.get("recognised_by", ""),
        "recognition_number": content.get("recognition_number", ""),
        "description": content["description"],
        "effect": content["effect"],
        "scope": content["scope"],
        "benefit_value": money.dong if money else None,
        "benefit_is_not_money": money is not None and money.dong is None,
        "awards": content["awards"],
        "share": content["sender_share"],
        "recognised_author": content.get("recognised_author") or 0,
        "link": content.get("link", ""),
        "declarations": content.get("declaration", []),
    }
    return Entry(
        unit=person["attached_unit"],
        counts_on=eligibility.day_that_counts(campaign, applied_on=content["applied_on"], recognised_on=recognised_on),
        phone_digits=phone.digits if phone else "",
        values=values,
        national_id=person.get("national_id", ""),
        co_authors=content["co_authors"],
    )


def submit(
    draft: Draft, entry: Entry, *, token: str, arrived_at: datetime, again: bool, by: StaffAccount | None = None
) -> Initiative:
    """Makes the initiative of a draft, once, however often it is asked. Raises AlreadyReceived unless `again`, and what
    `lifecycle.receive` raises."""
    receipt_token_hash = receipts.token_hash(receipts.receipt_token(token))
    if not again:
        earlier = _same_from_the_same(draft, entry)
        # The first of two taps may have come through since the draft was read: that one is no other.
        if earlier is not None and earlier.receipt_token_hash != receipt_token_hash:
            raise AlreadyReceived(earlier)
    for tries_left in reversed(range(CODE_TRIES)):
        try:
            return lifecycle.receive(
                draft,
                entry,
                arrived_at=arrived_at,
                code=receipts.new_code(),
                receipt_token_hash=receipt_token_hash,
                by=by,
            )
        except IntegrityError:  # one code in a million million was given before
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def withdraw(initiative: Initiative, *, at: datetime) -> None:
    """The sender takes the initiative back; an open correction of it goes with it. Raises lifecycle.MoveRefused."""
    with transaction.atomic():
        lifecycle.move(initiative, Status.WITHDRAWN, by=None, at=at)
        Draft.objects.filter(revises=initiative).delete()


def may_agree_to_publication(initiative: Initiative) -> bool:
    """The sender, for themselves, while something may still come of it. Whoever agreed may always change their mind."""
    return initiative.is_author_the_sender and initiative.status not in {Status.INVALID, Status.WITHDRAWN}


def agree_to_publication(initiative_id: int, *, agrees: bool, at: datetime) -> bool:
    """The sender's word on name and picture, given or taken back: it holds at once, and for a correction that was begun too.
    Whether anything changed; a second tap changes nothing."""
    with transaction.atomic():
        initiative = Initiative.objects.select_for_update().get(pk=initiative_id)
        if agrees == initiative.publish_consent or (agrees and not may_agree_to_publication(initiative)):
            return False
        initiative.publish_consented_at = at if agrees else None
        initiative.save(update_fields=["publish_consented_at"])
        act = Act.AGREED if agrees else Act.DISAGREED
        lifecycle.record(initiative, act, from_status=initiative.status, by=None, at=at)
        correction = Draft.objects.select_for_update().filter(revises=initiative).first()
        if correction is not None:
            correction.answers = {**correction.answers, "publish_consent": "on" if agrees else ""}
            correction.save(update_fields=["answers"])
        transaction.on_commit(replica.changed)
    return True


def _same_or_room(draft: Draft, sha256: str) -> Attachment | None:
    """The document of these bytes among the draft's own; None where there is none and room for one. Raises NoRoom."""
    there = documents_of(draft)
    same = next((each for each in there if each.draft_id and each.sha256 == sha256), None)
    if same is None and len(there) >= MAX_FILES:
        raise NoRoom
    return same


def _is_first(draft: Draft) -> bool:
    """Whether `draft` was kept as a new row. False where another tab began the same correction first: that row is its own."""
    if draft.revises_id is None:
        draft.save()
        return True
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        first = Draft.objects.filter(revises=draft.revises_id).first()
        if first is None:
            raise
        draft.pk, draft.token_hash = first.pk, first.token_hash
        return False
    return True


def _begin_again(draft: Draft) -> None:
    """A correction was sent from another tab while this one was open: what is sent now begins the next one. Nothing is
    kept for an initiative that was withdrawn."""
    if draft.revises_id is None or not Initiative.objects.filter(pk=draft.revises_id, status=Status.WITHDRAWN).exists():
        draft.pk = None
        draft.save()


def _saved(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in SAVED}


def _same_from_the_same(draft: Draft, entry: Entry) -> Initiative | None:
    if draft.initiative_id is not None:
        return None
    candidates = _OF_THE_SAME.rows(draft.campaign_id, entry.unit.pk, entry.phone_digits)
    title = folded(entry.values["title"])
    return next((each for each in candidates if folded(each.title) == title), None)


def _note_consent(draft: Draft, given: bool, text: ConsentText | None, at: datetime) -> None:
    """Consent holds from the moment it was first ticked, for the wording shown then; unticked, it is gone. Nobody agrees
    to a wording that is not there."""
    if not given:
        draft.consent_text, draft.consented_at = None, None
    elif draft.consented_at is None and text is not None:
        draft.consent_text, draft.consented_at = text, at
