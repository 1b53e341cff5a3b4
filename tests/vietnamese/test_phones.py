"""Every way of writing a Vietnamese number is one number; what is none is refused with the way on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vietnamese import phones


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        pytest.param("0912345678", "0912345678", id="plain"),
        pytest.param(" 0912 345 678 ", "0912345678", id="spaces"),
        pytest.param("0912.345.678", "0912345678", id="dots"),
        pytest.param("0912-345-678", "0912345678", id="dashes"),
        pytest.param("0912–345–678", "0912345678", id="long dashes"),
        pytest.param("(0912) 345 678", "0912345678", id="brackets"),
        pytest.param("0912/345/678", "0912345678", id="slashes"),
        pytest.param("+84912345678", "0912345678", id="+84"),
        pytest.param("+84 (0) 912 345 678", "0912345678", id="+84 (0)"),
        pytest.param("84912345678", "0912345678", id="84"),
        pytest.param("0084 912 345 678", "0912345678", id="0084"),
        pytest.param("0912345678 (Zalo)", "0912345678", id="a word behind"),
        pytest.param("Zalo: 0912345678", "0912345678", id="a word before"),
        pytest.param("0912345678 (Zalo 0912345678)", "0912345678", id="the same number twice"),
        pytest.param("0912 345 678 (Zalo, gọi sau 17h)", "0912345678", id="when to call"),
        pytest.param("0912345678 (gọi 8h-11h, 14h-17h)", "0912345678", id="hours"),
        pytest.param("+84 912 345 678 (8h-17h)", "0912345678", id="hours alone, in brackets"),
        pytest.param("024 3825 1234 máy lẻ 102", "02438251234", id="an extension"),
        pytest.param("0233 3852 123 (102)", "02333852123", id="an extension in brackets"),
        pytest.param("(0233) 3852 123 (102)", "02333852123", id="an extension in brackets, and its area"),
        pytest.param("+84 (0) 912 345 678 (8h-17h)", "0912345678", id="hours in brackets, and the zero"),
        pytest.param("(0912) 345 (678)", "0912345678", id="brackets within"),
        pytest.param("0233/3852/123", "02333852123", id="landline in groups by slashes"),
        pytest.param("0912\u00a0345\u200b678", "0912345678", id="blanks of Word"),
        pytest.param("０９１２３４５６７８", "0912345678", id="full width"),
        pytest.param("٠٩١٢٣٤٥٦٧٨", "0912345678", id="Arabic-Indic"),
        pytest.param("0842345678", "0842345678", id="084 is a network, not the country"),
        pytest.param("0551234567", "0551234567", id="a network that metadata libraries miss"),
        pytest.param("0321234567", "0321234567", id="03"),
        pytest.param("0781234567", "0781234567", id="07"),
        pytest.param("024 3825 1234", "02438251234", id="landline of Hà Nội"),
        pytest.param("+84 233 3852 123", "02333852123", id="landline of Quảng Trị from abroad"),
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str, digits: str) -> None:
    assert phones.parse(typed).digits == digits


def test_a_number_is_kept_as_typed() -> None:
    assert phones.parse("  0912.345.678\u00a0(Zalo) ") == phones.Phone("0912.345.678 (Zalo)", "0912345678")


EXPECTED = "Số điện thoại gồm 10 chữ số, bắt đầu bằng 03, 05, 07, 08 hoặc 09; máy bàn gồm 11 chữ số, bắt đầu bằng 02."


@pytest.mark.parametrize(
    ("typed", "sentence", "suggestion"),
    [
        pytest.param("", EXPECTED, None, id="nothing"),
        pytest.param("không có", EXPECTED, None, id="words"),
        pytest.param("091234567", EXPECTED, None, id="a digit missing"),
        pytest.param("09123456789", EXPECTED, None, id="a digit too many"),
        pytest.param("0612345678", EXPECTED, None, id="06 is no network"),
        pytest.param("0243825123", EXPECTED, None, id="a landline a digit short"),
        pytest.param("+1 202 555 0123", EXPECTED, None, id="another country"),
        pytest.param("0912345678\n9", EXPECTED, None, id="a line end does not hide a digit"),
        pytest.param("0912 3456 (sau 17h)", EXPECTED, None, id="digits missing, and an hour"),
        pytest.param("0912 3456 ở 78", EXPECTED, None, id="digits missing, and a word of no plain letter"),
        pytest.param("0912345678 (1122334455)", EXPECTED, None, id="another number in brackets, which is none"),
        pytest.param(
            "912345678 (gọi sau 17h)",
            "Số điện thoại thiếu số 0 ở đầu. Có phải là 0912 345 678 không?",
            "0912345678",
            id="without its zero, and an hour",
        ),
        pytest.param("sau 17h", EXPECTED, None, id="an hour alone"),
        pytest.param("1" * 5000, EXPECTED, None, id="thousands of digits"),
        pytest.param(
            "912345678",
            "Số điện thoại thiếu số 0 ở đầu. Có phải là 0912 345 678 không?",
            "0912345678",
            id="the 0 that Excel ate",
        ),
        pytest.param(
            "0912345678, 0987654321",
            "Hãy ghi một số điện thoại, số dễ gọi nhất.",
            "0912345678",
            id="two numbers",
        ),
        pytest.param(
            "0912345678 hoặc 0987654321",
            "Hãy ghi một số điện thoại, số dễ gọi nhất.",
            "0912345678",
            id="two numbers with a word",
        ),
        pytest.param(
            "0912345678 - 02438251234",
            "Hãy ghi một số điện thoại, số dễ gọi nhất.",
            "0912345678",
            id="two numbers with a dash",
        ),
        pytest.param(
            "02438251234 +84 912 345 678",
            "Hãy ghi một số điện thoại, số dễ gọi nhất.",
            "02438251234",
            id="two numbers with a blank",
        ),
        pytest.param(
            "0168 123 4567",
            "Đầu số 0168 đã đổi từ năm 2018. Số mới có phải là 0381 234 567 không?",
            "0381234567",
            id="Viettel of before 2018",
        ),
        pytest.param(
            "+84 121 123 4567",
            "Đầu số 0121 đã đổi từ năm 2018. Số mới có phải là 0791 234 567 không?",
            "0791234567",
            id="MobiFone of before 2018, +84",
        ),
        pytest.param("0110 123 4567", EXPECTED, None, id="eleven digits that never were"),
    ],
)
def test_what_is_no_number_is_refused_with_the_way_on(typed: str, sentence: str, suggestion: str | None) -> None:
    with pytest.raises(phones.PhoneRefused) as refused:
        phones.parse(typed)

    assert (refused.value.sentence, refused.value.suggestion) == (sentence, suggestion)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *((f"016{last}", f"03{last}") for last in range(2, 10)),
        *[("0120", "070"), ("0121", "079"), ("0122", "077"), ("0126", "076"), ("0128", "078")],
        *[("0123", "083"), ("0124", "084"), ("0125", "085"), ("0127", "081"), ("0129", "082")],
        *[("0186", "056"), ("0188", "058"), ("0199", "059")],
    ],
)
def test_each_network_of_before_2018_has_its_new_number(old: str, new: str) -> None:
    with pytest.raises(phones.PhoneRefused) as refused:
        phones.parse(f"{old}7654321")

    assert refused.value.suggestion == f"{new}7654321"


@pytest.mark.parametrize(
    ("digits", "shown", "masked"),
    [
        pytest.param("0912345678", "0912 345 678", "0912 *** 678", id="mobile"),
        pytest.param("02438251234", "024 3825 1234", "0243 *** 234", id="Hà Nội"),
        pytest.param("02333852123", "0233 3852 123", "0233 *** 123", id="Quảng Trị"),
        pytest.param("", "", "***", id="none"),
        pytest.param("0912", "0912", "***", id="a fragment is not given away"),
    ],
)
def test_shown_and_masked(digits: str, shown: str, masked: str) -> None:
    assert (phones.shown(digits), phones.masked(digits)) == (shown, masked)


@settings(deadline=None)
@given(st.from_regex(r"\A(0[35789][0-9]{8}|02[0-9]{9})\Z"))
def test_what_is_shown_is_read_back(digits: str) -> None:
    assert phones.parse(phones.shown(digits)).digits == digits
    assert phones.parse(f"+84 {digits[1:]}").digits == digits


@settings(deadline=None)
@given(st.text(st.one_of(st.sampled_from("0189+84 .()-/"), st.characters(exclude_categories=()))))
def test_anything_is_a_number_or_refused(typed: str) -> None:
    try:
        digits = phones.parse(typed).digits
    except phones.PhoneRefused as refusal:
        assert refusal.sentence
    else:
        assert digits.isascii() and digits.isdigit() and len(digits) in (10, 11) and digits[0] == "0"
