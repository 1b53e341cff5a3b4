"""A line of the page of the portal's health: what was asked, how it stands, what to do."""

from dataclasses import dataclass
from enum import Enum


class Tone(Enum):
    """As the stylesheet names them; what a line says stands in its words as well."""

    GOOD = "good"
    LOOK = "wait"
    BROKEN = "stop"
    NONE = ""
    FIGURE = "figure"  # a number that is neither good nor bad by itself


SAID = {Tone.GOOD: "Tốt", Tone.LOOK: "Cần xem", Tone.BROKEN: "Hỏng", Tone.NONE: "Không dùng", Tone.FIGURE: ""}


@dataclass(frozen=True)
class Line:
    """`act`: what to do; "" where nothing is."""

    label: str
    tone: Tone
    words: str
    act: str = ""

    @property
    def said(self) -> str:
        return SAID[self.tone]
