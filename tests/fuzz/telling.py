"""The page of a run (docs/fuzz.md), made of the reports its processes left."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.fuzz.mended import FUZZER, MENDED, PORTAL, Mended

MOST_SHOWN = 50
LEAST_MET = 10
MOST_SLOW = 5


def read(folder: Path) -> list[dict[str, Any]]:
    """What processes told that ended, or were stopped on their way: the counts of a report grow while its process sends."""
    told = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json"))
    return sorted(told, key=lambda each: (each["part"], each["database"], each["seed"]))


def page_of(told: Sequence[dict[str, Any]], failed: Sequence[str], *, on: date) -> str:
    """As docs/fuzz.md has it."""
    total = sum(each["requests"] for each in told)
    found, open_ones = list(findings(told)), list(still_found(told))
    lines = [
        "# What the fuzzer sent, and what came of it",
        "",
        f"{on.isoformat()}, `python -m tests.fuzz`: {total:,} requests from {len(told)} processes, {len(found)} findings, of",
        f"which {len(found) - len(open_ones)} are mended. A finding is an answer of 5xx, an error in the log, a page that is not",
        "ours or holds English, a row written by what was refused or only asked, or an invariant that no longer holds after",
        "what was written. A request is repeated by its side, its database, its seed and its place.",
        "",
        "| side | database | seeds | requests | 2xx | 3xx | 4xx | 5xx | findings |",
        "|---|---|---|---|---|---|---|---|---|",
        *(f"| {' | '.join(map(str, row))} |" for row in _rows(told)),
    ]
    lines += _counts("what was sent", told, "kinds") + _doors(told) + _slowest(told)
    if failed:
        lines += ["", f"Processes that did not come to their end: {', '.join(failed)}."]
    lines += ["", "## Found and mended", "", *_mended(found)]
    if open_ones:
        lines += ["## Not mended", "", *(f"- `{each}`" for each in open_ones[:MOST_SHOWN])]
    return "\n".join(lines).rstrip("\n") + "\n"


def findings(told: Iterable[dict[str, Any]]) -> Iterator[str]:
    for each in told:
        yield from (f"{each['part']}, {each['database']}, seed {each['seed']}, {found}" for found in each["findings"])


def still_found(told: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What nothing in MENDED explains."""
    return (each for each in findings(told) if not any(mended.explains(each) for mended in MENDED))


def _rows(told: Sequence[dict[str, Any]]) -> Iterator[list[Any]]:
    """A line for each side and database, the seeds as 1-9."""
    together: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in told:
        together[each["part"], each["database"]].append(each)
    for (part, database), some in together.items():
        seeds = ", ".join(str(each["seed"]) for each in some)
        classes = [sum(each["statuses"].get(f"{first}xx", 0) for each in some) for first in (2, 3, 4, 5)]
        requests = sum(each["requests"] for each in some)
        yield [part, database, seeds, requests, *classes, sum(len(each["findings"]) for each in some)]


def _counts(name: str, told: Sequence[dict[str, Any]], key: str) -> list[str]:
    rows = [f"| `{what}` | {number} |" for what, number in sorted(_counted(told, key).items())]
    return ["", f"| {name} | requests |", "|---|---|", *rows]


def _doors(told: Sequence[dict[str, Any]]) -> list[str]:
    met = _counted(told, "doors").most_common()
    if not met:
        return []
    (most, most_often), least = met[0], met[: -LEAST_MET - 1 : -1]
    named = ", ".join(f"`{name}` {number}" for name, number in least)
    return ["", f"{len(met)} addresses were met, most often `{most}` ({most_often}), least often {named}."]


def _slowest(told: Sequence[dict[str, Any]]) -> list[str]:
    """No finding by itself: how long it takes depends on the machine."""
    slowest = sorted(
        (seconds, f"{each['part']}, {each['database']}, seed {each['seed']}, {asked}")
        for each in told
        for seconds, asked in each.get("slowest", [])
    )[: -MOST_SLOW - 1 : -1]
    rows = [f"| {seconds:.1f} | `{asked}` |" for seconds, asked in slowest]
    return ["", "| seconds of a core | slowest |", "|---|---|", *rows] if rows else []


def _counted(told: Sequence[dict[str, Any]], key: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in told:
        counted.update(each[key])
    return counted


def _mended(found: Sequence[str]) -> Iterator[str]:
    for whose, headline in (
        (PORTAL, "In the portal:"),
        (FUZZER, "In the fuzzer, which judged wrongly or did not look:"),
    ):
        yield from (headline, "")
        for each in MENDED:
            if each.whose == whose:
                yield f"- {each.what} {each.how} (`{each.test}`){_times(each, found)}"
        yield ""


def _times(mended: Mended, found: Sequence[str]) -> str:
    explained = sum(mended.explains(each) for each in found)
    return f" Told {explained} times in these reports." if explained else ""
