"""Following an initiative by code and phone: a signed link for half an hour, and a guesser slowed down.

An unknown code and a wrong phone get the same answer by the same statements. Tries are counted per code and address, tightly, and
of each alone, loosely: who knows a code does not keep its owner out, and a factory of two thousand behind one address is not a
script. Beyond its number an address goes on at a trickle, as in `limits`.
"""

import math
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import Count, Min, Q

from initiatives.models import FailedLookUp, Initiative
from portal import sealing

SIGNED_FOR = timedelta(minutes=30)
SAVES_FOR = timedelta(hours=12)  # an expired link still saves what was being typed; it shows nothing
PER_CODE = 10  # from one address
PER_CODE_ANYWHERE = 50
PER_ADDRESS = 300
BEYOND_IT_A_MINUTE = 20
WITHIN = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)

_signer = signing.Signer(salt="initiatives.tracking")


class LinkExpired(Exception):
    """The half hour is over (or lies ahead: a clock was set back)."""

    def __init__(self, initiative_id: int, signed_at: datetime) -> None:
        super().__init__(initiative_id)
        self.initiative_id = initiative_id
        self.signed_at = signed_at


class LinkIsNotOurs(Exception):
    """Nothing we ever signed."""


def sign(initiative: Initiative, *, at: datetime) -> str:
    """The text of a tracking link made at `at`."""
    return _signer.sign(f"{initiative.pk}.{int(at.timestamp())}").replace(":", "~")


def read_signed(text: str, *, at: datetime) -> int:
    """The initiative's id. Raises LinkExpired or LinkIsNotOurs."""
    try:
        pk, seconds = _signer.unsign(text.replace("~", ":")).split(".")
    except (signing.BadSignature, ValueError):
        raise LinkIsNotOurs from None
    signed_at = datetime.fromtimestamp(int(seconds), tz=at.tzinfo)
    if not timedelta(seconds=-2) <= at - signed_at < SIGNED_FOR:
        raise LinkExpired(int(pk), signed_at)
    return int(pk)


def may_still_save(expired: LinkExpired, *, at: datetime) -> bool:
    return timedelta() <= at - expired.signed_at < SAVES_FOR


def seconds_to_wait(code: str, address: str, *, at: datetime) -> int:
    """0, or how long the next try must wait. One statement, whether the code exists or not."""
    both, by_code, by_address = _keys(code, address)
    lately = Q(key=by_address, at__gt=at - MINUTE)
    tried = FailedLookUp.objects.filter(key__in=(both, by_code, by_address), at__gt=at - WITHIN).aggregate(
        of_both=Count("id", filter=Q(key=both)),
        of_code=Count("id", filter=Q(key=by_code)),
        of_address=Count("id", filter=Q(key=by_address)),
        of_minute=Count("id", filter=lately),
        first_of_both=Min("at", filter=Q(key=both)),
        first_of_code=Min("at", filter=Q(key=by_code)),
        first_of_minute=Min("at", filter=lately),
    )
    if tried["of_both"] >= PER_CODE:
        return _until(tried["first_of_both"] + WITHIN, at)
    if tried["of_code"] >= PER_CODE_ANYWHERE:
        return _until(tried["first_of_code"] + WITHIN, at)
    if tried["of_address"] >= PER_ADDRESS and tried["of_minute"] >= BEYOND_IT_A_MINUTE:
        return _until(tried["first_of_minute"] + MINUTE, at)
    return 0


def _until(moment: datetime, at: datetime) -> int:
    return max(math.ceil((moment - at).total_seconds()), 1)


def look_up(code: str, phone_digits: str, *, address: str, at: datetime) -> Initiative | None:
    """The initiative of this code and phone, by one statement; a miss is noted."""
    found = (
        Initiative.objects.filter(receipt_code=code, phone_hash=sealing.lookup_hash("phone", phone_digits))
        .only("pk")
        .first()
    )
    if found is None:
        FailedLookUp.objects.bulk_create(FailedLookUp(key=key, at=at) for key in _keys(code, address))
    return found


def _keys(code: str, address: str) -> tuple[str, str, str]:
    return (
        sealing.lookup_hash("tried code from", f"{code} {address}"),
        sealing.lookup_hash("tried code", code),
        sealing.lookup_hash("tried from", address),
    )
