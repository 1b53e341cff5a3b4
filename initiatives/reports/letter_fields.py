"""What the template of a letter may hold: each field's name as people write it in Word, what it becomes, and how it is filled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from initiatives.reports.papers import Papers
from initiatives.reports.summary import SummaryRow
from orgtree.models import Level
from portal.vietnamese import days, money

# Long names are broken in the head where they are broken in speech.
_SPOKEN_FIRST = ("Tổng Liên đoàn Lao động ", "Liên đoàn Lao động ", "Công đoàn cơ sở ")


@dataclass(frozen=True)
class Field:
    name: str
    meaning: str
    value: Callable[[Any], Any]


FIELDS: tuple[Field, ...] = (
    Field("cap_tren", "Tên công đoàn cấp trên, nơi nhận tờ trình", lambda papers: papers.host),
    Field("cap_tren_hoa", "Tên công đoàn cấp trên, chữ in hoa, để ở đầu trang", lambda papers: in_head(papers.host)),
    Field("kinh_gui", "Nơi nhận, để sau chữ “Kính gửi”", lambda papers: papers.host),
    Field("don_vi", "Tên đơn vị gửi", lambda papers: papers.sender),
    Field("don_vi_hoa", "Tên đơn vị gửi, chữ in hoa, để ở đầu trang", lambda papers: in_head(papers.sender)),
    Field("ky_hieu", "Ký hiệu đơn vị trong số văn bản, ví dụ LĐLĐ, CĐCS", lambda papers: papers.sign),
    Field("dia_danh", "Nơi ký", lambda papers: papers.place),
    Field("ngay_thang", "Ngày làm tờ trình, viết như trong văn bản", lambda papers: days.in_document(papers.day)),
    Field("chuong_trinh", "Tên chương trình", lambda papers: papers.campaign),
    Field("dot_xet_chon", "Tên đợt xét chọn", lambda papers: papers.round),
    Field("so_sang_kien", "Số sáng kiến được giới thiệu, ví dụ 2", lambda papers: len(papers.nominees)),
    Field(
        "so_luong", "Số sáng kiến bằng số và bằng chữ, ví dụ 02 (hai)", lambda papers: quantity(len(papers.nominees))
    ),
    Field("ban", "Ban Thường vụ, hoặc Ban Chấp hành ở công đoàn cơ sở", lambda papers: papers.signing.committee),
    Field("thay_mat", "Dòng thay mặt ở chỗ ký, ví dụ TM. BAN THƯỜNG VỤ", lambda papers: papers.signing.signed_for),
    Field("chuc_vu_ky", "Chức vụ người ký", lambda papers: papers.signing.post),
    Field("danh_sach", "Các sáng kiến, để lặp từng sáng kiến", lambda papers: _each(OF_A_NOMINEE, papers.nominees)),
    Field("ho_so", "Các tài liệu gửi kèm, để lặp từng tài liệu", lambda papers: _each(OF_A_PART, papers.parts)),
)
OF_A_NOMINEE: tuple[Field, ...] = (
    Field("thu_tu", "Thứ tự", lambda row: row.number),
    Field("ten", "Tên sáng kiến", lambda row: row.title.rstrip(". ")),
    Field("ho_ten", "Tác giả được công nhận", lambda row: row.full_name),
    Field("nam_sinh", "Năm sinh", lambda row: row.birth_year),
    Field("chuc_vu", "Chức vụ, công việc", lambda row: row.position),
    Field("noi_lam_viec", "Nơi làm việc", lambda row: row.workplace),
    Field("hieu_qua", "Hiệu quả", lambda row: row.effect),
    Field("pham_vi", "Phạm vi áp dụng", lambda row: row.scope),
    Field("gia_tri", "Giá trị làm lợi", lambda row: row.benefit),
)
OF_A_PART: tuple[Field, ...] = (Field("ten", "Tên tài liệu", lambda part: part),)

# Over which a template may repeat something, by the field that holds them.
REPEATED: dict[str, tuple[Field, ...]] = {"danh_sach": OF_A_NOMINEE, "ho_so": OF_A_PART}


def values(papers: Papers) -> dict[str, Any]:
    """What a template is filled with: texts, numbers and lists of them, nothing that can be called."""
    return {field.name: field.value(papers) for field in FIELDS}


def samples(level: str) -> list[Papers]:
    """Dossiers that a template must be able to say: none, one with signs that mean something in a file, many long ones."""
    short = SummaryRow(
        1, "Trần Thị Lan", "1988", "Tổ trưởng", "Công ty A & B <Đông Hà>", "0912345678",
        "Giảm tỷ lệ lỗi khi A < B & C > D", "10/01/2022", "Mô tả.", "Giảm 20%", "Toàn xưởng", "120.000.000 đồng", "",
    )  # fmt: skip
    long = short._replace(title="Cải tiến quy trình " * 12, workplace="Công ty Trách nhiệm hữu hạn " * 7, position="")
    return [_sample(level, nominees) for nominees in ((), (short,), (short, *[long] * 29))]


def in_head(name: str) -> str:
    """LIÊN ĐOÀN LAO ĐỘNG, and below it THÀNH PHỐ ĐÔNG HÀ."""
    for begin in _SPOKEN_FIRST:
        if name.startswith(begin):
            return f"{begin.rstrip()}\n{name.removeprefix(begin)}".upper()
    return name.upper()


def quantity(number: int) -> str:
    """02 (hai): papers write small numbers with two digits, and in words."""
    words = money.in_words(number).removesuffix(" đồng").lower()
    return f"{number:02} ({words})"


def _each(fields: Sequence[Field], rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [{field.name: field.value(row) for field in fields} for row in rows]


def _sample(level: str, nominees: tuple[SummaryRow, ...]) -> Papers:
    return Papers(
        campaign="01 triệu sáng kiến",
        round="Xét chọn cấp tỉnh năm 2022",
        host="Liên đoàn Lao động tỉnh Quảng Trị",
        sender="Liên đoàn Lao động thành phố Đông Hà",
        level=Level(level),
        place="Đông Hà",
        sign="LĐLĐ",
        day=date(2022, 4, 5),
        year=2022,
        parts=("Bảng tổng hợp tóm tắt sáng kiến",) if nominees else (),
        nominees=nominees,
    )
