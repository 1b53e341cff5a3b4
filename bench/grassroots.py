"""Grassroots unions by the hundred thousand, none of which exists: the names of workplaces as they are in Việt Nam."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from portal.vietnamese.text import folded

COINED = (
    "Samsung",
    "Vinamilk",
    "Vinatex",
    "Hansae",
    "Pouyuen",
    "Canon",
    "Foxconn",
    "Seoul",
    "Vina",
    "Tech",
    "Tex",
    "Star",
)
COINED += ("Sun", "Global", "Asia", "Pacific")
COLUMNS = ("code", "parent_code", "level", "kind", "name", "short_name", "admin_code", "source_id")


def write(path: Path, *, parents: list[str], number: int) -> None:
    """A file for `import_units` with `number` grassroots unions, spread over the units with these codes."""
    draw = random.Random(126_000)
    taken: set[str] = set()
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for place, workplace in zip(range(number), workplaces(draw), strict=False):
            parent = parents[place % len(parents)]
            code = base = f"{parent}/{folded(workplace).replace(' ', '-')}"
            while code in taken:
                workplace, code = f"{workplace} {place}", f"{base}-{place}"
            taken.add(code)
            name, short = f"Công đoàn cơ sở {workplace}", f"CĐCS {workplace}"
            writer.writerow([code, parent, "grassroots", "cong-doan-co-so", name, short, "", "bench"])


def workplaces(draw: random.Random) -> Iterator[str]:
    from initiatives.demonstration import words
    from initiatives.demonstration.words import proper

    offices = (*words.SCHOOLS, "Trạm Y tế xã", "Ủy ban nhân dân xã", "Bệnh viện Đa khoa", "Trung tâm Y tế")
    people = tuple(dict.fromkeys(words.SURNAMES))
    while True:
        if draw.random() < 0.4:
            own = f"{draw.choice(people)} {proper(draw)}" if draw.random() < 0.3 else proper(draw)
            yield f"{draw.choice(offices)} {own}"
        elif draw.random() < 0.05:
            yield f"{draw.choice(words.FORMS)} {draw.choice(COINED)} {draw.choice(COINED)}"
        else:
            yield f"{draw.choice(words.FORMS)} {draw.choice(words.TRADES)} {proper(draw)}"
