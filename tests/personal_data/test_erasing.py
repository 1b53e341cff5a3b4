"""Whatever a person left is gone; whatever was counted, decided and printed holds as before."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.history import frozen
from initiatives.invariants import violations
from initiatives.models import (
    Act,
    Band,
    Commendation,
    DossierVersion,
    Draft,
    Exemplar,
    Fingerprint,
    Initiative,
    Job,
    JobPiece,
    JobState,
    Nomination,
    Quarter,
    Quota,
    ReviewEvent,
    Status,
    Tally,
)
from initiatives.models.initiative import ERASED_MARK
from initiatives.nominations import confirming
from initiatives.personal_data import erasing, retention
from initiatives.personal_data.erasing import CannotErase, Why
from initiatives.progress import tally
from initiatives.submission import tracking
from initiatives.submission.entering.kept_sheets import PRESENT, Rows, Told
from orgtree.models import Sheet, StaffAccount
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    DataRequestFactory,
    DraftFactory,
    InitiativeFactory,
    JobFactory,
    OutstandingFactory,
    QuarterFactory,
    StaffAccountFactory,
    WindowExtensionFactory,
)
from tests.nominations.dossier_office import NOW, Office
from tests.personal_data.everywhere import LATER, MARKERS, PHONE, SENDER, Everywhere, places_that_say

# What may still be read of the work: the decision that was announced, and the public page that repeats its title.
A_ROW = 5  # statements: read anew, the step before, co-authors and documents for its digest, the new step
STAYS = {"initiatives_commendation.title", "initiatives_exemplar.title"}


def erase(initiative: Initiative, why: Why = Why.REQUEST, **given: object) -> erasing.Erased:
    erased = erasing.erase_one(initiative.pk, by=None, at=LATER, why=why, **given)  # type: ignore[arg-type]
    erasing.settle()
    return erased


def test_the_search_finds_what_it_looks_for(everywhere: Everywhere, filled: Initiative) -> None:
    found = places_that_say()

    assert {
        "initiatives_initiative.full_name",
        "initiatives_initiative.search_text",
        "initiatives_coauthor.full_name",
        "initiatives_attachment.name",
        "initiatives_attachment.first_look",
        "initiatives_draft.answers",
        "initiatives_windowextension.reason",
        "initiatives_reviewevent.note",
        "initiatives_reviewevent.reasons",
        "initiatives_dossierversion.content",
        "initiatives_dossierfile.name",
        "initiatives_dossierevent.words",
        "initiatives_complaint.text",
        "initiatives_complaint.raised_by",
        "initiatives_complaint.resolution",
        "initiatives_commendation.author",
        "initiatives_exemplar.story",
        "initiatives_outstanding.reason",
        "initiatives_quarter.basis",
        "initiatives_datarequest.text",
        "initiatives_datarequeststep.words",
        "initiatives_personaldataview.why",
        "initiatives_savedfilter.query",
        "initiatives_job.asked",
        "initiatives_jobpiece.content",
        "orgtree_sheet.content",
        "django_admin_log.change_message",
    } <= found
    names = everywhere.shelf.names()
    assert len([place for place in found if place.startswith("file ")]) == len(names) == 6, names


def test_nothing_of_the_person_is_left_anywhere(
    everywhere: Everywhere, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    was = everywhere.fill()

    with django_capture_on_commit_callbacks(execute=True):
        erase(was)

    assert places_that_say((*MARKERS, was.phone_hash, was.national_id_hash)) == STAYS
    assert everywhere.shelf.names() == []
    row = everywhere.fresh()
    assert (row.erased_at, row.birth_year, row.full_name, row.email) == (LATER, None, ERASED_MARK, "")
    assert not Fingerprint.objects.filter(initiative=row).exists()
    assert not Band.objects.filter(initiative=row).exists()


def test_what_was_counted_and_decided_stays(everywhere: Everywhere, django_capture_on_commit_callbacks: Any) -> None:
    was = everywhere.fill()
    tally.refresh(was.campaign, at=LATER, everything=True)
    before = _counted(was)

    with django_capture_on_commit_callbacks(execute=True):
        erase(was)

    assert _counted(was) == before
    assert tally.differences(was.campaign) == []
    assert list(violations()) == []


def _counted(initiative: Initiative) -> dict[str, Any]:
    columns = (
        *("receipt_code", "receipt_token_hash", "unit", "campaign", "phase", "status", "arrived_at", "submitted_at"),
        *("field", "solution_kind", "target_group", "bloc", "applied_on", "recognised_on", "benefit_value", "share"),
        *("is_appraised", "appraised_value", "duplicate_of", "consented_at", "consent_text", "declarations"),
    )
    return {
        "columns": Initiative.objects.values(*columns).get(pk=initiative.pk),
        "tally": sorted(map(repr, Tally.objects.order_by().values_list())),
        "steps": list(
            ReviewEvent.objects.filter(initiative=initiative)
            .exclude(act=Act.ERASED)
            .values_list("number", "at", "act", "account", "from_status", "to_status", "text_digest", "hash")
        ),
        "shares": list(initiative.co_authors.values_list("number", "share")),
        "places": list(Nomination.objects.order_by("pk").values_list("initiative", "standing", "rank")),
        "quotas": list(Quota.objects.values_list("unit", "taken")),
        "versions": list(DossierVersion.objects.values_list("number", "hash", "sealed_at")),
        "quarters": list(Quarter.objects.values_list("starts_on", "sha256")),
        "commended": list(Commendation.objects.values_list("initiative", "title", "form", "key")),
    }


def test_the_chain_says_that_it_was_erased_and_goes_on(filled: Initiative) -> None:
    erase(filled)

    last = ReviewEvent.objects.filter(initiative=filled).order_by("-number")[0]
    assert (last.act, last.at, last.from_status, last.to_status) == (Act.ERASED, LATER, Status.VALID, Status.VALID)
    assert last.salt != "" and last.hash == last.digest()
    assert set(ReviewEvent.objects.filter(initiative=filled).exclude(pk=last.pk).values_list("salt", "note")) == {
        ("", "")
    }


def test_a_sealed_dossier_confirms_as_printed_and_says_what_it_is_now(filled: Initiative) -> None:
    version = DossierVersion.objects.get()
    of_others = [each for each in json.loads(version.content)["nominees"] if each["full_name"] != SENDER]

    erase(filled)

    now = DossierVersion.objects.get()
    assert now.hash == version.hash
    left = frozen.hash_of_what_is_left(DossierVersion, now.pk, now.content, once=version.hash)
    assert now.erased_hash == left != version.hash
    confirmed = confirming.dossier_of(version.hash[:16])
    assert confirmed is not None and confirmed.nominees == 2
    nominees = {each["receipt_code"]: each for each in json.loads(now.content)["nominees"]}
    erased = nominees.pop(filled.receipt_code)
    assert list(nominees.values()) == of_others
    assert (erased["full_name"], erased["phone"], erased["applied_on"]) == (ERASED_MARK, "", "10/01/2022")
    assert erased["attachments"][0]["sha256"] and erased["attachments"][0]["name"] == ERASED_MARK


@pytest.mark.parametrize(
    ("why", "agreed", "author"),
    [
        pytest.param(Why.REQUEST, True, ERASED_MARK, id="asking-to-be-deleted-takes-consent-back"),
        pytest.param(Why.REQUEST, False, ERASED_MARK, id="nobody-agreed"),
        pytest.param(Why.RETENTION, True, SENDER, id="who-agreed-stays-named-in-the-decision"),
        pytest.param(Why.RETENTION, False, ERASED_MARK, id="days-are-over-and-nobody-agreed"),
    ],
)
def test_the_author_stays_on_paper_only_while_agreeing(
    everywhere: Everywhere, why: Why, agreed: bool, author: str
) -> None:
    was = everywhere.fill(agrees=agreed)

    erase(was, why)

    assert Commendation.objects.get(initiative=was).author == author
    assert everywhere.fresh().author_may_be_told is (author == SENDER)
    exemplar = Exemplar.objects.get(commendation__initiative=was)
    assert (exemplar.name, exemplar.story, exemplar.picture, exemplar.title) == ("", "", "", was.title)


def test_a_dry_run_tells_the_figures_and_changes_nothing(
    everywhere: Everywhere, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    was = everywhere.fill()
    before, files = _everything(), everywhere.shelf.names()

    with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as asked:
        foretold = erasing.erase_one(was.pk, by=None, at=LATER, dry_run=True)

    assert (_everything(), everywhere.shelf.names()) == (before, files)
    writes = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT", "BEGIN", "FOR UPDATE")
    assert [each["sql"] for each in asked if any(word in each["sql"] for word in writes)] == []
    assert foretold.forgotten == erase(was).forgotten


@pytest.mark.parametrize("why", list(Why))
def test_what_is_foretold_is_what_leaves_whoever_asks(everywhere: Everywhere, why: Why) -> None:
    was = everywhere.fill(agrees=True)

    foretold = erase(was, why, dry_run=True)

    assert +foretold.forgotten == +erase(was, why).forgotten


def test_only_sheets_in_which_the_person_stands_go(everywhere: Everywhere) -> None:
    """By the press that entered them, or by their code; one that cannot be read is not kept."""
    was = everywhere.fill()
    Sheet.objects.all().delete()
    officer, other = StaffAccountFactory(), StaffAccountFactory()
    Initiative.objects.filter(pk=was.pk).update(entered_by=officer, arrived_at=NOW)
    somebody = InitiativeFactory()

    def kept(account: StaffAccount, *told: Told, used_at: datetime | None = NOW, content: bytes | None = None) -> Sheet:
        rows = Rows.of([], campaign=was.campaign.slug, found=(), others=()).with_told(told)
        fields = {"account": account, "use": Sheet.Use.INITIATIVES, "sent_at": NOW, "used_at": used_at}
        sheet = Sheet.objects.create(name="a.xlsx", content=b"", **fields)
        sheet.content = rows.sealed_for(sheet.pk) if content is None else content
        sheet.save(update_fields=["content"])
        return sheet

    gone = [
        kept(officer),
        kept(other, Told(2, PRESENT, code=somebody.receipt_code), Told(3, PRESENT, code=was.receipt_code)),
        kept(other, content=b"kept by an earlier version"),
    ]
    stay = [
        kept(other, Told(2, PRESENT, code=somebody.receipt_code)),
        kept(officer, used_at=NOW + timedelta(minutes=1)),
        kept(officer, used_at=None),
    ]

    erased = erase(was)

    assert set(Sheet.objects.all()) == set(stay)
    assert erased.forgotten["bảng, tệp chờ tải"] == len(gone) + 1  # and the table of the job


def test_the_end_of_a_campaign_takes_its_sheets_and_no_others(everywhere: Everywhere) -> None:
    was = everywhere.fill()
    Sheet.objects.all().delete()
    for number, slug in enumerate((was.campaign.slug, "khac")):
        rows, key = Rows.of([], campaign=slug, found=(), others=()), 700 + number
        Sheet.objects.create(
            pk=key,
            account=StaffAccountFactory(),
            use=Sheet.Use.INITIATIVES,
            name=f"{number}.xlsx",
            content=rows.sealed_for(key),
            sent_at=NOW,
            used_at=NOW,
        )

    retention.forget_rest(was.campaign, at=LATER, into=Counter())

    assert list(Sheet.objects.values_list("name", flat=True)) == ["1.xlsx"]


def _everything() -> dict[str, list[str]]:
    models = [each for each in apps.get_models() if not each._meta.proxy]
    rows = {each._meta.label: each._default_manager.values_list() for each in models}
    # PostgreSQL's bytes show where they lie, not what they are.
    return {
        label: sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in of_model)
        for label, of_model in rows.items()
    }


def test_twice_is_once(filled: Initiative) -> None:
    erase(filled)
    steps = ReviewEvent.objects.count()

    again = erasing.erase_one(filled.pk, by=None, at=LATER + timedelta(days=1))

    assert (again.at, again.forgotten, ReviewEvent.objects.count()) == (LATER, Counter(), steps)


def test_a_file_that_somebody_else_sent_too_stays(
    everywhere: Everywhere, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    was = everywhere.fill()
    AttachmentFactory(content=b"%PDF-1.4 zufile decision")

    with django_capture_on_commit_callbacks(execute=True):
        erase(was)

    assert everywhere.shelf.names() == [everywhere.files["recognition"]]


def test_the_same_bytes_that_came_just_now_are_left_to_the_sweep(
    everywhere: Everywhere, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    was = everywhere.fill()
    everywhere.shelf.age(everywhere.files["recognition"], LATER - timedelta(minutes=5))

    with django_capture_on_commit_callbacks(execute=True):
        erase(was)

    assert everywhere.shelf.names() == [everywhere.files["recognition"]]


def test_an_open_request_keeps_its_phone_until_it_is_answered(filled: Initiative) -> None:
    request = DataRequestFactory(initiative=filled, phone="0977 123 987")

    erase(filled)

    request.refresh_from_db()
    assert (request.phone, request.erased_at) == ("0977 123 987", None)


def test_a_draft_that_kept_its_answers_keeps_them_no_longer(filled: Initiative) -> None:
    """A submission empties its draft; one that was received otherwise, or by hand, must not outlive the person."""
    draft = Draft.objects.filter(initiative=filled)
    assert draft.update(answers={"full_name": SENDER}, sealed_national_id="v1.x") == 1

    erase(filled)

    assert list(draft.values_list("answers", "sealed_national_id")) == [({}, "")]


ANOTHER = {"full_name": SENDER, "phone": PHONE, "birth_year": "1977"}


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        pytest.param({}, True, id="as it was filled in"),
        pytest.param({"full_name": "zuphong thi markona", "phone": "0977 123 987 ", "birth_year": ""}, True, id="anew"),
        pytest.param({"full_name": "Zuphong Văn Nam"}, False, id="of another name"),
        pytest.param({"phone": "0977123887"}, False, id="of another phone"),
        pytest.param({"phone": "chưa có, 87"}, False, id="of no phone"),
        pytest.param({"birth_year": "1990"}, False, id="of somebody born in another year"),
        pytest.param({"campaign": CampaignFactory}, False, id="in another campaign"),
    ],
)
def test_what_the_person_began_and_never_sent_goes_on_request(
    everywhere: Everywhere,
    fields: dict[str, Any],
    goes: bool,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    was = everywhere.fill()
    begun = Draft.objects.filter(initiative=None, revises=None)
    begun.delete()
    campaign = fields["campaign"]() if "campaign" in fields else was.campaign
    typed = ANOTHER | {name: said for name, said in fields.items() if name != "campaign"}
    draft = DraftFactory(campaign=campaign, answers=typed)
    everywhere.document("recognition", b"%PDF-1.4 zufile of the next one", draft=draft)
    WindowExtensionFactory(campaign=campaign, unit=None, draft=draft)
    of_draft = draft.attachments.get().stored_name

    with django_capture_on_commit_callbacks(execute=True):
        forgotten = erase(was).forgotten

    assert (begun.exists(), of_draft in everywhere.shelf.names()) == (not goes, not goes)
    assert forgotten["bản nháp chưa gửi"] == goes


def test_who_gave_no_phone_takes_no_draft_along(filled: Initiative) -> None:
    Draft.objects.filter(initiative=None, revises=None).update(answers={"full_name": SENDER})
    Initiative.objects.filter(pk=filled.pk).update(phone="", phone_digits="")

    erase(filled)

    assert Draft.objects.filter(initiative=None, revises=None).exists()


def test_reasons_leave_only_the_ended_jobs_that_decided_on_the_person(filled: Initiative) -> None:
    Job.objects.filter(kind=Job.Kind.DECIDE).delete()
    said = {"reasons": [["other", "title", "Ghi lại tên"]], "back": "q=may&status=submitted"}
    keys = {"own": f"3:1 {filled.pk}:7", "others": f"1{filled.pk}:1 {filled.pk}9:1", "running": f"{filled.pk}:7"}
    jobs = {
        name: JobFactory(state=JobState.RUNNING if name == "running" else JobState.DONE, asked={**said, "rows": rows})
        for name, rows in keys.items()
    }

    erase(filled)

    def now(name: str) -> dict[str, Any]:
        return {name: part for name, part in Job.objects.get(pk=jobs[name].pk).asked.items() if name != "rows"}

    wordless = {"reasons": [["other", "title", ""]], "back": "status=submitted"}
    assert (now("own"), now("others"), now("running")) == (wordless, said, said)
    Job.objects.filter(pk=jobs["running"].pk).update(state=JobState.DONE)
    retention.nightly(at=LATER)
    assert (now("others"), now("running")) == (said, wordless)


def test_a_table_that_was_begun_before_others_see_the_erasure_is_not_kept(
    filled: Initiative, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """What is read then are the rows as they were."""
    asked = {"campaign": filled.campaign_id}

    with django_capture_on_commit_callbacks(execute=True):
        erase(filled)
        begun = JobFactory(kind=Job.Kind.EXPORT, state=JobState.RUNNING, asked=asked)
        ended = JobFactory(kind=Job.Kind.EXPORT, state=JobState.DONE, ended_at=LATER, asked=asked)
        JobPiece.objects.create(job=ended, name="1", number=0, content=b"a table")

    begun.refresh_from_db()
    ended.refresh_from_db()
    assert begun.stop_asked
    assert "failure" in ended.result
    assert not JobPiece.objects.filter(job=ended).exists()


def test_code_and_phone_find_it_no_more(filled: Initiative) -> None:
    erase(filled)

    for phone in (filled.phone_digits, ""):
        assert tracking.look_up(filled.receipt_code, phone, address="203.0.113.7", at=LATER) is None


# --- what hinders -----------------------------------------------------------------------------------------------------


def _nominated(office: Office) -> Initiative:
    return office.nominate("Đang giới thiệu").initiative


def _sent(office: Office) -> Initiative:
    one = office.nominate("Đã gửi hồ sơ").initiative
    office.seal()
    return one


def _disputed(office: Office) -> Initiative:
    return ComplaintFactory(initiative=office.initiative("Đang tranh chấp")).initiative


def _to_be_commended(office: Office) -> Initiative:
    one = office.initiative("Sắp biểu dương")
    CommendationFactory(decision=CommendationDecisionFactory(campaign=one.campaign, announced_at=None), initiative=one)
    return one


def _to_be_named(office: Office) -> Initiative:
    quarter = QuarterFactory(campaign=office.round.campaign)
    return OutstandingFactory(quarter=quarter, initiative=office.initiative("Sắp nêu tên")).initiative


@pytest.mark.parametrize(
    ("making", "asked_for", "days_over"),
    [
        pytest.param(lambda o: o.initiative("Chờ xét", status=Status.SUBMITTED), erasing.UNDER_REVIEW, "", id="waits"),
        pytest.param(
            lambda o: o.initiative("Trả lại", status=Status.RETURNED), erasing.UNDER_REVIEW, "", id="returned"
        ),
        pytest.param(lambda o: o.initiative("Hợp lệ"), "", "", id="valid"),
        pytest.param(lambda o: o.initiative("Không", status=Status.INVALID), "", "", id="invalid"),
        pytest.param(lambda o: o.initiative("Rút", status=Status.WITHDRAWN), "", "", id="withdrawn"),
        pytest.param(_nominated, erasing.IN_A_DOSSIER, "", id="nominated"),
        pytest.param(_sent, erasing.IN_A_DOSSIER, erasing.IN_A_DOSSIER, id="dossier-sent"),
        pytest.param(_disputed, erasing.DISPUTED, erasing.DISPUTED, id="disputed"),
        pytest.param(_to_be_commended, erasing.TO_BE_COMMENDED, erasing.TO_BE_COMMENDED, id="decision-not-announced"),
        pytest.param(_to_be_named, erasing.TO_BE_NAMED, "", id="quarter-not-announced"),
    ],
)
def test_what_still_needs_the_data_hinders(
    office: Office, making: Callable[[Office], Initiative], asked_for: str, days_over: str
) -> None:
    one = making(office)

    hindered = {why: erasing.what_hinders([one], why=why).get(one.pk, "") for why in Why}

    assert hindered == {Why.REQUEST: asked_for, Why.RETENTION: days_over}
    if asked_for:
        with pytest.raises(CannotErase) as refused:
            erase(one)
        assert refused.value.sentence == asked_for
        one.refresh_from_db()
        assert one.erased_at is None


def test_many_are_erased_at_once_and_the_hindered_are_left(office: Office) -> None:
    free, hindered = office.initiative("Xong"), _disputed(office)

    batch = erasing.erase_some([free.pk, hindered.pk], by=None, at=LATER)

    assert (batch.erased, batch.left) == ([free.pk], {hindered.pk: erasing.DISPUTED})
    assert set(Initiative.objects.exclude(erased_at=None).values_list("pk", flat=True)) == {free.pk}


def test_statements_hardly_grow_with_the_batch(office: Office, django_assert_num_queries: Callable[..., Any]) -> None:
    """As many more for each as a step of its own takes."""
    few = [office.initiative(f"Ít {n}").pk for n in range(1)]
    many = [office.initiative(f"Nhiều {n}").pk for n in range(5)]
    with CaptureQueriesContext(connection) as of_few:
        erasing.erase_some(few, by=None, at=LATER)

    with CaptureQueriesContext(connection) as of_many:
        erasing.erase_some(many, by=None, at=LATER)

    assert len(of_many) - len(of_few) <= 4 * A_ROW
