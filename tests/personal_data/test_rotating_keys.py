"""`rotate_field_key`: everything sealed gets the first key, beside people who go on working; only then may the old one go."""

import base64
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_otp.oath import TOTP

from initiatives.models import Draft, Initiative
from initiatives.personal_data import resealing
from initiatives.submission.entering.kept_sheets import Rows
from orgtree.models import SealedTOTP, Sheet, StaffAccount
from orgtree.staff import second_factor
from portal import sealing
from portal.sheets.reading import SheetRow
from portal.vietnamese.days import VIETNAM
from tests.factories import DraftFactory, InitiativeFactory, StaffAccountFactory, make_tree

OLD, NEW, STRANGE = b"o" * 32, b"n" * 32, b"s" * 32
NOW = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
IDENTITY = "045188000777"


@pytest.fixture
def keys(settings: Any, db: None) -> Callable[..., None]:
    def are(*held: bytes) -> None:
        settings.FIELD_KEYS = list(held)

    are(OLD)
    make_tree()
    return are


def run(**options: Any) -> list[str]:
    said = StringIO()
    call_command("rotate_field_key", stdout=said, **options)
    return said.getvalue().splitlines()


def with_factor() -> tuple[StaffAccount, bytes]:
    account, secret = StaffAccountFactory(), b"k" * second_factor.KEY_BYTES
    SealedTOTP.objects.create(user=account, key=second_factor.sealed(secret.hex(), account.pk))
    return account, secret


def is_opened_by(key: bytes, settings: Any, one: Initiative, draft: Draft, account: StaffAccount) -> bool:
    settings.FIELD_KEYS = [key]
    try:
        opened = (
            Initiative.objects.get(pk=one.pk).national_id,
            Draft.objects.get(pk=draft.pk).national_id,
            SealedTOTP.objects.get(user=account).bin_key,
        )
    except sealing.CannotOpen:
        return False
    return opened == (IDENTITY, "0451 88", b"k" * second_factor.KEY_BYTES)


def test_everything_gets_the_first_key_and_the_old_one_may_go(keys: Callable[..., None], settings: Any) -> None:
    one, draft = InitiativeFactory(national_id=IDENTITY), DraftFactory()
    draft.national_id = "0451 88"
    draft.save()
    account, _ = with_factor()
    keys(NEW, OLD)

    said = run()

    assert is_opened_by(NEW, settings, one, draft, account)
    name, old = sealing.key_name(NEW), sealing.key_name(OLD)
    assert said == [
        f"số CMND/CCCD của sáng kiến: 1 giá trị dùng khóa đầu tiên ({name}).",
        f"số CMND/CCCD của bản nháp: 1 giá trị dùng khóa đầu tiên ({name}).",
        f"khóa của lớp bảo vệ thứ hai: 1 giá trị dùng khóa đầu tiên ({name}).",
        f"Mọi giá trị dùng khóa {name}. Khóa {old} không còn giá trị nào dùng, có thể bỏ khỏi FIELD_KEYS."
        " Bản sao lưu cũ vẫn cần khóa cũ.",
    ]


def test_a_dry_run_counts_by_key_and_changes_nothing(keys: Callable[..., None]) -> None:
    one = InitiativeFactory(national_id=IDENTITY)
    sealed = one.sealed_national_id
    keys(NEW, OLD)

    said = run(dry_run=True)

    assert said == [f"số CMND/CCCD của sáng kiến: 1 giá trị dùng khóa cũ ({sealing.key_name(OLD)})."]
    assert Initiative.objects.get().sealed_national_id == sealed


def test_a_second_run_writes_nothing(keys: Callable[..., None]) -> None:
    InitiativeFactory(national_id=IDENTITY)
    keys(NEW, OLD)
    run()
    sealed = Initiative.objects.get().sealed_national_id

    run()

    assert Initiative.objects.get().sealed_national_id == sealed


def test_what_no_key_opens_is_left_and_never_called_done(keys: Callable[..., None]) -> None:
    keys(STRANGE)
    lost = InitiativeFactory(national_id=IDENTITY)
    sealed = lost.sealed_national_id
    keys(OLD)
    fine = InitiativeFactory(national_id=IDENTITY)
    keys(NEW, OLD)

    with pytest.raises(CommandError, match=f"còn giá trị dùng khóa {sealing.key_name(STRANGE)}"):
        run()

    lost.refresh_from_db()
    fine.refresh_from_db()
    assert (lost.sealed_national_id, fine.national_id) == (sealed, IDENTITY)


def test_what_somebody_changes_beside_it_is_not_overwritten(
    keys: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Corrected between reading and writing, by a process that knows the old key alone."""
    one = InitiativeFactory(national_id=IDENTITY)
    keys(NEW, OLD)
    resealed = sealing.resealed

    def corrected_meanwhile(sealed: str, *, row: str) -> str:
        anew = resealed(sealed, row=row)
        keys(OLD)
        one.national_id = "045188000888"
        one.save(update_fields=["sealed_national_id", "national_id_hash"])
        keys(NEW, OLD)
        return anew

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "resealed", corrected_meanwhile)
        with pytest.raises(CommandError, match="Chưa xong"):
            run()

    assert Initiative.objects.get().national_id == "045188000888"
    run()
    keys(NEW)
    assert Initiative.objects.get().national_id == "045188000888"


def test_batches_reach_every_row(keys: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        InitiativeFactory(national_id=f"04518800077{n}")
    keys(NEW, OLD)
    monkeypatch.setattr(resealing, "AT_ONCE", 2)

    run()

    keys(NEW)
    assert sorted(one.national_id for one in Initiative.objects.all()) == [f"04518800077{n}" for n in range(5)]


def test_a_value_moved_to_another_row_is_not_sealed_anew(keys: Callable[..., None]) -> None:
    one, other = InitiativeFactory(national_id=IDENTITY), InitiativeFactory(national_id="")
    Initiative.objects.filter(pk=other.pk).update(sealed_national_id=one.sealed_national_id)
    keys(NEW, OLD)

    with pytest.raises(CommandError):
        run()

    other.refresh_from_db()
    assert other.sealed_national_id.startswith(sealing.key_name(OLD))


# --- sheets of a day --------------------------------------------------------------------------------------------------

PLAIN = b'{"campaign": "a", "found": [], "others": [], "total": 0, "sizes": [2]}\n[]'  # as an earlier version kept it


def sheet_with(content: bytes | None = None, use: Sheet.Use = Sheet.Use.INITIATIVES) -> Sheet:
    """One that names somebody, sealed with today's first key; or with what somebody put there instead."""
    sheet = Sheet.objects.create(account=StaffAccountFactory(), use=use, name="a.xlsx", content=b"", sent_at=NOW)
    row = SheetRow(2, {"national_id": IDENTITY})
    rows = Rows.of([row], campaign="a", found=["national_id"], others=[])
    sheet.content = rows.sealed_for(sheet.pk) if content is None else content
    sheet.save(update_fields=["content"])
    return sheet


def identities_in(sheet: Sheet) -> list[str]:
    sheet.refresh_from_db()
    return [row.values["national_id"] for row in Rows.opened(bytes(sheet.content), sheet=sheet.pk)]


def test_sheets_of_initiatives_get_the_first_key_too(keys: Callable[..., None]) -> None:
    sheets = [sheet_with() for _ in range(3)]
    others = [sheet_with(PLAIN), sheet_with(b""), sheet_with(b"12345678.abc", use=Sheet.Use.POSTERS)]
    keys(NEW, OLD)

    foretold, said = run(dry_run=True), run()

    name, old = sealing.key_name(NEW), sealing.key_name(OLD)
    assert foretold == [f"tệp sáng kiến đã gửi: 3 giá trị dùng khóa cũ ({old})."]
    assert said[0] == f"tệp sáng kiến đã gửi: 3 giá trị dùng khóa đầu tiên ({name})."
    assert f"Khóa {old} không còn giá trị nào dùng" in said[1]
    keys(NEW)
    assert [identities_in(sheet) for sheet in sheets] == [[IDENTITY]] * 3
    assert [bytes(Sheet.objects.get(pk=each.pk).content) for each in others] == [PLAIN, b"", b"12345678.abc"]


def test_an_old_key_stays_while_a_sheet_needs_it(keys: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged on meanwhile by a worker that was not started anew."""
    sheet = sheet_with()
    keys(NEW, OLD)
    resealed = sealing.resealed

    def judged_meanwhile(sealed: str, *, row: str) -> str:
        anew = resealed(sealed, row=row)
        keys(OLD)
        rows = Rows.opened(bytes(sheet.content), sheet=sheet.pk)
        Sheet.objects.filter(pk=sheet.pk).update(content=rows.sealed_for(sheet.pk))
        keys(NEW, OLD)
        return anew

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "resealed", judged_meanwhile)
        with pytest.raises(CommandError, match=f"Chưa xong: còn giá trị dùng khóa {sealing.key_name(OLD)}"):
            run()

    run()
    keys(NEW)
    assert identities_in(sheet) == [IDENTITY]


def test_a_sheet_that_no_key_opens_is_told_and_left(keys: Callable[..., None]) -> None:
    keys(STRANGE)
    content = bytes(sheet_with().content)
    keys(NEW, OLD)

    with pytest.raises(CommandError, match=f"còn giá trị dùng khóa {sealing.key_name(STRANGE)}"):
        run()

    assert bytes(Sheet.objects.get().content) == content


# --- the second factor ------------------------------------------------------------------------------------------------


def code_of(secret: bytes, at: datetime) -> str:
    totp = TOTP(secret)
    totp.time = at.timestamp()
    return f"{totp.token():06}"


def test_a_code_opens_before_and_after(keys: Callable[..., None], at: Callable[[datetime], datetime]) -> None:
    account, secret = with_factor()
    second_factor.check(account, code_of(secret, at(NOW)), at=NOW)
    keys(NEW, OLD)

    run()

    keys(NEW)
    later = NOW.replace(minute=5)
    second_factor.check(account, code_of(secret, at(later)), at=later)
    assert SealedTOTP.objects.get().key.startswith(sealing.key_name(NEW))


def test_no_secret_lies_in_the_table(keys: Callable[..., None]) -> None:
    _account, secret = with_factor()

    kept = SealedTOTP.objects.get().key

    assert len(kept) <= SealedTOTP._meta.get_field("key").max_length
    assert secret.hex() not in kept and base64.urlsafe_b64encode(secret).decode()[:20] not in kept


@pytest.mark.parametrize("fault", ["of-another-account", "plain", "lost-key"])
def test_a_secret_that_does_not_open_lets_nobody_in(
    keys: Callable[..., None], at: Callable[[datetime], datetime], fault: str
) -> None:
    """Whoever writes into the database makes no second factor of their own."""
    account, secret = with_factor()
    device = SealedTOTP.objects.get()
    if fault == "of-another-account":
        device.key = second_factor.sealed(secret.hex(), account.pk + 1)
    elif fault == "plain":
        device.key = secret.hex()
    device.save()
    if fault == "lost-key":
        keys(NEW)

    with pytest.raises(second_factor.CodeRefused) as refused:
        second_factor.check(account, code_of(secret, at(NOW)), at=NOW)

    assert refused.value.sentence == second_factor.CANNOT_OPEN
