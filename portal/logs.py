"""What may stand in a log: no private link, no code, no phone, no identity number, no posted text."""

import errno
import json
import logging
import re
import traceback
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from portal.requests import current_id
from portal.vietnamese.days import VIETNAM

# Also where somebody or something on the way wrote it otherwise: /nhap/./Zk3/, /nhap;x/Zk3/.
PRIVATE_PATH = re.compile(
    r"/(nhap|bien-nhan|ho-so|xac-nhan|da-nhan)(?:[;,:][^/\s?\"']*)?[/\s]+(?:\.{1,2}[/\s]+)*"
    r"[^/\s?\"']+?(?=\.png|[/\s?\"']|\Z)",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NUMBER = re.compile(
    r"(?<![0-9])[+]?[0-9](?:[ .-]?[0-9]){8,}(?![0-9])"
    r"|(?<![0-9])0[0-9]{2,4}(?:/[0-9]{2,4}){2,3}(?![0-9])"  # 0912/345/678; a day begins with two digits
)


def masked(text: str) -> str:
    """`text` without private links and without runs of nine digits and more (phones, identity numbers, codes)."""
    return NUMBER.sub("#", PRIVATE_PATH.sub(r"/\1/…", text))


class MaskingFilter(logging.Filter):
    """Masks the finished message and what is told beside it, so that an argument cannot slip by, and keeps it on its line:
    a path may hold %0A."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = CONTROL.sub(" ", masked(record.getMessage()))
        record.args = None
        told = getattr(record, "told", None)
        if told:
            kept = {
                name: CONTROL.sub(" ", masked(each)) if isinstance(each, str) else each for name, each in told.items()
            }
            record.told = kept
        return True


class LineFormatter(logging.Formatter):
    """An event is one line of JSON: `at`, `level`, `logger`, `request` (the id that its error page and its answer bear),
    `message`; of the access log `method`, `path`, `status`, `ms`, `waited_ms`, `bytes`; of an error `kind`, `why` and `frames`.

    ASCII alone, so that nothing in it ends a line or cannot be written.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, VIETNAM).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        request = current_id.get()
        if request:
            line["request"] = request
        line["message"] = record.getMessage()
        line |= getattr(record, "told", None) or {}
        if record.exc_info and record.exc_info[0]:
            # The values of a failing statement stand in the exception's text: kind and places only.
            line["kind"] = record.exc_info[0].__name__
            if why := _why(record.exc_info[1]):
                line["why"] = why
            places = traceback.extract_tb(record.exc_info[2])
            line["frames"] = [masked(f"{each.filename}:{each.lineno} {each.name}") for each in places]
        return json.dumps(line, default=str)


def _why(failure: BaseException | None) -> str:
    """By names alone, in which nothing of a person can stand: DiskFull, LockNotAvailable, what the driver of the database raised;
    ENOSPC, of the system. "" where there is no more to say."""
    if isinstance(failure, OSError):
        return errno.errorcode.get(failure.errno or 0, "")
    return type(failure.__cause__).__name__ if failure is not None and failure.__cause__ is not None else ""


class NoPostFilter(SafeExceptionReporterFilter):
    """Error reports never carry what a person posted."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        return []
