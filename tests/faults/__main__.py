"""`make faults`: a thousand faults and more, on both databases, then the seeded ones. `python -m tests.faults --help`."""

import argparse
import os
import random
import sys
import time

import django


def main() -> int:
    from tests.faults import report, sides

    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--faults", type=int, default=1000, help="how many at least, on both databases together")
    parser.add_argument("--seed", type=int, help="the same number draws the same faults; a new one where none is given")
    parser.add_argument("--minutes", type=float, default=60, help="after so many it ends with what was done")
    parser.add_argument("--kinds", default="", help="only these, by their keys in kinds.py; power: cuts of the power")
    parser.add_argument("--only", choices=sides.DATABASES, help="this database alone")
    parser.add_argument("--save", action="store_true", help="keeps the report in docs/faults.md")
    told = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if told.seed is None else told.seed
    print(f"seed {seed}", flush=True)
    began = time.monotonic()

    outcome = sides.played(
        sides.Asked(
            faults=told.faults,
            until=began + told.minutes * 60,
            seed=seed,
            kinds=told.kinds.split(",") if told.kinds else (),
            databases=(told.only,) if told.only else sides.DATABASES,
        )
    )

    page = report.page(outcome, seed=seed, minutes=(time.monotonic() - began) / 60)
    print(f"{page}\n{report.times(outcome)}")
    if told.save:
        report.PAGE.write_text(page)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    sys.exit(main())
