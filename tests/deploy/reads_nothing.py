"""What a view is that answers without looking at a body, for gunicorn to run."""

from collections.abc import Callable
from typing import Any

from portal.requests import takes_all_in


def nothing(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("404 Not Found", [("Content-Length", "7")])
    return [b"nothing"]


application = takes_all_in(nothing)
