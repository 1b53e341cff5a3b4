"""After every journey the whole portal is looked at: its invariants hold, and the tally agrees with the rows."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from initiatives.invariants import violations
from initiatives.models import Campaign
from initiatives.progress import tally


@pytest.fixture(autouse=True)
def _all_is_well_afterwards(db: None) -> Iterator[None]:
    yield
    assert list(violations()) == []
    for campaign in Campaign.objects.all():
        assert tally.refresh(campaign, at=timezone.now())
        assert tally.differences(campaign) == []
