"""While writing, a worker sees at most three titles that are public already and alike; of each its title and its unit (M22)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.duplicates import screening
from initiatives.models import Campaign, Draft, Initiative, Status
from initiatives.submission import alike
from initiatives.submission.alike import Alike
from orgtree.models import Unit
from portal import sealing
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, DraftFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.submission.worker import YEAR_2022, Worker, content, page, person

AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
TITLE = "Giá xoay sấy ván ghép hai mặt"
TEXT = (
    "Trước đây hai công nhân phải lật từng tấm ván bằng tay giữa lúc sấy.\n"
    "Nay cả giá được treo trên trục có ổ bi nên một người xoay được trong nửa phút."
)
WRITTEN = {"title": TITLE, "description": TEXT, "effect": "", "phone": "0935 112 233"}
HEADING = "Sáng kiến tương tự đã được công bố"


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    return CampaignFactory()


def public(campaign: Campaign, **fields: Any) -> Initiative:
    """Valid and published, and its text is that of WRITTEN."""
    given = {"status": Status.VALID, "publish_consented_at": AT, "title": TITLE, "description": TEXT} | fields
    initiative = InitiativeFactory(campaign=campaign, **given)
    screening.screen(initiative, at=AT)
    return initiative


def draft(campaign: Campaign, national_id: str = "", **typed: Any) -> Draft:
    return DraftFactory(campaign=campaign, national_id=national_id, answers=WRITTEN | typed)


def test_the_title_and_the_unit_are_told(campaign: Campaign, units: dict[str, Unit]) -> None:
    public(campaign, unit=units["dien-bien"])

    assert alike.public_titles(draft(campaign)) == [Alike(TITLE, "Liên đoàn Lao động tỉnh Điện Biên")]


@pytest.mark.parametrize(
    "fields",
    [
        {"publish_consented_at": None},
        {"status": Status.SUBMITTED},
        {"status": Status.RETURNED},
        {"status": Status.INVALID},
        {"status": Status.WITHDRAWN},
        {"title": "Phần mềm xếp lịch trực", "description": "Một bảng tính chia ca cho bốn mươi bảo vệ của công ty."},
        {"phone_digits": "0935112233"},
        {"national_id": "045191004321"},
    ],
    ids=["not-agreed", "submitted", "returned", "invalid", "withdrawn", "unlike", "own-phone", "own-identity"],
)
def test_what_is_not_public_not_alike_or_ones_own_is_not(campaign: Campaign, fields: dict[str, Any]) -> None:
    public(campaign, **fields)

    assert alike.public_titles(draft(campaign, national_id="045 191 004 321")) == []


def test_at_most_three_the_likeliest_first(campaign: Campaign) -> None:
    edited = public(campaign, description=TEXT.replace("hai công nhân", "ba người thợ"), title="Giá xoay sấy ván")
    same = [public(campaign) for _ in range(3)]

    shown = alike.public_titles(draft(campaign))

    assert [one.title for one in shown] == [each.title for each in same]
    Initiative.objects.filter(pk=same[0].pk).update(publish_consented_at=None)
    assert [one.title for one in alike.public_titles(draft(campaign))] == [TITLE, TITLE, edited.title]


@pytest.mark.parametrize("is_shown_to_one", [False, True])
@pytest.mark.parametrize("is_one", [False, True])
def test_demonstrations_are_compared_with_demonstrations_alone(
    units: dict[str, Unit], is_one: bool, is_shown_to_one: bool
) -> None:
    public(CampaignFactory(is_demonstration=is_one))

    shown = alike.public_titles(draft(CampaignFactory(is_demonstration=is_shown_to_one)))

    assert bool(shown) is (is_one == is_shown_to_one)


def test_a_correction_is_not_compared_with_what_it_corrects(campaign: Campaign) -> None:
    own = public(campaign)
    correction = draft(campaign)
    correction.revises = own

    assert alike.public_titles(correction) == []


@pytest.mark.parametrize(
    "typed",
    [
        {"title": "", "description": ""},
        {"phone": ""},
        {"phone": "gọi cho tổ trưởng"},
    ],
    ids=["nothing-written", "no-phone", "no-number"],
)
def test_nothing_is_asked_where_there_is_nothing_to_compare_or_to_tell_ones_own_by(
    campaign: Campaign, typed: dict[str, str]
) -> None:
    public(campaign)
    unfinished = draft(campaign, **typed)

    with CaptureQueriesContext(connection) as asked:
        assert alike.public_titles(unfinished) == []

    assert len(asked) == 0


@pytest.mark.parametrize("published, statements", [(0, 1), (1, 2), (5, 2)])
def test_however_many_are_alike_it_costs_two_statements(campaign: Campaign, published: int, statements: int) -> None:
    for _ in range(published):
        public(campaign)
    unfinished = draft(campaign)

    with CaptureQueriesContext(connection) as asked:
        assert len(alike.public_titles(unfinished)) == min(published, 3)

    assert len(asked) == statements


def test_what_was_typed_far_too_long_is_compared_as_far_as_it_could_be_sent(campaign: Campaign) -> None:
    longest = " ".join(f"từ{number}" for number in range(1000))[:2000]
    public(campaign, description=longest)

    assert alike.public_titles(draft(campaign, description=longest + " khác" * 50_000)) != []


# --- on the pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> Worker:
    at("2022-03-01 09:00:00")
    return Worker(YEAR_2022)


def sent_by_another() -> Initiative:
    who = person(full_name="Lê Quốc Bảo", phone="0935 112 299", national_id="045191004399")
    return Worker(YEAR_2022).submit(who, content(title=TITLE, description=TEXT))


def publish(initiative: Initiative) -> None:
    lifecycle.move(initiative, Status.VALID, by=StaffAccountFactory(), at=AT)
    Initiative.objects.filter(pk=initiative.pk).update(publish_consented_at=AT)
    screening.screen(initiative, at=AT)


def test_it_stands_folded_on_the_step_and_before_sending_and_hinders_nobody(worker: Worker) -> None:
    first = sent_by_another()
    publish(first)
    worker.fill(what=content(title=TITLE, description=TEXT))

    pages = [page(worker.get(worker.step(name))) for name in ("noi-dung", "kiem-tra")]
    refused = page(worker.send_content(content(title="", description=TEXT)))

    for shown in (*pages, refused):
        assert HEADING in shown
        told = shown[shown.index(HEADING) :]
        assert (TITLE in told, first.unit.name in told) == (True, True)
        theirs = (first.receipt_code, first.full_name, "0935112299", f"/{first.pk}/")
        assert [text for text in theirs if text in told] == []
    worker.send_content(content(title=TITLE, description=TEXT))
    assert worker.confirm().status_code == 303


def test_where_nothing_is_public_the_pages_say_nothing(worker: Worker) -> None:
    screening.screen(sent_by_another(), at=AT)
    worker.fill(what=content(title=TITLE, description=TEXT))

    assert HEADING not in page(worker.get(worker.step("noi-dung")))
    assert HEADING not in page(worker.get(worker.step("kiem-tra")))


def test_ones_own_is_known_by_the_hash_alone(campaign: Campaign) -> None:
    """An officer entered it: the phone that follows it is the person's all the same."""
    public(campaign, phone_digits="", phone_hash=sealing.lookup_hash("phone", "0935112233"))

    assert alike.public_titles(draft(campaign)) == []
