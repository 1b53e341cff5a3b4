"""The desk of a dossier, beginning one, sealing it, and the answers of the unit that holds the round."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import lifecycle
from initiatives.models import (
    CameBy,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierFile,
    DossierState,
    Nomination,
    Standing,
    Status,
)
from initiatives.nominations import dossiers, sealing
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import AttachmentFactory, CoAuthorFactory, ContactFactory
from tests.factories.selection import ComplaintFactory, DossierFactory, SelectionRoundFactory
from tests.nominations.dossier_office import DISTRICT, NOW, PROVINCE, Office, messages_of
from tests.submission import samples

PDF = samples.pdf("Tờ trình")


@pytest.fixture
def office(db: None, client_as: Callable[[StaffAccount], Client], at: Callable[..., datetime]) -> Office:
    at(NOW)
    return Office.opened(client_as)


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked)


# --- beginning one --------------------------------------------------------------------------------------------------------


def test_a_button_begins_a_dossier_and_a_second_tap_leads_to_the_same_one(office: Office) -> None:
    address = reverse("admin:initiatives_dossier_open", args=[office.round.pk, office.unit.pk])
    client = office.client()

    asked = client.get(address)
    assert (asked.status_code, Dossier.objects.count()) == (200, 0)
    assert "Lập hồ sơ" in asked.content.decode()
    first, second = client.post(address), client.post(address)

    made = Dossier.objects.get()
    assert first.url == second.url == reverse("admin:initiatives_dossier_change", args=[made.pk])
    assert client.get(address).url == first.url


def test_who_only_looks_finds_no_button_and_begins_nothing(office: Office) -> None:
    viewer = office.client(office.staff(DISTRICT, Role.VIEWER))
    address = reverse("admin:initiatives_dossier_open", args=[office.round.pk, office.unit.pk])

    assert "Lập hồ sơ</button>" not in viewer.get(address).content.decode()
    assert viewer.post(address).status_code == 403
    assert Dossier.objects.count() == 0


@pytest.mark.parametrize(
    ("place", "unit"),
    [
        pytest.param("dien-bien", DISTRICT, id="a unit outside the branch"),
        pytest.param(PROVINCE, "quang-tri/dong-ha/may-song-hieu", id="a unit not directly below the host"),
        pytest.param("quang-tri/huong-hoa", DISTRICT, id="a neighbour's"),
        pytest.param(PROVINCE, None, id="no unit at all"),
    ],
)
def test_a_dossier_that_cannot_be_is_missing(office: Office, place: str, unit: str | None) -> None:
    client = office.client(office.staff(place, Role.MANAGER))
    key = office.units[unit].pk if unit else 987_654_321
    address = reverse("admin:initiatives_dossier_open", args=[office.round.pk, key])

    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
    assert Dossier.objects.count() == 0


# --- the desk -------------------------------------------------------------------------------------------------------------


def test_the_desk_shows_who_stands_in_order_and_how_many_places_are_taken(office: Office) -> None:
    office.nominate("Bàn gá cắt vải", field="production")
    office.nominate("Máy sấy ván", full_name="Hồ Văn Nam", field="other", as_reserve=True)
    office.round.commended_fields = ["production"]
    office.round.save()

    page = office.client().get(office.desk).content.decode()

    assert page.index("Bàn gá cắt vải") < page.index("Máy sấy ván")
    assert "1/2 đã dùng" in page
    assert "Hồ Văn Nam" in page
    assert page.count("Lĩnh vực này không thuộc diện biểu dương") == 1
    assert "Hạn gửi hồ sơ đến hết ngày 15/4/2022, còn 26 ngày." in page


@pytest.mark.parametrize(
    ("act", "moved", "order"),
    [
        pytest.param("up", "B", ["B", "A", "C"], id="up"),
        pytest.param("down", "B", ["A", "C", "B"], id="down"),
        pytest.param("up", "A", ["A", "B", "C"], id="the first stays"),
        pytest.param("down", "C", ["A", "B", "C"], id="the last stays"),
    ],
)
def test_one_is_moved_by_a_button(
    client_as: Callable[[StaffAccount], Client],
    db: None,
    at: Callable[..., datetime],
    act: str,
    moved: str,
    order: list,
) -> None:
    at(NOW)
    office = Office.opened(client_as, each_unit_max=None)
    stands = {title: office.nominate(title) for title in "ABC"}

    answer = office.act(act, stands[moved])

    assert (answer.status_code, answer.url) == (302, f"{office.desk}#de-cu-{stands[moved].pk}")
    assert office.titles() == order


def test_withdrawing_asks_why_and_offers_the_next_reserve(office: Office) -> None:
    first, second = office.nominate("Thứ nhất"), office.nominate("Thứ hai")
    reserve = office.nominate("Dự bị một", as_reserve=True)

    unsaid = office.act("withdraw", first, because="  ")
    assert unsaid.status_code == 422
    assert "Hãy ghi lý do rút." in unsaid.content.decode()
    assert messages_of(unsaid) == ["Chưa ghi gì. Hãy xem chỗ được đánh dấu bên dưới."]
    done = office.client().post(
        office.desk,
        {"act": "withdraw", "edition": office.dossier.edition, "nomination": first.pk, "because": "Tác giả xin rút"},
        follow=True,
    )

    assert office.titles() == ["Thứ hai"]
    assert any("Dự bị một" in said for said in messages_of(done))
    page = done.content.decode()
    assert "Còn chỗ trong danh sách" in page
    assert "Tác giả xin rút" in page
    assert office.act("promote", reserve).status_code == 302
    assert office.titles() == ["Thứ hai", "Dự bị một"]
    assert second.pk


def test_one_too_many_is_not_promoted_and_the_page_says_why(office: Office) -> None:
    office.nominate("Thứ nhất")
    office.nominate("Thứ hai")
    reserve = office.nominate("Dự bị một", as_reserve=True)

    answer = office.act("promote", reserve)

    assert answer.status_code == 409
    assert "đã dùng hết số lượng" in messages_of(answer)[0]
    assert office.titles(Standing.RESERVE) == ["Dự bị một"]


def test_one_goes_down_among_the_reserves(office: Office) -> None:
    first = office.nominate("Thứ nhất")

    assert office.act("reserve", first).status_code == 302

    assert (office.titles(), office.titles(Standing.RESERVE)) == ([], ["Thứ nhất"])


@pytest.mark.parametrize("act", ["up", "reserve", "promote", "withdraw"])
def test_who_read_an_older_page_is_told_and_keeps_what_was_typed(office: Office, act: str) -> None:
    office.nominate("Thứ nhất")
    second = office.nominate("Thứ hai")
    read = office.dossier.edition
    office.act("up", second)

    answer = office.act(act, second, edition=read, because="Chưa đủ giấy tờ")

    assert answer.status_code == 409
    assert "vừa có người khác thay đổi" in messages_of(answer)[0]
    assert office.titles() == ["Thứ hai", "Thứ nhất"]
    assert "Chưa đủ giấy tờ" in answer.content.decode()


@pytest.mark.parametrize("posted", [{}, {"act": "khong-co"}, {"act": "\x00"}, {"act": "up", "nomination": "9" * 400}])
def test_what_says_nothing_does_nothing(office: Office, posted: dict[str, str]) -> None:
    office.nominate("Thứ nhất")

    answer = office.client().post(office.desk, {"edition": office.dossier.edition} | posted)

    assert answer.status_code in {400, 409}
    assert office.titles() == ["Thứ nhất"]


def test_a_viewer_looks_and_no_button_is_there(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.nominate("Máy sấy ván", as_reserve=True)
    viewer = office.client(office.staff(DISTRICT, Role.VIEWER))

    page = viewer.get(office.desk).content.decode()

    assert "Bàn gá cắt vải" in page
    main = page[page.index('id="content-main"') :]
    assert ("<form" in main, "<button" in main, "/gui/" in main) == (False, False, False)
    assert viewer.post(office.desk, {"act": "up"}).status_code == 403


@pytest.mark.parametrize("name", ["change", "candidates", "seal", "host"])
def test_a_dossier_outside_the_branch_is_missing(office: Office, name: str) -> None:
    neighbour = office.client(office.staff("quang-tri/huong-hoa", Role.MANAGER))
    address = office.address(name)

    assert office.client(office.province).get(address).status_code == 200
    assert [neighbour.get(address).status_code, neighbour.post(address).status_code] == [404, 404]


def test_the_whole_desk_takes_as_many_statements_for_three_as_for_one(
    client_as: Callable[[StaffAccount], Client], db: None, at: Callable[..., datetime]
) -> None:
    at(NOW)
    office = Office.opened(
        client_as, each_unit_max=None, dossier_items=["letter", "summary_table", "recognition_decisions"]
    )
    client = office.client()

    def grow(title: str) -> None:
        chosen = office.nominate(title)
        office.nominate(f"{title} dự bị", as_reserve=True)
        withdrawn = office.nominate(f"{title} rút")
        office.act("withdraw", withdrawn, because="Tác giả xin rút")
        CoAuthorFactory(initiative=chosen.initiative, number=1)
        AttachmentFactory(initiative=chosen.initiative)
        dossiers.note_paper(office.dossier, "recognition_decisions", nomination=chosen, by=office.district, at=NOW)
        ComplaintFactory(initiative=chosen.initiative)

    grow("Một")
    dossiers.note_paper(office.dossier, "letter", by=office.district, at=NOW)
    pages = {name: office.address(name) for name in ("change", "seal")} | {"list": "/admin/initiatives/dossier/"}
    before = {name: statements(client, address) for name, address in pages.items()}
    host = office.client(office.province)
    before_host = statements(host, office.address("host"))
    grow("Hai")
    grow("Ba")
    DossierFactory(round=office.round, unit=office.units["quang-tri/huong-hoa"])

    assert {name: statements(client, address) for name, address in pages.items()} == before
    assert statements(host, office.address("host")) == before_host


# --- papers ---------------------------------------------------------------------------------------------------------------


def upload(name: str = "To trinh.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_a_scan_is_kept_shown_and_taken_away(office: Office) -> None:
    added = office.act("file", part="letter", file=upload())
    assert (added.status_code, added.url) == (302, f"{office.desk}#tai-lieu")
    kept = DossierFile.objects.get()
    client = office.client()

    page, file = client.get(office.desk), client.get(reverse("admin:initiatives_dossier_file", args=[kept.pk]))
    assert "To trinh.pdf" in page.content.decode()
    assert file["Content-Disposition"].startswith("inline")
    assert b"".join(file.streaming_content) == PDF
    office.act("remove", paper=str(kept.pk))

    assert dossiers.files_of(office.dossier) == []


def test_a_removed_row_of_another_dossier_is_not_taken(office: Office) -> None:
    other = DossierFactory(round=office.round, unit=office.units["quang-tri/huong-hoa"])
    theirs = dossiers.note_paper(other, "letter", by=office.province, at=NOW)

    assert office.act("remove", paper=str(theirs.pk)).status_code == 409
    assert DossierFile.objects.filter(removed_at=None).count() == 1


def test_a_paper_is_noted_without_a_file(office: Office) -> None:
    assert office.act("paper", part="letter").status_code == 302

    assert DossierFile.objects.get().is_on_paper
    assert "Có bản giấy" in office.client().get(office.desk).content.decode()


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        pytest.param({"part": "letter"}, "Hãy chọn tệp, hoặc bấm “Ghi có bản giấy”.", id="no file"),
        pytest.param({"part": ""}, "Hãy chọn thành phần hồ sơ.", id="no part"),
        pytest.param({"part": "gi-do"}, "Lựa chọn này không còn trong danh sách. Hãy chọn lại.", id="an unknown part"),
    ],
)
def test_what_is_missing_of_a_paper_is_said(office: Office, posted: dict[str, str], sentence: str) -> None:
    answer = office.act("file", **posted)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert DossierFile.objects.count() == 0


def test_a_file_that_is_none_is_refused_with_its_sentence(office: Office) -> None:
    answer = office.act("file", part="letter", file=upload("to-trinh.exe", b"MZ"))

    assert answer.status_code == 422
    assert "không thuộc loại được nhận" in answer.content.decode()


def test_the_checklists_link_chooses_the_part_and_the_nominee(
    client_as: Callable[[StaffAccount], Client], db: None, at: Callable[..., datetime]
) -> None:
    at(NOW)
    office = Office.opened(client_as, dossier_items=["letter", "recognition_decisions"])
    nominee = office.nominate("Bàn gá cắt vải")

    page = office.client().get(office.desk).content.decode()
    address = f"{office.desk}?phan=recognition_decisions&amp;de-cu={nominee.pk}#them-tai-lieu"
    assert address in page
    opened = office.client().get(office.desk, {"phan": "recognition_decisions", "de-cu": str(nominee.pk)})

    form = opened.context["paper_form"]
    assert f'<option value="{nominee.pk}" selected>' in str(form["nomination"])
    assert '<option value="recognition_decisions" selected>' in str(form["part"])
    assert office.act("paper", part="recognition_decisions").status_code == 422
    assert office.act("paper", nominee, part="recognition_decisions").status_code == 302


def test_a_file_outside_the_branch_is_missing(office: Office) -> None:
    office.act("file", part="letter", file=upload())
    address = reverse("admin:initiatives_dossier_file", args=[DossierFile.objects.get().pk])

    assert b"".join(office.client(office.province).get(address).streaming_content) == PDF
    assert office.client(office.staff("dien-bien", Role.MANAGER)).get(address).status_code == 404
    assert (
        office.client(office.province).get(reverse("admin:initiatives_dossier_file", args=[10**17])).status_code == 404
    )


# --- sealing --------------------------------------------------------------------------------------------------------------


def seal(office: Office, who: StaffAccount | None = None, **posted: Any) -> Any:
    sent = {"edition": office.dossier.edition, "no_complaints": "on"} | posted
    return office.client(who).post(office.address("seal"), {name: value for name, value in sent.items() if value})


def test_what_is_missing_stands_on_the_seal_page_without_a_button(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")

    page = office.client().get(office.address("seal")).content.decode()

    assert "Chưa có tờ trình của ban thường vụ." in page
    assert "Niêm phong và gửi</button>" not in page
    assert seal(office).status_code == 409
    assert office.state == DossierState.PREPARING


def test_sealing_asks_for_complaints_and_sends(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.hold_papers()

    page = office.client().get(office.address("seal")).content.decode()
    assert "Niêm phong và gửi</button>" in page
    unsaid = seal(office, no_complaints="")
    assert unsaid.status_code == 422
    assert "Hãy xác nhận không có khiếu nại" in unsaid.content.decode()
    assert seal(office).status_code == 302

    dossier = office.dossier
    assert (dossier.state, dossier.version, dossier.versions.get().is_late) == (DossierState.SENT, 1, False)
    assert 'class="decision"' not in office.client().get(office.desk).content.decode()


def test_a_late_dossier_says_so_and_is_sent(office: Office, at: Callable[..., datetime]) -> None:
    office.nominate("Bàn gá cắt vải")
    office.hold_papers()
    at(NOW + timedelta(days=40))

    page = office.client().get(office.address("seal")).content.decode()
    assert "Hồ sơ quá hạn." in page
    assert seal(office).status_code == 302

    assert office.dossier.versions.get().is_late
    assert "quá hạn" in office.client().get("/admin/initiatives/dossier/").content.decode()


def test_a_late_dossier_is_accepted_once_its_unit_was_granted_more_time(
    office: Office, at: Callable[..., datetime]
) -> None:
    office.nominate("Bàn gá cắt vải")
    office.hold_papers()
    at(NOW + timedelta(days=40))
    seal(office)
    host = office.client(office.province)

    page = host.get(office.address("host")).content.decode()
    assert "Chưa chấp nhận được: hồ sơ quá hạn" in page
    assert 'value="accept"' not in page
    assert (answer(office, "accept", no_complaints="on").status_code, office.state) == (409, DossierState.SENT)

    sent_on = office.dossier.versions.get().sent_on
    answer(office, "extend", until=f"{sent_on:%d/%m/%Y}", because="Mưa lũ")
    page = host.get(office.address("host")).content.decode()
    assert "hồ sơ quá hạn" not in page
    assert 'value="accept"' in page
    assert (answer(office, "accept", no_complaints="on").status_code, office.state) == (302, DossierState.ACCEPTED)


def test_who_seals_an_older_page_is_told(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.hold_papers()
    read = office.dossier.edition
    office.nominate("Máy sấy ván")

    assert seal(office, edition=str(read)).status_code == 409
    assert office.state == DossierState.PREPARING


def test_a_reviewer_of_a_district_prepares_and_does_not_seal(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.hold_papers()
    reviewer = office.staff(DISTRICT, Role.REVIEWER)

    desk = office.client(reviewer).get(office.desk).content.decode()
    assert ("Giới thiệu sáng kiến" in desk, "Xem lại và gửi" in desk) == (True, False)
    assert seal(office, reviewer).status_code == 403


# --- the unit that holds the round ------------------------------------------------------------------------------------------


def answer(office: Office, act: str, who: StaffAccount | None = None, **posted: Any) -> Any:
    sent = {"act": act, "version": office.dossier.version} | posted
    return office.client(who or office.province).post(office.address("host"), sent)


def test_a_dossier_is_received_returned_mended_and_accepted(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()

    assert answer(office, "receive").status_code == 302
    assert office.state == DossierState.RECEIVED
    unsaid = answer(office, "return", remarks="")
    assert (unsaid.status_code, office.state) == (422, DossierState.RECEIVED)
    assert answer(office, "return", remarks="Tờ trình chưa có dấu.").status_code == 302
    desk = office.client().get(office.desk).content.decode()
    assert "Cấp trên trả lại để hoàn thiện" in desk
    assert "Tờ trình chưa có dấu." in desk
    assert seal(office).status_code == 302
    unsaid = answer(office, "accept")
    assert (unsaid.status_code, office.state) == (422, DossierState.SENT)
    assert answer(office, "accept", no_complaints="on").status_code == 302
    assert office.state == DossierState.ACCEPTED
    assert "Không còn gì phải trả lời" in office.client(office.province).get(office.address("host")).content.decode()


def test_what_was_read_is_what_is_answered(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    answer(office, "return", remarks="Thiếu dấu.")
    seal(office)

    late = answer(office, "return", version=1, remarks="Vẫn thiếu dấu.")

    assert (late.status_code, office.state) == (409, DossierState.SENT)
    assert "Vẫn thiếu dấu." in late.content.decode()


def test_of_two_answers_the_second_is_told_and_keeps_its_words(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    answer(office, "accept", no_complaints="on")

    second = answer(office, "return", remarks="Tờ trình chưa có dấu.")

    assert (second.status_code, office.state) == (409, DossierState.ACCEPTED)
    assert "Tờ trình chưa có dấu." in second.content.decode()


def test_more_time_is_granted_with_a_reason(office: Office) -> None:
    unsaid = answer(office, "extend", until="20/4/2022", because="")
    assert unsaid.status_code == 422
    assert 'value="20/4/2022"' in unsaid.content.decode()
    assert answer(office, "extend", until="1/4/2022", because="Bão").status_code == 409

    assert answer(office, "extend", until="20/4/2022", because="Bão số 5").status_code == 302

    page = office.client().get(office.desk).content.decode()
    assert "Được gia hạn đến hết ngày 20/4/2022" in page
    assert "Bão số 5" in page


@pytest.mark.parametrize(
    ("posted", "status"),
    [
        pytest.param({"by_way": "paper", "arrived_on": "18/3/2022"}, 302, id="on paper"),
        pytest.param({"by_way": "email", "arrived_on": "20/3/2022"}, 302, id="by email, today"),
        pytest.param({"by_way": "paper", "arrived_on": "21/3/2022"}, 422, id="tomorrow"),
        pytest.param({"by_way": "paper", "arrived_on": ""}, 422, id="without its day"),
        pytest.param({"by_way": "portal", "arrived_on": ""}, 422, id="nothing to take back"),
        pytest.param({"by_way": "x\x00", "arrived_on": "31/2/2022"}, 422, id="nonsense"),
    ],
)
def test_what_came_on_paper_is_recorded_with_its_day(office: Office, posted: dict[str, str], status: int) -> None:
    assert answer(office, "outside", **posted).status_code in {status, 400 if "\x00" in posted["by_way"] else status}

    assert (office.dossier.came_by != CameBy.PORTAL) == (status == 302)


def test_the_host_sends_for_a_unit_only_after_recording_how_it_came(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.hold_papers()

    page = office.client(office.province).get(office.address("seal")).content.decode()
    assert "Trước khi gửi thay" in page
    assert "Niêm phong và gửi</button>" not in page
    assert seal(office, office.province).status_code == 409
    answer(office, "outside", by_way="paper", arrived_on="18/3/2022")

    assert seal(office, office.province).status_code == 302
    assert office.dossier.versions.get().sent_on == date(2022, 3, 18)


def test_what_was_recorded_by_mistake_is_taken_back(office: Office) -> None:
    answer(office, "outside", by_way="paper", arrived_on="18/3/2022")

    assert answer(office, "outside", by_way="portal", arrived_on="18/3/2022").status_code == 302

    assert (office.dossier.came_by, office.dossier.arrived_on) == (CameBy.PORTAL, None)


@pytest.mark.parametrize(
    ("place", "role"), [(DISTRICT, Role.MANAGER), (PROVINCE, Role.REVIEWER), (PROVINCE, Role.VIEWER)]
)
def test_only_a_manager_of_the_host_answers(office: Office, place: str, role: str) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    who = office.staff(place, role)

    assert office.client(who).get(office.address("host")).status_code == 403
    assert answer(office, "accept", who, no_complaints="on").status_code == 403
    assert "/cap-tren/" not in office.client(who).get(office.desk).content.decode()
    assert office.state == DossierState.SENT


def test_a_complaint_stands_on_the_desk_and_keeps_from_sealing(office: Office) -> None:
    chosen = office.nominate("Bàn gá cắt vải")
    office.hold_papers()
    ComplaintFactory(initiative=chosen.initiative)

    assert "Chưa giải quyết" in office.client().get(office.desk).content.decode()
    assert seal(office).status_code == 409
    assert office.state == DossierState.PREPARING


# --- the list -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        pytest.param("", ["dong-ha", "huong-hoa"], id="all of the branch"),
        pytest.param("?state=sent", ["dong-ha"], id="by state"),
        pytest.param("?way=to", ["dong-ha", "huong-hoa"], id="sent to one's own unit"),
        pytest.param("?way=from", [], id="sent by one's own unit"),
        pytest.param("?state=\x01x", ["dong-ha", "huong-hoa"], id="what is unknown narrows nothing"),
    ],
)
def test_the_list_is_of_the_branch_and_narrowed(office: Office, asked: str, shown: list[str]) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    DossierFactory(round=office.round, unit=office.units["quang-tri/huong-hoa"])

    answer = office.client(office.province).get(f"/admin/initiatives/dossier/{asked}", follow=True)

    rows = answer.context["cl"].result_list
    assert sorted(each.unit.code.rpartition("/")[2] for each in rows) == shown


def test_a_nominee_of_another_dossier_is_not_moved(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    stranger = Nomination.objects.create(
        round=office.round,
        unit=office.units["quang-tri/huong-hoa"],
        initiative=office.initiative("Của huyện khác", unit=office.units["quang-tri/huong-hoa"]),
        nominated_by=office.province,
        nominated_at=NOW,
    )

    for act in ("up", "reserve", "withdraw"):
        assert office.act(act, stranger, because="Thử").status_code == 409
    stranger.refresh_from_db()
    assert stranger.standing == Standing.CHOSEN


# --- papers beside files, of reserves; what is refused is said before ------------------------------------------------------


def test_a_file_chosen_beside_the_note_of_paper_is_not_lost_in_silence(office: Office) -> None:
    file = SimpleUploadedFile("to-trinh.pdf", PDF, content_type="application/pdf")

    answer = office.act("paper", part="letter", file=file)

    assert answer.status_code == 422
    assert "Bạn đã chọn tệp nhưng bấm “Ghi có bản giấy”, nên chưa ghi gì." in answer.content.decode()
    assert not DossierFile.objects.exists()


def test_the_decision_of_a_reserve_is_kept(db: None, client_as: Any, at: Callable[..., datetime]) -> None:
    at(NOW)
    office = Office.opened(client_as, dossier_items=["recognition_decisions"])
    office.nominate("Bàn gá")
    reserve = office.nominate("Máy sấy", as_reserve=True)
    file = SimpleUploadedFile("quyet-dinh.pdf", PDF, content_type="application/pdf")
    (warning,) = [
        line
        for group in office.client().get(office.desk).context["warned"]
        for line in group.lines
        if "chưa có quyết định" in line.sentence
    ]

    page = office.client().get(warning.address).content.decode()
    answer = office.act("file", part="recognition_decisions", nomination=reserve, file=file)

    assert f'<option value="{reserve.pk}" selected>Dự bị 1. Máy sấy</option>' in page
    assert (answer.status_code, DossierFile.objects.get().nomination) == (302, reserve)


@pytest.mark.parametrize("name", ["change", "seal", "host"])
def test_a_decision_that_came_with_its_initiative_is_no_gap(
    db: None, client_as: Any, at: Callable[..., datetime], name: str
) -> None:
    at(NOW)
    office = Office.opened(client_as, dossier_items=["recognition_decisions"])
    nominee = office.nominate("Bàn gá")
    held = AttachmentFactory(initiative=nominee.initiative, name="quyet-dinh-12.pdf")
    AttachmentFactory(initiative=nominee.initiative, name="anh-may.jpg", kind="other")
    dossier = office.dossier
    if name == "host":
        sealing.seal(dossier, by=office.district, at=NOW, no_complaints=True, edition=dossier.edition)

    page = office.client(office.province if name == "host" else None).get(office.address(name)).content.decode()

    listed = page[page.index("<h3>Quyết định công nhận") :].split("</ul>")[0]
    assert f'<a href="{reverse("admin:attachment", args=[held.pk])}"' in listed
    assert "của “Bàn gá”, gửi cùng sáng kiến" in listed
    assert "anh-may.jpg" not in listed
    assert "Chưa có trong hồ sơ." not in page


def test_before_the_round_opens_the_desk_says_so_and_has_no_buttons(
    office: Office, at: Callable[..., datetime]
) -> None:
    office.nominate("Bàn gá")
    office.hold_papers()
    office.round.opens_at = NOW + timedelta(days=1)
    office.round.save()

    page = office.client().get(office.desk).content.decode()

    assert "Đợt chưa mở, nên chưa thêm, rút hay bỏ được gì trong hồ sơ." in page
    assert [f'value="{act}"' in page for act in ("withdraw", "remove", "file", "reserve")] == [False] * 4


# --- the way to a complaint and back --------------------------------------------------------------------------------------


def test_each_nominee_has_a_way_to_record_a_complaint_and_the_way_leads_back(office: Office) -> None:
    code = office.nominate("Bàn gá").initiative.receipt_code
    way = f"/admin/initiatives/complaint/add/?ma={code}&ho-so={office.dossier.pk}"
    desk = f"{office.desk}#khieu-nai"

    assert way.replace("&", "&amp;") in office.client().get(office.desk).content.decode()
    asked = office.client().get(way)
    said = {
        "kind": "authorship",
        "raised_by": "",
        "raised_on": "18/3/2022",
        "text": "Không có tên.",
        "receipt_code": code,
    }
    answer = office.client().post(way, said)
    resolved = office.client().post(answer.url, {"resolution": "Đã thỏa thuận."})

    assert desk in asked.content.decode()
    assert asked.context["initiative"].title == "Bàn gá"
    assert resolved.url == answer.url
    assert desk in office.client().get(resolved.url).content.decode()


@pytest.mark.parametrize("asked", ["x", "999999", "1" * 30])
def test_the_way_back_leads_to_no_dossier_that_is_not_seen(office: Office, asked: str) -> None:
    answer = office.client().get(f"/admin/initiatives/complaint/add/?ho-so={asked}")

    assert (answer.status_code, answer.context["dossier"]) == (200, None)


def test_what_was_asked_for_stays_however_much_is_done_since(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    answer(office, "receive")
    answer(office, "return", remarks="Tờ trình chưa có dấu.")
    for number in range(61):
        DossierEvent.objects.create(
            dossier=office.dossier, act=DossierAct.REORDERED, words=f"Việc thứ {number}.", at=NOW
        )

    desk = office.client().get(office.desk).content.decode()
    whole = office.client().get(office.desk, {"lich-su": "1"}).content.decode()

    assert "Cấp trên trả lại để hoàn thiện" in desk
    assert "Tờ trình chưa có dấu." in desk
    assert ("Việc thứ 60" in desk, "Việc thứ 0." in desk, 'href="?lich-su=1#lich-su"' in desk) == (True, False, True)
    assert ("Việc thứ 60" in whole, "Việc thứ 0." in whole, 'href="?lich-su=1#lich-su"' in whole) == (True, True, False)


# --- the page of the host -------------------------------------------------------------------------------------------------


def test_the_host_goes_on_to_the_next_that_waits(office: Office) -> None:
    office.nominate("Bàn gá")
    office.seal()
    other = DossierFactory(round=office.round, unit=office.units["quang-tri/huong-hoa"], state=DossierState.RECEIVED)
    DossierFactory(round=office.round, unit=office.units["quang-tri/cd-vien-chuc"], state=DossierState.ACCEPTED)
    host = office.client(office.province)
    pages = [reverse("admin:initiatives_dossier_host", args=[pk]) for pk in (office.dossier.pk, other.pk)]

    assert [host.get(page).context["next_waiting"] for page in pages] == [other, office.dossier]
    assert f'href="{pages[1]}"' in host.get(pages[0]).content.decode()

    Dossier.objects.filter(pk=other.pk).update(state=DossierState.RETURNED)
    assert host.get(pages[0]).context["next_waiting"] is None


@pytest.mark.parametrize(
    ("act", "field"), [("return", "remarks"), ("accept", "no_complaints"), ("extend", "until"), ("outside", "by_way")]
)
def test_the_page_opens_at_the_field_that_is_wrong(office: Office, act: str, field: str) -> None:
    office.nominate("Bàn gá")
    if act != "outside":
        office.seal()

    answer = office.client(office.province).post(
        office.address("host"), {"act": act, "version": office.dossier.version}
    )

    form = answer.context["answers"][act]
    assert answer.status_code == 422
    assert [name for name, each in form.fields.items() if each.widget.attrs.get("autofocus")] == [field]
    assert answer.content.decode().count(" autofocus") == 1


def test_what_the_host_reads_after_noting_a_paper_dossier_is_true(office: Office) -> None:
    office.nominate("Bàn gá")
    host, page = office.client(office.province), office.address("host")

    def read() -> str:
        return host.get(page).content.decode()

    assert "Đơn vị chưa gửi hồ sơ." in read()
    host.post(page, {"act": "outside", "by_way": "paper", "arrived_on": "19/3/2022"})

    noted = read()
    assert "Hồ sơ đã đến, chưa niêm phong trên cổng." in noted
    assert "Đã ghi nhận: bản giấy, ngày 19/3/2022. Khi hồ sơ đủ, bạn gửi thay đơn vị ở trang" in noted
    assert "Đơn vị chưa gửi hồ sơ." not in noted

    office.seal()
    sent = read()
    assert "Sửa ngày hồ sơ đến" in sent
    assert "gửi thay đơn vị" not in sent
    host.post(page, {"act": "outside", "by_way": "paper", "arrived_on": "18/3/2022"})
    assert office.dossier.arrived_on == date(2022, 3, 18)
    version = " ".join(host.get(office.address("version", 1)).content.decode().split())
    assert '18/3/2022 <span class="quiet">(cấp trên sửa sau khi gửi; lúc niêm phong ghi 19/3/2022)</span>' in version


def test_one_that_is_not_valid_any_more_is_named_before_accepting(office: Office) -> None:
    gone = office.nominate("Bàn gá").initiative
    office.seal()
    lifecycle.move(gone.pk, Status.INVALID, by=office.province, at=NOW)

    page = office.client(office.province).get(office.address("host")).content.decode()

    assert "Chưa chấp nhận được: có sáng kiến không còn hợp lệ" in page
    assert 'value="accept"' not in page
    assert 'value="return"' in page


# --- the list -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "strip"), [("dossier", "no-strip"), ("complaint", "no-strip"), ("contact", "")])
def test_a_list_that_nobody_can_order_has_no_strip_for_it_on_a_phone(office: Office, kind: str, strip: str) -> None:
    nomination = office.nominate("Bàn gá")
    ComplaintFactory(initiative=nomination.initiative)
    ContactFactory(unit=office.units[PROVINCE])

    page = office.client(office.province).get(reverse(f"admin:initiatives_{kind}_changelist")).content.decode()

    assert (f'<thead class="{strip}"><tr>' if strip else "<thead><tr>") in page


@pytest.mark.parametrize("most", [1, 2])
def test_rounds_that_are_not_offered_are_told(office: Office, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("initiatives.nominations.dossier_list_admin.ROUNDS_OFFERED", most)
    newer = SelectionRoundFactory(campaign=office.round.campaign, host=office.round.host, name="Đợt mới hơn")

    page = office.client(office.province).get(reverse("admin:initiatives_dossier_changelist"))

    offered = next(spec for spec in page.context["cl"].filter_specs if spec.parameter_name == "round")
    assert [value for value, _ in offered.lookup_choices] == [str(newer.pk), str(office.round.pk)][:most]
    assert ("Chỉ hiện 1 đợt mới nhất." in page.content.decode()) == (most == 1)
