"""A round of LĐLĐ tỉnh Quảng Trị, its district Đông Hà with valid initiatives, and officers of both."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import Dossier, DossierState, Initiative, Nomination, SelectionRound, Standing, Status
from initiatives.nominations import dossiers, nominating, sealing
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory, StaffAccountFactory, make_tree
from tests.factories.selection import SelectionRoundFactory

NOW = datetime(2022, 3, 20, 9, 0, tzinfo=VIETNAM)
DISTRICT, PROVINCE = "quang-tri/dong-ha", "quang-tri"


@dataclass
class Office:
    units: dict[str, Unit]
    round: SelectionRound
    district: StaffAccount
    province: StaffAccount
    sign_in: Callable[[StaffAccount], Client]

    @classmethod
    def opened(cls, sign_in: Callable[[StaffAccount], Client], **of_round: Any) -> "Office":
        units = make_tree()
        return cls(
            units,
            SelectionRoundFactory(**{"name": "Xét chọn cấp tỉnh", "each_unit_max": 2} | of_round),
            StaffAccountFactory(unit=units[DISTRICT], role=Role.MANAGER, username="dong-ha", full_name="Lê Thị Hà"),
            StaffAccountFactory(unit=units[PROVINCE], role=Role.MANAGER, username="tinh", full_name="Phan Văn Tỉnh"),
            sign_in,
        )

    @property
    def unit(self) -> Unit:
        return self.units[DISTRICT]

    @property
    def dossier(self) -> Dossier:
        """As it stands now."""
        dossiers.of(self.round, self.unit)
        return Dossier.objects.select_related("round__host", "round__campaign", "unit").get(
            round=self.round, unit=self.unit
        )

    def initiative(self, title: str, **fields: Any) -> Initiative:
        given = {"campaign": self.round.campaign, "unit": self.unit, "status": Status.VALID, "title": title}
        return InitiativeFactory(**{"full_name": "Trần Thị Lan"} | given | fields)

    def nominate(self, title: str, *, as_reserve: bool = False, **fields: Any) -> Nomination:
        return nominating.nominate(
            self.initiative(title, **fields).pk,
            round=self.round,
            unit=self.unit,
            by=self.district,
            at=NOW,
            as_reserve=as_reserve,
        )

    def hold_papers(self) -> None:
        for part in ("letter", "summary_table"):
            dossiers.note_paper(self.dossier, part, by=self.district, at=NOW)

    def seal(self) -> Dossier:
        self.hold_papers()
        dossier = self.dossier
        sealing.seal(dossier, by=self.district, at=NOW, no_complaints=True, edition=dossier.edition)
        return self.dossier

    def client(self, who: StaffAccount | None = None) -> Client:
        return self.sign_in(who or self.district)

    def staff(self, code: str, role: str) -> StaffAccount:
        return StaffAccountFactory(unit=self.units[code], role=role)

    def address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:initiatives_dossier_{name}", args=[self.dossier.pk, *args])

    @property
    def desk(self) -> str:
        return self.address("change")

    def act(self, act: str, nomination: Nomination | None = None, **posted: Any) -> HttpResponse:
        """As the district, from the desk as it stands now unless `edition` says otherwise."""
        sent = {"act": act, "edition": self.dossier.edition} | posted
        if nomination is not None:
            sent["nomination"] = nomination.pk
        return self.client().post(self.desk, sent)

    def titles(self, standing: str = Standing.CHOSEN) -> list[str]:
        rows = Nomination.objects.filter(round=self.round, unit=self.unit, standing=standing).in_order()
        return [each.initiative.title for each in rows]

    @property
    def state(self) -> str:
        return DossierState(self.dossier.state)


def messages_of(answer: HttpResponse) -> list[str]:
    return [str(each) for each in answer.context["messages"]]
