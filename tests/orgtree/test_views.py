"""`/don-vi/` on the real tree."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgtree.models import Level, Unit
from orgtree.views import MOST_FOUND
from tests.factories.units import UnitFactory

ROWS = {"accept": "application/json"}


def ask(client: Client, **asked: str) -> HttpResponse:
    return client.get("/don-vi/", {name.replace("_", "-"): value for name, value in asked.items()})


def rows(client: Client, **asked: str) -> list[dict[str, str | int]]:
    answer = client.get("/don-vi/", {name.replace("_", "-"): value for name, value in asked.items()}, headers=ROWS)
    return answer.json()["units"]


def links(answer: HttpResponse) -> list[str]:
    listed = re.search(r'<ul class="units">(.*?)</ul>', answer.content.decode(), re.DOTALL)
    return [unescape(link) for link in re.findall(r'href="([^"]*)"', listed[1])] if listed else []


def test_the_address_is_that_of_the_design(tree: dict[str, Unit], client: Client) -> None:
    assert reverse("units") == "/don-vi/"


def test_the_page_begins_with_the_83_top_units(tree: dict[str, Unit], client: Client) -> None:
    answer = ask(client)

    assert answer.content.decode().count("<li>") == len(rows(client)) == 83
    assert links(answer)[0] == "/don-vi/?thuoc=ha-noi"


def test_a_search_leads_to_the_form_of_the_campaign_one_came_from(tree: dict[str, Unit], client: Client) -> None:
    answer = ask(client, q="đông hà", chuong_trinh="sang-kien-2022")

    assert links(answer)[0] == "/sang-kien-2022/nop/?don-vi=quang-tri/dong-ha"
    assert "LĐLĐ tỉnh Quảng Trị" in answer.content.decode()
    assert '<input type="hidden" name="chuong-trinh" value="sang-kien-2022">' in answer.content.decode()


def test_without_a_campaign_a_unit_with_nothing_below_is_no_link(tree: dict[str, Unit], client: Client) -> None:
    answer = ask(client, q="đông hà")

    assert links(answer) == []
    assert "<b>LĐLĐ thành phố Đông Hà</b>" in answer.content.decode()


@pytest.mark.parametrize(
    ("campaign", "way_on"),
    [
        ({}, '<a href="/">Chọn chương trình để nộp sáng kiến</a>'),
        ({"chuong_trinh": "a-b"}, '<a href="/a-b/nop/">Đến phiếu nộp sáng kiến</a>'),
    ],
    ids=["no campaign", "a campaign"],
)
def test_who_has_found_the_unit_is_led_on(
    tree: dict[str, Unit], client: Client, campaign: dict[str, str], way_on: str
) -> None:
    page = ask(client, q="đông hà", **campaign).content.decode()

    assert re.findall(r'<a href="(?:/|/a-b/nop/)">[^<]+</a>', page) == [way_on]


def test_one_goes_down_the_tree_and_may_stop_anywhere(tree: dict[str, Unit], client: Client) -> None:
    top = ask(client, chuong_trinh="a-b", ngay="2022-01-08")
    below = ask(client, thuoc="quang-tri", chuong_trinh="a-b", ngay="2022-01-08")

    assert links(top)[:2] == [
        "/a-b/nop/?don-vi=ha-noi",
        "/don-vi/?thuoc=ha-noi&chuong-trinh=a-b&ngay=2022-01-08",
    ]
    assert '<a class="button quiet" href="/a-b/nop/?don-vi=quang-tri">' in below.content.decode()
    assert links(below)[0] == "/a-b/nop/?don-vi=quang-tri/dong-ha"
    assert len(links(below)) == tree["quang-tri"].numchild


def test_a_search_below_a_unit_stays_below_it(tree: dict[str, Unit], client: Client) -> None:
    everywhere = {row["code"] for row in rows(client, q="quảng trị")}
    below = {row["code"] for row in rows(client, q="quảng trị", thuoc="quang-tri")}

    assert "quang-tri" in everywhere
    assert below == everywhere - {"quang-tri"}


def test_the_picker_gets_rows_with_their_depth(tree: dict[str, Unit], client: Client) -> None:
    UnitFactory(
        parent=tree["quang-tri/dong-ha"],
        level=Level.GRASSROOTS,
        code="quang-tri/dong-ha/sao-mai",
        name="Công đoàn cơ sở Sao Mai",
        short_name="CĐCS Sao Mai",
    )

    answer = client.get("/don-vi/?thuoc=quang-tri", headers=ROWS)

    assert answer["Content-Type"] == "application/json"
    assert answer.json()["units"][:3] == [
        {"code": "quang-tri/dong-ha", "name": "LĐLĐ thành phố Đông Hà", "depth": 0},
        {"code": "quang-tri/dong-ha/sao-mai", "name": "CĐCS Sao Mai", "depth": 1},
        {"code": "quang-tri/quang-tri", "name": "LĐLĐ thị xã Quảng Trị", "depth": 0},
    ]


def test_what_is_found_by_name_has_no_depth(tree: dict[str, Unit], client: Client) -> None:
    found = rows(client, q="hcm")

    assert found[0] == {"code": "ho-chi-minh", "name": "LĐLĐ Thành phố Hồ Chí Minh", "depth": 0}
    assert {row["depth"] for row in found} == {0}


def test_more_than_fifty_are_not_shown_and_the_page_says_so(tree: dict[str, Unit], client: Client) -> None:
    answer = ask(client, q="huyện", chuong_trinh="a")

    assert len(links(answer)) == MOST_FOUND == 50
    assert "Chỉ hiện 50 đơn vị. Hãy gõ thêm chữ trong tên đơn vị để thu hẹp." in answer.content.decode()
    assert len(rows(client, q="huyện")) == 50


def test_nothing_found_says_what_to_do(tree: dict[str, Unit], client: Client) -> None:
    page = ask(client, q="zzzz", chuong_trinh="a-b").content.decode()

    assert "Không thấy đơn vị nào khớp với “zzzz”" in page
    assert "<h2>Không thấy đơn vị của tôi</h2>" in page
    assert '<a href="/a-b/nop/">' in page


def test_the_structure_is_that_of_the_day_asked(tree: dict[str, Unit], client: Client) -> None:
    merged_on = date(2025, 7, 1)
    new = UnitFactory(
        parent=tree["tld"],
        level=Level.PROVINCE,
        code="quang-tri-2025",
        opened_on=merged_on,
        succeeds_since=merged_on,
    )
    Unit.objects.filter(code__in=("quang-tri", "quang-binh")).update(closed_on=merged_on, successor=new)

    usual = {row["code"] for row in rows(client)}
    later = {row["code"] for row in rows(client, ngay="2025-08-01")}

    assert usual - later == {"quang-tri", "quang-binh"}
    assert later - usual == {"quang-tri-2025"}
    assert len(rows(client, ngay="2025-08-01")) == 82


FOUND_BY = {
    "its own name": ("tuyên quang", "LĐLĐ tỉnh Tuyên Quang", ""),
    "its own name in full": ("liên đoàn lao động tỉnh tuyên quang", "LĐLĐ tỉnh Tuyên Quang", ""),
    "a predecessor": ("Hà Giang", "LĐLĐ tỉnh Tuyên Quang", "gồm LĐLĐ tỉnh Hà Giang trước đây"),
    "another name of a predecessor": (
        "BR-VT",
        "LĐLĐ thành phố Hồ Chí Minh",
        "gồm LĐLĐ tỉnh Bà Rịa - Vũng Tàu trước đây",
    ),
    "a slip": ("tuyên quagn", "LĐLĐ tỉnh Tuyên Quang", ""),
}


@pytest.mark.parametrize(("typed", "name", "reason"), FOUND_BY.values(), ids=FOUND_BY)
def test_the_page_says_why_a_unit_is_found_by_a_name_it_does_not_bear(
    tree_of_2025: dict[str, Unit], client: Client, typed: str, name: str, reason: str
) -> None:
    page = ask(client, q=typed, ngay="2025-08-01").content.decode()

    listed = unescape(re.search(r'<ul class="units">(.*?)</ul>', page, re.DOTALL)[1])
    first = listed.split("<li>")[1]
    assert name in first
    assert re.findall(r'<p class="hint">(.*?)</p>', first) == ([reason] if reason else [])


def test_an_old_name_and_another_way_to_write_it_are_told(tree_of_2025: dict[str, Unit], client: Client) -> None:
    page = unescape(ask(client, q="thị xã phổ yên").content.decode())

    assert "LĐLĐ tỉnh Thái Nguyên; trước đây là LĐLĐ thị xã Phổ Yên" in page
    assert "còn gọi là LĐLĐ huyện Krông Ana" in ask(client, q="krong ana").content.decode()


HOSTILE = {
    "a search too long": ({"q": "a" * 101}, 400),
    "markup": ({"q": "<script>alert(1)</script>"}, 200),
    "quotation marks": ({"q": "\"'><b>"}, 200),
    "percent and underscore": ({"q": "%_%"}, 200),
    "a lone surrogate": ({"q": "\udc80".encode("utf-8", "surrogatepass").decode("latin-1")}, 200),
    "directions of writing": ({"q": "\u202e\u200b"}, 200),
    "a right code": ({"thuoc": "quang-tri"}, 200),
    "no such code": ({"thuoc": "atlantis"}, 404),
    "a code that is none": ({"thuoc": "../../etc/passwd"}, 400),
    "a code with a line end": ({"thuoc": "quang\ntri"}, 400),
    "a code too long": ({"thuoc": "a" * 201}, 400),
    "a campaign elsewhere": ({"chuong-trinh": "//evil.example"}, 400),
    "a campaign with a scheme": ({"chuong-trinh": "javascript:alert(1)"}, 400),
    "a campaign in capitals": ({"chuong-trinh": "ABC"}, 400),
    "a campaign too long": ({"chuong-trinh": "a" * 61}, 400),
    "no day": ({"ngay": "2022-02-31"}, 400),
    "a day of another world": ({"ngay": "0000-00-00"}, 400),
    "a word for a day": ({"ngay": "hôm nay"}, 400),
    "unknown names": ({"page": "-1", "o": "'", "q__regex": "("}, 200),
}


@pytest.mark.parametrize(("asked", "status"), HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_asked_there_is_a_page(
    tree: dict[str, Unit], client: Client, asked: dict[str, str], status: int
) -> None:
    page = client.get("/don-vi/", asked)
    picker = client.get("/don-vi/", asked, headers=ROWS)

    assert (page.status_code, picker.status_code) == (status, status)
    assert "<h1>" in page.content.decode()
    assert list(picker.json()) == ["units"]
    assert "<script>alert" not in page.content.decode()


def test_a_refused_address_leads_to_no_campaign(tree: dict[str, Unit], client: Client) -> None:
    page = ask(client, chuong_trinh="//evil.example", q="đông hà").content.decode()

    assert "Địa chỉ của đợt sáng kiến không đúng." in page
    assert "evil" not in page
    assert '<ul class="units">' not in page


def test_a_search_too_long_is_kept_and_told(tree: dict[str, Unit], client: Client) -> None:
    page = ask(client, q="đ" * 120).content.decode()

    assert '<a href="#id_q">Tên đơn vị dài 120 ký tự; tối đa 100. Hãy bớt 20 ký tự.</a>' in page
    assert f'value="{"đ" * 120}"' in page
    assert "maxlength" not in page


def test_nul_is_refused_before_it_comes_here(tree: dict[str, Unit], client: Client) -> None:
    assert client.get("/don-vi/?q=a%00b").status_code == 400


ACCEPTED = {
    "a browser": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    "anything": ("*/*", "text/html; charset=utf-8"),
    "nothing named": ("", "text/html; charset=utf-8"),
    "the picker": ("application/json", "application/json"),
    "the picker, with a weight": ("application/json;q=0.9, */*;q=0.1", "application/json"),
    "a parameter that Django's parser raises on": ("text/html; a*=bogus''x", "text/html; charset=utf-8"),
}


@pytest.mark.parametrize(("accept", "content_type"), ACCEPTED.values(), ids=ACCEPTED)
def test_the_page_or_the_rows_by_what_is_accepted(
    tree: dict[str, Unit], client: Client, accept: str, content_type: str
) -> None:
    assert client.get("/don-vi/?q=hcm", headers={"accept": accept})["Content-Type"] == content_type


def test_it_may_be_kept_a_minute_by_any_cache_and_knows_nobody(tree: dict[str, Unit], client: Client) -> None:
    client.cookies["sessionid"] = "stale"

    for headers in ({}, ROWS):
        answer = client.get("/don-vi/?q=hcm", headers=headers)

        assert answer["Cache-Control"] == "public, max-age=60"
        assert answer["Vary"] == "Accept"
        assert not answer.cookies


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_answers_questions(tree: dict[str, Unit], client: Client, method: str) -> None:
    assert getattr(client, method)("/don-vi/").status_code == 405


STATEMENTS = {
    "the top units": ({}, 1),
    "a search": ({"q": "binh"}, 4),
    "a search that finds nothing": ({"q": "zzzz"}, 2),
    "below a unit": ({"thuoc": "quang-tri"}, 2),
    "a search below a unit": ({"thuoc": "quang-tri", "q": "dong ha"}, 5),
    "an unknown unit": ({"thuoc": "atlantis"}, 1),
    "a refused address": ({"ngay": "x"}, 0),
}


@pytest.mark.parametrize(("asked", "number"), STATEMENTS.values(), ids=STATEMENTS)
@pytest.mark.parametrize("headers", [{}, ROWS], ids=["page", "rows"])
def test_few_statements_whatever_is_found(
    tree: dict[str, Unit], client: Client, asked: dict[str, str], number: int, headers: dict[str, str]
) -> None:
    with CaptureQueriesContext(connection) as caught:
        client.get("/don-vi/", {"chuong-trinh": "a", **asked}, headers=headers)

    assert len(caught) == number
