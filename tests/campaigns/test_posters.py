import csv
import io
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from reportlab.lib.units import mm
from reportlab.pdfbase.ttfonts import TTFont

from initiatives.campaigns.poster_files import poster_pdf
from initiatives.campaigns.posters import (
    FONT_FILES,
    FONTS,
    MARGIN,
    NEVER,
    PAPER,
    WAYS,
    PosterText,
    PosterTooLong,
    Size,
    balanced,
    qr_png,
    qr_svg,
)
from initiatives.campaigns.small_posters import FOOT, SHEET_EDGE

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

FOLDS = (FOOT / PAPER["the"][1], 0.5, 1 - FOOT / PAPER["the"][1])
each_poster = pytest.mark.parametrize("name", POSTERS)
each_size = pytest.mark.parametrize("size", PAPER)
CODES = {"a4": 1, "a5": 1, "the": 2, "tem": 6}
PRINTED, SEEN_FROM_AFAR = 300, 75  # dots per inch
EDGE = {size: MARGIN.get(size, 5 * mm) - 1 for size in PAPER}  # what the least of printers leaves white


@cache
def printed(name: str, size: Size) -> bytes:
    return poster_pdf(POSTERS[name], size=size)


def pixels(pdf: bytes, *, dots_per_inch: int = 200, page: int = 0) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=dots_per_inch / 72).to_pil()


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Code:
    """A code as found on the sheet at print scale: what it says, where its dark part lies in points, how white it is around."""

    text: str
    level: str
    box: Box
    white_around: int


@cache
def codes(name: str, size: Size) -> list[Code]:
    picture = pixels(printed(name, size), dots_per_inch=PRINTED).convert("L")
    point, height = 72 / PRINTED, PAPER[size][1]
    found = []
    for code in read_codes(picture):
        at = code.position
        corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
        left, right = min(each.x for each in corners), max(each.x for each in corners)
        top, bottom = min(each.y for each in corners), max(each.y for each in corners)
        quiet = round((right - left) / 60)  # between half a module and one
        around = picture.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
        dark = around.point(lambda grey: 255 if grey < 128 else 0).getbbox()
        white = min(dark[0], dark[1], around.width - dark[2], around.height - dark[3])
        left, top = left - quiet + dark[0], top - quiet + dark[1]
        right, bottom = left + dark[2] - dark[0], top + dark[3] - dark[1]
        box = (left * point, height - bottom * point, right * point, height - top * point)
        found.append(Code(code.text, code.ec_level, box, white))
    return found


def read_codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False, try_downscale=False)


def words(pdf: bytes) -> str:
    return " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split())


def letter_boxes(pdf: bytes) -> list[Box]:
    """Left, bottom, right and top of every letter that can be seen."""
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    letters = text.get_text_range()
    boxes = [text.get_charbox(at) for at in range(text.count_chars()) if letters[at].strip()]
    return [box for box in boxes if box[0] < box[2]]


@each_size
@each_poster
def test_the_code_on_paper_leads_to_the_form(name: str, size: Size) -> None:
    found = codes(name, size)

    assert [(code.text, code.level) for code in found] == [(POSTERS[name].url, "Q")] * CODES[size]


@each_size
@each_poster
def test_the_code_can_be_read_at_a_quarter_of_what_is_printed(name: str, size: Size) -> None:
    found = read_codes(pixels(printed(name, size), dots_per_inch=SEEN_FROM_AFAR))

    assert [code.text for code in found] == [POSTERS[name].url] * CODES[size]


@each_size
@each_poster
def test_the_code_is_at_least_five_centimetres_wide(name: str, size: Size) -> None:
    """Its dark part as printed, dot by dot; what is around it is white."""
    for code in codes(name, size):
        left, bottom, right, top = code.box
        assert min(right - left, top - bottom) >= 50 * mm
        assert code.white_around > 0


@each_size
@each_poster
def test_everything_is_on_one_page_inside_its_margins(name: str, size: Size) -> None:
    pdf = printed(name, size)
    width, height = PAPER[size]
    margin = EDGE[size]

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
    found = codes(name, size)

    letters = letter_boxes(printed(name, size))

    assert len(found) == CODES[size]
    assert [box for box in letters for code in found if overlap(box, code.box)] == []


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


@each_poster
def test_nothing_stands_on_a_fold_of_the_table_card(name: str) -> None:
    height = PAPER["the"][1]

    across = [box for box in letter_boxes(printed(name, "the")) for fold in FOLDS if box[1] <= fold * height <= box[3]]

    assert across == []


@each_poster
def test_the_other_side_of_the_table_card_says_the_same_upside_down(name: str) -> None:
    width, height = PAPER["the"]
    letters = [box for box in letter_boxes(printed(name, "the")) if box[1] > FOLDS[0] * height]
    down, up = ([box for box in letters if (box[1] > height / 2) is side] for side in (True, False))

    turned = sorted((width - right, height - top, width - left, height - bottom) for left, bottom, right, top in down)

    assert len(turned) == len(up)
    assert [each for pair in zip(turned, sorted(up), strict=True) for each in pair[0]] == pytest.approx(
        [each for pair in zip(turned, sorted(up), strict=True) for each in pair[1]], abs=0.6
    )


@each_poster
def test_each_letter_of_the_stickers_is_on_one_of_them(name: str) -> None:
    """None on a line along which they are cut, with room for the hand that cuts."""
    width, height = PAPER["tem"]
    across = [SHEET_EDGE + at * (width - 2 * SHEET_EDGE) / 2 for at in range(3)]
    down = [SHEET_EDGE + at * (height - 2 * SHEET_EDGE) / 3 for at in range(4)]
    room = 2 * mm

    cut = [
        box
        for box in letter_boxes(printed(name, "tem"))
        if any(box[0] - room < line < box[2] + room for line in across)
        or any(box[1] - room < line < box[3] + room for line in down)
    ]

    assert cut == []


@each_size
def test_everything_said_can_be_read(size: Size) -> None:
    said = words(printed("full", size))
    everywhere = (ORGANISATION.upper(), FULL.unit_name, FULL.domain, FULL.closing)
    steps = (step for way, steps in WAYS for step in (way, *steps))
    with_room = (CAMPAIGN_2022, *FULL.hotlines, NEVER, *steps)

    for part in everywhere if size == "tem" else (*everywhere, *with_room):
        assert said.count(part) >= CODES[size]


@each_size
def test_a_long_address_stands_in_one_piece(size: Size) -> None:
    page = pypdfium2.PdfDocument(printed("a long address", size))[0]

    assert POSTERS["a long address"].domain in page.get_textpage().get_text_range()


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
    assert pypdfium2.PdfDocument(printed("full", "tem")).get_metadata_dict()["Title"].startswith("Tem dán – ")
    assert told["Author"] == ORGANISATION
    assert "ReportLab" not in "".join(told.values())


@pytest.mark.parametrize("size", PAPER)
def test_the_sheet_has_the_size_of_the_paper(size: Size) -> None:
    page = pypdfium2.PdfDocument(printed("bare", size))[0]

    assert (page.get_width(), page.get_height()) == pytest.approx(PAPER[size])


@each_size
def test_a_text_no_sheet_can_hold_is_told(size: Size) -> None:
    with pytest.raises(PosterTooLong):
        poster_pdf(replace(FULL, campaign_name="sáng kiến " * 2000, unit_name=""), size=size)


@pytest.mark.parametrize("size", ["a5", "the", "tem"])
def test_the_longest_names_of_the_tree_stand_whole_on_the_smallest_sheets(size: Size) -> None:
    names = sorted(unit_names(), key=len)[-12:]

    for name in names:
        assert name in words(poster_pdf(replace(FULL, unit_name=name), size=size))


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
