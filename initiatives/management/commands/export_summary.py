"""Writes the official summary table of a unit's branch to an Excel file."""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives import looked_at
from initiatives.models import Campaign, Initiative, Status
from initiatives.reports.export import still_arriving, write_summary, year_of
from initiatives.reports.layouts import LAYOUTS
from orgtree.models import Unit
from orgtree.scope import branch
from portal import in_flight
from portal.command_line import PortalCommand
from portal.replica import may_be_old
from portal.vietnamese import disks, formats


class Command(PortalCommand):
    help = "Xuất bảng tổng hợp tóm tắt sáng kiến của một đơn vị và mọi đơn vị bên dưới ra tệp Excel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campaign", default="", metavar="ĐỊA-CHỈ", help="địa chỉ của chương trình")
        parser.add_argument("--unit", default="", metavar="MÃ", help="mã đơn vị, ví dụ quang-tri/dong-ha")
        parser.add_argument("--layout", default="", metavar="qt|th", help="mẫu bảng: qt (Quảng Trị), th (Thanh Hóa)")
        parser.add_argument(
            "--status",
            nargs="+",
            default=[],
            metavar="TRẠNG-THÁI",
            help=f"chỉ các trạng thái này ({', '.join(Status.values)}); mặc định: đã nhận, trừ đã rút và trùng lặp",
        )
        parser.add_argument("--output", default="", metavar="TỆP", help="tệp .xlsx sẽ ghi")

    def handle(self, **options: Any) -> None:
        for name in ("campaign", "unit", "layout", "output"):
            if not options[name]:
                raise CommandError(f"Thiếu --{name}.")
        campaign = Campaign.objects.at_address(options["campaign"]).first()
        if campaign is None:
            raise CommandError(f"Không có chương trình nào ở địa chỉ “{options['campaign']}”.")
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"Không có đơn vị nào mang mã “{options['unit']}”.")
        if options["layout"] not in LAYOUTS:
            raise CommandError(f"Không có mẫu bảng “{options['layout']}”. Các mẫu: {', '.join(LAYOUTS)}.")
        statuses = _known(options["status"])

        received = _received_from(unit, campaign)
        initiatives = received.filter(status__in=statuses) if statuses else received.reached()

        at = timezone.now()

        def note(rows: int) -> None:
            why = f"Bảng tổng hợp (mẫu {options['layout'].upper()}), xuất bằng lệnh trên máy chủ"
            looked_at.table(unit, by=None, rows=rows, why=why, at=at)

        written, files = _write_whole(
            Path(options["output"]),
            initiatives,
            campaign=campaign,
            unit=unit,
            layout=options["layout"],
            at=at,
            note=note,
        )
        self.stdout.write(
            f"Đã ghi {formats.whole(written)} sáng kiến của {unit.name} vào {', '.join(map(str, files))}."
        )
        remark = still_arriving(campaign, at=at)
        if remark:
            self.stdout.write(remark)


def _received_from(unit: Unit, campaign: Campaign) -> Any:
    """A unit of the campaign's structure keeps its own branch, whatever it merged into since; any other stands for all that
    is found below it today."""
    received = Initiative.objects.filter(campaign=campaign)
    if Unit.objects.in_structure_of(campaign.structure_day).filter(pk=unit.pk).exists():
        return received.filter(branch(unit.path, by="unit__path"))
    return received.in_branch_of(unit)


def _known(statuses: list[str]) -> list[str]:
    for status in statuses:
        if status not in Status.values:
            raise CommandError(f"Không có trạng thái “{status}”. Các trạng thái: {', '.join(Status.values)}.")
    return statuses


def _write_whole(
    path: Path,
    initiatives: Any,
    *,
    campaign: Campaign,
    unit: Unit,
    layout: str,
    at: datetime,
    note: Callable[[int], None],
) -> tuple[int, list[Path]]:
    """All or nothing: whoever opens a file meanwhile finds the old one. Only its owner may read it. How many, and in which
    files: one, or TỆP-1.xlsx, TỆP-2.xlsx … where one sheet does not hold them. `note` is told how many before anybody can have
    them."""
    parts: list[IO[bytes]] = []

    def another() -> IO[bytes]:
        parts.append(tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False))  # noqa: SIM115
        return parts[-1]

    def anew() -> int:
        give_up()  # a copy of the database may have failed in the middle
        return write_summary(another(), initiatives.all(), unit=unit, layout=layout, year=year, at=at, further=another)

    def give_up() -> None:
        while parts:
            part = parts.pop()
            with suppress(FileNotFoundError):
                os.unlink(part.name)
            with suppress(OSError):  # on a full disk, what is still to be written
                part.close()

    try:
        try:
            year = year_of(campaign, at=at)
            in_flight.wait_for_it()
            written = may_be_old(anew, is_whole=True)()
            for part in parts:
                part.flush()
                os.fsync(part.fileno())
                part.close()
            note(written)
            files = [path] if len(parts) == 1 else [_numbered(path, number + 1) for number in range(len(parts))]
            for part, file in zip(parts, files, strict=True):
                os.replace(part.name, file)
        except BaseException:
            give_up()
            raise
    except OSError as failure:
        raise CommandError(f"Không ghi được tệp {path}: {disks.said(failure)}.") from failure
    return written, files


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
