"""`import_initiatives`: the rules of the admin's page from a shell, said in lines, right in its exit code."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from initiatives.models import Campaign, Draft, Initiative
from initiatives.submission.actions import withdraw
from orgtree.models import Sheet, StaffAccount
from orgtree.roles import Role
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree
from tests.submission.entering.workbooks import Row, a_row, rows_of, workbook

NOW = "2022-03-01 09:00"


class Shell:
    """An officer's account, a campaign, and a folder with the file."""

    def __init__(self, folder: Path) -> None:
        self.units = make_tree()
        self.campaign = CampaignFactory(slug="sang-kien")
        self.officer = StaffAccountFactory(username="can-bo", unit=self.units["quang-tri"], phone="0905 111 222")
        self.file = folder / "sang-kien.xlsx"
        self.said = ""

    def run(self, *rows: Row, **asked: Any) -> str:
        """What it printed; `said` also where it raised."""
        if rows:
            self.file.write_bytes(workbook(*rows))
        out = io.StringIO()
        options = {"campaign": "sang-kien", "account": "can-bo", "stdout": out} | asked
        try:
            call_command("import_initiatives", options.pop("file", str(self.file)), **options)
        finally:
            self.said = out.getvalue()
        return self.said


@pytest.fixture
def shell(db: None, tmp_path: Path, at: Callable[[str], datetime]) -> Shell:
    at(NOW)
    return Shell(tmp_path)


def test_every_row_is_entered_for_the_account(shell: Shell) -> None:
    said = shell.run(*rows_of(3))

    assert said == "Đã nhập 3 sáng kiến; 0 dòng đã có; 0 dòng không nhập được; 0 dòng trống.\n"
    assert set(Initiative.objects.values_list("entered_by__username", flat=True)) == {"can-bo"}


def test_the_same_file_twice_changes_nothing_and_is_no_failure(shell: Shell) -> None:
    shell.run(*rows_of(3))
    before = list(Initiative.objects.order_by("pk").values())

    said = shell.run()

    assert said == "Đã nhập 0 sáng kiến; 3 dòng đã có; 0 dòng không nhập được; 0 dòng trống.\n"
    assert list(Initiative.objects.order_by("pk").values()) == before


def test_what_was_withdrawn_since_is_told_and_is_no_failure(shell: Shell) -> None:
    shell.run(*rows_of(2))
    withdraw(Initiative.objects.order_by("pk")[0], at=timezone.now())

    for options in ({}, {"dry_run": True}):
        said = shell.run(**options)

        assert "Dòng 2: Đã nhập, mã " in said
        assert "1 dòng đã có; 1 dòng người nộp đã rút; 0 dòng không nhập được" in said
    assert Initiative.objects.count() == 2


def test_a_refused_row_is_told_and_the_others_are_entered(shell: Shell) -> None:
    with pytest.raises(CommandError, match="1 dòng không nhập được"):
        shell.run(*rows_of(2), a_row(full_name=""))

    assert shell.said.splitlines() == [
        "Dòng 4: Họ và tên: Hãy nhập họ và tên.",
        "Đã nhập 2 sáng kiến; 0 dòng đã có; 1 dòng không nhập được; 0 dòng trống.",
    ]
    assert Initiative.objects.count() == 2


def test_a_dry_run_says_the_same_and_writes_nothing(shell: Shell) -> None:
    with pytest.raises(CommandError, match="1 dòng không nhập được"):
        shell.run(*rows_of(2), a_row(full_name=""), dry_run=True)

    assert shell.said.splitlines()[-1] == "Sẽ nhập 2 sáng kiến; 0 dòng đã có; 1 dòng không nhập được; 0 dòng trống."
    assert not (Initiative.objects.exists() or Draft.objects.exists() or Sheet.objects.exists())


def test_after_the_close_every_row_is_refused_with_the_verdict(shell: Shell, at: Callable[[str], datetime]) -> None:
    at("2022-06-01 00:00")

    with pytest.raises(CommandError):
        shell.run(*rows_of(2))

    assert "Dòng 2: Đã đóng lúc 24h00 ngày 31/5/2022" in shell.said
    assert not Initiative.objects.exists()


def test_the_last_moment_is_in_time(shell: Shell, at: Callable[[str], datetime]) -> None:
    at("2022-05-31 23:59:59")

    assert shell.run(*rows_of(2)).startswith("Đã nhập 2 sáng kiến")


def test_a_unit_of_another_branch_is_refused(shell: Shell) -> None:
    with pytest.raises(CommandError):
        shell.run(a_row(unit="dien-bien"))

    assert "Dòng 2: Đơn vị: Không có đơn vị này trong phạm vi của bạn." in shell.said
    assert not Initiative.objects.exists()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        pytest.param({"campaign": "khong-co"}, "Không có chương trình nào ở địa chỉ “khong-co”.", id="no campaign"),
        pytest.param({"campaign": ""}, "Thiếu --campaign.", id="no campaign named"),
        pytest.param({"account": ""}, "Thiếu --account.", id="no account named"),
        pytest.param({"account": "ai-do"}, "Không có tài khoản nào tên “ai-do”.", id="no account"),
        pytest.param({"account": "da-khoa"}, "Tài khoản “da-khoa” đã khóa", id="a closed account"),
        pytest.param({"account": "chi-xem"}, "Tài khoản “chi-xem” không có quyền nhập", id="no right"),
        pytest.param({"account": "khong-don-vi"}, "Tài khoản “khong-don-vi” chưa gắn với đơn vị", id="no unit"),
        pytest.param({"file": "/khong/co.xlsx"}, "Không đọc được tệp /khong/co.xlsx", id="no file"),
        pytest.param({"file": "a\0b"}, "Không đọc được tệp", id="a NUL in the path"),
    ],
)
def test_what_cannot_begin_says_why(shell: Shell, asked: dict[str, str], sentence: str) -> None:
    StaffAccountFactory(username="da-khoa", is_active=False)
    StaffAccountFactory(username="chi-xem", role=Role.VIEWER)
    StaffAccountFactory(username="khong-don-vi", unit=None)

    with pytest.raises(CommandError) as refused:
        shell.run(a_row(), **asked)

    assert str(refused.value).startswith(sentence)
    assert not Initiative.objects.exists()


def test_an_unusable_file_enters_nothing(shell: Shell) -> None:
    shell.file.write_bytes(b"khong phai Excel")

    with pytest.raises(CommandError, match=r"Không nhập gì\. Đây không phải tệp Excel"):
        shell.run()


def test_a_short_address_of_the_campaign_will_do(shell: Shell) -> None:
    campaign = Campaign.objects.get()
    campaign.alias = "sk"
    campaign.save()

    assert shell.run(a_row(), campaign="sk").startswith("Đã nhập 1 sáng kiến")
    assert StaffAccount.objects.filter(username="can-bo", sheets=None).exists()
