"""Correcting on the sender's behalf: by the sender's own rules, recorded, and never over somebody else's work."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives import lifecycle
from initiatives.lifecycle import Reason
from initiatives.models import Act, Draft, Initiative, Status
from initiatives.submission import actions
from initiatives.submission.tracking import look_up
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import StaffAccountFactory
from tests.submission.entering.conftest import OWN_PHONE, Office, typed_by_officer
from tests.submission.samples import pdf

Clock = Callable[[str], datetime]
AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
DUE = date(2022, 3, 10)
REASONS = (
    Reason("unclear", "description", "Hãy nêu rõ cách làm mới"),
    Reason("missing", "attachments", "Thiếu quyết định công nhận"),
    Reason("whole", "", "Hãy xem lại toàn bộ"),
)


@pytest.fixture
def waiting(office: Office) -> Initiative:
    return office.enter()


@pytest.fixture
def returned(office: Office, waiting: Initiative) -> Initiative:
    lifecycle.move(waiting, Status.RETURNED, by=office.officer, at=AT, reasons=REASONS, due_on=DUE)
    return waiting


def page_of(initiative: Initiative) -> str:
    return reverse("admin:initiatives_initiative_correct", args=[initiative.pk])


def desk_of(initiative: Initiative) -> str:
    return reverse("admin:initiatives_initiative_change", args=[initiative.pk])


def correct(office: Office, page: HttpResponse, *files: tuple[str, bytes], **changes: Any) -> HttpResponse:
    """Sends the page as it was opened, with what is changed in it."""
    hidden = {"version": str(page.context["initiative"].version), "seen": page.context["seen"]}
    sent = typed_by_officer(attachment_kind="recognition", consent=None) | hidden | changes
    sent["attachments"] = [SimpleUploadedFile(name, content) for name, content in files]
    sent |= {"file_count": str(len(files)), "eof": "1"}
    address = page_of(page.context["initiative"])
    return office.client.post(address, {name: value for name, value in sent.items() if value is not None})


def values(page: HttpResponse) -> dict[str, Any]:
    fields = [*page.context["person_fields"], *page.context["content"]]
    return {field.name: field.value() for field in fields if field.value()}


def test_the_page_holds_what_was_received_and_the_remarks_beside_their_fields(
    office: Office, returned: Initiative
) -> None:
    page = office.client.get(page_of(returned))

    filled = values(page)
    assert filled["full_name"] == "Hồ Thị Mỹ Duyên"
    assert filled["unit"] == "Liên đoàn Lao động thành phố Đông Hà [quang-tri/dong-ha]"
    assert (filled["applied_on"], filled["benefit_value"]) == ("10/1/2022", "200.000.000")
    assert page.context["content"].fields["description"].remark == "Hãy nêu rõ cách làm mới"
    assert page.context["remark_on_documents"] == "Thiếu quyết định công nhận"
    assert page.context["remarks_on_all"] == ["Hãy xem lại toàn bộ"]


def test_text_of_an_old_font_is_offered_as_it_was_meant(office: Office, returned: Initiative) -> None:
    page = correct(office, office.client.get(page_of(returned)), title="C¶i tiÕn kü thuËt")

    assert page.status_code == 422
    assert [offer.repaired for offer, _ in page.context["old_fonts"]] == ["Cải tiến kỹ thuật"]
    returned.refresh_from_db()
    assert returned.status == Status.RETURNED


def test_the_desk_leads_there(office: Office, returned: Initiative) -> None:
    assert page_of(returned) in office.client.get(desk_of(returned)).content.decode()


@pytest.mark.parametrize(
    ("act", "title"),
    [(None, "Cán bộ sửa giúp"), (Status.RETURNED, "Cán bộ sửa giúp và gửi lại")],
    ids=["a waiting one", "a returned one"],
)
def test_it_is_taken_over_at_once_and_recorded(office: Office, waiting: Initiative, act: Any, title: str) -> None:
    if act:
        lifecycle.move(waiting, act, by=office.officer, at=AT, due_on=DUE)

    answer = correct(office, office.client.get(page_of(waiting)), description="Nay một người xoay được cả giá.")

    assert answer.url == desk_of(waiting)
    waiting.refresh_from_db()
    assert (waiting.description, waiting.status) == ("Nay một người xoay được cả giá.", Status.SUBMITTED)
    assert waiting.consent_on_paper
    last = waiting.events.order_by("-number")[0]
    assert (last.title, last.account) == (title, office.officer)
    assert not Draft.objects.filter(revises=waiting).exists()
    call_command("check_invariants")


@pytest.mark.parametrize("was", [Status.SUBMITTED, Status.VALID])
def test_it_sets_right_a_recognised_author_who_is_nobody(office: Office, waiting: Initiative, was: str) -> None:
    """As some were received until 23/11/2026, their history broken from the first step (deploy/README.md, "A new version")."""
    if was == Status.VALID:
        lifecycle.move(waiting, was, by=office.officer, at=AT)
    Initiative.objects.filter(pk=waiting.pk).update(recognised_author=1)
    for command in ("check_invariants", "verify_history"):
        with pytest.raises(CommandError):
            call_command(command)

    if was == Status.VALID:
        lifecycle.move(waiting, Status.SUBMITTED, by=office.officer, at=AT)
        lifecycle.move(waiting, Status.RETURNED, by=office.officer, at=AT, reasons=REASONS, due_on=DUE)
    answer = correct(office, office.client.get(page_of(waiting)))

    assert answer.url == desk_of(waiting)
    call_command("check_invariants")
    call_command("verify_history")


def test_a_file_that_is_refused_leaves_no_correction_begun_and_what_was_typed_stays(
    office: Office, returned: Initiative
) -> None:
    answer = correct(office, office.client.get(page_of(returned)), ("virus.exe", b"MZ"), title="Tên vừa gõ")

    assert answer.status_code == 422
    assert values(answer)["title"] == "Tên vừa gõ"
    assert not Draft.objects.filter(revises=returned).exists()
    again = correct(office, answer, ("quyet-dinh.pdf", pdf()), title="Tên vừa gõ")
    assert again.status_code == 303
    returned.refresh_from_db()
    assert (returned.title, returned.attachments.count()) == ("Tên vừa gõ", 1)


def test_the_last_document_taken_away_leaves_no_correction_begun(office: Office, returned: Initiative) -> None:
    kept = correct(office, office.client.get(page_of(returned)), ("quyet-dinh.pdf", pdf()), title="")
    assert kept.status_code == 422
    document = Draft.objects.get(revises=returned).attachments.get()

    correct(office, kept, remove=str(document.pk), title="")

    assert not Draft.objects.filter(revises=returned).exists()


def test_what_the_sender_typed_stays_whatever_becomes_of_documents(office: Office, returned: Initiative) -> None:
    begun_by_the_sender(returned, title="Người nộp đang sửa")

    for sent in ({"remove": "1"}, {}):
        page = office.client.get(page_of(returned))
        correct(office, page, *([] if sent else [("virus.exe", b"MZ")]), **sent)

    assert Draft.objects.get(revises=returned).answers["title"] == "Người nộp đang sửa"


def test_documents_may_be_added(office: Office, returned: Initiative) -> None:
    correct(office, office.client.get(page_of(returned)), ("quyet-dinh.pdf", pdf()))

    assert [each.name for each in returned.attachments.all()] == ["quyet-dinh.pdf"]


def test_documents_stay_while_other_things_are_mended(office: Office, returned: Initiative) -> None:
    answer = correct(office, office.client.get(page_of(returned)), ("quyet-dinh.pdf", pdf()), title="")
    assert (answer.status_code, [each.name for each in answer.context["documents"]]) == (422, ["quyet-dinh.pdf"])

    assert correct(office, answer).status_code == 303

    assert [each.name for each in returned.attachments.all()] == ["quyet-dinh.pdf"]


def test_faults_are_told_and_everything_typed_is_kept(office: Office, returned: Initiative) -> None:
    answer = correct(office, office.client.get(page_of(returned)), applied_on="10/1/2020", workplace="Nơi mới")

    assert answer.status_code == 422
    assert [each["id"] for each in answer.context["objections"]] == ["id_applied_on"]
    assert values(answer)["workplace"] == "Nơi mới"
    returned.refresh_from_db()
    assert returned.workplace == "Công ty Cổ phần Gỗ Bến Hải"


def test_who_has_no_phone_is_still_tracked_by_who_entered_it(office: Office, client_as: Callable[..., Client]) -> None:
    initiative = office.enter(phone="")
    office.client = client_as(StaffAccountFactory(phone="0905 333 444"))

    assert correct(office, office.client.get(page_of(initiative)), phone="").status_code == 303

    digits = OWN_PHONE.replace(" ", "")
    assert look_up(initiative.receipt_code, digits, address="", at=AT) == initiative


# --- when one may -----------------------------------------------------------------------------------------------------


def decided(status: str) -> Callable[[Office, Initiative], None]:
    return lambda office, initiative: lifecycle.move(initiative, status, by=office.officer, at=AT)


def reopened(office: Office, initiative: Initiative) -> None:
    decided(Status.VALID)(office, initiative)
    lifecycle.move(initiative, Status.SUBMITTED, by=office.officer, at=AT)


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        pytest.param(decided(Status.VALID), "Sáng kiến đã được xét nên không sửa được nữa.", id="valid"),
        pytest.param(decided(Status.INVALID), "Sáng kiến đã được xét nên không sửa được nữa.", id="invalid"),
        pytest.param(
            lambda _, initiative: lifecycle.move(initiative, Status.WITHDRAWN, by=None, at=AT),
            "Người nộp đã rút sáng kiến này nên không sửa được nữa.",
            id="withdrawn",
        ),
        pytest.param(reopened, "Công đoàn đã bắt đầu xét nên không sửa được nữa.", id="reopened"),
    ],
)
def test_what_the_sender_may_not_change_an_officer_may_not_either(
    office: Office, waiting: Initiative, done: Callable[[Office, Initiative], Any], sentence: str
) -> None:
    opened = office.client.get(page_of(waiting))
    done(office, waiting)

    assert office.client.get(page_of(waiting)).context["refusal"] == sentence

    sent = correct(office, opened, title="Tên khác")
    assert sent.status_code == 409
    assert values(sent)["title"] == "Tên khác"
    waiting.refresh_from_db()
    assert waiting.title == "Giá xoay sấy ván ghép hai mặt"


def test_a_returned_one_until_its_due_day_whatever_the_window(office: Office, returned: Initiative, at: Clock) -> None:
    returned.campaign.phases.filter(name="Giai đoạn 1").update(closes_at=datetime(2022, 3, 2, tzinfo=VIETNAM))
    at("2022-03-10 23:59:59")
    office.later()
    assert office.client.get(page_of(returned)).status_code == 200

    at("2022-03-11 00:00:00")
    office.later()
    refused = office.client.get(page_of(returned))
    assert refused.context["refusal"] == "Đã hết hạn bổ sung (hết ngày 10/3/2022)."


# --- two at once ------------------------------------------------------------------------------------------------------


def test_of_two_officers_the_second_is_told(office: Office, waiting: Initiative) -> None:
    first, second = office.client.get(page_of(waiting)), office.client.get(page_of(waiting))
    correct(office, first, title="Của người thứ nhất")

    answer = correct(office, second, title="Của người thứ hai")

    assert answer.status_code == 409
    assert "vừa được người khác xử lý" in answer.context["objections"][0]["text"]
    assert values(answer)["title"] == "Của người thứ hai"
    waiting.refresh_from_db()
    assert waiting.title == "Của người thứ nhất"


def begun_by_the_sender(initiative: Initiative, **changes: Any) -> Draft:
    draft = actions.begin_revision(Initiative.objects.select_related("campaign", "unit").get(pk=initiative.pk), at=AT)
    actions.save(draft, changes, at=AT)
    return draft


def test_what_the_sender_began_is_told_and_can_be_taken_over(office: Office, returned: Initiative) -> None:
    begun_by_the_sender(returned, title="Người nộp đang sửa", national_id="045191004321")

    page = office.client.get(page_of(returned))
    assert page.context["begun_at"] == AT
    assert values(page)["title"] == "Giá xoay sấy ván ghép hai mặt"

    theirs = office.client.get(page_of(returned), {"theo": "ban-dang-sua"})
    assert values(theirs)["title"] == "Người nộp đang sửa"
    assert values(theirs)["unit"] == "Liên đoàn Lao động thành phố Đông Hà [quang-tri/dong-ha]"
    assert correct(office, theirs, title="Người nộp đang sửa").status_code == 303
    returned.refresh_from_db()
    assert returned.title == "Người nộp đang sửa"
    assert not Draft.objects.filter(revises=returned).exists()


def test_what_the_sender_saves_meanwhile_is_not_overwritten(office: Office, returned: Initiative) -> None:
    page = office.client.get(page_of(returned))
    begun_by_the_sender(returned, title="Người nộp đang sửa")

    answer = correct(office, page, title="Của cán bộ")

    assert answer.status_code == 409
    returned.refresh_from_db()
    assert (returned.status, returned.title) == (Status.RETURNED, "Giá xoay sấy ván ghép hai mặt")
    assert Draft.objects.get(revises=returned).answers["title"] == "Người nộp đang sửa"


def test_what_a_sender_still_types_afterwards_changes_nothing(office: Office, returned: Initiative) -> None:
    draft = begun_by_the_sender(returned, title="Người nộp đang sửa")
    correct(office, office.client.get(page_of(returned)), title="Của cán bộ")

    actions.save(draft, {"title": "Sửa tiếp"}, at=AT)

    returned.refresh_from_db()
    assert returned.title == "Của cán bộ"
    assert lifecycle.refuses_revision(returned, at=AT)


@pytest.mark.parametrize("hidden", [{"version": ""}, {"version": "x" * 50}, {"version": "\0"}, {"seen": "1.0"}])
def test_a_page_that_does_not_say_what_it_showed_changes_nothing(
    office: Office, waiting: Initiative, hidden: dict[str, str]
) -> None:
    answer = correct(office, office.client.get(page_of(waiting)), title="Khác", **hidden)

    assert answer.status_code == 409
    assert not waiting.events.filter(act=Act.EDITED).exists()


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        pytest.param("dien-bien", Role.REVIEWER, 404, id="another branch"),
        pytest.param("quang-tri/huong-hoa", Role.MANAGER, 404, id="a unit beside it"),
        pytest.param("quang-tri/dong-ha", Role.VIEWER, 403, id="who only reads"),
        pytest.param("tld", Role.REVIEWER, 200, id="above"),
    ],
)
def test_only_in_ones_own_branch_and_only_who_may_change(
    office: Office, waiting: Initiative, client_as: Callable[..., Client], code: str, role: Role, status: int
) -> None:
    client = client_as(StaffAccountFactory(unit=office.units[code], role=role))

    assert client.get(page_of(waiting)).status_code == status
    if status != 200:
        assert client.post(page_of(waiting), {"title": "x", "eof": "1"}).status_code == status


def test_it_is_not_moved_outside_the_branch(office: Office, waiting: Initiative) -> None:
    answer = correct(office, office.client.get(page_of(waiting)), unit="dien-bien")

    assert [each["id"] for each in answer.context["objections"]] == ["id_unit"]


def test_who_found_no_unit_stays_with_the_confederation(
    office: Office, waiting: Initiative, client_as: Callable[..., Client]
) -> None:
    Initiative.objects.filter(pk=waiting.pk).update(unit=office.units["tld"])
    office.client = client_as(StaffAccountFactory(unit=office.units["tld"], phone=OWN_PHONE))
    page = office.client.get(page_of(waiting))

    assert correct(office, page, unit=values(page)["unit"], title="Khác").status_code == 303

    waiting.refresh_from_db()
    assert waiting.unit == office.units["tld"]


def test_who_has_a_phone_keeps_a_way_in(office: Office) -> None:
    initiative = office.enter()

    answer = correct(office, office.client.get(page_of(initiative)), phone="")

    assert answer.status_code == 422
    assert "Người nộp tra cứu bằng số điện thoại của mình" in answer.content.decode()
    assert Initiative.objects.get(pk=initiative.pk).phone_digits == initiative.phone_digits
