"""`worker`: what happens beside the requests: counting every minute, tidying once a day. Stops at SIGTERM."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from initiatives.models import Campaign
from initiatives.progress import tally
from initiatives.submission import tidying
from orgtree.sent_sheets import forget_old_sheets
from orgtree.staff.sign_ins import forget_old_sign_ins

DRAFTS_KEPT = timedelta(days=180)

logger = logging.getLogger("initiatives.worker")


class Command(BaseCommand):
    help = "Counts every minute and tidies once a day, until it is told to stop. --once does both and ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            signal.signal(signal.SIGINT, lambda *_: stop.set())
        tidied_on = None
        while True:
            today = timezone.localdate()
            self._guarded(self._count)
            if tidied_on != today and self._guarded(self._tidy):
                tidied_on = today
            if once or stop.wait(settings.TALLY_MAX_AGE.total_seconds()):
                return

    def _count(self) -> None:
        for campaign in Campaign.objects.published():
            tally.refresh(campaign, at=timezone.now())

    def _tidy(self) -> None:
        purged = tidying.purge(at=timezone.now(), untouched_for=DRAFTS_KEPT)
        logger.info("tidied %s drafts, %s look-ups, %s files", purged.drafts, purged.look_ups, purged.files)
        sheets, signed_in = forget_old_sheets(at=timezone.now()), forget_old_sign_ins(at=timezone.now())
        call_command("clearsessions")
        logger.info("forgot %s sheets, %s sign-ins", sheets, signed_in)

    def _guarded(self, work: Any) -> bool:
        """One failure (a database that restarts, a full disk) never ends the worker."""
        try:
            close_old_connections()
            work()
        except Exception:
            logger.exception("the worker goes on after a failure")
            return False
        return True
