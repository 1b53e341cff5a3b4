"""Sealing a dossier: what is sent stands with its moment and its hash and never changes; then what the level above answers.

The content names people as the table on paper does (name, year of birth, position, phone, no identity number): whoever erases a
person (personal_data) finds it in every version of the dossiers in which a nomination of the initiative ever stood, by its
receipt code in `nominees`.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from initiatives.models import (
    Attachment,
    CameBy,
    ChoiceList,
    Dossier,
    DossierAct,
    DossierFile,
    DossierPart,
    DossierState,
    DossierVersion,
    Initiative,
    Nomination,
    Status,
)
from initiatives.nominations import candidates, checklist, complaints, dossiers, nominating, rights, rounds
from initiatives.nominations.comparing import Comparison, compare
from initiatives.nominations.dossiers import DossierChanged, DossierIsSealed, NotAllowed
from initiatives.nominations.nominees import Nominee, standing_in
from initiatives.nominations.refusals import SelectionRefused
from orgtree.models import StaffAccount
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.text import canonical

__all__ = ["Comparison", "accept", "compare", "content_of", "hash_of", "receive", "seal", "send_back", "written"]

SHOWN_AT_MOST = 3


class DossierIsNotComplete(SelectionRefused):
    """Something that the round asks is missing; carries what."""

    def __init__(self, missing: Sequence[checklist.Item]) -> None:
        named = "; ".join(str(item).rstrip(".") for item in missing[:SHOWN_AT_MOST])
        more = f"; và {len(missing) - SHOWN_AT_MOST} mục nữa" if len(missing) > SHOWN_AT_MOST else ""
        super().__init__(f"Hồ sơ chưa đủ: {named}{more}.")
        self.missing = tuple(missing)


class BelowTheMinimum(DossierIsNotComplete):
    """Fewer are put forward than each unit must."""


class ComplaintIsOpen(SelectionRefused):
    """Somebody complained, or disputes who made it, and it is not resolved."""

    def __init__(self, initiatives: Sequence[Initiative]) -> None:
        named = ", ".join(f"“{initiative.title}”" for initiative in initiatives[:SHOWN_AT_MOST])
        more = f" và {len(initiatives) - SHOWN_AT_MOST} sáng kiến nữa" if len(initiatives) > SHOWN_AT_MOST else ""
        super().__init__(
            f"Còn khiếu nại hoặc tranh chấp chưa giải quyết về {named}{more}. "
            "Hãy ghi kết quả giải quyết, hoặc rút sáng kiến khỏi hồ sơ."
        )


class CameLate(SelectionRefused):
    """It was sent after its last day, and the unit was not granted more time."""


class NotValidAnyMore(SelectionRefused):
    """Somebody who is put forward is not valid any more; carries whom."""

    def __init__(self, initiatives: Sequence[Initiative]) -> None:
        named = "; ".join(
            f"“{each.title}” ({each.get_status_display().lower()})" for each in initiatives[:SHOWN_AT_MOST]
        )
        more = f"; và {len(initiatives) - SHOWN_AT_MOST} sáng kiến nữa" if len(initiatives) > SHOWN_AT_MOST else ""
        super().__init__(
            f"Chưa chấp nhận được, vì có sáng kiến không còn hợp lệ: {named}{more}. Hãy trả lại để đơn vị thay sáng kiến khác."
        )
        self.initiatives = tuple(initiatives)


class NotDeclared(SelectionRefused):
    """That there is no complaint and no dispute was not confirmed."""

    def __init__(self) -> None:
        super().__init__("Hãy xác nhận không có khiếu nại, không có tranh chấp về quyền tác giả tại thời điểm này.")


class WayIsNotRecorded(SelectionRefused):
    """Whoever seals for a unit below records first how its dossier came."""


class AnsweredMeanwhile(SelectionRefused):
    """Somebody else answered it, or it was sent anew. Nothing was overwritten."""


class RemarksMissing(SelectionRefused):
    """Who returns a dossier says what to mend."""


def seal(dossier: Dossier, *, by: StaffAccount, at: datetime, no_complaints: bool, edition: int) -> DossierVersion:
    """Sends the dossier as it stands. `edition` is the one that was looked at: whatever changed since refuses.

    After the due day it is taken and marked late; its day is today, or the day on which it came on paper or by email.
    """
    with transaction.atomic():
        dossiers.locked_initiatives(dossier)
        there = dossiers.locked(dossier)
        _must_be_sealable(there, by=by, at=at, edition=edition)
        nominees = standing_in(there)
        _no_complaint_is_open([each.initiative.pk for each in nominees])
        if not no_complaints:
            raise NotDeclared
        _must_be_complete(there, at=at)
        sent_on = there.arrived_on or timezone.localdate(at)
        there.version += 1
        text = written(content_of(there, at=at, sent_on=sent_on, nominees=nominees))
        version = DossierVersion.objects.create(
            dossier=there,
            number=there.version,
            content=text,
            hash=hash_of(text),
            sealed_at=at,
            sealed_by=by,
            sent_on=sent_on,
            is_late=rounds.window(there.round, dossier=there).is_late(sent_on),
        )
        there.state = DossierState.SENT
        words = "Gửi quá hạn." if version.is_late else ""
        dossiers.noted(there, DossierAct.SEALED, by=by, at=at, words=words, changed=("state", "version"))
    return version


def receive(dossier: Dossier, *, by: StaffAccount, at: datetime, version: int | None = None) -> Dossier:
    """The level above has it. `version` here and below is the one that was read: answered is nothing else."""
    with transaction.atomic():
        there = dossiers.locked(dossier)
        _must_await(there, (DossierState.SENT,), by=by, version=version)
        there.state = DossierState.RECEIVED
        dossiers.noted(there, DossierAct.RECEIVED, by=by, at=at, changed=("state",))
    return there


def send_back(dossier: Dossier, *, remarks: str, by: StaffAccount, at: datetime, version: int | None = None) -> Dossier:
    """Returns it to be mended and sent anew; its next day of sending is the next one's. What stopped being valid while it was
    sealed is taken back from it now."""
    said = canonical(remarks)
    if not said:
        raise RemarksMissing("Hãy ghi rõ cần bổ sung, sửa gì để đơn vị biết.")
    with transaction.atomic():
        standing = dossiers.locked_initiatives(dossier)
        there = dossiers.locked(dossier)
        _must_await(there, (DossierState.SENT, DossierState.RECEIVED), by=by, version=version)
        there.state, there.came_by, there.arrived_on = DossierState.RETURNED, CameBy.PORTAL, None
        changed = ("state", "came_by", "arrived_on")
        dossiers.noted(there, DossierAct.RETURNED, by=by, at=at, words=said, changed=changed)
        for key in sorted(standing.keys() - _those_who_may_stand(there, standing)):
            nominating.left(standing[key], None, at)
        there.refresh_from_db(fields=["edition"])
    return there


def accept(
    dossier: Dossier, *, no_complaints: bool, by: StaffAccount, at: datetime, version: int | None = None
) -> Dossier:
    """The level above takes it as it was sealed; that is final. Complaints are asked of once more, and whether everybody who is
    put forward is still valid: what is accepted here is chosen. One that came late is not valid (letters QT21, TH21, DB21: "hồ sơ
    nộp đúng hạn") unless its unit was granted more time."""
    with transaction.atomic():
        standing = dossiers.locked_initiatives(dossier)
        there = dossiers.locked(dossier)
        _must_await(there, (DossierState.SENT, DossierState.RECEIVED), by=by, version=version)
        if late := why_late(there, there.versions.defer("content").get(number=there.version)):
            raise CameLate(late)
        _all_must_be_valid(chosen_in(there, standing))
        _no_complaint_is_open(list(standing))
        if not no_complaints:
            raise NotDeclared
        there.state = DossierState.ACCEPTED
        dossiers.noted(there, DossierAct.ACCEPTED, by=by, at=at, changed=("state",))
    return there


def why_late(dossier: Dossier, version: DossierVersion) -> str:
    """Why this version is not valid and what may be done; "" where it came in time."""
    if not version.is_late:
        return ""
    due_on = rounds.window(dossier.round, dossier=dossier).due_on
    after = f", sau hạn {days.shown(due_on)}" if due_on else ""
    return (
        f"Hồ sơ gửi ngày {days.shown(version.sent_on)}{after}, nên không hợp lệ. "
        "Muốn chấp nhận, hãy gia hạn cho đơn vị này đến hết ngày gửi."
    )


def content_of(
    dossier: Dossier, *, at: datetime, sent_on: date, nominees: Sequence[Nominee] | None = None
) -> dict[str, Any]:
    """What is sealed of a dossier as it stands: names, facts and hashes of files as they are at this moment.

    Reserves stand in it after the chosen, as such. `field` is the label, `kind` the code of a document's kind.
    """
    nominees = standing_in(dossier) if nominees is None else nominees
    campaign = dossier.round.campaign
    choices = campaign.choices.filter(list=ChoiceList.FIELD)
    fields = {choice.code: choice.label for choice in choices}
    return {
        "campaign": campaign.name,
        "round": dossier.round.name,
        "host": dossier.round.host.name,
        "unit": dossier.unit.name,
        "version": dossier.version,
        "sealed_at": at.astimezone(VIETNAM).isoformat(timespec="microseconds"),
        "sent_on": sent_on.isoformat(),
        "came_by": dossier.came_by,
        "nominees": [_of_nominee(each, fields) for each in nominees],
        "files": [_of_file(each) for each in _in_order(dossiers.files_of(dossier))],
        "no_complaints": True,
    }


def written(content: dict[str, Any]) -> str:
    """The one way a content is written: the same content is always the same text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _must_be_sealable(there: Dossier, *, by: StaffAccount, at: datetime, edition: int) -> None:
    if there.is_sealed:
        raise DossierIsSealed("Hồ sơ này vừa được gửi rồi. Hãy mở lại trang để xem lần đã gửi.")
    if not rights.may_seal(by, there.unit):
        raise NotAllowed("Chỉ người quản lý của đơn vị hoặc của cấp trên mới được niêm phong và gửi hồ sơ.")
    if there.edition != edition:
        raise DossierChanged(
            "Hồ sơ vừa được người khác sửa, nên chưa gửi. Trang này đã cập nhật. Hãy xem lại danh sách và tài liệu, rồi gửi."
        )
    window = rounds.window(there.round, dossier=there)
    if window.state(at=at) == rounds.RoundState.NOT_YET:
        raise dossiers.RoundIsNotOpen(window.sentence(at=at))
    if there.came_by == CameBy.PORTAL and not _stands_at(by, there):
        raise WayIsNotRecorded(
            f"Hồ sơ này của {there.unit}. Trước khi gửi thay, hãy ghi hồ sơ đã đến bằng bản giấy hay thư điện tử, ngày nào."
        )


def _stands_at(account: StaffAccount, dossier: Dossier) -> bool:
    return account.unit is not None and account.unit.current_path == dossier.unit.current_path


def _must_be_complete(there: Dossier, *, at: datetime) -> None:
    found = checklist.of(there, at=at)
    if found.below_minimum:
        raise BelowTheMinimum(found.missing)
    if not found.is_complete:
        raise DossierIsNotComplete(found.missing)


def chosen_in(dossier: Dossier, standing: Mapping[int, Initiative]) -> list[Initiative]:
    """Of those who stand in it the ones put forward, in order; reserves are not accepted with it."""
    chosen = Nomination.objects.chosen().filter(round=dossier.round_id, unit=dossier.unit_id).in_order()
    return [standing[key] for key in chosen.values_list("initiative_id", flat=True) if key in standing]


def _all_must_be_valid(chosen: Sequence[Initiative]) -> None:
    gone = [each for each in chosen if each.status != Status.VALID]
    if gone:
        raise NotValidAnyMore(gone)


def _no_complaint_is_open(keys: Sequence[int]) -> None:
    found = list(complaints.unresolved_among(keys))
    if found:
        raise ComplaintIsOpen(list({each.initiative_id: each.initiative for each in found}.values()))


def _must_await(there: Dossier, states: tuple[DossierState, ...], *, by: StaffAccount, version: int | None) -> None:
    if not rights.may_host(by, there.round):
        raise NotAllowed(f"Chỉ người quản lý của {there.round.host} hoặc của cấp trên mới được trả lời hồ sơ.")
    if there.state not in states:
        raise AnsweredMeanwhile(
            f"Hồ sơ đang ở trạng thái “{there.get_state_display().lower()}” nên không làm việc này được."
        )
    if version is not None and there.version != version:
        raise AnsweredMeanwhile(
            f"Hồ sơ vừa được gửi lần {there.version}, nên câu trả lời chưa được ghi. Hãy xem lần gửi này rồi trả lời lại."
        )


def _those_who_may_stand(there: Dossier, keys: Collection[int]) -> set[int]:
    """Of these initiatives those that are valid and still of the unit."""
    inside = candidates.in_branch(there.unit, there.round.campaign)
    return set(inside.filter(pk__in=keys, status=Status.VALID).values_list("pk", flat=True))


def _of_nominee(nominee: Nominee, fields: dict[str, str]) -> dict[str, Any]:
    initiative = nominee.initiative
    return {
        "rank": nominee.nomination.rank,
        "standing": nominee.nomination.standing,
        "receipt_code": initiative.receipt_code,
        **nominee.facts._asdict(),
        "sender": _share(initiative.full_name, initiative.share),
        "co_authors": [_share(each.full_name, each.share) for each in nominee.co_authors],
        "unit": initiative.unit.name,
        "field": fields.get(initiative.field, initiative.field),
        "attachments": [_of_attachment(each) for each in nominee.attachments],
    }


def _share(name: str, share: Decimal) -> dict[str, str]:
    """The share in percent, without noughts nobody wrote: 30, 33.33."""
    whole = share == share.to_integral_value()
    return {"name": name, "share": f"{share:.0f}" if whole else f"{share:.2f}".rstrip("0")}


def _of_attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "sha256": attachment.sha256,
        "size": attachment.size,
        "kind": attachment.kind,
    }


def _in_order(files: Iterable[DossierFile]) -> list[DossierFile]:
    parts = list(DossierPart.values)
    return sorted(files, key=lambda file: (parts.index(file.part), file.pk))


def _of_file(file: DossierFile) -> dict[str, Any]:
    return {
        "part": file.part,
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "nominee": file.nomination.initiative.receipt_code if file.nomination else None,
        "on_paper": file.is_on_paper,
    }
