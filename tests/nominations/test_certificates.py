"""The certificate: everything on one sheet whatever its length, a QR that is read, colours of the union."""

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings

from initiatives.nominations import certificates
from initiatives.nominations.certificates import Certificate, CertificateTooLong, certificates_pdf
from orgtree.models import Level

KEY = "a1b2c3d4e5f60718a1b2c3d4e5f60718"
TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"


def certificate(**changes: Any) -> Certificate:
    facts = {
        "author": "H'Hen Niê Kđăm",
        "unit_name": "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu",
        "title": "Cữ chặn có thước khắc cho máy cắt vải",
        "form": "Bằng khen của Ban Chấp hành LĐLĐ tỉnh",
        "decision": "101/QĐ-LĐLĐ",
        "decided_on": date(2022, 2, 5),
        "issuer": "Liên đoàn Lao động tỉnh Quảng Trị",
        "issuer_level": Level.PROVINCE,
        "campaign": "01 triệu sáng kiến",
        "key": KEY,
        "address": f"https://sangkien.example.vn/xac-nhan/{KEY}/",
        "domain": "sangkien.example.vn",
    }
    return Certificate(**facts | changes)


def pages(pdf: bytes) -> list[str]:
    """The text of each page on one line."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_it_says_what_the_decision_says() -> None:
    (text,) = pages(certificates_pdf([certificate()], is_for_signing=True))

    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG TRỊ",
        "GIẤY CHỨNG NHẬN",
        "H'Hen Niê Kđăm",
        "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu",
        "“Cữ chặn có thước khắc cho máy cắt vải”",
        "Bằng khen của Ban Chấp hành LĐLĐ tỉnh",
        "Theo Quyết định số 101/QĐ-LĐLĐ, ngày 05 tháng 02 năm 2022",
        "sangkien.example.vn/xac-nhan/",
        "A1B2 C3D4 E5F6 0718",
    ):
        assert expected in text


ON_BEHALF = [
    (Level.CONFEDERATION, "TM. ĐOÀN CHỦ TỊCH"),
    (Level.PROVINCE, "TM. BAN THƯỜNG VỤ"),
    (Level.SECTOR, "TM. BAN THƯỜNG VỤ"),
    (Level.DISTRICT, "TM. BAN THƯỜNG VỤ"),
    (Level.GRASSROOTS, "TM. BAN CHẤP HÀNH"),
]


@pytest.mark.parametrize(("level", "words"), ON_BEHALF)
def test_who_signs_follows_from_the_level(level: str, words: str) -> None:
    (text,) = pages(certificates_pdf([certificate(issuer_level=level)], is_for_signing=True))

    assert words in text


def test_what_a_worker_keeps_pretends_no_signature() -> None:
    (text,) = pages(certificates_pdf([certificate()], is_for_signing=False))

    assert "TM. " not in text
    assert certificates.FROM_THE_PORTAL in text


LONGEST = {
    "author": ("Công Tằng Tôn Nữ Huyền Trân " * 5)[:120].strip(),
    "unit_name": ("Công đoàn cơ sở Tổng công ty Dầu khí miền Trung " * 7)[:300].strip(),
    "title": ("CẢI TIẾN QUY TRÌNH NGHIỀN PHỐI LIỆU " * 8)[:250].strip(),
    "form": ("Bằng khen của Đoàn Chủ tịch Tổng Liên đoàn " * 3)[:120].strip(),
    "campaign": ("Vượt khó phát triển " * 10)[:200].strip(),
    "issuer": ("Công đoàn Khu kinh tế, khu công nghiệp và khu chế xuất " * 4)[:200].strip(),
    "decision": "9" * 60,
    "domain": "cong-sang-kien-cua-tong-lien-doan.lao-dong.example.vn",
}


@pytest.mark.parametrize("is_for_signing", [True, False])
def test_the_longest_legal_texts_stand_whole_on_one_sheet(is_for_signing: bool) -> None:
    texts = pages(certificates_pdf([certificate(**LONGEST)], is_for_signing=is_for_signing))

    assert len(texts) == 1
    for name in ("author", "unit_name", "title", "form", "campaign", "decision", "domain"):
        assert squeezed(LONGEST[name]) in squeezed(texts[0]), name
    assert squeezed(LONGEST["issuer"].upper()) in squeezed(texts[0])


def test_a_word_without_blanks_is_broken_and_not_lost() -> None:
    (text,) = pages(certificates_pdf([certificate(author="W" * 120)], is_for_signing=True))

    assert "W" * 120 in squeezed(text)


def test_what_no_sheet_can_hold_is_refused() -> None:
    with pytest.raises(CertificateTooLong):
        certificates_pdf([certificate(title="dài " * 4000)], is_for_signing=True)


def test_the_code_on_paper_is_read_by_a_phone() -> None:
    page = pypdfium2.PdfDocument(certificates_pdf([certificate()], is_for_signing=True))[0]

    found = zxingcpp.read_barcodes(page.render(scale=2).to_pil())

    assert [each.text for each in found] == [f"https://sangkien.example.vn/xac-nhan/{KEY}/"]


def test_it_is_a4_turned_sideways_a_sheet_each_and_always_the_same_bytes() -> None:
    sheets = [certificate(), certificate(author="Trần Thị Thu Hà")]

    first, second = (certificates_pdf(sheets, is_for_signing=True) for _ in range(2))

    document = pypdfium2.PdfDocument(first)
    assert first == second
    assert [tuple(map(round, page.get_size())) for page in document] == [(842, 595)] * 2
    assert "Trần Thị Thu Hà" in pages(first)[1]


@pytest.mark.parametrize(("name", "colour"), [("red", "RED"), ("gold", "GOLD"), ("brand-deep", "DEEP"), ("ink", "INK")])
def test_its_colours_are_those_of_the_portal(name: str, colour: str) -> None:
    token = re.search(rf"--{name}: (#[0-9a-f]{{6}});", TOKENS.read_text())

    assert token is not None
    assert getattr(certificates, colour).hexval() == token[1].replace("#", "0x")
