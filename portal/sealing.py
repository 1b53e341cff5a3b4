"""Sealing what must not be read from a stolen database: AES-GCM bound to its row, and keyed hashes to look things up.

The first of FIELD_KEYS seals; all of them open. A value that does not open raises: it never comes back as ciphertext.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
KEY_NAME_CHARACTERS = 8


class CannotOpen(Exception):
    """The value was sealed for another row or with a key we no longer have."""


def seal(text: str, *, row: str) -> str:
    """`text` sealed for `row` (a name that never changes, such as "draft:<hash>"), as ASCII "<key>.<base64>"."""
    return seal_bytes(text.encode(), row=row)


def seal_bytes(content: bytes, *, row: str) -> str:
    key = settings.FIELD_KEYS[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, content, row.encode())
    return f"{key_name(key)}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def open_sealed(sealed: str, *, row: str) -> str:
    """The text again. Raises CannotOpen for another row, a lost key or a changed value."""
    return open_bytes(sealed, row=row).decode()


def open_bytes(sealed: str, *, row: str) -> bytes:
    """As `open_sealed`."""
    name, _, encoded = sealed.partition(".")
    for key in settings.FIELD_KEYS:
        if key_name(key) == name:
            try:
                raw = base64.urlsafe_b64decode(encoded)
                return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], row.encode())
            except (InvalidTag, ValueError):
                break
    raise CannotOpen(row.partition(":")[0])


def resealed(sealed: str, *, row: str) -> str:
    """The same with the first key; itself where that sealed it. Raises CannotOpen."""
    if sealed.startswith(f"{key_name(settings.FIELD_KEYS[0])}."):
        return sealed
    return seal_bytes(open_bytes(sealed, row=row), row=row)


def lookup_hash(kind: str, text: str) -> str:
    """A keyed hash (64 hex digits) by which `text` of one kind ("phone", "identity") is found and never read back."""
    return hmac.new(settings.LOOKUP_KEY, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def keyed_hash(kind: str, text: str) -> str:
    """What nobody can make who can write in the database alone; 64 hex digits."""
    return hmac.digest(settings.LOOKUP_KEY, f"{kind}:{text}".encode(), "sha256").hex()


def key_name(key: bytes) -> str:
    """What stands before the point of everything sealed with `key`; says nothing of it."""
    return hashlib.sha256(key).hexdigest()[:KEY_NAME_CHARACTERS]
