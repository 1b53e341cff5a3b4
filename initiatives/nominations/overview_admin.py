"""The page of a round for whoever chases it: which units have sent, how long is left, who is below the minimum."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.nominations import deadlines, overview, rights, rounds, scoring
from initiatives.nominations.deadlines import Due, Held
from initiatives.nominations.overview import Entry
from orgtree.models import StaffAccount
from orgtree.scoped_admin import ScopedAdmin, account_of
from orgtree.sites import Panel, Sentence
from portal.vietnamese.formats import whole

LISTED_AT_ONCE = 100
KIND, PAGE = "loai", "p"
KINDS = {
    "": "Tất cả",
    "chua-gui": "Chưa gửi",
    "cho-xet": "Chờ trả lời",
    "duoi-muc": "Dưới số ít nhất",
    "qua-han": "Quá hạn",
}


class OverviewAdmin(ScopedAdmin):
    """For the admin of rounds."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [path("<int:pk>/don-vi/", view(self.units_view), name="initiatives_selectionround_units")]
        return own + super().get_urls()

    def units_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The units of one's branch that take part, in one round; without scripts, a page of a hundred."""
        round = self.get_object(request, str(pk))
        account, at = account_of(request), timezone.now()
        listed = overview.of_round(round, account, at=at)
        asked = request.GET.get(KIND, "")
        kind = asked if asked in KINDS else ""
        page = Paginator([each for each in listed if _is_of(kind, each)], LISTED_AT_ONCE).get_page(
            request.GET.get(PAGE)
        )
        here = reverse("admin:initiatives_selectionround_units", args=[pk])
        context = {
            **self.admin_site.each_context(request),
            "title": f"{round.name}: các đơn vị tham gia",
            "opts": self.opts,
            "round": round,
            "window": rounds.window(round).sentence(at=at),
            "summary": overview.summed(listed),
            "page": page,
            "tabs": [
                (
                    label,
                    sum(_is_of(code, each) for each in listed),
                    code == kind,
                    f"{here}?{KIND}={code}" if code else here,
                )
                for code, label in KINDS.items()
            ],
            "previous": f"?{KIND}={kind}&{PAGE}={page.number - 1}" if page.has_previous() else "",
            "next": f"?{KIND}={kind}&{PAGE}={page.number + 1}" if page.has_next() else "",
            "may_host": rights.may_host(account, round),
            "sees_all": rights.is_of_host(account, round),
            "may_assess": scoring.may_assess(account, round),
            "has_criteria": round.criteria.exists(),
            "may_begin": {each.unit.pk for each in page if rights.may_begin(account, round, each.unit)},
        }
        return TemplateResponse(request, "nominations/round_units.html", context)


def _is_of(kind: str, entry: Entry) -> bool:
    return {
        "": True,
        "chua-gui": not entry.has_sent,
        "cho-xet": entry.awaits_host,
        "duoi-muc": entry.is_below_minimum,
        "qua-han": entry.is_late,
    }[kind]


# --- the first page -----------------------------------------------------------------------------------------------------


def selection_panels(request: HttpRequest) -> list[Panel]:
    """What the first page says of dossiers to be sent and of those that are waited for."""
    account, at = account_of(request), timezone.now()
    if not account.has_perm("initiatives.view_selectionround"):
        return []
    own = _and_more([_of_due(each, account) for each in deadlines.due(account, at=at)])
    below = _and_more([_of_held(each, account) for each in deadlines.held(account, at=at)])
    panels = [Panel("Hồ sơ xét chọn phải gửi", sentences=own)] if own else []
    return [*panels, Panel("Hồ sơ bên dưới gửi lên", sentences=below)] if below else panels


def _and_more(told: list[Sentence]) -> tuple[Sentence, ...]:
    if len(told) <= deadlines.MOST_TOLD:
        return tuple(told)
    more = Sentence("Còn đợt khác. Xem danh sách đợt xét chọn.", reverse("admin:initiatives_selectionround_changelist"))
    return (*told[: deadlines.MOST_TOLD], more)


def _of_due(due: Due, account: StaffAccount) -> Sentence:
    """Of a unit that went on in the account's the sentence says whose dossier it is."""
    entry, round = due.entry, due.round
    whose = "" if entry.unit.pk == account.unit_id else f", hồ sơ của {entry.unit}"
    parts = [entry.use.text]
    if entry.is_returned:
        parts.append("cấp trên trả lại để hoàn thiện")
    if entry.use.is_below_minimum:
        parts.append(f"còn thiếu {whole(entry.use.missing)} sáng kiến")
    text = _told(f"{round.name}{whose}", parts, entry.window.sentence(at=entry.at))
    if entry.dossier is not None:
        address = reverse("admin:initiatives_dossier_change", args=[entry.dossier.pk])
    else:
        address = reverse("admin:initiatives_dossier_open", args=[round.pk, entry.unit.pk])
    return Sentence(text, address, is_urgent=due.is_urgent)


def _of_held(held: Held, account: StaffAccount) -> Sentence:
    summary = held.summary
    whose = "" if held.round.host_id == account.unit_id else f", đợt của {held.round.host}"
    parts = [f"{whole(summary.sent)}/{whole(summary.units)} đơn vị đã gửi"]
    if summary.awaiting_host:
        parts.append(f"{whole(summary.awaiting_host)} hồ sơ chờ trả lời")
    if summary.below_minimum:
        parts.append(f"{whole(summary.below_minimum)} đơn vị dưới số ít nhất")
    return Sentence(
        _told(f"{held.round.name}{whose}", parts, held.window.sentence(at=held.at)),
        reverse("admin:initiatives_selectionround_units", args=[held.round.pk]),
        is_urgent=bool(summary.awaiting_host),
    )


def _told(name: str, parts: list[str], window: str) -> str:
    """As the other panels speak: the name, then whole sentences. "Xét chọn cấp tỉnh. 1/4 đã dùng. Hạn …" """
    return f"{name.rstrip('.')}. {', '.join(parts)}. {window}"
