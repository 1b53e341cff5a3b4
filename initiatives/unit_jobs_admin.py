"""What the page of a job tells of grassroots unions that were added from a sheet."""

from typing import Any

from django.http import HttpRequest

from initiatives import jobs_admin, unit_jobs
from initiatives.models import Job
from orgtree.models import Sheet
from orgtree.scoped_admin import account_of
from orgtree.sent_sheets import sent_by
from portal.requests import arrival
from portal.vietnamese.formats import whole

ROWS_SHOWN = 300


def added_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the page of a job shows of it; the sheet is there for a day."""
    refused = unit_jobs.refused_rows(job)
    own = sent_by(account_of(request), use=Sheet.Use.GRASSROOTS, at=arrival(request))
    return {
        "present": job.result.get("present", 0),
        "refused": refused[:ROWS_SHOWN],
        "refused_count": len(refused),
        "sheet": own.filter(pk=job.asked.get("sheet"), used_at=None).first(),
        "stopped_words": f"Đã xem {whole(job.position)} trên {whole(job.total)} dòng rồi dừng. "
        "Muốn thêm tiếp, hãy gửi lại cùng tệp đó: dòng nào đã thêm thì cổng bỏ qua.",
    }


jobs_admin.RESULT_TEMPLATES[unit_jobs.UNITS] = "jobs/_units.html"
jobs_admin.RESULT_CONTEXTS[unit_jobs.UNITS] = added_context
