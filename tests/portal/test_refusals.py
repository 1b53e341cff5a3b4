"""Every refusal is a page in Vietnamese, kept by nobody, with what to do next."""

import logging
from collections.abc import Callable, Iterator
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from orgtree.models import StaffAccount
from portal.doors import public
from portal.refusals import LARGEST_TYPED, MOST_TYPED, Crowded, TooLarge, TooManyTries, TooMuchAtOnce
from tests.factories import StaffAccountFactory

FAILURES: dict[str, Exception] = {
    "bad": SuspiciousOperation("x"),
    "fields": TooManyFieldsSent("x"),
    "denied": PermissionDenied("x"),
    "missing": Http404("x"),
    "bytes": RequestDataTooBig("x"),
    "files": TooManyFilesSent("x"),
    "upload": TooLarge("x"),
    "tries": TooManyTries(90),
    "much": TooMuchAtOnce(120),
    "crowd": Crowded(7),
    "database": OperationalError("database is locked"),
    "disk": OSError(28, "No space left on device"),
    "bug": RuntimeError("a bug"),
}


@public
def fail(request: HttpRequest, kind: str) -> HttpResponse:
    raise FAILURES[kind]


@public
def read(request: HttpRequest, text: str = "") -> HttpResponse:
    return HttpResponse(f"{len(request.POST)} {len(request.FILES)}")


@public
def fail_when_read(request: HttpRequest, kind: str) -> HttpResponse:
    request.POST  # noqa: B018 - as a view that looks at a document before it fails
    raise FAILURES[kind]


def fail_for_staff(request: HttpRequest, kind: str) -> HttpResponse:
    raise FAILURES[kind]


fail_for_staff.login_required = False  # type: ignore[attr-defined]  # as the page of signing in

urlpatterns = [
    path("hong/<str:kind>/", fail),
    path("hong/doc/<str:kind>/", fail_when_read),
    path("hong/can-bo/<str:kind>/", fail_for_staff),
    path("doc/", read),
    path("doc/<path:text>", read),
    path("", include("portal.urls")),
]
handler400 = "portal.refusals.bad_request"
handler403 = "portal.refusals.forbidden"
handler404 = "portal.refusals.not_found"
handler500 = "portal.refusals.broken"

with_these_addresses = pytest.mark.urls(__name__)

EACH_REFUSAL = pytest.mark.parametrize(
    ("kind", "status", "heading"),
    [
        pytest.param("bad", 400, "Cổng không đọc được yêu cầu này", id="400"),
        pytest.param("fields", 400, "Cổng không đọc được yêu cầu này", id="400-too-many-fields"),
        pytest.param("denied", 403, "Bạn không mở được trang này", id="403"),
        pytest.param("missing", 404, "Không tìm thấy trang này", id="404"),
        pytest.param("bytes", 413, "Tài liệu gửi lên quá lớn", id="413-bytes"),
        pytest.param("files", 413, "Tài liệu gửi lên quá lớn", id="413-files"),
        pytest.param("upload", 413, "Tài liệu gửi lên quá lớn", id="413-upload"),
        pytest.param("tries", 429, "Bạn đã thử quá nhiều lần", id="429"),
        pytest.param("much", 429, "Hãy chờ khoảng 2 phút rồi gửi lại", id="429-too-much-at-once"),
        pytest.param("bug", 500, "Cổng gặp trục trặc", id="500"),
        pytest.param("crowd", 503, "Cổng đang bận, hãy thử lại sau 7 giây", id="503-crowd"),
        pytest.param("database", 503, "Cổng đang bận", id="503-database"),
        pytest.param("disk", 503, "Cổng đang bận", id="503-disk"),
    ],
)


@pytest.fixture
def visitor() -> Iterator[Client]:
    client = Client(raise_request_exception=False)
    client.cookies.load({"sessionid": "het-han", "csrftoken": "sai dang"})
    yield client


@with_these_addresses
@pytest.mark.django_db
@EACH_REFUSAL
def test_a_refusal_is_a_page_of_ours(visitor: Client, kind: str, status: int, heading: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(f"/hong/{kind}/")

    assert (answer.status_code, len(queries)) == (status, 0)
    assert heading in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()


@with_these_addresses
@pytest.mark.django_db
@EACH_REFUSAL
def test_a_refusal_keeps_the_headers_and_gives_no_cookie(visitor: Client, kind: str, status: int, heading: str) -> None:
    answer = visitor.get(f"/hong/{kind}/")

    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"].split("; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@with_these_addresses
@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        pytest.param("tries", "90", id="as-long-as-the-limit-says"),
        pytest.param("much", "120", id="too-much-at-once"),
        pytest.param("crowd", "7", id="crowd"),
        pytest.param("database", "30", id="database"),
        pytest.param("disk", "30", id="disk"),
    ],
)
def test_what_passes_says_when_to_come_back(visitor: Client, kind: str, seconds: str) -> None:
    assert visitor.get(f"/hong/{kind}/")["Retry-After"] == seconds


@with_these_addresses
def test_a_refusal_for_good_names_no_moment(visitor: Client) -> None:
    assert "Retry-After" not in visitor.get("/hong/upload/")


@with_these_addresses
@pytest.mark.parametrize(
    ("address", "posted"),
    [
        pytest.param("/doc/?q=%00", None, id="query"),
        pytest.param("/doc/?q=a%00b&x=1", None, id="query-in-the-middle"),
        pytest.param("/doc/a%00b", None, id="path"),
        pytest.param("/doc/", "title=a%00b", id="body-escaped"),
        pytest.param("/doc/", "title=a\0b", id="body-raw"),
    ],
)
def test_nul_never_meets_the_database(visitor: Client, address: str, posted: str | None) -> None:
    if posted is None:
        answer = visitor.get(address)
    else:
        answer = visitor.post(address, posted, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400
    assert "Cổng không đọc được yêu cầu này" in answer.content.decode()


@with_these_addresses
@pytest.mark.parametrize(("told", "status"), [(12, 400), (11, 200)], ids=["a byte is missing", "whole"])
def test_a_form_whose_line_was_cut_is_not_half_a_step(visitor: Client, told: int, status: int) -> None:
    """As gunicorn hands it on when nothing buffers in front of it: what came, and the length that was announced."""
    came = {"wsgi.input": BytesIO(b"title=abc&x"), "CONTENT_LENGTH": str(told), "CONTENT_TYPE": FORM}

    answer = visitor.generic("POST", "/doc/", **came)  # type: ignore[arg-type]

    assert answer.status_code == status


@with_these_addresses
def test_a_document_may_hold_nul(visitor: Client) -> None:
    answer = visitor.post("/doc/", {"attachments": SimpleUploadedFile("a.pdf", b"%PDF-1.4\0\0")})

    assert answer.content == b"0 1"


@with_these_addresses
@pytest.mark.parametrize(
    ("limits", "posted", "status"),
    [
        pytest.param({"DATA_UPLOAD_MAX_NUMBER_FIELDS": 3}, "a=1&b=2&c=3", 200, id="as-many-fields-as-allowed"),
        pytest.param({"DATA_UPLOAD_MAX_NUMBER_FIELDS": 3}, "a=1&b=2&c=3&d=4", 400, id="one-field-more"),
        pytest.param({"DATA_UPLOAD_MAX_MEMORY_SIZE": 20}, "a=" + "1" * 18, 200, id="as-many-bytes-as-allowed"),
        pytest.param({"DATA_UPLOAD_MAX_MEMORY_SIZE": 20}, "a=" + "1" * 19, 413, id="one-byte-more"),
    ],
)
def test_djangos_own_limits_answer_in_our_words(
    visitor: Client, settings: Any, limits: dict[str, int], posted: str, status: int
) -> None:
    for name, value in limits.items():
        setattr(settings, name, value)

    answer = visitor.post("/doc/", posted, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == status
    assert ('<html lang="vi">' in answer.content.decode()) is (status != 200)


@with_these_addresses
def test_one_file_more_than_allowed_is_too_large(visitor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1

    answer = visitor.post("/doc/", {"attachments": [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.4") for n in range(2)]})

    assert answer.status_code == 413


@pytest.mark.django_db
def test_a_sign_in_whose_token_is_lost_explains_itself() -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})

    assert answer.status_code == 403
    assert "Phiên làm việc đã thay đổi" in answer.content.decode()


@with_these_addresses
@pytest.mark.parametrize("slow", ["/hong/database/", "/hong/disk/"])
def test_an_overload_is_logged_without_its_values(visitor: Client, slow: str, caplog: Any) -> None:
    visitor.get(slow)

    lines = [record.getMessage() for record in caplog.records if record.name == "portal.refusals"]
    assert [line.split(":")[0] for line in lines] == ["answered 503"]
    assert "locked" not in lines[0]


def test_a_method_that_a_page_does_not_take_is_told_so_in_vietnamese(db: None) -> None:
    answer = Client().post("/du-lieu-ca-nhan/")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert "Không mở được trang theo cách này" in answer.content.decode()


@pytest.mark.parametrize("told", [str(64 * 1024 * 1024 + 1), "9" * 30], ids=["a byte too many", "an absurd length"])
def test_a_body_that_no_form_of_ours_brings_is_not_read(visitor: Client, told: str) -> None:
    answer = visitor.post("/tra-cuu/", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=told)

    assert answer.status_code == 413


# --- what was typed -------------------------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
AGAIN = "Gửi lại</button>"


class Shown(HTMLParser):
    """The form that sends again: where to, and what."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.form: dict[str, str | None] = {}
        self.values: list[tuple[str | None, str | None]] = []
        self.files: list[tuple[str | None, bool]] = []
        self.feed(answer.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.form = told
        elif told.get("type") == "hidden":
            self.values.append((told["name"], told["value"]))
        elif told.get("type") == "file":
            self.files.append((told["name"], "multiple" in told))


@with_these_addresses
@pytest.mark.parametrize("kind", ["tries", "much", "crowd", "database", "disk"])
def test_a_form_that_is_refused_for_a_while_is_sent_again_by_one_button(visitor: Client, kind: str) -> None:
    typed = [
        ("full_name", "Hồ Thị Mỹ Duyên"),
        ("description", 'Hai dòng\r\n"ngoặc" <script>&amp; dấu'),
        ("national_id", "045191004321"),
        ("declaration", "novel"),
        ("declaration", "lawful"),
        ("email", ""),
        ("next", "1"),
    ]

    answer = visitor.post(f"/hong/{kind}/?ap=abc&x=%C4%91", urlencode(typed), content_type=FORM)

    shown = Shown(answer)
    assert (shown.form["method"], shown.form["action"]) == ("post", f"/hong/{kind}/?ap=abc&x=%C4%91")
    assert shown.values == typed
    assert AGAIN in answer.content.decode()
    assert "<script>" not in answer.content.decode()
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert int(answer["Retry-After"]) > 0


@with_these_addresses
@pytest.mark.parametrize(
    ("address", "body"),
    [
        pytest.param("/hong/bug/", "title=x", id="a-bug"),
        pytest.param("/hong/denied/", "title=x", id="403"),
        pytest.param("/hong/can-bo/database/", "username=a&password=b", id="signing-in"),
        pytest.param("/hong/database/", "", id="nothing"),
        pytest.param("/hong/database/", "title=" + "a" * LARGEST_TYPED, id="too-long"),
        pytest.param("/hong/database/", "&".join(["a=1"] * (MOST_TYPED + 1)), id="too-many"),
    ],
)
def test_what_is_not_sent_again(visitor: Client, address: str, body: str) -> None:
    answer = visitor.post(address, body, content_type=FORM)

    assert answer.status_code >= 400
    assert AGAIN not in answer.content.decode()


@with_these_addresses
@pytest.mark.parametrize("names", [["anh <1>.jpg"], ["a.jpg", "b.pdf"]], ids=["one", "two"])
def test_documents_are_chosen_again_by_their_names(visitor: Client, names: list[str]) -> None:
    files = [SimpleUploadedFile(name, b"%PDF-1.4") for name in names]
    typed = {"attachment_kind": "recognition", "attachments": files, "file_count": "9", "eof": "1"}

    answer = visitor.post("/hong/doc/disk/", typed)

    shown = Shown(answer)
    assert shown.form["enctype"] == "multipart/form-data"
    assert shown.files == [("attachments", len(names) > 1)]
    assert shown.values == [("attachment_kind", "recognition"), ("eof", "1")]
    assert escape("; ".join(names)) in answer.content.decode()
    assert answer.content.decode().index('type="file"') < answer.content.decode().index('name="eof"')


@with_these_addresses
def test_documents_that_nobody_read_are_not_read_for_the_page(visitor: Client) -> None:
    answer = visitor.post("/hong/disk/", {"attachments": SimpleUploadedFile("a.pdf", b"%PDF-1.4"), "eof": "1"})

    assert answer.status_code == 503
    assert AGAIN not in answer.content.decode()


@with_these_addresses
def test_what_was_typed_is_in_no_log(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    answer = visitor.post("/hong/database/", "national_id=045191004321&phone=0935112233", content_type=FORM)

    assert "045191004321" in answer.content.decode()
    assert caplog.records
    assert not any(secret in caplog.text for secret in ("045191004321", "0935112233"))


@with_these_addresses
def test_text_that_is_too_long_is_told_apart_from_documents(visitor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20

    text = visitor.post("/doc/", "title=" + "a" * 30, content_type=FORM)

    assert text.status_code == 413
    assert "Nội dung gửi lên quá dài" in text.content.decode()
    assert "Hãy bấm nút quay lại" in text.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        pytest.param(OperationalError("server closed the connection"), 503, id="the database is away"),
        pytest.param(RuntimeError("a bug"), 500, id="a bug"),
    ],
)
def test_what_fails_while_it_is_asked_who_is_signed_in_has_its_page(
    client_as: Callable[[StaffAccount], Client], failure: Exception, status: int
) -> None:
    """Django calls `process_view` where no middleware hears of a failure."""
    officer = client_as(StaffAccountFactory())
    officer.raise_request_exception = False

    def fails(*_: Any) -> Any:
        raise failure

    with connection.execute_wrapper(fails):
        answer = officer.get("/admin/")

    assert answer.status_code == status
    assert answer.has_header("Retry-After") is (status == 503)
    assert officer.get("/admin/").status_code == 200, "nobody was signed out"
