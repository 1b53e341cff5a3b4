"""The steps: every one saved when it is sent, one draft and one initiative, and links that give no more than they should."""

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Act, Campaign, Draft, Initiative, Status
from initiatives.submission import actions
from initiatives.submission.receipts import token_hash
from orgtree.models import Unit
from portal import sealing
from portal.vietnamese.text import canonical
from tests.factories import ContactFactory
from tests.submission import samples
from tests.submission.worker import (
    IN_2021,
    IN_2022,
    YEAR_2021,
    YEAR_2022,
    Worker,
    content,
    content_2021,
    page,
    person,
    person_2021,
)

Clock = Callable[[str], datetime]
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022)


def in_every_row() -> str:
    """Everything that our tables hold, as text."""
    rows = []
    for label in ("initiatives", "orgtree"):
        for model in apps.get_app_config(label).get_models():
            rows += [str(row) for row in model.objects.values()]
    return "\n".join(rows)


# --- the whole way --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", [YEAR_2021, YEAR_2022])
def test_the_whole_way_leads_to_a_receipt(campaigns: dict[str, Campaign], at: Clock, slug: str) -> None:
    at(IN_2021 if slug == YEAR_2021 else IN_2022)
    worker = Worker(slug)
    who, what = (person_2021(), content_2021()) if slug == YEAR_2021 else (person(), content())

    addresses = [
        worker.begin(who)["Location"],
        worker.send_content(what)["Location"],
        worker.send_files(("qd.pdf", samples.pdf()), add=None, next="1")["Location"],
        worker.confirm()["Location"],
    ]

    steps = [worker.step(name) for name in ("noi-dung", "tai-lieu", "kiem-tra")]
    assert addresses == [*steps, worker.receipt]
    call_command("check_invariants")


def test_what_was_typed_is_what_is_kept(worker: Worker, tree: dict[str, Unit]) -> None:
    who = person(phone="+84 935 112 233 (Zalo)", publish_consent="on", email="duyen@example.vn")
    what = content(share="60", **{"co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "40"})

    initiative = worker.submit(who, what)

    assert initiative.status == Status.SUBMITTED
    assert initiative.campaign.slug == YEAR_2022
    assert initiative.phase.name == "Giai đoạn 1"
    assert initiative.unit == tree["quang-tri/dong-ha"]
    assert (initiative.phone, initiative.phone_digits) == ("+84 935 112 233 (Zalo)", "0935112233")
    for name in ("full_name", "position", "email", "workplace", "target_group"):
        assert getattr(initiative, name) == who[name]
    for name in ("title", "field", "solution_kind", "recognised_by", "recognition_number", "effect", "scope"):
        assert getattr(initiative, name) == what[name]
    assert initiative.description == what["description"]
    assert (str(initiative.applied_on), str(initiative.recognised_on)) == ("2022-01-10", "2022-02-15")
    assert (initiative.birth_year, initiative.benefit_value, initiative.benefit_is_not_money) == (
        1991,
        200_000_000,
        False,
    )
    assert initiative.declarations == ["recognised", "novel", "lawful", "unprotected"]
    assert (initiative.share, initiative.recognised_author) == (60, 0)
    assert list(initiative.co_authors.values_list("number", "full_name", "share")) == [(1, "Lê Thị Kim Ngân", 40)]
    assert list(initiative.events.values_list("number", "act", "from_status", "to_status")) == [
        (1, Act.RECEIVED, "", Status.SUBMITTED)
    ]


def test_a_value_that_money_cannot_measure_is_kept_as_that(worker: Worker) -> None:
    initiative = worker.submit(what=content(benefit_value="không tính được bằng tiền"))

    assert (initiative.benefit_value, initiative.benefit_is_not_money) == (None, True)


def test_a_received_draft_keeps_nothing_of_the_person(worker: Worker) -> None:
    worker.submit()

    draft = worker.draft
    assert (draft.answers, draft.sealed_national_id) == ({}, "")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"top_unit": "quang-tri", "unit": ""}, "quang-tri"),
        ({"top_unit": "", "unit": "", "unit_name": "CĐCS Trường Mầm non Hoa Sen"}, "tld"),
        ({"top_unit": "quang-tri", "unit": "", "unit_name": "CĐCS Trường Mầm non Hoa Sen"}, "quang-tri"),
    ],
    ids=["a top unit alone", "a name alone", "a name and a top unit"],
)
def test_not_finding_ones_unit_stops_nobody(worker: Worker, typed: dict[str, str], code: str) -> None:
    initiative = worker.submit(person(**typed))

    assert (initiative.unit.code, initiative.unit_name) == (code, typed.get("unit_name", ""))


# --- each step is saved, whatever it holds --------------------------------------------------------------------------

REFUSED_PERSON = [
    {"phone": "12"},
    {"full_name": "x" * 500},
    {"birth_year": "88"},
    {"email": "không phải"},
    {"national_id": "12345"},
    {"top_unit": "khong-co"},
    {"unit": "thanh-hoa/hoang-hoa"},
    {"target_group": "nobody"},
    {"consent": None},
]
REFUSED_CONTENT = [
    {"title": ""},
    {"description": "x" * 2500},
    {"applied_on": "31/2/2022"},
    {"applied_on": "1/1/2019"},
    {"recognised_on": "hôm qua"},
    {"benefit_value": "rất nhiều"},
    {"link": "http://evil.example/"},
    {"declaration": ["novel"]},
    {"share": "60", "co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "39"},
]
ids = [", ".join(case) for case in REFUSED_PERSON], [", ".join(case) for case in REFUSED_CONTENT]


def kept(draft: Draft, typed: dict[str, Any]) -> None:
    for name, value in typed.items():
        stored = draft.national_id if name == "national_id" else draft.answers[name]
        assert stored == (canonical(value) if isinstance(value, str) else value), name


@pytest.mark.parametrize("wrong", REFUSED_PERSON, ids=ids[0])
def test_step_one_is_kept_although_a_value_is_refused(worker: Worker, wrong: dict[str, Any]) -> None:
    typed = person(**wrong)

    answer = worker.begin(typed)

    shown = page(answer)
    assert "data-error-summary" in shown
    kept(worker.draft, typed)
    for name in set(typed) - {"consent", "top_unit", "unit", "target_group"}:
        assert f'name="{name}" value="{typed[name]}"' in unescape(shown) or not typed[name]


@pytest.mark.parametrize("wrong", REFUSED_CONTENT, ids=ids[1])
def test_step_two_is_kept_although_a_value_is_refused(worker: Worker, wrong: dict[str, Any]) -> None:
    worker.begin(person())
    typed = content(**wrong)

    answer = worker.send_content(typed)

    shown = page(answer)
    assert "data-error-summary" in shown
    kept(worker.draft, typed)
    kept(worker.draft, person())
    assert canonical(typed["description"]) in unescape(shown)


def test_every_objection_is_named_at_once_and_links_to_its_field(worker: Worker) -> None:
    worker.begin(person())

    shown = page(worker.send_content({"next": "1"}))

    links = re.findall(r'<li><a href="#(id_[a-z_]+)">', shown)
    assert links == [
        f"id_{name}"
        for name in ("title", "solution_kind", "applied_on", "recognised_on", "recognised_by", "description")
    ] + ["id_declaration"]
    assert all(f'id="{place}"' in shown for place in links)
    assert "<title>Lỗi: " in shown


def test_a_text_too_long_is_shown_whole_with_its_count_and_excess(worker: Worker) -> None:
    worker.begin(person())

    shown = page(worker.send_content(content(description="a" * 1999 + "\nbcdef")))

    assert 'data-limit="2000" data-count="2005"' in shown
    assert "Phần thừa ở cuối: <mark>bcdef</mark>" in shown
    assert "Nội dung dài 2.005 ký tự; tối đa 2.000. Hãy bớt 5 ký tự." in shown
    assert "a" * 1999 + "\nbcdef</textarea>" in shown


@pytest.mark.parametrize(("slug", "limit"), [(YEAR_2021, 1000), (YEAR_2022, 2000)])
def test_a_description_of_exactly_the_limit_is_received_whole(
    campaigns: dict[str, Campaign], at: Clock, slug: str, limit: int
) -> None:
    at(IN_2021 if slug == YEAR_2021 else IN_2022)
    text = "dòng một\n😀 Sáng kiến\n" + "ế" * limit
    what = content_2021 if slug == YEAR_2021 else content

    initiative = Worker(slug).submit(what=what(description=text[:limit]))

    assert initiative.description == text[:limit]


def test_an_answer_of_one_step_is_never_lost_by_another(worker: Worker) -> None:
    worker.begin(person())
    worker.send_content(content())

    worker.post(worker.step("nguoi-nop"), person(workplace="Nơi khác", next="1"))

    kept(worker.draft, content())
    kept(worker.draft, person(workplace="Nơi khác"))


def test_two_steps_sent_at_once_both_stay(worker: Worker) -> None:
    """A step held up by a weak connection was opened before another was saved; neither wipes the other."""
    worker.begin(person())
    slow, quick = worker.draft, worker.draft
    at = slow.saved_at

    actions.save(quick, {"title": "Giá xoay"}, at=at)
    actions.save(slow, {"workplace": "Nơi khác"}, at=at)

    assert worker.draft.answers["title"] == "Giá xoay"
    assert worker.draft.answers["workplace"] == "Nơi khác"
    kept(worker.draft, person(workplace="Nơi khác"))


def test_saving_and_going_back_saves(worker: Worker) -> None:
    worker.begin(person())

    answer = worker.post(worker.step("noi-dung"), content(title="", back="1"))

    assert answer["Location"] == worker.step("nguoi-nop")
    assert worker.draft.answers["scope"] == "Toàn xưởng"


def test_asking_for_the_units_below_judges_nothing_and_keeps_everything(worker: Worker) -> None:
    answer = worker.begin({"top_unit": "quang-tri", "full_name": "Hồ Thị", "choose": "unit"})

    shown = page(answer)
    assert "data-error-summary" not in shown
    assert '<option value="quang-tri/dong-ha">' in shown
    assert f'action="{worker.step("nguoi-nop")}"' in shown
    assert worker.draft.answers["full_name"] == "Hồ Thị"


def test_asking_for_another_co_author_judges_nothing_and_keeps_everything(worker: Worker) -> None:
    worker.begin(person())

    shown = page(worker.post(worker.step("noi-dung"), {"title": "Giá xoay", "more": "1"}))

    assert "data-error-summary" not in shown
    assert 'name="co_authors-1-share"' in shown
    assert worker.draft.answers["title"] == "Giá xoay"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [pytest.param(1, 1, id="one"), pytest.param(2, 2, id="two"), pytest.param(12, 9, id="no more than nine")],
)
def test_rows_asked_for_are_there_until_the_step_is_saved_without_them(worker: Worker, asked: int, shown: int) -> None:
    worker.begin(person())
    rows: dict[str, str] = {}
    for _ in range(asked):
        there = page(worker.post(worker.step("noi-dung"), {**content(), **rows, "more": "1"}))
        rows = dict.fromkeys(re.findall('name="(co_authors-[0-9]-[a-z_]+)"', there), "")

    opened = page(worker.get(worker.step("noi-dung")))
    saved = worker.send_content(content(**rows))

    assert sorted(set(re.findall('name="co_authors-([0-9])-share"', opened))) == [str(n + 1) for n in range(shown)]
    assert saved.status_code == 303
    assert 'name="co_authors-1-share"' not in page(worker.get(worker.step("noi-dung")))


def test_an_empty_step_one_makes_no_draft(worker: Worker) -> None:
    shown = page(worker.begin({}))

    assert "data-error-summary" in shown
    assert not Draft.objects.exists()


def test_an_identity_number_alone_is_kept_too(worker: Worker) -> None:
    worker.begin({"national_id": "045191004321"})

    assert worker.draft.national_id == "045191004321"


# --- one initiative -------------------------------------------------------------------------------------------------


def test_submitting_again_leads_to_the_same_receipt(worker: Worker) -> None:
    initiative = worker.submit()

    again = [worker.confirm(), worker.confirm(again="1"), worker.send_content(content(title="Khác")), worker.confirm()]

    assert [answer["Location"] for answer in again] == [worker.receipt] * 4
    assert Initiative.objects.get() == initiative
    assert initiative.title == content()["title"]


@pytest.mark.parametrize("step", ["nguoi-nop", "noi-dung", "tai-lieu", "kiem-tra"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_drafts_link_leads_to_the_receipt_once_it_was_received(worker: Worker, step: str, method: str) -> None:
    worker.submit()

    answer = worker.get(worker.step(step)) if method == "get" else worker.post(worker.step(step), person())

    assert (answer.status_code, answer["Location"]) == (302, worker.receipt)
    assert Initiative.objects.get().full_name == person()["full_name"]
    assert worker.draft.answers == {}


def test_a_tab_left_behind_neither_takes_the_initiative_from_its_draft_nor_makes_another(worker: Worker) -> None:
    """The other tab read the draft before it was received and saves after."""
    worker.fill()
    left_behind = worker.draft
    at = left_behind.saved_at
    worker.confirm()

    actions.save(left_behind, {"title": "Khác"}, at=at)

    assert worker.draft.initiative == worker.initiative
    assert worker.draft.answers == {}
    assert worker.confirm()["Location"] == worker.receipt
    assert Initiative.objects.count() == 1


def test_the_back_button_and_one_more_sending_asks(worker: Worker) -> None:
    first = worker.submit()
    again = Worker(YEAR_2022).fill(person(phone="0935.112.233"), content(title="  GIÁ xoay sấy ván  ghép hai mặt."))

    shown = page(again.confirm())

    assert "Cổng đã nhận sáng kiến này rồi" in shown
    assert "Lúc 9h00 ngày 1/3/2022" in shown
    main_form = shown[shown.index('<form id="main-form"') :]
    assert 'name="again" value="1"' in main_form[: main_form.index("</form>")]
    assert first.receipt_code not in shown
    assert Initiative.objects.count() == 1
    assert again.draft.answers["workplace"] == person()["workplace"]


def test_sending_one_more_on_purpose_makes_one_more(worker: Worker) -> None:
    first = worker.submit()
    again = Worker(YEAR_2022).fill()
    again.confirm()

    answer = again.confirm(again="1")

    assert answer["Location"] == again.receipt
    assert Initiative.objects.count() == 2
    assert again.initiative != first


@pytest.mark.parametrize(
    "changed",
    [{"phone": "0935 112 234"}, {"unit": "quang-tri/huong-hoa"}, {"title": "Giá xoay sấy ván ghép ba mặt"}],
    ids=["phone", "unit", "title"],
)
def test_another_phone_unit_or_title_is_no_repetition(worker: Worker, changed: dict[str, str]) -> None:
    worker.submit()

    about_person = {name: value for name, value in changed.items() if name != "title"}
    about_content = {name: value for name, value in changed.items() if name == "title"}
    Worker(YEAR_2022).submit(person(**about_person), content(**about_content))

    assert Initiative.objects.count() == 2


def test_what_was_withdrawn_may_be_sent_again_without_a_question(worker: Worker) -> None:
    first = worker.submit()
    actions.withdraw(first, at=first.submitted_at)

    Worker(YEAR_2022).submit()

    assert Initiative.objects.count() == 2


def test_step_one_sent_twice_leaves_at_most_a_second_draft(worker: Worker) -> None:
    worker.begin(person())
    worker.begin(person())

    assert Draft.objects.count() == 2
    assert not Initiative.objects.exists()


def test_nothing_incomplete_is_received(worker: Worker) -> None:
    worker.begin(person(consent=None))

    shown = page(worker.confirm())

    links = re.findall(r'<li><a href="([^"]+)">', shown)
    assert links[0] == f"{worker.step('nguoi-nop')}#id_consent"
    assert f"{worker.step('noi-dung')}#id_title" in links
    assert not Initiative.objects.exists()


@pytest.mark.parametrize("typed", [{}, {"confirm": ""}, {"again": "1"}])
def test_the_check_page_submits_only_by_its_button(worker: Worker, typed: dict[str, str]) -> None:
    worker.fill()

    answer = worker.post(worker.step("kiem-tra"), typed)

    expected = 1 if typed == {"confirm": ""} else 0  # a button without its value is still the button
    assert Initiative.objects.count() == expected
    assert answer.status_code == (303 if expected else 200)


def test_looking_at_every_page_changes_nothing(worker: Worker) -> None:
    worker.fill()
    before = in_every_row()

    for address in (f"/nhap/{worker.token}/", *map(worker.step, ("nguoi-nop", "noi-dung", "tai-lieu", "kiem-tra"))):
        page(worker.get(address))
    page(worker.get(f"{worker.step('kiem-tra')}?confirm=1&again=1"))

    assert in_every_row() == before


@pytest.mark.parametrize(
    ("step", "typed", "shown", "hidden"),
    [
        (
            "nguoi-nop",
            person(workplace="Xưởng <b>mộc</b>"),
            ["Hồ Thị Mỹ Duyên", "Xưởng &lt;b&gt;mộc&lt;/b&gt;"],
            ["045191004321", "<b>mộc"],
        ),
        (
            "noi-dung",
            content(**{"co_authors-2-full_name": "Lê Thị Kim Ngân"}),
            ["Giá xoay sấy ván ghép hai mặt", "Nay một người xoay được cả giá.", "Lê Thị Kim Ngân", "200 triệu"],
            ["unprotected"],
        ),
    ],
    ids=["person", "content"],
)
def test_what_is_sent_to_a_draft_that_is_gone_stands_in_the_answer(
    worker: Worker, at: Clock, step: str, typed: dict[str, Any], shown: list[str], hidden: list[str]
) -> None:
    worker.fill()
    at("2022-09-01 08:00:00")
    call_command("purge_drafts")

    answer = worker.post(worker.step(step), typed)

    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    text = answer.content.decode()
    assert "Bản nháp này không còn" in text
    assert "CHƯA nộp" in text
    assert [each for each in shown if each not in text] == []
    assert [each for each in hidden if each in text] == []
    assert not Draft.objects.exists()
    for nothing in ({}, {"next": "1"}, {"full_name": " ", "title": "\u200b"}):
        assert "Bản nháp này không còn" not in worker.post(worker.step(step), nothing).content.decode()
    assert worker.get(worker.step(step)).status_code == worker.confirm().status_code == 404


# --- three rights ---------------------------------------------------------------------------------------------------

OPENED_FROM = [
    ("our page", {"sec-fetch-site": "same-origin"}, 200),
    ("our page on a sister host", {"sec-fetch-site": "same-site"}, 200),
    ("an old phone that says where it comes from", {"referer": "http://testserver/1trieu-sangkien/nop/"}, 200),
    ("the address bar", {"sec-fetch-site": "none"}, 302),
    ("another site", {"sec-fetch-site": "cross-site"}, 302),
    ("another site, with our referrer", {"sec-fetch-site": "cross-site", "referer": "http://testserver/"}, 302),
    ("a preview", {}, 302),
    ("another site on an old phone", {"referer": "https://evil.example/http://testserver/"}, 302),
    ("a host that begins like ours", {"referer": "http://testserver.evil.example/"}, 302),
]


@pytest.mark.parametrize(
    ("headers", "status"), [case[1:] for case in OPENED_FROM], ids=[case[0] for case in OPENED_FROM]
)
@pytest.mark.parametrize("step", ["nguoi-nop", "noi-dung", "tai-lieu", "kiem-tra"])
def test_a_step_opened_from_elsewhere_leads_to_the_door(
    worker: Worker, step: str, headers: dict[str, str], status: int
) -> None:
    worker.fill()

    answer = Client().get(worker.step(step), headers=headers)

    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == f"/nhap/{worker.token}/"
        assert answer.content == b""


PERSONAL = ("Hồ Thị Mỹ Duyên", "0935", "112 233", "112233", "045191004321", "Gỗ Bến Hải", "Đông Hà", "Giá xoay")


def test_the_door_shows_nothing_of_the_person(worker: Worker) -> None:
    worker.fill()

    shown = Client().get(f"/nhap/{worker.token}/").content.decode()

    assert "Tiếp tục bản nháp này" in shown
    assert "Lưu lần cuối lúc 9h00 ngày 1/3/2022" in shown
    assert [text for text in PERSONAL if text in shown] == []
    assert [text for text in PERSONAL if text in page(worker.get(worker.step("kiem-tra")))] != []


@pytest.mark.parametrize(
    ("sent", "onward"), [((), "nguoi-nop"), (("person",), "noi-dung"), (("person", "content"), "kiem-tra")]
)
def test_the_door_leads_to_the_first_step_that_was_not_sent(worker: Worker, sent: tuple[str, ...], onward: str) -> None:
    worker.begin({"national_id": "045191004321"} if not sent else person())
    if "content" in sent:
        worker.send_content(content())
    if not sent:
        Draft.objects.update(answers={})

    shown = page(worker.get(f"/nhap/{worker.token}/"))

    assert f'href="{worker.step(onward)}"' in shown


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        ("nguoi-nop", "nguoi-nop"),
        ("noi-dung", "noi-dung"),
        ("tai-lieu", "tai-lieu"),
        ("kiem-tra", "kiem-tra"),
        ("don-cong-nhan", "don-cong-nhan"),
        ("khong-co", "kiem-tra"),
        ("", "kiem-tra"),
    ],
)
def test_the_door_opens_the_part_that_is_asked_for(worker: Worker, asked: str, opened: str) -> None:
    """For a browser that never says where it comes from."""
    worker.fill()
    door = f"/nhap/{worker.token}/"
    expected = page(worker.get(worker.step(opened)))

    assert f'name="buoc" value="{opened}"' in page(worker.get(door))
    assert page(worker.post(door, {"buoc": asked})) == expected


def test_the_door_keeps_what_was_not_sent_yet(worker: Worker) -> None:
    worker.begin(person())
    door = worker.client.get(f"/nhap/{worker.token}/nguoi-nop/?dien-san=1")["Location"]

    assert f'href="/nhap/{worker.token}/noi-dung/?dien-san=1"' in page(worker.get(door))


def test_no_door_leads_past_a_step_that_was_not_sent(worker: Worker) -> None:
    worker.begin(person())

    shown = page(worker.get(f"/nhap/{worker.token}/"))

    assert f'href="{worker.step("noi-dung")}"' in shown
    assert 'value="kiem-tra"' not in shown
    assert "Sáng kiến của bạn là gì?" in page(worker.post(f"/nhap/{worker.token}/", {"buoc": "kiem-tra"}))


def test_after_receipt_the_door_leads_to_the_receipt_and_never_back(worker: Worker) -> None:
    worker.submit()

    door = page(worker.get(f"/nhap/{worker.token}/"))
    receipt = page(worker.get(worker.receipt))

    assert f'href="{worker.receipt}"' in door
    assert worker.token not in receipt
    assert "/nhap/" not in receipt


def test_a_receipts_token_opens_no_draft_and_a_drafts_no_receipt(worker: Worker) -> None:
    worker.submit()
    receipts_token = worker.receipt.split("/")[2]

    assert worker.get(f"/bien-nhan/{worker.token}/").status_code == 404
    assert worker.get(f"/nhap/{receipts_token}/").status_code == 404
    assert worker.get(f"/nhap/{receipts_token}/kiem-tra/").status_code == 404


def test_the_receipt_only_reads(worker: Worker) -> None:
    worker.submit()

    assert worker.post(worker.receipt, {"title": "Khác"}).status_code == 405


def test_the_draft_of_a_correction_has_no_link(worker: Worker) -> None:
    initiative = worker.submit()
    worker.track(initiative.receipt_code)
    worker.mend("noi-dung", content(title="Khác"))
    revision = Draft.objects.get(revises=initiative)
    token = "b" * 22
    Draft.objects.filter(pk=revision.pk).update(token_hash=token_hash(token))

    assert worker.get(f"/nhap/{token}/").status_code == 404
    assert worker.get(f"/nhap/{token}/noi-dung/").status_code == 404


UNKNOWN = ["a" * 22, "a" * 21, "a" * 23, "ü" * 22, "%2e" * 22, "a" * 21 + "%00"]


@pytest.mark.parametrize("token", UNKNOWN, ids=[token[:8] + str(len(token)) for token in UNKNOWN])
@pytest.mark.parametrize("address", ["/nhap/{}/", "/nhap/{}/nguoi-nop/", "/bien-nhan/{}/", "/bien-nhan/{}.png"])
def test_a_link_that_was_never_given_is_not_found(campaigns: dict[str, Campaign], address: str, token: str) -> None:
    assert Worker().get(address.format(token)).status_code in {400, 404}


def private_pages(worker: Worker) -> dict[str, Any]:
    return {
        "begun": worker.begin(person(phone="1")),
        "door": worker.get(f"/nhap/{worker.token}/"),
        "person": worker.get(worker.step("nguoi-nop")),
        "content": worker.get(worker.step("noi-dung")),
        "documents": worker.get(worker.step("tai-lieu")),
        "check": worker.get(worker.step("kiem-tra")),
        "saved": worker.send_content(content()),
        "received": [worker.post(worker.step("nguoi-nop"), person()), worker.confirm()][1],
        "receipt": worker.get(worker.receipt),
        "picture": worker.get(f"{worker.receipt[:-1]}.png"),
        "after": worker.get(worker.step("kiem-tra")),
        "track": worker.get("/tra-cuu/"),
        "tracked": worker.track(worker.initiative.receipt_code),
        "record": worker.get(worker.record),
        "withdraw": worker.get(f"{worker.record}rut/"),
        "correct": worker.get(f"{worker.record}noi-dung/"),
    }


def test_private_pages_are_kept_by_nobody(worker: Worker) -> None:
    answers = private_pages(worker)

    headers = {name: {header: answer.get(header) for header in PRIVATE} for name, answer in answers.items()}
    assert headers == dict.fromkeys(answers, PRIVATE)
    for name, answer in answers.items():
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and name != "track":
            shown = answer.content.decode()
            title = re.search(r"<title>(.*?)</title>", shown)
            assert '<meta name="robots" content="noindex">' in shown, name
            assert "og:" not in shown, name
            assert title and not any(text in title[1] for text in PERSONAL), name


def test_identity_number_and_phone_are_masked_wherever_they_are_only_shown(worker: Worker) -> None:
    shown = {name: answer.content.decode(errors="replace") for name, answer in private_pages(worker).items()}
    for name in ("check", "receipt", "record", "door", "content", "documents", "withdraw"):
        for text in ("112 233", "0935112233", "045191004321", "191004321"):
            assert text not in shown[name], (name, text)
    assert "0935 *** 233" in shown["receipt"]
    assert "0935 *** 233" in shown["record"]


def test_the_check_page_masks_and_leads_back_to_each_part(worker: Worker) -> None:
    worker.fill()

    shown = page(worker.get(worker.step("kiem-tra")))

    assert "0935 *** 233" in shown
    assert "*** *** *** 321" in shown
    assert "112 233" not in shown
    assert "045191004321" not in shown
    for step in ("nguoi-nop", "noi-dung", "tai-lieu"):
        assert f'href="{worker.step(step)}">Sửa phần này' in shown


def test_ones_own_form_shows_them_as_typed(worker: Worker) -> None:
    worker.fill()

    shown = page(worker.get(worker.step("nguoi-nop")))

    assert 'value="0935 112 233"' in shown
    assert 'value="045191004321"' in shown


def test_tokens_and_identity_numbers_stand_nowhere_in_the_database(worker: Worker) -> None:
    late = Worker(YEAR_2022).fill(person(phone="0935 112 299", national_id="045191009999"))
    worker.submit()
    worker.track(worker.initiative.receipt_code)
    signed = worker.record.split("/")[2]
    worker.mend("nguoi-nop", person(national_id="045191007777"))

    rows = in_every_row()

    assert worker.initiative.title in rows
    for secret in (
        worker.token,
        worker.receipt.split("/")[2],
        late.token,
        signed,
        "045191004321",
        "045191009999",
        "045191007777",
    ):
        assert secret not in rows
    assert worker.initiative.national_id == "045191004321"
    assert late.draft.national_id == "045191009999"


def test_what_is_sealed_in_one_row_does_not_open_in_another(worker: Worker) -> None:
    one, two = worker.submit(), Worker(YEAR_2022).submit(person(phone="0935 112 299", national_id="045191009999"))
    two.sealed_national_id = one.sealed_national_id

    with pytest.raises(sealing.CannotOpen):
        _ = two.national_id


def test_lookup_hashes_are_keyed(worker: Worker, settings: Any) -> None:
    initiative = worker.submit()
    assert initiative.phone_hash == sealing.lookup_hash("phone", "0935112233")
    assert initiative.national_id_hash == sealing.lookup_hash("identity", "045191004321")

    settings.LOOKUP_KEY = bytes(32)

    assert initiative.phone_hash != sealing.lookup_hash("phone", "0935112233")
    assert initiative.national_id_hash != sealing.lookup_hash("identity", "045191004321")


# --- hostile posts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/1trieu-sangkien/nop/", "/tra-cuu/"])
def test_nul_is_refused_with_a_page(campaigns: dict[str, Campaign], at: Clock, address: str) -> None:
    at(IN_2022)

    answer = Worker().post(address, {"full_name": "a\0b", "code": "1\0", "phone": "1"})

    assert answer.status_code == 400
    assert "<html lang=" in answer.content.decode()
    assert not Draft.objects.exists()


def test_nul_in_a_multipart_form_is_dropped_like_any_control_character(worker: Worker) -> None:
    answer = Client(headers={"sec-fetch-site": "same-origin"}).post(f"/{YEAR_2022}/nop/", person(full_name="Hồ\0 Thị"))

    assert answer.status_code == 303
    assert Draft.objects.get().answers["full_name"] == "Hồ Thị"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_another_site_cannot_post_in_the_workers_name(worker: Worker, headers: dict[str, str]) -> None:
    worker.fill()

    answer = Client().post(worker.step("kiem-tra"), {"confirm": "1"}, headers=headers)

    assert answer.status_code == 403
    assert not Initiative.objects.exists()


def test_an_in_app_browser_without_an_origin_may_post(worker: Worker) -> None:
    worker.fill()

    answer = Client(enforce_csrf_checks=True).post(
        worker.step("kiem-tra"), {"confirm": "1"}, headers={"origin": "null"}
    )

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "junk", ["\ud800", "\ufffe\uffff", "\x01\x02", "\u202eabc", "'; DROP TABLE initiatives;--", "{{ 7*7 }}"]
)
def test_any_text_at_all_is_kept_or_canonical_and_never_a_crash(worker: Worker, junk: str) -> None:
    body = f"full_name={''.join(f'%{byte:02x}' for byte in junk.encode('utf-8', 'surrogatepass'))}&workplace=x"

    answer = worker.client.post(f"/{YEAR_2022}/nop/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert Draft.objects.get().answers["workplace"] == "x"


def test_markup_in_an_answer_is_text(worker: Worker) -> None:
    worker.fill(person(workplace="<script>alert(1)</script>"), content(title='"><img src=x onerror=alert(1)>'))

    shown = page(worker.get(worker.step("kiem-tra"))) + page(worker.get(worker.step("noi-dung")))

    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_is_taken(worker: Worker, method: str) -> None:
    worker.fill()

    for address in (f"/{YEAR_2022}/nop/", worker.step("kiem-tra"), f"/nhap/{worker.token}/", "/tra-cuu/"):
        assert getattr(Client(), method)(address).status_code == 405


def test_a_stale_or_foreign_cookie_changes_nothing(worker: Worker) -> None:
    worker.client.cookies["sessionid"] = "hong"
    worker.client.cookies["csrftoken"] = "hong"

    assert worker.submit()


# --- where one is ---------------------------------------------------------------------------------------------------


def test_every_step_says_that_nothing_was_sent_yet_and_who_helps(worker: Worker, tree: dict[str, Unit]) -> None:
    ContactFactory(unit=tree["quang-tri"], name="Văn phòng tỉnh")
    worker.fill()

    for number, step in enumerate(("nguoi-nop", "noi-dung", "tai-lieu", "kiem-tra"), start=1):
        shown = page(worker.get(worker.step(step)))
        assert f"Bước {number} trong 4" in shown
        assert "CHƯA nộp." in shown
        assert "Văn phòng tỉnh" in shown
        assert f'<a id="draft-link" href="http://testserver/nhap/{worker.token}/">' in shown


def test_what_is_doubtful_is_asked_about_and_does_not_stop(worker: Worker) -> None:
    worker.fill(what=content(benefit_value="1 đồng"))

    shown = page(worker.get(worker.step("kiem-tra")))

    assert "Xin xem lại." in shown
    assert worker.confirm().status_code == 303


def test_the_receipt_shows_the_code_the_moment_the_unit_and_what_comes_next(worker: Worker) -> None:
    initiative = worker.submit()

    shown = page(worker.get(worker.receipt))

    code = initiative.receipt_code
    assert f'id="receipt-code">{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}</p>' in shown
    for text in ("9h00 ngày 1/3/2022", "Liên đoàn Lao động thành phố Đông Hà", content()["title"], "Tiếp theo là gì?"):
        assert text in shown


def test_the_receipt_as_a_picture(worker: Worker) -> None:
    worker.submit(what=content(title="Một tên rất dài " * 15))

    answer = worker.get(f"{worker.receipt[:-1]}.png")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")


# Of each page on the way, once somebody asked of the campaign in the last ten seconds. A statement more is a decision.
STATEMENTS = {
    "the first page": 0,
    "step 1 sent": 3,  # the units chosen, the windows, the draft
    "step 2": 1,  # the draft with its unit
    "step 2 sent": 3,  # the draft, the windows, its answers
    "documents": 2,  # the draft, its documents
    "documents sent": 2,  # the draft, the windows
    "the check": 4,  # the draft, the units chosen, its documents, what is public and alike
    # The same but what is alike; the windows, one sent before; then locked: the draft, the windows, the last moment, 4 writes.
    "the check sent": 12,
    "the receipt": 2,  # the initiative with its unit, its documents
}


def test_a_whole_submission_asks_29_statements(worker: Worker) -> None:
    """The same however many drafts and initiatives there are already."""

    def journey(phone: str) -> dict[str, int]:
        way: dict[str, Callable[[], Any]] = {
            "the first page": lambda: worker.get(f"/{YEAR_2022}/nop/?don-vi=quang-tri/dong-ha"),
            "step 1 sent": lambda: worker.begin(person(phone=phone)),
            "step 2": lambda: worker.get(worker.step("noi-dung")),
            "step 2 sent": lambda: worker.send_content(content()),
            "documents": lambda: worker.get(worker.step("tai-lieu")),
            "documents sent": lambda: worker.post_files(worker.step("tai-lieu"), {"file_count": "0", "eof": "1"}),
            "the check": lambda: worker.get(worker.step("kiem-tra")),
            "the check sent": worker.confirm,
            "the receipt": lambda: worker.get(worker.receipt),
        }
        counts = {}
        for name, go in way.items():
            with CaptureQueriesContext(connection) as asked:
                answer = go()
            assert answer.status_code == (303 if name.endswith("sent") else 200)
            counts[name] = sum(not each["sql"].startswith(AROUND) for each in asked.captured_queries)
        return counts

    first = journey("0935 112 201")

    assert journey("0935 112 202") == STATEMENTS
    assert sum(STATEMENTS.values()) == 29
    assert sum(first.values()) <= 45  # nothing was known yet: of the campaign, and of its first page


AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
