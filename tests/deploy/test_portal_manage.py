"""Commands by hand run as the services do."""

from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_a_backup_by_hand_has_the_environment_of_the_timers() -> None:
    unit = (DEPLOY / "portal-backup.service").read_text().splitlines()
    read_by_the_timer = [line for line in unit if line.startswith("EnvironmentFile=")]

    script = (DEPLOY / "README.md").read_text().partition("#!/bin/sh")[2].partition("```")[0].split()

    assert len(read_by_the_timer) == 2
    assert [each.removeprefix("--property=") for each in script if "EnvironmentFile=" in each] == read_by_the_timer
