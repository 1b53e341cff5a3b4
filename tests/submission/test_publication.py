"""The sender's word on being published, given and taken back after the initiative was sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import Act, Draft, Exemplar, Initiative, Status
from initiatives.submission import tracking
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    ExemplarFactory,
    InitiativeFactory,
    make_tree,
    unit_at,
)
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page, person

NOW = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)
AGREE, STOP = {"publish_consent": "1"}, {"publish_consent": "0"}
OFFERS = 'name="publish_consent" value="{}"'
IS_ASKED = "Công bố tên và ảnh của bạn"


@pytest.fixture
def initiative(db: None, at: Callable[[Any], datetime]) -> Initiative:
    at(NOW)
    make_tree()
    return InitiativeFactory(unit=unit_at("quang-tri/dong-ha"), status=Status.VALID, full_name="Trần Thị Thu Hà")


def record(initiative: Initiative) -> str:
    return page(Worker().get(reverse("record_door", args=[tracking.sign(initiative, at=NOW)])))


def say(initiative: Initiative, word: dict[str, str], **headers: str) -> HttpResponse:
    signed = tracking.sign(initiative, at=NOW)
    return Worker().post(reverse("record_door", args=[signed]), word, **headers)


def agrees(initiative: Initiative) -> bool:
    return Initiative.objects.get(pk=initiative.pk).publish_consent


def said(initiative: Initiative) -> list[str]:
    acts = initiative.events.filter(act__in=(Act.AGREED, Act.DISAGREED)).order_by("number")
    return list(acts.values_list("act", flat=True))


def shown(initiative: Initiative) -> Exemplar:
    decision = CommendationDecisionFactory(campaign=initiative.campaign)
    commendation = CommendationFactory(decision=decision, initiative=initiative, author=initiative.full_name)
    return ExemplarFactory(
        kind=Exemplar.Kind.INITIATIVE,
        commendation=commendation,
        campaign=initiative.campaign,
        unit=initiative.unit,
        name="",
        story="Chị Hà nghĩ ra trong ca đêm.",
    )


def test_it_is_given_and_taken_back_and_both_stand_in_the_history(initiative: Initiative) -> None:
    before = record(initiative)
    answer = say(initiative, AGREE)
    given = Initiative.objects.get(pk=initiative.pk).publish_consented_at
    agreed = record(initiative)
    say(initiative, STOP)

    assert (answer.status_code, answer["Location"].endswith("/#cong-bo"), given) == (303, True, NOW)
    assert ("Bạn chưa đồng ý." in before, OFFERS.format(1) in before) == (True, True)
    assert ("Bạn đang đồng ý." in agreed, OFFERS.format(0) in agreed, OFFERS.format(1) in agreed) == (True, True, False)
    assert "<b>Đồng ý công bố tên, ảnh</b>" in agreed
    assert not agrees(initiative)
    assert said(initiative) == [Act.AGREED, Act.DISAGREED]
    events = list(initiative.events.order_by("number"))
    assert [event.account for event in events[-2:]] == [None, None]
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert Initiative.objects.get().status == Status.VALID


def test_the_public_page_follows_at_once_and_the_record_leads_there(initiative: Initiative) -> None:
    address = reverse("exemplar", args=[shown(initiative).pk])
    told = []

    for word in ({}, AGREE, STOP):
        say(initiative, word)
        told.append("Chị Hà nghĩ ra" in page(Client().get(address)))

    assert told == [False, True, False]
    assert f'href="{address}"' in record(initiative)


@pytest.mark.parametrize("happens", ["not announced", "taken down", "not valid", "unpublished"])
def test_the_record_leads_to_no_page_that_is_not_there(initiative: Initiative, happens: str) -> None:
    exemplar = shown(initiative)
    address = reverse("exemplar", args=[exemplar.pk])
    assert f'href="{address}"' in record(initiative)
    assert exemplar.commendation is not None

    if happens == "not announced":
        type(exemplar.commendation.decision).objects.update(announced_at=None)
    elif happens == "taken down":
        Exemplar.objects.update(shown_at=None)
    elif happens == "not valid":
        Initiative.objects.update(status=Status.INVALID)
    else:
        type(initiative.campaign).objects.update(is_published=False)

    assert f'href="{address}"' not in record(initiative)
    assert Client().get(address).status_code == 404


def test_a_second_tap_changes_nothing(initiative: Initiative) -> None:
    for word in (STOP, AGREE, AGREE):
        say(initiative, word)

    assert said(initiative) == [Act.AGREED]


@pytest.mark.parametrize("word", [{}, {"publish_consent": "on"}, {"publish_consent": ""}, {"publish_consent": "2"}])
def test_what_is_no_word_changes_nothing(initiative: Initiative, word: dict[str, str]) -> None:
    Initiative.objects.update(publish_consented_at=NOW)

    assert say(initiative, word).status_code == 200
    assert (agrees(initiative), said(initiative)) == (True, [])


def test_looking_changes_nothing(initiative: Initiative) -> None:
    address = reverse("record_door", args=[tracking.sign(initiative, at=NOW)])

    answer = Worker().get(address + "?publish_consent=1")

    assert (answer.status_code, agrees(initiative)) == (200, False)


OFFERED = [
    (Status.SUBMITTED, {}, True, True),
    (Status.RETURNED, {}, True, True),
    (Status.VALID, {}, True, True),
    (Status.VALID, {"recognised_author": 1}, False, True),
    (Status.INVALID, {}, False, True),
    (Status.WITHDRAWN, {}, False, True),
]


@pytest.mark.parametrize(("status", "fields", "to_give", "to_take_back"), OFFERED)
def test_it_is_asked_where_something_may_come_of_it_and_always_taken_back(
    initiative: Initiative, status: str, fields: dict[str, Any], to_give: bool, to_take_back: bool
) -> None:
    Initiative.objects.update(status=status, **fields)
    assert (IS_ASKED in record(initiative), OFFERS.format(1) in record(initiative)) == (to_give, to_give)
    say(initiative, AGREE)
    assert agrees(initiative) == to_give

    Initiative.objects.update(publish_consented_at=NOW)

    assert (OFFERS.format(0) in record(initiative)) == to_take_back
    say(initiative, STOP)
    assert agrees(initiative) != to_take_back


def test_another_site_says_nothing_for_the_sender(initiative: Initiative) -> None:
    answer = say(initiative, AGREE, **{"sec-fetch-site": "cross-site"})

    assert (answer.status_code, agrees(initiative)) == (403, False)


def test_an_expired_or_foreign_link_changes_nothing(initiative: Initiative, at: Callable[[Any], datetime]) -> None:
    address = reverse("record_door", args=[tracking.sign(initiative, at=NOW)])
    foreign = reverse("record_door", args=["khong.phai~cuachungtoi"])
    at("2022-05-03 09:31:00")

    answers = [Worker().post(each, AGREE) for each in (address, foreign)]

    assert [answer.status_code for answer in answers] == [303, 404]
    assert answers[0]["Location"] == "/tra-cuu/?tin=het-gio"
    assert not agrees(initiative)


def test_a_correction_that_was_begun_before_brings_no_consent_back(
    campaigns: dict[str, Any], at: Callable[[Any], datetime]
) -> None:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    sent = worker.submit(person(publish_consent="on"))
    worker.track(sent.receipt_code)
    worker.mend("nguoi-nop", person(publish_consent="on", workplace="Nơi khác"))
    assert Draft.objects.get(revises=sent).answer("publish_consent")

    worker.post(worker.record, STOP)
    worker.post(f"{worker.record}kiem-tra/", {"confirm": "1"})

    now = Initiative.objects.get()
    assert (now.workplace, now.publish_consented_at) == ("Nơi khác", None)
