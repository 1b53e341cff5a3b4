"""One file by two at one moment, with connections of their own: every row is entered once."""

from collections import Counter
from datetime import datetime

import pytest

from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative
from initiatives.submission.entering import sheets
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.sheets import Judge, Outcome
from orgtree.models import StaffAccount
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree
from tests.submission.entering.workbooks import rows_of, workbook

AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
ROWS = 6


@pytest.mark.django_db(transaction=True)
def test_two_officers_send_the_same_file_at_one_moment() -> None:
    units, campaign, content = make_tree(), CampaignFactory(), workbook(*rows_of(ROWS))
    officers = [StaffAccountFactory(unit=units["quang-tri"], phone=f"090511122{n}") for n in range(2)]

    def enter(officer: StaffAccount) -> list[Outcome]:
        offer = Offer.of(Campaign.objects.get(pk=campaign.pk), by=officer, at=AT)
        return sheets.enter(list(sheets.rows_in(content, offer=offer)), judge=Judge(offer, by=officer, at=AT))

    outcomes = together(*(lambda officer=officer: enter(officer) for officer in officers))

    states = Counter(each.state for told in outcomes for each in told)
    assert states == {sheets.ENTERED: ROWS, "present": ROWS}
    assert Initiative.objects.count() == ROWS
    assert list(violations()) == []
