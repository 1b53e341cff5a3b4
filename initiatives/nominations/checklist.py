"""What a dossier must hold before it is sent: every part that the round asks, of everybody who is put forward.

Of a dossier that was sent the parts are judged by what was sealed, and only the warnings look at how things stand now.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from initiatives.models import (
    Complaint,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierFile,
    DossierPart,
    Nomination,
    Standing,
    Status,
)
from initiatives.nominations import candidates, complaints, dossiers, quotas
from initiatives.nominations.nominees import RECOGNITION, Nominee, standing_in

# What leads to mending it: ("file", part, key of the nomination or None), ("initiative", key), ("complaint", key), ("nominate",),
# ("standing", key of the nomination).
Mend = tuple[Any, ...]

# Facts that nobody must give, and whose column of the table then stays empty.
WANTED = {
    "birth_year": "năm sinh",
    "position": "chức vụ, công việc",
    "phone": "điện thoại",
    "effect": "hiệu quả",
    "scope": "phạm vi áp dụng",
    "benefit": "giá trị làm lợi",
}
# Papers that name those who are put forward, in their order; and what changes those.
NAMING = (DossierPart.LETTER, DossierPart.SUMMARY_TABLE)
CHANGES = (DossierAct.NOMINATED, DossierAct.WITHDRAWN, DossierAct.PROMOTED, DossierAct.REORDERED)
# What the sender says of the sender: left out on purpose where a co-author is recognised.
OF_THE_SENDER = {"birth_year", "position"}


@dataclass(frozen=True)
class Item:
    """One thing that must be there. `missing` says what is not ("" where all is), `of_whom` names the nominee."""

    label: str
    is_met: bool
    missing: str = ""
    of_whom: str = ""
    mend: Mend | None = None
    nomination: Nomination | None = None

    def __str__(self) -> str:
        return f"{self.missing} ({self.of_whom})" if self.of_whom else self.missing


@dataclass(frozen=True)
class Warning:
    """What does not keep a dossier from being sent, but should be looked at first."""

    sentence: str
    of_whom: str = ""
    mend: Mend | None = None
    nomination: Nomination | None = None

    def __str__(self) -> str:
        return f"{self.of_whom}: {self.sentence}" if self.of_whom else self.sentence


@dataclass(frozen=True)
class Checklist:
    items: tuple[Item, ...]
    warnings: tuple[Warning, ...]
    use: quotas.Use
    below_minimum: bool

    @property
    def is_complete(self) -> bool:
        return all(item.is_met for item in self.items)

    @property
    def missing(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.is_met)


def of(dossier: Dossier, *, at: datetime) -> Checklist:
    """A handful of statements, however many stand in it."""
    nominees = standing_in(dossier)
    chosen = [each for each in nominees if each.nomination.is_chosen]
    use = quotas.uses(dossier.round, [dossier.unit])[dossier.unit_id]
    held = _Held.of(dossier)
    items = [_there_are_nominees(chosen, use), *_parts(dossier, chosen, held)]
    if dossier.is_open:
        items += _all_count(dossier, chosen)
    items += _complaints(nominees)
    return Checklist(tuple(items), tuple(_warnings(dossier, nominees, held)), use, use.is_below_minimum)


@dataclass(frozen=True)
class _Held:
    """Which papers a dossier holds: now, or when it was sealed."""

    parts: frozenset[str]
    decided: frozenset[str]  # receipt codes of those whose decision lies in the dossier
    attached: frozenset[str] | None  # of those whose decision came with the initiative; None: as it is now
    added_at: Mapping[str, datetime] = field(default_factory=dict)  # by part, the last; of a dossier that is open

    @classmethod
    def of(cls, dossier: Dossier) -> "_Held":
        last = dossier.versions.order_by("-number").first() if dossier.is_sealed else None
        if last is None:
            return cls._of_files(dossiers.files_of(dossier))
        content = json.loads(last.content)
        return cls(
            frozenset(file["part"] for file in content["files"]),
            frozenset(file["nominee"] for file in content["files"] if _is_decision(file["part"]) and file["nominee"]),
            frozenset(
                each["receipt_code"]
                for each in content["nominees"]
                if any(document["kind"] == RECOGNITION for document in each["attachments"])
            ),
        )

    @classmethod
    def _of_files(cls, files: Sequence[DossierFile]) -> "_Held":
        decided = {
            file.nomination.initiative.receipt_code for file in files if file.nomination and _is_decision(file.part)
        }
        added_at = {file.part: file.added_at for file in sorted(files, key=lambda file: file.added_at)}
        return cls(frozenset(added_at), frozenset(decided), None, added_at)

    def holds_decision_of(self, nominee: Nominee) -> bool:
        code = nominee.initiative.receipt_code
        return code in self.decided or (nominee.has_decision if self.attached is None else code in self.attached)


def _is_decision(part: str) -> bool:
    return part == DossierPart.RECOGNITION_DECISIONS


def _there_are_nominees(chosen: Collection[Nominee], use: quotas.Use) -> Item:
    """Nobody put forward is nothing to send, even where no least number is asked."""
    label = "Sáng kiến được giới thiệu" + (f" (ít nhất {use.minimum})" if use.minimum else "")
    if not chosen:
        return Item(label, False, "Chưa có sáng kiến nào được giới thiệu.", mend=("nominate",))
    if use.is_below_minimum:
        said = f"Mới có {use.taken}, còn thiếu {use.missing} sáng kiến."
        return Item(label, False, said, mend=("nominate",))
    return Item(label, True)


def _parts(dossier: Dossier, chosen: Sequence[Nominee], held: _Held) -> Iterator[Item]:
    """In the order in which the round asks; of decisions one for each who is put forward."""
    for part in dict.fromkeys(dossier.round.dossier_items):
        if part not in DossierPart.values:
            continue
        if _is_decision(part):
            for nominee in chosen:
                yield _decision(nominee, held)
            continue
        label = DossierPart(part).label
        is_met = part in held.parts
        missing = "" if is_met else f"Chưa có {_small(label)}."
        yield Item(label, is_met, missing, mend=None if is_met else ("file", part, None))


def _decision(nominee: Nominee, held: _Held) -> Item:
    is_met = held.holds_decision_of(nominee)
    part = DossierPart.RECOGNITION_DECISIONS
    return Item(
        "Quyết định công nhận sáng kiến",
        is_met,
        "" if is_met else "Chưa có quyết định công nhận.",
        named(nominee),
        None if is_met else ("file", part.value, nominee.nomination.pk),
        nominee.nomination,
    )


def _all_count(dossier: Dossier, chosen: Sequence[Nominee]) -> Iterator[Item]:
    """Lifecycle takes back what is valid no more: of a status this speaks only where something else wrote it. But a change of the
    tree takes an initiative to another branch without anybody touching it."""
    inside = candidates.in_branch(dossier.unit, dossier.round.campaign)
    own = set(inside.filter(pk__in=[each.initiative.pk for each in chosen]).values_list("pk", flat=True))
    for nominee in chosen:
        if nominee.initiative.pk not in own:
            yield Item(
                "Sáng kiến của đơn vị",
                False,
                "Sáng kiến nay thuộc đơn vị khác, hãy rút khỏi danh sách.",
                named(nominee),
                ("standing", nominee.nomination.pk),
                nominee.nomination,
            )
        if nominee.initiative.status != Status.VALID:
            yield Item(
                "Sáng kiến hợp lệ",
                False,
                f"Sáng kiến đang ở trạng thái “{nominee.initiative.get_status_display().lower()}”.",
                named(nominee),
                ("initiative", nominee.initiative.pk),
                nominee.nomination,
            )


def _complaints(nominees: Sequence[Nominee]) -> Iterator[Item]:
    by_key = {each.initiative.pk: each for each in nominees}
    label = "Không có khiếu nại, không có tranh chấp quyền tác giả"
    unresolved = list(complaints.unresolved_among(by_key))
    for complaint in unresolved:
        nominee, mend = by_key[complaint.initiative_id], ("complaint", complaint.pk)
        said = f"{_of_complaint(complaint)} chưa giải quyết."
        yield Item(label, False, said, named(nominee), mend, nominee.nomination)
    if not unresolved:
        yield Item(label, True)


def _of_complaint(complaint: Complaint) -> str:
    return "Tranh chấp quyền tác giả" if complaint.kind == Complaint.Kind.AUTHORSHIP else "Khiếu nại"


def _warnings(dossier: Dossier, nominees: Sequence[Nominee], held: _Held) -> Iterator[Warning]:
    for nominee in nominees:
        key = nominee.initiative.pk

        def warned(sentence: str, nominee: Nominee = nominee, mend: Mend = ("initiative", key)) -> Warning:
            return Warning(sentence, named(nominee), mend, nominee.nomination)

        if dossier.is_sealed and nominee.initiative.status != Status.VALID:
            yield warned(f"Sáng kiến nay đang ở trạng thái “{nominee.initiative.get_status_display().lower()}”.")
        if candidates.is_outside_fields(dossier.round, nominee.initiative):
            yield warned("Lĩnh vực không thuộc diện được biểu dương trong đợt này.")
        if absent := absent_facts(nominee):
            yield warned(f"Bảng tổng hợp sẽ để trống: {', '.join(absent)}.")
        if nominee.nomination.is_reserve and dossier.round.asks_decisions and not held.holds_decision_of(nominee):
            part = DossierPart.RECOGNITION_DECISIONS
            yield warned("Dự bị này chưa có quyết định công nhận.", mend=("file", part.value, nominee.nomination.pk))
    yield from _older_than_the_list(dossier, held)


def _older_than_the_list(dossier: Dossier, held: _Held) -> Iterator[Warning]:
    """A letter or a table that was added before somebody was put forward or withdrew: who signed it saw other names."""
    naming = [part for part in NAMING if part in held.added_at]
    if not naming:
        return
    changes = DossierEvent.objects.filter(dossier=dossier, act__in=CHANGES)
    changes = changes.exclude(act=DossierAct.NOMINATED, words=Standing.RESERVE.label)
    changed_at = changes.order_by("-at").values_list("at", flat=True).first()
    for part in naming:
        if changed_at is not None and held.added_at[part] < changed_at:
            said = (
                f"{part.label}: danh sách đã thay đổi sau khi thêm tài liệu này. Hãy xem tên trong đó còn đúng không."
            )
            yield Warning(said, mend=("file", part.value, None))


def absent_facts(nominee: Nominee) -> list[str]:
    facts = nominee.facts
    is_sender = nominee.initiative.recognised_author == 0
    return [
        word for name, word in WANTED.items() if not getattr(facts, name) and (is_sender or name not in OF_THE_SENDER)
    ]


def named(nominee: Nominee) -> str:
    """By place, person and title: "2. Trần Thị Lan, “Bàn gá cắt vải”"."""
    nomination = nominee.nomination
    place = f"Dự bị {nomination.rank}" if nomination.standing == Standing.RESERVE else f"{nomination.rank}"
    return f"{place}. {nominee.facts.full_name}, “{nominee.initiative.title}”"


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]
