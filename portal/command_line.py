"""Commands that answer in Vietnamese what others say in English: argparse, of arguments that are missing, unknown or no number;
the database, where it is not there or lacks its tables."""

import re
import signal
import sys
import threading
from argparse import Action
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DataError, Error, IntegrityError

# What argparse says (3.11), and what we say instead. Whatever is not here is said by the last.
SENTENCES: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (?P<names>.+)", "Thiếu {names}."),
    (r"unrecognized arguments: (?P<typed>.+)", "Không có tham số “{typed}”."),
    (r"argument (?P<name>.+?): invalid int value: '(?P<typed>.*)'", "{name} phải là số nguyên, không phải “{typed}”."),
    (r"argument (?P<name>.+?): expected (?:one|at least one) argument", "Sau {name} phải có giá trị."),
    (r"argument (?P<name>.+?): ignored explicit argument .*", "{name} không nhận giá trị."),
    (r"ambiguous option: (?P<typed>.+?) could match (?P<names>.+)", "“{typed}” chưa rõ là tham số nào: {names}."),
    (r".*", "Tham số chưa đúng."),
)

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
NO_DATABASE = (
    "Cơ sở dữ liệu không làm được việc lệnh này cần. Hãy xem DATABASE_URL đúng chưa, máy chủ cơ sở dữ liệu có đang chạy "
    "không, đã chạy “manage.py migrate” chưa."
)


class PortalCommand(BaseCommand):
    """A command of ours: what is wrong with its arguments or its database, and its --help, are said in Vietnamese."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = _Parser  # Django names its own class in there
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """With --traceback the failure itself is shown above the sentence."""
        try:
            return super().execute(*args, **options)
        except (IntegrityError, DataError):  # of rows that were written: no operator mends that
            raise
        except Error as failure:
            raise CommandError(f"{NO_DATABASE} Cơ sở dữ liệu báo: {first_line(failure)}") from failure


class Stopped(KeyboardInterrupt):
    """No failure of anything, and passes what catches failures. `exit_code`: what a shell expects of whoever ends by it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Told to stop (a service that is stopped, a line that is cut, Ctrl+C) we end as after a failure, by Stopped: what was begun
    is taken away, and who asks again meanwhile does not end that. A signal that nohup told to be left alone stays so."""
    told: list[Stopped] = []

    def stop(number: int, _: Any) -> None:
        ending = sys.exception()
        while ending is not None and ending not in told:
            ending = ending.__context__
        if ending is None:
            told.append(Stopped(number))
            raise told[-1]

    with _signals({each: stop for each in ENDING if signal.getsignal(each) is not signal.SIG_IGN}):
        try:
            yield
        except Exception as failure:
            if told:  # it came through somebody who says it in other words: SQLite, of a function of ours
                raise told[-1] from failure
            raise


@contextmanager
def unstoppable() -> Iterator[None]:
    """For the seconds in which half would be worse than all or nothing."""
    with _signals(dict.fromkeys(ENDING, signal.SIG_IGN)):
        yield


@contextmanager
def _signals(handlers: Mapping[signal.Signals, Any]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # whoever called us has the signals
        yield
        return
    before = {each: signal.signal(each, handler) for each, handler in handlers.items()}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def first_line(failure: Error) -> str:
    """What a database says of itself; in the lines below it may quote the row of a person."""
    return str(failure).strip().partition("\n")[0]


class _Parser(CommandParser):
    def error(self, message: str) -> NoReturn:
        sentence = said(message)
        if not self.called_from_command_line:
            raise CommandError(sentence)
        self.exit(2, f"{sentence}\n{self.format_usage()}")

    def format_usage(self) -> str:
        formatter = self._get_formatter()
        formatter.add_usage(None, [each for each in self._own if each.dest != "help"], [], prefix="Cách dùng: ")
        return formatter.format_help()

    def format_help(self) -> str:
        formatter = self._get_formatter()
        formatter.add_usage(None, self._own, [], prefix="Cách dùng: ")
        formatter.add_text(self.description)
        for title, has_dashes in (("Phải có", False), ("Có thể thêm", True)):
            formatter.start_section(title)
            formatter.add_arguments([each for each in self._own if bool(each.option_strings) is has_dashes])
            formatter.end_section()
        return formatter.format_help()

    @property
    def _own(self) -> list[Action]:
        """Without what Django adds to every command."""
        own = [each for each in self._actions if not DjangoHelpFormatter.show_last.intersection(each.option_strings)]
        for each in own:
            if each.dest == "help":
                each.help = "in hướng dẫn này rồi thôi"
        return own


def said(message: str) -> str:
    """The Vietnamese sentence for what argparse says."""
    for pattern, sentence in SENTENCES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return sentence.format(**found.groupdict())
    raise AssertionError("unreachable")
