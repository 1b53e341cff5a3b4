"""What no browser sends, on the wire, to the server that `manage.py serve` starts: it is answered or hung up on.

What is no HTTP the server refuses by itself, in a bare line of its own; whatever reaches us gets a page of ours.
"""

import random
import socket
from collections.abc import Iterator
from threading import Thread

import pytest
from waitress.server import create_server

from initiatives.management.commands.serve import MAX_BODY_BYTES
from portal.wsgi import application
from tests.factories import make_tree

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
POST = b"POST /tra-cuu/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
MULTIPART = b"Content-Type: multipart/form-data; boundary=ranh\r\n"
PART = b'--ranh\r\nContent-Disposition: form-data; name="code"; filename="a"\r\n'

LINES = {
    "nothing": b"\r\n\r\n",
    "bytes": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 200 + b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a version of its own": b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "absolute form": b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: evil.vn\r\nConnection: close\r\n\r\n",
    "absolute form elsewhere": b"GET http://evil.vn/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "absolute form garbled": b"GET http://[::1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "connect": b"CONNECT evil.vn:443 HTTP/1.1\r\nHost: evil.vn\r\nConnection: close\r\n\r\n",
    "star": b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "invalid percents": b"GET /%zz/%/%f?q=%zz%&%=% HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "not utf-8": b"GET /\xff\xfe?\xff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "a NUL": b"GET /a\0b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "a line feed alone": b"GET / HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n",
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": FIRST + b"Host: evil.vn\r\n\r\n",
    "a host of bytes": b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n",
    "a folded header": FIRST + b"X-A: b\r\n c\r\n\r\n",
    "a header without a colon": FIRST + b"xyz\r\n\r\n",
    "a space before the colon": FIRST + b"X-A : b\r\n\r\n",
    "an underscore": FIRST + b"X_Request_Elapsed: 1\r\n\r\n",
    "a huge header": FIRST + b"X-A: " + b"q" * 300_000 + b"\r\n\r\n",
    "many headers": FIRST + b"".join(b"X-%d: q\r\n" % number for number in range(9_000)) + b"\r\n",
    "a long address": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "a length that is none": POST + FORM + b"Content-Length: x\r\n\r\ncode=1",
    "a negative length": POST + FORM + b"Content-Length: -6\r\n\r\ncode=1",
    "a length with a plus": POST + FORM + b"Content-Length: +6\r\n\r\ncode=1",
    "two lengths": POST + FORM + b"Content-Length: 6\r\nContent-Length: 9\r\n\r\ncode=1",
    "too short a length": POST + FORM + b"Content-Length: 2\r\n\r\ncode=1&phone=2",
    "too long a length": POST + FORM + b"Content-Length: 999\r\n\r\ncode=1",
    "a length beyond all": POST + FORM + b"Content-Length: 99999999999999999999\r\n\r\ncode=1",
    "a length and chunks": POST + FORM + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\ncode=1",
    "chunks": POST + FORM + b"Transfer-Encoding: chunked\r\n\r\n6\r\ncode=1\r\n0\r\n\r\n",
    "a chunk that is none": POST + FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\ncode=1\r\n0\r\n\r\n",
    "a chunk cut short": POST + FORM + b"Transfer-Encoding: chunked\r\n\r\nff\r\ncode=1",
    "a huge chunk": POST + FORM + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\ncode=1",
    "chunks packed": POST + FORM + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a multipart without end": POST + MULTIPART + b"Content-Length: %d\r\n\r\n" % len(PART) + PART,
    "a multipart without boundary": POST + b"Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nxyz",
    "a part with headers without end": POST
    + MULTIPART
    + b"Content-Length: 20008\r\n\r\n"
    + b"--ranh\r\n"
    + b"q" * 20_000,
    "expecting": POST + FORM + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\ncode=1",
    "expecting something else": POST + FORM + b"Expect: xyz\r\nContent-Length: 6\r\n\r\ncode=1",
    "an upgrade": FIRST.replace(b"close", b"Upgrade") + b"Upgrade: h2c\r\n\r\n",
    "one behind the other": FIRST.replace(b"Connection: close\r\n", b"") + b"\r\n" + FIRST + b"\r\n",
}
# What reaches us all the same, and is answered by a page.
HTTP = {"absolute form", "invalid percents", "chunks", "too short a length", "an upgrade"}
# Said by the server of what it does not do, in the words of HTTP.
TOLD = {501, 505}


@pytest.fixture
def port() -> Iterator[int]:
    make_tree()
    server = create_server(
        application, host="127.0.0.1", port=0, threads=2, max_request_body_size=MAX_BODY_BYTES, ident=None
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(10)


def sent(port: int, lines: bytes) -> bytes:
    """What came back until the server hung up; our side says that nothing more comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        answer = b""
        try:
            line.sendall(lines)
            line.shutdown(socket.SHUT_WR)
            while part := line.recv(65_536):
                answer += part
        except (ConnectionError, BrokenPipeError):
            pass
        return answer


def faults_in(answer: bytes) -> list[str]:
    """Of all answers on the line, the first counts: what follows may belong to a body."""
    if not answer:
        return []
    head = answer.partition(b"\r\n")[0]
    status = int(head.split()[1])
    faults = [f"status {status}"] if status >= 500 and status not in TOLD else []
    faults += ["a traceback is shown"] if b"Traceback" in answer else []
    is_ours = b"<html" in answer
    return faults + (["no page of ours"] if is_ours and b'<html lang="vi"' not in answer else [])


def test_what_is_no_request_is_refused_and_the_next_one_is_served(port: int) -> None:
    answers = {name: sent(port, lines) for name, lines in LINES.items()}

    found = {name: faults_in(answer) for name, answer in answers.items()}
    assert {name for name in HTTP if b'<html lang="vi"' not in answers[name]} == set()
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert b"HTTP/1.1 200" in sent(port, FIRST + b"\r\n")


def test_requests_with_bytes_changed_on_their_way(port: int) -> None:
    """Each line of the table with some bytes put in, taken out or doubled; always the same ones."""
    drawn, found = random.Random(9), []
    short = [lines for lines in LINES.values() if len(lines) < 2_000]

    for place in range(120):
        lines = bytearray(drawn.choice(short))
        for _ in range(drawn.randrange(1, 5)):
            where = drawn.randrange(len(lines))
            lines[where : where + drawn.randrange(3)] = drawn.randbytes(drawn.randrange(3))
        faults = faults_in(sent(port, bytes(lines)))
        found += [(place, bytes(lines)[:200], faults)] if faults else []

    assert found == []
    assert b"HTTP/1.1 200" in sent(port, FIRST + b"\r\n")
