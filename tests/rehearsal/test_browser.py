"""The browser of a phone: what it sends, what it keeps, what it calls a failure, and where it never goes."""

import gzip
from threading import Event

import pytest

from initiatives.rehearsal.browser import Browser, Heard, Line, NotThisMachine, Request, Stopped, must_be_this_machine
from tests.rehearsal.portal_of_paper import Answer, PaperPortal, paper_portal

PAGE = '<html><head><link rel="stylesheet" href="/static/portal.css"></head><body>{}</body></html>'


def browser(portal: PaperPortal, heard: list[Heard], **line: object) -> Browser:
    return Browser(portal.address, line=Line(gives_up_after=5.0, **line), heard=heard.append, stop=Event())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.3.2.1:8000", True),
        ("https://localhost", True),
        ("http://[::1]:8000", True),
        ("http://192.0.2.7", False),
        ("http://0.0.0.0:8000", False),
        ("http://127.0.0.1@192.0.2.7/", False),
        ("http://name.invalid", False),
        ("not an address", False),
    ],
)
def test_phones_call_nobody_but_this_machine(address: str, is_ours: bool) -> None:
    if is_ours:
        must_be_this_machine(address)
        return

    with pytest.raises(NotThisMachine):
        must_be_this_machine(address)


def test_it_says_of_itself_what_browsers_say() -> None:
    form = {
        ("GET", "/c/nop/"): [Answer(body=PAGE)],
        ("POST", "/c/nop/"): [Answer()],
        ("GET", "/static/portal.css"): [Answer()],
    }
    with paper_portal(form) as portal:
        phone = browser(portal, [])

        phone.open("/c/nop/", typed=True)
        phone.follow(Request("POST", "/c/nop/", b"a=1"))
        phone.close()

    opened, style, sent = portal.asked
    assert (opened.headers["Sec-Fetch-Site"], opened.headers.get("Referer"), opened.headers.get("Origin")) == (
        "none",
        None,
        None,
    )
    assert opened.headers["Accept-Encoding"] == "gzip"
    assert style.path == "/static/portal.css"
    assert sent.headers["Sec-Fetch-Site"] == "same-origin"
    assert sent.headers["Referer"] == f"{portal.address}/c/nop/"
    assert sent.headers["Origin"] == portal.address
    assert (sent.headers["Content-Type"], sent.body) == ("application/x-www-form-urlencoded", b"a=1")


def test_a_connection_is_kept_and_a_page_is_asked_for_by_its_etag() -> None:
    heard: list[Heard] = []
    known = [Answer(body="Xin chào", headers={"ETag": '"1"'}), Answer(304)]
    with paper_portal({("GET", "/"): known}) as portal:
        phone = browser(portal, heard)

        first, second = phone.open("/"), phone.open("/")
        phone.close()

    assert (first.text, second.text) == ("Xin chào", "Xin chào")
    assert [each.headers.get("If-None-Match") for each in portal.asked] == [None, '"1"']
    assert len({each.port for each in portal.asked}) == 1
    assert [(each.kind, each.status) for each in heard] == [("landing", 200), ("landing", 304)]


def test_a_redirect_is_followed_and_each_part_of_the_way_is_told() -> None:
    heard: list[Heard] = []
    way = {
        ("POST", "/nhap/abcdefghijklmnopqrstuv/kiem-tra/"): [Answer(303, headers={"Location": "/bien-nhan/x/#tren"})],
        ("GET", "/bien-nhan/x/"): [Answer(body="Biên nhận")],
    }
    with paper_portal(way) as portal:
        phone = browser(portal, heard)

        page = phone.follow(Request("POST", "/nhap/abcdefghijklmnopqrstuv/kiem-tra/", b"confirm=1"))
        phone.close()

    assert (page.request.address, page.text) == ("/bien-nhan/x/", "Biên nhận")
    assert [(each.kind, each.status) for each in heard] == [("submit", 303), ("receipt", 200)]


def test_what_is_compressed_is_read_and_counted_as_it_came() -> None:
    heard: list[Heard] = []
    packed = gzip.compress(b"x" * 5000)
    with paper_portal({("GET", "/"): [Answer(body=packed, headers={"Content-Encoding": "gzip"})]}) as portal:
        phone = browser(portal, heard)

        page = phone.open("/")
        phone.close()

    assert (page.text, heard[0].size) == ("x" * 5000, len(packed))


def test_no_answer_is_told_with_how_it_failed() -> None:
    heard: list[Heard] = []
    with paper_portal({("GET", "/"): [Answer(0)]}) as portal:
        phone = browser(portal, heard)
        phone.open("/")
    phone.open("/")

    assert [(each.status, each.failure) for each in heard] == [(0, "cut"), (0, "refused")]


def test_a_kept_connection_that_died_is_no_failure() -> None:
    heard: list[Heard] = []
    with paper_portal({("GET", "/"): [Answer(body="1"), Answer(0), Answer(body="2")]}) as portal:
        phone = browser(portal, heard)

        phone.open("/")
        page = phone.open("/")
        phone.close()

    assert page.text == "2"
    assert [each.status for each in heard] == [200, 200]


def test_phones_call_from_addresses_of_their_own() -> None:
    with paper_portal({("GET", "/"): [Answer()]}) as portal:
        for source in ("127.1.1.1", "127.1.1.2"):
            phone = browser(portal, [], source=source)
            phone.open("/")
            phone.close()

    assert [each.neighbour for each in portal.asked] == ["127.1.1.1", "127.1.1.2"]


def test_whoever_is_told_to_stop_asks_nothing_more() -> None:
    heard: list[Heard] = []
    with paper_portal({("GET", "/"): [Answer()]}) as portal:
        phone = browser(portal, heard)
        phone.stop.set()

        with pytest.raises(Stopped):
            phone.open("/")

    assert (heard, portal.asked) == ([], [])
