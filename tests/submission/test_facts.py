"""What was answered, as people read it: labels for codes, nothing empty, nothing unmasked."""

from collections.abc import Callable
from datetime import datetime

import pytest
from factory import SelfAttribute

from initiatives.invariants import violations
from initiatives.models import Campaign
from initiatives.submission.desks import Desk
from initiatives.submission.facts import Fact, facts_of, facts_of_initiative
from tests.factories import AttachmentFactory, InitiativeFactory
from tests.submission.worker import (
    IN_2021,
    IN_2022,
    YEAR_2021,
    YEAR_2022,
    Worker,
    content,
    content_2021,
    person,
    person_2021,
)

Clock = Callable[[str], datetime]


def checked(worker: Worker) -> list[dict[str, str]]:
    desk = Desk(worker.draft, worker.token, worker.draft.saved_at)
    person_form, content_form = desk.person_form(), desk.content_form()
    person_form.full_clean()
    content_form.full_clean()
    return [dict(part.facts) for part in facts_of(desk, person_form, content_form)]


def test_everything_answered_in_2022_stands_on_the_check_page(campaigns: dict[str, Campaign], at: Clock) -> None:
    at(IN_2022)
    worker = Worker(YEAR_2022).fill(
        person(email="duyen@example.vn", unit_name="CĐCS Gỗ Bến Hải", publish_consent="on"),
        content(
            share="40",
            recognised_author="1",
            awards="Lao động giỏi 2021",
            solution_kind="research",
            **{"co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "60"},
        ),
    )

    about_person, about_content, about_documents = checked(worker)

    assert about_person == {
        "Họ và tên": "Hồ Thị Mỹ Duyên",
        "Năm sinh": "1991",
        "Chức vụ, công việc": "Công nhân tổ hoàn thiện",
        "Số điện thoại": "0935 *** 233",
        "Thư điện tử": "duyen@example.vn",
        "Số căn cước công dân (CCCD) hoặc CMND": "*** *** *** 321",
        "Tỉnh, thành phố hoặc công đoàn ngành trung ương": "LĐLĐ tỉnh Quảng Trị",
        "Đơn vị trực thuộc": "LĐLĐ thành phố Đông Hà",
        "Không thấy đơn vị của tôi": "CĐCS Gỗ Bến Hải",
        "Nơi làm việc": "Công ty Cổ phần Gỗ Bến Hải",
        "Đối tượng": "Công nhân lao động trong các doanh nghiệp sản xuất, kinh doanh",
        "Đồng ý xử lý dữ liệu": "Có",
        "Đồng ý công bố": "Có",
    }
    assert about_content["Loại giải pháp"] == "Đề tài nghiên cứu khoa học"
    assert about_content["Lĩnh vực"] == "Sản xuất có giá trị làm lợi cao"
    assert about_content["Giá trị làm lợi trong một năm"] == "200 triệu\nHai trăm triệu đồng"
    assert about_content["Tác giả được công nhận"] == "Lê Thị Kim Ngân"
    assert about_content["Cam kết"].count("✓") == 4
    assert about_content["Nội dung"] == content()["description"]
    assert about_documents == {"Tài liệu": "Không gửi kèm"}


AUTHORS = {
    "share": "60",
    "co_authors-1-full_name": "Lê Thị Kim Ngân",
    "co_authors-1-share": "10",
    "co_authors-3-full_name": "Trần Văn Sáu",
    "co_authors-3-share": "30",
}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({}, "Tôi, người nộp"),
        ({"recognised_author": "3"}, "Tôi, người nộp"),
        ({"recognised_author": "3", "solution_kind": "research"}, "Trần Văn Sáu"),
        ({"share": "30", "co_authors-3-share": "60"}, "Trần Văn Sáu"),
        ({"share": "45", "co_authors-3-share": "45", "recognised_author": "3"}, "Trần Văn Sáu"),
        ({"share": "45", "co_authors-3-share": "45"}, ""),
    ],
    ids=[
        "nobody picked",
        "not the largest",
        "head of the topic",
        "largest, not picked",
        "a tie",
        "a tie, nobody picked",
    ],
)
def test_the_check_page_names_whom_the_union_will_recognise(
    campaigns: dict[str, Campaign], at: Clock, typed: dict[str, str], shown: str
) -> None:
    """M11: the rule decides, whoever was picked; what is checked is what is received."""
    at(IN_2022)
    worker = Worker(YEAR_2022).fill(what=content(**AUTHORS | typed))

    assert checked(worker)[1]["Tác giả được công nhận"] == shown
    if shown:
        worker.confirm()
        recognised = worker.initiative.recognised_author
        names = {each.number: each.full_name for each in worker.initiative.co_authors.all()}
        assert names.get(recognised, "Tôi, người nộp") == shown


def test_a_row_without_a_name_is_nobody_to_recognise(campaigns: dict[str, Campaign], at: Clock) -> None:
    """A row was asked for and picked, and left empty: what is received names the sender, and its history holds."""
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.begin(person())
    worker.send_content(content(more="1", recognised_author="1"))

    assert "Tác giả được công nhận" not in checked(worker)[1]
    assert worker.confirm().status_code == 303
    assert (worker.initiative.recognised_author, worker.initiative.co_authors.count()) == (0, 0)
    assert list(violations()) == []


def test_what_was_not_answered_is_left_out(campaigns: dict[str, Campaign], at: Clock) -> None:
    at(IN_2021)
    worker = Worker(YEAR_2021).fill(
        person_2021(birth_year="", position="", unit=""),
        content_2021(effect="", scope="", field=None, benefit_value=""),
    )

    about_person, about_content, _ = checked(worker)

    assert {"Năm sinh", "Chức vụ, công việc", "Đơn vị trực thuộc", "Thư điện tử"}.isdisjoint(about_person)
    assert about_person["Khối"] == "Doanh nghiệp"
    assert about_person["Đồng ý công bố"] == "Không"
    assert set(about_content) == {"Tên sáng kiến", "Ngày bắt đầu áp dụng", "Nội dung", "Cam kết"}


@pytest.mark.parametrize(
    ("typed", "name", "shown"),
    [
        ({"phone": "12 345"}, "Số điện thoại", "***"),
        ({"national_id": "0451910043"}, "Số căn cước công dân (CCCD) hoặc CMND", "•••"),
    ],
)
def test_what_cannot_be_read_is_hidden_altogether(
    campaigns: dict[str, Campaign], at: Clock, typed: dict[str, str], name: str, shown: str
) -> None:
    at(IN_2022)

    assert checked(Worker(YEAR_2022).fill(person(**typed)))[0][name] == shown


@pytest.mark.django_db
def test_the_receipt_names_what_was_received() -> None:
    initiative = InitiativeFactory(
        phone_digits="0912000111",
        link="https://drive.google.com/file/d/1",
        unit_name="CĐCS X",
        arrived_at=SelfAttribute("submitted_at"),
    )
    document = AttachmentFactory(initiative=initiative, kind="benefit", name="gia tri.pdf", content=b"%" * 2048)

    facts: list[Fact] = facts_of_initiative(initiative, list(initiative.campaign.choices.all()))

    assert [name for name, _ in facts] == [
        "Nhận lúc",
        "Chương trình",
        "Đơn vị",
        "Đơn vị bạn ghi",
        "Sáng kiến",
        "Người nộp",
        "Điện thoại",
        "Tài liệu 1",
        "Liên kết",
    ]
    shown = dict(facts)
    assert shown["Điện thoại"] == "0912 *** 111"
    assert shown["Tài liệu 1"] == f"{document.name} (2 KB), giá trị làm lợi"
    assert initiative.national_id not in str(facts)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "received", "said"),
    [
        pytest.param("23:59:10", "23:59:50", [("Nhận lúc", "23h59 ngày 31/5/2022")], id="within a minute"),
        pytest.param(
            "23:59:59",
            "00:00:02",
            [("Gửi lúc", "23h59 ngày 31/5/2022"), ("Nhận lúc", "0h00 ngày 1/6/2022")],
            id="across the close",
        ),
    ],
)
def test_who_sent_in_time_and_was_received_later_has_a_receipt_that_says_so(
    sent: str, received: str, said: list[Fact]
) -> None:
    last = "2022-05-31"
    initiative = InitiativeFactory(
        arrived_at=datetime.fromisoformat(f"{last}T{sent}+07:00"),
        submitted_at=datetime.fromisoformat(f"{last if received > sent else '2022-06-01'}T{received}+07:00"),
    )

    facts = facts_of_initiative(initiative, [])

    assert facts[: facts.index(("Chương trình", initiative.campaign.name))] == said


@pytest.mark.django_db
def test_an_entry_without_a_phone_shows_none() -> None:
    initiative = InitiativeFactory(phone_digits="", phone="")

    assert "Điện thoại" not in dict(facts_of_initiative(initiative, []))
