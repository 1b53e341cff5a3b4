"""`rehearse_deadline`: plays the last hour before a close on a copy of the database, checks what came of it, writes a report."""

import json
import os
import sys
import time
import urllib.request
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from initiatives.rehearsal import copying, evening, evidence, report, stage
from initiatives.rehearsal.crowd import Result, Where
from initiatives.rehearsal.evening import Plan
from initiatives.rehearsal.evidence import Check, Evidence, Found, Row
from initiatives.rehearsal.phones import Acknowledged, GaveUp, Refused
from initiatives.rehearsal.words import Days
from portal.command_line import PortalCommand, Stopped, stopped_by_signals
from portal.vietnamese import disks
from portal.vietnamese.formats import whole

MOST_MINUTES, MOST_PEOPLE, MOST_RATE = 120, 2_000, 200
PAGES_MAY_LAG = 30.0  # seconds: a kept page lives ten, a tally sixty, and both were just renewed
THINKING = (0.5, 3.0)  # seconds before each step, of an hour played in ten minutes
USUAL_MINUTES = 10.0


class Command(PortalCommand):
    help = (
        "Diễn tập giờ đóng trên một bản sao của cơ sở dữ liệu: nhiều người nộp dồn đến giờ đóng, rồi kiểm tra không mất, "
        "không trùng, không nhận muộn, và ghi báo cáo. Bản thật chỉ được đọc."
    )

    _kept = ""  # where the copy is that stays

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--campaign", default="", metavar="ĐỊA-CHỈ", help="chương trình; mặc định: chương trình đóng sớm nhất"
        )
        parser.add_argument("--minutes", default="10", metavar="PHÚT", help="số phút trước giờ đóng (mặc định 10)")
        parser.add_argument(
            "--rate", default="2", metavar="SỐ", help="số người bắt đầu nộp mỗi giây lúc cao điểm (mặc định 2)"
        )
        parser.add_argument(
            "--readers", default="20", metavar="SỐ", help="số người xem với mỗi người nộp (mặc định 20)"
        )
        parser.add_argument(
            "--phones", type=int, default=300, metavar="N", help="nhiều nhất bao nhiêu người một lúc (mặc định 300)"
        )
        parser.add_argument(
            "--initiatives", type=int, default=0, metavar="N", help="tạo thêm N sáng kiến trên bản sao trước khi diễn"
        )
        parser.add_argument(
            "--processes", type=int, default=0, metavar="N", help="số tiến trình web; mặc định: bằng số lõi của máy"
        )
        parser.add_argument(
            "--report", default="dien-tap.html", metavar="TỆP", help="báo cáo sẽ ghi; tệp JSON cùng tên nằm bên cạnh"
        )
        parser.add_argument("--keep", action="store_true", help="giữ lại bản sao sau khi diễn")
        parser.add_argument("--on-the-copy", choices=sorted(ON_THE_COPY), default="", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["on_the_copy"]:
            self._on_the_copy(ON_THE_COPY[options["on_the_copy"]])
            return
        minutes, rate, readers = (_number(options, name) for name in ("minutes", "rate", "readers"))
        _bounded(
            minutes=minutes, rate=rate, readers=readers, phones=options["phones"], initiatives=options["initiatives"]
        )
        target = Path(options["report"]).resolve()
        if not os.path.isdir(target.parent) or target.suffix != ".html":
            raise CommandError(
                f"--report phải là một tệp .html trong thư mục có sẵn, không phải “{options['report']}”."
            )
        _refuse_what_cannot_be_written(target)
        self._warn()
        try:
            with stopped_by_signals():
                copying.look_for(connection.settings_dict)
                _refuse_what_cannot_be_played(options["campaign"])
                self._tell_of_copies_left()
                checks, played, result = self._rehearsed(minutes, rate, readers, options)
        except (copying.CannotCopy, stage.DidNotStart, stage.InsideFailed) as failure:
            raise CommandError(str(failure)) from failure
        except Stopped as stopped:
            with suppress(OSError):  # nobody may be there any more to read it
                left = f"Bản sao được giữ lại: {self._kept}" if self._kept else "Bản sao đã được xóa"
                self.stderr.write(
                    f"Đã dừng theo yêu cầu. {left}, cơ sở dữ liệu thật không bị đụng đến, không có báo cáo."
                )
            sys.exit(stopped.exit_code)
        self._sum_up(checks, result)
        _write(target, report.page(played, result, checks))
        told = json.dumps(report.as_json(played, result, checks), ensure_ascii=False, indent=2)
        _write(target.with_suffix(".json"), told)
        self.stdout.write(f"Báo cáo: {target.name}, {target.with_suffix('.json').name}.")
        failed = sum(not check.holds for check in checks)
        if failed:
            raise CommandError(f"Chưa đạt: {failed}/{len(checks)} điều không đúng.")

    # --- the parent: reads the original once, and never writes it --------------------------------------------------------

    def _rehearsed(
        self, minutes: float, rate: float, readers: float, options: Mapping[str, Any]
    ) -> tuple[list[Check], report.Played, Result]:
        processes = options["processes"] or os.cpu_count() or 1
        self.stdout.write("Đang chép cơ sở dữ liệu…")
        with copying.copied(connection.settings_dict, keep=options["keep"]) as copy:
            connection.close()
            if options["keep"]:
                self._kept = (
                    f"cơ sở dữ liệu {copy.database}, thư mục {copy.folder}"
                    if copy.database
                    else f"thư mục {copy.folder}"
                )
                self.stdout.write(f"Bản sao được giữ lại: {self._kept}.")
            asked = stage.inside(
                copy.environment, "prepare", {"campaign": options["campaign"], "initiatives": options["initiatives"]}
            )
            self.stdout.write(
                f"Bản sao có {whole(asked['received'])} sáng kiến của “{asked['name']}”. Đang mở cổng trên bản sao…"
            )
            with stage.playing(copy.environment, processes=processes) as address:
                plan, result, at = self._play(copy, asked, address, minutes * 60, rate, readers, options["phones"])
                self.stdout.write("Đang kiểm tra…")
                found = self._found(copy, asked, address, plan, result)
        story = result.story
        checks = evidence.judged(Evidence(plan.closes_at, story.acknowledged, story.refused, story.gave_up), found)
        closes_at = datetime.fromtimestamp(plan.closes_at, tz=at.tzinfo)
        return checks, report.Played(at, closes_at, asked, plan, stage.server_name(), processes), result

    def _play(
        self,
        copy: copying.Copy,
        asked: Mapping[str, Any],
        address: str,
        seconds: float,
        rate: float,
        readers: float,
        people: int,
    ) -> tuple[Plan, Result, datetime]:
        at = timezone.now()
        told = stage.inside(copy.environment, "close", {"campaign": asked["campaign"], "seconds": seconds})
        closes_at = datetime.fromisoformat(told["closes_at"])
        hurry = min(seconds / (USUAL_MINUTES * 60), 1.0)
        left = closes_at.timestamp() - time.time()
        plan = Plan(
            seconds=left,
            closes_at=closes_at.timestamp(),
            writers=rate,
            readers=readers,
            people=people,
            on_the_edge=max(round(rate * 4), 8),
            think_seconds=(THINKING[0] * hurry, THINKING[1] * hurry),
        )
        self.stdout.write(
            f"Đang diễn: còn {round(left)} giây là đóng, thêm {round(plan.afterwards)} giây sau giờ đóng…"
        )
        self.stdout.flush()
        days = Days(asked["applied_on"], asked["recognised_on"])
        where = Where(address, asked["campaign"], days, units=asked["units"])
        return plan, evening.play(where, plan), at

    def _found(self, copy: copying.Copy, asked: Mapping[str, Any], address: str, plan: Plan, result: Result) -> Found:
        story = result.story
        answer = stage.inside(
            copy.environment,
            "examine",
            {
                "campaign": asked["campaign"],
                "last": asked["last"],
                "violations": asked["violations"],
                "closes_at": plan.closes_at,
                **{
                    name: [asdict(each) for each in getattr(story, name)]
                    for name in ("acknowledged", "refused", "gave_up")
                },
            },
        )
        found = Found(**answer | {"rows": [Row(**row) for row in answer["rows"]]})
        return replace(found, shown=_shown(address, asked["campaign"], found.received))

    # --- the child: knows the copy alone -----------------------------------------------------------------------------------

    def _on_the_copy(self, act: Callable[[Mapping[str, Any]], Any]) -> None:
        folder = Path(settings.DATA_DIR)
        if not copying.is_a_copy(folder):
            raise CommandError("Chỉ chạy trên bản sao.")
        asked = json.loads((folder / "hoi.json").read_text(encoding="utf-8"))
        (folder / "dap.json").write_text(json.dumps(act(asked), ensure_ascii=False), encoding="utf-8")

    # --- what is said ------------------------------------------------------------------------------------------------------

    def _warn(self) -> None:
        self.stdout.write("Bản sao cần thêm chỗ trên đĩa bằng cơ sở dữ liệu thật, và cả buổi diễn chạy trên máy này.")
        if not settings.SERVES_ONLY_ITSELF:
            self.stdout.write("CHÚ Ý: máy này đang phục vụ người thật. Hãy diễn lúc vắng người, hoặc trên máy khác.")

    def _tell_of_copies_left(self) -> None:
        """They hold everybody's data, and whoever made them was killed, or kept them and forgot."""
        for name, removing in copying.left(connection.settings_dict).items():
            self.stdout.write(f"CHÚ Ý: còn bản sao {name} của lần diễn trước. Không dùng nữa thì xóa đi: {removing}")

    def _sum_up(self, checks: list[Check], result: Result) -> None:
        """Before anything is written: a disk may have filled up meanwhile."""
        for check in checks:
            self.stdout.write(
                f"{'✓' if check.holds else '✗'} {check.name}" + ("" if check.holds else f": sai {whole(check.faults)}")
            )
        story = result.story
        self.stdout.write(
            f"{whole(len(story.acknowledged))} người nhận được mã, {whole(len(story.refused))} người được báo hết giờ, "
            f"{whole(len(story.heard))} lượt hỏi."
        )


def _prepare(asked: Mapping[str, Any]) -> Any:
    from initiatives.rehearsal import inside

    try:
        return inside.prepare(asked["campaign"], initiatives=asked["initiatives"], at=timezone.now())
    except inside.NothingToPlay as nothing:
        raise CommandError(str(nothing)) from nothing


def _close(asked: Mapping[str, Any]) -> Any:
    from initiatives.rehearsal import inside

    return {"closes_at": inside.close_in(asked["campaign"], asked["seconds"], at=timezone.now()).isoformat()}


def _examine(asked: Mapping[str, Any]) -> Any:
    from initiatives.rehearsal import inside

    told = Evidence(
        asked["closes_at"],
        [Acknowledged(**each) for each in asked["acknowledged"]],
        [Refused(**each) for each in asked["refused"]],
        [GaveUp(**each) for each in asked["gave_up"]],
    )
    found = inside.examined(asked["campaign"], told, last=asked["last"], before=asked["violations"], at=timezone.now())
    return asdict(found)


ON_THE_COPY: dict[str, Callable[[Mapping[str, Any]], Any]] = {"prepare": _prepare, "close": _close, "examine": _examine}


def _number(options: Mapping[str, Any], name: str) -> float:
    """Ten, 0.5 and 0,5."""
    try:
        return float(str(options[name]).replace(",", "."))
    except ValueError:
        raise CommandError(f"--{name} phải là số, không phải “{options[name]}”.") from None


def _bounded(*, minutes: float, rate: float, readers: float, phones: int, initiatives: int) -> None:
    if not 0.2 <= minutes <= MOST_MINUTES:
        raise CommandError(f"--minutes phải từ 0,2 đến {MOST_MINUTES}.")
    if not 0 < rate <= MOST_RATE or not 0 <= readers <= 100:
        raise CommandError(f"--rate phải lớn hơn 0 và không quá {MOST_RATE}; --readers phải từ 0 đến 100.")
    if not 1 <= phones <= MOST_PEOPLE or initiatives < 0:
        raise CommandError(f"--phones phải từ 1 đến {whole(MOST_PEOPLE)}; --initiatives phải từ 0 trở lên.")


def _refuse_what_cannot_be_written(target: Path) -> None:
    """Before all the minutes are played. A report that is there stays until the new one."""
    for path in (target, target.with_suffix(".json")):
        try:
            is_new = not path.exists()
            path.open("ab").close()
            if is_new:
                path.unlink()
        except OSError as failure:
            raise CommandError(
                f"Không ghi được tệp {path}: {disks.said(failure)}. Chưa chép, chưa diễn gì."
            ) from failure


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as failure:
        raise CommandError(
            f"Không ghi được tệp {path}: {disks.said(failure)}. Kết quả nằm ở các dòng trên."
        ) from failure


def _refuse_what_cannot_be_played(campaign: str) -> None:
    """Asked of the original, which may take long to copy."""
    from initiatives.rehearsal import inside

    try:
        inside.chosen(campaign, at=timezone.now())
    except inside.NothingToPlay as nothing:
        raise CommandError(str(nothing)) from nothing


def _shown(address: str, campaign: str, received: int) -> dict[str, bool]:
    """By page, whether it shows the total; asked until it does, as long as a page may lag."""
    number = whole(received)
    pages = {"trang đầu": "/", "trang chương trình": f"/{campaign}/", "huy hiệu": f"/{campaign}/huy-hieu/"}
    waiting, until = dict(pages), time.monotonic() + PAGES_MAY_LAG
    while waiting:
        for name, path in list(waiting.items()):
            with urllib.request.urlopen(f"{address}{path}", timeout=30) as answer:  # noqa: S310 - our own child
                text = answer.read().decode()
            if not received or f"<b>{number}</b>" in text or f"Đã nhận {number} sáng kiến" in text:
                del waiting[name]
        if time.monotonic() > until:
            break
        time.sleep(1 if waiting else 0)
    return {name: name not in waiting for name in pages}
