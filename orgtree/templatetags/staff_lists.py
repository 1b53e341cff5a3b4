"""Lists of the admin, readable on a phone: {% load staff_lists %}."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst

register = template.Library()

EMPTY = re.compile(r"<td[^>]*>(?:-|–|&nbsp;|\s)*</td>")


@register.filter
def labelled(cells: Sequence[str], headers: Sequence[Mapping[str, Any]]) -> Iterator[SafeString]:
    """Django writes whole cells; the label goes into the opening tag of each that is not the heading of its row."""
    for cell, header in zip(cells, headers, strict=True):
        is_box = "action-checkbox" in header.get("class_attrib", "")
        label = "" if is_box else f' data-label="{escape(capfirst(header["text"]))}"'
        empty = " data-empty" if EMPTY.fullmatch(cell) else ""
        yield SafeString(cell.replace("<td", f"<td{label}{empty}", 1))


@register.filter
def strip(headers: Sequence[Mapping[str, Any]]) -> str:
    """What a phone shows of the headings: links that sort, the box that ticks all, both or nothing."""
    sorts = any(header.get("sortable") for header in headers)
    ticks = any("action-checkbox" in header.get("class_attrib", "") for header in headers)
    return "" if sorts else "only-ticks" if ticks else "no-strip"


@register.simple_tag
def chosen(cl: ChangeList) -> list[str]:
    """What the filters hold back, in words. Their first choice is to hold back nothing."""
    offered = [list(spec.choices(cl)) for spec in cl.filter_specs]  # type: ignore[attr-defined]
    return [str(choice["display"]) for choices in offered for choice in choices[1:] if choice["selected"]]
