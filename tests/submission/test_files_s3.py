"""The store that hosts share: what is sent along so that it can verify, and what a store costs that does not answer."""

import base64
import hashlib
import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.config import Config
from django.test import override_settings

from initiatives.models import Attachment, Campaign, Initiative
from initiatives.submission.files import looks, s3_store, turns
from initiatives.submission.files.judge import judge
from initiatives.submission.files.store import StoreUnavailable, open_stored, put, the_store
from tests.factories import AttachmentFactory
from tests.stores import BucketShelf, storages_at
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker

PDF = samples.pdf()


def kept(content: bytes = PDF) -> str:
    with judge(io.BytesIO(content), name="a.pdf") as accepted:
        return put(accepted)


# --- whole ------------------------------------------------------------------------------------------------------------


def test_the_store_is_told_what_it_must_have_received(bucket_shelf: BucketShelf) -> None:
    sent: list[Any] = []
    bucket_shelf.client.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request))

    kept()

    (request,) = sent
    assert request.headers["Content-MD5"] == base64.b64encode(hashlib.md5(PDF).digest())
    assert request.headers["X-Amz-Content-SHA256"] == hashlib.sha256(PDF).hexdigest().encode()
    assert request.headers["Content-Length"] == str(len(PDF)).encode()


@pytest.mark.parametrize("content", [PDF[:-1], PDF[:-1] + b"x", b""], ids=["half", "another byte", "nothing"])
def test_an_object_that_is_not_what_its_name_says_is_not_handed_out(bucket_shelf: BucketShelf, content: bytes) -> None:
    name = kept()
    bucket_shelf.lay(name, content)

    with pytest.raises(OSError, match="differently"):
        open_stored(name)


def test_a_long_list_comes_in_pieces(bucket_shelf: BucketShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "AT_ONCE", 2)
    names = {kept(samples.pdf(str(number))) for number in range(5)}

    pieces = [[each.name for each in some] for some in bucket_shelf.store.all_held()]

    assert [len(piece) for piece in pieces] == [2, 2, 1]
    assert {name for piece in pieces for name in piece} == names


# --- down, silent, refusing ---------------------------------------------------------------------------------------------


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A host:port at which `answer` is given to whoever comes; without an end it would be of a stopped process."""
    listening = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                came, _ = listening.accept()
            except OSError:
                return
            opened.append(came)
            answer(came)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield "{}:{}".format(*listening.getsockname())
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for each in opened:
            each.close()
        thread.join(timeout=5)


def says_nothing(came: socket.socket) -> None:
    return


def hangs_up(came: socket.socket) -> None:
    came.close()


def refuses(came: socket.socket) -> None:
    came.settimeout(2)
    came.recv(65536)
    came.sendall(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    came.close()


def stops_in_the_middle(came: socket.socket) -> None:
    came.settimeout(2)
    came.recv(65536)
    came.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\nConnection: close\r\n\r\n%PDF-1.4")
    came.close()


FAILING = {"says nothing": says_nothing, "hangs up": hangs_up, "refuses": refuses}


@contextmanager
def store_at(address: str) -> Iterator[Any]:
    """For which nobody waits longer than they must."""
    storages = storages_at(f"s3://key:secret@{address}/portal?secure=0")
    impatient = Config(connect_timeout=0.3, read_timeout=0.3, retries={"total_max_attempts": 1})
    storages["default"]["OPTIONS"]["client_config"] = storages["default"]["OPTIONS"]["client_config"].merge(impatient)
    with override_settings(STORAGES=storages):
        yield the_store()


@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING)
def test_a_store_that_fails_is_left_alone_after_three_times(answer: Callable[[socket.socket], None]) -> None:
    with server(answer) as address, store_at(address) as store:
        for _ in range(s3_store.FAILURES):
            assert store.takes_files(0)
            with pytest.raises(StoreUnavailable, match="kho tài liệu không trả lời"):
                kept()

        assert not store.takes_files(0)
        with pytest.raises(StoreUnavailable, match="vừa không trả lời"):
            kept()


def test_those_who_wait_for_a_silent_store_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told so, and their threads serve who sends a text."""
    monkeypatch.setattr(s3_store, "WAITS_FOR_A_PLACE", 0.01)
    monkeypatch.setattr(turns, "judging", turns.Room(100, waiting=0, patience=0))
    came: list[socket.socket] = []
    told: list[str] = []
    all_asked = threading.Barrier(3 * s3_store.MOST_ASKING)

    def ask() -> None:
        all_asked.wait(timeout=30)
        with pytest.raises(StoreUnavailable) as unavailable:
            kept()
        told.append(str(unavailable.value))

    with server(came.append) as address, store_at(address):
        threads = [threading.Thread(target=ask) for _ in range(3 * s3_store.MOST_ASKING)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(timeout=30)

    assert len(told) == 3 * s3_store.MOST_ASKING
    assert len([each for each in told if "việc khác đang chờ" in each]) > 0
    assert len(came) + len([each for each in told if "kho tài liệu không trả lời" not in each]) == len(told)


def test_a_file_that_stops_in_the_middle_is_handed_to_nobody() -> None:
    with server(stops_in_the_middle) as address, store_at(address), pytest.raises(StoreUnavailable):
        open_stored(f"ab/cd/abcd{'0' * 60}.pdf")


def test_a_store_that_answers_again_is_used_again(bucket_shelf: BucketShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = bucket_shelf.store._circuit
    for _ in range(s3_store.FAILURES):
        circuit.failed()
    assert not bucket_shelf.store.takes_files(0)
    monkeypatch.setattr(circuit, "_rests_until", 0.0)

    kept()

    assert bucket_shelf.store.takes_files(0)


def test_a_missing_object_is_no_failure_of_the_store(bucket_shelf: BucketShelf) -> None:
    for _ in range(s3_store.FAILURES + 1):
        with pytest.raises(FileNotFoundError):
            open_stored(f"ab/cd/abcd{'0' * 60}.pdf")

    assert bucket_shelf.store.takes_files(0)


def test_a_bucket_that_is_missing_is_a_failure_of_the_store(s3_server: str) -> None:
    with (
        override_settings(STORAGES=storages_at(f"s3://key:secret@{s3_server}/chua-co?secure=0")),
        pytest.raises(StoreUnavailable, match="NoSuchBucket"),
    ):
        kept()


# --- the portal ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Callable[[str], Any]) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022).fill()


@pytest.mark.django_db
@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING)
def test_a_failing_store_costs_a_document_and_never_the_text(
    worker: Worker, answer: Callable[[socket.socket], None]
) -> None:
    worker.client.raise_request_exception = False
    with server(answer) as address, store_at(address):
        for _ in range(s3_store.FAILURES):
            refused = worker.send_files(("a.pdf", PDF))
            assert (refused.status_code, refused["Retry-After"]) == (503, "30")

        at_once = worker.send_files(("a.pdf", PDF))
        submitted = worker.confirm()

    assert "Máy chủ tạm thời không nhận tài liệu." in at_once.content.decode()
    assert (submitted.status_code, Initiative.objects.count(), Attachment.objects.count()) == (303, 1, 0)


@pytest.mark.django_db
def test_the_object_is_there_before_its_row(
    worker: Worker, bucket_shelf: BucketShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    create = Attachment.objects.create

    def looked_at(**fields: Any) -> Attachment:
        seen.append(len(bucket_shelf.bytes_of(fields["stored_name"])))
        return create(**fields)

    monkeypatch.setattr(Attachment.objects, "create", looked_at)
    worker.send_files(("a.pdf", PDF))

    assert seen == [Attachment.objects.get().size]


@pytest.mark.django_db
def test_a_document_whose_store_is_down_gets_its_small_picture_later(bucket_shelf: BucketShelf) -> None:
    with judge(io.BytesIO(samples.jpeg(900, 600)), name="a.jpg") as accepted:
        attachment = AttachmentFactory(stored_name=put(accepted), media_type="image/jpeg", thumbnail=None)
    with server(hangs_up) as address, store_at(address), pytest.raises(StoreUnavailable):
        looks.prepare_some(limit=5)
    attachment.refresh_from_db()
    assert attachment.thumbnail is None

    looks.prepare_some(limit=5)

    attachment.refresh_from_db()
    assert attachment.thumbnail in bucket_shelf.names()
