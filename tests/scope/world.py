"""Who stands where, and who may read what: the questions that every test of the scope asks.

What is written in a row holds a mark that names the kind and the place of the row and stands nowhere else, so that any
answer says by itself whose rows it tells of. `making.py` writes them.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps

from initiatives.models import Attachment, Campaign, Complaint, Dossier, SelectionRound, TwinPair
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import RANK, Role
from portal.vietnamese.days import VIETNAM

NOW = datetime(2022, 5, 20, 9, 0, tzinfo=VIETNAM)
MISSING = 987_654_321  # the number of no row
# Every secret is one of these: a long word, or digits in groups or not.
MARKS = (re.compile(r"[a-z0-9]{8,}"), re.compile(r"\d[\d ]*\d"))

# The place of each unit, its level and the place above; the order is that of the tree.
PLACES = {
    "quenam": (Level.PROVINCE, "tld"),
    "songda": (Level.DISTRICT, "quenam"),
    "maysong": (Level.GRASSROOTS, "songda"),
    "nuixanh": (Level.DISTRICT, "quenam"),
    "chenui": (Level.GRASSROOTS, "nuixanh"),
    "bacha": (Level.PROVINCE, "tld"),
    "venbien": (Level.DISTRICT, "bacha"),
    "cahop": (Level.GRASSROOTS, "venbien"),
}
# Nobody works there yet.
UNSTAFFED = {"xuongmoi": (Level.GRASSROOTS, "songda"), "xuongxa": (Level.GRASSROOTS, "venbien")}
HERE = "songda"  # the rows that everybody is asked about

PEOPLE = {
    "administrator": ("tld", Role.ADMINISTRATOR),
    "province": ("quenam", Role.MANAGER),
    "manager": (HERE, Role.MANAGER),
    "reviewer": (HERE, Role.REVIEWER),
    "viewer": (HERE, Role.VIEWER),
    "below": ("maysong", Role.REVIEWER),
    "manager below": ("maysong", Role.MANAGER),
    "beside": ("nuixanh", Role.MANAGER),
    "neighbour": ("bacha", Role.MANAGER),
    "viewer beside": ("venbien", Role.VIEWER),
    "unplaced": ("nowhere", Role.MANAGER),  # has no unit
    "closed": (HERE, Role.MANAGER),
}
NOBODY = "nobody"  # has not signed in
STAFF = tuple(name for name in PEOPLE if name != "closed")
STRANGERS = ("below", "manager below", "beside", "neighbour", "viewer beside", "unplaced")
INSIDERS = tuple(name for name in STAFF if name not in STRANGERS)
# One of each place and role that sees less than the whole tree, for what takes many questions.
WITNESSES = ("province", "manager", "viewer", "below", "beside", "neighbour", "unplaced")
FEW = ("province", "viewer", "below", "beside")

# What every worker may search the whole country for, at `/don-vi/`: a search in the admin may take longer for these.
PUBLIC = {"name", "shortname", "alias", "pastname", "code"}
# What is known of those above: everybody knows to whom a unit belongs, and in which rounds it takes part.
NAMES_OF_UNITS = {"name", "shortname", "code", "roundname", "number of selectionround"}

# What a dossier tells of its unit and its nominees: who holds the round reads it wherever the unit has gone.
TOLD_IN_A_DOSSIER = {
    "number of dossier",
    "number of dossierfile",
    "scan",
    "fullname",
    "number of sealer",
    "decidedperson",
    "decidedtitle",
    "decideddescription",
    "decidedworkplace",
    "phone",
    "receipt",
}


@dataclass(frozen=True)
class Secret:
    """A text that only the branch of its place may read."""

    text: str
    kind: str
    place: str
    twin: str = ""  # of the same shape, and nobody's
    owner: int | None = None  # the account it is for alone

    def __post_init__(self) -> None:
        assert any(mark.fullmatch(self.text) for mark in MARKS), f"{self.text!r} would be found in no page"

    def __str__(self) -> str:
        return f"{self.kind} of {self.place}"


@dataclass
class World:
    media: Path
    campaign: Campaign
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, StaffAccount] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)

    # --- who may read what ----------------------------------------------------------------------------------------------

    def is_in_branch(self, place: str, who: str) -> bool:
        """Whether `place` is the unit of `who` or lies below it."""
        unit, other = self.people[who].unit, self.units.get(place)
        return place == PEOPLE[who][0] or bool(unit and other and other.current_path.startswith(unit.current_path))

    def is_above(self, place: str, who: str) -> bool:
        """Whether `place` lies above the unit of `who`."""
        unit, other = self.people[who].unit, self.units.get(place)
        return bool(unit and other and unit.current_path.startswith(other.current_path))

    def is_sent_to(self, place: str, who: str) -> bool:
        """Whether the dossier of `place` lies with a host in the branch of `who`."""
        return place in self.rows["dossier"] and self.is_in_branch(PLACES[place][1], who)

    def may_read(self, secret: Secret, who: str) -> bool:
        if secret.owner is not None:
            return secret.owner == self.people[who].pk
        if self.is_in_branch(secret.place, who):
            return True
        return secret.kind in NAMES_OF_UNITS and self.is_above(secret.place, who)

    def leaks(self, text: str, who: str, *, known: Iterable[str] = (), sent: Iterable[str] = ()) -> list[str]:
        """What of other branches stands in `text`; `known` kinds are told to everybody who may open the page, `sent` ones to
        whoever holds the round."""
        marks = marks_in(text)
        return sorted(
            str(secret)
            for secret in self.secrets
            if secret.text in marks
            and secret.kind not in known
            and not self.may_read(secret, who)
            and not (secret.kind in sent and self.is_sent_to(secret.place, who))
        )

    def missed(self, text: str, kinds: Iterable[str], *, of: str) -> set[str]:
        """Which of `kinds` of the place `of` do not stand in `text`. The confederation itself bears no marks of a unit."""
        if of == PEOPLE["administrator"][0]:
            kinds = set(kinds) - NAMES_OF_UNITS
        marks = marks_in(text)
        return set(kinds) - {each.kind for each in self.secrets if each.place == of and each.text in marks}

    def elsewhere(self, who: str) -> str:
        """A place that `who` does not see, the nearest that everybody is asked about."""
        return next(place for place in (HERE, "nuixanh", "venbien") if not self.is_in_branch(place, who))

    def secrets_of(self, place: str, *kinds: str) -> list[Secret]:
        """Those that can be asked for."""
        return [each for each in self.secrets if each.place == place and each.kind in kinds and each.twin]

    def of(self, kind: str, place: str = HERE) -> Any:
        return self.rows[kind][place]

    def in_branch(self, model: Any, who: str) -> set[int]:
        """The numbers of the rows of `model` that belong to the branch of `who`, counted without any query of ours."""
        above = StaffAccount.objects.select_related("unit").get(pk=self.people[who].pk).unit
        if above is None:
            return set()
        return {row.pk for row in model._default_manager.all() if is_seen(row, above)}

    def as_it_stands(self) -> "World":
        """With its units and people as they are after a change of the tree."""
        units = Unit.objects.in_bulk([unit.pk for unit in self.units.values()])
        people = StaffAccount.objects.select_related("unit").in_bulk([each.pk for each in self.people.values()])
        return replace(
            self,
            units={place: units[unit.pk] for place, unit in self.units.items()},
            people={name: people[each.pk] for name, each in self.people.items()},
        )

    def snapshot(self) -> dict[str, str]:
        """Every table of ours as it stands, by a digest of its rows."""
        kept = {}
        for app in ("orgtree", "initiatives", "admin"):
            for model in apps.get_app_config(app).get_models():
                rows = model._default_manager.order_by("pk").values_list()
                written = repr(
                    [[bytes(each) if isinstance(each, memoryview) else each for each in row] for row in rows]
                )
                kept[model._meta.label] = hashlib.sha256(written.encode()).hexdigest()
        return kept


def marks_in(text: str) -> str:
    """What of a page may hold a secret: to look for a thousand of them in all of it took a sixth of these tests' time."""
    return "\n".join({found for mark in MARKS for found in mark.findall(text)})


def is_seen(row: Any, above: Unit) -> bool:
    """Whether a row is seen from `above`. A pair belongs to all three: whoever decides, and where the two lie. A dossier belongs
    to its unit and to the host of its round; a round is seen by those it is held for as well."""
    if isinstance(row, TwinPair):
        return all(is_inside(unit, above) for unit in (row.decider, row.earlier.unit, row.later.unit))
    if isinstance(row, Dossier):
        return is_inside(row.unit, above) or is_inside(row.round.host, above)
    unit = unit_of(row)
    if isinstance(row, SelectionRound) and above.current_path.startswith(row.host.current_path):
        return True
    return unit is not None and is_inside(unit, above)


def is_inside(unit: Unit, above: Unit) -> bool:
    return unit.current_path.startswith(above.current_path)


def unit_of(row: Any) -> Unit | None:
    """Where a row belongs."""
    if isinstance(row, Unit):
        return row
    if isinstance(row, SelectionRound):
        return row.host
    if isinstance(row, Attachment | Complaint):
        row = row.initiative
    return row.unit or (row.draft.unit if getattr(row, "draft", None) else None)


def has_role(who: str, least: str) -> bool:
    return who in STAFF and RANK[PEOPLE[who][1]] >= RANK[least]
