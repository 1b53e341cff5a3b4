"""Which words of a text are stock: phrases of the list, and regulations by their form."""

import pytest

from initiatives.duplicates import stock
from initiatives.duplicates.words import plain, words_in

QUOTED = {
    "Theo Quyết định số 12/QĐ-MSH ngày 15/02/2022 của Giám đốc Công ty, tổ đã làm cữ chặn": (
        "theo quiet dinh so 12/qd-msh ngai 15/02/2022 cua giam doc cong ti"
    ),
    "Căn cứ Nghị định số 13/2012/NĐ-CP của Chính phủ; tôi đề xuất": ("can cu nghi dinh so 13/2012/nd-cp cua chinh phu"),
    "can cu vao Luat Cong doan nam 2012, don vi da lam": "can cu vao luat cong doan nam 2012",
    "Thực hiện Kế hoạch số: 155/KH-TLĐ. Tổ tôi làm": "thuc hien ke hoach so: 155/kh-tld",
    "được công nhận tại Quyết định công nhận sáng kiến số 7 ngày 3/4/2022": (
        "quiet dinh cong nhan sang kien so 7 ngai 3/4/2022"
    ),
}
NOT_QUOTED = (
    "Máy số 2 ở xưởng số 3 hay hỏng",
    "Căn cứ vào lượng vải còn lại, tổ trưởng chia ca",
    "Quyết định của tôi là thay trục",
    "Trạm bơm số 4 tiết kiệm 1.500 số điện",
)


def quotations(text: str) -> list[str]:
    whole = plain(text)
    return [whole[start:end] for start, end in stock.quotations(whole)]


@pytest.mark.parametrize(("text", "expected"), QUOTED.items())
def test_a_quoted_regulation_ends_with_its_clause(text: str, expected: str) -> None:
    assert quotations(text) == [expected]


@pytest.mark.parametrize("text", NOT_QUOTED)
def test_a_number_alone_quotes_nothing(text: str) -> None:
    assert quotations(text) == []


def test_a_quotation_does_not_swallow_a_sentence_without_commas() -> None:
    text = "Theo Quyết định số 5/QĐ " + "tổ tôi đã làm thêm nhiều việc khác nhau trong xưởng " * 10

    (found,) = quotations(text)

    assert len(found) < 200


@pytest.mark.parametrize(
    ("sentence", "own", "phrases"),
    [
        ("Cữ chặn góp phần nâng cao năng suất lao động của tổ", ["cu chan", "cua to"], [8]),
        ("Góp phần nâng cao hiệu quả công việc", [], [8]),
        ("Cữ chặn bằng nhôm", ["cu chan bang nhom"], []),
        ("Góp phần nhỏ", ["gop phan nho"], []),
        ("", [], []),
    ],
)
def test_the_longest_phrase_is_set_apart(sentence: str, own: list[str], phrases: list[int]) -> None:
    runs, found = stock.set_apart(words_in(plain(sentence)))

    assert [" ".join(run) for run in runs] == own
    assert [len(phrase) for phrase in found] == phrases


def test_every_line_of_the_list_is_a_phrase_of_three_words_and_stands_once() -> None:
    lines = stock.PHRASES.read_text(encoding="utf-8").splitlines()
    phrases = [tuple(words_in(plain(line))) for line in lines if line and not line.startswith("#")]

    assert [phrase for phrase in phrases if len(phrase) < 3] == []
    assert len(phrases) == len(set(phrases)) > 100
