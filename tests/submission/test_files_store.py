"""What holds of a folder and of a bucket alike; of each alone: `test_files_folder.py`, `test_files_s3.py`."""

import io
import os
from datetime import UTC, datetime, timedelta

import pytest

from initiatives.submission.files.judge import Judged, judge
from initiatives.submission.files.store import Held, NotAStoredName, open_stored, put, takes_files
from tests.stores import Shelf
from tests.submission import samples

PDF = samples.pdf()
NOWHERE = f"ab/cd/abcd{'0' * 60}.pdf"


def judged(content: bytes = PDF, *, name: str = "a.pdf") -> Judged:
    return judge(io.BytesIO(content), name=name)


def kept(content: bytes = PDF, *, name: str = "a.pdf") -> str:
    with judged(content, name=name) as accepted:
        return put(accepted)


def test_a_file_is_named_by_what_it_holds(shelf: Shelf) -> None:
    with judged() as accepted:
        name = put(accepted)

        assert name == f"{accepted.sha256[:2]}/{accepted.sha256[2:4]}/{accepted.sha256}.pdf"
    assert shelf.names() == [name]
    with open_stored(name) as stored:
        assert stored.read() == PDF


def test_a_file_can_be_read_from_any_place_of_it(shelf: Shelf) -> None:
    with open_stored(kept()) as stored:
        stored.seek(-5, os.SEEK_END)

        assert stored.read() == PDF[-5:]


def test_the_same_content_is_kept_once_and_is_young_again(shelf: Shelf) -> None:
    first = kept()
    shelf.age(first, datetime(2021, 4, 1, tzinfo=UTC))
    before = datetime.now(UTC)

    second = kept(name="khac.pdf")

    assert second == first
    assert shelf.names() == [first]
    assert shelf.bytes_of(first) == PDF
    assert shelf.store.held(first).put_at >= before - timedelta(seconds=2)


def test_what_a_crash_left_half_written_is_replaced(shelf: Shelf) -> None:
    name = kept()
    shelf.lay(name, PDF[:10])

    kept()

    assert shelf.bytes_of(name) == PDF


def test_bytes_that_changed_since_they_were_judged_are_not_kept(shelf: Shelf) -> None:
    with judged() as accepted:
        accepted.open().write(b"%PDF-2.0")
        accepted.content.flush()

        with pytest.raises(OSError, match="differently"):
            put(accepted)

    assert shelf.names() == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        f"ab/cd/../../{'a' * 64}.pdf",
        f"ab/cd/abcd{'0' * 60}.exe",
        f"ab/cd/abce{'0' * 60}.pdf",
        f"ab/cd/abcd{'0' * 59}.pdf",
        f"ab/cd/ABCD{'0' * 60}.pdf",
        f"ab/cd/abcd{'0' * 60}.pdf\n",
        f"ab/cd/abcd{'٠' * 60}.pdf",
        f"ab/cd/abcd{'0' * 60}.pdf\0",
        "incoming/tmpabc",
        "ready",
    ],
)
def test_a_name_that_is_not_ours_opens_and_removes_nothing(name: str, shelf: Shelf) -> None:
    for act in (open_stored, shelf.store.held, shelf.store.remove):
        with pytest.raises(NotAStoredName):
            act(name)


def test_a_stored_name_without_its_file_says_so(shelf: Shelf) -> None:
    for act in (open_stored, shelf.store.held):
        with pytest.raises(FileNotFoundError):
            act(NOWHERE)


def test_one_can_ask_how_large_and_how_old_a_file_is(shelf: Shelf) -> None:
    name, moment = kept(), datetime(2022, 4, 1, 8, tzinfo=UTC)
    shelf.age(name, moment)

    assert shelf.store.held(name) == Held(name, len(PDF), moment)


def test_everything_is_listed_but_what_is_no_document(shelf: Shelf) -> None:
    names = {kept(samples.pdf(str(number))) for number in range(3)}
    shelf.lay("ready", b"1")

    listed = [each for some in shelf.store.all_held() for each in some]

    assert {each.name for each in listed} == names
    assert {each.size for each in listed} == {len(samples.pdf("0"))}


def test_a_store_in_which_nothing_was_ever_kept_lists_nothing(shelf: Shelf) -> None:
    assert [each for some in shelf.store.all_held() for each in some] == []


def test_what_is_removed_is_gone_and_what_is_gone_is_no_fault(shelf: Shelf) -> None:
    name = kept()

    for _ in range(2):
        shelf.store.remove(name)

    assert shelf.names() == []


@pytest.mark.parametrize(("floor", "takes"), [(0, True), (1 << 60, False)])
def test_files_are_taken_while_there_is_room(floor: int, takes: bool, shelf: Shelf) -> None:
    assert shelf.store.takes_files(floor) is takes


def test_the_room_that_must_stay_free_is_a_setting(shelf: Shelf, settings: pytest.FixtureRequest) -> None:
    assert takes_files()
    settings.UPLOAD_FREE_FLOOR = 1 << 60  # type: ignore[attr-defined]

    assert not takes_files()


def test_a_store_that_works_is_ready(shelf: Shelf) -> None:
    for _ in range(2):
        assert shelf.store.is_ready()

    assert [each for some in shelf.store.all_held() for each in some] == []
