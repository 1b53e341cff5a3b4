"""Entering an initiative for somebody: the sender's own questions and rules, the officer's branch, the window's verdict.

One by one in the admin and from a sheet of Excel, both go through here: `Offer.of` once, `examine` each, `enter` what passed.
What is told apart is told by a key: whatever was entered under a key once, is there, however often it is entered again.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from initiatives import lifecycle
from initiatives.lifecycle import Entry
from initiatives.models import (
    Campaign,
    Draft,
    Initiative,
    Phase,
    Status,
)
from initiatives.submission import answers, eligibility, receipts
from initiatives.submission.actions import CODE_TRIES, AlreadyReceived, entry_of
from initiatives.submission.desks import object_to
from initiatives.submission.entering.forms import EnteredContentForm, EnteredPersonForm
from initiatives.submission.entering.many_forms import ManyForms
from initiatives.submission.entering.offers import Offer, phone_of
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.money import Money
from portal.vietnamese.text import folded

MOST_OF_ONE_PHONE = 1000  # officers write their own for many
NO_CONSENT_TEXT = "Chương trình chưa có thông báo xử lý dữ liệu nên chưa nhập được. Hãy báo quản trị Tổng Liên đoàn."


@dataclass(frozen=True)
class Examined:
    """One entry as judged. `entry` is there when nothing blocks it; `faults` by field, "" for the whole.

    `warnings` are asked about and hinder nothing. The forms are bound, each fault beside its field.
    """

    offer: Offer
    person: EnteredPersonForm
    content: EnteredContentForm
    faults: dict[str, list[str]]
    warnings: list[str]
    entry: Entry | None
    unit: Unit | None


@dataclass(frozen=True)
class Entered:
    """`is_new` is False where it had been entered under this key before. `token` opens its receipt."""

    initiative: Initiative
    is_new: bool
    token: str


def examine(
    typed: answers.Answers,
    *,
    offer: Offer,
    by: StaffAccount,
    at: datetime,
    document_kinds: Collection[str] = (),
    asks_unit: bool = False,
    corrects: Initiative | None = None,
    remarks: Mapping[str, Sequence[str]] | None = None,
    many: ManyForms | None = None,
) -> Examined:
    """Everything that speaks against what was typed for somebody, at once: no statement but for units not yet known.

    `typed` bears the names of the form (`answers.PERSON`, `answers.CONTENT`); `unit` may be a code, "Tên [mã]" or empty.
    Empty is the officer's own unit, unless it `asks_unit`.
    Where it `corrects` one that was received, its phase and its consent stay, and `lifecycle.revise` asks whether it may.
    With `many` (`many_forms_of`) the forms are those of a whole sheet, which cost less and cannot be shown.
    """
    person, content = (
        many.bound(typed, today=timezone.localdate(at))
        if many is not None
        else forms_of(typed, offer=offer, by=by, at=at, asks_unit=asks_unit, corrects=corrects, remarks=remarks)
    )
    person.full_clean()
    content.full_clean()
    unit = person.cleaned_data.get("attached_unit")
    ruling = offer.verdict(unit, at=at)
    open_phases = ruling.phases if corrects is None else [each for each in offer.phases if each.pk == corrects.phase_id]
    objections = objections_to(
        content, offer=offer, open_phases=open_phases, document_kinds=document_kinds, today=timezone.localdate(at)
    )
    object_to(content, objections)
    faults = faults_of(person, content)
    if corrects is None and unit is not None and not ruling.is_open:
        faults.setdefault("", []).append(ruling.sentence)
    if corrects is None and offer.consent_text is None:
        faults.setdefault("", []).append(NO_CONSENT_TEXT)
    for objection in objections:
        if objection.blocks and objection.field not in content.fields:
            faults.setdefault(objection.field, []).append(objection.sentence)
    entry = None
    if not faults:
        draft = Draft(campaign=offer.campaign, consent_text=offer.consent_text, consented_at=at)
        if corrects is not None:
            draft.consent_text_id, draft.consented_at = corrects.consent_text_id, corrects.consented_at
        plain = entry_of(draft, person.cleaned_data, content.cleaned_data, at=at)
        entry = replace(
            plain,
            values=plain.values if corrects is not None else {**plain.values, "consent_on_paper": True},
            tracked_by=person.officer_phone.digits if person.officer_phone else "",
        )
    warnings = [objection.sentence for objection in objections if not objection.blocks]
    return Examined(offer, person, content, faults, warnings, entry, unit)


def enter(
    examined: Examined, *, key: str, by: StaffAccount, at: datetime, again: bool = False, draft: Draft | None = None
) -> Entered:
    """Receives what passed, once for each `key`, however often and by however many at once it is asked.

    `draft` is the key's own, where many were asked for together (`drafts_of`). Raises AlreadyReceived unless `again` (the
    same person and title, or phone and title, in this unit), and what `lifecycle.receive` raises: the window is asked once
    more, in the transaction that writes.
    """
    entry, campaign = examined.entry, examined.offer.campaign
    if entry is None:
        raise ValueError("What has faults is not entered.")
    draft = draft or draft_there(key)
    if draft is not None and draft.initiative_id is not None:
        return _entered(draft)
    if not again:
        earlier = _same_of_the_same(campaign, entry)
        if earlier is not None:
            before = entered_before(key)  # the first of two at once may have come through since it was asked
            if before is not None:
                return before
            raise AlreadyReceived(earlier)
    draft = draft or draft_of(key, campaign=campaign, unit=entry.unit, at=at)
    for tries_left in reversed(range(CODE_TRIES)):
        code = receipts.new_code()
        token = receipts.token_of_entered(code)
        try:
            initiative = lifecycle.receive(
                draft, entry, arrived_at=at, code=code, receipt_token_hash=receipts.token_hash(token), by=by
            )
        except IntegrityError:  # one code in a million million was given before
            if not tries_left:
                raise
        except Draft.DoesNotExist:  # of two at once the other was refused, and took it away
            if not tries_left:
                raise
            draft = draft_of(key, campaign=campaign, unit=entry.unit, at=at)
        except lifecycle.MoveRefused:
            forget_empty(draft)
            raise
        else:
            is_new = initiative.receipt_code == code
            return Entered(initiative, is_new, receipts.token_of_entered(initiative.receipt_code))
    raise AssertionError("unreachable")


def draft_of(key: str, *, campaign: Campaign, unit: Unit | None, at: datetime) -> Draft:
    """The draft that makes a key's initiative once, and holds its documents until then. It keeps nothing of a person."""
    there = draft_there(key)
    if there is not None:
        return there
    draft = Draft(campaign=campaign, unit=unit, token_hash=_token_hash(key), begun_at=at, saved_at=at)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # the first of two at once made it
        return _drafts(key).get()
    return draft


def drafts_of(units: Mapping[str, Unit], *, campaign: Campaign, at: datetime) -> dict[str, Draft]:
    """As `draft_of` for many keys, each with its unit, in two statements."""
    hashes = {_token_hash(key): key for key in units}
    new = [
        Draft(campaign=campaign, unit=units[key], token_hash=token_hash, begun_at=at, saved_at=at)
        for token_hash, key in hashes.items()
    ]
    Draft.objects.bulk_create(new, ignore_conflicts=True)
    return {hashes[draft.token_hash]: draft for draft in Draft.objects.filter(token_hash__in=hashes).order_by()}


def forget_empty(draft: Draft) -> None:
    """Deletes it where it holds nothing for anybody: no document and no initiative. Whoever adds one holds its row."""
    with transaction.atomic():
        held = Draft.objects.select_for_update().filter(pk=draft.pk, initiative=None).first()
        if held is not None and not held.attachments.exists():
            held.delete()


def many_forms_of(offer: Offer, *, by: StaffAccount) -> ManyForms:
    """For the rows of a sheet, each `examine`d."""
    own_phone = phone_of(by)

    def made(today: date, co_authors: int) -> tuple[EnteredPersonForm, EnteredContentForm]:
        shared: dict[str, Any] = {"campaign": offer.campaign, "choices": offer.choices, "today": today}
        person = EnteredPersonForm(
            None, units=offer.units, unit_named=offer.unit_named, officer_phone=own_phone, **shared
        )
        return person, EnteredContentForm(None, declarations=offer.declarations, more_authors=co_authors, **shared)

    return ManyForms(made)


def forms_of(
    typed: answers.Answers | None,
    *,
    offer: Offer,
    by: StaffAccount,
    at: datetime,
    more_authors: int = 0,
    asks_unit: bool = False,
    corrects: Initiative | None = None,
    remarks: Mapping[str, Sequence[str]] | None = None,
    initial: Mapping[str, str] | None = None,
) -> tuple[EnteredPersonForm, EnteredContentForm]:
    """The questions, bound to what was typed and not yet judged; None for empty ones that begin with `initial`."""
    data = None if typed is None else answers.bound(typed)
    shared: dict[str, Any] = {
        "campaign": offer.campaign,
        "choices": offer.choices,
        "today": timezone.localdate(at),
        "remarks": remarks,
        "initial": initial,
    }
    person = EnteredPersonForm(
        data,
        units=offer.units,
        unit_named=offer.unit_named,
        officer_phone=phone_of(corrects.entered_by if corrects is not None else None) or phone_of(by),
        asks_unit=asks_unit,
        asks_consent=corrects is None,
        keeps_phone=corrects is not None and bool(corrects.phone_digits),
        **shared,
    )
    return person, EnteredContentForm(data, declarations=offer.declarations, more_authors=more_authors, **shared)


def objections_to(
    content: EnteredContentForm,
    *,
    offer: Offer,
    open_phases: Sequence[Phase],
    document_kinds: Collection[str],
    today: date,
) -> list[eligibility.Objection]:
    """What eligibility says of a content form that was cleaned, valid or not."""
    values = content.cleaned_data
    benefit = values.get("benefit_value")
    facts = eligibility.Facts(
        applied_on=values.get("applied_on"),
        recognised_on=values.get("recognised_on"),
        declared=values.get("declaration", ()),
        benefit_value=benefit.dong if isinstance(benefit, Money) else None,
        attachment_kinds=document_kinds,
        has_link=bool(values.get("link")),
    )
    return eligibility.objections(
        facts,
        offer.campaign,
        declarations=offer.declarations,
        phases=offer.phases,
        open_phases=open_phases,
        today=today,
    )


def faults_of(person: EnteredPersonForm, content: EnteredContentForm) -> dict[str, list[str]]:
    return {
        "" if name == "__all__" else name: [str(sentence) for sentence in sentences]
        for form in (person, content)
        for name, sentences in form.errors.items()
    }


def _drafts(key: str) -> QuerySet[Draft]:
    return Draft.objects.filter(token_hash=_token_hash(key)).select_related("initiative")


def draft_there(key: str) -> Draft | None:
    return _drafts(key).first()


def entered_under(keys: Iterable[str]) -> dict[str, Initiative]:
    """What was entered under some keys, in one statement; only what tells who entered it, when, and whether it still counts."""
    hashes = {_token_hash(key): key for key in keys}
    drafts = Draft.objects.filter(token_hash__in=hashes, initiative__isnull=False).select_related("initiative")
    seen = (
        "token_hash",
        "initiative__receipt_code",
        "initiative__status",
        "initiative__entered_by_id",
        "initiative__arrived_at",
    )
    return {hashes[draft.token_hash]: draft.initiative for draft in drafts.only(*seen).order_by() if draft.initiative}


def _token_hash(key: str) -> str:
    """Derived and never drawn: the same key meets the same draft, whose token_hash stands once."""
    digest = hmac.new(settings.LOOKUP_KEY, f"entered:{key}".encode(), hashlib.sha256).digest()
    return receipts.token_hash(base64.urlsafe_b64encode(digest[:16]).decode().rstrip("="))


def entered_before(key: str) -> Entered | None:
    """What was entered under this key before."""
    draft = _drafts(key).exclude(initiative=None).first()
    return _entered(draft) if draft is not None else None


def _entered(draft: Draft) -> Entered:
    initiative = Initiative.objects.select_related("campaign", "unit", "phase").get(pk=draft.initiative_id)
    return Entered(initiative, False, receipts.token_of_entered(initiative.receipt_code))


def _same_of_the_same(campaign: Campaign, entry: Entry) -> Initiative | None:
    """One that counts as the same: of this name and title in this unit, or of this phone and title."""
    full_name, title = str(entry.values["full_name"]), str(entry.values["title"])
    rows = Initiative.objects.filter(campaign=campaign, unit=entry.unit).exclude(status=Status.WITHDRAWN).order_by("pk")
    same = rows.filter(search_text=folded(f"{full_name} {title}")).first()
    if same is not None or not entry.phone_digits:
        return same
    # By the phone alone, which is an index: with the unit beside it SQLite reads all of a large unit.
    of_phone = Initiative.objects.filter(phone_digits=entry.phone_digits).order_by()
    wanted = folded(title)
    found = [
        pk
        for pk, campaign_id, unit_id, earlier in of_phone.values_list("pk", "campaign_id", "unit_id", "title")[
            :MOST_OF_ONE_PHONE
        ]
        if (campaign_id, unit_id) == (campaign.pk, entry.unit.pk) and folded(earlier) == wanted
    ]
    return rows.filter(pk__in=found).first() if found else None
