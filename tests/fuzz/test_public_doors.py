"""Whatever comes to a public door, from a broken browser or a scanner, gets a page in Vietnamese and leaves nothing.

Seeded and bounded: each seed sends the same requests every time, so a failure is repeated by its seed and place.
"""

import logging
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from initiatives.invariants import violations
from initiatives.models import Initiative
from initiatives.submission import answers, tracking
from portal.logs import MaskingFilter
from portal.requests import read_as_utf8
from tests.codebase.doors import World, make_world
from tests.codebase.words import english_in, seen

SEEDS = (1, 2, 3)
REQUESTS_A_SEED = 400
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


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def addresses_of(world: World) -> list[str]:
    """Every public door, further states of some, and links that no longer open what they did."""
    signed = tracking.sign(world.initiative, at=timezone.now())
    stale = tracking.sign(world.initiative, at=timezone.now() - tracking.SIGNED_FOR)
    token = f"/{world.draft.token}/"
    return [
        *world.addresses.values(),
        *(address.partition("?")[0] for address in world.pages.values()),
        *(f"/ho-so/{stale}/{step}" for step in ("", "nguoi-nop/", "noi-dung/", "tai-lieu/", "kiem-tra/", "rut/")),
        f"/ho-so/{signed[:-2]}/",
        f"/bien-nhan{token}",
        f"/nhap/{world.initiative.token}/kiem-tra/",
    ]


@pytest.fixture
def send() -> Callable[[Sent], HttpResponse]:
    """Sends as the server does: through the filter in front of Django, with nothing raised."""
    client = Client(raise_request_exception=False)
    django = client.handler
    client.handler = lambda environ: read_as_utf8(lambda cleaned, _: django(cleaned))(environ, None)  # type: ignore[assignment]

    def through(sent: Sent) -> HttpResponse:
        return client.request(**sent.environ())

    return through


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


def asked_in_addresses(world: World) -> Iterator[Sent]:
    """Every parameter an address may bear, with every text."""
    door = world.addresses
    places = {
        "don-vi": (door["campaign"], door["begin"], door["qr_svg"], door["poster"]),
        "kho": (door["poster"],),
        "q": (door["units"],),
        "thuoc": (door["units"],),
        "ngay": (door["units"],),
        "chuong-trinh": (door["units"],),
        "tin": (door["track"],),
        "rut": (door["record_door"],),
    }
    for name, paths in places.items():
        for path in paths:
            for text in TEXTS:
                yield Sent("GET", path, query=urlencode({name: text})[:LONGEST_QUERY])


def typed_in_forms(world: World) -> Iterator[Sent]:
    """Every form, each of its answers the same text, with every text."""
    door = world.addresses
    forms = {
        door["begin"]: answers.PERSON,
        door["draft_nguoi_nop"]: answers.PERSON,
        door["draft_noi_dung"]: answers.CONTENT,
        door["draft_kiem_tra"]: ("confirm", "again"),
        door["record_nguoi_nop"]: answers.PERSON,
        door["record_noi_dung"]: answers.CONTENT,
        door["record_kiem_tra"]: ("again",),
        door["track"]: ("code", "phone"),
    }
    for path, names in forms.items():
        for text in TEXTS:
            body = urlencode([(name, text[:10_000]) for name in names]).encode()
            yield Sent(
                "POST", path, content_type=CONTENT_TYPES[0], body=body, headers={"HTTP_SEC_FETCH_SITE": "same-origin"}
            )


@pytest.mark.parametrize("every", [asked_in_addresses, typed_in_forms])
def test_every_text_in_every_place_gets_a_page(
    world: World,
    send: Callable[[Sent], HttpResponse],
    caplog: pytest.LogCaptureFixture,
    every: Callable[[World], Iterator[Sent]],
) -> None:
    received = set(Initiative.objects.values_list("pk", flat=True))

    found = {(sent.path, sent.query[:80], sent.body[:80]): faults_of(send(sent), sent) for sent in every(world)}

    assert {place: faults for place, faults in found.items() if faults} == {}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert set(Initiative.objects.values_list("pk", flat=True)) == received


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_comes_gets_a_page_and_leaves_nothing(
    world: World, send: Callable[[Sent], HttpResponse], caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    received, violated = set(Initiative.objects.values_list("pk", flat=True)), list(violations())
    fuzzer = Fuzzer(addresses_of(world), seed=seed)
    found = []

    for place, sent in enumerate(fuzzer.requests(REQUESTS_A_SEED)):
        faults = faults_of(send(sent), sent)
        found += [(place, sent.method, sent.path[:120], sent.headers, sent.content_type, faults)] if faults else []

    assert found == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert set(Initiative.objects.values_list("pk", flat=True)) == received
    assert list(violations()) == violated


def test_a_form_cut_on_its_way_saves_nothing(world: World, send: Callable[[Sent], HttpResponse]) -> None:
    whole = urlencode({"title": "Tên khác", "description": "Nội dung khác", "next": "1"}).encode()
    cut = Sent("POST", world.addresses["draft_noi_dung"], content_type=CONTENT_TYPES[0], body=whole[:-20])
    cut.headers = {"HTTP_SEC_FETCH_SITE": "same-origin", "CONTENT_LENGTH": str(len(whole))}
    before = world.draft.answers["title"]

    answer = send(cut)

    world.draft.refresh_from_db()
    assert (answer.status_code, world.draft.answers["title"]) == (400, before)


def test_a_path_writes_no_line_of_its_own_in_the_log() -> None:
    record = logging.makeLogRecord({"msg": "GET %s 404", "args": ("/x\r\n2026-01-01 INFO giả\u2028\x1b[31m",)})

    MaskingFilter().filter(record)

    assert record.getMessage() == "GET /x  2026-01-01 INFO giả  [31m 404"
