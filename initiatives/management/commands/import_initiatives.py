"""`import_initiatives`: enters the initiatives of an Excel file for somebody of the staff, by the rules of the admin's page."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.models import Campaign
from initiatives.submission.entering import sheets
from initiatives.submission.entering.kept_sheets import BLANK, NEW, PRESENT, WITHDRAWN, Rows
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.sheets import ENTERED, REFUSED, Judge, Outcome
from orgtree.models import StaffAccount
from portal.command_line import PortalCommand
from portal.sheets.reading import SheetRefused, content_of
from portal.vietnamese.formats import whole

AT_ONCE = 200  # rows

UNREADABLE: dict[type[Exception], str] = {
    FileNotFoundError: "không có tệp này",
    IsADirectoryError: "đây là một thư mục",
    PermissionError: "không có quyền đọc",
}


class Command(PortalCommand):
    help = (
        "Nhập sáng kiến từ tệp Excel như một cán bộ nhập hộ. Nhập lại cùng một tệp không thêm gì. "
        "Có dòng nào không nhập được thì in từng dòng và kết thúc với mã 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="TỆP", help="tệp .xlsx, cột như tệp mẫu hoặc mang tên ô của phiếu nộp")
        parser.add_argument("--campaign", default="", metavar="ĐỊA-CHỈ", help="địa chỉ của chương trình")
        parser.add_argument("--account", default="", metavar="TÊN", help="tên đăng nhập của cán bộ nhập")
        parser.add_argument("--dry-run", action="store_true", help="chỉ nói sẽ làm gì, không ghi gì")

    def handle(self, *, file: str, campaign: str, account: str, dry_run: bool, **options: Any) -> None:
        for name, value in (("campaign", campaign), ("account", account)):
            if not value:
                raise CommandError(f"Thiếu --{name}.")
        # Bytes that are no text come as lone surrogates, which no database takes.
        campaign, account = (value.encode("utf-8", "replace").decode() for value in (campaign, account))
        into = Campaign.objects.at_address(campaign).first()
        if into is None:
            raise CommandError(f"Không có chương trình nào ở địa chỉ “{campaign}”.")
        by = _officer(account)
        offer = Offer.of(into, by=by, at=timezone.now())
        rows = _read(file, offer)
        counts = self._carried_out(rows, offer, by, dry_run=dry_run)
        done = "Sẽ nhập" if dry_run else "Đã nhập"
        self.stdout.write(
            f"{done} {whole(counts[ENTERED])} sáng kiến; {whole(counts[PRESENT])} dòng đã có; "
            + (f"{whole(counts[WITHDRAWN])} dòng người nộp đã rút; " if counts[WITHDRAWN] else "")
            + f"{whole(counts[REFUSED])} dòng không nhập được; {whole(counts[BLANK])} dòng trống."
        )
        if counts[REFUSED]:
            raise CommandError(f"{whole(counts[REFUSED])} dòng không nhập được. Hãy sửa các dòng trên rồi chạy lại.")

    def _carried_out(self, rows: Rows, offer: Offer, by: StaffAccount, *, dry_run: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        judge = Judge(offer, by=by, at=timezone.now())
        for start in range(0, rows.total, AT_ONCE):
            judge.at = timezone.now()
            some = rows.part(start, min(start + AT_ONCE, rows.total))
            outcomes = _foretold(some, judge) if dry_run else sheets.enter(some, judge=judge)
            for outcome in outcomes:
                counts[outcome.state] += 1
                if outcome.state in {REFUSED, WITHDRAWN}:
                    self.stdout.write(f"Dòng {outcome.number}: {outcome.sentence}")
            counts[BLANK] += len(some) - len(outcomes)
        return counts


def _foretold(rows: Any, judge: Judge) -> list[Outcome]:
    outcome = {NEW: ENTERED, PRESENT: PRESENT, WITHDRAWN: WITHDRAWN}
    return [
        Outcome(told.number, outcome.get(told.state, REFUSED), sentence=" ".join(told.faults))
        for told in (each.told for each in judge.judged(rows))
        if told.state != BLANK
    ]


def _officer(username: str) -> StaffAccount:
    account = StaffAccount.objects.select_related("unit").filter(username=username).first()
    if account is None:
        raise CommandError(f"Không có tài khoản nào tên “{username}”.")
    if not account.is_active:
        raise CommandError(f"Tài khoản “{username}” đã khóa nên không nhập được.")
    if not account.has_perm(sheets.RIGHT):
        raise CommandError(
            f"Tài khoản “{username}” không có quyền nhập sáng kiến. Cần vai trò Người xét duyệt trở lên."
        )
    if account.unit is None:
        raise CommandError(f"Tài khoản “{username}” chưa gắn với đơn vị nào nên không nhập được.")
    return account


def _read(file: str, offer: Offer) -> Rows:
    try:
        with Path(file).open("rb") as opened:
            return sheets.rows_in(content_of(opened), offer=offer)
    except (OSError, ValueError) as failure:
        why = next(
            (told for kind, told in UNREADABLE.items() if isinstance(failure, kind)), "đường dẫn không dùng được"
        )
        raise CommandError(f"Không đọc được tệp {file}: {why}.") from None
    except SheetRefused as refused:
        raise CommandError(f"Không nhập gì. {refused.sentence}") from None
