"""Sheets of Excel that name units of another branch, and sheets that somebody else has sent."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orgtree.models import Sheet
from tests.scope.answers import ask
from tests.scope.making import CAMPAIGN, CONTENTS
from tests.scope.world import WITNESSES, World, has_role

Enter = Callable[[str], Client]

NUMBER_OF_A_SHEET = re.compile(r"/(nhap|nhap-tep)/\d+/")
MANAGERS = [who for who in WITNESSES if has_role(who, "manager")]
# Where a sheet is sent, and what for.
DESKS = {
    "orgtree_staffaccount_sheet": Sheet.Use.ACCOUNTS,
    "orgtree_unit_sheet": Sheet.Use.GRASSROOTS,
    "initiatives_initiative_sheet": Sheet.Use.INITIATIVES,
}


@pytest.mark.parametrize("name", DESKS)
@pytest.mark.parametrize("who", MANAGERS)
def test_a_unit_of_another_branch_in_a_sheet_is_no_unit(world: World, enter: Enter, who: str, name: str) -> None:
    client, theirs = enter(who), world.units[world.elsewhere(who)].code
    codes = (theirs[::-1], theirs)
    before, answers = world.snapshot(), []

    for code in codes:
        file = SimpleUploadedFile("danh-sach.xlsx", CONTENTS[DESKS[name]](code, "Ngô Thị Bích"))
        answer = ask(
            client, "post", reverse(f"admin:{name}"), {"file": file, "campaign": CAMPAIGN, "eof": "1"}, unsaid=codes
        )
        answers.append(replace(answer, text=NUMBER_OF_A_SHEET.sub("/nhap/…/", answer.text)))

    assert answers[0] == answers[1]
    assert "trong phạm vi của bạn" in answers[1].text
    assert {name for name, rows in world.snapshot().items() if rows != before[name]} == {"orgtree.Sheet"}
