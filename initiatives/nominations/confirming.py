"""What stands behind a key printed on paper: a certificate, or a dossier as it was sealed.

A certificate bears 32 hexadecimal digits, a dossier its hash of 64; the first sixteen are printed for who types them.
Whatever people type between the digits is passed over.
"""

import json
import re
from dataclasses import dataclass

from initiatives.models import Commendation, DossierVersion

CERTIFICATE, DOSSIER = 32, 64  # digits
SHORTEST = 16  # 64 bits: nobody finds one by trying
LONGEST_TYPED = 200
_KEY = re.compile(r"[0-9a-f]{16,64}")
_NOT_DIGITS = re.compile(r"[^0-9a-z]+")
AFTER_F = "g"  # follows every hexadecimal digit


@dataclass(frozen=True)
class ConfirmedDossier:
    """What may be told of a sealed dossier: nothing of any person."""

    version: DossierVersion
    nominees: int
    newest: int  # the number of the last version

    @property
    def is_superseded(self) -> bool:
        return self.version.number < self.newest


def key_in(typed: str) -> str:
    """The digits in `typed`; "" where they are no key."""
    digits = _NOT_DIGITS.sub("", typed[:LONGEST_TYPED].lower())
    return digits if _KEY.fullmatch(digits) else ""


def grouped(key: str) -> str:
    """As it is printed: A1B2 C3D4 E5F6 0718."""
    short = key[:SHORTEST].upper()
    return " ".join(short[at : at + 4] for at in range(0, SHORTEST, 4))


def certificate_of(key: str) -> Commendation | None:
    """The announced one that bears `key`, or begins with it, while its initiative is valid. One statement."""
    if len(key) > CERTIFICATE:
        return None
    bearing = Commendation.objects.standing().filter(key__gte=key, key__lt=key + AFTER_F)
    return _the_only_one(bearing.select_related("decision__unit", "decision__campaign"))


def dossier_of(key: str) -> ConfirmedDossier | None:
    """The sealed version whose hash is `key`, or begins with it. One statement."""
    bearing = DossierVersion.objects.filter(hash__gte=key, hash__lt=key + AFTER_F)
    version = _the_only_one(bearing.select_related("dossier__unit", "dossier__round__host", "dossier__round__campaign"))
    if version is None:
        return None
    return ConfirmedDossier(version, _nominees(version.content), version.dossier.version)


def _nominees(content: str) -> int:
    """How many were chosen; the reserves are none."""
    nominees = json.loads(content).get("nominees", [])
    return sum(1 for each in nominees if each.get("standing", "chosen") == "chosen")


def _the_only_one(rows):  # type: ignore[no-untyped-def]
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None
