"""Following to the end (M19): nominated, commended once it is announced, and the certificate; nothing before."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import lifecycle
from initiatives.duplicates import screening
from initiatives.models import Act, Commendation, CommendationDecision, DossierState, Initiative, Status
from initiatives.nominations import commending, nominating
from initiatives.submission import alike, tracking
from initiatives.submission.alike import Alike
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    CommendationDecisionFactory,
    CommendationFactory,
    DossierFactory,
    DraftFactory,
    InitiativeFactory,
    NominationFactory,
    SelectionRoundFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)
from tests.submission.worker import Worker, page

NOW = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)
BADGE = '<span class="badge good">{}</span>'


@pytest.fixture
def initiative(db: None, at: Callable[[Any], datetime]) -> Initiative:
    at(NOW)
    make_tree()
    return InitiativeFactory(unit=unit_at("quang-tri/dong-ha"), status=Status.VALID, full_name="Trần Thị Thu Hà")


@pytest.fixture
def manager(initiative: Initiative) -> StaffAccount:
    return StaffAccountFactory(unit=unit_at("quang-tri"), role=Role.MANAGER)


def record(initiative: Initiative) -> HttpResponse:
    return Worker().get(reverse("record_door", args=[tracking.sign(initiative, at=NOW)]))


def certificate(initiative: Initiative, commendation: Commendation, *, at: datetime = NOW) -> HttpResponse:
    signed = tracking.sign(initiative, at=at)
    return Client().get(reverse("record_certificate", args=[signed, commendation.pk]))


def commended(initiative: Initiative, **fields: Any) -> Commendation:
    decision = CommendationDecisionFactory(
        campaign=initiative.campaign, unit=unit_at("quang-tri"), announced_at=None, **fields
    )
    commending.add(decision.pk, [initiative.pk])
    return decision.commendations.get()


def announce(commendation: Commendation, by: StaffAccount) -> None:
    commending.announce(commendation.decision_id, shown_edition=commending.edition([commendation]), by=by, at=NOW)


def test_a_nominated_one_says_by_whom_and_in_which_round(initiative: Initiative, manager: StaffAccount) -> None:
    held = SelectionRoundFactory(campaign=initiative.campaign, name="Xét chọn cấp tỉnh năm 2022")
    NominationFactory(round=held, unit=initiative.unit, initiative=initiative)
    lifecycle.note(initiative, Act.NOMINATED, by=manager, at=NOW, words="thứ 1 trên 4, do đồng chí X")

    text = page(record(initiative))

    assert BADGE.format("Được giới thiệu xét chọn") in text
    assert "LĐLĐ thành phố Đông Hà đã giới thiệu sáng kiến này trong đợt “Xét chọn cấp tỉnh năm 2022”." in text
    assert text.count("<b>Được giới thiệu xét chọn</b>") == 1
    assert "đồng chí X" not in text


def test_the_highest_nomination_is_told(initiative: Initiative) -> None:
    for host, unit in (("quang-tri", "quang-tri/dong-ha"), ("tld", "quang-tri")):
        held = SelectionRoundFactory(campaign=initiative.campaign, host=unit_at(host), name=f"Đợt của {host}")
        NominationFactory(round=held, unit=unit_at(unit), initiative=initiative)

    assert "LĐLĐ tỉnh Quảng Trị đã giới thiệu" in page(record(initiative))


@pytest.mark.parametrize("standing", ["reserve", "withdrawn"])
def test_a_reserve_and_one_that_was_taken_back_are_not_told(initiative: Initiative, standing: str) -> None:
    NominationFactory(
        round=SelectionRoundFactory(campaign=initiative.campaign), initiative=initiative, standing=standing
    )

    text = page(record(initiative))

    assert "Được giới thiệu xét chọn" not in text
    assert BADGE.format("Hợp lệ") in text


AFTERWARDS = [
    pytest.param("quang-tri", True, False, True, id="its round was decided without it"),
    pytest.param("quang-tri", False, False, False, id="not announced yet"),
    pytest.param("tld", True, False, False, id="a round below the one it came to"),
    pytest.param("quang-tri", True, True, False, id="commended by it"),
]


@pytest.mark.parametrize(("highest", "is_announced", "is_in_it", "is_told"), AFTERWARDS)
def test_whom_the_announced_decision_leaves_out_is_told_so(
    initiative: Initiative, highest: str, is_announced: bool, is_in_it: bool, is_told: bool
) -> None:
    rounds = [SelectionRoundFactory(campaign=initiative.campaign, name="Xét chọn cấp tỉnh")]
    NominationFactory(round=rounds[0], unit=initiative.unit, initiative=initiative)
    if highest == "tld":
        rounds.append(SelectionRoundFactory(campaign=initiative.campaign, host=unit_at("tld"), name="Toàn quốc"))
        NominationFactory(round=rounds[1], unit=unit_at("quang-tri"), initiative=initiative)
    decision = CommendationDecisionFactory(
        campaign=initiative.campaign,
        unit=unit_at("quang-tri"),
        round=rounds[0],
        number="77/QĐ-LĐLĐ",
        decided_on=date(2022, 4, 28),
        announced_at=NOW if is_announced else None,
    )
    if is_in_it:
        CommendationFactory(decision=decision, initiative=initiative)

    text = page(record(initiative))

    told = (
        "LĐLĐ tỉnh Quảng Trị đã công bố kết quả đợt “Xét chọn cấp tỉnh” (quyết định số 77/QĐ-LĐLĐ ngày 28/4/2022). "
        "Sáng kiến này không có trong danh sách biểu dương."
    )
    assert (told in text) == is_told
    assert ("Kết quả sẽ có ở đây sau khi được công bố." in text) == (not is_told and not is_in_it)


def test_before_the_announcement_nothing_tells_of_it(initiative: Initiative) -> None:
    before = page(record(initiative))
    commendation = commended(initiative, number="777/QĐ-LĐLĐ")

    assert page(record(initiative)) == before
    assert certificate(initiative, commendation).status_code == 404


def test_once_announced_it_says_so_and_gives_the_certificate(initiative: Initiative, manager: StaffAccount) -> None:
    commendation = commended(initiative, number="777/QĐ-LĐLĐ", form="Bằng khen")
    announce(commendation, manager)

    text, sheet = page(record(initiative)), certificate(initiative, commendation)

    assert BADGE.format("Được biểu dương") in text
    assert "<b>Bằng khen</b><br>Quyết định số 777/QĐ-LĐLĐ ngày 28/4/2022, Liên đoàn Lao động tỉnh Quảng Trị." in text
    assert f'/chung-nhan/{commendation.pk}.pdf">Tải giấy chứng nhận (PDF)</a>' in text
    assert text.count("<b>Được biểu dương</b>") == 1
    assert (sheet.status_code, sheet["Content-Type"], sheet.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert (sheet["Cache-Control"], sheet["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert not sheet.cookies


def test_what_was_taken_back_is_told_with_its_reason(initiative: Initiative, manager: StaffAccount) -> None:
    commendation = commended(initiative)
    announce(commendation, manager)
    commending.recall(commendation.decision_id, because="Ghi nhầm danh sách", by=manager, at=NOW + timedelta(days=1))

    text = page(record(initiative))

    assert "<b>Thu hồi biểu dương</b><p>Ghi nhầm danh sách</p>" in text
    assert BADGE.format("Hợp lệ") in text
    assert certificate(initiative, commendation).status_code == 404


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.SUBMITTED, "Đã nhận, chờ xét"), (Status.WITHDRAWN, "Đã rút"), (Status.INVALID, "Không hợp lệ")],
)
def test_where_it_stands_now_is_told_before_what_it_was_given(initiative: Initiative, status: str, words: str) -> None:
    NominationFactory(initiative=initiative, round=SelectionRoundFactory(campaign=initiative.campaign))
    commendation = CommendationFactory(initiative=initiative)
    Initiative.objects.filter(pk=initiative.pk).update(status=status)

    text, sheet = page(record(initiative)), certificate(initiative, commendation)

    assert BADGE.format("Được biểu dương") not in text
    assert ("Tải giấy chứng nhận" in text, sheet.status_code) == (False, 404)  # `/xac-nhan/` would not confirm it
    assert ("Xin chúc mừng" in text, words in text, "<h2>Biểu dương</h2>" in text) == (False, True, True)


def test_a_link_gives_no_certificate_of_another_initiative(initiative: Initiative) -> None:
    other = CommendationFactory()

    assert certificate(initiative, other).status_code == 404
    assert certificate(other.initiative, other).status_code == 200


def test_an_expired_or_foreign_link_gives_none(initiative: Initiative) -> None:
    commendation = CommendationFactory(initiative=initiative)

    expired = certificate(initiative, commendation, at=NOW - timedelta(minutes=31))
    foreign = Client().get(reverse("record_certificate", args=["khong.phai~cuachungtoi", commendation.pk]))

    assert (expired.status_code, expired["Location"]) == (303, "/tra-cuu/?tin=het-gio")
    assert foreign.status_code == 404


def test_every_decision_that_names_it_is_told_and_costs_nothing_more(initiative: Initiative) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            CommendationFactory(
                initiative=initiative, decision=CommendationDecisionFactory(campaign=initiative.campaign)
            )
            NominationFactory(
                initiative=initiative, round=SelectionRoundFactory(campaign=initiative.campaign), unit=initiative.unit
            )
        with CaptureQueriesContext(connection) as asked:
            text = page(record(initiative))
        counts.append(len(asked))

    assert text.count("Tải giấy chứng nhận") == 3
    assert counts[0] == counts[1]


# --- by whom ------------------------------------------------------------------------------------------------------------


def test_each_step_of_nominating_names_the_unit_and_the_round(initiative: Initiative, manager: StaffAccount) -> None:
    below = SelectionRoundFactory(campaign=initiative.campaign, name="Xét chọn cấp tỉnh")
    above = SelectionRoundFactory(
        campaign=initiative.campaign, host=unit_at("tld"), name="Xét chọn toàn quốc", takes_part=["province"]
    )
    officer = StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.REVIEWER, full_name="Hồ Văn Ánh")
    at = datetime(2022, 4, 1, 9, 0, tzinfo=VIETNAM)
    first = nominating.nominate(initiative.pk, round=below, unit=initiative.unit, by=officer, at=at)
    nominating.withdraw(first.pk, because="Ghi nhầm của riêng đơn vị", by=officer, at=at + timedelta(hours=1))
    NominationFactory(
        round=above, unit=unit_at("quang-tri"), initiative=initiative, nominated_at=at + timedelta(hours=2)
    )
    lifecycle.note(initiative, Act.NOMINATED, by=manager, at=at + timedelta(hours=2), words="nội bộ")

    text = page(record(initiative))

    steps = re.findall(r"<li><b>([^<]*)</b>(?:<p>([^<]*)</p>)?<time[^>]*>([^<]*)</time>", text.replace("&nbsp;", " "))
    assert steps[:3] == [
        ("Được giới thiệu xét chọn", "Đợt “Xét chọn toàn quốc”.", "11h00 ngày 1/4/2022 · LĐLĐ tỉnh Quảng Trị"),
        ("Rút khỏi danh sách giới thiệu", "Đợt “Xét chọn cấp tỉnh”.", "10h00 ngày 1/4/2022 · LĐLĐ thành phố Đông Hà"),
        ("Được giới thiệu xét chọn", "Đợt “Xét chọn cấp tỉnh”.", "9h00 ngày 1/4/2022 · LĐLĐ thành phố Đông Hà"),
    ]
    for inner in ("Hồ Văn Ánh", "Ghi nhầm", "nội bộ"):
        assert inner not in text


def test_a_reserve_is_told_as_one(initiative: Initiative) -> None:
    held = SelectionRoundFactory(campaign=initiative.campaign, name="Xét chọn cấp tỉnh")
    officer = StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.REVIEWER)
    at = datetime(2022, 4, 1, 9, 0, tzinfo=VIETNAM)
    nominating.nominate(initiative.pk, round=held, unit=initiative.unit, by=officer, at=at, as_reserve=True)

    text = page(record(initiative))

    assert "<b>Vào danh sách dự bị</b><p>Đợt “Xét chọn cấp tỉnh”.</p>" in text
    assert "Được giới thiệu xét chọn" not in text
    assert BADGE.format("Hợp lệ") in text


# --- titles that are alike ----------------------------------------------------------------------------------------------

WRITTEN = {
    "title": "Giá xoay sấy ván ghép hai mặt",
    "description": "Trước đây hai công nhân phải lật từng tấm ván bằng tay giữa lúc sấy.\n"
    "Nay cả giá được treo trên trục có ổ bi nên một người xoay được trong nửa phút.",
    "phone": "0935 112 233",
}


def test_what_was_commended_publicly_counts_as_a_public_title(db: None) -> None:
    make_tree()
    campaign = CampaignFactory()
    texts = {name: WRITTEN[name] for name in ("title", "description")}
    one = InitiativeFactory(campaign=campaign, unit=unit_at("dien-bien"), status=Status.VALID, **texts)
    screening.screen(one, at=NOW)
    draft = DraftFactory(campaign=campaign, answers={**WRITTEN, "effect": ""})

    alone = alike.public_titles(draft)
    commendation = CommendationFactory(
        initiative=one, decision=CommendationDecisionFactory(campaign=campaign, announced_at=None)
    )
    recorded = alike.public_titles(draft)
    CommendationDecision.objects.filter(pk=commendation.decision_id).update(announced_at=NOW)

    assert (alone, recorded) == ([], [])
    assert alike.public_titles(draft) == [Alike(one.title, "Liên đoàn Lao động tỉnh Điện Biên")]


def test_what_lies_in_a_sent_dossier_is_not_withdrawn_and_the_sender_is_told_why(initiative: Initiative) -> None:
    nomination = NominationFactory(
        round=SelectionRoundFactory(campaign=initiative.campaign), unit=initiative.unit, initiative=initiative
    )
    DossierFactory(round=nomination.round, unit=nomination.unit, state=DossierState.SENT, version=1)
    address = reverse("record_withdraw", args=[tracking.sign(initiative, at=NOW)])

    answer = Worker().post(address, {"confirm": "1"})

    initiative.refresh_from_db()
    assert answer.status_code == 409
    assert "Chưa rút được sáng kiến này" in answer.content.decode()
    assert 'name="confirm"' not in answer.content.decode()
    assert initiative.status == Status.VALID


def test_what_is_announced_is_not_withdrawn_and_the_sender_is_told_why(
    initiative: Initiative, manager: StaffAccount
) -> None:
    commendation = commended(initiative, number="777/QĐ-LĐLĐ")
    announce(commendation, manager)
    address = reverse("record_withdraw", args=[tracking.sign(initiative, at=NOW)])

    answer = Worker().post(address, {"confirm": "1"})

    initiative.refresh_from_db()
    assert answer.status_code == 409
    assert "hãy đề nghị LĐLĐ tỉnh Quảng Trị thu hồi công bố trước" in answer.content.decode()
    assert initiative.status == Status.VALID
    assert not initiative.events.filter(act=Act.WITHDRAWN).exists()
