"""`make guide-pictures`: the pictures of the workers' guide, of our own pages on a phone of 360 px, into static/img/guide.

It makes a database of its own, as tests do; who and what stands on the pages is invented. No test: people look, and commit.
"""

import io
import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page

from initiatives import demonstration
from initiatives.campaigns import guide
from initiatives.models import Campaign
from tests.browser.chromium import chromium
from tests.browser.screenshots import PICTURE, idea, portal
from tests.browser.worker import Worker
from tests.journeys.answers import WORKER_2022

FOLDER = Path(settings.BASE_DIR) / "static" / guide.PICTURES
WIDTH, SHARPER = 360, 1.5
MOST_BYTES = 12 * 1024
COLOURS = (48, 32, 24, 16, 12, 8)
AIR = 12
NAME = "Cải tiến để làm việc tốt hơn"
DESCRIPTION = (
    "Trước đây tổ phải chỉnh tay từng lượt, mất 20 phút mỗi ca, vải hay lệch.\n"
    "Tôi làm cữ chặn có thước khắc, gắn vào bàn máy. Chỉnh một lần cho cả lô hàng.\n"
    "Nay mỗi ca bớt được 20 phút, vải cắt đều, không phải đo lại."
)
# What stands at the upper and at the lower edge of each picture.
EDGES = {
    guide.PERSON: (".field:has(#id_full_name)", ".field:has(#id_phone)"),
    guide.CONTENT: (".field:has(#id_description)", ".field:has(#id_description)"),
    guide.DOCUMENTS: ("main .card:has(.documents)", "main .card:has(.documents)"),
    guide.CHECK: ("main .card >> a:has-text('Sửa phần này') >> nth=-1", "#main-form"),
    guide.RECEIPT: ("main .receipt", "#receipt-code"),
}


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("setup", verbosity=0)
    campaign = demonstration.seed(password="mat-khau-thu-nghiem", at=timezone.now())
    Campaign.objects.filter(pk=campaign.pk).update(name=NAME)
    connections.close_all()
    with portal() as address, chromium() as browser:
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 740},
            device_scale_factor=SHARPER,
            base_url=address,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        page.set_default_timeout(5000)
        walk(page)
    return 0


def walk(page: Page) -> None:
    """The errand once, from the poster to the receipt."""
    worker = Worker(page)
    page.goto(f"/{demonstration.SLUG}/nop/?don-vi={demonstration.GRASSROOTS_CODE}")
    worker.answer({**WORKER_2022, "phone": "0912 345 678"})
    take(page, guide.PERSON)
    worker.press("next")
    worker.answer({**idea(), "description": DESCRIPTION})
    page.locator("#id_description").blur()
    take(page, guide.CONTENT)
    worker.press("next")
    worker.bring(PICTURE)
    take(page, guide.DOCUMENTS)
    worker.press("next")
    take(page, guide.CHECK)
    worker.press("confirm")
    take(page, guide.RECEIPT)


def take(page: Page, picture: guide.Picture) -> None:
    """As wide as the phone, from the element where it begins to the one where it ends."""
    page.wait_for_timeout(300)
    first, last = (page.locator(edge).first.bounding_box() for edge in EDGES[picture])
    assert first is not None and last is not None
    top, bottom = first["y"] - AIR, last["y"] + last["height"] + AIR
    clip = {"x": 0, "y": top + page.evaluate("scrollY"), "width": WIDTH, "height": bottom - top}
    shot = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
    drawn = Image.open(io.BytesIO(shot)).convert("RGB")
    kept = smallest(drawn)
    (FOLDER / Path(picture.path).name).write_bytes(kept)
    height = round(drawn.height * picture.width / drawn.width)
    print(
        f"{picture.path}: {len(kept)} bytes, {height} px high{'' if height == picture.height else ': say so in guide.py'}"
    )


def smallest(picture: Image.Image) -> bytes:
    """In as many colours as are light enough: flat colours without loss weigh less than a photograph of them."""
    for colours in COLOURS:
        written = io.BytesIO()
        flat = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
        flat.save(written, "WEBP", lossless=True, quality=100, method=6)
        if written.tell() <= MOST_BYTES:
            return written.getvalue()
    raise SystemExit(f"{written.tell()} bytes: show less of the page")


if __name__ == "__main__":
    sys.exit(main())
