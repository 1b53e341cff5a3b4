"""What a key on paper confirms: certificates that are announced, dossiers without any person; whatever people type."""

import hashlib
import json
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Commendation, CommendationDecision, DossierVersion, Initiative, Status
from initiatives.nominations.confirming import grouped, key_in
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    DossierFactory,
    StaffAccountFactory,
    make_tree,
)

KEY = "a1b2c3d4e5f60718a1b2c3d4e5f60718"
SEALED_AT = datetime(2022, 4, 14, 16, 30, tzinfo=VIETNAM)

TYPED = [
    (KEY, KEY),
    (KEY.upper(), KEY),
    ("A1B2 C3D4 E5F6 0718", KEY[:16]),
    ("a1b2-c3d4-e5f6-0718", KEY[:16]),
    ("  A1B2\u00a0C3D4\u200b E5F6.0718 ", KEY[:16]),
    (KEY * 2, KEY * 2),
    (KEY[:15], ""),
    (KEY * 2 + "0", ""),
    ("g1b2c3d4e5f60718", ""),
    ("", ""),
    ("ạ" * 20, ""),
    ("１２３４５６７８９０１２３４５６", ""),
    ("0" * 5000, ""),
]


@pytest.mark.parametrize(("typed", "key"), TYPED, ids=[repr(typed[:24]) for typed, _ in TYPED])
def test_blanks_and_capitals_are_passed_over(typed: str, key: str) -> None:
    assert key_in(typed) == key


def test_what_is_printed_is_read_back() -> None:
    assert grouped(KEY) == "A1B2 C3D4 E5F6 0718"
    assert key_in(grouped(KEY)) == KEY[:16]


@pytest.fixture
def commendation(db: None) -> Commendation:
    make_tree()
    decision = CommendationDecisionFactory(number="101/QĐ-LĐLĐ")
    return CommendationFactory(
        decision=decision, key=KEY, author="Trần Thị Thu Hà", title="Cữ chặn có thước khắc", form="Bằng khen"
    )


def version(number: int = 1, **changes: Any) -> DossierVersion:
    dossier = changes.pop("dossier", None) or DossierFactory()
    nominees = [
        {"rank": 1, "standing": "chosen", "full_name": "Lê Thị Mai", "title": "Giá xoay sấy ván"},
        {"rank": 2, "standing": "chosen", "full_name": "Phan Văn Tú", "title": "Máy gieo hạt"},
        {"rank": 1, "standing": "reserve", "full_name": "Hồ Văn Ánh", "title": "Bơm nước"},
    ]
    content = json.dumps({"version": number, "nominees": nominees}, ensure_ascii=False)
    facts = {
        "dossier": dossier,
        "number": number,
        "content": content,
        "hash": hashlib.sha256(f"{dossier.pk}{content}".encode()).hexdigest(),
        "sealed_at": SEALED_AT,
        "sealed_by": StaffAccountFactory(full_name="Võ Thị Ánh Hồng"),
        "sent_on": date(2022, 4, 14),
    }
    made = DossierVersion.objects.create(**facts | changes)
    dossier.version = number
    dossier.save()
    return made


def asked(key: str) -> HttpResponse:
    return Client().get(f"/xac-nhan/{key}/")


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


@pytest.mark.parametrize("key", [KEY, KEY.upper(), KEY[:16], "A1B2 C3D4 E5F6 0718", KEY[:20]])
def test_a_certificate_that_is_announced_is_confirmed(commendation: Commendation, key: str) -> None:
    answer = asked(key)

    text = seen(answer)
    assert answer.status_code == 200
    for expected in (
        "Trần Thị Thu Hà",
        "Cữ chặn có thước khắc",
        commendation.unit_name,
        "Số 101/QĐ-LĐLĐ ngày 28/4/2022",
        "Liên đoàn Lao động tỉnh Quảng Trị",
        "Bằng khen",
        "8h00 ngày 1/5/2022",
    ):
        assert expected in text


def test_before_it_is_announced_there_is_none(commendation: Commendation) -> None:
    CommendationDecision.objects.update(announced_at=None)

    answer = asked(KEY)

    assert answer.status_code == 404
    assert "Trần Thị Thu Hà" not in seen(answer)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.INVALID, Status.WITHDRAWN])
def test_of_one_that_is_not_valid_any_more_nothing_is_confirmed(commendation: Commendation, status: str) -> None:
    Initiative.objects.update(status=status)

    answer = asked(KEY)

    assert answer.status_code == 404
    assert "Trần Thị Thu Hà" not in seen(answer)
    assert "sáng kiến không còn hợp lệ" in seen(answer)


def test_two_that_begin_alike_confirm_nothing(commendation: Commendation) -> None:
    CommendationFactory(decision=commendation.decision, key=KEY[:20] + "0" * 12)

    assert asked(KEY[:16]).status_code == 404
    assert asked(KEY).status_code == 200


def test_a_sealed_dossier_is_confirmed_without_any_person(db: None) -> None:
    sealed = version()

    for key in (sealed.hash, sealed.hash.upper(), sealed.hash[:16], sealed.hash[:40]):
        answer = asked(key)
        text = seen(answer)
        assert answer.status_code == 200
        for expected in (
            sealed.dossier.unit.name,
            sealed.dossier.round.name,
            sealed.dossier.round.host.name,
            "16h30 ngày 14/4/2022",
            "14/4/2022, đúng hạn",
            "<dd>2</dd>",
            sealed.hash,
        ):
            assert expected in text
        for person in ("Lê Thị Mai", "Phan Văn Tú", "Hồ Văn Ánh", "Giá xoay", "Ánh Hồng"):
            assert person not in text


def test_a_late_one_says_so(db: None) -> None:
    assert "14/4/2022, quá hạn" in seen(asked(version(is_late=True).hash))


def test_one_that_was_sent_again_says_so(db: None) -> None:
    first = version()
    second = version(2, dossier=first.dossier)

    assert "lần gửi mới nhất là lần 2" in seen(asked(first.hash))
    assert "lần gửi mới nhất" not in seen(asked(second.hash))


UNKNOWN = ["0" * 16, "f" * 32, "f" * 64, "abc", "khong-phai-ma", "0" * 300, "%F0%9F%91%A9", "..", "a" * 4000]


@pytest.mark.parametrize("key", UNKNOWN, ids=[key[:12] for key in UNKNOWN])
def test_an_unknown_key_gets_a_page_that_says_what_to_look_at(db: None, key: str) -> None:
    answer = asked(key)

    assert answer.status_code == 404
    assert "<h2>Hãy xem lại</h2>" in seen(answer) or "<h1>Không tìm thấy trang này</h1>" in seen(answer)


def test_nul_is_refused(db: None) -> None:
    assert asked("a%00b").status_code == 400
    assert Client().get("/xac-nhan/?ma=a%00b").status_code == 400


def test_what_was_typed_is_text_and_never_markup(db: None) -> None:
    assert b"<script>alert" not in asked("<script>alert(1)").content
    assert b"<script>alert" not in Client().get("/xac-nhan/", {"ma": "<script>alert(1)</script>"}).content


def test_the_door_leads_to_what_was_typed(commendation: Commendation) -> None:
    answer = Client().get("/xac-nhan/", {"ma": "A1B2 C3D4 E5F6 0718"})
    wrong = Client().get("/xac-nhan/", {"ma": "A1B2"})

    assert (answer.status_code, answer["Location"]) == (302, f"/xac-nhan/{KEY[:16]}/")
    assert (wrong.status_code, 'value="A1B2"' in seen(wrong)) == (200, True)


@pytest.mark.parametrize("key", ["a1b2c3d4e5f60719", "A1B2-C3D4"])
def test_a_wrong_key_stays_in_the_field_to_be_put_right(commendation: Commendation, key: str) -> None:
    text = seen(asked(key))

    assert '<form class="card" id="main-form" method="get" action="/xac-nhan/">' in text
    assert f'name="ma" value="{key}"' in text


def test_the_answer_is_found_by_search_engines_and_kept_by_nobody(commendation: Commendation) -> None:
    answer = asked(KEY)

    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


@pytest.mark.parametrize("key", [KEY, KEY[:16], "f" * 32, "f" * 64, "kh"])
def test_a_look_up_costs_two_statements_at_most(commendation: Commendation, key: str) -> None:
    version()

    with CaptureQueriesContext(connection) as statements:
        asked(key)

    assert len(statements) <= 2
