"""The numbers of a page of units, as people type them; what they come to is `target_setting.set_targets`'s."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from initiatives.models import Target
from initiatives.progress.target_setting import ChangedMeanwhile, CountWanted, Wanted
from initiatives.progress.targets import When
from orgtree.models import Unit
from portal.vietnamese.fields import DayField, LineField, WholeField
from portal.vietnamese.formats import NOTHING, whole

MOST = 100_000_000  # more than there are workers
NO_NUMBER = "Hãy ghi một số, ví dụ 3.000. Để trống nếu không giao."
LONGEST_DOCUMENT = 100


def number_field(label: str, **kwargs: Any) -> WholeField:
    return WholeField(
        label=label,
        required=False,
        min_value=1,
        max_value=MOST,
        error_messages={
            "invalid": NO_NUMBER,
            "min_value": "Số ít nhất là 1. Để trống nếu không có.",
            "max_value": f"Số nhiều nhất là {whole(MOST)}. Hãy xem lại.",
        },
        **kwargs,
    )


class TargetsForm(forms.Form):
    """`target_<unit>` and, where the whole is set, `count_<unit>`; beside each, hidden, what was shown (`seen_…`)."""

    due_on = DayField(label="Đến hết ngày", required=False)
    document = LineField(label="Số văn bản giao", required=False, limit=LONGEST_DOCUMENT)
    for_all = forms.BooleanField(
        label="Ghi ngày và số văn bản này cho mọi đơn vị đã có chỉ tiêu trong trang", required=False
    )

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        when: When,
        stored: Mapping[int, Target],
        declared: Mapping[int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units, self.when, self.stored, self.declared = units, when, stored, declared
        for unit in units:
            target = stored.get(unit.pk)
            self._ask(f"target_{unit.pk}", f"Chỉ tiêu của {unit}", target.quantity if target else None)
            if when.is_whole:
                self._ask(f"count_{unit.pk}", f"Số CĐCS của {unit}", declared.get(unit.pk))

    def _ask(self, name: str, label: str, stands: int | None) -> None:
        field = number_field(label, initial=stands)
        field.widget.attrs |= {"aria-label": label, "autocomplete": "off"}
        self.fields[name] = field
        # Shown again as it was posted: whoever saves a second time has seen what is marked.
        self.fields[f"seen_{name}"] = forms.CharField(required=False, initial=stands, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        told = cleaned.get("due_on") or cleaned.get("document")
        if told and not self.errors and not cleaned.get("for_all") and not any(self.changed_units()):
            self.add_error(
                "for_all",
                "Chưa có chỉ tiêu nào đổi. Hãy chọn ô này để ghi cho mọi đơn vị trong trang, hoặc bỏ trống ngày và số văn bản.",
            )
        return cleaned

    def changed_units(self) -> Iterator[Unit]:
        """Those whose number differs from what was shown."""
        for unit in self.units:
            name = f"target_{unit.pk}"
            if self._was_shown(name) and self.cleaned_data.get(name) != self._seen(name):
                yield unit

    def wanted(self) -> list[Wanted]:
        """The day and document typed once go to what is changed here, or to all; where none is typed, the old ones stay."""
        due_on, document = self.cleaned_data["due_on"], self.cleaned_data["document"]
        changed = {unit.pk for unit in self.changed_units()}
        found = []
        for unit in self.units:
            name, target = f"target_{unit.pk}", self.stored.get(unit.pk)
            if unit.pk in changed:
                quantity = self.cleaned_data[name]
            elif self.cleaned_data["for_all"] and target is not None:
                quantity = target.quantity
            else:
                continue
            found.append(
                Wanted(
                    unit.pk,
                    self.when,
                    quantity,
                    due_on=due_on or (target.due_on if target else None),
                    document=document or (target.document if target else ""),
                    seen=(self._seen(name),),
                )
            )
        return found

    def counts(self) -> list[CountWanted]:
        names = {unit.pk: f"count_{unit.pk}" for unit in self.units if self._was_shown(f"count_{unit.pk}")}
        return [
            CountWanted(pk, self.cleaned_data.get(name), seen=(self._seen(name),))
            for pk, name in names.items()
            if self.cleaned_data.get(name) != self._seen(name)
        ]

    def tell(self, refusal: ChangedMeanwhile) -> None:
        """Beside each number that somebody else changed, what it is now; saved again, the one typed here stands."""
        told = [("target", refusal.targets), ("count", refusal.counts)]
        self.data = data = dict(self.data.items())
        for kind, units in told:
            for pk, now in units.items():
                name = f"{kind}_{pk}"
                self.add_error(
                    name, f"Vừa được đổi thành {NOTHING if now is None else whole(now)}. Lưu lại để ghi số của bạn."
                )
                data[f"seen_{name}"] = "" if now is None else str(now)

    def _was_shown(self, name: str) -> bool:
        """A unit that came to this page meanwhile was on nobody's screen: its empty field says nothing."""
        return f"seen_{name}" in self.data

    def _seen(self, name: str) -> int | None:
        seen = self.cleaned_data.get(f"seen_{name}", "")
        return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else None
