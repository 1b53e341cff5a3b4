"""The table as PDF: whole texts, repeated headings, page numbers, and a signature that is never alone."""

from collections import Counter
from typing import Any

import pypdfium2
import zxingcpp

from initiatives.reports.layouts import LAYOUTS, Letterhead
from initiatives.reports.seals import Seal
from initiatives.reports.summary import SummaryRow
from initiatives.reports.table_pdf import table_pdf
from tests.reports.sheets import LETTERHEAD, summary_row
from tests.reports.test_workbook import BOTH, CASES, EVERY_CASE

SEAL = Seal("0123456789abcdef" * 4)
DATED = Letterhead(
    host=LETTERHEAD.host, sender=LETTERHEAD.sender, year=2021, place_and_date="Đông Hà, ngày 05 tháng 4 năm 2021"
)


def drawn(*rows: SummaryRow, layout: str = "qt", seal: Seal | None = None) -> bytes:
    return table_pdf(rows, layout=LAYOUTS[layout], letterhead=DATED, seal=seal)


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def picture_of_last_page(content: bytes) -> Any:
    document = pypdfium2.PdfDocument(content)
    try:
        return document[len(document) - 1].render(scale=3).to_pil()
    finally:
        document.close()


@BOTH
@EVERY_CASE
def test_every_word_stands_in_it(layout: str, rows: list[SummaryRow]) -> None:
    text = " ".join(pages_of(drawn(*rows, layout=layout)))

    asked = Counter(word for row in rows for cell in LAYOUTS[layout].cells(row) for word in str(cell).split())
    assert asked - Counter(text.split()) == Counter()


@BOTH
@EVERY_CASE
def test_the_signature_stands_once_on_the_last_page_and_not_alone(layout: str, rows: list[SummaryRow]) -> None:
    pages = pages_of(drawn(*rows, layout=layout, seal=SEAL))

    assert [page.count("TM. BAN THƯỜNG VỤ") for page in pages] == [0] * (len(pages) - 1) + [1]
    before, behind = pages[-1].split("TM. BAN THƯỜNG VỤ")
    heading = " ".join(" ".join(column.heading for column in LAYOUTS[layout].columns).split())
    heading = DATED.filled(heading)
    assert not rows or len(before.split()) > len(heading.split()) + 5
    assert "Mã niêm phong hồ sơ: 0123 4567 89ab cdef." in behind


@BOTH
@EVERY_CASE
def test_the_heading_is_repeated_and_pages_are_numbered_from_the_second(layout: str, rows: list[SummaryRow]) -> None:
    pages = pages_of(drawn(*rows, layout=layout))

    assert all("Tên sáng kiến" in page for page in pages)
    assert not pages[0].startswith("1")
    assert [page.split()[0] for page in pages[1:]] == [str(number) for number in range(2, len(pages) + 1)]


def test_nothing_is_drawn_beyond_the_margins() -> None:
    for rows in CASES.values():
        document = pypdfium2.PdfDocument(drawn(*rows, seal=SEAL))
        try:
            for page in document:
                text = page.get_textpage()
                for number in range(text.count_rects()):
                    left, bottom, right, _ = text.get_rect(number)
                    assert left >= 30 / 25.4 * 72 and right <= (297 - 15) / 25.4 * 72
                    assert bottom >= 10 / 25.4 * 72
        finally:
            document.close()


def test_what_was_sealed_carries_a_code_that_leads_to_its_confirmation() -> None:
    content = drawn(summary_row(), seal=SEAL)

    read = zxingcpp.read_barcodes(picture_of_last_page(content))
    assert [code.text for code in read] == [f"http://127.0.0.1:8000/xac-nhan/{SEAL.hash}/"]
    assert "Mã niêm phong hồ sơ: 0123 4567 89ab cdef · trang 1" in pages_of(content)[0]


def test_what_was_not_sealed_carries_none() -> None:
    content = drawn(summary_row())

    assert zxingcpp.read_barcodes(picture_of_last_page(content)) == []
    assert "niêm phong" not in pages_of(content)[0]


def test_the_same_rows_give_the_same_bytes() -> None:
    assert drawn(summary_row(), seal=SEAL) == drawn(summary_row(), seal=SEAL)


def test_the_font_is_embedded() -> None:
    assert b"/FontFile2" in drawn(summary_row())


def test_place_and_day_stand_above_the_signature() -> None:
    assert "Đông Hà, ngày 05 tháng 4 năm 2021 TM. BAN THƯỜNG VỤ" in pages_of(drawn(summary_row()))[0]


def test_a_code_that_excel_would_read_is_left_as_it_was_typed() -> None:
    assert "máy _x0041_" in pages_of(drawn(summary_row(title="máy _x0041_")))[0]
