"""`worker`: what happens beside the requests, in one loop: long jobs, fingerprints and pictures; counting every minute;
sealing history each hour, verifying a part of it and tidying once a day; erasing people of campaigns whose days are over. Stops
at SIGTERM after what it has in hand, which is a second or two.

While its clock differs from the database's it does nothing and says so: by its own time others would seem silent, and what is
young old enough to be deleted.
"""

import gc
import logging
import secrets
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error, close_old_connections
from django.utils import timezone

from initiatives import jobs
from initiatives.duplicates import screening
from initiatives.history import nightly, seals
from initiatives.models import Campaign, Upkeep
from initiatives.personal_data import retention
from initiatives.progress import tally
from initiatives.reports import export_jobs
from initiatives.submission import tidying
from initiatives.submission.files import looks, scans
from orgtree.sent_sheets import forget_old_sheets
from orgtree.staff.sign_ins import forget_old_sign_ins
from portal import clocks, metrics
from portal.command_line import PortalCommand

DRAFTS_KEPT = timedelta(days=180)
SLICE = 1.0  # seconds of one job before the others have their turn
SCREENED_AT_ONCE = 20
PREPARED_AT_ONCE = 5
LONGEST_REST = 60.0  # after failures in a row
CLOCK_LOOKED_AT = 10.0  # seconds between two comparisons with the database's clock
MOST_ROUNDS = 2_000  # of --once: what is still there then is left to the next run
SEALED_LOOKED_AT = 600.0  # seconds between two looks whether history is to be sealed
NIGHT_LOOKED_AT = 600.0  # seconds between two looks whether the day's part of history was verified
RESULTS_LOOKED_AT = 600.0  # seconds between two looks for what jobs made more than a day ago

logger = logging.getLogger("initiatives.worker")


@dataclass
class Work:
    """One kind of work: `do` says whether there is more of it at once; if not, it rests for `rest` seconds."""

    do: Callable[[], bool]
    rest: float
    due: float = 0.0
    failures: int = 0

    def turn(self) -> bool:
        """Whether there is more. One failure (a database that restarts, a full disk) never ends the worker."""
        try:
            close_old_connections()
            more = self.do()
        except Exception:
            self.failures += 1
            logger.exception("the worker goes on after a failure")
            self.due = time.monotonic() + min(2.0**self.failures, LONGEST_REST)
            return False
        self.failures = 0
        self.due = time.monotonic() + (0 if more else self.rest)
        if more:
            jobs.let_others_write()
        return more


class Command(PortalCommand):
    help = "Làm các việc chạy nền đến khi được bảo dừng."

    tidied_on: date | None = None
    key: str = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="làm hết việc đang chờ rồi thôi")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        self.key = secrets.token_hex(16)
        metrics.share(settings.DATA_DIR / "metrics")  # what is received from sheets is counted here
        works = [
            Work(self._say_hello, rest=jobs.SEEN_EVERY.total_seconds()),
            Work(self._carry_jobs, rest=1),
            Work(self._screen, rest=1),
            Work(self._prepare, rest=1),
            Work(self._scan, rest=1),
            Work(self._count, rest=settings.TALLY_MAX_AGE.total_seconds()),
            Work(self._forget_results, rest=RESULTS_LOOKED_AT),
            Work(self._seal, rest=SEALED_LOOKED_AT),
            Work(self._verify, rest=NIGHT_LOOKED_AT),
            Work(self._tidy, rest=60),
            Work(self._erase, rest=600),
        ]
        if once:
            if not self._clock_is_right():
                raise CommandError(
                    "Đồng hồ của máy này lệch với máy chủ cơ sở dữ liệu. Hãy chỉnh đồng hồ rồi chạy lại."
                )
            self._drain(works)
        else:
            gc.collect()
            gc.freeze()  # as in portal/wsgi.py
            self._go_on(works, until=_told_to_stop())

    def _drain(self, works: list[Work]) -> None:
        for work in works:
            rounds = 1
            while work.turn() and rounds < MOST_ROUNDS:
                rounds += 1

    def _go_on(self, works: list[Work], *, until: threading.Event) -> None:
        looked_at = float("-inf")
        while not until.is_set():
            if time.monotonic() - looked_at >= CLOCK_LOOKED_AT:
                if not self._clock_is_right():
                    until.wait(CLOCK_LOOKED_AT)
                    continue
                looked_at = time.monotonic()
            for work in works:
                if time.monotonic() >= work.due and not until.is_set():
                    work.turn()
            until.wait(max(0, min(work.due for work in works) - time.monotonic()))

    def _clock_is_right(self) -> bool:
        """A database that does not answer is met by whatever is done next."""
        try:
            close_old_connections()
            apart = clocks.difference(at=timezone.now())
        except Error:
            return True
        if apart > clocks.MAX_DIFFERENCE:
            logger.error("nothing is done: this clock and the database's differ by %.1f s", apart.total_seconds())
        return apart <= clocks.MAX_DIFFERENCE

    def _say_hello(self) -> bool:
        jobs.say_hello(self.key, at=timezone.now())
        return False

    def _carry_jobs(self) -> bool:
        export_jobs.let_go_of_ended()
        return jobs.run_some(timezone.now, seconds=SLICE)

    def _screen(self) -> bool:
        return screening.screen_some(at=timezone.now(), limit=SCREENED_AT_ONCE) > 0

    def _prepare(self) -> bool:
        return looks.prepare_some(limit=PREPARED_AT_ONCE) > 0

    def _scan(self) -> bool:
        return scans.scan_some(at=timezone.now(), limit=PREPARED_AT_ONCE) > 0

    def _count(self) -> bool:
        for campaign in Campaign.objects.published():
            tally.refresh(campaign, at=timezone.now())
        return False

    def _forget_results(self) -> bool:
        jobs.forget_results(at=timezone.now())
        return False

    def _seal(self) -> bool:
        """Number and hash go to the log: kept there, they find what was taken away together with the seal."""
        seal = seals.seal_of_the_day(timezone.now)
        if seal is not None:
            logger.info("sealed history: number %s, hash %s", seal.number, seals.in_groups(seal.hash))
        return False

    def _verify(self) -> bool:
        return nightly.look_on(timezone.now)

    def _erase(self) -> bool:
        return retention.erase_what_is_over(at_now=timezone.now)

    def _tidy(self) -> bool:
        today = timezone.localdate()
        if self.tidied_on == today:
            return False
        began_at = timezone.now()
        purged = tidying.purge(at=began_at, untouched_for=DRAFTS_KEPT)
        figures = {"drafts": purged.drafts, "look_ups": purged.look_ups, "files": purged.files}
        Upkeep.objects.create(
            kind=Upkeep.Kind.PURGE, began_at=began_at, ended_at=timezone.now(), is_good=True, figures=figures
        )
        logger.info("tidied %s drafts, %s look-ups, %s files", purged.drafts, purged.look_ups, purged.files)
        sheets, signed_in = forget_old_sheets(at=timezone.now()), forget_old_sign_ins(at=timezone.now())
        forgotten = jobs.forget_old(at=timezone.now())
        call_command("clearsessions")
        retention.nightly(at=timezone.now())
        logger.info("forgot %s sheets, %s sign-ins, %s jobs", sheets, signed_in, forgotten)
        self.tidied_on = today
        return False


def _told_to_stop() -> threading.Event:
    """Set at SIGTERM or SIGINT."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
    return stop
