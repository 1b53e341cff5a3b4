"""What a layout is made of, and the columns and lines all provinces share."""

from dataclasses import dataclass

from initiatives.reports.summary import SummaryRow

DOTS = "……, ngày … tháng … năm …"  # to be filled in by hand


@dataclass(frozen=True)
class Letterhead:
    """Who sends the table to whom, and the year of the campaign. Of a dossier also where and when it is signed, and for whom."""

    host: str
    sender: str
    year: int
    place_and_date: str = DOTS
    letter_date: str = "ngày …. tháng ….. năm …"
    committee: str = "Ban thường vụ"
    signed_for: str = "TM. BAN THƯỜNG VỤ"

    def filled(self, text: str) -> str:
        """`text` with the names and years of this table in their places."""
        return text.format(
            host=self.host,
            sender=self.sender,
            host_in_capitals=self.host.upper(),
            sender_in_capitals=self.sender.upper(),
            three_years=f"{self.year - 3}-{self.year - 1}",
            place_and_date=self.place_and_date,
            letter_date=self.letter_date,
            committee=self.committee,
            signed_for=self.signed_for,
        )


@dataclass(frozen=True)
class Line:
    """A line above or below the table. One that stays empty (a host above the confederation) is not written."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_title: bool = False
    has_rule: bool = False


@dataclass(frozen=True)
class Column:
    """A heading, and the facts of a row that stand under it, one a line."""

    heading: str
    facts: tuple[str, ...]
    is_centred: bool = False


PAPER_WIDTH = 250  # millimetres that A4 landscape leaves between the margins, and two to spare
HOST_WIDTH, SIGNING_WIDTH = 100, 75  # at least, of what stands above at the left and below at the right


@dataclass(frozen=True)
class Layout:
    """`widths` are millimetres, together no more than `PAPER_WIDTH`."""

    code: str
    title: str
    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    above: tuple[Line, ...] = ()
    under_title: tuple[Line, ...] = ()
    below: tuple[Line, ...] = ()

    @property
    def host_columns(self) -> int:
        """How many columns, from the left, the names above the table stand across."""
        return _columns_for(HOST_WIDTH, self.widths)

    @property
    def signing_columns(self) -> int:
        """How many columns, from the right, the signature stands across."""
        return _columns_for(SIGNING_WIDTH, self.widths[::-1])

    def cells(self, row: SummaryRow) -> list[str | int]:
        """The row as its cells; a missing fact leaves no empty line."""
        return [
            getattr(row, column.facts[0])
            if len(column.facts) == 1
            else "\n".join(fact for fact in [getattr(row, name) for name in column.facts] if fact)
            for column in self.columns
        ]


def _columns_for(millimetres: int, widths: tuple[int, ...]) -> int:
    columns = wide = 0
    while wide < millimetres and columns < len(widths):
        wide += widths[columns]
        columns += 1
    return columns


PERSON = ("full_name", "birth_year", "position", "workplace", "phone")

NUMBER = Column("TT", ("number",), is_centred=True)
TITLE = Column("Tên sáng kiến", ("title",))
APPLIED = Column("Thời gian áp dụng", ("applied_on",), is_centred=True)
DESCRIPTION = Column("Tóm tắt nội dung sáng kiến", ("description",))

HOST = Line("{host_in_capitals}")
SENDER = Line("{sender_in_capitals}", is_bold=True, has_rule=True)
PLACE_AND_DATE = Line("{place_and_date}", is_italic=True)
SIGNED_FOR = Line("{signed_for}", is_bold=True)
