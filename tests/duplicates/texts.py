"""A text as workers write them, and what becomes of it when it is copied."""

import re
import unicodedata

from bench.texts import folded_letters
from initiatives.duplicates.shingles import Text

TITLE = "Cải tiến bàn gá cắt vải giảm hao hụt nguyên liệu"
TEXT = (
    "Trước đây tổ cắt phải chỉnh bàn gá bằng tay từng lượt, mất khoảng 20 phút mỗi ca và vải hay bị xô lệch. "
    "Tôi làm một cữ chặn bằng nhôm có thước khắc, gắn vào mép bàn bằng hai bu lông có tai hồng. "
    "Mỗi lô hàng chỉ cần chỉnh một lần, sau đó kẹp chặt và cắt liên tục đến hết cuộn.\n"
    "Cữ chặn được làm từ phế liệu của xưởng cơ điện nên hầu như không tốn tiền mua vật tư. "
    "Từ tháng 9 năm 2021 cả bốn bàn cắt của xưởng 2 đều dùng cữ chặn này. "
    "Hao hụt vải giảm từ 3,2% còn 1,9%, mỗi tháng tiết kiệm được hơn 400 mét vải lót. "
    "Công nhân mới học trong một buổi là dùng được, không phải chờ thợ kỹ thuật xuống chỉnh. "
    "Sau nửa năm chưa cữ nào hỏng, chỉ phải siết lại ốc hai lần."
)
OTHER_TITLE = "Bảng tính dùng chung để xếp lịch trực của tổ bảo vệ"
OTHER = (
    "Phòng bảo vệ trước kia ghi lịch trực vào sổ giấy, đổi ca phải gọi điện từng người nên hay nhầm. "
    "Nhóm chúng tôi lập một bảng tính dùng chung trên máy tính của chốt gác, mỗi người tự đăng ký ca. "
    "Bảng tự báo đỏ khi một ca thiếu người hoặc một người trực quá mười hai giờ liền. "
    "Cuối tháng bảng cộng sẵn số công để chuyển sang kế toán. "
    "Nhờ vậy ba tháng nay không còn ca nào bỏ trống và việc chấm công nhanh hơn hẳn."
)
STOCK = (
    "Xuất phát từ thực tế công việc, bản thân tôi nhận thấy rằng: sáng kiến góp phần nâng cao hiệu quả công việc, "
    "góp phần nâng cao năng suất lao động, cải thiện điều kiện làm việc, tiết kiệm thời gian và chi phí, "
    "mang lại hiệu quả kinh tế cao, có thể áp dụng rộng rãi tại các đơn vị, hoàn thành tốt nhiệm vụ được giao, "
    "tăng thu nhập cho người lao động, đảm bảo an toàn vệ sinh lao động, có thể nhân rộng ra các đơn vị khác."
)
QUOTED = (
    "Căn cứ Nghị định số 13/2012/NĐ-CP ngày 02 tháng 3 năm 2012 của Chính phủ về việc ban hành Điều lệ Sáng kiến;\n"
    "Căn cứ Thông tư số 18/2013/TT-BKHCN ngày 01 tháng 8 năm 2013 của Bộ trưởng Bộ Khoa học và Công nghệ hướng dẫn "
    "thi hành một số quy định của Điều lệ Sáng kiến;\n"
    "Thực hiện Kế hoạch số 155/KH-TLĐ ngày 10 tháng 12 năm 2021 của Tổng Liên đoàn Lao động Việt Nam về tổ chức "
    "chương trình một triệu sáng kiến."
)
ORIGINAL = Text(TITLE, TEXT)


def every(n: int, text: str) -> str:
    """Every nth word is another one, but for the last of a clause."""
    words = text.split(" ")
    return " ".join(f"khác{place}" if place % n == 0 and word.isalnum() else word for place, word in enumerate(words))


def in_another_order(text: str) -> str:
    return " ".join(reversed(re.split(r"(?<=[.])\s", text)))


def without_accents(text: str) -> str:
    return folded_letters(text)


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


SAME_TEXT = {
    "as it is": TEXT,
    "accents lost": without_accents(TEXT),
    "capitals": TEXT.upper(),
    "blanks and line ends": TEXT.replace(" ", "  ").replace("\n", "\n\n \t"),
    "decomposed": decomposed(TEXT),
    "sentences in another order": in_another_order(TEXT),
    "punctuation lost": re.sub(r"[.,](?=\s|$)", "", TEXT),
    "i for y": TEXT.replace("kỹ", "kĩ").replace("này", "nài"),
    "the tone on the other letter": TEXT.replace("hoà", "hòa").replace("hồng", "hồng"),
    "without accents, in capitals, in another order": without_accents(in_another_order(TEXT)).upper(),
}
ALIKE = {
    "a tenth of the words": every(10, TEXT),
    "a sentence rewritten": TEXT.replace(
        "Tôi làm một cữ chặn bằng nhôm có thước khắc, gắn vào mép bàn bằng hai bu lông có tai hồng. ",
        "Tổ trưởng nghĩ ra cách lắp thêm một thanh chặn lấy từ máy hỏng. ",
    ),
    "three tenths in one run": " ".join((*["thay"] * 45, *TEXT.split(" ")[45:])),
    "a paragraph added": f"{TEXT} {OTHER}",
    "cut short": TEXT[:650],
    "a tenth of the words, without accents, in another order": without_accents(in_another_order(every(10, TEXT))),
}
UNLIKE = {
    "another text": Text(OTHER_TITLE, OTHER),
    "three tenths of the words here and there": Text(f"{TITLE} 2", every(3, TEXT)),
    "nothing": Text("", ""),
    "a word": Text("Máy", ""),
}
