"""A dossier of LĐLĐ thành phố Đông Hà for LĐLĐ tỉnh Quảng Trị, with the people on both sides of it."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from initiatives.models import (
    Dossier,
    DossierFile,
    DossierPart,
    DossierVersion,
    Initiative,
    Nomination,
    SelectionRound,
    Status,
)
from initiatives.nominations import dossiers, nominating, sealing
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory, StaffAccountFactory, unit_at
from tests.factories.selection import SelectionRoundFactory
from tests.submission import samples

NOON = datetime(2022, 4, 10, 12, 0, tzinfo=VIETNAM)  # five days before the last one
ALL_THREE = ["letter", "summary_table", "recognition_decisions"]
LETTER, TABLE, DECISION = DossierPart.LETTER, DossierPart.SUMMARY_TABLE, DossierPart.RECOGNITION_DECISIONS


def upload(text: str = "To trinh", *, name: str = "to-trinh.pdf", content: bytes | None = None) -> io.BytesIO:
    file = io.BytesIO(samples.pdf(text) if content is None else content)
    file.name = name
    return file


@dataclass
class Desk:
    round: SelectionRound
    dossier: Dossier
    reviewer: StaffAccount
    manager: StaffAccount
    host: StaffAccount

    def now(self) -> Dossier:
        self.dossier = Dossier.objects.select_related("round__host", "round__campaign", "unit").get(pk=self.dossier.pk)
        return self.dossier

    def nominate(
        self, title: str = "Bàn gá cắt vải", *, as_reserve: bool = False, at: datetime = NOON, **fields: Any
    ) -> Nomination:
        fields = {"full_name": "Trần Thị Lan", "field": "production"} | fields
        initiative = InitiativeFactory(
            campaign=self.round.campaign, unit=fields.pop("unit", self.dossier.unit), title=title,
            status=Status.VALID, **fields,
        )  # fmt: skip
        return self.put(initiative, as_reserve=as_reserve, at=at)

    def put(self, initiative: Initiative, *, as_reserve: bool = False, at: datetime = NOON) -> Nomination:
        return nominating.nominate(
            initiative.pk,
            round=self.round,
            unit=self.dossier.unit,
            by=self.reviewer,
            at=at,
            as_reserve=as_reserve,
        )

    def add(
        self, part: str, *, of: Nomination | None = None, text: str = "", at: datetime = NOON, **how: Any
    ) -> DossierFile:
        return dossiers.add_file(
            self.now(), upload(text or part, **how), part=part, nomination=of, by=self.reviewer, at=at
        )

    def complete(self, *titles: str) -> list[Nomination]:
        """Nominees (one where no title is given) and every part that is asked."""
        named = [self.nominate(title) for title in titles or ["Bàn gá cắt vải"]]
        self.add(LETTER)
        self.add(TABLE)
        if self.round.asks_decisions:
            for each in named:
                self.add(DECISION, of=each, text=each.initiative.title)
        return named

    def seal(self, *, at: datetime = NOON + timedelta(hours=1), **said: Any) -> DossierVersion:
        dossier = self.now()
        asked = {"by": self.manager, "no_complaints": True, "edition": dossier.edition} | said
        return sealing.seal(dossier, at=at, **asked)

    def send_back(self, *, at: datetime = NOON + timedelta(hours=2)) -> Dossier:
        return sealing.send_back(self.now(), remarks="Thiếu chữ ký ở tờ trình.", by=self.host, at=at)

    def accept(self, *, at: datetime = NOON + timedelta(hours=2), **said: Any) -> Dossier:
        return sealing.accept(self.now(), at=at, **{"by": self.host, "no_complaints": True} | said)


def desk(*, named: str = "", of: Unit | None = None, **fields: Any) -> Desk:
    """Of a round with these fields; nothing prepared yet. `named` tells the people of a second desk from those of the first,
    `of` is another unit than Đông Hà."""
    round = SelectionRoundFactory(**fields)
    unit = of or unit_at("quang-tri/dong-ha")
    return Desk(
        round,
        dossiers.of(round, unit),
        reviewer=StaffAccountFactory(username=f"xet-duyet{named}", unit=unit),
        manager=StaffAccountFactory(username=f"quan-ly{named}", unit=unit, role=Role.MANAGER),
        host=StaffAccountFactory(username=f"cap-tren{named}", unit=round.host, role=Role.MANAGER),
    )
