"""A sheet of initiatives: how its cells are read, what is told of each row, and that everything is entered once."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import Campaign, Initiative, Status
from initiatives.submission import receipts
from initiatives.submission.actions import withdraw
from initiatives.submission.entering import entries, sheet_columns, sheets
from initiatives.submission.entering.kept_sheets import BLANK, NEW, PRESENT, WITHDRAWN, WRONG, Rows, Told
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.sheet_cells import Cells
from initiatives.submission.entering.sheets import ENTERED, REFUSED, Judge, Outcome
from initiatives.submission.forms.content import WITH_NOBODY
from orgtree.models import StaffAccount
from portal.sheets.reading import SheetRefused, SheetRow
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    CampaignFactory2021,
    InitiativeFactory,
    StaffAccountFactory,
    UnitFactory,
    WindowExtensionFactory,
    make_tree,
    unit_at,
)
from tests.submission.entering.workbooks import Row, a_row, filled_in, lines, renamed, rows_of, workbook

AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
CLOSED = datetime(2022, 6, 1, 0, 0, tzinfo=VIETNAM)
HERE = "quang-tri/dong-ha"


class Office:
    """An officer of a province with a campaign of 2022."""

    def __init__(self) -> None:
        self.units = make_tree()
        self.campaign = CampaignFactory()
        self.officer = StaffAccountFactory(unit=self.units["quang-tri"], phone="0905 111 222")

    def offer(self, *, by: StaffAccount | None = None, at: datetime = AT) -> Offer:
        return Offer.of(Campaign.objects.get(pk=self.campaign.pk), by=by or self.officer, at=at)

    def read(self, content: bytes, **asked: Any) -> Rows:
        return sheets.rows_in(content, offer=self.offer(**asked))

    def judge(self, *, by: StaffAccount | None = None, at: datetime = AT) -> Judge:
        return Judge(self.offer(by=by, at=at), by=by or self.officer, at=at)

    def told(self, *rows: Row, **asked: Any) -> list[Told]:
        read = self.read(workbook(*rows))
        return [each.told for each in self.judge(**asked).judged(list(read))]

    def enter(self, *rows: Row, **asked: Any) -> list[Outcome]:
        read = self.read(workbook(*rows))
        return sheets.enter(list(read), judge=self.judge(**asked))


@pytest.fixture
def office(db: None) -> Office:
    return Office()


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_template_asks_what_the_campaign_asks_and_can_be_sent_filled_in(office: Office) -> None:
    offer = office.offer()
    columns = {column.name: column for column in sheet_columns.columns_of(offer)}
    by_heading = renamed(a_row(unit=columns["unit"].choices[1]), {name: each.heading for name, each in columns.items()})

    rows = office.read(filled_in(sheet_columns.template_of(offer), by_heading))

    assert [each.told.state for each in office.judge().judged(list(rows))] == [NEW]
    assert {name for name, column in columns.items() if column.is_required} == {
        "full_name", "national_id", "workplace", "target_group", "title", "solution_kind", "applied_on", "recognised_on",
        "recognised_by", "description", "consent",
    }  # fmt: skip
    assert "bloc" not in columns


def test_a_campaign_that_asks_less_has_fewer_columns(office: Office) -> None:
    campaign = CampaignFactory2021(asks_recognition="off", asks_field="off", asks_attachments="off")
    offer = Offer.of(campaign, by=office.officer, at=AT)

    names = [column.name for column in sheet_columns.columns_of(offer) if not column.name.startswith("co_authors-")]

    assert names == [
        "full_name", "birth_year", "position", "phone", "email", "unit", "unit_name", "workplace", "bloc", "title",
        "applied_on", "description", "effect", "scope", "benefit_value", "awards", "share", "recognised_author",
        "declaration", "consent", "publish_consent",
    ]  # fmt: skip


def test_the_template_names_no_unit_of_another_branch(office: Office) -> None:
    officer = StaffAccountFactory(unit=office.units[HERE])

    written = [str(cell) for line in lines(sheet_columns.template_of(office.offer(by=officer)), 2) for cell in line]

    assert [cell for cell in written if cell.endswith(f"[{HERE}]")]
    assert [cell for cell in written if "[" in cell and f"[{HERE}" not in cell] == []


def test_columns_stand_in_any_order_under_either_name_among_others(office: Office) -> None:
    row = a_row()
    del row["full_name"], row["title"]
    named = {"Ghi chú": "mới", **dict(reversed(row.items())), "HỌ VÀ TÊN": "Lê A", "Tên sáng kiến": "Bàn gá"}

    rows = office.read(workbook(named, above=[["Danh sách tháng 2"], []]))

    assert rows.others == ("Ghi chú",)
    assert [(row.number, row.values["full_name"], row.values["title"]) for row in rows] == [(4, "Lê A", "Bàn gá")]
    assert [each.told.state for each in office.judge().judged(list(rows))] == [NEW]


TCVN3 = "C¶i tiÕn kü thuËt gióp ng\u00adêi lao ®éng"
VNI = "Caûi tieán kyõ thuaät giuùp ngöôøi lao ñoäng"
MEANT = "Cải tiến kỹ thuật giúp người lao động"


@pytest.mark.parametrize(("typed", "font"), [(TCVN3, "TCVN3"), (VNI, "VNI")], ids=["TCVN3", "VNI"])
@pytest.mark.parametrize(
    ("name", "heading"),
    [("title", "Tên sáng kiến"), ("workplace", "Nơi làm việc"), ("co_authors-1-full_name", "Đồng tác giả 1")],
)
def test_text_of_a_font_of_before_unicode_is_told_and_not_entered(
    office: Office, name: str, heading: str, typed: str, font: str
) -> None:
    authors = {"share": "60", "co_authors-1-full_name": "Lê Thị Lan", "co_authors-1-share": "40"}

    (told,) = office.told(a_row(**authors | {name: typed}))

    assert told.state == WRONG
    assert told.faults == (
        f"{heading}: Chữ đang ở phông chữ cũ {font}. Có phải là “{MEANT}”? Hãy gõ lại bằng Unicode. "
        "Tệp các dòng cần sửa đã ghi chữ này bằng Unicode.",
    )


def test_the_sheet_of_rows_to_put_right_bears_it_as_it_was_meant(office: Office) -> None:
    written = f"{TCVN3}.\nDòng này đã gõ bằng Unicode, 5 µm"
    rows = office.read(workbook(a_row(title=TCVN3, description=written)))
    told = [(each, ["Cần đọc lại"]) for each in rows]

    sheet = sheet_columns.corrected(office.offer(), told, found=rows.found)
    again = office.read(sheet)

    (row,) = again
    assert (row.values["title"], row.values["description"]) == (MEANT, written.replace(TCVN3, MEANT))
    assert [each.told.state for each in office.judge().judged([row])] == [NEW]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(workbook({"full_name": "Lê A"}), "Tệp không có cột", id="columns missing"),
        pytest.param(workbook(a_row(full_name="", title="", description="")), "Chưa có dòng nào", id="nobody named"),
        pytest.param(b"Lan,Huong", "Đây không phải tệp Excel", id="no sheet"),
        pytest.param(b"", "Tệp không có nội dung", id="empty"),
        pytest.param(workbook({**a_row(), "Họ và tên": "Lê B"}), "Tệp có hai cột “Họ và tên”", id="a column twice"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(office: Office, content: bytes, sentence: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        office.read(content)

    assert refused.value.sentence.startswith(sentence)


def test_more_rows_than_a_sheet_may_have_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_columns, "MOST_ROWS", 2)

    with pytest.raises(SheetRefused, match="Tệp có hơn 2 dòng"):
        office.read(workbook(*rows_of(3)))


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        pytest.param({"phone": 935112233}, {"phone_digits": "0935112233"}, id="a phone that lost its zero"),
        pytest.param({"phone": 2333852123}, {"phone_digits": "02333852123"}, id="a landline that lost its zero"),
        pytest.param({"phone": None}, {"phone_digits": ""}, id="no phone"),
        pytest.param({"national_id": 1088012345}, {"national_id": "001088012345"}, id="an identity without its zeros"),
        pytest.param({"applied_on": datetime(2022, 1, 10)}, {"applied_on": date(2022, 1, 10)}, id="a day of Excel"),
        pytest.param({"applied_on": datetime(2022, 1, 10, 7, 30)}, {"applied_on": date(2022, 1, 10)}, id="a moment"),
        pytest.param({"applied_on": 44571}, {"applied_on": date(2022, 1, 10)}, id="a serial day"),
        pytest.param({"applied_on": "10/01/2022"}, {"applied_on": date(2022, 1, 10)}, id="a typed day"),
        pytest.param({"applied_on": "2022-01-10"}, {"applied_on": date(2022, 1, 10)}, id="a day as ISO has it"),
        pytest.param({"birth_year": 1991.0}, {"birth_year": 1991}, id="a year as a number"),
        pytest.param({"benefit_value": 200000000}, {"benefit_value": 200_000_000}, id="money as a number"),
        pytest.param({"benefit_value": "không tính được bằng tiền"}, {"benefit_is_not_money": True}, id="no money"),
        pytest.param({"target_group": "Cán bộ công đoàn"}, {"target_group": "union_officer"}, id="a choice by label"),
        pytest.param({"target_group": "CÁN BỘ  công đoàn"}, {"target_group": "union_officer"}, id="in other letters"),
        pytest.param({"consent": True, "declaration": "Có"}, {"consent_on_paper": True}, id="ticked in other ways"),
        pytest.param({"publish_consent": "không"}, {"publish_consented_at": None}, id="a no"),
        pytest.param(
            {"declaration": "recognised, novel; lawful\nunprotected"},
            {"declarations": ["recognised", "novel", "lawful", "unprotected"]},
            id="promises by their codes",
        ),
        pytest.param(
            {"declaration": None, "recognised": "x", "novel": 1, "lawful": "X", "unprotected": "✓"},
            {"declarations": ["recognised", "novel", "lawful", "unprotected"]},
            id="a column for each promise",
        ),
        pytest.param({"description": "Một\r\nhai"}, {"description": "Một\nhai"}, id="line ends"),
        pytest.param({"title": "@SUM(A1) là tên"}, {"title": "@SUM(A1) là tên"}, id="what looks like a formula"),
        pytest.param({"share": "100%"}, {"share": 100}, id="all of it, with the sign"),
        pytest.param({"share": "100 %"}, {"share": 100}, id="all of it, with a blank"),
        pytest.param({"share": "100,00%"}, {"share": 100}, id="all of it, to the hundredth"),
        pytest.param({"share": 1}, {"share": 100}, id="all of it, as Excel's percentage"),
        pytest.param(
            {"share": "60%", "co_authors-1-full_name": "Hồ B", "co_authors-1-share": 0.4},
            {"share": 60, "co_author": ("Hồ B", 40)},
            id="shares written in two ways",
        ),
        pytest.param({"unit": "LĐLĐ huyện Hướng Hóa [quang-tri/huong-hoa]"}, {"unit": "quang-tri/huong-hoa"}, id="unit"),
        pytest.param({"unit": None}, {"unit": "quang-tri"}, id="one's own unit"),
        pytest.param({"unit": None, "top_unit": "quang-tri"}, {"unit": "quang-tri"}, id="the top unit alone"),
        pytest.param(
            {"share": 0.6, "co_authors-1-full_name": "Hồ B", "co_authors-1-share": 0.4},
            {"share": 60, "co_author": ("Hồ B", 40)},
            id="shares as Excel's percentages",
        ),
        pytest.param(
            {
                "share": 50,
                "co_authors-1-full_name": "Hồ B",
                "co_authors-1-share": "50%",
                "recognised_author": "hồ b",
            },
            {"recognised_author": 1},
            id="the recognised author by name",
        ),
    ],
)  # fmt: skip
def test_what_excel_makes_of_a_cell_is_undone(office: Office, cells: Row, kept: dict[str, Any]) -> None:
    outcomes = office.enter(a_row(**cells))

    assert [outcome.state for outcome in outcomes] == [ENTERED], outcomes
    initiative = Initiative.objects.get()
    for name, value in kept.items():
        if name == "unit":
            assert initiative.unit.code == value
        elif name == "co_author":
            assert [(each.full_name, each.share) for each in initiative.co_authors.all()] == [value]
        else:
            assert getattr(initiative, name) == value


# --- what is told of a row -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        pytest.param({"full_name": ""}, ["Họ và tên: Hãy nhập họ và tên."], id="no name"),
        pytest.param(
            {"consent": ""},
            ["Đã đồng ý trên giấy: Hãy ghi x khi người nộp đã ký đồng ý trên giấy. Chưa ký thì chưa nhập được."],
            id="no consent",
        ),
        pytest.param(
            {"consent": "có thể"}, ["Đã đồng ý trên giấy: Hãy ghi x nếu có, để trống nếu không."], id="a doubtful tick"
        ),
        pytest.param(
            {"target_group": "Khác"},
            ["Nhóm đối tượng: Không có lựa chọn này. Hãy chọn trong danh sách của ô."],
            id="no such choice",
        ),
        pytest.param(
            {"applied_on": "31/2/2022"},
            ["Ngày bắt đầu áp dụng: Tháng 2 năm 2022 không có ngày 31. Hãy xem lại ngày."],
            id="no day",
        ),
        pytest.param(
            {"description": "x" * 2_012},
            ["Nội dung: Nội dung dài 2.012 ký tự; tối đa 2.000. Hãy bớt 12 ký tự."],
            id="too long, by how much",
        ),
        pytest.param(
            {"share": "60%"},
            [f"Phần đóng góp của người nộp (%): Tổng các phần đóng góp phải là 100%, hiện là 60%. {WITH_NOBODY}"],
            id="a share with nobody, with its sign",
        ),
        pytest.param(
            {"share": "60"},
            [f"Phần đóng góp của người nộp (%): Tổng các phần đóng góp phải là 100%, hiện là 60%. {WITH_NOBODY}"],
            id="a share with nobody",
        ),
    ],
)
def test_a_row_is_told_what_to_put_right_by_its_column(office: Office, cells: Row, faults: list[str]) -> None:
    told = office.told(a_row(**cells))

    assert [(each.number, each.state) for each in told] == [(2, WRONG)]
    assert list(told[0].faults) == faults


@pytest.mark.parametrize("unit", ["dien-bien", "LĐLĐ tỉnh Điện Biên [dien-bien]", "khong-co", "Không Có", "tld", "\0x"])
def test_a_unit_of_another_branch_is_no_unit(office: Office, unit: str) -> None:
    officer = StaffAccountFactory(unit=office.units[HERE])
    elsewhere = [each.faults for each in office.told(a_row(unit=unit.replace("\0", "")), by=officer)]

    assert [len(faults) for faults in elsewhere] == [1]
    assert elsewhere[0][0].startswith("Đơn vị: Không có đơn vị này trong phạm vi của bạn.")
    assert office.enter(a_row(unit=unit.replace("\0", "")), by=officer)[0].state == REFUSED
    assert not Initiative.objects.exists()


def test_the_window_decides_for_each_unit(office: Office) -> None:
    office.campaign.phases.exclude(name="Giai đoạn 1").delete()
    WindowExtensionFactory(
        campaign=office.campaign, unit=office.units[HERE], closes_at=datetime(2022, 6, 3, tzinfo=VIETNAM)
    )
    rows = [a_row(unit=HERE), a_row(unit="quang-tri/huong-hoa", phone="0912 000 111", title="Khác")]

    outcomes = office.enter(*rows, at=CLOSED)

    assert [each.state for each in outcomes] == [ENTERED, REFUSED]
    assert "Đã đóng lúc 24h00 ngày 31/5/2022" in outcomes[1].sentence or "Chỉ còn nhận của" in outcomes[1].sentence


def test_rows_without_anybody_are_blank(office: Office) -> None:
    told = office.told(a_row(), a_row(full_name="", title="", description=""))

    assert [each.state for each in told] == [NEW, BLANK]


def test_of_two_rows_that_are_the_same_the_first_is_kept(office: Office) -> None:
    rows = [
        a_row(),
        a_row(full_name="HỒ THỊ  MỸ DUYÊN", phone="", title="giá xoay sấy ván ghép hai mặt"),
        a_row(full_name="Hồ Duyên"),
        a_row(title="Một cải tiến khác"),
        a_row(unit="quang-tri/huong-hoa"),
    ]

    told = office.told(*rows)

    assert [each.state for each in told] == [NEW, WRONG, WRONG, NEW, NEW]
    assert told[1].faults == ("Trùng với dòng 2: cùng người, cùng đơn vị, cùng tên sáng kiến. Hãy bỏ một dòng.",)


def test_what_is_asked_about_hinders_nothing(office: Office) -> None:
    told = office.told(a_row(benefit_value="5"))

    assert told[0].state == NEW
    assert told[0].warnings == (
        "Chưa kèm quyết định công nhận sáng kiến.",
        "Giá trị làm lợi 5 đồng có đúng không?",
    )


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        pytest.param({}, PRESENT, id="name and title"),
        pytest.param(
            {"full_name": "Ai Khác", "search_text": "ai khac", "phone_digits": "0935112233"}, PRESENT, id="phone"
        ),
        pytest.param({"unit": "quang-tri/huong-hoa"}, NEW, id="in another unit"),
        pytest.param({"status": Status.WITHDRAWN}, NEW, id="withdrawn"),
        pytest.param({"search_text": "ai khac"}, NEW, id="another person"),
        pytest.param({"national_id": "001088000001"}, NEW, id="another number"),
    ],
)
def test_what_was_received_before_is_there(office: Office, earlier: dict[str, Any], state: str) -> None:
    row = a_row()
    fields = {
        "campaign": office.campaign,
        "full_name": row["full_name"],
        "title": row["title"],
        "search_text": "ho thi my duyen gia xoay say van ghep hai mat",
        "phone_digits": "0900000000",
        "national_id": "",
        "unit": HERE,
    } | earlier
    there = InitiativeFactory(**fields | {"unit": unit_at(fields["unit"])})

    told = office.told(row)

    assert (told[0].state, told[0].code) == (state, there.receipt_code if state == PRESENT else "")


# --- entering --------------------------------------------------------------------------------------------------------


def test_what_is_entered_bears_who_entered_it_and_the_moment(office: Office) -> None:
    office.enter(a_row())

    initiative = Initiative.objects.get()
    assert (initiative.entered_by, initiative.arrived_at, initiative.consent_on_paper) == (office.officer, AT, True)
    assert initiative.events.get().title == "Cán bộ nhập hộ"


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    rows = rows_of(3)
    first = office.enter(*rows)
    before = list(Initiative.objects.order_by("pk").values())

    again = office.enter(*rows, at=datetime(2022, 3, 2, tzinfo=VIETNAM))

    assert [each.state for each in first] == [ENTERED] * 3
    assert [each.state for each in again] == [PRESENT] * 3
    assert [each.code for each in again] == [each.code for each in first]
    assert list(Initiative.objects.order_by("pk").values()) == before


def test_a_row_whose_initiative_was_withdrawn_is_told_so_and_enters_nothing(office: Office) -> None:
    code = office.enter(a_row())[0].code
    withdraw(Initiative.objects.get(), at=datetime(2022, 3, 5, 9, tzinfo=VIETNAM))

    told = office.told(a_row())
    again = office.enter(a_row())

    assert (told[0].state, told[0].code) == (WITHDRAWN, code)
    assert told[0].faults == (
        f"Đã nhập, mã {receipts.shown(code)}. Người nộp đã rút ngày 5/3/2022 nên cổng không nhập lại.",
        sheets.HOW_TO_SEND_AGAIN,
    )
    assert (again[0].state, again[0].sentence) == (WITHDRAWN, " ".join(told[0].faults))
    assert Initiative.objects.count() == 1


def test_what_was_withdrawn_comes_back_under_another_title_and_is_there_from_then_on(office: Office) -> None:
    office.enter(a_row())
    withdraw(Initiative.objects.get(), at=datetime(2022, 3, 5, 9, tzinfo=VIETNAM))
    renamed_row = a_row(title="Giá xoay sấy ván ghép, bản sửa")

    entered, same = office.enter(renamed_row), office.enter(renamed_row)

    assert [each.state for each in (*entered, *same)] == [ENTERED, PRESENT]
    assert Initiative.objects.count() == 2


def test_what_was_withdrawn_and_entered_one_by_one_since_is_there(office: Office) -> None:
    office.enter(a_row())
    withdraw(Initiative.objects.get(), at=datetime(2022, 3, 5, 9, tzinfo=VIETNAM))
    judged = office.judge().judged(list(office.read(workbook(a_row()))))[0]
    assert judged.examined is not None
    anew = entries.enter(judged.examined, key="one by one", by=office.officer, at=AT)

    told = office.told(a_row())

    assert (told[0].state, told[0].code) == (PRESENT, anew.initiative.receipt_code)


def test_another_officer_sending_the_same_file_enters_nothing_twice(office: Office) -> None:
    office.enter(*rows_of(2))

    again = office.enter(*rows_of(2), by=StaffAccountFactory(unit=office.units["quang-tri"], phone="0905 111 333"))

    assert [each.state for each in again] == [PRESENT, PRESENT]
    assert Initiative.objects.count() == 2


def test_a_row_costs_the_same_however_many_there_are(office: Office) -> None:
    def statements(rows: list[Row]) -> int:
        read = office.read(workbook(*rows))
        judge = office.judge()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            judge.judged(list(read))
        return len(captured)

    assert statements(rows_of(1)) == statements(rows_of(3)) == statements(rows_of(50))


def test_units_named_in_many_rows_are_asked_for_at_once(office: Office) -> None:
    codes = [UnitFactory(code=f"{HERE}/cdcs-{n}", parent=office.units[HERE]).code for n in range(20)]
    rows = [row | {"unit": code} for row, code in zip(rows_of(20), codes, strict=True)]
    read, judge = office.read(workbook(*rows)), office.judge()

    with CaptureQueriesContext(connection) as captured:
        told = [each.told.state for each in judge.judged(list(read))]

    assert told == [NEW] * 20
    assert len(captured) == 4


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({}, id="right"),
        pytest.param({"full_name": "", "applied_on": "31/2/2022", "consent": ""}, id="wrong in three places"),
        pytest.param({"co_authors-2-full_name": "Hồ B", "co_authors-2-share": "40", "share": "60"}, id="a co-author"),
        pytest.param({"co_authors-9-share": "40", "share": "50"}, id="a share of nobody"),
        pytest.param({"share": "60"}, id="a share with nobody"),
        pytest.param(
            {"co_authors-1-full_name": "Hồ B", "co_authors-1-share": "50", "share": "50", "recognised_author": "1"},
            id="one of two equal ones is recognised",
        ),
    ],
)
def test_forms_of_many_rows_judge_as_forms_of_one(office: Office, cells: Row) -> None:
    offer = office.offer()
    typed = Cells(offer).typed(SheetRow(2, {name: str(text) for name, text in a_row(**cells).items()})).answers
    many = entries.many_forms_of(offer, by=office.officer)
    asked: dict[str, Any] = {"offer": offer, "by": office.officer, "at": AT}

    alone = entries.examine(typed, **asked)
    among = [entries.examine(typed | other, many=many, **asked) for other in ({}, {"title": "Khác"}, {}) for _ in "12"]

    for each in (among[0], among[-1]):
        assert (each.faults, each.warnings, each.entry) == (alone.faults, alone.warnings, alone.entry)
    if alone.entry is not None:
        assert [each.entry.values["title"] for each in among if each.entry] == [
            *[alone.entry.values["title"]] * 2,
            *["Khác"] * 2,
            *[alone.entry.values["title"]] * 2,
        ]


# --- as it is kept ---------------------------------------------------------------------------------------------------


def test_what_was_read_is_kept_in_pieces_and_comes_back_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("initiatives.submission.entering.kept_sheets.PIECE", 2)
    rows = office.read(workbook(*rows_of(5)))
    told = [each.told for each in office.judge().judged(list(rows))]

    opened = Rows.opened(rows.with_told(told).sealed_for(7), sheet=7)

    assert opened == rows.with_told(told)
    assert opened.is_judged
    assert [row.number for row in opened] == [2, 3, 4, 5, 6]
    assert [row.number for row in opened.part(1, 4)] == [3, 4, 5]
    assert [row.number for row in opened.part(4, 5)] == [6]


def test_the_corrected_file_can_be_sent_again(office: Office) -> None:
    wrong = a_row(full_name="", top_unit="quang-tri", unit="")
    rows = office.read(workbook(a_row(), wrong | {"title": "Một cải tiến khác"}))
    judged = office.judge().judged(list(rows))
    told = [(row, each.told.faults) for row, each in zip(rows, judged, strict=True) if each.told.faults]

    content = sheet_columns.corrected(office.offer(), told, found=rows.found)

    headings, only = lines(content)
    assert headings[0] == "Cần sửa"
    assert only[0] == "Họ và tên: Hãy nhập họ và tên."
    again = office.read(content)
    assert again.others == ()
    assert [row.values.get("top_unit") for row in again] == ["quang-tri"]
    assert [each.told.faults for each in office.judge().judged(list(again))] == [("Họ và tên: Hãy nhập họ và tên.",)]
