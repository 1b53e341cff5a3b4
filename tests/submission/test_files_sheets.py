"""A table of Excel is judged like a Word document, and taken only where a table is asked for."""

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from initiatives.submission.files import store
from initiatives.submission.files.judge import MEDIA_TYPES, FileRefused, judge
from tests.submission import samples

LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"


def xlsx(**more: str) -> bytes:
    """As an ordinary program writes it, with these members beside the usual ones."""
    file = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "BẢNG TỔNG HỢP TÓM TẮT SÁNG KIẾN"
    book.save(file)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, content in more.items():
            packed.writestr(name, content)
    return file.getvalue()


def refusal(content: bytes, *, name: str = "bang.xlsx", sheets: bool = True) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        judge(io.BytesIO(content), name=name, sheets=sheets).close()
    return refused.value


def test_a_table_is_kept_as_it_came() -> None:
    content = xlsx()

    with judge(io.BytesIO(content), name="Bảng tổng hợp.XLSX", sheets=True) as judged:
        name = store.put(judged)

    assert (judged.name, judged.media_type) == ("Bảng tổng hợp.XLSX", MEDIA_TYPES["xlsx"])
    with store.open_stored(name) as kept:
        assert kept.read() == content


def test_where_no_table_is_asked_for_it_is_not_taken() -> None:
    refused = refusal(xlsx(), sheets=False)

    assert refused.reason == "type"
    assert refused.sentence.endswith("tệp PDF hoặc Word (DOC, DOCX).")


def test_what_else_may_be_sent_is_named() -> None:
    assert refusal(b"MZ", name="bang.exe").sentence.endswith("tệp PDF, Word (DOC, DOCX) hoặc Excel (XLSX).")


ODD: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("a Word document by another name", samples.docx, "type", "không phải là bảng Excel"),
    ("an archive by another name", lambda: samples.zip_of(a="b"), "type", "không phải là bảng Excel"),
    ("a PDF by another name", samples.pdf, "type", "bên trong là PDF"),
    ("a sheet of old", lambda: samples.ole({"Workbook": b"x" * 5000}), "type", "đời cũ"),
    ("with a password", lambda: samples.ole({"EncryptedPackage": b"x" * 5000}), "protected", "mật khẩu"),
    ("with a program", lambda: xlsx(**{"xl/vbaProject.bin": "Sub"}), "macro", "macro"),
    (
        "linked to another file",
        lambda: xlsx(
            **{"xl/externalLinks/_rels/a.xml.rels": samples.relationships((LINK, "file:///x.xlsx", "External"))}
        ),
        "external",
        "tự lấy nội dung",
    ),
    ("with an archive hung on", lambda: xlsx() + samples.zip_of(a="b"), "polyglot", "tệp khác"),
    ("cut short", lambda: xlsx()[:-40], "broken", "bị hỏng"),
]


@pytest.mark.parametrize(("content", "reason", "words"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_what_is_odd_about_a_table_is_refused(content: Callable[[], bytes], reason: str, words: str) -> None:
    refused = refusal(content())

    assert refused.reason == reason
    assert words in refused.sentence
