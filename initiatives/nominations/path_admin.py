"""What the desk of an initiative says of its selection: its whole path, and what was complained of."""

from typing import Any

from django.http import HttpRequest

from initiatives.models import Initiative, Status
from initiatives.nominations import complaints
from initiatives.nominations.complaint_admin import badge
from initiatives.nominations.path import path_of
from orgtree.scoped_admin import ScopedAdmin, account_of


class PathOnDesk(ScopedAdmin):
    """For the admin of initiatives; drawn by `templates/nominations/_path.html`."""

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        below: Any = super()
        account = account_of(request)
        raised = initiative.complaints.order_by("-pk")
        return {
            **below.desk_context(request, initiative),
            "path": path_of(initiative, reader=account),
            "complaints": [(each, badge(each)) for each in raised],
            "may_record_complaint": initiative.status == Status.VALID and complaints.may_record(account, initiative),
        }
