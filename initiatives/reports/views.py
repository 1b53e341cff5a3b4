"""The answer that hands a summary table to a browser; the admin decides who asks and for which rows."""

import tempfile
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse

from initiatives.models import Campaign
from initiatives.reports.export import MEDIA_TYPE, file_name, write_whole, year_of
from orgtree.models import Unit


def summary_response(
    initiatives: QuerySet[Any], *, campaign: Campaign, unit: Unit, layout: str, at: datetime
) -> FileResponse:
    """The table of `initiatives` in `layout` ("qt", "th") as sent up by `unit`. The caller has scoped the rows."""
    year = year_of(campaign, at=at)
    table = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it once sent
    try:
        write_whole(table, initiatives, unit=unit, layout=layout, year=year, at=at)
    except BaseException:
        table.close()
        raise
    table.seek(0)
    response = FileResponse(
        table, as_attachment=True, filename=file_name(unit=unit, layout=layout, year=year), content_type=MEDIA_TYPE
    )
    response["Cache-Control"] = "no-store"
    return response
