"""`setup`: tables, the tree and what befell it since, the two campaigns of the letters. Can be run again at any time."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from initiatives.campaigns.loading import load_campaigns
from orgtree.acts import ActsRefused, apply_acts
from orgtree.importing import ImportRefused, import_units
from portal.command_line import PortalCommand


class Command(PortalCommand):
    help = "Tạo các bảng, nạp đơn vị và hai chương trình. Chạy lại lúc nào cũng được."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        units = settings.BASE_DIR / "fixtures" / "units"
        imported = _units(units / "units-2021.csv", aliases_path=units / "name-aliases.csv")
        acts = _acts(units / "acts-2022-2025.csv", at=timezone.now())
        made = load_campaigns()
        names = ", ".join(campaign.slug for campaign in made) or "không có gì mới"
        self.stdout.write(f"{imported} {acts} Chương trình: {names}.")


def _units(path: Path, *, aliases_path: Path) -> str:
    """What was done. Without its tree nothing else can stand."""
    try:
        return import_units(path, aliases_path=aliases_path).sentence
    except ImportRefused as refused:
        raise CommandError(
            f"Chưa nạp được đơn vị từ {path.name}, cây đơn vị giữ nguyên: {refused.faults[0]} "
            f"Xem đủ {len(refused.faults)} chỗ bằng “manage.py import_units {path.relative_to(settings.BASE_DIR)} --dry-run”."
        ) from None


def _acts(path: Path, *, at: datetime) -> str:
    """What was done. A tree that lived on by itself may refuse an act: then it stays as it is, and the rest stands."""
    try:
        return apply_acts(path, at=at, until=timezone.localdate(at)).sentence
    except ActsRefused as refused:
        look = f"manage.py change_units {path.relative_to(settings.BASE_DIR)} --dry-run"
        return (
            f"Các việc trong {path.name} chưa ghi được, cây đơn vị giữ nguyên: {refused.faults[0]} "
            f"Xem đủ {len(refused.faults)} chỗ bằng “{look}”."
        )
