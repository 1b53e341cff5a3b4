"""Money in whole đồng: read as people type it, shown short, written out in words."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from portal.vietnamese import formats, text
from portal.vietnamese.refusals import Refused

LARGEST = 2**63 - 1  # what a BigIntegerField holds
PLAUSIBLE = 1_000 * 10**9  # over a thousand tỷ somebody has typed zeros too many, or is to be congratulated
LARGEST_APPRAISED = 100_000 * 10**9  # what staff may confirm: ninety thousand of them still add up in a BigIntegerField
_LONGEST = 100
_NOT_IN_MONEY = "không tính được bằng tiền"
_TY, _TRIEU, _NGHIN = 10**9, 10**6, 10**3

# "Không tính được bằng tiền", and as letter TX22 says it: "không quy đổi được lợi ích thành tiền".
_WITHOUT_A_FIGURE = re.compile(
    r"khong(?: co| (?:the )?(?:tinh|quy doi|quy)(?: duoc)?(?: (?:gia tri|loi ich))?(?: (?:bang|thanh|ra) tien)?(?: duoc)?)?"
)
_UNITS = {
    "ty": _TY, "ti": _TY, "trieu": _TRIEU, "tr": _TRIEU, "nghin": _NGHIN, "ngan": _NGHIN, "k": _NGHIN,
}  # fmt: skip
_TIMES = {"nghin": 1000, "ngan": 1000, "tram": 100, "chuc": 10}
_ABOUT = re.compile(r"\A(?:(?:uoc tinh|uoc|khoang|gan|hon|tren|~|≈) ?)+")
_CURRENCY = re.compile(r"(?:viet nam dong|dong|vnd|d|₫)(?: chan)?\.?\Z")
_A_YEAR = re.compile(r"(?: ?/ ?(?:1 |mot )?| (?:(?:trong )?(?:1|mot)|moi|hang) )nam\Z")  # a value is of one year anyway
_SPELT_OUT = re.compile(r" ?\((?:bang chu ?:? ?)?(?P<words>[a-z ,/]+)\.?\)\Z")  # as documents repeat it
_SPELT_OTHERWISE = {"ngan": "nghin", "ti": "ty", "le": "linh", "tu": "bon", "nham": "lam", "chan": ""}
_PART = re.compile(
    r"(?P<number>[0-9]+(?:[., ][0-9]+)*) ?(?:(?P<times>nghin|ngan|tram|chuc) )?"
    r"(?P<unit>ty|ti|trieu|tr|nghin|ngan|k)(?![a-z])(?:(?P<tail>[0-9]{1,3})\Z| ?(?P<half>ruoi)\Z)? ?"
)
_PLAIN = re.compile(r"\A(?P<whole>[0-9]+|[0-9]{1,3}(?:([., ])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]0{1,2})?\Z")
_GROUPED = re.compile(r"\A[0-9]{1,3}(?:[. ][0-9]{3})+(?:,[0-9]+)?\Z")
_DECIMAL = re.compile(r"\A[0-9]+(?:[.,][0-9]+)?\Z")

_EXAMPLES = "ví dụ 1.500.000, 200 triệu hoặc 1,5 tỷ"


class MoneyRefused(Refused):
    pass


@dataclass(frozen=True)
class Money:
    """An answer about money. `dong` is None for "không tính được bằng tiền", which is an answer too."""

    dong: int | None

    def __str__(self) -> str:
        return shown(self.dong)


def parse(typed: str) -> Money:
    """1.500.000, 1,500,000 đ, 200 triệu, 1,5 tỷ, 1 tỷ 200 triệu, 2tr5, 500k, 200 triệu/năm, không. Always echo it in words.

    A comma before "triệu" or "tỷ" is always the Vietnamese decimal comma; a dot before exactly three digits groups.
    """
    plain = _plain(typed)
    if _WITHOUT_A_FIGURE.fullmatch(plain):
        return Money(None)
    if re.match(r"(?:-|−|–|am )(?=.*[0-9])", plain):
        raise MoneyRefused("Số tiền không thể là số âm.")
    if "$" in plain or "usd" in plain:
        raise MoneyRefused(f"Hãy ghi số tiền bằng đồng Việt Nam, {_EXAMPLES}.")

    plain = _A_YEAR.sub("", plain)
    spelt_out = _SPELT_OUT.search(plain)
    figure = _A_YEAR.sub("", _ABOUT.sub("", plain[: spelt_out.start()] if spelt_out else plain))
    figure = _CURRENCY.sub("", figure).strip()
    dong = _figure(figure) if len(plain) <= _LONGEST else None
    if dong is None or (spelt_out and not _says(spelt_out["words"], dong)):
        raise MoneyRefused(f"Không đọc được số tiền. Hãy ghi số đồng, {_EXAMPLES}; hoặc ghi “{_NOT_IN_MONEY}”.")
    if dong.denominator != 1:
        raise MoneyRefused(f"Số tiền phải là số đồng chẵn, không có phần lẻ, {_EXAMPLES}.")
    if dong > LARGEST:
        raise MoneyRefused("Số tiền quá lớn. Hãy xem lại số chữ số 0.")
    return Money(int(dong))


def _says(words: str, dong: Fraction) -> bool:
    """Whether `words`, without marks, are those of the number before them."""
    if dong.denominator != 1 or dong > LARGEST:
        return False
    said, meant = (
        [_SPELT_OTHERWISE.get(word, word) for word in text.folded(each).split()]
        for each in (_A_YEAR.sub("", words), in_words(int(dong)))
    )
    return [word for word in said if word] == meant


def _plain(typed: str) -> str:
    """Small letters without marks; dots and commas stay, for they mean something here."""
    decomposed = unicodedata.normalize("NFD", text.ascii_digits(text.single_line(typed)).lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("đ", "d").rstrip(".")


def _figure(figure: str) -> Fraction | None:
    plain = _PLAIN.match(figure)
    if plain:
        return Fraction(re.sub("[., ]", "", plain["whole"]))
    if _DECIMAL.match(figure):
        return Fraction(figure.replace(",", "."))
    return _sum_of_parts(figure)


def _sum_of_parts(figure: str) -> Fraction | None:
    """1 tỷ 200 triệu: units falling, each part smaller than the unit before it."""
    total, at, ceiling = Fraction(0), 0, None
    while at < len(figure):
        part = _PART.match(figure, at)
        number = _number(part["number"]) if part else None
        if part is None or number is None:
            return None
        unit = _UNITS[part["unit"]] * _TIMES.get(part["times"] or "", 1)
        if part["tail"]:  # 2tr5 is 2,5 triệu, 2tr500 too
            number += Fraction(int(part["tail"]), 10 ** len(part["tail"]))
        if part["half"]:
            number += Fraction(1, 2)
        if ceiling is not None and number * unit >= ceiling:
            return None
        total, at, ceiling = total + number * unit, part.end(), unit
    return total if ceiling else None


def _number(typed: str) -> Fraction | None:
    if _GROUPED.match(typed):
        return Fraction(re.sub("[. ]", "", typed).replace(",", "."))
    if _DECIMAL.match(typed):
        return Fraction(typed.replace(",", "."))
    return None


def shown(dong: int | None) -> str:
    """Short where nothing is lost: 1,5 tỷ đồng, 200 triệu đồng, 1.234.567 đồng."""
    if dong is None:
        return _NOT_IN_MONEY
    for unit, name in ((_TY, "tỷ"), (_TRIEU, "triệu")):
        if dong >= unit and dong % (unit // 100) == 0:
            whole, hundredths = divmod(dong // (unit // 100), 100)
            decimals = f",{hundredths:02}".rstrip("0").rstrip(",")
            return f"{formats.whole(whole)}{decimals} {name} đồng"
    return f"{formats.whole(dong)} đồng"


def in_words(dong: int | None) -> str:
    """Một tỷ hai trăm triệu đồng."""
    if dong is None:
        return _capitalised(_NOT_IN_MONEY)
    if dong < 0:
        return _capitalised(f"âm {_words(-dong)} đồng")
    return _capitalised(f"{_words(dong)} đồng")


def is_implausible(dong: int | None) -> bool:
    """Over a thousand tỷ or under a thousand đồng: asked about, never refused."""
    return dong is not None and not 1_000 <= dong <= PLAUSIBLE


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LAST_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}


def _capitalised(words: str) -> str:
    return words[0].upper() + words[1:]


def _words(number: int) -> str:
    if number >= _TY:
        count, rest = divmod(number, _TY)
        return f"{_words(count)} tỷ {_groups(rest, leads=False)}".strip()
    return _groups(number, leads=True) or _DIGITS[0]


def _groups(number: int, leads: bool) -> str:
    """A number below a tỷ. Unless it leads, its hundreds are read even when there are none: không trăm linh năm."""
    said: list[str] = []
    for size, name in ((_TRIEU, "triệu"), (_NGHIN, "nghìn"), (1, "")):
        group, number = divmod(number, size)
        if group:
            said.append(f"{_group(group, leads=leads and not said)} {name}".strip())
    return " ".join(said)


def _group(number: int, leads: bool) -> str:
    hundreds, rest = divmod(number, 100)
    tens, last = divmod(rest, 10)
    said = [] if leads and not hundreds else [f"{_DIGITS[hundreds]} trăm"]
    if tens == 0 and last and said:
        said.append(f"linh {_DIGITS[last]}")
    elif tens == 0 and last:
        said.append(_DIGITS[last])
    elif tens == 1:
        said.append("mười" + ("" if not last else " lăm" if last == 5 else f" {_DIGITS[last]}"))
    elif tens:
        said.append(f"{_DIGITS[tens]} mươi" + (f" {_LAST_AFTER_TENS.get(last, _DIGITS[last])}" if last else ""))
    return " ".join(said)
