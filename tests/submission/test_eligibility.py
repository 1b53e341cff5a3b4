"""What speaks against an initiative: one table for each campaign of the letters, blocks apart from flags."""

from datetime import date
from typing import Any

import pytest

from initiatives.campaigns.loading import load_campaigns
from initiatives.models import Asked, Campaign, Phase
from initiatives.submission.eligibility import Facts, Objection, day_that_counts, objections
from orgtree.models import Unit
from tests.submission.worker import YEAR_2021, YEAR_2022

PROMISES = {YEAR_2021: ("recognised",), YEAR_2022: ("recognised", "novel", "lawful", "unprotected")}
FIRST, SECOND = "Giai đoạn 1", "Giai đoạn 2"


def found(campaign: Campaign, *, today: date, open_: tuple[str, ...], **facts: Any) -> list[Objection]:
    given = {"declared": PROMISES[campaign.slug], "recognised_on": None, "has_link": True} | facts
    phases = list(campaign.phases.all())
    return objections(
        Facts(**given),
        campaign,
        declarations=list(campaign.declarations.all()),
        phases=phases,
        open_phases=[phase for phase in phases if phase.name in open_],
        today=today,
    )


def blocks(objected: list[Objection]) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in objected if each.blocks]


def flags(objected: list[Objection]) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in objected if not each.blocks]


OUTSIDE = [("applied_on", "applied_outside")]
APRIL = date(2021, 4, 10)
CASES_2021 = [
    ("the first day", date(2021, 2, 1), None, []),
    ("the day before it", date(2021, 1, 31), None, OUTSIDE),
    ("the last day, still ahead", date(2021, 5, 31), None, []),
    ("the day after it", date(2021, 6, 1), None, OUTSIDE),
    ("today", APRIL, None, []),
    ("tomorrow", date(2021, 4, 11), None, []),
    ("recognised long ago counts for nothing", date(2021, 3, 1), date(2019, 1, 1), []),
    ("recognised tomorrow", date(2021, 3, 1), date(2021, 4, 11), [("recognised_on", "recognised_ahead")]),
    ("both wrong, both said", date(2020, 1, 1), date(2022, 1, 1), [*OUTSIDE, ("recognised_on", "recognised_ahead")]),
    ("nothing typed", None, None, []),
]


@pytest.mark.parametrize(
    ("applied_on", "recognised_on", "expected"), [case[1:] for case in CASES_2021], ids=[case[0] for case in CASES_2021]
)
def test_2021_asks_for_february_to_may_a_day_ahead_included(
    campaigns: dict[str, Campaign],
    applied_on: date | None,
    recognised_on: date | None,
    expected: list[tuple[str, str]],
) -> None:
    objected = found(
        campaigns[YEAR_2021], today=APRIL, open_=("Đợt cập nhật",), applied_on=applied_on, recognised_on=recognised_on
    )

    assert blocks(objected) == expected


PHASE_BY_APPLIED, PHASE_BY_RECOGNISED = [("applied_on", "outside_phase")], [("recognised_on", "outside_phase")]
TOO_EARLY = [("recognised_on", "recognised_too_early")]
MAY, JUNE, LAST = date(2022, 5, 20), date(2022, 6, 20), date(2023, 9, 1)
CASES_2022 = [
    ("both in phase 1", (FIRST,), MAY, date(2022, 1, 10), date(2022, 2, 15), []),
    ("the first day of all", (FIRST,), MAY, date(2021, 9, 1), date(2021, 9, 1), []),
    ("applied the day before it", (FIRST,), MAY, date(2021, 8, 31), date(2021, 9, 1), OUTSIDE),
    ("recognised the day before it", (FIRST,), MAY, date(2021, 9, 1), date(2021, 8, 31), TOO_EARLY),
    ("both before it", (FIRST,), MAY, date(2021, 8, 31), date(2021, 8, 31), [*OUTSIDE, *TOO_EARLY]),
    ("applied tomorrow", (FIRST,), MAY, date(2022, 5, 21), date(2022, 5, 1), [("applied_on", "applied_ahead")]),
    ("recognised tomorrow", (FIRST,), MAY, MAY, date(2022, 5, 21), [("recognised_on", "recognised_ahead")]),
    ("the last day of phase 1", (FIRST,), date(2022, 5, 31), date(2022, 5, 31), date(2022, 5, 31), []),
    ("phase 1 sent in phase 2", (SECOND,), JUNE, date(2022, 1, 10), date(2022, 5, 31), PHASE_BY_RECOGNISED),
    ("phase 1 by the day applied", (SECOND,), JUNE, date(2022, 5, 31), date(2022, 1, 10), PHASE_BY_APPLIED),
    ("applied in 1, recognised in 2, sent in 2", (SECOND,), JUNE, date(2022, 5, 31), date(2022, 6, 1), []),
    ("recognised in 1, applied in 2, sent in 2", (SECOND,), JUNE, date(2022, 6, 1), date(2022, 5, 31), []),
    ("recognised in 2, sent while only 1 is open", (FIRST,), JUNE, MAY, date(2022, 6, 1), PHASE_BY_RECOGNISED),
    ("either, while both are open: 1", (FIRST, SECOND), JUNE, date(2022, 1, 10), date(2022, 5, 31), []),
    ("either, while both are open: 2", (FIRST, SECOND), JUNE, date(2022, 1, 10), date(2022, 6, 1), []),
    ("the last day of all", (SECOND,), LAST, LAST, LAST, []),
    ("the day after it", (SECOND,), date(2023, 9, 2), date(2023, 9, 2), LAST, OUTSIDE),
    ("nothing open: the deadline speaks", (), JUNE, date(2022, 1, 10), date(2022, 2, 15), []),
    ("recognition not given yet", (FIRST,), MAY, date(2022, 1, 10), None, []),
    ("only recognition given", (FIRST,), MAY, None, date(2022, 2, 15), []),
]


@pytest.mark.parametrize(
    ("open_", "today", "applied_on", "recognised_on", "expected"),
    [case[1:] for case in CASES_2022],
    ids=[case[0] for case in CASES_2022],
)
def test_2022_takes_the_later_of_applied_and_recognised_in_the_phase_of_sending(
    campaigns: dict[str, Campaign],
    open_: tuple[str, ...],
    today: date,
    applied_on: date | None,
    recognised_on: date | None,
    expected: list[tuple[str, str]],
) -> None:
    objected = found(campaigns[YEAR_2022], today=today, open_=open_, applied_on=applied_on, recognised_on=recognised_on)

    assert blocks(objected) == expected


@pytest.mark.parametrize(
    ("slug", "applied_on", "recognised_on", "counts"),
    [
        (YEAR_2021, date(2021, 3, 1), date(2021, 4, 1), date(2021, 3, 1)),
        (YEAR_2021, date(2021, 3, 1), None, date(2021, 3, 1)),
        (YEAR_2022, date(2022, 3, 1), date(2022, 4, 1), date(2022, 4, 1)),
        (YEAR_2022, date(2022, 4, 1), date(2022, 3, 1), date(2022, 4, 1)),
        (YEAR_2022, date(2022, 4, 1), None, date(2022, 4, 1)),
    ],
    ids=["2021 applied", "2021 alone", "2022 recognised later", "2022 applied later", "2022 alone"],
)
def test_the_day_that_counts(
    campaigns: dict[str, Campaign], slug: str, applied_on: date, recognised_on: date | None, counts: date
) -> None:
    assert day_that_counts(campaigns[slug], applied_on=applied_on, recognised_on=recognised_on) == counts


SENTENCES = [
    (
        {"applied_on": date(2021, 8, 31), "recognised_on": date(2021, 9, 1)},
        "Ngày áp dụng phải từ 1/9/2021 đến 1/9/2023.",
    ),
    (
        {"applied_on": date(2022, 1, 1), "recognised_on": date(2021, 8, 31)},
        "Sáng kiến phải được công nhận từ ngày 1/9/2021.",
    ),
    (
        {"applied_on": date(2022, 1, 10), "recognised_on": date(2022, 2, 15)},
        "Ngày công nhận 15/2/2022 thuộc Giai đoạn 1. Hiện đang nhận Giai đoạn 2 (từ 1/6/2022 đến 1/9/2023).",
    ),
]


@pytest.mark.parametrize(("facts", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_an_objection_names_the_rule(campaigns: dict[str, Campaign], facts: dict[str, date], sentence: str) -> None:
    objected = found(campaigns[YEAR_2022], today=JUNE, open_=(SECOND,), **facts)

    assert [each.sentence for each in objected] == [sentence]


@pytest.mark.parametrize(
    ("declared", "missing"),
    [
        ((), 4),
        (("recognised",), 3),
        (("recognised", "novel", "lawful"), 1),
        (("unprotected", "lawful", "novel", "recognised"), 0),
        (("recognised", "novel", "lawful", "invented"), 1),
    ],
)
def test_each_declaration_that_is_not_ticked_is_named_by_its_words(
    campaigns: dict[str, Campaign], declared: tuple[str, ...], missing: int
) -> None:
    campaign = campaigns[YEAR_2022]
    objected = found(campaign, today=MAY, open_=(FIRST,), applied_on=MAY, recognised_on=MAY, declared=declared)

    words = [each.text for each in campaign.declarations.all() if each.code not in declared]
    assert [each.sentence for each in objected] == [f"Hãy xác nhận: “{text}”." for text in words]
    assert blocks(objected) == [("declaration", "declaration_missing")] * missing


@pytest.mark.parametrize(
    ("asked", "kinds", "link", "blocking", "flagged"),
    [
        (Asked.OPTIONAL, (), False, [], [("attachments", "recognition_missing")]),
        (Asked.OPTIONAL, ("benefit",), False, [], [("attachments", "recognition_missing")]),
        (Asked.OPTIONAL, ("recognition",), False, [], []),
        (Asked.OPTIONAL, (), True, [], []),
        (Asked.OFF, (), False, [], []),
        (Asked.REQUIRED, (), False, [("attachments", "attachments_missing")], []),
        (Asked.REQUIRED, ("benefit",), False, [], [("attachments", "recognition_missing")]),
        (Asked.REQUIRED, (), True, [], []),
    ],
)
def test_documents_missing_are_a_flag_unless_the_campaign_requires_them(
    campaigns: dict[str, Campaign],
    asked: Asked,
    kinds: tuple[str, ...],
    link: bool,
    blocking: list[tuple[str, str]],
    flagged: list[tuple[str, str]],
) -> None:
    campaign = campaigns[YEAR_2022]
    campaign.asks_attachments = asked
    objected = found(
        campaign, today=MAY, open_=(FIRST,), applied_on=MAY, recognised_on=MAY, attachment_kinds=kinds, has_link=link
    )

    assert (blocks(objected), flags(objected)) == (blocking, flagged)


@pytest.mark.parametrize(
    ("dong", "flagged"),
    [
        (None, False),
        (999, True),
        (1_000, False),
        (200_000_000, False),
        (1_000_000_000_000, False),
        (1_000_000_000_001, True),
    ],
)
def test_an_implausible_value_is_asked_about_and_never_refused(
    campaigns: dict[str, Campaign], dong: int | None, flagged: bool
) -> None:
    objected = found(
        campaigns[YEAR_2022], today=MAY, open_=(FIRST,), applied_on=MAY, recognised_on=MAY, benefit_value=dong
    )

    assert blocks(objected) == []
    assert flags(objected) == ([("benefit_value", "benefit_implausible")] if flagged else [])


def test_recognised_more_than_a_year_before_it_was_applied_is_a_flag(campaigns: dict[str, Campaign]) -> None:
    def flagged(applied_on: date) -> list[tuple[str, str]]:
        return flags(
            found(
                campaigns[YEAR_2022], today=LAST, open_=(SECOND,), applied_on=applied_on, recognised_on=date(2022, 3, 1)
            )
        )

    assert flagged(date(2023, 3, 1)) == []
    assert flagged(date(2023, 3, 2)) == [("recognised_on", "recognised_long_before")]


@pytest.mark.django_db
def test_a_campaign_without_bounds_objects_to_no_day(tree: dict[str, Unit]) -> None:
    load_campaigns()
    campaign = Campaign.objects.get(slug=YEAR_2021)
    campaign.applied_from = campaign.applied_until = None

    facts = Facts(applied_on=date(1999, 1, 1), recognised_on=None, declared=("recognised",))

    assert (
        objections(
            facts, campaign, declarations=[], phases=[], open_phases=[Phase(campaign=campaign, name="Mở")], today=MAY
        )
        == []
    )
