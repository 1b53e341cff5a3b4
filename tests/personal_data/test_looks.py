"""What is shown of masked numbers, copied of one person, taken away as a table: it is known who did."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from initiatives.models import Act, Initiative, PersonalDataView, Status
from initiatives.personal_data import copying, held, one_person, processing
from initiatives.personal_data.held import Sort
from initiatives.progress import tally
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.codebase.doors import doors
from tests.codebase.words import english_in, seen
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    CoAuthorFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    DataRequestFactory,
    InitiativeFactory,
    OutstandingFactory,
    QuarterFactory,
    ReviewEventFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)

NOW = datetime(2022, 3, 2, 9, 0, tzinfo=VIETNAM)
NUMBER = "045090001234"
LOOKS = "/admin/initiatives/personaldataview/"
In = Callable[[StaffAccount], Client]


@pytest.fixture
def officer(db: None, at: Callable[..., datetime]) -> StaffAccount:
    make_tree()
    at(NOW)
    return StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), is_demonstration=True)


def received(number: str = NUMBER, **fields: Any) -> Initiative:
    initiative = InitiativeFactory(unit=unit_at("quang-tri/dong-ha"), **fields)
    initiative.national_id = number
    initiative.save()
    return initiative


def identity(initiative: Initiative) -> str:
    return reverse("admin:initiatives_initiative_identity", args=[initiative.pk])


def copy(initiative: Initiative) -> str:
    return reverse("admin:initiatives_initiative_copy", args=[initiative.pk])


def looks() -> list[tuple[Any, ...]]:
    return list(
        PersonalDataView.objects.order_by("pk").values_list("account", "what", "initiative", "unit", "rows", "why")
    )


# --- the identity number ------------------------------------------------------------------------------------------------


def test_the_number_is_shown_to_whoever_says_why_and_that_is_kept(officer: StaffAccount, client_as: In) -> None:
    initiative, client = received(), client_as(officer)
    desk = client.get(reverse("admin:initiatives_initiative_change", args=[initiative.pk])).content.decode()

    answer = client.post(identity(initiative), {"why": "Đối chiếu giấy tờ khi trao thưởng"})

    assert (NUMBER in desk, f'action="{identity(initiative)}"' in desk) == (False, True)
    assert f'id="identity-number">{NUMBER}<' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert looks() == [
        (officer.pk, "identity", initiative.pk, initiative.unit_id, 1, "Đối chiếu giấy tờ khi trao thưởng")
    ]


@pytest.mark.parametrize("why", ["", " \u200b", "x" * 201])
def test_without_a_reason_nothing_is_shown(officer: StaffAccount, client_as: In, why: str) -> None:
    initiative = received()

    answer = client_as(officer).post(identity(initiative), {"why": why})

    assert (answer.status_code, NUMBER in answer.content.decode(), looks()) == (422, False, [])


def test_a_viewer_does_not_see_it_and_neither_does_a_link(officer: StaffAccount, client_as: In) -> None:
    initiative = received()
    viewer = client_as(StaffAccountFactory(unit=officer.unit, role=Role.VIEWER))

    assert viewer.post(identity(initiative), {"why": "Muốn xem"}).status_code == 403
    assert client_as(officer).get(identity(initiative)).status_code == 405
    assert looks() == []


def test_a_number_that_does_not_open_breaks_nothing(officer: StaffAccount, client_as: In) -> None:
    initiative = received()
    Initiative.objects.update(sealed_national_id=received("079090001234").sealed_national_id)

    answer = client_as(officer).post(identity(initiative), {"why": "Đối chiếu"})

    assert "Không mở được số này" in answer.content.decode()


# --- a copy -------------------------------------------------------------------------------------------------------------


def test_a_copy_holds_everything_of_the_person_and_nothing_of_others(
    officer: StaffAccount, client_as: In, settings: Any
) -> None:
    one = received(full_name="Hồ Thị Lụa", phone_digits="0935112233")
    other = received("", full_name="HỒ THỊ LỤA", phone_digits="0935112233")
    workmate = received("", full_name="Lê Văn Mạnh", phone_digits="0935112233", title="Việc của người khác")
    elsewhere = received(full_name="Hồ Thị Lụa", phone_digits="0935112233", title="Ở tỉnh khác")
    Initiative.objects.filter(pk=elsewhere.pk).update(unit=unit_at("dien-bien"))
    CoAuthorFactory(initiative=one, full_name="Trần Văn Bình")
    AttachmentFactory(initiative=one, name="thuyet-minh.pdf")
    ReviewEventFactory(initiative=one, number=9, act=Act.RETURNED, account=officer, note="Ghi chú nội bộ kín")
    request = DataRequestFactory(initiative=one)
    page = client_as(officer).get(copy(one), {"yeu-cau": request.pk}).content.decode()

    answer = client_as(officer).post(copy(one), {"why": f"Yêu cầu số {request.number}"})

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    content = json.loads(archive.read("du-lieu.json"))
    paper = archive.read("ban-doc.html").decode()
    told = archive.read("du-lieu.json").decode()
    assert f'value="Yêu cầu số {request.number}"' in page
    assert "Lê Văn Mạnh" in page
    assert [each["ma"].replace(" ", "") for each in content["sang_kien"]] == [one.receipt_code, other.receipt_code]
    for text in (told, paper):
        assert [each for each in (NUMBER, "Trần Văn Bình", "thuyet-minh.pdf", request.text) if each not in text] == []
        assert [each for each in ("Ghi chú nội bộ kín", workmate.title, elsewhere.title) if each in text] == []
        assert one.consent_text.digest in text
    why = f"Yêu cầu số {request.number}"
    assert looks() == [(officer.pk, "copy", each.pk, each.unit_id, 1, why) for each in (one, other)]
    assert "no-store" in answer["Cache-Control"]


def test_a_copy_of_several_units_leaves_a_look_on_each_before_it_is_written(
    client_as: In, officer: StaffAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = StaffAccountFactory(role=Role.MANAGER, unit=unit_at("tld"), is_demonstration=True)
    one, other = received(), received()
    Initiative.objects.filter(pk=other.pk).update(unit=unit_at("dien-bien"))
    written: list[int] = []
    monkeypatch.setattr(copying, "write", lambda *args, **kwargs: written.append(PersonalDataView.objects.count()))

    answer = client_as(manager).post(copy(one), {"why": "Người nộp xin bản sao"})
    list(answer.streaming_content)

    of = [(one.pk, one.unit_id), (other.pk, unit_at("dien-bien").pk)]
    assert looks() == [(manager.pk, "copy", *each, 1, "Người nộp xin bản sao") for each in of]
    assert written == [2]


def test_a_copy_names_every_column_that_is_personal(officer: StaffAccount) -> None:
    """What the table calls personal and can be read stands in the file; a new column cannot be left out of it."""
    content = copying.content_of([received()], by=officer, at=NOW)

    named = {field["truong"] for field in content["sang_kien"][0]["truong"]}
    readable = {name for name, sort in held.of(Initiative).personal.items() if sort not in (Sort.TRACE, Sort.IDENTITY)}
    assert readable | {"national_id"} <= named


def test_what_is_drawn_up_today_names_what_ones_unit_is_today(client_as: In, officer: StaffAccount) -> None:
    manager = StaffAccountFactory(unit=officer.unit, role=Role.MANAGER, is_demonstration=True)
    order = Order(day=date(2022, 3, 1), at=NOW, document="Quyết định 1")
    changes.merge(unit_at("quang-tri/dong-ha"), into=unit_at("quang-tri/huong-hoa"), order=order)
    manager.refresh_from_db()

    copied = copying.content_of([received()], by=manager, at=NOW)
    record = client_as(manager).get(f"{LOOKS}ho-so-xu-ly/").content.decode()

    assert copied["don_vi_lap"] == "Liên đoàn Lao động huyện Hướng Hóa"
    assert "<span>LĐLĐ huyện Hướng Hóa</span>" in record


def test_two_numbers_on_one_phone_are_two_people(officer: StaffAccount) -> None:
    one = received(full_name="Hồ Thị Lụa", phone_digits="0935112233")
    other = received("079090001234", full_name="Hồ Thị Lụa", phone_digits="0935112233")

    found = one_person.of_person(one, by=officer)

    assert (found.same, found.perhaps) == ([one], [other])


HUNG = {"full_name": "Nguyễn Văn Hùng", "phone_digits": "0935112233"}


@pytest.mark.parametrize(
    ("fields", "is_same"),
    [
        pytest.param({}, True, id="sent by the person in the same unit"),
        pytest.param({"full_name": "NGUYEN VAN HUNG"}, True, id="typed without marks"),
        pytest.param({"birth_year": None}, True, id="without a year of birth"),
        pytest.param({"birth_year": 1970}, False, id="born in another year"),
        pytest.param({"full_name": "Nguyễn Văn Hùng Anh"}, False, id="a longer name"),
        pytest.param({"unit": "quang-tri"}, False, id="in another unit"),
        pytest.param({"entered_by": True}, False, id="entered by an officer"),
    ],
)
def test_phone_and_name_are_one_person_only_where_people_sent_it_in_one_unit(
    officer: StaffAccount, fields: dict[str, Any], is_same: bool
) -> None:
    manager = StaffAccountFactory(role=Role.MANAGER, unit=unit_at("tld"))
    one, given = received("", **HUNG), {**HUNG, **fields}
    given |= {"unit": unit_at(fields["unit"])} if "unit" in fields else {"unit": one.unit}
    given |= {"entered_by": officer} if "entered_by" in fields else {}
    other = InitiativeFactory(**given, national_id="")

    for asked, rest in ((one, other), (other, one)):
        found = one_person.of_person(asked, by=manager)
        assert (found.same, found.perhaps) == (([one, other], []) if is_same else ([asked], [rest]))


def test_of_two_numbers_on_one_phone_and_name_one_without_a_number_gets_neither(officer: StaffAccount) -> None:
    one, *others = [received(number, **HUNG) for number in ("", NUMBER, "079090001234")]

    found = one_person.of_person(one, by=officer)

    assert (found.same, found.perhaps) == ([one], others)


def test_behind_an_officers_phone_the_last_of_many_has_a_copy_of_their_own(
    officer: StaffAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Officers write their own for as many as a thousand people. Namesakes are told before the others."""
    monkeypatch.setattr(one_person, "MOST", 3)
    for name in ("Lê Văn Mạnh", "Trần Văn Bình", "Hồ Thị Lụa", "Lò Văn Ơn"):
        received("", full_name=name, phone_digits=HUNG["phone_digits"], entered_by=officer)
    namesake, own = received("", **HUNG, entered_by=officer), received("", **HUNG, entered_by=officer)
    late = [received("", **HUNG) for _ in range(2)]

    entered, sent = one_person.of_person(own, by=officer), one_person.of_person(late[1], by=officer)

    assert (entered.same, entered.perhaps) == ([own], [namesake, *late])
    assert (sent.same, sent.perhaps[:2], len(sent.perhaps)) == (late, [namesake, own], 3)


def test_an_identity_number_is_one_person_in_any_unit_and_whoever_entered_it(officer: StaffAccount) -> None:
    manager = StaffAccountFactory(role=Role.MANAGER, unit=unit_at("tld"))
    one = received(**HUNG)
    other = received(full_name="Hùng Nguyễn", phone_digits="", entered_by=officer)
    Initiative.objects.filter(pk=other.pk).update(unit=unit_at("dien-bien"))

    assert one_person.of_person(one, by=manager).same == [one, other]


@pytest.mark.parametrize(
    ("asked", "held", "others"),
    [
        pytest.param(0, [0, 1, 2], [3, 6], id="the first copy of three"),
        pytest.param(4, [3, 4, 5], [0, 6], id="the one in the middle"),
        pytest.param(6, [6], [0, 3], id="the last"),
    ],
)
def test_what_one_copy_does_not_hold_is_in_others_and_it_says_which(
    officer: StaffAccount,
    client_as: In,
    monkeypatch: pytest.MonkeyPatch,
    asked: int,
    held: list[int],
    others: list[int],
) -> None:
    """The page, the paper and the file."""
    monkeypatch.setattr(one_person, "MOST", 3)
    every = [received(phone_digits=HUNG["phone_digits"]) for _ in range(7)]
    page = client_as(officer).get(copy(every[asked])).content.decode()

    answer = client_as(officer).post(copy(every[asked]), {"why": "Người nộp xin bản sao"})

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    content = json.loads(archive.read("du-lieu.json"))
    codes = [each["ma"].replace(" ", "") for each in content["sang_kien"]]
    assert codes == [every[place].receipt_code for place in held]
    assert content["con_sang_kien_khac"] is True
    assert "Bạn còn sáng kiến khác" in archive.read("ban-doc.html").decode()
    assert [place for place, each in enumerate(every) if f'"{copy(each)}"' in page] == others
    assert "có thể là người khác" not in page


def test_a_copy_that_holds_everything_speaks_of_no_other(
    officer: StaffAccount, client_as: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_person, "MOST", 3)
    every = [received() for _ in range(3)]

    found = one_person.of_person(every[1], by=officer)
    page = client_as(officer).get(copy(every[1])).content.decode()

    assert (found.same, found.parts) == (every, [])
    assert "còn sáng kiến khác" not in page


@pytest.mark.parametrize(("others", "are_more"), [(3, False), (4, True)])
def test_where_not_all_on_a_phone_are_told_the_page_says_so(
    officer: StaffAccount, client_as: In, monkeypatch: pytest.MonkeyPatch, others: int, are_more: bool
) -> None:
    monkeypatch.setattr(one_person, "MOST", 3)
    for name in ("Lê Văn Mạnh", "Trần Văn Bình", "Hồ Thị Lụa", "Lò Văn Ơn")[:others]:
        received("", full_name=name, phone_digits=HUNG["phone_digits"], entered_by=officer)
    one = received("", **HUNG)

    page = client_as(officer).get(copy(one)).content.decode()

    assert ("Còn nữa: ở đây chỉ kể 3 sáng kiến" in page) is are_more


def test_a_copy_needs_a_reason_and_a_right(officer: StaffAccount, client_as: In) -> None:
    initiative = received()
    viewer = client_as(StaffAccountFactory(unit=officer.unit, role=Role.VIEWER))

    assert client_as(officer).post(copy(initiative), {"why": ""}).status_code == 422
    assert viewer.get(copy(initiative)).status_code == 403
    assert looks() == []


def test_of_one_that_was_erased_there_is_no_copy(officer: StaffAccount, client_as: In) -> None:
    assert client_as(officer).get(copy(received(erased_at=NOW))).status_code == 404


# --- tables, and the list -----------------------------------------------------------------------------------------------


def test_a_table_that_goes_out_is_written_down(officer: StaffAccount, client_as: In) -> None:
    one = received()
    received(campaign=one.campaign)

    answer = client_as(officer).get(
        reverse("admin:initiatives_initiative_export", args=["qt"]), {"campaign": one.campaign.slug, "status": "all"}
    )

    assert (answer.status_code, b"".join(answer.streaming_content)[:2]) == (200, b"PK")
    assert looks() == [(officer.pk, "table", None, officer.unit_id, 2, "Bảng tổng hợp (mẫu Quảng Trị)")]


def test_certificates_that_go_out_are_written_down(officer: StaffAccount, client_as: In) -> None:
    decision = CommendationDecisionFactory(unit=officer.unit, campaign=CampaignFactory())
    for number in (1, 2):
        CommendationFactory(decision=decision, number=number)
    name, client = "admin:initiatives_commendationdecision", client_as(officer)

    client.get(reverse(f"{name}_certificates", args=[decision.pk]))
    client.get(reverse(f"{name}_certificate", args=[decision.pk, 2]))
    client.get(reverse(f"{name}_certificate", args=[decision.pk, 3]))  # there is none

    why = f"Giấy chứng nhận, quyết định {decision.number}"
    assert looks() == [(officer.pk, "table", None, decision.unit_id, rows, why) for rows in (2, 1)]


def test_the_sheet_of_the_benefit_is_written_down_where_it_names_initiatives(
    officer: StaffAccount, client_as: In
) -> None:
    """Those that stand in two of its lists are counted once; figures alone are of nobody."""
    campaign, client = CampaignFactory(), client_as(officer)
    asked = {"campaign": campaign.slug, "don-vi": officer.unit.code if officer.unit else ""}
    sheet = reverse("admin:initiatives_initiative_benefit_sheet")
    assert (client.get(sheet, asked).status_code, looks()) == (200, [])

    for _ in range(2):
        received(campaign=campaign, status=Status.VALID, benefit_value=7_000_000_000)
    tally.refresh(campaign, at=NOW, everything=True)
    client.get(sheet, asked)

    assert looks() == [(officer.pk, "table", None, officer.unit_id, 2, "Giá trị làm lợi")]


def test_the_sheet_of_a_quarter_is_written_down_while_what_it_names_is_not_public(
    officer: StaffAccount, client_as: In
) -> None:
    campaign = CampaignFactory()
    manager = StaffAccountFactory(unit=unit_at("tld"), role=Role.MANAGER, is_demonstration=True)
    client, sheets = client_as(manager), [("sheet", "2022-1"), ("review_sheet", "tong-ket")]

    def take() -> list[tuple[Any, ...]]:
        PersonalDataView.objects.all().delete()
        for name, key in sheets:
            answer = client.get(reverse(f"admin:initiatives_quarter_{name}", args=[campaign.slug, key]))
            assert answer.status_code == 200
        return looks()

    assert take() == []  # nobody is named
    quarter = QuarterFactory(campaign=campaign)
    OutstandingFactory(quarter=quarter, initiative=received(campaign=campaign, status=Status.VALID))
    tally.refresh(campaign, at=NOW, everything=True)

    assert [each[:5] for each in take()] == [(manager.pk, "table", None, manager.unit_id, 1)] * 2
    assert all(each[5].startswith("Sáng kiến tiêu biểu, ") for each in looks())


def test_a_command_that_writes_the_table_is_written_down(officer: StaffAccount, client_as: In, tmp_path: Path) -> None:
    """Before anybody can have the file; and nothing is, where no file came."""
    one = received()
    assert officer.unit is not None
    asked = {"campaign": one.campaign.slug, "unit": officer.unit.code, "layout": "qt"}
    with pytest.raises(CommandError):
        call_command("export_summary", **asked, output=str(tmp_path / "no" / "bang.xlsx"))
    assert looks() == []

    call_command("export_summary", **asked, output=str(tmp_path / "bang.xlsx"), stdout=io.StringIO())

    why = "Bảng tổng hợp (mẫu QT), xuất bằng lệnh trên máy chủ"
    assert looks() == [(None, "table", None, officer.unit_id, 1, why)]
    manager = StaffAccountFactory(role=Role.MANAGER, is_demonstration=True)
    assert "Lệnh chạy trên máy chủ" in client_as(manager).get(LOOKS).content.decode()


# By the end of their addresses: files that the admin hands out. Whether one holds people is decided here, once.
NOTED = {
    "commendationdecision_sheet",
    "commendationdecision_certificates",
    "commendationdecision_certificate",
    "initiative_export",
    "initiative_export_file",
    "initiative_benefit_sheet",
    "quarter_sheet",
    "quarter_review_sheet",
    "dossier_letter",
    "dossier_table",
    "dossier_table_pdf",
    "dossier_zip",
    "initiative_copy",
}
OF_NOBODY = {
    "tablelayout_pdf",  # a dossier nobody sent
    "tablelayout_xlsx",
    "initiative_paper",  # an empty form
    "initiative_sheet_template",
    "target_sheet_template",
    "campaign_posters_file",
    "lettertemplate_file",
    "lettertemplate_built_in",
    "initiative_sheet_faults",  # handed back to whoever sent it
    "attachment",  # read at the desk, one document
    "dossier_file",
}


def test_of_every_file_that_goes_out_it_is_known_whether_it_holds_people() -> None:
    """A new one comes into one of the two lists; where it holds people, its view calls `looked_at`."""
    names = {door.name.removeprefix("admin:") for door in doors() if door.name.startswith("admin:")}
    own = {name.removeprefix("initiatives_") for name in names if not name.startswith(("orgtree_", "admin_"))}
    said = (
        "sheet",
        "pdf",
        "xlsx",
        "zip",
        "export",
        "file",
        "template",
        "faults",
        "certificate",
        "certificates",
        "paper",
    )
    files = {name for name in own if name.rpartition("_")[2] in said}

    assert files - {"initiative_sheet", "target_sheet"} <= NOTED | OF_NOBODY  # those two are pages
    assert own >= NOTED | OF_NOBODY


def test_managers_read_who_looked_in_their_branch(officer: StaffAccount, client_as: In) -> None:
    manager = StaffAccountFactory(role=Role.MANAGER, is_demonstration=True, full_name="Đỗ Đình Đăng")
    here = {"unit": officer.unit, "what": "identity", "why": "Đối chiếu"}
    old, new = (
        PersonalDataView.objects.create(account=officer, at=NOW - timedelta(days=20), **here),
        PersonalDataView.objects.create(account=manager, at=NOW, **here),
    )
    PersonalDataView.objects.create(account=officer, at=NOW, what="identity", unit=unit_at("dien-bien"))

    def listed(**asked: str) -> list[PersonalDataView]:
        return list(client_as(manager).get(LOOKS, asked).context["cl"].result_list)

    assert listed() == [new, old]
    assert listed(days="7") == [new]
    assert listed(account=str(officer.pk)) == [old]
    assert listed(what="copy") == []
    assert listed(q=officer.username) == [old]
    assert [listed(q=typed) for typed in ("ho THI", "HỒ thị", "Ho Xuan", "%", " ")] == [
        [old],
        [old],
        [],
        [],
        [new, old],
    ]
    assert ">2 lượt xem dữ liệu cá nhân<" in "".join(client_as(manager).get(LOOKS).content.decode().splitlines())
    assert client_as(officer).get(LOOKS).status_code == 403


@pytest.mark.parametrize("most", [2, 3])
def test_who_looked_last_is_offered_first_and_more_are_told(
    officer: StaffAccount, client_as: In, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("initiatives.personal_data.looks_admin.MOST_ACCOUNTS", most)
    by_time = ["Bùi Thị An", "Lê Văn Yên", "Cao Thị Bé"]
    for days_ago, name in enumerate(by_time):
        looker = StaffAccountFactory(full_name=name)
        for ago in (days_ago, days_ago + 30):
            PersonalDataView.objects.create(
                account=looker, at=NOW - timedelta(days=ago), what="identity", unit=officer.unit
            )
    PersonalDataView.objects.create(at=NOW, what="table", unit=officer.unit)

    page = client_as(StaffAccountFactory(role=Role.MANAGER, is_demonstration=True)).get(LOOKS)

    offered = next(spec for spec in page.context["cl"].filter_specs if spec.parameter_name == "account")
    assert [name for _, name in offered.lookup_choices] == by_time[:most]
    assert ("Chỉ hiện 2 người xem gần đây nhất." in page.content.decode()) == (most == 2)


def test_lookers_of_one_name_are_told_apart_by_their_units(officer: StaffAccount, client_as: In) -> None:
    here, there, other = (
        StaffAccountFactory(full_name=name, unit=unit_at(code))
        for name, code in (("Lê Thị Hà", "quang-tri/dong-ha"), ("Lê Thị Hà", "quang-tri"), ("Lê Thị Hạ", "quang-tri"))
    )
    for each in (here, there, other):
        PersonalDataView.objects.create(account=each, at=NOW, what="identity", unit=officer.unit)

    page = client_as(StaffAccountFactory(role=Role.MANAGER, is_demonstration=True)).get(LOOKS)

    offered = next(spec for spec in page.context["cl"].filter_specs if spec.parameter_name == "account")
    assert [name for _, name in offered.lookup_choices] == [
        f"Lê Thị Hà ({here.unit})",
        f"Lê Thị Hà ({there.unit})",
        "Lê Thị Hạ",
    ]


# --- the record of processing -------------------------------------------------------------------------------------------


def test_the_record_counts_what_was_asked_and_answered(officer: StaffAccount) -> None:
    DataRequestFactory(answered_at=NOW, asked_at=NOW)
    DataRequestFactory(answered_at=NOW + timedelta(days=5), asked_at=NOW)
    DataRequestFactory(asked_at=NOW, answer_by=(NOW - timedelta(days=1)).date())
    DataRequestFactory(asked_at=NOW, unit=unit_at("dien-bien"))

    see, *others = processing.timeliness(by=officer, at=NOW)

    assert (see.asked, see.in_time, see.late, see.overdue) == (3, 1, 1, 1)
    assert {each.asked for each in others} == {0}


def test_the_record_names_everybody_and_every_sort_of_the_table() -> None:
    told = processing.categories()

    assert [each.whose for each in told] == list(held.Whose)
    for each in told:
        of = [table for table in held.EVERYTHING if table.whose == each.whose]
        assert [sort for sort, _ in each.sorts] == [sort for sort in Sort if any(table.of_sort(sort) for table in of)]


def test_the_record_names_columns_in_vietnamese() -> None:
    """Those of the packages as well, whose own pages nobody reads."""
    named = [words for each in processing.categories() for _, words in each.sorts]

    assert {words: found for words in named if (found := english_in(words))} == {}
    assert any("Dữ liệu gửi theo biểu mẫu" in words for words in named)  # of axes


def test_the_page_of_the_record_tells_retention_and_versions(officer: StaffAccount, client_as: In) -> None:
    manager = StaffAccountFactory(role=Role.MANAGER, is_demonstration=True)
    campaign = CampaignFactory(personal_data_until=NOW.date())
    text = received(campaign=campaign).consent_text

    page = client_as(manager).get(f"{LOOKS}ho-so-xu-ly/").content.decode()

    told = (campaign.name, "đến hết ngày 2/3/2022", text.version, text.digest, "Số CMND/CCCD mã hóa AES-256-GCM")
    assert [each for each in told if each not in page] == []
    assert client_as(officer).get(f"{LOOKS}ho-so-xu-ly/").status_code == 403


def test_the_page_of_the_record_names_no_unit_where_there_is_none(db: None, client_as: In) -> None:
    manager = StaffAccountFactory(role=Role.MANAGER, unit=None, is_demonstration=True)

    answer = client_as(manager).get(f"{LOOKS}ho-so-xu-ly/")

    assert answer.status_code == 200
    assert english_in(seen(answer.content.decode())) == []
