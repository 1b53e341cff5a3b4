"""The receipt as a picture: what was received can be read whole, however long its title."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from initiatives.campaigns.posters import qr_png
from initiatives.submission import picture
from initiatives.submission.picture import receipt_picture
from initiatives.submission.receipts import renewed_token
from tests.factories import InitiativeFactory

LONGEST_TITLES = {
    "sentence": ("Cữ chặn có thước khắc cho máy cắt vải nhiều lớp " * 6)[:250].strip(),
    "capitals": ("NGHIÊN CỨU ỨNG DỤNG ĐỒ GÁ KẸP PHÔI CHO MÁY KHOAN " * 6)[:250].strip(),
}


@pytest.mark.parametrize("title", LONGEST_TITLES.values(), ids=LONGEST_TITLES)
def test_the_longest_title_stands_whole(title: str) -> None:
    lines = picture._wrapped(title, picture._font("Bold", 30))

    assert " ".join(lines) == title


def test_what_no_picture_can_hold_says_that_it_goes_on() -> None:
    lines = picture._wrapped("W" * 1000, picture._font("Bold", 30))

    assert len(lines) == picture.MAX_LINES
    assert lines[-1].endswith("W…")


# --- the code in it -------------------------------------------------------------------------------------------------

LINK = "https://sangkien.congdoan.example.vn/bien-nhan/rvIiVFeF6S-fBdgjWxZS8A/"


def as_sent(picture: Image.Image, *, quality: int, width: int) -> Image.Image:
    """What a chat makes of it."""
    small = picture.convert("RGB").resize((width, picture.height * width // picture.width), Image.Resampling.BILINEAR)
    file = BytesIO()
    small.save(file, "JPEG", quality=quality)
    return Image.open(file)


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


@pytest.mark.django_db
@pytest.mark.parametrize("title", LONGEST_TITLES.values(), ids=LONGEST_TITLES)
def test_the_code_in_the_picture_leads_back_to_the_receipt(title: str) -> None:
    picture = receipt_picture(InitiativeFactory(title=title), LINK)

    assert read(picture) == [LINK]
    assert read(as_sent(picture, quality=50, width=720)) == [LINK]
    assert read(as_sent(picture, quality=50, width=480)) == [LINK]


def test_a_code_for_a_screen_is_read_whatever_its_token() -> None:
    """One mask serves for all."""
    links = [f"https://sangkien.example.vn/bien-nhan/{renewed_token(str(number))}/" for number in range(60)]

    unread = [link for link in links if read(Image.open(BytesIO(qr_png(link, scale=3, on_screen=True)))) != [link]]

    assert unread == []


@pytest.mark.django_db
def test_the_picture_is_light() -> None:
    file = BytesIO()

    receipt_picture(InitiativeFactory(title=LONGEST_TITLES["capitals"]), LINK).save(file, "PNG", optimize=True)

    assert len(file.getvalue()) < 60_000
