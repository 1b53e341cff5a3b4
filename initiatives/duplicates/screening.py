"""Screening: what each initiative leaves to be found by, and the pairs people shall decide on. Outside every request.

The queue is the empty column `screened_at`: whoever is killed leaves it as it was. One screens at a time, so that of two twins
which come in together the second finds the first.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from initiatives.duplicates import looking, pairs
from initiatives.duplicates.looking import Reading
from initiatives.duplicates.pairs import Screened
from initiatives.duplicates.shingles import Text
from initiatives.models import Band, Fingerprint, Initiative

ADVISORY_LOCK = 7_501_000_001


def screen(initiative: Initiative | int, *, at: datetime) -> bool:
    """Screens one, whether or not it waits. False where it was changed meanwhile: it then waits for the next time."""
    pk = initiative if isinstance(initiative, int) else initiative.pk
    return bool(_screen(Initiative.objects.filter(pk=pk), at=at, may_wait=True))


def screen_some(*, at: datetime, limit: int) -> int:
    """Screens the next `limit` of those that wait, and says how many: none also while another process is at it."""
    return _screen(Initiative.objects.filter(screened_at=None).order_by("pk")[:limit], at=at, may_wait=False)


def _screen(rows: QuerySet[Initiative], *, at: datetime, may_wait: bool) -> int:
    # Read and hashed before the transaction: SQLite lets nobody else write while it lasts.
    several = [
        Screened(row, Reading.of(Text.of(row)))
        for row in pairs.with_what_is_needed(rows)
        if row.erased_at is None  # all of these say the same
    ]
    if not several:
        return 0
    with transaction.atomic():
        if not _one_at_a_time(may_wait):
            return 0
        several = _as_they_were_read(several)
        _keep_fingerprints(several)
        for each in several:
            each.candidates = looking.candidates(each.reading.fingerprint, besides=[each.row.pk])
        found = pairs.find(several, at=at)
        unchanged = _locked_unchanged(several, found.others)
        pairs.write(found, of=unchanged)
        return Initiative.objects.filter(pk__in=unchanged).update(screened_at=at)


def _one_at_a_time(may_wait: bool) -> bool:
    """Held until the transaction ends. SQLite's writers queue by themselves."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if may_wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _as_they_were_read(several: Sequence[Screened]) -> list[Screened]:
    """Without those whose new text another process may have screened since: what it kept is not undone. Whoever is changed
    later than this waits anew, and what is kept here is replaced."""
    versions = dict(
        Initiative.objects.filter(pk__in=[each.row.pk for each in several]).order_by().values_list("pk", "version")
    )
    return [each for each in several if versions.get(each.row.pk) == each.row.version]


def _keep_fingerprints(several: Sequence[Screened]) -> None:
    pks = [each.row.pk for each in several]
    before = looking.prints_of(pks)
    new = {
        each.row.pk: each.reading.fingerprint for each in several if before.get(each.row.pk) != each.reading.fingerprint
    }
    outdated = {pk: before[pk].bands for pk in new if pk in before}
    if outdated:
        values = {value for bands in outdated.values() for value in bands}
        Band.objects.filter(value__in=values, initiative__in=outdated).delete()
    Band.objects.bulk_create(
        (Band(value=value, initiative_id=pk) for pk, made in new.items() for value in made.bands),
        ignore_conflicts=True,
    )
    Fingerprint.objects.bulk_create(
        (
            Fingerprint(
                initiative_id=pk, signature=made.signature, text_hash=made.text_hash, title_hash=made.title_hash
            )
            for pk, made in new.items()
        ),
        update_conflicts=True,
        unique_fields=["initiative"],
        update_fields=["signature", "text_hash", "title_hash"],
    )


def _locked_unchanged(several: Sequence[Screened], others: set[int]) -> list[int]:
    """Locks all that pairs will name, in the order of their keys as `lifecycle` does, so that neither blocks the other; the
    screened ones among them that nobody changed since they were read."""
    versions = {each.row.pk: each.row.version for each in several}
    locked = Initiative.objects.select_for_update(no_key=True).filter(pk__in={*versions, *others}).order_by("pk")
    return [pk for pk, version in locked.values_list("pk", "version") if versions.get(pk) == version]
