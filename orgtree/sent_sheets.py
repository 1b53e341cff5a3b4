"""Sheets that staff send, kept from the page that says what they would do until the button that does it."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from orgtree.models import Sheet, StaffAccount
from portal.sheets.reading import Upload, content_of
from portal.vietnamese.text import single_line

KEPT_FOR = timedelta(days=1)


class SheetUsed(Exception):
    """What it holds was written before: a double tap, or the page sent again."""


class ChangedMeanwhile(Exception):
    """What the page promised no longer holds; nothing was written."""


def keep(upload: Upload, *, name: str, use: Sheet.Use, by: StaffAccount, at: datetime) -> Sheet:
    """Raises SheetRefused for what is no sheet of Excel."""
    content = content_of(upload)
    return Sheet.objects.create(account=by, use=use, name=single_line(name)[:200], content=content, sent_at=at)


def sent_by(account: StaffAccount, *, use: Sheet.Use, at: datetime) -> QuerySet[Sheet]:
    """A sheet is its sender's alone, and gone after a day even where no worker took it away."""
    return Sheet.objects.filter(account=account, use=use, sent_at__gt=at - KEPT_FOR)


def forget_old_sheets(*, at: datetime) -> int:
    """How many were taken away."""
    return Sheet.objects.filter(sent_at__lte=at - KEPT_FOR).delete()[0]
