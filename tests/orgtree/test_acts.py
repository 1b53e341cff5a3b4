"""A file of acts: all of them or none, each once, every fault told."""

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orgtree.acts import COLUMNS, ActsRefused, apply_acts
from orgtree.checking import faults_in_tree
from orgtree.models import Act, Level, Unit, UnitChange
from portal.vietnamese.days import VIETNAM
from tests.factories import make_tree

AT = datetime(2025, 12, 1, 9, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def units(db: None) -> dict[str, Unit]:
    return make_tree()


def line(day: str, act: str, unit: str, **cells: str) -> str:
    values = dict.fromkeys(COLUMNS, "") | {"day": day, "act": act, "unit": unit} | cells
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values.values())
    return written.getvalue()


def write(folder: Path, *lines: str) -> Path:
    path = folder / "acts.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path


NEW = line(
    "2025-07-01", "added", "moi", parent="tld", level="province", name="Tỉnh Mới", short_name="Mới", document="202"
)
MERGED = line("2025-07-01", "merged", "quang-tri", into="moi", ending="district", document="202")
RENAMED = line("2024-01-01", "renamed", "quang-tri/dong-ha", name="Tên Mới", short_name="Mới", kind="thi-xa")
MOVED = line("2024-02-01", "moved", "cd-y-te", parent="cd-b", level="sector_branch")
CALLED = line("2024-01-01", "called", "quang-tri", name="LĐLĐ QT")
CLOSED = line("2024-03-01", "closed", "thanh-hoa", parent="dien-bien", ending="district")
SECTOR = line("2024-01-01", "added", "cd-b", parent="tld", level="sector", name="Công đoàn B", short_name="CĐ B")
ALL = (NEW, MERGED, RENAMED, MOVED, SECTOR, CALLED, CLOSED)


def test_acts_are_done_in_the_order_of_their_days(tmp_path: Path) -> None:
    result = apply_acts(write(tmp_path, *ALL), at=AT)

    assert result.sentence == (
        "Đã làm 7 việc (2 thành lập; 1 đổi tên; 1 chuyển; 1 sáp nhập; 1 kết thúc; 1 thêm cách gọi khác)."
    )
    assert list(UnitChange.objects.order_by("pk").values_list("day", flat=True)) == sorted(
        UnitChange.objects.values_list("day", flat=True)
    )
    district = Unit.objects.get(code="quang-tri/dong-ha")
    assert (district.name, district.kind, district.closed_on) == ("Tên Mới", "thi-xa", date(2025, 7, 1))
    assert Unit.objects.get(code="cd-y-te").successor.level == Level.SECTOR_BRANCH
    assert Unit.objects.get(code="quang-tri").closing_document == "202"
    assert Unit.objects.get(code="thanh-hoa/cd-giao-duc").successor.path.startswith(
        Unit.objects.get(code="dien-bien").path
    )
    assert list(faults_in_tree()) == []


def test_again_it_does_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, *ALL)
    apply_acts(path, at=AT)
    before = list(Unit.objects.values()), list(UnitChange.objects.values())

    assert apply_acts(path, at=AT).sentence == "Không có việc nào mới: 7 việc đã làm từ trước."
    assert (list(Unit.objects.values()), list(UnitChange.objects.values())) == before


def test_what_is_new_in_a_file_joins_what_was_done(tmp_path: Path) -> None:
    apply_acts(write(tmp_path, SECTOR, NEW), at=AT)

    result = apply_acts(write(tmp_path, SECTOR, NEW, MERGED), at=AT)

    assert result.sentence == "Đã làm 1 việc (1 sáp nhập); 2 việc đã làm từ trước."


def test_later_acts_may_be_left_out(tmp_path: Path) -> None:
    result = apply_acts(write(tmp_path, SECTOR, NEW, MERGED), at=AT, until=date(2025, 6, 30))

    assert result.sentence == "Đã làm 1 việc (1 thành lập); 2 việc chưa đến ngày."
    assert not Unit.objects.filter(code="moi").exists()


def test_a_dry_run_tells_and_does_nothing(tmp_path: Path) -> None:
    before = list(Unit.objects.values())

    result = apply_acts(write(tmp_path, SECTOR, NEW, MERGED), at=AT, dry_run=True)

    assert result.sentence == "Sẽ làm 3 việc (2 thành lập; 1 sáp nhập)."
    assert list(Unit.objects.values()) == before
    assert not UnitChange.objects.exists()


def test_a_new_unit_may_bear_the_name_of_one_that_merges_into_it_that_day(tmp_path: Path) -> None:
    name = "Liên đoàn Lao động tỉnh Quảng Trị"
    new = line(
        "2025-07-01", "added", "moi", parent="tld", level="province", name=name, short_name="LĐLĐ tỉnh Quảng Trị"
    )

    with pytest.raises(ActsRefused):
        apply_acts(write(tmp_path, new), at=AT)
    apply_acts(write(tmp_path, new, MERGED), at=AT)

    assert Unit.objects.get(code="quang-tri").successor.name == name


FAULTS: dict[str, tuple[list[str], list[str]]] = {
    "no such act": (
        [line("2024-01-01", "founded", "a")],
        ["dòng 2: không có việc founded; các việc là added, renamed, moved, merged, closed, called."],
    ),
    "no day": ([line("", "closed", "cd-y-te")], ["dòng 2: ngày để trống."]),
    "a day that is none": (
        [line("2024-02-30", "closed", "cd-y-te")],
        ["dòng 2: ngày 2024-02-30 không đúng. Tháng 2 năm 2024 không có ngày 30. Hãy xem lại ngày."],
    ),
    "cells an act needs": (
        [line("2024-01-01", "added", "a", parent="tld")],
        ["dòng 2: cấp để trống.", "dòng 2: tên đầy đủ để trống.", "dòng 2: tên thường gọi để trống."],
    ),
    "cells it has no use for": (
        [line("2024-01-01", "merged", "quang-tri", into="dien-bien", name="A")],
        ["dòng 2: tên đầy đủ không dùng cho việc merged, hãy để trống."],
    ),
    "no such level": (
        [line("2024-01-01", "closed", "cd-y-te", ending="district;ward")],
        [
            "dòng 2: không có cấp ward; các cấp là confederation, province, sector, district, provincial_sector, "
            "sector_branch, commune, grassroots."
        ],
    ),
    "no such unit": ([line("2024-01-01", "closed", "hue")], ["dòng 2: không có đơn vị hue."]),
    "a day still ahead": (
        [line("2026-01-01", "closed", "cd-y-te")],
        ["dòng 2: Ngày 1/1/2026 chưa đến. Việc của đơn vị được ghi từ ngày đó."],
    ),
    "what the tree refuses": (
        [line("2024-01-01", "closed", "quang-tri")],
        [
            "dòng 2: Còn 3 đơn vị bên dưới chưa có nơi về, ví dụ LĐLĐ thành phố Đông Hà. Hãy chọn đơn vị nhận.",
        ],
    ),
    "a unit that could not be added is blamed alone": (
        [NEW.replace("province", "district"), MERGED],
        ["dòng 2: Liên đoàn Lao động cấp huyện không thuộc Tổng Liên đoàn được."],
    ),
    "a line that could not be read is blamed alone": (
        [NEW.replace("province", "ward"), MERGED],
        [
            "dòng 2: không có cấp ward; các cấp là confederation, province, sector, district, provincial_sector, "
            "sector_branch, commune, grassroots."
        ],
    ),
    "all at once, in the order of the lines": (
        [line("2025-01-01", "closed", "hue"), line("2024-01-01", "closed", "tld"), line("x", "closed", "cd-y-te")],
        [
            "dòng 2: không có đơn vị hue.",
            "dòng 3: Tổng Liên đoàn không chuyển, không sáp nhập và không kết thúc.",
            "dòng 4: ngày x không đúng. Hãy ghi đủ ngày, tháng, năm, ví dụ 20/4/2021.",
        ],
    ),
    "another heading": (["x"], ["dòng 2: có 1 cột, phải có 13 cột."]),
}


@pytest.mark.parametrize(("lines", "faults"), FAULTS.values(), ids=FAULTS)
def test_one_fault_and_nothing_is_done(tmp_path: Path, lines: list[str], faults: list[str]) -> None:
    with pytest.raises(ActsRefused) as caught:
        apply_acts(write(tmp_path, *lines, CALLED), at=AT)

    assert caught.value.faults == faults
    assert not UnitChange.objects.exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ActsRefused, match=r"^Không đọc được tệp none\.csv\.$"):
        apply_acts(tmp_path / "none.csv", at=AT)


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write(tmp_path, SECTOR))

    call_command("change_units", path, "--dry-run")
    call_command("change_units", path)
    call_command("change_units", path)

    assert capsys.readouterr().out.splitlines() == [
        "Sẽ làm 1 việc (1 thành lập).",
        "Đã làm 1 việc (1 thành lập).",
        "Không có việc nào mới: 1 việc đã làm từ trước.",
    ]
    assert UnitChange.objects.get().act == Act.ADDED


def test_the_command_names_every_fault_and_fails(tmp_path: Path) -> None:
    path = write(tmp_path, line("2024-01-01", "closed", "hue"), line("2024-01-01", "closed", "tld"))

    with pytest.raises(CommandError) as caught:
        call_command("change_units", str(path))

    assert str(caught.value) == (
        "Không làm gì, vì tệp có 2 chỗ sai:\n"
        "  dòng 2: không có đơn vị hue.\n"
        "  dòng 3: Tổng Liên đoàn không chuyển, không sáp nhập và không kết thúc."
    )
