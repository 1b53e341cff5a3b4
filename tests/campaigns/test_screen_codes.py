"""The code of a private link is the one that the library draws, whatever the link."""

import secrets

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_M

from initiatives.campaigns import screen_codes

STARTS = (
    "http://127.0.0.1:8000/bien-nhan/",
    "https://sangkien.congdoan.vn/bien-nhan/",
    "https://một-cổng.vn/bien-nhan/",
)


def as_the_library_draws_it(link: str) -> screen_codes.Rows:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=screen_codes.MASK)
    code.add_data(link)
    code.make(fit=True)
    return tuple(tuple(row) for row in code.modules)


@pytest.mark.parametrize("start", STARTS)
def test_every_link_has_the_code_that_the_library_draws(start: str) -> None:
    for _ in range(20):
        link = f"{start}{secrets.token_urlsafe(16)}/"

        assert screen_codes.modules(link) == as_the_library_draws_it(link)


@pytest.mark.parametrize("link", ["http://a.vn/", "https://sangkien.congdoan.vn/bien-nhận-của-tôi/"])
def test_a_link_of_another_kind_has_its_code_too(link: str) -> None:
    assert screen_codes.modules(link) == as_the_library_draws_it(link)


def test_links_of_one_kind_are_drawn_by_the_library_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bytes] = []
    draw = screen_codes._drawn
    screen_codes._kind.cache_clear()
    monkeypatch.setattr(screen_codes, "_drawn", lambda link: drawn.append(link) or draw(link))  # type: ignore[func-returns-value]

    for _ in range(3):
        screen_codes.modules(f"{STARTS[0]}{secrets.token_urlsafe(16)}/")

    assert len(drawn) == 1 + screen_codes.END * screen_codes.BITS
