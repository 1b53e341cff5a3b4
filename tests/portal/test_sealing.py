"""What is sealed opens for its own row and key only, and never comes back as ciphertext."""

import base64
from typing import Any

import pytest

from portal.sealing import CannotOpen, lookup_hash, open_sealed, seal

NUMBER = "045188000123"
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.mark.parametrize("text", [NUMBER, "", "Đặng Thị Ánh", "0" * 400], ids=["number", "empty", "letters", "long"])
def test_what_was_sealed_opens(text: str) -> None:
    assert open_sealed(seal(text, row="draft:1"), row="draft:1") == text


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert seal(NUMBER, row="draft:1") != seal(NUMBER, row="draft:1")


def test_the_sealed_value_shows_nothing_of_the_text() -> None:
    sealed = seal(NUMBER, row="draft:1")

    assert NUMBER.encode() not in base64.urlsafe_b64decode(sealed.partition(".")[2])


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = seal(NUMBER, row="initiative:1")

    with pytest.raises(CannotOpen):
        open_sealed(sealed, row="initiative:2")


def test_a_changed_value_does_not_open() -> None:
    name, _, body = seal(NUMBER, row="draft:1").partition(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[-1] ^= 1

    with pytest.raises(CannotOpen):
        open_sealed(f"{name}.{base64.urlsafe_b64encode(bytes(raw)).decode()}", row="draft:1")


def test_an_old_key_still_opens_after_a_new_one_seals(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]
    sealed = seal(NUMBER, row="draft:1")

    settings.FIELD_KEYS = [NEW, OLD]

    assert open_sealed(sealed, row="draft:1") == NUMBER
    assert seal(NUMBER, row="draft:1").partition(".")[0] != sealed.partition(".")[0]


def test_a_lost_key_raises_and_names_no_person(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]
    sealed = seal(NUMBER, row="initiative:1234567890123")

    settings.FIELD_KEYS = [NEW]

    with pytest.raises(CannotOpen, match=r"\Ainitiative\Z"):
        open_sealed(sealed, row="initiative:1234567890123")


def test_a_look_up_finds_the_same_text_of_the_same_kind_only() -> None:
    hashed = lookup_hash("phone", "0912345678")

    assert hashed == lookup_hash("phone", "0912345678")
    assert len(hashed) == 64
    assert hashed not in {lookup_hash("identity", "0912345678"), lookup_hash("phone", "0912345679")}


def test_a_look_up_needs_the_key(settings: Any) -> None:
    hashed = lookup_hash("phone", "0912345678")

    settings.LOOKUP_KEY = NEW

    assert lookup_hash("phone", "0912345678") != hashed
