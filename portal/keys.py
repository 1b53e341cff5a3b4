"""The portal's secrets: from the environment, or, on a machine that only serves itself, a file under DATA_DIR.

A public portal must be given its keys: one that made its own would lose every encrypted number with its disk.
"""

import base64
import binascii
import os
import secrets
from itertools import count
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
LEAST_DISTINCT = 12
NAMES = ("SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY")


def read_keys(environment: dict[str, str], data_dir: Path, *, may_make: bool) -> dict[str, str]:
    """The three secrets as text; what the environment lacks comes from `data_dir/keys.env`, made there once."""
    told = given(environment)
    missing = [name for name in NAMES if name not in told]
    if not missing:
        return told
    if not may_make:
        raise ImproperlyConfigured(f"{missing[0]}: a portal with a public SITE_URL must be given this value.")
    return _kept_keys(data_dir / "keys.env") | told


def given(environment: dict[str, str]) -> dict[str, str]:
    """What stands before anything in a file."""
    return {name: environment[name] for name in NAMES if environment.get(name)}


def kept_file(environment: dict[str, str], data_dir: Path) -> Path | None:
    """The file of keys that the portal made itself, where it lives by any of them."""
    path = data_dir / "keys.env"
    return path if path.exists() and any(not environment.get(name) for name in NAMES) else None


def parsed(text: str) -> dict[str, str]:
    """What a file of keys says."""
    told = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    for name in NAMES:
        if not told.get(name):
            raise ImproperlyConfigured(f"{name}: missing from keys.env, which the portal made itself.")
    return told


def decode_keys(name: str, text: str) -> list[bytes]:
    """Several, with commas between them."""
    return [decode_key(name, part) for part in text.split(",")]


def decode_key(name: str, text: str) -> bytes:
    """32 bytes from base64; names the variable when it holds anything else."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name}: expected {KEY_BYTES} bytes in base64.")
    return key


def refuse_guessable(secret_key: str, field_keys: list[bytes], lookup_key: bytes) -> None:
    """Stops the start of a public portal whose secrets somebody typed or repeated. 32 random bytes hold fewer than
    `LEAST_DISTINCT` different ones less often than once in 10^20."""
    for name, kept in (("FIELD_KEYS", field_keys), ("LOOKUP_KEY", [lookup_key])):
        if any(len(set(key)) < LEAST_DISTINCT for key in kept):
            raise ImproperlyConfigured(f"{name}: expected random bytes.")
    if len(set(secret_key)) < LEAST_DISTINCT or secret_key.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY: expected random characters.")


def _kept_keys(path: Path) -> dict[str, str]:
    if not path.exists():
        _make(path)
    return parsed(path.read_text(encoding="ascii"))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "LOOKUP_KEY": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
    unfinished = _written(path, "".join(f"{name}={value}\n" for name, value in made.items()))
    try:
        os.link(unfinished, path)  # of two processes that start at once, the first one's keys stay
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def replace(path: Path, text: str, *, aside: str) -> bool:
    """`text` becomes the file of keys at `path`; what stood there is kept beside it under the ending `aside`, since rows of its
    time open with nothing else. False where it said just that."""
    if path.exists():
        stood = path.read_text(encoding="ascii")
        if stood == text:
            return False
        _keep_aside(path, stood, aside)
    os.replace(_written(path, text), path)
    return True


def _keep_aside(path: Path, text: str, aside: str) -> None:
    """Beside what earlier runs kept under this ending, which may be other keys."""
    for number in count(1):
        kept = path.with_name(f"{path.name}.{aside}{f'-{number}' if number > 1 else ''}")
        try:
            os.link(path, kept)
            return
        except FileExistsError:
            if kept.read_text(encoding="ascii") == text:  # of a run that did not come to its end
                return


def _written(path: Path, text: str) -> Path:
    """A finished file beside `path`, for its owner alone."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return unfinished
