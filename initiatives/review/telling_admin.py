"""Those who must be told that something came back: their list, and what the desk says of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.lifecycle import MoveRefused
from initiatives.models import Initiative, Status
from initiatives.review import telling
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from portal.vietnamese.formats import whole
from portal.vietnamese.text import single_line

LISTED_AT_ONCE = 25
KIND, SEARCH, PAGE = "loai", "q", "p"
RETURNED, DECLINED = "tra-lai", "khong-hop-le"
KINDS = {RETURNED: "Trả lại bổ sung", DECLINED: "Không hợp lệ"}


class HowForm(forms.Form):
    how = forms.ChoiceField(
        label="Báo bằng cách nào",
        required=False,
        choices=[("", "Báo bằng cách nào"), *telling.HOW.items()],
        error_messages={"invalid_choice": "Hãy chọn một cách báo trong danh sách."},
    )

    @property
    def words(self) -> str:
        """As the history tells it; a way that is none of ours is none."""
        return telling.HOW.get(self.cleaned_data.get("how", ""), "") if self.is_valid() else ""


class TellingAdmin(ScopedAdmin):
    """Those who must be told that something came back."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("can-bao/", view(self.to_tell_view), name="initiatives_initiative_to_tell"),
            path("<int:pk>/da-bao/", view(self.tell_view), name="initiatives_initiative_tell"),
        ]
        return own + super().get_urls()

    def to_tell_view(self, request: HttpRequest) -> HttpResponse:
        """The list; its POST marks the rows that were ticked."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        asked = _asked(request.GET)
        if request.method == "POST":
            self.mark(request, _rows(request.POST.getlist("row")))
            return HttpResponseRedirect(_list_address(asked))
        at, account = timezone.now(), account_of(request)
        if asked[KIND] == DECLINED:
            waiting = telling.declined(account, at=at, typed=asked[SEARCH])
        else:
            waiting = telling.returned(account, typed=asked[SEARCH])
        page = Paginator(waiting.keys, LISTED_AT_ONCE).get_page(asked[PAGE])
        rows = waiting.page(max(page.start_index() - 1, 0), page.end_index())
        context = {
            **self.admin_site.each_context(request),
            "title": "Cần báo người nộp",
            "opts": self.opts,
            "listed": telling.tellings(rows, account, at=at),
            "tabs": [
                (label, kind == asked[KIND], _list_address({KIND: kind, SEARCH: asked[SEARCH]}))
                for kind, label in KINDS.items()
            ],
            "waiting": waiting,
            "typed": asked[SEARCH],
            "kind": asked[KIND],
            "kind_parameter": KIND,
            "tell_how": HowForm(auto_id=False),
            "page": page,
            "previous": _list_address(asked | {PAGE: str(page.number - 1)}) if page.has_previous() else "",
            "next": _list_address(asked | {PAGE: str(page.number + 1)}) if page.has_next() else "",
            "here": _list_address(asked),
            "back": _query(asked) or f"{KIND}={RETURNED}",
        }
        return TemplateResponse(request, "review/to_tell.html", context)

    def tell_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Marks one as told, from the list (`back` is its address) or from the desk."""
        self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = request.POST.get("version", "")
        self.mark(request, {pk: int(version) if is_key(version) else 0})
        if "back" in request.POST:
            return HttpResponseRedirect(_list_address(_asked(QueryDict(request.POST["back"]))))
        kept = self.get_preserved_filters(request)
        address = reverse("admin:initiatives_initiative_change", args=[pk])
        return HttpResponseRedirect(f"{address}?{kept}" if kept else address)

    def mark(self, request: HttpRequest, versions: Mapping[int, int]) -> None:
        """Each is a transaction of its own; what was refused is said with its code."""
        how, account, at = HowForm(request.POST).words, account_of(request), timezone.now()
        done, refused = 0, []
        for pk, version in versions.items():
            try:
                done += telling.tell(pk, version=version, how=how, by=account, at=at)
            except MoveRefused as refusal:
                refused.append((pk, refusal.sentence))
        if not versions:
            messages.warning(request, "Hãy đánh dấu ít nhất một dòng rồi bấm “Đã báo”.")
        elif not refused:
            number = whole(len(versions))
            told = f"Đã ghi: đã báo {number} người nộp." if len(versions) > 1 else "Đã ghi: đã báo người nộp."
            messages.success(request, told)
        elif done:
            messages.success(request, f"Đã ghi: đã báo {whole(done)} người nộp.")
        codes = dict(
            self.get_queryset(request).filter(pk__in=[pk for pk, _ in refused]).values_list("pk", "receipt_code")
        )
        for pk, sentence in refused:
            messages.warning(request, f"{shown(codes[pk])}: {sentence}" if pk in codes else sentence)

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        context = super().desk_context(request, initiative)
        if initiative.status not in {Status.RETURNED, Status.INVALID} or not self.has_change_permission(request):
            return context
        events = initiative.events.all()  # fetched with what the desk shows
        sender = telling.sender_of(account_of(request))
        told = telling.telling_of(initiative, events, sender=sender, at=timezone.now())
        kept = self.get_preserved_filters(request)
        return context | {"telling": told, "tell_how": HowForm(auto_id=False), "tell_query": f"?{kept}" if kept else ""}


def _rows(posted: list[str]) -> dict[int, int]:
    """Keys with the version that was shown; no more than a page holds."""
    parts = [each.partition(":") for each in posted[:LISTED_AT_ONCE]]
    return {int(pk): int(version) for pk, _, version in parts if is_key(pk) and is_key(version)}


def _asked(query: QueryDict) -> dict[str, str]:
    """What is ours of an address: it may have come back through a form."""
    kind, page = query.get(KIND, ""), query.get(PAGE, "")
    typed = single_line(query.get(SEARCH, "")[: telling.LONGEST_SEARCH]).replace("\0", "")
    return {KIND: kind if kind in KINDS else RETURNED, SEARCH: typed, PAGE: page if is_key(page) else ""}


def _query(asked: Mapping[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value and (name, value) != (KIND, RETURNED)})
    return query.urlencode()


def _list_address(asked: Mapping[str, str]) -> str:
    address, query = reverse("admin:initiatives_initiative_to_tell"), _query(asked)
    return f"{address}?{query}" if query else address
