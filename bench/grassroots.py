"""Grassroots unions by the hundred thousand, none of which exists: the names of workplaces as they are in Việt Nam."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from portal.vietnamese.text import folded


def _each(of: str) -> list[str]:
    return [part.strip() for part in of.split(",")]


SYLLABLES = _each(
    "An, Ánh, Bảo, Bắc, Bích, Bình, Cao, Cát, Châu, Chí, Cường, Cửu, Dân, Diễm, Dũng, Duy, Đại, Đạt, Điền, Đình, "
    "Đoàn, Đông, Đức, Gia, Giang, Hà, Hải, Hạnh, Hiền, Hiệp, Hiếu, Hòa, Hoàng, Hồng, Hưng, Hương, Khang, Khánh, "
    "Khoa, Kiên, Kim, Lâm, Lan, Liên, Linh, Long, Lộc, Lợi, Mai, Minh, Mỹ, Nam, Nga, Nghĩa, Ngọc, Nguyên, Nhân, "
    "Nhật, Phát, Phong, Phú, Phúc, Phương, Quang, Quốc, Quý, Sài, Sáng, Sao, Sơn, Sông, Tài, Tâm, Tân, Tây, Thái, "
    "Thành, Thảo, Thắng, Thiên, Thịnh, Thọ, Thuận, Thủy, Tiến, Tín, Toàn, Trang, Trí, Trung, Trường, Tuấn, Uyên, "
    "Văn, Vân, Việt, Vinh, Vĩnh, Xuân, Yên"
)
PEOPLE = _each("Nguyễn, Trần, Lê, Phạm, Hoàng, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý")
COINED = _each(
    "Samsung, Vinamilk, Vinatex, Hansae, Pouyuen, Canon, Foxconn, Seoul, Vina, Tech, Tex, Star, Sun, Global, Asia, "
    "Pacific"
)
TRADES = _each(
    "May, Dệt may, Da giày, Chế biến Thủy sản, Xây dựng, Thương mại và Dịch vụ, Vận tải, Cao su, Điện tử, Gỗ, Bao "
    "bì, Thép, Cơ khí, Xuất nhập khẩu, Sản xuất Thương mại, Nước sạch, Môi trường Đô thị, Dược phẩm, Mía đường, "
    "Thức ăn Chăn nuôi, In"
)
FORMS = _each(
    "Công ty TNHH, Công ty Cổ phần, Công ty TNHH Một thành viên, Doanh nghiệp tư nhân, Hợp tác xã, Chi nhánh Công "
    "ty Cổ phần, Xí nghiệp"
)
OFFICES = _each(
    "Trường THPT, Trường THCS, Trường Tiểu học, Trường Mầm non, Trạm Y tế xã, Ủy ban nhân dân xã, Bệnh viện Đa "
    "khoa, Trung tâm Y tế"
)
COLUMNS = ("code", "parent_code", "level", "kind", "name", "short_name", "admin_code", "source_id")


def write(path: Path, *, parents: list[str], number: int) -> None:
    """A file for `import_units` with `number` grassroots unions, spread over the units with these codes."""
    draw = random.Random(126_000)
    taken: set[str] = set()
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for place, workplace in zip(range(number), workplaces(draw), strict=False):
            parent = parents[place % len(parents)]
            code = base = f"{parent}/{folded(workplace).replace(' ', '-')}"
            while code in taken:
                workplace, code = f"{workplace} {place}", f"{base}-{place}"
            taken.add(code)
            name, short = f"Công đoàn cơ sở {workplace}", f"CĐCS {workplace}"
            writer.writerow([code, parent, "grassroots", "cong-doan-co-so", name, short, "", "bench"])


def workplaces(draw: random.Random) -> Iterator[str]:
    while True:
        if draw.random() < 0.4:
            own = f"{draw.choice(PEOPLE)} {proper(draw)}" if draw.random() < 0.3 else proper(draw)
            yield f"{draw.choice(OFFICES)} {own}"
        elif draw.random() < 0.05:
            yield f"{draw.choice(FORMS)} {draw.choice(COINED)} {draw.choice(COINED)}"
        else:
            yield f"{draw.choice(FORMS)} {draw.choice(TRADES)} {proper(draw)}"


def proper(draw: random.Random) -> str:
    return " ".join(draw.choice(SYLLABLES) for _ in range(draw.choice((2, 2, 2, 3))))
