"""A campaign's address may not be one of ours."""

import re

import pytest

from initiatives.models import Campaign
from initiatives.models.campaign import RESERVED_SLUGS, is_address
from tests.codebase.doors import doors

LITERAL = re.compile(r"\A[a-z0-9.-]+\Z")


def first_segments() -> set[str]:
    """The literal ones; a campaign's own `<slug:campaign>` and the front page's nothing are not among them."""
    return {door.first_segment.replace("\\", "") for door in doors()} - {""}


def test_every_first_segment_of_ours_is_reserved() -> None:
    ours = {segment for segment in first_segments() if LITERAL.match(segment)}

    assert {"nhap", "tra-cuu", "admin"} <= ours
    assert ours - set(RESERVED_SLUGS) == set()


def test_the_only_open_first_segment_is_a_campaigns() -> None:
    assert {segment for segment in first_segments() if not LITERAL.match(segment)} == {"<slug:campaign>"}


@pytest.mark.parametrize("name", ["static", "robots.txt", "favicon.ico", "metrics", "xac-nhan", "tieu-bieu"])
def test_what_others_expect_at_the_root_is_reserved_too(name: str) -> None:
    assert name in RESERVED_SLUGS


def test_no_campaign_of_the_letters_stands_in_the_way(campaigns: dict[str, Campaign]) -> None:
    taken = {segment for campaign in campaigns.values() for segment in (campaign.slug, campaign.alias) if segment}

    assert taken & set(RESERVED_SLUGS) == set()
    assert all(is_address.regex.match(segment) for segment in taken)
