"""What people write who ask about their data; the same questions when an officer writes it for them."""

from datetime import date

from django import forms

from initiatives.models import DataRequest
from initiatives.personal_data.asking import Asked
from portal.vietnamese import fields

# In the words of whoever asks; staff read the model's.
KINDS = [
    (DataRequest.Kind.SEE.value, "Xem hoặc nhận bản sao dữ liệu của tôi"),
    (DataRequest.Kind.CORRECT.value, "Sửa điều ghi sai về tôi"),
    (DataRequest.Kind.WITHDRAW.value, "Rút lại đồng ý cho dùng dữ liệu"),
    (DataRequest.Kind.RESTRICT.value, "Hạn chế hoặc phản đối việc dùng dữ liệu"),
    (DataRequest.Kind.DELETE.value, "Xóa dữ liệu của tôi"),
]
LONGEST_CODE = 40
LONGEST_TEXT = 2_000
CHOOSE = "Hãy chọn điều bạn yêu cầu."


class AskForm(forms.Form):
    """The public one. The code is read as forgivingly as at `/tra-cuu/`; what is none is kept as typed and refuses nothing."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="Bạn yêu cầu điều gì?",
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    full_name = fields.NameField(label="Họ và tên", required_message="Hãy nhập họ và tên của bạn.")
    phone = fields.PhoneField(
        label="Số điện thoại",
        help_text="Số bạn đã dùng khi nộp sáng kiến, nếu có. Công đoàn gọi số này để trả lời.",
        required_message="Hãy nhập số điện thoại để công đoàn trả lời bạn.",
    )
    receipt_code = fields.LineField(
        label="Mã biên nhận",
        limit=LONGEST_CODE,
        required=False,
        help_text="13 chữ số, ví dụ 4821 0937 6615 3. Có mã, yêu cầu đến đúng công đoàn đã nhận sáng kiến của bạn.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = fields.EmailField(label="Thư điện tử", required=False)
    text = fields.TextField(
        label="Nội dung",
        limit=LONGEST_TEXT,
        required=False,
        help_text="Ví dụ: điều nào sai và sửa thành thế nào. Đừng ghi số CMND/CCCD ở đây.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def asked(self) -> Asked:
        said = self.cleaned_data
        phone = said["phone"]
        return Asked(
            kind=said["kind"],
            full_name=said["full_name"],
            phone=phone.typed if phone else "",
            phone_digits=phone.digits if phone else "",
            email=said["email"],
            receipt_code=said["receipt_code"],
            text=said["text"],
        )


class EnterForm(AskForm):
    """An officer's: of somebody who came, rang or wrote. Without a phone it says in the text how to reach the person."""

    use_required_attribute = False
    asked_on = fields.DayField(label="Ngày nhận được yêu cầu", required_message="Hãy ghi ngày nhận được yêu cầu.")

    field_order = ("asked_on", "kind", "full_name", "phone", "receipt_code", "email", "text")

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.today = today
        self.fields["kind"].label = "Người đó yêu cầu điều gì?"
        self.fields["kind"].choices = DataRequest.Kind.choices  # type: ignore[attr-defined]
        self.fields["phone"].required = False
        self.fields["phone"].help_text = "Nếu không có, hãy ghi ở nội dung cách liên hệ với người đó."
        self.fields["receipt_code"].help_text = "Mã của sáng kiến trong phạm vi của bạn mà yêu cầu nói đến."

    def clean_asked_on(self) -> date:
        day: date = self.cleaned_data["asked_on"]
        if day > self.today:
            raise forms.ValidationError("Ngày nhận được yêu cầu không được sau hôm nay.")
        return day


class AnswerForm(forms.Form):
    """The words that a person told the sender by phone, Zalo or letter."""

    words = fields.TextField(
        label="Đã trả lời thế nào",
        called="Lời trả lời",
        limit=LONGEST_TEXT,
        required_message="Hãy ghi đã trả lời bằng cách nào và nói gì.",
        help_text="Ghi cách trả lời (gọi điện, Zalo, thư, gặp mặt) và điều đã nói.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class FinishForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Kết quả",
        choices=DataRequest.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn kết quả.", "invalid_choice": "Hãy chọn kết quả."},
    )
    words = fields.TextField(
        label="Đã làm gì",
        called="Phần ghi việc đã làm",
        limit=LONGEST_TEXT,
        required_message="Hãy ghi đã làm gì; nếu không thực hiện, ghi lý do.",
        help_text="Nếu không thực hiện hoặc chỉ làm một phần, hãy ghi lý do đã nói với người yêu cầu.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class HandOnForm(forms.Form):
    unit = fields.LineField(label="Đơn vị", limit=200, required_message="Hãy chọn một đơn vị.")
    words = fields.TextField(
        label="Vì sao chuyển",
        called="Lý do chuyển",
        limit=500,
        required_message="Hãy ghi vì sao chuyển.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BindForm(forms.Form):
    receipt_code = fields.LineField(
        label="Mã biên nhận của sáng kiến",
        limit=LONGEST_CODE,
        required_message="Hãy nhập mã biên nhận.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class WhyForm(forms.Form):
    """Why somebody looks at what is masked, or takes a copy."""

    why = fields.LineField(
        label="Lý do",
        limit=200,
        required_message="Hãy ghi lý do. Lần xem này được lưu lại.",
    )
