"""What runs is pinned with its hash and listed with its licence; README.md says of each of ours why it is there."""

import re

import pytest

from tests.codebase.house import ROOT

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def test_every_package_that_runs_is_listed_with_its_licence() -> None:
    listed = re.findall(r"^\| ([a-z0-9_.-]+) \| (\S+) \| (.+) \|$", text("docs", "licences.md"), re.MULTILINE)

    pinned = [(name, version) for name, version, _ in PINNED.findall(text("requirements.txt"))]
    assert [(name, version) for name, version, _ in listed if name != "package"] == sorted(pinned)
    assert [name for name, _, licence in listed if licence.strip() in {"", "?"}] == []


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt", "requirements-audit.txt"])
def test_every_package_is_pinned_with_its_hash(file: str) -> None:
    named = re.findall(r"^([A-Za-z0-9_.-]+)[=<>~ ]", text(file), re.MULTILINE)

    assert named
    assert named == [name for name, _, _ in PINNED.findall(text(file))]


def test_the_readme_tells_of_every_package_that_was_chosen() -> None:
    chosen = re.findall(r"^([a-z0-9-]+)", re.sub(r"#.*", "", text("requirements.in")), re.MULTILINE)
    table = text("README.md").partition("## Dependencies")[2]

    assert chosen
    assert [name for name in chosen if name.removesuffix("-binary") not in table] == []
