"""PostgreSQL's programs refuse root: in a container of CI everything runs as root, and they as the user of their package."""

import os
import pwd
from types import SimpleNamespace

import pytest

from bench.park import postgres


def test_root_hands_the_server_to_its_own_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: SimpleNamespace(pw_uid=106, pw_gid=110, pw_dir=f"/of/{name}"))
    monkeypatch.setenv("PGHOST", "of somebody else")

    told = postgres.as_postgres()

    assert (told["user"], told["group"], told["extra_groups"]) == (106, 110, [])
    assert told["env"]["HOME"] == "/of/postgres"
    assert "PGHOST" not in told["env"]


def test_anybody_else_runs_it_as_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert postgres.as_postgres() == {}
