"""What the guide tells a worker of one campaign: what to have at hand, and the steps with a picture of each.

The pictures are of our own pages; `make guide-pictures` takes them anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from initiatives.models import Asked, Campaign, Declaration
from initiatives.models.lists import asks_for_recognition
from portal.vietnamese.formats import whole

PICTURES = "img/guide/"  # below static/
PICTURE_WIDTH = 540  # as it is kept; on the page as wide as there is room, at most 20rem


@dataclass(frozen=True)
class Picture:
    name: str
    height: int
    alt: str

    @property
    def path(self) -> str:
        return f"{PICTURES}{self.name}.webp"

    @property
    def width(self) -> int:
        return PICTURE_WIDTH


@dataclass(frozen=True)
class Step:
    title: str
    words: tuple[str, ...]
    picture: Picture


@dataclass(frozen=True)
class Guide:
    at_hand: tuple[str, ...]
    steps: tuple[Step, ...]
    limit: int
    needs_recognition: bool
    takes_documents: bool


PERSON = Picture("nguoi-nop", 404, "Trang bước 1: ô họ và tên, ô số điện thoại, đã điền.")
CONTENT = Picture("noi-dung", 717, "Trang bước 2: ô nội dung đã viết, bên dưới là số ký tự đã dùng.")
DOCUMENTS = Picture("tai-lieu", 492, "Trang bước 3: một ảnh đã thêm, nút “Bỏ tệp này”.")
CHECK = Picture("kiem-tra", 466, "Trang bước cuối: “Sửa phần này”, nút “Nộp sáng kiến”.")
RECEIPT = Picture("bien-nhan", 309, "Trang biên nhận: mã gồm các nhóm chữ số, cỡ lớn.")
ALL = (PERSON, CONTENT, DOCUMENTS, CHECK, RECEIPT)


def guide(campaign: Campaign, declarations: Iterable[Declaration] = ()) -> Guide:
    return Guide(
        _at_hand(campaign),
        _steps(campaign),
        campaign.description_limit,
        needs_recognition=asks_for_recognition(campaign, declarations),
        takes_documents=campaign.asks_attachments != Asked.OFF,
    )


def _at_hand(campaign: Campaign) -> tuple[str, ...]:
    at_hand = ["Số điện thoại của bạn. Sau này dùng để tra cứu."]
    if campaign.asks_national_id != Asked.OFF:
        may_be_empty = "" if campaign.asks_national_id == Asked.REQUIRED else ", không bắt buộc"
        at_hand.append(f"Số căn cước công dân (CCCD) hoặc CMND{may_be_empty}. Không cần chụp ảnh thẻ.")
    at_hand.append("Tên công ty, cơ quan nơi bạn làm việc, và tỉnh hoặc công đoàn ngành.")
    at_hand.append(
        f"Nội dung sáng kiến, tối đa {whole(campaign.description_limit)} ký tự. Nên soạn sẵn trong Word rồi dán vào."
    )
    at_hand.append("Ngày bắt đầu áp dụng.")
    if campaign.asks_recognition != Asked.OFF:
        if_any = "" if campaign.recognition_is_required else ", nếu đã được công nhận"
        at_hand.append(f"Ngày được công nhận và ai công nhận{if_any}.")
    if campaign.asks_attachments != Asked.OFF:
        if_any = "" if campaign.asks_attachments == Asked.REQUIRED else ", nếu có"
        at_hand.append(f"Ảnh, PDF hoặc Word về sáng kiến{if_any}.")
    return tuple(at_hand)


def _steps(campaign: Campaign) -> tuple[Step, ...]:
    person = Step(
        "Bạn là ai, làm việc ở đâu",
        (
            "Ghi họ tên, số điện thoại, nơi làm việc. Chọn tỉnh hoặc ngành, rồi chọn đơn vị.",
            "Quét mã ở nơi làm việc thì đơn vị đã được chọn sẵn.",
        ),
        PERSON,
    )
    content = Step(
        "Sáng kiến của bạn là gì",
        (
            "Ghi tên sáng kiến và nội dung: trước đây làm thế nào, bạn đã thay đổi gì, kết quả ra sao.",
            "Viết dài quá cũng không mất chữ nào. Trang cho biết cần bớt bao nhiêu.",
        ),
        CONTENT,
    )
    if_none = "" if campaign.asks_attachments == Asked.REQUIRED else " Không có thì bỏ qua bước này."
    documents = Step("Tài liệu kèm theo", (f"Thêm ảnh, PDF hoặc Word, mỗi tệp tối đa 10 MB.{if_none}",), DOCUMENTS)
    check = Step(
        "Kiểm tra và nộp",
        ("Đọc lại. Chỗ nào sai, bấm “Sửa phần này”. Đúng rồi, bấm “Nộp sáng kiến”.",),
        CHECK,
    )
    asked = campaign.asks_attachments != Asked.OFF
    return (person, content, *([documents] if asked else []), check)
