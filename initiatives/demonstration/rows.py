"""What a made initiative says, who sent it and what became of it: values of rows, drawn one by one in the order of time."""

import json
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import accumulate
from math import log

from initiatives.campaigns.loading import load_consent_text
from initiatives.demonstration import words
from initiatives.demonstration.campaign import GRASSROOTS_CODE
from initiatives.demonstration.histories import DAY, EPOCH, By, History, Row, day_of, reasons, text_of
from initiatives.demonstration.offers import Lists, Place, places_of, weights_of
from initiatives.demonstration.rhythm import Span
from initiatives.history import content
from initiatives.models import Act, Campaign, Finding, Phase, Status
from initiatives.submission import receipts
from orgtree.models import StaffAccount
from portal import sealing
from portal.vietnamese import money, names
from portal.vietnamese.text import folded

CODES = 10**12
# Coprime to CODES: no two keys lead to one code.
CODE_STEP, CODE_START = 387_420_489_001, 271_828_182_845
# A range of numbers nobody has any more (S-Fone's, closed in 2012): no officer calls a stranger.
PHONES = "095"
PHONE_NUMBERS, PHONE_STEP = 10**7, 4_827_143

OWN = 20  # every so many lies at the union that the demonstration accounts stand at and above, up to MOST_OWN
MOST_OWN = 500
AGAIN, REMEMBERED = 0.3, 4  # by somebody of the same unit who sent before; of how many one thinks
SHARED = 0.12  # with co-authors

# What becomes of a hundred: statuses as in 2021, where two in three were valid in the end.
OUTCOMES = {"valid": 75.5, "invalid": 10.0, "returned": 9.5, "withdrawn": 2.0}
REPEATED = 0.03
NEVER_DECIDED = 0.09
DECIDED_AFTER, DECIDED_SPREAD = 7.0, 1.0  # days, as a lognormal's middle and width
RESENT = 0.5  # of what was returned; then most is found valid
TOLD = 0.7
APPRAISED, OF_MEANING = 0.02, 0.15  # of what is valid; of what was appraised

# Money a year by field: the middle, in triệu đồng. A lognormal: one in a hundred is twenty times as much.
MIDDLE_OF = {
    "production": 110, "new_product": 180, "safety_environment": 45, "administration": 18, "health": 30, "education": 12,
    "other": 25,
}  # fmt: skip
WIDTH = 1.3
IN_MONEY, NOT_IN_MONEY = 0.80, 0.15
MISTYPED = 1 / 20_000  # a thousand times too much
COLOSSAL = 1 / 400_000

INITIATIVE = (
    "id", "campaign_id", "phase_id", "unit_id", "status", "duplicate_of_id", "receipt_code", "receipt_token_hash",
    "arrived_at", "submitted_at", "version", "consent_on_paper", "told_at", "screened_at", "full_name", "birth_year",
    "position", "phone", "phone_digits", "phone_hash", "email", "sealed_national_id", "national_id_hash", "unit_name",
    "workplace", "bloc", "target_group", "consent_text_id", "consented_at", "publish_consented_at", "title", "field",
    "solution_kind", "applied_on", "recognised_on", "recognised_by", "recognition_number", "description", "effect", "scope",
    "benefit_value", "benefit_is_not_money", "is_appraised", "appraised_value", "has_social_meaning", "awards", "share",
    "recognised_author", "link", "declarations", "search_text", "name_key",
)  # fmt: skip
DECLARED_AT = [INITIATIVE.index(name) if name in INITIATIVE else None for name in content.DECLARED]
DECLARATIONS_AT = content.DECLARED.index("declarations")
CO_AUTHOR = ("initiative_id", "number", "full_name", "share")
APPRAISAL = ("event_id", "finding", "value", "has_social_meaning", "declared")


@dataclass
class Rows:
    """What is written together. `appraisals` know their initiative; the event's key is the database's to give."""

    initiatives: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    co_authors: list[Row] = field(default_factory=list)
    appraisals: dict[int, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class _Person:
    full_name: str
    folded: str
    name_key: str
    phone: str
    phone_hash: str
    birth_year: int
    position: str


class Drawing:
    """Draws rows for `campaign`; `first` is the key of the first one. The same again for the same key and clock."""

    def __init__(self, campaign: Campaign, *, number: int, first: int, at: datetime, is_screened: bool) -> None:
        self.draw = random.Random(f"{campaign.slug} {first}")  # noqa: S311 - nobody's secret
        self.now = int(at.timestamp())
        self.is_screened = is_screened
        self.campaign = campaign.pk
        self.phases = {phase.pk: _Eligible.of(phase) for phase in campaign.phases.all()}
        self.consent = load_consent_text().pk
        self.lists = Lists(campaign)
        self.declarations = json.loads(self.lists.declarations)
        self.reasons = reasons(campaign)
        accounts = StaffAccount.objects.filter(username__in=DECIDERS.values(), is_demonstration=True)
        self.deciders = {account.username: (account.pk, account.role) for account in accounts}
        self.places = places_of(campaign)
        self.weights = weights_of(self.places)
        own = GRASSROOTS_CODE if campaign.is_demonstration else ""
        self.own = next((place for place in self.places if place.code == own), None)
        self.own_each = max(OWN, -(-number // MOST_OWN))
        self.senders: dict[int, deque[_Person]] = {}
        self.firsts: deque[_First] = deque(maxlen=3000)
        self.next = self.begun = first

    def add(self, span: Span, *, to: Rows) -> None:
        """Everything that came in `span`."""
        places = self.draw.choices(self.places, cum_weights=self.weights, k=span.number)
        for place, moment in zip(places, span.moments(self.draw), strict=True):
            is_own = self.own is not None and (self.next - self.begun) % self.own_each == 0
            self._add(to, self.own if is_own and self.own else place, moment, span.phase)

    def _add(self, found: Rows, place: Place, moment: int, phase: int) -> None:
        draw, pk, at = self.draw, self.next, text_of(moment)
        self.next += 1
        first = self._repeated()
        if first is not None:
            place = first.place if draw.random() < 0.7 else place
            told = _Told(first.told.title, first.told.folded, _told_again(first.told.description), first.told.field)
        else:
            told = self._told(place.sort)
        sender = self._sender(place, pk)
        declared, not_money = self._benefit(told.field)
        fate = self._fate(pk, moment, place, first)
        appraised = self._appraised(pk, fate, declared, not_money, place)
        if appraised:
            found.appraisals[pk] = appraised.row
        if fate.counts and draw.random() < 0.2:
            self.firsts.append(_First(pk, place, told))
        shares = SHARES[int(draw.random() * len(SHARES))] if draw.random() < SHARED else ()
        others = [(number, _name(draw)[0], share) for number, share in enumerate(shares[1:], start=1)]
        found.co_authors += [(pk, *other) for other in others]
        applied, recognised = self._days(moment, phase)
        lists, code = self.lists, f"{(pk * CODE_STEP + CODE_START) % CODES:012}"
        row: Row = (
            pk, self.campaign, phase, place.pk, fate.status, fate.duplicate_of,
            code + receipts.check_digit(code), f"{draw.getrandbits(256):064x}",
            at, at, fate.version, False, text_of(fate.told_at) if fate.told_at else None, at if self.is_screened else None,
            sender.full_name, sender.birth_year, sender.position, sender.phone, sender.phone, sender.phone_hash,
            "", "", "", "",
            place.workplace, lists.bloc(place.sort), lists.group(draw, place.sort), self.consent, at,
            at if draw.random() < 0.6 else None,
            told.title, told.field, lists.kind(draw), day_of(applied), day_of(recognised),
            DIRECTORS[place.sort], f"{pk % 900 + 1}/QĐ-SK", told.description,
            words.EFFECTS[int(draw.random() * len(words.EFFECTS))], words.SCOPES[int(draw.random() * len(words.SCOPES))],
            declared, not_money, bool(appraised and appraised.counts), appraised.value if appraised else None,
            bool(appraised and appraised.has_social_meaning),
            "", shares[0] if shares else 100, 0, "", lists.declarations,
            f"{sender.folded} {told.folded}", sender.name_key,
        )  # fmt: skip
        found.initiatives.append(row)
        found.events += fate.rows(self._declared(row, others))

    def _declared(self, row: Row, others: Sequence[Row]) -> str:
        """What each step of it covers, whatever became of it."""
        values = [None if place is None else row[place] for place in DECLARED_AT]
        values[DECLARATIONS_AT] = self.declarations
        return content.head(values, others, ())

    # --- what is told ---

    def _repeated(self) -> "_First | None":
        if not self.firsts or self.draw.random() >= REPEATED:
            return None
        return self.firsts[int(self.draw.random() * len(self.firsts))]

    def _told(self, sort: str) -> "_Told":
        draw = self.draw

        def one(of: Sequence[str]) -> str:
            return of[int(draw.random() * len(of))]

        work = one(words.WORKS[sort])
        about, where = f"{one(words.DEEDS)} {work}", f"tại {one(SPOTS[sort])} số {int(draw.random() * 400) + 1}"
        team = one(words.TEAMS)
        trouble, tool, gain = (self._several(of) for of in (words.TROUBLES[sort], words.TOOLS[sort], words.GAINS))
        parts = {
            "work": work, "team": team, "team_": team[0].lower() + team[1:], "n": int(draw.random() * 8) + 2,
            "m": int(draw.random() * 52) + 4, "trouble": trouble[0], "trouble2": trouble[1], "trouble3": trouble[2],
            "tool": tool[0], "tool2": tool[1], "tool3": tool[2], "gain": gain[0], "gain2": gain[1],
        }  # fmt: skip
        told = (one(words.OPENINGS), one(words.TRIALS), one(words.RESULTS), one(words.SPREADS))
        description = " ".join(told).format_map(parts)
        folded_ = f"{_folded(about)} {_folded(where)}"
        return _Told(f"{about} {where}", folded_, description, self.lists.field(draw, sort))

    def _several(self, of: Sequence[str]) -> tuple[str, str, str]:
        """Three different ones, where there are five or more."""
        begun, step = int(self.draw.random() * len(of)), 1 + int(self.draw.random() * (len(of) // 2 - 1))
        return of[begun], of[(begun + step) % len(of)], of[(begun + 2 * step) % len(of)]

    def _sender(self, place: Place, pk: int) -> _Person:
        """Somebody of the same unit who sent before, or somebody new."""
        draw, known = self.draw, self.senders.get(place.pk)
        if known is None:
            known = self.senders[place.pk] = deque(maxlen=REMEMBERED)
        elif draw.random() < AGAIN:
            return known[int(draw.random() * len(known))]
        full_name, of_name, name_key = _name(draw)
        phone = f"{PHONES}{pk * PHONE_STEP % PHONE_NUMBERS:07}"
        positions = words.POSITIONS[place.sort]
        person = _Person(
            full_name, of_name, name_key, phone, sealing.lookup_hash("phone", phone),
            1962 + int(draw.random() * 41), positions[int(draw.random() * len(positions))],
        )  # fmt: skip
        known.append(person)
        return person

    def _days(self, moment: int, phase: int) -> tuple[int, int]:
        """Applied, then recognised, by the day it was sent and within the phase's days: since 1970."""
        sent = (moment + 7 * 3600) // DAY
        eligible = self.phases[phase]
        earliest = min(max(eligible.begins, sent - 100), sent)
        applied = earliest + int(self.draw.random() * (min(sent, eligible.ends) - earliest))
        return applied, applied + int(self.draw.random() * (min(sent, eligible.ends) - applied + 1))

    def _benefit(self, of_field: str) -> tuple[int | None, bool]:
        draw = self.draw
        kind = draw.random()
        if kind >= IN_MONEY:
            return None, kind < IN_MONEY + NOT_IN_MONEY
        million = draw.lognormvariate(LOG_OF.get(of_field, LOG_OF["other"]), WIDTH)
        # as people write it: two figures that say something, at least half a million
        value = max(round(million, 1 - len(str(int(million)))), 0.5)
        slip = draw.random()
        if slip < COLOSSAL:
            value = money.PLAUSIBLE * (2 + int(draw.random() * 50)) / 1e6
        elif slip < COLOSSAL + MISTYPED:
            value *= 1000
        return int(value * 1_000_000), False

    # --- what became of it ---

    def _fate(self, pk: int, moment: int, place: Place, first: "_First | None") -> History:
        draw, fate, by = self.draw, History(pk), self.deciders[DECIDERS.get(place.top, DECIDERS[""])]
        fate.step(draw, moment, Act.RECEIVED, None, Status.SUBMITTED)
        decided = self._later(moment)
        if decided is None or draw.random() < NEVER_DECIDED:
            return fate
        if first is not None:
            fate.duplicate_of = first.pk
            fate.move(draw, decided, Act.DECLINED, by, Status.INVALID, self.reasons["duplicate"][0])
            return self._told_by(fate, decided, by)
        outcome = draw.choices(list(OUTCOMES), cum_weights=OUTCOMES_SUMMED)[0]
        if outcome == "withdrawn":
            fate.move(draw, decided, Act.WITHDRAWN, None, Status.WITHDRAWN)
        elif outcome == "valid":
            fate.move(draw, decided, Act.APPROVED, by, Status.VALID)
        elif outcome == "invalid":
            fate.move(draw, decided, Act.DECLINED, by, Status.INVALID, draw.choice(self.reasons["decline"]))
            self._told_by(fate, decided, by)
        else:
            fate.move(
                draw, decided, Act.RETURNED, by, Status.RETURNED, draw.choice(self.reasons["return"]), is_due=True
            )
            self._sent_again(self._told_by(fate, decided, by), by)
        return fate

    def _told_by(self, fate: History, decided: int, by: By) -> History:
        told_at = decided + int(self.draw.random() * 3 * DAY)
        if told_at < self.now and self.draw.random() < TOLD:
            fate.told_at = told_at
            fate.step(self.draw, told_at, Act.TOLD, by, fate.status)
        return fate

    def _sent_again(self, fate: History, by: By) -> None:
        sent = fate.last_at + DAY // 4 + int(self.draw.random() * 10 * DAY)
        if sent >= self.now or self.draw.random() >= RESENT:
            return
        fate.version += 1
        fate.step(self.draw, sent, Act.RESENT, None, Status.SUBMITTED)
        decided = self._later(sent)
        if decided is not None and self.draw.random() < 0.9:
            fate.move(self.draw, decided, Act.APPROVED, by, Status.VALID)

    def _later(self, moment: int) -> int | None:
        """When somebody decided on it, in the hours of an office; None: not by now."""
        after = int(self.draw.lognormvariate(DECIDED_LOG, DECIDED_SPREAD) * DAY)
        day = (moment + after + 7 * 3600) // DAY
        at = max(
            day * DAY + 3600 + int(self.draw.random() * 9 * 3600), moment + 600
        )  # from 8h on: UTC is seven hours behind
        return at if at < self.now else None

    def _appraised(
        self, pk: int, fate: History, declared: int | None, not_money: bool, place: Place
    ) -> "_Appraised | None":
        draw = self.draw
        at = fate.last_at + int((1 + draw.random() * 20) * DAY)
        if fate.status != Status.VALID or at >= self.now or draw.random() >= APPRAISED:
            return None
        value, note = declared, ""
        if declared is not None and (declared > money.PLAUSIBLE or draw.random() < 0.4):
            value = declared // 1000 if declared > money.PLAUSIBLE else declared * (5 + int(draw.random() * 6)) // 10
            note = APPRAISER_SAYS
        finding = Finding.MONEY if value is not None else Finding.NOT_MONEY if not_money else Finding.NONE
        has_meaning = draw.random() < OF_MEANING
        by = self.deciders[DECIDERS.get(place.top, DECIDERS[""])]
        fate.is_appraised, fate.appraised_value, fate.has_social_meaning = finding != Finding.NONE, value, has_meaning
        fate.step(draw, at, Act.APPRAISED, by, Status.VALID, note=note)
        return _Appraised(
            finding != Finding.NONE, value, has_meaning, (pk, finding.value, value, has_meaning, declared)
        )


# --- parts ------------------------------------------------------------------------------------------------------------

# Whose branch a demonstration account decides in; "": everybody else's.
DECIDERS = {"quang-tri": "demo-quang-tri", "": "demo-tld"}
APPRAISER_SAYS = "Đã đối chiếu với chứng từ của đơn vị."
SHARES = ((60, 40), (70, 30), (50, 50), (50, 30, 20), (40, 30, 30), (55, 15, 15, 15))
DIRECTORS = {
    "company": "Giám đốc công ty",
    "school": "Hiệu trưởng",
    "clinic": "Giám đốc trung tâm",
    "office": "Thủ trưởng cơ quan",
}
SPOTS = {
    "company": ("tổ", "phân xưởng", "dây chuyền", "kho", "đội"),
    "school": ("lớp", "khối lớp", "tổ chuyên môn", "điểm trường"),
    "clinic": ("khoa", "phòng khám", "buồng bệnh", "điểm tiêm"),
    "office": ("bộ phận", "phòng", "khu dân cư", "tổ công tác"),
}
OUTCOMES_SUMMED = list(accumulate(OUTCOMES.values()))
DECIDED_LOG = log(DECIDED_AFTER)
LOG_OF = {of: log(million) for of, million in MIDDLE_OF.items()}


@dataclass(frozen=True)
class _Told:
    title: str
    folded: str
    description: str
    field: str


@dataclass(frozen=True)
class _First:
    """One that another may repeat."""

    pk: int
    place: Place
    told: _Told


@dataclass(frozen=True)
class _Appraised:
    counts: bool
    value: int | None
    has_social_meaning: bool
    row: Row


@dataclass(frozen=True)
class _Eligible:
    """Days since 1970, both ends included."""

    begins: int
    ends: int

    @classmethod
    def of(cls, phase: Phase) -> "_Eligible":
        begins, ends = phase.eligible_from or date(1970, 1, 2), phase.eligible_until or date(9000, 1, 1)
        return cls(begins.toordinal() - EPOCH, ends.toordinal() - EPOCH)


def _told_again(description: str) -> str:
    """Somebody else's words for it: a few changed, as copies have them."""
    for one, other in (("Nay ", "Hiện nay "), ("chúng tôi", "tổ tôi"), ("thử", "làm thử"), ("Kết quả", "Hiệu quả")):
        description = description.replace(one, other, 1)
    return description


def _name(draw: random.Random) -> tuple[str, str, str]:
    surname = words.SURNAMES[int(draw.random() * len(words.SURNAMES))]
    middle = words.MIDDLE[int(draw.random() * len(words.MIDDLE))]
    return _known_name(f"{surname} {middle} {words.GIVEN[int(draw.random() * len(words.GIVEN))]}")


@cache
def _known_name(full_name: str) -> tuple[str, str, str]:
    return full_name, folded(full_name), names.sort_key(full_name)


@cache
def _folded(part: str) -> str:
    return folded(part)
