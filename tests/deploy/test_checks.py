"""The checks of each week are begun by systemd, each often enough for the page of health, which calls them old otherwise."""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import get_commands

from initiatives.models import Upkeep
from initiatives.watching import health

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CHECKS = {"verify_history": Upkeep.Kind.VERIFY, "check_invariants": Upkeep.Kind.INVARIANTS}


def said(unit: str, name: str) -> str:
    return next(
        line.removeprefix(f"{name}=")
        for line in (DEPLOY / unit).read_text().splitlines()
        if line.startswith(f"{name}=")
    )


def test_the_page_tells_to_enable_a_timer_for_each() -> None:
    enabled = re.findall(r"portal-check@(\w+)\.timer", (DEPLOY / "README.md").read_text())

    assert set(enabled) == set(CHECKS)
    assert set(enabled) <= set(get_commands())
    assert said("portal-check@.service", "ExecStart") == "/srv/portal/venv/bin/python manage.py %i"


@pytest.mark.parametrize("kind", CHECKS.values())
def test_none_is_old_before_the_next_one_has_ended(kind: Upkeep.Kind) -> None:
    within = health.UPKEEP[kind].within
    assert within is not None

    assert said("portal-check@.timer", "OnCalendar").startswith("Sun *-*-* ")  # once a week
    late = timedelta(hours=int(said("portal-check@.timer", "RandomizedDelaySec").removesuffix("h")))
    longest = timedelta(hours=int(said("portal-check@.service", "TimeoutStartSec").removesuffix("h")))
    assert timedelta(weeks=1) + late + longest < within


def test_systemd_understands_when() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")

    read = subprocess.run(
        ["systemd-analyze", "calendar", said("portal-check@.timer", "OnCalendar")], capture_output=True, check=False
    )

    assert read.returncode == 0, read.stderr
