"""Models held up on the public pages, in the admin: written, shown, taken down."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from initiatives.campaigns.admin import CampaignFilter
from initiatives.models import Exemplar
from initiatives.nominations import commending, exemplar_pictures, exemplars
from initiatives.nominations.exemplar_forms import ExemplarForm, NewExemplarForm
from initiatives.nominations.refusals import SelectionRefused
from initiatives.submission.admin import handed_out
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of
from orgtree.units.queries import own_today
from portal.vietnamese import days

CHANGE = "initiatives.change_exemplar"
SHOWN, HIDDEN = "dang-hien", "chua-hien"
THEN_SHOW, THEN_TAKE_DOWN = "show", "take_down"  # what the button of the text's form does besides writing it


class KindFilter(OneOf):
    title = "loại"
    parameter_name = "loai"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return Exemplar.Kind.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(kind=value)


class ShownFilter(OneOf):
    title = "trên trang tiêu biểu"
    parameter_name = "hien"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return ((SHOWN, "Đang hiện"), (HIDDEN, "Chưa hiện"))

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(shown_at__isnull=value == HIDDEN)


@admin.register(Exemplar)
class ExemplarAdmin(ScopedAdmin):
    form = NewExemplarForm
    list_name = "Gương tiêu biểu"
    list_display = ("title", "shown_kind", "unit", "shown_campaign", "state")
    list_filter = (CampaignFilter, KindFilter, ShownFilter)
    list_select_related = ("unit", "campaign")
    search_fields = ("title",)
    autocomplete_fields = ("unit",)
    ordering = ("-pk",)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        picture = view(require_safe(self.picture_view))
        return [path("<int:pk>/anh/", picture, name="initiatives_exemplar_picture"), *super().get_urls()]

    # --- the list ---------------------------------------------------------------------------------------------------------

    @admin.display(description="loại", ordering="kind")
    def shown_kind(self, exemplar: Exemplar) -> str:
        return exemplar.get_kind_display()

    @admin.display(description="chương trình")
    def shown_campaign(self, exemplar: Exemplar) -> str:
        return exemplar.campaign.name

    @admin.display(description="tình trạng", ordering="shown_at")
    def state(self, exemplar: Exemplar) -> str:
        return f"hiện từ {days.moment(exemplar.shown_at)}" if exemplar.shown_at else "chưa hiện"

    # --- a new one --------------------------------------------------------------------------------------------------------

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        unit = own_today(account_of(request))
        return {"unit": unit.pk if unit else None}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """One button: what is recorded leads on by itself."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Exemplar, form: Any, change: bool) -> None:
        if change:
            raise PermissionDenied
        obj.made_by = account_of(request)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Exemplar, post_url_continue: Any = None) -> Any:
        messages.success(request, "Đã ghi, chưa hiện. Hãy viết phần giới thiệu rồi bấm “Lưu và cho hiện”.")
        return self.back(obj.pk)

    # --- one of them ------------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The text and its picture. Its buttons save, save and show, or take down and save: nothing that was typed is lost."""
        exemplar = self.get_object(request, object_id)
        may_write = self.may_write(request, exemplar)
        if request.method in {"GET", "HEAD"}:
            return self.page(request, exemplar, ExemplarForm(exemplar=exemplar), may_write=may_write)
        if not may_write:
            raise PermissionDenied
        then = request.POST.get("then", "")
        if then == THEN_TAKE_DOWN:  # whatever may be wrong with the text
            self.take_down(request, exemplar)
            exemplar.refresh_from_db(fields=["shown_at"])
        form = ExemplarForm(request.POST, request.FILES, exemplar=exemplar)
        if form.is_valid() and self.written(exemplar, form):
            self.log_change(request, exemplar, "Sửa phần giới thiệu.")
            messages.success(request, "Đã lưu phần giới thiệu.")
            if then == THEN_SHOW:
                self.show(request, exemplar)
            return self.back(exemplar.pk)
        return self.page(request, exemplar, form, may_write=may_write, status=422)

    def written(self, exemplar: Exemplar, form: ExemplarForm) -> bool:
        """The picture first: where it is refused, nothing is written."""
        picture = form.cleaned_data.get("picture")
        stored = None
        if picture:
            try:
                stored = exemplar_pictures.keep(picture, name=picture.name or "")
            except SelectionRefused as refusal:
                form.add_error("picture", refusal.sentence)
                return False
            except OSError:
                form.add_error("picture", "Máy chủ chưa lưu được ảnh. Phần chữ bạn viết vẫn ở đây; hãy thử lại sau.")
                return False
        exemplars.write(exemplar.pk, **form.written())
        if stored is not None or form.cleaned_data.get("drop_picture"):
            exemplars.put_picture(exemplar.pk, stored or "")
        return True

    def show(self, request: HttpRequest, exemplar: Exemplar) -> None:
        try:
            exemplars.show(exemplar.pk, at=timezone.now())
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
        else:
            self.log_change(request, exemplar, "Cho hiện.")
            messages.success(request, "Đã cho hiện ở trang gương tiêu biểu.")

    def take_down(self, request: HttpRequest, exemplar: Exemplar) -> None:
        exemplars.take_down(exemplar.pk)
        self.log_change(request, exemplar, "Gỡ xuống.")
        messages.success(request, "Đã gỡ xuống. Trang công khai không còn hiện nữa.")

    def picture_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As it is kept, for those who decide whether it may be shown."""
        exemplar = self.get_object(request, str(pk))
        if not exemplar.picture:
            raise Http404
        answer = handed_out(exemplar.picture, "image/jpeg")
        answer["Cache-Control"] = "private, no-store"
        return answer

    # --- shared -------------------------------------------------------------------------------------------------------------

    def may_write(self, request: HttpRequest, exemplar: Exemplar) -> bool:
        """What a decision commended is held up by those who may commend: not by the unit where it was thought of."""
        account = account_of(request)
        if not account.has_perm(CHANGE):
            return False
        return exemplar.commendation is None or commending.may_commend(account, exemplar.commendation.decision.unit)

    def page(
        self, request: HttpRequest, exemplar: Exemplar, form: ExemplarForm, *, may_write: bool, status: int = 200
    ) -> HttpResponse:
        commendation = exemplar.commendation
        context = {
            **self.admin_site.each_context(request),
            "title": exemplar.title,
            "opts": self.opts,
            "exemplar": exemplar,
            "commendation": commendation,
            "consents": exemplars.consents([exemplar])[exemplar.pk],
            "is_public": exemplars.of(exemplar.pk, at=timezone.now()) is not None,
            "form": form if may_write else None,
            "may_write": may_write,
        }
        return TemplateResponse(request, "commended/admin/exemplar.html", context, status=status)

    def back(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:initiatives_exemplar_change", args=[pk]))
