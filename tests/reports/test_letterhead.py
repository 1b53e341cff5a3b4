"""Place, sign and signature by the unit's kind and name."""

import pytest

from initiatives.reports.letterhead import UNKNOWN_PLACE, place_of, sign_of, signing_of
from orgtree.models import Level, Unit

ROOT = Unit(level=Level.CONFEDERATION, name="Tổng Liên đoàn Lao động Việt Nam")


def province(name: str) -> Unit:
    return Unit(level=Level.PROVINCE, name=f"Liên đoàn Lao động {name}")


QUANG_TRI, HA_NOI = province("tỉnh Quảng Trị"), province("thành phố Hà Nội")
SAI_GON = province("Thành phố Hồ Chí Minh")
TOWN = Unit(level=Level.DISTRICT, name="Liên đoàn Lao động thị xã Quảng Trị")
DONG_HA = Unit(level=Level.DISTRICT, name="Liên đoàn Lao động thành phố Đông Hà")
HEALTH = Unit(level=Level.SECTOR, name="Công đoàn Y tế Việt Nam")


@pytest.mark.parametrize(
    ("level", "name", "above", "place", "sign"),
    [
        pytest.param(Level.CONFEDERATION, ROOT.name, [], "Hà Nội", "TLĐ", id="confederation"),
        pytest.param(Level.PROVINCE, QUANG_TRI.name, [ROOT], "Quảng Trị", "LĐLĐ", id="province"),
        pytest.param(Level.PROVINCE, SAI_GON.name, [ROOT], "Thành phố Hồ Chí Minh", "LĐLĐ", id="named after a person"),
        pytest.param(Level.DISTRICT, DONG_HA.name, [ROOT, QUANG_TRI], "Đông Hà", "LĐLĐ", id="town"),
        pytest.param(Level.DISTRICT, "Liên đoàn Lao động quận 1", [ROOT, SAI_GON], "Quận 1", "LĐLĐ", id="by number"),
        pytest.param(Level.DISTRICT, "Liên đoàn Lao động thị xã Sa Pa", [ROOT], "Sa Pa", "LĐLĐ", id="thị xã"),
        # 236/CV-LĐLĐ: "Thị xã Quảng Trị, ngày 22 tháng 03 năm 2022".
        pytest.param(
            Level.DISTRICT, TOWN.name, [ROOT, QUANG_TRI], "Thị xã Quảng Trị", "LĐLĐ", id="called as its province"
        ),
        pytest.param(
            Level.GRASSROOTS,
            "Công đoàn cơ sở Chi cục Thuế",
            [ROOT, QUANG_TRI, TOWN],
            "Thị xã Quảng Trị",
            "CĐCS",
            id="below it",
        ),
        pytest.param(Level.COMMUNE, "Công đoàn xã Vĩnh Linh", [ROOT, QUANG_TRI], "Vĩnh Linh", "CĐX", id="commune"),
        pytest.param(Level.COMMUNE, "Công đoàn phường Đông Hà", [ROOT, QUANG_TRI], "Đông Hà", "CĐP", id="ward"),
        pytest.param(Level.COMMUNE, "Công đoàn đặc khu Cồn Cỏ", [ROOT, QUANG_TRI], "Cồn Cỏ", "CĐĐK", id="special zone"),
        pytest.param(
            Level.PROVINCIAL_SECTOR,
            "Công đoàn Viên chức tỉnh Quảng Trị",
            [ROOT, QUANG_TRI],
            "Quảng Trị",
            "CĐVC",
            id="staff",
        ),
        pytest.param(
            Level.PROVINCIAL_SECTOR,
            "Công đoàn ngành Giáo dục và Đào tạo tỉnh Quảng Trị",
            [ROOT, QUANG_TRI],
            "Quảng Trị",
            "CĐGDĐT",
            id="a sector of a province",
        ),
        pytest.param(
            Level.PROVINCIAL_SECTOR,
            "Công đoàn các Khu công nghiệp và chế xuất Hà Nội",
            [ROOT, HA_NOI],
            "Hà Nội",
            "CĐKCNCX",
            id="a place without its kind",
        ),
        pytest.param(
            Level.PROVINCIAL_SECTOR,
            "Công đoàn Tổng công ty Thương mại Sài Gòn",
            [ROOT, SAI_GON],
            "Thành phố Hồ Chí Minh",
            "CĐ",
            id="too long to be told",
        ),
        pytest.param(Level.SECTOR, HEALTH.name, [ROOT], "Hà Nội", "CĐYT", id="central sector"),
        pytest.param(
            Level.SECTOR,
            "Công đoàn Cao su Việt Nam",
            [ROOT],
            "Thành phố Hồ Chí Minh",
            "CĐCSVN",
            id="not in the capital",
        ),
        pytest.param(
            Level.SECTOR_BRANCH,
            "Công đoàn Bệnh viện Bạch Mai",
            [ROOT, HEALTH],
            UNKNOWN_PLACE,
            "CĐBVBM",
            id="sector branch",
        ),
        pytest.param(
            Level.GRASSROOTS,
            "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu",
            [ROOT, QUANG_TRI, DONG_HA],
            "Đông Hà",
            "CĐCS",
            id="grassroots",
        ),
    ],
)
def test_a_paper_names_the_place_and_the_sign_of_its_unit(
    level: str, name: str, above: list[Unit], place: str, sign: str
) -> None:
    unit = Unit(level=level, name=name)

    assert (place_of(unit, above), sign_of(unit, above)) == (place, sign)


@pytest.mark.parametrize("level", Level)
def test_a_grassroots_union_signs_for_its_committee_and_the_others_for_the_standing_one(level: str) -> None:
    signing = signing_of(level)

    assert signing.signed_for == {
        Level.GRASSROOTS: "TM. BAN CHẤP HÀNH",
        Level.CONFEDERATION: "TM. ĐOÀN CHỦ TỊCH",
    }.get(level, "TM. BAN THƯỜNG VỤ")
    assert signing.signed_for == f"TM. {signing.committee.upper()}"
