"""`/healthz` says the process is up, `/readyz` whether a submission could be kept."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.stores import storages_at

READY = {"database": True, "migrations": True, "storage": True, "clocks": True}


def test_a_process_that_is_up_says_so_without_the_database() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"up": True})


@pytest.mark.django_db
def test_a_portal_that_can_work_is_ready() -> None:
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY)


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready() -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("initiatives")
    MigrationRecorder(connection).record_unapplied(*newest)

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (503, READY | {"migrations": False})


@pytest.mark.django_db
def test_a_media_folder_that_cannot_be_written_is_not_ready(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "a-file"
    settings.MEDIA_ROOT.write_text("")

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (503, READY | {"storage": False})


@pytest.mark.django_db
def test_the_probe_leaves_nothing_behind(settings: Any) -> None:
    Client().get("/readyz")

    assert list(settings.MEDIA_ROOT.iterdir()) == []


@pytest.mark.django_db
def test_a_store_that_is_shared_is_asked_and_not_written_to_each_time(bucket_shelf: Any) -> None:
    sent: list[str] = []
    bucket_shelf.client.meta.events.register("before-call.s3", lambda model, **_: sent.append(model.name))

    for _ in range(3):
        bucket_shelf.store._probed_at = float("-inf")
        assert Client().get("/readyz").json() == READY

    assert sent == ["PutObject", "HeadBucket", "HeadBucket"]


@pytest.mark.django_db
def test_many_probes_are_one_question(bucket_shelf: Any) -> None:
    sent: list[str] = []
    bucket_shelf.client.meta.events.register("before-call.s3", lambda model, **_: sent.append(model.name))

    for _ in range(5):
        Client().get("/readyz")

    assert sent == ["PutObject"]


@pytest.mark.django_db
def test_a_store_that_is_gone_is_not_ready(settings: Any) -> None:
    settings.STORAGES = storages_at("s3://key:secret@127.0.0.1:9/portal?secure=0")

    assert Client().get("/readyz").json() == READY | {"storage": False}


def test_a_database_that_does_not_answer_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the `db` mark pytest-django refuses every connection, as a server that is down does."""
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["database"]) == (503, False)


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [timedelta(seconds=5), timedelta(hours=-7)], ids=["seconds-ahead", "hours-behind"])
def test_clocks_that_differ_are_not_ready_where_there_are_two(at: Any, ahead: timedelta) -> None:
    from django.utils import timezone

    at(timezone.now() + ahead)

    two_clocks = connection.vendor == "postgresql"
    assert Client().get("/readyz").json()["clocks"] is not two_clocks


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_health_page_is_never_kept_and_gives_no_cookie(address: str) -> None:
    answer = Client().get(address)

    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
