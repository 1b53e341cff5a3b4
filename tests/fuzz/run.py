"""A run: requests to doors as somebody, each looked at for faults and taken back, so that each stands for itself.

A request is repeated by its seed and its place. What it may write where it was refused, or only asked, is in MAY_WRITE.
"""

import hashlib
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from initiatives.invariants import violations
from portal.requests import read_as_utf8
from tests.codebase.words import english_in, seen
from tests.fuzz.forms import Form, forms_in
from tests.fuzz.values import CONTENT_TYPES, FILES, LONG_WORD, TEXTS, Fuzzer, Sent
from tests.fuzz.writes import Writes

FORM = CONTENT_TYPES[0]
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# Written whatever becomes of the request: sessions by whoever has one, and by the doors named here what they note of each visit,
# or count anew when somebody reads it.
BY_ALL = {"django_session"}
TRIES = {"axes_accessattempt", "axes_accessfailurelog", "axes_accesslog"}
SIGN_IN = TRIES | {"orgtree_signin", "orgtree_staffaccount"}  # the moment of the last one, and of the last code
LOOKS = {"initiatives_personaldataview"}
SCANS = {"initiatives_postercount"}
FIGURES = {"initiatives_tally", "initiatives_tallyrun", "initiatives_fieldmedian"}
BY_DOOR: Mapping[str, set[str]] = {
    **dict.fromkeys(("login", "second_factor"), SIGN_IN),
    **dict.fromkeys(("logout", "own_identity", "password_change", "second_factor_setup", "second_factor_off"), TRIES),
    **dict.fromkeys(("front", "campaign", "badge", "board", "board_xlsx", "quarters", "quarter"), FIGURES),
    **dict.fromkeys([f"initiatives_dossier_{paper}" for paper in ("letter", "table", "table_pdf", "zip")], LOOKS),
    **dict.fromkeys([f"initiatives_initiative_{file}" for file in ("export", "export_file", "benefit_sheet")], LOOKS),
    **dict.fromkeys(
        [f"initiatives_commendationdecision_{file}" for file in ("sheet", "certificate", "certificates")], LOOKS
    ),
    **dict.fromkeys(("short_link", "begin"), SCANS),
}
LOGGERS = ("", "django.request", "django.security", "axes")  # all but the first hand nothing on
ASKED_FOR_FORMS = 3  # of the guests: the first ones may do most
KEPT_EVERY = 100  # requests
SLOWEST_KEPT = 5
# Parameters that lists and forms of the admin read from an address.
ASKED = (
    *("q", "o", "p", "e", "all", "_popup", "_to_field", "_changelist_filters", "next", "level", "kho", "don-vi", "ids"),
    *("chuong-trinh", "loc", "xep", "status__exact", "status", "campaign", "campaign__id__exact", "unit", "unit__in"),
    *(
        "pk__in",
        "id__gt",
        "title__regex",
        "national_id__startswith",
        "unit__path__startswith",
        "date__year",
        "tu",
        "den",
    ),
    *("app_label", "model_name", "field_name", "term", "ngay", "quy", "trang", "dong", "cot", "x[]", ""),
)
KINDS = ("form", "form", "form", "form", "address", "address", "path", "method", "bytes", "token", "upload")


@dataclass
class Finding:
    place: int
    who: str
    kind: str
    asked: str
    faults: list[str]

    def __str__(self) -> str:
        return f"#{self.place} {self.kind} as {self.who}: {self.asked}: {'; '.join(self.faults)}"


@dataclass
class Report:
    requests: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    doors: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(
        default_factory=list
    )  # seconds of the processor, and what was asked; slowest first


class Visitor:
    """A browser of somebody; whatever a request makes of its cookies, the next one comes with those it began with."""

    def __init__(self, client: Client) -> None:
        client.raise_request_exception = False
        self.django = django = client.handler
        client.handler = lambda environ: read_as_utf8(lambda cleaned, _: django(cleaned))(environ, None)  # type: ignore[assignment]
        self.client, self.cookies = client, {name: each.value for name, each in client.cookies.items()}

    def send(self, sent: Sent, *, minds_tokens: bool = False) -> HttpResponse:
        self.client.cookies = SimpleCookie(self.cookies)
        self.django.enforce_csrf_checks = minds_tokens
        return self.client.request(**sent.environ())


@contextmanager
def taken_back() -> Iterator[Writes]:
    """Nothing of what happens within stays."""
    around, writes = transaction.atomic(), Writes()
    around._from_testcase = True  # type: ignore[attr-defined]  # what must be outermost may be so within it
    with around:
        try:
            with connection.execute_wrapper(writes):
                yield writes
        finally:
            transaction.set_rollback(True)


class Errors(logging.Handler):
    """What the portal wrote of errors since it was asked last."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage()[:200])

    def since(self) -> list[str]:
        told, self.told = self.told, []
        return told


class Run:
    """`doors` are addresses by name, `guests` who comes to them. By the name that the urlconf gives
    an address, `may_write` tells the tables that may be written whatever it answers, `known` the faults that are none. Workers'
    forms need no token: the link is the authority."""

    def __init__(
        self,
        doors: Mapping[str, str],
        guests: Mapping[str, Visitor],
        *,
        seed: int,
        faults_of: Callable[[HttpResponse, Sent], list[str]],
        may_write: Mapping[str, set[str]] | None = None,
        known: Mapping[str, Collection[str]] | None = None,
        minds_tokens: bool = True,
    ) -> None:
        self.doors, self.guests, self.faults_of = dict(doors), dict(guests), faults_of
        self.may_write, self.known = may_write or {}, known or {}
        self.minds_tokens = minds_tokens
        self.random = random.Random(seed)
        self.fuzzer = Fuzzer(list(doors.values()), seed=seed)
        self.forms: dict[str, list[Form]] = {}
        self.readers: dict[str, str] = {}
        self.report = Report()

    def read_forms(self) -> None:
        """From each door's page, as the first guest to whom it shows any."""
        for name, address in self.doors.items():
            for who, guest in list(self.guests.items())[:ASKED_FOR_FORMS]:
                with taken_back():
                    answer = guest.send(Sent("GET", *_divided(address)))
                    body = answer.getvalue()  # read to its end: a file that is handed out must be closed
                    page = body.decode("utf-8", "replace") if _is_page(answer) else ""
                found = [form for form in forms_in(page, at=address) if form.fields or form.files]
                if found:
                    self.forms[name], self.readers[name] = found, who
                    break

    def go(self, number: int, *, keep: Callable[[Report], None] = lambda report: None) -> Report:
        """`keep` is called now and then, and at the end."""
        errors, before = Errors(), list(violations())
        loggers = [logging.getLogger(name) for name in LOGGERS]
        for each in loggers:
            each.addHandler(errors)
        try:
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:  # all of a run is one transaction, and the machine may be busy
                    cursor.execute("SET idle_in_transaction_session_timeout = 0")
            for place in range(number):
                self._one(place, errors, before)
                if place % KEPT_EVERY == KEPT_EVERY - 1 or place == number - 1:
                    keep(self.report)
        finally:
            for each in loggers:
                each.removeHandler(errors)
        return self.report

    def _one(self, place: int, errors: Errors, before: Sequence[Any]) -> None:
        if place % 40 == 0:
            for each in caches.all():
                each.clear()
        name = self.random.choice(list(self.doors))
        who = self._comer(name)
        kind = self.random.choice(KINDS)
        sent = self._made(kind, name)
        with taken_back() as writes:
            is_stale = kind == "token" and self.minds_tokens
            began = time.process_time()
            answer = self.guests[who].send(sent, minds_tokens=is_stale)
            answer.getvalue()  # read to its end, as in `read_forms`
            took = time.process_time() - began
            if answer.status_code >= 500 and not connection.is_usable():
                raise ConnectionError(f"the database hung up at #{place}: {sent.method} {sent.path[:200]}")
            door = behind(sent)
            faults = [each for each in self.faults_of(answer, sent) if each not in self.known.get(door, ())]
            faults += [f"logged: {told}" for told in errors.since()]
            wrote = writes.tables - BY_ALL - BY_DOOR.get(door, set())
            unasked = wrote - self.may_write.get(door, set())
            if unasked and (sent.method in SAFE or answer.status_code >= 400 or is_stale):
                faults.append(f"wrote {sorted(unasked)} and answered {answer.status_code}")
            if is_stale and sent.method == "POST" and answer.status_code < 300:
                faults.append("came in without a token")
            if wrote and answer.status_code < 500:
                faults += [f"violated: {each}" for each in violations() if each not in before]
        self.report.requests += 1
        self.report.kinds[kind] += 1
        self.report.doors[name] += 1
        self.report.statuses[f"{answer.status_code // 100}xx"] += 1
        slowest = (took, f"#{place} {kind} as {who}: {sent.method} {sent.path[:120]}")
        self.report.slowest = sorted([*self.report.slowest, slowest], reverse=True)[:SLOWEST_KEPT]
        if faults:
            asked = f"{sent.method} {sent.path[:120]}?{sent.query[:200]} {sent.content_type[:60]} {sent.body[:300]!r}"
            self.report.findings.append(Finding(place, who, kind, asked, faults))

    def _comer(self, name: str) -> str:
        """As often as not the one whom the page lets in, or what stands behind most doors would seldom be met."""
        anybody = self.random.choice(list(self.guests))
        return self.readers.get(name, anybody) if self.random.random() < 0.5 else anybody

    # --- requests -------------------------------------------------------------------------------------------------------

    def _made(self, kind: str, name: str) -> Sent:
        address = self.doors[name]
        path, query = _divided(address)
        forms = self.forms.get(name, [])
        if kind in {"form", "token", "upload"}:
            form = self.random.choice(forms) if forms else Form(path, "POST", [("post", "yes"), ("action", "x")])
            return self._filled(kind, form, query)
        if kind == "address":
            names = [*ASKED, *(field for form in forms if form.method == "GET" for field, _ in form.fields)]
            pairs = [(self.random.choice(names), self._text()) for _ in range(self.random.choice((1, 1, 2, 6)))]
            return Sent("GET", path, query=urlencode(pairs)[:8_000], headers=self._headers())
        if kind == "method":
            method = self.random.choice(("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "XYZ", "POST"))
            return Sent(method, path, query=query, headers=self._headers())
        sent = self.fuzzer.one()
        sent.path = self.fuzzer._path() if kind == "path" else path
        return sent

    def _filled(self, kind: str, form: Form, query: str) -> Sent:
        """As a browser sends it, but for what was changed."""
        fields = list(form.fields)
        change = self.random.random()
        if change < 0.5:
            for place in self.random.sample(range(len(fields)), k=min(len(fields), self.random.choice((1, 1, 2, 4)))):
                fields[place] = (fields[place][0], self._text())
        elif change < 0.7:
            fields = [(name, self._text()) for name, _ in fields]
        elif change < 0.8 and fields:
            fields.remove(self.random.choice(fields))
        elif change < 0.9:
            fields += [(name, self._text()) for name, _ in fields] + [("x[]", "1"), ("", "")]
        elif change < 0.92:
            fields += [("x", str(number)) for number in range(2_100)]
        if form.method == "GET":
            return Sent("GET", form.action, query=urlencode(fields)[:8_000], headers=self._headers())
        if form.files or kind == "upload":
            body = self._multipart(fields, form.files or ["file"])
            return Sent("POST", form.action, query, self._headers(), "multipart/form-data; boundary=ranh", body)
        return Sent("POST", form.action, query, self._headers(), FORM, urlencode(fields).encode()[:400_000])

    def _multipart(self, fields: Sequence[tuple[str, Any]], files: Sequence[str]) -> bytes:
        parts = []
        for name in files:
            called, content = self.random.choice(FILES)
            content = self.random.choice((content, self._text(), b""))
            parts.append(_part(f'name="{name}"; filename="'.encode() + called + b'"', content))
        parts += [
            _part(f'name="{name}"'.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in fields
        ]
        body = b"".join(parts) + b"--ranh--\r\n"
        return body if self.random.random() < 0.85 else body[: self.random.randrange(len(body))]

    def _headers(self) -> dict[str, str]:
        return {"HTTP_SEC_FETCH_SITE": "same-origin"}

    def _text(self) -> bytes:
        text = self.random.choice(TEXTS)
        return text if b"\0" not in text or self.random.random() < 0.1 else b"1"


def page_faults(run_once: set[str]) -> Callable[[HttpResponse, Sent], list[str]]:
    """What is wrong with an answer of the admin. A page is read for English once: many are the same again."""

    def faults_of(answer: HttpResponse, sent: Sent) -> list[str]:
        faults = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
        body = answer.getvalue()
        has_page = sent.method != "HEAD" and (
            sent.method != "OPTIONS" or body
        )  # Django's own views answer that with nothing
        if not has_page or not _is_page(answer) or answer.status_code in {301, 302, 303, 304, 405}:
            return faults
        page = body.decode("utf-8", "replace")
        faults += [] if '<html lang="vi"' in page else ["no page of ours"]
        faults += ["a traceback is shown"] if "Traceback (most recent" in page else []
        text = LONG_WORD.sub(" ", page)
        key = hashlib.sha256(f"{answer.status_code} {len(text) // 64} {text[:3_000]}".encode()).hexdigest()
        if key not in run_once:
            run_once.add(key)
            faults += [f"English: {word}" for word in english_in(seen(text))]
        return faults

    return faults_of


def behind(sent: Sent) -> str:
    """The name of the address that was asked, "" where there is none."""
    try:
        found = resolve(sent.environ()["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"))
    except Resolver404:
        return ""
    return found.url_name or found.route


def _is_page(answer: HttpResponse) -> bool:
    return answer.get("Content-Type", "").startswith("text/html")


def _divided(address: str) -> tuple[str, str]:
    path, _, query = address.partition("?")
    return path, query


def _part(head: bytes, content: bytes) -> bytes:
    return b"--ranh\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + content + b"\r\n"
