"""What must always be true of clusters and quarters, by name; `initiatives/invariants.py` asks it together with the rest."""

from collections.abc import Callable, Iterator

from django.db.models import F

from initiatives.history import frozen
from initiatives.models import ClusterUnit, Outstanding, Quarter
from initiatives.progress import quarter_basis, quarters


def _what_was_announced_stands() -> Iterator[object]:
    """The text has its hash, and the list of the outstanding is the one in the text."""
    for quarter in Quarter.objects.filter(announced_at__isnull=False).order_by("pk").iterator():
        once, left = quarter.sha256, quarter.erased_sha256
        if not frozen.is_as_it_was(Quarter, quarter.pk, quarter.basis, once=once, left=left):
            yield quarter.pk
            continue
        outcome = quarter_basis.read(quarter)
        rows = Outstanding.objects.filter(quarter=quarter).order_by("pk").values_list("initiative", "reason")
        is_of_another = outcome.span.starts_on != quarter.starts_on or outcome.document != quarter.document
        if is_of_another or list(rows) != [(each.initiative, each.reason) for each in outcome.outstanding]:
            yield quarter.pk


def _outstanding_ones_are_of_their_quarter() -> Iterator[object]:
    rows = Outstanding.objects.select_related("initiative", "quarter").order_by("pk")
    for row in rows.iterator():
        is_own = row.initiative.campaign_id == row.quarter.campaign_id
        if not is_own or not quarters.Span(row.quarter.starts_on).holds(row.initiative.submitted_at):
            yield row.pk


def _units_stand_in_a_cluster_of_their_campaign() -> Iterator[object]:
    yield from ClusterUnit.objects.exclude(campaign=F("cluster__campaign")).values_list("pk", flat=True)


QUARTERS: dict[str, Callable[[], Iterator[object]]] = {
    "quý đã công bố giữ nguyên căn cứ": _what_was_announced_stands,
    "sáng kiến tiêu biểu thuộc quý của mình": _outstanding_ones_are_of_their_quarter,
    "đơn vị ở cụm của cùng chương trình": _units_stand_in_a_cluster_of_their_campaign,
}
