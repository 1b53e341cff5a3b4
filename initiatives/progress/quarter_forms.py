"""What staff type about quarters and clusters; what it comes to is the rules' (`recognising.py`, `clusters.py`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from initiatives.models import Campaign, Cluster, Quarter
from initiatives.progress.clusters import PlacedMeanwhile, Wanted
from initiatives.progress.recognising import LONGEST_REASON, RecognitionRefused
from orgtree.models import Unit
from portal.vietnamese.fields import LineField

NONE = ""
LONGEST_CODE = 100


def line(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"} | attributes)


class QuarterForm(forms.Form):
    """One of the small forms of a quarter's page; a refusal stands beside the field it is about."""

    def refuse(self, refusal: RecognitionRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


class NameForm(QuarterForm):
    code = LineField(label="Mã biên nhận", limit=LONGEST_CODE, widget=line(inputmode="numeric"))
    reason = LineField(
        label="Vì sao tiêu biểu",
        called="Lý do tiêu biểu",
        limit=LONGEST_REASON,
        widget=line(**{"class": "vTextField wide"}),
        help_text="Trang công khai in nguyên câu này. Đừng ghi tên người.",
    )


class DocumentForm(QuarterForm):
    document = LineField(
        label="Số văn bản ghi nhận",
        required=False,
        limit=Quarter._meta.get_field("document").max_length or 0,
        widget=line(),
    )


class ArrangeForm(forms.Form):
    """`unit_<pk>` holds the cluster of each unit; beside it, hidden, the one that was shown (`seen_…`)."""

    def __init__(
        self, *args: Any, units: Sequence[Unit], clusters: Sequence[Cluster], stands: Mapping[int, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        choices = [(NONE, "Chưa xếp cụm"), *((str(cluster.pk), cluster.name) for cluster in clusters)]
        for unit in units:
            stand = stands.get(unit.pk)
            initial = NONE if stand is None else str(stand)
            self.fields[f"unit_{unit.pk}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                initial=initial,
                label=f"Cụm, khối của {unit}",
                widget=forms.Select(attrs={"aria-label": f"Cụm, khối của {unit}"}),
                error_messages={"invalid_choice": "Cụm, khối này không còn. Hãy chọn lại."},
            )
            # Shown again as it was posted: whoever saves a second time has seen what is marked.
            self.fields[f"seen_{unit.pk}"] = forms.CharField(required=False, initial=initial, widget=forms.HiddenInput)

    def wanted(self) -> Iterator[Wanted]:
        """Of every unit that was posted: a page that was cut off moves nobody."""
        for unit in self.units:
            if f"unit_{unit.pk}" in self.data:
                chosen, seen = self.cleaned_data[f"unit_{unit.pk}"], self.cleaned_data[f"seen_{unit.pk}"]
                yield Wanted(unit.pk, _key(chosen), _key(seen))

    def tell(self, refusal: PlacedMeanwhile, clusters: Mapping[int, str]) -> None:
        """Marks the units that stand elsewhere now, with where; sent again, what is chosen here is meant."""
        data = self.data.copy()
        for unit, cluster in refusal.stands.items():
            where = clusters.get(cluster, "") if cluster else ""
            self.add_error(f"unit_{unit}", f"Nay đang ở “{where}”." if where else "Nay chưa xếp cụm.")
            data[f"seen_{unit}"] = NONE if cluster is None else str(cluster)
        self.data = data

    @property
    def rows(self) -> list[tuple[Unit, Any, Any]]:
        return [(unit, self[f"unit_{unit.pk}"], self[f"seen_{unit.pk}"]) for unit in self.units]


class TakeOverForm(forms.Form):
    source = forms.ChoiceField(
        label="Chương trình", error_messages={"invalid_choice": "Hãy chọn một chương trình trong danh sách."}
    )

    def __init__(self, *args: Any, campaigns: Sequence[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(each.slug, each.name) for each in campaigns]  # type: ignore[attr-defined]


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
