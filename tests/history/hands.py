"""A hand in the database behind the portal's back, and an initiative that it may change."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from initiatives.history import verifying
from initiatives.history.finding import Finding
from initiatives.lifecycle import Reason, move, note
from initiatives.models import Act, Initiative, ReviewEvent, Status
from tests.factories import AttachmentFactory, CoAuthorFactory, InitiativeFactory, StaffAccountFactory
from tests.factories.initiatives import FIRST_SUBMISSION

LATER = FIRST_SUBMISSION + timedelta(days=9)


def lived() -> Initiative:
    """A duplicate with a co-author and a document, declined and told: its last three steps cover its content."""
    first = InitiativeFactory()
    one = InitiativeFactory(campaign=first.campaign, share=70, email="lan@example.vn", unit_name="Tổ cắt")
    CoAuthorFactory(initiative=one, number=1)
    AttachmentFactory(initiative=one)
    officer = StaffAccountFactory()
    reasons = [Reason("duplicate", "title", "Trùng với một sáng kiến nhận trước.")]
    move(one, Status.RETURNED, by=officer, at=LATER, reasons=reasons, note="Đã gọi.", due_on=LATER.date())
    move(one, Status.INVALID, by=officer, at=LATER, reasons=reasons, note="Đã xem.", duplicate_of=first)
    note(one, Act.TOLD, by=officer, at=LATER, words="Gọi điện")
    return Initiative.objects.get(pk=one.pk)


def by_hand(model: type[models.Model], pk: int, **columns: Any) -> None:
    """UPDATE in SQL; `columns` by their names in the table."""
    by_column = {field.column: field for field in model._meta.concrete_fields}
    said = ", ".join(f'"{column}" = %s' for column in columns)
    values = [by_column[column].get_db_prep_save(value, connection) for column, value in columns.items()]
    sql(f'UPDATE "{model._meta.db_table}" SET {said} WHERE "{model._meta.pk.column}" = %s', *values, pk)


def without_the_key(initiative: Initiative, **facts: Any) -> ReviewEvent:
    """Its next step put there by somebody who has the database and knows how the portal works, but not the key: without a digest
    and with a plain hash, as steps once had."""
    step = ReviewEvent(initiative=initiative, number=initiative.events.count() + 1, salt="5" * 32, **facts)
    step.text_digest = step.digest_of_text()
    step.hash = plain_hash(step)
    ReviewEvent.objects.bulk_create([step])
    return step


def plain_hash(step: ReviewEvent) -> str:
    """What anybody can make of a step's facts."""
    facts = [
        *(step.initiative_id, step.number, int(step.at.timestamp() * 1_000_000), step.act, step.account_id, step.role),
        *(step.from_status, step.to_status, [[each.get("code", ""), each.get("field", "")] for each in step.reasons]),
        *(step.due_on.isoformat() if step.due_on else "", step.text_digest, step.previous_hash),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def other(value: Any, field: models.Field) -> Any:
    """Something else that the column takes."""
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.JSONField):
        return [*value, "them"] if not value or isinstance(value[0], str) else value[:-1]
    if isinstance(field, models.DateTimeField):
        return (value or FIRST_SUBMISSION) + timedelta(seconds=1)
    if isinstance(field, models.DateField):
        return (value or date(2022, 1, 1)) + timedelta(days=1)
    if isinstance(field, models.DecimalField):
        return Decimal(value) - Decimal("0.01")
    if isinstance(field, (models.IntegerField, models.ForeignKey)):
        return (value or 0) + 1
    return f"{value}x"[-(field.max_length or 100) :] if not value else f"x{value[1:]}"


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found(**asked: Any) -> list[Finding]:
    findings: list[Finding] = []
    verifying.verify(timezone.now, findings.append, **asked)
    return findings


def kinds(**asked: Any) -> set[tuple[str, str]]:
    return {(each.kind, each.what) for each in found(**asked)}


def moved_on(at: datetime) -> datetime:
    """A day later, when what was done is settled."""
    return at + timedelta(days=1)
