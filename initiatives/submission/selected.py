"""How far a valid initiative came: nominated, commended. For its sender, so nothing before it is announced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from initiatives.models import (
    AS_RESERVE,
    Act,
    Commendation,
    CommendationDecision,
    Exemplar,
    Initiative,
    Nomination,
    ReviewEvent,
    SelectionRound,
    Status,
)
from portal.vietnamese import days


@dataclass(frozen=True)
class Selected:
    """`nominations` stand as chosen, the one that came highest first; `commendations` are announced. `decided` was announced last
    upon the round of the highest nomination, where none commends this one."""

    nominations: list[Nomination]
    commendations: list[Commendation]
    is_valid: bool
    decided: CommendationDecision | None = None

    @property
    def text(self) -> str:
        """For the badge; "" where its status says more."""
        if self.commendations and self.is_valid:
            return "Được biểu dương"
        return "Được giới thiệu xét chọn" if self.nominations else ""

    @property
    def next_step(self) -> str:
        """Nothing where its status says what comes next."""
        if self.commendations and self.is_valid:
            return "Xin chúc mừng. Giấy chứng nhận ở phần dưới đây; hãy tải về và giữ lại."
        if not self.nominations:
            return ""
        highest = self.nominations[0]
        if self.decided is not None:
            return (
                f"{self.decided.unit} đã công bố kết quả đợt “{highest.round}” "
                f"(quyết định số {self.decided.number} ngày {days.shown(self.decided.decided_on)}). "
                "Sáng kiến này không có trong danh sách biểu dương. Cảm ơn bạn đã tham gia."
            )
        return (
            f"{highest.unit} đã giới thiệu sáng kiến này trong đợt “{highest.round}”. "
            "Kết quả sẽ có ở đây sau khi được công bố."
        )


def of(initiative: Initiative) -> Selected:
    """Three statements at most."""
    chosen = Nomination.objects.chosen().filter(initiative=initiative).select_related("unit", "round")
    announced = Commendation.objects.announced().filter(initiative=initiative)
    is_valid = initiative.status == Status.VALID
    nominations = list(chosen.order_by("unit__depth", "-nominated_at")) if is_valid else []
    commendations = list(announced.select_related("decision__unit").order_by("-decision__announced_at", "-pk"))
    return Selected(
        nominations=nominations,
        commendations=commendations,
        is_valid=is_valid,
        decided=_decided_upon(nominations[0].round) if nominations and not commendations else None,
    )


def _decided_upon(round: SelectionRound) -> CommendationDecision | None:
    decisions = CommendationDecision.objects.filter(round=round, announced_at__isnull=False)
    return decisions.select_related("unit").order_by("-announced_at", "-pk").first()


def public_page(selected: Selected, *, at: datetime) -> int | None:
    """The number of its page below `/tieu-bieu/`, while everybody may read it. One statement, none without a commendation."""
    if not selected.commendations or not selected.is_valid:
        return None
    shown = Exemplar.objects.shown(at).filter(commendation__in=selected.commendations)
    return shown.order_by("-shown_at", "-pk").values_list("pk", flat=True).first()


def by_event(initiative: Initiative, events: Iterable[ReviewEvent]) -> dict[int, Nomination]:
    """Which nomination the steps of nominating speak of, by the number of the step. One statement, none without such a step."""
    steps = [event for event in events if event.act in {Act.NOMINATED, Act.UNNOMINATED}]
    if not steps:
        return {}
    rows = list(initiative.nominations.select_related("unit", "round").order_by("pk"))
    moments = {(Act.NOMINATED, each.nominated_at): each for each in rows}
    moments |= {(Act.UNNOMINATED, each.withdrawn_at): each for each in rows if each.withdrawn_at}
    found = {step.number: moments.get((Act(step.act), step.at)) for step in steps}
    return {number: nomination for number, nomination in found.items() if nomination is not None}


def title_of(event: ReviewEvent) -> str:
    """What its sender reads of a step: whoever waits as a reserve was not put forward."""
    is_reserve = event.act == Act.NOMINATED and event.note.endswith(AS_RESERVE)
    return "Vào danh sách dự bị" if is_reserve else event.title
