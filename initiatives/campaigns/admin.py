"""Campaigns, who gets more time, who helps, and what people consent to, in the admin."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from initiatives.campaigns.closings import closing_soon, last_close
from initiatives.campaigns.extension_forms import ExtensionForm
from initiatives.campaigns.loading import add_choices, add_lists
from initiatives.campaigns.poster_counts_admin import PosterCounting
from initiatives.campaigns.posters_admin import PosterPrinting
from initiatives.models import (
    Campaign,
    Choice,
    ConsentText,
    Contact,
    Declaration,
    Phase,
    ReviewReason,
    WindowExtension,
)
from orgtree.models import Unit
from orgtree.roles import Role
from orgtree.scoped_admin import OneOf, ScopedAdmin, StaffAdmin, StaffInline, account_of
from orgtree.sites import Panel, Sentence
from portal.vietnamese import days
from portal.vietnamese.formats import NOTHING, whole

CLOSING_EXAMPLES = "Ví dụ: 24h00 ngày 20/4/2021, đến hết ngày 20/4/2021 hoặc 17h00 ngày 20/4/2021."
FILLED = (
    "Danh mục nào còn trống, cổng đã điền theo mẫu của các chương trình trước. Hãy mở lại chương trình và xem cho đúng."
)
URGENT = timedelta(days=3)


def is_administrator(request: HttpRequest) -> bool:
    return account_of(request).role == Role.ADMINISTRATOR


def is_in_use(campaign: Campaign | None) -> bool:
    """Whether somebody has answered: then its codes stay, for rows keep them."""
    return (
        campaign is not None and campaign.pk is not None and (campaign.initiatives.exists() or campaign.drafts.exists())
    )


class CodedForm(forms.ModelForm):
    """A row known by its code: the label may be reworded, the code not once it has been answered with."""

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if self.instance.pk and "code" in self.changed_data and is_in_use(self.instance.campaign):
            raise forms.ValidationError("Đã có người chọn mã này nên không đổi được. Hãy đổi tên, hoặc thêm mã mới.")
        return code

    def clean_list(self) -> str:
        """A code means something in its list only."""
        if self.instance.pk and "list" in self.changed_data and is_in_use(self.instance.campaign):
            raise forms.ValidationError("Đã có người chọn mã này nên không chuyển sang danh mục khác được.")
        return self.cleaned_data["list"]


class CodedInline(StaffInline):
    form = CodedForm

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not is_in_use(obj)


class PhaseInline(StaffInline):
    model = Phase
    verbose_name_plural = "các đợt nhận sáng kiến"

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not is_in_use(obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "closes_at":
            field.help_text = CLOSING_EXAMPLES
        return field


class ChoiceInline(CodedInline):
    model = Choice


class DeclarationInline(CodedInline):
    model = Declaration


class ReviewReasonInline(StaffInline):
    model = ReviewReason
    verbose_name_plural = "lý do trả lại, lý do không hợp lệ"


class CampaignForm(forms.ModelForm):
    def clean_category_scheme(self) -> str:
        """What was answered in one scheme would stand nowhere in the other."""
        if "category_scheme" in self.changed_data and is_in_use(self.instance):
            raise forms.ValidationError("Đã có người trả lời theo cách phân loại này nên không đổi được.")
        return self.cleaned_data["category_scheme"]

    def clean_personal_data_until(self) -> date | None:
        """Nothing is erased while anybody may still send."""
        until = self.cleaned_data["personal_data_until"]
        last = last_close(self.instance) if self.instance.pk else None
        if until is not None and last is not None and until < timezone.localdate(last):
            raise forms.ValidationError(
                f"Chương trình (kể cả gia hạn) đóng lúc {days.closing(last)}. Hãy chọn một ngày sau đó."
            )
        return until


@admin.register(Campaign)
class CampaignAdmin(PosterCounting, PosterPrinting):
    form = CampaignForm
    list_display = ("name", "slug", "shown_goal", "is_published", "is_demonstration")
    search_fields = ("name",)
    readonly_fields = ("is_demonstration", "about_personal_data")
    # What other rooms say of how long a campaign's personal data is still kept.
    also_told: tuple[Callable[[Campaign], str], ...] = ()
    inlines = (PhaseInline, ChoiceInline, DeclarationInline, ReviewReasonInline)
    fieldsets = (
        (None, {"fields": ("name", "slug", "alias", "is_published", "is_demonstration", "goal", "counts")}),
        ("Hướng dẫn", {"fields": ("guidance", "peak_note")}),
        (
            "Hỏi những gì",
            {
                "fields": (
                    "category_scheme",
                    "description_limit",
                    "asks_national_id",
                    "asks_field",
                    "asks_solution_kind",
                    "asks_recognition",
                    "asks_attachments",
                )
            },
        ),
        (
            "Điều kiện về ngày",
            {"fields": ("applied_from", "applied_until", "applied_may_be_future", "recognised_from")},
        ),
        ("Đơn vị và giờ đóng", {"fields": ("structure_day", "grace_minutes")}),
        ("Thời hạn lưu dữ liệu cá nhân", {"fields": ("personal_data_until", "about_personal_data")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        """Whoever only reads it reads numbers as people write them; in the form their fields see to that."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        read = {"goal": "shown_goal", "description_limit": "shown_description_limit"}
        return [
            (title, told | {"fields": [read.get(name, name) for name in told["fields"]]}) for title, told in fieldsets
        ]

    @admin.display(description="số ký tự tối đa của phần mô tả")
    def shown_description_limit(self, campaign: Campaign) -> str:
        return whole(campaign.description_limit)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A list that is asked and stands empty would stop every worker: it is filled as the letters have it."""
        super().save_related(request, form, formsets, change)
        if (add_choices if change else add_lists)(form.instance):
            messages.info(request, FILLED)

    @admin.display(description="mục tiêu", ordering="goal")
    def shown_goal(self, campaign: Campaign) -> str:
        return whole(campaign.goal) if campaign.goal else NOTHING

    @admin.display(description="hiện nay")
    def about_personal_data(self, campaign: Campaign) -> str:
        return " ".join(tell(campaign) for tell in self.also_told if campaign.pk)


class CampaignFilter(OneOf):
    title = "chương trình"
    parameter_name = "campaign"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return Campaign.objects.values_list("slug", "name")

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(campaign__slug=value)


@admin.register(WindowExtension)
class WindowExtensionAdmin(ScopedAdmin):
    """Granted by administrators and never taken back: what was promised stands; a longer one may be added."""

    form = ExtensionForm
    list_display = ("for_whom", "campaign", "closing", "reason", "document", "granted_by", "granted_at")
    list_filter = (CampaignFilter,)
    list_select_related = ("unit", "campaign", "granted_by", "draft__unit")
    autocomplete_fields = ("unit",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Those of the branch's units, and of drafts that belong to them."""
        units = Unit.objects.visible_to(account_of(request))
        rows = StaffAdmin.get_queryset(self, request)
        return rows.filter(Q(unit__in=units) | Q(draft__unit__in=units))

    def get_fields(self, request: HttpRequest, obj: WindowExtension | None = None) -> Sequence[str]:
        asked = ("campaign", "unit", "phase", "closes_at", "reason", "document")
        if obj is None:
            return asked
        return ("campaign", "for_whom", "phase", "closing", "reason", "document", "granted_by", "granted_at")

    def get_readonly_fields(self, request: HttpRequest, obj: WindowExtension | None = None) -> Sequence[str]:
        return () if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="cho")
    def for_whom(self, extension: WindowExtension) -> str:
        return str(extension.unit) if extension.unit_id else str(extension.draft)

    @admin.display(description="đóng lúc", ordering="closes_at")
    def closing(self, extension: WindowExtension) -> str:
        return days.closing(extension.closes_at)

    def save_model(self, request: HttpRequest, obj: WindowExtension, form: Any, change: bool) -> None:
        obj.granted_by, obj.granted_at = account_of(request), timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(Contact)
class ContactAdmin(ScopedAdmin):
    """Every manager keeps the contacts of the branch; those for the whole country are the administrators'."""

    may_be_deleted = True
    list_display = ("name", "position", "unit", "campaign", "phone")
    list_filter = (CampaignFilter,)
    list_select_related = ("unit", "campaign")
    lookups_allowed = ("unit",)
    autocomplete_fields = ("unit",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        if not is_administrator(request):
            return super().get_queryset(request)
        units = Unit.objects.visible_to(account_of(request))
        return StaffAdmin.get_queryset(self, request).filter(Q(unit=None) | Q(unit__in=units))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "unit" in form.base_fields and not is_administrator(request):
            form.base_fields["unit"].required = True
            form.base_fields["unit"].help_text = "Người lao động của đơn vị này và các đơn vị bên dưới sẽ thấy."
        return form

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        if obj.unit_id is None and not is_administrator(request):
            raise PermissionDenied
        super().save_model(request, obj, form, change)


@admin.register(ConsentText)
class ConsentTextAdmin(StaffAdmin):
    """Added, never changed: people agreed to these very words."""

    list_display = ("version", "in_force_from", "digest")
    fields = ("version", "in_force_from", "body")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"in_force_from": timezone.now().replace(second=0, microsecond=0)}


class UnitContacts(StaffInline):
    """The contacts of a unit on its page; they are changed in their own."""

    model = Contact
    fields = ("name", "position", "phone", "hours", "email")
    can_delete = False
    verbose_name_plural = "liên hệ hỗ trợ của đơn vị"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def closing_panels(request: HttpRequest) -> list[Panel]:
    """What the first page says about windows that close soon."""
    at = timezone.now()
    inbox = reverse("admin:initiatives_initiative_changelist")
    closings, are_more = closing_soon(account_of(request), at=at)
    sentences = [
        Sentence(
            f"{each.campaign.name}. {each.sentence(at=at)}",
            f"{inbox}?campaign={each.campaign.slug}",
            is_urgent=each.closes_at - at <= URGENT,
        )
        for each in closings
    ]
    if are_more and request.user.has_perm("initiatives.view_windowextension"):
        every = reverse("admin:initiatives_windowextension_changelist")
        sentences.append(Sentence("Còn gia hạn khác sắp hết. Xem danh sách gia hạn.", every))
    return [Panel("Sắp đóng", sentences=tuple(sentences))] if sentences else []


def warn_of_demonstration() -> str:
    if not Campaign.objects.filter(is_demonstration=True).exists():
        return ""
    return "Cổng đang có chương trình thử nghiệm. Đừng nhập dữ liệu thật vào chương trình đó."


admin.site.warnings.append(warn_of_demonstration)
