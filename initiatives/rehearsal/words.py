"""What invented people answer. Numbers begin with 030, which no network was ever given; names and texts are drawn from lists, and
the number of the phone makes each one its own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Lò", "Y")
MIDDLES = ("Văn", "Thị", "Thị Thu", "Đức", "Ngọc", "Minh", "Thanh", "Hữu", "Thị Ngọc")
GIVEN = ("Ban", "Mai", "Sơn", "Hạnh", "Bình", "Tuyết", "Lan", "Đông", "Hiếu", "Phúc", "Trang", "Niê", "Oanh", "Vinh")
POSITIONS = ("Công nhân", "Tổ trưởng", "Giáo viên", "Điều dưỡng", "Kỹ thuật viên", "Nhân viên kho", "Văn thư")
WORKPLACES = ("Xưởng may", "Tổ cơ khí", "Trường Tiểu học Diễn tập", "Trạm Y tế", "Phân xưởng đóng gói", "Đội bảo trì")
DEEDS = (
    "Cải tiến",
    "Rút ngắn thao tác",
    "Tiết kiệm vật tư khi",
    "Bảo đảm an toàn khi",
    "Lập bảng theo dõi",
    "Đồ gá để",
)
WORKS = (
    "cắt vải", "đóng gói thành phẩm", "hàn khung", "xếp thùng", "thay dao", "bơm nước thải", "kiểm hàng", "in tem", "sấy gỗ",
    "chấm bài", "phát thuốc", "tưới vườn trường", "bốc hàng", "căn khổ vải", "rửa khuôn", "xếp hồ sơ", "sửa bàn ghế",
)  # fmt: skip
BEFORE = (
    "Trước đây tổ phải dừng máy {a} phút mỗi ca để {work}.",
    "Từ đầu năm, mỗi ngày có {a} lần phải làm lại khâu {work}.",
    "Chúng tôi có {a} người thay nhau {work}, ai cũng mỏi tay.",
    "Mỗi tháng hao {a} ký vật tư vì {work} bằng tay.",
    "Việc {work} chờ lâu, có hôm {a} người đứng đợi.",
)
DONE = (
    "Tôi làm thêm một cữ chặn có {b} vạch sẵn từ thép cũ.",
    "Tôi vẽ lại thứ tự, bỏ {b} bước không cần.",
    "Tôi lắp một giá đỡ có {b} bánh xe, hết {c} nghìn đồng.",
    "Tôi lập bảng theo dõi {b} cột, treo ở cửa xưởng.",
    "Tôi hàn khung gá giữ được {b} chi tiết một lúc.",
)
AFTER = (
    "Nay chỉ mất {c} phút, đã dùng ở {b} máy.",
    "Mỗi ca làm thêm được {a} sản phẩm, không ai phải ở lại.",
    "Ba tháng nay chưa hỏng lần nào, bớt {c} nghìn đồng mỗi ngày.",
    "Người mới học {b} ngày là làm được.",
    "Tổ bên cạnh đã làm theo từ tuần thứ {b}.",
)
RECOGNISERS = ("Giám đốc công ty", "Hội đồng sáng kiến", "Hiệu trưởng", "Giám đốc bệnh viện")
LONGEST_NUMBER = 10_000_000


@dataclass(frozen=True)
class Days:
    """As they are typed: 20/4/2021."""

    applied_on: str
    recognised_on: str


class Person:
    """Whoever holds phone `number`: the same answers each time, but for the title and text of each initiative."""

    def __init__(self, number: int, *, days: Days) -> None:
        if not 0 <= number < LONGEST_NUMBER:
            raise ValueError("phones are numbered from 0 to 9,999,999")
        self.number, self.days = number, days
        self.draw = random.Random(f"phone {number}")  # noqa: S311 - nobody's secret
        self.full_name = " ".join(map(self.draw.choice, (SURNAMES, MIDDLES, GIVEN)))
        self.phone = f"030{number:07d}"
        self.workplace = f"{self.draw.choice(WORKPLACES)} {self.draw.randint(1, 99)}"
        self.written = 0

    def about_oneself(self, *, unit: str, top_units: Sequence[str]) -> dict[str, str | list[str]]:
        """`unit`: a code; "" picks one of `top_units`."""
        top = unit.partition("/")[0] if unit else self.draw.choice(list(top_units) or [""])
        return {
            "full_name": self.full_name,
            "birth_year": str(self.draw.randint(1965, 2003)),
            "position": self.draw.choice(POSITIONS),
            "phone": self.phone,
            "national_id": f"00000{self.number:07d}",
            "top_unit": top,
            "unit": unit if unit != top else "",
            "workplace": self.workplace,
            "consent": ["on"],
            "publish_consent": ["on"] if self.draw.random() < 0.6 else [],
        }

    def about_an_initiative(self) -> dict[str, str | list[str]]:
        self.written += 1
        work = self.draw.choice(WORKS)
        title = f"{self.draw.choice(DEEDS)} {work} ở {self.workplace.lower()}, số {self.number}-{self.written}"
        return {
            "title": title,
            "applied_on": self.days.applied_on,
            "recognised_on": self.days.recognised_on,
            "recognised_by": self.draw.choice(RECOGNISERS),
            "description": self._told(work),
            "effect": self._sentence(AFTER, work),
            "scope": "Toàn tổ",
            "benefit_value": f"{self.draw.randint(2, 900)} triệu",
        }

    def _told(self, work: str) -> str:
        paragraphs = []
        for part in (BEFORE, DONE, AFTER):
            paragraphs.append(" ".join(self._sentence(part, work) for _ in range(self.draw.randint(1, 3))))
        return "\n".join(paragraphs)

    def _sentence(self, part: Sequence[str], work: str) -> str:
        a, b, c = self.draw.randint(3, 90), self.draw.randint(2, 12), self.draw.randint(5, 600)
        return self.draw.choice(part).format(a=a, b=b, c=c, work=work)
