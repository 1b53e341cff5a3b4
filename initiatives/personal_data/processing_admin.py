"""The record of processing as a page to read and print: administrators and managers."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from initiatives.personal_data import due_days, processing
from orgtree.scoped_admin import ScopedAdmin, account_of
from orgtree.units.queries import own_today


class ProcessingRecord(ScopedAdmin):
    """For the admin of looks: whoever may read those may read the record."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.processing_view)
        return [path("ho-so-xu-ly/", view, name="initiatives_personaldataview_processing"), *super().get_urls()]

    def processing_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        account, at = account_of(request), timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Hồ sơ hoạt động xử lý dữ liệu cá nhân",
            "record": processing.record(by=account, at=at),
            "unit": own_today(account),
            "at": at,
            "controller": processing.CONTROLLER,
            "purposes": processing.PURPOSES,
            "recipients": processing.RECIPIENTS,
            "answered_in": due_days.ANSWERED_IN,
        }
        return TemplateResponse(request, "personal_data/processing.html", context)
