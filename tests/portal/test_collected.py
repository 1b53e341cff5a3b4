"""The address of a collected file is the storage's own, and asked of it once."""

import pytest
from whitenoise.storage import CompressedManifestStaticFilesStorage

from portal.collected import CollectedFiles


def test_an_address_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str | None] = []

    def address(self: object, name: str | None, force: bool = False) -> str:
        made.append(name)
        return f"/static/{name}.abc"

    monkeypatch.setattr(CompressedManifestStaticFilesStorage, "url", address)
    files = CollectedFiles()

    assert [files.url(name) for name in ("a.css", "b.js", "a.css")] == [
        "/static/a.css.abc",
        "/static/b.js.abc",
        "/static/a.css.abc",
    ]
    assert made == ["a.css", "b.js"]


def test_a_file_that_is_not_there_is_refused_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: object, name: str | None, force: bool = False) -> str:
        raise ValueError(name)

    monkeypatch.setattr(CompressedManifestStaticFilesStorage, "url", refused)
    files = CollectedFiles()

    for _ in range(2):
        with pytest.raises(ValueError, match=r"gone\.css"):
            files.url("gone.css")
