"""Files as people and mischief make them, built here so that what is odd about each can be read."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

pillow_heif.register_heif_opener()

WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

# --- pictures -------------------------------------------------------------------------------------------------------


def picture(width: int = 60, height: int = 40, *, mode: str = "RGB") -> Image.Image:
    """Red at the left, blue at the right, so that one sees how it is turned."""
    drawn = Image.new("RGB", (width, height), "blue")
    ImageDraw.Draw(drawn).rectangle((0, 0, width // 2 - 1, height), fill="red")
    return drawn.convert(mode)


def jpeg(width: int = 60, height: int = 40, *, orientation: int = 1, comment: str = "") -> bytes:
    """With the notes of a camera: maker, place, orientation."""
    notes = Image.Exif()
    notes[0x010F] = "Maker of phones"
    notes[0x0112] = orientation
    notes.get_ifd(0x8825)[1] = "N"
    return encoded(picture(width, height), "JPEG", exif=notes.tobytes(), comment=comment)


def png(width: int = 60, height: int = 40, *, mode: str = "RGB", **options: Any) -> bytes:
    return encoded(picture(width, height, mode=mode), "PNG", **options)


def webp(*, frames: int = 1) -> bytes:
    more = [Image.new("RGB", (60, 40), "green") for _ in range(frames - 1)]
    return encoded(picture(), "WEBP", save_all=frames > 1, append_images=more)


def heic() -> bytes:
    return encoded(picture(64, 64), "HEIF")


def encoded(image: Image.Image, encoding: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, encoding, **options)
    return file.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it is huge: every row of zeros packs to almost nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


# --- PDF ------------------------------------------------------------------------------------------------------------


def pdf(text: str = "Sang kien", **options: Any) -> bytes:
    """As an ordinary program writes it."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1, **options)
    canvas.drawString(72, 720, text)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def pdf_of(*objects: str | bytes, trailer: str = "") -> bytes:
    """A small PDF with these objects beside the usual ones (numbers from 4)."""
    usual = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    file = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate([*usual, *objects], start=1):
        places.append(len(file))
        file += b"%d 0 obj\n" % number + (body.encode() if isinstance(body, str) else body) + b"\nendobj\n"
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer << /Size %d /Root 1 0 R %s >>\n" % (len(places) + 1, trailer.encode())
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % start)


def packed(
    text: str | bytes,
    *,
    filter_name: str = "/FlateDecode",
    more: str = "",
    begin: str = "<< /Type /ObjStm /N 1 /First 5",
    end: str = "\nstream\n",
) -> bytes:
    """An object stream holding `text`."""
    body = zlib.compress(text.encode() if isinstance(text, str) else text)
    head = f"{begin} /Filter {filter_name} {more} /Length {len(body)} >>{end}"
    return head.encode() + body + b"\nendstream"


# --- DOCX -----------------------------------------------------------------------------------------------------------


def relationships(*rows: tuple[str, str, str]) -> str:
    """Rows of (type, target, mode); a type without a scheme is one of Office's."""
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{kind if ":" in kind else f"{OFFICE}/{kind}"}" Target="{target}"'
        + (f' TargetMode="{mode}"/>' if mode else "/>")
        for number, (kind, target, mode) in enumerate(rows, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'
    )


def content_types(main: str = WORD_MAIN, *, part: str = "/word/document.xml") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="{part}" ContentType="{main}"/></Types>'
    )


def docx(changed: dict[str, str | bytes | None] | None = None, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain document; `changed` gives parts another content, adds some, or leaves some out (None)."""
    parts: dict[str, str | bytes | None] = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relationships(("officeDocument", "word/document.xml", "")),
        "word/document.xml": "<w:document xmlns:w='w'><w:body><w:p>Sáng kiến</w:p></w:body></w:document>",
        "word/_rels/document.xml.rels": relationships(("hyperlink", "https://congdoan.example/", "External")),
    }
    parts.update(changed or {})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return file.getvalue()


def field(*pieces: str) -> str:
    """A part of Word with one field, whose code comes in `pieces`; a piece of XML stands as it is."""
    code = "".join(each if each.startswith("<") else f"<w:r><w:instrText>{each}</w:instrText></w:r>" for each in pieces)
    begin, told, end = (f"<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>" for kind in ("begin", "separate", "end"))
    result = "<w:r><w:t>DDE và INCLUDETEXT http://congdoan.example</w:t></w:r>"
    return f"<w:document xmlns:w='w'><w:body><w:p>{begin}{code}{told}{result}{end}</w:p></w:body></w:document>"


def zip_of(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


# --- DOC ------------------------------------------------------------------------------------------------------------

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def word_stream(*, magic: int = 0xA5EC, flags: int = 0) -> bytes:
    """The stream every DOC has, as far as its first fields."""
    return struct.pack("<HHHHHH", magic, 0x00C1, 0, 0x0409, 0, flags).ljust(4096, b"\0")


def doc(tree: dict[str, Any] | None = None) -> bytes:
    """An OLE file: bytes are streams, dictionaries are storages."""
    return ole({"WordDocument": word_stream(), "1Table": b"\0" * 4096} if tree is None else tree)


def ole(tree: dict[str, Any]) -> bytes:
    entries: list[dict[str, Any]] = [{"name": "Root Entry", "type": 5, "child": FREE, "right": FREE, "body": b""}]

    def add(branch: dict[str, Any], parent: int) -> None:
        previous = None
        for name, content in branch.items():
            number = len(entries)
            is_storage = isinstance(content, dict)
            body = b"" if is_storage else content.ljust(4096, b"\0")  # below 4096 bytes it would belong elsewhere
            entries.append({"name": name, "type": 1 if is_storage else 2, "child": FREE, "right": FREE, "body": body})
            if previous is None:
                entries[parent]["child"] = number
            else:
                entries[previous]["right"] = number
            previous = number
            if is_storage:
                add(content, number)

    add(tree, 0)
    directory_sectors = -(-len(entries) // 4)
    table = [FAT] + [number + 2 for number in range(directory_sectors - 1)] + [END]
    bodies = bytearray()
    for entry in entries:
        sectors = -(-len(entry["body"]) // SECTOR)
        entry["start"] = len(table) if sectors else END
        table += [len(table) + 1 + number for number in range(sectors - 1)] + [END] * bool(sectors)
        bodies += entry["body"].ljust(sectors * SECTOR, b"\0")
    assert len(table) <= SECTOR // 4, "one sector of table is enough for samples"
    table += [FREE] * (SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0)
    header += struct.pack("<I", FREE) * 108
    directory = b"".join(_entry(entry) for entry in entries).ljust(directory_sectors * SECTOR, b"\0")
    return header + struct.pack(f"<{len(table)}I", *table) + directory + bytes(bodies)


def _entry(entry: dict[str, Any]) -> bytes:
    name = (entry["name"] + "\0").encode("utf-16-le")
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name), entry["type"], 1, FREE, entry["right"], entry["child"])
        + bytes(36)
        + struct.pack("<IQ", entry["start"], len(entry["body"]))
    )
