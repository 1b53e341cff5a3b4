"""Points of one assessor for one nominee: a field for each criterion, empty where nothing was given yet."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from initiatives.models import Criterion
from initiatives.nominations import scoring
from initiatives.nominations.scoring import Sheet
from portal.vietnamese import text

_POINTS = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")


class PointsField(forms.Field):
    """8; 8,5; 8.25. To a Decimal, or None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "score-points"})

    def __init__(self, criterion: Criterion, **kwargs: Any) -> None:
        self.criterion = criterion
        super().__init__(label=criterion.name, required=False, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        typed = text.ascii_digits(text.single_line("" if value is None else str(value)))
        if not typed:
            return None
        if not _POINTS.fullmatch(typed):
            raise ValidationError("Ghi điểm bằng số, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 8,5.", code="invalid")
        points = Decimal(typed.replace(",", "."))
        if points > self.criterion.most:
            raise ValidationError(scoring.out_of_range(self.criterion), code="invalid")
        return points

    def prepare_value(self, value: Any) -> Any:
        return scoring.shown(value) if isinstance(value, Decimal) else value


class PointsForm(forms.Form):
    def __init__(self, sheet: Sheet, data: Any = None, *, criteria: Sequence[Criterion]) -> None:
        self.sheet = sheet
        super().__init__(data, prefix=f"n{sheet.nomination.pk}", label_suffix="")
        for criterion in criteria:
            self.fields[f"c{criterion.pk}"] = PointsField(criterion, initial=sheet.points.get(criterion.pk))

    @property
    def points(self) -> dict[scoring.Key, Decimal | None]:
        nomination = self.sheet.nomination.pk
        return {(nomination, int(name[1:])): given for name, given in self.cleaned_data.items()}
