"""A password made of what everybody here would guess first: the union's own words, with or without figures around them."""

import re
from typing import Any

from django.core.exceptions import ValidationError

from portal.vietnamese.text import folded

# Folded, without blanks. A password that has nothing else in it but these, figures and signs is refused.
WORDS = (
    *("tongliendoan", "liendoanlaodong", "liendoan", "laodong", "congdoan", "ldld", "tldld", "cdcs", "cdcoso", "coso"),
    *(
        "sangkien",
        "congsangkien",
        "chuongtrinh",
        "canbo",
        "quantri",
        "quanly",
        "matkhau",
        "dangnhap",
        "vietnam",
        "hanoi",
    ),
    *("admin", "password", "demo"),
)
# What matched once is not tried another way: words within words would take for ever.
_ONLY_THESE = re.compile(f"(?>{'|'.join(sorted(WORDS, key=len, reverse=True))}|[0-9])++")


class OwnWordsValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if _ONLY_THESE.fullmatch(folded(password).replace(" ", "")):
            raise ValidationError(
                "Mật khẩu này dễ đoán. Hãy thêm vài từ không liên quan đến công đoàn.", code="own_words"
            )

    def get_help_text(self) -> str:
        return "Không dùng mật khẩu chỉ gồm các từ như “congdoan”, “sangkien” và chữ số."
