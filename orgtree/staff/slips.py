"""The paper an account begins with: address, user name, first password and what to do, eight to a sheet of A4."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from orgtree.models import StaffAccount


@dataclass(frozen=True)
class Slip:
    """`password` is shown this once; `account.unit` must have been fetched where there are many."""

    account: StaffAccount
    password: str


def slips_page(request: HttpRequest, model_admin: ModelAdmin, slips: Sequence[Slip]) -> TemplateResponse:
    """The page to print and cut. Views of the admin are kept by no browser, so it is seen once."""
    one = slips[0].account if len(slips) == 1 else None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Phiếu đăng nhập của {one.get_full_name()}" if one else "Phiếu đăng nhập",
        "opts": model_admin.opts,
        "slips": slips,
        "address": settings.SITE_URL + reverse("admin:index"),
    }
    return TemplateResponse(request, "admin/orgtree/staffaccount/slips.html", context)
