"""Hostile values and requests made of them: seeded, so that the same seed sends the same."""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

from django.http import HttpResponse

from initiatives.submission import answers
from tests.codebase.words import english_in, seen

LONGEST_QUERY = 8_000  # servers refuse longer ones themselves
LONG_WORD = re.compile(r"[^\s<>]{500,}")  # our own, given back: the search for English takes its square

# Nothing here is an English word: what a page gives back of it is not mistaken for the page's own.
TEXTS = (
    b"",
    b" ",
    b"0",
    b"-1",
    b"9" * 40,
    b"1e999",
    b"\0",
    b"a\0b",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xf4\x90\x80\x80",  # beyond the last character
    b"\xc0\xaf",
    "\u200b\u200d\ufeff".encode(),
    "\u202egpj.exe".encode(),
    "Sa\u0301ng kie\u0302\u0301n".encode(),
    "١٢٣٤٥٦٧٨٩٠".encode(),
    "👩‍🏭".encode() * 50,
    b"\r\n\r\n\x0b\x0c\x85\x1b[31m",
    b"<svg/onx=1>'\"&{{7*7}}{% x %}",
    b"%s%n%00%zz",
    b"../../../xyz/qwk",
    b"31/2/2021",
    b"20/4/2021",
    b"0912 345 678",
    b"0912345678 " + b"z" * 80,
    b"quang-tri",
    b"quang-tri/dong-ha",
    b"tld",
    b"a/" * 120,
    b"|".join([b"x"] * 400),
    "ố".encode() * 2_500,
    b"q" * 70_000,
)
STEP_NAMES = (*answers.PERSON, *answers.CONTENT)
FURTHER_NAMES = (
    *("attachments", "attachment_kind", "file_count", "eof", "remove", "add", "more", "choose", "next", "back"),
    *("confirm", "again", "code", "phone", "q", "thuoc", "ngay", "chuong-trinh", "don-vi", "kho", "tin", "rut"),
    *("__all__", "co_authors-0-share", "co_authors-99999999999-full_name", "x[]", ""),
)
METHODS = (*["GET"] * 7, *["POST"] * 9, "HEAD", "HEAD", "PUT", "DELETE", "OPTIONS", "XYZ")
HEADERS: Mapping[str, tuple[str, ...]] = {
    "HTTP_HOST": ("", "evil.vn", "testserver:99999", "testserver:x", "[::1", "a" * 300, "testserver, evil.vn", "tést"),
    "HTTP_ACCEPT": ("", "*/*", "application/json", "application/json;q=x", "text/html;q=2, ;;,", "a" * 5_000),
    "HTTP_ACCEPT_LANGUAGE": ("", "en", "x" * 600, "en-;q=q"),
    "HTTP_ORIGIN": ("null", "http://[", "http://testserver", "https://evil.vn", "x:y:z", "http://testserver:99999999"),
    "HTTP_REFERER": (
        "",
        "http://[",
        "http://testserver/",
        "http://testserver\\@evil.vn/",
        "javascript:0",
        "/x" * 2_000,
    ),
    "HTTP_SEC_FETCH_SITE": ("same-origin", "same-site", "none", "cross-site", "xyz", ""),
    "HTTP_COOKIE": (
        "sessionid=ngan; csrftoken=x",
        'sessionid="\\000aaaaaaaaaa"',
        ";;=;",
        "messages=[[1]]",
        "=" * 3_000,
    ),
    "HTTP_X_FORWARDED_FOR": ("1.2.3.4", "::::", ", ,", "x" * 2_000),
    "HTTP_X_FORWARDED_PROTO": ("https", "ftp"),
    "HTTP_X_REQUEST_ELAPSED": ("nan", "-1", "1e400", "x"),
    "HTTP_IF_NONE_MATCH": ("*", '"x', "W/"),
    "HTTP_IF_MODIFIED_SINCE": ("x", "Thu, 32 Foo 99999"),
    "HTTP_RANGE": ("bytes=0-", "bytes=9-1", "x=--"),
    "HTTP_USER_AGENT": ("Zalo android/1", "", "x" * 9_000),
    "HTTP_EXPECT": ("100-continue",),
    "HTTP_TRANSFER_ENCODING": ("chunked",),
    "CONTENT_LENGTH": ("", "0", "3", "10000000000"),  # servers themselves refuse what is no length
}
CONTENT_TYPES = (
    *("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16"),
    *(
        "application/x-www-form-urlencoded; charset=hex",
        "application/json",
        "text/plain",
        "",
        ";",
        "multipart/form-data",
    ),
    *(
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 400,
        "multipart/form-data; boundary=é",
    ),
    *("multipart/form-data; charset=undefined; boundary=ranh", "multipart/form-data; boundary=ranh; charset=rot13"),
    *(
        "multipart/form-data; boundary*=utf-8''ranh",
        "text/html; charset*=utf-8''utf-7",
        "multipart/mixed; boundary=ranh",
    ),
)
FILES = (
    (b"anh.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 200),
    (b"anh.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 90),
    (b"tep.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF"),
    (b"tep.docx", b"PK\3\4" + b"\0" * 40),
    (b"tep.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600),
    (b"../../x\0y\xff.jpg", b""),
    (b"", b"x"),
)


@dataclass
class Sent:
    """One request as it stands on the wire. `path` and `query` are percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = ""
    body: bytes = b""

    def environ(self) -> dict[str, Any]:
        return {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query,
            "CONTENT_TYPE": self.content_type,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.input": BytesIO(self.body),
            **self.headers,
        }


class Fuzzer:
    """Requests to `addresses`, the same for the same seed."""

    def __init__(self, addresses: list[str], *, seed: int) -> None:
        self.addresses = addresses
        self.random = random.Random(seed)

    def requests(self, number: int) -> Iterator[Sent]:
        for _ in range(number):
            yield self.one()

    def one(self) -> Sent:
        sent = Sent(self.random.choice(METHODS), self._path())
        if self._happens(0.5):
            sent.query = self._pairs(self.random.randrange(1, 5))[:LONGEST_QUERY]
        if sent.method not in {"GET", "HEAD"}:
            sent.content_type, sent.body = self._body()
        elif self._happens(0.1):
            sent.content_type = self.random.choice(CONTENT_TYPES)
        sent.headers = {"HTTP_SEC_FETCH_SITE": "same-origin"} if self._happens(0.8) else {}
        for name in self.random.sample(sorted(HEADERS), k=self.random.choice((0, 0, 1, 3))):
            sent.headers[name] = self.random.choice(HEADERS[name])
        return sent

    def _path(self) -> str:
        path = self.random.choice(self.addresses)
        if self._happens(0.75):
            return path
        return self.random.choice((self._with_another_part, self._mistyped, self._doubled))(path)

    def _with_another_part(self, path: str) -> str:
        """A stale, foreign or garbled token, an alias of nothing, a part that is no text."""
        parts = path.split("/")
        place = self.random.randrange(1, max(len(parts) - 1, 2))
        parts[place] = self.random.choice(
            (
                parts[place].swapcase(),
                parts[place][:-1] + "A",
                "A" * 22,
                parts[place] + "%0A",
                quote_from_bytes(self._text()),
            )
        )
        return "/".join(parts)[:4_000]

    def _mistyped(self, path: str) -> str:
        place = self.random.randrange(len(path) + 1)
        return path[:place] + self.random.choice(("%FF", "%00", "//", "%2F", "..", "%0A", "é", ";", " ")) + path[place:]

    def _doubled(self, path: str) -> str:
        return self.random.choice((path.rstrip("/"), path + "/", "/" + path, path + path, path.upper()))

    def _body(self) -> tuple[str, bytes]:
        kind = self.random.random()
        if kind < 0.5:
            return CONTENT_TYPES[0], self._pairs(self.random.choice((1, 5, 40))).encode()
        if kind < 0.52:
            return CONTENT_TYPES[0], b"&".join([b"title=x"] * 2_100)
        if kind < 0.53:
            return CONTENT_TYPES[0], b"description=" + b"x" * (1024 * 1024 + 1)
        if kind < 0.8:
            return "multipart/form-data; boundary=ranh", self._multipart()
        if kind < 0.85:
            return "application/json", b'{"title": [[[["\\ud800"]]]]}'
        return self.random.choice(CONTENT_TYPES), self.random.choice((self._multipart(), self._pairs(3).encode()))

    def _pairs(self, number: int) -> str:
        """Most of them without NUL, which is refused before anything is read."""
        texts = TEXTS if self._happens(0.1) else [text for text in TEXTS if b"\0" not in text]
        return urlencode([(self._name(), self.random.choice(texts)) for _ in range(number)])[:200_000]

    def _multipart(self) -> bytes:
        parts = [
            b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (self._name().encode(), self._text())
            for _ in range(self.random.randrange(4))
        ]
        for _ in range(self.random.randrange(3)):
            name, content = self.random.choice(FILES)
            parts.append(
                b'Content-Disposition: form-data; name="attachments"; filename="%s"\r\n\r\n%s' % (name, content)
            )
        if self._happens(0.7):
            parts.append(b'Content-Disposition: form-data; name="eof"\r\n\r\n1')
        body = b"".join(b"--ranh\r\n%s\r\n" % part for part in parts) + b"--ranh--\r\n"
        return body if self._happens(0.8) else body[: self.random.randrange(len(body))]

    def _name(self) -> str:
        return self.random.choice(STEP_NAMES if self._happens(0.6) else FURTHER_NAMES)

    def _text(self) -> bytes:
        return self.random.choice(TEXTS)

    def _happens(self, probability: float) -> bool:
        return self.random.random() < probability


def faults_of(answer: HttpResponse, sent: Sent) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    faults = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    if answer.cookies or "cookie" in answer.get("Vary", "").lower():
        faults.append("a cookie is given or asked for")
    has_page = answer.get("Content-Type", "").startswith("text/html") and sent.method != "HEAD"
    if has_page and answer.status_code not in {301, 302, 303, 304, 405}:
        page = answer.content.decode()
        faults += [] if '<html lang="vi">' in page else ["no page of ours"]
        faults += [f"English: {word}" for word in english_in(seen(LONG_WORD.sub(" ", page)))]
    return faults
