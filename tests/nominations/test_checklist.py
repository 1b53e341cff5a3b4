"""What a dossier still misses, of whom, and where that is mended; what only warns."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.models import Attachment, Initiative, Nomination, Status
from initiatives.nominations import checklist, dossiers, nominating
from initiatives.nominations.checklist import Checklist
from initiatives.nominations.sealing import DossierIsNotComplete
from orgtree import changes
from tests.factories import AttachmentFactory, CoAuthorFactory, unit_at
from tests.factories.selection import ComplaintFactory, QuotaFactory
from tests.nominations.sending import ALL_THREE, DECISION, LETTER, NOON, TABLE, Desk, desk

pytestmark = pytest.mark.django_db

NO_LETTER = ("Chưa có tờ trình của ban thường vụ.", "", ("file", "letter", None))
NO_TABLE = ("Chưa có bảng tổng hợp tóm tắt sáng kiến.", "", ("file", "summary_table", None))
NOBODY = ("Chưa có sáng kiến nào được giới thiệu.", "", ("nominate",))


def looked_at(ours: Desk) -> Checklist:
    return checklist.of(ours.now(), at=NOON)


def missing(ours: Desk) -> list[tuple[str, str, object]]:
    return [(item.missing, item.of_whom, item.mend) for item in looked_at(ours).missing]


def warned(ours: Desk) -> list[str]:
    return [warning.sentence for warning in looked_at(ours).warnings]


# --- the letters' lists -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("items", [["letter", "summary_table"], ALL_THREE], ids=["TH21, DB21", "QT21"])
def test_an_empty_dossier_misses_everything_that_the_letter_asks(items: list[str]) -> None:
    ours = desk(dossier_items=items)

    assert missing(ours) == [NOBODY, NO_LETTER, NO_TABLE]
    assert not looked_at(ours).is_complete


def test_a_complete_one_misses_nothing() -> None:
    ours = desk(dossier_items=ALL_THREE)
    ours.complete("Bàn gá cắt vải", "Tái sử dụng nước làm mát")

    found = looked_at(ours)

    assert (found.missing, found.is_complete, found.below_minimum) == ((), True, False)
    assert [item.label for item in found.items] == [
        "Sáng kiến được giới thiệu",
        "Tờ trình của ban thường vụ",
        "Bảng tổng hợp tóm tắt sáng kiến",
        "Quyết định công nhận sáng kiến",
        "Quyết định công nhận sáng kiến",
        "Không có khiếu nại, không có tranh chấp quyền tác giả",
    ]


def test_where_no_papers_are_asked_a_nominee_is_enough() -> None:
    ours = desk(dossier_items=[])
    assert missing(ours) == [NOBODY]

    ours.nominate()

    assert looked_at(ours).is_complete


def test_what_the_portal_does_not_know_is_not_asked() -> None:
    ours = desk(dossier_items=["letter", "cái gì đó", "letter"])
    ours.nominate()

    assert missing(ours) == [NO_LETTER]


def test_other_papers_are_asked_where_the_round_wants_them() -> None:
    ours = desk(dossier_items=["other"])
    ours.nominate()

    assert missing(ours) == [("Chưa có tài liệu khác.", "", ("file", "other", None))]


def test_a_reserve_alone_is_nobody() -> None:
    ours = desk(dossier_items=[])
    ours.nominate(as_reserve=True)

    assert missing(ours) == [NOBODY]


# --- the least number -------------------------------------------------------------------------------------------------


def test_below_the_minimum_it_says_how_many_are_missing() -> None:
    ours = desk(dossier_items=[], each_unit_min=2, each_unit_max=None)  # QT21
    ours.nominate("Thứ nhất")

    found = looked_at(ours)

    assert missing(ours) == [("Mới có 1, còn thiếu 1 sáng kiến.", "", ("nominate",))]
    assert (found.below_minimum, found.is_complete, found.use.text) == (True, False, "1 đã dùng")
    assert found.items[0].label == "Sáng kiến được giới thiệu (ít nhất 2)"

    ours.nominate("Thứ hai")
    assert looked_at(ours).is_complete


def test_a_minimum_of_the_unit_s_own_counts() -> None:
    ours = desk(dossier_items=[], each_unit_min=2)
    QuotaFactory(round=ours.round, unit=ours.dossier.unit, minimum=1)
    ours.nominate()

    assert looked_at(ours).is_complete


# --- decisions of recognition -----------------------------------------------------------------------------------------


def test_each_nominee_s_decision_is_asked_of_them() -> None:
    ours = desk(dossier_items=["recognition_decisions"])
    first, second = ours.nominate("Bàn gá"), ours.nominate("Máy sấy", full_name="Lê Văn Hai")
    ours.add(DECISION, of=second)

    assert missing(ours) == [
        ("Chưa có quyết định công nhận.", "1. Trần Thị Lan, “Bàn gá”", ("file", "recognition_decisions", first.pk))
    ]
    assert looked_at(ours).missing[0].nomination == first


def _scan(ours: Desk, initiative: Initiative) -> None:
    ours.add(DECISION, of=initiative.nominations.get())


def _paper(ours: Desk, initiative: Initiative) -> None:
    dossiers.note_paper(ours.now(), DECISION, nomination=initiative.nominations.get(), by=ours.reviewer, at=NOON)


def _document(ours: Desk, initiative: Initiative) -> None:
    AttachmentFactory(initiative=initiative, kind="recognition")


def _another_document(ours: Desk, initiative: Initiative) -> None:
    AttachmentFactory(initiative=initiative, kind="benefit")


def _removed(ours: Desk, initiative: Initiative) -> None:
    kept = ours.add(DECISION, of=initiative.nominations.get())
    dossiers.remove_file(kept.pk, by=ours.reviewer, at=NOON)


def _nothing(ours: Desk, initiative: Initiative) -> None:
    pass


@pytest.mark.parametrize(
    ("given", "is_met"),
    [
        (_scan, True),
        (_paper, True),
        (_document, True),
        (_another_document, False),
        (_removed, False),
        (_nothing, False),
    ],
)
def test_what_meets_a_decision(given: Callable[[Desk, Initiative], None], is_met: bool) -> None:
    ours = desk(dossier_items=["recognition_decisions"])
    given(ours, ours.nominate().initiative)

    assert looked_at(ours).is_complete == is_met


def test_a_nominee_s_documents_taken_away_are_missing_again() -> None:
    ours = desk(dossier_items=["recognition_decisions"])
    AttachmentFactory(initiative=ours.nominate().initiative)
    assert looked_at(ours).is_complete

    Attachment.objects.all().delete()

    assert not looked_at(ours).is_complete


def test_a_reserve_without_decision_only_warns() -> None:
    ours = desk(dossier_items=["recognition_decisions"])
    ours.complete()
    reserve = ours.nominate("Máy sấy", as_reserve=True, effect="Nhanh", scope="Xưởng")

    (warning,) = [each for each in looked_at(ours).warnings if each.of_whom.startswith("Dự bị")]
    assert warning.sentence == "Dự bị này chưa có quyết định công nhận."
    assert warning.mend == ("file", "recognition_decisions", reserve.pk)
    assert looked_at(ours).is_complete


# --- papers older than the list ---------------------------------------------------------------------------------------

LATER = NOON + timedelta(hours=1)


def _one_withdraws(ours: Desk) -> None:
    lifecycle.move(Nomination.objects.earliest("pk").initiative_id, Status.WITHDRAWN, by=None, at=LATER)


def _one_more(ours: Desk) -> None:
    ours.nominate("Máy sấy", at=LATER)


def _one_more_reserve(ours: Desk) -> None:
    ours.nominate("Máy sấy", as_reserve=True, at=LATER)


def _signed_anew(ours: Desk) -> None:
    _one_more(ours)
    for part in (LETTER, TABLE):
        ours.add(part, text=f"{part} lần 2", at=LATER)


@pytest.mark.parametrize(
    ("meanwhile", "outdated"),
    [(_one_withdraws, 2), (_one_more, 2), (_one_more_reserve, 0), (_signed_anew, 0), (lambda ours: None, 0)],
    ids=["one withdraws", "one more", "one more reserve", "signed anew", "nothing"],
)
def test_a_paper_that_names_others_than_the_list_warns(meanwhile: Callable[[Desk], None], outdated: int) -> None:
    ours = desk(each_unit_max=3)
    ours.complete("Bàn gá", "Máy hút")

    meanwhile(ours)

    found = looked_at(ours)
    older = [each for each in found.warnings if "danh sách đã thay đổi" in each.sentence]
    assert [each.mend for each in older] == [("file", LETTER, None), ("file", TABLE, None)][:outdated]
    assert found.is_complete


# --- complaints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_reserve", [False, True])
def test_an_unresolved_complaint_is_missing_its_end(as_reserve: bool) -> None:
    ours = desk(dossier_items=[])
    ours.nominate("Bàn gá")
    nominee = ours.nominate("Máy sấy", as_reserve=as_reserve)
    complaint = ComplaintFactory(initiative=nominee.initiative)

    whom = f"{'Dự bị 1' if as_reserve else '2'}. Trần Thị Lan, “Máy sấy”"
    assert missing(ours) == [("Tranh chấp quyền tác giả chưa giải quyết.", whom, ("complaint", complaint.pk))]


def test_a_complaint_about_somebody_who_went_is_no_matter() -> None:
    ours = desk(dossier_items=[])
    ours.nominate("Bàn gá")
    nominee = ours.nominate("Máy sấy")
    ComplaintFactory(initiative=nominee.initiative)
    nominating.withdraw(nominee.pk, because="Có tranh chấp", by=ours.reviewer, at=NOON)

    assert looked_at(ours).is_complete


# --- what is not valid any more ---------------------------------------------------------------------------------------


def test_a_status_written_by_another_door_keeps_an_open_dossier_from_being_complete() -> None:
    ours = desk(dossier_items=[])
    initiative = ours.nominate("Bàn gá").initiative
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.SUBMITTED)

    assert missing(ours) == [
        (
            "Sáng kiến đang ở trạng thái “đã nhận, chờ xét”.",
            "1. Trần Thị Lan, “Bàn gá”",
            ("initiative", initiative.pk),
        )
    ]


def test_of_a_sealed_dossier_it_only_warns() -> None:
    ours = desk(dossier_items=[])
    initiative = ours.nominate("Bàn gá").initiative
    ours.seal()
    assert "Sáng kiến nay đang ở trạng thái “đã nhận, chờ xét”." not in warned(ours)

    Initiative.objects.filter(pk=initiative.pk).update(status=Status.SUBMITTED)

    assert looked_at(ours).is_complete
    assert "Sáng kiến nay đang ở trạng thái “đã nhận, chờ xét”." in warned(ours)


def test_a_sealed_dossier_is_judged_by_what_was_sealed() -> None:
    ours = desk(dossier_items=ALL_THREE)
    scanned, attached = ours.nominate("Bàn gá"), ours.nominate("Máy sấy")
    AttachmentFactory(initiative=attached.initiative)
    ours.add(DECISION, of=scanned)
    ours.add(LETTER)
    ours.add(TABLE)
    ours.seal()

    Attachment.objects.all().delete()

    assert looked_at(ours).is_complete
    ours.send_back()
    assert [whom for _, whom, _ in missing(ours)] == ["2. Trần Thị Lan, “Máy sấy”"]


# --- warnings ---------------------------------------------------------------------------------------------------------

WHOLE = {"effect": "Giảm 5% hao hụt", "scope": "Toàn công ty"}


def test_a_whole_initiative_of_a_commended_field_warns_of_nothing() -> None:
    ours = desk(dossier_items=[], commended_fields=["production"])
    ours.nominate(**WHOLE)

    assert warned(ours) == []


@pytest.mark.parametrize("field", ["other", ""])
def test_a_field_that_is_not_commended_warns(field: str) -> None:
    ours = desk(dossier_items=[], commended_fields=["production"])
    initiative = ours.nominate("Bàn gá", **WHOLE | {"field": field}).initiative

    (warning,) = looked_at(ours).warnings

    assert warning.sentence == "Lĩnh vực không thuộc diện được biểu dương trong đợt này."
    assert (warning.of_whom, warning.mend) == ("1. Trần Thị Lan, “Bàn gá”", ("initiative", initiative.pk))
    assert looked_at(ours).is_complete


ABSENT = [
    ({"birth_year": None}, "năm sinh"),
    ({"position": ""}, "chức vụ, công việc"),
    ({"effect": ""}, "hiệu quả"),
    ({"scope": ""}, "phạm vi áp dụng"),
    ({"benefit_value": None}, "giá trị làm lợi"),
    ({"phone": ""}, "điện thoại"),
    ({"birth_year": None, "effect": ""}, "năm sinh, hiệu quả"),
]


@pytest.mark.parametrize(("fields", "words"), ABSENT)
def test_a_fact_that_the_table_will_miss_warns(fields: dict[str, object], words: str) -> None:
    ours = desk(dossier_items=[])
    ours.nominate(**WHOLE | fields)

    assert warned(ours) == [f"Bảng tổng hợp sẽ để trống: {words}."]


def test_that_benefit_is_not_money_is_an_answer() -> None:
    ours = desk(dossier_items=[])
    ours.nominate(**WHOLE, benefit_value=None, benefit_is_not_money=True)

    assert warned(ours) == []


def test_facts_of_the_sender_are_not_missed_beside_a_recognised_co_author() -> None:
    ours = desk(dossier_items=[])
    nominee = ours.nominate("Bàn gá", **WHOLE, share=40, recognised_author=1, birth_year=None, position="")
    CoAuthorFactory(initiative=nominee.initiative, number=1, share=60, full_name="Lê Văn Hai")
    ComplaintFactory(initiative=nominee.initiative)

    assert warned(ours) == []
    assert looked_at(ours).missing[0].of_whom == "1. Lê Văn Hai, “Bàn gá”"


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_sealed", [False, True])
def test_statements_do_not_grow_with_the_nominees(is_sealed: bool) -> None:
    costs = []
    for titles in (["Một"], ["Một", "Hai", "Ba", "Bốn"]):
        ours = desk(dossier_items=ALL_THREE, named=str(len(titles)))
        for nominee in ours.complete(*titles):
            AttachmentFactory(initiative=nominee.initiative)
            CoAuthorFactory(initiative=nominee.initiative, number=1, share=30)
        ours.nominate("Dự bị", as_reserve=True)
        if is_sealed:
            ours.seal(at=NOON + timedelta(hours=1))
        dossier = ours.now()
        with CaptureQueriesContext(connection) as asked:
            checklist.of(dossier, at=NOON)
        costs.append(len(asked))

    assert costs[0] == costs[1] <= 10


# --- what left the branch ---------------------------------------------------------------------------------------------


def test_one_that_a_change_of_the_tree_took_away_keeps_it_from_being_sent() -> None:
    ours = desk(dossier_items=[], each_unit_max=4)
    workplace = unit_at("quang-tri/dong-ha/may-song-hieu")
    stays, gone = ours.nominate("Bàn gá"), ours.nominate("Máy sấy", unit=workplace)
    order = changes.Order(day=NOON.date(), document="Quyết định 7", at=NOON)
    changes.move(workplace, to=unit_at("quang-tri/huong-hoa"), order=order)

    said = "Sáng kiến nay thuộc đơn vị khác, hãy rút khỏi danh sách."
    assert missing(ours) == [(said, "2. Trần Thị Lan, “Máy sấy”", ("standing", gone.pk))]
    with pytest.raises(DossierIsNotComplete, match="thuộc đơn vị khác"):
        ours.seal()

    nominating.withdraw(gone.pk, because="Đã chuyển", by=ours.reviewer, at=NOON)
    assert looked_at(ours).is_complete
    assert stays.initiative.receipt_code in ours.seal().content
