"""The inbox: what waits, found by anything a person might say, in a number of statements that does not grow (M21)."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from initiatives.lifecycle import Found, appraise
from initiatives.models import Finding, Job, Status
from initiatives.reports import export_admin
from initiatives.review import filters, queries
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import Level, Unit
from orgtree.roles import Role
from orgtree.scoped_admin import CappedPaginator
from portal.vietnamese.text import folded
from tests.factories import (
    CampaignFactory,
    CampaignFactory2021,
    DraftFactory,
    InitiativeFactory,
    StaffAccountFactory,
    UnitFactory,
)
from tests.review.conftest import INBOX, Office


def test_the_inbox_opens_with_what_waits_longest_first(office: Office) -> None:
    first, second = office.receive(title="Một"), office.receive(title="Hai")
    office.receive(title="Xong", status=Status.VALID)

    assert office.titles() == [first.title, second.title]


def test_the_newest_campaign_is_shown_unless_another_is_asked(office: Office) -> None:
    older = office.campaign
    office.receive(title="Năm trước")
    office.campaign = CampaignFactory()
    office.receive(title="Năm nay")

    assert office.titles() == ["Năm nay"]
    assert office.titles(campaign=older.slug) == ["Năm trước"]
    assert sorted(office.titles(campaign="all")) == ["Năm nay", "Năm trước"]


def test_what_is_of_deep_social_meaning_is_filtered(office: Office) -> None:
    plain, marked = office.receive(title="Chưa"), office.receive(title="Xã hội")
    appraise(marked, Found(Finding.NONE, None, True), by=office.officer, at=marked.submitted_at)

    assert office.titles(meaning="yes") == [marked.title]
    assert office.titles(meaning="khong-co") == [plain.title, marked.title]


def sought(text: str) -> str:
    return folded(f"Đặng Thị Ánh {text}")


@pytest.mark.parametrize(
    "typed",
    [
        "Đặng Thị Ánh",
        "dang thi anh",
        "ÁNH ĐẶNG",
        "ban ga cat vai",
        "Bàn gá cắt vải",
        "anh ga",
        "0912.345.678",
        "+84 912 345 678",
        "0912345678",
        "{code}",
        "{spaced}",
        "{dashed}",
        "  {spaced}  ",
    ],
)
def test_one_is_found_by_name_title_code_or_phone(office: Office, typed: str) -> None:
    found = office.receive(
        full_name="Đặng Thị Ánh",
        title="Bàn gá cắt vải",
        phone_digits="0912345678",
        phone="0912 345 678",
        search_text=sought("Bàn gá cắt vải"),
        status=Status.VALID,
    )
    office.receive(full_name="Trần Văn Bình", title="Máy rửa khay", search_text=folded("Trần Văn Bình Máy rửa khay"))
    code = found.receipt_code
    spaced = " ".join(code[start : start + 4] for start in range(0, 13, 4))

    asked = typed.format(code=code, spaced=spaced, dashed=spaced.replace(" ", "-"))

    assert office.titles(q=asked) == [found.title]


@pytest.mark.parametrize("typed", ["khong co ai", "0912999999", "1234567890123", "%", "_", "'", "\\"])
def test_what_is_not_there_is_not_found(office: Office, typed: str) -> None:
    office.receive(full_name="Đặng Thị Ánh", title="Bàn gá", search_text=folded("Đặng Thị Ánh Bàn gá"))

    found = office.titles(q=typed)

    assert found == (["Bàn gá"] if not folded(typed) else [])


def test_a_search_looks_at_every_campaign_and_status(office: Office) -> None:
    old = office.receive(title="Giá treo cũ", search_text="gia treo cu", status=Status.INVALID)
    office.campaign = CampaignFactory()

    assert office.titles(q="gia treo cu") == [old.title]
    assert office.titles(q="gia treo cu", status=Status.SUBMITTED) == []


def test_a_search_that_is_dropped_leaves_the_filters_chosen(office: Office) -> None:
    chosen = {"status": "valid", "unit": "quang-tri/dong-ha", "o": "-4"}

    shown = office.inbox(q="giá treo", p="2", **chosen).content.decode()

    dropped = re.search(r'<a href="([^"]*)">Bỏ tìm</a>', shown)
    assert dropped is not None
    assert QueryDict(unescape(dropped[1]).removeprefix("?")).dict() == chosen


@pytest.mark.parametrize(
    "asked, found",
    [
        ({"status": "all"}, {"A", "B", "C", "D", "E"}),
        ({"status": "valid"}, {"C"}),
        ({"status": "all", "reached": "yes"}, {"A", "B", "C"}),
        ({"field": "health"}, {"B"}),
        ({"category": "union_officer"}, {"A"}),
        ({"unit": "quang-tri/dong-ha/may-song-hieu"}, {"B"}),
        ({"unit": "quang-tri/dong-ha"}, {"A", "B"}),
    ],
    ids=lambda each: "-".join(sorted(each)),
)
def test_filters_narrow_the_list(office: Office, asked: dict[str, str], found: set[str]) -> None:
    office.receive(title="A", target_group="union_officer")
    office.receive(title="B", field="health", unit=office.units["quang-tri/dong-ha/may-song-hieu"])
    counted = office.receive(title="C", status=Status.VALID)
    office.receive(title="D", status=Status.WITHDRAWN)
    office.receive(title="E", status=Status.INVALID, duplicate_of=counted)

    assert set(office.titles(**asked)) == found


def test_the_phase_filter_offers_the_phases_of_the_campaign(office: Office) -> None:
    first, second = office.campaign.phases.all()
    office.receive(title="Đợt một")
    office.receive(title="Đợt hai", phase=second)

    assert office.titles(phase=second.pk) == ["Đợt hai"]
    assert office.titles(phase=first.pk) == ["Đợt một"]


def test_blocs_are_the_category_of_2021(office: Office) -> None:
    office.campaign = CampaignFactory2021()
    office.receive(title="Cơ quan", bloc="agency", target_group="")
    office.receive(title="Doanh nghiệp", bloc="enterprise", target_group="")

    assert office.titles(category="agency") == ["Cơ quan"]


def test_numbers_stand_beside_the_statuses(office: Office) -> None:
    office.receive()
    office.receive()
    office.receive(status=Status.VALID)

    page = office.inbox().content.decode()

    assert "Đã nhận, chờ xét (2)" in page
    assert "Hợp lệ (1)" in page
    assert "Tất cả (3)" in page


@pytest.mark.parametrize(
    "column, order", [(3, ["Lê An", "Trần Bình", "Đỗ Cường"]), (-3, ["Đỗ Cường", "Trần Bình", "Lê An"])]
)
def test_people_are_sorted_by_given_name(office: Office, column: int, order: list[str]) -> None:
    for name in ("Trần Bình", "Đỗ Cường", "Lê An"):
        office.receive(full_name=name)

    page = office.inbox(o=column)

    assert [row.full_name for row in page.context["cl"].result_list] == order


def statements(office: Office, address: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert office.client.get(address).status_code == 200
    return len(counted)


@pytest.mark.parametrize("address", ["inbox", "index", "late", "unit", "desk"])
def test_a_page_asks_the_same_number_of_statements_for_one_row_and_for_three(office: Office, address: str) -> None:
    first = office.receive()
    late = {"campaign": office.campaign, "unit": office.units["quang-tri/dong-ha"], "late_at": first.submitted_at}
    DraftFactory(**late)
    page = {
        "inbox": reverse(INBOX),
        "index": reverse("admin:index"),
        "late": reverse("admin:initiatives_draft_changelist"),
        "unit": reverse("admin:orgtree_unit_changelist"),
        "desk": office.desk(first),
    }[address]
    office.client.get(page)  # what is asked once a process
    with_one = statements(office, page)

    for _ in range(2):
        office.receive(unit=office.units["quang-tri/dong-ha/may-song-hieu"])
        DraftFactory(**late)

    assert statements(office, page) == with_one


def test_the_desk_asks_the_same_for_long_histories(office: Office) -> None:
    from tests.factories import AttachmentFactory, CoAuthorFactory, ReviewEventFactory, StaffAccountFactory

    first = office.receive()
    page = office.desk(first)
    AttachmentFactory(initiative=first)
    CoAuthorFactory(initiative=first)
    ReviewEventFactory(initiative=first, account=StaffAccountFactory(unit=first.unit))
    office.client.get(page)
    with_one = statements(office, page)

    for _ in range(3):
        AttachmentFactory(initiative=first)
        CoAuthorFactory(initiative=first)
        ReviewEventFactory(initiative=first, account=StaffAccountFactory(unit=first.unit))

    assert statements(office, page) == with_one


def test_a_long_list_is_counted_to_a_cap(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgtree.scoped_admin.MOST_COUNTED", 2)
    for _ in range(3):
        office.receive()

    paginator = CappedPaginator(queries.inbox(office.officer).order_by("pk"), 1)

    assert (paginator.count, paginator.is_capped) == (2, True)
    assert "Hơn" in office.inbox().content.decode()


def test_the_first_page_leads_to_what_waits(office: Office) -> None:
    office.receive()
    office.receive(status=Status.RETURNED)

    page = office.client.get(reverse("admin:index")).content.decode()

    address = f"{reverse(INBOX)}?campaign={office.campaign.slug}"
    assert f'<a href="{address}"><b>1</b> chờ xét</a>' in page
    assert f'<a href="{address}&amp;status=returned"><b>1</b> đã trả lại</a>' in page


class TestExport:
    def cells(self, answer: Any) -> str:
        import io

        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(answer.getvalue()))
        text = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
        book.close()
        return text

    @pytest.mark.parametrize("layout", ["qt", "th"])
    def test_the_whole_list_as_filtered(self, office: Office, layout: str) -> None:
        office.receive(title="Chờ xét")
        office.receive(title="Đã xong", status=Status.VALID)

        address = reverse("admin:initiatives_initiative_export", args=[layout])
        table = self.cells(office.client.get(f"{address}?status=valid"))

        assert "Đã xong" in table
        assert "Chờ xét" not in table

    @pytest.mark.parametrize("action", ["export_qt", "export_th"])
    def test_the_ticked_rows(self, office: Office, action: str) -> None:
        ticked = office.receive(title="Được chọn")
        office.receive(title="Không chọn")

        posted = {"action": action, "index": "0", "_selected_action": [ticked.pk]}
        table = self.cells(office.client.post(reverse(INBOX), posted))

        assert "Được chọn" in table
        assert "Không chọn" not in table

    def test_one_campaign_at_a_time(self, office: Office) -> None:
        office.receive()
        office.campaign = CampaignFactory()
        office.receive()
        address = reverse("admin:initiatives_initiative_export", args=["qt"])

        answer = office.client.get(f"{address}?campaign=all", follow=True)

        assert "một chương trình" in answer.content.decode()

    @pytest.mark.parametrize("account", ["ha-giang", "tuyen-quang-2025"])
    def test_it_is_sent_by_what_ones_unit_is_today(
        self, tree_of_2025: dict[str, Unit], client_as: Callable[..., Client], account: str
    ) -> None:
        """Whenever the account was made: Hà Giang went on in Tuyên Quang."""
        campaign = CampaignFactory(structure_day=date(2025, 7, 1))
        InitiativeFactory(campaign=campaign, unit=tree_of_2025["tuyen-quang-2025"])
        officer = client_as(StaffAccountFactory(unit=tree_of_2025[account]))

        answer = officer.get(reverse("admin:initiatives_initiative_export", args=["qt"]))

        assert "LIÊN ĐOÀN LAO ĐỘNG TỈNH TUYÊN QUANG" in self.cells(answer)

    @pytest.mark.parametrize(
        ("asked", "number"),
        [({}, 1), ({"campaign": "all"}, 2), ({"q": "Nguyễn"}, 2)],
        ids=["of the campaign", "of all", "a search"],
    )
    def test_a_large_table_holds_what_the_list_holds(
        self,
        tree_of_2025: dict[str, Unit],
        client_as: Callable[..., Client],
        monkeypatch: pytest.MonkeyPatch,
        asked: dict[str, str],
        number: int,
    ) -> None:
        """Of a unit that merged: its own, or where no campaign is named also what went on with it."""
        campaign = CampaignFactory(structure_day=date(2022, 1, 8))
        for code in ("quang-tri", "quang-binh"):
            InitiativeFactory(campaign=campaign, unit=tree_of_2025[code], full_name="Nguyễn Văn Tư")
        officer = StaffAccountFactory(unit=tree_of_2025["quang-tri-2025"])
        asked = asked | {"unit": "quang-tri", "status": "all"}
        monkeypatch.setattr(export_admin, "AT_ONCE", 0)
        client = client_as(officer)
        address = f"{reverse('admin:initiatives_initiative_export', args=['qt'])}?{urlencode(asked)}"
        shown = client.get(reverse(INBOX), asked).context["cl"].paginator.count

        client.post(client.get(address).context["address"])

        rows = export_admin.rows_chosen(Job.objects.get().asked["query"], by=officer)
        assert (shown, rows.filter(campaign=campaign).count()) == (number, number)

    def test_an_unknown_layout_leads_back(self, office: Office) -> None:
        office.receive()

        answer = office.client.get(reverse("admin:initiatives_initiative_export", args=["xx"]))

        assert answer.status_code == 302


FOUND_IN_THE_FILTER = {
    "without accents": ("dong ha", ["quang-tri/dong-ha"]),
    "shortened": ("ldld tp dong ha", ["quang-tri/dong-ha"]),
    "with a slip": ("dogn ha", ["quang-tri/dong-ha"]),
    "another branch": ("hoang hoa", []),
    "nobody": ("zzzz", []),
}


@pytest.mark.parametrize(("typed", "codes"), FOUND_IN_THE_FILTER.values(), ids=FOUND_IN_THE_FILTER)
def test_a_unit_is_found_in_the_filter_by_typing(
    office: Office, signed_in: Callable[..., Client], typed: str, codes: list[str]
) -> None:
    client = signed_in("quang-tri", Role.REVIEWER)

    answer = client.get(reverse(INBOX), {"tim-don-vi": typed, "status": "valid"})

    (spec,) = [each for each in answer.context["cl"].filter_specs if each.parameter_name == "unit"]
    offered = [choice["query_string"] for choice in spec.choices(answer.context["cl"])][1:]
    assert offered == [f"?{urlencode({'status': 'valid', 'unit': code})}" for code in codes]
    page = answer.content.decode()
    assert '<input type="hidden" name="status" value="valid">' in page
    assert ("Không tìm thấy đơn vị nào" in page) is (not codes)


UNITS_LEFT_OUT = {
    "directly below": ("UNITS_OFFERED", 2, {}, True),
    "all below": ("UNITS_OFFERED", 3, {}, False),
    "found": ("UNITS_FOUND", 1, {"tim-don-vi": "ldld"}, True),
}


@pytest.mark.parametrize(("name", "most", "asked", "is_told"), UNITS_LEFT_OUT.values(), ids=UNITS_LEFT_OUT)
def test_units_that_the_filter_leaves_out_are_told(
    office: Office,
    signed_in: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    most: int,
    asked: dict[str, str],
    is_told: bool,
) -> None:
    monkeypatch.setattr(filters, name, most)

    answer = signed_in("quang-tri", Role.REVIEWER).get(reverse(INBOX), asked)

    (spec,) = [each for each in answer.context["cl"].filter_specs if each.parameter_name == "unit"]
    assert len(spec.lookup_choices) == most
    assert (f"Chỉ hiện {most} đơn vị đầu." in answer.content.decode()) is is_told


@pytest.mark.parametrize(
    ("account", "structure_day", "held_below"),
    [
        ("quang-tri", date(2022, 1, 8), {"quang-tri", "quang-binh"}),
        ("quang-tri", date(2025, 7, 1), {"quang-tri-2025"}),
        ("quang-tri-2025", date(2025, 7, 1), {"quang-tri-2025"}),
        ("quang-tri-2025", date(2022, 1, 8), {"quang-tri", "quang-binh"}),
    ],
)
def test_the_filter_offers_the_units_of_the_campaigns_time(
    tree_of_2025: dict[str, Unit],
    client_as: Callable[..., Client],
    account: str,
    structure_day: date,
    held_below: set[str],
) -> None:
    """Whenever the account was made; two provinces became one in 2025."""
    CampaignFactory(structure_day=structure_day)
    UnitFactory(parent=tree_of_2025["quang-tri-2025"], level=Level.COMMUNE, opened_on=date(2025, 7, 1), code="xa-moi")

    answer = client_as(StaffAccountFactory(unit=tree_of_2025[account])).get(reverse(INBOX))

    (spec,) = [each for each in answer.context["cl"].filter_specs if each.parameter_name == "unit"]
    below = Unit.objects.filter(code__in=[code for code, _ in spec.lookup_choices], depth=3)
    above = Unit.objects.filter(path__in=[each.path[: -Unit.steplen] for each in below])
    assert {each.code for each in above} == held_below


@pytest.mark.parametrize("account", ["quang-tri/dong-ha", "quang-tri/huong-hoa"])
def test_after_a_merger_into_a_unit_that_went_on_the_filter_offers_what_stood_below_both(
    office: Office, signed_in: Callable[..., Client], account: str
) -> None:
    """To the officers of the one and of the other, each union once: not what went on for it as well."""
    into = office.units["quang-tri/huong-hoa"]
    UnitFactory(parent=into, level=Level.GRASSROOTS, code="quang-tri/huong-hoa/may")
    day = office.campaign.structure_day + timedelta(days=30)
    changes.merge(office.units["quang-tri/dong-ha"], into=into, order=Order(day=day, at=timezone.now()))

    answer = signed_in(account, Role.REVIEWER).get(reverse(INBOX))

    (spec,) = [each for each in answer.context["cl"].filter_specs if each.parameter_name == "unit"]
    assert [code for code, _ in spec.lookup_choices] == ["quang-tri/dong-ha/may-song-hieu", "quang-tri/huong-hoa/may"]


def test_what_was_typed_in_the_filter_narrows_nothing_by_itself(office: Office) -> None:
    office.receive(title="Một")

    assert office.titles(**{"tim-don-vi": "hoang hoa"}) == ["Một"]
