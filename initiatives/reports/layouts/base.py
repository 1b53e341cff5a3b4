"""What a layout is made of, and the columns and lines all provinces share."""

from dataclasses import dataclass

from initiatives.reports.summary import SummaryRow


@dataclass(frozen=True)
class Letterhead:
    """Who sends the table to whom, and the year of the campaign."""

    host: str
    sender: str
    year: int

    def filled(self, text: str) -> str:
        """`text` with the names and years of this table in their places."""
        return text.format(
            host=self.host,
            sender=self.sender,
            host_in_capitals=self.host.upper(),
            sender_in_capitals=self.sender.upper(),
            three_years=f"{self.year - 3}-{self.year - 1}",
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


@dataclass(frozen=True)
class Layout:
    """`widths` are millimetres of the 250 that A4 landscape leaves between the margins."""

    code: str
    title: str
    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    above: tuple[Line, ...] = ()
    under_title: tuple[Line, ...] = ()
    below: tuple[Line, ...] = ()

    def cells(self, row: SummaryRow) -> list[str | int]:
        """The row as its cells; a missing fact leaves no empty line."""
        return [
            getattr(row, column.facts[0])
            if len(column.facts) == 1
            else "\n".join(fact for fact in [getattr(row, name) for name in column.facts] if fact)
            for column in self.columns
        ]


PERSON = ("full_name", "birth_year", "position", "workplace", "phone")

NUMBER = Column("TT", ("number",), is_centred=True)
TITLE = Column("Tên sáng kiến", ("title",))
APPLIED = Column("Thời gian áp dụng", ("applied_on",), is_centred=True)
DESCRIPTION = Column("Tóm tắt nội dung sáng kiến", ("description",))

HOST = Line("{host_in_capitals}")
SENDER = Line("{sender_in_capitals}", is_bold=True, has_rule=True)
PLACE_AND_DATE = Line("……, ngày … tháng … năm …", is_italic=True)
SIGNED_FOR = Line("TM. BAN THƯỜNG VỤ", is_bold=True)
