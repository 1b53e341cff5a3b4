"""`manage.py serve` answers, and leaves nothing running behind it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds; a busy machine starts slowly


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a machine on its own, with a folder of its own."""
    return {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "portal.settings"}


def test_a_port_that_is_taken_is_refused_in_one_sentence(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = subprocess.run(command(port), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert f"Số cổng {port} đang có chương trình khác dùng" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["--port", "99999"], "Số cổng 99999 không có", id="no-such-port"),
        pytest.param(["--port", "0", "--host", "203.0.113.9"], "không nghe được ở 203.0.113.9", id="not-our-address"),
    ],
)
def test_a_place_that_cannot_be_had_is_refused_in_one_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("serve", *arguments, "--try-port")


def test_a_free_port_is_only_tried() -> None:
    call_command("serve", "--port", str(_free_port()), "--try-port")


def test_the_server_answers_and_ends_with_its_worker(environment: dict[str, str]) -> None:
    port = _free_port()
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command(port), cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        assert _answer(f"http://127.0.0.1:{port}/healthz", server) == b'{"up": true}'
        workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
    finally:
        server.kill()

    assert len(workers) == 1
    assert not Path(f"/proc/{workers[0]}").exists()


def command(port: int) -> list[str]:
    return [sys.executable, "manage.py", "serve", "--port", str(port)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answer(address: str, server: "subprocess.Popen[bytes]") -> bytes:
    for _ in range(PATIENCE * 10):
        assert server.poll() is None
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")
