"""The draft of a private link, with its unit: what every step begins with."""

from django.db import connection

from initiatives.models import Draft
from initiatives.submission import receipts
from orgtree.models import Unit
from portal import plain_rows, prepared


def draft_of(token: str) -> Draft | None:
    """None where the link opens nothing. A correction is reached through tracking only, never by a link. One statement."""
    of_draft, of_unit = plain_rows.columns(Draft), plain_rows.columns(Unit)
    said = (
        f"SELECT {plain_rows.listed('d', of_draft)}, {plain_rows.listed('u', of_unit)}"  # noqa: S608 - our own names
        f" FROM {Draft._meta.db_table} d LEFT JOIN {Unit._meta.db_table} u ON u.id = d.unit_id"
        " WHERE d.token_hash = %s AND d.revises_id IS NULL"
    )
    with connection.cursor() as cursor:
        prepared.execute(cursor, said, [receipts.token_hash(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    draft = plain_rows.made(Draft, of_draft, row[: len(of_draft)])
    draft.unit = plain_rows.made(Unit, of_unit, row[len(of_draft) :]) if draft.unit_id is not None else None
    return draft
