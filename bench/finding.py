"""Finding one of 130,000 units: CPU of a search, the database's with it, over what people type. Prints JSON.

python -m bench.finding [--unions N] [--rounds N]; TEST_POSTGRES_URL names a server to measure on PostgreSQL.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import asking, database, grassroots
from bench.asking import Asker, must

# What people type, a kind a line; a third of it is made to be hard.
TYPED = {
    "a name": ("đông hà", "quảng trị", "krong ana", "samsung vina", "hoa sen", "thpt nguyễn an"),
    "a whole name": ("LĐLĐ thành phố Đông Hà", "Liên đoàn Lao động tỉnh Quảng Trị", "Công ty Cổ phần May Hà An"),
    "shortened": ("tp hcm", "cđ gtvt", "CĐCS cty tnhh mtv thép", "q 1", "cd kcn hà nội"),
    "in full what names shorten": ("công đoàn cơ sở trường mầm non an", "trách nhiệm hữu hạn một thành viên"),
    "another name": ("BR-VT", "hcm", "đăk lăk", "thị xã phổ yên"),
    "with its place": ("châu thành long an", "long an châu thành", "trường mầm non hà an quảng trị", "y tế ninh thuận"),
    "a beginning": ("đông h", "quảng tr", "trường thpt ngu", "vinh lin"),
    "a letter or two": ("h", "d", "c", "th", "ng"),
    "what thousands are called": ("công ty", "cđcs", "may", "trường thpt", "công đoàn", "công ty an"),
    "words in another order": ("quảng trị ldld", "an công ty may", "hà ldld đông"),
    "a slip": ("đogn hà", "quảngg trị", "samsugn", "quangtri", "cong ty may hoa binhh", "hợp tác xã vận tải phú sơn"),
    "nobody": ("zzzz", "đông hà zzzz", "tan binh minh xa xoi"),
}
PAGE = 50


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unions", type=int, default=129_000)
    parser.add_argument("--rounds", type=int, default=20, help="how often each is asked")
    asked = parser.parse_args()
    database.choose()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-finding-"))
    os.environ["SITE_URL"] = f"http://{asking.HOST}"

    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    with database.made(), open(os.devnull, "w") as nothing:
        call_command("setup", stdout=nothing)
        json.dump(figures(asked.unions, asked.rounds), sys.stdout, indent=2, ensure_ascii=False)
    print()


def figures(unions: int, rounds: int) -> dict[str, Any]:
    from django.db import connection

    from orgtree.models import Level, Unit
    from orgtree.search import find, matching
    from orgtree.units.admin import MOST_FOUND_COUNTED
    from orgtree.views import MOST_FOUND, USUAL_STRUCTURE_DAY
    from portal.wsgi import application

    structure = Unit.objects.in_structure_of(USUAL_STRUCTURE_DAY)
    upper = structure.filter(depth__gt=1).exclude(level=Level.GRASSROOTS)
    imported = spent(lambda: brought_in(unions, list(upper.values_list("code", flat=True))))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    asker = Asker(application)

    def found(typed: str) -> None:
        find(typed, among=structure.filter(depth__gt=1), limit=MOST_FOUND + 1)

    def answered(typed: str) -> None:
        must(asker.get(f"/don-vi/?q={quote(typed)}", accept="application/json"), 200)

    def listed(typed: str) -> None:
        rows = matching(Unit.objects.all(), typed).rows
        rows.order_by()[: MOST_FOUND_COUNTED + 1].count()
        list(rows[:PAGE])

    ways: dict[str, Callable[[str], None]] = {"search": found, "worker": answered, "list": listed}
    return {
        "database": connection.vendor,
        "units": Unit.objects.count(),
        "import_seconds_of_cpu": round(imported, 1),
        "ways": {name: summed(ask, rounds) for name, ask in ways.items()},
    }


def brought_in(unions: int, parents: list[str]) -> None:
    from orgtree.importing import import_units

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        grassroots.write(path, parents=parents, number=unions)
        import_units(path)


def summed(ask: Callable[[str], None], rounds: int) -> dict[str, Any]:
    costs = {
        typed: each_of(lambda typed=typed: ask(typed), rounds=rounds)  # type: ignore[misc]
        for several in TYPED.values()
        for typed in several
    }
    ranked = sorted(costs.values())
    dearest = sorted(costs, key=lambda typed: -costs[typed])[:5]
    return {
        "p50_ms": round(ranked[len(ranked) // 2], 1),
        "p95_ms": round(ranked[int(len(ranked) * 0.95)], 1),
        "dearest": {typed: round(costs[typed], 1) for typed in dearest},
    }


def each_of(act: Callable[[], None], *, rounds: int) -> float:
    """Milliseconds of CPU of one `act`."""
    act()
    return spent(lambda: [act() for _ in range(rounds)]) / rounds * 1000


def spent(act: Callable[[], Any]) -> float:
    before = asking.cpu()
    act()
    return asking.cpu() - before


if __name__ == "__main__":
    main()
