"""`seed_demo`: the demonstration campaign, opened around today, with four accounts; and made initiatives, a dozen or millions."""

import time
from argparse import ArgumentParser
from typing import Any, Self

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from initiatives import demonstration
from initiatives.demonstration import Progress, unions
from orgtree.models import Unit
from portal.command_line import PortalCommand
from portal.vietnamese.formats import percent, whole

# So many initiatives and more come from so many unions, if nothing else is said.
MANY, UNIONS = 10_000, 20_000
WIDTH = 24
LINE_EVERY = 10  # seconds, where nobody watches and a file keeps what is said


class Command(PortalCommand):
    help = "Tạo chương trình thử nghiệm và các tài khoản của nó. Chỉ chạy khi DEBUG bật hoặc có --password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--initiatives", type=int, default=0, metavar="N", help="tạo thêm N sáng kiến")
        parser.add_argument(
            "--unions",
            type=int,
            default=None,
            metavar="N",
            help=f"có đủ N CĐCS thử nghiệm (mặc định: {whole(UNIONS)} khi tạo từ {whole(MANY)} sáng kiến)",
        )
        parser.add_argument("--password", default="", metavar="MẬT-KHẨU", help="mật khẩu của các tài khoản")

    def handle(
        self, *args: Any, initiatives: int = 0, unions: int | None = None, password: str = "", **options: Any
    ) -> None:
        if not password and not settings.DEBUG:
            raise CommandError("Chỉ chạy khi DEBUG bật, hoặc với --password: tài khoản thử nghiệm mở được cổng thật.")
        if initiatives < 0 or (unions or 0) < 0:
            raise CommandError("--initiatives và --unions phải từ 0 trở lên.")
        if not Unit.objects.filter(code="quang-tri/dong-ha").exists():
            raise CommandError("Chưa có danh sách đơn vị. Hãy chạy “manage.py setup” trước.")
        password = password or demonstration.new_password()
        now = timezone.now()
        campaign = demonstration.seed(password=password, at=now)
        self._add_unions(campaign, (UNIONS if initiatives >= MANY else 0) if unions is None else unions)
        if initiatives:
            with _Bar(self.stdout) as bar:
                for progress in demonstration.fill(campaign, initiatives, at=now):
                    bar.show(progress)
                bar.show(Progress(initiatives, initiatives, "đang đếm"))
                is_counted = demonstration.count_and_aim(campaign, at=now)
            if not is_counted:
                self.stdout.write("Đang có một lượt đếm khác. Hãy chạy “manage.py recount” sau ít phút.")
        names = ", ".join(username for username, *_ in demonstration.ACCOUNTS)
        self.stdout.write(f"Chương trình thử nghiệm: {settings.SITE_URL}/{campaign.slug}/")
        self.stdout.write(f"Tài khoản: {names} · mật khẩu: {password}")

    def _add_unions(self, campaign: Any, number: int) -> None:
        added = unions.add(campaign, number)
        if added:
            self.stdout.write(f"Đã thêm {whole(added)} CĐCS thử nghiệm.")


class _Bar:
    """How far it came: one line that changes on a terminal, a line now and then in a file."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out, self.begun = out, time.monotonic()
        self.said_at, self.said = 0.0, ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: Any) -> None:
        if self.out.isatty():
            self.out.write("")

    def show(self, progress: Progress) -> None:
        elapsed = time.monotonic() - self.begun
        line = self._line(progress, elapsed)
        if self.out.isatty():
            self.out.write(f"\r\x1b[K{line}", ending="")
            self.out.flush()
        elif line != self.said and (self._is_news(progress) or elapsed - self.said_at >= LINE_EVERY):
            self.out.write(line)
            self.out.flush()
            self.said, self.said_at = line, elapsed

    def _is_news(self, progress: Progress) -> bool:
        """What a file shall bear in any case: the end of the writing."""
        return progress.made == progress.number and not progress.doing

    def _line(self, progress: Progress, elapsed: float) -> str:
        made, number = progress.made, progress.number
        done = WIDTH * made // number
        parts = [
            f"[{'█' * done}{'·' * (WIDTH - done)}] {whole(made)}/{whole(number)} sáng kiến ({percent(made, number)})",
            f"đã chạy {_lasting(elapsed)}",
        ]
        if progress.doing:
            parts.append(progress.doing)
        elif 0 < made < number:
            parts.append(f"còn khoảng {_lasting(elapsed * (number - made) / made)}")
        return " · ".join(parts)


def _lasting(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{whole(minutes)} phút {rest:02} giây" if minutes else f"{rest} giây"
