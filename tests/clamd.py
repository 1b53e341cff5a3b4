"""A scanner that speaks clamd's INSTREAM as its manual tells, on a socket of this machine; for tests."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# What every scanner takes for malware though it is none (eicar.org); in two parts, so that no scanner takes this file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar-Signature"


@dataclass
class Clamd:
    """`most` is its StreamMaxLength; `says` replaces its answer; `scanned` holds what it was given."""

    address: str | tuple[str, int]
    most: int = 25 * 1024 * 1024
    says: bytes | None = None
    scanned: list[bytes] = field(default_factory=list)


class _Told(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        clamd: Clamd = self.server.clamd  # type: ignore[attr-defined]
        stream = self.request.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            part = stream.read(1)
            if not part:
                return
            command += part
        if command == b"zPING\0":
            self.request.sendall(b"PONG\0")
            return
        given = b""
        while (length := struct.unpack("!L", stream.read(4))[0]) != 0:
            given += stream.read(length)
            if len(given) > clamd.most:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        clamd.scanned.append(given)
        answer = f"stream: {NAME} FOUND\0".encode() if EICAR in given else b"stream: OK\0"
        self.request.sendall(answer if clamd.says is None else clamd.says)


class _OnAPath(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class _OnAPort(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def clamd(folder: Path | None = None) -> Iterator[Clamd]:
    """On a socket in `folder`; without one, on a free port."""
    server: socketserver.BaseServer
    if folder is None:
        server = _OnAPort(("127.0.0.1", 0), _Told)
        address: str | tuple[str, int] = ("127.0.0.1", server.server_address[1])
    else:
        address = str(folder / "clamd.ctl")
        server = _OnAPath(address, _Told)
    server.clamd = Clamd(address)  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield server.clamd  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def silent() -> socket.socket:
    """Takes connections and never answers; close it."""
    return socket.create_server(("127.0.0.1", 0))
