"""What the first visit to a worker's page costs on the wire, request by request.

Counted as production serves it: pages gzipped by nginx (`deploy/nginx/`), static files by brotli as collected. The log of
every request is written to `var/page-weight.txt`, to be read.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Page, Response

LOG = Path("var") / "page-weight.txt"
# Bytes at most. A landing is where people come from outside; a form is a page of questions.
LANDING, FORM, OTHER, SCRIPTS = 14_000, 20_000, 16_000, 4_000
MOST_REQUESTS = 4
LANDINGS = {"front", "campaign", "campaign-of-a-unit", "closed-campaign"}
FORMS = {
    "begin",
    "begin-at-a-unit",
    *(f"{of}_{step}" for of in ("draft", "record") for step in ("nguoi_nop", "noi_dung")),
}
GZIP_LEVEL, GZIP_FROM, BROTLI_QUALITY = 6, 500, 11
SMALL_TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")  # compressed as they are


# What these are opened for comes beside the page, later or on demand: its words do not wait for it.
OF_PICTURES = {"guide", "guide-of-a-unit", "closed-guide", "receipt-picture"}
PICTURE = 32_000


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    kind: str
    status: int
    wire: int
    is_kept: bool  # a second page does not ask for it again

    def __str__(self) -> str:
        kept = "kept" if self.is_kept else ""
        return f"    {self.method:4} {self.status} {self.wire:6}  {self.kind:10} {kept:4}  {self.path}"


def asked(answer: Response) -> Asked:
    kind = answer.request.resource_type
    path = urlsplit(answer.url).path
    is_static = path.startswith("/static/")
    wire = size_of(answer.body(), answer.headers.get("content-type", ""), is_static=is_static)
    return Asked(answer.request.method, path, kind, answer.status, wire, is_static)


def size_of(body: bytes, kind: str, *, is_static: bool) -> int:
    if kind.startswith(SMALL_TYPES):
        return len(body)
    if is_static:
        return brotli_size(body)
    return len(gzip.compress(body, GZIP_LEVEL)) if len(body) >= GZIP_FROM else len(body)


def first_visit(page: Page, answers: list[Response]) -> list[Asked]:
    """What somebody who has never been here was answered on the way to `page`, with the picture of the tab: whether a browser
    without a head asks for it is its own affair."""
    told = [asked(answer) for answer in answers]
    icon = page.locator("link[rel=icon]")
    if icon.count() and (path := str(icon.get_attribute("href"))) not in {each.path for each in told}:
        told.append(
            Asked(
                "GET", path, "icon", 200, size_of(page.request.get(path).body(), "image/svg+xml", is_static=True), True
            )
        )
    return told


@cache
def brotli_size(body: bytes) -> int:
    return len(brotli.compress(body, quality=BROTLI_QUALITY))


def faults_of(name: str, told: list[Asked]) -> list[str]:
    if name in OF_PICTURES:
        heavy = [each.path for each in told if each.kind == "image" and each.wire > PICTURE]
        told = [each for each in told if each.kind != "image"]
    else:
        heavy = []
    most = LANDING if name in LANDINGS else FORM if name in FORMS else OTHER
    weight = sum(each.wire for each in told)
    scripts = sum(each.wire for each in told if each.kind == "script")
    faults = [
        weight > most and f"{weight} bytes, at most {most}",
        scripts > SCRIPTS and f"{scripts} bytes of scripts, at most {SCRIPTS}",
        len(told) > MOST_REQUESTS and f"{len(told)} requests, at most {MOST_REQUESTS}",
        any(each.kind == "font" for each in told) and "a font",
        heavy and f"over {PICTURE} bytes: {heavy}",
    ]
    return [str(fault) for fault in faults if fault]


def write_log(visits: Mapping[str, list[Asked]]) -> None:
    log = []
    for name, told in visits.items():
        log += [f"{name}: {sum(each.wire for each in told)} bytes, {len(told)} requests", *map(str, told)]
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("\n".join(log) + "\n", encoding="utf-8")
