"""Printing many sheets of one kind into one PDF, some now and some later, perhaps by another process.

What sheets have in common is drawn once and named by what it looks like; a sheet is then its own few lines and such names.
Letters get their numbers in a font in the order in which they first appear: whoever draws more sheets begins with the
letters of those before, so that all of them fit the fonts of the one file.
"""

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFStream
from reportlab.pdfgen.canvas import Canvas

Letters = dict[str, str]  # of each font, in the order of their numbers
Stamps = dict[str, str]  # what is drawn of each name

NAME_LENGTH = 12


@dataclass(frozen=True)
class Drawn:
    """One sheet in the language of PDF, with the names it uses and its line in the outline."""

    title: str
    depth: int
    code: str
    uses: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What the file says of itself."""

    title: str
    author: str
    subject: str
    creator: str


class Packed:
    """A filter for what was packed before."""

    pdfname = "FlateDecode"

    @staticmethod
    def encode(content: bytes) -> bytes:
        return content


class Press(Canvas):
    """Draws sheet after sheet on `paper`; keeps none of them."""

    _code: list[str]
    _formsinuse: list[str]

    def __init__(self, paper: tuple[float, float], *, fonts: Iterable[str], letters: Mapping[str, str]) -> None:
        super().__init__(io.BytesIO(), pagesize=paper, invariant=1, lang="vi")
        self.stamps: Stamps = {}
        self.fonts = tuple(fonts)
        for name in self.fonts:
            self._font(name).splitString(" " + letters.get(name, ""), self._doc)
            self._font(name).getSubsetInternalName(0, self._doc)  # numbered by who comes first

    @property
    def letters(self) -> Letters:
        """Without ASCII, whose numbers are always the same."""
        return {
            name: "".join(chr(code) for code in self._font(name).state[self._doc].assignments if code > 127)
            for name in self.fonts
        }

    def stamp(self, draw: Callable[[], None]) -> None:
        """Draws, or names what looks the same and was drawn before."""
        around, self._code = self._code, []
        draw()
        code, self._code = "\n".join(self._code), around
        name = hashlib.sha256(code.encode()).hexdigest()[:NAME_LENGTH]
        self.stamps[name] = code
        self.doForm(name)

    def squares(self, runs: Iterable[tuple[int, int, int]]) -> None:
        """Dark squares side by side as (x, y, length), one path: no hair of white shows between rows. Whole numbers and no
        detour through floats: half the bytes and a third of the time of `beginPath`."""
        self._code.append("n " + " ".join(f"{x} {y} {length} 1 re" for x, y, length in runs) + " f")

    def sheet(self, draw: Callable[[], None], *, title: str, depth: int) -> Drawn:
        self._code, self._formsinuse = [], []
        draw()
        return Drawn(title, depth, "\n".join(self._code), tuple(dict.fromkeys(self._formsinuse)))

    def bound(self, sheets: Iterable[Drawn], *, told: Told) -> bytes:
        """The file. The press must have begun with the letters of the last sheet, and in the end hold the stamps of all."""
        above: list[int] = []
        for number, each in enumerate(sheets):
            self._code, self._formsinuse = [each.code], list(each.uses)
            above = [depth for depth in above if depth < each.depth]
            self.bookmarkPage(str(number))
            self.addOutlineEntry(each.title, str(number), level=len(above), closed=bool(above))
            above.append(each.depth)
            self.showPage()
            self._pack_last(each.code)
        for name, code in self.stamps.items():
            width, height = self._pagesize
            self.beginForm(name, 0, -height, width, height)
            self._code.append(code)
            self.endForm()
        self.setTitle(told.title)
        self.setAuthor(told.author)
        self.setSubject(told.subject)
        self.setCreator(told.creator)
        self.setProducer(told.creator)
        file = io.BytesIO()
        self._filename = file
        self.save()
        return file.getvalue()

    def _pack_last(self, code: str) -> None:
        """At once, or thousands would lie about unpacked; and as bytes: spelling them in letters, which reportlab does for
        old printers, would cost a fifth of the file."""
        page = self._doc.Pages.pages[-1]
        page.stream = None
        page.Contents = PDFStream(content=zlib.compress(code.encode()), filters=[Packed])

    @staticmethod
    def _font(name: str) -> Any:
        return pdfmetrics.getFont(name)


def packed(sheets: Iterable[Drawn], stamps: Stamps) -> bytes:
    """To be kept until the file is bound."""
    kept = {"sheets": [asdict(each) for each in sheets], "stamps": stamps}
    return zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), 6)


def unpacked(kept: bytes) -> tuple[list[Drawn], Stamps]:
    told = json.loads(zlib.decompress(kept))
    return [Drawn(**each | {"uses": tuple(each["uses"])}) for each in told["sheets"]], told["stamps"]
