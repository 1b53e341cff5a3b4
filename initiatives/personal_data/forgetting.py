"""What leaves each table when a person is erased: rows that said nothing else are deleted, columns emptied or marked."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from initiatives.duplicates import looking
from initiatives.models import (
    Attachment,
    Band,
    Campaign,
    CoAuthor,
    Commendation,
    Complaint,
    DataRequest,
    DataRequestStep,
    DossierEvent,
    DossierFile,
    Draft,
    Exemplar,
    Fingerprint,
    Initiative,
    Job,
    JobPiece,
    Nomination,
    Outstanding,
    PersonalDataView,
    ReviewEvent,
    Status,
    TwinPair,
    WindowExtension,
)
from initiatives.models.initiative import ERASED_MARK
from initiatives.models.job import UNFINISHED
from initiatives.submission import receipts, tidying
from initiatives.submission.entering.kept_sheets import rows_kept
from orgtree.models import Sheet
from portal.vietnamese import phones
from portal.vietnamese.names import sort_key
from portal.vietnamese.text import folded

MARK = ERASED_MARK
# Of `Initiative`: what is asked must stand there, so the mark does; everything else is empty.
MARKED = ("full_name", "workplace", "title", "description")
EMPTIED = (
    *(
        "position",
        "phone",
        "phone_digits",
        "phone_hash",
        "email",
        "sealed_national_id",
        "national_id_hash",
        "unit_name",
    ),
    *("recognised_by", "recognition_number", "effect", "scope", "awards", "link", "search_text"),
)
GONE = "Dữ liệu cá nhân trong bảng này đã được xóa. Hãy xuất lại nếu cần."

TABLES = "bảng, tệp chờ tải"
UNSENT = "bản nháp chưa gửi"
Forgotten = Counter[str]  # how many, by the Vietnamese word for them


def of_rows(rows: Sequence[Initiative], *, at: datetime, into: Forgotten) -> set[str]:
    """All that hangs on these initiatives, then the initiatives; returns the files that may be nobody's now."""
    keys = [row.pk for row in rows]
    files = _documents(keys, into)
    _drafts(keys, into)
    files |= _papers(keys, into)
    files |= _exemplars(rows, into)
    _history(keys, into)
    _likeness(keys)
    _requests(keys, at, into)
    _selection(keys)
    into[TABLES] += drop_tables({row.campaign_id for row in rows}) + drop_sheets(sheets_of(rows))
    into["đồng tác giả"] += CoAuthor.objects.filter(initiative__in=keys).update(full_name=MARK)
    not_told = Q(told_at=None, status__in=(Status.RETURNED, Status.INVALID))
    Initiative.objects.filter(not_told, pk__in=keys).update(told_at=at)  # nobody is left to be told
    into["sáng kiến"] += Initiative.objects.filter(pk__in=keys).update(
        **dict.fromkeys(MARKED, MARK),
        **dict.fromkeys(EMPTIED, ""),
        birth_year=None,
        name_key=sort_key(MARK),
        screened_at=at,
        erased_at=at,
        version=F("version") + 1,
    )
    return files


def drop_drafts(rows: Sequence[Initiative], *, into: Forgotten) -> set[str]:
    """What these people began and never sent; returns the files that may be nobody's now. One that is received just now stays."""
    began = Draft.objects.filter(pk__in=drafts_of(rows), initiative=None)
    keys = list(began.select_for_update(of=("self",)).values_list("pk", flat=True))
    names = _drop_documents(Attachment.objects.filter(draft__in=keys), into)
    into[UNSENT] += len(keys)
    Draft.objects.filter(pk__in=keys).delete()
    return names


def drafts_of(rows: Iterable[Initiative]) -> list[int]:
    """The keys of unsent drafts that are theirs: of the same campaign, with the same phone and name and no other year of birth.
    Phones stand there as typed, so that the database narrows by the last two digits alone."""
    found = []
    for row in rows:
        if not row.phone_digits:
            continue
        unsent = Draft.objects.filter(campaign=row.campaign_id, initiative=None, revises=None)
        near = unsent.filter(answers__phone__icontains=row.phone_digits[-2:])
        found += [key for key, typed in near.values_list("pk", "answers").iterator() if _is_by(row, typed)]
    return found


def _is_by(row: Initiative, typed: dict[str, Any]) -> bool:
    try:
        digits = phones.parse(typed.get("phone", "")).digits
    except phones.PhoneRefused:
        return False
    is_of_the_year = row.birth_year is None or typed.get("birth_year", "") in {"", str(row.birth_year)}
    is_of_the_name = folded(typed.get("full_name", "")) == folded(row.full_name)
    return digits == row.phone_digits and is_of_the_name and is_of_the_year


def drop_tables(campaigns: Iterable[int]) -> int:
    """Tables made for staff of these campaigns: who stands in one only the finished file tells, and they would be gone tomorrow
    anyway. What is being written stops; whoever asked for it asks anew.

    Once more when others see what left: what was begun in between read the rows as they were."""
    campaigns = set(campaigns)
    dropped = _drop_tables(campaigns)
    transaction.on_commit(lambda: _drop_tables(campaigns), robust=True)
    return dropped


def _drop_tables(campaigns: Collection[int]) -> int:
    exports = Job.objects.filter(kind=Job.Kind.EXPORT, asked__campaign__in=list(campaigns))
    exports.filter(state__in=UNFINISHED).update(stop_asked=True)
    of_tables = tables_of(campaigns)
    for job in Job.objects.filter(pk__in=of_tables):
        job.result = {**job.result, "failure": GONE}
        job.save(update_fields=["result"])
    JobPiece.objects.filter(job__in=of_tables).delete()
    return len(of_tables)


def tables_of(campaigns: Iterable[int]) -> list[int]:
    """The keys of ended jobs that hold a table of these campaigns."""
    exports = Job.objects.filter(kind=Job.Kind.EXPORT, asked__campaign__in=list(campaigns))
    ended = list(exports.exclude(state__in=UNFINISHED).values_list("pk", flat=True))
    return list(JobPiece.objects.filter(job__in=ended).order_by().values_list("job", flat=True).distinct())


def drop_sheets(keys: Iterable[int]) -> int:
    return Sheet.objects.filter(pk__in=list(keys)).delete()[0]


def sheets_of(rows: Sequence[Initiative]) -> set[int]:
    """The keys of sheets in which one of these initiatives stands: it was entered by the press of a button that used the sheet,
    or of a row the sheet was told that it is there already. One that cannot be read any more is among them.

    A row that was refused tells no code, and a sheet that was not used yet is its sender's: both are gone within a day.
    """
    pressed = Q(pk__in=())
    for account, moment in {(row.entered_by_id, row.arrived_at) for row in rows if row.entered_by_id is not None}:
        pressed |= Q(account=account, used_at=moment)
    used = Sheet.objects.filter(use=Sheet.Use.INITIATIVES, used_at__isnull=False)
    found = set(used.filter(pressed).values_list("pk", flat=True))
    codes = {row.receipt_code for row in rows}
    for key, content in used.exclude(pk__in=found).values_list("pk", "content").iterator(chunk_size=1):
        opened = rows_kept(content, sheet=key)
        if opened is None or not codes.isdisjoint(receipts.parse_code(each.code) or "" for each in opened.told):
            found.add(key)
    return found


def sheets_of_campaign(campaign: Campaign) -> set[int]:
    """Of the used ones, those that are of this campaign or cannot be read."""
    used = Sheet.objects.filter(use=Sheet.Use.INITIATIVES, used_at__isnull=False)
    contents = used.values_list("pk", "content").iterator(chunk_size=1)
    opened = ((key, rows_kept(content, sheet=key)) for key, content in contents)
    return {key for key, rows in opened if rows is None or rows.campaign == campaign.slug}


def remove_files(names: Iterable[str], *, at: datetime) -> int:
    """Those that no row names any more. Somebody may be sending the same bytes just now: these are left to the daily sweep."""
    return tidying.remove_unnamed(names, at=at)


def forget_requests(requests: QuerySet[DataRequest], *, at: datetime) -> int:
    """What was typed in requests that are done; kind, days and outcome stay."""
    keys = list(forgettable(requests).values_list("pk", flat=True))
    DataRequestStep.objects.filter(request__in=keys).update(words="")
    typed = ("full_name", "phone", "phone_digits", "email", "receipt_code", "text")
    return DataRequest.objects.filter(pk__in=keys).update(**dict.fromkeys(typed, ""), erased_at=at)


def forgettable(requests: QuerySet[DataRequest]) -> QuerySet[DataRequest]:
    return requests.filter(erased_at=None).exclude(done_at=None)


def documents_of(keys: Sequence[int]) -> QuerySet[Attachment]:
    return Attachment.objects.filter(Q(initiative__in=keys) | Q(draft__revises__in=keys))


def steps_of(keys: Sequence[int]) -> QuerySet[ReviewEvent]:
    return ReviewEvent.objects.filter(initiative__in=keys).exclude(salt="")


def commendations_naming(rows: Sequence[Initiative]) -> QuerySet[Commendation]:
    """Without those whose author agrees to be told."""
    agreed = [row.pk for row in rows if row.author_may_be_told]
    return Commendation.objects.filter(initiative__in=[row.pk for row in rows]).exclude(initiative__in=agreed)


def _documents(keys: Sequence[int], into: Forgotten) -> set[str]:
    """Rows go with their files: what was sealed of them (kind, size, hash) stands in the dossiers."""
    return _drop_documents(documents_of(keys), into)


def _drop_documents(documents: QuerySet[Attachment], into: Forgotten) -> set[str]:
    names = {name for pair in documents.values_list("stored_name", "thumbnail") for name in pair if name}
    into["tài liệu"] += documents.delete()[0]
    return names


def _drafts(keys: Sequence[int], into: Forgotten) -> None:
    """A correction that was not sent goes; a draft that led to the receipt keeps nothing but its campaign."""
    revising = Draft.objects.filter(revises__in=keys)
    into["bản sửa chưa gửi"] += revising.count()
    revising.delete()
    received = Draft.objects.filter(initiative__in=keys)
    received.update(answers={}, sealed_national_id="")
    WindowExtension.objects.filter(draft__initiative__in=keys).update(reason=MARK)


def _papers(keys: Sequence[int], into: Forgotten) -> set[str]:
    """Papers of a dossier that are about this nominee alone; its kind, size and hash stay."""
    papers = DossierFile.objects.filter(nomination__initiative__in=keys)
    names = set(papers.exclude(stored_name="").values_list("stored_name", flat=True))
    into["giấy tờ trong hồ sơ"] += papers.update(name=MARK, stored_name="")
    return names


def _exemplars(rows: Sequence[Initiative], into: Forgotten) -> set[str]:
    """On the public page its title, unit and field stay, as where consent was taken back."""
    keys = [row.pk for row in rows]
    into["tên trong quyết định biểu dương"] += commendations_naming(rows).update(author=MARK)
    exemplars = Exemplar.objects.filter(commendation__initiative__in=keys).select_related("commendation")
    pictures = set()
    for exemplar in exemplars:
        pictures.add(exemplar.picture)
        exemplar.title = exemplar.commendation.title if exemplar.commendation else MARK
        exemplar.name = exemplar.story = exemplar.picture = ""
        exemplar.picture_is_allowed = False
        exemplar.save(update_fields=["title", "name", "story", "picture", "picture_is_allowed"])
    return pictures - {""}


def _history(keys: Sequence[int], into: Forgotten) -> None:
    """The free text of each step, and the salt without which its digest tells nothing. The chain of hashes holds as before."""
    steps = steps_of(keys)
    explained = list(steps.exclude(reasons=[]))
    for step in explained:
        step.reasons = [{**reason, "text": ""} for reason in step.reasons]
    ReviewEvent.objects.bulk_update(explained, ["reasons"], batch_size=200)
    into["bước xử lý"] += steps.update(note="", salt="")


def _likeness(keys: Sequence[int]) -> None:
    """What is left of the text to compare by; an open pair could not be decided any more."""
    prints = looking.prints_of(keys)
    values = {value for each in prints.values() for value in each.bands}
    if values:
        Band.objects.filter(value__in=values, initiative__in=keys).delete()
    Fingerprint.objects.filter(pk__in=keys).delete()
    TwinPair.objects.open().filter(Q(earlier__in=keys) | Q(later__in=keys)).delete()


def _requests(keys: Sequence[int], at: datetime, into: Forgotten) -> None:
    """One that is open keeps its phone until it is answered; the worker forgets it then."""
    into["yêu cầu về dữ liệu"] += forget_requests(DataRequest.objects.filter(initiative__in=keys), at=at)
    PersonalDataView.objects.filter(initiative__in=keys).exclude(why="").update(why=MARK)


def _selection(keys: Sequence[int]) -> None:
    about = Complaint.objects.filter(initiative__in=keys)
    about.update(raised_by="", text=MARK)
    about.exclude(resolved_at=None).update(resolution=MARK)
    DossierEvent.objects.filter(initiative__in=keys).exclude(words="").update(words=MARK)
    Nomination.objects.filter(initiative__in=keys).exclude(withdrawn_because="").update(withdrawn_because=MARK)
    Outstanding.objects.filter(initiative__in=keys).update(reason=MARK)
