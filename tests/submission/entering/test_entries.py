"""Entering for somebody: the sender's rules, the officer's branch, the window's verdict, and once for every key."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.models import Act, Asked, Campaign, Draft, Initiative, Status
from initiatives.submission import receipts
from initiatives.submission.actions import AlreadyReceived
from initiatives.submission.answers import Answers
from initiatives.submission.entering.entries import Entered, Examined, Offer, enter, examine
from initiatives.submission.tracking import look_up
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, StaffAccountFactory, UnitFactory, WindowExtensionFactory, make_tree
from tests.submission.worker import content, person

AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
CLOSED = datetime(2022, 6, 1, 0, 0, tzinfo=VIETNAM)
OWN_PHONE = "0905 111 222"


def typed(**changes: object) -> Answers:
    """What an officer of Đông Hà types from a paper form."""
    answers = person(unit="quang-tri/dong-ha") | content()
    del answers["top_unit"]
    return answers | changes


@pytest.fixture
def campaign(db: None) -> Campaign:
    make_tree()
    return CampaignFactory()


@pytest.fixture
def officer(campaign: Campaign) -> StaffAccount:
    return StaffAccountFactory(phone=OWN_PHONE)


@pytest.fixture
def examined(campaign: Campaign, officer: StaffAccount) -> Callable[..., Examined]:
    def examined(*, at: datetime = AT, by: StaffAccount = officer, **changes: object) -> Examined:
        offer = Offer.of(Campaign.objects.get(pk=campaign.pk), by=by, at=at)
        return examine(typed(**changes), offer=offer, by=by, at=at)

    return examined


@pytest.fixture
def entered(examined: Callable[..., Examined], officer: StaffAccount) -> Callable[..., Entered]:
    def entered(key: str, *, again: bool = False, **changes: object) -> Entered:
        return enter(examined(**changes), key=key, by=officer, at=AT, again=again)

    return entered


def test_what_passes_is_received_with_who_entered_it_and_consent_on_paper(
    entered: Callable[..., Entered], officer: StaffAccount
) -> None:
    made = entered("a")

    initiative = Initiative.objects.get()
    assert made.is_new
    assert (initiative.full_name, initiative.unit.code) == ("Hồ Thị Mỹ Duyên", "quang-tri/dong-ha")
    assert (initiative.entered_by, initiative.consent_on_paper, initiative.status) == (officer, True, Status.SUBMITTED)
    event = initiative.events.get()
    assert (event.act, event.account, event.title) == (Act.RECEIVED, officer, "Cán bộ nhập hộ")
    assert initiative.receipt_token_hash == receipts.token_hash(made.token)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"full_name": ""}, "full_name", id="no name"),
        pytest.param({"phone": "12"}, "phone", id="no phone number"),
        pytest.param({"national_id": "1"}, "national_id", id="no identity number"),
        pytest.param({"unit": "quang-tri/khong-co"}, "unit", id="a unit that is not there"),
        pytest.param({"unit": "dien-bien"}, "unit", id="a unit of another branch"),
        pytest.param(
            {"unit": "LĐLĐ tỉnh Điện Biên [dien-bien]"}, "unit", id="a unit of another branch by name and code"
        ),
        pytest.param({"unit": "tld"}, "unit", id="the confederation"),
        pytest.param({"unit": "x" * 5000}, "unit", id="a unit too long"),
        pytest.param({"unit": "\0"}, "unit", id="a NUL for a unit"),
        pytest.param({"consent": ""}, "consent", id="no consent on paper"),
        pytest.param({"applied_on": "31/2/2022"}, "applied_on", id="no day"),
        pytest.param({"applied_on": "10/1/2020"}, "applied_on", id="a day outside the campaign"),
        pytest.param({"recognised_on": ""}, "recognised_on", id="no day of recognition"),
        pytest.param({"declaration": ["novel"]}, "declaration", id="promises not ticked"),
        pytest.param({"description": "x" * 2001}, "description", id="a text too long"),
        pytest.param({"target_group": "khac"}, "target_group", id="no choice of the campaign"),
        pytest.param({"solution_kind": ""}, "solution_kind", id="a required choice left open"),
        pytest.param(
            {"co_authors-1-full_name": "Lê A", "co_authors-1-share": "30", "share": "30"},
            "share",
            id="shares below 100",
        ),
    ],
)
def test_what_blocks_a_sender_blocks_an_officer(
    examined: Callable[..., Examined], changes: dict[str, object], field: str
) -> None:
    judged = examined(**changes)

    assert list(judged.faults) == [field]
    assert judged.entry is None


def test_all_faults_are_told_at_once(examined: Callable[..., Examined]) -> None:
    judged = examined(full_name="", title="", unit="dien-bien", consent="")

    assert set(judged.faults) == {"full_name", "title", "unit", "consent"}


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("quang-tri/dong-ha", id="by code"),
        pytest.param("LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]", id="by name and code"),
        pytest.param("LĐLĐ thành phố Đông Hà", id="by its name"),
        pytest.param("ldld thanh pho dong ha", id="by its name without accents"),
    ],
)
def test_a_unit_is_named_by_code_or_by_its_name(examined: Callable[..., Examined], unit: str) -> None:
    judged = examined(unit=unit)

    assert judged.unit is not None
    assert judged.unit.code == "quang-tri/dong-ha"


def test_without_a_unit_it_belongs_to_the_officers_own(
    examined: Callable[..., Examined], officer: StaffAccount
) -> None:
    assert examined(unit="").unit == officer.unit


@pytest.mark.parametrize(
    ("structure_day", "account", "unit"),
    [
        (date(2025, 7, 1), "quang-tri", "quang-tri-2025"),
        (date(2025, 7, 1), "quang-tri-2025", "quang-tri-2025"),
        (date(2025, 7, 1), "quang-tri/cd-vien-chuc", "quang-tri/cd-vien-chuc-2025"),
        (date(2025, 7, 1), "quang-tri/dong-ha", None),  # ended, and nothing went on for it
        (date(2022, 1, 8), "quang-tri", "quang-tri"),
        (date(2022, 1, 8), "quang-tri-2025", None),  # two went on in it: nobody knows which
        (date(2022, 1, 8), "thanh-hoa", "thanh-hoa"),
        (date(2022, 1, 8), "cd-giao-duc", "cd-giao-duc"),
    ],
)
def test_ones_own_is_what_the_campaign_has_of_its_line(
    tree_of_2025: dict[str, Unit], structure_day: date, account: str, unit: str | None
) -> None:
    """Whenever the account was made."""
    campaign, officer = CampaignFactory(structure_day=structure_day), StaffAccountFactory(unit=tree_of_2025[account])

    offer = Offer.of(campaign, by=officer, at=AT)

    assert offer.unit_named("") == (tree_of_2025[unit] if unit else None)


def test_an_officer_of_a_closed_unit_may_enter_for_nobody(examined: Callable[..., Examined]) -> None:
    outside = StaffAccountFactory(unit=None, phone=OWN_PHONE)

    assert list(examined(by=outside).faults) == ["unit"]


# --- the phone ------------------------------------------------------------------------------------------------------------


def test_who_has_no_phone_is_tracked_by_the_officers(entered: Callable[..., Entered]) -> None:
    made = entered("a", phone="")

    assert (made.initiative.phone, made.initiative.phone_digits) == ("", "")
    found = look_up(made.initiative.receipt_code, "0905111222", address="", at=AT)
    assert found == made.initiative


def test_who_has_a_phone_is_not_tracked_by_the_officers(entered: Callable[..., Entered]) -> None:
    made = entered("a")

    assert look_up(made.initiative.receipt_code, "0905111222", address="", at=AT) is None
    assert look_up(made.initiative.receipt_code, "0935112233", address="", at=AT) == made.initiative


@pytest.mark.parametrize("own", ["", "chưa có"])
def test_without_any_phone_nobody_could_track_it(examined: Callable[..., Examined], own: str) -> None:
    judged = examined(phone="", by=StaffAccountFactory(phone=own))

    assert list(judged.faults) == ["phone"]


# --- the window -----------------------------------------------------------------------------------------------------------


def test_the_last_moment_is_in_and_the_first_after_it_is_out(examined: Callable[..., Examined]) -> None:
    assert examined(at=CLOSED - timedelta(microseconds=1)).faults == {}
    assert examined(at=CLOSED).faults == {"": ["Đã đóng lúc 24h00 ngày 31/5/2022. Mở lại lúc 7h00 ngày 1/6/2022."]}


def test_an_extension_of_the_unit_holds_for_entering_too(examined: Callable[..., Examined], campaign: Campaign) -> None:
    phase = campaign.phases.first()
    later = CLOSED + timedelta(hours=5)
    unit = UnitFactory._meta.model.objects.get(code="quang-tri/dong-ha")
    WindowExtensionFactory(campaign=campaign, unit=unit, phase=phase, closes_at=later)

    assert examined(at=CLOSED).faults == {}
    assert list(examined(at=CLOSED, unit="quang-tri").faults) == [""]


def test_a_campaign_taken_off_the_portal_takes_nothing(examined: Callable[..., Examined], campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(is_published=False)

    assert list(examined().faults) == [""]


def test_the_window_is_asked_again_when_it_is_written(examined: Callable[..., Examined], officer: StaffAccount) -> None:
    judged = examined()

    with pytest.raises(lifecycle.WindowIsClosed):
        enter(judged, key="a", by=officer, at=CLOSED)

    assert not Initiative.objects.exists()


def test_documents_that_are_required_are_missed(examined: Callable[..., Examined], campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(asks_attachments=Asked.REQUIRED)

    assert list(examined().faults) == ["attachments"]
    assert examined(link="https://drive.google.com/file/d/1aBcDeFgHiJkLmNoP/view").faults == {}


def test_what_is_only_doubtful_is_told_and_hinders_nothing(examined: Callable[..., Examined]) -> None:
    judged = examined(benefit_value="2.000 tỷ")

    assert judged.entry is not None
    assert [each for each in judged.warnings if "làm lợi" in each]


# --- once -----------------------------------------------------------------------------------------------------------------


def test_the_same_key_twice_is_one_initiative(entered: Callable[..., Entered]) -> None:
    first, second = entered("a"), entered("a")

    assert (first.is_new, second.is_new) == (True, False)
    assert second.initiative == first.initiative
    assert second.token == first.token
    assert Initiative.objects.count() == Draft.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="all the same"),
        pytest.param({"title": "giá xoay sấy  ván ghép HAI mặt"}, id="title written otherwise"),
        pytest.param({"phone": ""}, id="this time without the phone"),
        pytest.param({"full_name": "Ho Thi My Duyen", "phone": "0905 999 888"}, id="name without accents, other phone"),
        pytest.param({"full_name": "Hồ Thị Duyên"}, id="name in short, same phone"),
    ],
)
def test_the_same_of_the_same_person_is_told_and_may_be_meant(
    entered: Callable[..., Entered], changes: dict[str, object]
) -> None:
    first = entered("a")

    with pytest.raises(AlreadyReceived) as refusal:
        entered("b", **changes)

    assert refusal.value.earlier == first.initiative
    assert Draft.objects.count() == 1
    assert entered("b", again=True, **changes).is_new


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Giá phơi ván"}, id="another title"),
        pytest.param({"full_name": "Trần B", "phone": "0905999888"}, id="somebody else"),
        pytest.param({"unit": "quang-tri"}, id="another unit"),
    ],
)
def test_what_differs_is_another_one(entered: Callable[..., Entered], changes: dict[str, object]) -> None:
    entered("a")

    assert entered("b", **changes).is_new


def test_what_was_withdrawn_hinders_nobody(entered: Callable[..., Entered]) -> None:
    lifecycle.move(entered("a").initiative, Status.WITHDRAWN, by=None, at=AT)

    assert entered("b").is_new


def test_what_has_faults_is_not_entered(examined: Callable[..., Examined], officer: StaffAccount) -> None:
    with pytest.raises(ValueError, match="faults"):
        enter(examined(title=""), key="a", by=officer, at=AT)


# --- what it costs ----------------------------------------------------------------------------------------------------------


def test_many_rows_of_known_units_are_examined_without_a_statement(campaign: Campaign, officer: StaffAccount) -> None:
    offer = Offer.of(campaign, by=officer, at=AT)
    offer.learn(["quang-tri/dong-ha", "quang-tri", "quang-tri/huong-hoa"])

    with CaptureQueriesContext(
        connection,
    ) as asked:
        for unit in ("quang-tri/dong-ha", "quang-tri", "quang-tri/huong-hoa"):
            examine(typed(unit=unit), offer=offer, by=officer, at=AT)

    assert len(asked) == 0


def test_one_entry_costs_the_same_whatever_is_there(entered: Callable[..., Entered]) -> None:
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as asked:
            entered(str(number), title=f"Giá xoay {number}", phone=f"090599988{number}")
        counts.append(len(asked))

    assert len(set(counts)) == 1
