"""Pages that differ from one person to the next in a few words only: drawn once with holes where those stand, then filled.

To draw a page by its templates takes one or two milliseconds, to fill a pattern a hundredth of that. What goes into a hole is
escaped as a template would escape it. A pattern must be drawn of nothing that belongs to one person: whoever draws it passes
holes, or what its key names.
"""

import re
import secrets
from collections.abc import Callable, Hashable
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

MOST = 200  # kept in one place, some ten kilobytes each

_MARK = secrets.token_hex(12)  # a process's own: nobody can type a hole
_HOLE = re.compile(f"{_MARK}-([a-z0-9_]+)-")


def hole(name: str) -> SafeString:
    """Where the value of `name` goes: in a text or within a quoted attribute. Nothing can be read out of it."""
    return mark_safe(f"{_MARK}-{name}-")


class Patterns:
    """The patterns of one place, by whatever decides how they look. Forgotten with it."""

    def __init__(self) -> None:
        self._drawn: dict[Hashable, list[str]] = {}

    def filled(self, key: Hashable, values: dict[str, Any], draw: Callable[[], str]) -> str:
        """The pattern of `key`, which `draw` draws where there is none yet, with `values` by the names of its holes."""
        pattern = self._drawn.get(key)
        if pattern is None:
            pattern = _HOLE.split(draw())
            if len(self._drawn) < MOST:
                self._drawn[key] = pattern
        parts = pattern.copy()
        parts[1::2] = [str(conditional_escape(values[name])) for name in parts[1::2]]
        return "".join(parts)
