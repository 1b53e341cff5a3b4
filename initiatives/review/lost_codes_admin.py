"""A lost code: after checking who it is, the receipt printed again, or its link renewed."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.campaigns.posters import qr_svg
from initiatives.lifecycle import MoveRefused
from initiatives.models import Act, Initiative
from initiatives.review import lost_codes
from initiatives.review.actions import NotForThisAccount
from initiatives.review.reading import masked_identity
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of
from portal.vietnamese import phones


class WhoItIsForm(forms.Form):
    confirmed = forms.BooleanField(
        label="Tôi đã xác nhận đúng người",
        error_messages={"required": "Hãy hỏi để xác nhận đúng người, rồi đánh dấu vào ô này."},
    )


class LostCodesAdmin(ScopedAdmin):
    """A lost code: the receipt printed again, or its link renewed. Views of the admin are kept by no browser."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/bien-nhan/", view(self.receipt_view), name="initiatives_initiative_receipt"),
            path("<int:pk>/bien-nhan/cap-lai/", view(self.renew_view), name="initiatives_initiative_receipt_renew"),
        ]
        return own + super().get_urls()

    def receipt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What to check first; the POST prints the receipt again."""
        initiative = self.one_to_reissue(request, pk)
        if request.method != "POST":
            return self.checks_page(request, initiative, WhoItIsForm())
        form = WhoItIsForm(request.POST)
        if not form.is_valid():
            return self.checks_page(request, initiative, form, status=422)
        try:
            initiative = lost_codes.print_again(pk, by=account_of(request), at=timezone.now())
        except NotForThisAccount:
            raise Http404 from None
        return self.slip_page(request, initiative, token=lost_codes.known_token(initiative))

    def renew_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The new link, this once; what the old one opened is gone."""
        initiative = self.one_to_reissue(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = WhoItIsForm(request.POST)
        if not form.is_valid():
            return self.checks_page(request, initiative, form, status=422)
        try:
            initiative, token = lost_codes.renew(
                pk, request.POST.get("key", ""), by=account_of(request), at=timezone.now()
            )
        except NotForThisAccount:
            raise Http404 from None
        except MoveRefused as refusal:
            form.add_error(None, refusal.sentence)
            return self.checks_page(request, self.one_to_reissue(request, pk), form, status=409)
        return self.slip_page(request, initiative, token=token, is_new=True)

    def one_to_reissue(self, request: HttpRequest, pk: int) -> Initiative:
        initiative = self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        return initiative

    def checks_page(
        self, request: HttpRequest, initiative: Initiative, form: WhoItIsForm, *, status: int = 200
    ) -> HttpResponse:
        known = [
            ("Họ và tên", initiative.full_name),
            ("Năm sinh", initiative.birth_year),
            ("Điện thoại", phones.shown(initiative.phone_digits) if initiative.phone_digits else initiative.phone),
            ("Số CMND/CCCD", masked_identity(initiative)),
            ("Đơn vị", initiative.unit.name),
            ("Nơi làm việc", initiative.workplace),
            ("Tên sáng kiến", initiative.title),
        ]
        again = initiative.events.select_related("account").filter(act__in=(Act.REPRINTED, Act.RENEWED)).last()
        context = {
            "title": "Người nộp quên mã",
            "initiative": initiative,
            "known": [(label, value) for label, value in known if value],
            "again": again,
            "form": form,
            "key": lost_codes.new_key(initiative, by=account_of(request), at=timezone.now()),
        }
        return self.reissue_answer(request, initiative, "review/receipt_again.html", context, status=status)

    def slip_page(
        self, request: HttpRequest, initiative: Initiative, *, token: str, is_new: bool = False
    ) -> HttpResponse:
        """The paper to hand over. Without a token only the code is on it: of a worker's link nobody keeps but the hash."""
        link = settings.SITE_URL + reverse("receipt", args=[token]) if token else ""
        track = settings.SITE_URL + reverse("track")
        officer = initiative.entered_by if not initiative.phone_digits else None
        context = {
            "title": "Liên kết biên nhận mới" if is_new else "Biên nhận in lại",
            "initiative": initiative,
            "link": link,
            "is_new": is_new,
            "track": track,
            "drawing": qr_svg(link or track).decode(),
            "officer": officer,
        }
        return self.reissue_answer(request, initiative, "review/receipt_slip.html", context)

    def reissue_answer(
        self, request: HttpRequest, initiative: Initiative, template: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "code": shown(initiative.receipt_code)}
        return TemplateResponse(request, template, shared | context, status=status)

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        return super().desk_context(request, initiative) | {"may_reissue": self.has_change_permission(request)}
