"""Every page of the admin as it opens: in Vietnamese, and without a script or style inside."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.orgtree_admin.test_words import read_words
from tests.scope.doors import DOORS
from tests.scope.world import World

Enter = Callable[[str], Client]

INLINE = re.compile(r"<style\b|\sstyle=\"|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\son[a-z]+=\"")


@pytest.mark.parametrize("who", ["administrator", "province", "viewer"])
def test_no_page_speaks_english_and_nothing_is_inline(world: World, enter: Enter, who: str) -> None:
    client = enter(who)
    english, inline = {}, {}

    for name, door in DOORS.items():
        answer = client.get(door.address(world, name), follow=True)
        page = answer.getvalue().decode("utf-8", "replace")
        if answer["Content-Type"].startswith("text/html"):
            english[name], inline[name] = read_words(page), INLINE.findall(page)

    assert {name: words for name, words in english.items() if words} == {}
    assert {name: hits for name, hits in inline.items() if hits} == {}
