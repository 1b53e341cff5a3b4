"""The forms a page offers, read from its HTML: what a browser would send, to be changed by the fuzzer."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

CSRF = "csrfmiddlewaretoken"


@dataclass
class Form:
    """`fields` in the order of the page, with the values that stand there; `files` are names of fields for files."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def forms_in(page: str, *, at: str) -> list[Form]:
    """The forms of the page at the address `at` that lead to our own addresses."""
    reader = _Reader(at)
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = ""
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            address = urlsplit(urljoin(self.at, found.get("action", "")))
            self.open = Form(address.path, found.get("method", "get").upper())
            self.forms.append(self.open)
        if tag == "option":
            self._option(found)
        if self.open is None or not name or name == CSRF:
            return
        if tag == "select":
            self.select = name
            self.open.fields.append((name, ""))
        elif tag == "textarea":
            self.textarea = name
            self.open.fields.append((name, ""))
        elif tag == "button" or (tag == "input" and found.get("type") != "file"):
            self.open.fields.append((name, found.get("value", "")))
        elif tag == "input":
            self.open.files.append(name)

    def handle_data(self, data: str) -> None:
        if self.textarea and self.open:
            self.open.fields[-1] = (self.textarea, self.open.fields[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def _option(self, found: dict[str, str]) -> None:
        """The first choice that is one, or what is chosen already."""
        if self.select and self.open and (self.open.fields[-1] == (self.select, "") or "selected" in found):
            self.open.fields[-1] = (self.select, found.get("value", ""))
