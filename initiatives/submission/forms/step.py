"""What both steps share: a form of one campaign, and one answer out of its lists."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from initiatives.models import Asked, Campaign, Choice, ChoiceList
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

    def options(self, which: ChoiceList) -> list[tuple[str, str]]:
        return [(choice.code, choice.label) for choice in self.choices if choice.list == which]

    def _typed(self, name: str) -> str:
        """An answer as one line, whether it was judged or not; "" while nothing was sent."""
        return single_line(str(self.data.get(name) or "")) if self.is_bound else ""


class OneOf(forms.ChoiceField):
    """One of a campaign's choices, as radio buttons; a code of another time gets a sentence."""

    def __init__(self, *, ask: str, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(
            error_messages={"required": ask, "invalid_choice": "Lựa chọn này không còn. Hãy chọn lại."}, **kwargs
        )
