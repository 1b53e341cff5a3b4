"""`seed_demo`: the demonstration campaign, opened around today, with four accounts."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from initiatives import demonstration
from initiatives.progress import tally
from orgtree.models import Unit
from portal.command_line import PortalCommand
from portal.vietnamese.formats import whole


class Command(PortalCommand):
    help = "Tạo chương trình thử nghiệm và các tài khoản của nó. Chỉ chạy khi DEBUG bật hoặc có --password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--initiatives", type=int, default=0, metavar="N", help="tạo thêm N sáng kiến")
        parser.add_argument("--password", default="", metavar="MẬT-KHẨU", help="mật khẩu của các tài khoản")

    def handle(self, *args: Any, initiatives: int = 0, password: str = "", **options: Any) -> None:
        if not password and not settings.DEBUG:
            raise CommandError("Chỉ chạy khi DEBUG bật, hoặc với --password: tài khoản thử nghiệm mở được cổng thật.")
        if initiatives < 0:
            raise CommandError("--initiatives phải từ 0 trở lên.")
        if not Unit.objects.filter(code="quang-tri/dong-ha").exists():
            raise CommandError("Chưa có danh sách đơn vị. Hãy chạy “manage.py setup” trước.")
        password = password or demonstration.new_password()
        now = timezone.now()
        campaign = demonstration.seed(password=password, at=now)
        for made in demonstration.fill(campaign, initiatives, at=now):
            self.stdout.write(f"\r{whole(made)}/{whole(initiatives)} sáng kiến", ending="")
            self.stdout.flush()
        if initiatives:
            self.stdout.write("")
            tally.refresh(campaign, at=now, everything=True)
        names = ", ".join(username for username, *_ in demonstration.ACCOUNTS)
        self.stdout.write(f"Chương trình thử nghiệm: {settings.SITE_URL}/{campaign.slug}/")
        self.stdout.write(f"Tài khoản: {names} · mật khẩu: {password}")
