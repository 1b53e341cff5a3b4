"""Forms that grant a later closing time: to a unit and all below it, or to one person's draft."""

from datetime import datetime
from typing import Any

from django import forms

from initiatives.campaigns.structure import outside_structure
from initiatives.models import Campaign, Draft, Phase, WindowExtension
from portal.vietnamese import days
from portal.vietnamese.fields import ClosingField, LineField


class PhaseField(forms.ModelChoiceField):
    def label_from_instance(self, phase: Phase) -> str:
        return f"{phase.name}, đóng {days.closing(phase.closes_at)} ({phase.campaign})"


class ExtensionForm(forms.ModelForm):
    """For a unit. The phase may be left empty: the campaign's last one."""

    phase = PhaseField(
        Phase.objects.select_related("campaign"),
        label="Đợt",
        required=False,
        help_text="Để trống là đợt cuối của chương trình.",
    )
    closes_at = ClosingField(
        label="Đóng lúc", help_text="Ví dụ: đến hết ngày 22/4/2021, 24h00 ngày 22/4/2021 hoặc 17h00 ngày 22/4/2021."
    )

    class Meta:
        model = WindowExtension
        fields = ("campaign", "unit", "phase", "closes_at", "reason", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit" in self.fields:
            self.fields["unit"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        campaign, phase, closes_at = (cleaned.get(name) for name in ("campaign", "phase", "closes_at"))
        if campaign and phase and phase.campaign_id != campaign.pk:
            self.add_error("phase", "Đợt này thuộc một chương trình khác.")
        elif campaign and closes_at:
            refusal = refuses_closing(closes_at, phase or campaign.phases.last())
            if refusal:
                self.add_error("closes_at", refusal)
        unit = cleaned.get("unit")
        # Granted to such a unit it would open for none and be told to all.
        outside = outside_structure(unit, campaign, advice="Hãy gia hạn cho") if campaign and unit else ""
        if outside:
            self.add_error("unit", outside)
        return cleaned


class PersonalExtensionForm(forms.Form):
    """For one draft that came too late: until when, and why."""

    closes_at = ClosingField(label="Được gửi đến", help_text="Ví dụ: đến hết ngày 22/4/2021 hoặc 17h00 ngày 22/4/2021.")
    reason = LineField(label="Lý do", limit=300)
    document = LineField(label="Số văn bản", limit=100, required=False)

    def __init__(self, *args: Any, phase: Phase | None, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phase, self.at = phase, at

    def clean_closes_at(self) -> datetime:
        closes_at = self.cleaned_data["closes_at"]
        refusal = refuses_closing(closes_at, self.phase)
        if not refusal and closes_at <= self.at:
            refusal = "Thời điểm này đã qua. Hãy ghi một thời điểm ở phía trước."
        if refusal:
            raise forms.ValidationError(refusal)
        return closes_at


def refuses_closing(closes_at: datetime, phase: Phase | None) -> str:
    """Why a phase cannot be lengthened to `closes_at`, as a sentence; "" when it can."""
    if phase is None:
        return "Chương trình chưa có đợt nào để gia hạn."
    if closes_at <= phase.closes_at:
        return f"Giờ đóng mới phải sau {days.closing(phase.closes_at)}, giờ đóng của {phase.name}."
    return ""


def phase_missed_by(draft: Draft) -> Phase | None:
    """The phase a late draft came too late for: the last one closed by then, else the campaign's last."""
    campaign: Campaign = draft.campaign
    phases = list(campaign.phases.all())
    missed = [phase for phase in phases if draft.late_at and phase.closes_at <= draft.late_at]
    return missed[-1] if missed else phases[-1] if phases else None
