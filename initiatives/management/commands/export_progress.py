"""Writes the board of a unit to an Excel file: the same as `/<campaign>/tien-do.xlsx`."""

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.models import Campaign
from initiatives.progress import board, board_sheet, tally
from portal.command_line import PortalCommand
from portal.vietnamese import days, disks


class Command(PortalCommand):
    help = "Xuất biểu tổng hợp chỉ tiêu, kết quả của một đơn vị và các đơn vị ngay bên dưới ra tệp Excel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campaign", default="", metavar="ĐỊA-CHỈ", help="địa chỉ của chương trình")
        parser.add_argument("--unit", default="", metavar="MÃ", help="mã đơn vị, ví dụ ninh-thuan")
        parser.add_argument("--output", default="", metavar="TỆP", help="tệp .xlsx sẽ ghi")

    def handle(self, **options: Any) -> None:
        for name in ("campaign", "unit", "output"):
            if not options[name]:
                raise CommandError(f"Thiếu --{name}.")
        campaign = Campaign.objects.at_address(options["campaign"]).first()
        if campaign is None:
            raise CommandError(f"Không có chương trình nào ở địa chỉ “{options['campaign']}”.")
        unit = board.unit_of(campaign, options["unit"])
        if unit is None:
            raise CommandError(f"Chương trình này không có đơn vị nào mang mã “{options['unit']}”.")
        at = timezone.now()
        tally.refresh(campaign, at=at)  # where another refresher is at work, what that one wrote is taken
        shown = board.of(campaign, unit, at=at)
        _write_whole(Path(options["output"]), board_sheet.sheet_of(shown))
        moment = days.moment(shown.counted_at)
        self.stdout.write(f"Đã ghi {unit.name}: {shown.total.sentence}, tính đến {moment}, vào {options['output']}.")


def _write_whole(path: Path, content: bytes) -> None:
    """All or nothing: whoever opens the file meanwhile finds the old one."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            try:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                os.replace(part.name, path)
            except BaseException:
                os.unlink(part.name)
                raise
    except OSError as failure:
        raise CommandError(f"Không ghi được tệp {path}: {disks.said(failure)}.") from failure
