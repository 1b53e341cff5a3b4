"""What arrived in time and is committed a moment after the close stands in a table that is asked for in between."""

import io
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connections, transaction

from initiatives.models import Campaign, Initiative
from initiatives.reports import export
from initiatives.reports.snapshot import Snapshot
from portal import in_flight
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, unit_at

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
AT = datetime(2022, 12, 31, 17, 0, tzinfo=VIETNAM)
TITLE = "Gá kẹp chống rung cho máy may"
COMMITS_AFTER = 0.3  # seconds after the reader begins; what does not wait has read long before


@pytest.fixture
def campaign() -> Campaign:
    campaign = CampaignFactory()
    InitiativeFactory(campaign=campaign, unit=unit_at("quang-tri/dong-ha"))
    return campaign


def while_one_is_received(campaign: Campaign, read: Callable[[], Any], *, comes_through: bool = True) -> Any:
    """What `read` answers while an initiative is written that is committed, or given up, a moment later."""
    unit = unit_at("quang-tri/dong-ha")
    written, may_end = threading.Event(), threading.Event()

    def receive() -> None:
        try:
            with transaction.atomic():
                InitiativeFactory(campaign=campaign, unit=unit, title=TITLE)
                written.set()
                may_end.wait(30)
                transaction.set_rollback(not comes_through)
        finally:
            connections.close_all()

    receiving = threading.Thread(target=receive)
    receiving.start()
    assert written.wait(30)
    ending = threading.Timer(COMMITS_AFTER, may_end.set)
    ending.start()
    try:
        return read()
    finally:
        may_end.set()
        ending.cancel()
        receiving.join()


def of_the_request(campaign: Campaign, folder: Path) -> str:
    table = io.BytesIO()
    rows = Initiative.objects.filter(campaign=campaign)
    export.write_whole(table, rows, unit=unit_at("quang-tri"), layout="th", year=2022, at=AT)
    return texts(table)


def of_the_command(campaign: Campaign, folder: Path) -> str:
    to = folder / "bang.xlsx"
    call_command("export_summary", campaign=campaign.slug, unit="quang-tri", layout="th", output=str(to))
    return texts(to)


def of_a_job(campaign: Campaign, folder: Path) -> str:
    snapshot = Snapshot(Initiative.objects.filter(campaign=campaign))
    try:
        return str(snapshot.next(10))
    finally:
        snapshot.close()


def texts(table: Any) -> str:
    return str([[cell.value for cell in row] for row in openpyxl.load_workbook(table).worksheets[0].iter_rows()])


@pytest.mark.parametrize("read", [of_the_request, of_the_command, of_a_job])
def test_a_table_waits_for_what_is_being_received(campaign: Campaign, tmp_path: Path, read: Any) -> None:
    assert TITLE in while_one_is_received(campaign, lambda: read(campaign, tmp_path))


def test_the_control_a_table_that_does_not_wait_misses_it(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_flight, "wait_for_it", lambda: True)

    assert TITLE not in while_one_is_received(campaign, lambda: of_the_request(campaign, tmp_path))


def test_what_is_given_up_is_waited_for_and_not_there(campaign: Campaign, tmp_path: Path) -> None:
    assert TITLE not in while_one_is_received(campaign, lambda: of_the_request(campaign, tmp_path), comes_through=False)


def test_nobody_waits_where_nothing_is_written_or_longer_than_that(campaign: Campaign) -> None:
    assert in_flight.wait_for_it()
    with transaction.atomic():
        assert not in_flight.wait_for_it()
    if connections["default"].vendor == "postgresql":
        assert not while_one_is_received(campaign, lambda: in_flight.wait_for_it(patience=0.0))
