"""Reads that may be old go to a copy, whole answers at a time; everything else, and whatever fails there, to the primary."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.http import Http404
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from openpyxl import load_workbook

from initiatives.models import Campaign
from initiatives.progress import board as boards
from initiatives.progress import tally
from initiatives.reports import export
from orgtree.models import StaffAccount, Unit
from portal import replica, services
from portal.circuits import Circuit
from portal.replica import REPLICA, Router, may_be_old
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory, StaffAccountFactory
from tests.submission.worker import YEAR_2021

IS_NEAR = replica._is_near
OLD, PRESENT = "Tên ở bản sao", "Tên ở bản chính"
BOARD = f"/{YEAR_2021}/tien-do/"


@pytest.fixture(autouse=True)
def _as_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "_circuit", Circuit(failures=1, rest=replica.ALONE_FOR))
    monkeypatch.setattr(replica, "_looked_at", float("-inf"))


def named(database: dict[str, Any]) -> Iterator[None]:
    """While it lasts, the portal has a replica."""
    made = services.replica(database, configured.DATABASES["default"])
    handler = type(connections)({"default": configured.DATABASES["default"], REPLICA: made})
    connections.settings[REPLICA] = handler.settings[REPLICA] | {"CONN_MAX_AGE": 0}
    # The tests' own guard knows the databases that were there when the test began.
    connections[REPLICA].ensure_connection = _opened.__get__(connections[REPLICA])  # type: ignore[method-assign]
    try:
        yield
    finally:
        connections[REPLICA].close()
        del connections[REPLICA]
        del connections.settings[REPLICA]


def _opened(self: Any) -> None:
    if self.connection is None:
        with self.wrap_database_errors:
            self.connect()


class NothingChanged:
    """As a cache in which nobody said just now that something changed."""

    def get(self, key: str) -> None:
        return None

    def set(self, key: str, value: Any, timeout: float) -> None:
        return None


@pytest.fixture
def copy(
    campaigns: dict[str, Campaign],
    at: Callable[[str], datetime],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Campaign]:
    """A copy of the database as it is, in which the campaign has another name."""
    moment = at("2021-04-10 09:00:00")
    campaign = campaigns[YEAR_2021]
    for each in campaigns.values():
        tally.refresh(each, at=moment)
    Campaign.objects.filter(pk=campaign.pk).update(name=OLD)
    read = dict(configured.DATABASES["default"]) | {"NAME": connection.settings_dict["NAME"]}
    if connection.vendor == "sqlite":
        read["NAME"] = str(tmp_path / "copy.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [read["NAME"]])
        drop: Callable[[], None] = lambda: None  # noqa: E731
    else:
        drop = _copied_on_the_server(read)
        # Two databases of one server: neither is a copy of the other in recovery (`test_replica_streaming.py`).
        monkeypatch.setattr(replica, "_is_near", lambda: True)
        monkeypatch.setattr(replica, "_has_all", lambda within: True)
    Campaign.objects.filter(pk=campaign.pk).update(name=PRESENT)
    monkeypatch.setattr(replica, "cache", NothingChanged())
    try:
        yield from (campaign for _ in named(read))
    finally:
        drop()


def _copied_on_the_server(read: dict[str, Any]) -> Callable[[], None]:
    ours, copied = read["NAME"], f"{read['NAME']}_copy"
    connection.close()
    reached = {"host": read["HOST"], "port": read["PORT"], "user": read["USER"], "password": read["PASSWORD"]}

    def said(statement: str) -> None:
        with closing(psycopg2.connect(dbname="postgres", **reached)) as server:
            server.autocommit = True
            server.cursor().execute(statement)

    said(f'DROP DATABASE IF EXISTS "{copied}"')
    said(f'CREATE DATABASE "{copied}" TEMPLATE "{ours}"')
    read["NAME"] = copied
    return lambda: said(f'DROP DATABASE "{copied}" WITH (FORCE)')


def name() -> str:
    return Campaign.objects.get(slug=YEAR_2021).name


def lost(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on the copy cannot be reached; answers who tried."""
    tried: list[str] = []

    def connect(self: Any) -> None:
        tried.append(self.alias)
        raise OperationalError("gone")

    connections[REPLICA].close()
    monkeypatch.setattr(connections[REPLICA], "ensure_connection", connect.__get__(connections[REPLICA]))
    return tried


# --- the rules of the router ----------------------------------------------------------------------------------------------

RULES = {
    "nothing is marked": (False, False, Campaign, DEFAULT_DB_ALIAS),
    "what may be old": (True, False, Campaign, REPLICA),
    "a unit of what may be old": (True, False, Unit, REPLICA),
    "within a transaction": (True, True, Campaign, DEFAULT_DB_ALIAS),
    "who somebody is": (True, False, StaffAccount, DEFAULT_DB_ALIAS),
    "a session": (True, False, Session, DEFAULT_DB_ALIAS),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("is_marked", "in_transaction", "model", "asked"), RULES.values(), ids=RULES)
def test_a_read_goes(is_marked: bool, in_transaction: bool, model: Any, asked: str) -> None:
    token = replica._reads_there.set(is_marked)
    try:
        if in_transaction:
            with transaction.atomic():
                assert Router().db_for_read(model) == asked
        else:
            assert Router().db_for_read(model) == asked
    finally:
        replica._reads_there.reset(token)


def test_a_write_goes_to_the_primary() -> None:
    assert Router().db_for_write(Campaign) == DEFAULT_DB_ALIAS


def test_nothing_is_migrated_there() -> None:
    assert Router().allow_migrate(REPLICA, "initiatives") is False
    assert Router().allow_migrate(DEFAULT_DB_ALIAS, "initiatives") is None


def test_without_a_replica_the_mark_means_nothing() -> None:
    assert may_be_old(lambda: replica._reads_there.get())() is False


# --- what is read there -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestACopy:
    def test_answers_what_may_be_old_and_nothing_else(self, copy: Campaign) -> None:
        assert OLD in Client().get(BOARD).content.decode()
        assert OLD in Client().get(f"/{YEAR_2021}/tieu-bieu/").content.decode()
        assert PRESENT in Client().get(f"/{YEAR_2021}/").content.decode()
        assert PRESENT in Client().get("/").content.decode()
        assert (name(), may_be_old(name)()) == (PRESENT, OLD)

    def test_answers_the_board_as_a_sheet(self, copy: Campaign) -> None:
        cells = load_workbook(BytesIO(Client().get(f"/{YEAR_2021}/tien-do.xlsx").content)).active

        written = {str(cell.value) for row in cells.iter_rows() for cell in row}
        assert any(OLD in each for each in written)
        assert not any(PRESENT in each for each in written)

    def test_answers_an_export(self, copy: Campaign, tree: dict[str, Unit]) -> None:
        """The row is of the primary alone: a table that held it would be of the primary."""
        InitiativeFactory(campaign=copy, unit=tree["dien-bien"])
        to = BytesIO()

        written = export.write_whole(
            to, copy.initiatives.all(), unit=tree["dien-bien"], layout="qt", year=2021, at=datetime.now(VIETNAM)
        )

        assert written == 0

    def test_answers_the_board_of_staff_and_what_they_may_do_is_asked_of_the_primary(
        self, copy: Campaign, client_as: Callable[[StaffAccount], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = StaffAccountFactory(unit=Unit.objects.get(depth=1), role="viewer")  # unknown to the copy
        marked: list[str] = []
        of = boards.of
        monkeypatch.setattr(boards, "of", lambda *told, **at: marked.append(name()) or of(*told, **at))

        answer = client_as(account).get(f"/admin/initiatives/initiative/tien-do/?campaign={YEAR_2021}")

        assert (answer.status_code, marked) == (200, [OLD])

    def test_is_asked_once_a_second_whether_it_is_near(self, copy: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        looked: list[int] = []
        monkeypatch.setattr(replica, "_is_near", lambda: not looked.append(1))

        assert [may_be_old(name)() for _ in range(3)] == [OLD] * 3
        assert len(looked) == 1

    def test_is_not_asked_within_a_transaction(self, copy: Campaign) -> None:
        with transaction.atomic():
            assert may_be_old(name)() == PRESENT

    def test_is_not_asked_from_a_transaction_that_began_within(self, copy: Campaign) -> None:
        def within() -> str:
            with transaction.atomic():
                return name()

        assert may_be_old(within)() == PRESENT

    def test_shows_all_of_an_answer_also_what_its_template_asks_for(self, copy: Campaign) -> None:
        def view(request: Any) -> TemplateResponse:
            from django.template import engines

            template = engines["django"].from_string("{% for each in campaigns %}{{ each.name }};{% endfor %}")
            return TemplateResponse(request, template, {"campaigns": Campaign.objects.filter(slug=YEAR_2021)})

        answer = may_be_old(view)(RequestFactory().get("/"))

        assert answer.rendered_content == f"{OLD};"
        assert answer.content.decode() == f"{OLD};"

    def test_is_of_one_moment(self, copy: Campaign) -> None:
        assert may_be_old(lambda: connections[REPLICA].in_atomic_block)() is True

    def test_takes_no_write(self, copy: Campaign) -> None:
        with pytest.raises(Exception, match=r"read-?only"), connections[REPLICA].cursor() as cursor:
            cursor.execute("DELETE FROM initiatives_campaign")

    def test_leaves_an_answer_that_writes_to_the_primary(self, copy: Campaign) -> None:
        def writes() -> str:
            Campaign.objects.filter(slug=YEAR_2021).update(alias="mot-trieu")
            return name()

        assert may_be_old(writes)() == PRESENT
        assert Campaign.objects.get(slug=YEAR_2021).alias == "mot-trieu"
        assert may_be_old(name)() == OLD

    def test_counts_beside_an_answer_on_the_primary(
        self, copy: Campaign, at: Callable[[str], datetime], settings: Any
    ) -> None:
        """The numbers are too old: within the request, as tests have it, the answer is the primary's."""
        at("2021-04-10 09:05:00")

        answer = Client().get(BOARD).content.decode()

        assert PRESENT in answer
        assert "9h05" in answer

    def test_that_misses_something_is_not_believed(self, copy: Campaign) -> None:
        Campaign.objects.filter(pk=copy.pk).update(alias="vua-cong-bo")

        assert PRESENT in Client().get("/vua-cong-bo/tien-do/").content.decode()
        assert Client().get("/khong-co/tien-do/").status_code == 404

    def test_that_is_gone_costs_nobody_an_answer(self, copy: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        tried = lost(monkeypatch)
        monkeypatch.setattr(replica, "_is_near", lambda: True)

        for _ in range(3):
            assert PRESENT in Client().get(f"{BOARD}?don-vi=dien-bien").content.decode()
            assert may_be_old(name)() == PRESENT

        assert tried == [REPLICA]

    def test_that_was_found_gone_before_is_left_alone_as_well(
        self, copy: Campaign, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried = lost(monkeypatch)
        monkeypatch.setattr(replica, "_is_near", IS_NEAR)
        monkeypatch.setattr(replica, "_asked_of_primary", lambda: ("0/0", None))

        assert [may_be_old(name)() for _ in range(3)] == [PRESENT] * 3
        assert tried == [REPLICA]

    def test_that_fails_in_the_middle_is_left_for_the_primary_and_alone(self, copy: Campaign) -> None:
        read: list[str] = []

        def fails_there() -> str:
            read.append(name())
            if read[-1] == OLD:
                raise OperationalError("canceling statement due to conflict with recovery")
            return read[-1]

        assert [may_be_old(fails_there)() for _ in range(2)] == [PRESENT, PRESENT]
        assert read == [OLD, PRESENT, PRESENT]

    def test_is_asked_again_after_a_while(self, copy: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        replica._leave_alone("a reason")
        assert may_be_old(name)() == PRESENT
        monkeypatch.setattr(replica._circuit, "_rests_until", 0.0)

        assert may_be_old(name)() == OLD

    @pytest.mark.parametrize("is_whole", [True, False], ids=["for a table", "for a page"])
    def test_that_lags_is_not_asked(self, copy: Campaign, monkeypatch: pytest.MonkeyPatch, is_whole: bool) -> None:
        monkeypatch.setattr(replica, "_is_near", lambda: False)
        monkeypatch.setattr(replica, "_has_all", lambda within: False)

        assert may_be_old(name, is_whole=is_whole)() == PRESENT

    def test_faults_of_ours_are_not_tried_twice(self, copy: Campaign) -> None:
        tried: list[int] = []

        def broken() -> None:
            tried.append(1)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            may_be_old(broken)()
        assert tried == [1]

    def test_what_is_missing_everywhere_is_missing(self, copy: Campaign) -> None:
        def missing() -> None:
            raise Http404

        with pytest.raises(Http404):
            may_be_old(missing)()


@pytest.mark.django_db(transaction=True)
def test_a_page_is_not_kept_from_a_copy_that_is_older_than_the_change(
    copy: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change empties what is kept; drawn anew from the copy, the page would say the old for ten seconds more."""
    monkeypatch.setattr(replica, "cache", cache)
    assert OLD in Client().get(BOARD).content.decode()

    copy.name = PRESENT
    copy.save()

    assert PRESENT in Client().get(BOARD).content.decode()
    replica.cache.delete(replica.CHANGED)  # when the copy has it for certain
    assert PRESENT in Client().get(BOARD).content.decode()
    assert may_be_old(name)() == OLD
