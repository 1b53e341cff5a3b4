"""What `rehearse_deadline` refuses before it copies anything."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from initiatives.rehearsal import copying


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"minutes": "mười"}, "--minutes phải là số, không phải “mười”."),
        ({"minutes": "0"}, "--minutes phải từ 0,2 đến 120."),
        ({"minutes": "nan"}, "--minutes phải từ 0,2 đến 120."),
        ({"rate": "-1"}, "--rate phải lớn hơn 0 và không quá 200; --readers phải từ 0 đến 100."),
        ({"readers": "1000"}, "--rate phải lớn hơn 0 và không quá 200; --readers phải từ 0 đến 100."),
        ({"phones": 0}, "--phones phải từ 1 đến 2.000; --initiatives phải từ 0 trở lên."),
        ({"report": "bao-cao.txt"}, "--report phải là một tệp .html trong thư mục có sẵn, không phải “bao-cao.txt”."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_played_is_refused(
    options: dict[str, Any], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "copied", lambda *args, **kwargs: pytest.fail("nothing may be copied"))

    with pytest.raises(CommandError) as refused:
        call_command("rehearse_deadline", **{"report": str(tmp_path / "a.html"), **options})

    assert str(refused.value) == sentence
