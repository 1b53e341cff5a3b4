"""What is filled in to decide on a pair, or to take a decision back."""

from typing import Any

from django import forms

from initiatives.models import TwinPair
from initiatives.review.forms import OWN_WORDS_LIMIT
from initiatives.review.twin_decisions import Choice
from orgtree.scoped_admin import is_key
from portal.vietnamese.fields import TextField


class ShownForm(forms.Form):
    """Says which versions of the two the page showed; 0, which none is, where it does not say."""

    writes: str  # the field to write in; the decision is a button

    @property
    def written(self) -> list[Any]:
        return [self[self.writes]]

    @property
    def is_written(self) -> bool:
        return bool(self[self.writes].value())

    def versions(self, pair: TwinPair) -> dict[int, int]:
        return {key: self._version(f"version_{key}") for key in (pair.earlier_id, pair.later_id)}

    def _version(self, name: str) -> int:
        version = str(self.data.get(name, ""))
        return int(version) if is_key(version) else 0


class DecideForm(ShownForm):
    writes = "words"

    words = TextField(
        label="Lời ghi thêm", limit=OWN_WORDS_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Nếu kết luận trùng lặp, người nộp bản không được giữ sẽ đọc được lời này.",
    )  # fmt: skip
    decision = forms.ChoiceField(
        choices=Choice.choices,
        error_messages={
            "required": "Hãy chọn một quyết định.",
            "invalid_choice": "Quyết định này không có. Hãy chọn một nút bên dưới.",
        },
    )


class TakeBackForm(ShownForm):
    writes = "why"

    why = TextField(
        label="Vì sao mở lại",
        called="Lý do mở lại",
        limit=OWN_WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
