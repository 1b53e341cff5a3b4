"""The deadline rule to the second: the two letters at once, the phases of 2022, extensions, grace, and every door that asks."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns import windows
from initiatives.campaigns.countdowns import countdown
from initiatives.campaigns.windows import State, judge, verdict
from initiatives.models import Attachment, Campaign, Draft, Initiative, Phase, WindowExtension
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import UnitFactory, WindowExtensionFactory
from tests.submission import samples
from tests.submission.worker import (
    YEAR_2021,
    YEAR_2022,
    Worker,
    content,
    content_2021,
    page,
    person,
    person_2021,
)

Clock = Callable[[str], datetime]
Campaigns = dict[str, Campaign]
Tree = dict[str, Unit]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def extend(campaign: Campaign, closes_at: str, **whose: object) -> WindowExtension:
    return WindowExtension.objects.create(
        campaign=campaign, closes_at=moment(closes_at), reason="Mất mạng cả huyện", **whose
    )


# --- the letters ----------------------------------------------------------------------------------------------------

OPEN, SOME, NOT_YET, CLOSED = State.OPEN, State.OPEN_FOR_SOME, State.NOT_YET, State.CLOSED

LETTERS_2021 = [
    ("2021-03-09 23:59:59", "quang-tri", NOT_YET),
    ("2021-03-10 00:00:00", "quang-tri", OPEN),
    ("2021-04-20 23:59:59", "quang-tri", OPEN),
    ("2021-04-20 23:59:59", "quang-tri/dong-ha", OPEN),
    ("2021-04-20 23:59:59", "dien-bien", OPEN),
    ("2021-04-20 23:59:59", "dien-bien/dien-bien-phu", OPEN),
    ("2021-04-21 00:00:00", "quang-tri", SOME),
    ("2021-04-21 00:00:00", "quang-tri/dong-ha", SOME),
    ("2021-04-21 00:00:00", "cd-y-te", SOME),
    ("2021-04-21 00:00:00", "tld", SOME),
    ("2021-04-21 00:00:00", "dien-bien", OPEN),
    ("2021-04-21 00:00:00", "dien-bien/dien-bien-phu", OPEN),
    ("2021-04-22 10:00:00", "thanh-hoa", SOME),
    ("2021-04-22 23:59:59", "dien-bien/dien-bien-phu", OPEN),
    ("2021-04-22 23:59:59", "quang-tri", SOME),
    ("2021-04-23 00:00:00", "dien-bien", CLOSED),
    ("2021-04-23 00:00:00", "dien-bien/dien-bien-phu", CLOSED),
    ("2021-04-23 00:00:00", "quang-tri", CLOSED),
]


@pytest.mark.parametrize(("at", "code", "state"), LETTERS_2021, ids=[f"{at} {code}" for at, code, _ in LETTERS_2021])
def test_both_letters_of_2021_hold_at_once(campaigns: Campaigns, tree: Tree, at: str, code: str, state: State) -> None:
    assert verdict(campaigns[YEAR_2021], at=moment(at), unit=tree[code]).state is state


def test_on_22_april_every_unit_of_dien_bien_gets_in_and_no_other(campaigns: Campaigns, tree: Tree) -> None:
    at = moment("2021-04-22 10:00:00")

    let_in = {code for code, unit in tree.items() if verdict(campaigns[YEAR_2021], at=at, unit=unit).is_open}

    assert let_in == {code for code in tree if code.split("/")[0] == "dien-bien"}
    assert len(let_in) > 10


PHASES_2022 = [
    ("2022-01-08 06:59:59", NOT_YET, []),
    ("2022-01-08 07:00:00", OPEN, ["Giai đoạn 1"]),
    ("2022-05-31 23:59:59", OPEN, ["Giai đoạn 1"]),
    ("2022-06-01 00:00:00", CLOSED, []),
    ("2022-06-01 06:59:59", CLOSED, []),
    ("2022-06-01 07:00:00", OPEN, ["Giai đoạn 2"]),
    ("2023-09-01 23:59:59", OPEN, ["Giai đoạn 2"]),
    ("2023-09-02 00:00:00", CLOSED, []),
]


@pytest.mark.parametrize(("at", "state", "phases"), PHASES_2022, ids=[case[0] for case in PHASES_2022])
def test_2022_opens_at_seven_and_closes_between_its_phases(
    campaigns: Campaigns, at: str, state: State, phases: list[str]
) -> None:
    ruling = verdict(campaigns[YEAR_2022], at=moment(at))

    assert (ruling.state, [phase.name for phase in ruling.phases]) == (state, phases)


def test_a_microsecond_before_the_end_is_in_time(campaigns: Campaigns) -> None:
    end = moment("2023-09-02 00:00:00")

    assert verdict(campaigns[YEAR_2022], at=end - timedelta(microseconds=1)).is_open


SENTENCES = [
    (YEAR_2022, "2022-01-08 06:59:59", None, "Chưa mở. Bắt đầu nhận lúc 7h00 ngày 8/1/2022."),
    (YEAR_2022, "2022-01-08 07:00:00", None, "Đang nhận sáng kiến, đến 24h00 ngày 31/5/2022."),
    (
        YEAR_2022,
        "2022-06-01 03:00:00",
        None,
        "Đã đóng lúc 24h00 ngày 31/5/2022. Mở lại lúc 7h00 ngày 1/6/2022.",
    ),
    (YEAR_2022, "2023-09-02 00:00:00", None, "Đã đóng lúc 24h00 ngày 1/9/2023."),
    (YEAR_2021, "2021-04-20 23:59:59", None, "Đang nhận sáng kiến, đến 24h00 ngày 20/4/2021."),
    (YEAR_2021, "2021-04-22 10:00:00", None, "Chỉ còn nhận của LĐLĐ tỉnh Điện Biên, đến 24h00 ngày 22/4/2021."),
    (YEAR_2021, "2021-04-22 10:00:00", "dien-bien", "Đang nhận sáng kiến, đến 24h00 ngày 22/4/2021."),
]


@pytest.mark.parametrize(
    ("slug", "at", "code", "sentence"), SENTENCES, ids=[f"{at} {code or 'everybody'}" for _, at, code, _ in SENTENCES]
)
def test_the_verdict_says_in_words_when_it_opens_and_closes(
    campaigns: Campaigns, tree: Tree, slug: str, at: str, code: str | None, sentence: str
) -> None:
    ruling = verdict(campaigns[slug], at=moment(at), unit=tree[code] if code else None)

    assert ruling.sentence == sentence


def test_two_extensions_are_each_told_with_their_own_close(campaigns: Campaigns, tree: Tree) -> None:
    """Whoever closes first must not read the day of the other."""
    WindowExtensionFactory(
        campaign=campaigns[YEAR_2021], unit=tree["thanh-hoa"], phase=None, closes_at=moment("2021-04-30 00:00:00")
    )
    ruling = verdict(campaigns[YEAR_2021], at=moment("2021-04-21 10:00:00"))

    assert ruling.sentence == (
        "Chỉ còn nhận của LĐLĐ tỉnh Điện Biên đến 24h00 ngày 22/4/2021; LĐLĐ tỉnh Thanh Hóa đến 24h00 ngày 29/4/2021."
    )
    assert countdown(ruling) is None


def test_a_campaign_without_phases_takes_nothing() -> None:
    ruling = judge([], [], at=moment("2022-01-08 07:00:00"))

    assert (ruling.state, ruling.sentence) == (NOT_YET, "Chưa có thời gian nhận sáng kiến.")


LATE = [
    (YEAR_2022, "2022-01-08 06:59:59", False),
    (YEAR_2022, "2022-05-31 23:59:59", False),
    (YEAR_2022, "2022-06-01 00:00:00", True),
    (YEAR_2022, "2022-06-01 07:00:00", False),
    (YEAR_2021, "2021-04-21 00:00:00", True),
    (YEAR_2021, "2021-04-23 00:00:00", True),
]


@pytest.mark.parametrize(("slug", "at", "late"), LATE, ids=[case[1] for case in LATE])
def test_late_is_what_comes_after_a_close_and_never_before_the_first_opening(
    campaigns: Campaigns, slug: str, at: str, late: bool
) -> None:
    assert verdict(campaigns[slug], at=moment(at)).is_late is late


# --- extensions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "code", "open_"),
    [
        ("2021-04-24 23:59:59", "quang-tri/huong-hoa", True),
        ("2021-04-25 00:00:00", "quang-tri/huong-hoa", False),
        ("2021-04-21 23:59:59", "quang-tri/dong-ha", True),
        ("2021-04-22 00:00:00", "quang-tri/dong-ha", False),
        ("2021-04-24 23:59:59", "quang-tri", True),
    ],
)
def test_the_nearest_unit_with_an_extension_wins_also_where_it_ends_sooner(
    campaigns: Campaigns, tree: Tree, at: str, code: str, open_: bool
) -> None:
    extend(campaigns[YEAR_2021], "2021-04-25 00:00:00", unit=tree["quang-tri"])
    extend(campaigns[YEAR_2021], "2021-04-22 00:00:00", unit=tree["quang-tri/dong-ha"])

    assert verdict(campaigns[YEAR_2021], at=moment(at), unit=tree[code]).is_open is open_


def test_of_two_extensions_of_one_unit_the_later_holds(campaigns: Campaigns, tree: Tree) -> None:
    extend(campaigns[YEAR_2021], "2021-04-26 00:00:00", unit=tree["dien-bien"])

    assert verdict(campaigns[YEAR_2021], at=moment("2021-04-25 12:00:00"), unit=tree["dien-bien"]).is_open


def test_an_extension_never_shortens_a_phase(campaigns: Campaigns, tree: Tree) -> None:
    extend(campaigns[YEAR_2021], "2021-04-15 00:00:00", unit=tree["quang-tri"])

    assert verdict(campaigns[YEAR_2021], at=moment("2021-04-20 23:59:59"), unit=tree["quang-tri"]).is_open


def test_a_unit_of_a_like_path_is_not_extended_with_its_neighbour(campaigns: Campaigns, tree: Tree) -> None:
    sister = UnitFactory(parent=tree["quang-tri"], code="quang-tri/dong-ha-2")
    extend(campaigns[YEAR_2021], "2021-04-25 00:00:00", unit=tree["quang-tri/dong-ha"])

    assert verdict(campaigns[YEAR_2021], at=moment("2021-04-24 00:00:00"), unit=tree["quang-tri/dong-ha"]).is_open
    assert not verdict(campaigns[YEAR_2021], at=moment("2021-04-24 00:00:00"), unit=sister).is_open


def test_an_extension_without_a_phase_lengthens_the_last_one(campaigns: Campaigns, tree: Tree) -> None:
    campaign, unit = campaigns[YEAR_2022], tree["quang-tri"]
    extend(campaign, "2023-09-05 00:00:00", unit=unit)

    between = verdict(campaign, at=moment("2022-06-01 03:00:00"), unit=unit)
    after = verdict(campaign, at=moment("2023-09-04 23:59:59"), unit=unit)

    assert not between.is_open
    assert [phase.name for phase in after.phases] == ["Giai đoạn 2"]


TWO_OPEN = [
    (date(2022, 5, 31), "Giai đoạn 1"),
    (date(2022, 6, 1), "Giai đoạn 2"),
    (date(2021, 9, 1), "Giai đoạn 1"),
    (date(2023, 9, 1), "Giai đoạn 2"),
    (date(2023, 9, 2), None),
    (date(2021, 8, 31), None),
]


@pytest.mark.parametrize(("day", "name"), TWO_OPEN, ids=[str(day) for day, _ in TWO_OPEN])
def test_while_two_phases_are_open_for_a_unit_the_day_decides(
    campaigns: Campaigns, tree: Tree, day: date, name: str | None
) -> None:
    campaign = campaigns[YEAR_2022]
    first = campaign.phases.get(name="Giai đoạn 1")
    extend(campaign, "2022-06-11 00:00:00", unit=tree["quang-tri"], phase=first)

    ruling = verdict(campaign, at=moment("2022-06-05 10:00:00"), unit=tree["quang-tri/dong-ha"])
    phase = ruling.phase_of(day)

    assert [each.name for each in ruling.phases] == ["Giai đoạn 1", "Giai đoạn 2"]
    assert (phase.name if phase else None) == name


def test_without_its_extension_a_unit_has_only_the_second_phase(campaigns: Campaigns, tree: Tree) -> None:
    campaign = campaigns[YEAR_2022]
    extend(campaign, "2022-06-11 00:00:00", unit=tree["quang-tri"], phase=campaign.phases.get(name="Giai đoạn 1"))

    ruling = verdict(campaign, at=moment("2022-06-05 10:00:00"), unit=tree["dien-bien"])

    assert [phase.name for phase in ruling.phases] == ["Giai đoạn 2"]


def test_an_extension_opens_nothing_before_its_phase(campaigns: Campaigns, tree: Tree) -> None:
    at = moment("2021-03-09 23:59:59")

    assert verdict(campaigns[YEAR_2021], at=at, unit=tree["dien-bien"]).state is NOT_YET
    assert verdict(campaigns[YEAR_2021], at=at).state is NOT_YET


# --- one person -----------------------------------------------------------------------------------------------------


def draft_of(campaign: Campaign, *, begun: str, unit: Unit | None = None) -> Draft:
    return Draft.objects.create(
        campaign=campaign, unit=unit, token_hash=begun.ljust(64, "0"), begun_at=moment(begun), saved_at=moment(begun)
    )


@pytest.mark.parametrize(
    ("at", "open_"), [("2021-04-21 16:59:59", True), ("2021-04-21 17:00:00", False), ("2021-04-21 00:00:00", True)]
)
def test_a_persons_extension_holds_for_that_draft(campaigns: Campaigns, tree: Tree, at: str, open_: bool) -> None:
    campaign = campaigns[YEAR_2021]
    mine = draft_of(campaign, begun="2021-04-21 00:00:00", unit=tree["quang-tri"])
    another = draft_of(campaign, begun="2021-04-21 00:00:01", unit=tree["quang-tri"])
    extend(campaign, "2021-04-21 17:00:00", draft=mine)

    assert verdict(campaign, at=moment(at), unit=tree["quang-tri"], draft=mine).is_open is open_
    assert not verdict(campaign, at=moment(at), unit=tree["quang-tri"], draft=another).is_open
    assert not verdict(campaign, at=moment(at), unit=tree["quang-tri"]).is_open


def test_of_a_persons_and_a_units_extension_the_later_holds(campaigns: Campaigns, tree: Tree) -> None:
    campaign = campaigns[YEAR_2021]
    draft = draft_of(campaign, begun="2021-04-20 20:00:00", unit=tree["dien-bien"])
    extend(campaign, "2021-04-21 12:00:00", draft=draft)

    assert verdict(campaign, at=moment("2021-04-22 23:59:59"), unit=tree["dien-bien"], draft=draft).is_open
    assert not verdict(campaign, at=moment("2021-04-23 00:00:00"), unit=tree["dien-bien"], draft=draft).is_open


GRACE = [
    ("2021-04-20 23:59:59", "2021-04-21 00:14:59", True),
    ("2021-04-20 23:59:59", "2021-04-21 00:15:00", False),
    ("2021-04-21 00:00:00", "2021-04-21 00:00:01", False),
    ("2021-04-21 00:05:00", "2021-04-21 00:10:00", False),
]


@pytest.mark.parametrize(("begun", "at", "open_"), GRACE, ids=[f"begun {case[0]}, sent {case[1]}" for case in GRACE])
def test_grace_is_for_drafts_begun_before_the_close(
    campaigns: Campaigns, tree: Tree, begun: str, at: str, open_: bool
) -> None:
    campaign = campaigns[YEAR_2021]
    Campaign.objects.filter(pk=campaign.pk).update(grace_minutes=15)
    draft = draft_of(campaign, begun=begun, unit=tree["quang-tri"])

    assert verdict(campaign, at=moment(at), unit=tree["quang-tri"], draft=draft).is_open is open_
    assert not verdict(campaign, at=moment("2021-04-21 00:00:00"), unit=tree["quang-tri"]).is_open


@pytest.mark.parametrize("whose", ["unit", "draft"])
def test_grace_never_comes_on_top_of_an_extension(campaigns: Campaigns, tree: Tree, whose: str) -> None:
    campaign = campaigns[YEAR_2021]
    Campaign.objects.filter(pk=campaign.pk).update(grace_minutes=15)
    unit = tree["quang-tri"]
    draft = draft_of(campaign, begun="2021-04-20 20:00:00", unit=unit)
    extend(campaign, "2021-04-22 00:00:00", **{whose: unit if whose == "unit" else draft})

    assert verdict(campaign, at=moment("2021-04-21 23:59:59"), unit=unit, draft=draft).is_open
    assert not verdict(campaign, at=moment("2021-04-22 00:00:00"), unit=unit, draft=draft).is_open


def test_without_grace_a_draft_begun_in_time_is_late_at_the_close(campaigns: Campaigns, tree: Tree) -> None:
    draft = draft_of(campaigns[YEAR_2021], begun="2021-04-20 20:00:00", unit=tree["quang-tri"])

    ruling = verdict(campaigns[YEAR_2021], at=moment("2021-04-21 00:00:00"), unit=tree["quang-tri"], draft=draft)

    assert not ruling.is_open


def test_a_verdict_asks_one_statement_where_it_is_open_and_two_where_it_is_not(
    campaigns: Campaigns, tree: Tree
) -> None:
    for code in ("quang-tri", "dien-bien", "thanh-hoa"):
        extend(campaigns[YEAR_2021], "2021-04-25 00:00:00", unit=tree[code])
    campaign = Campaign.objects.get(slug=YEAR_2021)

    def statements(at: str, **where: Unit) -> int:
        with CaptureQueriesContext(connection) as asked:
            verdict(campaign, at=moment(at), **where)
        return len(asked)

    assert statements("2021-04-20 00:00:00") == 1
    assert statements("2021-04-24 00:00:00", unit=tree["quang-tri"]) == 1
    assert statements("2021-04-24 00:00:00", unit=tree["ha-noi"]) == 2


def test_a_verdict_is_of_the_campaign_as_it_is_stored(campaigns: Campaigns, tree: Tree) -> None:
    known = Campaign.objects.prefetch_related("phases").get(slug=YEAR_2021)
    with connection.cursor() as cursor:  # past the models, as another process does it
        ends = moment("2021-04-19 00:00:00")
        cursor.execute("UPDATE initiatives_phase SET closes_at = %s WHERE campaign_id = %s", [ends, known.pk])

    assert not verdict(known, at=moment("2021-04-20 00:00:00")).is_open


def test_many_campaigns_are_judged_in_one_statement_and_as_one_by_one(campaigns: Campaigns) -> None:
    every = list(Campaign.objects.prefetch_related("phases"))

    for text in ("2021-04-20 23:59:59", "2021-04-22 10:00:00", "2022-01-08 07:00:00", "2023-09-02 00:00:00"):
        with CaptureQueriesContext(connection) as asked:
            together = windows.verdicts(every, at=moment(text))

        assert together == {campaign.pk: verdict(campaign, at=moment(text)) for campaign in every}
        assert len(asked) == 1


# --- wherever the process thinks it is ------------------------------------------------------------------------------

IN_ANOTHER_ZONE = """
import django, os, time
django.setup()
from datetime import datetime
from initiatives.campaigns.windows import judge
from initiatives.models import Phase
from portal.vietnamese import days
opens = datetime.fromisoformat("2022-01-08T07:00:00+07:00")
closes = datetime.fromisoformat("2022-06-01T00:00:00+07:00")
phase = Phase(pk=1, opens_at=opens, closes_at=closes)
for second in ("2022-01-07T23:59:59+00:00", "2022-01-08T00:00:00+00:00", "2022-05-31T16:59:59+00:00",
               "2022-05-31T17:00:00+00:00"):
    ruling = judge([phase], [], at=datetime.fromisoformat(second))
    print(ruling.state, ruling.sentence)
"""


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Ho_Chi_Minh"])
def test_the_process_may_run_in_any_time_zone(zone: str) -> None:
    environment = {**os.environ, "TZ": zone, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONUTF8": "1"}

    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_ZONE],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == [
        "not_yet Chưa mở. Bắt đầu nhận lúc 7h00 ngày 8/1/2022.",
        "open Đang nhận sáng kiến, đến 24h00 ngày 31/5/2022.",
        "open Đang nhận sáng kiến, đến 24h00 ngày 31/5/2022.",
        "closed Đã đóng lúc 24h00 ngày 31/5/2022.",
    ]


# --- every door asks ------------------------------------------------------------------------------------------------

DOORS = [
    ("quang-tri", "2021-04-20 23:59:59", True),
    ("dien-bien", "2021-04-20 23:59:59", True),
    ("quang-tri", "2021-04-21 00:00:00", False),
    ("dien-bien", "2021-04-21 00:00:00", True),
    ("quang-tri", "2021-04-22 10:00:00", False),
    ("dien-bien", "2021-04-22 23:59:59", True),
    ("dien-bien", "2021-04-23 00:00:00", False),
]
each_door = pytest.mark.parametrize(("code", "text", "open_"), DOORS, ids=[f"{text} {code}" for code, text, _ in DOORS])


def ready(at: Clock, code: str) -> Worker:
    """A draft of the unit that needs nothing more, made while everything was open."""
    at("2021-04-10 09:00:00")
    return Worker(YEAR_2021).fill(person_2021(top_unit=code, unit=""), content_2021())


@each_door
def test_the_campaign_page_of_a_unit_asks(campaigns: Campaigns, at: Clock, code: str, text: str, open_: bool) -> None:
    at(text)

    shown = page(Worker(YEAR_2021).get(f"/{YEAR_2021}/?don-vi={code}"))

    assert (f'href="/{YEAR_2021}/nop/?don-vi={code}">Nộp sáng kiến</a>' in shown) is open_


@each_door
def test_the_empty_form_asks(campaigns: Campaigns, at: Clock, code: str, text: str, open_: bool) -> None:
    at(text)

    shown = page(Worker(YEAR_2021).get(f"/{YEAR_2021}/nop/?don-vi={code}"))

    assert ('id="main-form"' in shown) is open_


@each_door
def test_step_one_asks_and_is_kept(campaigns: Campaigns, at: Clock, code: str, text: str, open_: bool) -> None:
    stopped = at(text)
    worker = Worker(YEAR_2021)

    answer = worker.begin(person_2021(top_unit=code, unit=""))

    assert answer.status_code == (303 if open_ else 200)
    assert worker.draft.answers["full_name"] == "Hồ Thị Mỹ Duyên"
    assert worker.draft.late_at == (None if open_ else stopped)


@each_door
def test_step_two_asks_and_is_kept(campaigns: Campaigns, at: Clock, code: str, text: str, open_: bool) -> None:
    worker = ready(at, code)
    stopped = at(text)

    answer = worker.send_content(content_2021(title="Bàn nâng thùng keo"))

    assert answer.status_code == (303 if open_ else 200)
    assert worker.draft.answers["title"] == "Bàn nâng thùng keo"
    assert worker.draft.late_at == (None if open_ else stopped)


@each_door
def test_an_upload_asks(campaigns: Campaigns, at: Clock, code: str, text: str, open_: bool) -> None:
    worker = ready(at, code)
    at(text)

    worker.send_files(("qd.pdf", samples.pdf()))

    assert Attachment.objects.count() == (1 if open_ else 0)


@each_door
def test_submitting_asks(campaigns: Campaigns, at: Clock, code: str, text: str, open_: bool) -> None:
    worker = ready(at, code)
    stopped = at(text)

    answer = worker.confirm()

    assert answer.status_code == (303 if open_ else 200)
    assert Initiative.objects.count() == (1 if open_ else 0)
    assert worker.draft.late_at == (None if open_ else stopped)
    if not open_:
        assert "CHƯA nộp." in page(answer)
        assert worker.draft.answers["title"] == content_2021()["title"]


@pytest.mark.parametrize(
    ("text", "phase"),
    [("2022-05-31 23:59:59", "Giai đoạn 1"), ("2022-06-01 00:00:00", None), ("2022-06-01 06:59:59", None)],
)
def test_2022_takes_nothing_between_its_phases(campaigns: Campaigns, at: Clock, text: str, phase: str | None) -> None:
    at("2022-05-31 20:00:00")
    worker = Worker(YEAR_2022).fill()
    at(text)

    worker.confirm()

    assert list(Initiative.objects.values_list("phase__name", flat=True)) == ([phase] if phase else [])


def test_the_second_phase_takes_what_falls_in_it(campaigns: Campaigns, at: Clock) -> None:
    at("2022-06-20 07:00:00")

    initiative = Worker(YEAR_2022).submit(person(), content(applied_on="1/6/2022", recognised_on="15/6/2022"))

    assert initiative.phase.name == "Giai đoạn 2"


def test_what_arrived_in_time_is_taken_although_its_turn_came_later(
    campaigns: Campaigns, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that buffers hands the request over late and says how long it took; arrival decides."""
    monkeypatch.setattr("portal.requests.is_trusted", lambda address: True)
    worker = ready(at, "quang-tri")
    at("2021-04-21 00:00:03")

    answer = worker.post(worker.step("kiem-tra"), {"confirm": "1"}, **{"X-Request-Elapsed": "3.5"})

    assert answer.status_code == 303
    assert worker.initiative.arrived_at == moment("2021-04-20 23:59:59.500000")
    assert worker.initiative.submitted_at == moment("2021-04-21 00:00:03")


def test_nobody_but_a_trusted_proxy_may_say_how_long_a_request_took(campaigns: Campaigns, at: Clock) -> None:
    worker = ready(at, "quang-tri")
    at("2021-04-21 00:00:03")

    worker.post(worker.step("kiem-tra"), {"confirm": "1"}, **{"X-Request-Elapsed": "3.5"})

    assert Initiative.objects.count() == 0


def test_a_phase_covers_both_of_its_days() -> None:
    phase = Phase(eligible_from=date(2022, 6, 1), eligible_until=date(2023, 9, 1))

    covered = [phase.covers(day) for day in (date(2022, 5, 31), date(2022, 6, 1), date(2023, 9, 1), date(2023, 9, 2))]

    assert covered == [False, True, True, False]
    assert Phase().covers(date(1999, 1, 1))
