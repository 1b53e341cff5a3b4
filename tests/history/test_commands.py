"""`seal_history` and `verify_history`, and the worker that seals: what they say, write and refuse."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from initiatives.history import sealed, seals
from initiatives.history.moment import one_moment
from initiatives.models import HistorySeal, Initiative, ReviewEvent, Upkeep
from portal import clocks
from portal.logs import masked
from tests.concurrency import together
from tests.factories import CampaignFactory, InitiativeFactory, make_tree
from tests.history.hands import by_hand, lived

Clock = Callable[[str], datetime]


def said_by(name: str, **options: object) -> list[str]:
    said = StringIO()
    call_command(name, stdout=said, **options)
    return said.getvalue().splitlines()


@pytest.mark.django_db
def test_a_day_is_sealed_once(at: Clock) -> None:
    at("2022-12-01 09:00:00")
    lived()

    first = said_by("seal_history")
    again = said_by("seal_history")
    at("2022-12-01 12:00:00")
    anew = said_by("seal_history", now=True)
    at("2022-12-02 09:00:00")
    next_day = said_by("seal_history")

    one, two, three = HistorySeal.objects.order_by("number")
    assert first == [
        "Niêm phong số 1, các bước trước 8h40 ngày 1/12/2022.",
        "Gồm 5 bước xử lý, 0 lần thẩm định, 0 lần gửi hồ sơ, 0 bước của hồ sơ, 0 quý, 0 cột mốc, "
        "0 quyết định biểu dương.",
        f"Mã băm: {one.hash}",
    ]
    assert again == ["Từ niêm phong trước chưa có gì để niêm phong thêm, hoặc vừa niêm phong chưa đầy một giờ.", *first]
    assert (anew[0], next_day[0]) == (
        "Niêm phong số 2, các bước trước 11h40 ngày 1/12/2022.",
        "Niêm phong số 3, các bước trước 8h40 ngày 2/12/2022.",
    )
    assert [each.previous_hash for each in (one, two, three)] == ["", one.hash, two.hash]
    assert [each.counts["steps"] for each in (one, two, three)] == [5, 0, 0]
    kept = Upkeep.objects.filter(kind=Upkeep.Kind.SEAL).order_by("pk")
    assert [(each.figures["number"], each.is_good) for each in kept] == [(1, True), (2, True), (3, True)]


@pytest.mark.django_db
def test_each_hour_is_sealed_in_which_something_was_done(at: Clock) -> None:
    """What is done and taken back between two seals is never found."""
    now = at("2022-12-01 09:00:00")
    make_tree()
    assert seals.seal_of_the_day(timezone.now) is not None
    InitiativeFactory(submitted_at=now)

    made = {}
    for moment in ("09:59:59", "10:00:00", "11:00:00", "23:59:59"):
        at(f"2022-12-01 {moment}")
        seal = seals.seal_of_the_day(timezone.now)
        made[moment] = seal and seal.counts["steps"]
    at("2022-12-02 00:00:00")
    next_day = seals.seal_of_the_day(timezone.now)

    assert made == {"09:59:59": None, "10:00:00": 1, "11:00:00": None, "23:59:59": None}
    assert next_day is not None and not any(next_day.counts.values())
    assert list(sealed.findings(sealed.Seals())) == []


@pytest.mark.django_db
def test_what_may_still_be_committed_before_is_left_to_the_next_seal(at: Clock) -> None:
    now = at("2022-12-01 09:00:00")
    make_tree()
    InitiativeFactory(submitted_at=now - seals.SETTLED_AFTER - timedelta(seconds=1))
    InitiativeFactory(submitted_at=now - seals.SETTLED_AFTER)

    sealed = seals.seal_of_the_day(timezone.now)

    assert sealed is not None
    assert (sealed.counts["steps"], sealed.upto) == (1, now - seals.SETTLED_AFTER)
    at("2022-12-02 09:00:00")
    later = seals.seal_of_the_day(timezone.now)
    assert later is not None
    assert later.counts["steps"] == 1


@pytest.mark.django_db
def test_a_clock_that_was_set_back_seals_nothing(at: Clock) -> None:
    at("2022-12-02 09:00:00")
    lived()
    seals.seal_of_the_day(timezone.now)
    at("2022-12-01 09:00:00")

    assert seals.seal_of_the_day(timezone.now, anew=True) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_that_seal_at_once_one_does(at: Clock) -> None:
    make_tree()
    InitiativeFactory()
    now = at("2022-12-01 09:00:00")

    made = together(*[lambda: seals.seal_of_the_day(lambda: now)] * 3)

    assert sum(isinstance(each, HistorySeal) for each in made) == 1
    assert made.count(None) == 2
    assert HistorySeal.objects.count() == Upkeep.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_others_write_while_history_is_read_and_nothing_of_it_is_seen(at: Clock) -> None:
    make_tree()
    one = InitiativeFactory()
    with one_moment():
        before = ReviewEvent.objects.count()
        outcomes = together(lambda: by_hand(Initiative, one.pk, title="Tên khác"))

        assert outcomes == [None]
        assert ReviewEvent.objects.count() == before
        assert Initiative.objects.get(pk=one.pk).title == one.title
    assert Initiative.objects.get(pk=one.pk).title == "Tên khác"
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_the_worker_seals_and_says_so(
    at: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clocks, "difference", lambda *, at: timedelta())
    make_tree()
    InitiativeFactory()
    at("2022-12-01 03:00:00")
    with caplog.at_level("INFO", logger="initiatives.worker"):
        call_command("worker", once=True)
        call_command("worker", once=True)

    sealed = HistorySeal.objects.get()
    assert sealed.counts["steps"] == 1
    logged = [each.getMessage() for each in caplog.records if "sealed history" in each.getMessage()]
    assert logged == [f"sealed history: number 1, hash {seals.in_groups(sealed.hash)}"]
    assert masked(logged[0]) == logged[0]
    assert said_by("verify_history", seal_hash=logged[0].split()[-1])[-1].startswith("Lịch sử nguyên vẹn")


@pytest.mark.django_db
def test_what_is_found_is_a_line_each_and_a_failure(at: Clock) -> None:
    at("2022-12-01 09:00:00")
    one = lived()
    said_by("seal_history")
    seal = HistorySeal.objects.get()
    by_hand(Initiative, one.pk, title="Tên khác")
    said = StringIO()

    with pytest.raises(CommandError, match=r"^1 chỗ sai\.$"):
        call_command("verify_history", stdout=said)

    assert said.getvalue().splitlines() == [
        f"sáng kiến {one.pk}: nội dung không còn như bước cuối để lại",
        f"Niêm phong cuối: số 1, lúc 9h00 ngày 1/12/2022, mã băm {seal.hash}.",
    ]
    kept = Upkeep.objects.get(kind=Upkeep.Kind.VERIFY)
    assert (kept.is_good, kept.figures["findings"], kept.figures["steps"]) == (False, 1, 5)


@pytest.mark.django_db
def test_one_campaign_alone_is_looked_at(at: Clock) -> None:
    at("2022-12-01 09:00:00")
    one = lived()
    other = CampaignFactory()
    InitiativeFactory(campaign=other)
    by_hand(Initiative, one.pk, title="Tên khác")

    assert said_by("verify_history", campaign=other.slug)[-1] == "Lịch sử nguyên vẹn: 1 sáng kiến, 1 bước."
    with pytest.raises(CommandError, match="1 chỗ sai"):
        said_by("verify_history", campaign=one.campaign.slug)
    with pytest.raises(CommandError, match="Không có chương trình “khac”"):
        said_by("verify_history", campaign="khac")


@pytest.mark.django_db
def test_a_hash_kept_outside_is_compared(at: Clock) -> None:
    at("2022-12-01 09:00:00")
    lived()
    said_by("seal_history")
    seal = HistorySeal.objects.get()

    assert said_by("verify_history", seal_hash=f" {seal.hash.upper()} ")[-1].startswith("Lịch sử nguyên vẹn")
    with pytest.raises(CommandError, match="1 chỗ sai"):
        said_by("verify_history", seal_hash="0" * 64)
    with pytest.raises(CommandError, match="hãy bỏ --campaign"):
        said_by("verify_history", seal_hash=seal.hash, campaign="x")
