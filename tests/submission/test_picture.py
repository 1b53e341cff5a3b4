"""The receipt as a picture: what was received can be read whole, however long its title."""

import pytest

from initiatives.submission import picture

LONGEST_TITLES = {
    "sentence": ("Cữ chặn có thước khắc cho máy cắt vải nhiều lớp " * 6)[:250].strip(),
    "capitals": ("NGHIÊN CỨU ỨNG DỤNG ĐỒ GÁ KẸP PHÔI CHO MÁY KHOAN " * 6)[:250].strip(),
}


@pytest.mark.parametrize("title", LONGEST_TITLES.values(), ids=LONGEST_TITLES)
def test_the_longest_title_stands_whole(title: str) -> None:
    lines = picture._wrapped(title, picture._font("Bold", 30))

    assert " ".join(lines) == title


def test_what_no_picture_can_hold_says_that_it_goes_on() -> None:
    lines = picture._wrapped("W" * 1000, picture._font("Bold", 30))

    assert len(lines) == picture.MAX_LINES
    assert lines[-1].endswith("W…")
