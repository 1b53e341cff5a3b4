"""The first password: how it is given, typed and replaced, and that a slip alone opens nothing for long (M37)."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import authenticate, hashers
from django.test import Client, RequestFactory
from django.urls import reverse

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.staff import first_passwords
from tests.factories import PASSWORD, StaffAccountFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
LOGIN, INDEX, CHOOSE = (reverse(f"admin:{name}") for name in ("login", "index", "password_change"))
OWN = "song-hieu-mua-dong-7"
SHOWN = re.compile(r"\b[0-9]{3}(?:-[0-9]{3}){5}\b")


@pytest.fixture
def newcomer(db: None) -> StaffAccount:
    return StaffAccountFactory(username="nguoi-moi", role=Role.REVIEWER)


def sign_in(account: StaffAccount, password: str, after: str = "") -> tuple[Client, Any]:
    client = Client()
    return client, client.post(LOGIN, {"username": account.username, "password": password, "next": after})


def shown_on(answer: Any) -> str:
    """The one first password on a page of slips."""
    (password,) = SHOWN.findall(html.unescape(answer.content.decode()))
    return password


# --- what it is ---------------------------------------------------------------------------------------------------------


def test_it_is_digits_that_no_input_method_changes() -> None:
    given = {first_passwords.new_first_password() for _ in range(200)}

    assert len(given) == 200
    assert [password for password in given if not SHOWN.fullmatch(password)] == []


@pytest.mark.parametrize(
    "typed",
    [
        lambda password: password,
        lambda password: password.replace("-", ""),
        lambda password: password.replace("-", " "),
        lambda password: f" {password.replace('-', ' – ')} ",
        lambda password: password.replace("-", ". "),
        lambda password: "".join(chr(ord(each) + 0xFEE0) if each.isdigit() else each for each in password),
    ],
    ids=["as-printed", "bare", "blanks", "long-dashes", "dots", "full-width"],
)
def test_it_is_taken_as_people_type_it(newcomer: StaffAccount, typed: Callable[[str], str]) -> None:
    password = first_passwords.give(newcomer)

    assert sign_in(newcomer, typed(password))[1].status_code == 302


def test_it_may_be_typed_otherwise_the_second_time(newcomer: StaffAccount) -> None:
    password = first_passwords.give(newcomer)
    sign_in(newcomer, password)

    assert sign_in(newcomer, password.replace("-", ""))[1].status_code == 302


def test_only_a_first_password_is_read_so_freely(newcomer: StaffAccount) -> None:
    newcomer.set_password("481-902-753-386-419-305")
    newcomer.save()

    assert sign_in(newcomer, "481902753386419305")[1].status_code == 200


def test_another_one_is_refused(newcomer: StaffAccount) -> None:
    first_passwords.give(newcomer)

    assert sign_in(newcomer, first_passwords.new_first_password())[1].status_code == 200


def test_it_is_cheap_to_make_and_dear_to_guess(newcomer: StaffAccount) -> None:
    first_passwords.give(newcomer)

    parameters = hashers.get_hasher("first_argon2").decode(newcomer.password)
    usual = hashers.Argon2PasswordHasher()
    assert parameters["memory_cost"] * 100 <= usual.memory_cost
    assert parameters["time_cost"] < usual.time_cost


@pytest.mark.parametrize("who", ["unknown", "usual", "first", "closed", "unusable"])
def test_a_wrong_guess_costs_one_usual_hash_whoever_is_named(
    newcomer: StaffAccount, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    if who == "first":
        first_passwords.give(newcomer)
    if who == "closed":
        newcomer.is_active = False
    if who == "unusable":
        newcomer.set_unusable_password()
    newcomer.save()
    usual, made = type(hashers.get_hasher()), []
    encode = usual.encode
    monkeypatch.setattr(usual, "encode", lambda *args, **kwargs: made.append(1) or encode(*args, **kwargs))

    request = RequestFactory().post(LOGIN)
    found = authenticate(request, username="khong-co-ai" if who == "unknown" else "nguoi-moi", password="doan-mo-1")

    assert (found, len(made)) == (None, 1)


# --- the first sign-in ----------------------------------------------------------------------------------------------------


def test_the_first_sign_in_leads_to_a_password_of_ones_own(newcomer: StaffAccount) -> None:
    units = reverse("admin:orgtree_unit_changelist")
    client, answer = sign_in(newcomer, first_passwords.give(newcomer), after=units)
    led = client.get(answer["Location"])
    assert led["Location"].startswith(CHOOSE)

    chosen = client.post(led["Location"], {"new_password1": OWN, "new_password2": OWN, "next": units})

    assert (chosen.status_code, chosen["Location"]) == (302, units)
    assert client.get(units).status_code == 200
    newcomer.refresh_from_db()
    assert (newcomer.must_change_password, newcomer.check_password(OWN)) == (False, True)


@pytest.mark.parametrize(
    "address", [INDEX, "/admin/orgtree/unit/", "/admin/tai-khoan/", "/admin/huong-dan/", "/admin/khong-co/"]
)
def test_until_then_no_other_page_opens(newcomer: StaffAccount, address: str) -> None:
    client, _ = sign_in(newcomer, first_passwords.give(newcomer))

    answer = client.get(address)

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, CHOOSE)


def test_until_then_nothing_can_be_sent_either(newcomer: StaffAccount) -> None:
    client, _ = sign_in(newcomer, first_passwords.give(newcomer))

    answer = client.post(reverse("admin:orgtree_staffaccount_change", args=[newcomer.pk]), {"full_name": "Tên khác"})

    assert answer["Location"].partition("?")[0] == CHOOSE
    assert StaffAccount.objects.get(pk=newcomer.pk).full_name == newcomer.full_name


def test_the_page_of_the_first_sign_in_offers_only_the_way_out(newcomer: StaffAccount) -> None:
    client, _ = sign_in(newcomer, first_passwords.give(newcomer))

    page = client.get(CHOOSE).content.decode()

    assert "Đặt mật khẩu của bạn" in page
    assert 'id="logout-form"' in page
    assert [link for link in ("/admin/orgtree/", "/admin/initiatives/", "/admin/tai-khoan/") if link in page] == []
    assert client.post(reverse("admin:logout")).status_code == 200


@pytest.mark.parametrize(
    "first, second, sentence",
    [
        ("same", "same", "Hãy chọn mật khẩu khác mật khẩu trên phiếu."),
        ("bare", "bare", "Hãy chọn mật khẩu khác mật khẩu trên phiếu."),
        (OWN, "song-hieu-mua-xuan-7", "Hai lần nhập mật khẩu không giống nhau."),
        ("nguoi-moi", "nguoi-moi", "errorlist"),
        ("ngắn", "ngắn", "errorlist"),
        ("Công-Đoàn@2026!", "Công-Đoàn@2026!", "Mật khẩu này dễ đoán."),
        ("", "", "errorlist"),
    ],
    ids=["the-same", "the-same-bare", "two-different", "the-user-name", "short", "what everybody guesses", "nothing"],
)
def test_what_is_no_password_of_ones_own(newcomer: StaffAccount, first: str, second: str, sentence: str) -> None:
    given = first_passwords.give(newcomer)
    typed = {"same": given, "bare": given.replace("-", "")}
    client, _ = sign_in(newcomer, given)

    answer = client.post(CHOOSE, {"new_password1": typed.get(first, first), "new_password2": typed.get(second, second)})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    newcomer.refresh_from_db()
    assert newcomer.must_change_password


# --- who gives it -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", ["_save", "_continue", "_addanother"])
def test_a_new_account_comes_with_its_slip(world: World, enter: Enter, button: str) -> None:
    asked = {
        "username": "can-bo-moi",
        "full_name": "Ngô Thị Bích",
        "unit": world.units["quang-tri/dong-ha/may-song-hieu"].pk,
        "role": "reviewer",
    }

    answer = enter("inside").post(reverse("admin:orgtree_staffaccount_add"), asked | {button: "1"})

    made = StaffAccount.objects.get(username="can-bo-moi")
    assert made.must_change_password
    assert made.check_password(shown_on(answer))
    for said in ("Ngô Thị Bích", "can-bo-moi", made.unit.name, "http://127.0.0.1:8000/admin/"):
        assert said in html.unescape(answer.content.decode())


def reset(client: Client, other: StaffAccount, **asked: str) -> Any:
    return client.post(reverse("admin:orgtree_staffaccount_password", args=[other.pk]), asked)


def test_a_forgotten_password_is_replaced_by_a_slip(
    world: World, enter: Enter, client_as: Callable[[StaffAccount], Client]
) -> None:
    viewer = world.rows["staffaccount"]
    open_session = client_as(viewer)

    answer = reset(enter("above"), viewer)

    viewer.refresh_from_db()
    assert viewer.check_password(shown_on(answer))
    assert not viewer.check_password(PASSWORD)
    assert viewer.must_change_password
    assert open_session.get(INDEX)["Location"].startswith(LOGIN)


def test_a_reset_ends_the_lock(world: World, enter: Enter) -> None:
    viewer = world.rows["staffaccount"]
    for _ in range(5):
        sign_in(viewer, "sai")
    assert sign_in(viewer, PASSWORD)[1].status_code == 429

    password = shown_on(reset(enter("above"), viewer))

    assert sign_in(viewer, password)[1].status_code == 302


@pytest.mark.parametrize("who, other", [("inside", "inside"), ("reviewer", "viewer"), ("viewer", "reviewer")])
def test_who_may_not_reset_a_password(world: World, enter: Enter, who: str, other: str) -> None:
    answer = reset(enter(who), world.accounts[other])

    assert answer.status_code == 403
    assert StaffAccount.objects.get(pk=world.accounts[other].pk).check_password(PASSWORD)


def test_looking_at_the_page_of_a_reset_changes_nothing(world: World, enter: Enter) -> None:
    viewer = world.rows["staffaccount"]

    answer = enter("above").get(reverse("admin:orgtree_staffaccount_password", args=[viewer.pk]))

    assert answer.status_code == 200
    assert StaffAccount.objects.get(pk=viewer.pk).check_password(PASSWORD)


def test_a_closed_account_gets_no_slip(world: World, enter: Enter) -> None:
    closed = world.accounts["closed"]

    answer = reset(enter("above"), closed)

    assert answer["Location"] == reverse("admin:orgtree_staffaccount_change", args=[closed.pk])
    assert StaffAccount.objects.get(pk=closed.pk).check_password(PASSWORD)


def test_a_slip_is_kept_by_no_browser_and_no_log(world: World, enter: Enter, caplog: pytest.LogCaptureFixture) -> None:
    answer = reset(enter("above"), world.rows["staffaccount"])

    password = shown_on(answer)
    assert "no-store" in answer["Cache-Control"]
    assert password not in caplog.text
    assert [entry for entry in LogEntry.objects.all() if password in entry.change_message] == []
    assert LogEntry.objects.get().get_change_message() == "Đặt lại mật khẩu."


def test_a_slip_tells_managers_to_bring_a_phone(world: World, enter: Enter) -> None:
    slips = [reset(enter("administrator"), world.accounts[who]).content.decode() for who in ("above", "reviewer")]

    assert ["Google Authenticator" in slip for slip in slips] == [True, False]
