"""A label that asks is no name: a sentence about its field would read "Ai công nhận? dài 201 ký tự"."""

import re

import pytest
from django.core.exceptions import ValidationError

from portal.vietnamese.fields import TextField
from tests.codebase.test_public_forms import forms_of_ours

_ASKS = re.compile(r"\?\Z|\A(Vì sao|Không thấy|Hoặc) |\b(thế nào|gì)\Z|: ")


def test_a_field_whose_label_asks_says_what_a_sentence_calls_it() -> None:
    from portal import urls  # noqa: F401 - with it come all forms

    every = [field for form in forms_of_ours() for field in getattr(form, "base_fields", {}).values()]
    texts = [field for field in every if isinstance(field, TextField)]
    asking = {str(field.label): field.called for field in texts if _ASKS.search(str(field.label))}

    assert {"Ai công nhận?", "Vì sao mở lại", "Đã làm gì"} <= asking.keys()
    assert [label for label, called in asking.items() if not called or _ASKS.search(called)] == []


@pytest.mark.parametrize(
    ("called", "told"),
    [
        ("", "Vì sao mở lại dài 6 ký tự; tối đa 5. Hãy bớt 1 ký tự."),
        ("Lý do", "Lý do dài 6 ký tự; tối đa 5. Hãy bớt 1 ký tự."),
    ],
    ids=["by its label", "as it is called"],
)
def test_what_is_too_long_is_named_as_a_sentence_calls_it(called: str, told: str) -> None:
    field = TextField(limit=5, label="Vì sao mở lại", called=called)

    with pytest.raises(ValidationError) as refused:
        field.clean("abcdef")

    assert refused.value.messages == [told]


def test_what_is_missing_is_named_as_a_sentence_calls_it() -> None:
    with pytest.raises(ValidationError) as refused:
        TextField(limit=5, label="Vì sao mở lại", called="Lý do mở lại").clean("")

    assert refused.value.messages == ["Hãy nhập lý do mở lại."]
