"""Code and phone, the two keys of a record."""

from django import forms

from portal.vietnamese import fields


class TrackForm(forms.Form):
    """Code and phone. What is no code and what is not ours get the same answer, from the view."""

    use_required_attribute = False

    code = fields.LineField(
        label="Mã biên nhận",
        limit=60,
        help_text="13 chữ số, ví dụ 4821 0937 6615 3.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        required_message="Hãy nhập mã biên nhận.",
    )
    phone = fields.PhoneField(label="Số điện thoại đã nộp", required_message="Hãy nhập số điện thoại.")
