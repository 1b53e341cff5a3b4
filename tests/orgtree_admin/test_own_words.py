"""What everybody here would guess first is no password, however it is written; a sentence with such a word in it is one."""

import pytest
from django.core.exceptions import ValidationError

from orgtree.staff.own_words import OwnWordsValidator


@pytest.mark.parametrize(
    "password",
    [
        "congdoan2026",
        "Công đoàn 2026",
        "CONG-DOAN@2026!!",
        "sangkien123456",
        "Tổng Liên đoàn Lao động",
        "2026vietnamcongdoan",
        "matkhau12345",
        "1234567890",
        "Công đoàn 2026",
    ],
)
def test_what_everybody_guesses_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="dễ đoán"):
        OwnWordsValidator().validate(password)


@pytest.mark.parametrize("password", ["congdoan-song-hieu-7", "sáng kiến của mẹ tôi", "hoa phượng đỏ 1999", "x"])
def test_anything_of_ones_own_makes_it_one(password: str) -> None:
    OwnWordsValidator().validate(password)


def test_a_long_one_of_words_within_words_is_looked_at_once() -> None:
    OwnWordsValidator().validate("liendoanlaodong" * 270 + "của tôi")
