"""The second factor: who needs it, how it is set up, asked for, renewed and taken off (M37)."""

import html
import re
from base64 import b32decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from orgtree.models import SignIn, StaffAccount
from orgtree.roles import Role
from orgtree.staff import second_factor
from orgtree.staff.second_factor import CodeRefused
from portal.vietnamese.days import VIETNAM
from tests.codebase.words import english_in, seen
from tests.factories import PASSWORD, StaffAccountFactory, unit_at
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
At = Callable[[str | datetime], datetime]
LOGIN, INDEX, SET_UP, CODE, OFF, BACKUP, OWN = (
    reverse(f"admin:{name}")
    for name in (
        "login",
        "index",
        "second_factor_setup",
        "second_factor",
        "second_factor_off",
        "backup_codes",
        "own_account",
    )
)
NOW = datetime(2022, 5, 20, 9, 0, tzinfo=VIETNAM)
BACKUP_CODE = re.compile(r"<li>([0-9]{4}-[0-9]{4})</li>")


@pytest.fixture(autouse=True)
def _now(at: At) -> None:
    at(NOW)


@pytest.fixture
def manager(db: None) -> StaffAccount:
    return StaffAccountFactory(username="quan-ly", role=Role.MANAGER)


def sign_in(account: StaffAccount, after: str = "") -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 9) Chrome/78.0"})
    answer = client.post(LOGIN, {"username": account.username, "password": PASSWORD, "next": after})
    assert answer.status_code == 302
    return client


def leads_to(answer: Any) -> str:
    return answer.get("Location", "").partition("?")[0] if answer.status_code == 302 else str(answer.status_code)


def code_of(key: bytes) -> str:
    return f"{totp(key):06}"


def turned_on(account: StaffAccount, *, at: datetime) -> tuple[bytes, list[str]]:
    """The key on the phone, and the backup codes."""
    key = second_factor.new_key()
    codes = second_factor.turn_on(account, key=key, code=code_of(bytes.fromhex(key)), at=at)
    return bytes.fromhex(key), codes


def form_of(page: Any) -> tuple[str, bytes]:
    """What the page of setting up carries, and the key as somebody types it into a phone."""
    text = html.unescape(page.content.decode())
    carried = re.search(r'name="key" value="([^"]+)"', text)
    typed = re.search(r'class="own-key" translate="no">([A-Z2-7 ]+)<', text)
    assert carried and typed
    return carried[1], b32decode(typed[1].replace(" ", ""))


# --- setting it up ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role, is_demonstration, first",
    [
        (Role.VIEWER, False, "200"),
        (Role.REVIEWER, False, "200"),
        (Role.MANAGER, False, SET_UP),
        (Role.ADMINISTRATOR, False, SET_UP),
        (Role.MANAGER, True, "200"),
        (Role.ADMINISTRATOR, True, "200"),
    ],
)
def test_who_must_set_it_up(db: None, role: str, is_demonstration: bool, first: str) -> None:
    account = StaffAccountFactory(role=role, is_demonstration=is_demonstration, unit=unit_at("tld"))

    assert leads_to(sign_in(account).get(INDEX)) == first


def test_the_first_sign_in_of_a_manager(manager: StaffAccount, at: At) -> None:
    accounts = reverse("admin:orgtree_staffaccount_changelist")
    client = sign_in(manager)
    led = client.get(accounts)
    assert leads_to(led) == SET_UP
    carried, key = form_of(client.get(led["Location"]))

    done = client.post(led["Location"], {"key": carried, "code": code_of(key), "next": accounts})

    codes = BACKUP_CODE.findall(done.content.decode())
    assert len(set(codes)) == 10
    assert f'href="{accounts}"' in done.content.decode()
    assert client.get(accounts).status_code == 200
    manager.refresh_from_db()
    assert manager.second_factor_since == NOW
    at(NOW + timedelta(seconds=40))
    again = sign_in(manager)
    assert leads_to(again.get(accounts)) == CODE
    assert leads_to(again.post(CODE, {"code": code_of(key), "next": accounts})) == accounts
    assert again.get(accounts).status_code == 200


def test_looking_at_the_page_changes_nothing(manager: StaffAccount) -> None:
    client = sign_in(manager)

    keys = {form_of(client.get(SET_UP))[1] for _ in range(2)}

    assert len(keys) == 2
    assert not TOTPDevice.objects.exists()


def test_a_wrong_code_shows_the_same_key_again(manager: StaffAccount) -> None:
    client = sign_in(manager)
    carried, key = form_of(client.get(SET_UP))
    wrong = f"{(totp(key) + 1) % 10**6:06}"

    answer = client.post(SET_UP, {"key": carried, "code": wrong})

    assert answer.status_code == 200
    assert "Mã chưa đúng" in answer.content.decode()
    assert form_of(answer)[1] == key
    manager.refresh_from_db()
    assert manager.second_factor_since is None


@pytest.mark.parametrize("carried", ["", "x", "other", "old"])
def test_a_key_we_did_not_offer_is_none(manager: StaffAccount, at: At, carried: str) -> None:
    key = second_factor.new_key()
    if carried == "other":
        carried = second_factor.offered(key, StaffAccountFactory())
    if carried == "old":
        carried = second_factor.offered(key, manager)
        at(NOW + timedelta(minutes=61))
    client = sign_in(manager)

    answer = client.post(SET_UP, {"key": carried, "code": code_of(bytes.fromhex(key))})

    assert "mở quá lâu" in answer.content.decode()
    assert not TOTPDevice.objects.exists()


def test_the_drawing_names_the_portal_and_the_account(manager: StaffAccount) -> None:
    key = second_factor.new_key()
    address = TOTPDevice(user=manager, key=key).config_url

    assert address.startswith("otpauth://totp/C%E1%BB%95ng%20s%C3%A1ng%20ki%E1%BA%BFn%3Aquan-ly?secret=")
    assert second_factor.drawing(key, manager).startswith("<svg")
    assert "style=" not in second_factor.drawing(key, manager)


def test_a_demonstration_account_is_shared_and_has_none(db: None) -> None:
    client = sign_in(StaffAccountFactory(is_demonstration=True, role=Role.MANAGER))

    assert leads_to(client.get(SET_UP)) == OWN
    assert "Lớp bảo vệ thứ hai" not in client.get(OWN).content.decode().partition("</ul>")[2]


# --- giving a code -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def key(manager: StaffAccount, at: At) -> bytes:
    """Of the manager's phone, set up a minute ago."""
    key, _ = turned_on(manager, at=NOW)
    at(NOW + timedelta(minutes=1))
    return key


@pytest.mark.usefixtures("key")
class TestGivingACode:
    @pytest.mark.parametrize("address", [INDEX, OWN, SET_UP, OFF, BACKUP, reverse("admin:password_change")])
    def test_a_password_alone_opens_nothing(self, manager: StaffAccount, address: str) -> None:
        assert leads_to(sign_in(manager).get(address)) == CODE

    @pytest.mark.parametrize("written", ["{}{}", "{} {}", " {}-{} "])
    def test_it_is_taken_as_people_type_it(self, manager: StaffAccount, key: bytes, written: str) -> None:
        client, code = sign_in(manager), code_of(key)

        assert leads_to(client.post(CODE, {"code": written.format(code[:3], code[3:])})) == INDEX

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "１２３４５a", "9" * 300])
    def test_what_is_no_code_is_no_guess(self, manager: StaffAccount, key: bytes, typed: str) -> None:
        client = sign_in(manager)

        assert client.post(CODE, {"code": typed}).status_code == 200
        assert leads_to(client.post(CODE, {"code": code_of(key)})) == INDEX

    def test_a_code_is_good_once(self, manager: StaffAccount, key: bytes) -> None:
        sign_in(manager).post(CODE, {"code": code_of(key)})

        answer = sign_in(manager).post(CODE, {"code": code_of(key)})

        assert "Mã chưa đúng" in answer.content.decode()

    def test_guessing_is_slowed_down_from_wherever_it_comes(self, manager: StaffAccount, key: bytes, at: At) -> None:
        client, wrong = sign_in(manager), f"{(totp(key) + 1) % 10**6:06}"
        for seconds in (0, 2, 5, 10, 20):
            client.defaults["REMOTE_ADDR"] = f"2001:db8:1:{seconds}::1"
            at(NOW + timedelta(minutes=1, seconds=seconds))
            assert "Mã chưa đúng" in client.post(CODE, {"code": wrong}).content.decode()

        too_soon = client.post(CODE, {"code": code_of(key)})
        at(NOW + timedelta(minutes=2))
        in_time = client.post(CODE, {"code": code_of(key)})

        assert "Hãy chờ 16 giây" in too_soon.content.decode() or "Hãy chờ 17 giây" in too_soon.content.decode()
        assert leads_to(in_time) == INDEX

    def test_the_session_is_a_new_one(self, manager: StaffAccount, key: bytes) -> None:
        client = sign_in(manager)
        before = client.cookies["sessionid"].value

        client.post(CODE, {"code": code_of(key)})

        assert client.cookies["sessionid"].value != before

    @pytest.mark.parametrize(
        "after", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org"]
    )
    def test_it_leads_to_a_page_of_ours(self, manager: StaffAccount, key: bytes, after: str) -> None:
        assert leads_to(sign_in(manager).post(CODE, {"code": code_of(key), "next": after})) == INDEX

    def test_a_session_with_its_code_is_not_asked_again(self, manager: StaffAccount, key: bytes) -> None:
        client = sign_in(manager)
        client.post(CODE, {"code": code_of(key)})

        assert leads_to(client.get(CODE)) == INDEX

    def test_signing_in_anew_asks_anew(self, manager: StaffAccount, key: bytes) -> None:
        client = sign_in(manager)
        client.post(CODE, {"code": code_of(key)})

        client.post(LOGIN, {"username": manager.username, "password": PASSWORD})

        assert leads_to(client.get(INDEX)) == CODE

    def test_only_the_whole_sign_in_is_noted(self, manager: StaffAccount, key: bytes) -> None:
        client = sign_in(manager)
        assert not SignIn.objects.exists()

        client.post(CODE, {"code": code_of(key)})

        assert SignIn.objects.get().account == manager

    def test_a_page_asks_no_more_for_it(self, manager: StaffAccount, key: bytes) -> None:
        client = sign_in(manager)
        client.post(CODE, {"code": code_of(key)})
        client.get(INDEX)

        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:jsi18n"))

        assert len(queries) == 2  # the session and the account


# --- without the phone ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [lambda code: code, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_backup_code_opens_once(manager: StaffAccount, written: Callable[[str], str]) -> None:
    _, codes = turned_on(manager, at=NOW)

    first = sign_in(manager).post(CODE, {"code": written(codes[3])})
    second = sign_in(manager).post(CODE, {"code": written(codes[3])})

    assert leads_to(first) == INDEX
    assert "đã dùng rồi" in second.content.decode()
    assert second_factor.backup_codes_left(manager) == 9


def test_backup_codes_are_not_stored_as_they_are_typed(manager: StaffAccount) -> None:
    _, codes = turned_on(manager, at=NOW)

    stored = set(StaticToken.objects.values_list("token", flat=True))

    assert len(stored) == 10
    assert stored & {code.replace("-", "") for code in codes} == set()


def test_anothers_backup_codes_open_nothing(manager: StaffAccount) -> None:
    turned_on(manager, at=NOW)
    _, others = turned_on(StaffAccountFactory(), at=NOW)

    with pytest.raises(CodeRefused):
        second_factor.check(manager, others[0], at=NOW)


def signed_in_whole(account: StaffAccount) -> tuple[Client, list[str]]:
    _, codes = turned_on(account, at=NOW)
    client = sign_in(account)
    client.post(CODE, {"code": codes.pop()})
    return client, codes


def test_new_backup_codes_end_the_old_ones(manager: StaffAccount, at: At) -> None:
    client, old = signed_in_whole(manager)

    answer = client.post(BACKUP, {"password": PASSWORD})

    new = BACKUP_CODE.findall(answer.content.decode())
    assert len(new) == 10
    with pytest.raises(CodeRefused):
        second_factor.check(manager, old[0], at=NOW)
    at(NOW + timedelta(minutes=1))
    second_factor.check(manager, new[0], at=NOW + timedelta(minutes=1))


@pytest.mark.parametrize("address", [BACKUP, OFF, SET_UP])
def test_changing_it_asks_for_the_password(db: None, address: str) -> None:
    reviewer = StaffAccountFactory(role=Role.REVIEWER)
    client, codes = signed_in_whole(reviewer)
    carried = second_factor.offered(second_factor.new_key(), reviewer)

    answer = client.post(address, {"password": "sai", "key": carried, "code": "123456"})

    assert "Mật khẩu đang dùng chưa đúng." in answer.content.decode()
    reviewer.refresh_from_db()
    assert reviewer.second_factor_since == NOW
    assert second_factor.backup_codes_left(reviewer) == len(codes)


def test_guessing_the_password_there_is_locked_like_at_the_door(manager: StaffAccount) -> None:
    client, _ = signed_in_whole(manager)

    answers = [client.post(BACKUP, {"password": "sai"}).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert client.post(BACKUP, {"password": PASSWORD}).status_code == 429


# --- what is told ---------------------------------------------------------------------------------------------------------


def test_every_page_of_it_is_vietnamese(db: None, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is drawn at random and may hold a word of four letters, which no browser shall translate."""
    monkeypatch.setattr(second_factor, "new_key", lambda: b32decode("EACHFILESAVETHIS" * 2).hex())
    reviewer = StaffAccountFactory(role=Role.REVIEWER)
    half_way = sign_in(reviewer)
    pages = [half_way.get(SET_UP)]
    client, _ = signed_in_whole(reviewer)
    pages += [half_way.get(CODE), half_way.post(CODE, {"code": "123"}), half_way.post(CODE, {"code": "123456"})]
    pages += [client.get(address) for address in (OWN, SET_UP, OFF, BACKUP, reverse("admin:own_sign_ins"))]
    pages += [client.post(address, {"password": ""}) for address in (SET_UP, OFF, BACKUP)]
    pages += [client.post(BACKUP, {"password": PASSWORD})]

    assert {page.status_code for page in pages} == {200}
    assert [english_in(seen(page.content.decode())) for page in pages] == [[]] * len(pages)


# --- another phone, or none ----------------------------------------------------------------------------------------------


def test_another_phone_ends_the_first_and_the_other_sessions(manager: StaffAccount, at: At) -> None:
    old, _ = turned_on(manager, at=NOW)
    at(NOW + timedelta(minutes=1))
    here, elsewhere = sign_in(manager), sign_in(manager)
    here.post(CODE, {"code": code_of(old)})
    at(NOW + timedelta(minutes=2))
    elsewhere.post(CODE, {"code": code_of(old)})
    assert elsewhere.get(INDEX).status_code == 200
    carried, new = form_of(here.get(SET_UP))

    here.post(SET_UP, {"key": carried, "code": code_of(new), "password": PASSWORD})

    assert here.get(INDEX).status_code == 200
    assert leads_to(elsewhere.get(INDEX)) == CODE
    at(NOW + timedelta(minutes=3))
    assert "Mã chưa đúng" in elsewhere.post(CODE, {"code": code_of(old)}).content.decode()
    at(NOW + timedelta(minutes=4))
    assert leads_to(elsewhere.post(CODE, {"code": code_of(new)})) == INDEX


def test_whoever_may_do_without_turns_it_off(db: None) -> None:
    reviewer = StaffAccountFactory(role=Role.REVIEWER)
    client, _ = signed_in_whole(reviewer)

    answer = client.post(OFF, {"password": PASSWORD})

    assert leads_to(answer) == OWN
    reviewer.refresh_from_db()
    assert reviewer.second_factor_since is None
    assert sign_in(reviewer).get(INDEX).status_code == 200


def test_whoever_must_have_it_does_not(manager: StaffAccount) -> None:
    client, _ = signed_in_whole(manager)

    assert leads_to(client.post(OFF, {"password": PASSWORD})) == OWN
    manager.refresh_from_db()
    assert manager.second_factor_since == NOW


def reset(client: Client, other: StaffAccount, **asked: str) -> Any:
    return client.post(reverse("admin:orgtree_staffaccount_password", args=[other.pk]), asked)


@pytest.mark.parametrize("asked, kept", [({}, True), ({"lost_phone": "on"}, False)], ids=["forgotten", "phone-lost"])
def test_the_level_above_forgets_a_phone_only_when_told(
    world: World, enter: Enter, asked: dict[str, str], kept: bool
) -> None:
    other = world.accounts["inside"]
    turned_on(other, at=NOW)

    reset(enter("above"), other, **asked)

    other.refresh_from_db()
    assert (other.second_factor_since is not None) is kept
    assert TOTPDevice.objects.filter(user=other).exists() is kept
    said = LogEntry.objects.get(object_id=other.pk).get_change_message()
    assert said == ("Đặt lại mật khẩu." if kept else "Đặt lại mật khẩu, bỏ lớp bảo vệ thứ hai.")


def test_a_lost_phone_that_is_still_signed_in_is_out(world: World, enter: Enter) -> None:
    other = world.accounts["inside"]
    lost = sign_in(other)
    turned_on(other, at=NOW)

    reset(enter("above"), other, lost_phone="on")

    assert leads_to(lost.get(INDEX)) == LOGIN


def test_a_slip_does_not_replace_the_phone(world: World, enter: Enter) -> None:
    """Whoever finds the slip of somebody with a second factor meets the code before the new password."""
    other = world.accounts["inside"]
    turned_on(other, at=NOW)
    slip = reset(enter("above"), other).content.decode()
    password = re.search(r"[0-9]{3}(?:-[0-9]{3}){5}", slip)
    assert password
    client = Client()
    client.post(LOGIN, {"username": other.username, "password": password[0]})

    assert leads_to(client.get(reverse("admin:password_change"))) == CODE
