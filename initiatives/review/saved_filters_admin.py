"""Saved filters above the inbox: opened by a link, saved and forgotten by a button."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.views.main import ALL_VAR, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.review import saved_filters
from initiatives.review.saved_filters import MOST_SAVED, NotSaved
from initiatives.review.search import LONGEST_SEARCH
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from portal.vietnamese import fields as typed
from portal.vietnamese.names import list_key
from portal.vietnamese.text import single_line

LONGEST_ASKED = 10_000  # characters of an address that are looked at
NAME = "ten"  # unlike the parameters of any list


class SaveFilterForm(forms.Form):
    ten = typed.LineField(
        label="Tên bộ lọc",
        limit=80,
        required_message="Hãy đặt tên cho bộ lọc, ví dụ: Chờ xét của quận 1.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SavedFiltersAdmin(ScopedAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.saved_filters_view)
        return [path("bo-loc/", view, name="initiatives_initiative_saved_filters"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, self.saved_filters_context(request) | (extra_context or {}))

    def saved_filters_view(self, request: HttpRequest) -> HttpResponse:
        """Saves the list as it is now by a name, or forgets one of one's own; leads back to where one was."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        query = self.cleaned_query(request, request.POST.get("query", ""))
        if "forget" in request.POST:
            self.forget(request, request.POST["forget"])
            return HttpResponseRedirect(self.list_at(query))
        form = SaveFilterForm(request.POST)
        if form.is_valid():
            try:
                saved = saved_filters.save(form.cleaned_data[NAME], query, by=account_of(request), at=timezone.now())
            except NotSaved as refused:
                form.add_error(NAME, str(refused))
            else:
                messages.success(request, f"Đã lưu bộ lọc “{saved.name}”.")
                return HttpResponseRedirect(self.list_at(query))
        context = {
            **self.admin_site.each_context(request),
            **self.saved_filters_context(request, query),
            "title": "Lưu bộ lọc",
            "opts": self.opts,
            "form": form,
            "back_address": self.list_at(query),
        }
        return TemplateResponse(request, "review/saved_filters.html", context, status=422)

    def forget(self, request: HttpRequest, key: str) -> None:
        forgotten = saved_filters.forget(int(key), by=account_of(request)) if is_key(key) else None
        if forgotten is None:
            messages.warning(request, "Bộ lọc này không còn nữa.")
        else:
            messages.success(request, f"Đã xóa bộ lọc “{forgotten.name}”.")

    def saved_filters_context(self, request: HttpRequest, query: str | None = None) -> dict[str, Any]:
        """What `review/_saved_filters.html` shows; `query` is that of the list where this is another page."""
        now = self.cleaned_query(request, request.GET.urlencode()) if query is None else query
        saved = [
            (each, self.list_at(kept), kept == now)
            for each in sorted(saved_filters.saved_by(account_of(request)), key=lambda kept: list_key(kept.name))
            if (kept := self.cleaned_query(request, each.query))
        ]
        return {
            "saved_filters": saved,
            "saved_query": now,
            "most_saved": MOST_SAVED,
            "save_filter_form": SaveFilterForm(auto_id="bo-loc-%s"),
        }

    def cleaned_query(self, request: HttpRequest, query: str) -> str:
        """Only what this list takes, always in one order, and not the page one was on: what an address may hold changes."""
        known = self.known_parameters(request) - {PAGE_VAR, ALL_VAR}
        asked = [part for part in query[:LONGEST_ASKED].split("&") if part][: len(known)]
        kept = {
            name: values[-1][:LONGEST_SEARCH]
            for name, values in sorted(QueryDict("&".join(asked)).lists())
            if name in known and single_line(values[-1])
        }
        cleaned = QueryDict(mutable=True)
        for name, value in kept.items():
            cleaned[name] = single_line(value)
        return cleaned.urlencode()

    def list_at(self, query: str) -> str:
        address = reverse("admin:initiatives_initiative_changelist")
        return f"{address}?{query}" if query else address
