import csv
import io
import unicodedata
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from reportlab.lib.units import mm
from reportlab.pdfbase.ttfonts import TTFont

from initiatives.campaigns.posters import (
    FONT_FILES,
    FONTS,
    MARGIN,
    NEVER,
    PAPER,
    PosterText,
    PosterTooLong,
    Size,
    balanced,
    poster_pdf,
    qr_png,
    qr_svg,
)

URL = "https://sangkien.congdoanvietnam.org/q/Ab3dEf7hJk"
LONG_URL = "https://sangkien.congdoanvietnam.org/q/" + "Ab3dEf7hJk" * 4
ORGANISATION = "Tổng Liên đoàn Lao động Việt Nam"
CAMPAIGN_2021 = "75 nghìn sáng kiến, vượt khó, phát triển"
CAMPAIGN_2022 = "01 triệu sáng kiến - nỗ lực vượt khó, sáng tạo, quyết tâm chiến thắng đại dịch Covid-19"
LONGEST_UNITS = (
    "Công đoàn ngành Nông nghiệp và Phát triển nông thôn thành phố Hải Phòng",
    "Công đoàn các Khu chế xuất và công nghiệp Thành phố Hồ Chí Minh",
)

FULL = PosterText(
    url=URL,
    domain="sangkien.congdoanvietnam.org",
    campaign_name=CAMPAIGN_2022,
    organisation=ORGANISATION,
    unit_name=LONGEST_UNITS[0],
    closing="Nhận đến 24h00 ngày 1/9/2023",
    hotlines=(
        "Ban Tuyên giáo Tổng Liên đoàn: 0912 345 678 (giờ hành chính)",
        "Công đoàn ngành Nông nghiệp và PTNT thành phố Hải Phòng: 0225 3842 119",
    ),
)
BARE = PosterText(url=URL, domain="congdoanvietnam.org", campaign_name=CAMPAIGN_2021, organisation=ORGANISATION)
POSTERS = {
    "full": FULL,
    "bare": BARE,
    "no help line": replace(FULL, hotlines=()),
    "no closing day": replace(FULL, closing=""),
    "another long unit": replace(FULL, unit_name=LONGEST_UNITS[1]),
    "a workplace of 200 letters": replace(FULL, unit_name="Công đoàn cơ sở " + "Công ty trách nhiệm hữu hạn " * 7),
    "one endless word": replace(FULL, unit_name="X" * 120),
    "a long address": replace(FULL, url=LONG_URL, domain="sang-kien-cong-nhan-vien-chuc-lao-dong.congdoanvietnam.org"),
    "many help lines": replace(FULL, hotlines=FULL.hotlines * 4),
}

each_poster = pytest.mark.parametrize("name", POSTERS)
each_size = pytest.mark.parametrize("size", ["a4", "a5"])


@cache
def printed(name: str, size: Size) -> bytes:
    return poster_pdf(POSTERS[name], size=size)


def pixels(pdf: bytes, *, dots_per_inch: int = 200) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72).to_pil()


def words(pdf: bytes) -> str:
    return " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split())


def letter_boxes(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top of every letter that can be seen."""
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    letters = text.get_text_range()
    boxes = [text.get_charbox(at) for at in range(text.count_chars()) if letters[at].strip()]
    return [box for box in boxes if box[0] < box[2]]


@each_size
@each_poster
def test_the_code_on_paper_leads_to_the_form(name: str, size: Size) -> None:
    (code,) = zxingcpp.read_barcodes(pixels(printed(name, size)))

    assert code.text == POSTERS[name].url
    assert code.ec_level == "Q"


@each_size
@each_poster
def test_the_code_is_at_least_five_centimetres_wide(name: str, size: Size) -> None:
    (code,) = zxingcpp.read_barcodes(pixels(printed(name, size)))

    corners = code.position
    assert (corners.top_right.x - corners.top_left.x) / 200 * 72 > 49.5 * mm


@each_size
@each_poster
def test_everything_is_on_one_page_inside_its_margins(name: str, size: Size) -> None:
    pdf = printed(name, size)
    width, height = PAPER[size]
    margin = MARGIN[size] - 1

    assert len(pypdfium2.PdfDocument(pdf)) == 1
    boxes = letter_boxes(pdf)
    assert len(boxes) > 200
    assert min(box[0] for box in boxes) >= margin
    assert min(box[1] for box in boxes) >= margin
    assert max(box[2] for box in boxes) <= width - margin
    assert max(box[3] for box in boxes) <= height - margin


@each_size
@each_poster
def test_no_letter_stands_on_the_code(name: str, size: Size) -> None:
    pdf = printed(name, size)
    corners = zxingcpp.read_barcodes(pixels(pdf))[0].position
    left, right = corners.top_left.x * 72 / 200, corners.top_right.x * 72 / 200
    top, bottom = PAPER[size][1] - corners.top_left.y * 72 / 200, PAPER[size][1] - corners.bottom_left.y * 72 / 200

    inside = [box for box in letter_boxes(pdf) if box[0] < right and box[2] > left and box[1] < top and box[3] > bottom]

    assert inside == []


@each_size
def test_everything_said_can_be_read(size: Size) -> None:
    said = words(printed("full", size))

    for part in (ORGANISATION.upper(), CAMPAIGN_2022, FULL.unit_name, FULL.domain, FULL.closing, *FULL.hotlines, NEVER):
        assert part in said


@each_size
def test_a_long_address_stands_in_one_piece(size: Size) -> None:
    page = pypdfium2.PdfDocument(printed("a long address", size))[0]

    lines = page.get_textpage().get_text_range().splitlines()

    assert POSTERS["a long address"].domain in [line.strip() for line in lines]


def test_a_poster_of_the_campaign_says_nothing_of_a_unit() -> None:
    assert "đơn vị của bạn" in words(printed("full", "a4"))
    assert "đơn vị" not in words(printed("bare", "a4"))


def test_the_same_poster_is_the_same_to_the_byte() -> None:
    assert poster_pdf(FULL) == poster_pdf(FULL)


def test_two_posters_differ() -> None:
    assert poster_pdf(FULL) != poster_pdf(replace(FULL, closing="Nhận đến 24h00 ngày 2/9/2023"))


def test_the_file_says_what_it_is() -> None:
    told = pypdfium2.PdfDocument(printed("full", "a4")).get_metadata_dict()

    assert told["Title"] == f"Áp phích – {CAMPAIGN_2022} – {FULL.unit_name}"
    assert told["Author"] == ORGANISATION
    assert "ReportLab" not in "".join(told.values())


@pytest.mark.parametrize("size", PAPER)
def test_the_sheet_has_the_size_of_the_paper(size: Size) -> None:
    page = pypdfium2.PdfDocument(printed("bare", size))[0]

    assert (page.get_width(), page.get_height()) == pytest.approx(PAPER[size])


def test_a_text_no_sheet_can_hold_is_told() -> None:
    with pytest.raises(PosterTooLong):
        poster_pdf(replace(FULL, campaign_name="sáng kiến " * 2000))


def test_the_longest_names_of_the_tree_stand_whole_on_the_smallest_sheet() -> None:
    names = sorted(unit_names(), key=len)[-12:]

    for name in names:
        assert name in words(poster_pdf(replace(FULL, unit_name=name), size="a5"))


def unit_names() -> set[str]:
    file = Path(__file__).resolve().parents[2] / "fixtures" / "units" / "units-2021.csv"
    with file.open(newline="") as rows:
        return {row["name"] for row in csv.DictReader(rows)}


# --- lines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("LĐLĐ thành phố Đông Hà", ["LĐLĐ thành phố Đông Hà"]),
        (LONGEST_UNITS[0], ["Công đoàn ngành Nông nghiệp", "và Phát triển nông thôn thành phố Hải Phòng"]),
        (CAMPAIGN_2022, ["01 triệu sáng kiến - nỗ lực vượt khó, sáng tạo,", "quyết tâm chiến thắng đại dịch Covid-19"]),
    ],
)
def test_lines_part_where_one_pauses(text: str, lines: list[str]) -> None:
    poster_pdf(BARE)  # registers the fonts

    assert balanced(text, "PosterBold", 20, 460) == lines


# --- the code alone -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [4, 16])
@pytest.mark.parametrize("url", [URL, LONG_URL], ids=["short", "long"])
def test_the_picture_leads_to_the_form(url: str, scale: int) -> None:
    picture = Image.open(io.BytesIO(qr_png(url, scale=scale)))

    (code,) = zxingcpp.read_barcodes(picture)

    assert (code.text, code.ec_level) == (url, "Q")
    assert picture.getbbox() is not None
    assert picture.mode == "1"


def test_the_picture_keeps_its_quiet_zone() -> None:
    picture = Image.open(io.BytesIO(qr_png(URL, scale=1))).convert("L")
    side = picture.width

    dark = picture.point(lambda grey: 255 - grey).getbbox()

    assert dark == (4, 4, side - 4, side - 4)


def test_the_drawing_is_the_picture_module_by_module() -> None:
    root = ElementTree.fromstring(qr_svg(URL))
    side = int(root.get("viewBox").split()[-1])
    drawn = Image.new("L", (side, side), 255)
    for run in root[-1].get("d").split("z")[:-1]:
        start, length = run.removeprefix("M").split("h")[:2]
        x, y = map(int, start.split())
        for step in range(int(length.split("v")[0])):
            drawn.putpixel((x + step, y), 0)

    assert drawn.tobytes() == Image.open(io.BytesIO(qr_png(URL, scale=1))).convert("L").tobytes()


def test_the_drawing_needs_neither_style_nor_script() -> None:
    drawing = qr_svg(URL).decode()
    root = ElementTree.fromstring(drawing)

    assert [child.tag.partition("}")[2] for child in root] == ["title", "path", "path"]
    assert "style" not in drawing
    assert "script" not in drawing
    assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


# --- the fonts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("font", FONT_FILES)
def test_every_vietnamese_letter_has_a_shape(font: str) -> None:
    shapes = TTFont(f"Tried{font}", FONTS / f"{FONT_FILES[font]}.ttf").face.charToGlyph
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    vowels = [unicodedata.normalize("NFC", vowel + mark) for vowel in "aăâeêioôơuưy" for mark in marks]
    letters = {*vowels, *"".join(vowels).upper(), *"đĐ“”–…•0123456789"}

    assert [letter for letter in sorted(letters) if ord(letter) not in shapes] == []


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "LICENSE").read_text()
