"""How many lines a text takes in a cell: a spreadsheet does not grow rows written by a program.

Widths come from Liberation Serif, which has the metrics of Times New Roman. They are kept word by word: Vietnamese has
some seven thousand syllables, and looking one up is ten times cheaper than adding up its letters.
"""

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from reportlab.pdfbase.ttfonts import TTFontFile

POINTS_PER_MM = 72 / 25.4
PADDING = 4.5  # points a cell keeps free at its sides, in Excel; LibreOffice keeps 2
PRUDENCE = 0.97  # screens and printers round letters to their own grid

_FONTS = {False: "LiberationSerif-Regular.ttf", True: "LiberationSerif-Bold.ttf"}
_WIDEST = 1000.0  # thousandths of the font size, for what the font lacks
_WORDS_KEPT = 20_000
_LONGEST_WORD_KEPT = 40


class Widths(dict[str, float]):
    """The width of a word with the blank behind it, in thousandths of the font size."""

    def __init__(self, letters: dict[int, float]) -> None:
        super().__init__()
        self._letters = letters
        self.blank = letters[ord(" ")]

    def __missing__(self, word: str) -> float:
        width = sum(map(self.of_letter, word)) + self.blank
        if len(self) < _WORDS_KEPT and len(word) <= _LONGEST_WORD_KEPT:
            self[word] = width
        return width

    def of_letter(self, letter: str) -> float:
        return self._letters.get(ord(letter), _WIDEST)


@cache
def widths(*, is_bold: bool = False) -> Widths:
    return Widths(TTFontFile(str(settings.BASE_DIR / "fixtures" / "fonts" / _FONTS[is_bold])).charWidths)


def room(millimetres: float, font_size: float) -> float:
    """What a line of a cell so wide holds, in thousandths of the font size."""
    return (millimetres * POINTS_PER_MM - PADDING) * PRUDENCE * 1000 / font_size


def line_count(text: str, room: float, words: Widths) -> int:
    """How many printed lines `text` takes: `line_starts` without the places, at a third of its cost."""
    lines, room = 0, room + words.blank  # the blank behind the last word of a line may hang over
    width_of = words.__getitem__
    for paragraph in text.split("\n"):
        lines += 1
        left = room
        for width in map(width_of, paragraph.split(" ")):
            left -= width
            if left < 0:
                if width > room:
                    return len(list(line_starts(text, room - words.blank, words)))
                lines += 1
                left = room - width
    return lines


def line_starts(text: str, room: float, words: Widths) -> Iterator[int]:
    """Where each printed line of `text` begins. Lines break at line ends and blanks; inside a word only where it is
    wider than the cell."""
    start, room = 0, room + words.blank
    for paragraph in text.split("\n"):
        yield start
        at, left = start, room
        for word in paragraph.split(" "):
            width = words[word]
            if width <= left:
                left -= width
            else:
                if left < room:
                    yield at
                left = room - width
                if width > room:
                    left = room - words.blank
                    for place, letter in enumerate(word, start=at):
                        letter_width = words.of_letter(letter)
                        if letter_width > left:
                            yield place
                            left = room - words.blank
                        left -= letter_width
            at += len(word) + 1
        start += len(paragraph) + 1
