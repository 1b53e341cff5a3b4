"""What was sealed, beside what is there now: each seal in its chain, and every row it covers still the same.

One legitimate thing takes back what was sealed: an announced decision is recalled, and then the history of who stood in it says
so. Names on commendations leave with an erasure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from initiatives.history import seals
from initiatives.history.finding import COMMENDATION, DECISION, MILESTONE, QUARTER, SEAL, Finding
from initiatives.models import Act, Commendation, CommendationDecision, HistorySeal, ReviewEvent
from initiatives.models.initiative import ERASED_MARK
from portal.vietnamese.formats import whole

OUT_OF_CHAIN = "không nối với niêm phong trước"
ALTERED = "đã bị sửa: mã băm không khớp"
NOT_THERE = "không có niêm phong nào mang mã băm đã giữ ngoài cổng"
CHANGED_SINCE = "không còn như lúc niêm phong số {}"
NOT_SEALED = "công bố trước niêm phong cuối mà không niêm phong nào có"
KINDS = {"quarters": QUARTER, "milestones": MILESTONE, "decisions": DECISION, "names": COMMENDATION}


@dataclass
class Seals:
    """How many were looked at, and the last."""

    number: int = 0
    last: HistorySeal | None = None
    good: list[HistorySeal] = field(default_factory=list)


def findings(found: Seals, *, kept_outside: str = "") -> Iterator[Finding]:
    """`kept_outside` is the hash of a seal that somebody kept. Ask for it in one moment (`moment.py`)."""
    yield from _chain(found)
    if kept_outside and all(seal.hash != kept_outside for seal in found.good):
        yield Finding(SEAL, kept_outside[:16], NOT_THERE)
    for name in seals.ADDED:
        yield from _added(name, found.good)
    if found.good:
        yield from _announced(found.good)


def _chain(found: Seals) -> Iterator[Finding]:
    """What lies behind the first that is not whole is not believed."""
    previous, is_whole = "", True
    for seal in HistorySeal.objects.order_by("number").iterator(chunk_size=100):
        found.number += 1
        wrong = []
        if seal.number != found.number or seal.previous_hash != previous:
            wrong.append(OUT_OF_CHAIN)
        if seal.hash != seals.hash_of(seal):
            wrong.append(ALTERED)
        for what in wrong:
            yield Finding(SEAL, f"số {seal.number}", what)
        is_whole = is_whole and not wrong
        if is_whole:
            found.good.append(seal)
        previous, found.last = seal.hash, seal


def _added(name: str, good: Sequence[HistorySeal]) -> Iterator[Finding]:
    """All rows of a kind once, in the order of their keys, cut where the seals are."""
    if not good:
        return
    added = seals.ADDED[name]
    rows = added.rows(until=seals.until_of(good[-1], name))
    waiting = next(rows, None)

    def up_to(key: int) -> Iterator[tuple[int, str]]:
        nonlocal waiting
        while waiting is not None and waiting[0] <= key:
            yield waiting
            waiting = next(rows, None)

    for seal in good:
        number, digest = seals.digest_of(up_to(seals.until_of(seal, name)))
        sealed = seal.counts[name]
        if number != sealed:
            what = f"có {whole(sealed)} {added.label}, nay còn {whole(number)}"
        elif digest != seal.digests[name]["sha256"]:
            what = f"{added.label} không còn như lúc niêm phong"
        else:
            continue
        yield Finding(SEAL, f"số {seal.number}", what)


def _announced(good: Sequence[HistorySeal]) -> Iterator[Finding]:
    now = seals.announced(since=None, before=good[-1].upto)
    last: dict[str, dict[str, tuple[HistorySeal, str]]] = {name: {} for name in KINDS}
    for seal in good:
        for name in KINDS:
            last[name] |= {key: (seal, digest) for key, digest in seal.digests[name].items()}
    gone = {key for key, (_, digest) in last["decisions"].items() if now["decisions"].get(key) != digest}
    recalled = {key for key in gone if _is_recalled(int(key), last["decisions"][key][0])}
    excused = {"decisions": recalled, "names": _may_differ(last["names"].keys(), recalled)}
    for name, kind in KINDS.items():
        for key, (seal, digest) in last[name].items():
            if now[name].get(key) != digest and key not in excused.get(name, ()):
                yield Finding(kind, key, CHANGED_SINCE.format(seal.number))
        for key in now[name].keys() - last[name].keys():
            if name != "names":  # those of a decision are found with it
                yield Finding(kind, key, NOT_SEALED)


def _is_recalled(decision: int, seal: HistorySeal) -> bool:
    """Each history of those who stood in it says so since, by the number that stood on the paper then."""
    steps = ReviewEvent.objects.filter(act=Act.UNCOMMENDED, pk__gt=seals.until_of(seal, "steps"))
    row = CommendationDecision.objects.filter(pk=decision).first()
    if row is None:
        return False
    stood = Commendation.objects.filter(decision=decision).values("initiative")
    return steps.filter(Q(initiative__in=stood) | Q(note=row.number)).exists()


def _may_differ(keys: Iterable[str], recalled: set[str]) -> set[str]:
    """Commendations whose decision was recalled, or whose author was erased and stands there as erased."""
    erased = Commendation.objects.filter(initiative__erased_at__isnull=False, author=ERASED_MARK)
    without_names = {f"{decision}/{pk}" for decision, pk in erased.values_list("decision", "pk")}
    return without_names | {key for key in keys if key.partition("/")[0] in recalled}
