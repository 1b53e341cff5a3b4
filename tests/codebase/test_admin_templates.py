"""Which of Django's templates are ours is written down in one place."""

import re
from pathlib import Path

from django.contrib import admin

from tests.codebase.house import ROOT

OURS = ROOT / "templates" / "admin"
DJANGOS = Path(admin.__file__).parent / "templates" / "admin"
LISTED = re.compile(r"^\| `([^`]+\.html)` \| .+ \|$", re.MULTILINE)


def stands_in(path: Path) -> bool:
    """Whether Django finds it where it looks for one of its own: at the same place, or below an app and a model."""
    place = path.relative_to(OURS)
    models = {(model._meta.app_label, model._meta.model_name) for model in admin.site._registry}
    is_for_a_model = place.parts[:-1] in models or (len(place.parts) == 2 and place.parts[0] in {a for a, _ in models})
    return (DJANGOS / (place.name if is_for_a_model else place)).is_file()


def test_every_template_of_djangos_that_is_ours_is_listed() -> None:
    replaced = sorted(path.relative_to(OURS).as_posix() for path in OURS.rglob("*.html") if stands_in(path))

    assert "base_site.html" in replaced
    assert sorted(LISTED.findall((OURS / "README.md").read_text(encoding="utf-8"))) == replaced


def test_nothing_of_djangos_is_replaced_elsewhere() -> None:
    assert not (ROOT / "templates" / "registration").exists() or not list(
        (ROOT / "templates" / "registration").iterdir()
    )
