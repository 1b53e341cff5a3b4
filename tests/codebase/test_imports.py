"""Imports point down only, between areas and inside them."""

import subprocess
import sys
from pathlib import Path

from tests.codebase.house import ROOT, imported_by, name_of, python_files, said_to_be

# Those that speak with a browser; everything else is told what it needs.
SPEAKERS = {"views", "admin", "forms", "urls", "pages", "commands", "apps"}
# Django hands these the request or the upload itself, or asks a form's field of them.
SPOKEN_TO = {
    "initiatives/submission/files/handlers.py",
    "initiatives/submission/facts.py",
    "initiatives/submission/desks.py",
    "initiatives/submission/entering/entries.py",
    "initiatives/submission/entering/sheet_columns.py",
    "initiatives/submission/entering/slips.py",
    "initiatives/review/filters.py",
    "initiatives/review/twin_filters.py",
    "orgtree/staff/forms.py",
    "orgtree/staff/gate.py",
    "orgtree/staff/slips.py",
    "orgtree/scoped_admin.py",
    "orgtree/sites.py",
}


def rules_and_actions() -> list[Path]:
    areas = (path for path in python_files() if path.relative_to(ROOT).parts[0] != "portal")
    return [path for path in areas if not SPEAKERS & said_to_be(path) and name_of(path) not in SPOKEN_TO]


def test_the_import_contract_holds() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    said = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stdout


def speaking(path: Path) -> list[str]:
    return [
        name
        for name in imported_by(path)
        if name.startswith(("django.http", "django.forms", "django.shortcuts"))
        or (name.split(".")[0] in {"orgtree", "initiatives"} and {"forms", "views", "admin"} & set(name.split(".")))
    ]


def test_rules_and_actions_know_no_form_view_or_request() -> None:
    assert {name_of(path): found for path in rules_and_actions() if (found := speaking(path))} == {}


def test_the_exceptions_are_still_there() -> None:
    assert [name for name in sorted(SPOKEN_TO) if not (ROOT / name).exists()] == []
