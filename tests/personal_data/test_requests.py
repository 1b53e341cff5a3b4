"""What staff do about a request: acts, their steps, their order, and the pages."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.models import DataRequest, Initiative
from initiatives.personal_data import acts, queue
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import DataRequestFactory, InitiativeFactory, StaffAccountFactory, UnitFactory, make_tree, unit_at

LIST, ADD = "/admin/initiatives/datarequest/", "/admin/initiatives/datarequest/add/"
NOW = datetime(
    2022, 3, 2, 9, 0, tzinfo=VIETNAM
)  # Wednesday; the factory's was sent on Tuesday, to be answered by Thursday
In = Callable[[StaffAccount], Client]


@pytest.fixture
def officer(db: None, at: Callable[..., datetime]) -> StaffAccount:
    make_tree()
    at(NOW)
    return StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), is_demonstration=True)


def opened(request: DataRequest) -> str:
    return reverse("admin:initiatives_datarequest_change", args=[request.pk])


def hand_on(request: DataRequest) -> str:
    return reverse("admin:initiatives_datarequest_hand_on", args=[request.pk])


def steps(request: DataRequest) -> list[tuple[str, str]]:
    return list(request.steps.order_by("pk").values_list("act", "words"))


def test_the_page_tells_what_was_asked_and_until_when(officer: StaffAccount, client_as: In) -> None:
    request = DataRequestFactory(act_by=date(2022, 3, 11))

    page = client_as(officer).get(opened(request)).content.decode()

    told = (
        "Hồ Thị Lụa",
        "0912 000 345",
        "Tôi muốn xem dữ liệu của tôi.",
        "chậm nhất hết ngày 3/3/2022",
        "chậm nhất hết ngày 11/3/2022",
    )
    assert [text for text in told if text not in page] == []


def test_an_answer_is_recorded_in_its_words_and_only_the_first_counts(officer: StaffAccount, client_as: In) -> None:
    request, client = DataRequestFactory(), client_as(officer)

    assert client.post(opened(request), {"act": "answer", "words": "Đã gọi điện,\r\nhẹn thứ Năm."}).status_code == 302
    first = DataRequest.objects.get().answered_at
    assert client.post(opened(request), {"act": "answer", "words": "Gọi lại."}).status_code == 302

    assert first == NOW
    assert DataRequest.objects.get().answered_at == first
    assert steps(request) == [("answered", "Đã gọi điện,\nhẹn thứ Năm."), ("answered", "Gọi lại.")]


def test_what_is_finished_has_an_outcome_and_takes_nothing_more(officer: StaffAccount, client_as: In) -> None:
    request, client = DataRequestFactory(), client_as(officer)

    client.post(opened(request), {"act": "finish", "outcome": "partly", "words": "Đã giao bản sao."})
    refused = client.post(opened(request), {"act": "answer", "words": "Thêm."})

    kept = DataRequest.objects.get()
    assert (kept.done_at, kept.answered_at, kept.outcome) == (NOW, NOW, "partly")
    assert refused.status_code == 409
    assert ("Yêu cầu này đã xong." in refused.content.decode(), "Thêm." in refused.content.decode()) == (True, True)
    assert steps(request) == [("finished", "Thực hiện một phần. Đã giao bản sao.")]


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        pytest.param({"act": "answer", "words": " "}, "Hãy ghi đã trả lời bằng cách nào và nói gì.", id="no words"),
        pytest.param({"act": "finish", "words": "Xong."}, "Hãy chọn kết quả.", id="no outcome"),
        pytest.param({"act": "finish", "outcome": "x", "words": "Xong."}, "Hãy chọn kết quả.", id="no such outcome"),
        pytest.param({"act": "bind", "receipt_code": "12"}, "Không có sáng kiến nào mang mã này", id="no such code"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    officer: StaffAccount, client_as: In, posted: dict[str, str], sentence: str
) -> None:
    request = DataRequestFactory()

    answer = client_as(officer).post(opened(request), posted)

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert steps(request) == []


def test_an_act_that_is_none_does_nothing(officer: StaffAccount, client_as: In) -> None:
    assert client_as(officer).post(opened(DataRequestFactory()), {"act": "burn"}).status_code == 409


def test_it_is_bound_to_an_initiative_that_the_officer_sees(officer: StaffAccount, client_as: In) -> None:
    request, client = DataRequestFactory(), client_as(officer)
    seen = InitiativeFactory(unit=unit_at("quang-tri/dong-ha"))
    elsewhere = InitiativeFactory(unit=unit_at("dien-bien"))

    refused = client.post(opened(request), {"act": "bind", "receipt_code": elsewhere.receipt_code})
    client.post(opened(request), {"act": "bind", "receipt_code": seen.receipt_code})

    assert refused.status_code == 422
    assert DataRequest.objects.get().initiative == seen
    assert steps(request) == [("bound", "")]


def test_it_is_handed_up_to_the_confederation_and_is_seen_here_no_more(officer: StaffAccount, client_as: In) -> None:
    request, client = DataRequestFactory(), client_as(officer)
    page = client.get(hand_on(request)).content.decode()
    root = Unit.objects.get(depth=1)

    answer = client.post(hand_on(request), {"unit": root.code, "words": "Không phải đoàn viên ở đây."})

    assert f'value="{root.code}"' in page
    assert answer["Location"] == LIST
    assert DataRequest.objects.get().unit == root
    assert client.get(opened(request)).status_code == 404
    assert steps(request)[0][0] == "handed on"


def test_it_is_handed_up_to_what_stands_above_today(tree_of_2025: dict[str, Unit], client_as: In) -> None:
    """An officer's unit and the request's ended in 2025, and so did their province; another stands in its place."""
    old = tree_of_2025["quang-tri/dong-ha"]
    province = Unit.objects.get(path=tree_of_2025["quang-tri"].current_path)
    request, client = DataRequestFactory(unit=old), client_as(StaffAccountFactory(unit=old))

    above = client.get(hand_on(request)).context["above"]
    answer = client.post(hand_on(request), {"unit": province.code, "words": "Tỉnh trả lời."})

    assert [each.code for each in above] == ["tld", province.code]
    assert (answer.status_code, DataRequest.objects.get().unit) == (302, province)


def test_below_a_unit_that_ended_those_of_its_successor_are_offered(
    tree_of_2025: dict[str, Unit], client_as: In
) -> None:
    old = tree_of_2025["quang-tri"]
    province = Unit.objects.get(path=old.current_path)
    union = UnitFactory(parent=province, level=Level.GRASSROOTS, code=f"{province.code}/cdcs-moi")

    page = client_as(StaffAccountFactory(unit=old)).get(hand_on(DataRequestFactory(unit=old)))

    assert union in [one.unit for one in page.context["found"]]


@pytest.mark.parametrize("code", ["dien-bien", "khong-co", "quang-tri/dong-ha"])
def test_it_is_not_handed_beside_nor_to_itself(officer: StaffAccount, client_as: In, code: str) -> None:
    request = DataRequestFactory()

    answer = client_as(officer).post(hand_on(request), {"unit": code, "words": "Vì sao."})

    assert (answer.status_code, steps(request)) == (422, [])
    assert "Vì sao." in answer.content.decode()


@pytest.mark.parametrize(("typed", "most", "is_told"), [("", 2, True), ("", 3, False), ("ldld", 1, True)])
def test_units_left_out_are_told(
    officer: StaffAccount, client_as: In, monkeypatch: pytest.MonkeyPatch, typed: str, most: int, is_told: bool
) -> None:
    monkeypatch.setattr("initiatives.personal_data.request_admin.UNITS_SHOWN", most)
    request = DataRequestFactory(unit=unit_at("quang-tri"))

    page = client_as(StaffAccountFactory()).get(hand_on(request), {"q": typed})

    assert len(page.context["found"]) == most
    assert (f"Chỉ hiện {most} đơn vị đầu." in page.content.decode()) is is_told


def test_a_province_hands_it_down(officer: StaffAccount, client_as: In) -> None:
    request = DataRequestFactory(unit=unit_at("quang-tri"))
    above = StaffAccountFactory()

    client_as(above).post(hand_on(request), {"unit": "quang-tri/dong-ha", "words": "Đơn vị nhận sáng kiến."})

    assert DataRequest.objects.get().unit == unit_at("quang-tri/dong-ha")


def test_a_viewer_reads_and_does_nothing(officer: StaffAccount, client_as: In) -> None:
    request = DataRequestFactory()
    client = client_as(StaffAccountFactory(unit=officer.unit, role=Role.VIEWER))

    assert "Hồ Thị Lụa" in client.get(opened(request)).content.decode()
    assert "Ghi câu trả lời" not in client.get(opened(request)).content.decode()
    assert [client.post(opened(request), {"act": "answer", "words": "x"}).status_code, client.get(ADD).status_code] == [
        403
    ] * 2
    assert steps(request) == []


def test_one_that_came_by_phone_runs_from_the_day_it_came(officer: StaffAccount, client_as: In) -> None:
    initiative = InitiativeFactory(unit=unit_at("quang-tri/dong-ha"))
    typed = {
        "asked_on": "28/2/2022",
        "kind": "withdraw",
        "full_name": "Lò Văn Ơn",
        "phone": "",
        "receipt_code": initiative.receipt_code,
        "email": "",
        "text": "Đến văn phòng, không có điện thoại.",
    }

    answer = client_as(officer).post(ADD, typed)

    made = DataRequest.objects.get()
    assert answer["Location"] == opened(made)
    assert (made.unit, made.initiative, made.entered_by) == (initiative.unit, initiative, officer)
    assert (made.answer_by, made.act_by) == (date(2022, 3, 2), date(2022, 3, 15))
    assert steps(made) == [("entered", "")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"asked_on": "3/3/2022"}, "Ngày nhận được yêu cầu không được sau hôm nay."),
        ({"asked_on": ""}, "Hãy ghi ngày nhận được yêu cầu."),
        ({"receipt_code": "12"}, "Không có sáng kiến nào mang mã này"),
        ({"full_name": ""}, "Hãy nhập họ và tên"),
    ],
)
def test_one_that_is_entered_wrongly_is_not_kept(
    officer: StaffAccount, client_as: In, typed: dict[str, str], sentence: str
) -> None:
    asked = {
        "asked_on": "1/3/2022",
        "kind": "see",
        "full_name": "Lò Văn Ơn",
        "phone": "",
        "text": "Gặp ở xưởng.",
    } | typed

    answer = client_as(officer).post(ADD, asked)

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert "Gặp ở xưởng." in answer.content.decode()
    assert not DataRequest.objects.exists()


STANDS = [
    ({"answer_by": date(2022, 3, 1)}, "Quá hạn trả lời", "stop"),
    ({"answer_by": date(2022, 3, 2)}, "Hôm nay là ngày cuối để trả lời", "wait"),
    ({"answer_by": date(2022, 3, 3)}, "Chờ trả lời, hạn 3/3/2022", "wait"),
    ({"answered_at": NOW, "act_by": date(2022, 3, 1)}, "Quá hạn thực hiện", "stop"),
    ({"answered_at": NOW, "act_by": date(2022, 3, 2)}, "Hôm nay là ngày cuối để thực hiện", "wait"),
    ({"answered_at": NOW, "act_by": date(2022, 3, 3)}, "Chờ thực hiện, hạn 3/3/2022", "wait"),
    ({"answered_at": NOW, "act_by": date(2022, 3, 17)}, "Chờ thực hiện, hạn 17/3/2022", "plain"),
    ({"answered_at": NOW, "done_at": NOW, "outcome": "done"}, "Đã thực hiện", "good"),
    ({"answered_at": NOW, "done_at": NOW, "outcome": "refused"}, "Không thực hiện", "plain"),
]


@pytest.mark.parametrize(("fields", "text", "tone"), STANDS)
def test_where_one_stands(fields: dict[str, Any], text: str, tone: str) -> None:
    asked = DataRequest(**{"answer_by": date(2022, 3, 3), "act_by": date(2022, 3, 11)} | fields)

    assert queue.standing(asked, today=NOW.date()) == queue.Standing(text, tone)


def test_what_is_owed_soonest_comes_first_and_what_is_done_last(officer: StaffAccount, client_as: In) -> None:
    done, later, overdue, soon = (
        DataRequestFactory(answered_at=NOW, done_at=NOW, outcome="done", act_by=date(2022, 3, 1)),
        DataRequestFactory(answered_at=NOW, act_by=date(2022, 3, 16)),
        DataRequestFactory(answer_by=date(2022, 2, 28)),
        DataRequestFactory(),
    )

    page = client_as(officer).get(LIST)
    narrowed = client_as(officer).get(LIST, {"state": "overdue"})

    assert list(page.context["cl"].result_list) == [overdue, soon, later, done]
    assert list(narrowed.context["cl"].result_list) == [overdue]


def test_the_first_page_says_what_is_owed_in_the_branch(officer: StaffAccount, client_as: In) -> None:
    DataRequestFactory(answer_by=date(2022, 2, 28))
    DataRequestFactory(answered_at=NOW, act_by=date(2022, 3, 16))
    DataRequestFactory(unit=unit_at("dien-bien"))
    panels = client_as(officer).get("/admin/").context["panels"]

    figures = next(panel.figures for panel in panels if panel.title == "Yêu cầu về dữ liệu cá nhân")
    assert [(figure.label, figure.count) for figure in figures] == [
        ("quá hạn", 1),
        ("chờ trả lời", 1),
        ("chờ thực hiện", 1),
    ]


def test_another_area_offers_its_own_act(officer: StaffAccount, client_as: In, monkeypatch: pytest.MonkeyPatch) -> None:
    url_name = "admin:initiatives_datarequest_hand_on"
    offer = acts.Offer("Xóa dữ liệu của người này", url_name, lambda request, by: request.kind == "delete")
    monkeypatch.setattr(acts, "OFFERED", [offer])
    pages = [
        client_as(officer).get(opened(DataRequestFactory(kind=kind))).content.decode() for kind in ("see", "delete")
    ]

    assert ["Xóa dữ liệu của người này" in page for page in pages] == [False, True]


def test_an_erased_one_says_so(officer: StaffAccount, client_as: In) -> None:
    request = DataRequestFactory(full_name="", phone="", phone_digits="", text="", erased_at=NOW)

    page = client_as(officer).get(opened(request)).content.decode()

    assert "Dữ liệu cá nhân đã được xóa lúc 9h00 ngày 2/3/2022." in page
    assert Initiative.objects.count() == 0


def test_only_what_the_portal_compared_is_said_to_fit(officer: StaffAccount, client_as: In) -> None:
    initiative, client = InitiativeFactory(unit=officer.unit), client_as(officer)
    fitted = DataRequestFactory(initiative=initiative)
    bound = DataRequestFactory(text="Tôi gửi lại.")
    acts.bind(bound.pk, initiative, by=officer, at=NOW)

    said = [b"".join(client.get(opened(each))) for each in (fitted, bound)]

    assert ["đã khớp với sáng kiến" in page.decode() for page in said] == [True, False]
