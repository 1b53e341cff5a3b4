"""Finding twins among 100,000 or 1,000,000 texts: recall, precision, milliseconds, bytes. Prints JSON.

python -m bench.duplicates [--texts N] [--asked N] [--screened N] [--minutes N] [--lean]
TEST_POSTGRES_URL names a server to measure on PostgreSQL.

All texts but the last `--screened` are poured in with their fingerprints, past the ORM; those last ones are screened as the
worker does it. Then twins, and texts without a twin, are looked up.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any

from bench import asking, database

SHARE_OF_TWINS = 0.02
CHUNK = 2000
CLASSES = {"disguised": (1.0, 1.01), "0.8 and more": (0.8, 1.01), "0.6 to 0.8": (0.6, 0.8), "0.4 to 0.6": (0.4, 0.6)}
POOL = 20_000
FIRST = 1_000  # keys below are taken
SENTENCES_KNOWN = 100_000
STILL_ALIKE = 0.4  # what is shown and has less in common, letter for letter, was shown wrongly


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=2000, help="twins looked up, and as many texts without a twin")
    parser.add_argument("--screened", type=int, default=2000, help="by the way the worker goes")
    parser.add_argument("--minutes", type=float, default=60, help="no more texts are poured in after so many")
    parser.add_argument(
        "--lean", action="store_true", help="rows of initiatives only where they are asked about; PostgreSQL"
    )
    asked = parser.parse_args()
    database.choose()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-duplicates-"))

    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    with database.made(), open(os.devnull, "w") as nothing:
        call_command("setup", stdout=nothing)
        made = figures(asked.texts, asked.asked, asked.screened, asked.minutes, whole=not asked.lean)
        json.dump(made, sys.stdout, indent=2, ensure_ascii=False)
    print()


@dataclass(frozen=True)
class Received:
    """A text by its key; of a twin, how it was copied from what. Of one that only fills the tables, its fingerprint alone."""

    pk: int
    text: Any
    copy: Any = None
    fingerprint: Any = None


@dataclass
class Kept:
    """What of the corpus is looked up afterwards: twins, what they were copied from, and texts that are nobody's."""

    twins: list[Received]
    originals: dict[int, Any]
    alone: list[Received]


def figures(texts: int, asked: int, screened: int, minutes: float, *, whole: bool) -> dict[str, Any]:
    from django.db import connection

    draw = random.Random(5)
    before = size()
    began = time.monotonic()
    kept, texts = poured(texts, screened, asked, minutes, whole=whole)
    seconds = time.monotonic() - began
    grown = size() - before
    tidied()
    screening = screening_cost(screened)
    draw.shuffle(kept.twins)
    return {
        "database": connection.vendor,
        "texts": texts,
        "poured_seconds": round(seconds),
        "bytes_a_text": round(grown / (texts - screened)),
        "screening": screening,
        "fingerprint_cpu_ms": fingerprint_cost([each.text for each in kept.alone[:300]]),
        "twins": looked_up(kept.twins[:asked], kept.originals),
        "unrelated": looked_up(kept.alone[:asked], kept.originals),
    }


def corpus(number: int, asked: int, *, whole: bool, seed: int = 4) -> Iterator[tuple[Received, Kept]]:
    """One text after the other, of which two in a hundred are copies of one of twenty thousand before them.

    Not `whole`: those that are never asked about are put together from made sentences whose shingles were hashed before.
    """
    from bench import texts

    draw = random.Random(seed)
    kept = Kept([], {}, [])
    pool: list[int] = []
    fillers = filling(draw) if not whole else None
    for pk in range(FIRST, FIRST + number):
        if pool and draw.random() < SHARE_OF_TWINS:
            copy = texts.copied(kept.originals[of := draw.choice(pool)], of, draw)
            received = Received(pk, copy.text, copy)
            kept.twins.append(received)
        elif len(pool) < POOL and draw.random() < 0.2:
            received = Received(pk, texts.made(draw))
            pool.append(pk)
            kept.originals[pk] = received.text
        elif draw.random() < 4 * asked / number:
            received = Received(pk, texts.made(draw))
            kept.alone.append(received)
        elif fillers:
            received = Received(pk, None, fingerprint=next(fillers))
        else:
            received = Received(pk, texts.made(draw))
        yield received, kept


def filling(draw: random.Random) -> Iterator[Any]:
    """Fingerprints of texts made of four to sixteen of 100,000 sentences: what the texts would give, at a fifth of the cost."""
    from bench import texts
    from initiatives.duplicates import fingerprints
    from initiatives.duplicates.shingles import Text, shingles_of

    known = []
    for _ in range(SENTENCES_KNOWN):
        sentence = texts.filled(draw.choice(texts.SENTENCES), draw)
        known.append(tuple(fingerprints.places_and_ranks(shingles_of(Text(sentence, "")).own)))
    while True:
        parts = draw.sample(known, draw.randint(4, 16))
        signature = fingerprints.signature_of(part for several in parts for part in several)
        yield fingerprints.Print(signature, draw.getrandbits(62), draw.getrandbits(62))


def poured(number: int, screened: int, asked: int, minutes: float, *, whole: bool) -> tuple[Kept, int]:
    """Rows, fingerprints and bands past the ORM, then `screened` rows alone, which wait; and how many that made in all.

    Not `whole`: of texts that are never asked about, nor copied, only fingerprints and bands, which is what a look-up walks.
    """
    insert, staging = rows_like_one()
    coming = corpus(number - screened, asked, whole=whole)
    waiting = corpus(screened, 0, whole=True, seed=6)
    began = time.monotonic()
    kept, done = Kept([], {}, []), 0
    while done < number - screened and time.monotonic() - began < minutes * 60:
        chunk = list(islice(coming, min(CHUNK, number - screened - done)))
        kept, done = chunk[-1][1], done + len(chunk)
        several = [received for received, _ in chunk]
        pour_rows([each for each in several if each.text], insert, staging, is_screened=True)
        pour_prints(several)
        if done % (25 * CHUNK) == 0:
            print(f"{done:,} texts, {time.monotonic() - began:.0f} s", file=sys.stderr)
    last = [Received(FIRST + number + place, each.text) for place, (each, _) in enumerate(waiting)]
    pour_rows(last, insert, staging, is_screened=False)
    return kept, done + len(last)


def pour_rows(several: Sequence[Received], insert: str, staging: str, *, is_screened: bool) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        texts = ((each.pk, each.text) for each in several)
        pour(cursor, staging, ((pk, text.title, text.description, text.effect, is_screened) for pk, text in texts))
        cursor.execute(insert)
        cursor.execute(f"DELETE FROM {staging}")


def pour_prints(several: Sequence[Received]) -> None:
    from django.db import connection, transaction

    from initiatives.duplicates.fingerprints import print_of
    from initiatives.models import Band, Fingerprint

    prints = {each.pk: each.fingerprint or print_of(each.text) for each in several}
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # keys that are right by construction, some of rows that are left out
            cursor.execute("SET LOCAL session_replication_role = replica")
            bands = "".join([f"{value}\t{pk}\n" for pk, made in prints.items() for value in made.bands])
            cursor.copy_expert(f"COPY {Band._meta.db_table} FROM STDIN", StringIO(bands))
        else:
            pour(cursor, Band._meta.db_table, ((value, pk) for pk, made in prints.items() for value in made.bands))
        rows = ((pk, made.signature, made.text_hash, made.title_hash) for pk, made in prints.items())
        pour(cursor, Fingerprint._meta.db_table, rows)


def rows_like_one() -> tuple[str, str]:
    """A statement that makes initiatives of what stands in a table beside, and the name of that table."""
    from django.db import connection
    from django.utils import timezone

    from initiatives import demonstration
    from initiatives.models import Campaign, Initiative
    from orgtree.models import Level, Unit

    campaign = demonstration.seed(password="-", at=timezone.now())
    list(demonstration.fill(campaign, 1, at=timezone.now()))
    Campaign.objects.update(is_demonstration=False)
    one = Initiative.objects.get()
    Initiative.objects.update(effect="")
    units = list(Unit.objects.filter(level=Level.DISTRICT).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_units (number integer PRIMARY KEY, unit_id bigint)")
        pour(cursor, "bench_units", enumerate(units))
        cursor.execute(
            "CREATE TABLE bench_texts (id bigint PRIMARY KEY, title text, description text, effect text, is_screened integer)"
        )
    own = {
        "id": "x.id",
        "title": "x.title",
        "description": "x.description",
        "effect": "x.effect",
        "receipt_code": "CAST(x.id AS varchar(13))",
        "receipt_token_hash": "CAST(x.id AS varchar(64))",
        "phone_hash": "CAST(x.id AS varchar(64))",
        "unit_id": f"(SELECT unit_id FROM bench_units WHERE number = x.id * 7919 % {len(units)})",
        "screened_at": "CASE WHEN x.is_screened = 1 THEN one.submitted_at END",
    }
    columns = [field.column for field in Initiative._meta.concrete_fields]
    table = Initiative._meta.db_table
    values = ", ".join(own.get(column, f"one.{column}") for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM bench_texts x CROSS JOIN {table} one"
        f" WHERE one.id = {one.pk} ORDER BY x.id",
        "bench_texts",
    )


def pour(cursor: Any, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY where there is one."""
    from django.db import connection

    if connection.vendor == "postgresql":
        cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO("".join(map(copied, rows))))
        return
    several = list(rows)
    if several:
        marks = ", ".join(["%s"] * len(several[0]))
        cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", several)


def copied(row: Sequence[Any]) -> str:
    return "\t".join(map(written, row)) + "\n"


def written(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, bool):
        return str(int(value))
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def tidied() -> None:
    """As autovacuum leaves tables that grew, where a server for tests has it off: the bands are then read from their index."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("RESET statement_timeout")
        else:
            cursor.execute("ANALYZE")


def screening_cost(number: int) -> dict[str, Any]:
    """As the worker does it, ten at a time, and how many statements one takes."""
    from django.utils import timezone

    from initiatives.duplicates import screening
    from initiatives.models import Initiative, TwinPair

    def screened(limit: int) -> int:
        return screening.screen_some(at=timezone.now(), limit=limit)

    statements = asking.counted(lambda: screened(1))
    before, cpu = time.monotonic(), asking.cpu()
    while screened(10):
        pass
    return {
        "cpu_ms": round((asking.cpu() - cpu) / (number - 1) * 1000, 2),
        "clock_ms": round((time.monotonic() - before) / (number - 1) * 1000, 2),
        "statements_of_one": statements,
        "left": Initiative.objects.filter(screened_at=None, pk__gte=FIRST).count(),
        "pairs": TwinPair.objects.count(),
    }


def fingerprint_cost(several: Sequence[Any]) -> float:
    from initiatives.duplicates.fingerprints import print_of

    cheapest = []
    for text in several:
        costs = []
        for _ in range(5):
            before = time.process_time()
            print_of(text)
            costs.append(time.process_time() - before)
        cheapest.append(min(costs))
    return round(statistics.mean(cheapest) * 1000, 3)


def texts_of(near: Collection[int]) -> list[tuple[int, Any]]:
    from initiatives.duplicates.looking import TEXT_FIELDS, Text
    from initiatives.models import Initiative

    rows = Initiative.objects.filter(pk__in=near).values_list("pk", *TEXT_FIELDS)
    return [(pk, Text(*parts)) for pk, *parts in rows]


def looked_up(several: Sequence[Received], originals: dict[int, Any]) -> dict[str, Any]:
    """What `alike` answers about each; where it is a twin, whether the text it was copied from is among it."""
    from bench.texts import truth
    from initiatives.duplicates.looking import alike
    from initiatives.models import Initiative, TwinPair

    clock, flagged, wrong, found = [], 0, 0, []
    total = asking.cpu()
    answers = []
    for each in several:
        before = time.perf_counter()
        answers.append(alike(each.text, read=texts_of, limit=20, besides=[each.pk]))
        clock.append((time.perf_counter() - before) * 1000)
    total = asking.cpu() - total
    for each, answer in zip(several, answers, strict=True):
        flagged += bool(answer)
        of = each.copy.of if each.copy else None
        if each.copy:
            found.append((truth(each.text, originals[of]), of in [one.initiative_id for one in answer], each.copy.way))
        others = [one.initiative_id for one in answer if one.initiative_id != of]
        texts = Initiative.objects.filter(pk__in=others).values_list("title", "description", "effect")
        wrong += sum(truth(each.text, type(each.text)(*values)) < STILL_ALIKE for values in texts)
    clock.sort()
    shown = sum(map(len, answers))
    report: dict[str, Any] = {
        "asked": len(several),
        "clock_p50_ms": round(clock[len(clock) // 2], 2),
        "clock_p95_ms": round(clock[int(len(clock) * 0.95)], 2),
        "cpu_ms": round(total / len(several) * 1000, 2),
        "flagged": round(flagged / len(several), 4),
        "precision": round(1 - wrong / shown, 4) if shown else None,
        "same_title_only": sum(one.kind == TwinPair.Kind.SAME_TITLE for answer in answers for one in answer),
    }
    for name, (least, below) in CLASSES.items():
        of_class = [
            is_found
            for value, is_found, way in found
            if least <= value < below and (way == "disguised") == (name == "disguised")
        ]
        if of_class:
            report[f"recall, {name}"] = {"share": round(sum(of_class) / len(of_class), 4), "of": len(of_class)}
    return report


def size() -> int:
    """Bytes of fingerprints and bands with their indexes."""
    from django.db import connection

    from initiatives.models import Band, Fingerprint

    tables = [Band._meta.db_table, Fingerprint._meta.db_table]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT SUM(pg_total_relation_size(CAST(name AS regclass))) FROM unnest(%s) AS name", [tables]
            )
        else:
            cursor.execute(
                "SELECT SUM(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name IN (%s, %s)", tables
            )
        return int(cursor.fetchone()[0] or 0)


if __name__ == "__main__":
    main()
