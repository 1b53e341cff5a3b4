"""Campaigns whose days are over: warned of, then erased in batches that may stop anywhere."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from initiatives.models import Campaign, Complaint, Draft, Exemplar, Initiative, PersonalDataView, Status, Upkeep
from initiatives.personal_data import erasing, retention
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    ComplaintFactory,
    DataRequestFactory,
    DraftFactory,
    ExemplarFactory,
    SavedFilterFactory,
    WindowExtensionFactory,
)
from tests.nominations.dossier_office import Office
from tests.personal_data.everywhere import MARKERS, Everywhere, places_that_say

Clock = Callable[[str], datetime]
UNTIL = date(2024, 12, 31)
OVER = datetime(2025, 1, 8, 8, 0, tzinfo=VIETNAM)  # the first day on which the worker erases


@pytest.fixture
def campaign(office: Office) -> Campaign:
    """Kept until the end of 2024."""
    campaign = office.round.campaign
    Campaign.objects.filter(pk=campaign.pk).update(personal_data_until=UNTIL)
    campaign.refresh_from_db()
    return campaign


def run(**options: Any) -> list[str]:
    said = StringIO()
    call_command("erase_personal_data", stdout=said, **options)
    return said.getvalue().splitlines()


def left_of(campaign: Campaign) -> int:
    return retention.remaining(campaign).count()


def turn(at: datetime = OVER, **given: Any) -> bool:
    return retention.erase_what_is_over(at_now=lambda: at, **given)


@pytest.mark.parametrize(
    ("day", "is_warned_of", "is_over", "erases"),
    [
        pytest.param(date(2024, 11, 30), False, False, False, id="thirty-one-days-before"),
        pytest.param(date(2024, 12, 1), True, False, False, id="thirty-days-before"),
        pytest.param(date(2024, 12, 31), True, False, False, id="its-last-day"),
        pytest.param(date(2025, 1, 1), True, True, False, id="the-day-after"),
        pytest.param(date(2025, 1, 7), True, True, False, id="the-last-day-of-warning"),
        pytest.param(date(2025, 1, 8), True, True, True, id="a-week-later"),
    ],
)
def test_people_are_warned_and_then_it_goes_by_itself(
    office: Office, campaign: Campaign, day: date, is_warned_of: bool, is_over: bool, erases: bool
) -> None:
    office.initiative("Còn tên")
    noon = datetime.combine(day, datetime.min.time(), VIETNAM) + timedelta(hours=12)

    due = retention.near(at=noon)

    assert [each.campaign for each in due] == ([campaign] if is_warned_of else [])
    assert [each.is_over(at=noon) for each in due] == ([is_over] if is_warned_of else [])
    turn(noon)
    assert left_of(campaign) == (0 if erases else 1)


def test_without_a_day_nothing_goes_by_itself(office: Office) -> None:
    office.initiative("Còn tên")

    assert turn() is False
    assert retention.near(at=OVER) == []
    assert left_of(office.round.campaign) == 1


def test_whatever_a_campaign_holds_of_anybody_is_gone(
    everywhere: Everywhere, campaign: Campaign, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    everywhere.fill()
    DraftFactory(campaign=campaign, answers={"full_name": "Zuphong chưa nộp"})
    ExemplarFactory(
        campaign=campaign, kind=Exemplar.Kind.PERSON, has_consent=True, name="Zuphong điển hình", story="Zuword kể"
    )
    SavedFilterFactory(name="Zuword", query=f"campaign={campaign.slug}&q=zuphong")

    with django_capture_on_commit_callbacks(execute=True):
        assert turn() is False

    stays = {"initiatives_commendation.title", "initiatives_exemplar.title"}
    # Searches that name no campaign are their owner's; those of one person go when that person asks.
    assert places_that_say(MARKERS) - {"initiatives_savedfilter.query"} == stays
    assert everywhere.shelf.names() == []
    assert retention.near(at=OVER) == []


def test_a_run_may_stop_anywhere_and_goes_on(office: Office, campaign: Campaign) -> None:
    for n in range(5):
        office.initiative(f"Sáng kiến {n}")

    first = retention.erase_campaign(campaign, by=None, at_now=lambda: OVER, go_on=lambda run: False, at_once=2)
    second = retention.erase_campaign(campaign, by=None, at_now=lambda: OVER, at_once=2)

    assert (first.erased, first.is_whole) == (2, False)
    assert (second.erased, second.is_whole, left_of(campaign)) == (3, True, 0)


def test_the_worker_erases_turn_by_turn_and_writes_one_row(office: Office, campaign: Campaign) -> None:
    for n in range(3):
        office.initiative(f"Sáng kiến {n}")

    turns = []
    while len(turns) < 9:
        more = retention.erase_what_is_over(at_now=lambda: OVER, limit=1)
        turns.append(more)
        if not more:
            break

    kept = Upkeep.objects.get(kind=Upkeep.Kind.ERASE)
    assert turns == [True, False] or turns[-1] is False
    assert (kept.is_good, kept.figures["sáng kiến"], kept.figures["còn lại"]) == (True, 3, 0)


def test_what_is_hindered_waits_for_the_next_day(office: Office, campaign: Campaign) -> None:
    disputed = ComplaintFactory(initiative=office.initiative("Đang tranh chấp"))

    turn()
    turn(OVER + timedelta(hours=1))
    assert Upkeep.objects.get().figures["còn lại"] == 1
    Complaint.objects.filter(pk=disputed.pk).update(
        resolution="Đã thống nhất", resolved_at=OVER, resolved_by=office.province
    )
    turn(OVER + timedelta(days=1))

    assert left_of(campaign) == 0
    turn(OVER + timedelta(days=2))
    assert Upkeep.objects.count() == 2


def test_papers_of_dossiers_stay_while_somebody_is_left(office: Office, campaign: Campaign) -> None:
    office.nominate("Chưa trả lời")
    office.seal()
    retention.erase_campaign(campaign, by=None, at_now=lambda: OVER)

    assert left_of(campaign) == 1
    assert set(office.dossier.events.values_list("words", flat=True)) != {erasing.forgetting.MARK}


def test_a_draft_of_another_campaign_stays(office: Office, campaign: Campaign, campaigns: None) -> None:
    other = Campaign.objects.exclude(pk=campaign.pk)[0]
    own, theirs = DraftFactory(campaign=campaign), DraftFactory(campaign=other)
    office.initiative("Xong")

    turn()

    assert set(Draft.objects.filter(pk__in=[own.pk, theirs.pk])) == {theirs}


# --- the command ------------------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_changes_nothing(office: Office, campaign: Campaign, at: Clock) -> None:
    at("2025-01-02 08:00:00")
    office.initiative("Một")
    ComplaintFactory(initiative=office.initiative("Hai"))
    DraftFactory(campaign=campaign)

    said = run(dry_run=True)

    assert said == [
        f"{campaign.slug}: sẽ xóa 1 sáng kiến; 1 bản nháp.",
        f"{campaign.slug}: còn lại 1 sáng kiến. {erasing.DISPUTED}",
    ]
    assert (left_of(campaign), Draft.objects.count(), Upkeep.objects.count()) == (2, 1, 0)


def test_it_erases_what_is_over_and_says_so(office: Office, campaign: Campaign, at: Clock) -> None:
    at("2025-01-02 08:00:00")
    office.initiative("Một", status=Status.SUBMITTED)

    said = run(yes=True)

    assert said == [f"{campaign.slug}: đã xóa 1 sáng kiến; 1 bước xử lý."]
    assert left_of(campaign) == 0
    kept = Upkeep.objects.get()
    assert (kept.kind, kept.is_good, kept.figures["sáng kiến"]) == (Upkeep.Kind.ERASE, True, 1)
    assert run(yes=True, campaign=campaign.slug) == [f"{campaign.slug}: đã xóa 0 sáng kiến; không còn gì khác."]


def test_a_run_that_fails_is_noted_as_that(
    office: Office, campaign: Campaign, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2025-01-02 08:00:00")
    office.initiative("Một")
    monkeypatch.setattr(retention, "forget_rest", lambda *args, **named: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        run(yes=True)

    kept = Upkeep.objects.get()
    assert (kept.is_good, kept.figures["sáng kiến"]) == (False, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({}, "Đây là việc không hoàn lại được.", id="without-yes"),
        pytest.param({"yes": True, "campaign": "khong-co"}, "Không có chương trình nào ở địa chỉ", id="unknown"),
        pytest.param({"yes": True, "campaign": "OWN"}, "còn được giữ đến hết ngày 31/12/2024", id="not-yet"),
        pytest.param({"yes": True, "campaign": "a", "code": "1"}, "Chỉ dùng một trong hai", id="both"),
        pytest.param({"yes": True, "code": "123"}, "Không có sáng kiến nào mang mã này.", id="no-such-code"),
    ],
)
def test_what_the_command_refuses(
    office: Office, campaign: Campaign, at: Clock, options: dict[str, Any], said: str
) -> None:
    at("2024-12-31 08:00:00")
    one = office.initiative("Còn tên")
    options = {name: campaign.slug if value == "OWN" else value for name, value in options.items()}

    with pytest.raises(CommandError, match=said):
        run(**options)

    one.refresh_from_db()
    assert one.erased_at is None


def test_one_by_its_code(office: Office) -> None:
    one, other = office.initiative("Một"), office.initiative("Hai")

    foretold, said = run(code=one.receipt_code, dry_run=True), run(code=one.receipt_code, yes=True)

    assert (foretold, said) == (["Sẽ xóa: 2 bước xử lý."], ["Đã xóa: 2 bước xử lý."])
    assert list(Initiative.objects.filter(erased_at=None)) == [other]
    assert run(code=one.receipt_code, yes=True)[0].startswith("Dữ liệu cá nhân đã được xóa từ ")


def test_one_that_is_hindered_says_why(office: Office) -> None:
    one = office.initiative("Một", status=Status.SUBMITTED)

    with pytest.raises(CommandError, match="Hãy rút sáng kiến trước"):
        run(code=one.receipt_code, yes=True)


# --- requests and views -----------------------------------------------------------------------------------------------


def test_requests_are_forgotten_once_done_and_erased_or_old(office: Office) -> None:
    erased = office.initiative("Một")
    done = {"done_at": OVER, "outcome": "done"}
    of_erased = DataRequestFactory(initiative=erased, **done)
    still_open = DataRequestFactory(initiative=erased)
    young, old = DataRequestFactory(**done), DataRequestFactory(**done | {"done_at": OVER - timedelta(days=731)})
    erasing.erase_one(erased, by=None, at=OVER)

    retention.forget_requests(at=OVER + timedelta(days=1))

    forgotten = [each for each in (of_erased, still_open, young, old) if not _said(each)]
    assert forgotten == [of_erased, old]


def _said(request: Any) -> str:
    request.refresh_from_db()
    return request.full_name + request.phone + request.text


def test_who_looked_is_known_for_two_years(office: Office) -> None:
    for days in (729, 731):
        PersonalDataView.objects.create(
            account=office.district, what=PersonalDataView.What.TABLE, at=OVER - timedelta(days=days)
        )

    retention.forget_requests(at=OVER)

    assert [view.at for view in PersonalDataView.objects.all()] == [OVER - timedelta(days=729)]


def test_a_window_extended_beyond_the_day_stops_it(office: Office, campaign: Campaign, at: Clock) -> None:
    office.initiative("Còn tên")
    WindowExtensionFactory(campaign=campaign, unit=office.unit, closes_at=datetime(2025, 1, 3, tzinfo=VIETNAM))

    assert turn() is False
    at("2025-01-08 08:00:00")
    with pytest.raises(CommandError, match="còn nhận sáng kiến sau ngày hết hạn lưu"):
        run(yes=True, campaign=campaign.slug)
    assert left_of(campaign) == 1
