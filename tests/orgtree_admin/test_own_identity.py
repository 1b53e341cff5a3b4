"""One's own identity number: its hash alone is kept, for the portal to know one's own initiatives by."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal import sealing
from tests.factories import PASSWORD, StaffAccountFactory

ADDRESS, OWN = reverse("admin:own_identity"), reverse("admin:own_account")
NUMBER = "045 188 012 345"
HASH = sealing.lookup_hash("identity", "045188012345")


@pytest.fixture
def officer(db: None) -> StaffAccount:
    return StaffAccountFactory(role=Role.REVIEWER)


@pytest.fixture
def client(officer: StaffAccount, client_as: Callable[[StaffAccount], Client]) -> Client:
    return client_as(officer)


def kept(officer: StaffAccount) -> str:
    return StaffAccount.objects.get(pk=officer.pk).national_id_hash


def test_the_hash_is_kept_and_the_number_nowhere(officer: StaffAccount, client: Client) -> None:
    answer = client.post(ADDRESS, {"number": NUMBER, "password": PASSWORD}, follow=True)

    assert kept(officer) == HASH
    page = answer.content.decode()
    assert "<b>đã ghi</b>" in page
    assert "345" not in page
    assert NUMBER not in client.get(ADDRESS).content.decode()


def test_another_number_takes_its_place(officer: StaffAccount, client: Client) -> None:
    client.post(ADDRESS, {"number": "045188099999", "password": PASSWORD})

    client.post(ADDRESS, {"number": NUMBER, "password": PASSWORD})

    assert kept(officer) == HASH


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": NUMBER, "password": "sai"}, "Mật khẩu đang dùng chưa đúng."),
        ({"number": NUMBER, "password": ""}, "Hãy nhập mật khẩu đang dùng."),
        ({"number": "", "password": PASSWORD}, "Hãy nhập số CMND/CCCD của tôi."),
        ({"number": "04518801234", "password": PASSWORD}, "số vừa nhập có 11"),
        ({"number": "x" * 5000, "password": PASSWORD}, "chỉ gồm chữ số"),
    ],
    ids=["wrong password", "no password", "nothing", "too short", "no number"],
)
def test_a_refusal_keeps_what_there_was(
    officer: StaffAccount, client: Client, typed: dict[str, str], sentence: str
) -> None:
    StaffAccount.objects.filter(pk=officer.pk).update(national_id_hash=HASH)

    answer = client.post(ADDRESS, typed)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert kept(officer) == HASH


def test_an_account_that_many_use_is_nobodys(client_as: Callable[[StaffAccount], Client]) -> None:
    shared = StaffAccountFactory(role=Role.REVIEWER, is_demonstration=True)

    answer = client_as(shared).post(ADDRESS, {"number": NUMBER, "password": PASSWORD}, follow=True)

    assert "dùng chung" in answer.content.decode()
    assert kept(shared) == ""
