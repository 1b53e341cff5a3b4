"""`manage.py serve`: the portal on this machine alone, with its worker, until it is stopped (`make run`)."""

import errno
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from waitress.utilities import Error

from portal.command_line import PortalCommand
from portal.requests import sends_no_body_to_head

# Waitress reads a whole body before the view starts. What is larger than this it refuses itself (`_refusal`); what is smaller
# gets the portal's own page.
MAX_BODY_BYTES = 256 * 1024 * 1024
SECONDS_TO_STOP = 10
# What people read where the portal itself was not asked: the pages that nginx has for it.
PAGES = settings.BASE_DIR / "deploy"
PAGE_OF = {413: "portal-too-large.html", 500: "portal-down.html"}


class Command(PortalCommand):
    help = "Chạy cổng và tiến trình nền trên máy này."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="địa chỉ nghe")
        parser.add_argument("--port", type=int, default=8000, help="cổng nghe")
        parser.add_argument("--try-port", action="store_true", help="chỉ xem số cổng có nghe được không, rồi thôi")
        parser.add_argument("--without-worker", action="store_true", help="không chạy tiến trình nền")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_a_port_that_cannot_be_had(options["host"], options["port"])
        if options["try_port"]:
            return
        from waitress import create_server

        from portal.wsgi import application

        signal.signal(signal.SIGTERM, _stop)
        server = create_server(
            sends_no_body_to_head(application),
            host=options["host"],
            port=options["port"],
            threads=8,
            connection_limit=1000,
            asyncore_use_poll=True,
            max_request_body_size=MAX_BODY_BYTES,
            channel_timeout=120,
            ident=None,
        )
        Error.to_response = _refusal
        application.queue = server.task_dispatcher.queue  # what waits for one of the threads
        self.stdout.write(f"Cổng:    {settings.SITE_URL}/")
        self.stdout.write(f"Cán bộ:  {settings.SITE_URL}/admin/")
        self.stdout.write("Bấm Ctrl+C để dừng.")
        self.stdout.flush()
        with _worker() if not options["without_worker"] else _nothing():
            try:
                server.run()
            finally:
                server.close()


def _refusal(error: Error, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
    """A body or headers too large, or what is no HTTP. Waitress has a line of English for it, and no option."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'"),
    ]
    page = PAGES / PAGE_OF.get(error.code, "portal-unread.html")
    return f"{error.code} {error.reason}", headers, page.read_bytes()


def _refuse_a_port_that_cannot_be_had(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port left a moment ago is free
        try:
            probe.bind((host, port))
        except OverflowError:
            raise CommandError(f"Số cổng {port} không có. Hãy chọn một số từ 1024 đến 65535.") from None
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Số cổng {port} đang có chương trình khác dùng. Hãy chọn số khác: make run PORT=8001"
                ) from None
            raise CommandError(
                f"Máy này không nghe được ở {host}, số cổng {port}. Hãy chọn địa chỉ hoặc số khác."
            ) from None


@contextmanager
def _worker() -> Iterator[None]:
    """The worker beside the server: it ends with it."""
    worker = subprocess.Popen([sys.executable, sys.argv[0], "worker"])  # noqa: S603 - ourselves
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            worker.kill()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _stop(number: int, frame: Any) -> None:
    raise SystemExit(0)
