"""What must always be true of selecting: silent on rounds that were played by the rules, loud where one thing is broken."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from initiatives import lifecycle
from initiatives.invariants import INVARIANTS, violations
from initiatives.models import (
    Act,
    Commendation,
    Dossier,
    DossierEvent,
    DossierFile,
    DossierState,
    DossierVersion,
    Initiative,
    LetterTemplate,
    Nomination,
    Quota,
    SelectionRound,
    Standing,
    Status,
)
from initiatives.nominations import nominating
from initiatives.nominations.invariants import SELECTION
from tests.factories import InitiativeFactory, ReviewEventFactory
from tests.factories.selection import CommendationFactory, ExemplarFactory
from tests.nominations.sending import ALL_THREE, NOON, Desk, desk

pytestmark = pytest.mark.django_db
CHAIN = "lịch sử nối nhau bằng mã băm"


@pytest.fixture
def played() -> Desk:
    """Sent, returned and sent again; with somebody withdrawn, a reserve, and one commended."""
    ours = desk(dossier_items=ALL_THREE, each_unit_max=3)
    first, second = ours.complete("Bàn gá", "Máy sấy")
    ours.nominate("Dự bị", as_reserve=True)
    ours.seal()
    ours.send_back()
    nominating.withdraw(first.pk, because="Nhầm", by=ours.reviewer, at=NOON)
    ours.nominate("Bơm nước")
    ours.put(first.initiative, as_reserve=True)
    nominating.withdraw(
        Nomination.objects.get(initiative__title="Bơm nước").pk, because="Nhầm", by=ours.reviewer, at=NOON
    )
    ours.seal(at=NOON + timedelta(days=1))
    commended = CommendationFactory(decision__campaign=ours.round.campaign, initiative=second.initiative)
    lifecycle.note(second.initiative, Act.COMMENDED, by=ours.reviewer, at=commended.decision.announced_at)
    ExemplarFactory(campaign=ours.round.campaign)
    return ours


def test_what_was_played_by_the_rules_violates_nothing(played: Desk) -> None:
    assert list(violations()) == []


def test_an_empty_portal_violates_nothing() -> None:
    assert list(violations()) == []


def chosen() -> "Nomination":
    return Nomination.objects.chosen().get()


def _taken(played: Desk) -> None:
    Quota.objects.update(taken=2)


def _chosen_by_another_door(played: Desk) -> None:
    Nomination.objects.filter(standing=Standing.RESERVE).update(standing=Standing.CHOSEN)


def _no_quota(played: Desk) -> None:
    Quota.objects.all().delete()


def _limit(played: Desk) -> None:
    SelectionRound.objects.update(each_unit_max=4)


def _no_limit(played: Desk) -> None:
    Quota.objects.update(limit=None)


def _no_dossier(played: Desk) -> None:
    lonely = desk(named="-hai", dossier_items=[], campaign=played.round.campaign)
    lonely.nominate("Lẻ loi")
    DossierEvent.objects.filter(dossier=lonely.dossier).delete()
    Dossier.objects.filter(pk=lonely.dossier.pk).delete()


def _not_valid(played: Desk) -> None:
    open_one = desk(named="-hai", dossier_items=[], campaign=played.round.campaign)
    initiative = open_one.nominate("Lẻ loi").initiative
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.SUBMITTED)


def _rank(played: Desk) -> None:
    open_one = desk(named="-hai", dossier_items=[], campaign=played.round.campaign)
    open_one.nominate("Lẻ loi")
    Nomination.objects.filter(round=open_one.round).update(rank=2)


def _not_told(played: Desk) -> None:
    Nomination.objects.filter(pk=chosen().pk).update(nominated_at=NOON + timedelta(days=9))


def _content(played: Desk) -> None:
    version = DossierVersion.objects.get(number=1)
    DossierVersion.objects.filter(pk=version.pk).update(content=version.content.replace("Bàn gá", "Bàn gỗ"))


def _hash(played: Desk) -> None:
    DossierVersion.objects.filter(number=1).update(hash="0" * 64)


def _written_otherwise(played: Desk) -> None:
    from initiatives.nominations.sealing import hash_of

    version = DossierVersion.objects.get(number=1)
    text = version.content.replace('","', '", "')
    DossierVersion.objects.filter(pk=version.pk).update(content=text, hash=hash_of(text))


def _version_gone(played: Desk) -> None:
    DossierVersion.objects.filter(number=1).delete()


def _never_sealed(played: Desk) -> None:
    DossierVersion.objects.all().delete()
    Dossier.objects.update(version=0)


def _left_while_sealed(played: Desk) -> None:
    Nomination.objects.filter(standing=Standing.RESERVE, rank=2).update(standing=Standing.WITHDRAWN)


def _state(played: Desk) -> None:
    Dossier.objects.update(state=DossierState.RECEIVED)


def _prepared_with_an_event(played: Desk) -> None:
    DossierEvent.objects.all().delete()


def _file_gone(played: Desk) -> None:
    (settings.MEDIA_ROOT / DossierFile.objects.filter(part="letter")[0].stored_name).unlink()


def _file_cut(played: Desk) -> None:
    path = settings.MEDIA_ROOT / DossierFile.objects.filter(part="letter")[0].stored_name
    path.chmod(0o640)
    path.write_bytes(b"%PDF")


def _picture_gone(played: Desk) -> None:
    ExemplarFactory(campaign=played.round.campaign, picture="../../etc/passwd")


def _template_gone(played: Desk) -> None:
    LetterTemplate.objects.create(
        level="district", stored_name=f"aa/aa/{'a' * 64}.docx", size=1, uploaded_by=played.host, uploaded_at=NOON
    )


def _another_campaign(played: Desk) -> None:
    other = InitiativeFactory(campaign__slug="chuong-trinh-khac", status=Status.VALID)
    row = Commendation.objects.get()
    ReviewEventFactory(initiative=other, act=Act.COMMENDED, at=row.decision.announced_at)
    Commendation.objects.update(initiative=other)


def _announced_unheard(played: Desk) -> None:
    CommendationFactory(decision__campaign=played.round.campaign)


TAKEN, FROZEN = "số chỗ đã dùng bằng số sáng kiến được giới thiệu", "hồ sơ đã gửi giữ đúng danh sách đã niêm phong"
LIMIT, RANKS, HASH = "số chỗ theo đúng số của đợt", "thứ tự giới thiệu liền nhau", "mỗi lần gửi khớp mã băm"
NUMBERS, STATE, FILE = (
    "các lần gửi đánh số liền nhau",
    "trạng thái hồ sơ khớp bước cuối",
    "mỗi tài liệu xét chọn có tệp",
)
BROKEN: list[tuple[Callable[[Desk], None], set[str]]] = [
    (_taken, {TAKEN}),
    (_chosen_by_another_door, {TAKEN, RANKS, FROZEN}),
    (_no_quota, {TAKEN}),
    (_limit, {LIMIT}),
    (_no_limit, {LIMIT}),
    (_no_dossier, {"sáng kiến được giới thiệu có hồ sơ"}),
    (_not_valid, {"hồ sơ đang mở chỉ có sáng kiến hợp lệ", "trạng thái khớp bước cuối"}),
    (_rank, {RANKS}),
    (_not_told, {"mỗi lần giới thiệu có trong lịch sử"}),
    (_content, {HASH}),
    (_hash, {HASH}),
    (_written_otherwise, {HASH}),
    (_version_gone, {NUMBERS}),
    (_never_sealed, {NUMBERS}),
    (_left_while_sealed, {FROZEN}),
    (_state, {STATE}),
    (_prepared_with_an_event, {STATE}),
    (_file_gone, {FILE}),
    (_file_cut, {FILE}),
    (_picture_gone, {FILE}),
    (_template_gone, {FILE}),
    (_another_campaign, {"biểu dương thuộc chương trình của quyết định"}),
    (_announced_unheard, {"biểu dương đã công bố có trong lịch sử"}),
]


@pytest.mark.parametrize(("broken", "names"), BROKEN, ids=[case[0].__name__.strip("_") for case in BROKEN])
def test_what_is_broken_is_named(played: Desk, broken: Callable[[Desk], None], names: set[str]) -> None:
    broken(played)

    found = list(violations())

    # What was changed by hand is no longer what the last step left.
    assert {each.invariant for each in found} - {CHAIN} == names - {CHAIN}
    assert all(each.row for each in found)


def test_every_invariant_of_selecting_has_its_case_and_is_asked() -> None:
    assert set(SELECTION) <= set().union(*(names for _, names in BROKEN))
    assert set(SELECTION) <= set(INVARIANTS)
