"""The summary table of a dossier as Excel, for one who downloads it and for the ZIP."""

import io
from datetime import datetime

from initiatives.reports import workbook
from initiatives.reports.layouts import Layout
from initiatives.reports.papers import Papers


def table_xlsx(papers: Papers, layout: Layout, *, at: datetime) -> bytes:
    file = io.BytesIO()
    workbook.write(iter(papers.nominees), layout=layout, letterhead=papers.letterhead, at=at, to=file, seal=papers.seal)
    return file.getvalue()
