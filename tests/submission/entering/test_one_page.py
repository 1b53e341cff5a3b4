"""The page of entering: what is kept, what is told, once for every sheet of paper."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives.lifecycle import MoveRefused
from initiatives.models import Attachment, Campaign, Draft, Initiative
from initiatives.submission import receipts
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from tests.factories import CampaignFactory, StaffAccountFactory, UnitFactory
from tests.submission.entering.conftest import DONG_HA, OWN_PHONE, Office
from tests.submission.samples import jpeg, pdf

Clock = Callable[[str], datetime]
ENTER = reverse("admin:initiatives_initiative_enter")
SLIPS = reverse("admin:initiatives_initiative_slips")


def told(answer: Any) -> list[str]:
    return [str(each) for each in answer.context["messages"]]


def objections(answer: Any) -> dict[str, str]:
    return {each["id"]: each["text"] for each in answer.context["objections"]}


# --- who, and for which campaign --------------------------------------------------------------------------------------


def test_the_one_campaign_that_is_open_needs_no_choice(office: Office) -> None:
    page = office.client.get(ENTER)

    assert page.context["campaign"] == office.campaign
    assert f'action="{office.address}"' in page.content.decode()


def test_several_campaigns_are_offered_with_what_holds_for_each(office: Office) -> None:
    CampaignFactory(slug="chuong-trinh-khac", name="Chương trình khác")

    page = office.client.get(ENTER).content.decode()

    assert f"{ENTER}?chuong-trinh={office.campaign.slug}" in page
    assert f"{ENTER}?chuong-trinh=chuong-trinh-khac" in page


def test_a_campaign_that_is_closed_is_named_and_not_offered(office: Office, at: Clock) -> None:
    at("2030-01-01 09:00:00")
    office.later()

    page = office.client.get(ENTER).content.decode()

    assert "Hiện không có chương trình nào đang nhận sáng kiến." in page
    assert office.campaign.name in page
    assert f"{ENTER}?chuong-trinh=" not in page


@pytest.mark.parametrize("slug", ["khong-co", "x" * 500, "%C3%A1", "%00"])
def test_an_address_of_no_campaign_leads_to_the_choice(office: Office, slug: str) -> None:
    answer = office.client.get(f"{ENTER}?chuong-trinh={slug}")

    assert answer.status_code == (400 if slug == "%00" else 200)


def test_who_only_reads_may_not_enter(office: Office, client_as: Callable[[StaffAccount], Client]) -> None:
    reader = client_as(StaffAccountFactory(role=Role.VIEWER))

    assert reader.get(office.address).status_code == 403
    assert reader.post(office.address, {}).status_code == 403
    assert reader.get(SLIPS).status_code == 403


def test_a_post_without_a_token_of_ours_enters_nothing(office: Office) -> None:
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(office.officer)

    answer = stranger.post(office.address, {"full_name": "Hồ Thị Mỹ Duyên", "eof": "1"})

    assert answer.status_code == 403
    assert not Initiative.objects.exists()


# --- one after the other ----------------------------------------------------------------------------------------------


def test_what_was_entered_is_told_with_its_code_and_an_empty_form_follows(office: Office) -> None:
    answer = office.client.get(office.send().url)

    initiative = Initiative.objects.get()
    assert receipts.shown(initiative.receipt_code) in told(answer)[0]
    assert answer.context["person_fields"][0].value() is None


def test_unit_workplace_category_and_who_recognised_stay_for_the_next(office: Office) -> None:
    office.enter(unit=DONG_HA)

    page = office.open().context
    fields = {field.name: field.value() for field in page["person_fields"]} | {
        field.name: field.value() for field in page["content"]
    }

    kept = {name: value for name, value in fields.items() if value}
    assert kept == {
        "unit": DONG_HA,
        "workplace": "Công ty Cổ phần Gỗ Bến Hải",
        "target_group": "enterprise_worker",
        "recognised_by": "Hội đồng sáng kiến công ty",
    }


def test_the_sitting_counts_and_leads_to_its_slips(office: Office) -> None:
    office.enter(form_key="A" * 22)
    office.enter(form_key="B" * 22, title="Giá phơi ván")

    page = office.open().content.decode()

    assert "Đã nhập <b>2</b> sáng kiến trong lượt này" in page
    assert "In 2 phiếu biên nhận" in page
    assert [slip.initiative.title for slip in office.client.get(SLIPS).context["slips"]] == [
        "Giá xoay sấy ván ghép hai mặt",
        "Giá phơi ván",
    ]


def test_a_new_sitting_begins_at_nothing(office: Office) -> None:
    office.enter(unit=DONG_HA)

    office.client.post(office.address, {"new_sitting": "1", "eof": "1"})

    page = office.open()
    assert page.context["entered"] == 0
    assert not any(field.value() for field in page.context["person_fields"])


def test_the_same_page_sent_twice_enters_once(office: Office) -> None:
    first, second = office.send(), office.send()

    assert (first.status_code, second.status_code) == (303, 303)
    assert Initiative.objects.count() == 1
    assert "đã được nhập rồi" in told(office.client.get(second.url))[-1]
    assert office.open().context["entered"] == 1


def test_the_next_sheet_written_over_a_page_that_was_sent_is_entered_too(office: Office) -> None:
    first = office.enter(form_key="A" * 22)

    second = office.enter(form_key="A" * 22, full_name="Trần Văn Bảo", phone="0905999888")
    again = office.send(form_key="A" * 22, full_name="Trần Văn Bảo", phone="0905999888")

    assert second.pk != first.pk
    assert again.status_code == 303
    assert Initiative.objects.count() == 2


@pytest.mark.parametrize("form_key", ["", "x", "<script>", "A" * 5000])
def test_a_key_of_no_page_of_ours_enters_all_the_same(office: Office, form_key: str) -> None:
    assert office.send(form_key=form_key).status_code == 303


def test_the_keys_of_two_officers_never_meet(office: Office, client_as: Callable[[StaffAccount], Client]) -> None:
    office.enter()
    office.client = client_as(StaffAccountFactory(phone=OWN_PHONE))

    office.enter(title="Giá phơi ván")

    assert Initiative.objects.count() == 2


# --- what is wrong ----------------------------------------------------------------------------------------------------


def test_all_faults_are_told_beside_their_fields_and_everything_typed_is_kept(office: Office) -> None:
    answer = office.send(full_name="", applied_on="31/2/2022", description="Lật ván\r\nbằng máy", consent="")

    assert answer.status_code == 422
    assert list(objections(answer)) == ["id_full_name", "id_applied_on", "id_consent"]
    page = answer.content.decode()
    assert 'value="31/2/2022"' in page
    assert "Lật ván\nbằng máy" in page
    assert 'value="Công ty Cổ phần Gỗ Bến Hải"' in page
    assert not Initiative.objects.exists()


def test_a_window_that_closed_meanwhile_is_said_and_everything_typed_is_kept(office: Office, at: Clock) -> None:
    at("2022-06-01 00:00:00")
    office.later()

    answer = office.send()

    assert answer.status_code == 422
    assert objections(answer) == {"": "Đã đóng lúc 24h00 ngày 31/5/2022. Mở lại lúc 7h00 ngày 1/6/2022."}
    assert 'value="Hồ Thị Mỹ Duyên"' in answer.content.decode()


def test_who_has_no_unit_is_told_so(office: Office, client_as: Callable[[StaffAccount], Client]) -> None:
    office.client = client_as(StaffAccountFactory(unit=None, phone=OWN_PHONE))

    assert "không có đơn vị nào thuộc chương trình này" in office.open().content.decode()
    assert list(objections(office.send())) == ["id_unit"]
    assert not Initiative.objects.exists()


def test_a_campaign_paused_meanwhile_keeps_what_was_typed(office: Office) -> None:
    Campaign.objects.update(is_published=False)

    answer = office.send()

    assert answer.status_code == 422
    assert 'value="Hồ Thị Mỹ Duyên"' in answer.content.decode()


def test_no_empty_form_is_offered_once_it_is_closed(office: Office, at: Clock) -> None:
    at("2030-01-01 09:00:00")
    office.later()

    page = office.open().content.decode()

    assert "main-form" not in page
    assert "Đã đóng lúc" in page


def test_the_same_of_the_same_person_is_told_with_its_code_and_may_be_meant(office: Office) -> None:
    first = office.enter(form_key="A" * 22)

    answer = office.send(form_key="B" * 22)

    assert answer.status_code == 409
    assert receipts.shown(first.receipt_code) in answer.content.decode()
    assert office.send(form_key="B" * 22, again="1").status_code == 303
    assert Initiative.objects.count() == 2


@pytest.mark.parametrize("value", ["\0", "\ud800".encode("utf-8", "surrogatepass"), "x" * 20_000, "😀" * 300])
def test_nothing_typed_breaks_the_page(office: Office, value: Any) -> None:
    for name in ("full_name", "unit", "birth_year", "benefit_value", "target_group", "share"):
        assert office.send(**{name: value}).status_code in {303, 422}, name


def test_another_row_for_a_co_author_judges_nothing_yet(office: Office) -> None:
    answer = office.send(more="1", full_name="")

    assert (answer.status_code, objections(answer)) == (200, {})
    assert "co_authors-1-full_name" in answer.content.decode()
    assert not Initiative.objects.exists()


# --- the unit ---------------------------------------------------------------------------------------------------------


def test_where_there_are_several_units_one_must_be_named(office: Office) -> None:
    assert list(objections(office.send(unit=""))) == ["id_unit"]


def test_a_name_that_may_be_several_units_offers_them(office: Office) -> None:
    answer = office.send(unit="cong doan vien chuc huyen")
    assert answer.status_code == 422

    answer = office.send(unit="quang tri")

    assert [each.unit.code for each in answer.context["found_units"]][:1] == ["quang-tri"]
    assert office.send(unit="quang tri", unit_chosen="quang-tri/dong-ha").status_code == 303
    assert Initiative.objects.get().unit.code == "quang-tri/dong-ha"


def test_the_only_unit_that_was_found_is_ticked_and_the_fault_says_where_to_choose(office: Office) -> None:
    answer = office.send(unit="huong hoa quang tri")

    assert [each.unit.code for each in answer.context["found_units"]] == ["quang-tri/huong-hoa"]
    assert objections(answer) == {"id_unit": "Hãy chọn đúng đơn vị trong danh sách bên dưới."}
    assert 'value="quang-tri/huong-hoa" checked' in answer.content.decode()


@pytest.mark.parametrize("chosen", ["dien-bien", "khong-co", "x" * 900, "<b>"])
def test_a_unit_chosen_outside_the_branch_is_refused(office: Office, chosen: str) -> None:
    answer = office.send(unit="dien bien", unit_chosen=chosen)

    assert list(objections(answer)) == ["id_unit"]


def test_while_one_types_units_of_ones_own_branch_are_named(office: Office) -> None:
    found = office.client.get(f"{office.address}&tim=dong ha").json()["units"]

    assert found[0] == DONG_HA
    assert not [line for line in office.client.get(f"{office.address}&tim=dien bien").json()["units"] if "dien" in line]


def test_a_grassroots_officer_has_the_unit_fixed(office: Office, client_as: Callable[[StaffAccount], Client]) -> None:
    own = UnitFactory(parent=office.units["quang-tri/dong-ha"])
    office.client = client_as(StaffAccountFactory(unit=own, phone=OWN_PHONE))

    page = office.open()

    assert "unit" not in [field.name for field in page.context["person_fields"]]
    assert own.name in page.content.decode()
    assert office.enter(unit=None).unit == own
    assert office.enter(unit="quang-tri", form_key="B" * 22, title="Khác").unit == own


# --- documents --------------------------------------------------------------------------------------------------------


def test_documents_go_with_it(office: Office) -> None:
    office.send(("quyet-dinh.pdf", pdf()), ("anh.jpg", jpeg()))

    initiative = Initiative.objects.get()
    assert [each.name for each in initiative.attachments.all()] == ["quyet-dinh.pdf", "anh.jpg"]


def test_documents_are_kept_while_other_things_are_mended(office: Office) -> None:
    answer = office.send(("quyet-dinh.pdf", pdf()), full_name="")

    assert [each.name for each in answer.context["documents"]] == ["quyet-dinh.pdf"]
    office.enter()
    assert Initiative.objects.get().attachments.count() == 1


def test_a_document_that_is_refused_is_named_and_nothing_is_entered(office: Office) -> None:
    answer = office.send(("virus.exe", b"MZ"))

    assert answer.status_code == 422
    assert "virus.exe" in objections(answer)["id_attachments"]
    assert not Initiative.objects.exists()


def test_a_document_is_taken_away_again(office: Office) -> None:
    office.send(("quyet-dinh.pdf", pdf()), full_name="")
    document = Attachment.objects.get()

    answer = office.send(remove=str(document.pk))

    assert answer.context["documents"] == []
    assert not Attachment.objects.exists()


def test_a_connection_that_was_cut_enters_nothing(office: Office) -> None:
    answer = office.client.post(office.address, {"full_name": "Hồ Thị Mỹ Duyên", "form_key": "A" * 22})

    assert answer.status_code == 422
    assert not Initiative.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"files": [("virus.exe", b"MZ")]}, id="a file that is refused"),
        pytest.param({"file_count": 1}, id="a file that never came"),
        pytest.param({"remove": "7"}, id="a document that is not there taken away"),
    ],
)
def test_no_draft_is_left_where_nothing_is_kept(office: Office, sent: dict[str, Any]) -> None:
    sent = dict(sent)

    answer = office.send(*sent.pop("files", ()), title="Tên vừa gõ", **sent)

    assert 'value="Tên vừa gõ"' in answer.content.decode()
    assert not Draft.objects.exists()
    assert office.send(("quyet-dinh.pdf", pdf())).status_code == 303


def test_what_was_kept_of_two_files_stays(office: Office) -> None:
    office.send(("quyet-dinh.pdf", pdf()), ("virus.exe", b"MZ"))

    assert [each.name for each in Draft.objects.get().attachments.all()] == ["quyet-dinh.pdf"]


def test_what_the_window_refuses_in_the_last_moment_leaves_no_draft(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close(*args: Any, **kwargs: Any) -> None:
        raise MoveRefused("Vừa đóng.")

    monkeypatch.setattr("initiatives.lifecycle.receive", close)

    answer = office.send()

    assert "Vừa đóng." in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_file_lost_on_the_way_is_missed(office: Office) -> None:
    answer = office.send(("quyet-dinh.pdf", pdf()), file_count=2)

    assert "1/2 tệp" in objections(answer)["id_attachments"]
    assert not Initiative.objects.exists()


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_one_entry_costs_the_same_however_many_there_are(office: Office) -> None:
    ContentType.objects.get_for_model(Unit)
    office.send(form_key="W" * 22, title="Để làm nóng")
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as asked:
            office.send(form_key=f"{number}" * 22, title=f"Giá xoay {number}")
        counts.append(len(asked))

    assert len(set(counts)) == 1, counts


# --- what was typed in a font of before Unicode -----------------------------------------------------------------------

TCVN3 = "C¶i tiÕn kü thuËt gióp ng\u00adêi lao ®éng"
MEANT = "Cải tiến kỹ thuật giúp người lao động"


def test_text_of_an_old_font_is_offered_as_it_was_meant_and_nothing_is_entered(office: Office) -> None:
    page = office.send(title=TCVN3)

    assert page.status_code == 422
    assert [(offer.name, offer.repaired, label) for offer, label in page.context["old_fonts"]] == [
        ("title", MEANT, "Tên sáng kiến")
    ]
    assert f"<dd>{MEANT}</dd>" in page.content.decode()
    assert page.context["content"]["title"].value() == TCVN3
    assert not Initiative.objects.exists()


def test_the_repaired_text_stands_to_be_read_once_more_and_is_entered_then(office: Office) -> None:
    page = office.send(title=TCVN3, repair="1")

    assert (page.status_code, page.context["is_repaired"], page.context["old_fonts"]) == (422, True, [])
    assert page.context["content"]["title"].value() == MEANT
    assert not Initiative.objects.exists()
    office.send(title=MEANT)
    assert Initiative.objects.get().title == MEANT


def test_what_is_to_stay_as_it_was_typed_is_entered_and_not_asked_about_again(office: Office) -> None:
    page = office.send(title=TCVN3, as_typed="1", applied_on="")

    assert (page.status_code, page.context["old_fonts"]) == (422, [])
    assert '<input type="hidden" name="as_typed" value="1">' in page.content.decode()
    assert office.send(title=TCVN3, as_typed="1").status_code == 303
    assert Initiative.objects.get().title == TCVN3
