"""Phone numbers: any way of writing is taken, kept as typed for show and as `0…` for matching."""

import re
from dataclasses import dataclass

from portal.vietnamese import text
from portal.vietnamese.refusals import Refused

_VALID = re.compile(r"\A(?:0[35789][0-9]{8}|02[0-9]{9})\Z")
_BEFORE_2018 = re.compile(r"\A0(1[0-9]{2})([0-9]{7})\Z")
_COUNTRY = re.compile(r"\A(?:\+|00)?84(0?)")
_NUMBER = re.compile(r"\+?[0-9](?:(?:[^\w/;,|&+]|_)*[0-9])*")
_WORD_BETWEEN = re.compile(r"\d.*[^\W\d_].*\d")
_SHORTEST_MEANT = 5  # digits; what is shorter stands beside a number: an hour, an extension
_LONGEST = 60  # what `Initiative.phone` holds

# Eleven digits became ten from 15/9/2018 on, by the plan of 798/QĐ-BTTTT.
_NEW_PREFIX = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip

_ONE = "Hãy ghi một số điện thoại, số dễ gọi nhất."
_EXPECTED = "Số điện thoại gồm 10 chữ số, bắt đầu bằng 03, 05, 07, 08 hoặc 09; máy bàn gồm 11 chữ số, bắt đầu bằng 02."


class PhoneRefused(Refused):
    """No Vietnamese number; `suggestion` is the number that may be meant, as `0…`, or None."""

    def __init__(self, sentence: str, suggestion: str | None = None) -> None:
        super().__init__(sentence)
        self.suggestion = suggestion


@dataclass(frozen=True)
class Phone:
    typed: str
    digits: str

    def __str__(self) -> str:
        return self.typed


def parse(typed: str) -> Phone:
    """0912345678, 0912.345.678 (Zalo, sau 17h), +84 (0) 912-345-678, 0084…, 024 3825 1234. One number, not two."""
    kept = text.single_line(typed)
    numbers = _numbers(text.ascii_digits(kept)) if len(kept) <= _LONGEST else []
    if not numbers:
        raise PhoneRefused(_EXPECTED)
    several = list(dict.fromkeys(map(_domestic, numbers)))
    meant = [each for each in several if len(each) >= _SHORTEST_MEANT]
    if len(meant) > 1 and all(map(_VALID.match, meant)):
        raise PhoneRefused(_ONE, meant[0])

    is_apart = len(several) > 1 and _WORD_BETWEEN.search(kept)  # what words stand between is never one number
    if len(meant) == 1 and (is_apart or _VALID.match(meant[0])):
        digits = meant[0]
    elif len(several) == 1:
        digits = several[0]
    else:  # 0912/345/678
        digits = "" if is_apart else _domestic("".join(numbers))
    if _VALID.match(digits):
        return Phone(typed=kept, digits=digits)
    raise _refusal(digits)


def _numbers(written: str) -> list[str]:
    """What stands in brackets behind a whole number is no part of it: 0912345678 (8h-17h), (024) 38251234 (102), and
    not +84 (0) 912 345 678."""
    for bracket in re.finditer(r"\(", written):
        whole = _NUMBER.findall(written[: bracket.start()])
        if whole and _VALID.match(_domestic(whole[-1])):
            return whole + _NUMBER.findall(written[bracket.end() :])
    return _NUMBER.findall(written)


def _domestic(number: str) -> str:
    """As dialled inside the country: +84, 84, 0084 and +84 (0) become 0."""
    number = "".join(re.findall(r"\A\+|[0-9]", number))
    return _COUNTRY.sub("0", number).removeprefix("+")


def _refusal(digits: str) -> PhoneRefused:
    old = _BEFORE_2018.match(digits)
    if old and old[1] in _NEW_PREFIX:
        new = f"0{_NEW_PREFIX[old[1]]}{old[2]}"
        return PhoneRefused(f"Đầu số 0{old[1]} đã đổi từ năm 2018. Số mới có phải là {shown(new)} không?", new)
    for end in (10, 11):  # two, with nothing but a blank or a dash between them
        first, second = digits[:end], digits[end:]
        if _VALID.match(first) and _VALID.match(_domestic(second)):
            return PhoneRefused(_ONE, first)
    if _VALID.match(f"0{digits}"):
        return PhoneRefused(f"Số điện thoại thiếu số 0 ở đầu. Có phải là {shown(f'0{digits}')} không?", f"0{digits}")
    return PhoneRefused(_EXPECTED)


def shown(digits: str) -> str:
    """In groups to read aloud: 0912 345 678, 024 3825 1234, 0233 3852 123."""
    if len(digits) == 10:
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    if digits.startswith(("024", "028")):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return f"{digits[:4]} {digits[4:8]} {digits[8:]}".strip()


def masked(digits: str) -> str:
    """0912 *** 678: enough for the owner to know it, too little to call."""
    return f"{digits[:4]} *** {digits[-3:]}" if len(digits) >= 10 else "***"
