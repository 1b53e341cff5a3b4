"""What is committed belongs anywhere: no path of one machine, no registry, no person."""

import os
import re
import socket
import subprocess
import sys
from functools import cache
from urllib.parse import urlsplit

from tests.codebase.house import kept_files, name_of

# A path from the root of one machine; `network/`, `./work` and `templates/home/` are none.
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:work|root|home|mnt|Users)/")
TEXT_ENDINGS = {
    "", ".cfg", ".conf", ".css", ".csv", ".html", ".in", ".ini", ".js", ".json", ".md", ".po", ".py", ".service", ".sh",
    ".svg", ".toml", ".txt", ".yml",
}  # fmt: skip
TEXTS = [path for path in kept_files() if path.suffix in TEXT_ENDINGS]
LARGEST = 2 * 1024 * 1024


@cache
def hosts() -> frozenset[str]:
    """The names of this machine and of the registries it is set up for; never written down anywhere."""
    said = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings = [said, *(value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "NPM_CONFIG")))]
    found = {
        urlsplit(address).hostname or "" for text in settings for address in re.findall(r"https?://[^\s'\"]+", text)
    }
    return frozenset({".".join(("pypi", "org")), "python" + "hosted", *found, _machine()} - {""})


def _machine() -> str:
    """A short host name ("main", "ci") is a word like any other."""
    name = socket.gethostname()
    return name if len(name) >= 8 and "localhost" not in name else ""


def test_there_is_something_to_read() -> None:
    names = {name_of(path) for path in TEXTS}

    assert {"requirements.txt", "portal/settings.py", "Makefile", ".ci/run"} <= names


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {}
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        named = [*MACHINE_PATH.findall(text), *(host for host in hosts() if host in text)]
        if named:
            found[name_of(path)] = named

    assert found == {}


def test_the_search_finds_a_path_of_a_machine() -> None:
    slash = "/"

    assert MACHINE_PATH.search(f"cd {slash}work/main")
    assert MACHINE_PATH.search(f'"{slash}home/lan/portal"')
    assert not MACHINE_PATH.search("a framework/home/page, ./work/main, static/home/")


def test_no_file_is_too_large_to_read_in_a_review() -> None:
    assert [name_of(path) for path in kept_files() if path.stat().st_size > LARGEST] == []
