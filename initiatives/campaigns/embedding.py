"""What another website pastes to lead here: the badge in a frame, or, where frames are forbidden, a picture with a link."""

from dataclasses import dataclass
from html import escape

from django.conf import settings
from django.urls import reverse

from initiatives.models import Campaign

# Measured in Chromium: the frame holds the badge without a bar to scroll, whatever the name.
FRAME_WIDTH, FRAME_HEIGHT = 320, 86
LETTERS_A_LINE, LINE_HEIGHT = 36, 18
PICTURE_WIDTH, PICTURE_HEIGHT = 320, 168


@dataclass(frozen=True)
class Snippets:
    frame: str
    picture: str


def snippets(campaign: Campaign, *, card: str) -> Snippets:
    """`card` is the whole address of the share card."""
    name = escape(campaign.name)
    height = FRAME_HEIGHT + LINE_HEIGHT * -(-len(campaign.name) // LETTERS_A_LINE)
    badge, page = (f"{settings.SITE_URL}{reverse(door, args=[campaign.slug])}" for door in ("badge", "campaign"))
    return Snippets(
        frame=f'<iframe src="{badge}" title="{name}: số sáng kiến đã nhận" width="{FRAME_WIDTH}" height="{height}" '
        'loading="lazy" style="border:0;max-width:100%"></iframe>',
        picture=f'<a href="{page}"><img src="{escape(card)}" alt="{name}" width="{PICTURE_WIDTH}" '
        f'height="{PICTURE_HEIGHT}" loading="lazy"></a>',
    )
