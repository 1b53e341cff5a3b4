"""Emulation clusters: which of the units directly below the confederation compete with one another (M32).

A unit stands in one cluster of a campaign or in none. Clusters may change at any time: what was announced of a quarter keeps
those it was announced with.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from initiatives.models import Campaign, Cluster, ClusterUnit
from orgtree.lines import standing_in
from orgtree.models import StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.roles import Role
from portal.vietnamese.formats import whole
from portal.vietnamese.refusals import Refused

MOST_TOLD = 5


class ClustersRefused(Refused):
    pass


class NotTheConfederations(ClustersRefused):
    def __init__(self) -> None:
        super().__init__("Việc này của quản trị và người quản lý ở Tổng Liên đoàn.")


class PlacedMeanwhile(ClustersRefused):
    """Somebody else put some of the units elsewhere since they were shown; by unit, the cluster in which each stands now."""

    def __init__(self, stands: Mapping[int, int | None], names: Sequence[str]) -> None:
        super().__init__(
            f"Có đơn vị vừa được người khác xếp lại: {told(names)}. Cổng chưa ghi gì. Hãy xem các dòng được đánh dấu rồi lưu lại."
        )
        self.stands = stands


@dataclass(frozen=True)
class Wanted:
    """In which cluster a unit is to stand, None for none; and in which it stood when that was chosen."""

    unit: int
    cluster: int | None
    seen: int | None


@dataclass(frozen=True)
class Arranged:
    """How many units were put into a cluster, moved to another one, taken out."""

    placed: int = 0
    moved: int = 0
    taken_out: int = 0

    @property
    def sentence(self) -> str:
        parts = [
            f"{what} {whole(number)} đơn vị"
            for what, number in (("xếp", self.placed), ("chuyển cụm", self.moved), ("bỏ khỏi cụm", self.taken_out))
            if number
        ]
        return f"Đã {', '.join(parts)}." if parts else "Không có gì thay đổi."


@dataclass
class TakenOver:
    """What came of the clusters of another campaign; `left` names each unit that could not be carried, and why."""

    clusters: int = 0
    units: int = 0
    left: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return f"Đã lấy {whole(self.clusters)} cụm, khối mới và xếp {whole(self.units)} đơn vị."


def may_edit(account: StaffAccount) -> bool:
    """Clusters and quarters are the confederation's: its administrators, and managers whose unit it is."""
    if not account.is_active or account.unit is None:
        return False
    return account.role == Role.ADMINISTRATOR or (account.role == Role.MANAGER and account.unit.depth == 1)


def told(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" và {whole(len(names) - MOST_TOLD)} đơn vị nữa" if len(names) > MOST_TOLD else ""
    return f"{', '.join(names[:MOST_TOLD])}{more}"


def competing(campaign: Campaign) -> UnitQuerySet:
    """Who competes: what stands directly below the confederation in the campaign's structure, in the order of the tree."""
    in_structure = Unit.objects.in_structure_of(campaign.structure_day)
    return in_structure.filter(depth=2).order_by("path")


def of(campaign: Campaign) -> list[Cluster]:
    return list(Cluster.objects.filter(campaign=campaign).order_by("order", "pk"))


def places(campaign: Campaign) -> dict[int, int]:
    """By unit, its cluster."""
    return dict(ClusterUnit.objects.filter(campaign=campaign).values_list("unit", "cluster"))


def with_clusters(campaign: Campaign) -> list[Campaign]:
    """Other campaigns from which clusters can be taken over, the latest first."""
    return list(Campaign.objects.exclude(pk=campaign.pk).filter(clusters__isnull=False).distinct().order_by("-pk"))


@transaction.atomic
def arrange(campaign: Campaign, wanted: Iterable[Wanted], *, by: StaffAccount) -> Arranged:
    """Puts each unit into the cluster wanted; of what is not named nothing changes. Raises ClustersRefused.

    A unit that stands elsewhere than was seen is moved by nobody: whoever chooses must have read where it is.
    """
    wanted = list(wanted)
    hold(campaign, by)
    names = {unit.pk: str(unit) for unit in competing(campaign)}
    clusters = {cluster.pk: cluster for cluster in of(campaign)}
    if any(each.unit not in names or each.cluster not in {None, *clusters} for each in wanted):
        raise ClustersRefused("Có đơn vị hoặc cụm, khối không còn trong chương trình này. Hãy mở lại trang.")
    stands = places(campaign)
    changed = [each for each in wanted if stands.get(each.unit) != each.cluster]
    overtaken = {each.unit: stands.get(each.unit) for each in changed if stands.get(each.unit) != each.seen}
    if overtaken:
        raise PlacedMeanwhile(overtaken, [names[unit] for unit in overtaken])
    _write(campaign, {each.unit: each.cluster for each in changed})
    _note(clusters, [(each.cluster or stands[each.unit], names[each.unit]) for each in changed], by=by)
    return Arranged(
        placed=sum(each.unit not in stands for each in changed),
        moved=sum(each.unit in stands and each.cluster is not None for each in changed),
        taken_out=sum(each.cluster is None for each in changed),
    )


@transaction.atomic
def take_over(campaign: Campaign, source: Campaign, *, by: StaffAccount) -> TakenOver:
    """The clusters of `source` with their places and units: each unit as the structure of `campaign` has it, itself, or what it
    goes on in, or what it was. What stands here already stays where it is. Raises ClustersRefused."""
    hold(campaign, by)
    done = TakenOver()
    offered = {unit.pk: unit for unit in competing(campaign)}
    own = {cluster.name: cluster for cluster in of(campaign)}
    stands = places(campaign)
    cluster_of = {cluster.pk: cluster for cluster in own.values()}
    noted: list[tuple[int | None, str]] = []
    members = ClusterUnit.objects.filter(campaign=source).select_related("unit").order_by("unit__path")
    for theirs in of(source):
        cluster = own.get(theirs.name)
        if cluster is None:
            cluster = Cluster.objects.create(
                campaign=campaign, name=theirs.name, order=theirs.order, places=theirs.places
            )
            own[theirs.name] = cluster_of[cluster.pk] = cluster
            done.clusters += 1
        for member in (each for each in members if each.cluster_id == theirs.pk):
            found = offered.get(member.unit_id) or standing_in(member.unit, day=campaign.structure_day)
            if found is None or found.pk not in offered:
                done.left.append(f"{member.unit}: không còn ngay dưới Tổng Liên đoàn trong chương trình này")
                continue
            there = stands.get(found.pk)
            if there is None:
                stands[found.pk] = cluster.pk
                ClusterUnit.objects.create(campaign=campaign, cluster=cluster, unit=found)
                noted.append((cluster.pk, str(found)))
                done.units += 1
            elif there != cluster.pk:
                done.left.append(f"{member.unit}: {found} đã ở “{cluster_of[there].name}”")
    _note(cluster_of, noted, by=by)
    return done


def hold(campaign: Campaign, by: StaffAccount) -> None:
    """Whoever arranges the clusters of a campaign, one after the other."""
    if not may_edit(by):
        raise NotTheConfederations
    list(Campaign.objects.filter(pk=campaign.pk).select_for_update(no_key=True).values_list("pk"))


def _write(campaign: Campaign, changed: Mapping[int, int | None]) -> None:
    ClusterUnit.objects.filter(campaign=campaign, unit__in=changed.keys()).delete()
    ClusterUnit.objects.bulk_create(
        ClusterUnit(campaign=campaign, cluster_id=cluster, unit_id=unit)
        for unit, cluster in changed.items()
        if cluster is not None
    )


def _note(clusters: Mapping[int, Cluster], changed: Collection[tuple[int | None, str]], *, by: StaffAccount) -> None:
    """In the history of each cluster that changed."""
    for pk in Counter(cluster for cluster, _ in changed):
        if pk is not None:
            names = [name for cluster, name in changed if cluster == pk]
            words = f"Xếp lại: {told(names)}."
            LogEntry.objects.log_actions(by.pk, [clusters[pk]], CHANGE, change_message=words)
