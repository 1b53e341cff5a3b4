"""A factory behind one address is never refused; a script is slowed to a trickle, and nobody is shut out."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import Campaign, Draft
from initiatives.submission import limits
from portal.refusals import TooMuchAtOnce
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, person

Clock = Callable[[str | datetime], datetime]

ADDRESS, ANOTHER = "203.0.113.7", "203.0.113.8"
MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    caches["limits"].clear()
    yield
    caches["limits"].clear()


@pytest.fixture
def small(settings: Any) -> None:
    """Room for three drafts and three megabytes, and one a minute beyond."""
    settings.LIMIT_UNFINISHED_DRAFTS = 3
    settings.LIMIT_DRAFTS_A_MINUTE = 1
    settings.LIMIT_DOCUMENT_BYTES = 3 * MEGABYTE
    settings.LIMIT_DOCUMENTS_A_MINUTE = 1


def begin(draft: str, *, at: datetime, network: str = ADDRESS) -> int:
    """0 where the draft was begun; else the seconds to wait."""
    try:
        limits.admit_draft(network, at=at)
    except TooMuchAtOnce as refused:
        return refused.wait_seconds
    limits.draft_was_begun(draft, network, at=at)
    return 0


def bring(size: int, *, at: datetime, network: str = ADDRESS) -> int:
    try:
        limits.admit_document(network, at=at)
    except TooMuchAtOnce as refused:
        return refused.wait_seconds
    limits.document_was_kept(network, size, at=at)
    return 0


# --- a factory ------------------------------------------------------------------------------------------------------


def test_a_factory_at_shift_change_is_never_refused(at: Clock) -> None:
    """2,000 people begin within ten minutes, bring five documents each of 2 MB, and all have sent within the hour; so does the
    next shift."""
    refused = []
    for shift in range(2):
        opens = at(IN_2022) + timedelta(hours=8 * shift)
        for worker in range(2000):
            moment = opens + timedelta(seconds=worker * 0.3)
            refused.append(begin(f"{shift}-{worker}", at=moment))
            refused += [bring(2 * MEGABYTE, at=moment) for _ in range(5)]
        for worker in range(2000):
            moment = opens + timedelta(minutes=10, seconds=worker * 1.5)
            limits.draft_was_sent(f"{shift}-{worker}", document_bytes=10 * MEGABYTE, at=moment)

    whose = limits._whose(ADDRESS)
    assert set(refused) == {0}
    assert limits.drafts().left_unfinished(whose, at=moment) == 0
    assert limits.documents().left_unfinished(whose, at=moment) == 0


def test_a_mobile_network_of_whom_half_never_send_is_not_refused(at: Clock) -> None:
    """A tenth of the country behind one address: 2,500 drafts an hour for six hours."""
    start = at(IN_2022)
    refused = set()
    for number in range(6 * 2500):
        moment = start + timedelta(seconds=number * 1.44)
        refused.add(begin(str(number), at=moment))
        if number % 2:
            limits.draft_was_sent(str(number), document_bytes=0, at=moment)

    assert refused == {0}


# --- a script -------------------------------------------------------------------------------------------------------


def test_a_script_is_slowed_to_a_trickle(at: Clock, settings: Any) -> None:
    """A hundred a second for three minutes: its room within 80 seconds, then what each begun minute takes."""
    start = at(IN_2022)
    begun = sum(begin(str(n), at=start + timedelta(seconds=n / 100)) == 0 for n in range(3 * 60 * 100))

    assert begun == settings.LIMIT_UNFINISHED_DRAFTS + 2 * settings.LIMIT_DRAFTS_A_MINUTE


@pytest.mark.usefixtures("small")
def test_beyond_the_room_a_minute_has_its_own_and_each_is_told_when_its_turn_comes(at: Clock) -> None:
    now = at(IN_2022)

    assert [begin(str(n), at=now) for n in range(7)] == [0, 0, 0, 0, 60, 120, 180]
    assert begin("in a minute", at=at(now + timedelta(seconds=60))) == 0
    assert begin("as well", at=at(now + timedelta(seconds=60))) == 60


@pytest.mark.usefixtures("small")
def test_nobody_is_told_to_wait_longer_than_half_an_hour(at: Clock) -> None:
    now = at(IN_2022)

    assert max(begin(str(n), at=now) for n in range(100)) == 30 * 60


@pytest.mark.usefixtures("small")
def test_what_is_sent_gives_its_room_back_once(at: Clock) -> None:
    now = at(IN_2022)
    assert [begin(str(n), at=now) for n in range(5)] == [0, 0, 0, 0, 60]

    for _ in range(5):
        limits.draft_was_sent("0", document_bytes=0, at=now)
    limits.draft_was_sent("1", document_bytes=0, at=now)

    assert limits.drafts().left_unfinished(limits._whose(ADDRESS), at=now) == 2
    assert [begin(str(n), at=now) for n in range(10, 12)] == [0, 120]


@pytest.mark.usefixtures("small")
def test_room_comes_back_where_it_was_taken_also_when_the_phone_has_moved(at: Clock) -> None:
    now = at(IN_2022)
    begin("wifi", at=now, network=ADDRESS)

    limits.draft_was_sent("wifi", document_bytes=0, at=now)

    assert limits.drafts().left_unfinished(limits._whose(ADDRESS), at=now) == 0


@pytest.mark.usefixtures("small")
def test_what_was_never_sent_is_forgotten_after_six_hours(at: Clock) -> None:
    now = at(IN_2022)
    for n in range(4):
        begin(str(n), at=now)
    assert begin("more", at=now) == 60

    later = at(now + timedelta(hours=6))

    assert limits.drafts().left_unfinished(limits._whose(ADDRESS), at=later) == 0
    assert begin("then", at=later) == 0


@pytest.mark.usefixtures("small")
def test_a_neighbour_has_room_of_its_own(at: Clock) -> None:
    now = at(IN_2022)
    for n in range(5):
        begin(str(n), at=now)

    assert begin("another", at=now, network=ANOTHER) == 0


@pytest.mark.usefixtures("small")
def test_documents_are_counted_by_what_is_kept_of_them(at: Clock) -> None:
    now = at(IN_2022)
    begin("a", at=now)

    assert [bring(MEGABYTE, at=now) for _ in range(5)] == [0, 0, 0, 0, 60]
    limits.draft_was_sent("a", document_bytes=4 * MEGABYTE, at=now)
    assert bring(MEGABYTE, at=now) == 0


def test_nothing_kept_names_an_address(at: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    for name in ("add", "incr", "set"):
        was = getattr(LocMemCache, name)
        monkeypatch.setattr(
            LocMemCache, name, lambda self, *a, _was=was, **k: (told.append((a, k)), _was(self, *a, **k))[1]
        )

    begin("a", at=at(IN_2022))
    bring(5, at=at(IN_2022))

    assert told
    assert ADDRESS not in str(told)


# --- the cache ------------------------------------------------------------------------------------------------------


class Broken:
    def __getattr__(self, name: str) -> Any:
        raise ConnectionError("the cache is down")


@pytest.mark.usefixtures("small")
def test_without_a_cache_everything_is_let_through(at: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    now = at(IN_2022)
    for n in range(5):
        begin(str(n), at=now)
    monkeypatch.setattr(limits, "caches", {"limits": Broken()})

    assert [begin(str(n), at=now) for n in range(10, 15)] == [0] * 5
    assert bring(100 * MEGABYTE, at=now) == 0
    limits.draft_was_sent("10", document_bytes=5, at=now)


IN_ANOTHER_PROCESS = """
import os, sys
from datetime import UTC, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
import django
django.setup()
from django.conf import settings
from initiatives.submission import limits
from portal.refusals import TooMuchAtOnce
settings.LIMIT_UNFINISHED_DRAFTS, settings.LIMIT_DRAFTS_A_MINUTE = 30, 1
begun = 0
for n in range(20):
    try:
        limits.admit_draft("203.0.113.7", at=datetime(2022, 3, 1, tzinfo=UTC))
    except TooMuchAtOnce:
        continue
    limits.draft_was_begun(f"{sys.argv[1]}-{n}", "203.0.113.7", at=datetime(2022, 3, 1, tzinfo=UTC))
    begun += 1
print(begun)
"""


@pytest.fixture(params=["file", "redis"])
def shared_cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"filecache://{tmp_path / 'shared'}"
        return
    server = which("redis-server")
    if server is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        started.terminate()
        started.wait(10)


def test_two_processes_share_one_room(shared_cache: str, tmp_path: Path) -> None:
    environment = {**os.environ, "CACHE_URL": shared_cache, "DATA_DIR": str(tmp_path), "DATABASE_URL": ""}

    begun = [
        int(
            subprocess.run(
                [sys.executable, "-c", IN_ANOTHER_PROCESS, name],
                cwd=Path(__file__).parents[2],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()[-1]  # after its log
        )
        for name in ("one", "two")
    ]

    assert begun == [20, 11]


# --- on the way of a worker -----------------------------------------------------------------------------------------


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022)


@pytest.mark.usefixtures("small")
def test_a_draft_too_many_is_refused_with_all_that_was_typed(worker: Worker) -> None:
    for _ in range(4):
        assert Worker(YEAR_2022).begin(person()).status_code == 303

    refused = worker.begin(person())

    shown = refused.content.decode()
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Hãy chờ khoảng 1 phút rồi gửi lại" in shown
    assert f'action="/{YEAR_2022}/nop/"' in shown
    for name, value in person().items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in shown
    assert Draft.objects.count() == 4


@pytest.mark.usefixtures("small")
def test_what_is_begun_already_goes_on_and_is_sent(worker: Worker, at: Clock) -> None:
    worker.fill()
    for _ in range(3):
        Worker(YEAR_2022).begin(person())
    assert Worker(YEAR_2022).begin(person()).status_code == 429

    assert worker.send_content(content()).status_code == 303
    sent = worker.post(worker.step("kiem-tra"), {"confirm": "1"})

    assert sent["Location"].startswith("/bien-nhan/")
    assert Worker(YEAR_2022).begin(person()).status_code == 429  # the minute's own is used up
    at("2022-03-01 09:01:00")
    assert Worker(YEAR_2022).begin(person()).status_code == 303


@pytest.mark.usefixtures("small")
def test_another_initiative_of_the_same_person_is_a_draft_as_well(worker: Worker) -> None:
    sent = worker.submit(person(), content())
    record = Worker(YEAR_2022).track(sent.receipt_code)["Location"]

    answers = [worker.post(f"{record}nop-tiep/", {}).status_code for _ in range(5)]

    assert answers == [303, 303, 303, 303, 429]


@pytest.mark.usefixtures("small")
def test_a_document_too_many_is_named_and_the_step_goes_on(worker: Worker, settings: Any) -> None:
    settings.LIMIT_DOCUMENT_BYTES = 1
    settings.LIMIT_DOCUMENTS_A_MINUTE = 0
    worker.fill()
    assert worker.send_files(("a.pdf", samples.pdf())).status_code == 303

    refused = worker.send_files(("b.pdf", samples.pdf() + b"\n"), ("c.pdf", samples.pdf() + b"\n\n"))

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Hãy gửi tệp sau khoảng 1 phút, hoặc nộp trước rồi bổ sung tài liệu sau." in refused.content.decode()
    assert worker.post(worker.step("kiem-tra"), {"confirm": "1"}).status_code == 303


def test_limits_cost_no_statement(worker: Worker) -> None:
    with CaptureQueriesContext(connection) as queries:
        begin("a", at=datetime.fromisoformat("2022-03-01T09:00:00+07:00"))
        bring(5, at=datetime.fromisoformat("2022-03-01T09:00:00+07:00"))

    assert len(queries) == 0
