"""What must hold after every fault: every receipt that was shown exists, complete, once; none was shown for what is not there; no
orphan blocks a retry; counters agree; the portal answers again by itself. Each function answers with what contradicts it.
"""

import hashlib
from collections.abc import Iterable

from initiatives.rehearsal.browser import Request
from initiatives.rehearsal.phones import Acknowledged
from tests.faults.harness import Portal

# Of the portal itself. History is sealed anew each time, so that every fault that follows has seals to contradict.
ASKED = (
    ("check_invariants",),
    ("recount",),
    ("recount", "--check"),
    ("seal_history", "--now"),
    ("verify_history",),
)
KEPT = (
    "SELECT i.id, i.title, i.receipt_code, i.full_name, i.description, "
    "(SELECT count(*) FROM initiatives_reviewevent e WHERE e.initiative_id = i.id), "
    "(SELECT count(*) FROM initiatives_attachment a WHERE a.initiative_id = i.id), "
    "(SELECT count(*) FROM initiatives_draft d WHERE d.initiative_id = i.id) "
    "FROM initiatives_initiative i"
)


def wrong(portal: Portal, *, may_give_up: bool = False) -> list[str]:
    """Of all that was sent so far, by statements of our own: the portal's opinion of itself is asked by `thoroughly`."""
    found = [] if portal.answers_by_itself() else ["it does not answer again by itself"]
    found += _receipts(portal, portal.story.acknowledged)
    found += _nowhere_from(portal)
    found += _documents(portal)
    if portal.story.gave_up and not may_give_up:
        found += [f"gave up at {each.step}: {each.why}" for each in portal.story.gave_up]
    return found


def thoroughly(portal: Portal, *, may_give_up: bool = False) -> list[str]:
    """As `wrong`, and what the portal itself says must always be true; counts, counted anew."""
    found = wrong(portal, may_give_up=may_give_up)
    for order in ASKED:
        try:
            portal.manage(*order)
        except SystemExit as complaint:
            found.append(str(complaint)[-1500:])
    return found


def receipt_is_wrong(portal: Portal, receipt: Acknowledged | None) -> list[str]:
    """Of one alone, quickly."""
    if receipt is None:
        return [f"no receipt: {portal.story.gave_up[-1:] or portal.story.refused[-1:]}"]
    return _receipts(portal, [receipt]) + _is_shown(portal, receipt)


def _receipts(portal: Portal, acknowledged: Iterable[Acknowledged]) -> list[str]:
    receipts = list(acknowledged)
    where = "" if len(receipts) != 1 else " WHERE i.title = ?"
    rows = portal.ask(KEPT + where, *([receipts[0].title] if where else []))
    by_title: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        by_title.setdefault(str(row[1]), []).append(row)
    found = []
    for receipt in receipts:
        kept = by_title.get(receipt.title, [])
        code = "".join(filter(str.isdigit, receipt.code))
        if [row[2] for row in kept] != [code]:
            found.append(f"shown {code}, kept {[row[2] for row in kept]}")
            continue
        _, _, _, name, description, steps, documents, drafts = kept[0]
        if not name or not description or steps != 1 or drafts != 1 or documents != receipt.documents:
            found.append(f"{code}: {steps} steps, {documents} documents of {receipt.documents}, {drafts} drafts")
    return found


def _is_shown(portal: Portal, receipt: Acknowledged) -> list[str]:
    phone = portal.phone()
    page = phone.browser.send(Request("GET", receipt.receipt_path))
    phone.browser.close()
    shown = "".join(filter(str.isdigit, page.text.partition('id="receipt-code"')[2].partition("</")[0]))
    return [] if receipt.code.replace(" ", "") in shown else [f"the receipt's link answers {page.status}"]


def _nowhere_from(portal: Portal) -> list[str]:
    """Rows nobody sent, and initiatives that are there twice."""
    known = {each.title for each in portal.story.acknowledged}
    known |= {each.title for each in portal.story.gave_up if each.is_uncertain}
    rows = portal.ask("SELECT title, count(*) FROM initiatives_initiative GROUP BY title")
    twice = [f"{number} times: {title}" for title, number in rows if number > 1]
    return twice + [f"sent by nobody: {title}" for title, _ in rows if title not in known]


def _documents(portal: Portal) -> list[str]:
    """Every row's file is there, with the bytes it was judged by."""
    found = []
    for name, size, sha256 in portal.ask("SELECT stored_name, size, sha256 FROM initiatives_attachment"):
        try:
            content = (portal.data / "media" / name).read_bytes()
        except OSError as failure:
            found.append(f"a document without its file: {failure}")
            continue
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            found.append(f"a document with other bytes: {name}")
    return found
