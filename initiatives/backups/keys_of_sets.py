"""The portal's keys of the time of a set: with them its rows are read and compared, and go on living.

A sealed set brings those that the portal had made itself; all others are the operator's to set (deploy/BACKUP.md). What an open
set says it brings is not believed: anybody may have written it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from initiatives.backups.parts import key_name
from initiatives.backups.saving import KEYS
from initiatives.backups.sets import Manifest, Set
from portal import keys


@contextmanager
def in_use(chosen: Set, manifest: Manifest) -> Iterator[None]:
    """While it is open, the portal works with the keys that the set brings along; for a command that is alone in its process."""
    kept = settings.FIELD_KEYS, settings.LOOKUP_KEY
    if _brings_keys(manifest):
        field_keys, lookup_key = _decoded(keys.parsed(_text(chosen, manifest)))
        # Where the names differ, the portal of that time had them from its environment.
        if [key_name(each) for each in field_keys] == manifest.field_keys:
            settings.FIELD_KEYS = field_keys
        if key_name(lookup_key) == manifest.lookup_key:
            settings.LOOKUP_KEY = lookup_key
    try:
        yield
    finally:
        settings.FIELD_KEYS, settings.LOOKUP_KEY = kept


def put_back(chosen: Set, manifest: Manifest, *, only_look: bool) -> Iterator[str]:
    """Puts back the keys that the portal had made itself, and says which ones will be lacking then."""
    field_keys, lookup_key = settings.FIELD_KEYS, settings.LOOKUP_KEY
    kept = keys.kept_file(dict(os.environ), Path(settings.DATA_DIR)) if _brings_keys(manifest) else None
    if kept:
        text = _text(chosen, manifest)
        if not only_look and keys.replace(kept, text, aside=f"truoc-{manifest.name}"):
            yield "Khóa của cổng đã được khôi phục cùng dữ liệu. Hãy khởi động lại cổng để dùng khóa ấy."
        # As the next start reads them.
        field_keys, lookup_key = _decoded(keys.parsed(text) | keys.given(dict(os.environ)))
    here = {key_name(each) for each in field_keys}
    lacking = [each for each in manifest.field_keys if each not in here]
    if lacking:
        yield (
            f"FIELD_KEYS đang đặt không có khóa {', '.join(lacking)} của bản sao lưu: số CCCD đã mã hóa sẽ không đọc được "
            "cho đến khi đặt lại đúng khóa."
        )
    if manifest.lookup_key != key_name(lookup_key):
        yield (
            f"LOOKUP_KEY đang đặt không phải khóa {manifest.lookup_key} của bản sao lưu: tra cứu bằng số điện thoại sẽ "
            "không được, lịch sử sẽ bị báo là đã bị sửa, cho đến khi đặt lại đúng khóa."
        )


def _brings_keys(manifest: Manifest) -> bool:
    return manifest.has_keys and bool(manifest.key)


def _decoded(told: dict[str, str]) -> tuple[list[bytes], bytes]:
    return keys.decode_keys("FIELD_KEYS", told["FIELD_KEYS"]), keys.decode_key("LOOKUP_KEY", told["LOOKUP_KEY"])


def _text(chosen: Set, manifest: Manifest) -> str:
    return b"".join(chosen.reader(KEYS, manifest)).decode("ascii")
