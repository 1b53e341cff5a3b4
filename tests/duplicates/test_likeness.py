"""What counts as the same text, what as alike, and what weighs little. Pure: no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import texts as made_up
from initiatives.duplicates.fingerprints import BANDS, BINS, agreement, bands_of, print_of
from initiatives.duplicates.looking import FLAGGED, Reading, judged
from initiatives.duplicates.shingles import Text, likeness, shingles_of
from initiatives.duplicates.words import plain, words_in
from initiatives.models import TwinPair
from portal.vietnamese.text import folded
from tests.duplicates.texts import (
    ALIKE,
    ORIGINAL,
    OTHER,
    OTHER_TITLE,
    QUOTED,
    SAME_TEXT,
    STOCK,
    TEXT,
    TITLE,
    UNLIKE,
)

Kind = TwinPair.Kind
typed = st.text(st.characters(codec=None), max_size=300)


def kind_of(later: Text, earlier: Text = ORIGINAL) -> str | None:
    found = judged(Reading.of(later), Reading.of(earlier), initiative_id=1)
    return found and found.kind


@pytest.mark.parametrize("description", SAME_TEXT.values(), ids=SAME_TEXT)
def test_the_same_text_however_it_was_typed(description: str) -> None:
    assert kind_of(Text(TITLE, description)) == Kind.SAME_TEXT


@pytest.mark.parametrize("description", ALIKE.values(), ids=ALIKE)
def test_an_edited_copy_is_alike(description: str) -> None:
    assert kind_of(Text("Thanh chặn cho bàn cắt ở tổ một", description)) == Kind.ALIKE


@pytest.mark.parametrize("text", UNLIKE.values(), ids=UNLIKE)
def test_others_are_left_alone(text: Text) -> None:
    assert kind_of(text) is None


@pytest.mark.parametrize(
    "shared", [STOCK, QUOTED, f"{QUOTED}\n{STOCK}"], ids=["stock phrases", "quoted regulations", "both"]
)
def test_what_everybody_writes_makes_no_twins(shared: str) -> None:
    one = Text(TITLE, f"{shared} Tôi làm một cữ chặn bằng nhôm có thước khắc.")
    other = Text(OTHER_TITLE, f"{shared} Nhóm lập một bảng tính dùng chung cho chốt gác.")

    assert made_up.truth(one, other) > FLAGGED, "letter for letter they are alike"
    assert kind_of(one, other) is None


@pytest.mark.parametrize("shared", [STOCK, QUOTED], ids=["stock phrases", "quoted regulations"])
def test_what_everybody_writes_hides_no_twin(shared: str) -> None:
    assert kind_of(Text(TITLE, f"{shared}\n{TEXT}")) == Kind.ALIKE


def test_a_text_of_nothing_but_stock_phrases_is_still_compared() -> None:
    assert kind_of(Text("Báo cáo sáng kiến kinh nghiệm", STOCK), Text("Báo cáo sáng kiến kinh nghiệm", STOCK)) == (
        Kind.SAME_TEXT
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (TITLE, Kind.SAME_TITLE),
        (TITLE.upper(), Kind.SAME_TITLE),
        (plain(TITLE), Kind.SAME_TITLE),
        (f"{TITLE} mới", None),
    ],
    ids=["as it is", "capitals", "accents lost", "a word more"],
)
def test_the_same_title(title: str, expected: str | None) -> None:
    assert kind_of(Text(title, OTHER)) == expected


@pytest.mark.parametrize(
    "title", ["Cải tiến kỹ thuật", "Sáng kiến cải tiến kỹ thuật", "Nâng cao hiệu quả công tác", "Tiết kiệm điện"]
)
def test_a_title_that_says_nothing_is_no_reason(title: str) -> None:
    assert kind_of(Text(title, TEXT), Text(title, OTHER)) is None


def test_an_equal_title_of_the_same_author_is_no_reason() -> None:
    later, earlier = Reading.of(Text(TITLE, OTHER)), Reading.of(ORIGINAL)

    assert judged(later, earlier, initiative_id=1, titles_count=False) is None


def test_the_reason_is_given_in_percent_and_sentences() -> None:
    found = judged(Reading.of(Text(TITLE, ALIKE["a sentence rewritten"])), Reading.of(ORIGINAL), initiative_id=7)

    assert found is not None
    assert (found.initiative_id, found.sentences_alike, found.sentences) == (7, 7, 8)
    assert 75 <= found.likeness <= 95


def test_only_the_same_text_is_a_hundred_percent() -> None:
    earlier = Reading.of(Text(TITLE, TEXT * 20))
    later = Reading.of(Text(TITLE, TEXT * 20 + " Hết."))

    found = judged(later, earlier, initiative_id=1)

    assert found is not None
    assert (found.kind, found.likeness) == (Kind.ALIKE, 99)


def test_a_fingerprint_is_small() -> None:
    fingerprint = print_of(ORIGINAL)

    assert len(fingerprint.signature) == 4 * BINS == 256
    assert len(set(fingerprint.bands)) == len(BANDS) == 20
    assert all(-(2**63) <= number < 2**63 for number in (*fingerprint.bands, fingerprint.text_hash))


@pytest.mark.parametrize("text", [Text("", ""), Text("Máy cắt", ""), Text("Máy", "cắt vải tốt")])
def test_a_text_too_short_leaves_nothing_to_be_found_by(text: Text) -> None:
    fingerprint = print_of(text)

    assert (fingerprint.signature, fingerprint.bands, fingerprint.text_hash) == (b"", [], 0)


def test_a_short_text_fills_every_bin() -> None:
    one, other = print_of(Text("Máy cắt vải tự động", "Chạy tốt")), print_of(Text("Máy cắt vải tự động", "Chạy tốt."))

    assert one.bands == other.bands
    assert len(one.bands) == len(BANDS)


def test_fingerprints_agree_as_texts_are_alike() -> None:
    """On average of many pairs; one alone may be off by a tenth."""
    draw = made_up.random.Random(1)
    differences = []
    for _ in range(60):
        text = made_up.made(draw)
        copy = made_up.copied(text, 0, draw).text
        estimate = agreement(print_of(text).signature, print_of(copy).signature)
        one, other = shingles_of(text), shingles_of(copy)
        differences.append(estimate - len(one.own & other.own) / len(one.own | other.own))

    assert abs(sum(differences) / len(differences)) < 0.02


def test_bands_of_equal_bins_elsewhere_differ() -> None:
    signature = bytes(16) * 16

    assert len(set(bands_of(signature))) == len(BANDS)


@pytest.mark.parametrize(
    "text", [TITLE, TEXT, OTHER, STOCK, QUOTED, "H'Hen Niê · Đắk Lắk, 1.500.000 đ – ĐẶNG", "Ðông Hà, Ɖông Hà"]
)
def test_words_are_those_of_the_search(text: str) -> None:
    assert words_in(plain(text)) == folded(text).replace("y", "i").split()


@given(typed, typed, typed)
def test_any_text_can_be_compared_with_itself(title: str, description: str, effect: str) -> None:
    text = Text(title, description, effect)

    assert likeness(shingles_of(text), shingles_of(text)) == 1
    assert print_of(text) == print_of(text)


@given(typed, typed)
def test_likeness_is_the_same_from_both_sides(one: str, other: str) -> None:
    first, second = shingles_of(Text(TITLE, one)), shingles_of(Text(TITLE, other))

    assert 0 <= likeness(first, second) == likeness(second, first) <= 1
