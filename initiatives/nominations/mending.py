"""Where each line of a dossier's checklist is mended; what is about one nominee stands together."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from initiatives.models import Dossier
from initiatives.nominations.checklist import Checklist, Item, Mend, Warning

PART, NOMINEE = "phan", "de-cu"  # what the desk's address says of the paper that is to be added
DOSSIER = "ho-so"  # to which dossier a page of a complaint leads back


@dataclass(frozen=True)
class Mending:
    sentence: str
    address: str = ""
    label: str = ""


@dataclass(frozen=True)
class Group:
    """All that is said of one nominee; of the dossier itself where nobody is named."""

    of_whom: str
    lines: tuple[Mending, ...]


def missing(checklist: Checklist, dossier: Dossier) -> list[Group]:
    return _grouped(checklist.missing, dossier)


def warned(checklist: Checklist, dossier: Dossier) -> list[Group]:
    return _grouped(checklist.warnings, dossier)


def _grouped(said: Iterable[Item | Warning], dossier: Dossier) -> list[Group]:
    by_nominee: dict[str, list[Mending]] = {}
    for each in said:
        by_nominee.setdefault(each.of_whom, []).append(_mending(each, dossier))
    return [Group(of_whom, tuple(lines)) for of_whom, lines in by_nominee.items()]


def _mending(said: Item | Warning, dossier: Dossier) -> Mending:
    sentence = said.missing if isinstance(said, Item) else said.sentence
    return Mending(sentence, *_way(said.mend, dossier)) if said.mend else Mending(sentence)


def _way(mend: Mend, dossier: Dossier) -> tuple[str, str]:
    what = mend[0]
    if what == "nominate":
        return reverse("admin:initiatives_dossier_candidates", args=[dossier.pk]), "Giới thiệu sáng kiến"
    if what == "initiative":
        return reverse("admin:initiatives_initiative_change", args=[mend[1]]), "Xem sáng kiến"
    if what == "complaint":
        address = reverse("admin:initiatives_complaint_change", args=[mend[1]])
        return f"{address}?{urlencode({DOSSIER: dossier.pk})}", "Giải quyết"
    if what == "standing":
        return (
            f"{reverse('admin:initiatives_dossier_change', args=[dossier.pk])}#de-cu-{mend[1]}",
            "Xem trong danh sách",
        )
    asked = {PART: mend[1]} | ({NOMINEE: mend[2]} if mend[2] else {})
    desk = reverse("admin:initiatives_dossier_change", args=[dossier.pk])
    return f"{desk}?{urlencode(asked)}#them-tai-lieu", "Thêm tài liệu"
