"""Erasing on request: what would go is counted first, and whoever presses says that it is the right person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.models import DataRequest, Initiative
from initiatives.personal_data import acts, asking, erasing
from initiatives.submission.receipts import shown
from orgtree.models import StaffAccount
from orgtree.scoped_admin import ScopedAdmin, account_of
from portal.vietnamese.formats import whole

NAME = "initiatives_datarequest_erase"
MAY_ERASE = "initiatives.erase_initiative"
KINDS = frozenset({DataRequest.Kind.DELETE, DataRequest.Kind.WITHDRAW})


class SureForm(forms.Form):
    """Of the initiative that the page showed: no other is erased by it."""

    use_required_attribute = False

    initiative = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": acts.BOUND_MEANWHILE, "invalid": acts.BOUND_MEANWHILE},
    )
    is_sure = forms.BooleanField(
        label="Tôi đã hỏi và chắc đúng là người nộp sáng kiến này yêu cầu.",
        error_messages={"required": "Hãy đánh dấu khi đã chắc đúng người."},
    )


class ErasingOnRequest(ScopedAdmin):
    """For the admin of requests."""

    def get_urls(self) -> list[Any]:
        return [path("<int:pk>/xoa/", self.admin_site.admin_view(self.erase_view), name=NAME), *super().get_urls()]

    def erase_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A GET counts and changes nothing; a POST erases, and leads back to the request."""
        asked, account = self.get_object(request, str(pk)), account_of(request)
        if not account.has_perm(MAY_ERASE):
            raise PermissionDenied
        initiative = _to_erase(asked, account)
        form = SureForm(request.POST if request.method == "POST" else None, initial={"initiative": initiative.pk})
        forgotten: dict[str, int] = {}
        hindered = ""
        try:
            if form.is_bound and form.is_valid():
                acts.erase(asked.pk, shown=form.cleaned_data["initiative"], by=account, at=timezone.now())
                messages.success(request, "Đã xóa dữ liệu cá nhân. Hãy báo người yêu cầu rồi ghi kết quả.")
                return HttpResponseRedirect(reverse("admin:initiatives_datarequest_change", args=[asked.pk]))
            forgotten = erasing.erase_one(initiative, by=account, at=timezone.now(), dry_run=True).forgotten
        except (erasing.CannotErase, acts.RequestRefused) as refusal:
            hindered = refusal.sentence
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Xóa dữ liệu cá nhân",
            "asked": asked,
            "number": asking.shown(asked.number),
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "form": form,
            "goes": [f"{whole(number)} {what}" for what, number in forgotten.items() if number],
            "hindered": hindered,
        }
        status = 409 if hindered and form.is_bound else 422 if form.errors else 200
        return TemplateResponse(request, "personal_data/erase.html", context, status=status)


def fits(asked: DataRequest, account: StaffAccount) -> bool:
    if asked.kind not in KINDS or asked.initiative is None or asked.initiative.erased_at is not None:
        return False
    is_seen = Initiative.objects.visible_to(account).filter(pk=asked.initiative.pk).exists()
    return is_seen and account.has_perm(MAY_ERASE)


def _to_erase(asked: DataRequest, account: StaffAccount) -> Initiative:
    if asked.done_at is not None or asked.initiative is None or not fits(asked, account):
        raise Http404
    return asked.initiative


acts.OFFERED.append(acts.Offer("Xóa dữ liệu cá nhân của người đó", f"admin:{NAME}", fits))
