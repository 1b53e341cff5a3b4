"""The portal's keys of the time of a set: with them its rows are read and compared, and go on living.

A sealed set brings those that the portal had made itself; all others are the operator's to set (deploy/BACKUP.md).
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
def in_use(chosen: Set, manifest: Manifest) -> Iterator[bool]:
    """While it is open, the portal works with the keys that the set brings along, where it does; for a command that is alone in
    its process. Yields whether what is keyed can be compared: without its LOOKUP_KEY all history looks forged."""
    kept = settings.FIELD_KEYS, settings.LOOKUP_KEY
    if manifest.has_keys:
        brought = keys.parsed(_text(chosen, manifest))
        field_keys = keys.decode_keys("FIELD_KEYS", brought["FIELD_KEYS"])
        lookup_key = keys.decode_key("LOOKUP_KEY", brought["LOOKUP_KEY"])
        if [
            key_name(each) for each in field_keys
        ] == manifest.field_keys:  # else some of them came from the environment
            settings.FIELD_KEYS = field_keys
        if key_name(lookup_key) == manifest.lookup_key:
            settings.LOOKUP_KEY = lookup_key
    try:
        yield key_name(settings.LOOKUP_KEY) == manifest.lookup_key
    finally:
        settings.FIELD_KEYS, settings.LOOKUP_KEY = kept


def put_back(chosen: Set, manifest: Manifest, *, only_look: bool) -> Iterator[str]:
    """Puts back the keys that the portal had made itself, or says which ones are lacking."""
    if manifest.has_keys and not only_look:
        kept = keys.kept_file(dict(os.environ), Path(settings.DATA_DIR))
        if kept:
            if keys.replace(kept, _text(chosen, manifest), aside=f"truoc-{manifest.name}"):
                yield "Khóa của cổng đã được khôi phục cùng dữ liệu. Hãy khởi động lại cổng để dùng khóa ấy."
            return
    here = {key_name(each) for each in settings.FIELD_KEYS}
    lacking = [each for each in manifest.field_keys if each not in here]
    if lacking:
        yield (
            f"FIELD_KEYS đang đặt không có khóa {', '.join(lacking)} của bản sao lưu: số CCCD đã mã hóa sẽ không đọc được "
            "cho đến khi đặt lại đúng khóa."
        )
    if manifest.lookup_key != key_name(settings.LOOKUP_KEY):
        yield (
            f"LOOKUP_KEY đang đặt không phải khóa {manifest.lookup_key} của bản sao lưu: tra cứu bằng số điện thoại sẽ "
            "không được, và lịch sử sẽ bị báo là đã sửa, cho đến khi đặt lại đúng khóa."
        )


def _text(chosen: Set, manifest: Manifest) -> str:
    return b"".join(chosen.reader(KEYS, manifest)).decode("ascii")
