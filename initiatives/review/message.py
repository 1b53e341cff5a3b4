"""The ready text for somebody who must be told: short enough for one message, and nothing in it that others may not read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.vietnamese import days
from portal.vietnamese.text import single_line

LONGEST = 600
NAME_ROOM = 60
# From the most generous to what always fits beside the rest: for the title, and for each reason.
ROOMS = ((250, 500), (90, 500), (90, 140), (60, 80))

# A căn cước that an officer wrote into a reason; nine digits may as well be money.
_IDENTITY = re.compile(r"(?<![0-9])0[0-9]{8}([0-9]{3})(?![0-9])")


@dataclass(frozen=True)
class Message:
    """What the text is made of. `entered_for` is the person for whom the reader once entered it; "" where it is their own."""

    reader: str
    sender: str
    title: str
    reasons: Sequence[str]
    code: str
    address: str
    due_on: date | None = None
    is_overdue: bool = False
    is_declined: bool = False
    entered_for: str = ""

    def text(self) -> str:
        """At most LONGEST characters: the title is cut first, then the reasons, and at last there are fewer of them."""
        for title_room, reason_room in ROOMS:
            written = self._written(title_room, [shortened(_clean(each), reason_room) for each in self.reasons])
            if len(written) <= LONGEST:
                return written
        title_room, reason_room = ROOMS[-1]
        for kept in range(len(self.reasons) - 1, -1, -1):
            reasons = [shortened(_clean(each), reason_room) for each in self.reasons[:kept]]
            more = f"và {len(self.reasons) - kept} điều nữa, xem khi tra cứu" if kept else "xem khi tra cứu"
            written = self._written(title_room, [*reasons, more])
            if len(written) <= LONGEST:
                return written
        return written

    def _written(self, title_room: int, reasons: Sequence[str]) -> str:
        sender, title = shortened(self.sender, NAME_ROOM), shortened(_clean(self.title), title_room)
        of = f" của {shortened(self.entered_for, NAME_ROOM)} (anh/chị nhập hộ)" if self.entered_for else ""
        listed = [f"- {each}" for each in reasons]
        phone = "số điện thoại của anh/chị" if self.entered_for else "số điện thoại đã ghi khi nộp"
        visit = f"mở {self.address}, nhập mã {self.code} và {phone}"
        lines = [f"Chào anh/chị {shortened(self.reader, NAME_ROOM)}."]
        if self.is_declined:
            because = ", vì:" if listed else "."
            lines += [f"{sender} xin báo: sáng kiến “{title}”{of} không được công nhận hợp lệ{because}", *listed]
            lines += [f"Xem lại: {visit}.", "Nếu thấy chưa đúng, anh/chị hãy trả lời tin này."]
        else:
            lines += [f"{sender} mời anh/chị bổ sung sáng kiến “{title}”{of}{':' if listed else '.'}", *listed]
            lines += [f"Cách làm: {visit}, rồi bấm “Bổ sung”.", self._deadline()]
        return "\n".join(line for line in lines if line)

    def _deadline(self) -> str:
        if self.due_on is None:
            return ""
        if self.is_overdue:
            return f"Hạn bổ sung là hết ngày {days.shown(self.due_on)}, nay đã qua: hãy trả lời tin này để được giúp."
        return f"Hạn bổ sung: hết ngày {days.shown(self.due_on)}. Cảm ơn anh/chị!"


def shortened(text: str, room: int) -> str:
    """At most `room` characters, cut between words where it can be."""
    if len(text) <= room:
        return text
    cut = text[: room - 1]
    at_word = cut.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > room // 2 else cut).rstrip(" ,.;:–-") + "…"


def _clean(text: str) -> str:
    """On one line, without an identity number."""
    return _IDENTITY.sub(r"*** *** *** \1", single_line(text)).rstrip(" .")
