"""`seal_history`: seals what was done since the last seal; once an hour at most. Prints what to keep outside the portal."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from initiatives.history import seals
from initiatives.models import HistorySeal
from portal.command_line import PortalCommand
from portal.vietnamese import days


class Command(PortalCommand):
    help = "Niêm phong lịch sử, mỗi ngày và mỗi giờ có bước mới. Hãy giữ số và mã băm ở nơi khác ngoài cổng."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", action="store_true", help="niêm phong ngay dù vừa niêm phong hoặc chưa có bước mới"
        )

    def handle(self, *args: Any, now: bool = False, **options: Any) -> None:
        made = seals.seal_of_the_day(timezone.now, anew=now)
        seal = made or HistorySeal.objects.order_by("-number").first()
        if seal is None:
            self.stdout.write("Một lượt khác đang niêm phong. Hãy xem lại sau ít phút.")
            return
        if made is None:
            self.stdout.write(
                "Từ niêm phong trước chưa có gì để niêm phong thêm, hoặc vừa niêm phong chưa đầy một giờ."
            )
        self.stdout.write(f"Niêm phong số {seal.number}, các bước trước {days.moment(seal.upto)}.")
        self.stdout.write(f"Gồm {seals.in_words(seal.counts)}.")
        self.stdout.write(f"Mã băm: {seal.hash}")
