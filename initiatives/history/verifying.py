"""Whether anybody changed history behind the portal's back: chains, what was frozen as text, and seals, all of one moment.

Whoever can write in the database alone is found at once where they change what a step covers, and at the next seal where they
take steps or whole initiatives away. Taken away together with the newest seals, a seal's hash kept outside finds it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef

from initiatives.history import chains, frozen, sealed
from initiatives.history.chains import Counts
from initiatives.history.finding import QUARTER, VERSION, Finding
from initiatives.history.moment import one_moment
from initiatives.history.sealed import Seals
from initiatives.models import Campaign, DossierVersion, HistorySeal, Nomination, Outstanding, Quarter, Upkeep

NOT_ITS_TEXT = "nội dung không khớp mã băm"
ERASED_FOR_NOBODY = "ghi là đã xóa dữ liệu mà không có ai được xóa"
FETCHED = 50  # versions: a text may be long


@dataclass
class Verified:
    """What was looked at, how much of it was wrong, and the newest seal."""

    steps: Counts = field(default_factory=Counts)
    versions: int = 0
    quarters: int = 0
    seals: Seals = field(default_factory=Seals)
    findings: int = 0

    @property
    def last_seal(self) -> HistorySeal | None:
        return self.seals.last


def verify(
    clock: Callable[[], datetime],
    tell: Callable[[Finding], None],
    *,
    campaign: Campaign | None = None,
    kept_outside: str = "",
) -> Verified:
    """Tells of each finding as it comes, and writes a row of upkeep. Of one `campaign` only its initiatives are looked at."""
    began_at, found = clock(), Verified()
    with one_moment():
        for finding in _findings(found, campaign=campaign, kept_outside=kept_outside):
            found.findings += 1
            tell(finding)
    figures = {
        "initiatives": found.steps.initiatives,
        "steps": found.steps.steps,
        "seals": found.seals.number,
        "findings": found.findings,
    } | ({"campaign": campaign.pk} if campaign is not None else {})
    Upkeep.objects.create(
        kind=Upkeep.Kind.VERIFY, began_at=began_at, ended_at=clock(), is_good=not found.findings, figures=figures
    )
    return found


def _findings(found: Verified, *, campaign: Campaign | None, kept_outside: str) -> Iterator[Finding]:
    yield from chains.findings(found.steps, campaign=campaign)
    if campaign is None:
        yield from _versions(found)
        yield from _quarters(found)
        yield from sealed.findings(found.seals, kept_outside=kept_outside)


def _versions(found: Verified) -> Iterator[Finding]:
    """What was sealed of a dossier is its hash, or says since when somebody was erased in it."""
    erased = Nomination.objects.filter(
        round=OuterRef("dossier__round"), unit=OuterRef("dossier__unit"), initiative__erased_at__isnull=False
    )
    rows = DossierVersion.objects.order_by("pk").values_list("pk", "content", "hash", "erased_hash", Exists(erased))
    for pk, content, once, left, is_erased in rows.iterator(chunk_size=FETCHED):
        found.versions += 1
        is_whole = frozen.is_as_it_was(DossierVersion, pk, content, once=once, left=left)
        yield from _text(VERSION, pk, is_whole=is_whole, says_erased=bool(left), is_erased=is_erased)


def _quarters(found: Verified) -> Iterator[Finding]:
    erased = Outstanding.objects.filter(quarter=OuterRef("pk"), initiative__erased_at__isnull=False)
    announced = Quarter.objects.filter(announced_at__isnull=False).order_by("pk")
    rows = announced.values_list("pk", "basis", "sha256", "erased_sha256", Exists(erased))
    for pk, basis, once, left, is_erased in rows.iterator(chunk_size=FETCHED):
        found.quarters += 1
        is_whole = frozen.is_as_it_was(Quarter, pk, basis, once=once, left=left)
        yield from _text(QUARTER, pk, is_whole=is_whole, says_erased=bool(left), is_erased=is_erased)


def _text(kind: str, pk: int, *, is_whole: bool, says_erased: bool, is_erased: bool) -> Iterator[Finding]:
    if not is_whole:
        yield Finding(kind, str(pk), NOT_ITS_TEXT)
    if says_erased and not is_erased:
        yield Finding(kind, str(pk), ERASED_FOR_NOBODY)
