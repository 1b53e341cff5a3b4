"""How far a valid initiative came: nominated, commended. For its sender, so nothing before it is announced."""

from dataclasses import dataclass

from initiatives.models import Commendation, Initiative, Nomination, Status


@dataclass(frozen=True)
class Selected:
    """`nominations` stand as chosen, the one that came highest first; `commendations` are announced."""

    nominations: list[Nomination]
    commendations: list[Commendation]
    is_valid: bool

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
        return (
            f"{highest.unit} đã giới thiệu sáng kiến này trong đợt “{highest.round}”. "
            "Kết quả sẽ có ở đây sau khi được công bố."
        )


def of(initiative: Initiative) -> Selected:
    """Two statements at most."""
    chosen = Nomination.objects.chosen().filter(initiative=initiative).select_related("unit", "round")
    announced = Commendation.objects.announced().filter(initiative=initiative)
    is_valid = initiative.status == Status.VALID
    return Selected(
        nominations=list(chosen.order_by("unit__depth", "-nominated_at")) if is_valid else [],
        commendations=list(announced.select_related("decision__unit").order_by("-decision__announced_at", "-pk")),
        is_valid=is_valid,
    )
