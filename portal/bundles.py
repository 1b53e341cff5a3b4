"""Stylesheets and scripts joined into the few files a page asks for, when static files are found or collected.

No build step: a bundle is a list of files below static/. What is joined is kept under DATA_DIR, for those who want a
path.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

BUNDLES: dict[str, list[str]] = {
    # every page a worker sees
    "portal.css": ["css/tokens.css", "css/base.css", "css/components.css", "css/commended.css", "css/print.css"],
    # pages of numbers, for everybody and for staff
    "progress.css": ["css/board.css", "css/charts.css"],
    # the admin, after Django's own stylesheets
    "staff.css": ["css/tokens.css", "css/admin.css", "css/lists.css", "css/guide.css"],
    # the receipt
    "receipt.js": ["js/copy_text.js", "js/print.js"],
    # the front page and a campaign's
    "campaign.js": ["js/countdown.js", "js/copy_text.js"],
    # step 2: all of step.js that it needs, and its own; then every other page with a form
    "content.js": [
        "js/error_summary.js",
        "js/lost_line.js",  # before what else hears of a submission
        "js/submit_once.js",
        "js/canonical.js",
        "js/counter.js",
        "js/time_left.js",
        "js/sums.js",
        "js/keep_forget.js",
        "js/keep.js",  # after what is told of that which it fills in
    ],
    "step.js": [
        "js/lost_line.js",  # before what else hears of a submission
        "js/submit_once.js",
        "js/error_summary.js",
        "js/canonical.js",
        "js/counter.js",
        "js/unit_picker.js",
        "js/keep_forget.js",
        "js/keep.js",
        "js/time_left.js",
    ],
    # where a draft rests and nothing is typed: what the phone kept of it is forgotten
    "forget.js": ["js/keep_forget.js"],
    "recognition.js": ["js/print.js", "js/keep_forget.js"],
    # the page of documents, instead of step.js
    "documents.js": [
        "js/documents.js",  # before the line is tried
        "js/lost_line.js",
        "js/keep_forget.js",
    ],
}

_STATIC = Path(__file__).resolve().parent.parent / "static"
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING_OR_BLANK = re.compile(r"""("[^"\n]*"|'[^'\n]*')|\s*([{};,])\s*|\s+""")
_JS_COMMENT_LINE = re.compile(r"^[ \t]*(?://.*|/\*[^\n]*\*/[ \t]*)\n", re.MULTILINE)


class BundleStorage(FileSystemStorage):
    """The joined files as a storage; each is written anew when its text has changed."""

    def path(self, name: str) -> str:
        kept = Path(super().path(name))
        if name in BUNDLES:
            _keep(kept, joined(name).encode())
        return str(kept)


class BundleFinder(BaseFinder):
    """Finds the names of BUNDLES; everything else is left to the other finders."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.storage = BundleStorage(location=Path(settings.DATA_DIR) / "bundles")
        super().__init__(*args, **kwargs)

    def find(  # type: ignore[override]  # two overloads there, one signature here
        self, path: str, find_all: bool = False, **kwargs: Any
    ) -> str | list[str]:
        if path not in BUNDLES:
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in BUNDLES:
            yield name, self.storage


def joined(name: str) -> str:
    """The text of a bundle, its parts in the order given."""
    smaller = _smaller_css if name.endswith(".css") else _smaller_js
    return "".join(smaller((_STATIC / part).read_text(encoding="utf-8")) for part in BUNDLES[name])


def _smaller_css(css: str) -> str:
    """Without comments and surplus blanks. Blanks around : and operators stay: `a :focus` and calc() need them."""
    return _STRING_OR_BLANK.sub(lambda found: found[1] or found[2] or " ", _CSS_COMMENT.sub("", css)).strip()


def _smaller_js(script: str) -> str:
    """Without lines that are comments, and without indents: nothing that needs to understand the script."""
    lines = (line.strip() for line in _JS_COMMENT_LINE.sub("", script).splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def _keep(kept: Path, text: bytes) -> None:
    """Written beside and renamed, so that another process never serves half a file."""
    if kept.exists() and kept.read_bytes() == text:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    os.chmod(beside, 0o644)
    os.replace(beside, kept)
