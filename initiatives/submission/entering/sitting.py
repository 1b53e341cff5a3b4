"""One sitting of an officer who enters a pile of paper: what was entered in it, and what stays for the next sheet."""

from collections.abc import Collection, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from initiatives.models import Campaign
from initiatives.submission.entering.reprints import ONE_PRINTING

SESSION_KEY = "entering"
MOST = 500  # numbers of rows that a session holds
# What is the same from one sheet of a pile to the next; nothing of a person.
KEPT = ("unit", "unit_name", "workplace", "bloc", "target_group", "recognised_by")


@dataclass
class Sitting:
    """`rows` are the numbers of the initiatives entered, the first one first."""

    campaign: str
    rows: list[int] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Mapping[str, Any], campaign: Campaign) -> "Sitting":
        """The one going on, where it is about this campaign; else a new one."""
        found = session.get(SESSION_KEY) or {}
        if found.get("campaign") != campaign.slug:
            return cls(campaign.slug)
        return cls(campaign.slug, list(found["rows"]), dict(found["kept"]))

    def note(self, session: MutableMapping[str, Any], pk: int, typed: Mapping[str, Any]) -> None:
        if pk not in self.rows:
            self.rows = [*self.rows, pk][-MOST:]
        self.kept = {name: str(typed.get(name) or "") for name in KEPT}
        there = session.get(SESSION_KEY) or {}
        printed = there.get("printed", {}) if there.get("campaign") == self.campaign else {}
        session[SESSION_KEY] = {"campaign": self.campaign, "rows": self.rows, "kept": self.kept, "printed": printed}


def rows_in(session: Mapping[str, Any]) -> list[int]:
    """The numbers of what was entered in the sitting going on, whatever its campaign."""
    return list((session.get(SESSION_KEY) or {}).get("rows", ()))


def printed_first(session: MutableMapping[str, Any], keys: Collection[int], *, at: datetime) -> set[int]:
    """Those of `keys` that were entered in the sitting going on and are printed for the first time; remembers them."""
    found = session.get(SESSION_KEY) or {}
    printed: dict[str, float] = dict(found.get("printed", {}))
    own = {str(key): key for key in keys if key in found.get("rows", ())}
    new = [key for key in own if key not in printed]
    if new:
        session[SESSION_KEY] = found | {"printed": printed | dict.fromkeys(new, at.timestamp())}
    since = (at - ONE_PRINTING).timestamp()
    return {key for name, key in own.items() if printed.get(name, since) >= since}


def end(session: MutableMapping[str, Any]) -> None:
    session.pop(SESSION_KEY, None)
