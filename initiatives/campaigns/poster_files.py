"""Posters as PDF: one, or those of many units one after the other, with an outline."""

from collections.abc import Iterable

from initiatives.campaigns.posters import (
    FONT_FILES,
    HEADLINE,
    PAPER,
    PORTAL,
    PosterText,
    Size,
    draw_poster,
    register_fonts,
)
from initiatives.campaigns.press import Drawn, Letters, Press, Stamps, Told
from initiatives.campaigns.small_posters import draw_card, draw_stickers

TITLES: dict[str, str] = {"a4": "Áp phích", "a5": "Áp phích", "the": "Thẻ để bàn", "tem": "Tem dán"}


def poster_pdf(poster: PosterText, *, size: Size = "a4") -> bytes:
    """One sheet; the same text always gives the same bytes."""
    return posters_pdf([poster], size=size)


def posters_pdf(posters: Iterable[PosterText], *, size: Size) -> bytes:
    """A sheet for each, in their order. Raises PosterTooLong."""
    press = press_for(size)
    titled: list[PosterText] = []
    sheets = []
    for poster in posters:
        titled = titled or [poster]
        sheets.append(drawn(press, poster, size=size))
    first = titled[0]
    return bound(
        sheets,
        press.stamps,
        press.letters,
        size=size,
        campaign_name=first.campaign_name,
        organisation=first.organisation,
        of=first.unit_name,
    )


def press_for(size: Size, letters: Letters | None = None) -> Press:
    register_fonts()
    return Press(PAPER[size], fonts=FONT_FILES, letters=letters or {})


def drawn(press: Press, poster: PosterText, *, size: Size) -> Drawn:
    def draw() -> None:
        if size == "the":
            draw_card(press, poster)
        elif size == "tem":
            draw_stickers(press, poster)
        else:
            draw_poster(press, poster, size)

    return press.sheet(draw, title=poster.unit_name or poster.campaign_name, depth=poster.depth)


def bound(
    sheets: Iterable[Drawn],
    stamps: Stamps,
    letters: Letters,
    *,
    size: Size,
    campaign_name: str,
    organisation: str,
    of: str,
) -> bytes:
    """The file of sheets that may have been drawn by several presses; `letters` are those of the last."""
    press = press_for(size, letters)
    press.stamps = stamps
    title = " – ".join(part for part in (TITLES[size], campaign_name, of) if part)
    told = Told(title=title, author=organisation, subject=HEADLINE, creator=PORTAL)
    return press.bound(sheets, told=told)
