"""What may stand in a log: no private link, no code, no phone, no identity number, no posted text."""

import logging
import re
import traceback
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from portal.vietnamese.days import VIETNAM

PRIVATE_PATH = re.compile(r"/(nhap|bien-nhan|ho-so|xac-nhan)[/\s]+[^/\s?\"']+?(?=\.png|[/\s?\"']|\Z)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NUMBER = re.compile(r"(?<![0-9])[+]?[0-9](?:[ .-]?[0-9]){8,}(?![0-9])")


def masked(text: str) -> str:
    """`text` without private links and without runs of nine digits and more (phones, identity numbers, codes)."""
    return NUMBER.sub("#", PRIVATE_PATH.sub(r"/\1/…", text))


class MaskingFilter(logging.Filter):
    """Masks the finished message, so that an argument cannot slip by, and keeps it on its line: a path may hold %0A."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = CONTROL.sub(" ", masked(record.getMessage()))
        record.args = None
        return True


class LineFormatter(logging.Formatter):
    """One line an event: moment, level, logger, message; a traceback follows it, masked too."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, VIETNAM).isoformat(timespec="milliseconds")
        line = f"{moment} {record.levelname} {record.name} {record.getMessage()}"
        if record.exc_info:
            # The values of a failing statement stand in the exception's text: the trace names places only.
            frames = "".join(traceback.format_tb(record.exc_info[2]))
            kind = record.exc_info[0].__name__ if record.exc_info[0] else ""
            line += f"\n{masked(frames)}{kind}"
        return line


class NoPostFilter(SafeExceptionReporterFilter):
    """Error reports never carry what a person posted."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        return []
