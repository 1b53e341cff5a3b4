"""Commands by hand run as the services do."""

import re
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
PAGE = (DEPLOY / "BACKUP.md").read_text()


def test_a_backup_by_hand_has_the_environment_of_the_timers() -> None:
    unit = (DEPLOY / "portal-backup.service").read_text().splitlines()
    read_by_the_timer = [line for line in unit if line.startswith("EnvironmentFile=")]

    script = (DEPLOY / "README.md").read_text().partition("#!/bin/sh")[2].partition("```")[0].split()

    assert len(read_by_the_timer) == 2
    assert [each.removeprefix("--property=") for each in script if "EnvironmentFile=" in each] == read_by_the_timer


@pytest.mark.parametrize("folder", sorted(set(re.findall(r"portal-manage backup (/[^\s`]+)", PAGE))))
def test_a_folder_that_the_portals_account_writes_to_is_made_for_it_first(folder: str) -> None:
    """It may not make one in /var/backups itself."""
    assert f"install -d -o portal -g portal -m 700 {folder}" in PAGE


def test_no_erasure_on_the_page_is_refused_for_want_of_a_yes() -> None:
    told = re.findall(r"portal-manage erase_personal_data[^`]*", PAGE)

    assert told
    assert all("--yes" in each for each in told)
