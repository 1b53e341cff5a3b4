"""One phone and whoever holds it: sends an initiative, reads pages, looks up a receipt; and tries again as people do.

What it was told is kept as evidence: `Acknowledged` where a receipt was shown, `Refused` where it was too late.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from initiatives.rehearsal import papers, reading
from initiatives.rehearsal.browser import Browser, Heard, Line, Page, Request, Stopped
from initiatives.rehearsal.words import Days, Person

EDGE = "----ranh-gioi-cua-mot-phan"
# Where one lives, what one does, in full and in haste. Forty: what is asked again within seconds is answered by nginx.
SEARCHES = (
    *("dong ha", "quảng trị", "y tế", "may", "giáo dục", "dien bien", "vinh linh", "gio linh", "cam lo", "hải lăng"),
    *("hà nội", "ha noi", "hcm", "tp hồ chí minh", "đà nẵng", "da nang", "hải phòng", "cần thơ", "can tho", "huế"),
    *("bắc ninh", "bac giang", "đồng nai", "dong nai", "bình dương", "long an", "nghệ an", "nghe an", "thanh hóa"),
    *("công thương", "dầu khí", "điện lực", "than khoáng sản", "đường sắt", "cao su", "dệt may", "ngân hàng"),
    *("lào cai", "viên chức", "xây dựng"),
)
JSON = "application/json"


@dataclass(frozen=True)
class Habits:
    """`think_seconds`: at least and at most, before each step. `retries`: how often the same is sent again after an answer that
    says to wait, or none. `waits_at_most`: what it honours of a Retry-After. `double_tap`: how likely "Nộp" is tapped twice.
    `taps_at`: at the check page it waits until then (seconds of the epoch) before it taps "Nộp"."""

    think_seconds: tuple[float, float] = (0.0, 0.0)
    retries: int = 4
    retry_seconds: float = 2.0
    waits_at_most: float = 30.0
    documents: int = 0
    document_bytes: int = 300_000
    double_tap: float = 0.0
    taps_at: float = 0.0
    reads_first: bool = True
    line: Line = field(default_factory=Line)


@dataclass(frozen=True)
class Acknowledged:
    """A receipt that was shown. `sent_at`: when "Nộp" was first tapped; `documents`: how many the portal said it took."""

    code: str
    receipt_path: str
    title: str
    unit: str
    phone: str
    documents: int
    sent_at: float
    heard_at: float


@dataclass(frozen=True)
class Refused:
    """The portal said that it does not receive, at a step; `draft_path` is "" where it kept nothing. `was_sent`: to
    something that was sent; not to a page that was only opened, which leaves no mark."""

    step: str
    title: str
    unit: str
    phone: str
    draft_path: str
    was_sent: bool
    sent_at: float
    heard_at: float


@dataclass(frozen=True)
class GaveUp:
    """Neither: tries ran out (`why` is the last status), or the page objected to what was typed (`why` is the objection).
    `is_uncertain`: "Nộp" was tapped, so the initiative may be there."""

    step: str
    title: str
    phone: str
    why: str
    is_uncertain: bool


@dataclass
class Story:
    """What many phones went through, gathered. Lists are appended to by many threads; nothing else is shared."""

    heard: list[Heard] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    gave_up: list[GaveUp] = field(default_factory=list)


@dataclass
class _Errand:
    """An initiative on its way."""

    about: dict[str, str | list[str]]
    oneself: dict[str, str | list[str]] = field(default_factory=dict)
    documents: int = 0
    tapped_at: float = 0.0

    @property
    def title(self) -> str:
        return str(self.about["title"])

    @property
    def unit(self) -> str:
        return str(self.oneself.get("unit") or self.oneself.get("top_unit") or "")


class Phone:
    """`number` decides who holds it and what they type. `base_url` must be of this machine (browser.NotThisMachine)."""

    def __init__(
        self,
        base_url: str,
        campaign: str,
        number: int,
        *,
        days: Days,
        habits: Habits | None = None,
        story: Story | None = None,
        stop: Event | None = None,
        host: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.campaign, self.clock = campaign, clock
        self.habits = habits or Habits()
        self.story = story if story is not None else Story()
        self.person = Person(number, days=days)
        self.draw = self.person.draw
        self.stop = stop or Event()
        self.browser = Browser(
            base_url, line=self.habits.line, heard=self.story.heard.append, stop=self.stop, host=host, clock=clock
        )

    # --- errands --------------------------------------------------------------------------------------------------------

    def send_initiative(self, *, unit: str = "") -> Acknowledged | None:
        """From the campaign's page to the receipt. None: refused, given up or stopped; `story` says which. `unit`: a code; ""
        picks one of the top units that are offered."""
        errand = _Errand(self.person.about_an_initiative())
        try:
            return self._send(errand, unit)
        except Stopped:
            self._give_up("stopped", errand, "stopped")
            return None
        finally:
            self.browser.close()

    def read(self, *, pages: Sequence[str] = (), most: int = 0) -> int:
        """Opens public pages; how many were shown. The front page, the campaign's, its board, a search, the badge; `most` of them
        from anywhere on, where it is not 0."""
        home = f"/{self.campaign}/"
        search = f"/don-vi/?q={self.draw.choice(SEARCHES).replace(' ', '+')}"
        ways = list(pages) or ["/", home, f"{home}tien-do/", search, f"{home}huy-hieu/", home]
        if most:
            first = self.draw.randrange(len(ways))
            ways = [*ways[first:], *ways[:first]][:most]
        shown = 0
        try:
            for place, address in enumerate(ways):
                if place:
                    self._think()
                shown += self._insist(Request("GET", _quoted(address)), typed=not place).status == 200
        except Stopped:
            pass
        finally:
            self.browser.close()
        return shown

    def track(self, code: str, phone: str) -> bool:
        """Whether the record of `code` and `phone` was shown."""
        try:
            page = self._insist(Request("GET", "/tra-cuu/"), typed=True)
            if page.form is None:
                return False
            self._think()
            page = self._insist(self._post(page, {"code": code, "phone": phone}, pressed="next"))
            return page.status == 200 and page.request.kind == "record"
        except Stopped:
            return False
        finally:
            self.browser.close()

    # --- an initiative on its way ---------------------------------------------------------------------------------------

    def _send(self, errand: _Errand, unit: str) -> Acknowledged | None:
        if self.habits.reads_first:
            self._insist(Request("GET", f"/{self.campaign}/"), typed=True)
            self._think()
        hint = f"?don-vi={unit}" if unit else ""
        page = self._insist(Request("GET", f"/{self.campaign}/nop/{hint}"), typed=not self.habits.reads_first)
        if page.form is None:
            self._ended("form", errand, page)
            return None
        errand.oneself = self.person.about_oneself(unit=unit, top_units=page.form.options("top_unit"))
        for step, answers in (("person", errand.oneself), ("content", errand.about)):
            self._think()
            page = self._insist(self._post(page, self._fitting(page, answers), pressed="next"))
            if page.form is None or page.request.kind == step:
                self._ended(step, errand, page)
                return None
        if page.request.kind == "documents_page":
            page = self._past_documents(page, errand)
        if page.form is None or page.request.kind != "check_page":
            self._ended("documents", errand, page)
            return None
        self._think()
        return self._submit(page, errand)

    def _past_documents(self, page: Page, errand: _Errand) -> Page:
        """Each document by itself, as the page's script sends it; then on."""
        for place in range(self.habits.documents):
            self._think()
            said = self._insist(self._document(page, place, errand.title), is_page=False)
            if said.status == 200 and '"faults": []' in said.text:
                errand.documents += 1
            elif said.status == 409:  # it is no longer received: the script stays where it is, the person goes on
                break
        return self._insist(self._post(page, {"eof": "1", "file_count": "0"}, pressed="next"))

    def _document(self, page: Page, place: int, title: str) -> Request:
        assert page.form is not None  # noqa: S101 - asked by the caller
        kinds = page.form.options("attachment_kind") or ["other"]
        mark = f"{self.person.number} {title}"[:200]
        if place % 2:
            name, media, content = (
                f"quyet-dinh-{place}.pdf",
                "application/pdf",
                papers.pdf(self.habits.document_bytes, mark=mark),
            )
        else:
            content = papers.picture(self.habits.document_bytes, mark=f"{mark} {place}")
            name, media = f"anh-{place}.png", "image/png"
        body = _multipart(
            [("attachment_kind", kinds[place % len(kinds)])],
            [("attachments", name, media, content)],
            [("file_count", "1"), ("eof", "1")],
        )
        return Request("POST", page.form.action, body, f"multipart/form-data; boundary={EDGE}", JSON)

    def _submit(self, page: Page, errand: _Errand) -> Acknowledged | None:
        request = self._post(page, {}, pressed="confirm")
        self._wait(max(0.0, self.habits.taps_at - self.clock()))
        errand.tapped_at = self.clock()
        second = self._second_tap(request) if self.draw.random() < self.habits.double_tap else None
        page = self._insist(request)
        if second is not None:
            second.join()
        code = reading.receipt_code(page.text)
        if not code:
            self._ended("submit", errand, page)
            return None
        receipt = Acknowledged(
            code=code,
            receipt_path=page.request.address,
            title=errand.title,
            unit=errand.unit,
            phone=self.person.phone,
            documents=errand.documents,
            sent_at=errand.tapped_at,
            heard_at=self.clock(),
        )
        self.story.acknowledged.append(receipt)
        return receipt

    def _second_tap(self, request: Request) -> Thread:
        other = self.browser.twin()

        def tap() -> None:
            try:
                other.send(request)
            except Stopped:
                pass
            finally:
                other.close()

        thread = Thread(target=tap, daemon=True)
        thread.start()
        return thread

    def _ended(self, step: str, errand: _Errand, page: Page) -> None:
        """There is no receipt: it was too late, or there was no way on."""
        if page.status == 200 and page.form is None:
            link = reading.draft_link(page.text)
            draft = "/" + link.split("/", 3)[3] if link.startswith("http") else link
            sent_at = errand.tapped_at or self.clock()
            was_sent = page.request.method == "POST"
            phone, heard_at = self.person.phone, self.clock()
            told = Refused(step, errand.title, errand.unit, phone, draft, was_sent, sent_at, heard_at)
            self.story.refused.append(told)
            return
        objections = "; ".join(reading.errors(page.text)[:3])
        self._give_up(step, errand, objections or str(page.status))

    def _give_up(self, step: str, errand: _Errand, why: str) -> None:
        told = GaveUp(step, errand.title, self.person.phone, why, is_uncertain=errand.tapped_at > 0)
        self.story.gave_up.append(told)

    # --- what people do -------------------------------------------------------------------------------------------------

    def _fitting(self, page: Page, answers: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        """The answers, and something picked of every list nobody has an answer for."""
        assert page.form is not None  # noqa: S101 - asked by the caller
        fitting = dict(answers)
        for control in page.form.controls:
            offered = [value for value in control.options if value]
            if control.name in fitting or not offered:
                continue
            if control.kind == "checkbox":
                fitting[control.name] = offered
            elif not any(control.chosen):
                fitting[control.name] = self.draw.choice(offered)
        return fitting

    def _post(self, page: Page, answers: dict[str, str | list[str]], *, pressed: str) -> Request:
        assert page.form is not None  # noqa: S101 - asked by the caller
        fields = page.form.filled(answers, pressed=pressed)
        if not page.form.is_multipart:
            return Request("POST", page.form.action, reading.urlencoded(fields))
        # The button stands before what ends the form.
        body = _multipart([fields[-1], *fields[:-1]], [], [])
        return Request("POST", page.form.action, body, f"multipart/form-data; boundary={EDGE}")

    def _insist(self, request: Request, *, typed: bool = False, is_page: bool = True) -> Page:
        """The answer; after trouble the same again, that part of the way which failed."""
        if typed:
            self.browser.at = ""
        for tries_left in reversed(range(self.habits.retries + 1)):
            page = self.browser.follow(request) if is_page else self.browser.send(request)
            if not page.is_trouble or not tries_left:
                return page
            request = page.request
            asked = self.habits.retry_seconds if page.retry_after is None else page.retry_after
            self._wait(min(asked, self.habits.waits_at_most) * self.draw.uniform(0.8, 1.4))
        raise AssertionError("unreachable")

    def _think(self) -> None:
        least, most = self.habits.think_seconds
        if most:
            self._wait(self.draw.uniform(least, most))

    def _wait(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped


def _multipart(
    before: list[tuple[str, str]], files: list[tuple[str, str, str, bytes]], after: list[tuple[str, str]]
) -> bytes:
    parts = [_field(*each) for each in before]
    parts += [_file(*each) for each in files]
    parts += [_field(*each) for each in after]
    return b"".join([*parts, f"--{EDGE}--\r\n".encode()])


def _field(name: str, value: str) -> bytes:
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _file(name: str, filename: str, media: str, content: bytes) -> bytes:
    shown = f'form-data; name="{name}"; filename="{filename}"'
    head = f"--{EDGE}\r\nContent-Disposition: {shown}\r\nContent-Type: {media}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def _quoted(address: str) -> str:
    """An address as it may stand in a request: what is not ASCII in %XX."""
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in address
    )
