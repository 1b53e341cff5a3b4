"""What another website pastes, and the ways to ask from a page's corner. In a browser: `tests/browser/test_campaign_page.py`."""

from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest

from initiatives.campaigns import contacts
from initiatives.campaigns.contacts import Corner
from initiatives.campaigns.embedding import snippets
from initiatives.models import Campaign, Contact
from orgtree.models import Unit
from tests.factories import ContactFactory
from tests.submission.worker import YEAR_2022, Worker, page

Clock = Callable[[str], datetime]
CARD = "https://sangkien.vi-du.vn/thu/the-chia-se.png?ban=0"


@pytest.fixture(autouse=True)
def _at_home(settings: Any) -> None:
    settings.SITE_URL = "https://sangkien.vi-du.vn"


def test_both_lead_here_and_say_the_name() -> None:
    told = snippets(Campaign(slug="thu", name="Sáng kiến"), card=CARD)

    assert told.frame == (
        '<iframe src="https://sangkien.vi-du.vn/thu/huy-hieu/" title="Sáng kiến: số sáng kiến đã nhận" width="320" height="104" '
        'loading="lazy" style="border:0;max-width:100%"></iframe>'
    )
    assert told.picture == (
        f'<a href="https://sangkien.vi-du.vn/thu/"><img src="{CARD}" alt="Sáng kiến" width="320" height="168" loading="lazy"></a>'
    )


def test_a_name_is_text_and_never_markup() -> None:
    told = snippets(Campaign(slug="thu", name='"><script>alert(1)</script>'), card=CARD)

    assert "<script" not in told.frame + told.picture


def test_the_page_offers_both_to_be_copied(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-02 08:00:00")

    text = page(Worker().get(f"/{YEAR_2022}/"))
    pasted = [unescape(part.split("</textarea>")[0].split(">", 1)[1]) for part in text.split("<textarea")[1:]]

    assert [each.split(" ")[0] for each in pasted] == ["<iframe", "<a"]
    assert f'src="https://sangkien.vi-du.vn/{YEAR_2022}/huy-hieu/"' in pasted[0]


def test_the_corner_has_of_each_way_the_nearest() -> None:
    near = Contact(name="Tổ công đoàn", phone="0233 385 0001")
    far = Contact(name="Cả nước", phone="1900 1234", zalo="https://zalo.me/1", facebook="https://m.me/1")

    assert contacts.corner([near, far]) == Corner("https://zalo.me/1", "https://m.me/1", "0233 385 0001")
    assert contacts.corner([near]) == Corner(phone="0233 385 0001")
    assert contacts.corner([]) == Corner()


def test_the_corner_of_a_unit_calls_the_unit_and_writes_to_the_country(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock
) -> None:
    at("2022-03-02 08:00:00")
    ContactFactory(unit=tree["quang-tri"], phone="0233 385 0001", zalo="", facebook="")

    text = page(Worker().get(f"/{YEAR_2022}/?don-vi=quang-tri/dong-ha"))
    corner = text.split('<details class="corner">')[1].split("</details>")[0]

    assert 'href="tel:02333850001"' in corner
    assert 'href="https://zalo.me/' in corner
    assert 'href="https://www.facebook.com/' in corner
