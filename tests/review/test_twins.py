"""Pairs that may be duplicates: who sees them, what is seen, and what the desk tells of those it may not show (M22)."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import lifecycle
from initiatives.duplicates import pairs
from initiatives.models import Initiative, Status, TwinPair
from initiatives.review import twins
from initiatives.review.twin_decisions import Choice
from initiatives.submission import receipts
from orgtree import changes
from orgtree.models import Unit
from orgtree.roles import Role
from tests.factories import AttachmentFactory, CampaignFactory, CoAuthorFactory, StaffAccountFactory, TwinPairFactory
from tests.review.conftest import Office
from tests.review.twin_pairs import (
    AT,
    BESIDE,
    DISTINCT,
    DUPLICATE,
    ELSEWHERE,
    EVERYTHING,
    HERE,
    OPEN,
    QUEUE,
    across,
    address,
    again,
    decide,
    listed,
    officer_at,
    pair_of,
    post,
)


class TestWhoSeesAPair:
    @pytest.mark.parametrize(
        "unit, sees",
        [
            ("quang-tri/dong-ha", False),
            ("quang-tri/huong-hoa", False),
            ("quang-tri", True),
            ("dien-bien", False),
            ("tld", True),
        ],
    )
    def test_whose_branch_holds_both(self, office: Office, unit: str, sees: bool) -> None:
        pair = pair_of(office, HERE, BESIDE, decider="quang-tri")

        assert list(twins.visible(TwinPair.objects.all(), officer_at(office, unit))) == ([pair] if sees else [])

    def test_once_one_was_attached_elsewhere_who_saw_both_sees_neither(self, office: Office) -> None:
        """Until the screening has found the decider anew."""
        pair = pair_of(office)
        lifecycle.reassign(pair.later, office.units[ELSEWHERE], by=officer_at(office, "tld"), at=AT)

        assert list(twins.visible(TwinPair.objects.all(), office.officer)) == []
        assert office.client.get(address(pair)).status_code == 404
        assert listed(office.client, **EVERYTHING) == []

    @pytest.mark.parametrize("fields", [{"is_active": False}, {"unit": None}], ids=["closed", "without-unit"])
    def test_nobody_without_a_place(self, office: Office, fields: dict[str, Any]) -> None:
        pair_of(office)

        account = StaffAccountFactory(**{"unit": office.units["tld"], "role": Role.MANAGER} | fields)

        assert list(twins.visible(TwinPair.objects.all(), account)) == []

    def test_a_unit_that_closed_for_good_keeps_what_is_its_own(self, office: Office) -> None:
        """Its place of today, below whoever follows those above it, is the path of no unit."""
        order = changes.Order(day=AT.date(), document="QĐ 7", at=AT)
        changes.close(office.units[BESIDE], order=order)
        changes.merge(office.units["quang-tri"], into=office.units["dien-bien"], order=order)
        closed = again(office.units[BESIDE])
        assert not Unit.objects.filter(path=closed.current_path).exists()

        first, second = (office.receive(unit=closed) for _ in range(2))

        assert pairs.decider_of(first, second) == closed


class TestTheQueue:
    def test_it_shows_what_waits_for_ones_own_level_likeliest_first(
        self, office: Office, signed_in: Callable[..., Client]
    ) -> None:
        likely = pair_of(office, HERE, BESIDE, decider="quang-tri", likeness=95)
        below = pair_of(office, likeness=99)
        less = pair_of(office, HERE, BESIDE, decider="quang-tri", likeness=70)
        province = signed_in("quang-tri", Role.REVIEWER)

        assert listed(province) == [likely.pk, less.pk]
        assert listed(province, level="below") == [below.pk]
        assert listed(province, level="all") == [below.pk, likely.pk, less.pk]
        assert listed(office.client) == [below.pk]

    def test_what_was_found_for_a_unit_waits_for_the_one_that_follows_it(self, office: Office) -> None:
        pair = pair_of(office)
        order = changes.Order(day=AT.date(), document="QĐ 7", at=AT)
        changes.merge(office.units[HERE], into=office.units[BESIDE], order=order)

        follower = again(office.officer)

        assert twins.waiting(follower) == 1
        assert twins.visible(TwinPair.objects.all(), follower).get() == pair

    @pytest.mark.parametrize("side", ["earlier", "later"])
    @pytest.mark.parametrize("status", Status.values)
    def test_a_pair_waits_while_both_count(self, office: Office, side: str, status: str) -> None:
        pair = pair_of(office)
        Initiative.objects.filter(pk=getattr(pair, f"{side}_id")).update(status=status)

        waits = status not in {Status.INVALID, Status.WITHDRAWN}

        assert listed(office.client) == ([pair.pk] if waits else [])
        assert listed(office.client, state="settled") == ([] if waits else [pair.pk])
        assert twins.waiting(office.officer) == int(waits)
        assert twins.is_waiting(TwinPair.objects.select_related("earlier", "later").get()) is waits

    @pytest.mark.parametrize("state, others", [("duplicate", ["waiting", "distinct"]), ("distinct", ["duplicate"])])
    def test_a_decided_pair_is_found_by_its_state(self, office: Office, state: str, others: list[str]) -> None:
        pair = pair_of(office, state=state)

        assert listed(office.client, state=state) == [pair.pk]
        assert [listed(office.client, state=other) for other in others] == [[] for _ in others]

    @pytest.mark.parametrize("kind", TwinPair.Kind.values)
    def test_by_why_it_was_found(self, office: Office, kind: str) -> None:
        made = {each: pair_of(office, kind=each).pk for each in TwinPair.Kind.values}

        assert listed(office.client, kind=kind) == [made[kind]]

    def test_an_empty_queue_says_where_to_look(self, office: Office) -> None:
        assert "Không có cặp nào ở đây" in office.client.get(reverse(QUEUE)).content.decode()

    @pytest.mark.parametrize("asked", [{}, EVERYTHING], ids=["waiting", "everything"])
    def test_three_pairs_cost_as_many_statements_as_one(self, office: Office, asked: dict[str, str]) -> None:
        ContentType.objects.get_for_model(TwinPair)
        pair_of(office)
        listed(office.client, **asked)
        with CaptureQueriesContext(connection) as one:
            assert len(listed(office.client, **asked)) == 1
        pair_of(office)
        pair_of(office, state=DISTINCT if asked else OPEN)
        with CaptureQueriesContext(connection) as three:
            assert len(listed(office.client, **asked)) == 3

        assert len(three) == len(one)


class TestSideBySide:
    def page(self, office: Office, pair: TwinPair) -> str:
        return office.client.get(address(pair)).content.decode()

    def test_the_reason_and_both_texts(self, office: Office) -> None:
        pair = pair_of(office)
        AttachmentFactory(initiative=pair.earlier)
        CoAuthorFactory(initiative=pair.later, number=1, full_name="Lê Thị Kim Ngân", share=40)

        page = self.page(office, pair)

        wanted = ["87% giống, 9/10 câu", "Bùi Thị Xuân Lan", "Hoàng Văn Sơn", "Lê Thị Kim Ngân", "1 tệp", "không có"]
        assert [text for text in wanted if text not in page] == []
        assert all(office.desk(one) in page for one in (pair.earlier, pair.later))

    @pytest.mark.parametrize(
        "fields, words",
        [
            ({}, "87% giống, 9/10 câu"),
            ({"kind": "same_text", "likeness": 100}, "Cùng một văn bản, 100% giống, 9/10 câu"),
            ({"kind": "same_title", "likeness": 0, "sentences": 0}, "Cùng tên sáng kiến"),
            ({"kind": "reported", "likeness": 0, "sentences": 0}, "Cán bộ đề nghị xem"),
            ({"likeness": 61, "sentences": 0}, "61% giống"),
        ],
    )
    def test_why_in_words(self, office: Office, fields: dict[str, Any], words: str) -> None:
        assert twins.likeness_of(pair_of(office, **fields)) == words

    def test_what_a_worker_typed_cannot_become_markup(self, office: Office) -> None:
        pair = pair_of(office)
        Initiative.objects.filter(pk=pair.later_id).update(description="<script>alert(1)</script> <b>đậm</b>")

        page = self.page(office, pair)

        assert "<script>alert" not in page
        assert "<b>đậm" not in page

    @pytest.mark.parametrize(
        "shared, words",
        [
            ({"phone_digits": "0912345678"}, "cùng số điện thoại"),
            ({"national_id": "045188012345"}, "cùng số CMND/CCCD"),
            ({"phone_digits": ""}, ""),
        ],
        ids=["phone", "identity", "nothing"],
    )
    def test_one_sender_is_pointed_out(self, office: Office, shared: dict[str, str], words: str) -> None:
        pair = TwinPairFactory(earlier=office.receive(**shared), later=office.receive(**shared))

        page = self.page(office, pair)

        assert ("Cùng một người nộp" in page) is bool(words)
        assert words in page

    def test_more_documents_and_authors_cost_no_more_statements(self, office: Office) -> None:
        pair = pair_of(office)
        pair_of(office)
        self.page(office, pair)
        with CaptureQueriesContext(connection) as few:
            self.page(office, pair)
        for number in (1, 2, 3):
            AttachmentFactory(initiative=pair.earlier)
            CoAuthorFactory(initiative=pair.later, number=number, share=10)
            pair_of(office)
        with CaptureQueriesContext(connection) as many:
            self.page(office, pair)

        assert len(many) == len(few)

    def test_one_sees_how_far_one_has_come(self, office: Office) -> None:
        first, _, last = (pair_of(office, likeness=likeness) for likeness in (90, 80, 80))

        assert ["1/3" in self.page(office, first), "3/3" in self.page(office, last)] == [True, True]

    def test_a_viewer_reads_and_is_told_who_decides(self, office: Office, signed_in: Callable[..., Client]) -> None:
        pair = pair_of(office)
        viewer = signed_in(HERE, Role.VIEWER)

        page = viewer.get(address(pair)).content.decode()

        assert "Tài khoản của bạn chỉ xem" in page
        assert 'name="decision"' not in page
        assert post(viewer, pair, Choice.DISTINCT).status_code == 403
        assert again(pair).state == OPEN


class TestReporting:
    def report(self, office: Office, later: Initiative, code: str) -> list[TwinPair]:
        twins.report(later, code, by=office.officer, at=AT)
        return list(TwinPair.objects.all())

    def test_the_unit_above_both_gets_it(self, office: Office) -> None:
        """Also where the officer could not have seen the other one."""
        theirs = office.receive(unit=office.units[ELSEWHERE])
        own = office.receive()

        (pair,) = self.report(office, own, theirs.receipt_code)

        assert (pair.earlier, pair.later, pair.kind, pair.state) == (theirs, own, "reported", OPEN)
        assert pair.decider == office.units["tld"]

    def test_which_came_first_is_what_the_portal_knows(self, office: Office) -> None:
        own, theirs = office.receive(), office.receive(unit=office.units[BESIDE])

        (pair,) = self.report(office, own, theirs.receipt_code)

        assert (pair.earlier, pair.later) == (own, theirs)

    @pytest.mark.parametrize("code", ["", "abc", "1234 5678 9012 3", "itself", "of another campaign"])
    def test_nothing_for_nothing(self, office: Office, code: str) -> None:
        own = office.receive()
        codes = {
            "itself": own.receipt_code,
            "of another campaign": office.receive(campaign=CampaignFactory()).receipt_code,
        }

        assert self.report(office, own, codes.get(code, code)) == []

    @pytest.mark.parametrize("state", TwinPair.State.values)
    def test_what_is_known_stays_as_it_is(self, office: Office, state: str) -> None:
        pair = pair_of(office, state=state)

        for one, other in ((pair.earlier, pair.later), (pair.later, pair.earlier)):
            assert self.report(office, one, other.receipt_code) == [pair]
        assert again(pair).state == state


class TestOnTheDesk:
    def desk(self, office: Office, initiative: Initiative) -> str:
        return office.client.get(office.desk(initiative)).content.decode()

    def test_a_twin_of_the_branch_stands_there_with_the_way_to_it(self, office: Office) -> None:
        pair = pair_of(office)

        for one, other in ((pair.earlier, pair.later), (pair.later, pair.earlier)):
            page = self.desk(office, one)
            assert (other.title in page, "87% giống, 9/10 câu" in page, address(pair) in page) == (True, True, True)

    def test_of_a_twin_elsewhere_only_that_there_is_one_and_where(self, office: Office) -> None:
        pair = across(office)

        page = self.desk(office, pair.earlier)

        place = "Liên đoàn Lao động thành phố Điện Biên Phủ, LĐLĐ tỉnh Điện Biên"
        assert f"Có một sáng kiến gần giống ở {place} (87% giống, 9/10 câu)." in page
        assert "Tổng Liên đoàn Lao động Việt Nam quyết định." in page
        later = pair.later
        theirs = [
            later.title,
            later.full_name,
            later.receipt_code,
            receipts.shown(later.receipt_code),
            address(pair),
            office.desk(later),
        ]
        assert [text for text in theirs if text in page] == []

    @pytest.mark.parametrize("choice, words", [("keep_later", "trùng lặp"), ("distinct", "không trùng lặp")])
    def test_how_it_was_decided_above_is_told(self, office: Office, choice: str, words: str) -> None:
        pair = across(office)
        decide(pair, choice, officer_at(office, "tld"))

        page = self.desk(office, pair.earlier)
        assert f"Tổng Liên đoàn Lao động Việt Nam đã kết luận: {words}." in page
        assert [
            code for code in (pair.later.receipt_code, receipts.shown(pair.later.receipt_code)) if code in page
        ] == []

    @pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.INVALID])
    def test_what_became_of_a_twin_elsewhere_is_not(self, office: Office, status: str) -> None:
        pair = across(office)
        Initiative.objects.filter(pk=pair.later_id).update(status=status)

        assert "gần giống" not in self.desk(office, pair.earlier)

    @pytest.mark.parametrize("state, told", [(OPEN, False), (DISTINCT, False), (DUPLICATE, True)])
    def test_whether_a_code_that_was_reported_exists_is_not(self, office: Office, state: str, told: bool) -> None:
        pair = across(office, kind=TwinPair.Kind.REPORTED, state=state)

        assert ("gần giống" in self.desk(office, pair.earlier)) is told
        assert twins.on_desk(pair.earlier, officer_at(office, "tld"))[0].pair == pair

    def test_what_waits_is_not_hidden_by_what_was_decided(self, office: Office) -> None:
        initiative = office.receive()

        def twin(likeness: int, state: str) -> None:
            other = office.receive(title=f"Giống {likeness}")
            TwinPairFactory(earlier=initiative, later=other, decider=office.units[HERE], likeness=likeness, state=state)

        for likeness in range(90, 99):
            twin(likeness, DISTINCT)
        twin(50, OPEN)
        page = self.desk(office, initiative)
        assert page.index("Giống 50") < page.index("Giống 98") < page.index("Giống 90")
        assert "Còn cặp khác" not in page

        twin(40, OPEN)
        page = self.desk(office, initiative)
        assert page.index("Giống 50") < page.index("Giống 40") < page.index("Giống 98")
        assert ("Giống 90" in page, "Còn cặp khác" in page) == (False, True)

    def test_those_beyond_ten_are_reached_from_the_desk(self, office: Office) -> None:
        initiative = office.receive()
        mine = [
            TwinPairFactory(
                earlier=initiative, later=office.receive(), decider=office.units[HERE], likeness=likeness, state=state
            )
            for likeness, state in [*((each, OPEN) for each in range(50, 60)), (40, DISTINCT)]
        ]
        other = pair_of(office)

        (way,) = re.findall(r'<a href="([^"]+)">Xem danh sách</a>', self.desk(office, initiative))
        asked = dict(parse_qsl(html.unescape(way).partition("?")[2]))

        assert html.unescape(way).startswith(reverse(QUEUE))
        assert sorted(listed(office.client, **asked)) == sorted(pair.pk for pair in mine)
        assert other.pk in listed(office.client, **EVERYTHING)

    @pytest.mark.parametrize("asked", ["0", "x", "-1", "9" * 30, "foreign"])
    def test_what_is_no_initiative_of_ones_own_narrows_nothing(self, office: Office, asked: str) -> None:
        pair, foreign = pair_of(office), office.receive(unit=office.units[ELSEWHERE])

        found = listed(office.client, **EVERYTHING, initiative=str(foreign.pk) if asked == "foreign" else asked)

        assert found == [pair.pk]

    def test_what_nobody_is_told_of_takes_the_place_of_nothing(self, office: Office) -> None:
        initiative = office.receive()
        for _ in range(twins.MOST_ON_A_DESK + 1):
            other = office.receive(unit=office.units[ELSEWHERE])
            TwinPairFactory(
                earlier=initiative, later=other, decider=office.units["tld"], likeness=99, kind=TwinPair.Kind.REPORTED
            )
        TwinPairFactory(earlier=initiative, later=office.receive(), decider=office.units[HERE], likeness=50)

        page = self.desk(office, initiative)

        assert ("50% giống" in page, "Còn cặp khác" in page) == (True, False)

    def test_no_twin_is_silence(self, office: Office) -> None:
        assert "Có thể trùng lặp" not in self.desk(office, office.receive())

    def test_three_twins_cost_as_many_statements_as_one(self, office: Office) -> None:
        initiative = office.receive()

        def twin(code: str) -> None:
            other = office.receive(unit=office.units[code])
            TwinPairFactory(earlier=initiative, later=other, decider=pairs.decider_of(initiative, other))

        twin(ELSEWHERE)
        self.desk(office, initiative)
        with CaptureQueriesContext(connection) as one:
            self.desk(office, initiative)
        twin("thanh-hoa/hoang-hoa")
        twin(HERE)
        with CaptureQueriesContext(connection) as three:
            self.desk(office, initiative)

        assert len(three) == len(one)
