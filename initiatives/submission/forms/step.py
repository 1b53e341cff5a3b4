"""What both steps share: a form of one campaign, and one answer out of its lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.choices import BaseChoiceIterator

from initiatives.models import Asked, Campaign, Choice, ChoiceList
from portal.vietnamese.fields import OwnFields
from portal.vietnamese.text import single_line


class StepForm(forms.Form):
    """A step of one campaign. `remarks` are what the union asked to be mended, by field name."""

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        campaign: Campaign,
        choices: Sequence[Choice],
        today: date,
        remarks: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.base_fields = OwnFields(self.base_fields)  # type: ignore[misc]  # this form's alone
        super().__init__(data, **kwargs)
        self.campaign = campaign
        self.choices = choices
        self.today = today
        self.build()
        for name, sentences in (remarks or {}).items():
            if name in self.fields:
                self.fields[name].remark = " ".join(sentences)  # type: ignore[attr-defined]

    def build(self) -> None:
        """Adjusts the fields to the campaign."""
        raise NotImplementedError

    def ask(self, name: str, asked: str) -> None:
        if asked == Asked.OFF:
            del self.fields[name]
        else:
            self.fields[name].required = asked == Asked.REQUIRED

    def hide_errors(self) -> None:
        """Shows what was typed without judging it: the step was only sent to get another question."""
        self._errors = ErrorDict()

    def options(self, which: ChoiceList) -> "Pairs":
        return Pairs((choice.code, choice.label) for choice in self.choices if choice.list == which)

    def _typed(self, name: str) -> str:
        """An answer as one line, whether it was judged or not; "" while nothing was sent."""
        return single_line(str(self.data.get(name) or "")) if self.is_bound else ""


class Pairs(BaseChoiceIterator):
    """Choices that are known to be pairs of texts: Django looks at each of them for what else it may be, at every form twice."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = list(pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


class OneOf(forms.ChoiceField):
    """One of a campaign's choices, as radio buttons; a code of another time gets a sentence."""

    def __init__(self, *, ask: str, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(
            error_messages={"required": ask, "invalid_choice": "Lựa chọn này không còn. Hãy chọn lại."}, **kwargs
        )
