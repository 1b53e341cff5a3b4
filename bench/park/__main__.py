"""`python -m bench.park [--webs N] [--replica] [--cache] [--store] [--minutes N]`: to be tried by hand, until Ctrl+C."""

import argparse
import time

from bench.park import PASSWORD, Wanted, park
from bench.park.processes import stopping_in_order


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.park")
    parser.add_argument("--webs", type=int, default=1, help="gunicorns, each at a port of its own")
    parser.add_argument("--workers", type=int, default=2, help="processes of each")
    parser.add_argument("--replica", action="store_true")
    parser.add_argument("--cache", action="store_true")
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--initiatives", type=int, default=0)
    parser.add_argument("--database", default="", help="the address of a database to use and keep")
    parser.add_argument("--minutes", type=float, default=60, help="after so many it ends by itself")
    asked = parser.parse_args()
    wanted = Wanted(
        webs=asked.webs,
        workers=asked.workers,
        database=asked.database,
        replica=asked.replica,
        cache=asked.cache,
        store=asked.store,
        initiatives=asked.initiatives,
    )
    with stopping_in_order():
        try:
            with park(wanted) as found:
                print(f"portal    {found.url}/   staff: {found.url}/admin/, password {PASSWORD}")
                for each in found.webs:
                    print(f"{each.name:9} http://127.0.0.1:{each.port}/")
                for name in ("DATABASE_URL", "DATABASE_REPLICA_URL", "CACHE_URL", "STORAGE_URL"):
                    if name in found.given:
                        print(f"{name}={found.given[name]}")
                for left_out in found.left_out:
                    print(f"left out: {left_out}")
                print(f"in {found.folder}; ends with Ctrl+C, or after {asked.minutes:g} minutes", flush=True)
                time.sleep(asked.minutes * 60)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
