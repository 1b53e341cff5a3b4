"""Form fields that speak Vietnamese: the text is canonical before anything judges it, and every refusal is a sentence.

No widget ever gets `maxlength`: it cuts decomposed Vietnamese silently in the middle of a letter. Over the limit,
everything is kept and shown again.
"""

import copy
import re
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal.vietnamese import days, formats, identity, money, names, phones, text
from portal.vietnamese.refusals import Refused

_WHOLE = re.compile("-?[0-9]{1,18}")
_GROUPED = re.compile("-?[0-9]{1,3}(?:[., ][0-9]{3}){1,5}")


class OwnFields(dict[str, forms.Field]):
    """The fields of a form's class, of which each form has its own: what `copy.deepcopy` makes of them, at a quarter of its
    cost."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return {name: _own(field, memo) for name, field in self.items()}


def _own(field: forms.Field, memo: dict[int, Any]) -> forms.Field:
    """As Field.__deepcopy__ and Widget.__deepcopy__ copy; what copies in another way is left to it."""
    choices = getattr(field, "_choices", None)
    if (
        type(field).__deepcopy__ not in _AS_FIELDS_DO
        or type(field.widget).__deepcopy__ not in _AS_WIDGETS_DO
        or choices
    ):
        return copy.deepcopy(field, memo)
    widget, made = _same(field.widget), _same(field)
    widget.attrs = widget.attrs.copy()
    made.widget, made.error_messages, made.validators = widget, made.error_messages.copy(), made.validators[:]
    return made


def _same(one: Any) -> Any:
    made = object.__new__(type(one))
    made.__dict__ = one.__dict__.copy()
    return made


_AS_FIELDS_DO = {forms.Field.__deepcopy__, forms.ChoiceField.__deepcopy__}
_AS_WIDGETS_DO = {forms.Widget.__deepcopy__, forms.widgets.ChoiceWidget.__deepcopy__}


class TypedField(forms.Field):
    """Typed text to a value. `required_message` replaces the sentence made from the label."""

    widget: type[forms.Widget] | forms.Widget = forms.TextInput
    attributes: ClassVar[dict[str, str]] = {}

    def __init__(self, *, required_message: str | None = None, called: str = "", **kwargs: Any) -> None:
        """`called` is how a sentence names the field whose label asks: "Lý do" for "Vì sao mở lại"."""
        self.required_message = required_message
        self.called = called
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return {name: value for name, value in self.attributes.items() if name not in widget.attrs}

    def to_python(self, value: Any) -> Any:
        typed = "" if value is None else str(value)
        if text.is_blank(typed):
            return self.nothing()
        try:
            return self.value(typed)
        except Refused as refusal:
            raise ValidationError(refusal.sentence, code="invalid") from None

    def value(self, typed: str) -> Any:
        raise NotImplementedError

    def nothing(self) -> Any:
        return None

    def validate(self, value: Any) -> None:
        if self.required and value in self.empty_values:
            raise ValidationError(self.required_message or f"Hãy nhập {self._label_inside()}.", code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what they mean: 0912.345.678 for 0912345678 changes what is shown, a line end as CRLF changes nothing."""
        if self.disabled:
            return False
        try:
            return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))
        except ValidationError:
            return True

    def _label(self) -> str:
        return self.called or (str(self.label) if self.label else "Mục này")

    def _label_inside(self) -> str:
        """The label within a sentence: họ và tên, but CCCD."""
        label = self._label()
        return label if label[:2].isupper() and len(label) > 1 else label[0].lower() + label[1:]


class TextField(TypedField):
    """Several lines, at most `limit` code points of canonical text."""

    widget: type[forms.Widget] | forms.Widget = forms.Textarea

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)

    def value(self, typed: str) -> str:
        return text.kept(typed)

    def nothing(self) -> str:
        return ""

    def validate(self, value: Any) -> None:
        super().validate(value)
        excess = len(value) - self.limit
        if excess > 0:
            raise ValidationError(
                f"{self._label()} dài {formats.whole(len(value))} ký tự; tối đa {formats.whole(self.limit)}. "
                f"Hãy bớt {formats.whole(excess)} ký tự.",
                code="too_long",
            )


class LineField(TextField):
    """One line: line ends and runs of blanks become one space."""

    widget: type[forms.Widget] | forms.Widget = forms.TextInput

    def value(self, typed: str) -> str:
        return text.kept_line(typed)


class NameField(LineField):
    """A person's name, one word or six. A number alone is none."""

    attributes: ClassVar[dict[str, str]] = {"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false"}

    def __init__(self, *, limit: int = 120, **kwargs: Any) -> None:
        super().__init__(limit=limit, **kwargs)

    def value(self, typed: str) -> str:
        return names.canonical_name(typed)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not any(map(str.isalpha, value)):
            raise ValidationError(f"{self._label()} phải có chữ, ví dụ Nguyễn Văn An.", code="invalid")


class EmailField(LineField):
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}
    widget = forms.EmailInput

    def __init__(self, *, limit: int = 254, **kwargs: Any) -> None:
        super().__init__(limit=limit, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value:
            try:
                validate_email(value)
            except ValidationError:
                raise ValidationError(
                    "Địa chỉ thư điện tử không đúng, ví dụ ten@congdoan.vn.", code="invalid"
                ) from None


class PhoneField(TypedField):
    """To phones.Phone, or None."""

    widget = forms.TextInput(attrs={"type": "tel"})
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "tel", "inputmode": "tel"}

    def value(self, typed: str) -> phones.Phone:
        return phones.parse(typed)

    def prepare_value(self, value: Any) -> Any:
        return value.typed if isinstance(value, phones.Phone) else value


class IdentityField(TypedField):
    """To the digits alone, or "". The field never fills itself in from the browser's memory."""

    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off", "inputmode": "numeric"}

    def value(self, typed: str) -> str:
        return identity.parse(typed)

    def nothing(self) -> str:
        return ""


class DayField(TypedField):
    """To a date, or None."""

    # The number pad of an iPhone has no slash: days.parse takes 20042021 as well.
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off", "inputmode": "numeric"}

    def value(self, typed: str) -> date:
        return days.parse(typed)

    def prepare_value(self, value: Any) -> Any:
        return days.shown(value) if isinstance(value, date) else value


class OpeningField(TypedField):
    """To the first instant in time: "7h00 ngày 8/1/2022", or a day from its midnight."""

    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off"}

    def value(self, typed: str) -> datetime:
        return days.parse_opening(typed)

    def prepare_value(self, value: Any) -> Any:
        return days.exact(value) if isinstance(value, datetime) else value


class ClosingField(TypedField):
    """To the first instant too late: "24h00 ngày 20/4/2021", or a day to its end."""

    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off"}

    def value(self, typed: str) -> datetime:
        return days.parse_closing(typed)

    def prepare_value(self, value: Any) -> Any:
        return days.exact_closing(value) if isinstance(value, datetime) else value


class WholeField(forms.IntegerField):
    """A number as it is written here: 75.000 is seventy-five thousand, where Django reads 75."""

    widget = forms.TextInput(attrs={"class": "vIntegerField", "inputmode": "numeric"})

    def to_python(self, value: Any) -> int | None:
        typed = text.ascii_digits(text.single_line("" if value is None else str(value)))
        if _GROUPED.fullmatch(typed):
            typed = re.sub("[., ]", "", typed)
        elif not _WHOLE.fullmatch(typed) and typed:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(typed)

    def prepare_value(self, value: Any) -> Any:
        return formats.whole(value) if isinstance(value, int) else value


class MoneyField(TypedField):
    """To money.Money, whose dong is None for "không tính được bằng tiền"; None where nothing was typed."""

    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off", "inputmode": "text"}

    def value(self, typed: str) -> money.Money:
        return money.parse(typed)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, money.Money):
            return money.shown(value.dong)
        return money.shown(value) if isinstance(value, int) else value
