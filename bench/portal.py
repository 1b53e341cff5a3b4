"""The portal's own pages: CPU, statements, weight of a first visit. Prints JSON; `python -m bench` compares it with the floor."""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
from itertools import count
from typing import Any

from bench import asking, database
from bench.asking import Asker, must

UNIT = "quang-tri/dong-ha"
ASSET = re.compile(r"<(?:link|script|img)\b[^>]*?(?:href|src)=\"(/[^\"]+)\"")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--initiatives", type=int, default=5000)
    asked = parser.parse_args()
    database.choose()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["SITE_URL"] = f"http://{asking.HOST}"

    # First and apart, so that the settings below find what was collected: as it is served.
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], check=True)

    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    with database.made(), open(os.devnull, "w") as nothing:
        call_command("setup", stdout=nothing)
        json.dump(figures(asked.rounds, asked.initiatives), sys.stdout, indent=2)


def figures(rounds: int, initiatives: int) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone

    from initiatives import demonstration
    from initiatives.progress import tally
    from portal import kept_pages
    from portal.wsgi import application

    now = timezone.now()
    campaign = demonstration.seed(password="mot-mat-khau-de-do", at=now)
    tally.refresh(campaign, at=now)
    asker = Asker(application)
    pages = {
        "landing": "/",
        "campaign": f"/{campaign.slug}/",
        "form": f"/{campaign.slug}/nop/?don-vi={UNIT}",
        "track": "/tra-cuu/",
        "units": "/don-vi/?q=dong+ha",
    }

    def opening(address: str) -> Any:
        return lambda: must(asker.get(address), 200)

    def making(address: str) -> Any:
        """As it is asked for the first time in ten seconds: rendered, and kept."""

        def anew() -> None:
            kept_pages.forget()
            must(asker.get(address), 200)

        return anew

    found = {name: asking.measured(opening(address), rounds=rounds) for name, address in pages.items()}
    for name in ("landing", "campaign"):
        found[f"{name}_anew"] = asking.measured(making(pages[name]), rounds=rounds)
    submit = Submission(asker, campaign)
    found["submission"] = asking.measured(submit, rounds=max(rounds // 4, 10))
    grown = {name: {"empty": found[name]["cpu_ms"]} for name in ("landing", "campaign", "units")}
    for _ in demonstration.fill(campaign, initiatives, at=now):
        pass
    tally.refresh(campaign, at=timezone.now(), everything=True)
    for name, costs in grown.items():
        costs["full"] = asking.measured(opening(pages[name]), rounds=rounds)["cpu_ms"]
    return {
        "database": connection.vendor,
        "pages": found,
        "flat": grown,
        "weights": {name: first_visit(asker, address) for name, address in pages.items()} | of_staff(asker, campaign),
    }


class Submission:
    """A whole submission, each time by somebody else: the form, three steps, the check page, the receipt."""

    def __init__(self, asker: Asker, campaign: Any, *, first: int = 0) -> None:
        """`first`: the number of whoever sends first. The same person sending the same again is asked whether it is meant."""
        from datetime import timedelta

        from django.utils import timezone

        from portal.vietnamese import days

        self.asker, self.slug, self.numbers = asker, campaign.slug, count(first)
        today = timezone.localdate()
        self.applied_on, self.recognised_on = (
            days.shown(today - timedelta(days=60)),
            days.shown(today - timedelta(days=20)),
        )

    def __call__(self) -> None:
        n = next(self.numbers)
        ask = self.asker
        must(ask.get(f"/{self.slug}/nop/?don-vi={UNIT}"), 200)
        address = self._sent(f"/{self.slug}/nop/", self.person(n))
        must(ask.get(address), 200)
        address = self._sent(address, self.idea(n))
        must(ask.get(address), 200)
        address = self._sent(address, {"file_count": "0", "eof": "1"}, multipart=True)
        must(ask.get(address), 200)
        must(ask.get(self._sent(address, {"confirm": "1"})), 200)

    def _sent(self, address: str, fields: dict[str, Any], *, multipart: bool = False) -> str:
        """Where the answer leads: to the next step, and so not back to the same page with an objection."""
        onward = must(self.asker.post(address, fields, multipart=multipart), 302, 303).headers["location"]
        return onward.split("#")[0]

    def person(self, n: int) -> dict[str, Any]:
        return {
            "full_name": "Trần Thị Thu Hà",
            "birth_year": "1990",
            "position": "Công nhân tổ cắt",
            "phone": f"09{n % 100_000_000:08d}",
            "national_id": f"045190{n % 1_000_000:06d}",
            "top_unit": UNIT.split("/")[0],
            "unit": UNIT,
            "workplace": "Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
            "target_group": "enterprise_worker",
            "consent": "on",
        }

    def idea(self, n: int) -> dict[str, Any]:
        return {
            "title": f"Cữ chặn có thước khắc cho máy cắt vải số {n}",
            "field": "production",
            "solution_kind": "technical",
            "applied_on": self.applied_on,
            "recognised_on": self.recognised_on,
            "recognised_by": "Giám đốc Công ty Cổ phần May Sông Hiếu",
            "description": "Trước đây tổ phải chỉnh tay từng lượt.\r\nNay chỉnh một lần cho cả lô hàng. " * 12,
            "benefit_value": "120 triệu",
            "declaration": ["recognised", "novel", "lawful", "unprotected"],
        }


def of_staff(asker: Asker, campaign: Any) -> dict[str, Any]:
    """The same of the admin: its list of initiatives and the page of one, for an officer of the lowest union where one waits."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from initiatives.models import Initiative
    from orgtree.models import StaffAccount
    from orgtree.staff import sessions

    waiting = Initiative.objects.filter(campaign=campaign, status="submitted")
    account = next(
        each
        for each in StaffAccount.objects.filter(is_demonstration=True).order_by("-unit__depth")
        if not each.needs_second_factor and waiting.filter(unit=each.unit).exists()
    )
    browser = Client()
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    sessions.touch(session, at=timezone.now())
    session.save()
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    one = waiting.filter(unit=account.unit).values_list("pk", flat=True)[0]
    return {
        "admin_list": first_visit(asker, reverse("admin:initiatives_initiative_changelist"), cookie=cookie),
        "admin_change": first_visit(asker, reverse("admin:initiatives_initiative_change", args=[one]), cookie=cookie),
    }


def first_visit(asker: Asker, address: str, **headers: str) -> dict[str, Any]:
    """What a browser fetches that was never here: the page, and all it names, compressed as nginx and we do."""

    def weight(address: str) -> tuple[int, bytes]:
        answer = must(asker.get(address, accept_encoding="br, gzip", **headers), 200)
        is_small = "content-encoding" in answer.headers
        return len(answer.body if is_small else gzip.compress(answer.body, 6)), answer.body

    html, page = weight(address)
    sizes = {asset: weight(asset)[0] for asset in sorted(set(ASSET.findall(page.decode())))}
    return {
        "bytes": html + sum(sizes.values()),
        "page_bytes": html,
        "script_bytes": sum(size for name, size in sizes.items() if name.partition("?")[0].endswith(".js")),
        "requests": 1 + len(sizes),
    }


if __name__ == "__main__":
    main()
