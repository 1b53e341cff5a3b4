"""The sender's own questions, as an officer answers them for somebody: the same rules, other words where they say "you"."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from initiatives.submission.forms import ContentForm, PersonForm
from orgtree.models import Unit
from portal.vietnamese import phones
from portal.vietnamese.text import single_line

NO_SUCH_UNIT = "Không có đơn vị này trong phạm vi của bạn. Hãy gõ vài chữ trong tên rồi chọn, hoặc ghi đúng mã đơn vị."
NO_UNIT = "Hãy chọn đơn vị của người nộp."
NO_PHONE = (
    "Người nộp không có điện thoại thì số của bạn dùng để tra cứu, nhưng tài khoản của bạn chưa có số đúng. "
    "Hãy nhờ người quản lý ghi số vào tài khoản của bạn, hoặc nhập một số của người nộp."
)

PHONE_STAYS = "Người nộp tra cứu bằng số điện thoại của mình nên không để trống được. Hãy giữ số cũ hoặc ghi số mới."


class EnteredPersonForm(PersonForm):
    """Who the initiative is of. The phone may be empty; the unit is one of the officer's branch, by its code or name.

    `unit_named` answers the unit for what was typed ("" for the officer's own), or None. `officer_phone` is the phone that
    opens the record where the person has none. `keeps_phone`: the person has one, and would lose the way in with it.
    """

    top_unit = None  # type: ignore[assignment]
    unit = forms.CharField(
        label="Đơn vị",
        required=False,
        help_text="Gõ tên hoặc mã rồi chọn trong danh sách.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self,
        *args: Any,
        unit_named: Callable[[str], Unit | None],
        officer_phone: phones.Phone | None,
        asks_unit: bool = False,
        asks_consent: bool = True,
        keeps_phone: bool = False,
        **kwargs: Any,
    ) -> None:
        self.unit_named = unit_named
        self.officer_phone = officer_phone
        self.asks_unit = asks_unit
        self.asks_consent = asks_consent
        self.keeps_phone = keeps_phone
        super().__init__(*args, **kwargs)

    def offer_units(self) -> None:
        """Words for an officer; the units are found by `unit_named`."""
        for name, label, help_text in WORDS:
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].help_text = help_text
        if "target_group" in self.fields:
            self.fields["target_group"].error_messages["required"] = "Hãy chọn đối tượng của người nộp."
        self.fields["phone"].required = False
        for name in ("full_name", "email", "birth_year", "phone"):  # of somebody else than who sits at the browser
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if self.asks_consent:
            self.fields["consent"].error_messages["required"] = NO_CONSENT
        else:
            del self.fields["consent"]

    def clean_phone(self) -> phones.Phone | None:
        phone: phones.Phone | None = self.cleaned_data["phone"]
        if phone is None and self.keeps_phone:
            raise ValidationError(PHONE_STAYS)
        if phone is None and self.officer_phone is None:
            raise ValidationError(NO_PHONE)
        return phone

    def attached_unit(self) -> Unit | None:
        typed = single_line(str(self.cleaned_data.get("unit") or ""))[:300]
        unit = None if self.asks_unit and not typed else self.unit_named(typed)
        if unit is None:
            self.add_error("unit", NO_SUCH_UNIT if typed else NO_UNIT)
        return unit


NO_CONSENT = "Chỉ nhập khi người nộp đã ký đồng ý trên giấy. Hãy đánh dấu nếu đã có chữ ký."
WORDS = (
    ("phone", "Số điện thoại", "Không có thì để trống; khi đó số của bạn dùng để tra cứu."),
    ("national_id", "Số căn cước công dân (CCCD) hoặc CMND", "Được mã hóa khi lưu."),
    ("bloc", "Sáng kiến thuộc khối nào?", ""),
    ("target_group", "Đối tượng của người nộp", ""),
    ("unit_name", "Tên công đoàn cơ sở nếu danh sách chưa có", "Ghi như trên giấy; gắn vào đơn vị đã chọn ở trên."),
    ("workplace", "Nơi làm việc", "Tên công ty, trường học, bệnh viện, cơ quan."),
    ("consent", "Người nộp đã ký đồng ý xử lý dữ liệu cá nhân trên giấy.", ""),
    ("publish_consent", "Người nộp đồng ý để công đoàn công bố tên và sáng kiến nếu được biểu dương.", ""),
)


class EnteredContentForm(ContentForm):
    """The initiative of somebody else."""

    sender, of_sender = "Người nộp", "của người nộp"

    def build(self) -> None:
        super().build()
        self.fields["title"].widget = forms.TextInput()  # typed at a desk, where Enter sends
        self.fields["description"].help_text = "Trước đây làm thế nào, đã thay đổi gì, kết quả ra sao."
        if "share" in self.fields:
            self.fields["share"].label = "Phần đóng góp của người nộp (%)"
