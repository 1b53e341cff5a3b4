"""Whoever holds a phone: tries again after trouble, and knows a receipt from a refusal. The whole way to a real receipt is walked
by `test_rehearse_deadline.py`."""

from urllib.parse import parse_qs

import pytest

from initiatives.rehearsal.phones import Habits, Phone
from initiatives.rehearsal.words import Days
from tests.rehearsal.portal_of_paper import Answer, PaperPortal, paper_portal

DRAFT = "/nhap/abcdefghijklmnopqrstuv"
BEGIN = """<form id="main-form" method="post" action="/c/nop/"><input name="full_name" type="text">
<input type="hidden" name="kept" value="1">
<select name="top_unit"><option value="">Chọn…</option><option value="quang-tri">Quảng Trị</option></select>
<input type="radio" name="bloc" value="enterprise"><input type="checkbox" name="consent"></form>"""
CONTENT = f"""<form id="main-form" method="post" action="{DRAFT}/noi-dung/"><textarea name="title">
</textarea><input type="checkbox" name="declaration" value="a"><input type="checkbox" name="declaration" value="b"></form>"""
CHECK = f'<form id="main-form" method="post" action="{DRAFT}/kiem-tra/"><button name="confirm"></button></form>'
RECEIPT = '<p class="code" id="receipt-code">2682 8125 3508 0</p>'
CLOSED = f'<h1>Đã hết thời gian nhận</h1><p><a id="draft-link" href="http://127.0.0.1:1{DRAFT}/">x</a></p>'


def to(address: str) -> Answer:
    return Answer(303, headers={"Location": address})


def whole_way() -> dict[tuple[str, str], list[Answer]]:
    return {
        ("GET", "/c/nop/"): [Answer(body=BEGIN)],
        ("POST", "/c/nop/"): [to(f"{DRAFT}/noi-dung/")],
        ("GET", f"{DRAFT}/noi-dung/"): [Answer(body=CONTENT)],
        ("POST", f"{DRAFT}/noi-dung/"): [to(f"{DRAFT}/kiem-tra/")],
        ("GET", f"{DRAFT}/kiem-tra/"): [Answer(body=CHECK)],
        ("POST", f"{DRAFT}/kiem-tra/"): [to("/bien-nhan/x/")],
        ("GET", "/bien-nhan/x/"): [Answer(body=RECEIPT)],
    }


def phone(portal: PaperPortal, **habits: object) -> Phone:
    quick = {"retry_seconds": 0.01, "waits_at_most": 0.01, "retries": 2, "reads_first": False} | habits
    return Phone(portal.address, "c", 7, days=Days("1/2/2022", "1/3/2022"), habits=Habits(**quick))  # type: ignore[arg-type]


def test_a_form_is_filled_as_a_browser_fills_it() -> None:
    with paper_portal(whole_way()) as portal:
        receipt = phone(portal).send_initiative()

    assert receipt is not None
    assert (receipt.code, receipt.receipt_path, receipt.unit) == ("2682812535080", "/bien-nhan/x/", "quang-tri")
    person, idea, confirm = (parse_qs(each.body.decode()) for each in portal.asked if each.method == "POST")
    assert {name: person[name] for name in ("kept", "top_unit", "bloc", "consent", "next")} == {
        "kept": ["1"],
        "top_unit": ["quang-tri"],
        "bloc": ["enterprise"],
        "consent": ["on"],
        "next": ["1"],
    }
    assert (idea["title"], idea["declaration"]) == ([receipt.title], ["a", "b"])
    assert confirm == {"confirm": ["1"]}


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Answer(503, headers={"Retry-After": "30"}), id="busy"),
        pytest.param(Answer(429, headers={"Retry-After": "30"}), id="too many"),
        pytest.param(Answer(0), id="cut"),
        pytest.param(Answer(500), id="broken"),
    ],
)
@pytest.mark.parametrize("at", list(whole_way()), ids=lambda at: f"{at[0]} {at[1].rsplit('/', 2)[-2]}")
def test_after_trouble_the_same_is_sent_again(at: tuple[str, str], trouble: Answer) -> None:
    answers = whole_way()
    # A kept connection that is cut is tried once more by the browser itself: that is no trouble yet.
    answers[at] = [trouble, trouble, *answers[at]]
    with paper_portal(answers) as portal:
        held = phone(portal)
        receipt = held.send_initiative()

    assert receipt is not None
    assert len({each.body for each in portal.asked if (each.method, each.path) == at}) == 1
    assert (held.story.refused, held.story.gave_up) == ([], [])
    assert portal.paths().count("POST /c/nop/") == (3 if at == ("POST", "/c/nop/") else 1)


def test_tries_run_out() -> None:
    with paper_portal(whole_way() | {("POST", f"{DRAFT}/kiem-tra/"): [Answer(503)]}) as portal:
        held = phone(portal)
        receipt = held.send_initiative()

    assert receipt is None
    assert portal.paths().count(f"POST {DRAFT}/kiem-tra/") == 3
    assert [(each.step, each.why, each.is_uncertain) for each in held.story.gave_up] == [("submit", "503", True)]


@pytest.mark.parametrize(
    ("at", "step", "draft"),
    [
        (("GET", "/c/nop/"), "form", ""),
        (("POST", "/c/nop/"), "person", f"{DRAFT}/"),
        (("GET", f"{DRAFT}/noi-dung/"), "person", f"{DRAFT}/"),
        (("POST", f"{DRAFT}/noi-dung/"), "content", f"{DRAFT}/"),
        (("POST", f"{DRAFT}/kiem-tra/"), "submit", f"{DRAFT}/"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_page_without_a_form_is_a_refusal(at: tuple[str, str], step: str, draft: str) -> None:
    closed = CLOSED if draft else "<h1>Đã hết thời gian nhận</h1>"
    with paper_portal(whole_way() | {at: [Answer(body=closed)]}) as portal:
        held = phone(portal)
        receipt = held.send_initiative()

    assert receipt is None
    refused = [(each.step, each.draft_path, each.was_sent) for each in held.story.refused]
    assert refused == [(step, draft, at[0] == "POST")]
    assert held.story.gave_up == []


def test_an_objection_is_no_refusal() -> None:
    again = CONTENT.replace("</form>", '<p class="error">Hãy ghi tên sáng kiến.</p></form>')
    with paper_portal(whole_way() | {("POST", f"{DRAFT}/noi-dung/"): [Answer(body=again)]}) as portal:
        held = phone(portal)
        held.send_initiative()

    assert held.story.refused == []
    assert [(each.step, each.why) for each in held.story.gave_up] == [("content", "Hãy ghi tên sáng kiến.")]


def test_tapped_twice_it_is_sent_twice_and_told_once() -> None:
    with paper_portal(whole_way()) as portal:
        held = phone(portal, double_tap=1.0)
        held.send_initiative()

    assert portal.paths().count(f"POST {DRAFT}/kiem-tra/") == 2
    assert len(held.story.acknowledged) == 1


def test_a_tap_waits_for_its_moment() -> None:
    with paper_portal(whole_way()) as portal:
        held = phone(portal)
        moment = held.clock() + 0.3
        held = phone(portal, taps_at=moment)
        receipt = held.send_initiative()

    assert receipt is not None
    assert receipt.sent_at >= moment
