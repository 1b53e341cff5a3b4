"""Fields judge canonical text, answer in whole Vietnamese sentences, and never cut what was typed."""

import copy
import unicodedata
from datetime import date, datetime
from typing import Any

import pytest
from django import forms

from portal.vietnamese import days, fields, money, phones


def cleaned(field: forms.Field, typed: Any, label: str = "Nội dung") -> Any:
    field.label = field.label or label
    return field.clean(typed)


def refusal(field: forms.Field, typed: Any, label: str = "Nội dung") -> tuple[str, str]:
    with pytest.raises(forms.ValidationError) as refused:
        cleaned(field, typed, label)
    (error,) = refused.value.error_list
    return str(error.message), str(error.code)


EVERY_FIELD = [
    pytest.param(lambda **options: fields.TextField(limit=10, **options), id="TextField"),
    pytest.param(lambda **options: fields.LineField(limit=10, **options), id="LineField"),
    pytest.param(fields.NameField, id="NameField"),
    pytest.param(fields.EmailField, id="EmailField"),
    pytest.param(fields.PhoneField, id="PhoneField"),
    pytest.param(fields.IdentityField, id="IdentityField"),
    pytest.param(fields.DayField, id="DayField"),
    pytest.param(fields.OpeningField, id="OpeningField"),
    pytest.param(fields.ClosingField, id="ClosingField"),
    pytest.param(fields.MoneyField, id="MoneyField"),
]
NOTHING_TYPED = [
    pytest.param(None, id="absent"),
    pytest.param("", id="empty"),
    pytest.param(" \r\n\u00a0", id="blanks"),
    pytest.param("\u200b", id="zero-width space"),
    pytest.param("\u200d", id="zero-width joiner"),
    pytest.param("\x00", id="NUL"),
]


@pytest.mark.parametrize("typed", NOTHING_TYPED)
@pytest.mark.parametrize("make", EVERY_FIELD)
def test_what_nobody_can_see_is_not_typed(make: Any, typed: str | None) -> None:
    assert refusal(make(), typed, "Họ và tên") == ("Hãy nhập họ và tên.", "required")


@pytest.mark.parametrize("typed", NOTHING_TYPED)
@pytest.mark.parametrize("make", EVERY_FIELD)
def test_an_optional_field_may_stay_empty(make: Any, typed: str | None) -> None:
    assert cleaned(make(required=False), typed) in (None, "")


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("Họ và tên", "Hãy nhập họ và tên."),
        ("Đơn vị công tác", "Hãy nhập đơn vị công tác."),
        ("CCCD", "Hãy nhập CCCD."),
        ("CMND hoặc căn cước", "Hãy nhập CMND hoặc căn cước."),
        (None, "Hãy nhập mục này."),
    ],
)
def test_the_required_sentence_comes_from_the_label(label: str | None, sentence: str) -> None:
    field = fields.LineField(limit=10, label=label)

    with pytest.raises(forms.ValidationError) as refused:
        field.clean("")

    assert refused.value.messages == [sentence]


def test_a_field_can_have_a_required_sentence_of_its_own() -> None:
    field = fields.DayField(required_message="Hãy nhập ngày bắt đầu áp dụng.")

    assert refusal(field, "") == ("Hãy nhập ngày bắt đầu áp dụng.", "required")


@pytest.mark.parametrize("make", EVERY_FIELD)
def test_no_widget_is_given_maxlength_or_required_by_the_field(make: Any) -> None:
    field = make()

    assert "maxlength" not in field.widget.attrs
    assert "maxlength" not in str(field.widget.render("field", "value"))


@pytest.mark.parametrize(
    ("make", "attributes"),
    [
        (fields.NameField, {"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false"}),
        (fields.EmailField, {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}),
        (fields.PhoneField, {"autocomplete": "tel", "inputmode": "tel"}),
        (fields.IdentityField, {"autocomplete": "off", "inputmode": "numeric"}),
        (fields.DayField, {"autocomplete": "off", "inputmode": "numeric"}),
        (fields.MoneyField, {"autocomplete": "off", "inputmode": "text"}),
    ],
)
def test_phones_are_told_which_keyboard_to_show(make: Any, attributes: dict[str, str]) -> None:
    assert make().widget.attrs == attributes


def test_a_widget_keeps_the_attributes_it_was_given() -> None:
    field = fields.NameField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    assert field.widget.attrs["autocomplete"] == "off"


def test_a_phone_is_typed_on_the_dialling_pad() -> None:
    assert fields.PhoneField().widget.input_type == "tel"


@pytest.mark.parametrize(
    ("typed", "excess"),
    [
        pytest.param("ế" * 1_000, 0, id="exactly N"),
        pytest.param("ế" * 1_001, 1, id="N and one"),
        pytest.param(unicodedata.normalize("NFD", "ế" * 1_000), 0, id="exactly N, decomposed"),
        pytest.param("a\r\n" * 499 + "aa", 0, id="exactly N, line ends as browsers send them"),
        pytest.param("a\r\n" * 499 + "aaa", 1, id="N and one, line ends as browsers send them"),
        pytest.param("👍" * 1_000, 0, id="exactly N, emoji"),
        pytest.param("👍" * 1_012, 12, id="N and twelve, emoji"),
        pytest.param("\r\n  " + "a" * 1_000 + " \u00a0\r\n", 0, id="blanks at both ends do not count"),
    ],
)
def test_the_limit_counts_what_people_see(typed: str, excess: int) -> None:
    field = fields.TextField(limit=1_000)

    if not excess:
        assert len(cleaned(field, typed)) == 1_000
    else:
        assert refusal(field, typed) == (
            f"Nội dung dài 1.{excess:03} ký tự; tối đa 1.000. Hãy bớt {excess} ký tự.",
            "too_long",
        )


class OneText(forms.Form):
    description = fields.TextField(limit=5, label="Nội dung")


def test_a_text_over_the_limit_is_shown_again_whole() -> None:
    form = OneText({"description": "sáng kiến"})

    assert not form.is_valid()
    assert "sáng kiến</textarea>" in str(form["description"])


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        pytest.param(fields.TextField(limit=99), " một\r\nhai\u00a0 ", "một\nhai", id="text"),
        pytest.param(fields.LineField(limit=99), " một\r\nhai\u00a0  ba ", "một hai ba", id="line"),
        pytest.param(fields.NameField(), " H'Hen\u00a0Niê ", "H'Hen Niê", id="name"),
        pytest.param(fields.NameField(), "Y", "Y", id="name of one letter"),
        pytest.param(fields.NameField(), "Ðặng Văn An", "Đặng Văn An", id="name with a look-alike"),
        pytest.param(fields.EmailField(), " an@congdoan.vn\n", "an@congdoan.vn", id="email"),
        pytest.param(fields.PhoneField(), "+84 912.345.678", phones.Phone("+84 912.345.678", "0912345678"), id="phone"),
        pytest.param(fields.IdentityField(), "045 190 001 234", "045190001234", id="identity number"),
        pytest.param(fields.DayField(), "20/4/2021", date(2021, 4, 20), id="day"),
        pytest.param(
            fields.OpeningField(), "7h00 ngày 8/1/2022", datetime(2022, 1, 8, 7, tzinfo=days.VIETNAM), id="opening"
        ),
        pytest.param(fields.ClosingField(), "20/4/2021", datetime(2021, 4, 21, tzinfo=days.VIETNAM), id="closing"),
        pytest.param(fields.MoneyField(), "1,5 tỷ", money.Money(1_500_000_000), id="money"),
        pytest.param(fields.MoneyField(), "không tính được bằng tiền", money.Money(None), id="no figure"),
    ],
)
def test_a_field_gives_its_value(field: forms.Field, typed: str, value: Any) -> None:
    assert cleaned(field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        pytest.param(fields.NameField(), "12345", "Họ và tên phải có chữ, ví dụ Nguyễn Văn An.", id="name of digits"),
        pytest.param(fields.NameField(), "---", "Họ và tên phải có chữ, ví dụ Nguyễn Văn An.", id="name of signs"),
        pytest.param(fields.EmailField(), "an@", "Địa chỉ thư điện tử không đúng, ví dụ ten@congdoan.vn.", id="email"),
        pytest.param(
            fields.PhoneField(),
            "01681234567",
            "Đầu số 0168 đã đổi từ năm 2018. Số mới có phải là 0381 234 567 không?",
            id="phone",
        ),
        pytest.param(
            fields.IdentityField(),
            "04519000123",
            "Số căn cước có 12 chữ số (CMND cũ có 9); số vừa nhập có 11. Hãy xem lại trên thẻ.",
            id="identity number",
        ),
        pytest.param(fields.DayField(), "31/2/2021", "Tháng 2 năm 2021 không có ngày 31. Hãy xem lại ngày.", id="day"),
        pytest.param(
            fields.ClosingField(),
            "25h ngày 20/4/2021",
            "Giờ không đúng. Hãy ghi từ 0h00 đến 24h00, ví dụ 17h00 ngày 20/4/2021.",
            id="closing",
        ),
        pytest.param(fields.MoneyField(), "-1", "Số tiền không thể là số âm.", id="money"),
    ],
)
def test_a_field_refuses_with_the_sentence_of_its_rule(field: forms.Field, typed: str, sentence: str) -> None:
    assert refusal(field, typed, "Họ và tên") == (sentence, "invalid")


def test_a_name_has_at_most_120_letters() -> None:
    assert refusal(fields.NameField(), "An " * 41, "Họ và tên")[1] == "too_long"


@pytest.mark.parametrize(
    ("field", "initial", "shown"),
    [
        pytest.param(fields.DayField(), date(2021, 4, 20), "20/4/2021", id="day"),
        pytest.param(fields.DayField(), "31/2/2021", "31/2/2021", id="day as typed"),
        pytest.param(fields.PhoneField(), phones.Phone("0912.345.678", "0912345678"), "0912.345.678", id="phone"),
        pytest.param(
            fields.OpeningField(), datetime(2022, 1, 8, 7, tzinfo=days.VIETNAM), "7h00 ngày 8/1/2022", id="opening"
        ),
        pytest.param(
            fields.ClosingField(), datetime(2021, 4, 21, tzinfo=days.VIETNAM), "24h00 ngày 20/4/2021", id="closing"
        ),
        pytest.param(fields.MoneyField(), money.Money(1_500_000_000), "1,5 tỷ đồng", id="money"),
        pytest.param(fields.MoneyField(), 1_500_000_000, "1,5 tỷ đồng", id="money as stored"),
        pytest.param(fields.MoneyField(), money.Money(None), "không tính được bằng tiền", id="no figure"),
    ],
)
def test_a_value_is_shown_as_it_may_be_typed_again(field: forms.Field, initial: Any, shown: str) -> None:
    assert field.prepare_value(initial) == shown
    assert not field.has_changed(initial, shown) or shown == "31/2/2021"


@pytest.mark.parametrize(
    ("field", "initial", "typed", "changed"),
    [
        pytest.param(fields.TextField(limit=99), "a\nb", "a\r\nb", False, id="a line end of the browser"),
        pytest.param(fields.TextField(limit=99), "a", "b", True, id="another text"),
        pytest.param(fields.TextField(limit=99), None, "", False, id="nothing and nothing"),
        pytest.param(fields.DayField(), date(2021, 4, 20), "20-04-2021", False, id="the same day"),
        pytest.param(fields.DayField(), date(2021, 4, 20), "21/4/2021", True, id="another day"),
        pytest.param(fields.DayField(), date(2021, 4, 20), "31/2/2021", True, id="no day"),
        pytest.param(fields.MoneyField(), 1_500_000, "1,5 triệu", False, id="the same money"),
        pytest.param(fields.DayField(disabled=True), date(2021, 4, 20), "21/4/2021", False, id="disabled"),
    ],
)
def test_changed_is_by_meaning(field: forms.Field, initial: Any, typed: str, changed: bool) -> None:
    assert field.has_changed(initial, typed) is changed


# --- what is each form's own ------------------------------------------------------------------------------------------


class Everything(forms.Form):
    name = fields.NameField(label="Họ và tên")
    note = fields.TextField(label="Ghi chú", limit=20, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label="Loại")
    chosen = forms.ChoiceField(label="Khác", choices=[("a", "Một"), ("b", "Hai")])
    several = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    both = forms.MultiValueField(fields=[forms.CharField(), forms.CharField()])  # copies in a way of its own
    ticked = forms.BooleanField(error_messages={"required": "Hãy đánh dấu."})


def _told(field: forms.Field) -> dict[str, object]:
    """What a field holds, whatever object holds it."""
    told = {name: value for name, value in vars(field).items() if name not in {"widget", "fields"}}
    told["widget"] = type(field.widget), {name: str(value) for name, value in vars(field.widget).items()}
    return told | {"fields": [_told(each) for each in getattr(field, "fields", [])]}


def test_the_fields_of_a_form_are_what_django_copies() -> None:
    base = Everything.base_fields

    own, django_copied = copy.deepcopy(fields.OwnFields(base)), copy.deepcopy(base)

    assert list(own) == list(base)
    for name, field in own.items():
        told, expected = _told(field), _told(django_copied[name])
        # Validators compare by what they check, the widgets of several parts by what they write.
        assert {**told, "widget": told["widget"][0]} == {**expected, "widget": expected["widget"][0]}
        assert field.widget.render(name, None) == django_copied[name].widget.render(name, None)


@pytest.mark.parametrize("name", list(Everything.base_fields))
def test_what_one_form_does_to_a_field_no_other_sees(name: str) -> None:
    base = Everything.base_fields
    before = _told(base[name])

    changed = copy.deepcopy(fields.OwnFields(base))[name]
    changed.required, changed.label, changed.help_text = False, "Khác", "Khác"
    changed.widget.attrs["class"] = "short"
    changed.error_messages["required"] = "Khác"
    changed.validators.append(print)
    if hasattr(changed, "choices"):
        changed.choices = [("c", "Ba")]

    assert _told(base[name]) == before
    assert _told(copy.deepcopy(fields.OwnFields(base))[name])["label"] == base[name].label
