"""Initiatives from a sheet: what each row would do, and what became of it. The rules are those of entering one by one.

The page before the button, the job behind it and the command ask the same `judged`. A row is known by campaign, unit, person
and title: the same file twice, two workers at once or one that was killed enter it once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from initiatives.lifecycle import Entry, MoveRefused
from initiatives.models import Act, Campaign, Draft, Initiative, ReviewEvent, Status
from initiatives.submission import receipts
from initiatives.submission.answers import Answers
from initiatives.submission.entering import entries
from initiatives.submission.entering.entries import Examined
from initiatives.submission.entering.kept_sheets import BLANK, NEW, PRESENT, WITHDRAWN, WRONG, Rows, Told
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.sheet_cells import NOT_SIGNED, Cells, is_blank_row
from initiatives.submission.entering.sheet_columns import headings_by_field, table_in
from orgtree.models import StaffAccount
from orgtree.units.grassroots import CODE_IN_BRACKETS
from portal import sealing
from portal.sheets.reading import SheetRefused, SheetRow
from portal.vietnamese import days
from portal.vietnamese.names import canonical_name
from portal.vietnamese.text import folded, single_line

RIGHT = "initiatives.change_initiative"
SHOWN = 120  # characters of a name or a title in a list
ASKED_AT_ONCE = 400

NOTHING_WRITTEN = "Chưa có dòng nào ghi họ và tên và tên sáng kiến. Hãy điền tệp mẫu rồi gửi lại."
HOW_TO_SEND_AGAIN = (
    "Người nộp muốn gửi lại thì nhập ở trang “Nhập hộ sáng kiến”, hoặc sửa tên sáng kiến ở dòng này rồi gửi lại tệp."
)
NOT_RIGHT_ANY_MORE = "Dòng này không còn đúng như lúc xem trước. Hãy gửi lại tệp để xem chỗ cần sửa."
ENTERED, REFUSED = "entered", "refused"


@dataclass(frozen=True)
class Judged:
    """A row as it would be taken now: what is told of it, and what is entered where nothing speaks against it.

    `is_ours`: what is there was entered from this very sheet, before somebody interrupted it. `is_of_rules`: what speaks
    against it is the window or the campaign, and says nothing of what was written.
    """

    told: Told
    examined: Examined | None = None
    key: str = ""
    is_ours: bool = False
    is_of_rules: bool = False

    @property
    def is_new(self) -> bool:
        return self.told.state == NEW

    @property
    def entry(self) -> Entry | None:
        return self.examined.entry if self.examined else None


@dataclass(frozen=True)
class Outcome:
    """What became of a row: entered, present (`code` of what is there), or with a sentence withdrawn since, or refused.

    `to_keep` is that sentence where it tells nothing of what was written, else one that says where to read it.
    """

    number: int
    state: str
    code: str = ""
    sentence: str = ""
    to_keep: str = ""


def rows_in(content: bytes, *, offer: Offer) -> Rows:
    """Reads an Excel file. Raises SheetRefused; also where nobody is named: the template was sent as it came."""
    table = table_in(content, offer)
    if all(map(is_blank_row, table.rows)):
        raise SheetRefused(NOTHING_WRITTEN)
    others = [heading for heading in map(single_line, table.others) if heading not in IGNORED_SILENTLY]
    return Rows.of(
        table.rows, campaign=offer.campaign.slug, found=sorted(table.found), others=[each[:60] for each in others[:20]]
    )


NO_SUCH_UNIT = "Không có đơn vị này trong phạm vi của bạn. Hãy chọn trong danh sách của ô, hoặc ghi đúng mã đơn vị."
NO_UNIT = "Hãy chọn đơn vị trong danh sách của ô, hoặc ghi mã đơn vị."
IGNORED_SILENTLY = {"Cần sửa", "STT", "TT", "Stt", "tt"}


# --- judging ---------------------------------------------------------------------------------------------------------


class Judge:
    """Judges the rows of one sheet, in their order, as many at once as one likes.

    `first_with` says in which row the same stood before: of two the first is kept. `resumes`: somebody may have begun to
    enter this very sheet at this very moment and been interrupted; what is there of it was entered by it.
    """

    def __init__(
        self, offer: Offer, *, by: StaffAccount, at: datetime, told: Iterable[Told] = (), resumes: bool = False
    ) -> None:
        self.offer, self.by, self.at, self.resumes = offer, by, at, resumes
        self.cells, self.headings = Cells(offer), headings_by_field(offer)
        self.forms = entries.many_forms_of(offer, by=by)
        self.first_with = {mark: each.number for each in told for mark in each.marks}

    def judged(self, rows: Sequence[SheetRow]) -> list[Judged]:
        self.offer.learn(filter(None, (_code_in(row) for row in rows)))
        read = [self._once(self._examined(row)) for row in rows]
        there = _There(self.offer.campaign, [each for each in read if each.is_new])
        return [self._ours(there.known(each), there) for each in read]

    def _ours(self, each: Judged, there: "_There") -> Judged:
        same = there.by_key.get(each.key)
        is_ours = same is not None and same.entered_by_id == self.by.pk and same.arrived_at == self.at
        return replace(each, is_ours=True) if self.resumes and is_ours else each

    def _examined(self, row: SheetRow) -> Judged:
        told = Told(
            row.number,
            BLANK if is_blank_row(row) else NEW,
            name=canonical_name(row.values.get("full_name", ""))[:SHOWN],
            title=single_line(row.values.get("title", ""))[:SHOWN],
            unit=single_line(row.values.get("unit", ""))[:SHOWN],
        )
        if told.state == BLANK:
            return Judged(told)
        typed = self.cells.typed(row)
        examined = entries.examine(typed.answers, offer=self.offer, by=self.by, at=self.at, many=self.forms)
        faults = examined.faults | _in_the_words_of_a_sheet(examined.faults, typed.answers)
        faults |= {name: [sentence] for name, sentence in typed.faults.items()}
        if examined.unit is not None:
            told = replace(told, unit=examined.unit.short_name, unit_code=examined.unit.code)
        if faults or examined.entry is None:
            told = replace(told, state=WRONG, faults=tuple(self._said(faults)))
            return Judged(told, is_of_rules=set(faults) == {""})
        told = replace(told, warnings=tuple(examined.warnings), marks=_marks(examined.entry))
        return Judged(told, examined, key_of(self.offer.campaign, examined.entry))

    def _said(self, faults: dict[str, list[str]]) -> list[str]:
        """Every sentence with the heading of its column."""
        said = []
        for name, sentences in faults.items():
            heading = self.headings.get(name)
            said += [f"{heading}: {sentence}" if heading else sentence for sentence in sentences]
        return list(dict.fromkeys(said))

    def _once(self, each: Judged) -> Judged:
        if not each.is_new:
            return each
        number = each.told.number
        first = min([number, *(self.first_with.get(mark, number) for mark in each.told.marks)])
        if first < number:
            sentence = f"Trùng với dòng {first}: cùng người, cùng đơn vị, cùng tên sáng kiến. Hãy bỏ một dòng."
            return Judged(replace(each.told, state=WRONG, faults=(sentence,), warnings=(), marks=()))
        self.first_with |= dict.fromkeys(each.told.marks, number)
        return each


def key_of(campaign: Campaign, entry: Entry) -> str:
    """What tells this person's initiative of this title in this unit from every other, however it is written."""
    parts = (
        campaign.slug,
        entry.unit.code,
        folded(entry.values["full_name"]),
        entry.phone_digits,
        folded(entry.values["title"]),
        *([entry.national_id] if entry.national_id else []),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _marks(entry: Entry) -> tuple[str, ...]:
    """What rows share that are the same: name and title, or phone and title, in one unit; of two numbers there are two people."""
    title = "\n".join((folded(entry.values["title"]), entry.national_id))
    same = [("name", folded(entry.values["full_name"]))]
    same += [("phone", entry.phone_digits)] if entry.phone_digits else []
    return tuple(sealing.lookup_hash("row", "\n".join((entry.unit.code, *each, title)))[:16] for each in same)


def _in_the_words_of_a_sheet(faults: dict[str, list[str]], typed: Answers) -> dict[str, list[str]]:
    """A form says "gõ vài chữ rồi chọn", "đánh dấu"; in a cell something is written."""
    said = {}
    if "unit" in faults:
        said["unit"] = [NO_SUCH_UNIT if typed["unit"] else NO_UNIT]
    if "consent" in faults:
        said["consent"] = [NOT_SIGNED]
    return said


def _code_in(row: SheetRow) -> str:
    cell = single_line(row.values.get("unit", "") or row.values.get("top_unit", ""))
    bracketed = CODE_IN_BRACKETS.search(cell)
    return bracketed[1].strip() if bracketed else cell


# --- what is there already -------------------------------------------------------------------------------------------


class _There:
    """The receipt codes of what some rows would repeat, in three statements: what was entered under their keys, of the same
    name and title in the unit, of the same phone and title. A fourth says when what was withdrawn was."""

    def __init__(self, campaign: Campaign, rows: Sequence[Judged]) -> None:
        self.by_key: dict[str, Initiative] = {}
        self.withdrawn_at: dict[int, datetime] = {}
        self.by_name: defaultdict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
        self.by_phone: defaultdict[tuple[int, str, str], list[tuple[str, str]]] = defaultdict(list)
        for start in range(0, len(rows), ASKED_AT_ONCE):
            self._ask(campaign, rows[start : start + ASKED_AT_ONCE])

    def known(self, each: Judged) -> Judged:
        entry = each.entry
        if entry is None or not each.is_new:
            return each
        same = self.by_key.get(each.key)
        code = (
            (same.receipt_code if same and not _is_withdrawn(same) else "")
            or _of_one_person(self.by_name[entry.unit.pk, _name_and_title(entry)], entry)
            or _of_one_person(self.by_phone[entry.unit.pk, entry.phone_digits, folded(entry.values["title"])], entry)
        )
        if code:
            return replace(each, told=replace(each.told, state=PRESENT, code=code, warnings=()))
        if same is not None:
            faults = (_said_of_withdrawn(same, self.withdrawn_at.get(same.pk)), HOW_TO_SEND_AGAIN)
            told = replace(each.told, state=WITHDRAWN, code=same.receipt_code, faults=faults, warnings=())
            return replace(each, told=told)
        return each

    def _ask(self, campaign: Campaign, rows: Sequence[Judged]) -> None:
        entered = entries.entered_under(each.key for each in rows)
        self.by_key |= entered
        withdrawn = [each.pk for each in entered.values() if _is_withdrawn(each)]
        if withdrawn:
            events = ReviewEvent.objects.filter(initiative__in=withdrawn, act=Act.WITHDRAWN).order_by("number")
            self.withdrawn_at |= dict(events.values_list("initiative_id", "at"))
        told = [each.entry for each in rows if each.entry]
        units = {entry.unit.pk for entry in told}
        counted = Initiative.objects.filter(campaign=campaign, unit__in=units).exclude(status=Status.WITHDRAWN)
        named = counted.filter(search_text__in={_name_and_title(entry) for entry in told}).order_by("pk")
        for unit, text, *there in named.values_list("unit_id", "search_text", "receipt_code", "national_id_hash"):
            self.by_name[unit, text].append((there[0], there[1]))
        phones = {entry.phone_digits for entry in told if entry.phone_digits}
        called = counted.filter(phone_digits__in=phones).order_by("pk") if phones else Initiative.objects.none()
        asked = ("unit_id", "phone_digits", "title", "receipt_code", "national_id_hash")
        for unit, digits, title, code, number in called.values_list(*asked):
            self.by_phone[unit, digits, folded(title)].append((code, number))


def _of_one_person(there: Sequence[tuple[str, str]], entry: Entry) -> str:
    """The code of the first that may be this person's: two identity numbers are two people, whatever else they share."""
    own = sealing.lookup_hash("identity", entry.national_id) if entry.national_id else ""
    return next((code for code, number in there if not own or not number or number == own), "")


def _is_withdrawn(initiative: Initiative) -> bool:
    return initiative.status == Status.WITHDRAWN


def _said_of_withdrawn(initiative: Initiative, at: datetime | None) -> str:
    """The same row is never entered twice by itself: whether somebody wants it back is for an officer to say."""
    on_day = f" ngày {days.shown(timezone.localdate(at))}" if at else ""
    code = receipts.shown(initiative.receipt_code)
    return f"Đã nhập, mã {code}. Người nộp đã rút{on_day} nên cổng không nhập lại."


def _name_and_title(entry: Entry) -> str:
    """As `search_text` holds them."""
    return folded(f"{entry.values['full_name']} {entry.values['title']}")


# --- entering --------------------------------------------------------------------------------------------------------


def enter(rows: Sequence[SheetRow], *, judge: Judge, places: Mapping[int, str] | None = None) -> list[Outcome]:
    """Enters some rows, each judged anew and in a transaction of its own; what is refused says why. Safe to do again.

    `places` are the units that were shown, by the numbers of the rows: a row that would go elsewhere now is refused.
    """
    judged = [_in_its_place(each, places) for each in judge.judged(rows) if each.told.state != BLANK]
    units = {each.key: each.entry.unit for each in judged if each.is_new and each.entry}
    drafts = entries.drafts_of(units, campaign=judge.offer.campaign, at=judge.at) if units else {}
    return [_entered(each, drafts.get(each.key), judge=judge) for each in judged]


def _in_its_place(each: Judged, places: Mapping[int, str] | None) -> Judged:
    """The unit of a row without one is the officer's own; the officer may have been moved since the page was shown."""
    told = each.told
    if not each.is_new or places is None or places.get(told.number) in {"", told.unit_code}:
        return each
    return Judged(replace(told, state=WRONG, faults=(NOT_RIGHT_ANY_MORE,), warnings=(), marks=()))


def _entered(each: Judged, draft: Draft | None, *, judge: Judge) -> Outcome:
    number = each.told.number
    if each.told.state == PRESENT:
        return Outcome(number, ENTERED if each.is_ours else PRESENT, code=each.told.code)
    if each.told.state == WITHDRAWN:
        said = " ".join(each.told.faults)
        return Outcome(number, ENTERED if each.is_ours else WITHDRAWN, code=each.told.code, sentence=said, to_keep=said)
    if each.examined is None or each.entry is None:
        said = " ".join(each.told.faults)
        return Outcome(number, REFUSED, sentence=said, to_keep=said if each.is_of_rules else NOT_RIGHT_ANY_MORE)
    try:
        # Whether it is there was asked for all of them at once.
        entered = entries.enter(each.examined, key=each.key, by=judge.by, at=judge.at, again=True, draft=draft)
    except MoveRefused as refused:
        return Outcome(number, REFUSED, sentence=refused.sentence, to_keep=refused.sentence)
    return Outcome(number, ENTERED if entered.is_new else PRESENT, code=entered.initiative.receipt_code)
