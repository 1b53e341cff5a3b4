"""A text in 256 bytes: one-permutation MinHash of its shingles, by which alike texts are found among millions.

Every shingle is hashed once. The hash says which of 64 bins it falls into and how it ranks there; the least of each bin stays.
Of two texts the share of equal bins is, on average, their Jaccard similarity. Four bins make a band: two texts that are alike
by four fifths share one of twenty all but surely, unrelated ones hardly ever. (Sixteen bands side by side found 0.95 of the
pairs at a similarity of 0.6 to 0.8, which is just the goal; four more across them make it 0.97.) No kept library makes such
signatures without a process that holds them all in memory: datasketch took 641 MiB for 100,000.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from operator import eq

from initiatives.duplicates import stock
from initiatives.duplicates.shingles import Shingles, Text, shingles_of
from initiatives.duplicates.words import plain, words_in

BINS = 64
BIN_BYTES = 4
# The bins of each band: side by side, then every sixteenth.
BANDS = [range(start, start + 4) for start in range(0, BINS, 4)] + [range(start, BINS, 16) for start in range(4)]
FEWEST_WORDS = 5  # a text of fewer says nothing one could compare
FEWEST_TITLE_WORDS = 4  # its own, without stock phrases: "Cải tiến kỹ thuật" is the title of thousands
_LAYOUT = struct.Struct(f"<{BINS}I")
_ABOVE_ALL = 2**32


@dataclass(frozen=True)
class Print:
    """Hashes are signed 64-bit numbers; 0 and an empty signature where there is too little to compare."""

    signature: bytes
    text_hash: int
    title_hash: int

    @property
    def bands(self) -> list[int]:
        return bands_of(self.signature)


def print_of(text: Text, shingles: Shingles | None = None) -> Print:
    """`shingles` are those of `text` where they are known already."""
    shingles = shingles or shingles_of(text)
    title_hash = _title_hash(text.title)
    if len(shingles.words) < FEWEST_WORDS:
        return Print(b"", 0, title_hash)
    # Of the words in order of the alphabet: sentences in another order, or cut in another way, are the same text.
    return Print(signature_of(places_and_ranks(shingles.own)), _hashed(" ".join(sorted(shingles.words))), title_hash)


def bands_of(signature: bytes) -> list[int]:
    """Twenty numbers, none for an empty signature. The band's own number is part of each: equal bins elsewhere are no match."""
    if not signature:
        return []
    bins = [signature[start : start + BIN_BYTES] for start in range(0, len(signature), BIN_BYTES)]
    return [
        _number(blake2b(b"".join([bins[place] for place in places]), digest_size=8, key=bytes([number])).digest())
        for number, places in enumerate(BANDS)
    ]


def agreement(one: bytes, other: bytes) -> float:
    """About how alike the texts of two signatures are, a thousand times cheaper than asking the texts."""
    if not one or not other:
        return 0.0
    return sum(map(eq, _LAYOUT.unpack(one), _LAYOUT.unpack(other))) / BINS


def signature_of(shingles: Iterable[tuple[int, int]]) -> bytes:
    """Of shingles as `places_and_ranks` gives them, at least one."""
    least = [_ABOVE_ALL] * BINS
    for place, rank in shingles:
        if rank < least[place]:
            least[place] = rank
    if _ABOVE_ALL in least:
        least = _densified(least)
    return _LAYOUT.pack(*least)


def places_and_ranks(shingles: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The bin each falls into, and how it ranks there."""
    read = int.from_bytes
    for shingle in shingles:
        hashed = read(blake2b(shingle.encode(), digest_size=8).digest(), "little")
        yield hashed & (BINS - 1), hashed >> 32


def _densified(least: list[int]) -> list[int]:
    """Empty bins take the value of the first filled one in an order of their own: two alike texts take it from the same."""
    return [
        rank if rank < _ABOVE_ALL else next(least[place] for place in _ORDER[bin_] if least[place] < _ABOVE_ALL)
        for bin_, rank in enumerate(least)
    ]


_ORDER = [sorted(range(BINS), key=lambda place: blake2b(bytes([bin_, place])).digest()) for bin_ in range(BINS)]


def _title_hash(title: str) -> int:
    words = words_in(plain(title))
    own, _ = stock.set_apart(words)
    return _hashed(" ".join(words)) if sum(map(len, own)) >= FEWEST_TITLE_WORDS else 0


def _hashed(of: str) -> int:
    return _number(blake2b(of.encode(), digest_size=8).digest())


def _number(digest: bytes) -> int:
    return int.from_bytes(digest, "little", signed=True)
