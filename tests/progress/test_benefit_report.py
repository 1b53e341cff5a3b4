"""Benefits for staff: totals without what looks mistyped, parts that add up, lists of one's own branch, Excel."""

import io
from collections.abc import Callable
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from initiatives import lifecycle
from initiatives.lifecycle import Found
from initiatives.models import Campaign, Counts, Finding, Initiative, Status
from initiatives.progress import benefit_report, benefit_sheet, tally
from initiatives.progress.benefit_report import Report
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, UnitFactory, make_tree

NOW = datetime(2022, 5, 20, 9, 0, tzinfo=VIETNAM)
PAGE = "/admin/initiatives/initiative/gia-tri/"
SHEET = "/admin/initiatives/initiative/gia-tri.xlsx"
MILLION, BILLION = 10**6, 10**9
Enter = Callable[[Any], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit], at: Callable[[Any], datetime]) -> Campaign:
    at(NOW)
    return CampaignFactory(slug="sang-kien-thu", name="Sáng kiến thử")


@pytest.fixture
def officer(small_tree: dict[str, Unit]) -> StaffAccount:
    return StaffAccountFactory(unit=small_tree["quang-tri"], role=Role.REVIEWER)


@pytest.fixture
def reader(campaign: Campaign, officer: StaffAccount, client_as: Enter) -> Client:
    return client_as(officer)


def sent(campaign: Campaign, unit: Unit, *values: int | None, **fields: Any) -> list[Initiative]:
    return [InitiativeFactory(campaign=campaign, unit=unit, benefit_value=value, **fields) for value in values]


def found(one: Initiative, by: StaffAccount, value: int | None, *, social: bool = False) -> None:
    finding = Finding.NOT_MONEY if value is None else Finding.MONEY
    lifecycle.appraise(one, Found(finding, value, social, "Sổ"), by=by, at=NOW)


def report_of(campaign: Campaign, unit: Unit) -> Report:
    tally.refresh(campaign, at=NOW, everything=True)
    return benefit_report.of(campaign, unit, at=NOW)


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def opened(client: Client, **asked: str) -> HttpResponse:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return answer


@pytest.fixture
def ordinary(campaign: Campaign, small_tree: dict[str, Unit]) -> list[Initiative]:
    """Twelve in Đông Hà with five million each: enough for a middle of the field."""
    return sent(campaign, small_tree["quang-tri/dong-ha"], *[5 * MILLION] * 12)


# --- totals -----------------------------------------------------------------------------------------------------------


def test_totals_leave_out_what_looks_mistyped(
    campaign: Campaign, small_tree: dict[str, Unit], ordinary: list[Initiative], officer: StaffAccount
) -> None:
    unit = small_tree["quang-tri/huong-hoa"]
    sent(campaign, unit, 7 * BILLION)
    sent(campaign, unit, 3 * 10**15, 2**63 - 1)  # never added up by the tally
    sent(campaign, unit, 6 * BILLION, status=Status.VALID)
    sent(campaign, unit, 2 * MILLION, status=Status.VALID)
    sent(campaign, unit, None, benefit_is_not_money=True)
    found(ordinary[0], officer, 4 * MILLION, social=True)
    found(ordinary[1], officer, None)

    report = report_of(campaign, small_tree["tld"])

    assert len(report.suspects) == 4
    assert report.mistyped_money == 13 * BILLION + 3 * 10**15 + 2**63 - 1
    total = report.total
    assert (total.declared, total.declared_valid, total.entries) == (62 * MILLION, 2 * MILLION, 18)
    assert (total.appraised, total.share_appraised) == (4 * MILLION, "2/18")
    figures = total.figures
    # one as declared, one as staff found it
    assert (figures.unmeasured, figures.doubtful, figures.meaningful) == (2, 2, 1)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        pytest.param(900 * MILLION, 60 * MILLION, id="staff found another amount: the slip stays out"),
        pytest.param(None, 60 * MILLION, id="not expressible in money: likewise"),
        pytest.param(6 * BILLION, 6 * BILLION + 60 * MILLION, id="confirmed: it was a marvel"),
    ],
)
def test_appraising_a_slip_never_puts_it_into_the_total(
    campaign: Campaign,
    small_tree: dict[str, Unit],
    ordinary: list[Initiative],
    officer: StaffAccount,
    value: int | None,
    declared: int,
) -> None:
    before = report_of(campaign, small_tree["tld"]).total.declared
    slip = sent(campaign, small_tree["quang-tri/huong-hoa"], 6 * BILLION)[0]
    assert len(report_of(campaign, small_tree["tld"]).open_suspects) == 1

    found(slip, officer, value)

    report = report_of(campaign, small_tree["tld"])
    assert (report.total.declared, report.open_suspects) == (before + declared - 60 * MILLION, [])


def test_what_staff_confirm_above_a_thousand_billion_is_added(
    campaign: Campaign, small_tree: dict[str, Unit], ordinary: list[Initiative], officer: StaffAccount
) -> None:
    before = report_of(campaign, small_tree["tld"]).total.declared
    great = sent(campaign, small_tree["quang-tri/huong-hoa"], 2 * 10**15 // 1000)[0]
    assert report_of(campaign, small_tree["tld"]).total.declared == before

    found(great, officer, 2 * 10**12)

    total = report_of(campaign, small_tree["tld"]).total
    assert (total.declared, total.figures.doubtful) == (before + 2 * 10**12, 0)


def test_where_valid_ones_are_counted_money_is_of_valid_ones(
    campaign: Campaign, small_tree: dict[str, Unit], ordinary: list[Initiative], officer: StaffAccount
) -> None:
    campaign.counts = Counts.VALID
    campaign.save()
    unit = small_tree["quang-tri/dong-ha"]
    valid = sent(campaign, unit, 3 * MILLION, 6 * BILLION, status=Status.VALID)[0]
    sent(campaign, unit, 8 * BILLION)
    found(valid, officer, 2 * MILLION)
    found(ordinary[0], officer, 5 * MILLION)

    total = report_of(campaign, small_tree["tld"]).total

    assert (total.declared, total.appraised, total.entries) == (3 * MILLION, 2 * MILLION, 2)


def test_every_part_adds_up_to_the_whole(
    campaign: Campaign, small_tree: dict[str, Unit], ordinary: list[Initiative], officer: StaffAccount
) -> None:
    for code, field in (("quang-tri/dong-ha/may-song-hieu", "health"), ("dien-bien", ""), ("tld", "production")):
        sent(campaign, small_tree[code], 9 * MILLION, 8 * BILLION, 5 * 10**12, field=field, target_group="official")
    late = sent(campaign, small_tree["cd-y-te"], 4 * MILLION, submitted_at=datetime(2022, 4, 1, 0, 0, tzinfo=VIETNAM))[
        0
    ]
    found(late, officer, MILLION)

    for code in ("tld", "quang-tri", "quang-tri/dong-ha"):
        report = report_of(campaign, small_tree[code])
        total = report.total
        sums = (total.declared, total.appraised, total.entries, len(total.suspects))
        for lines in (report.by_unit, *(lines for _, _, lines in report.parts)):
            assert sums == (
                sum(line.declared for line in lines),
                sum(line.appraised for line in lines),
                sum(line.entries for line in lines),
                sum(len(line.suspects) for line in lines),
            )
    assert [line.label for line in report_of(campaign, small_tree["tld"]).parts[3][2]] == ["Quý I/2022", "Quý II/2022"]


def test_a_quarter_begins_at_midnight_in_viet_nam(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    unit = small_tree["quang-tri/dong-ha"]
    sent(campaign, unit, 5 * 10**12, submitted_at=datetime.fromisoformat("2022-03-31T23:59:59.999999+07:00"))
    sent(campaign, unit, 6 * 10**12, submitted_at=datetime.fromisoformat("2022-04-01T00:00:00+07:00"))

    quarters = report_of(campaign, unit).parts[-1][2]

    assert [(line.label, [each.value for each in line.suspects]) for line in quarters] == [
        ("Quý I/2022", [5 * 10**12]),
        ("Quý II/2022", [6 * 10**12]),
    ]


# --- the page ---------------------------------------------------------------------------------------------------------


def test_what_looks_mistyped_comes_first_and_leads_to_its_desk(
    campaign: Campaign, small_tree: dict[str, Unit], ordinary: list[Initiative], reader: Client
) -> None:
    wrong, worse = sent(campaign, small_tree["quang-tri/dong-ha"], 7 * BILLION, 9 * BILLION)
    tally.refresh(campaign, at=NOW)

    page = opened(reader)
    text = seen(page)

    assert [row.initiative for row, _ in page.context["mistyped"]] == [worse, wrong]
    assert "2 sáng kiến trông như ghi nhầm, cộng 16 tỷ đồng." in text
    assert text.index("trông như ghi nhầm, cộng") < text.index("Tổng giá trị làm lợi một năm")
    assert "60 triệu đồng" in text
    assert f"/admin/initiatives/initiative/{worse.pk}/change/#benefit" in text
    assert reader.get(page.context["mistyped"][0][1]).status_code == 200


def test_where_nothing_looks_mistyped_nothing_is_said(
    campaign: Campaign, ordinary: list[Initiative], reader: Client
) -> None:
    tally.refresh(campaign, at=NOW)

    page = opened(reader)

    assert page.context["mistyped"] == [] and "Cần thẩm định trước" not in seen(page)


def test_the_lists_in_their_order(
    campaign: Campaign, small_tree: dict[str, Unit], reader: Client, officer: StaffAccount
) -> None:
    unit = small_tree["quang-tri/dong-ha"]
    a, b, c, _nothing = sent(campaign, unit, 3 * MILLION, 9 * MILLION, 6 * MILLION, None)
    gone = sent(campaign, unit, 99 * MILLION, status=Status.WITHDRAWN)[0]
    sent(campaign, unit, 98 * MILLION, status=Status.INVALID, duplicate_of=a)
    sent(campaign, small_tree["dien-bien"], 97 * MILLION)
    found(a, officer, 8 * MILLION, social=True)
    found(c, officer, 2 * MILLION)
    found(b, officer, None, social=True)
    Initiative.objects.filter(pk=gone.pk).update(has_social_meaning=True)
    tally.refresh(campaign, at=NOW)

    def listed(kind: str) -> list[Initiative]:
        return [row.initiative for row, _ in opened(reader, xem=kind).context["rows"]]

    assert listed("da-khai") == [b, c, a] == listed("khong-co")
    assert listed("da-tham-dinh") == [a, c]
    assert listed("xa-hoi") == [b, a]
    assert listed("nham") == []
    text = seen(opened(reader, xem="da-tham-dinh"))
    assert "8 triệu đồng" in text and "Ý nghĩa xã hội sâu sắc" in text


@pytest.mark.parametrize("most", [2, 200])
def test_walked_or_gathered_a_list_is_the_same(
    campaign: Campaign,
    small_tree: dict[str, Unit],
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    account = StaffAccountFactory(unit=small_tree["tld"], role=Role.VIEWER)
    everything = [
        one
        for number, code in enumerate(("quang-tri/dong-ha", "dien-bien", "quang-tri/huong-hoa") * 4)
        for one in sent(campaign, small_tree[code], (number * 7 % 11 + 1) * MILLION)
    ]
    report = report_of(campaign, small_tree["quang-tri"])
    wanted = sorted(
        (one for one in everything if one.unit.code.startswith("quang-tri")),
        key=lambda one: (-(one.benefit_value or 0), -one.pk),
    )
    for walks in (True, False):
        monkeypatch.setattr("initiatives.review.branches._walks", lambda *_, walks=walks, **__: walks)
        rows = benefit_report.listed(report, "da-khai", account=account, most=most)
        assert [row.initiative for row in rows] == wanted[:most]


def test_no_person_is_named(campaign: Campaign, small_tree: dict[str, Unit], reader: Client) -> None:
    named = {"full_name": "Trần Thị Bí Mật", "phone_digits": "0912345678"}
    one = sent(campaign, small_tree["quang-tri/dong-ha"], 5 * 10**12, **named)[0]
    tally.refresh(campaign, at=NOW)

    for kind in benefit_report.LISTS:
        page = seen(opened(reader, xem=kind))
        assert [word for word in ("Bí Mật", "0912345678") if word in page] == []
    assert one.title in page


@pytest.mark.parametrize("asked", [{"don-vi": "dien-bien"}, {"don-vi": "tld"}, {"don-vi": "khong"}, {"campaign": "x"}])
@pytest.mark.parametrize("address", [PAGE, SHEET])
def test_what_is_of_others_is_missing(reader: Client, asked: dict[str, str], address: str) -> None:
    assert reader.get(address, asked).status_code == 404


def test_without_a_unit_or_a_campaign_it_says_so(small_tree: dict[str, Unit], client_as: Enter) -> None:
    client = client_as(StaffAccountFactory(unit=small_tree["quang-tri"], role=Role.VIEWER))
    assert "Chưa có chương trình nào" in seen(opened(client))
    assert client.get(SHEET).status_code == 404

    CampaignFactory()

    assert "chưa thuộc đơn vị nào" in seen(opened(client_as(StaffAccountFactory(unit=None, role=Role.VIEWER))))


def test_what_moved_elsewhere_is_added_where_it_was_and_listed_where_it_is_seen(
    campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter
) -> None:
    """A district that went to another province keeps its numbers in the campaign; its initiatives are that one's to read."""
    moved = sent(campaign, small_tree["quang-tri/huong-hoa"], 7 * MILLION)[0]
    stayed = sent(campaign, small_tree["quang-tri/dong-ha"], 3 * MILLION)[0]
    order = Order(day=date(2025, 7, 1), at=datetime(2025, 8, 1, 9, tzinfo=VIETNAM))
    changes.move(Unit.objects.get(code="quang-tri/huong-hoa"), to=Unit.objects.get(code="dien-bien"), order=order)
    tally.refresh(campaign, at=NOW, everything=True)

    page = opened(client_as(StaffAccountFactory(unit=Unit.objects.get(code="quang-tri"), role=Role.VIEWER)))

    assert page.context["total"].declared == 10 * MILLION
    assert [row.initiative for row, _ in page.context["rows"]] == [stayed]
    assert moved.title not in seen(page)
    from_above = opened(
        client_as(StaffAccountFactory(unit=small_tree["tld"], role=Role.VIEWER)), **{"don-vi": "quang-tri"}
    )
    assert [row.initiative for row, _ in from_above.context["rows"]] == [moved, stayed]


def test_however_much_there_is_it_is_as_many_statements(
    campaign: Campaign, small_tree: dict[str, Unit], reader: Client, ordinary: list[Initiative], officer: StaffAccount
) -> None:
    def statements(address: str) -> int:
        tally.refresh(campaign, at=NOW, everything=True)
        reader.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(address).status_code == 200
        return len(asked)

    sent(campaign, small_tree["quang-tri/dong-ha"], 7 * BILLION)
    found(ordinary[0], officer, MILLION, social=True)
    few = [statements(address) for address in (PAGE, SHEET)]
    for number in range(4):
        unit = UnitFactory(code=f"quang-tri/huyen-{number}")
        found(sent(campaign, unit, 8 * BILLION, 2 * MILLION)[1], officer, MILLION, social=True)

    assert [statements(address) for address in (PAGE, SHEET)] == few


def test_charts_have_their_numbers_behind_them(
    campaign: Campaign, small_tree: dict[str, Unit], ordinary: list[Initiative]
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 20 * MILLION, field="health")

    bars = {each.key: each for each in report_of(campaign, small_tree["tld"]).bars}

    assert set(bars) == {"linh-vuc", "doi-tuong", "dot", "quy"}
    fields = bars["linh-vuc"]
    assert fields.is_money and sorted((bar.number, bar.width, bar.share) for bar in fields.bars) == [
        (20 * MILLION, 333, "25,0%"),
        (60 * MILLION, 1000, "75,0%"),
    ]
    assert [row[1:] for row in fields.rows if row[1] == "20 triệu đồng"] == [("20 triệu đồng", "0 đồng", "0/1")]


# --- Excel ------------------------------------------------------------------------------------------------------------


def test_the_sheet_holds_all_of_the_page(
    campaign: Campaign, small_tree: dict[str, Unit], reader: Client, ordinary: list[Initiative], officer: StaffAccount
) -> None:
    unit = small_tree["quang-tri/dong-ha"]
    wrong = sent(campaign, unit, 7 * BILLION, title="=1+1")[0]
    huge = sent(campaign, unit, 2**63 - 1)[0]
    found(ordinary[0], officer, 4 * MILLION, social=True)
    tally.refresh(campaign, at=NOW, everything=True)

    answer = reader.get(SHEET)
    book = load_workbook(io.BytesIO(answer.content))
    rows = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}

    assert answer["Content-Disposition"] == 'attachment; filename="gia-tri-lam-loi-sang-kien-thu-quang-tri.xlsx"'
    assert list(rows) == [
        *("Theo đơn vị", "Theo lĩnh vực", "Theo đối tượng", "Theo đợt", "Theo quý"),
        *(name for name, _ in benefit_sheet.LISTS.values()),
    ]
    for name in list(rows)[:5]:
        assert rows[name][-1][1:] == ["Tổng cộng: LĐLĐ tỉnh Quảng Trị", 14, 60 * MILLION, 0, 4 * MILLION, 1, 0, 1, 2]
    assert any("Không kể 2 sáng kiến trông như ghi nhầm" in str(row[0]) for row in rows["Theo đơn vị"])
    assert [(row[2], row[4]) for row in rows["Trông như ghi nhầm"] if isinstance(row[0], int)] == [
        (huge.title, "9.223.372.036.854.775.807 đồng"),
        (wrong.title, 7 * BILLION),
    ]
    assert [(row[2], row[4], row[5]) for row in rows["Ý nghĩa xã hội"] if isinstance(row[0], int)] == [
        (ordinary[0].title, 5 * MILLION, 4 * MILLION)
    ]
    title = next(cell for row in book["Trông như ghi nhầm"].iter_rows() for cell in row if cell.value == "=1+1")
    assert (title.data_type, title.quotePrefix) == ("s", True)
    money = next(cell for row in book["Lớn nhất đã khai"].iter_rows() for cell in row if cell.value == 7 * BILLION)
    assert (money.data_type, money.number_format) == ("n", "#,##0")
