"""Shares of co-authors, on what hypothesis makes up: taken where they make a hundred, and told back as they were typed."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from initiatives.models import Campaign
from initiatives.submission.answers import percent
from initiatives.submission.forms import ContentForm
from tests.submission.test_forms import NAME, YEAR_2022, content_form, shared

HUNDRED = 10_000  # in hundredths of a percent
PARTS = st.integers(1, HUNDRED)


@pytest.fixture
def campaign(campaigns: dict[str, Campaign]) -> Campaign:
    return campaigns[YEAR_2022]


def typed(part: int) -> str:
    """33,33"""
    return f"{part // 100},{part % 100:02}"


def form_of(campaign: Campaign, own: int, others: list[int]) -> ContentForm:
    return content_form(campaign, shared(typed(own), *[(NAME, typed(each)) for each in others], chosen="0"))


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PARTS, min_size=1, max_size=4), st.integers(1, HUNDRED))
def test_what_makes_a_hundred_is_taken_as_typed(campaign: Campaign, others: list[int], scale: int) -> None:
    smaller = [max(1, each * scale // (HUNDRED * (len(others) + 1))) for each in others]
    own = HUNDRED - sum(smaller)
    assume(own > max(smaller))  # or whom to recognise would be asked as well

    form = form_of(campaign, own, smaller)

    assert form.errors == {}
    assert form.cleaned_data["sender_share"] == Decimal(own) / 100
    assert [each.share for each in form.cleaned_data["co_authors"]] == [Decimal(each) / 100 for each in smaller]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS, st.lists(PARTS, min_size=1, max_size=4))
def test_what_makes_more_or_less_is_told_its_sum(campaign: Campaign, own: int, others: list[int]) -> None:
    total = own + sum(others)
    assume(total != HUNDRED)

    form = form_of(campaign, own, others)

    sentence = f"Tổng các phần đóng góp phải là 100%, hiện là {percent(Decimal(total) / 100)}%."
    assert form.errors == {"share": [sentence]}
