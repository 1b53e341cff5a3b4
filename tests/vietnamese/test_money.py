"""Money as people type it, in whole đồng, shown short and written out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vietnamese import money

MILLION, BILLION = 10**6, 10**9


@pytest.mark.parametrize(
    ("typed", "dong"),
    [
        pytest.param("1500000", 1_500_000, id="digits"),
        pytest.param("1.500.000", 1_500_000, id="dots"),
        pytest.param("1,500,000", 1_500_000, id="commas"),
        pytest.param("1 500 000", 1_500_000, id="spaces"),
        pytest.param("1\u00a0500\u202f000", 1_500_000, id="narrow spaces"),
        pytest.param("1.500.000 đồng", 1_500_000, id="đồng"),
        pytest.param("1.500.000đ", 1_500_000, id="đ"),
        pytest.param("1.500.000 VNĐ.", 1_500_000, id="VNĐ and a full stop"),
        pytest.param("1.500.000 vnd", 1_500_000, id="vnd"),
        pytest.param("1.500.000 ₫", 1_500_000, id="₫"),
        pytest.param("1.500.000,00", 1_500_000, id="no hào, Vietnamese"),
        pytest.param("1,500,000.00", 1_500_000, id="no hào, English"),
        pytest.param("1.500", 1_500, id="one group"),
        pytest.param("１.５００.０００", 1_500_000, id="full width"),
        pytest.param("200 triệu", 200 * MILLION, id="triệu"),
        pytest.param("200 trieu dong", 200 * MILLION, id="without marks"),
        pytest.param("200 TRIỆU ĐỒNG", 200 * MILLION, id="capitals"),
        pytest.param("200tr", 200 * MILLION, id="tr"),
        pytest.param("2tr5", 2_500_000, id="2tr5"),
        pytest.param("2tr500", 2_500_000, id="2tr500"),
        pytest.param("500k", 500_000, id="k"),
        pytest.param("500 nghìn", 500_000, id="nghìn"),
        pytest.param("500 ngàn đồng", 500_000, id="ngàn"),
        pytest.param("1,5 tỷ", 1_500 * MILLION, id="decimal comma"),
        pytest.param("1.5 tỉ", 1_500 * MILLION, id="decimal dot, tỉ"),
        pytest.param("1,125 tỷ", 1_125 * MILLION, id="a comma is the decimal comma"),
        pytest.param("1.125 triệu", 1_125 * MILLION, id="a dot before three digits groups"),
        pytest.param("1.125,5 triệu", 1_125_500_000, id="both"),
        pytest.param("1 tỷ 200 triệu", 1_200 * MILLION, id="two parts"),
        pytest.param("1 tỷ 200 triệu 500 nghìn đồng", 1_200_500_000, id="three parts"),
        pytest.param("1tỷ2", 1_200 * MILLION, id="1tỷ2"),
        pytest.param("1 tỷ rưỡi", 1_500 * MILLION, id="rưỡi"),
        pytest.param("2 trăm triệu", 200 * MILLION, id="trăm triệu"),
        pytest.param("1 nghìn tỷ", 1_000 * BILLION, id="nghìn tỷ"),
        pytest.param("khoảng 200 triệu", 200 * MILLION, id="khoảng"),
        pytest.param("ước tính hơn 200 triệu", 200 * MILLION, id="ước tính hơn"),
        pytest.param("200 triệu/năm", 200 * MILLION, id="a year"),
        pytest.param("200.000.000 đồng/1 năm", 200 * MILLION, id="one year"),
        pytest.param("200 triệu đồng mỗi năm", 200 * MILLION, id="each year"),
        pytest.param("1,5 tỷ trong một năm", 1_500 * MILLION, id="within a year"),
        pytest.param("Khoảng 200tr hằng năm", 200 * MILLION, id="yearly"),
        pytest.param("200.000.000 đồng chẵn", 200 * MILLION, id="even"),
        pytest.param("200.000.000 đồng (Hai trăm triệu đồng)", 200 * MILLION, id="as documents write it"),
        pytest.param("1.500.000đ (bằng chữ: Một triệu năm trăm ngàn đồng chẵn).", 1_500_000, id="spelt otherwise"),
        pytest.param("1 tỷ 5 triệu (một tỷ không trăm lẻ năm triệu đồng)", 1_005 * MILLION, id="lẻ"),
        pytest.param("24.000.000 (hai mươi bốn triệu đồng)", 24 * MILLION, id="bốn, where others say tư"),
        pytest.param("24.000.000 (hai mươi tư triệu đồng)", 24 * MILLION, id="tư"),
        pytest.param("200.000.000 đồng/năm (hai trăm triệu đồng/năm)", 200 * MILLION, id="a year, spelt out too"),
        pytest.param("200.000.000 đồng (hai trăm triệu đồng)/năm", 200 * MILLION, id="a year behind what is spelt out"),
        pytest.param("0", 0, id="nought"),
        pytest.param("9.223.372.036.854.775.807", 2**63 - 1, id="the largest"),
        pytest.param("không", None, id="không"),
        pytest.param("Không tính được bằng tiền", None, id="no figure"),
        pytest.param("khong tinh duoc bang tien.", None, id="no figure, without marks"),
        pytest.param("không quy đổi được lợi ích thành tiền", None, id="no figure, as letter TX22 says it"),
        pytest.param("Không quy đổi được thành tiền", None, id="no figure, shorter"),
        pytest.param("Không thể quy đổi ra tiền", None, id="no figure, cannot"),
        pytest.param("Không quy ra tiền được", None, id="no figure, the other way round"),
    ],
)
def test_money_is_read_as_people_type_it(typed: str, dong: int | None) -> None:
    assert money.parse(typed) == money.Money(dong)


UNREAD = (
    "Không đọc được số tiền. Hãy ghi số đồng, ví dụ 1.500.000, 200 triệu hoặc 1,5 tỷ; "
    "hoặc ghi “không tính được bằng tiền”."
)
NOT_WHOLE = "Số tiền phải là số đồng chẵn, không có phần lẻ, ví dụ 1.500.000, 200 triệu hoặc 1,5 tỷ."
FOREIGN = "Hãy ghi số tiền bằng đồng Việt Nam, ví dụ 1.500.000, 200 triệu hoặc 1,5 tỷ."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("nhiều lắm", UNREAD, id="words"),
        pytest.param("", UNREAD, id="nothing"),
        pytest.param("triệu", UNREAD, id="a unit alone"),
        pytest.param("không tính 200 triệu", UNREAD, id="a figure behind no figure"),
        pytest.param("1.50.000", UNREAD, id="a wrong group"),
        pytest.param("1.500.00", UNREAD, id="a nought short of its group"),
        pytest.param("1,500,00 đồng", UNREAD, id="a nought short of its group, commas"),
        pytest.param("1.500,000", UNREAD, id="mixed signs"),
        pytest.param("200 triệu 1 tỷ", UNREAD, id="units rising"),
        pytest.param("1 tỷ 1.200 triệu", UNREAD, id="a part above its unit"),
        pytest.param("1 tỷ 200", UNREAD, id="a part without its unit"),
        pytest.param("10-20 triệu", UNREAD, id="a range"),
        pytest.param("200 triệu/tháng", UNREAD, id="a month"),
        pytest.param("200 triệu/3 năm", UNREAD, id="three years"),
        pytest.param("200 triệu năm", UNREAD, id="a word too many"),
        pytest.param("21 năm", UNREAD, id="years alone"),
        pytest.param("1.500.001 năm", UNREAD, id="no blank before the year"),
        pytest.param("2tr51 năm", UNREAD, id="no blank before the year, behind a unit"),
        pytest.param("200.000.000 (hai mươi triệu đồng)", UNREAD, id="words that say otherwise"),
        pytest.param("200.000.000 (mỗi tháng)", UNREAD, id="other words behind"),
        pytest.param("1,5 (một phẩy năm đồng)", UNREAD, id="a fraction in words"),
        pytest.param("200 trăn", UNREAD, id="a misspelt unit"),
        pytest.param("1" * 5000, UNREAD, id="thousands of digits"),
        pytest.param("1,5", NOT_WHOLE, id="a fraction of a đồng"),
        pytest.param("0,00001 nghìn", NOT_WHOLE, id="a fraction by its unit"),
        pytest.param("-5.000", "Số tiền không thể là số âm.", id="negative"),
        pytest.param("−5.000", "Số tiền không thể là số âm.", id="negative, the proper sign"),
        pytest.param("âm 5 triệu", "Số tiền không thể là số âm.", id="negative, in words"),
        pytest.param("$5.000", FOREIGN, id="dollars"),
        pytest.param("5.000 USD", FOREIGN, id="USD"),
        pytest.param("9223372036854775808", "Số tiền quá lớn. Hãy xem lại số chữ số 0.", id="one more than fits"),
        pytest.param("10000000000 tỷ", "Số tiền quá lớn. Hãy xem lại số chữ số 0.", id="too large by its unit"),
    ],
)
def test_what_is_no_money_is_refused_with_examples(typed: str, sentence: str) -> None:
    with pytest.raises(money.MoneyRefused) as refused:
        money.parse(typed)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("dong", "shown"),
    [
        pytest.param(None, "không tính được bằng tiền", id="no figure"),
        pytest.param(0, "0 đồng", id="nought"),
        pytest.param(1_000, "1.000 đồng", id="thousand"),
        pytest.param(999_999, "999.999 đồng", id="below a million"),
        pytest.param(1_500_000, "1,5 triệu đồng", id="1,5 triệu"),
        pytest.param(1_234_567, "1.234.567 đồng", id="nothing is rounded"),
        pytest.param(12_345_000, "12.345.000 đồng", id="three decimals are no shorter"),
        pytest.param(200 * MILLION, "200 triệu đồng", id="200 triệu"),
        pytest.param(1_500 * MILLION, "1,5 tỷ đồng", id="1,5 tỷ"),
        pytest.param(1_050 * MILLION, "1,05 tỷ đồng", id="1,05 tỷ"),
        pytest.param(1_125 * MILLION, "1.125 triệu đồng", id="1.125 triệu"),
        pytest.param(1_250 * BILLION, "1.250 tỷ đồng", id="thousands of tỷ"),
    ],
)
def test_money_is_shown_short_without_losing_anything(dong: int | None, shown: str) -> None:
    assert money.shown(dong) == shown
    assert str(money.Money(dong)) == shown


@pytest.mark.parametrize(
    ("dong", "words"),
    [
        (None, "Không tính được bằng tiền"),
        (0, "Không đồng"),
        (1, "Một đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (11, "Mười một đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (100, "Một trăm đồng"),
        (101, "Một trăm linh một đồng"),
        (105, "Một trăm linh năm đồng"),
        (110, "Một trăm mười đồng"),
        (115, "Một trăm mười lăm đồng"),
        (121, "Một trăm hai mươi mốt đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_050, "Một nghìn không trăm năm mươi đồng"),
        (15_000, "Mười lăm nghìn đồng"),
        (1_000_005, "Một triệu không trăm linh năm đồng"),
        (1_005_000, "Một triệu không trăm linh năm nghìn đồng"),
        (1_500_000, "Một triệu năm trăm nghìn đồng"),
        (1_200_000_000, "Một tỷ hai trăm triệu đồng"),
        (1_000_000_001, "Một tỷ không trăm linh một đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
        (10**18, "Một tỷ tỷ đồng"),
        (-1_000, "Âm một nghìn đồng"),
    ],
)
def test_money_is_written_out_as_it_is_read_aloud(dong: int | None, words: str) -> None:
    assert money.in_words(dong) == words


@pytest.mark.parametrize(
    ("dong", "implausible"),
    [
        pytest.param(None, False, id="no figure"),
        pytest.param(0, True, id="nought"),
        pytest.param(999, True, id="under 1.000 đồng"),
        pytest.param(1_000, False, id="1.000 đồng"),
        pytest.param(1_000 * BILLION, False, id="1.000 tỷ"),
        pytest.param(1_000 * BILLION + 1, True, id="over 1.000 tỷ"),
    ],
)
def test_what_is_implausible_is_asked_about(dong: int | None, implausible: bool) -> None:
    assert money.is_implausible(dong) is implausible


AMOUNTS = st.integers(0, money.LARGEST)


@settings(deadline=None)
@given(AMOUNTS)
def test_what_is_shown_is_read_back(dong: int) -> None:
    assert money.parse(money.shown(dong)).dong == dong


@settings(deadline=None)
@given(AMOUNTS)
def test_words_are_never_empty_and_told_apart_from_the_next(dong: int) -> None:
    words = money.in_words(dong)

    assert words.endswith(" đồng") and words == " ".join(words.split())
    assert words != money.in_words(dong + 1)


@settings(deadline=None)
@given(st.text(st.one_of(st.sampled_from("0159.,- đtriệukỷ"), st.characters(exclude_categories=()))))
def test_anything_is_money_or_refused(typed: str) -> None:
    try:
        dong = money.parse(typed).dong
    except money.MoneyRefused as refusal:
        assert refusal.sentence
    else:
        assert dong is None or 0 <= dong <= money.LARGEST
