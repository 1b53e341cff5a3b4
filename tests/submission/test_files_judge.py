import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from PIL import Image

from initiatives.submission.files.judge import MAX_BYTES, FileRefused, judge
from initiatives.submission.files.names import cleaned_name
from tests.submission import samples

JPEG_MARKERS_OF_NOTES = {bytes([0xFF, marker]) for marker in (*range(0xE1, 0xF0), 0xFE)}


def kept(content: bytes, *, name: str) -> bytes:
    with judge(io.BytesIO(content), name=name) as judged:
        return judged.open().read()


def refusal(content: bytes, *, name: str) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        judge(io.BytesIO(content), name=name).close()
    return refused.value


def markers(jpeg: bytes) -> set[bytes]:
    """The segments before the picture itself."""
    found, place = set(), 2
    while jpeg[place + 1] != 0xDA:
        found.add(jpeg[place : place + 2])
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    return found


# --- what is accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "media_type", "extension", "shown"),
    [
        pytest.param(samples.jpeg(), "anh.jpg", "image/jpeg", "jpg", "anh.jpg", id="jpeg"),
        pytest.param(samples.jpeg(), "ANH.JPEG", "image/jpeg", "jpg", "ANH.JPEG", id="another ending of jpeg"),
        pytest.param(samples.webp(), "anh.webp", "image/jpeg", "jpg", "anh.jpg", id="webp becomes jpeg"),
        pytest.param(samples.webp(), "zalo.jpg", "image/jpeg", "jpg", "zalo.jpg", id="webp that Zalo called jpg"),
        pytest.param(samples.heic(), "IMG_1.HEIC", "image/jpeg", "jpg", "IMG_1.jpg", id="heic becomes jpeg"),
        pytest.param(samples.heic(), "IMG_1.heif", "image/jpeg", "jpg", "IMG_1.jpg", id="heif"),
        pytest.param(samples.png(), "anh.png", "image/png", "png", "anh.png", id="png"),
        pytest.param(samples.pdf(), "qd.pdf", "application/pdf", "pdf", "qd.pdf", id="pdf"),
        pytest.param(samples.doc(), "mau.doc", "application/msword", "doc", "mau.doc", id="doc"),
        pytest.param(
            samples.docx(),
            "mau.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
            "mau.docx",
            id="docx",
        ),
    ],
)
def test_what_people_have_is_accepted(content: bytes, name: str, media_type: str, extension: str, shown: str) -> None:
    with judge(io.BytesIO(content), name=name) as judged:
        stored = judged.open().read()

        assert (judged.media_type, judged.extension, judged.name) == (media_type, extension, shown)
        assert judged.size == len(stored)
        assert b"".join(judged.chunks()) == stored


@pytest.mark.parametrize("name", ["qd.pdf", "mau.doc", "mau.docx"])
def test_documents_are_kept_byte_for_byte(name: str) -> None:
    content = {"pdf": samples.pdf, "doc": samples.doc, "docx": samples.docx}[name.rpartition(".")[2]]()

    assert kept(content, name=name) == content


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param(
            ["<< /S /URI /URI (https://vi.example/docs/Web/JavaScript) >>"], id="a link to a page on JavaScript"
        ),
        pytest.param(["<< /Title (HTML/CSS/JavaScript) /Subject (Web /JavaScript basics) >>"], id="a title"),
        pytest.param(["<< /Length 34 >>\nstream\nBT (SpaceX/Launch /EF /Encrypt) Tj ET\nendstream"], id="a text"),
        pytest.param([samples.packed("5 0 << /Type /StructElem /S /P >>")], id="packed objects, as Word writes them"),
        pytest.param(
            ["<< /Type /ObjStm /N 1 /First 4 /Length 20 >>\nstream\n5 0 << /S /P >>    \nendstream"], id="unpacked"
        ),
        pytest.param(
            [samples.packed("5 0 << /S /P >>", begin="<</N 1/First 5/Type/ObjStm/Extends 9 0 R", end="stream\r\n")],
            id="packed objects without blanks",
        ),
        pytest.param(
            [
                samples.packed(
                    "5 0 << /S /P >>", filter_name="[/FlateDecode]", more="/DecodeParms [null]", end=" stream \r"
                )
            ],
            id="packed objects as few write them",
        ),
        pytest.param(
            [samples.packed("5 0 << /S /P >>", more="/DecodeParms << /Predictor 1 /Columns 4 >> % a note\n")],
            id="packed objects with what changes nothing",
        ),
        pytest.param(
            [
                "<< /First 5 0 R /Last 6 0 R /Count 2 >>",
                "<< /Title (Ch\\(1 \\(a) /First 7 0 R /Parent 4 0 R /Dest [3 0 R /Fit] /A << /S /URI /URI ((a) b\\)) >> >>",
                "<</Count 1/First 7 0 R/Title<FEFF0043>/C[0 0 1]>>",
                "<< /AP << /N << /First 8 0 R >> >> >>",
            ],
            id="an outline",
        ),
        pytest.param(["<< /FS /None /S /JavaScriptless >>", "<< /EFF /X /EmbeddedFiles null >>"], id="longer names"),
        pytest.param(["<< /Type /Sig /Filter /Adobe.PPKLite /Contents <00> >>"], id="signed"),
    ],
)
def test_pdfs_that_only_look_suspicious_are_accepted(objects: list[str | bytes]) -> None:
    content = samples.pdf_of(*objects)

    assert kept(content, name="bai.pdf") == content


def test_a_pdf_padded_after_its_end_is_accepted() -> None:
    content = samples.pdf() + b"\r\n" + b"\0" * 600

    assert kept(content, name="quet.pdf") == content


def test_a_docx_of_plain_parts_is_accepted_however_it_is_packed() -> None:
    content = samples.docx(
        {"word/media/": "", "word/embeddings/oleObject1.bin": b"equation"}, compression=zipfile.ZIP_STORED
    )

    assert kept(content, name="a.docx") == content


INNER = "<w:fldChar w:fldCharType='begin'/><w:instrText>QUOTE</w:instrText><w:fldChar w:fldCharType='end'/>"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"word/document.xml": samples.field("TOC \\o", ' "1-3"')}, id="a table of contents"),
        pytest.param(
            {"word/document.xml": samples.field('INCLUDEPICTURE "C:\\\\anh\\\\may.png" \\* MERGEFORMATINET')},
            id="a picture of one's own computer",
        ),
        pytest.param(
            {"word/document.xml": samples.field('HYPERLINK "https://congdoan.example/DDE"')}, id="a link to a page"
        ),
        pytest.param({"word/document.xml": samples.field(INNER, " PAGE")}, id="a field within another"),
        pytest.param(
            {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": samples.zip_of(a="b")}, id="the workbook of a chart"
        ),
        pytest.param({"word/embeddings/oleObject1.bin": samples.ole({"Equation Native": b"x"})}, id="an old equation"),
    ],
)
def test_what_ordinary_documents_of_word_hold_is_accepted(parts: dict[str, str | bytes | None]) -> None:
    content = samples.docx(parts)

    assert kept(content, name="a.docx") == content


# --- pictures are written anew --------------------------------------------------------------------------------------


def test_nothing_of_the_camera_is_kept() -> None:
    content = samples.jpeg(comment="Nhà ở số 5")
    assert markers(content) & JPEG_MARKERS_OF_NOTES == {b"\xff\xe1", b"\xff\xfe"}

    stored = kept(content, name="a.jpg")

    assert markers(stored) & JPEG_MARKERS_OF_NOTES == set()


def test_notes_of_a_png_are_not_kept() -> None:
    notes = Image.Exif()
    notes[0x010F] = "Maker of phones"
    content = samples.png(exif=notes.tobytes(), dpi=(72, 72))

    stored = Image.open(io.BytesIO(kept(content, name="a.png")))
    stored.load()

    assert stored.info == {}


@pytest.mark.parametrize(
    ("orientation", "size", "red_corner"),
    [
        (1, (60, 40), (0, 0)),
        (2, (60, 40), (59, 0)),
        (3, (60, 40), (59, 39)),
        (6, (40, 60), (0, 0)),
        (8, (40, 60), (0, 59)),
    ],
)
def test_a_picture_stands_as_the_camera_was_held(
    orientation: int, size: tuple[int, int], red_corner: tuple[int, int]
) -> None:
    stored = Image.open(io.BytesIO(kept(samples.jpeg(orientation=orientation), name="a.jpg")))

    red, _, blue = stored.getpixel(red_corner)
    assert stored.size == size
    assert red > 200 > 60 > blue


@pytest.mark.parametrize(
    ("size", "stored_size"),
    [
        pytest.param((2560, 30), (2560, 30), id="just within"),
        pytest.param((2561, 30), (2560, 30), id="a little over"),
        pytest.param((60, 6000), (26, 2560), id="tall"),
        pytest.param((9000, 90), (2560, 26), id="in bands"),
    ],
)
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_the_long_side_is_brought_down(kind: str, size: tuple[int, int], stored_size: tuple[int, int]) -> None:
    content = samples.jpeg(*size) if kind == "jpg" else samples.png(*size)

    stored = Image.open(io.BytesIO(kept(content, name=f"a.{kind}")))

    assert stored.size == pytest.approx(stored_size, abs=1)
    assert max(stored.size) == 2560


@pytest.mark.parametrize(
    ("mode", "stored_mode"),
    [("1", "L"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("I;16", "L")],
)
@pytest.mark.parametrize("size", [(60, 40), (5200, 40)], ids=["small", "in bands"])
def test_every_kind_of_png_stays_the_picture_it_was(mode: str, stored_mode: str, size: tuple[int, int]) -> None:
    drawn = Image.new("L", size, 0)
    drawn.paste(255, (0, 0, size[0] // 2, size[1]))
    source = drawn.point(lambda grey: grey * 257, "I").convert("I;16") if mode == "I;16" else drawn.convert(mode)

    stored = Image.open(io.BytesIO(kept(samples.encoded(source, "PNG"), name="a.png")))

    assert stored.mode == stored_mode
    grey = stored.convert("L")
    assert (grey.getpixel((2, 2)), grey.getpixel((grey.width - 3, 2))) == (255, 0)


def test_transparency_becomes_white_paper_in_a_jpeg() -> None:
    clear = samples.encoded(Image.new("RGBA", (30, 30), (255, 0, 0, 0)), "WEBP", lossless=True)

    stored = Image.open(io.BytesIO(kept(clear, name="a.webp")))

    assert stored.getpixel((15, 15)) == (255, 255, 255)


def test_the_first_frame_is_kept_of_what_moves() -> None:
    stored = Image.open(io.BytesIO(kept(samples.webp(frames=3), name="a.webp")))

    assert getattr(stored, "n_frames", 1) == 1
    red, _, blue = stored.getpixel((5, 20))
    assert red > 200 > 60 > blue


def test_a_png_that_would_grow_too_large_becomes_a_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    content = samples.encoded(Image.effect_noise((300, 300), 90).quantize(16), "PNG")
    monkeypatch.setattr("initiatives.submission.files.judge.MAX_BYTES", len(content))
    with judge(io.BytesIO(content), name="a.png") as judged:
        assert (judged.media_type, judged.name) == ("image/jpeg", "a.jpg")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_picture_with_broken_notes_is_still_a_picture() -> None:
    content = samples.encoded(samples.picture(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 20)

    assert kept(content, name="a.jpg").startswith(b"\xff\xd8")


# --- what is refused ------------------------------------------------------------------------------------------------

TEMPLATE = ("attachedTemplate", "https://evil.example/mau.dotm", "External")
WORD_MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
WORD_TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
VBA = {"dir": b"", "ThisDocument": b""}
LOCKED_DOCX = samples.ole({"EncryptionInfo": b"", "EncryptedPackage": b""})
ZIP = samples.zip_of(**{"META-INF/MANIFEST.MF": "Main-Class: Evil"})
TYPES = samples.content_types()
HEADER = 'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"'
ACTION = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        pytest.param(b"", "a.jpg", "empty", id="nothing"),
        pytest.param(samples.jpeg(), "a", "type", id="no ending"),
        pytest.param(samples.jpeg(), "a.gif", "type", id="an ending not accepted"),
        pytest.param(b"MZ\x90\0" + b"\0" * 600, "qd.pdf.exe", "type", id="a program"),
        pytest.param(b"MZ\x90\0" + b"\0" * 600, "qd.exe.pdf", "type", id="a program named pdf"),
        pytest.param(b"GIF89a" + b"\0" * 60 + ZIP, "a.jpg", "type", id="gif with a jar, named jpg"),
        pytest.param(samples.jpeg() + ZIP, "a.jpg", "polyglot", id="picture with a jar"),
        pytest.param(samples.png() + ZIP, "a.png", "polyglot", id="png with a jar"),
        pytest.param(samples.pdf() + ZIP, "a.pdf", "polyglot", id="pdf with a jar"),
        pytest.param(samples.doc() + ZIP, "a.doc", "polyglot", id="doc with a jar"),
        pytest.param(b"<html><script>alert(1)</script>", "a.jpg", "type", id="html named jpg"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "type", id="svg named png"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "type", id="svg"),
        pytest.param(samples.pdf(), "a.jpg", "type", id="pdf named jpg"),
        pytest.param(samples.jpeg(), "a.pdf", "type", id="jpeg named pdf"),
        pytest.param(samples.docx(), "a.doc", "type", id="docx named doc"),
        pytest.param(samples.doc(), "a.docx", "type", id="doc named docx"),
        # pictures
        pytest.param(samples.jpeg()[:300], "a.jpg", "broken", id="half a jpeg"),
        pytest.param(samples.png()[:-50], "a.png", "broken", id="half a png"),
        pytest.param(samples.heic()[:200], "a.heic", "broken", id="half a heic"),
        pytest.param(samples.webp()[:60], "a.webp", "broken", id="half a webp"),
        pytest.param(samples.png_claiming(7000, 6000), "a.png", "too_many_pixels", id="42 million pixels"),
        pytest.param(samples.png_claiming(65000, 65000), "a.png", "too_many_pixels", id="4 billion pixels"),
        # PDF
        pytest.param(b"\n" + samples.pdf(), "a.pdf", "type", id="header not at byte 0"),
        pytest.param(samples.pdf()[:-30], "a.pdf", "broken", id="half a pdf"),
        pytest.param(b"%PDF-1.7\n%%EOF", "a.pdf", "broken", id="no pdf inside"),
        pytest.param(samples.pdf() + b"<html>" * 300, "a.pdf", "broken", id="pdf with a page after it"),
        pytest.param(samples.pdf(encrypt="matkhau"), "a.pdf", "protected", id="pdf with a password"),
        pytest.param(samples.pdf_of(ACTION), "a.pdf", "macro", id="pdf with a script"),
        pytest.param(samples.pdf_of("<</S/JavaScript/JS(x)>>"), "a.pdf", "macro", id="script without blanks"),
        pytest.param(
            samples.pdf_of("<< /S /J#61v#61Script /JS 5 0 R >>"), "a.pdf", "macro", id="script spelled with codes"
        ),
        pytest.param(samples.pdf_of("<< /#53 % x\n /JavaScript >>"), "a.pdf", "macro", id="script behind a comment"),
        pytest.param(samples.pdf_of("<< /S" + " " * 90 + "/JavaScript >>"), "a.pdf", "macro", id="script far behind"),
        pytest.param(samples.pdf_of("<< /Names << /JavaScript 4 0 R >> >>"), "a.pdf", "macro", id="named scripts"),
        pytest.param(samples.pdf_of(samples.packed("5 0 " + ACTION)), "a.pdf", "macro", id="packed script"),
        pytest.param(samples.pdf_of("<< /S /Launch /F (cmd.exe) >>"), "a.pdf", "macro", id="pdf that starts a program"),
        pytest.param(samples.pdf_of("<< /Type /EmbeddedFile /Length 0 >>"), "a.pdf", "polyglot", id="pdf with a file"),
        pytest.param(
            samples.pdf_of("<< /F (a.exe) /EF << /F 5 0 R >> >>"), "a.pdf", "polyglot", id="pdf with a file to open"
        ),
        pytest.param(samples.pdf_of(samples.packed("5 0 << /EF 6 0 R >>")), "a.pdf", "polyglot", id="packed file"),
        pytest.param(
            samples.pdf_of(samples.packed("x", filter_name="/LZWDecode")), "a.pdf", "broken", id="oddly packed"
        ),
        pytest.param(
            samples.pdf_of(samples.packed("x", filter_name="[/ASCIIHexDecode /FlateDecode]")),
            "a.pdf",
            "broken",
            id="twice packed",
        ),
        pytest.param(
            samples.pdf_of(samples.packed("x", more="/DecodeParms << /Predictor 12 >>")),
            "a.pdf",
            "broken",
            id="predicted",
        ),
        *(
            pytest.param(
                samples.pdf_of(samples.packed("5 0 " + ACTION, begin=begin, more=more, end=end)),
                "a.pdf",
                "broken",
                id=told,
            )
            for begin, more, end, told in [
                ("<< /Type /ObjStm %stream\n /N 1 /First 5", "/Q (stream\n)", "\nstream\n", "a stream within a string"),
                ("<< /Type /ObjStm /N 1 /First 5" + " " * 5000, "", "\nstream\n", "the way it is packed far behind"),
                ("<< /Type /ObjStm /N 1 /First 5", " " * 20_000, "\nstream\n", "the stream far behind"),
                ("<< /Type /ObjStm /N 1 /First 5", "", "\n%\n" * 9000 + "stream\n", "comments before the stream"),
                ("<< /Type /ObjStm /N 1 /First 5", "", "\nstrea#6d\n", "no stream behind it"),
                ("<< /Type /ObjStm /N 1 /First 5 0 R", "/Q (>> endobj)", "\nstream\n", "an end within a string"),
                ("<< /Type /ObjStm /N 1 /First 5", "/F /ASCIIHexDecode", "\nstream\n", "packed by a short name too"),
                ("<< /Type /ObjStm /N 1 /First 5", "/Filter /Crypt", "\nstream\n", "packed by two names"),
                ("<< /Type /ObjStm /N 1 /First 5", "/F#69lter /Crypt", "\nstream\n", "packed by a spelled name"),
                ("<< /Type /ObjStm /N 1 /First 5", "/Q#20/Filter", "\nstream\n", "a name with a blank in it"),
                ("<< /Filter /X\r%5 0 obj <<\r /Type /ObjStm /First 5", "", "\nstream\n", "its head within a comment"),
                ("<< /Q (\r5 0 obj <<) /Type /ObjStm /First 5", "", "\nstream\n", "its head within a string"),
            ]
        ),
        *(
            pytest.param(
                samples.pdf_of(samples.packed("5 0 " + ACTION, begin=begin, end=end)), "a.pdf", "macro", id=told
            )
            for begin, end, told in [
                ("<< /Type /ObjStm %stream\n /N 1 /First 5", "\nstream\n", "packed script behind a comment"),
                ("<< /Type /ObjStm" + " " * 2100 + "/N 1 /First 5", "\nstream\n", "packed script behind blanks"),
                ("<< /N 1 /First 5", "\nstream\n", "packed script without a type"),
                ("<< /N 1 /F#69rst%\n9 0 R", "\nstream\n", "packed script that begins where another object says"),
                ("<< /Type /ObjStm /N 1 /First 5", " %\nstream \r", "packed script behind an odd stream"),
            ]
        ),
        *(
            pytest.param(samples.pdf_of(samples.packed(body, filter_name=name, more=more)), "a.pdf", "broken", id=told)
            for body, name, more, told in [
                (zlib.compress(ACTION.encode()), "[/FlateDecode /FlateDecode]", "", "packed the same way twice"),
                (ACTION.encode().hex(), "[/FlateDecode /ASCIIHexDecode]", "", "packed two ways"),
                (ACTION, "5 0 R", "", "packed as another object says"),
                (ACTION, "/FlateDecode", "/DecodeParms 5 0 R", "predicted as another object says"),
                (ACTION, "/FlateDecode", "/DecodeParms << /Predictor 1 0 R >>", "predicted by the first object"),
            ]
        ),
        pytest.param(samples.pdf_of("<< /S 5 0 R >>", "/JavaScript"), "a.pdf", "macro", id="script named by an object"),
        pytest.param(samples.pdf_of(samples.packed("/" * 70_000_000)), "a.pdf", "broken", id="a bomb in a pdf"),
        # DOCX
        pytest.param(samples.docx()[:-40], "a.docx", "broken", id="half a docx"),
        pytest.param(samples.docx() + b"\0", "a.docx", "broken", id="more after a docx"),
        pytest.param(b"PK\3\4" + samples.docx(), "a.docx", "polyglot", id="more before a docx"),
        pytest.param(ZIP, "a.docx", "type", id="a jar named docx"),
        pytest.param(
            samples.docx({"[Content_Types].xml": samples.content_types(SHEET)}),
            "a.docx",
            "type",
            id="a workbook named docx",
        ),
        pytest.param(
            samples.docx({"[Content_Types].xml": samples.content_types(WORD_TEMPLATE)}),
            "a.docx",
            "type",
            id="a template named docx",
        ),
        pytest.param(samples.docx({"word/document.xml": None}), "a.docx", "type", id="docx without its document"),
        pytest.param(
            samples.docx({"[Content_Types].xml": samples.content_types(WORD_MACRO)}),
            "a.docx",
            "macro",
            id="docm named docx",
        ),
        pytest.param(samples.docx({"word/vbaProject.bin": b"x"}), "a.docx", "macro", id="docx with macros"),
        pytest.param(samples.docx({"word/x/VBAPROJECT.BIN": b"x"}), "a.docx", "macro", id="macros elsewhere"),
        pytest.param(samples.docx({"word/activeX/activeX1.bin": b"x"}), "a.docx", "macro", id="docx with controls"),
        pytest.param(
            samples.docx({"word/embeddings/a.xlsm": b"x"}), "a.docx", "macro", id="workbook with macros inside"
        ),
        pytest.param(
            samples.docx({"word/_rels/settings.xml.rels": samples.relationships(TEMPLATE)}),
            "a.docx",
            "external",
            id="docx with a template elsewhere",
        ),
        pytest.param(
            samples.docx(
                {"word/_rels/document.xml.rels": samples.relationships(("image", "//evil.example/a.png", "external"))}
            ),
            "a.docx",
            "external",
            id="docx with a picture elsewhere",
        ),
        pytest.param(
            samples.docx({"WORD/_RELS/X.XML.RELS": samples.relationships(("frame", "file:///c:/a", "External"))}),
            "a.docx",
            "external",
            id="docx with a frame elsewhere",
        ),
        pytest.param(
            samples.docx({"word/_rels/document.xml.rels": "<!DOCTYPE r [<!ENTITY a 'aa'>]><r>&a;</r>"}),
            "a.docx",
            "broken",
            id="docx with entities",
        ),
        pytest.param(samples.docx({"[Content_Types].xml": "<Types"}), "a.docx", "broken", id="docx with half an XML"),
        pytest.param(
            samples.docx({"word/_rels/document.xml.rels": samples.relationships(("aFChunk", "a.mht", ""))}),
            "a.docx",
            "polyglot",
            id="docx with another document written into it",
        ),
        pytest.param(
            samples.docx({"word/embeddings/oleObject1.bin": samples.ole({"\x01Ole10Native": b"MZ"})}),
            "a.docx",
            "polyglot",
            id="docx with a file to open",
        ),
        pytest.param(
            samples.docx({"word/tep": samples.ole({"x": {"\1OLE10native": b"MZ"}})}, compression=zipfile.ZIP_STORED),
            "a.docx",
            "polyglot",
            id="docx with a file to open, spelled otherwise",
        ),
        pytest.param(
            samples.docx(
                {"word/tep": b"\0" * 65_530 + "\1Ole10Native".encode("utf-16-le")}, compression=zipfile.ZIP_STORED
            ),
            "a.docx",
            "polyglot",
            id="docx with a file to open, between two reads",
        ),
        *(
            pytest.param(samples.docx({"word/document.xml": document}), "a.docx", reason, id=told)
            for document, reason, told in [
                (samples.field("DDEAUTO c:\\\\windows\\\\cmd.exe"), "macro", "docx with a field that starts a program"),
                (samples.field(" " * 5000, "DDE c:"), "macro", "docx with such a field behind blanks"),
                (
                    samples.field('INCLUDETEXT "', " " * 5000, 'http://x"'),
                    "external",
                    "docx with an address behind blanks",
                ),
                (samples.field(" dde", " Excel"), "macro", "docx with such a field in small letters"),
                (
                    samples.field("D", "<w:r><w:t>DE</w:t></w:r>", "AUTO c:"),
                    "macro",
                    "docx with such a field in pieces",
                ),
                (samples.field(INNER, "DDEAUTO c:"), "macro", "docx with such a field behind another"),
                (
                    samples.field(samples.field("DDE x").replace("w:", "v:")),
                    "macro",
                    "docx with such a field in a field",
                ),
                (
                    "<w:p xmlns:w='w'><w:fldSimple w:instr='&#68;DEAUTO c:'/></w:p>",
                    "macro",
                    "docx with such a short field",
                ),
                (
                    "<p xmlns='w'><fldSimple instr='DDE'/></p>".encode("utf-16"),
                    "macro",
                    "docx with it in other letters",
                ),
                (
                    "<w:p xmlns:w='w'><w:delInstrText>DDE</w:delInstrText></w:p>",
                    "macro",
                    "docx with such a field deleted",
                ),
                (
                    samples.field('INCLUDEPICTURE "https://evil.example/a"'),
                    "external",
                    "docx with a field that fetches",
                ),
                (
                    samples.field('INCLUDETEXT "\\\\\\\\evil\\\\a.doc"'),
                    "external",
                    "docx with a field that asks a neighbour",
                ),
                (
                    samples.field('INCLUDETEXT "', INNER.replace("QUOTE", "http://x"), '"'),
                    "external",
                    "docx with it in two",
                ),
                (
                    "<w:p xmlns:w='w'>" + "<w:fldChar w:fldCharType='begin'/>" * 1001 + "</w:p>",
                    "size",
                    "docx of open fields",
                ),
                ("<w:p xmlns:w='w'><w:r>", "broken", "docx with half a document"),
            ]
        ),
        *(
            pytest.param(
                samples.docx({"[Content_Types].xml": types, "word/tieu de.dat": samples.field("DDE x")}),
                "a.docx",
                "macro",
                id=told,
            )
            for types, told in [
                (
                    TYPES.replace("<Override", f'<Override PartName="/Word/tieu%20De.DAT" {HEADER}/><Override', 1),
                    "a header",
                ),
                (
                    TYPES.replace("<Override", f'<Default Extension="Dat" {HEADER}/><Override', 1),
                    "a header by its ending",
                ),
            ]
        ),
        pytest.param(samples.docx({"../../evil": "x"}), "a.docx", "broken", id="docx that climbs"),
        pytest.param(samples.docx({"/etc/evil": "x"}), "a.docx", "broken", id="docx with an absolute part"),
        pytest.param(samples.docx({"word\\evil": "x"}), "a.docx", "broken", id="docx with a backslash"),
        pytest.param(samples.docx({"WORD/Document.xml": "x"}), "a.docx", "broken", id="docx with a part twice"),
        pytest.param(samples.docx(compression=zipfile.ZIP_BZIP2), "a.docx", "broken", id="docx packed otherwise"),
        pytest.param(samples.docx({"word/media/a.bmp": b"\0" * 3_000_000}), "a.docx", "size", id="a bomb in a docx"),
        pytest.param(
            samples.docx({f"word/{number}": "" for number in range(2000)}),
            "a.docx",
            "size",
            id="docx of too many parts",
        ),
        pytest.param(LOCKED_DOCX, "a.docx", "protected", id="docx with a password"),
        # DOC
        pytest.param(samples.doc()[:2000], "a.doc", "broken", id="half a doc"),
        pytest.param(samples.doc()[:-600], "a.doc", "broken", id="most of a doc"),
        pytest.param(samples.ole({"Workbook": b""}), "a.doc", "type", id="a workbook named doc"),
        pytest.param(samples.ole({"WordDocument": {"x": b""}}), "a.doc", "type", id="no stream of Word"),
        pytest.param(samples.ole({"WordDocument": b"text"}), "a.doc", "broken", id="another stream of Word"),
        pytest.param(
            samples.ole({"WordDocument": samples.word_stream(flags=0x0100)}),
            "a.doc",
            "protected",
            id="doc with a password",
        ),
        pytest.param(LOCKED_DOCX, "a.doc", "protected", id="docx with a password, named doc"),
        pytest.param(
            samples.ole({"WordDocument": samples.word_stream(), "Macros": {"VBA": VBA}}),
            "a.doc",
            "macro",
            id="doc with macros",
        ),
        pytest.param(
            samples.ole({"WordDocument": samples.word_stream(), "MACROS": {}}),
            "a.doc",
            "macro",
            id="doc with a folder of macros",
        ),
        pytest.param(
            samples.ole({"WordDocument": samples.word_stream(), "ObjectPool": {"_1": {"_VBA_PROJECT_CUR": {}}}}),
            "a.doc",
            "macro",
            id="macros of a workbook inside a doc",
        ),
        pytest.param(
            samples.ole({"WordDocument": samples.word_stream(), "ObjectPool": {"_1": {"\x01Ole10Native": b"MZ"}}}),
            "a.doc",
            "polyglot",
            id="doc with a file to open",
        ),
    ],
)
def test_what_is_dangerous_or_broken_is_refused(content: bytes, name: str, reason: str) -> None:
    refused = refusal(content, name=name)

    assert refused.reason == reason
    assert refused.sentence.startswith(f"Tệp “{name}” ")
    assert refused.sentence.endswith(".")


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(samples.docx({"word/media/a.bin": b"A" * 5000}))
    directory = content.rindex(b"word/media/a.bin") - 46
    content[directory + 24 : directory + 28] = (100).to_bytes(4, "little")

    assert refusal(bytes(content), name="a.docx").reason == "broken"


def test_a_member_with_a_password_is_refused() -> None:
    content = bytearray(samples.docx())
    content[content.index(b"PK\1\2") + 8] |= 1

    assert refusal(bytes(content), name="a.docx").reason == "protected"


@pytest.mark.parametrize(
    ("size", "is_accepted"),
    [(MAX_BYTES, True), (MAX_BYTES + 1, False)],
    ids=["exactly 10 MB", "one byte more"],
)
def test_ten_megabytes_are_the_most(size: int, is_accepted: bool) -> None:
    plain = samples.docx({"word/media/a.bin": b""}, compression=zipfile.ZIP_STORED)
    content = samples.docx({"word/media/a.bin": b"\0" * (size - len(plain))}, compression=zipfile.ZIP_STORED)
    assert len(content) == size

    if is_accepted:
        assert len(kept(content, name="a.docx")) == size
    else:
        refused = refusal(content, name="a.docx")
        assert refused.reason == "size"
        assert "quá nặng; mỗi tệp tối đa 10 MB" in refused.sentence, "not: 10 MB heavy, 10 MB at most"


def test_the_sentence_says_how_heavy_the_file_was_although_the_rest_was_thrown_away() -> None:
    upload = io.BytesIO(b"\xff\xd8\xff" + b"\0" * MAX_BYTES)
    upload.size = 13_000_000  # type: ignore[attr-defined]

    with pytest.raises(FileRefused) as refused:
        judge(upload, name="phim.jpg")

    assert refused.value.sentence == (
        "Tệp “phim.jpg” nặng 12,4 MB; mỗi tệp tối đa 10 MB. Hãy chọn tệp nhẹ hơn hoặc dán liên kết Google Drive."
    )


def test_a_disk_that_is_full_is_not_the_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("initiatives.submission.files.pictures.tempfile.TemporaryFile", full)

    with pytest.raises(OSError, match="No space left"):
        judge(io.BytesIO(samples.jpeg()), name="a.jpg")


# --- whatever the bytes ---------------------------------------------------------------------------------------------

SAMPLES: dict[str, Callable[[], bytes]] = {
    "a.jpg": samples.jpeg,
    "a.png": samples.png,
    "a.webp": samples.webp,
    "a.heic": samples.heic,
    "a.pdf": lambda: samples.pdf_of(samples.packed("5 0 << /S /P >>")),
    "a.docx": samples.docx,
    "a.doc": samples.doc,
}
HEADS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"%PDF-1.7\n"]
HEADS += [b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]


def judge_quietly(content: bytes, name: str) -> None:
    """Accepted or refused; anything else that rises fails the test."""
    try:
        judge(io.BytesIO(content), name=name).close()
    except FileRefused as refused:
        assert refused.sentence


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.data())
def test_a_damaged_file_is_accepted_or_refused_and_nothing_else(name: str, data: some.DataObject) -> None:
    content = bytearray(SAMPLES[name]())
    for _ in range(data.draw(some.integers(1, 4))):
        at = data.draw(some.integers(0, len(content) - 1))
        content[at : at + data.draw(some.integers(0, 8))] = data.draw(some.binary(max_size=8))
        content = content or bytearray(b"\0")

    judge_quietly(bytes(content[: data.draw(some.integers(0, len(content)))]), name)


@settings(max_examples=300, deadline=None)
@given(some.sampled_from(HEADS), some.binary(max_size=400), some.sampled_from(sorted(SAMPLES)))
def test_any_bytes_are_accepted_or_refused_and_nothing_else(head: bytes, rest: bytes, name: str) -> None:
    judge_quietly(head + rest, name)


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Quyết định.pdf", "Quyết định.pdf"),
        ("Quye\u0302\u0301t đi\u0323nh.pdf", "Quyết định.pdf"),
        ("C:\\Tài liệu\\mau.docx", "mau.docx"),
        ("../../etc/passwd.png", "passwd.png"),
        ("anh\u202egpj.pdf", "anhgpj.pdf"),
        ("anh\u061c\u200b.jpg", "anh.jpg"),
        ("hai\r\ndòng\t.pdf", "hai dòng.pdf"),
        ("a.b.c.PDF ", "a.b.c.PDF"),
        (".pdf", "tep.pdf"),
        ("...", "tep"),
        ("", "tep"),
        ("\ud800.png", "tep.png"),
        ("không đuôi", "không đuôi"),
        ("câu. Một câu dài", "câu. Một câu dài"),
        ("đ" * 300 + ".docx", "đ" * 115 + ".docx"),
        ("đ" * 300, "đ" * 120),
    ],
)
def test_a_name_is_one_visible_line_without_a_path(name: str, cleaned: str) -> None:
    assert cleaned_name(name) == cleaned


@given(some.text(alphabet=some.characters(), max_size=300))
def test_a_cleaned_name_stays_as_it_is(name: str) -> None:
    cleaned = cleaned_name(name)

    assert 0 < len(cleaned) <= 120
    assert not set(cleaned) & set("/\\\n\r\0\u202e")
    assert cleaned_name(cleaned) == cleaned
