"""Reading a letter back, paragraph by paragraph, and templates to try."""

import io
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.table import Table


def paragraphs_of(content: bytes) -> list[Any]:
    """From the top to the bottom: a paragraph as its text, a table as its rows of cells of paragraphs."""
    return [
        [[[each.text for each in cell.paragraphs] for cell in row.cells] for row in part.rows]
        if isinstance(part, Table)
        else part.text
        for part in Document(io.BytesIO(content)).iter_inner_content()
    ]


def text_of(content: bytes) -> str:
    return "\n".join(_texts(paragraphs_of(content)))


def _texts(parts: Any) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _texts(part)


def template(*paragraphs: str, head: str = "", title: str = "") -> io.BytesIO:
    """A Word file with these paragraphs; `head` stands in the head of its page, `title` in its properties."""
    document = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if head:
        document.sections[0].header.paragraphs[0].text = head
    document.core_properties.title = title
    file = io.BytesIO()
    document.save(file)
    file.seek(0)
    return file
