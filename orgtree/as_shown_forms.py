"""A page of the admin carries what its row held when it was opened: whoever saves an older page is told first."""

import hashlib
from typing import Any

from django import forms
from django.forms.models import model_to_dict

CHANGED_MEANWHILE = (
    "Trong lúc bạn mở trang này, đã có người sửa. Những gì bạn nhập vẫn còn trên trang. "
    "Hãy đối chiếu, rồi bấm lưu lần nữa nếu vẫn muốn thay bằng nội dung của bạn."
)


class KnowsWhatItShowed:
    """Mixed into a form of one row. The page sends `as_shown` back; without it, as a script sends it, nothing is compared."""

    instance: Any
    data: Any
    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_shown = self._as_it_is() if self.instance.pk else ""

    def clean(self) -> dict[str, Any] | None:
        shown = self.data.get("as_shown")
        if self.as_shown and shown and shown != self.as_shown:
            raise forms.ValidationError(CHANGED_MEANWHILE, code="changed_meanwhile")
        return super().clean()  # type: ignore[misc]

    def _as_it_is(self) -> str:
        """Of the columns that the form asks for, before any is filled from what was posted."""
        held = model_to_dict(self.instance, fields=list(self.fields))
        return hashlib.sha256(repr(sorted(held.items())).encode()).hexdigest()[:20]
