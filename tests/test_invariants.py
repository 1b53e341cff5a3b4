"""What must always be true: each invariant is silent on a whole portal and speaks when its one thing is broken."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from threading import Thread

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from initiatives import invariants
from initiatives.invariants import INVARIANTS, Violation, violations
from initiatives.lifecycle import Found, Reason, appraise, move
from initiatives.models import (
    Act,
    Attachment,
    Campaign,
    Draft,
    Finding,
    Initiative,
    Period,
    ReviewEvent,
    Status,
    Upkeep,
)
from initiatives.nominations.invariants import SELECTION
from initiatives.progress.quarter_invariants import QUARTERS
from initiatives.submission.files.folder_store import FolderStore
from initiatives.submission.files.store import Held, StoreUnavailable
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    CoAuthorFactory,
    DraftFactory,
    InitiativeFactory,
    ReviewEventFactory,
    StaffAccountFactory,
    TargetFactory,
)
from tests.factories.initiatives import FIRST_SUBMISSION

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal() -> Initiative:
    """One initiative that has lived: with co-author, document, draft and a decision; and others in every status."""
    initiative = InitiativeFactory(share=70)
    CoAuthorFactory(initiative=initiative, number=1)
    content = b"%PDF-1.4 van ban"
    document = AttachmentFactory(initiative=initiative, content=content)
    path = settings.MEDIA_ROOT / document.stored_name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    DraftFactory(campaign=initiative.campaign, initiative=initiative, answers={})
    DraftFactory(campaign=initiative.campaign)
    officer = StaffAccountFactory()
    reasons = [Reason("x", "title", "Xem lại.")]
    move(initiative, Status.RETURNED, by=officer, at=FIRST_SUBMISSION + timedelta(days=9), reasons=reasons)
    move(initiative, Status.SUBMITTED, by=None, at=FIRST_SUBMISSION + timedelta(days=10), act=Act.RESENT)
    for status in Status:
        InitiativeFactory(status=status, campaign=initiative.campaign)
    first = Initiative.objects.filter(status=Status.VALID).get()
    second = InitiativeFactory(campaign=initiative.campaign)
    move(second, Status.INVALID, by=officer, at=FIRST_SUBMISSION + timedelta(days=9), duplicate_of=first)
    waits = Initiative.objects.filter(status=Status.SUBMITTED).exclude(pk=initiative.pk).get()
    appraise(
        waits, Found(Finding.MONEY, 90_000_000, True, "Đã xem sổ"), by=officer, at=FIRST_SUBMISSION + timedelta(days=9)
    )
    return Initiative.objects.get(pk=initiative.pk)


def test_a_whole_portal_violates_nothing(portal: Initiative) -> None:
    assert list(violations()) == []


def _receipt(one: Initiative) -> None:
    wrong = (int(one.receipt_code[-1]) + 1) % 10
    Initiative.objects.filter(pk=one.pk).update(receipt_code=f"{one.receipt_code[:-1]}{wrong}")


def _campaign(one: Initiative) -> None:
    Draft.objects.filter(initiative=one).update(campaign=CampaignFactory())


def _no_first_event(one: Initiative) -> None:
    one.events.filter(number=1).update(act=Act.EDITED)


def _first_event_second(one: Initiative) -> None:
    one.events.filter(number=1).update(act=Act.EDITED)
    one.events.filter(number=2).update(act=Act.RECEIVED)


def _status(one: Initiative) -> None:
    Initiative.objects.filter(pk=one.pk).update(status=Status.VALID)


def _status_it_once_had(one: Initiative) -> None:
    """The history ends elsewhere, but has been where the row says it is."""
    Initiative.objects.filter(pk=one.pk).update(status=Status.RETURNED)


def _gap(one: Initiative) -> None:
    one.events.filter(number=3).update(number=4)


def _hash(one: Initiative) -> None:
    one.events.filter(number=2).update(act=Act.APPROVED)


def _step_taken_out(one: Initiative) -> None:
    one.events.filter(number=2)._raw_delete("default")
    one.events.filter(number=3).update(number=2)


def _no_history(one: Initiative) -> None:
    one.events.all()._raw_delete("default")


def _file_gone(one: Initiative) -> None:
    (settings.MEDIA_ROOT / one.attachments.get().stored_name).unlink()


def _file_not_given_back(one: Initiative) -> None:
    place = settings.MEDIA_ROOT / one.attachments.get().stored_name
    place.unlink()
    place.symlink_to(place)


def _file_cut(one: Initiative) -> None:
    (settings.MEDIA_ROOT / one.attachments.get().stored_name).write_bytes(b"%PDF")


def _file_of_a_name_we_never_gave(one: Initiative) -> None:
    Attachment.objects.filter(initiative=one).update(stored_name="../../etc/passwd")


def _draft_keeps(one: Initiative) -> None:
    Draft.objects.filter(initiative=one).update(answers={"full_name": "Hồ Thị"})


def _draft_keeps_the_identity(one: Initiative) -> None:
    Draft.objects.filter(initiative=one).update(sealed_national_id="khoa.abc")


def _shares(one: Initiative) -> None:
    one.co_authors.update(share=29)


def _recognised_author(one: Initiative) -> None:
    Initiative.objects.filter(pk=one.pk).update(recognised_author=7)


def _phase(one: Initiative) -> None:
    Initiative.objects.filter(pk=one.pk).update(phase=CampaignFactory().phases.first())


def _primary_gone(one: Initiative) -> None:
    """By another door than `lifecycle`, through which what repeats it would have followed."""
    first = Initiative.objects.get(duplicates__isnull=False)
    first.events.filter(number=2)._raw_delete("default")
    Initiative.objects.filter(pk=first.pk).update(status=Status.INVALID)
    last = first.events.get()
    ReviewEventFactory(
        initiative=first, act=Act.DECLINED, account=last.account, from_status=Status.SUBMITTED, to_status=Status.INVALID
    )


def _target_of_another_campaigns_phase(one: Initiative) -> None:
    TargetFactory(campaign=one.campaign, period=Period.PHASE, phase=CampaignFactory().phases.first())


def _another_value_than_was_found(one: Initiative) -> None:
    Initiative.objects.filter(is_appraised=True).update(appraised_value=9)


def _another_mark_than_was_found(one: Initiative) -> None:
    Initiative.objects.filter(is_appraised=True).update(has_social_meaning=False)


def _found_of_another_declaration(one: Initiative) -> None:
    Initiative.objects.filter(is_appraised=True).update(benefit_value=5)


def _taken_back_by_nobody(one: Initiative) -> None:
    Initiative.objects.filter(is_appraised=True).update(is_appraised=False, appraised_value=None)


def _found_by_nobody(one: Initiative) -> None:
    Initiative.objects.filter(pk=one.pk).update(has_social_meaning=True)


NO_FIRST, LAST, GAPS = "mỗi sáng kiến có bước đầu là đã nhận", "trạng thái khớp bước cuối", "các bước đánh số liền nhau"
FOUND = "sáng kiến khớp lần thẩm định giá trị cuối"
CHAIN, FILE, KEPT = "lịch sử nối nhau bằng mã băm", "mỗi tài liệu có tệp", "bản nháp đã nộp không giữ điều đã nhập"
BROKEN: list[tuple[Callable[[Initiative], None], set[str]]] = [
    (_receipt, {"mã biên nhận đúng chữ số kiểm tra", CHAIN}),
    (_campaign, {"bản nháp và sáng kiến cùng chương trình"}),
    (_no_first_event, {NO_FIRST, CHAIN}),
    (_first_event_second, {NO_FIRST, CHAIN}),
    (_status, {LAST, CHAIN}),
    (_status_it_once_had, {LAST, CHAIN}),
    (_gap, {GAPS, CHAIN}),
    (_hash, {CHAIN}),
    (_step_taken_out, {CHAIN}),
    (_no_history, {NO_FIRST}),
    (_file_gone, {FILE}),
    (_file_not_given_back, {FILE}),
    (_file_cut, {FILE}),
    (_file_of_a_name_we_never_gave, {FILE, CHAIN}),
    (_draft_keeps, {KEPT}),
    (_draft_keeps_the_identity, {KEPT}),
    (_recognised_author, {"tác giả được công nhận là người nộp hoặc một đồng tác giả", CHAIN}),
    (_shares, {"các phần đóng góp đủ 100%", CHAIN}),
    (_phase, {"đợt thuộc chương trình", CHAIN}),
    (_target_of_another_campaigns_phase, {"chỉ tiêu theo đợt của cùng chương trình"}),
    (_another_value_than_was_found, {FOUND, CHAIN}),
    (_found_by_nobody, {FOUND, CHAIN}),
    (_another_mark_than_was_found, {FOUND, CHAIN}),
    (_found_of_another_declaration, {FOUND, CHAIN}),
    (_taken_back_by_nobody, {FOUND, CHAIN}),
    (_primary_gone, {"bản gốc của sáng kiến trùng lặp được tính"}),
]


@pytest.mark.parametrize(("broken", "names"), BROKEN, ids=[case[0].__name__.strip("_") for case in BROKEN])
def test_what_is_broken_is_named(portal: Initiative, broken: Callable[[Initiative], None], names: set[str]) -> None:
    broken(portal)

    found = list(violations())

    assert {each.invariant for each in found} == names
    assert all(isinstance(each, Violation) and each.row for each in found)
    with pytest.raises(CommandError, match=f"{len(found)} chỗ sai"):
        call_command("check_invariants", stdout=StringIO())


def test_every_invariant_has_its_case() -> None:
    spoken = set().union(*(names for _, names in BROKEN))

    # what a constraint of the database keeps cannot be broken here; tests/codebase/test_constraints.py has its bite
    # and those of selecting and of quarters have theirs in tests/nominations/test_invariants.py, tests/progress/test_quarters.py
    assert set(INVARIANTS) - spoken - set(SELECTION) - set(QUARTERS) == {"sáng kiến trùng lặp là không hợp lệ"}


@pytest.mark.django_db(transaction=True)
def test_each_is_of_one_moment_and_has_the_time_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = CampaignFactory()

    def differs_meanwhile() -> Iterator[object]:
        before = Campaign.objects.get().name
        somebody = Thread(target=_renamed_elsewhere, args=(campaign.pk,))
        somebody.start()
        somebody.join()
        yield f"{before == Campaign.objects.get().name} {_statement_timeout()}"

    monkeypatch.setattr(invariants, "INVARIANTS", {"điều thử": differs_meanwhile})

    assert list(violations()) == [Violation("điều thử", "True 0")]
    assert Campaign.objects.get().name == "Tên khác"


def _renamed_elsewhere(pk: int) -> None:
    Campaign.objects.filter(pk=pk).update(name="Tên khác")
    connection.close()


def _statement_timeout() -> str:
    if connection.vendor != "postgresql":
        return "0"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def test_nothing_printed_names_a_person(portal: Initiative) -> None:
    for broken in (_status, _hash, _file_gone, _draft_keeps, _shares):
        broken(portal)
    printed = StringIO()

    with pytest.raises(CommandError):
        call_command("check_invariants", stdout=printed)

    assert portal.full_name not in printed.getvalue()
    assert portal.phone_digits not in printed.getvalue()
    assert printed.getvalue().count("\n") >= 5


def test_a_store_that_does_not_answer_is_no_violation_and_no_good_run(
    portal: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(store: FolderStore, name: str) -> Held:
        raise StoreUnavailable("the store does not answer")

    monkeypatch.setattr(FolderStore, "held", silent)

    with pytest.raises(CommandError, match=r"chưa soát xong: the store does not answer\. Đã thấy 0 chỗ sai\."):
        call_command("check_invariants", stdout=StringIO())

    assert not Upkeep.objects.filter(kind=Upkeep.Kind.INVARIANTS).exists()


def test_a_whole_portal_is_told_in_one_line(portal: Initiative) -> None:
    printed = StringIO()

    call_command("check_invariants", stdout=printed)

    assert printed.getvalue() == f"{len(INVARIANTS)} điều luôn đúng đều đúng.\n"


def test_rows_of_a_demonstration_are_where_their_history_led_too() -> None:
    initiative = InitiativeFactory(campaign__is_demonstration=True)
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.VALID)

    assert {each.invariant for each in violations()} == {LAST, CHAIN}


def test_history_in_any_order_of_rows_is_read_in_its_own_order() -> None:
    """Rows of several initiatives lie mixed in the table."""
    first, second = InitiativeFactory.create_batch(2)
    for initiative in (second, first, second, first):
        ReviewEventFactory(initiative=initiative)

    assert list(violations()) == []
    assert ReviewEvent.objects.count() == 6
