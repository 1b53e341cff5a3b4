"""How many statements each page asks: the first time, and asked again at once. In a process of its own, on a park's database."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.park import Park
from bench.park.web import ROOT

PAGES = {"landing": "/", "campaign": "/{}/", "form": "/{}/nop/", "board": "/{}/tien-do/", "badge": "/{}/huy-hieu/"}
PAGES |= {"units": "/don-vi/?q=dong+ha", "tracking": "/tra-cuu/"}


def asked(park: Park) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.statements", park.campaign]
    # Another cache than the park's: there the pages are kept already.
    given = {name: value for name, value in park.given.items() if name != "CACHE_URL"}
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench.statements:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout))


def main(slug: str) -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    from bench.asking import Asker, counted, must
    from bench.portal import Submission
    from initiatives.models import Campaign
    from portal.wsgi import application

    asker = Asker(application, host=os.environ["SITE_URL"].partition("://")[2])

    def opening(address: str) -> Callable[[], Any]:
        return lambda: must(asker.get(address), 200)

    opening("/healthz")()
    found: dict[str, Any] = {}
    for name, address in PAGES.items():
        act = opening(address.format(slug))
        found[name] = {"first": counted(act), "again": counted(act)}
    send = Submission(asker, Campaign.objects.get(slug=slug), first=int(time.time()))
    found["submission"] = {"first": counted(send), "again": counted(send)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
