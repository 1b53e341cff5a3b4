"""What an officer may enter for: a campaign's questions and windows, and the units of the branch. Read once for many."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from django.utils.functional import cached_property

from initiatives.campaigns import windows
from initiatives.models import Campaign, Choice, ConsentText, Declaration, Phase, WindowExtension
from orgtree import search
from orgtree.models import StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import folded, single_line

CODE = re.compile(r"[a-z0-9][a-z0-9/-]{0,199}")
NAME_AND_CODE = re.compile(r".*\[(?P<code>[a-z0-9][a-z0-9/-]{0,199})\]")
LEARNT_AT_ONCE = 400
MOST_OF_A_LINE = 50  # units that went on in one


@dataclass
class Offer:
    """What a campaign asks and when, and the units of an officer's branch in its structure: read once for many entries."""

    campaign: Campaign
    by: StaffAccount
    choices: Sequence[Choice]
    declarations: Sequence[Declaration]
    phases: Sequence[Phase]
    extensions: Sequence[WindowExtension]
    consent_text: ConsentText | None
    _named: dict[str, Unit | None] = field(default_factory=dict, repr=False)  # by code
    _called: dict[str, Unit | None] = field(default_factory=dict, repr=False)  # by name

    @classmethod
    def of(cls, campaign: Campaign, *, by: StaffAccount, at: datetime) -> Self:
        """Five statements; the units are asked for as they are named (`learn` asks for many at once)."""
        return cls(
            campaign=campaign,
            by=by,
            choices=list(campaign.choices.all()),
            declarations=list(campaign.declarations.all()),
            phases=list(campaign.phases.all()),
            extensions=list(campaign.extensions.filter(unit__isnull=False).select_related("unit")),
            consent_text=ConsentText.in_force(at),
        )

    @cached_property
    def units(self) -> UnitQuerySet:
        """The units one may enter for: those of the campaign's structure in the officer's branch."""
        return Unit.objects.in_structure_of(self.campaign.structure_day).visible_to(self.by).exclude(depth=1)

    @cached_property
    def first_units(self) -> list[Unit]:
        """The first two of them: enough to know whether there is a choice."""
        return list(self.units.order_by("path")[:2])

    @cached_property
    def own_unit(self) -> Unit | None:
        """Where an entry belongs that names no unit: the officer's own as the campaign has it, or the only one there is. Where
        several went on in it, nobody knows which."""
        if self.by.unit is not None:
            line = list(self.units.filter(current_path=self.by.unit.current_path).order_by("path")[:MOST_OF_A_LINE])
            own = next((unit for unit in line if unit.pk == self.by.unit.pk), None)
            if own is not None or len(line) == 1:
                return own or line[0]
        return self.first_units[0] if len(self.first_units) == 1 else None

    def know(self, unit: Unit) -> None:
        """Takes `unit` for one of them: what is corrected may stay where it is."""
        self._named[unit.code] = unit

    def learn(self, codes: Iterable[str]) -> None:
        """Asks for the units of many codes at once; what is none of the branch is remembered as none."""
        new = sorted({code for code in codes if code not in self._named and CODE.fullmatch(code)})
        for start in range(0, len(new), LEARNT_AT_ONCE):
            some = new[start : start + LEARNT_AT_ONCE]
            found = {unit.code: unit for unit in self.units.filter(code__in=some)}
            self._named |= {code: found.get(code) for code in some}

    def unit_named(self, typed: str) -> Unit | None:
        """The unit of a code, of "Tên [mã]", or of a name that only one of them bears; "" is the officer's own."""
        typed = single_line(typed)[:300]
        if not typed:
            return self.own_unit
        named = NAME_AND_CODE.fullmatch(typed)
        code = named["code"] if named else typed
        self.learn([code])
        found = self._named.get(code)
        if found is None and not named and "/" not in typed:
            if typed not in self._called:
                self._called[typed] = self._unit_called(typed)
            found = self._called[typed]
        return found

    def verdict(self, unit: Unit | None, *, at: datetime) -> windows.Verdict:
        """The deadline rule for `unit`, without asking the database again."""
        if not self.campaign.is_published:
            return windows.Verdict(windows.State.CLOSED, at, paused=True)
        grace = timedelta(minutes=self.campaign.grace_minutes)
        return windows.judge(self.phases, self.extensions, at=at, unit=unit, grace=grace)

    def _unit_called(self, name: str) -> Unit | None:
        wanted = folded(name)
        found = [each.unit for each in search.find(name, among=self.units, limit=5)] if wanted else []
        exact = [unit for unit in found if wanted in {folded(unit.name), folded(unit.short_name)}]
        return exact[0] if len(exact) == 1 else None


def phone_of(account: StaffAccount | None) -> phones.Phone | None:
    """An officer's own phone: it opens the record of whoever has none."""
    try:
        return phones.parse(account.phone) if account is not None else None
    except Refused:
        return None
