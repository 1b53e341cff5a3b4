"""What an answer tells, in whatever form: its text, where it leads, and how many statements it took."""

import html
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpResponse
from django.test import Client

VARIES = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
SHEETS = "spreadsheetml"


@dataclass(frozen=True)
class Answer:
    """Equal to another where nobody could tell the two apart."""

    status: int
    text: str
    statements: int

    @property
    def told(self) -> tuple[int, str]:
        """What somebody reads who has no clock."""
        return self.status, self.text


def ask(client: Client, method: str, address: str, posted: Any = None, *, unsaid: Iterable[object] = ()) -> Answer:
    """Asks, follows where it leads, and reads the answer without what is `unsaid`: it stood in the question."""
    data = posted if method == "post" else None
    ContentType.objects.clear_cache()  # or the first question of a process would take more statements than the second
    statements = 0

    def counted(execute: Any, *told: Any) -> Any:
        """What they said need not be known: to keep that costs SQLite one more each."""
        nonlocal statements
        statements += 1
        return execute(*told)

    with connection.execute_wrapper(counted):
        answer = getattr(client, method)(address, data, follow=True)
        text = text_of(answer)
    return Answer(answer.status_code, without(text, unsaid), statements)


def without(text: str, unsaid: Iterable[object]) -> str:
    for word in sorted(map(str, unsaid), key=len, reverse=True):
        text = re.sub(rf"(?<!\d){re.escape(word)}(?!\d)", "…", text)
    return text


def text_of(answer: HttpResponse) -> str:
    """Everything in an answer that somebody can read: body, headers and the addresses it led through."""
    body = answer.getvalue()  # read to its end: a file that is handed out must be closed
    kind = answer.get("Content-Type", "")
    text = unpacked(body) if SHEETS in kind else body.decode("utf-8", "replace")
    if "json" in kind:
        text += str(answer.json())
    text += answer.get("Location", "") + answer.get("Content-Disposition", "")
    text += "".join(address for address, _ in getattr(answer, "redirect_chain", ()))
    text = text.replace(answer.get("X-Request-Id") or "\0", "")
    return VARIES.sub("", unquote(unquote(html.unescape(text))))  # a list within an address is encoded twice


def unpacked(workbook: bytes) -> str:
    """Every part of a workbook: hidden sheets, notes and lists to choose from too."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
