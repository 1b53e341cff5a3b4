"""How units are spoken of: their levels in a count, their kinds, the short form of a name, the last day of one that ended."""

from collections.abc import Mapping
from datetime import date, timedelta

from orgtree.models import Level
from portal.vietnamese import days
from portal.vietnamese.formats import whole

COUNTED: dict[str, str] = {
    Level.CONFEDERATION: "Tổng Liên đoàn",
    Level.PROVINCE: "LĐLĐ cấp tỉnh",
    Level.SECTOR: "công đoàn ngành trung ương",
    Level.DISTRICT: "LĐLĐ cấp huyện",
    Level.PROVINCIAL_SECTOR: "công đoàn ngành địa phương và tương đương",
    Level.SECTOR_BRANCH: "công đoàn cấp trên cơ sở",
    Level.COMMUNE: "công đoàn xã, phường, đặc khu",
    Level.GRASSROOTS: "công đoàn cơ sở",
}

# The values of `kind` in fixtures/units/, by level.
KINDS: dict[str, dict[str, str]] = {
    Level.PROVINCE: {"tinh": "Tỉnh", "thanh-pho-truc-thuoc-tw": "Thành phố trực thuộc trung ương"},
    Level.SECTOR: {
        "cong-doan-nganh": "Công đoàn ngành",
        "cong-doan-tap-doan": "Công đoàn tập đoàn",
        "cong-doan-tong-cong-ty": "Công đoàn tổng công ty",
        "cong-doan-luc-luong-vu-trang": "Công đoàn lực lượng vũ trang",
    },
    Level.DISTRICT: {"huyen": "Huyện", "quan": "Quận", "thi-xa": "Thị xã", "thanh-pho": "Thành phố"},
    Level.PROVINCIAL_SECTOR: {
        "cong-doan-nganh-dia-phuong": "Công đoàn ngành địa phương",
        "cong-doan-vien-chuc": "Công đoàn viên chức",
        "cong-doan-kcn": "Công đoàn khu công nghiệp, khu chế xuất, khu kinh tế",
        "cong-doan-tong-cong-ty": "Công đoàn tổng công ty",
    },
}

_SHORTER = (
    ("Liên đoàn Lao động", "LĐLĐ"),
    ("Công đoàn cơ sở", "CĐCS"),
    ("Công đoàn", "CĐ"),
)


def counted(numbers: Mapping[str, int]) -> str:
    """12 LĐLĐ cấp huyện, 340 công đoàn cơ sở"""
    return ", ".join(f"{whole(numbers[level])} {noun}" for level, noun in COUNTED.items() if numbers.get(level))


def shortened(name: str) -> str:
    """LĐLĐ huyện Hoằng Hóa, for Liên đoàn Lao động huyện Hoằng Hóa; a name of another form stays whole."""
    for whole_form, short in _SHORTER:
        if name.casefold().startswith(whole_form.casefold()):
            return short + name[len(whole_form) :]
    return name


def until(first_day_without: date) -> str:
    """đến 30/6/2025, for what is gone from 1/7/2025 on"""
    return f"đến {days.shown(first_day_without - timedelta(days=1))}"
