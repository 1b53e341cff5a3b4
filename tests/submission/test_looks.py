"""What the desk shows of a document at a glance: small pictures, the text of Word; nothing that breaks is tried for ever."""

import hashlib
import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from initiatives.models import Attachment
from initiatives.submission.files import looks, word_text
from initiatives.submission.files.judge import MEDIA_TYPES
from tests.factories import AttachmentFactory, DraftFactory
from tests.submission import samples

HEAD = "<?xml version='1.0'?><w:document xmlns:w='w' xmlns:mc='mc'><w:body>"
END = "</w:body></w:document>"


def docx_of(body: str) -> io.BytesIO:
    return io.BytesIO(samples.docx({"word/document.xml": f"{HEAD}{body}{END}"}))


def paragraph(*texts: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in texts) + "</w:p>"


@pytest.mark.parametrize(
    "body, text",
    [
        pytest.param(paragraph("Sáng kiến"), "Sáng kiến", id="a paragraph"),
        pytest.param(paragraph("Sáng ", "ki", "ến"), "Sáng kiến", id="broken into runs"),
        pytest.param(paragraph("Một") + paragraph("Hai"), "Một\nHai", id="two paragraphs"),
        pytest.param("<w:p><w:r><w:t>Một</w:t><w:br/><w:t>Hai</w:t></w:r></w:p>", "Một\nHai", id="a line end"),
        pytest.param("<w:p><w:r><w:t>Một</w:t><w:tab/><w:t>Hai</w:t></w:r></w:p>", "Một Hai", id="a tab"),
        pytest.param(
            f"<w:tbl><w:tr><w:tc>{paragraph('Tên')}</w:tc><w:tc>{paragraph('Số')}</w:tc></w:tr></w:tbl>",
            "Tên | Số |",
            id="a row of a table",
        ),
        pytest.param(
            "<w:p><w:r><w:instrText>PAGE \\* MERGE</w:instrText><w:t>3</w:t></w:r></w:p>", "3", id="a field's code"
        ),
        pytest.param(
            "<w:p><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del><w:r><w:t>mới</w:t></w:r></w:p>",
            "mới",
            id="what was struck out",
        ),
        pytest.param(
            f"<w:p><mc:AlternateContent><mc:Choice><w:t>A</w:t></mc:Choice><mc:Fallback>{paragraph('A')}</mc:Fallback>"
            "</mc:AlternateContent></w:p>",
            "A",
            id="told twice for old programs",
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_text_of_a_docx(body: str, text: str) -> None:
    assert word_text.first_look(docx_of(body), extension="docx") == text


def test_a_font_of_before_unicode_is_repaired_and_said_so() -> None:
    found = word_text.first_look(docx_of(paragraph("S¸ng kiÕn c¶i tiÕn kü thuËt")), extension="docx")

    assert found == "[Tệp dùng phông chữ cũ TCVN3. Cổng đã chuyển sang Unicode để đọc.]\nSáng kiến cải tiến kỹ thuật"


def test_a_long_document_is_cut() -> None:
    found = word_text.first_look(docx_of(paragraph("chữ " * 30_000)), extension="docx")

    assert len(found) == word_text.MOST_CHARACTERS + len(word_text.CUT)
    assert found.endswith(word_text.CUT)


def test_entities_are_not_unfolded() -> None:
    bomb = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><w:document xmlns:w='w'><w:t>&b;</w:t></w:document>"

    with pytest.raises(ValueError, match="no Word part"):
        word_text.docx_text(io.BytesIO(samples.docx({"word/document.xml": bomb})))


def doc_of(*pieces: str | bytes, length: int | None = None, magic: int = 0xA5EC, properties: bytes = b"") -> io.BytesIO:
    """A DOC of text pieces: bytes stand in eight bits a letter, str in sixteen."""
    main = bytearray(samples.word_stream(magic=magic, flags=0x0200))
    positions, places, at = [0], [], len(main)
    for piece in pieces:
        body = piece if isinstance(piece, bytes) else piece.encode("utf-16-le")
        characters = len(piece)
        places.append((at * 2) | 0x4000_0000 if isinstance(piece, bytes) else at)
        main += body.ljust(len(body) + len(body) % 2, b" ")
        at = len(main)
        positions.append(positions[-1] + characters)
    plc = struct.pack(f"<{len(positions)}I", *positions) + b"".join(
        struct.pack("<HIH", 0, place, 0) for place in places
    )
    clx = (b"\x01" + struct.pack("<H", len(properties)) + properties if properties else b"") + b"\x02"
    clx += struct.pack("<I", len(plc)) + plc
    struct.pack_into("<I", main, 0x4C, positions[-1] if length is None else length)
    struct.pack_into("<II", main, 0x1A2, 16, len(clx))
    return io.BytesIO(samples.doc({"WordDocument": bytes(main), "1Table": bytes(16) + clx}))


@pytest.mark.parametrize(
    "made, text",
    [
        pytest.param(lambda: doc_of("Sáng kiến cải tiến\r"), "Sáng kiến cải tiến", id="sixteen bits"),
        pytest.param(lambda: doc_of(b"Cai tien\r"), "Cai tien", id="eight bits"),
        pytest.param(lambda: doc_of(b"Tr\xe2n ", "Thị Ánh\r"), "Trân Thị Ánh", id="pieces of both"),
        pytest.param(lambda: doc_of("Một\rHai\r"), "Một\nHai", id="two paragraphs"),
        pytest.param(lambda: doc_of("Tên\aSố\a\a"), "Tên | Số |", id="cells"),
        pytest.param(lambda: doc_of("Trang \x13PAGE\x141\x15 hết"), "Trang 1 hết", id="a field"),
        pytest.param(lambda: doc_of("Một", length=2), "Mộ", id="notes after the main text"),
        pytest.param(lambda: doc_of("Một", properties=b"1234"), "Một", id="properties before the pieces"),
        pytest.param(lambda: doc_of("Một", magic=0xA5DC), "", id="Word 6"),
        pytest.param(lambda: io.BytesIO(samples.doc()), "", id="no table of pieces"),
    ],
)
def test_the_text_of_a_doc(made: Callable[[], io.BytesIO], text: str) -> None:
    assert word_text.first_look(made(), extension="doc") == text


# --- what the worker makes ------------------------------------------------------------------------------------------


def kept(root: Path, content: bytes, extension: str, **fields: object) -> Attachment:
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:2]}/{digest[2:4]}/{digest}.{extension}"
    place = root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return AttachmentFactory(stored_name=name, media_type=MEDIA_TYPES[extension], **fields)


@pytest.mark.django_db
class TestTheWorker:
    @pytest.fixture
    def root(self, settings: object, tmp_path: Path) -> Path:
        settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
        return tmp_path

    @pytest.mark.parametrize("extension, content", [("jpg", samples.jpeg(1200, 900)), ("png", samples.png(900, 1200))])
    def test_makes_a_picture_small(self, root: Path, extension: str, content: bytes) -> None:
        attachment = kept(root, content, extension)

        assert looks.prepare_some(limit=10) == 1

        attachment.refresh_from_db()
        with Image.open(root / (attachment.thumbnail or "")) as small:
            assert (small.format, max(small.size)) == ("JPEG", 320)
        assert attachment.first_look == ""

    def test_reads_a_word_file(self, root: Path) -> None:
        attachment = kept(root, docx_of(paragraph("Sáng kiến")).getvalue(), "docx")

        looks.prepare_some(limit=10)

        attachment.refresh_from_db()
        assert (attachment.thumbnail, attachment.first_look) == ("", "Sáng kiến")

    @pytest.mark.parametrize(
        "extension, content",
        [("pdf", samples.pdf()), ("jpg", b"no picture"), ("docx", b"no zip"), ("doc", b"no OLE file")],
    )
    def test_has_nothing_to_show_of_the_rest_and_never_tries_again(
        self, root: Path, extension: str, content: bytes
    ) -> None:
        attachment = kept(root, content, extension)

        assert (looks.prepare_some(limit=10), looks.prepare_some(limit=10)) == (1, 0)

        attachment.refresh_from_db()
        assert (attachment.thumbnail, attachment.first_look) == ("", "")

    def test_leaves_a_missing_file_behind(self, root: Path) -> None:
        AttachmentFactory(media_type="image/jpeg")

        assert (looks.prepare_some(limit=10), looks.prepare_some(limit=10)) == (1, 0)

    def test_leaves_the_documents_of_drafts_alone(self, root: Path) -> None:
        AttachmentFactory(initiative=None, draft=DraftFactory())

        assert looks.prepare_some(limit=10) == 0

    def test_takes_no_more_than_it_was_told(self, root: Path) -> None:
        for _ in range(3):
            AttachmentFactory()

        assert [looks.prepare_some(limit=2), looks.prepare_some(limit=2)] == [2, 1]
