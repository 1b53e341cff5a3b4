"""What several processes share in Redis or Valkey; and the portal without it, when it stops in the middle."""

import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError

from initiatives.models import Campaign
from initiatives.progress import tally
from portal import kept_pages, services, shared_cache
from portal.circuits import Circuit
from portal.shared_cache import SharedCache
from tests.submission.worker import YEAR_2021

SERVER = next((path for path in map(shutil.which, ("redis-server", "valkey-server")) if path), None)
REDIS = "django.core.cache.backends.redis.RedisCache"
ROOT = Path(__file__).parents[2]


class Server:
    """A server on a free port that can be killed and started again, with nothing in it."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        assert SERVER
        asked = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([SERVER, *asked], stdout=subprocess.PIPE)
        assert self.process.stdout
        for line in self.process.stdout:
            if b"eady to accept connections" in line:
                return

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


@pytest.fixture
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started."""
    monkeypatch.setattr(shared_cache, "_circuit", Circuit(failures=1, rest=shared_cache.RESTS))
    monkeypatch.setattr(shared_cache, "_owed", {})
    kept_pages._here.clear()


@pytest.fixture
def server(settings: Any, _fresh: None) -> Iterator[Server]:
    """The cache of the portal, running."""
    if SERVER is None:
        pytest.skip("neither redis-server nor valkey-server on this machine")
    server = Server()
    server.start()
    settings.CACHES = {"default": services.cache({"BACKEND": REDIS, "LOCATION": server.url})}
    try:
        yield server
    finally:
        caches.close_all()
        server.kill()


@pytest.fixture
def down(settings: Any, _fresh: None) -> None:
    """A cache at an address where nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.CACHES = {"default": services.cache({"BACKEND": REDIS, "LOCATION": f"redis://127.0.0.1:{port}/0"})}


def rested() -> None:
    shared_cache._circuit._rests_until = 0.0


def test_a_second_process_sees_what_the_first_keeps(server: Server) -> None:
    cache.set("edition", "một", timeout=None)
    script = """
        import sys
        from django.conf import settings
        settings.configure()
        from portal import services
        from portal.shared_cache import SharedCache
        made = services.cache({"BACKEND": "%s", "LOCATION": sys.argv[1]})
        other = SharedCache(made["LOCATION"], {"OPTIONS": made["OPTIONS"]})
        print(other.get("edition"), other.incr("count"), other.add("edition", "hai"))
        other.set("edition", "ba", timeout=None)
    """
    cache.set("count", 1)

    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script % REDIS), server.url],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert told.stdout == "một 2 False\n"
    assert (cache.get("edition"), cache.get("count")) == ("ba", 2)


ASKED: dict[str, tuple[Callable[[], Any], Any]] = {
    "get": (lambda: cache.get("a", "mặc định"), "mặc định"),
    "get_many": (lambda: cache.get_many(["a", "b"]), {}),
    "get_or_set": (lambda: cache.get_or_set("a", 3), 3),
    "has_key": (lambda: cache.has_key("a"), False),
    "add": (lambda: cache.add("a", 1), True),
    "set": (lambda: cache.set("a", 1), None),
    "set_many": (lambda: cache.set_many({"a": 1}), ["a"]),
    "touch": (lambda: cache.touch("a"), False),
    "delete": (lambda: cache.delete("a"), False),
    "delete_many": (lambda: cache.delete_many(["a"]), None),
    "clear": (lambda: cache.clear(), False),
}


@pytest.mark.parametrize(("ask", "answer"), ASKED.values(), ids=ASKED)
def test_a_cache_that_is_down_keeps_nothing_and_raises_nothing(down: None, ask: Callable[[], Any], answer: Any) -> None:
    for _ in range(2):
        assert ask() == answer


def test_there_is_nothing_to_add_to_in_a_cache_that_is_down(down: None) -> None:
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_every_method_of_a_cache_has_its_case() -> None:
    own = {name for name, value in vars(SharedCache).items() if callable(value) and not name.startswith("_")}

    assert own <= ASKED.keys() | {"incr"}


def test_one_that_failed_is_left_alone_for_a_while(down: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def silent(self: object) -> None:
        tried.append(self)
        raise TimeoutError

    monkeypatch.setattr("redis.connection.Connection._connect", silent)

    for _ in range(5):
        cache.get("a")
    assert len(tried) == 1
    rested()
    cache.get("a")

    assert len(tried) == 2


def test_nobody_waits_longer_than_a_fifth_of_a_second() -> None:
    options = services.cache({"BACKEND": REDIS, "LOCATION": "redis://127.0.0.1:6379/0"})["OPTIONS"]

    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (0.2, 0.2)
    assert (options["retry"]._retries, options["retry"]._supported_errors) == (1, (ConnectionError,))


@pytest.mark.django_db
def test_pages_go_on_when_the_cache_stops_in_the_middle(
    server: Server, campaigns: dict[str, Campaign], at: Callable[[str], datetime]
) -> None:
    for each in campaigns.values():
        tally.refresh(each, at=at("2021-04-10 09:00:00"))
    address = f"/{YEAR_2021}/"

    def asked() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as found:
            answer = Client().get(address)
        assert answer.status_code == 200
        return answer.content.decode(), len(found)

    asked()
    kept, statements = asked()
    assert statements == 0

    server.kill()
    assert asked()[0] == kept
    assert asked() == (kept, 0), "a process keeps its own while nobody answers"
    campaign = campaigns[YEAR_2021]
    campaign.name = "Chương trình đổi tên"
    campaign.save()
    assert campaign.name in asked()[0], "what this process changed is not told as it was"
    assert asked()[1] == 0
    at("2021-04-10 09:00:10")
    assert asked()[1] > 0, "ten seconds at most"

    server.start()
    rested()
    assert campaign.name in asked()[0]
    assert asked()[1] == 0


def test_what_was_to_be_kept_for_good_meanwhile_is_kept_afterwards(server: Server) -> None:
    cache.set("edition", "cũ", timeout=None)
    cache.set("page", "cũ", timeout=60)
    server.kill()
    cache.set("edition", "mới", timeout=None)
    cache.set("page", "mới", timeout=60)
    server.start()
    rested()

    assert cache.get_many(["edition", "page"]) == {"edition": "mới"}
    assert shared_cache._owed == {}


def test_what_another_process_wrote_since_is_not_overwritten_by_what_is_paid_twice(server: Server) -> None:
    server.kill()
    cache.set("edition", "của ta", timeout=None)
    server.start()
    rested()
    cache.get("edition")

    cache.set("edition", "của người khác", timeout=None)

    assert cache.get("edition") == "của người khác"
