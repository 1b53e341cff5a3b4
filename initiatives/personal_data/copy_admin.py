"""Handing a person the copy of what is held of them: which initiatives it takes in, why, and the ZIP. It is kept who took it."""

import tempfile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from initiatives import looked_at
from initiatives.personal_data import asking, copying, one_person
from initiatives.personal_data.forms import WhyForm
from initiatives.personal_data.request_admin import request_asked
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of

REQUEST = "yeu-cau"  # the request it is for, in the address


class CopyOnDesk(ScopedAdmin):
    """For the admin of initiatives."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.copy_view)
        return [path("<int:pk>/ban-sao/", view, name="initiatives_initiative_copy"), *super().get_urls()]

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What the copy would hold; a POST with a reason makes it."""
        initiative = self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        if initiative.erased_at is not None:
            raise Http404
        account, at = account_of(request), timezone.now()
        found = one_person.of_person(initiative, by=account)
        wanted = request_asked(request, REQUEST)
        why = f"Yêu cầu số {asking.shown(wanted.number)}" if wanted else ""
        form = WhyForm(request.POST if request.method == "POST" else None, initial={"why": why})
        if form.is_bound and form.is_valid():
            archive = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it once sent
            try:
                looked_at.copy(found.same, by=account, why=form.cleaned_data["why"], at=at)
                copying.write(archive, found.same, by=account, at=at, are_more=bool(found.parts))
            except BaseException:
                archive.close()
                raise
            archive.seek(0)
            name = f"du-lieu-ca-nhan-{initiative.receipt_code}.zip"
            answer = FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")
            answer["Cache-Control"] = "no-store"
            return answer
        return self.copy_page(request, initiative, found, form)

    def copy_page(self, request: HttpRequest, initiative: Any, found: one_person.Found, form: WhyForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Bản sao dữ liệu của người nộp",
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "found": found,
            "most": one_person.MOST,
            "form": form,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "personal_data/copy.html", context, status=status)
