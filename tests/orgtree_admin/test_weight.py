"""What a first visit to the admin loads, compressed as it is served (BUDGETS.md)."""

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from tests.orgtree_admin.conftest import World

LOADED = re.compile(r'<(?:link|script)\b[^>]*?\s(?:href|src)="(/[^"]+)"')


@pytest.mark.parametrize(
    ("name", "row", "most"),
    [
        ("admin:index", None, 30_000),
        ("admin:initiatives_initiative_changelist", None, 130_000),
        ("admin:orgtree_unit_changelist", None, 130_000),
        ("admin:initiatives_initiative_change", "initiative", 150_000),
        ("admin:orgtree_staffaccount_change", "staffaccount", 150_000),
        ("admin:initiatives_contact_change", "contact", 150_000),
    ],
)
def test_a_first_visit_stays_light(
    world: World, enter: Callable[[str], Client], name: str, row: str | None, most: int
) -> None:
    client = enter("above")

    assert weight(client, reverse(name, args=[world.rows[row].pk] if row else [])) <= most


def weight(client: Client, address: str) -> int:
    page = client.get(address)
    assert page.status_code == 200
    parts = [page.content]
    for loaded in set(LOADED.findall(page.content.decode())):
        found = finders.find(loaded.removeprefix("/static/")) if loaded.startswith("/static/") else None
        parts.append(Path(str(found)).read_bytes() if found else client.get(loaded).content)
    assert len(parts) > 3
    return sum(len(brotli.compress(part, quality=5)) for part in parts)
