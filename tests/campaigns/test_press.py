"""Many sheets in one file: each its own unit's, whoever drew them, and the file small."""

from dataclasses import replace

import pypdfium2
import pytest

from initiatives.campaigns import poster_files
from initiatives.campaigns.poster_files import posters_pdf
from initiatives.campaigns.posters import PAPER, PosterText, Size
from initiatives.campaigns.press import packed, unpacked
from tests.campaigns.test_posters import CODES, FULL, PRINTED, pixels, read_codes

NAMES = ("Liên đoàn Lao động huyện Hướng Hóa", "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu", "CĐCS Xưởng Ốp Ổ Ỹ")


def poster(number: int, *, depth: int = 0) -> PosterText:
    name = NAMES[number % len(NAMES)] + (f" {number}" if number >= len(NAMES) else "")
    return replace(FULL, url=f"https://sangkien.vn/q/abcdefgh{number:04d}", unit_name=name, depth=depth)


def said(pdf: bytes) -> list[str]:
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


def lines_of(pdf: bytes) -> list[tuple[int, str, int]]:
    """The outline: how deep, what, and to which page it leads."""
    outline = pypdfium2.PdfDocument(pdf).get_toc()
    return [(line.level, line.get_title(), line.get_dest().get_index()) for line in outline]


@pytest.mark.parametrize("size", PAPER)
def test_each_sheet_bears_the_codes_and_the_name_of_its_own_unit(size: Size) -> None:
    posters = [poster(number) for number in range(3)]

    pdf = posters_pdf(posters, size=size)

    found = [{code.text for code in read_codes(pixels(pdf, dots_per_inch=100, page=page))} for page in range(3)]
    assert found == [{each.url} for each in posters]
    assert [[name in text for name in NAMES] for text in said(pdf)] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    assert CODES[size] == len(read_codes(pixels(pdf, dots_per_inch=PRINTED, page=2)))


@pytest.mark.parametrize(
    ("depths", "levels"),
    [
        ([2, 3, 3], [0, 1, 1]),
        ([2, 2, 2], [0, 0, 0]),
        ([3, 4, 3], [0, 1, 0]),
        ([2, 4, 3, 4], [0, 1, 1, 2]),
        ([4, 2, 3], [0, 0, 1]),
    ],
    ids=str,
)
def test_the_outline_goes_as_deep_as_the_units(depths: list[int], levels: list[int]) -> None:
    posters = [poster(number, depth=depth) for number, depth in enumerate(depths)]

    pdf = posters_pdf(posters, size="a5")

    assert lines_of(pdf) == [(level, posters[at].unit_name, at) for at, level in enumerate(levels)]


def test_what_two_presses_drew_is_bound_into_the_file_one_would_have_made() -> None:
    """The second brings letters that the first never saw, and begins with those of the first."""
    posters = [poster(number) for number in range(4)]
    kept, letters = [], None
    for part in (posters[:2], posters[2:]):
        press = poster_files.press_for("a4", letters)
        sheets = [poster_files.drawn(press, each, size="a4") for each in part]
        kept.append(packed(sheets, press.stamps))
        letters = press.letters

    assert letters is not None
    pieces = [unpacked(each) for each in kept]
    pdf = poster_files.bound(
        [sheet for sheets, _ in pieces for sheet in sheets],
        {name: code for _, stamps in pieces for name, code in stamps.items()},
        letters,
        size="a4",
        campaign_name=FULL.campaign_name,
        organisation=FULL.organisation,
        of=posters[0].unit_name,
    )

    assert said(pdf) == said(posters_pdf(posters, size="a4"))
    assert posters[2].unit_name in said(pdf)[2]
    assert len(pdf) == len(posters_pdf(posters, size="a4"))


def test_the_same_sheets_are_the_same_to_the_byte() -> None:
    posters = [poster(number) for number in range(3)]

    assert posters_pdf(posters, size="the") == posters_pdf(posters, size="the")


@pytest.mark.parametrize("size", PAPER)
def test_a_further_sheet_costs_little_more_than_its_code(size: Size) -> None:
    """Fonts and what all sheets say lie in the file once."""
    few, many = (len(posters_pdf([poster(at) for at in range(count)], size=size)) for count in (3, 23))

    assert (many - few) / 20 < 3_800


def test_a_name_that_sets_everything_smaller_stands_among_others() -> None:
    """Sheets of another scale have stamps of their own."""
    posters = [
        poster(0),
        replace(poster(1), unit_name="Công đoàn cơ sở " + "Công ty trách nhiệm hữu hạn " * 6),
        poster(2),
    ]

    texts = said(posters_pdf(posters, size="a5"))

    assert [each.unit_name.strip() in text for each, text in zip(posters, texts, strict=True)] == [True, True, True]
    assert all(FULL.campaign_name in text for text in texts)
