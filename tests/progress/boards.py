"""Targets, initiatives and what the board makes of them."""

import io
from datetime import datetime
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client
from openpyxl import load_workbook

from initiatives.models import Campaign, Target
from initiatives.progress import board as boards
from initiatives.progress import tally
from initiatives.progress.board import Board
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory

NOW = datetime(2022, 3, 20, 9, 0, tzinfo=VIETNAM)


def given(campaign: Campaign, unit: Unit, quantity: int, **fields: Any) -> Target:
    return Target.objects.create(campaign=campaign, unit=unit, quantity=quantity, set_at=NOW, **fields)


def sent(campaign: Campaign, unit: Unit, number: int, **fields: Any) -> None:
    for _ in range(number):
        InitiativeFactory(campaign=campaign, unit=unit, **fields)


def drawn(campaign: Campaign, code: str = "") -> Board:
    unit = boards.unit_of(campaign, code)
    assert unit is not None
    tally.refresh(campaign, at=NOW, everything=True)
    return boards.of(campaign, unit, at=NOW)


def opened(campaign: Campaign, **asked: str) -> HttpResponse:
    tally.refresh(campaign, at=NOW, everything=True)
    return Client().get(f"/{campaign.slug}/tien-do/", asked)


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def cells_of(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]
