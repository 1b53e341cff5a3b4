"""The report of a rehearsal for those who answer for the deadline: one page that prints, and the same as JSON. No name and no
number of anybody stands in it.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template import engines

from initiatives.rehearsal.crowd import Figures, Result, figures
from initiatives.rehearsal.evening import Plan, a_minute
from initiatives.rehearsal.evidence import Check
from portal.vietnamese import days
from portal.vietnamese.formats import whole

HERE = Path(__file__).parent
WIDTH, HEIGHT, GAP = 640, 150, 2
MOST_BARS = 40
STRETCHES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
# What people wait for, in their words, by the kinds of requests.
WAITS = (
    ("Bấm “Nộp sáng kiến”", {"submit"}),
    (
        "Lưu một bước, mở bước tiếp theo",
        {"form", "person", "content", "content_page", "documents_page", "check_page", "receipt"},
    ),
    ("Gửi một tài liệu", {"documents"}),
    ("Xem trang (trang đầu, chương trình, tiến độ, tìm đơn vị)", {"landing", "campaign", "board", "units", "badge"}),
    ("Tra cứu bằng mã", {"track_page", "track", "record"}),
)


@dataclass(frozen=True)
class Played:
    """`at` when it began; `asked`: what the copy said of itself before (`inside.prepare`)."""

    at: datetime
    closes_at: datetime
    asked: Mapping[str, Any]
    plan: Plan
    server: str
    processes: int


def page(played: Played, result: Result, checks: Sequence[Check]) -> str:
    """One HTML file that needs no other."""
    template = engines["django"].from_string((HERE / "report.html").read_text(encoding="utf-8"))
    return template.render(_told(played, result, checks) | {"style": (HERE / "report.css").read_text(encoding="utf-8")})


def as_json(played: Played, result: Result, checks: Sequence[Check]) -> dict[str, Any]:
    width, counted = _counted(played, result)
    return result.as_json() | {
        "campaign": played.asked["campaign"],
        "began": played.at.isoformat(),
        "closes_at": played.closes_at.isoformat(),
        "holds": all(check.holds for check in checks),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks],
        "received_before": played.asked["received"],
        "acknowledged_every": {"seconds": width, "counts": counted},
        "tapped_in_time_and_refused": len(_too_long_in_the_queue(played, result)),
        "plan": asdict(played.plan),
        "machine": machine(played),
    }


def machine(played: Played) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1024**3),
        "python": platform.python_version(),
        "database": played.asked["database"],
        "server": played.server,
        "processes": played.processes,
    }


def _told(played: Played, result: Result, checks: Sequence[Check]) -> dict[str, Any]:
    failed = [check for check in checks if not check.holds]
    queued = _too_long_in_the_queue(played, result)
    heard = result.story.heard
    busy = sum(each.status in {429, 503} for each in heard)
    return {
        "name": played.asked["name"],
        "began": days.moment(played.at),
        "closes_at": days.exact(played.closes_at),
        "failed": failed,
        "checks": checks,
        "facts": [
            ("Chương trình", played.asked["name"]),
            ("Bắt đầu diễn tập", days.moment(played.at)),
            ("Giờ đóng đặt trên bản sao", days.exact(played.closes_at)),
            ("Sáng kiến có sẵn trên bản sao", whole(played.asked["received"])),
            (
                "Thời gian trước và sau giờ đóng",
                f"{_lasting(played.plan.seconds)} và {_lasting(played.plan.afterwards)}",
            ),
            ("Lượt người nộp", whole(result.errands.get("write", 0) + played.plan.on_the_edge)),
            ("Lượt người xem, tra cứu", whole(result.errands.get("read", 0) + result.errands.get("track", 0))),
            ("Lượt hỏi đến cổng", whole(len(heard))),
        ],
        "results": [
            ("Nhận được mã biên nhận", whole(len(result.story.acknowledged)), ""),
            ("Được báo đã hết giờ", whole(len(result.story.refused)), "Đúng với người đến sau giờ đóng."),
            (
                "Bấm “Nộp” trước giờ đóng mà vẫn bị báo hết giờ",
                whole(len(queued)),
                f"Phải xếp hàng qua giờ đóng; lâu nhất {_seconds(max(queued))}. Nhiều người gặp thì máy chưa đủ sức."
                if queued
                else "",
            ),
            (
                "Bỏ dở vì thử nhiều lần không được",
                whole(sum(each.step != "stopped" for each in result.story.gave_up)),
                "",
            ),
            ("Được báo cổng đang bận, chờ rồi thử lại", whole(busy), "Những gì đã nhập vẫn còn trên trang."),
            ("Cổng không trả lời", whole(sum(not each.status for each in heard)), ""),
            ("Cổng báo lỗi (500)", whole(sum(each.status == 500 for each in heard)), ""),
            ("Đến mà không vào được vì quá đông người một lúc", whole(result.held_back), "Giới hạn của máy diễn tập."),
        ],
        "waits": [_wait(words, figures([each for each in heard if each.kind in kinds])) for words, kinds in WAITS],
        "chart": _chart(played, result),
        "machine": machine(played),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _too_long_in_the_queue(played: Played, result: Result) -> list[float]:
    """Of those who tapped before the close and were told after it that it had closed: how long they had waited."""
    close = played.plan.closes_at
    return [
        each.heard_at - each.sent_at for each in result.story.refused if each.step == "submit" and each.sent_at < close
    ]


def _wait(words: str, each: Figures) -> dict[str, Any]:
    return {
        "what": words,
        "asked": whole(each.asked),
        "half": _seconds(each.p50),
        "most": _seconds(each.p95),
        "nearly_all": _seconds(each.p99),
        "longest": _seconds(each.longest),
    }


def _counted(played: Played, result: Result) -> tuple[int, list[int]]:
    width = next((each for each in STRETCHES if result.seconds / each <= MOST_BARS), STRETCHES[-1])
    moments = [each.heard_at for each in result.story.acknowledged]
    return width, a_minute(moments, began=result.began, seconds=result.seconds, width=width)


def _chart(played: Played, result: Result) -> dict[str, Any]:
    """Bars of how many received a code in each stretch of time, and where the close was."""
    width, counted = _counted(played, result)
    step, most = WIDTH / len(counted), max(*counted, 1)
    bars = [
        {
            "x": round(place * step),
            "width": max(round(step) - GAP, 1),
            "y": HEIGHT - high,
            "height": high,
            "count": number,
        }
        for place, number in enumerate(counted)
        for high in [round(number / most * HEIGHT)]
    ]
    close = round(min((played.plan.closes_at - result.began) / width * step, WIDTH))
    rows = [(f"{_lasting(place * width)}", whole(number)) for place, number in enumerate(counted)]
    return {"bars": bars, "close": close, "every": _lasting(width), "most": whole(max(counted)), "rows": rows}


def _seconds(seconds: float) -> str:
    """0,12 giây"""
    return f"{seconds:.2f} giây".replace(".", ",") if seconds < 10 else f"{seconds:.0f} giây"


def _lasting(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    parts = [f"{whole(minutes)} phút"] if minutes else []
    return " ".join([*parts, f"{rest} giây"] if rest or not parts else parts)
