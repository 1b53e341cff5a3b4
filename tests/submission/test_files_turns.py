"""Documents wait for one another, so that a process keeps its memory and its threads."""

import io
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from initiatives.models import Attachment, Campaign
from initiatives.submission.files import judge as judges
from initiatives.submission.files import turns
from initiatives.submission.files.turns import NoTurn, Room
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker

SOON = 20.0  # seconds that a busy machine may take; nothing is measured by it


class Crowd:
    """Threads that hold room until they are let go."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.let_go = threading.Event()
        self.lock = threading.Lock()
        self.inside = self.most_inside = self.refused = 0
        self.threads: list[threading.Thread] = []

    def send(self, amount: int = 1) -> None:
        thread = threading.Thread(target=self._go, args=(amount,))
        thread.start()
        self.threads.append(thread)

    def settle(self, *, inside: int, waiting: int, refused: int) -> None:
        """Waits until so many are there; fails when they never are."""
        for _ in range(int(SOON * 100)):
            if (self.inside, self.room._wait, self.refused) == (inside, waiting, refused):
                return
            threading.Event().wait(0.01)
        raise AssertionError((self.inside, self.room._wait, self.refused))

    def end(self) -> None:
        self.let_go.set()
        for thread in self.threads:
            thread.join(SOON)

    def _go(self, amount: int) -> None:
        try:
            with self.room.taken(amount):
                with self.lock:
                    self.inside += 1
                    self.most_inside = max(self.most_inside, self.inside)
                self.let_go.wait(SOON)
                with self.lock:
                    self.inside -= 1
        except NoTurn:
            with self.lock:
                self.refused += 1


@pytest.mark.parametrize(
    ("most", "waiting", "sent", "inside", "waits", "refused"),
    [
        pytest.param(2, 3, 2, 2, 0, 0, id="room-for-all"),
        pytest.param(2, 3, 5, 2, 3, 0, id="the-rest-waits"),
        pytest.param(2, 3, 16, 2, 3, 11, id="more-than-may-wait"),
        pytest.param(1, 0, 2, 1, 0, 1, id="nobody-may-wait"),
    ],
)
def test_only_so_many_are_inside_and_only_so_many_wait(
    most: int, waiting: int, sent: int, inside: int, waits: int, refused: int
) -> None:
    crowd = Crowd(Room(most, waiting=waiting, patience=SOON))
    for _ in range(sent):
        crowd.send()
    crowd.settle(inside=inside, waiting=waits, refused=refused)

    crowd.end()

    crowd.settle(inside=0, waiting=0, refused=refused)
    assert crowd.most_inside == inside


def test_whoever_waits_longer_than_its_patience_is_asked_to_come_again() -> None:
    room = Room(1, waiting=1, patience=0.01)

    with room.taken(), pytest.raises(NoTurn) as refused, room.taken():
        pass

    assert 5 <= refused.value.wait_seconds <= 20
    with room.taken():
        pass


def test_what_fails_inside_gives_its_room_back() -> None:
    room = Room(1, waiting=0, patience=0)

    for _ in range(2):
        with pytest.raises(RuntimeError), room.taken():
            raise RuntimeError("a broken file")


def test_bytes_share_one_room() -> None:
    crowd = Crowd(Room(100, waiting=2, patience=SOON))
    for amount in (60, 40):
        crowd.send(amount)
    crowd.settle(inside=2, waiting=0, refused=0)
    crowd.send(1)
    crowd.settle(inside=2, waiting=1, refused=0)

    crowd.end()

    crowd.settle(inside=0, waiting=0, refused=0)


def test_more_than_the_whole_room_goes_alone() -> None:
    room = Room(100, waiting=0, patience=0)

    with room.taken(500), pytest.raises(NoTurn), room.taken(1):
        pass
    with room.taken(1), pytest.raises(NoTurn), room.taken(500):
        pass


def test_no_two_are_asked_back_together() -> None:
    room = Room(1, waiting=0, patience=0)
    told = set()

    with room.taken():
        for _ in range(16):
            with pytest.raises(NoTurn) as refused, room.taken():
                pass
            told.add(refused.value.wait_seconds)

    assert told == set(range(5, 21))


def test_the_judge_looks_at_two_at_once_and_sixteen_come(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, lock, looking, refused = threading.Event(), threading.Lock(), [], []
    room = Room(2, waiting=3, patience=SOON)
    monkeypatch.setattr(turns, "judging", room)

    def slowly(content: Any, expected: Any, *, ending: str) -> tuple[Any, str]:
        with lock:
            looking.append(1)
        let_go.wait(SOON)
        return content, "pdf"

    monkeypatch.setattr(judges, "_kept", slowly)

    def send() -> None:
        try:
            judges.judge(io.BytesIO(b"%PDF-1.4"), name="a.pdf").close()
        except NoTurn:
            with lock:
                refused.append(1)

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for _ in range(int(SOON * 100)):
        if (len(looking), room._wait, len(refused)) == (2, 3, 11):
            break
        threading.Event().wait(0.01)
    reached = (len(looking), room._wait, len(refused))
    let_go.set()
    for thread in threads:
        thread.join(SOON)

    assert reached == (2, 3, 11)
    assert len(looking) == 5


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Any) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022).fill()


@pytest.mark.parametrize("which", ["judging", "arriving"])
def test_a_document_without_a_turn_is_asked_to_come_again_and_names_its_file(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    room = Room(1, waiting=0, patience=0)
    monkeypatch.setattr(turns, which, room)
    typed = {"attachment_kind": "recognition", "attachments": SimpleUploadedFile("qd.pdf", samples.pdf()), "eof": "1"}

    with room.taken():
        refused = worker.client.post(
            worker.step("tai-lieu"), typed, headers={"accept": "application/json", "sec-fetch-site": "same-origin"}
        )
    again = worker.send_files(("qd.pdf", samples.pdf()))

    assert refused.status_code == 503
    assert 5 <= int(refused["Retry-After"]) <= 20
    assert again.status_code == 303
    assert Attachment.objects.count() == 1


def test_a_form_without_a_script_is_told_which_file_to_choose_again(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(1, waiting=0, patience=0)
    monkeypatch.setattr(turns, "judging", room)

    with room.taken():
        refused = worker.send_files(("qd.pdf", samples.pdf()))

    assert refused.status_code == 503
    assert "Hãy chọn lại tệp" in refused.content.decode()
    assert "qd.pdf" in refused.content.decode()
