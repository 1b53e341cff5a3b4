"""A worker's phone without a browser: opens addresses, reads the forms of a page and sends them as a browser would.

It keeps no cookie and fails where one is set. What a form holds already is sent with it, so an answer that a page forgot is
missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Form:
    id: str
    action: str
    enctype: str
    values: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page says: its forms, links, and the words of every element with an id or a class."""

    def __init__(self, address: str, answer: HttpResponse) -> None:
        super().__init__()
        self.address = address
        self.status = answer.status_code
        self.answer = answer
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.words: dict[str, list[str]] = {}
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._select = ""
        self._form: Form | None = None
        if answer["Content-Type"].startswith("text/html"):
            self.feed(answer.content.decode())
            self.close()

    def __getitem__(self, name: str) -> str:
        """The words of the element `#id`, or of the first `.class` or tag."""
        return self.all(name)[0]

    def all(self, name: str) -> list[str]:
        return self.words.get(name, [])

    @property
    def text(self) -> str:
        return self.all("main")[0]

    def form(self, id: str = "main-form") -> Form:
        return next(form for form in self.forms if form.id == id)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(attributes.get("id", ""), attributes.get("action", ""), attributes.get("enctype", ""))
            self.forms.append(self._form)
        if self._form is not None:
            self._control(tag, attributes)
        if tag not in VOID:
            self._open.append((tag, attributes, []))

    def handle_data(self, data: str) -> None:
        for _, _, words in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, attributes, words = self._open.pop()
            self._keep(opened, attributes, " ".join("".join(words).split()), "".join(words))
            if opened == tag:
                break
        if tag == "form":
            self._form = None

    def _keep(self, tag: str, attributes: Mapping[str, str], words: str, typed: str) -> None:
        names = [tag, *(f".{name}" for name in attributes.get("class", "").split())]
        if attributes.get("id"):
            names.append(f"#{attributes['id']}")
        for name in names:
            self.words.setdefault(name, []).append(words)
        if tag == "a" and "href" in attributes:
            self.links.setdefault(words, attributes["href"])
        if tag == "textarea" and self._form is not None:
            self._form.values[attributes["name"]] = [typed.removeprefix("\n")]

    def _control(self, tag: str, attributes: dict[str, str]) -> None:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        values = self._form.values  # type: ignore[union-attr]
        if tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in attributes or self._select not in values):
            values[self._select] = [value]
        elif tag == "button" and name:
            self._form.buttons.setdefault(name, []).append(value)  # type: ignore[union-attr]
        elif tag == "input" and name:
            kind = attributes.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" in attributes:
                values.setdefault(name, []).append(value or "on")
            elif kind not in {"checkbox", "radio", "file", "submit"}:
                values.setdefault(name, []).append(value)


class Phone:
    """Opens and sends; `page` is what it shows."""

    def __init__(self, host: str = "testserver") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"host": host})
        self.page: Page

    def scan(self, address: str) -> Page:
        """As from a poster or a chat: nothing of ours sent it there."""
        return self._show("get", address, site="none")

    def open(self, address: str) -> Page:
        """A link on a page of ours."""
        return self._show("get", urljoin(self.page.address, address), site="same-origin")

    def follow(self, link: str) -> Page:
        return self.open(self.page.links[link])

    def send(self, button: str = "", form: str = "main-form", **answers: Any) -> Page:
        """Presses `button` of a form ("name=value" where a name has several), changed by `answers`; files by name."""
        found = self.page.form(form)
        name, _, value = button.partition("=")
        if name:
            assert name in found.buttons, f"{name} is not on {self.page.address}: {list(found.buttons)}"
            value = value or found.buttons[name][0]
        filled = {**found.values, **{key: [each] if isinstance(each, str) else each for key, each in answers.items()}}
        filled |= {name: [value]} if name else {}
        address = urljoin(self.page.address, found.action or self.page.address)
        if found.enctype == "multipart/form-data":
            return self._show("post", address, site="same-origin", data=filled)
        body = urlencode(filled, doseq=True)
        return self._show(
            "post", address, site="same-origin", data=body, content_type="application/x-www-form-urlencoded"
        )

    def _show(self, method: str, address: str, *, site: str, **options: Any) -> Page:
        """Follows redirects, which keep the first request's standing."""
        parts = urlsplit(address)
        address = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Sec-Fetch-Site": site}
        answer = getattr(self.client, method)(address, headers=headers, **options)
        for _ in range(5):
            self._keep_no_cookie(answer)
            if answer.status_code not in {301, 302, 303}:
                break
            address = urljoin(address, answer["Location"])
            answer = self.client.get(address, headers=headers)
        self.page = Page(address, answer)
        return self.page

    def _keep_no_cookie(self, answer: HttpResponse) -> None:
        assert not answer.cookies, f"a worker's page set a cookie: {answer.cookies}"


def upload(name: str, content: bytes) -> BytesIO:
    """A file as a form sends it."""
    file = BytesIO(content)
    file.name = name
    return file
