"""ClamAV over its socket (`CLAMAV_SOCKET`): whether bytes that are to be kept hold malware.

The protocol is clamd's INSTREAM, thirty lines; the clients on the package index have not been kept since 2014. A scanner that
does not answer never costs a document: it is kept unscanned, and the worker asks again (`scans.py`).
"""

import logging
import socket
import struct
from contextlib import suppress
from typing import IO

from django.conf import settings

from portal.circuits import Circuit

# The socket's own time-outs; a document of ten megabytes takes clamd under a second.
CONNECTS_WITHIN, ANSWERS_WITHIN = 1.0, 8.0
PONG_WITHIN = 2.0  # seconds: a page of the admin waits for it
FAILURES, RESTS = 2, 15.0  # seconds
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
LONGEST_NAME = 120

_circuit = Circuit(failures=FAILURES, rest=RESTS)
logger = logging.getLogger("initiatives.files")


class ScannerUnavailable(OSError):
    """It does not answer, or answers that it cannot: the same bytes may be scanned in a moment."""


class NotJudged(ScannerUnavailable):
    """It answers, and of these bytes that it cannot say: too large for its settings, too deep. Others it may well judge."""


def is_configured() -> bool:
    return settings.CLAMAV_SOCKET is not None


def malware_in(content: IO[bytes]) -> str:
    """The name of what the scanner found in `content`, "" for nothing. Raises ScannerUnavailable, NotJudged among them."""
    if not _circuit.may_ask():
        raise ScannerUnavailable
    content.seek(0)
    try:
        answer = _answer_to(content)
        found = _read(answer)
    except NotJudged:
        _circuit.worked()
        raise
    except OSError as failure:
        if _circuit.failed():
            logger.error("the antivirus is not asked for %s s: %s", RESTS, type(failure).__name__)
        raise ScannerUnavailable from None
    _circuit.worked()
    return found


def answers() -> bool:
    """Whether it is there (PING), asked anew each time."""
    try:
        with _connected() as scanner:
            scanner.settimeout(PONG_WITHIN)
            scanner.sendall(b"zPING\0")
            return _heard(scanner) == "PONG"
    except OSError:
        return False


def is_resting() -> bool:
    """Whether it failed a moment ago, so that nobody asks it."""
    return _circuit.is_resting


def _answer_to(content: IO[bytes]) -> str:
    with _connected() as scanner:
        # It closes on bytes that are too many for it, and says so before.
        with suppress(BrokenPipeError, ConnectionResetError):
            scanner.sendall(b"zINSTREAM\0")
            while chunk := content.read(CHUNK):
                scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
            scanner.sendall(struct.pack("!L", 0))
        return _heard(scanner)


def _read(answer: str) -> str:
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer[len("stream: ") : -len(" FOUND")].strip()[:LONGEST_NAME] or "?"
    raise NotJudged if answer.endswith(" ERROR") else ScannerUnavailable


def _connected() -> socket.socket:
    address = settings.CLAMAV_SOCKET
    if isinstance(address, str):
        scanner = socket.socket(socket.AF_UNIX)
        try:
            scanner.settimeout(CONNECTS_WITHIN)
            scanner.connect(address)
        except BaseException:
            scanner.close()
            raise
    else:
        scanner = socket.create_connection(address, timeout=CONNECTS_WITHIN)
    scanner.settimeout(ANSWERS_WITHIN)
    return scanner


def _heard(scanner: socket.socket) -> str:
    """One answer, up to its NUL or its end."""
    heard = b""
    while b"\0" not in heard and len(heard) < LONGEST_ANSWER:
        part = scanner.recv(1024)
        if not part:
            break
        heard += part
    return heard.partition(b"\0")[0].decode("utf-8", "replace").strip()
