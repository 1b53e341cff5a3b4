"""The admin classes everything of ours stands on: every door of Django's admin that leads past the row rule is closed.

StaffAdmin closes the doors that have nothing to do with rows (parameters, popups, deleting, typed text); ScopedAdmin adds
the one row rule (`orgtree/scope.py`) to lists, single rows, related fields and what is saved.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, models
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.text import capfirst

from orgtree.as_shown_forms import KnowsWhatItShowed
from orgtree.models import StaffAccount
from orgtree.scope import ScopedQuerySet
from portal.vietnamese import fields as typed
from portal.vietnamese.text import any_spelling, folded

LIST_PARAMETERS = {ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR}
MOST_COUNTED = 10_000
LONGEST_TEXT = 20_000
LONGEST_SEARCH = 200
MOST_ROWS = 400  # beside a row, of five fields at least: settings.DATA_UPLOAD_MAX_NUMBER_FIELDS lets no more come
LONGEST_KEY = 18  # digits that fit every database's integer

# Django's own without what makes addresses out of titles: a third of the weight, and nothing here asks for it.
SCRIPTS = ("jquery.init.js", "core.js", "admin/RelatedObjectLookups.js", "actions.js")
CHOOSE = [("", "Hãy chọn việc")]


class CappedPaginator(Paginator):
    """Counts to a cap: the last page of a million rows is nobody's need, and counting them costs every list."""

    most_counted = 0  # 0: as everywhere

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return super().count
        return min(self._cap, self._counted)

    @property
    def is_capped(self) -> bool:
        return isinstance(self.object_list, QuerySet) and self._counted > self._cap

    @property
    def _cap(self) -> int:
        return self.most_counted or MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        return cast(QuerySet, self.object_list).order_by()[: self._cap + 1].count()


class KeySelect(AutocompleteSelect):
    """Django's asks the database for whatever was posted, to show it again, and breaks on what is no key."""

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=["js/name_choosers.js"])

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if not each or is_key(str(each))], attrs)


class StaffAdmin(admin.ModelAdmin):
    """Lists take the parameters of their own filters and `lookups_allowed`, nothing else; nothing is deleted."""

    lookups_allowed: tuple[str, ...] = ()
    may_be_deleted = False
    list_name = ""  # what the list is called where that is not the plural of the model
    list_per_page = 50
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    view_on_site = False
    save_as = False
    actions_selection_counter = True

    @property
    def media(self) -> forms.Media:
        jquery = "admin/js/vendor/jquery/jquery.js" if settings.DEBUG else "admin/js/vendor/jquery/jquery.min.js"
        return forms.Media(js=[jquery, *(f"admin/js/{name}" for name in SCRIPTS)])

    # --- what a request may ask ---------------------------------------------------------------------------------------

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in self.known_parameters(request) - LIST_PARAMETERS

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return to_field in {"id", "pk"}

    def known_parameters(self, request: HttpRequest) -> set[str]:
        names = {
            name
            for each in self.get_list_filter(request)
            for name in (getattr(each, "parameter_name", None), *getattr(each, "also_takes", ()))
        }
        return LIST_PARAMETERS | set(self.lookups_allowed) | {name for name in names if name}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        known = self.known_parameters(request)
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            kept = request.GET.copy()
            for name in unknown:
                del kept[name]
            messages.warning(request, "Địa chỉ có phần không dùng được. Cổng đã bỏ phần đó.")
            return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)
        if not all(map(is_key, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            messages.warning(request, "Có dòng được chọn không còn trong danh sách. Hãy chọn lại.")
            return HttpResponseRedirect(request.get_full_path())
        title = self.list_name or capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A row that is missing and one that is forbidden: the same page, with the same statements."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        found = super().get_object(request, object_id, None) if is_key(object_id) else None
        if found is None:
            raise Http404
        return found

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Every word stands in one of the fields, with or without its marks. Nothing but signs finds nothing."""
        fields = self.get_search_fields(request)
        if not fields or not search_term.strip():
            return queryset, False
        words = folded(search_term[:LONGEST_SEARCH]).split()
        for word in words:
            pattern = any_spelling(word)
            queryset = queryset.filter(reduce(or_, (Q(**{f"{field}__regex": pattern}) for field in fields)))
        return queryset if words else queryset.none(), False

    def choice_labels(self, rows: Sequence[Any]) -> dict[Any, str]:
        """What an autocomplete shows for its rows."""
        return {row.pk: str(row) for row in rows}

    # --- what may be done ---------------------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_be_deleted and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_action_choices(self, request: HttpRequest, default_choices: Any = CHOOSE) -> list[tuple[str, str]]:
        """Nine dashes are read out one by one."""
        return super().get_action_choices(request, default_choices)

    # --- what is written ----------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = kwargs.get("form", self.form)
        kwargs["form"] = type(form.__name__, (KnowsWhatItShowed, form), {})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Of a row that is there, only the columns its form asks for: what others wrote of it meanwhile stays."""
        if not change:
            return super().save_model(request, obj, form, change)
        columns = {field.name for field in obj._meta.concrete_fields}
        try:
            return obj.save(update_fields=columns & form.cleaned_data.keys())
        except DatabaseError as fault:
            if type(fault) is DatabaseError:  # Django's own word for a row that somebody deleted meanwhile
                raise Http404 from None
            raise

    # --- what is typed ------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return vietnamese_field(db_field) or unwrapped(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **(within(db_field, request) | kwargs))


class StaffInline(admin.TabularInline):
    """Rows that belong to one row of a StaffAdmin."""

    extra = 0
    show_change_link = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """No more rows are read than may be sent: of whatever number a browser claims, Django alone draws a thousand and more."""
        most = self.get_max_num(request, obj) or MOST_ROWS
        return super().get_formset(request, obj, **({"max_num": most, "absolute_max": most} | kwargs))

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return vietnamese_field(db_field) or unwrapped(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **(within(db_field, request) | kwargs))


class ScopedAdmin(StaffAdmin):
    """For rows that belong to a unit: only those of the account's branch, whatever is asked or posted."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(account_of(request))

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """The last look before it is written: neither the row nor what it points at may lie outside the branch."""
        if change and not self.get_queryset(request).filter(pk=obj.pk).exists():
            raise PermissionDenied
        for field in obj._meta.concrete_fields:
            # Only what came from the form: the portal itself may point anywhere.
            if isinstance(field, models.ForeignKey) and field.name in form.cleaned_data:
                refuse_outside(field, getattr(obj, field.attname), request)
        super().save_model(request, obj, form, change)


def account_of(request: HttpRequest) -> StaffAccount:
    """Who is signed in; every view of the admin asks that first."""
    return cast(StaffAccount, request.user)


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY


def within(db_field: models.ForeignKey, request: HttpRequest) -> dict[str, Any]:
    """The rows a field may point at: those of the branch, where they belong to one."""
    rows = db_field.remote_field.model._default_manager.all()
    return {"queryset": rows.visible_to(account_of(request))} if isinstance(rows, ScopedQuerySet) else {}


def refuse_outside(db_field: models.ForeignKey, value: Any, request: HttpRequest) -> None:
    rows = within(db_field, request).get("queryset")
    if value is not None and rows is not None and not rows.filter(pk=value).exists():
        raise PermissionDenied


def unwrapped(field: Any) -> Any:
    """Without the buttons that open other pages in popups; a field names rows, it does not manage them."""
    if isinstance(field, forms.Field) and isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
        if isinstance(field, ModelChoiceField):
            field.widget.choices = field.choices
    return field


def vietnamese_field(db_field: models.Field) -> forms.Field | None:
    """The form field in which text is canonical and days are d/m/y; None for what is no text, day or moment."""
    shared: dict[str, Any] = {
        "label": capfirst(db_field.verbose_name),
        "required": not db_field.blank,
        "help_text": db_field.help_text,
    }
    if db_field.has_default() and not callable(db_field.default):
        shared["initial"] = db_field.default
    if db_field.choices or not db_field.editable or db_field.primary_key:
        return None
    if isinstance(db_field, models.IntegerField):
        return typed.WholeField(**shared)
    if isinstance(db_field, models.DateTimeField):
        closes = db_field.name.startswith("closes")
        return (typed.ClosingField if closes else typed.OpeningField)(widget=_line(), **shared)
    if isinstance(db_field, models.DateField):
        return typed.DayField(widget=forms.TextInput(attrs={"class": "vDateField"}), **shared)
    if isinstance(db_field, models.EmailField):
        return typed.EmailField(**shared)
    if isinstance(db_field, models.TextField):
        widget = forms.Textarea(attrs={"class": "vLargeTextField", "rows": 10})
        return typed.TextField(limit=LONGEST_TEXT, widget=widget, **shared)
    if isinstance(db_field, models.CharField):
        return typed.LineField(limit=db_field.max_length or LONGEST_TEXT, widget=_line(), **shared)
    return None


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "vTextField"})


class OneOf(admin.SimpleListFilter):
    """A filter over values that are given, never over columns. A value that is not among them filters nothing."""

    all_label = "Tất cả"
    also_takes: tuple[str, ...] = ()  # parameters of its own beside the value; gone once a value is chosen
    left_out = ""  # where the options are not all: that, and where to find the others

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        raise NotImplementedError

    def narrowed(self, queryset: Any, value: str) -> Any:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.options(request, model_admin))

    def value(self) -> str | None:
        asked = super().value()
        return asked if asked in {value for value, _ in self.lookup_choices} else None

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset if value is None else self.narrowed(queryset, value)

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name, *self.also_takes]),
            "display": self.all_label,
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}, list(self.also_takes)),
                "display": label,
            }
