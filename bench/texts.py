"""Made-up texts of initiatives and copies of them: templates filled with words, and what a copier does to a text.

Unrelated ones share whole phrases, as real ones do: every text is made of a few of some sixty sentences, with stock phrases and
quoted regulations between them.
"""

import random
import re
from dataclasses import dataclass
from functools import cache

from initiatives.duplicates import stock
from initiatives.duplicates.shingles import Text
from portal.vietnamese.text import folded


def _each(of: str) -> list[str]:
    return [part.strip() for part in of.split(",")]


THINGS = _each(
    "máy cắt, bàn gá, băng tải, lò hơi, máy may hai kim, xe nâng, máy ép nhựa, bồn trộn, máy đóng gói, tủ điện, "
    "giá treo, khuôn dập, máy bơm, quạt hút bụi, máy phát điện, máy in nhãn, cân điện tử, máy hàn, dây chuyền "
    "sơn, buồng sấy, phần mềm chấm công, sổ theo dõi vật tư, bảng phân công, phiếu khám bệnh, giáo án điện tử, tủ "
    "thuốc, hồ sơ bệnh án, lịch trực, kho lạnh, hệ thống tưới, cần cẩu, xe gom rác, trạm cân, máy tiện, máy phay, "
    "máy nén khí, nồi nấu, khay giống, đường ống dẫn nước, cửa cống, biển báo"
)
PLACES = _each(
    "tổ cắt, tổ may 3, xưởng cơ điện, kho thành phẩm, phòng kế toán, khoa khám bệnh, lớp lá, trạm bơm số 2, phân "
    "xưởng lò, tổ bảo vệ, bộ phận một cửa, đội xe, phòng thí nghiệm, nhà ăn, khu ký túc xá, bến bãi, trại giống, "
    "tổ cạo mủ, ca đêm, chuyền hoàn thiện, phòng hành chính, thư viện trường, tổ hàn, khoa nhi, văn phòng xã, nhà "
    "máy nước, tổ điện, đội vệ sinh, vườn ươm, cảng cá"
)
PEOPLE = _each(
    "công nhân, thợ phụ, nhân viên mới, tổ trưởng, cô giáo, y tá, bệnh nhân, học sinh, người dân, tài xế, thủ "
    "kho, kế toán, kỹ sư, bảo vệ, chị em, anh em trong ca, khách hàng, phụ huynh, cán bộ xã, lao công"
)
DEEDS = _each(
    "lắp thêm, thay bằng, bọc lại, chia nhỏ, đánh số, nối với, bỏ hẳn, tận dụng, sơn lại, kê cao, đổi chỗ, gia "
    "cố, tự chế, hàn thêm, đo lại, ghi riêng, treo lên, khoan lỗ, cắt ngắn, dán nhãn, lập trình, số hóa, gộp "
    "chung, tách riêng, che kín, đảo chiều"
)
PARTS = _each(
    "một tấm chắn bằng mica, cảm biến quang, hai thanh ray nhôm, một lò xo cũ, van một chiều, bảng tính dùng "
    "chung, mã vạch, công tắc hành trình, rơ le thời gian, tấm cao su, bánh xe nhựa, ống thép phế liệu, đèn báo, "
    "hộp số cũ, kẹp gỗ, phễu inox, dây cu roa, ròng rọc, thùng nhựa có vạch, thẻ màu, camera cũ, đồng hồ áp suất, "
    "tay quay, bản lề, khớp nối mềm, lưới lọc, ổ bi, nam châm"
)
FAULTS = _each(
    "hay kẹt, nóng quá mức, rò dầu, lệch tâm, chờ lâu, ghi nhầm, thất lạc, bụi bay nhiều, ồn, tốn điện, phải làm "
    "lại, vướng lối đi, gãy chốt, mờ chữ, ngập khi mưa, thiếu ánh sáng, mỏi tay, dễ trượt, chậm giao, đứt chỉ, "
    "bong sơn, hở mối hàn, chập điện, quá tải, ẩm mốc"
)
LOOSE = _each(
    "xoay, nghiêng, thùng, khớp, dây, mép, lỗ, trục, chốt, nắp, đế, khung, thanh, tấm, ống, phễu, lưới, cánh, bệ, "
    "cọc, móc, đinh, keo, sơn, vải, chỉ, kim, cúc, khóa, giấy, mực, bìa, bút, ghế, bàn, tủ, kệ, bếp, nồi, chảo, "
    "dao, thớt, rổ, khay, chai, lọ, thuốc, băng, gạc, giường, nệm, chăn, đất, cát, đá, sỏi, gạch, xi măng, thép, "
    "nhôm, đồng, kẽm, gỗ, tre, nứa, lá, hoa, quả, hạt, mầm, rễ, cành, phân, nước, muối, đường, bột, dầu, mỡ, "
    "xăng, than, củi, khói, bụi, hơi, gió, nắng, mưa, bão, sóng, thuyền, lưới, phao, neo, xe, lốp, phanh, đèn, "
    "còi, biển, cầu, cống, mương, kênh, hồ, giếng, bể, vòi, van, bơm, quạt, mô tơ, pin, sạc, ổ cắm, cầu dao, cáp, "
    "sóng, mạng, máy tính, màn hình, bàn phím, điểm, lớp, trường, sách, vở, tranh, bản đồ, trò chơi, bài hát, câu "
    "hỏi, phiếu, thẻ, tem, sổ, dấu, chữ ký, lịch, ca, giờ, phút, tuần, tháng"
)
SENTENCES = [
    "Trước đây {thing} ở {place} {fault} nên {people} mất khoảng {n} phút mỗi ca để xử lý {loose}.",
    "Chúng tôi {deed} {part} vào {thing} để {people} không phải {deed} {loose} nữa.",
    "Tôi {deed} {part} rồi {deed} {loose} ngay cạnh {thing}.",
    "Nhờ {part}, {thing} không còn {fault} và {people} đỡ vất vả.",
    "Mỗi tháng {place} giảm được {n} lần {thing} {fault}, tiết kiệm {n} triệu đồng tiền {loose}.",
    "Khi {thing} {fault}, {part} sẽ tự ngắt và {people} chỉ cần {deed} {loose}.",
    "{People} ở {place} đã dùng thử {n} ngày, góp ý {deed} thêm {loose} và {loose}.",
    "Vật tư gồm {part}, {n} mét {loose} và {loose}, mua hết {n} nghìn đồng.",
    "Ban đầu {part} {fault}, sau đó tôi {deed} {loose} thì ổn định.",
    "Từ tháng {n}, {place} {deed} {part} cho cả {n} {thing}.",
    "So với cách cũ, {people} {deed} {loose} nhanh hơn {n} phần trăm.",
    "{Part} được {deed} từ {loose} bỏ đi của {place}.",
    "Khó nhất là {deed} {loose} sao cho {thing} vẫn chạy đủ {n} vòng một phút.",
    "Tôi vẽ sơ đồ {loose} {loose} {loose} dán ở {place} để {people} làm theo.",
    "Năm ngoái có {n} lượt {people} phản ánh {thing} {fault}; năm nay còn {n} lượt.",
    "Cuối ca, {people} {deed} {loose} vào {part} rồi mới bàn giao {thing}.",
    "{People} mới vào {place} học {n} buổi là tự {deed} được {thing}.",
    "Nếu không có {part}, {place} phải thuê ngoài {n} triệu đồng để {deed} {loose} {loose}.",
    "Chúng tôi đo {loose} {n} lần, lấy trung bình rồi {deed} {thing} theo {part}.",
    "Điểm mới là {deed} {loose} trước, {deed} {loose} sau, nên {thing} không {fault}.",
    "{People} ghi số {loose} vào sổ, tổ trưởng {place} xem lại mỗi {n} giờ.",
    "Khi mất điện, {part} giữ {loose} lại trong {n} phút để {people} kịp {deed} {thing}.",
    "Phần {loose} thừa được gom về {place}, {deed} thành {loose} dùng cho {thing}.",
    "Tỷ lệ {thing} {fault} giảm từ {n},{n}% xuống {n},{n}%.",
]
QUOTED = (
    "Căn cứ Nghị định số 13/2012/NĐ-CP ngày 02/3/2012 của Chính phủ ban hành Điều lệ Sáng kiến, {place} đã triển khai.",
    "Theo Quyết định số {n}/QĐ-UBND ngày 15/02/2022 của Ủy ban nhân dân tỉnh, {people} cùng thực hiện.",
    "Thực hiện Kế hoạch số 155/KH-TLĐ ngày 10/12/2021 của Tổng Liên đoàn, {place} đăng ký đề tài.",
    "Căn cứ Thông tư số 18/2013/TT-BKHCN hướng dẫn thi hành một số quy định của Điều lệ Sáng kiến;",
)
_SLOT = re.compile(r"\{(\w+)\}")
_WORDS = {
    "thing": THINGS,
    "place": PLACES,
    "people": PEOPLE,
    "deed": DEEDS,
    "part": PARTS,
    "fault": FAULTS,
    "loose": LOOSE,
}


@dataclass(frozen=True)
class Copy:
    """A twin of the text `of`: how it was made, and what share of its words was changed."""

    text: Text
    of: int
    way: str
    changed: float


def made(draw: random.Random) -> Text:
    """Four to twenty sentences; as long as what people send, 300 to 2,000 letters."""
    sentences = [filled(draw.choice(SENTENCES), draw) for _ in range(draw.randint(4, 16))]
    for _ in range(draw.choice((0, 0, 1, 2, 3))):
        phrase = draw.choice(_stock_phrases())
        sentences.insert(
            draw.randrange(len(sentences)), f"{phrase[:1].upper()}{phrase[1:]}, {draw.choice(_stock_phrases())}."
        )
    if draw.random() < 0.3:
        sentences.insert(0, filled(draw.choice(QUOTED), draw))
    title = filled("{Deed} {part} cho {thing} ở {place}, {loose} {loose}", draw)
    effect = f"{filled(draw.choice(SENTENCES), draw)} {draw.choice(_stock_phrases())}" if draw.random() < 0.5 else ""
    return Text(title[:250], " ".join(sentences)[:2000], effect[:500])


def copied(text: Text, of: int, draw: random.Random) -> Copy:
    """A fifth only with other accents, case and spaces; the rest with 5 to 30 % of the words changed, half of those here and
    there, half in whole runs, as people rewrite a sentence. Accents lost by half, sentences in another order by half."""
    if draw.random() < 0.2:
        return Copy(_disguised(text, draw), of, "disguised", 0.0)
    share = draw.uniform(0.05, 0.30)
    way = draw.choice(("scattered", "in runs"))
    description = _changed(text.description, share, way, draw)
    effect = _changed(text.effect, share, way, draw) if text.effect else ""
    title = _changed(text.title, share, way, draw)
    if draw.random() < 0.5:
        sentences = re.split(r"(?<=[.;]) ", description)
        draw.shuffle(sentences)
        description = " ".join(sentences)
    changed = Text(title[:250], description[:2000], effect[:500])
    if draw.random() < 0.5:
        changed = Text(*(folded_letters(part) for part in (changed.title, changed.description, changed.effect)))
    return Copy(changed, of, way, share)


def filled(sentence: str, draw: random.Random) -> str:
    def word(slot: re.Match[str]) -> str:
        name = slot[1]
        if name == "n":
            return str(draw.randint(2, 99))
        chosen = draw.choice(_WORDS[name.lower()])
        return chosen[:1].upper() + chosen[1:] if name[0].isupper() else chosen

    return _SLOT.sub(word, sentence)


def truth(one: Text, other: Text) -> float:
    """Jaccard of all three-word pieces of the folded texts, reckoned apart from what is measured."""
    first, second = _plain_threes(one), _plain_threes(other)
    return len(first & second) / len(first | second)


def folded_letters(text: str) -> str:
    """Without accents, as a phone without a Vietnamese keyboard writes; punctuation stays."""
    return "".join(folded(letter) or letter for letter in text)


def _plain_threes(text: Text) -> set[tuple[str, ...]]:
    words = folded(f"{text.title} {text.description} {text.effect}").split()
    return set(zip(words, words[1:], words[2:], strict=False))


def _disguised(text: Text, draw: random.Random) -> Text:
    way = draw.choice((str.upper, str.lower, folded_letters, lambda part: part.replace(" ", "  ")))
    return Text(*(way(part) for part in (text.title, text.description, text.effect)))


def _changed(text: str, share: float, way: str, draw: random.Random) -> str:
    words = text.split(" ")
    number = max(1, round(len(words) * share))
    if way == "scattered":
        places = draw.sample(range(len(words)), min(number, len(words)))
    else:
        runs = max(1, number // 12)
        places = []
        for _ in range(runs):
            start = draw.randrange(max(1, len(words) - number // runs))
            places += range(start, min(len(words), start + number // runs))
    for place in places:
        words[place] = draw.choice((draw.choice(LOOSE), draw.choice(LOOSE), draw.choice(PEOPLE), ""))
    return " ".join(word for word in words if word)


@cache
def _stock_phrases() -> list[str]:
    lines = stock.PHRASES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
