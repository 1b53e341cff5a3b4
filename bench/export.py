"""What the summary table costs for each row: CPU to read and write, memory, statements; prints JSON.

Two floors, built in the same run over the same rows: openpyxl's write-only mode with the texts alone, and with the same
look (font, borders, wrapping) given to each cell the documented way. Neither settles row heights. Run it as
`python -m bench.export [--rows 20000] [--long]`; it works in a database of its own, in memory.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any

os.environ["DATABASE_URL"] = "sqlite://:memory:"
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-export-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

SENTENCE = "Giải pháp dùng cữ chặn có thước khắc, chỉnh một lần cho cả lô hàng, không phải dừng máy giữa ca. "
BATCH = 500
MIB = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--long", action="store_true", help="descriptions of 2,000 characters, not 600")
    asked = parser.parse_args()

    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    unit = _fill(asked.rows, length=2000 if asked.long else 600)
    json.dump(_measured(unit, asked.rows), sys.stdout, indent=2)
    print()


def _fill(rows: int, *, length: int) -> Any:
    from initiatives.models import Campaign, ConsentText, Initiative, Phase
    from orgtree.models import Level, Unit

    top = Unit.objects.add_root(
        instance=Unit(code="tld", level=Level.CONFEDERATION, name="Tổng Liên đoàn Lao động Việt Nam")
    )
    unit = Unit.objects.add_child(
        top, instance=Unit(code="quang-tri", level=Level.PROVINCE, name="Liên đoàn Lao động tỉnh Quảng Trị")
    )
    campaign = Campaign.objects.create(slug="do-toc-do", name="Chương trình đo tốc độ")
    opens = datetime(2022, 1, 8, tzinfo=UTC)
    phase = Phase.objects.create(campaign=campaign, name="Đợt 1", opens_at=opens, closes_at=opens + timedelta(days=90))
    consent = ConsentText.objects.create(version="1", body="Thông báo")
    for first in range(0, rows, BATCH):
        Initiative.objects.bulk_create(
            Initiative(
                campaign=campaign,
                phase=phase,
                unit=unit,
                receipt_code=f"{n:013d}",
                receipt_token_hash=f"{n:064d}",
                arrived_at=opens + timedelta(seconds=n),
                submitted_at=opens + timedelta(seconds=n),
                full_name="Nguyễn Thị Thu Hà",
                birth_year=1988,
                position="Công nhân tổ cắt",
                phone="0912345678",
                phone_digits="0912345678",
                workplace="Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
                consent_text=consent,
                consented_at=opens,
                title="Cải tiến bàn gá cắt vải giảm hao hụt nguyên liệu",
                applied_on=date(2022, 1, 10),
                description=(f"{n} " + SENTENCE * 22)[:length],
                effect="Giảm 20 phút mỗi ca, giảm phế phẩm từ 4% còn 1,5%",
                scope="Toàn xưởng may 2",
                benefit_value=120_000_000,
                awards="Lao động giỏi năm 2020",
                share=Decimal(100),
            )
            for n in range(first, min(first + BATCH, rows))
        )
    return unit


def _measured(unit: Any, count: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from initiatives.models import Initiative
    from initiatives.reports.export import write_summary

    def portal(to: IO[bytes], rows: int) -> None:
        chosen = Initiative.objects.filter(pk__lte=Initiative.objects.order_by("pk")[rows - 1].pk)
        write_summary(to, chosen, unit=unit, layout="qt", year=2022, at=datetime(2022, 3, 1, tzinfo=UTC))

    def bare(to: IO[bytes], rows: int) -> None:
        _floor(to, rows, has_look=False)

    def dressed(to: IO[bytes], rows: int) -> None:
        _floor(to, rows, has_look=True)

    few = max(count // 10, 1)
    milliseconds = {way.__name__: _cpu_a_row(way, count) for way in (bare, dressed, portal)}
    with CaptureQueriesContext(connection) as statements, tempfile.TemporaryFile() as to:
        portal(to, count)
    return {
        "rows": count,
        "cpu_ms_a_row": milliseconds,
        "times_openpyxl_bare": round(milliseconds["portal"] / milliseconds["bare"], 2),
        "times_openpyxl_same_look": round(milliseconds["portal"] / milliseconds["dressed"], 2),
        "statements": len(statements) - 1,  # one is the bench's own
        "traced_peak_mib": {str(rows): _peak(portal, rows) for rows in (few, count)},
        "process_peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _floor(to: IO[bytes], rows: int, *, has_look: bool) -> None:
    """The same rows and cells straight into openpyxl."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, Side

    from initiatives.models import Initiative

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Bảng")
    font, alignment = Font(name="Times New Roman", size=12), Alignment(vertical="top", wrap_text=True)
    border = Border(*[Side(style="thin")] * 4)

    def cell(value: Any) -> Any:
        made = WriteOnlyCell(sheet, value)
        made.data_type = "n" if isinstance(value, int) else "s"
        if has_look:
            made.font, made.alignment, made.border, made.number_format, made.quotePrefix = (
                font,
                alignment,
                border,
                "@",
                True,
            )
        return made

    asked = Initiative.objects.order_by("unit__current_path", "submitted_at", "id").values_list(
        "full_name", "birth_year", "position", "workplace", "phone", "title", "applied_on", "description", "effect",
        "scope", "benefit_value",
    )[:rows]  # fmt: skip
    for number, row in enumerate(asked.iterator(chunk_size=BATCH), start=1):
        person, title, day, description = "\n".join(map(str, row[:5])), row[5], row[6], row[7]
        effect = f"{row[8]}\n{row[9]}\n{row[10]} đồng"
        sheet.append([cell(value) for value in (number, person, title, str(day), description, effect)])
    book.save(to)


def _cpu_a_row(way: Callable[[IO[bytes], int], None], rows: int) -> float:
    """The best of three, in milliseconds."""
    return round(min(_cpu(way, rows) for _ in range(3)) / rows * 1000, 4)


def _cpu(way: Callable[[IO[bytes], int], None], rows: int) -> float:
    began = time.process_time()
    with tempfile.TemporaryFile() as to:
        way(to, rows)
    return time.process_time() - began


def _peak(way: Callable[[IO[bytes], int], None], rows: int) -> float:
    tracemalloc.start()
    with tempfile.TemporaryFile() as to:
        way(to, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / MIB, 1)


if __name__ == "__main__":
    main()
