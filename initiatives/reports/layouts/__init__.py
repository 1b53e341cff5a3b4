"""The layouts of the summary table as data; `LAYOUTS` finds one by the name commands and addresses use."""

from initiatives.reports.layouts.base import PAPER_WIDTH, Column, Layout, Letterhead, Line
from initiatives.reports.layouts.qt import QT
from initiatives.reports.layouts.th import TH

LAYOUTS: dict[str, Layout] = {layout.code: layout for layout in (QT, TH)}

__all__ = ["LAYOUTS", "PAPER_WIDTH", "QT", "TH", "Column", "Layout", "Letterhead", "Line"]
