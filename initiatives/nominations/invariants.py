"""What must always be true of selecting, by name; `initiatives/invariants.py` asks it together with the rest."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Exists, F, Max, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from initiatives.history import frozen
from initiatives.models import (
    Act,
    Commendation,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierFile,
    DossierState,
    DossierVersion,
    Exemplar,
    LetterTemplate,
    Nomination,
    Quota,
    ReviewEvent,
    Status,
)
from initiatives.models.dossier import SEALED_STATES
from initiatives.nominations.sealing import written
from initiatives.submission.files.store import NotAStoredName, the_store

LED_BY = {
    DossierAct.SEALED: DossierState.SENT,
    DossierAct.RECEIVED: DossierState.RECEIVED,
    DossierAct.RETURNED: DossierState.RETURNED,
    DossierAct.ACCEPTED: DossierState.ACCEPTED,
}


def _places_taken_are_those_of_the_chosen() -> Iterator[object]:
    counted = Quota.objects.annotate(chosen=_many(Nomination.objects.chosen()))
    yield from counted.exclude(taken=F("chosen")).values_list("pk", flat=True)
    without = Nomination.objects.chosen().filter(~Exists(_of_its_place(Quota)))
    yield from (f"đề cử {pk}" for pk in without.values_list("pk", flat=True))


def _limits_follow_from_the_round() -> Iterator[object]:
    for pk, limit, own, of_all in Quota.objects.values_list("pk", "limit", "maximum", "round__each_unit_max"):
        if limit != (of_all if own is None else own):
            yield pk


def _those_who_stand_have_a_dossier() -> Iterator[object]:
    yield from Nomination.objects.standing().filter(~Exists(_of_its_place(Dossier))).values_list("pk", flat=True)


def _open_dossiers_hold_what_is_valid() -> Iterator[object]:
    is_open = ~Exists(_of_its_place(Dossier).filter(state__in=SEALED_STATES))
    gone = Nomination.objects.standing().exclude(initiative__status=Status.VALID)
    yield from gone.filter(is_open).values_list("pk", flat=True)


def _ranks_run_from_one() -> Iterator[object]:
    """Among the chosen and among the reserves of each unit and round."""
    rows = Nomination.objects.standing().order_by().values("round", "unit", "standing")
    for row in rows.annotate(several=Count("rank", distinct=True), all=Count("pk"), last=Max("rank")):
        if not row["several"] == row["all"] == row["last"]:
            yield f"đợt {row['round']}, đơn vị {row['unit']}"


def _nominations_are_in_the_history() -> Iterator[object]:
    told = ReviewEvent.objects.filter(initiative=OuterRef("initiative"), act=Act.NOMINATED, at=OuterRef("nominated_at"))
    yield from Nomination.objects.filter(~Exists(told)).values_list("pk", flat=True)


def _versions_match_their_hash() -> Iterator[object]:
    """And are written in the one way a content is written, so that the text can be made again from what it says."""
    columns = ("pk", "content", "hash", "erased_hash")
    for pk, content, once, left in DossierVersion.objects.values_list(*columns).iterator():
        try:
            is_canonical = written(json.loads(content)) == content
        except ValueError:
            is_canonical = False
        if not is_canonical or not frozen.is_as_it_was(DossierVersion, pk, content, once=once, left=left):
            yield pk


def _versions_are_numbered_without_gaps() -> Iterator[object]:
    """What was sealed has its version, and nothing that was sealed is gone."""
    counted = Dossier.objects.annotate(many=Count("versions"), last=Coalesce(Max("versions__number"), 0))
    for pk, state, said, many, last in counted.values_list("pk", "state", "version", "many", "last"):
        if not said == many == last or (state in SEALED_STATES and not said):
            yield pk


def _those_who_stand_are_those_who_were_sealed() -> Iterator[object]:
    """Nobody joins, leaves or moves while a dossier is with the level above."""
    for dossier in Dossier.objects.sealed().order_by("pk").iterator():
        version = DossierVersion.objects.filter(dossier=dossier, number=dossier.version).first()
        if version is None:
            continue  # said by another name
        standing = Nomination.objects.filter(round=dossier.round_id, unit=dossier.unit_id).standing().in_order()
        they = list(standing.values_list("initiative__receipt_code", "standing", "rank"))
        if they != _sealed_in(version.content):
            yield dossier.pk


def _state_is_where_the_last_event_led() -> Iterator[object]:
    last = DossierEvent.objects.filter(dossier=OuterRef("pk"), act__in=LED_BY).order_by("-pk").values("act")[:1]
    for pk, state, act in Dossier.objects.annotate(led_by=Subquery(last)).values_list("pk", "state", "led_by"):
        if state != (LED_BY[DossierAct(act)] if act else DossierState.PREPARING):
            yield pk


def _papers_have_their_files() -> Iterator[object]:
    """Also those that were taken away: an earlier version holds them."""
    yield from _without_file(DossierFile.objects.exclude(stored_name=""), "hồ sơ", "stored_name", "size")
    yield from _without_file(LetterTemplate.objects.all(), "mẫu tờ trình", "stored_name", "size")
    yield from _without_file(Exemplar.objects.exclude(picture=""), "gương tiêu biểu", "picture", None)


def _commendations_lie_in_the_campaign_of_their_decision() -> Iterator[object]:
    strange = Commendation.objects.exclude(initiative__campaign=F("decision__campaign"))
    yield from strange.values_list("pk", flat=True)


def _what_was_announced_is_in_the_history() -> Iterator[object]:
    told = ReviewEvent.objects.filter(
        initiative=OuterRef("initiative"), act=Act.COMMENDED, at=OuterRef("decision__announced_at")
    )
    yield from Commendation.objects.announced().filter(~Exists(told)).values_list("pk", flat=True)


def _of_its_place(model: type[Model]) -> QuerySet[Any]:
    """The row of the same unit in the same round."""
    return model._default_manager.filter(round=OuterRef("round"), unit=OuterRef("unit"))


def _many(nominations: QuerySet[Nomination]) -> Coalesce:
    of_a_place = nominations.filter(round=OuterRef("round"), unit=OuterRef("unit")).order_by().values("round")
    return Coalesce(Subquery(of_a_place.annotate(many=Count("pk")).values("many")), 0)


def _sealed_in(content: str) -> list[tuple[str, str, int]]:
    try:
        return [(each["receipt_code"], each["standing"], each["rank"]) for each in json.loads(content)["nominees"]]
    except (ValueError, KeyError, TypeError):
        return []


def _without_file(rows: QuerySet[Any], named: str, column: str, size: str | None) -> Iterator[str]:
    kept_in = the_store()
    for row in rows.order_by("pk").iterator():
        try:
            there = kept_in.held(getattr(row, column)).size
        except (NotAStoredName, FileNotFoundError):
            yield f"{named} {row.pk}"
            continue
        if size and there != getattr(row, size):
            yield f"{named} {row.pk}"


SELECTION: dict[str, Callable[[], Iterator[object]]] = {
    "số chỗ đã dùng bằng số sáng kiến được giới thiệu": _places_taken_are_those_of_the_chosen,
    "số chỗ theo đúng số của đợt": _limits_follow_from_the_round,
    "sáng kiến được giới thiệu có hồ sơ": _those_who_stand_have_a_dossier,
    "hồ sơ đang mở chỉ có sáng kiến hợp lệ": _open_dossiers_hold_what_is_valid,
    "thứ tự giới thiệu liền nhau": _ranks_run_from_one,
    "mỗi lần giới thiệu có trong lịch sử": _nominations_are_in_the_history,
    "mỗi lần gửi khớp mã băm": _versions_match_their_hash,
    "các lần gửi đánh số liền nhau": _versions_are_numbered_without_gaps,
    "hồ sơ đã gửi giữ đúng danh sách đã niêm phong": _those_who_stand_are_those_who_were_sealed,
    "trạng thái hồ sơ khớp bước cuối": _state_is_where_the_last_event_led,
    "mỗi tài liệu xét chọn có tệp": _papers_have_their_files,
    "biểu dương thuộc chương trình của quyết định": _commendations_lie_in_the_campaign_of_their_decision,
    "biểu dương đã công bố có trong lịch sử": _what_was_announced_is_in_the_history,
}
