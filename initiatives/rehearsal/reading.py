"""What a page asks: its main form as a browser reads it, and the few words of a page that a phone goes by.

Thousands of phones see the same form, so it is read once: what differs between two of them is the private token in its address.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urlencode

BEGINS, ENDS = '<form id="main-form"', "</form>"
TOKEN = re.compile(r"/nhap/([A-Za-z0-9_-]{22})/")
ANY_TOKEN = "~" * 22
CODE = re.compile(r'id="receipt-code"[^>]*>\s*([0-9 ]+)<')
DRAFT_LINK = re.compile(r'id="draft-link"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*id="draft-link"')
ERRORS = re.compile(r'class="error"[^>]*>([^<]+)')

Fields = list[tuple[str, str]]


@dataclass
class Control:
    name: str
    kind: str
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    is_multipart: bool
    controls: list[Control] = field(default_factory=list)

    def options(self, name: str) -> list[str]:
        """What may be picked, without the empty one."""
        return [value for each in self.controls if each.name == name for value in each.options if value]

    def asks(self, name: str) -> bool:
        return any(each.name == name for each in self.controls)

    def filled(self, answers: Mapping[str, str | Sequence[str]], *, pressed: str) -> Fields:
        """The fields a browser sends: what stands there, what was answered instead, the button that was pressed."""
        fields: Fields = []
        for control in self.controls:
            given = answers.get(control.name)
            values: Iterable[str] = control.chosen if given is None else [given] if isinstance(given, str) else given
            fields += [(control.name, value) for value in values]
        return [*fields, (pressed, "1")]


def main_form(page: str) -> Form | None:
    """The form with the id `main-form`; None where the page has none."""
    begin = page.find(BEGINS)
    if begin < 0:
        return None
    text = page[begin : page.index(ENDS, begin)]
    token = TOKEN.search(text)
    if token is None:
        return _read(text)
    form = _read(text.replace(token[1], ANY_TOKEN))
    return Form(form.action.replace(ANY_TOKEN, token[1]), form.is_multipart, form.controls)


def receipt_code(page: str) -> str:
    """The thirteen digits; "" where the page is no receipt."""
    found = CODE.search(page)
    return found[1].replace(" ", "") if found else ""


def draft_link(page: str) -> str:
    found = DRAFT_LINK.search(page)
    return (found[1] or found[2]) if found else ""


def errors(page: str) -> list[str]:
    return ERRORS.findall(page)


def urlencoded(fields: Fields) -> bytes:
    """As browsers send it: line ends are CRLF."""
    return urlencode([(name, value.replace("\n", "\r\n")) for name, value in fields]).encode()


@lru_cache(maxsize=512)
def _read(text: str) -> Form:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if reader.form is None:
        raise ValueError("a main form without a beginning")
    return reader.form


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self.inside: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.form = Form(told.get("action") or "", told.get("enctype") == "multipart/form-data")
        elif tag == "option" and self.inside is not None:
            self._option(told)
        elif tag in {"select", "textarea", "input"} and self.form is not None and told.get("name"):
            self._control(tag, told["name"] or "", told)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            # A list without a choice shows its first entry, and sends it.
            if self.inside is not None and tag == "select" and not self.inside.chosen:
                self.inside.chosen = self.inside.options[:1]
            self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside is not None and self.inside.kind == "textarea":
            self.inside.chosen = [(self.inside.chosen[0] if self.inside.chosen else "") + data.removeprefix("\n")]

    def _option(self, told: dict[str, str | None]) -> None:
        assert self.inside is not None  # noqa: S101 - asked by the caller
        self.inside.options.append(told.get("value") or "")
        if "selected" in told:
            self.inside.chosen = [told.get("value") or ""]

    def _control(self, tag: str, name: str, told: dict[str, str | None]) -> None:
        assert self.form is not None  # noqa: S101 - asked by the caller
        kind = (told.get("type") or "text") if tag == "input" else tag
        value = told.get("value") or ""
        if kind in {"radio", "checkbox"}:
            control = next((each for each in self.form.controls if each.name == name), None)
            if control is None:
                control = Control(name, kind)
                self.form.controls.append(control)
            control.options.append(value or "on")
            if "checked" in told:
                control.chosen.append(value or "on")
            return
        control = Control(name, kind, chosen=[] if kind in {"file", "select"} else [value])
        self.form.controls.append(control)
        if kind in {"select", "textarea"}:
            self.inside = control
