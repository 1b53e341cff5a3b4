"""Makes the world: two provinces with one of everything in every unit, each row with its marks, and the people."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from initiatives.models import Act, ConsentText, Initiative, Status
from initiatives.submission import receipts
from orgtree import changes
from orgtree.models import Act as UnitAct
from orgtree.models import Sheet, SignIn, StaffAccount, Unit, UnitChange, UnitName
from orgtree.roles import RANK, Role
from orgtree.staff import sheets as accounts
from orgtree.units import grassroots
from portal.sheets.writing import template
from portal.vietnamese import phones
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.text import folded
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    CoAuthorFactory,
    ContactFactory,
    DraftFactory,
    InitiativeFactory,
    ReviewEventFactory,
    StaffAccountFactory,
    UnitFactory,
    WindowExtensionFactory,
    receipt_code,
    unit_at,
)
from tests.factories.drafts import ANSWERS
from tests.scope.world import HERE, NOW, PEOPLE, PLACES, UNSTAFFED, Secret, World


def accounts_in(code: str, name: str) -> bytes:
    return template(accounts.COLUMNS, title=accounts.TITLE, explanation=(), rows=[{"unit": code, "full_name": name}])


def unions_in(code: str, name: str) -> bytes:
    columns = grassroots.columns_for(())
    return template(columns, title=grassroots.TITLE, explanation=(), rows=[{"parent": code, "name": name}])


# A sheet for each use, that names one unit by its code and something of it.
CONTENTS = {Sheet.Use.ACCOUNTS: accounts_in, Sheet.Use.GRASSROOTS: unions_in}
# Keys: so large and so far apart that no text of a page and no other row holds one by chance.
FIRST_NUMBER, STEP = 700_000_000, 1009
NOBODYS_RECEIPTS = 70_000  # from this one on
LATER = datetime(2023, 10, 1, tzinfo=VIETNAM)


@dataclass
class Maker:
    """Writes rows into `world`; `again` tells the marks of a second growth from those of the first."""

    world: World
    again: str = ""
    last_number: int = FIRST_NUMBER

    # --- marks ----------------------------------------------------------------------------------------------------------

    def number(self) -> int:
        """A key that no text of a page holds by chance, nor another row has."""
        self.last_number += STEP
        return self.last_number

    def mark(self, kind: str, place: str, *, of: int | str = "", owner: int | None = None) -> str:
        """`of` tells apart what is of one kind and place; `owner` is the account that alone may read it."""
        text = f"qz{kind}{of}qz{place}{self.again}qz"
        return self.keep(text, kind, place, twin=text.replace(place, place[::-1]), owner=owner)

    def keep(self, text: str, kind: str, place: str, *, twin: str = "", owner: int | None = None) -> str:
        """`text`, from now on a secret."""
        self.world.secrets.append(Secret(text, kind, place, twin, owner))
        return text

    def phone(self, place: str) -> str:
        digits = f"09{self.number() % 10**8:08d}"
        self.keep(phones.shown(digits), "phone", place)
        return self.keep(digits, "phone", place, twin=f"03{digits[2:]}")

    def receipt(self, place: str) -> str:
        number = (self.number() - FIRST_NUMBER) // STEP
        code = self.keep(receipt_code(number), "receipt", place, twin=receipt_code(number + NOBODYS_RECEIPTS))
        self.keep(receipts.shown(code), "receipt", place)
        return code

    def row(self, kind: str, place: str, made: Any) -> Any:
        self.world.rows.setdefault(kind, {})[place] = made
        self.keep(str(made.pk), f"number of {kind}", place)
        return made

    # --- units and people -----------------------------------------------------------------------------------------------

    def found(self, place: str, level: str, above: Unit) -> Unit:
        code = "" if above.depth == 1 else f"{above.code}/"
        unit = UnitFactory(
            pk=self.number(),
            parent=above,
            level=level,
            kind="",
            code=code + self.mark("code", place),
            name=f"Công đoàn {self.mark('name', place)}",
            short_name=f"CĐ {self.mark('shortname', place)}",
            source=self.mark("source", place),
            opened_on=date(2020, 1, 1),
            opening_document=self.mark("opening", place),
        )
        self.keep(unit.poster_key, "poster", place)
        past = self.mark("pastname", place)
        UnitName.objects.create(unit=unit, name=past, short_name=past, used_until=date(2021, 1, 1))
        order = changes.Order(day=None, document=self.mark("aliasorder", place), at=NOW)
        changes.call_also(unit, self.mark("alias", place), order=order)
        return self.row("unit", place, unit)

    def hire(self, place: str, role: str, **fields: Any) -> StaffAccount:
        number = self.number()
        account = StaffAccountFactory(
            pk=number,
            username=self.mark("username", place, of=number),
            full_name=self.mark("fullname", place, of=number),
            role=role,
            unit=self.world.units.get(place),
            second_factor_since=NOW if RANK[role] >= RANK[Role.MANAGER] else None,
            **fields,
        )
        device = self.mark("device", place, of=number, owner=number)
        SignIn.objects.create(account=account, at=NOW, address="203.0.113.7", device=device)
        return account

    # --- one of everything ----------------------------------------------------------------------------------------------

    def furnish(self, place: str) -> None:
        officer = self.row("staffaccount", place, self.hire(place, Role.VIEWER, phone=self.phone(place)))
        rows = [self.initiative(place, officer), self.draft(place), self.contact(place), officer]
        self.decided(place, officer)
        self.extension(place)
        self.sheets(place, officer)
        self.change(place, officer)
        for about in (*rows, self.world.units[place]):
            self.log(place, about, officer)

    def initiative(self, place: str, officer: StaffAccount) -> Initiative:
        """It waits again: it was returned once."""
        initiative = self.row("initiative", place, self.received(place))
        self.event(initiative, Act.RETURNED, Status.SUBMITTED, Status.RETURNED, officer, self.mark("why", place))
        self.event(initiative, Act.RESENT, Status.RETURNED, Status.SUBMITTED)
        CoAuthorFactory(initiative=initiative, full_name=self.mark("coauthor", place))
        content = f"%PDF-1.4 {self.mark('filecontent', place)}".encode()
        attachment = AttachmentFactory(
            pk=self.number(), initiative=initiative, content=content, name=f"{self.mark('filename', place)}.pdf"
        )
        file = self.world.media / self.row("attachment", place, attachment).stored_name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return initiative

    def decided(self, place: str, officer: StaffAccount) -> None:
        initiative = self.row("decided", place, self.received(place, prefix="decided"))
        self.event(initiative, Act.APPROVED, Status.SUBMITTED, Status.VALID, officer)
        Initiative.objects.filter(pk=initiative.pk).update(status=Status.VALID)

    def received(self, place: str, prefix: str = "") -> Initiative:
        name, title = self.mark(f"{prefix}person", place), self.mark(f"{prefix}title", place)
        digits = self.phone(place)
        return InitiativeFactory(
            pk=self.number(),
            campaign=self.world.campaign,
            unit=self.world.units[place],
            submitted_at=NOW - timedelta(days=3),
            receipt_code=self.receipt(place),
            full_name=name,
            phone=digits,
            phone_digits=digits,
            title=title,
            workplace=self.mark(f"{prefix}workplace", place),
            unit_name=self.mark(f"{prefix}unitname", place),
            recognised_by=self.mark(f"{prefix}recogniser", place),
            description=self.mark(f"{prefix}description", place),
            search_text=folded(f"{name} {title}"),
        )

    def event(
        self, initiative: Initiative, act: str, before: str, after: str, by: StaffAccount | None = None, why: str = ""
    ) -> None:
        reasons = [{"code": "other", "field": "", "text": why}] if why else []
        ReviewEventFactory(
            initiative=initiative, at=NOW, act=act, account=by, from_status=before, to_status=after, reasons=reasons
        )

    def draft(self, place: str) -> Any:
        """Sent too late, with more time given to it."""
        typed = {"full_name": self.mark("lateperson", place), "title": self.mark("latetitle", place)}
        draft = DraftFactory(
            pk=self.number(),
            token=self.mark("token", place),
            campaign=self.world.campaign,
            unit=self.world.units[place],
            late_at=NOW - timedelta(hours=2),
            answers=ANSWERS | typed | {"phone": self.phone(place)},
        )
        reason = self.mark("personalreason", place)
        WindowExtensionFactory(campaign=self.world.campaign, unit=None, draft=draft, closes_at=LATER, reason=reason)
        return self.row("draft", place, draft)

    def contact(self, place: str) -> Any:
        name, phone = self.mark("contact", place), phones.shown(self.phone(place))
        contact = ContactFactory(pk=self.number(), unit=self.world.units[place], name=name, phone=phone)
        return self.row("contact", place, contact)

    def extension(self, place: str) -> None:
        extension = WindowExtensionFactory(
            pk=self.number(),
            campaign=self.world.campaign,
            unit=self.world.units[place],
            closes_at=LATER,
            reason=self.mark("reason", place),
            document=self.mark("document", place),
        )
        self.row("windowextension", place, extension)

    def sheets(self, place: str, owner: StaffAccount) -> None:
        """What somebody sent and has not used yet."""
        for use in Sheet.Use.values:
            name, inside = (
                self.mark(kind, place, of=f"{use}{owner.pk}", owner=owner.pk) for kind in ("sheet", "insheet")
            )
            sheet = Sheet.objects.create(
                pk=self.number(),
                account=owner,
                use=use,
                name=f"{name}.xlsx",
                content=CONTENTS[use](self.world.units[place].code, inside),
                sent_at=NOW,
            )
            self.row(f"sheet {use}", place, sheet)

    def change(self, place: str, by: StaffAccount) -> None:
        UnitChange.objects.create(
            unit=self.world.units[place],
            act=UnitAct.RENAMED,
            day=date(2021, 1, 1),
            document=self.mark("order", place),
            detail=self.mark("detail", place),
            by=by,
            at=NOW,
        )

    def log(self, place: str, about: Any, by: StaffAccount) -> None:
        LogEntry.objects.create(
            user=by,
            content_type=ContentType.objects.get_for_model(about),
            object_id=str(about.pk),
            object_repr=str(about.pk),
            action_flag=CHANGE,
            change_message=self.mark(f"log{about._meta.model_name}", place),
        )


def make_world(media: Path) -> World:
    world = World(media, CampaignFactory(), units={"tld": unit_at("tld")})
    maker = Maker(world)
    for place, (level, above) in (PLACES | UNSTAFFED).items():
        world.units[place] = maker.found(place, level, world.units[above])
    for name, (place, role) in PEOPLE.items():
        world.people[name] = maker.hire(place, role, is_active=name != "closed")
    for place in PLACES:
        maker.furnish(place)
    maker.sheets(HERE, world.people["manager"])
    maker.event(world.of("initiative"), Act.REASSIGNED, Status.SUBMITTED, Status.SUBMITTED, world.people["province"])
    for kind, everybodys in (("campaign", world.campaign), ("consenttext", ConsentText.objects.get())):
        world.rows[kind] = dict.fromkeys(PLACES, everybodys)
    return world


def grow(world: World, who: str) -> None:
    """Everywhere outside the branch of `who`: more rows in every unit, and further units."""
    maker = Maker(
        replace(world, units=dict(world.units), rows={}, secrets=[]), "again", last_number=FIRST_NUMBER + 30_000 * STEP
    )
    for place, (level, above) in PLACES.items():
        if world.is_in_branch(place, who):
            continue
        maker.furnish(place)
        if not world.is_in_branch(above, who):
            maker.found(place, level, world.units[above])
