"""Makes the world: two provinces with one of everything in every unit, each row with its marks, and the people."""

import io
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from openpyxl import Workbook

from initiatives import lifecycle
from initiatives.campaigns.poster_jobs import POSTERS
from initiatives.lifecycle import Found
from initiatives.models import (
    Act,
    ConsentText,
    Dossier,
    DossierPart,
    Finding,
    Initiative,
    Job,
    JobPiece,
    JobState,
    Period,
    PersonalDataView,
    Status,
    TwinPair,
)
from initiatives.nominations import dossiers, nominating, sealing
from initiatives.progress import tally
from initiatives.reports.export_jobs import EXPORT
from initiatives.submission import receipts
from initiatives.submission.entering.kept_sheets import WRONG, Rows, Told
from orgtree import changes
from orgtree.models import Act as UnitAct
from orgtree.models import Level, Sheet, SignIn, StaffAccount, Unit, UnitChange, UnitName
from orgtree.roles import RANK, Role
from orgtree.staff import sheets as accounts
from orgtree.units import grassroots
from portal.sheets.reading import SheetRow
from portal.sheets.writing import template
from portal.vietnamese import phones
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.text import folded
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    ClusterFactory,
    CoAuthorFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    ContactFactory,
    DataRequestFactory,
    DossierFactory,
    DraftFactory,
    ExemplarFactory,
    InitiativeFactory,
    JobFactory,
    LetterTemplateFactory,
    MilestoneFactory,
    QuarterFactory,
    ReviewEventFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    TableColumnFactory,
    TableLayoutFactory,
    TargetFactory,
    TwinPairFactory,
    UnitFactory,
    WindowExtensionFactory,
    receipt_code,
    unit_at,
)
from tests.factories.drafts import ANSWERS
from tests.scope.world import HERE, NOW, PEOPLE, PLACES, UNSTAFFED, Secret, World
from tests.submission import samples
from tests.submission.entering.workbooks import a_row, workbook


def accounts_in(code: str, name: str) -> bytes:
    return template(accounts.COLUMNS, title=accounts.TITLE, explanation=(), rows=[{"unit": code, "full_name": name}])


def unions_in(code: str, name: str) -> bytes:
    columns = grassroots.columns_for(())
    return template(columns, title=grassroots.TITLE, explanation=(), rows=[{"parent": code, "name": name}])


def initiatives_in(code: str, name: str) -> bytes:
    return workbook(a_row(unit=code, full_name=name))


def initiatives_read(code: str, name: str, *, sheet: int) -> bytes:
    """As the sheet of this key keeps it: a row that somebody has to put right."""
    rows = Rows.of([SheetRow(2, {"unit": code, "full_name": name})], campaign=CAMPAIGN, found=["full_name"], others=[])
    told = [Told(2, WRONG, name=name, faults=("Tên sáng kiến: Hãy nhập tên sáng kiến.",))]
    return rows.with_told(told).sealed_for(sheet)


# A sheet for each use, that names one unit by its code and something of it.
CONTENTS = {
    Sheet.Use.ACCOUNTS: accounts_in,
    Sheet.Use.GRASSROOTS: unions_in,
    Sheet.Use.INITIATIVES: initiatives_in,
}
CAMPAIGN = "sang-kien-hai-tinh"  # its address, which some doors name
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

    def furnish(self, place: str, *, is_above: bool = False) -> None:
        """`is_above`: a round held there would be seen from below."""
        officer = self.row("staffaccount", place, self.hire(place, Role.VIEWER, phone=self.phone(place)))
        rows = [self.initiative(place, officer), self.draft(place), self.contact(place), officer]
        self.decided(place, officer)
        self.returned(place, officer)
        self.pair(place, self.world.of("initiative", place), self.world.of("decided", place))
        self.extension(place)
        self.sheets(place, officer)
        self.job(place, officer)
        self.target(place, officer)
        self.change(place, officer)
        self.personal_data(place, officer)
        if not is_above:
            self.round(place)
        if PLACES[place][1] in self.world.rows.get("selectionround", {}):
            self.selecting(place)
        for about in (*rows, self.world.units[place]):
            self.log(place, about, officer)

    def initiative(self, place: str, officer: StaffAccount) -> Initiative:
        """It waits again: it was returned once."""
        initiative = self.row("initiative", place, self.received(place))
        self.event(initiative, Act.RETURNED, Status.SUBMITTED, Status.RETURNED, officer, self.mark("why", place))
        self.event(initiative, Act.RESENT, Status.RETURNED, Status.SUBMITTED)
        Initiative.objects.filter(pk=initiative.pk).update(version=3)
        found = Found(Finding.NOT_MONEY, has_social_meaning=True, note=self.mark("foundnote", place))
        lifecycle.appraise(initiative.pk, found, by=officer, at=NOW)
        CoAuthorFactory(initiative=initiative, full_name=self.mark("coauthor", place))
        content = f"%PDF-1.4 {self.mark('filecontent', place)}".encode()
        attachment = AttachmentFactory(
            pk=self.number(),
            initiative=initiative,
            content=content,
            name=f"{self.mark('filename', place)}.pdf",
            first_look=self.mark("filetext", place),
        )
        attachment.thumbnail = attachment.stored_name
        attachment.save(update_fields=["thumbnail"])
        file = self.world.media / self.row("attachment", place, attachment).stored_name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return initiative

    def decided(self, place: str, officer: StaffAccount) -> None:
        initiative = self.row("decided", place, self.received(place, prefix="decided"))
        self.event(initiative, Act.APPROVED, Status.SUBMITTED, Status.VALID, officer)
        Initiative.objects.filter(pk=initiative.pk).update(status=Status.VALID)

    def returned(self, place: str, officer: StaffAccount) -> None:
        """Its sender has not been told."""
        initiative = self.row("returned", place, self.received(place, prefix="returned"))
        why = self.mark("returnedwhy", place)
        self.event(initiative, Act.RETURNED, Status.SUBMITTED, Status.RETURNED, officer, why)
        Initiative.objects.filter(pk=initiative.pk).update(status=Status.RETURNED)

    def pair(self, place: str, earlier: Initiative, later: Initiative, *, kind: str = "twinpair") -> TwinPair:
        """Two that may be one, for `place` to decide."""
        pair = TwinPairFactory(pk=self.number(), earlier=earlier, later=later, decider=self.world.units[place])
        return self.row(kind, place, pair)

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

    def personal_data(self, place: str, officer: StaffAccount) -> None:
        """Somebody asks about their data, and somebody looked at it."""
        digits = self.phone(place)
        asked = DataRequestFactory(
            pk=self.number(),
            unit=self.world.units[place],
            full_name=self.mark("askedname", place),
            text=self.mark("askedtext", place),
            phone=digits,
            phone_digits=digits,
            act_by=date(2022, 6, 1),
        )
        self.row("datarequest", place, asked)
        look = PersonalDataView.objects.create(
            pk=self.number(),
            account=officer,
            what=PersonalDataView.What.IDENTITY,
            unit=self.world.units[place],
            why=self.mark("lookreason", place),
            at=NOW,
        )
        self.row("personaldataview", place, look)

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

    def target(self, place: str, officer: StaffAccount) -> None:
        """Of the whole; of a month where a second one grows."""
        part = {"period": Period.MONTH, "starts_on": date(2022, 3, 1)} if self.again else {}
        target = TargetFactory(
            **part,
            pk=self.number(),
            campaign=self.world.campaign,
            unit=self.world.units[place],
            document=self.mark("targetdocument", place),
            set_by=officer,
        )
        self.row("target", place, target)

    def sheets(self, place: str, owner: StaffAccount) -> None:
        """What somebody sent and has not used yet."""
        for use, sent in CONTENTS.items():
            name, inside = (
                self.mark(kind, place, of=f"{use}{owner.pk}", owner=owner.pk) for kind in ("sheet", "insheet")
            )
            key, code = self.number(), self.world.units[place].code
            is_read = use == Sheet.Use.INITIATIVES
            sheet = Sheet.objects.create(
                pk=key,
                account=owner,
                use=use,
                name=f"{name}.xlsx",
                content=initiatives_read(code, inside, sheet=key) if is_read else sent(code, inside),
                sent_at=NOW,
            )
            self.row(f"sheet {use}", place, sheet)

    def job(self, place: str, owner: StaffAccount) -> None:
        """It could not decide on the initiative of the place."""
        refused = {"Không chuyển được.": [self.world.of("initiative", place).pk]}
        ended = {"state": JobState.DONE, "total": 1, "position": 1, "ended_at": NOW}
        self.row("job", place, JobFactory(pk=self.number(), owner=owner, result={"refused": refused}, **ended))
        asked = {"title": "In áp phích", "file": "ap-phich.pdf"}
        printed = JobFactory(pk=self.number(), owner=owner, kind=POSTERS, asked=asked, **ended)
        inside = self.mark("printedfile", place, of=owner.pk, owner=owner.pk)
        Sheet.objects.create(
            pk=self.number(),
            account=owner,
            use=POSTERS,
            name=f"{printed.pk}.pdf",
            content=inside.encode(),
            sent_at=NOW,
        )
        self.row("printed", place, printed)
        self.row("exported", place, self.exported(place, owner, ended))

    def exported(self, place: str, owner: StaffAccount, ended: dict[str, Any]) -> Job:
        """A table that was written for its owner."""
        standing = {"at_unit": owner.unit_id, "path": owner.unit.current_path}
        book, written = Workbook(), io.BytesIO()
        book.active["A1"] = self.mark("exportedfile", place, of=owner.pk, owner=owner.pk)
        book.save(written)
        content = written.getvalue()
        file = {"name": "bang.xlsx", "first": 1, "last": 1, "size": len(content), "sha256": "", "parts": 1}
        result = {"rows": 1, "files": [file], "counted_at": NOW.isoformat()}
        asked = {"title": "Bảng tổng hợp"} | standing
        job = JobFactory(pk=self.number(), owner=owner, kind=EXPORT, asked=asked, result=result, **ended)
        JobPiece.objects.create(pk=self.number(), job=job, name="1", number=0, content=content)
        return job

    def round(self, place: str) -> None:
        """Held by `place` for all below it."""
        name = self.mark("roundname", place)
        levels = [level for level in Level if level != Level.CONFEDERATION]
        round = SelectionRoundFactory(
            pk=self.number(),
            campaign=self.world.campaign,
            host=self.world.units[place],
            name=name,
            dossier_due=None,
            takes_part=levels,
            climbs=False,
        )
        self.row("selectionround", place, round)

    def selecting(self, place: str) -> None:
        """A dossier that was sent to the unit above; a complaint; what was commended and held up."""
        round, unit = self.world.of("selectionround", PLACES[place][1]), self.world.units[place]
        by = self.row("sealer", place, self.hire(place, Role.MANAGER))
        dossier = self.row("dossier", place, DossierFactory(pk=self.number(), round=round, unit=unit))
        nominee = self.world.of("decided", place)
        nominating.nominate(nominee.pk, round=round, unit=unit, by=by, at=NOW)
        scan = SimpleUploadedFile(f"{self.mark('scan', place)}.pdf", samples.pdf(), content_type="application/pdf")
        dossiers.add_file(dossier, scan, part=DossierPart.LETTER, by=by, at=NOW)
        dossiers.note_paper(dossier, DossierPart.SUMMARY_TABLE, by=by, at=NOW)
        dossier.files.exclude(stored_name="").update(id=self.number())
        self.row("dossierfile", place, dossier.files.exclude(stored_name="").get())
        edition = Dossier.objects.get(pk=dossier.pk).edition
        sealing.seal(dossier, by=by, at=NOW, no_complaints=True, edition=edition)
        complaint = ComplaintFactory(
            pk=self.number(),
            initiative=nominee,
            raised_by=self.mark("complainant", place),
            text=self.mark("complaint", place),
            recorded_by=by,
        )
        self.row("complaint", place, complaint)
        self.commended(place, nominee, by)

    def commended(self, place: str, nominee: Initiative, by: StaffAccount) -> None:
        """Not announced yet: nobody but the branch may know."""
        unit = self.world.units[place]
        decision = CommendationDecisionFactory(
            pk=self.number(),
            campaign=self.world.campaign,
            unit=unit,
            number=self.mark("decision", place),
            form=self.mark("form", place),
            announced_at=None,
            recorded_by=by,
        )
        self.row("commendationdecision", place, decision)
        CommendationFactory(decision=decision, initiative=nominee, form=self.mark("formofone", place))
        exemplar = ExemplarFactory(
            pk=self.number(),
            campaign=self.world.campaign,
            unit=unit,
            title=self.mark("exemplar", place),
            name=self.mark("exemplarname", place),
            story=self.mark("story", place),
            made_by=by,
            shown_at=None,
        )
        self.row("exemplar", place, exemplar)
        layout = TableLayoutFactory(pk=self.number(), unit=unit, name=self.mark("layout", place))
        TableColumnFactory(layout=layout, heading=self.mark("heading", place))
        self.row("tablelayout", place, layout)

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
    with override_settings(MEDIA_ROOT=media):
        return _made(media)


def _made(media: Path) -> World:
    world = World(media, CampaignFactory(slug=CAMPAIGN), units={"tld": unit_at("tld")})
    maker = Maker(world)
    for place, (level, above) in (PLACES | UNSTAFFED).items():
        world.units[place] = maker.found(place, level, world.units[above])
    for name, (place, role) in PEOPLE.items():
        world.people[name] = maker.hire(place, role, is_active=name != "closed")
    maker.round("tld")
    for place in PLACES:
        maker.furnish(place)
    maker.sheets(HERE, world.people["manager"])
    maker.job(HERE, world.people["manager"])
    # Across branches: for the lowest unit above both, while each side knows only that there is a twin.
    for other, decider in (("nuixanh", "quenam"), ("venbien", "tld")):
        maker.pair(decider, world.of("initiative"), world.of("initiative", other), kind="twinpair across")
    maker.event(world.of("initiative"), Act.REASSIGNED, Status.SUBMITTED, Status.SUBMITTED, world.people["province"])
    shared = {
        "campaign": world.campaign,
        "consenttext": ConsentText.objects.get(),
        "lettertemplate": LetterTemplateFactory(is_in_force=False),
        "cluster": ClusterFactory(campaign=world.campaign),
        "quarter": QuarterFactory(campaign=world.campaign, is_announced=True),
        "milestone": MilestoneFactory(campaign=world.campaign, number=1_000_000),  # not to be announced meanwhile
    }
    for kind, everybodys in shared.items():
        world.rows[kind] = dict.fromkeys(PLACES, everybodys)
    tally.refresh(world.campaign, at=NOW)  # or whoever comes first would count
    return world


def grow(world: World, who: str) -> None:
    """Everywhere outside the branch of `who`: more rows in every unit, and further units."""
    maker = Maker(
        replace(world, units=dict(world.units), rows={}, secrets=[]), "again", last_number=FIRST_NUMBER + 30_000 * STEP
    )
    for place, (level, above) in PLACES.items():
        if world.is_in_branch(place, who):
            continue
        maker.furnish(place, is_above=world.is_above(place, who))
        if not world.is_in_branch(above, who):
            maker.found(place, level, world.units[above])
    tally.refresh(world.campaign, at=NOW, everything=True)
