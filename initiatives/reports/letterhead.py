"""What stands at the head and the foot of a unit's papers, by its kind and its name: place, sign, who signs.

Decree 30/2020/NĐ-CP, annex I: a paper names the place where its unit sits. A place that bears a number or a person's name is
written with its kind: "Quận 1", "Thành phố Hồ Chí Minh"; so is one that is called as its province: "Thị xã Quảng Trị" (TX22).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orgtree.models import Level, Unit
from portal.vietnamese import days

UNKNOWN_PLACE = "……"
CAPITAL = "Hà Nội"
LONGEST_SIGN = 6  # letters; a longer abbreviation tells nobody anything

_PLACE = re.compile(
    r"\A(?:Liên đoàn Lao động|Công đoàn) (?P<kind>(?i:tỉnh|thành phố|quận|huyện|thị xã|phường|xã|đặc khu)) (?P<name>.+)\Z"
)
_BEARS_A_PERSON = {"Hồ Chí Minh"}
# Of the central unions the one that does not sit in the capital; its sign would read as that of a grassroots union.
_ELSEWHERE = {"Công đoàn Cao su Việt Nam": ("Thành phố Hồ Chí Minh", "CĐCSVN")}
_UNION = re.compile(r"\ACông đoàn (?:ngành |các )?")
_WHERE = re.compile(r" (?:Việt Nam|(?:tỉnh|[Tt]hành phố) .+)\Z")
_COMMUNES = {"xã": "CĐX", "phường": "CĐP", "đặc khu": "CĐĐK"}
_LEFT_OUT = {"và", "-"}


@dataclass(frozen=True)
class Signing:
    """In whose name a unit of this level signs (Điều lệ Công đoàn Việt Nam: a grassroots union has no standing committee
    unless it is large, so its committee is named)."""

    committee: str
    signed_for: str
    post: str = "CHỦ TỊCH"


STANDING_COMMITTEE = Signing("Ban Thường vụ", "TM. BAN THƯỜNG VỤ")
SIGNING = {
    Level.CONFEDERATION: Signing("Đoàn Chủ tịch", "TM. ĐOÀN CHỦ TỊCH"),
    Level.GRASSROOTS: Signing("Ban Chấp hành", "TM. BAN CHẤP HÀNH"),
}


def signing_of(level: str) -> Signing:
    return SIGNING.get(Level(level), STANDING_COMMITTEE)


def place_of(unit: Unit, above: Sequence[Unit]) -> str:
    """Where the unit sits: its own place, else that of the nearest unit above it that is named after one."""
    if unit.level in {Level.CONFEDERATION, Level.SECTOR}:
        return _ELSEWHERE[unit.name][0] if unit.name in _ELSEWHERE else CAPITAL
    line = [*above, unit]
    while line:
        found = _PLACE.match(line.pop().name)
        if found:
            kind, name = found["kind"], found["name"]
            is_kept = name in _BEARS_A_PERSON or name[0].isdigit() or name in _places_of(line)
            return f"{kind[0].upper()}{kind[1:].lower()} {name}" if is_kept else name
    return UNKNOWN_PLACE


def _places_of(units: Sequence[Unit]) -> set[str]:
    return {found["name"] for unit in units if (found := _PLACE.match(unit.name))}


def sign_of(unit: Unit, above: Sequence[Unit]) -> str:
    """What follows the number of the unit's letters: LĐLĐ, CĐCS, CĐGD."""
    if unit.level == Level.CONFEDERATION:
        return "TLĐ"
    if unit.level == Level.GRASSROOTS:
        return "CĐCS"
    if unit.name in _ELSEWHERE:
        return _ELSEWHERE[unit.name][1]
    if unit.name.startswith("Liên đoàn Lao động"):
        return "LĐLĐ"
    place = _PLACE.match(unit.name)
    if place:
        return _COMMUNES.get(place["kind"].lower(), "CĐ")
    named = _WHERE.sub("", unit.name)
    for each in above:
        where = _PLACE.match(each.name)
        if where:
            named = named.removesuffix(f" {where['name']}")
    letters = [word[0] for word in re.split(r"[ ,]+", _UNION.sub("", named)) if word and word not in _LEFT_OUT]
    abbreviation = "".join(letters).upper()
    return f"CĐ{abbreviation}" if len(abbreviation) <= LONGEST_SIGN else "CĐ"


def place_and_date(place: str, day: date) -> str:
    """Đông Hà, ngày 05 tháng 4 năm 2022"""
    return f"{place}, {days.in_document(day)}"
