"""Codes of private links, as a page shows them to one person: level M, so fewer and larger squares, and one mask for all.

A code is linear: what one bit of a link changes in it is the same whatever the other bits are. So the library draws the links of
one beginning once with nothing behind it and once for each bit of the end (a tenth of a second), and every link after that is
some of these laid upon one another: 0.1 ms where the library takes one. No link is kept, only what letters do.
"""

import functools

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

Rows = tuple[tuple[bool, ...], ...]

MASK = 0
END = 23  # letters in which links of one kind differ: a token and the slash behind it
BITS = 7


def modules(link: str) -> Rows:
    """The dark squares, row by row."""
    start, end = link[:-END], link[-END:].encode()
    if len(end) < END or not end.isascii():
        return _drawn(link.encode())
    side, nothing, changes = _kind(start)
    code = nothing
    for place, letter in enumerate(end):
        for bit, change in enumerate(changes[place]):
            if letter >> bit & 1:
                code ^= change
    squares = f"{code:0{side * side}b}"
    return tuple(tuple(square == "1" for square in squares[row : row + side]) for row in range(0, side * side, side))


@functools.lru_cache(maxsize=8)
def _kind(start: str) -> tuple[int, int, tuple[tuple[int, ...], ...]]:
    """Of links that begin so: the squares of a side, the code whose end is all zeros, and what each bit of the end changes."""
    beginning, end = start.encode(), bytes(END)
    rows = _drawn(beginning + end)
    nothing = _number(rows)
    changes = tuple(
        tuple(
            _number(_drawn(beginning + end[:place] + bytes([1 << bit]) + end[place + 1 :])) ^ nothing
            for bit in range(BITS)
        )
        for place in range(END)
    )
    return len(rows), nothing, changes


def _drawn(link: bytes) -> Rows:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(QRData(link, mode=MODE_8BIT_BYTE), optimize=0)
    code.make(fit=True)
    return tuple(tuple(row) for row in code.modules)


def _number(rows: Rows) -> int:
    return int("".join("1" if square else "0" for row in rows for square in row), 2)
