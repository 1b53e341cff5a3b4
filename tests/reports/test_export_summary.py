"""manage.py export_summary."""

import errno
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from initiatives.management.commands import export_summary
from initiatives.models import Campaign, Initiative, Status
from tests.factories import CampaignFactory, InitiativeFactory, WindowExtensionFactory, make_tree, unit_at
from tests.reports.sheets import table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    """One of each status at Đông Hà, a duplicate, one of another province and one of another campaign."""
    tree = make_tree()
    campaign = CampaignFactory(slug="sang-kien-thu")
    dong_ha = {"campaign": campaign, "unit": tree["quang-tri/dong-ha"], "events": False}
    for status in Status.values:
        InitiativeFactory(title=status, status=status, **dong_ha)
    primary = Initiative.objects.get(title="valid")
    InitiativeFactory(title="duplicate", status=Status.INVALID, duplicate_of=primary, **dong_ha)
    InitiativeFactory(title="grassroots", campaign=campaign, unit=tree["quang-tri/dong-ha/may-song-hieu"])
    InitiativeFactory(title="elsewhere", campaign=campaign, unit=tree["thanh-hoa"])
    InitiativeFactory(title="another campaign", unit=tree["quang-tri/dong-ha"])
    return campaign


def exported(file: Path, **options: Any) -> tuple[list[str], str]:
    said = io.StringIO()
    asked = {"campaign": "sang-kien-thu", "unit": "quang-tri/dong-ha", "layout": "qt", "output": str(file)} | options
    call_command("export_summary", **asked, stdout=said)
    return [row[2] for row in table_of(load_workbook(file).worksheets[0])], said.getvalue()


def test_by_default_the_table_holds_the_branch_without_withdrawn_and_duplicates(
    campaign: Campaign, tmp_path: Path
) -> None:
    titles, said = exported(tmp_path / "bang.xlsx")

    assert titles == ["submitted", "returned", "valid", "invalid", "grassroots"]
    assert said.startswith("Đã ghi 5 sáng kiến của Liên đoàn Lao động thành phố Đông Hà vào ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("unit", "signed_for", "committee"),
    [
        ("tld", "TM. ĐOÀN CHỦ TỊCH", "Đoàn Chủ tịch"),
        ("quang-tri/dong-ha", "TM. BAN THƯỜNG VỤ", "Ban thường vụ"),
        ("quang-tri/dong-ha/may-song-hieu", "TM. BAN CHẤP HÀNH", "Ban Chấp hành"),
    ],
)
def test_the_table_is_signed_as_the_letters_of_its_unit_are(
    campaign: Campaign, tmp_path: Path, unit: str, signed_for: str, committee: str
) -> None:
    """A grassroots union has no standing committee; its dossier's table said so, its own did not."""
    file = tmp_path / "bang.xlsx"

    call_command(
        "export_summary", campaign=campaign.slug, unit=unit, layout="th", output=str(file), stdout=io.StringIO()
    )

    words = {cell.value for row in load_workbook(file).worksheets[0].iter_rows() for cell in row}
    assert signed_for in words
    assert f"(Kèm theo Tờ trình số ….. ngày …. tháng ….. năm … của {committee} {unit_at(unit).name})" in words


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2022-05-31 23:59:59", ""),
        ("2022-06-01 00:00:00", "0h10 ngày 1/6/2022"),
        ("2022-06-01 00:09:59", "0h10 ngày 1/6/2022"),
        ("2022-06-01 00:10:00", ""),
        ("2022-06-02 00:05:00", "0h10 ngày 2/6/2022"),  # a province was given a day more
    ],
)
def test_right_after_a_close_it_is_said_that_some_may_still_arrive(
    campaign: Campaign, tmp_path: Path, at: Callable[[str], datetime], now: str, until: str
) -> None:
    WindowExtensionFactory(campaign=campaign, unit=unit_at("quang-tri"), closes_at=at("2022-06-02 00:00:00"))
    at(now)

    _, said = exported(tmp_path / "bang.xlsx")

    assert ("có thể còn đang tới cổng đến" in said) is bool(until)
    assert until in said


@pytest.mark.parametrize(
    ("statuses", "titles"),
    [
        (["valid"], ["valid"]),
        (["valid", "withdrawn"], ["valid", "withdrawn"]),
        (["invalid"], ["invalid", "duplicate"]),
    ],
)
def test_named_statuses_are_all_that_is_written(
    campaign: Campaign, tmp_path: Path, statuses: list[str], titles: list[str]
) -> None:
    assert exported(tmp_path / "bang.xlsx", status=statuses)[0] == titles


def test_a_short_address_finds_the_campaign_too(campaign: Campaign, tmp_path: Path) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(alias="thu")

    assert len(exported(tmp_path / "bang.xlsx", campaign="thu")[0]) == 5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param({"campaign": "khong-co"}, "Không có chương trình nào ở địa chỉ “khong-co”.", id="campaign"),
        pytest.param({"unit": "khong-co"}, "Không có đơn vị nào mang mã “khong-co”.", id="unit"),
        pytest.param({"layout": "xx"}, "Không có mẫu bảng “xx”. Các mẫu: qt, th.", id="layout"),
        pytest.param(
            {"status": ["valid", "xong"]},
            "Không có trạng thái “xong”. Các trạng thái: submitted, returned, valid, invalid, withdrawn.",
            id="status",
        ),
        pytest.param({"output": ""}, "Thiếu --output.", id="no file named"),
        pytest.param({"campaign": ""}, "Thiếu --campaign.", id="no campaign named"),
    ],
)
def test_what_is_unknown_is_said_in_a_sentence(
    campaign: Campaign, tmp_path: Path, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError) as refused:
        exported(tmp_path / "bang.xlsx", **options)

    assert str(refused.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_a_sentence(campaign: Campaign, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\AKhông ghi được tệp .*bang\.xlsx"):
        exported(tmp_path / "khong-co" / "bang.xlsx")


def test_writing_again_replaces_the_file_and_leaves_nothing_else(campaign: Campaign, tmp_path: Path) -> None:
    exported(tmp_path / "bang.xlsx")
    exported(tmp_path / "bang.xlsx", status=["valid"])

    assert [file.name for file in tmp_path.iterdir()] == ["bang.xlsx"]
    assert [row[2] for row in table_of(load_workbook(tmp_path / "bang.xlsx").worksheets[0])] == ["valid"]


def test_a_failure_keeps_the_old_file_whole(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(tmp_path / "bang.xlsx")
    before = (tmp_path / "bang.xlsx").read_bytes()

    def broken(*args: Any, **options: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("initiatives.management.commands.export_summary.write_summary", broken)
    with pytest.raises(CommandError, match="Không ghi được tệp"):
        exported(tmp_path / "bang.xlsx")

    assert (tmp_path / "bang.xlsx").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["bang.xlsx"]


class FullDisk(io.FileIO):
    def write(self, some: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # openpyxl leaves its archive to the collector
def test_on_a_full_disk_nothing_is_left_that_keeps_it_full(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(*, dir: Path, prefix: str, delete: bool) -> io.BufferedWriter:
        return io.BufferedWriter(FullDisk(dir / f"{prefix}{len(list(dir.iterdir()))}", "wb"))

    monkeypatch.setattr(export_summary.tempfile, "NamedTemporaryFile", on_a_full_disk)

    with pytest.raises(CommandError, match="ổ đĩa đã đầy"):
        exported(tmp_path / "bang.xlsx")

    assert list(tmp_path.iterdir()) == []
