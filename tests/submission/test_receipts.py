"""Codes that survive being read aloud, and links of which only a hash is kept."""

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from initiatives.submission import receipts
from initiatives.submission.receipts import (
    check_digit,
    new_code,
    new_token,
    parse_code,
    receipt_token,
    shown,
    token_hash,
)
from tests.factories import receipt_code

SAMPLE = [receipt_code(n) for n in range(60)] + [f"{n:012d}{check_digit(f'{n:012d}')}" for n in (0, 1, 10**12 - 1)]


def wrong_digits(code: str) -> Iterator[str]:
    for place, digit in enumerate(code):
        yield from (code[:place] + other + code[place + 1 :] for other in "0123456789" if other != digit)


def swapped_neighbours(code: str) -> Iterator[str]:
    for place in range(len(code) - 1):
        if code[place] != code[place + 1]:
            yield code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert check_digit("572") == "4"


def test_every_wrong_digit_is_found() -> None:
    errors = [error for code in SAMPLE for error in wrong_digits(code)]

    assert len(errors) == len(SAMPLE) * 13 * 9
    assert [error for error in errors if parse_code(error) is not None] == []


def test_every_swap_of_two_neighbours_is_found() -> None:
    errors = [error for code in SAMPLE for error in swapped_neighbours(code)]

    assert len(errors) > 500
    assert [error for error in errors if parse_code(error) is not None] == []


def test_every_pair_of_digits_swaps_into_an_error_wherever_the_code_stands() -> None:
    """The table itself: from any interim digit, ab and ba never lead to the same one."""
    for interim in range(10):
        for a in range(10):
            for b in range(a):
                one = receipts._DAMM[receipts._DAMM[interim][a]][b]
                other = receipts._DAMM[receipts._DAMM[interim][b]][a]
                assert one != other
    assert all(sorted(row) == list(range(10)) and row[n] == 0 for n, row in enumerate(receipts._DAMM))


def test_a_new_code_is_thirteen_digits_that_read_back() -> None:
    codes = [new_code() for _ in range(500)]

    assert all(re.fullmatch(r"[0-9]{13}", code) and parse_code(code) == code for code in codes)
    assert len(set(codes)) == 500


def test_a_code_may_begin_with_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts.secrets, "randbelow", lambda limit: 7)

    assert new_code() == f"000000000007{check_digit('000000000007')}"
    assert parse_code(new_code()) == new_code()


CODE = receipt_code(1)
A, B, C, D = CODE[:4], CODE[4:8], CODE[8:12], CODE[12:]


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        shown(CODE),
        f" {A}  {B} {C} {D}\n",
        f"{A}-{B}-{C}-{D}",
        f"{A}.{B}.{C}.{D}",
        f"{A}–{B}—{C}/{D}",
        f"{A}, {B}; {C}: {D}",
        f"{A}\u00a0{B}\u00a0{C}\u00a0{D}",
        "".join(chr(ord("０") + int(digit)) for digit in CODE),
        "".join(chr(0x0660 + int(digit)) for digit in CODE),
        f"{A}_{B}_{C}_{D}",
        f"{A}\t{B}\r\n{C} {D}",
        f"Mã {shown(CODE)}",
        f"Mã biên nhận:\n{shown(CODE)}.",
        f"“{shown(CODE)}” (của tôi)",
    ],
    ids=repr,
)
def test_a_code_is_read_however_it_was_grouped(typed: str) -> None:
    assert parse_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        CODE[:-1],
        f"{CODE}0",
        f"{CODE}\n1",
        f"A{CODE[1:]}",
        f"{A} {B} và {C} {D}",
        f"Mã {shown(CODE)}, số 2",
        "O" + CODE[1:],
        CODE[::-1] + "x",
        "½" * 13,
        "²" * 13,
    ],
    ids=repr,
)
def test_what_is_no_code_of_ours_is_none(typed: str) -> None:
    assert parse_code(typed) is None


@given(some.text())
def test_any_text_at_all_is_a_code_or_none(typed: str) -> None:
    read = parse_code(typed)

    assert read is None or re.fullmatch(r"[0-9]{13}", read)


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert shown("1234567890123") == "1234 5678 9012 3"


def test_a_token_has_128_bits_in_22_characters() -> None:
    tokens = {new_token() for _ in range(500)}

    assert len(tokens) == 500
    assert all(re.fullmatch(receipts.TOKEN, token) for token in tokens)


def test_the_receipts_token_follows_from_the_drafts_and_not_the_other_way() -> None:
    token = new_token()

    assert receipt_token(token) == receipt_token(token)
    assert re.fullmatch(receipts.TOKEN, receipt_token(token))
    assert receipt_token(receipt_token(token)) != token


def test_the_receipts_token_is_keyed(settings: object) -> None:
    token, before = "a" * 22, receipt_token("a" * 22)
    settings.LOOKUP_KEY = random.Random(7).randbytes(32)  # type: ignore[attr-defined]

    assert receipt_token(token) != before


def test_what_is_stored_of_a_token_is_its_sha256() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
