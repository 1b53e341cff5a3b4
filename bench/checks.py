"""After every run: what was acknowledged is there, once, with its documents; and what must always be true is true."""

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from bench.park import Park
from bench.park.web import ROOT
from initiatives.rehearsal.phones import Acknowledged

AT_ONCE = 1000


def held(park: Park, acknowledged: Iterable[Acknowledged], *, since: float) -> dict[str, Any]:
    """`since`: seconds of the epoch; older initiatives are of other runs. `holds` sums up, the lists say what is wrong."""
    receipts = list(acknowledged)
    rows = _rows(park, [digits(each.code) for each in receipts])
    titles = park.ask(
        "SELECT title, count(*) FROM initiatives_initiative WHERE submitted_at >= to_timestamp(%s) "
        "GROUP BY title HAVING count(*) > 1",
        since - 5,
    )
    lost = [each.code for each in receipts if digits(each.code) not in rows]
    without = [each.code for each in receipts if each.documents > rows.get(digits(each.code), (0, 0))[1]]
    found: dict[str, Any] = {
        "acknowledged": len(receipts),
        "lost": lost,
        "told_twice": len(receipts) - len({digits(each.code) for each in receipts}),
        "stored_twice": [str(title) for title, _ in titles],
        "without_their_documents": without,
        "invariants": _invariants(park),
    }
    found["holds"] = not (lost or found["told_twice"] or found["stored_twice"] or without or found["invariants"])
    return found


def files(park: Park) -> dict[str, Any]:
    """Every document there is a row of, read from where the portal keeps it and compared with its row."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.checks"], cwd=ROOT, env=park.given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"bench.checks:\n{done.stderr[-3000:]}")
    found = dict(json.loads(done.stdout))
    return found | {"holds": not found["unreadable"] and not found["other_bytes"]}


def counts(park: Park) -> dict[str, Any]:
    """The tally, counted anew, against a plain count."""
    park.manage("recount")
    try:
        park.manage("recount", "--check")
    except SystemExit as complaint:
        return {"differences": str(complaint)[-2000:], "holds": False}
    return {"differences": "", "holds": True}


def digits(code: str) -> str:
    return "".join(letter for letter in code if letter.isdigit())


def _rows(park: Park, codes: list[str]) -> dict[str, tuple[int, int]]:
    """By receipt code, the row and how many documents it has."""
    found: dict[str, tuple[int, int]] = {}
    for start in range(0, len(codes), AT_ONCE):
        said = park.ask(
            "SELECT i.receipt_code, i.id, count(a.id) FROM initiatives_initiative i "
            "LEFT JOIN initiatives_attachment a ON a.initiative_id = i.id "
            "WHERE i.receipt_code = ANY(%s) GROUP BY i.receipt_code, i.id",
            codes[start : start + AT_ONCE],
        )
        found |= {str(code): (int(str(pk)), int(str(documents))) for code, pk, documents in said}
    return found


def _invariants(park: Park) -> str:
    """What `check_invariants` complains of; "" of nothing."""
    try:
        park.manage("check_invariants")
    except SystemExit as complaint:
        return str(complaint)[-2000:]
    return ""


def _read_everything() -> dict[str, Any]:
    import hashlib

    import django

    django.setup()
    from initiatives.models import Attachment
    from initiatives.submission.files import store

    unreadable, other_bytes, number = [], [], 0
    for row in Attachment.objects.order_by("pk").iterator():
        number += 1
        try:
            with store.open_stored(row.stored_name) as kept:
                content = kept.read()
        except OSError as failure:
            unreadable.append(f"{row.pk}: {failure}")
            continue
        if len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256:
            other_bytes.append(str(row.pk))
    return {"documents": number, "unreadable": unreadable, "other_bytes": other_bytes}


if __name__ == "__main__":
    json.dump(_read_everything(), sys.stdout)
