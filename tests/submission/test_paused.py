"""A campaign that staff took off the portal: nothing is received, nothing typed is lost; and one that asks for no documents."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError

from initiatives.models import Asked, Campaign, Draft, Initiative
from tests.submission.worker import IN_2022, YEAR_2021, YEAR_2022, Worker, content, page, person

Clock = Callable[[str], datetime]


@pytest.fixture
def campaign(campaigns: dict[str, Campaign], at: Clock) -> Campaign:
    at(IN_2022)
    return campaigns[YEAR_2022]


def test_a_paused_campaign_receives_nothing_and_keeps_the_draft(campaign: Campaign) -> None:
    worker = Worker(YEAR_2022).fill()
    Campaign.objects.filter(pk=campaign.pk).update(is_published=False)

    shown = page(worker.confirm())

    assert "Chương trình đang tạm dừng nhận sáng kiến." in shown
    assert "<h1>Đang tạm dừng nhận</h1>" in shown, "it may go on: nothing has ended"
    assert not Initiative.objects.exists()
    assert Draft.objects.get().answers["title"] == content()["title"]
    assert Draft.objects.get().late_at is None


def test_step_one_sent_to_a_paused_campaign_is_kept_though_its_page_is_gone(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(is_published=False)
    worker = Worker(YEAR_2022)

    shown = page(worker.begin(person()))

    assert "Những gì bạn nhập vẫn được giữ" in shown
    assert Draft.objects.get().answers["full_name"] == person()["full_name"]
    assert worker.get(f"/{YEAR_2022}/nop/").status_code == 404


def test_where_no_documents_are_asked_there_is_no_step_for_them(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(asks_attachments=Asked.OFF)
    worker = Worker(YEAR_2022)
    worker.begin(person())

    after_content = worker.send_content(content())
    of_documents = worker.get(worker.step("tai-lieu"))
    check = page(worker.get(worker.step("kiem-tra")))

    assert after_content["Location"] == of_documents["Location"] == worker.step("kiem-tra")
    assert "Bước 3 trong 3" in check
    assert "Tài liệu" not in check
    assert worker.confirm().status_code == 303


def test_a_browser_that_says_nothing_of_itself_passes_the_door_by_its_button(campaign: Campaign) -> None:
    worker = Worker(YEAR_2022)
    worker.begin(person())
    silent = worker.client

    door = silent.get(f"/nhap/{worker.token}/")
    opened = silent.post(f"/nhap/{worker.token}/")

    assert person()["full_name"] not in door.content.decode()
    assert 'id="main-form"' in opened.content.decode()
    assert "Sáng kiến của bạn là gì?" in opened.content.decode()


@pytest.mark.parametrize("field", ["slug", "alias"])
def test_no_two_campaigns_share_a_door(campaigns: dict[str, Campaign], field: str) -> None:
    taken = campaigns[YEAR_2021].alias
    other = campaigns[YEAR_2022]
    setattr(other, field, taken)

    with pytest.raises(IntegrityError):
        other.save()


def test_an_address_given_up_is_free_again(campaigns: dict[str, Campaign]) -> None:
    first, second = campaigns[YEAR_2021], campaigns[YEAR_2022]
    freed = first.alias
    first.alias = None
    first.save()
    second.alias = freed
    second.save()

    assert second.addresses.filter(segment=freed).exists()
    assert not first.addresses.filter(segment=freed).exists()
