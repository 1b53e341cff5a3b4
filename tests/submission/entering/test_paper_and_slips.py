"""What comes out on paper: the slips to cut, and the form to fill in by hand."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import lifecycle
from initiatives.campaigns.loading import load_campaigns
from initiatives.campaigns.posters import qr_svg
from initiatives.models import Act, Asked, Campaign, Choice, ChoiceList, Declaration, Initiative
from initiatives.submission import receipts
from initiatives.submission.entering.paper import paper_pdf
from initiatives.submission.entering.paper_forms import questions_of
from initiatives.submission.entering.slips import TO_A_PAGE, slip_of, slips_response
from orgtree.models import Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, CampaignFactory2021, InitiativeFactory, StaffAccountFactory
from tests.submission.entering.conftest import Office

SLIPS = reverse("admin:initiatives_initiative_slips")
AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)


def slips(office: Office, *initiatives: Initiative) -> Any:
    return office.client.get(SLIPS, {"sk": [each.pk for each in initiatives]})


def shown(answer: Any) -> list[Initiative]:
    return [slip.initiative for slip in answer.context["slips"]]


# --- slips ------------------------------------------------------------------------------------------------------------


def test_a_slip_says_whose_it_is_its_code_and_how_to_follow_it(office: Office) -> None:
    initiative = office.enter()

    page = slips(office, initiative).content.decode()

    for words in (
        office.campaign.name,
        "Hồ Thị Mỹ Duyên",
        "Giá xoay sấy ván ghép hai mặt",
        "Liên đoàn Lao động thành phố Đông Hà",
        receipts.shown(initiative.receipt_code),
        "9h00 ngày 1/3/2022",
        f"{settings.SITE_URL}/tra-cuu/",
        "0935 *** 233",
    ):
        assert words in page, words
    assert "045191004321" not in page
    assert "0935 112 233" not in page


def test_who_has_no_phone_is_told_whose_opens_it(office: Office) -> None:
    assert slip_of(office.enter(phone="")).track_by == "0905 111 222 (số của cán bộ nhập)"


def test_its_code_of_squares_opens_the_receipt_again_and_again(office: Office) -> None:
    initiative = office.enter()
    slip = slip_of(initiative)
    assert slip.opens_receipt
    assert slip_of(initiative).qr == slip.qr

    link = reverse("receipt", args=[receipts.token_of_entered(initiative.receipt_code)])
    assert slip.qr == qr_svg(settings.SITE_URL + link).decode()

    answer = Client().get(link)
    assert receipts.shown(initiative.receipt_code) in answer.content.decode()


def test_once_its_link_was_renewed_a_slip_leads_to_tracking(office: Office) -> None:
    initiative = office.enter()
    lifecycle.note(initiative, Act.RENEWED, by=office.officer, at=AT, receipt=receipts.token_hash(receipts.new_token()))
    initiative.refresh_from_db()

    assert not slip_of(initiative).opens_receipt


def test_slips_are_of_what_officers_entered_in_ones_branch(office: Office, client_as: Callable[..., Client]) -> None:
    entered, sent = office.enter(), InitiativeFactory(campaign=office.campaign, unit=office.units["quang-tri"])
    elsewhere = InitiativeFactory(
        campaign=office.campaign, unit=office.units["dien-bien"], entered_by=StaffAccountFactory()
    )

    assert shown(slips(office, entered, sent, elsewhere)) == [entered]

    office.client = client_as(StaffAccountFactory(unit=office.units["dien-bien"], role=Role.REVIEWER))
    assert shown(slips(office, entered, sent, elsewhere)) == [elsewhere]


@pytest.mark.parametrize("asked", [{}, {"sk": "x"}, {"sk": "9" * 40}, {"sk": "0"}, {"trang": "x"}, {"trang": "9" * 30}])
def test_nothing_to_print_is_said(office: Office, asked: dict[str, str]) -> None:
    answer = office.client.get(SLIPS, asked)

    assert (answer.status_code, answer.context["slips"]) == (200, [])


def test_many_slips_come_page_by_page(office: Office, rf: Any) -> None:
    for _ in range(3):
        InitiativeFactory(campaign=office.campaign, unit=office.units["quang-tri"], entered_by=office.officer)
    request = rf.get(SLIPS, {"trang": "2"})
    request.user = office.officer
    model_admin: Any = SimpleNamespace(admin_site=SimpleNamespace(each_context=lambda _: {}), opts=Initiative._meta)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("initiatives.submission.entering.slips.TO_A_PAGE", 2)
        rows = Initiative.objects.all()
        context = slips_response(request, model_admin, rows, printed_first=set, at=AT).context_data

    assert TO_A_PAGE > 2
    assert (len(context["slips"]), context["number"]) == (1, 3)
    assert [words for _, _, words in context["pages"]] == ["Phiếu 1–2", "Phiếu 3–3"]


def test_one_slip_and_three_cost_the_same(office: Office, at: Any) -> None:
    """Printed again, each is recorded."""
    made = [office.enter(form_key=f"{n}" * 22, title=f"Giá xoay {n}") for n in range(3)]
    ContentType.objects.get_for_model(Unit)
    slips(office, *made)
    counts = []
    for number, moment in ((1, "2022-03-01 09:20"), (3, "2022-03-01 09:40")):
        at(moment)
        with CaptureQueriesContext(connection) as asked:
            assert len(shown(slips(office, *made[:number]))) == number
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert reprints(*made) == [2, 1, 1]


# --- printing again ---------------------------------------------------------------------------------------------------


def reprints(*initiatives: Initiative) -> list[int]:
    """How often each was printed again, by its history."""
    return [each.events.filter(act=Act.REPRINTED).count() for each in initiatives]


def test_the_first_printing_of_a_sitting_is_not_recorded_and_the_next_one_is(office: Office, at: Any) -> None:
    first, second = office.enter(form_key="1" * 22), office.enter(form_key="2" * 22, title="Tên khác")

    page = office.client.get(SLIPS)
    assert reprints(first, second) == [0, 0]
    assert "là in lại" not in page.content.decode()
    at("2022-03-01 09:09")
    office.client.get(SLIPS)
    assert reprints(first, second) == [0, 0]  # the page was loaded anew

    at("2022-03-01 09:11")
    page = office.client.get(SLIPS)

    assert reprints(first, second) == [1, 1]
    assert "2 phiếu ở trang này là in lại, đã ghi vào lịch sử." in page.content.decode()
    event = first.events.get(act=Act.REPRINTED)
    assert (event.account, event.role, event.from_status, event.to_status, event.number) == (
        office.officer,
        office.officer.role,
        "submitted",
        "submitted",
        2,
    )
    call_command("check_invariants")


def test_what_joins_a_pile_that_was_printed_is_printed_for_the_first_time(office: Office, at: Any) -> None:
    first = office.enter(form_key="1" * 22)
    office.client.get(SLIPS)
    second = office.enter(form_key="2" * 22, title="Tên khác")
    at("2022-03-01 09:30")

    office.client.get(SLIPS)

    assert reprints(first, second) == [1, 0]


def test_a_page_that_is_loaded_anew_is_one_printing_and_a_colleague_makes_another(
    office: Office, at: Any, client_as: Callable[..., Client]
) -> None:
    initiative = office.enter()
    office.client.post(office.address, {"new_sitting": "1", "eof": "1"})
    for moment in ("2022-03-01 09:05", "2022-03-01 09:14"):
        at(moment)
        slips(office, initiative)
    assert reprints(initiative) == [1]

    office.client = client_as(StaffAccountFactory(unit=office.units["quang-tri"], role=Role.REVIEWER))
    slips(office, initiative)
    assert reprints(initiative) == [2]
    call_command("check_invariants")


def test_a_slip_out_of_ones_branch_records_nothing(office: Office, client_as: Callable[..., Client]) -> None:
    initiative = office.enter()
    office.client = client_as(StaffAccountFactory(unit=office.units["dien-bien"], role=Role.REVIEWER))

    slips(office, initiative)

    assert reprints(initiative) == [0]


# --- the form on paper ------------------------------------------------------------------------------------------------


def words_of(campaign: Campaign) -> tuple[int, str]:
    pdf = pypdfium2.PdfDocument(paper_pdf(questions_of(campaign, at=AT)))
    text = " ".join(pdf[number].get_textpage().get_text_range() for number in range(len(pdf)))
    pages = len(pdf)
    pdf.close()
    return pages, " ".join(text.split())


@pytest.mark.parametrize("factory", [CampaignFactory, CampaignFactory2021], ids=["2022", "2021"])
def test_the_paper_asks_what_the_campaign_asks_on_two_sides(db: None, factory: Any) -> None:
    campaign = factory()

    pages, text = words_of(campaign)

    assert pages == 2
    paper = questions_of(campaign, at=AT)
    for question in (*paper.person, *paper.initiative):
        assert question.label in text
        assert all(choice in text for choice in question.choices)
    assert all(sentence in text for sentence in (*paper.declarations, paper.consent, paper.publishing))
    assert campaign.name in text


def test_what_a_campaign_does_not_ask_is_not_on_its_paper(db: None) -> None:
    _, text = words_of(CampaignFactory2021())

    assert "CCCD" not in text
    assert "Loại giải pháp" not in text
    assert "khối nào" in text


def test_every_question_of_the_sender_is_on_paper(db: None) -> None:
    """What is left out is asked by other words there: ticks, shares, signatures."""
    asked = questions_of(CampaignFactory(), at=AT)

    assert [each.name for each in (*asked.person, *asked.initiative)] == [
        "full_name",
        "phone",
        "national_id",
        "birth_year",
        "position",
        "email",
        "top_unit",
        "unit",
        "workplace",
        "target_group",
        "title",
        "field",
        "solution_kind",
        "applied_on",
        "recognised_on",
        "recognised_by",
        "recognition_number",
        "description",
        "effect",
        "scope",
        "benefit_value",
        "awards",
    ]


def test_the_campaigns_of_the_letters_fit(tree: Any) -> None:
    load_campaigns()

    for campaign in Campaign.objects.all():
        assert words_of(campaign)[0] == 2


def test_a_campaign_with_long_lists_is_set_smaller_and_fits(db: None) -> None:
    campaign = CampaignFactory(name="Chương trình có tên rất dài " * 6)
    for number in range(6):
        Choice.objects.create(
            campaign=campaign, list=ChoiceList.FIELD, code=f"more_{number}", label="Lĩnh vực khác nữa " * 3, position=20
        )
    Declaration.objects.create(campaign=campaign, code="more", text="Cam kết " * 30, position=9)

    assert words_of(campaign)[0] == 2


def test_the_same_paper_is_the_same_bytes(db: None) -> None:
    campaign = CampaignFactory(asks_attachments=Asked.OFF)

    assert paper_pdf(questions_of(campaign, at=AT)) == paper_pdf(questions_of(campaign, at=AT))


def test_who_may_read_may_print_it(office: Office, client_as: Callable[..., Client]) -> None:
    reader = client_as(StaffAccountFactory(role=Role.VIEWER))

    answer = reader.get(reverse("admin:initiatives_initiative_paper", args=[office.campaign.slug]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert reader.get(reverse("admin:initiatives_initiative_paper", args=["khong-co"])).status_code == 404
