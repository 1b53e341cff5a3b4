"""The second factor: a code from the owner's phone after the password, or one of ten kept on paper.

Counting and comparing codes, and slowing down whoever guesses, is django-otp's. `StaffAccount.second_factor_since` says
that there is one; a session that gave a code bears that moment, so what renews or takes it away ends what it opened.
"""

import io
import logging
import secrets
from base64 import b32encode
from binascii import unhexlify
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

import qrcode
from django.core import signing
from django.db import transaction
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from qrcode.constants import ERROR_CORRECT_L
from qrcode.image.svg import SvgPathImage

from orgtree.models import StaffAccount
from orgtree.models.second_factor import SealedTOTP, sealed
from portal import sealing
from portal.vietnamese.formats import whole

logger = logging.getLogger("orgtree.staff")

SESSION_KEY = "second_factor"
CODE_DIGITS = 6
BACKUP_CODES = 10
BACKUP_DIGITS = 8
BACKUP_LENGTH_STORED = 16  # hex digits of the keyed hash: as many as django-otp's column holds
KEY_BYTES = 20
KEY_OFFERED_FOR = 3600  # seconds


class CodeRefused(Exception):
    """The code is wrong, used already, or came too soon after wrong ones; the sentence says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


WRONG = "Mã chưa đúng. Hãy gõ mã đang hiện trên điện thoại; mã đổi sau mỗi 30 giây và chỉ dùng được một lần."
WRONG_BACKUP = "Mã dự phòng chưa đúng hoặc đã dùng rồi. Mỗi mã chỉ dùng được một lần."
CANNOT_OPEN = "Máy chủ chưa đối chiếu được mã này. Hãy dùng một mã dự phòng và báo quản trị máy chủ."
NOT_A_CODE = "Hãy gõ 6 số trên điện thoại, hoặc 8 số của một mã dự phòng."


# --- a new one ----------------------------------------------------------------------------------------------------------


def new_key() -> str:
    return random_hex(KEY_BYTES)


def offered(key: str, account: StaffAccount) -> str:
    """The key as a page carries it until it is confirmed: a page that is only looked at changes nothing."""
    return signing.dumps(key, salt=_salt(account))


def key_in(carried: str, account: StaffAccount) -> str:
    """The key that `offered` made for this account within the hour; "" for anything else."""
    try:
        return signing.loads(carried, salt=_salt(account), max_age=KEY_OFFERED_FOR)
    except signing.BadSignature:
        return ""


def typed_form(key: str) -> str:
    """The key for those who cannot scan, in groups of four."""
    letters = b32encode(unhexlify(key)).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def drawing(key: str, account: StaffAccount) -> str:
    """The QR that apps read, as SVG."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, image_factory=SvgPathImage, border=2)
    code.add_data(TOTPDevice(user=account, key=key).config_url)
    svg = io.BytesIO()
    code.make_image().save(svg)
    return svg.getvalue().decode().partition("?>")[2].strip()


@transaction.atomic
def turn_on(account: StaffAccount, *, key: str, code: str, at: datetime) -> list[str]:
    """Confirms `key` by a code it makes, in place of any earlier one. Returns the backup codes, readable this once."""
    totp = TOTP(unhexlify(key))
    totp.time = at.timestamp()
    typed = digits_of(code)
    if len(typed) != CODE_DIGITS or not totp.verify(int(typed), tolerance=1):
        raise CodeRefused(WRONG)
    take_off(account)
    SealedTOTP.objects.create(user=account, key=sealed(key, account.pk), last_t=totp.t(), drift=totp.drift)
    account.second_factor_since = at
    account.save(update_fields=["second_factor_since"])
    return new_backup_codes(account)


@transaction.atomic
def new_backup_codes(account: StaffAccount) -> list[str]:
    """Ten codes in place of those there were; only keyed hashes are stored."""
    _lock(account)
    device, _ = StaticDevice.objects.get_or_create(user=account)
    device.token_set.all().delete()
    drawn: set[str] = set()
    while len(drawn) < BACKUP_CODES:
        drawn.add(f"{secrets.randbelow(10**BACKUP_DIGITS):0{BACKUP_DIGITS}}")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_stored(code, account)) for code in drawn)
    return [f"{code[:4]}-{code[4:]}" for code in sorted(drawn)]


def backup_codes_left(account: StaffAccount) -> int:
    return StaticToken.objects.filter(device__user=account).count()


@transaction.atomic
def take_off(account: StaffAccount) -> None:
    _lock(account)
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.filter(user=account).delete()
    account.second_factor_since = None
    account.save(update_fields=["second_factor_since"])


# --- a code given ---------------------------------------------------------------------------------------------------------


def check(account: StaffAccount, code: str, *, at: datetime) -> None:
    """Uses up `code`, from the phone or from paper. Raises CodeRefused; what was guessed wrong is kept."""
    typed = digits_of(code)
    if len(typed) not in {CODE_DIGITS, BACKUP_DIGITS}:
        raise CodeRefused(NOT_A_CODE)
    kind, given, refusal = (
        (SealedTOTP, typed, WRONG)
        if len(typed) == CODE_DIGITS
        else (StaticDevice, _stored(typed, account), WRONG_BACKUP)
    )
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=account, confirmed=True).first()
        wait = _seconds_to_wait(device, at=at) if device else 0
        try:
            is_right = device is not None and not wait and device.verify_token(given)
        except sealing.CannotOpen:
            logger.error("the second factor of account %s opens with no key of FIELD_KEYS", account.pk)
            raise CodeRefused(CANNOT_OPEN) from None
    if wait:
        raise CodeRefused(f"Đã gõ sai nhiều lần. Hãy chờ {_span(wait)} rồi gõ lại.")
    if not is_right:
        raise CodeRefused(refusal)


def remember(session: MutableMapping[str, Any], account: StaffAccount) -> None:
    """Marks the session as one in which the code was given."""
    session[SESSION_KEY] = _moment(account)


def is_given(session: MutableMapping[str, Any], account: StaffAccount) -> bool:
    return account.second_factor_since is not None and session.get(SESSION_KEY) == _moment(account)


def digits_of(code: str) -> str:
    """Without the blanks and hyphens people type between groups; "" when there is more in it than digits."""
    bare = code.replace(" ", "").replace("-", "")
    return bare if bare.isascii() and bare.isdigit() else ""


def _lock(account: StaffAccount) -> None:
    StaffAccount.objects.select_for_update().get(pk=account.pk)


def _salt(account: StaffAccount) -> str:
    return f"second-factor:{account.pk}"


def _stored(code: str, account: StaffAccount) -> str:
    return sealing.lookup_hash(f"backup-code:{account.pk}", code)[:BACKUP_LENGTH_STORED]


def _moment(account: StaffAccount) -> float:
    return account.second_factor_since.timestamp() if account.second_factor_since else 0


def _seconds_to_wait(device: Device, *, at: datetime) -> int:
    is_allowed, told = device.verify_is_allowed()
    return 0 if is_allowed or not told else max(1, int((told["locked_until"] - at).total_seconds()) + 1)


def _span(seconds: int) -> str:
    return f"{whole(seconds)} giây" if seconds < 120 else f"{whole(-(-seconds // 60))} phút"
