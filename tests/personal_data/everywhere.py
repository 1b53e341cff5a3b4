"""A person who left something in every place that may hold it, each place marked by words of its own."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from initiatives import lifecycle
from initiatives.duplicates import screening
from initiatives.models import (
    Act,
    DataRequest,
    DataRequestStep,
    DossierFile,
    Exemplar,
    Finding,
    Initiative,
    Job,
    JobPiece,
    JobState,
    Outstanding,
    PersonalDataView,
    Quarter,
    Status,
)
from initiatives.nominations import dossiers, nominating, sealing
from initiatives.progress import quarter_basis
from initiatives.submission.files.store import the_store
from orgtree.models import Sheet
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    AttachmentFactory,
    CoAuthorFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    DataRequestFactory,
    DraftFactory,
    ExemplarFactory,
    InitiativeFactory,
    JobFactory,
    QuarterFactory,
    SavedFilterFactory,
    TwinPairFactory,
    WindowExtensionFactory,
)
from tests.nominations.dossier_office import NOW, Office
from tests.stores import FolderShelf

SENDER, PARTNER, TITLE = "Zuphong Thị Markona", "Zuphong Văn Markobe", "Zutitle máy ép Markoce"
PHONE, EMAIL, IDENTITY = "0977123987", "zumail@marko.vn", "045188777321"
# Every word that is of this person alone; folded and unfolded both hold "zu…" or "mark…".
MARKERS = ("zuphong", "zutitle", "zumail", "zuword", "zufile", PHONE, "0977 123 987", IDENTITY)
LATER = datetime(2022, 6, 1, 9, 0, tzinfo=VIETNAM)
SENTENCES = (
    "Trước đây Zuword chỉnh tay từng lượt, mất hai mươi phút mỗi ca. Nay dùng cữ chặn có thước khắc của tổ. " * 4
)


@dataclass
class Everywhere:
    office: Office
    shelf: FolderShelf
    initiative: Initiative = field(init=False)
    files: dict[str, str] = field(default_factory=dict)  # as stored, by what it is

    def fill(self, *, agrees: bool = False) -> Initiative:
        """Submitted, appraised, nominated, sealed, accepted, commended, held up, named for a quarter, asked about."""
        office = self.office
        self.lay("picture", b"%PDF-1.4 zufile picture")
        self.initiative = office.initiative(
            TITLE,
            full_name=SENDER,
            birth_year=1977,
            position="Zuword tổ trưởng",
            phone="0977 123 987",
            phone_digits=PHONE,
            email=EMAIL,
            national_id=IDENTITY,
            unit_name="Zuword công đoàn",
            workplace="Zuword phân xưởng",
            description=SENTENCES,
            effect="Zuword hiệu quả",
            scope="Zuword phạm vi",
            recognised_by="Zuword giám đốc",
            recognition_number="12/QĐ-Zuword",
            awards="Zuword lao động tiên tiến",
            link="https://drive.google.com/file/d/zuword/view",
            share=60,
            recognised_author=0,
            publish_consented_at=NOW if agrees else None,
        )
        one = self.initiative
        CoAuthorFactory(initiative=one, number=1, full_name=PARTNER, share=40)
        self.document("recognition", b"%PDF-1.4 zufile decision", initiative=one)
        self.drafts()
        lifecycle.appraise(
            one, lifecycle.Found(Finding.MONEY, 90_000_000, note=f"Zuword gọi {SENDER}"), by=office.district, at=NOW
        )
        reason = lifecycle.Reason("other", "title", f"Zuword {SENDER} xem lại")
        lifecycle.move(one.pk, Status.SUBMITTED, by=office.district, at=NOW, note="Zuword mở lại")
        lifecycle.move(one.pk, Status.RETURNED, by=office.district, at=NOW, reasons=[reason], due_on=date(2022, 4, 1))
        Initiative.objects.filter(pk=one.pk).update(status=Status.SUBMITTED)
        lifecycle.record(self.fresh(), Act.RESENT, from_status=Status.RETURNED, by=None, at=NOW)
        lifecycle.move(one.pk, Status.VALID, by=office.district, at=NOW)
        screening.screen(one.pk, at=NOW)
        TwinPairFactory(earlier=InitiativeFactory(unit=office.unit), later=one)
        self.selection()
        self.of_staff()
        return self.fresh()

    def fresh(self) -> Initiative:
        return Initiative.objects.get(pk=self.initiative.pk)

    def lay(self, what: str, content: bytes) -> str:
        """A file in the store, a day old."""
        row = AttachmentFactory.build(initiative=None, content=content)
        self.shelf.lay(row.stored_name, content)
        self.shelf.age(row.stored_name, LATER - timedelta(days=1))
        self.files[what] = row.stored_name
        return row.stored_name

    def document(self, kind: str, content: bytes, **owner: Any) -> None:
        owner = {"initiative": None} | owner
        row = AttachmentFactory(kind=kind, name="Zufile quyet dinh.pdf", content=content, **owner)
        row.thumbnail = self.lay(f"{kind} thumbnail", b"thumb " + content)
        row.first_look = "Zuword trang đầu"
        row.save()
        self.lay(kind, content)

    def drafts(self) -> None:
        typed = {"full_name": SENDER, "title": TITLE, "phone": PHONE}
        received = DraftFactory(campaign=self.initiative.campaign, initiative=self.initiative, answers={})
        WindowExtensionFactory(campaign=self.initiative.campaign, unit=None, draft=received, reason="Zuword ốm")
        revising = DraftFactory(campaign=self.initiative.campaign, revises=self.initiative, answers=typed)
        self.document("other", b"%PDF-1.4 zufile correction", draft=revising)
        another = {"full_name": SENDER.upper(), "phone": "(+84) 977.123.987", "workplace": "Zuword phân xưởng"}
        DraftFactory(campaign=self.initiative.campaign, answers=another)

    def selection(self) -> None:
        office, one = self.office, self.fresh()
        nomination = nominating.nominate(one.pk, round=office.round, unit=office.unit, by=office.district, at=NOW)
        office.nominate("Sáng kiến của người khác", full_name="Nguyễn Thị Khác")
        stored = self.lay("paper", b"%PDF-1.4 zufile paper")
        DossierFile.objects.create(
            dossier=office.dossier,
            part="recognition_decisions",
            nomination=nomination,
            name="Zufile scan.pdf",
            stored_name=stored,
            media_type="application/pdf",
            size=21,
            sha256=stored[6:70],
            added_by=office.district,
            added_at=NOW,
        )
        dossier = office.seal()
        dossiers.noted(dossier, "returned", by=office.province, at=NOW, words=f"Hỏi lại {SENDER} nhé.")
        dossiers.noted(dossier, "nominated", by=office.province, at=NOW, words="Zuword riêng", initiative=one)
        sealing.accept(dossier, no_complaints=True, by=office.province, at=NOW)
        ComplaintFactory(
            initiative=one,
            raised_by="Zuphong người nêu",
            text="Zuword khiếu nại",
            resolution="Zuword đã giải thích",
            resolved_by=office.province,
            resolved_at=NOW,
        )
        decision = CommendationDecisionFactory(campaign=one.campaign, round=office.round)
        lifecycle.note(one, Act.COMMENDED, by=office.province, at=decision.announced_at)
        commendation = CommendationFactory(decision=decision, initiative=one)
        ExemplarFactory(
            campaign=one.campaign,
            kind=Exemplar.Kind.INITIATIVE,
            commendation=commendation,
            title=f"{TITLE} của {SENDER}",
            name=SENDER,
            story=SENTENCES,
            picture=self.files["picture"],
            picture_is_allowed=True,
        )
        log(decision, f"Thu hồi công bố: gọi {SENDER}", by=office.province)
        self.named_for_a_quarter(one)

    def named_for_a_quarter(self, one: Initiative) -> None:
        quarter = QuarterFactory(campaign=one.campaign, is_announced=True)
        Outstanding.objects.create(
            quarter=quarter, initiative=one, reason="Zuword tiêu biểu", named_by=self.office.province, named_at=NOW
        )
        basis = json.loads(quarter.basis)
        basis["outstanding"] = [
            {
                "initiative": one.pk,
                "title": one.title,
                "unit": one.unit.code,
                "unit_name": one.unit.name,
                "reason": "Zuword tiêu biểu",
            }
        ]
        text = quarter_basis.canonical(basis)
        Quarter.objects.filter(pk=quarter.pk).update(basis=text, sha256=quarter_basis.hash_of(text))

    def of_staff(self) -> None:
        one, office = self.initiative, self.office
        request = DataRequestFactory(
            initiative=one,
            kind=DataRequest.Kind.DELETE,
            full_name=SENDER,
            phone="0977 123 987",
            phone_digits=PHONE,
            email=EMAIL,
            receipt_code="Zuword 1234",
            text="Zuword xin xóa",
            done_at=NOW,
            outcome=DataRequest.Outcome.DONE,
        )
        DataRequestStep.objects.create(
            request=request, at=NOW, act="done", account=office.district, words="Zuword xong"
        )
        PersonalDataView.objects.create(
            account=office.district, what=PersonalDataView.What.IDENTITY, initiative=one, why="Zuword hỏi", at=NOW
        )
        SavedFilterFactory(account=office.district, name="Riêng", query="q=Zuphong+Th%E1%BB%8B+Markona&status=valid")
        job = JobFactory(
            owner=office.district,
            kind=Job.Kind.EXPORT,
            state=JobState.DONE,
            asked={
                "title": SENDER,
                "query": f"q={PHONE}&status=valid",
                "campaign": one.campaign_id,
                "unit": one.unit_id,
            },
            result={"files": []},
            began_at=NOW,
            ended_at=NOW,
        )
        JobFactory(
            owner=office.district,
            state=JobState.DONE,
            asked={
                "to": Status.RETURNED,
                "reasons": [["other", "title", f"Zuword {SENDER} xem lại"]],
                "rows": f"{one.pk}:1",
                "back": "q=Zuphong+Th%E1%BB%8B+Markona&status=submitted",
            },
            ended_at=NOW,
        )
        JobPiece.objects.create(job=job, name="1", number=0, content=f"… {SENDER} …".encode())
        Sheet.objects.create(
            account=office.district,
            use=Sheet.Use.INITIATIVES,
            name="Zufile.xlsx",
            content=SENDER.encode(),
            sent_at=NOW,
            used_at=NOW,
        )


def log(row: models.Model, words: str, *, by: Any) -> None:
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row),
        action_flag=CHANGE,
        change_message=words,
    )


def places_that_say(markers: tuple[str, ...] = MARKERS) -> set[str]:
    """Every column of every table in which one of these words stands, whatever the column is of, and every stored file."""
    wanted = [marker.lower().encode() for marker in markers]
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    said = _bytes_of(value)
                    if any(marker in said for marker in wanted):
                        found.add(f"{table}.{name}")
    store = the_store()
    for some in store.all_held():
        for held in some:
            with store.open(held.name) as file:
                said = file.read().lower()
                if any(marker in said for marker in wanted):
                    found.add(f"file {held.name}")
    return found


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value).lower()
    return str(value).lower().encode()
