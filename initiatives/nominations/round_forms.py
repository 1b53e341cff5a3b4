"""What is asked of a round, and of a unit's own numbers in it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.forms.models import BaseInlineFormSet, ModelChoiceIterator
from django.utils.functional import cached_property

from initiatives.campaigns.structure import outside_structure
from initiatives.models import Campaign, Choice, ChoiceList, DossierPart, Nomination, Quota, Score, SelectionRound
from initiatives.models.selection import TAKES_PART
from initiatives.nominations import rounds, scoring
from orgtree.models import StaffAccount
from orgtree.models.unit import PARENT_LEVELS
from orgtree.roles import RANK, Role
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.names import sort_key

ASKED_PARTS = [(part.value, part.label) for part in DossierPart if part != DossierPart.OTHER]


class Ticked(forms.MultipleChoiceField):
    """Some of a list, kept as a list of codes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages={"invalid_choice": "Có ô được chọn không có trong danh sách."}, **kwargs)


class ByGivenName(ModelChoiceIterator):
    """In the order of Vietnamese lists of people, which no database knows by itself."""

    def __iter__(self) -> Iterator[Any]:
        return map(self.choice, sorted(self.queryset, key=lambda one: (sort_key(one.get_full_name()), one.pk)))


class Assessors(forms.ModelMultipleChoiceField):
    """Staff by their names, as colleagues know them."""

    widget = forms.CheckboxSelectMultiple
    iterator = ByGivenName

    def label_from_instance(self, obj: StaffAccount) -> str:
        return f"{obj.get_full_name()} ({obj.get_role_display().lower()})"


class RoundForm(forms.ModelForm):
    refusal = ""  # what saving was refused with: then the form comes back as it was typed
    is_hosts = False  # of somebody who holds the round: its staff are nobody else's to see

    takes_part = Ticked(label="Cấp tham gia", choices=TAKES_PART, help_text="Các đơn vị ngay dưới đơn vị xét chọn.")
    dossier_items = Ticked(label="Hồ sơ gồm", choices=ASKED_PARTS, required=False)
    commended_fields = Ticked(
        label="Lĩnh vực được biểu dương",
        required=False,
        help_text="Sáng kiến ở lĩnh vực khác vẫn giới thiệu được, cổng sẽ nhắc. Không chọn ô nào: mọi lĩnh vực.",
    )

    assessors = Assessors(
        label="Người chấm",
        queryset=StaffAccount.objects.none(),
        required=False,
        help_text="Chỉ khi đợt có tiêu chí chấm điểm. Mỗi người chấm riêng, không thấy điểm của nhau.",
        error_messages={"invalid_choice": "Có người được chọn không còn trong danh sách."},
    )

    class Meta:
        model = SelectionRound
        fields = (
            "campaign",
            "host",
            "name",
            "opens_at",
            "dossier_due",
            "takes_part",
            "each_unit_min",
            "each_unit_max",
            "dossier_items",
            "commended_fields",
            "climbs",
            "layout",
            "own_layout",
            "assessors",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("takes_part", "dossier_items", "commended_fields"):
            if name in self.fields:
                self.fields[name].error_messages["required"] = "Hãy chọn ít nhất một ô."
        if "takes_part" in self.fields and self.instance.pk:
            below = [level for level, parents in PARENT_LEVELS.items() if self.instance.host.level in parents]
            self.fields["takes_part"].choices = [each for each in TAKES_PART if each[0] in below]
        if "commended_fields" in self.fields:
            offered = Choice.objects.filter(list=ChoiceList.FIELD).order_by("position", "code")
            if self.instance.pk:
                offered = offered.filter(campaign=self.instance.campaign_id)
            # Before the campaign is chosen those of all of them are offered, each once by its words.
            codes: dict[str, str] = {}
            for code, label in offered.values_list("code", "label"):
                codes.setdefault(label, code)
            self.fields["commended_fields"].choices = {code: label for label, code in codes.items()}.items()
            if not self.instance.pk:
                may_be = offered.filter(may_be_commended=True).values_list("code", flat=True)
                self.initial.setdefault("commended_fields", list(dict.fromkeys(may_be)))
        if "assessors" in self.fields:
            self.fields["assessors"].queryset = assessors_for(self.instance) if self.is_hosts else assessors_for(None)

    def clean(self) -> dict[str, Any]:
        """What rests on a round that has begun stays: where it is held, and in which campaign."""
        cleaned = super().clean() or {}
        if self.refusal:
            raise forms.ValidationError(self.refusal)
        for name in ("campaign", "host"):
            if self.instance.pk and name in self.changed_data and has_begun(self.instance):
                self.add_error(name, "Đợt này đã có đơn vị giới thiệu nên không đổi được.")
        campaign, host = cleaned.get("campaign"), cleaned.get("host")
        outside = outside_structure(host, campaign, advice="Hãy chọn") if campaign and host else ""
        if outside:
            self.add_error("host", outside)
        if campaign and cleaned.get("commended_fields") and "campaign" in self.changed_data:
            cleaned["commended_fields"] = self.as_the_campaign_has_them(campaign, cleaned["commended_fields"])
        opens_at, due = cleaned.get("opens_at"), cleaned.get("dossier_due")
        if opens_at and due and opens_at >= rounds.end_of(due):
            self.add_error("opens_at", f"Đợt phải mở trước khi hết hạn gửi hồ sơ (hết ngày {days.shown(due)}).")
        if self.instance.pk and "takes_part" in cleaned:
            self.keep_those_who_began(cleaned["takes_part"])
        return cleaned

    def as_the_campaign_has_them(self, campaign: Campaign, chosen: Sequence[str]) -> list[str]:
        """The codes by which `campaign` knows the fields that were chosen; what only others have says nothing here."""
        words = {label for code, label in self.fields["commended_fields"].choices if code in chosen}
        own = campaign.choices.filter(list=ChoiceList.FIELD).order_by("position", "code").values_list("code", "label")
        found = [code for code, label in own if label in words]
        if not found:
            self.add_error("commended_fields", f"“{campaign.name}” không có lĩnh vực nào trong các ô đã chọn.")
        return found

    def keep_those_who_began(self, levels: Collection[str]) -> None:
        """A level whose units have sent or put somebody forward stays: nobody would find their dossiers any more."""
        began = _began_at(self.instance)
        for level, label in TAKES_PART:
            if level in began and level not in levels:
                said = f"{whole(began[level])} đơn vị thuộc cấp “{label}” đã giới thiệu hoặc gửi hồ sơ nên không bỏ cấp này được."
                self.add_error("takes_part", said)


def has_begun(round: SelectionRound) -> bool:
    """Whether somebody nominated or began a dossier."""
    return Nomination.objects.filter(round=round).exists() or round.dossiers.exists()


def _began_at(round: SelectionRound) -> dict[str, int]:
    """How many units of each level sent a dossier or put somebody forward; one that was only opened binds nobody."""
    standing = Nomination.objects.standing().filter(round=round, unit=OuterRef("unit"))
    began = round.dossiers.filter(Q(version__gt=0) | Exists(standing))
    return dict(began.order_by().values_list("unit__level").annotate(Count("pk")))


def assessors_for(round: SelectionRound | None) -> Any:
    """The host's own staff who may decide; nobody before the host is known."""
    if round is None or not round.pk:
        return StaffAccount.objects.none()
    roles = [role for role, rank in RANK.items() if rank >= RANK[Role.REVIEWER]]
    return StaffAccount.objects.filter(unit__current_path=round.host.current_path, is_active=True, role__in=roles)


class QuotaForm(forms.ModelForm):
    class Meta:
        model = Quota
        fields = ("unit", "minimum", "maximum")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "unit" in self.fields:
            self.fields["unit"].disabled = True  # another unit is another row

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("unit") and cleaned.get("minimum") is None and cleaned.get("maximum") is None:
            raise forms.ValidationError("Ghi số ít nhất hoặc số nhiều nhất của riêng đơn vị này, hoặc bỏ dòng này.")
        if cleaned.get("unit") and not self.instance.pk and self.instance.round_id:
            plain = Quota.objects.filter(round=self.instance.round_id, unit=cleaned["unit"], minimum=None, maximum=None)
            self.instance = plain.first() or self.instance
        return cleaned


class QuotaFormSet(BaseInlineFormSet):
    """Exceptions. A unit that has taken places already has its row: it is that one which gets the numbers."""

    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(minimum=None, maximum=None)

    def clean(self) -> None:
        super().clean()
        round: SelectionRound = self.instance
        asked = [form.cleaned_data["unit"] for form in self.forms if form.cleaned_data.get("unit")]
        if not round.pk or not asked:
            return
        taking_part = set(
            rounds.participants(round).filter(pk__in=[unit.pk for unit in asked]).values_list("pk", flat=True)
        )
        for form in self.forms:
            unit = form.cleaned_data.get("unit")
            if unit and not form.cleaned_data.get("DELETE") and unit.pk not in taking_part:
                form.add_error(
                    "unit", f"{unit} không tham gia đợt này: chỉ các đơn vị ngay dưới đơn vị xét chọn, ở cấp đã chọn."
                )

    def delete_existing(self, obj: Quota, commit: bool = True) -> None:
        """The exception goes; the row stays, for it counts what was taken."""
        Quota.objects.filter(pk=obj.pk).update(minimum=None, maximum=None)


class CriterionFormSet(BaseInlineFormSet):
    """What was scored stays: its box to remove it is closed from the beginning."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields and form.instance.pk and form.instance.pk in self.scored:
            form.fields["DELETE"].disabled = True
            form.fields["DELETE"].widget.attrs["title"] = "Đã có người chấm tiêu chí này nên không bỏ được."

    @cached_property
    def scored(self) -> set[int]:
        return set(Score.objects.filter(criterion__round=self.instance.pk).values_list("criterion", flat=True))

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and Score.objects.filter(criterion=form.instance).exists():
                raise forms.ValidationError(f"Đã có người chấm tiêu chí “{form.instance}” nên không bỏ được.")
        for form in self.initial_forms:
            given = Score.objects.filter(criterion=form.instance).aggregate(most=Max("points"))["most"]
            if given is not None and form.cleaned_data.get("most") is not None and form.cleaned_data["most"] < given:
                form.add_error("most", f"Đã có người cho {scoring.shown(given)} điểm nên không hạ xuống dưới số này.")
