"""A decision in the admin: recorded, filled, announced and taken back; who may only look, and who sees nothing."""

import io
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

import initiatives.nominations.commendation_admin
import initiatives.nominations.exemplar_admin  # noqa: F401 - registered before the urlconf is read
from initiatives.models import (
    Commendation,
    CommendationDecision,
    DossierState,
    Exemplar,
    Initiative,
    SelectionRound,
    Status,
)
from initiatives.nominations import commending
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    DossierFactory,
    InitiativeFactory,
    NominationFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)

NOW = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)
NAME = "admin:initiatives_commendationdecision"


@pytest.fixture(autouse=True)
def clock(at: Callable[[Any], datetime]) -> None:
    at(NOW)


@pytest.fixture
def decision(db: None) -> CommendationDecision:
    make_tree()
    return CommendationDecisionFactory(announced_at=None, number="101/QĐ-LĐLĐ")


@pytest.fixture
def manager(decision: CommendationDecision, client_as: Callable[[StaffAccount], Client]) -> Client:
    return client_as(StaffAccountFactory(unit=decision.unit, role=Role.MANAGER))


def valid(decision: CommendationDecision, **fields: Any) -> Initiative:
    wanted = {"campaign": decision.campaign, "unit": unit_at("quang-tri/dong-ha"), "status": Status.VALID}
    return InitiativeFactory(**wanted | fields)


def address(name: str, decision: CommendationDecision, *more: Any) -> str:
    return reverse(f"{NAME}_{name}", args=[decision.pk, *more])


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def names(decision: CommendationDecision) -> list[str]:
    return list(decision.commendations.order_by("number").values_list("author", flat=True))


# --- recording --------------------------------------------------------------------------------------------------------


def typed(decision: CommendationDecision, **changes: Any) -> dict[str, Any]:
    sent = {
        "campaign": decision.campaign_id,
        "unit": decision.unit_id,
        "round": "",
        "number": "55/QĐ-LĐLĐ",
        "decided_on": "29/4/2022",
        "form": "Giấy khen",
    }
    return sent | changes


def test_a_decision_is_recorded_and_leads_to_choosing(decision: CommendationDecision, manager: Client) -> None:
    answer = manager.post(reverse(f"{NAME}_add"), typed(decision))

    made = CommendationDecision.objects.get(number="55/QĐ-LĐLĐ")
    assert (answer.status_code, answer["Location"]) == (302, address("pick", made))
    assert (str(made.decided_on), made.form, made.recorded_at, made.announced_at) == (
        "2022-04-29",
        "Giấy khen",
        NOW,
        None,
    )


WRONG = [
    ({"number": ""}, "Hãy nhập số quyết định."),
    ({"number": "9" * 61}, "tối đa 60"),
    ({"decided_on": "31/2/2022"}, "không có ngày 31"),
    ({"form": ""}, "Hãy nhập hình thức biểu dương."),
    ({"number": "101/QĐ-LĐLĐ", "decided_on": "28/4/2022"}, "Quyết định này đã được ghi."),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG, ids=[case[1] for case in WRONG])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    decision: CommendationDecision, manager: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = manager.post(reverse(f"{NAME}_add"), typed(decision, **changes))

    assert answer.status_code == 200
    assert sentence in seen(answer)
    assert typed(decision, **changes)["form"] in seen(answer)
    assert CommendationDecision.objects.count() == 1


def test_the_round_is_one_of_the_unit_in_the_campaign(decision: CommendationDecision, manager: Client) -> None:
    below = SelectionRoundFactory(campaign=decision.campaign, host=unit_at("quang-tri/dong-ha"))
    above = SelectionRoundFactory(campaign=decision.campaign, host=unit_at("tld"))
    elsewhere = SelectionRoundFactory(host=decision.unit)

    sentences = {
        row.name: seen(manager.post(reverse(f"{NAME}_add"), typed(decision, round=row.pk)))
        for row in (below, above, elsewhere)
    }

    assert "Đợt này do đơn vị khác xét chọn" in sentences[below.name]
    assert "Đợt này thuộc chương trình khác" in sentences[elsewhere.name]
    assert SelectionRound.objects.filter(pk=above.pk).exists()
    offered = seen(manager.get(reverse(f"{NAME}_add")))
    assert above.name not in offered
    assert f"{below.name} (LĐLĐ thành phố Đông Hà)" in offered
    assert CommendationDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("unit", "is_recorded"),
    [("quang-tri", True), ("quang-tri-2025", True), ("quang-binh", False), ("quang-tri/cd-vien-chuc-2025", False)],
)
def test_what_the_host_is_today_decides_upon_its_round(
    tree_of_2025: dict[str, Unit], client_as: Callable[[StaffAccount], Client], unit: str, is_recorded: bool
) -> None:
    """Of 2022, and decided after the merger: the paper is signed by the province of today."""
    round = SelectionRoundFactory(host=tree_of_2025["quang-tri"])
    manager = client_as(StaffAccountFactory(unit=tree_of_2025["quang-tri-2025"], role=Role.MANAGER))
    asked = {"campaign": round.campaign_id, "unit": tree_of_2025[unit].pk, "round": round.pk}
    rest = {"number": "7/QĐ-LĐLĐ", "decided_on": "29/4/2022", "form": "Giấy khen"}

    manager.post(reverse(f"{NAME}_add"), asked | rest)

    assert CommendationDecision.objects.filter(round=round).exists() is is_recorded


def test_a_decision_upon_a_round_begins_with_what_its_host_is_today(
    tree_of_2025: dict[str, Unit], client_as: Callable[[StaffAccount], Client]
) -> None:
    round = SelectionRoundFactory(host=tree_of_2025["quang-tri"])
    manager = client_as(StaffAccountFactory(unit=tree_of_2025["quang-tri"], role=Role.MANAGER))

    begun = manager.get(reverse(f"{NAME}_add"), {"round": round.pk}).context["adminform"].form.initial

    assert begun == {
        "campaign": round.campaign_id,
        "unit": tree_of_2025["quang-tri-2025"].pk,
        "round": round.pk,
    }


@pytest.mark.parametrize("code", ["quang-tri", "quang-tri-2025"])
@pytest.mark.parametrize(
    ("model", "field"),
    [("commendationdecision", "unit"), ("exemplar", "unit"), ("selectionround", "host"), ("tablelayout", "unit")],
)
def test_what_is_made_begins_with_what_ones_unit_is_today(
    tree_of_2025: dict[str, Unit], client_as: Callable[[StaffAccount], Client], code: str, model: str, field: str
) -> None:
    """Whenever one's account was made."""
    manager = client_as(StaffAccountFactory(unit=tree_of_2025[code], role=Role.MANAGER))

    page = manager.get(reverse(f"admin:initiatives_{model}_add"))

    assert page.context["adminform"].form.initial[field] == tree_of_2025["quang-tri-2025"].pk


def test_a_manager_records_nothing_for_a_unit_of_another_branch(
    decision: CommendationDecision, manager: Client
) -> None:
    answer = manager.post(reverse(f"{NAME}_add"), typed(decision, unit=unit_at("thanh-hoa").pk))

    assert answer.status_code in {200, 403}
    assert CommendationDecision.objects.count() == 1


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_ticked_ones_join_the_list_and_the_page_stays(decision: CommendationDecision, manager: Client) -> None:
    one = valid(decision, full_name="Lê Thị Mai", title="Giá xoay sấy ván")
    valid(decision, full_name="Phan Văn Tú")
    place = address("pick", decision) + "?tim=mai"

    listed = seen(manager.get(place))
    answer = manager.post(place, {"initiative": [one.pk]})

    assert ("Giá xoay sấy ván" in listed, "Phan Văn Tú" in listed) == (True, False)
    assert (answer.status_code, answer["Location"]) == (302, place)
    assert names(decision) == ["Lê Thị Mai"]


def test_with_a_round_the_accepted_nominees_are_offered_first(decision: CommendationDecision, manager: Client) -> None:
    held = SelectionRoundFactory(campaign=decision.campaign, host=decision.unit)
    CommendationDecision.objects.filter(pk=decision.pk).update(round=held)
    DossierFactory(round=held, unit=unit_at("quang-tri/dong-ha"), state=DossierState.ACCEPTED)
    second = NominationFactory(round=held, rank=2, initiative=valid(decision, title="Hạng hai đứng sau"))
    first = NominationFactory(round=held, rank=1, initiative=valid(decision, title="Hạng nhất đứng trước"))
    other = valid(decision, title="Không qua đợt xét chọn")

    offered = manager.get(address("pick", decision)).context["offered"]
    everything = manager.get(address("pick", decision) + "?nguon=tat-ca").context["offered"]

    assert [each.initiative for each in offered] == [first.initiative, second.initiative]
    assert other in [each.initiative for each in everything]


def test_the_list_tells_who_is_disputed_and_who_was_commended(decision: CommendationDecision, manager: Client) -> None:
    disputed, commended = valid(decision, title="Đang tranh chấp"), valid(decision, title="Đã được khen")
    ComplaintFactory(initiative=disputed)
    CommendationFactory(initiative=commended, decision=CommendationDecisionFactory(campaign=decision.campaign))

    offered = {each.initiative.title: each for each in manager.get(address("pick", decision)).context["offered"]}

    assert (offered["Đang tranh chấp"].is_disputed, offered["Đang tranh chấp"].is_commended) == (True, False)
    assert (offered["Đã được khen"].is_disputed, offered["Đã được khen"].is_commended) == (False, True)


HOSTILE = ["", "abc", "0", "-1", "9" * 30, "1e9", "987654321", "١٢", "1;2"]


@pytest.mark.parametrize("key", HOSTILE)
def test_a_key_that_is_none_names_nobody(decision: CommendationDecision, manager: Client, key: str) -> None:
    for name, field in (("pick", "initiative"), ("exemplar", "commendation")):
        assert manager.post(address(name, decision), {field: key}).status_code == 302
    for then in ("remove", "page", key):
        assert manager.post(address("order", decision), {"then": f"{then}-{key}"}).status_code == 302

    assert names(decision) == []


@pytest.mark.parametrize("query", ["p=abc", "p=99", "linh_vuc=khong-co", "tim=" + "a" * 900, "nguon=x", "p=-1"])
def test_whatever_the_address_asks_the_page_stands(decision: CommendationDecision, manager: Client, query: str) -> None:
    valid(decision)

    for name in ("pick", "change"):
        assert manager.get(f"{address(name, decision)}?{query}").status_code == 200


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_places_and_forms_are_saved_together(decision: CommendationDecision, manager: Client) -> None:
    first, second = (CommendationFactory(decision=decision, number=n, author=f"Tác giả {n}") for n in (1, 2))

    manager.post(
        address("order", decision),
        {f"thu_tu-{first.pk}": "2", f"hinh_thuc-{first.pk}": "Giấy khen", f"thu_tu-{second.pk}": "1"},
    )

    assert list(decision.commendations.order_by("number").values_list("author", "form")) == [
        ("Tác giả 2", decision.form),
        ("Tác giả 1", "Giấy khen"),
    ]


def lines(decision: CommendationDecision, **typed: str) -> dict[str, str]:
    """What the page sends: what was shown, and what stands in the fields now (`form_1` is the form of the first)."""
    sent = {}
    for each in decision.commendations.order_by("number"):
        for field, shown in (("thu_tu", str(each.number)), ("hinh_thuc", each.form)):
            short = {"thu_tu": "place", "hinh_thuc": "form"}[field]
            sent[f"initial-{field}-{each.pk}"] = shown
            sent[f"{field}-{each.pk}"] = typed.get(f"{short}_{each.number}", shown)
    return sent


@pytest.fixture
def two(decision: CommendationDecision) -> list[Commendation]:
    return [CommendationFactory(decision=decision, number=n, author=f"Tác giả {n}") for n in (1, 2)]


@pytest.mark.parametrize(
    ("then", "leads_to"),
    [
        ("announce", "announce"),
        ("pick", "pick"),
        ("edit", "edit"),
        ("page-2", "change"),
        ("names", "change"),
        ("", "change"),
    ],
)
def test_whichever_button_is_pressed_what_was_typed_is_saved(
    decision: CommendationDecision, manager: Client, two: list[Commendation], then: str, leads_to: str
) -> None:
    answer = manager.post(address("order", decision), lines(decision, form_2="Giấy khen", place_2="1") | {"then": then})

    assert answer["Location"].split("?")[0] == address(leads_to, decision)
    assert list(decision.commendations.order_by("number")) == [two[1], two[0]]
    assert decision.commendations.get(number=1).form == "Giấy khen"


def test_one_is_taken_away_and_what_was_typed_of_others_is_saved(
    decision: CommendationDecision, manager: Client, two: list[Commendation]
) -> None:
    manager.post(address("order", decision), lines(decision, form_2="Giấy khen") | {"then": f"remove-{two[0].pk}"})

    assert list(decision.commendations.values_list("author", "number", "form")) == [("Tác giả 2", 1, "Giấy khen")]


@pytest.mark.parametrize("then", ["announce", "pick", "names", "page-1", "remove"])
def test_what_is_wrong_is_said_before_any_button_does_its_work(
    decision: CommendationDecision, manager: Client, two: list[Commendation], then: str
) -> None:
    then = f"remove-{two[0].pk}" if then == "remove" else then
    answer = manager.post(address("order", decision), lines(decision, place_1="x", form_2="Vừa gõ") | {"then": then})

    assert answer.status_code == 422
    assert "chưa lưu gì" in seen(answer)
    assert 'value="Vừa gõ"' in seen(answer)
    assert names(decision) == ["Tác giả 1", "Tác giả 2"]


def test_whoever_goes_on_from_an_old_page_undoes_nobodys_order(
    decision: CommendationDecision, manager: Client, two: list[Commendation]
) -> None:
    old = lines(decision)
    manager.post(address("order", decision), lines(decision, place_2="1", form_1="Giấy khen"))

    manager.post(address("order", decision), old | {"then": "announce"})

    assert list(decision.commendations.order_by("number").values_list("author", "form")) == [
        ("Tác giả 2", decision.form),
        ("Tác giả 1", "Giấy khen"),
    ]


def test_the_page_sends_back_what_it_showed_and_enter_takes_nobody_away(
    decision: CommendationDecision, manager: Client, two: list[Commendation]
) -> None:
    text = seen(manager.get(address("change", decision)))

    for name, value in lines(decision).items():
        assert f'name="{name}" value="{value}"' in text or f'name="{name}" id="id_{name}" value="{value}"' in text
    first_button = text.split('id="lines"')[1].split("<button")[1].split(">")[0]
    assert 'name="then"' not in first_button


def test_the_page_tells_facts_then_people_then_what_to_do(
    decision: CommendationDecision, manager: Client, two: list[Commendation]
) -> None:
    text = seen(manager.get(address("change", decision)))

    order = ["Đơn vị ra quyết định", "Danh sách biểu dương (2)", "1. Tác giả 1", "2. Tác giả 2", "Chọn thêm sáng kiến"]
    order += ["Sửa số, ngày, hình thức</button>", "Công bố…", "Tải danh sách Excel"]
    assert sorted(order, key=text.index) == order


def test_consent_counts_only_of_the_author_who_gave_it(decision: CommendationDecision, manager: Client) -> None:
    own = valid(decision, publish_consented_at=NOW)
    of_another = valid(decision, publish_consented_at=NOW, recognised_author=1)
    commending.add(decision.pk, [own.pk, of_another.pk])

    asked = manager.get(address("announce", decision))
    desk = manager.get(address("change", decision))

    assert asked.context["consenting"] == 1
    assert desk.context["consents"] == {decision.commendations.get(initiative=own).pk}


@pytest.mark.parametrize("place", ["", "0", "x", "-1", "99999999", "1.5"])
def test_a_place_that_is_none_is_said_and_the_form_is_kept(
    decision: CommendationDecision, manager: Client, place: str
) -> None:
    one = CommendationFactory(decision=decision)

    answer = manager.post(
        address("order", decision), {f"thu_tu-{one.pk}": place, f"hinh_thuc-{one.pk}": "Giấy khen riêng"}
    )

    assert answer.status_code == 422
    assert "Giấy khen riêng" in seen(answer)
    assert decision.commendations.get().form == decision.form


def test_names_that_changed_are_told_and_taken_anew(decision: CommendationDecision, manager: Client) -> None:
    initiative = valid(decision, title="Tên cũ")
    commending.add(decision.pk, [initiative.pk])
    Initiative.objects.filter(pk=initiative.pk).update(title="Tên mới")

    assert "đã đổi sau khi chọn" in seen(manager.get(address("change", decision)))
    manager.post(address("order", decision), lines(decision) | {"then": "names"})

    assert "đã đổi sau khi chọn" not in seen(manager.get(address("change", decision)))
    assert decision.commendations.get().title == "Tên mới"


def test_putting_right_keeps_what_was_typed_when_it_is_refused(decision: CommendationDecision, manager: Client) -> None:
    CommendationDecisionFactory(unit=decision.unit, number="7/QĐ", decided_on="2022-04-01")

    answer = manager.post(
        address("edit", decision), {"number": "7/QĐ", "decided_on": "1/4/2022", "form": "Hình thức vừa gõ"}
    )

    assert answer.status_code == 422
    assert "cùng số và ngày này" in seen(answer)
    assert "Hình thức vừa gõ" in seen(answer)


# --- announcing and taking back ---------------------------------------------------------------------------------------


def announce(decision: CommendationDecision, client: Client) -> HttpResponse:
    edition = client.get(address("announce", decision)).context["edition"]
    return client.post(address("announce", decision), {"edition": edition})


def test_announcing_asks_first_and_then_does(decision: CommendationDecision, manager: Client) -> None:
    commending.add(decision.pk, [valid(decision, full_name="Lê Thị Mai").pk])

    asked = seen(manager.get(address("announce", decision)))
    decision.refresh_from_db()
    assert ("Lê Thị Mai" in asked, decision.announced_at) == (True, None)
    answer = announce(decision, manager)

    decision.refresh_from_db()
    assert (answer.status_code, decision.announced_at) == (302, NOW)
    for page in ("announce", "pick"):  # a second tap, or an old tab
        assert manager.get(address(page, decision)).status_code == 302


def test_who_read_another_list_is_told(decision: CommendationDecision, manager: Client) -> None:
    commending.add(decision.pk, [valid(decision).pk])

    answer = manager.post(address("announce", decision), {"edition": "cu"})

    assert answer.status_code == 409
    assert "vừa được người khác sửa" in seen(answer)
    decision.refresh_from_db()
    assert decision.announced_at is None


def test_taking_back_asks_for_a_reason(decision: CommendationDecision, manager: Client) -> None:
    commending.add(decision.pk, [valid(decision).pk])
    announce(decision, manager)

    refused = manager.post(address("recall", decision), {"because": " "})
    decision.refresh_from_db()
    assert (refused.status_code, decision.is_announced) == (422, True)
    assert "Hãy ghi lý do" in seen(refused)
    manager.post(address("recall", decision), {"because": "Ghi nhầm tên"})

    decision.refresh_from_db()
    assert decision.announced_at is None
    assert "Ghi nhầm tên" in seen(manager.get(address("history", decision)))


def test_an_announced_one_is_put_forward_as_a_model(decision: CommendationDecision, manager: Client) -> None:
    commending.add(decision.pk, [valid(decision).pk])
    one = decision.commendations.get()
    manager.post(address("exemplar", decision), {"commendation": one.pk})
    assert not Exemplar.objects.exists()
    announce(decision, manager)

    for _ in range(2):
        answer = manager.post(address("exemplar", decision), {"commendation": one.pk})

    exemplar = Exemplar.objects.get()
    assert answer["Location"] == reverse("admin:initiatives_exemplar_change", args=[exemplar.pk])
    assert (exemplar.commendation, exemplar.unit, exemplar.shown_at) == (one, one.initiative.unit, None)


# --- papers -----------------------------------------------------------------------------------------------------------


def test_the_list_is_a_sheet_of_text_alone(decision: CommendationDecision, manager: Client) -> None:
    one = CommendationFactory(decision=decision, author="=1+1", title="+HYPERLINK(1)", unit_name="Công đoàn @x")

    answer = manager.get(address("sheet", decision))

    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG TRỊ"
    assert rows[1][0] == "DANH SÁCH SÁNG KIẾN ĐƯỢC BIỂU DƯƠNG"
    assert rows[3][0] == "Kèm theo Quyết định số 101/QĐ-LĐLĐ, ngày 28 tháng 4 năm 2022"
    assert rows[4][0] == "CHƯA CÔNG BỐ"
    assert rows[-1][1:5] == ["=1+1", "Công đoàn @x", "+HYPERLINK(1)", one.form]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_the_list_is_printed_in_the_size_it_is_written_in(decision: CommendationDecision, manager: Client) -> None:
    """It goes with a decision: wider than its paper, all of it would be shrunk, as it was to eight points."""
    sheet = load_workbook(io.BytesIO(manager.get(address("sheet", decision)).content)).active

    written = sum(column.width * 7 for column in sheet.column_dimensions.values()) / 96  # inches; 7 pixels a character
    margins = sheet.page_margins
    assert written <= 297 / 25.4 - margins.left - margins.right
    assert [round(each * 25.4) for each in (margins.left, margins.right, margins.top, margins.bottom)] == [
        30,
        15,
        20,
        20,
    ]
    assert (sheet.HeaderFooter.differentFirst, sheet.oddHeader.center.text) == (True, "&P")


def test_certificates_are_printed_a_page_of_the_list_at_once(decision: CommendationDecision, manager: Client) -> None:
    CommendationFactory(decision=decision, number=1)
    CommendationFactory(decision=decision, number=2)

    whole, one = manager.get(address("certificates", decision)), manager.get(address("certificate", decision, 2))

    assert whole["Content-Type"] == one["Content-Type"] == "application/pdf"
    assert len(whole.content) > len(one.content)
    assert manager.get(address("certificate", decision, 3)).status_code == 404
    assert manager.get(address("certificate", decision, 99999999999999999999)).status_code == 404


# --- who sees what ----------------------------------------------------------------------------------------------------

READ = ("change", "sheet", "history")
WRITE = ("pick", "edit", "announce", "recall")
POSTED = ("order", "exemplar")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_only_looks_finds_no_button_and_may_press_none(
    decision: CommendationDecision, client_as: Callable[[StaffAccount], Client], role: str
) -> None:
    CommendationFactory(decision=decision, author="Lê Thị Mai")
    client = client_as(StaffAccountFactory(unit=decision.unit, role=role))

    page = seen(client.get(address("change", decision)))

    assert "Lê Thị Mai" in page
    assert "<form" not in page.split('id="content-main"')[1].split('id="footer"')[0]
    assert [client.get(address(name, decision)).status_code for name in READ] == [200] * 3
    assert [client.get(address(name, decision)).status_code for name in (*WRITE, "certificates")] == [403] * 5
    assert [client.post(address(name, decision)).status_code for name in (*WRITE, *POSTED)] == [403] * 6
    assert client.get(reverse(f"{NAME}_add")).status_code == 403
    assert Commendation.objects.count() == 1


@pytest.mark.parametrize("code", ["thanh-hoa", "quang-tri/dong-ha"])
def test_another_branch_and_a_unit_below_see_as_much_as_of_a_missing_one(
    decision: CommendationDecision, client_as: Callable[[StaffAccount], Client], code: str
) -> None:
    one = CommendationFactory(decision=decision, author="Lê Thị Mai")
    client = client_as(StaffAccountFactory(unit=unit_at(code), role=Role.MANAGER))

    for name in (*READ, *WRITE, "certificates"):
        assert client.get(address(name, decision)).status_code == 404, name
    for name in (*WRITE, *POSTED):
        assert client.post(address(name, decision), {"commendation": one.pk}).status_code == 404, name
    assert "101/QĐ-LĐLĐ" not in seen(client.get(reverse(f"{NAME}_changelist")))
    assert Commendation.objects.count() == 1


@pytest.mark.parametrize("name", POSTED)
def test_what_changes_something_is_posted(decision: CommendationDecision, manager: Client, name: str) -> None:
    assert manager.get(address(name, decision)).status_code == 405


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["change", "pick", "announce", "sheet", "changelist", "certificates"])
@pytest.mark.parametrize("is_announced", [False, True], ids=["waiting", "announced"])
def test_a_page_asks_as_many_statements_for_three_as_for_one(
    decision: CommendationDecision, manager: Client, name: str, is_announced: bool
) -> None:
    if is_announced:
        CommendationDecision.objects.update(announced_at=NOW)
    page = reverse(f"{NAME}_changelist") if name == "changelist" else address(name, decision)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            CommendationFactory(decision=decision, initiative=valid(decision))
            CommendationFactory(
                decision=CommendationDecisionFactory(unit=decision.unit, campaign=decision.campaign),
                initiative=valid(decision),
            )
        for number, each in enumerate(decision.commendations.all(), start=1):
            Commendation.objects.filter(pk=each.pk).update(number=number)
        manager.get(page)
        with CaptureQueriesContext(connection) as asked:
            manager.get(page)
        counts.append(len(asked))

    assert counts[0] == counts[1]
