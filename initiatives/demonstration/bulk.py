"""Writing initiatives by the million: COPY on PostgreSQL, executemany on SQLite, all of it in one transaction.

Either everything was written or, stopped at any moment, nothing: both databases take indexes and constraints away and make them
again inside a transaction. While many are written, everybody who would read or write initiatives waits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import connection, transaction

from initiatives.demonstration import rhythm
from initiatives.demonstration.histories import EVENT, Row
from initiatives.demonstration.rows import APPRAISAL, CO_AUTHOR, INITIATIVE, Drawing, Rows
from initiatives.models import Act, Appraisal, Campaign, CoAuthor, Initiative, ReviewEvent

BATCH = 5_000
# From here on indexes are made afterwards, which is far faster.
MANY = 50_000
# From here on nothing is left for screening, which would take hours and 2 kB a text; `screen_duplicates --all` does it still.
SCREENED_FROM = 10_000
TABLES = (Initiative._meta.db_table, ReviewEvent._meta.db_table)
# In the order of the rows as they come: keeping these costs little, and steps are found by one of them.
KEPT = ("event_number_once",)
INDEX_MEMORY = "512MB"
LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")  # of PostgreSQL, as settings have them
PAGES_IN_MEMORY = -400_000  # of SQLite, in KiB


@dataclass(frozen=True)
class Progress:
    """`made` of `number` initiatives; then `doing` says in words what is still under way."""

    made: int
    number: int
    doing: str = ""


class NothingIsOpen(Exception):
    """The campaign had no phase open before that moment: there is no day on which anything could have come."""


def fill(campaign: Campaign, number: int, *, at: datetime) -> Iterator[Progress]:
    """Adds `number` made initiatives as of `at`, spread over units, days and statuses, with their whole histories.

    Needs the accounts of the demonstration, which decided on them. What is counted is not touched: `targets.count_and_aim`.
    """
    if number <= 0:
        return
    spans = list(rhythm.spans(list(campaign.phases.all()), number, at=at))
    if not spans:
        raise NothingIsOpen
    with transaction.atomic(), connection.cursor() as cursor:
        first = _taken(cursor, number)
        drawing = Drawing(campaign, number=number, first=first, at=at, is_screened=number >= SCREENED_FROM)
        away = _Away(cursor) if _is_worth_it(number) else None
        made, rows = 0, Rows()
        for span in spans:
            drawing.add(span, to=rows)
            if len(rows.initiatives) >= BATCH:
                made, rows = made + _write(cursor, rows), Rows()
                yield Progress(made, number)
        made += _write(cursor, rows)
        yield Progress(made, number)
        for name, again in away.statements() if away else ():
            yield Progress(made, number, f"đang làm lại chỉ mục {name}")
            cursor.execute(again)
    yield Progress(made, number, "đang dọn bảng")
    look_again()


def _is_worth_it(number: int) -> bool:
    return number >= MANY and number * 2 >= Initiative.objects.order_by().count()


def _taken(cursor: Any, number: int) -> int:
    """The first of `number` keys that nobody else gets; nobody else writes initiatives until the transaction ends."""
    if connection.vendor != "postgresql":
        last = Initiative.objects.order_by("-pk").values_list("pk", flat=True).first()
        return (last or 0) + 1
    for limit in LIMITS:
        cursor.execute(f"SET LOCAL {limit} = 0")
    cursor.execute(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(
        "SELECT setval(sequence, nextval(sequence) + %s) FROM pg_get_serial_sequence(%s, 'id') AS sequence",
        [number - 1, TABLES[0]],
    )
    return int(cursor.fetchone()[0]) - number + 1


class _Away:
    """Takes away what would be kept at every row: indexes and, on PostgreSQL, constraints that look at other rows."""

    def __init__(self, cursor: Any) -> None:
        self._again: list[tuple[str, str]] = []
        if connection.vendor == "postgresql":
            self._from_postgresql(cursor)
        else:
            self._from_sqlite(cursor)

    def statements(self) -> Iterator[tuple[str, str]]:
        """By name, what makes each again. References last: they are then looked at all at once."""
        yield from self._again

    def _from_postgresql(self, cursor: Any) -> None:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{INDEX_MEMORY}'")
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f' FROM pg_constraint"
            " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') AND conname <> ALL(%s) ORDER BY 4, 2",
            [list(TABLES), list(KEPT)],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY 1",
            [list(TABLES)],
        )
        self._again = cursor.fetchall()
        for name, _ in self._again:
            cursor.execute(f'DROP INDEX "{name}"')
        for table, name, definition, _ in constraints:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
            self._again.append((name, f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}'))

    def _from_sqlite(self, cursor: Any) -> None:
        cursor.execute(f"PRAGMA cache_size = {PAGES_IN_MEMORY}")
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (%s, %s)"
            " AND name NOT IN (%s) ORDER BY 1",
            [*TABLES, *KEPT],
        )
        self._again = cursor.fetchall()
        for name, _ in self._again:
            cursor.execute(f'DROP INDEX "{name}"')


def _write(cursor: Any, rows: Rows) -> int:
    _insert(cursor, Initiative._meta.db_table, INITIATIVE, rows.initiatives)
    _insert(cursor, ReviewEvent._meta.db_table, EVENT, rows.events)
    _insert(cursor, CoAuthor._meta.db_table, CO_AUTHOR, rows.co_authors)
    if rows.appraisals:
        steps = ReviewEvent.objects.filter(initiative__in=rows.appraisals, act=Act.APPRAISED).order_by("pk")
        found = steps.values_list("pk", "initiative")
        appraisals = [(step, *rows.appraisals[initiative][1:]) for step, initiative in found]
        _insert(cursor, Appraisal._meta.db_table, APPRAISAL, appraisals)
    return len(rows.initiatives)


def _insert(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    if not rows:
        return
    named = ", ".join(f'"{column}"' for column in columns)
    if connection.vendor == "postgresql":
        lines = StringIO("".join(map(_line, rows)))
        cursor.copy_expert(f"COPY \"{table}\" ({named}) FROM STDIN WITH (NULL E'\\x01')", lines)
    else:
        marks = ", ".join(["?"] * len(columns))
        said = f'INSERT INTO "{table}" ({named}) VALUES ({marks})'  # noqa: S608 - names of our own models
        cursor.connection.executemany(said, rows)


def _line(row: Row) -> str:
    """In COPY's own text. Few values hold what it must be told apart from, so each is looked at only where the line does."""
    values = [_NULL if value is None else value if type(value) is str else str(value) for value in row]
    line = "\t".join(values)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(row) - 1:
        line = "\t".join([value.translate(_ESCAPED) for value in values])
    return line + "\n"


_NULL = "\x01"  # in no text of ours: a control character
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@contextmanager
def patience() -> Iterator[None]:
    """What is said meanwhile may take its time, and so may Python between two statements of a transaction: on a busy machine
    PostgreSQL ended the session while millions were added up."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        for limit in LIMITS:
            cursor.execute(f"SET {limit} = 0")
    yield
    with connection.cursor() as cursor:
        for limit in LIMITS:
            cursor.execute(f"RESET {limit}")


def look_again() -> None:
    """What the database knows of its tables is fresh; outside a transaction PostgreSQL also marks which pages everybody sees,
    without which a count looks at every row."""
    with patience(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA cache_size = -16000")
            cursor.execute("ANALYZE")
