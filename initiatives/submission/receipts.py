"""Codes and links that a worker keeps.

A receipt code is twelve random digits and a check digit (Damm: it finds every single wrong digit and every swap of two
neighbours), because letters typed under Telex or VNI turn into Â, Đ, Ư. A link's token has 128 bits; only its hash is kept.
"""

import base64
import hashlib
import hmac
import re
import secrets

from django.conf import settings

from portal.vietnamese.text import ascii_digits

_FROM_DIGIT_TO_DIGIT = re.compile(r"[0-9](?:.*[0-9])?", re.DOTALL)

RANDOM_DIGITS = 12
CODE_DIGITS = RANDOM_DIGITS + 1  # and the check digit
CODE = re.compile(rf"\A[0-9]{{{CODE_DIGITS}}}\Z")
TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105

# The quasigroup of order 10 of H. Michael Damm's thesis (2004), weakly totally anti-symmetric.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def new_code() -> str:
    digits = f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}"
    return digits + check_digit(digits)


def parse_code(typed: str) -> str | None:
    """The thirteen digits, however they were grouped or written, also where words stand around them ("Mã biên nhận: …", as pages
    say and people copy it); None when they are no code of ours."""
    found = _FROM_DIGIT_TO_DIGIT.search(ascii_digits(typed))
    digits = re.sub(r"[\s.,;:_/\\–—-]+", "", found[0]) if found else ""
    if not CODE.match(digits) or check_digit(digits) != "0":
        return None
    return digits


def shown(code: str) -> str:
    """`1234 5678 9012 3`"""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def new_token() -> str:
    """128 random bits as 22 characters of an address."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def receipt_token(draft_token: str) -> str:
    """The receipt's token that belongs to a draft's: the draft link leads to the receipt, and never back."""
    digest = hmac.new(settings.LOOKUP_KEY, f"receipt:{draft_token}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def token_of_entered(code: str) -> str:
    """The receipt's token where an officer entered the initiative: no draft link leads to it, and paper with it may be
    printed again at any time. Once a link was renewed, this one opens nothing."""
    digest = hmac.new(settings.LOOKUP_KEY, f"entered receipt:{code}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def renewed_token(key: str) -> str:
    """The receipt's token that an officer's form with this key leads to: sent twice, it is the same one."""
    digest = hmac.new(settings.LOOKUP_KEY, f"renewed receipt:{key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
