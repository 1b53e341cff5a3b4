"""Whoever lost the code: the receipt printed again, or its link renewed; both after checking who it is, both recorded."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import Act, Draft, Initiative
from initiatives.review import lost_codes
from initiatives.review.actions import NotForThisAccount
from initiatives.review.lost_codes import KeyIsSpent, new_key, renew
from initiatives.submission import receipts
from orgtree.roles import Role
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM
from tests.codebase.doors import FROM_OUR_PAGE
from tests.factories import DraftFactory, StaffAccountFactory
from tests.review.conftest import Office

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)
LINK = re.compile(r'id="receipt-link">http://[^/]+(/bien-nhan/[A-Za-z0-9_-]{22}/)<')


@pytest.fixture(autouse=True)
def clock(at: Callable[[Any], datetime]) -> Callable[[Any], datetime]:
    at(NOW)
    return at


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def address(initiative: Initiative, act: str = "receipt") -> str:
    return reverse(f"admin:initiatives_initiative_{act}", args=[initiative.pk])


def key_of(client: Client, initiative: Initiative) -> str:
    return client.get(address(initiative)).context["key"]


def reprint(client: Client, initiative: Initiative, **posted: Any) -> HttpResponse:
    return client.post(address(initiative), {"confirmed": "on"} | posted)


def post_renewal(client: Client, initiative: Initiative, **posted: Any) -> HttpResponse:
    sent = {"confirmed": "on", "key": posted.get("key") or key_of(client, initiative)} | posted
    return client.post(address(initiative, "receipt_renew"), sent)


def link_on(answer: HttpResponse) -> str:
    return LINK.search(answer.content.decode())[1]  # type: ignore[index]


def acts(initiative: Initiative) -> list[str]:
    return [event.act for event in initiative.events.all()]


class TestAsking:
    def test_what_to_check_is_shown_and_the_identity_number_only_by_its_end(self, office: Office) -> None:
        initiative = office.receive(phone_digits="0912345678", national_id="045188012345")

        answer = office.client.get(address(initiative))

        shown = unescape(answer.content.decode())
        wanted = [
            initiative.full_name,
            "1988",
            "0912 345 678",
            "*** *** *** 345",
            initiative.unit.name,
            initiative.title,
        ]
        assert [text for text in wanted if text not in shown] == []
        assert "045188012345" not in shown.replace(" ", "")
        assert "Tôi đã xác nhận đúng người" in shown
        assert acts(initiative) == [Act.RECEIVED]

    def test_it_is_reached_from_the_desk(self, office: Office) -> None:
        initiative = office.receive()

        assert address(initiative) in office.client.get(office.desk(initiative)).content.decode()

    @pytest.mark.parametrize("act", ["receipt", "receipt_renew"])
    def test_nothing_happens_before_it_is_said_that_it_is_the_person(self, office: Office, act: str) -> None:
        initiative = office.receive()
        key = key_of(office.client, initiative)

        answer = office.client.post(address(initiative, act), {"key": key})

        assert answer.status_code == 422
        assert "Hãy hỏi để xác nhận đúng người" in answer.content.decode()
        assert acts(initiative) == [Act.RECEIVED]
        assert again(initiative).receipt_token_hash == initiative.receipt_token_hash

    @pytest.mark.parametrize("act", ["receipt", "receipt_renew"])
    def test_no_browser_keeps_these_pages(self, office: Office, act: str) -> None:
        initiative = office.receive()

        answer = office.client.post(
            address(initiative, act), {"confirmed": "on", "key": key_of(office.client, initiative)}
        )

        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert "no-store" in office.client.get(address(initiative))["Cache-Control"]

    def test_an_earlier_one_is_pointed_out(self, office: Office) -> None:
        initiative = office.receive()
        post_renewal(office.client, initiative)

        shown = office.client.get(address(initiative)).content.decode()

        assert f"Cấp lại liên kết biên nhận: 9h00 ngày 10/3/2022, {office.officer.full_name}" in shown


class TestPrintingAgain:
    def test_the_slip_has_what_one_needs_and_is_recorded(self, office: Office) -> None:
        initiative = office.receive(phone_digits="0912345678")

        shown = unescape(reprint(office.client, initiative).content.decode())

        wanted = [
            receipts.shown(initiative.receipt_code),
            initiative.title,
            initiative.unit.name,
            days.moment(initiative.submitted_at),
            reverse("track"),
            "0912 *** 678",
            "<svg",
        ]
        assert [text for text in wanted if text not in shown] == []
        assert "0912 345 678" not in shown
        event = initiative.events.last()
        assert (event.act, event.account) == (Act.REPRINTED, office.officer)

    def test_the_link_goes_on_opening_the_receipt(self, office: Office) -> None:
        initiative = office.receive()

        reprint(office.client, initiative)

        assert Client().get(reverse("receipt", args=[initiative.token])).status_code == 200

    def test_a_page_loaded_anew_is_one_printing_and_tomorrows_is_another(
        self, office: Office, clock: Callable[[Any], datetime]
    ) -> None:
        initiative = office.receive()

        reprint(office.client, initiative)
        reprint(office.client, initiative)
        lost_codes.print_again(initiative.pk, by=office.officer, at=NOW + timedelta(days=1))

        assert acts(initiative) == [Act.RECEIVED, Act.REPRINTED, Act.REPRINTED]

    def test_where_an_officer_entered_it_the_slip_has_its_link_again(self, office: Office) -> None:
        initiative = office.receive(entered_by=office.officer, phone="", phone_digits="")
        token = receipts.token_of_entered(initiative.receipt_code)
        Initiative.objects.filter(pk=initiative.pk).update(receipt_token_hash=receipts.token_hash(token))

        answer = reprint(office.client, initiative)

        assert link_on(answer) == reverse("receipt", args=[token])
        assert f"số điện thoại của {office.officer.full_name}" in answer.content.decode()


class TestRenewing:
    def test_the_new_link_opens_the_receipt_and_the_old_one_nothing(self, office: Office) -> None:
        initiative = office.receive()

        answer = post_renewal(office.client, initiative)

        assert answer.status_code == 200
        opened = Client().get(link_on(answer))
        assert receipts.shown(initiative.receipt_code) in opened.content.decode()
        old = Client().get(reverse("receipt", args=[initiative.token]))
        assert old.status_code == 404
        assert 'href="/tra-cuu/"' in old.content.decode()
        assert acts(initiative) == [Act.RECEIVED, Act.RENEWED]
        assert initiative.events.last().account == office.officer

    def test_only_the_hash_of_the_new_token_is_kept(self, office: Office) -> None:
        initiative = office.receive()

        token = link_on(post_renewal(office.client, initiative)).split("/")[2]

        kept = str(Initiative.objects.filter(pk=initiative.pk).values().get()) + str(list(initiative.events.values()))
        assert receipts.token_hash(token) in kept
        assert token not in kept

    def test_the_link_stands_on_no_other_page(self, office: Office) -> None:
        initiative = office.receive()

        link = link_on(post_renewal(office.client, initiative))

        for page in (address(initiative), office.desk(initiative)):
            assert link not in office.client.get(page).content.decode()

    def test_a_second_tap_shows_the_same_link_and_kills_none(self, office: Office) -> None:
        initiative = office.receive()
        key = key_of(office.client, initiative)

        first = post_renewal(office.client, initiative, key=key)
        second = post_renewal(office.client, initiative, key=key)

        assert link_on(first) == link_on(second)
        assert Client().get(link_on(first)).status_code == 200
        assert acts(initiative) == [Act.RECEIVED, Act.RENEWED]

    def test_of_two_officers_the_second_is_told(self, office: Office, signed_in: Callable[..., Client]) -> None:
        initiative = office.receive()
        other = signed_in("quang-tri", Role.REVIEWER)
        key = key_of(other, initiative)
        first = post_renewal(office.client, initiative)

        second = post_renewal(other, initiative, key=key)

        assert second.status_code == 409
        assert "vừa được cấp lại ở nơi khác" in second.content.decode()
        assert "checked" in second.content.decode()
        assert Client().get(link_on(first)).status_code == 200
        assert acts(initiative) == [Act.RECEIVED, Act.RENEWED]

    def test_a_page_of_yesterday_renews_nothing(self, office: Office) -> None:
        initiative = office.receive()
        key = new_key(initiative, by=office.officer, at=NOW)

        with pytest.raises(KeyIsSpent):
            renew(initiative.pk, key, by=office.officer, at=NOW + lost_codes.KEY_HOLDS)

        assert again(initiative).receipt_token_hash == initiative.receipt_token_hash

    @pytest.mark.parametrize(
        "which", ["empty", "invented", "of-another-row", "of-another-officer", "cut", "of-tomorrow"]
    )
    def test_a_key_that_was_not_made_for_this_renews_nothing(self, office: Office, which: str) -> None:
        initiative, other = office.receive(), office.receive()
        own = new_key(initiative, by=office.officer, at=NOW)
        key = {
            "empty": "",
            "invented": "a" * 22,
            "of-another-row": new_key(other, by=office.officer, at=NOW),
            "of-another-officer": new_key(initiative, by=StaffAccountFactory(), at=NOW),
            "cut": own[:-1],
            "of-tomorrow": new_key(initiative, by=office.officer, at=NOW + timedelta(days=1)),
        }[which]

        answer = office.client.post(address(initiative, "receipt_renew"), {"confirmed": "on", "key": key})

        assert answer.status_code == 409
        assert again(initiative).receipt_token_hash == initiative.receipt_token_hash
        assert acts(initiative) == [Act.RECEIVED]

    def test_the_worker_sees_that_it_was_renewed_and_not_that_it_was_printed(self, office: Office) -> None:
        initiative = office.receive()
        reprint(office.client, initiative)
        post_renewal(office.client, initiative)
        client = Client(headers=FROM_OUR_PAGE)

        found = client.post(
            reverse("track"), {"code": initiative.receipt_code, "phone": initiative.phone_digits}, follow=True
        )

        shown = found.content.decode()
        assert "Cấp lại liên kết biên nhận" in shown
        assert "In lại biên nhận" not in shown


class TestTheDraftsLinkAfterwards:
    """It leads to the receipt of before, by arithmetic: after a renewal it must not end at a missing page."""

    @pytest.fixture
    def draft(self, office: Office) -> Any:
        initiative = office.receive()
        token = receipts.new_token()
        receipt = receipts.token_hash(receipts.receipt_token(token))
        Initiative.objects.filter(pk=initiative.pk).update(receipt_token_hash=receipt)
        return DraftFactory(token=token, campaign=office.campaign, initiative=initiative, answers={})

    def steps(self, draft: Draft) -> list[str]:
        return [f"/nhap/{draft.token}/{step}" for step in ("", "nguoi-nop/", "noi-dung/", "kiem-tra/")]  # type: ignore[attr-defined]

    def test_before_it_leads_to_the_receipt(self, draft: Draft) -> None:
        client = Client(headers=FROM_OUR_PAGE)

        door, *steps = (client.get(step) for step in self.steps(draft))

        receipt = reverse("receipt", args=[receipts.receipt_token(draft.token)])  # type: ignore[attr-defined]
        assert f'href="{receipt}"' in door.content.decode()
        assert [step["Location"] for step in steps] == [receipt] * 3

    def test_afterwards_it_says_so_and_how_to_go_on(self, office: Office, draft: Draft) -> None:
        post_renewal(office.client, draft.initiative)
        client = Client(headers=FROM_OUR_PAGE)

        pages = [client.get(step, follow=True) for step in self.steps(draft)]
        posted = client.post(self.steps(draft)[1], {"full_name": "X"}, follow=True)

        for page in (*pages, posted):
            shown = page.content.decode()
            assert page.status_code == 200
            assert "Công đoàn đã cấp lại liên kết biên nhận" in shown
            assert f'href="{reverse("track")}"' in shown
            assert "/bien-nhan/" not in shown
            assert draft.initiative.title not in shown
            assert "no-store" in page["Cache-Control"]


class TestWhoMay:
    @pytest.mark.parametrize("act", ["receipt", "receipt_renew"])
    def test_a_viewer_may_not(self, office: Office, signed_in: Callable[..., Client], act: str) -> None:
        initiative = office.receive()
        viewer = signed_in("quang-tri/dong-ha", Role.VIEWER)

        assert viewer.post(address(initiative, act), {"confirmed": "on"}).status_code == 403
        assert address(initiative) not in viewer.get(office.desk(initiative)).content.decode()
        assert acts(initiative) == [Act.RECEIVED]

    @pytest.mark.parametrize("act", ["receipt", "receipt_renew"])
    def test_what_is_of_another_branch_is_missing(self, office: Office, act: str) -> None:
        elsewhere = office.receive(unit=office.units["dien-bien"])

        assert office.client.post(address(elsewhere, act), {"confirmed": "on"}).status_code == 404
        assert acts(elsewhere) == [Act.RECEIVED]

    @pytest.mark.parametrize("role, place", [(Role.REVIEWER, "dien-bien"), (Role.VIEWER, "quang-tri")])
    def test_the_actions_themselves_look_at_branch_and_role(self, office: Office, role: Role, place: str) -> None:
        initiative = office.receive()
        stranger = StaffAccountFactory(unit=office.units[place], role=role)
        key = new_key(initiative, by=stranger, at=NOW)

        with pytest.raises(NotForThisAccount):
            renew(initiative.pk, key, by=stranger, at=NOW)
        with pytest.raises(NotForThisAccount):
            lost_codes.print_again(initiative.pk, by=stranger, at=NOW)

        assert acts(initiative) == [Act.RECEIVED]

    def test_a_look_renews_nothing(self, office: Office) -> None:
        initiative = office.receive()

        assert office.client.get(address(initiative, "receipt_renew")).status_code == 405
        assert acts(initiative) == [Act.RECEIVED]
