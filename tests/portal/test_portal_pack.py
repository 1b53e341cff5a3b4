"""The template pack: labels, hints, objections and controls belong together, and nothing cuts or marks by asterisk."""

from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import SimpleTestCase

from portal.templatetags.portal_pack import dialable, objections, waiting
from portal.vietnamese.fields import LineField, MoneyField, PhoneField, TextField

CHOICES = [("a", "Cán bộ công đoàn"), ("b", "Công nhân <lao động>")]


class Everything(forms.Form):
    full_name = LineField(label="Họ và tên", limit=120, help_text="Như trên giấy tờ.")
    phone = PhoneField(label="Số điện thoại")
    position = forms.CharField(label="Chức vụ", max_length=10, required=False)
    description = TextField(label="Mô tả", limit=12, widget=forms.Textarea(attrs={"data-limit": 12}))
    top_unit = forms.ChoiceField(label="Đơn vị", choices=[("", "Hãy chọn"), ("Cụm", CHOICES)])
    group = forms.ChoiceField(label="Đối tượng", choices=CHOICES, widget=forms.RadioSelect, help_text="Chọn một.")
    declarations = forms.MultipleChoiceField(label="Cam kết", choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    consent = forms.BooleanField(label="Tôi đồng ý")
    benefit_value = MoneyField(label="Giá trị làm lợi", required=False)
    attachment = forms.FileField(label="Tài liệu", required=False)
    kept = forms.CharField(widget=forms.HiddenInput)


def html(form: forms.Form, name: str) -> str:
    return (
        engines["django"]
        .from_string("{% load crispy_forms_tags %}{{ field|as_crispy_field }}")
        .render({"field": form[name]})
    )


def as_django_would(form: forms.Form, name: str) -> str:
    return str(form[name])


@pytest.mark.parametrize("name", ["full_name", "phone", "top_unit", "attachment", "kept"])
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(Everything(), id="empty"),
        pytest.param(Everything({"full_name": 'Thử "<b>"', "phone": "1", "top_unit": "b", "kept": "&"}), id="bound"),
    ],
)
def test_a_control_is_what_django_writes(form: forms.Form, name: str) -> None:
    SimpleTestCase().assertInHTML(as_django_would(form, name), html(form, name), count=1)


def test_a_control_never_has_maxlength() -> None:
    assert "maxlength" in as_django_would(Everything(), "position")
    assert "maxlength" not in html(Everything(), "position")


def test_what_is_optional_says_so_and_what_is_required_does_not() -> None:
    optional = [name for name in Everything().fields if "(không bắt buộc)" in html(Everything(), name)]

    assert optional == ["position", "benefit_value", "attachment"]


def test_hint_and_objection_come_before_the_control_and_are_tied_to_it() -> None:
    written = html(Everything({}), "full_name")
    places = [
        written.index(part)
        for part in ('<label for="id_full_name">', 'id="id_full_name_helptext"', 'id="id_full_name_error"', "<input")
    ]

    assert places == sorted(places)
    assert 'aria-describedby="id_full_name_helptext id_full_name_error"' in written
    assert 'aria-invalid="true"' in written


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        pytest.param("full_name", "id_full_name_helptext id_full_name_remark id_full_name_error", id="a text"),
        pytest.param("group", "id_group_helptext id_group_remark id_group_error", id="a group"),
    ],
)
def test_what_the_union_remarked_is_told_between_hint_and_objection(name: str, ids: str) -> None:
    form = Everything({})
    form.fields[name].remark = "Xem lại."  # type: ignore[attr-defined]

    written = html(form, name)

    assert f'aria-describedby="{ids}"' in written
    places = [written.index(f'id="{each}"') for each in ids.split()]
    assert places == sorted(places)


def test_a_group_of_choices_is_a_fieldset_that_bears_the_id_of_the_field() -> None:
    written = html(Everything({}), "group")

    assert '<fieldset class="field wrong" id="id_group" aria-describedby="id_group_helptext id_group_error">' in written
    assert "<legend>Đối tượng</legend>" in written
    assert "Công nhân &lt;lao động&gt;" in written


def test_choices_made_stay_made() -> None:
    written = html(Everything({"declarations": ["b"]}), "declarations")

    assert written.count("checked") == 1
    assert 'value="b" id="id_declarations_1" checked' in written


@pytest.mark.parametrize(
    ("typed", "counter", "excess"),
    [
        pytest.param("", "0/12 ký tự", None, id="nothing"),
        pytest.param("một\r\nhai", "7/12 ký tự", None, id="a line end as a browser sends it"),
        pytest.param("a" * 12, "12/12 ký tự", None, id="exactly the limit"),
        pytest.param("a" * 12 + "b", "13/12 ký tự · thừa 1", "b", id="one more"),
        pytest.param("a" * 12 + "b" * 300, "312/12 ký tự · thừa 300", "b" * 200 + "…", id="far more"),
    ],
)
def test_the_counter_below_a_text_is_the_servers(typed: str, counter: str, excess: str | None) -> None:
    written = html(Everything({"description": typed}), "description")

    assert f">{counter}</p>" in written
    assert written.count("data-limit=") == 1
    assert ("<mark></mark>" if excess is None else f"<mark>{excess}</mark>") in written


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("1,2 tỷ", "Một tỷ hai trăm triệu đồng", id="an amount"),
        pytest.param("không", "Không tính được bằng tiền", id="an answer without one"),
        pytest.param("nhiều", "", id="not to be read"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_an_amount_is_echoed_in_words(typed: str, words: str) -> None:
    hidden = "" if words else " hidden"

    assert f'<p class="words" data-money-words="id_benefit_value"{hidden}>{words}</p>' in html(
        Everything({"benefit_value": typed}), "benefit_value"
    )


def test_every_objection_is_listed_with_the_id_it_leads_to() -> None:
    class Two(forms.Form):
        phone = PhoneField(label="Số điện thoại")
        group = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, error_messages={"required": "Hãy chọn."})

        def clean(self) -> dict[str, Any]:
            raise forms.ValidationError("Chưa gửi được.")

    assert objections(Two({})) == [
        {"id": "", "text": "Chưa gửi được."},
        {"id": "id_phone", "text": "Hãy nhập số điện thoại."},
        {"id": "id_group", "text": "Hãy chọn."},
    ]


def test_a_whole_form_is_left_to_the_server_to_judge_and_carries_no_token_when_told_so() -> None:
    from crispy_forms.helper import FormHelper
    from crispy_forms.layout import Submit

    form = Everything()
    form.helper = FormHelper()
    form.helper.disable_csrf, form.helper.form_id = True, "main-form"
    form.helper.add_input(Submit("confirm", "Nộp"))
    written = (
        engines["django"]
        .from_string("{% load crispy_forms_tags %}{% crispy form %}")
        .render({"form": form, "csrf_token": "token"})
    )

    assert '<form id="main-form" method="post" novalidate enctype="multipart/form-data" data-once>' in written
    assert "csrfmiddlewaretoken" not in written
    assert '<button type="submit" name="confirm" value="Nộp" class="button' in written


@pytest.mark.parametrize(
    ("typed", "dialled"), [("1900 1234", "19001234"), ("+84 (24) 3942.1517", "+842439421517")], ids=["short", "long"]
)
def test_a_telephone_link_holds_what_is_dialled(typed: str, dialled: str) -> None:
    assert dialable(typed) == dialled


@pytest.mark.parametrize(("seconds", "said"), [(30, "30 giây"), (60, "1 phút"), (61, "2 phút"), (900, "15 phút")])
def test_a_wait_is_said_in_seconds_or_minutes(seconds: int, said: str) -> None:
    assert waiting(seconds) == said
