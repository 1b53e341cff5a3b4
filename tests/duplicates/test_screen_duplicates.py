"""The command: screens what waits, everything with --all, and goes on where it was killed."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from initiatives.duplicates import screening
from initiatives.models import Fingerprint, Initiative, TwinPair

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def said(*args: str, into: StringIO | None = None) -> str:
    into = into or StringIO()
    call_command("screen_duplicates", *args, stdout=into)
    return into.getvalue()


def test_it_screens_what_waits_and_says_so_in_one_line(receive: Any) -> None:
    receive(), receive(), receive()

    assert said() == "Đã đối chiếu 3 sáng kiến; 3 cặp chờ quyết định.\n"
    assert said() == "Đã đối chiếu 0 sáng kiến; 3 cặp chờ quyết định.\n"


def test_all_rebuilds_everything(receive: Any) -> None:
    receive(), receive()
    said()
    TwinPair.objects.all().delete()
    Fingerprint.objects.update(signature=b"", text_hash=0)

    assert said() == "Đã đối chiếu 0 sáng kiến; 0 cặp chờ quyết định.\n"
    assert said("--all") == "Đã đối chiếu 2 sáng kiến; 1 cặp chờ quyết định.\n"


def test_killed_it_goes_on_where_it_was(receive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        receive()
    screen_some = screening.screen_some
    calls = iter((True, False))

    def interrupted(**asked: Any) -> int:
        if not next(calls):
            raise KeyboardInterrupt
        return screen_some(**asked)

    monkeypatch.setattr(screening, "screen_some", interrupted)
    assert said("--all", "--batch", "3").endswith("Đã dừng sau 3 sáng kiến. Chạy lại không có --all để làm tiếp.\n")
    monkeypatch.undo()
    assert Initiative.objects.filter(screened_at=None).count() == 1

    assert said() == "Đã đối chiếu 1 sáng kiến; 6 cặp chờ quyết định.\n"


def test_on_a_terminal_a_bar_shows_how_far_it_is(receive: Any) -> None:
    receive(), receive()

    shown = said("--batch", "1", into=Terminal())

    assert "\r███████████████░░░░░░░░░░░░░░░  50% 1/2 sáng kiến" in shown
    assert "\r██████████████████████████████ 100% 2/2 sáng kiến\n" in shown


def test_it_waits_while_another_process_is_at_it(receive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    receive()
    screen_some = screening.screen_some
    busy = iter((True, False))
    slept: list[float] = []
    monkeypatch.setattr(screening, "screen_some", lambda **asked: 0 if next(busy, False) else screen_some(**asked))
    monkeypatch.setattr("initiatives.management.commands.screen_duplicates.time.sleep", slept.append)

    assert said() == "Đã đối chiếu 1 sáng kiến; 0 cặp chờ quyết định.\n"
    assert slept == [1]


@pytest.mark.parametrize("batch", ["0", "-1", "5000"])
def test_a_batch_has_bounds(batch: str) -> None:
    with pytest.raises(CommandError, match="--batch phải từ 1 đến 1000"):
        said("--batch", batch)
