"""A request comes in: from a person by the public form, or from an officer who was handed it on paper or by phone.

The same words on the same day are the same request: its number is a keyed hash of them, so that a second tap, or a retry after
a lost line, finds the first one by the unique number, whoever of two comes first. Nothing that is answered tells whether the
code and the phone were those of an initiative.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction

from initiatives.models import DataRequest, DataRequestStep, Initiative
from initiatives.personal_data import due_days
from initiatives.submission import receipts, tracking
from orgtree.models import StaffAccount, Unit
from portal import sealing
from portal.vietnamese.days import VIETNAM

ASKED, ENTERED = "asked", "entered"  # the first step of every request
AGAIN_WITHIN = timedelta(minutes=30)  # a second tap just after midnight
DRAWN_DIGITS = 6
MOST_NUMBERS = 20  # of one day for one text: each of them would have to be another text's

_signer = signing.Signer(salt="initiatives.personal_data")


class LinkIsNotOurs(Exception):
    """Nothing we ever signed."""


@dataclass(frozen=True)
class Asked:
    """What somebody wrote, as they wrote it. `phone_digits` is "" where the phone is none."""

    kind: str
    full_name: str
    phone: str
    phone_digits: str
    email: str = ""
    receipt_code: str = ""
    text: str = ""


def ask(asked: Asked, *, address: str, at: datetime) -> DataRequest:
    """By the public form. Bound to the initiative that code and phone open, where they do; else the confederation answers."""
    return _kept(asked, _opened_by(asked, address=address, at=at), at=at)


def enter(
    asked: Asked, initiative: Initiative | None, *, asked_at: datetime, by: StaffAccount, at: datetime
) -> DataRequest:
    """By an officer, of `initiative` if they know which. The days run from `asked_at`, when the person asked."""
    return _kept(asked, initiative, at=at, asked_at=asked_at, by=by)


def link_of(request: DataRequest) -> str:
    """The text of the link to the page that shows number and days; it reads nothing else and never ends."""
    return _signer.sign(str(request.pk)).replace(":", "~")


def read_link(text: str) -> int:
    """The request's id. Raises LinkIsNotOurs."""
    try:
        return int(_signer.unsign(text.replace("~", ":")))
    except (signing.BadSignature, ValueError):
        raise LinkIsNotOurs from None


def shown(number: str) -> str:
    """`261122 482915`: the day, then what was drawn."""
    return f"{number[:6]} {number[6:]}" if number.isdecimal() else number


def _opened_by(asked: Asked, *, address: str, at: datetime) -> Initiative | None:
    """Who tried too many codes is not refused, nor told: the request goes where it goes without a code."""
    code = receipts.parse_code(asked.receipt_code)
    if code is None or not asked.phone_digits or tracking.seconds_to_wait(code, address, at=at):
        return None
    found = tracking.look_up(code, asked.phone_digits, address=address, at=at)
    return found and Initiative.objects.select_related("unit").get(pk=found.pk)


def _kept(
    asked: Asked,
    initiative: Initiative | None,
    *,
    at: datetime,
    asked_at: datetime | None = None,
    by: StaffAccount | None = None,
) -> DataRequest:
    for number in _numbers(asked, by, at=at):
        there = _same(number, asked, by)
        if there:
            return there
        if number[:6] != _day(at):  # what was asked yesterday is only looked for
            continue
        if DataRequest.objects.filter(number=number).exists():  # another text, by chance
            continue
        try:
            with transaction.atomic():
                return _written(number, asked, initiative, asked_at=asked_at or at, by=by, at=at)
        except IntegrityError:
            there = _same(number, asked, by)
            if there:
                return there
    raise RuntimeError("no number is left for a request of today")


def _written(
    number: str,
    asked: Asked,
    initiative: Initiative | None,
    *,
    asked_at: datetime,
    by: StaffAccount | None,
    at: datetime,
) -> DataRequest:
    unit = initiative.unit if initiative else by.unit if by and by.unit else Unit.objects.get(depth=1)
    request = DataRequest.objects.create(
        number=number,
        unit=unit,
        initiative=initiative,
        asked_at=asked_at,
        entered_by=by,
        answer_by=due_days.answer_by(asked_at),
        act_by=due_days.act_by(asked_at, asked.kind),
        **asdict(asked),
    )
    DataRequestStep.objects.create(request=request, at=at, act=ENTERED if by else ASKED, account=by)
    return request


def _numbers(asked: Asked, by: StaffAccount | None, *, at: datetime) -> list[str]:
    """Those under which the same words may stand: of yesterday just after midnight, then of today."""
    written = json.dumps([*asdict(asked).values(), by.pk if by else 0], ensure_ascii=False)
    days = dict.fromkeys([_day(at - AGAIN_WITHIN), _day(at)])
    return [
        day + f"{int(sealing.lookup_hash('data request', f'{day} {attempt} {written}'), 16) % 10**DRAWN_DIGITS:06}"
        for day in days
        for attempt in range(MOST_NUMBERS if day == _day(at) else 1)
    ]


def _same(number: str, asked: Asked, by: StaffAccount | None) -> DataRequest | None:
    return DataRequest.objects.filter(number=number, entered_by=by, **asdict(asked)).first()


def _day(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%y%m%d}"
