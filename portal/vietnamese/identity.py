"""Identity numbers: the 12 digits of a căn cước, or the 9 of the old CMND."""

import re

from portal.vietnamese import text
from portal.vietnamese.refusals import Refused

_BETWEEN = re.compile(r"[ .\-]")
_VALID = re.compile(r"\A(?:[0-9]{12}|[0-9]{9})\Z")


class IdentityRefused(Refused):
    pass


def parse(typed: str) -> str:
    """The digits alone. There is no check digit; the 9 of the CMND are void since 31/12/2024 but good in 2022."""
    digits = _BETWEEN.sub("", text.ascii_digits(text.single_line(typed)))
    if _VALID.match(digits):
        return digits
    if digits.isascii() and digits.isdigit():
        raise IdentityRefused(
            f"Số căn cước có 12 chữ số (CMND cũ có 9); số vừa nhập có {len(digits)}. Hãy xem lại trên thẻ."
        )
    raise IdentityRefused("Số căn cước chỉ gồm chữ số: 12 chữ số, hoặc 9 chữ số của CMND cũ.")


def masked(digits: str) -> str:
    """*** *** *** 678: the owner knows the end of it, nobody else learns more."""
    return " ".join(["***"] * (len(digits) // 3 - 1) + [digits[-3:]]) if len(digits) >= 9 else "***"
