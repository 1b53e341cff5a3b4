"""Many at once: what will happen to which rows, the reasons, and then each row looked at again: here, or by a job."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives import jobs_admin
from initiatives.models import Campaign, Initiative, Job, Status
from initiatives.review import actions, many
from initiatives.review.actions import Decision
from initiatives.review.badges import badge
from initiatives.review.forms import ApproveForm, DeclineManyForm, ReopenForm, ReturnForm
from initiatives.review.wording import DONE
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key
from portal.vietnamese.formats import whole

LISTED = 100  # of thousands; of as many as are decided at once, all
CODES_TOLD = 10
KEY = re.compile(r"[0-9a-f]{32}")
LONGEST_FILTERS = 8_000  # as an address; servers refuse longer ones

TITLES = {
    "approve": "Đánh dấu hợp lệ",
    "return": "Trả lại để bổ sung",
    "decline": "Đánh dấu không hợp lệ",
    "reopen": "Mở lại để xét",
}
BECOMES = {
    "approve": Status.VALID,
    "return": Status.RETURNED,
    "decline": Status.INVALID,
    "reopen": Status.SUBMITTED,
}


class ManyAdmin(ScopedAdmin):
    actions = ("approve_many", "return_many", "decline_many", "reopen_many")

    def get_urls(self) -> list[Any]:
        many_view = self.admin_site.admin_view(self.many_view)
        return [path("hang-loat/<str:name>/", many_view, name="initiatives_initiative_many"), *super().get_urls()]

    @admin.action(description=TITLES["approve"], permissions=["change"])
    def approve_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "approve", queryset)

    @admin.action(description=TITLES["return"], permissions=["change"])
    def return_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "return", queryset)

    @admin.action(description=TITLES["decline"], permissions=["change"])
    def decline_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "decline", queryset)

    @admin.action(description=TITLES["reopen"], permissions=["change"])
    def reopen_many(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_about_many(request, "reopen", queryset)

    def ask_about_many(self, request: HttpRequest, name: str, queryset: QuerySet) -> HttpResponse | None:
        """Says what will happen to which rows, and asks for reasons, before anything happens."""
        rows = list(many.looked_at(queryset)[: many.MOST_IN_A_JOB + 1])
        if len(rows) > many.MOST_IN_A_JOB:
            messages.error(request, too_many())
            return None
        if len({row.campaign_id for row in rows}) > 1:
            messages.error(request, "Hãy lọc theo một chương trình: mỗi chương trình có lý do riêng.")
            return None
        if not rows:
            messages.warning(request, "Các dòng đã chọn không còn trong danh sách này.")
            return None
        form = self.many_form(name, rows[0].campaign, None)
        return self.many_page(request, name, rows, queryset, form, back=request.GET.urlencode())

    def many_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Carries out what `ask_about_many` asked about: scope, status and version of every row are looked at again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        sent_back = request.POST.get("back", "")
        back = self.with_filters(reverse("admin:initiatives_initiative_changelist"), sent_back)
        job = self.job_to_undo(request) if name == "reopen" and "job" in request.POST else None
        versions = many.decided_by(job) if job else versions_in(request.POST.get("rows", ""))
        if len(versions) > many.MOST_IN_A_JOB:
            messages.error(request, too_many())
            return HttpResponseRedirect(back)
        in_sight = self.get_queryset(request).filter(pk__in=versions)
        rows = list(many.looked_at(in_sight))
        form = self.form_sent(request, name, rows, None if job else request.POST)
        if form is None or not (rows or form.has_changed()):
            messages.warning(request, "Không có sáng kiến nào để xử lý.")
            return HttpResponseRedirect(back)
        if job or not form.is_valid():
            answer = 200 if job else 422
            return self.many_page(request, name, rows, in_sight, form, back=sent_back, versions=versions, status=answer)
        if len(versions) <= actions.MOST_AT_ONCE:
            refused = self.decide_here(request, name, versions, form.decision())
        else:
            refused = many.refusals(rows, versions, BECOMES[name], by=account_of(request))
            if len(refused) < len(versions) or many.is_given(key_of(request), by=account_of(request)):
                return self.give_to_worker(request, name, versions, form.decision())
        told = refusals_told(refused, self.get_queryset(request))
        if len(refused) == len(versions) and form.has_changed():
            rows = list(many.looked_at(in_sight))
            versions |= {row.pk: row.version for row in rows}  # pressed again, it is about what is shown now
            return self.many_page(
                request, name, rows, in_sight, form, back=sent_back, versions=versions, refused=told, status=409
            )
        if refused:
            messages.warning(request, f"Không xử lý được {whole(len(refused))} sáng kiến. {' '.join(told)}")
        return HttpResponseRedirect(back)

    def decide_here(
        self, request: HttpRequest, name: str, versions: many.Versions, decision: Decision
    ) -> many.Refusals:
        outcome = actions.decide_many(list(versions.items()), decision, by=account_of(request), at=timezone.now())
        if outcome.done:
            messages.success(request, f"{DONE[name]}: {whole(outcome.done)} sáng kiến.")
        return outcome.refused

    def form_sent(self, request: HttpRequest, name: str, rows: list[Initiative], data: Any) -> Any:
        """None where there is nothing to be asked: no such act, or rows of two campaigns. Where no row is left in sight, the
        page says of which campaign they were, so that what was typed is not lost with them."""
        if name not in TITLES or len({row.campaign_id for row in rows}) > 1:
            return None
        if rows:
            return self.many_form(name, rows[0].campaign, data)
        asked = request.POST.get("campaign", "")
        campaign = Campaign.objects.filter(pk=asked).first() if is_key(asked) else None
        return self.many_form(name, campaign, data) if campaign else None

    def give_to_worker(
        self, request: HttpRequest, name: str, versions: many.Versions, decision: Decision
    ) -> HttpResponse:
        job = many.start_job(
            versions,
            decision,
            by=account_of(request),
            at=timezone.now(),
            key=key_of(request),
            told={"title": TITLES[name], "name": name, "back": QueryDict(request.POST.get("back", "")).urlencode()},
        )
        return HttpResponseRedirect(reverse("admin:initiatives_job_change", args=[job.pk]))

    def job_to_undo(self, request: HttpRequest) -> Job:
        """What somebody's own job decided may be opened again together."""
        asked = request.POST["job"]
        mine = Job.objects.owned_by(account_of(request)).filter(kind=Job.Kind.DECIDE)
        job = mine.filter(pk=asked).first() if is_key(asked) else None
        if job is None or job.is_unfinished:
            raise Http404
        return job

    def many_form(self, name: str, campaign: Campaign, data: Any) -> Any:
        if name == "approve":
            return ApproveForm(data)
        if name == "reopen":
            return ReopenForm(data)
        kind = ReturnForm if name == "return" else DeclineManyForm
        return kind(data, campaign=campaign, at=timezone.now())

    def many_page(
        self,
        request: HttpRequest,
        name: str,
        rows: list[Initiative],
        chosen: QuerySet,
        form: Any,
        *,
        back: str,
        versions: many.Versions | None = None,
        refused: Sequence[str] = (),
        status: int = 200,
    ) -> HttpResponse:
        """`rows` are all of `chosen`, without their texts; only the first are read whole, to be listed. `refused` says why
        nothing was done, where that was tried."""
        account, to = account_of(request), BECOMES[name]
        foretold = many.foretell(rows, to, by=account)
        is_long = len(rows) > actions.MOST_AT_ONCE
        listed = [
            (row, shown(row.receipt_code), badge(row), many.unwilling(row, to, by=account))
            for row in chosen.select_related("campaign", "unit")[: LISTED if is_long else actions.MOST_AT_ONCE]
        ]
        shown_versions = (
            versions if versions and refused else {row.pk: (versions or {}).get(row.pk, row.version) for row in rows}
        )
        context = {
            **self.admin_site.each_context(request),
            "title": TITLES[name],
            "opts": self.opts,
            "name": name,
            "listed": listed,
            "asked": len(rows),
            "foretold": foretold,
            "is_long": is_long,
            "refused": refused,
            "form": form,
            "shows_form": foretold.willing or (form.is_bound and form.has_changed()),
            "campaign": rows[0].campaign_id if rows else request.POST.get("campaign", ""),
            "rows": " ".join(f"{pk}:{version}" for pk, version in shown_versions.items()),
            "key": secrets.token_hex(16),
            "back": back,
            "back_address": self.with_filters(reverse("admin:initiatives_initiative_changelist"), back),
        }
        return TemplateResponse(request, "review/many.html", context, status=status)

    def with_filters(self, address: str, query: str) -> str:
        """`address` with what is ours of `query`: it came back through a form. What no address of ours can hold is left out."""
        kept = QueryDict(mutable=True)
        for name, values in QueryDict(query).lists():
            kept.setlist(name, values)
        asked = kept.urlencode()
        return f"{address}?{asked}" if 0 < len(asked) <= LONGEST_FILTERS else address


def key_of(request: HttpRequest) -> str:
    """By which a second tap on the same button is known."""
    key = request.POST.get("key", "")
    return key if KEY.fullmatch(key) else ""


def versions_in(posted: str) -> many.Versions:
    """What the page wrote of its rows: the key of each and the version that was shown."""
    parts = [part.partition(":") for part in posted.split()]
    return {int(pk): int(version) for pk, _, version in parts if is_key(pk) and is_key(version)}


def too_many() -> str:
    return f"Mỗi lần xử lý được nhiều nhất {whole(many.MOST_IN_A_JOB)} sáng kiến. Hãy lọc bớt rồi chọn lại."


def refusals_told(refused: many.Refusals, seen: QuerySet) -> list[str]:
    """Every sentence once, with how many it holds for and their codes, as far as they may be seen."""
    codes = dict(seen.filter(pk__in=[pk for pk, _ in refused]).values_list("pk", "receipt_code"))
    by_sentence: dict[str, list[str]] = {}
    for pk, sentence in sorted(refused):
        by_sentence.setdefault(sentence, []).append(shown(codes[pk]) if pk in codes else "")
    return [
        f"{sentence} ({whole(len(each))} sáng kiến{codes and ': '}{codes})"
        for sentence, each in by_sentence.items()
        for codes in (", ".join(filter(None, each[:CODES_TOLD])),)
    ]


def decided_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    """The result of a job, read within the scope of whoever looks at it now."""
    refused: dict[str, list[int]] = job.result.get("refused", {})
    keys = [pk for each in refused.values() for pk in each[:LISTED]]
    codes = dict(
        Initiative.objects.visible_to(account_of(request)).filter(pk__in=keys).values_list("pk", "receipt_code")
    )
    back = job.asked.get("back", "")
    address = reverse("admin:initiatives_initiative_changelist")
    return {
        "done_title": DONE.get(job.asked.get("name", ""), ""),
        "refused": [
            (sentence, len(each), [(pk, shown(codes[pk])) for pk in each[:LISTED] if pk in codes])
            for sentence, each in sorted(refused.items(), key=lambda told: -len(told[1]))
        ],
        "refused_count": sum(map(len, refused.values())),
        "typed": [text for _, _, text in job.asked.get("reasons", []) if text] if refused else [],
        "may_undo": bool(job.done) and job.asked.get("name") in {"approve", "decline"},
        "back": back,
        "back_address": f"{address}?{back}" if back else address,
    }


jobs_admin.RESULT_TEMPLATES[Job.Kind.DECIDE] = "jobs/_decided.html"
jobs_admin.RESULT_CONTEXTS[Job.Kind.DECIDE] = decided_context
