"""How long a phone at the factory gate shows nothing: Chromium at 400 kbps with 400 ms and a CPU six times slower. Prints JSON.

python -m bench.paint [--rounds N] [--without-limits]; a table goes to stderr.

The portal stands behind waitress, static files collected and compressed by brotli; pages are gzipped as `deploy/nginx/`
does. The floor of a page is the same page from the same server, all of its words in it, without its stylesheets, scripts and
pictures, and with a few inlined rules. Each visit is by a browser that has never been here; page and floor take turns.
"""

import argparse
import gzip
import io
import json
import logging
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

KBPS, LATENCY_MS, SLOWER = 400, 400, 6
GOAL_S = 1.6
PHONE = {"width": 360, "height": 740}
FLOOR = "/floor-of-the-bench"
GZIP_LEVEL, GZIP_FROM = 6, 500
MINIMAL = (
    "body{margin:0 auto;max-width:40rem;padding:1rem;font:1.0625rem/1.5 system-ui,sans-serif;color:#1a1a1a}"
    "h1{font-size:1.75rem;line-height:1.2}a{color:#0b4f9e}"
    "input,select,textarea,button{font:inherit;width:100%;min-height:2.75rem;box-sizing:border-box}"
    "input[type=radio],input[type=checkbox]{width:1.5rem;min-height:1.5rem}"
)
BESIDE = re.compile(
    r"<link\b[^>]*>|<meta\b[^>]*http-equiv[^>]*>|<script\b.*?</script>|<img\b[^>]*>|<iframe\b.*?</iframe>", re.S
)
PAINTS = """() => Object.fromEntries(performance.getEntriesByType('paint').map(each => [each.name, each.startTime]))"""
WHAT = {"first_paint": "first-paint", "first_contentful_paint": "first-contentful-paint"}

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.paint")
    parser.add_argument("--rounds", type=int, default=5, help="visits of each page and of its floor")
    parser.add_argument("--without-limits", action="store_true", help="as fast as this machine is")
    asked = parser.parse_args()

    folder = tempfile.mkdtemp(prefix="portal-bench-")
    os.environ |= {"DATA_DIR": folder, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for name in ("SITE_URL", "DEBUG", "CACHE_URL", "STORAGE_URL"):
        os.environ.pop(name, None)
    try:
        report = measured(make_ready(), rounds=asked.rounds, is_limited=not asked.without_limits)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_table(report)
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()


def make_ready() -> dict[str, str]:
    """The tree, a campaign that is open, static files as production serves them. The addresses to visit."""
    import django

    django.setup()
    logging.getLogger("portal.requests").setLevel(logging.WARNING)
    from django.core.management import call_command
    from django.utils import timezone

    from initiatives import demonstration

    call_command("migrate", verbosity=0)
    call_command("setup", stdout=io.StringIO())
    demonstration.seed(password="mat-khau-thu-nghiem", at=timezone.now())
    call_command("collectstatic", interactive=False, verbosity=0)
    return {"front": "/", "campaign": f"/{demonstration.SLUG}/", "step_1": f"/{demonstration.SLUG}/nop/"}


def measured(addresses: dict[str, str], *, rounds: int, is_limited: bool) -> dict[str, Any]:
    from portal.wsgi import application

    with served(as_nginx_does(with_floors(application))) as address, browser() as visiting:
        for path in addresses.values():  # the first visit compiles templates
            for each in (path, FLOOR + path):
                visiting(address, each, is_limited=False)
        visits: dict[str, dict[str, list[dict[str, float]]]] = {name: {"portal": [], "floor": []} for name in addresses}
        for _ in range(rounds):
            for name, path in addresses.items():
                visits[name]["portal"].append(visiting(address, path, is_limited=is_limited))
                visits[name]["floor"].append(visiting(address, FLOOR + path, is_limited=is_limited))
    limits = {"kbps": KBPS, "latency_ms": LATENCY_MS, "cpu": f"1/{SLOWER}"} if is_limited else None
    return {"limits": limits, "rounds": rounds, "pages": {name: compared(took) for name, took in visits.items()}}


def compared(took: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for what, name in WHAT.items():
        times = {whose: [visit[name] / 1000 for visit in visits] for whose, visits in took.items()}
        found[what] = {
            whose: {"median_s": round(statistics.median(each), 3), "worst_s": round(max(each), 3)}
            for whose, each in times.items()
        }
        found[what]["ratio"] = round(statistics.median(times["portal"]) / statistics.median(times["floor"]), 2)
    found["goal_s"] = GOAL_S
    found["holds"] = found["first_contentful_paint"]["portal"]["median_s"] <= GOAL_S
    return found


@contextmanager
def browser() -> Iterator[Callable[..., dict[str, float]]]:
    """`visit(address, path, is_limited=…)`: when a phone that has never been here painted, in milliseconds."""
    from tests.browser.chromium import chromium

    with chromium() as started:

        def visit(address: str, path: str, *, is_limited: bool) -> dict[str, float]:
            context = started.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
            try:
                page = context.new_page()
                if is_limited:
                    wire = context.new_cdp_session(page)
                    wire.send("Network.enable")
                    slow = {"offline": False, "latency": LATENCY_MS}
                    speed = {f"{way}Throughput": KBPS * 1000 / 8 for way in ("download", "upload")}
                    wire.send("Network.emulateNetworkConditions", slow | speed)
                    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
                answer = page.goto(address + path, wait_until="load", timeout=120_000)
                if answer is None or answer.status != 200:
                    raise SystemExit(f"{path}: {answer and answer.status}")
                for _ in range(600):
                    paints: dict[str, float] = page.evaluate(PAINTS)
                    if set(WHAT.values()) <= set(paints):
                        return paints
                    page.wait_for_timeout(50)
                raise SystemExit(f"{path}: nothing was painted")
            finally:
                context.close()

        yield visit


# --- the server -----------------------------------------------------------------------------------------------------


@contextmanager
def served(application: Application) -> Iterator[str]:
    from waitress.server import create_server

    server = create_server(application, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()


def with_floors(application: Application) -> Application:
    """Below `FLOOR` lies each page's floor, taken from the page when it is first asked for."""
    floors: dict[str, bytes] = {}

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(FLOOR):
            return application(environ, start_response)
        if path not in floors:
            page = b"".join(application(environ | {"PATH_INFO": path.removeprefix(FLOOR)}, lambda *_: None)).decode()
            floors[path] = BESIDE.sub("", page).replace("</head>", f"<style>{MINIMAL}</style></head>").encode()
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [floors[path]]

    return answer


def as_nginx_does(application: Application) -> Application:
    """Pages gzipped on their way out."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        told: list[Any] = []
        answered = application(environ, lambda *given: told.extend(given))
        status, headers = told[0], told[1]
        is_page = any(name.lower() == "content-type" and value.startswith("text/html") for name, value in headers)
        if not is_page or "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
            start_response(status, headers)
            return answered
        body = b"".join(answered)
        if hasattr(answered, "close"):
            answered.close()
        if len(body) >= GZIP_FROM:
            body = gzip.compress(body, GZIP_LEVEL)
            headers = [*headers, ("Content-Encoding", "gzip")]
        kept = [each for each in headers if each[0].lower() != "content-length"]
        start_response(status, [*kept, ("Content-Length", str(len(body)))])
        return [body]

    return answer


def print_table(report: dict[str, Any]) -> None:
    head = f"{'page':10} {'what':24} {'median':>8} {'worst':>8} {'floor':>8} {'worst':>8} {'ratio':>6}"
    print(head, file=sys.stderr)
    for name, found in report["pages"].items():
        for what in WHAT:
            mine, floor = found[what]["portal"], found[what]["floor"]
            print(
                f"{name:10} {what:24} {mine['median_s']:7.2f}s {mine['worst_s']:7.2f}s"
                f" {floor['median_s']:7.2f}s {floor['worst_s']:7.2f}s {found[what]['ratio']:6.2f}",
                file=sys.stderr,
            )


if __name__ == "__main__":
    main()
