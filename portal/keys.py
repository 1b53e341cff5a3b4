"""The portal's secrets: from the environment, or, on a machine that only serves itself, a file under DATA_DIR.

A public portal must be given its keys: one that made its own would lose every encrypted number with its disk.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NAMES = ("SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY")


def read_keys(environment: dict[str, str], data_dir: Path, *, may_make: bool) -> dict[str, str]:
    """The three secrets as text; what the environment lacks comes from `data_dir/keys.env`, made there once."""
    given = {name: environment[name] for name in NAMES if environment.get(name)}
    missing = [name for name in NAMES if name not in given]
    if not missing:
        return given
    if not may_make:
        raise ImproperlyConfigured(f"{missing[0]}: a portal with a public SITE_URL must be given this value.")
    return _kept_keys(data_dir / "keys.env") | given


def decode_key(name: str, text: str) -> bytes:
    """32 bytes from base64; names the variable when it holds anything else."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name}: expected {KEY_BYTES} bytes in base64.")
    return key


def _kept_keys(path: Path) -> dict[str, str]:
    if not path.exists():
        _make(path)
    lines = path.read_text(encoding="ascii").splitlines()
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    for name in NAMES:
        if not kept.get(name):
            raise ImproperlyConfigured(f"{name}: missing from {path.name}, which the portal made itself.")
    return kept


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "LOOKUP_KEY": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
    text = "".join(f"{name}={value}\n" for name, value in made.items())
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # of two processes that start at once, the first one's keys stay
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
