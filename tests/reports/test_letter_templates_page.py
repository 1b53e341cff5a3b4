"""Templates of the letter in the admin: sent by administrators, judged, put in force, gone back to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import LetterTemplate
from initiatives.reports.letter import BUILT_IN, template_in_force
from initiatives.reports.letter_fields import FIELDS, samples
from initiatives.reports.letter_template import filled
from orgtree.models import Level, StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.codebase.words import english_in, seen
from tests.factories import StaffAccountFactory, unit_at
from tests.reports.words import template, text_of
from tests.submission import samples as files

pytestmark = pytest.mark.django_db

ClientAs = Callable[[StaffAccount], Client]
LIST, ADD = (f"admin:initiatives_lettertemplate_{name}" for name in ("changelist", "add"))


def at_row(name: str, template: LetterTemplate) -> str:
    return reverse(f"admin:initiatives_lettertemplate_{name}", args=[template.pk])


@pytest.fixture
def administrator(client_as: ClientAs) -> Client:
    return client_as(
        StaffAccountFactory(username="quan-tri", unit=unit_at("tld"), role=Role.ADMINISTRATOR, full_name="Võ Thị Hồng")
    )


def word(words: str = "Kính gửi {{ kinh_gui }}", name: str = "mau.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, template(words).getvalue())


def send(client: Client, **fields: Any) -> HttpResponse:
    asked = {"level": "district", "file": word(), "eof": "1"} | fields
    return client.post(reverse(ADD), {name: value for name, value in asked.items() if value is not None})


def errors_of(answer: HttpResponse) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


def said(level: str) -> str:
    """What a letter of this level begins with."""
    with template_in_force(level) as file:
        return text_of(filled(file, samples(level)[1])).split("\n")[0]


def test_a_template_that_is_sent_makes_the_letters_of_its_level_and_of_no_other(administrator: Client) -> None:
    answer = send(administrator, file=word("Riêng {{ don_vi }}"))

    assert answer["Location"] == reverse(LIST)
    assert said("district") == "Riêng Liên đoàn Lao động thành phố Đông Hà"
    assert said("commune").startswith("LIÊN ĐOÀN LAO ĐỘNG")


def test_the_latest_is_in_force_and_an_earlier_one_can_be_used_again(administrator: Client) -> None:
    send(administrator, file=word("Một {{ don_vi }}"))
    first = LetterTemplate.objects.get()
    send(administrator, file=word("Hai {{ don_vi }}"))
    assert said("district").startswith("Hai")

    administrator.post(at_row("use", first))

    assert said("district").startswith("Một")
    assert list(LetterTemplate.objects.order_by("pk").values_list("is_in_force", flat=True)) == [True, False]


def test_setting_it_aside_leads_back_to_the_one_that_comes_with_the_portal(administrator: Client) -> None:
    send(administrator, file=word("Một {{ don_vi }}"))

    administrator.post(at_row("drop", LetterTemplate.objects.get()))

    assert said("district").startswith("LIÊN ĐOÀN LAO ĐỘNG")
    assert LetterTemplate.objects.filter(is_in_force=False).count() == 1


def test_a_template_whose_file_is_gone_cannot_be_used_again(administrator: Client) -> None:
    send(administrator)
    kept = LetterTemplate.objects.get()
    administrator.post(at_row("drop", kept))
    (settings.MEDIA_ROOT / kept.stored_name).unlink()

    answer = administrator.post(at_row("use", kept), follow=True)

    assert "Tệp của mẫu này không còn trên máy chủ. Hãy tải mẫu lên lại." in answer.content.decode()
    assert not LetterTemplate.objects.get().is_in_force


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        pytest.param({"level": ""}, {"level": ["Hãy chọn cấp công đoàn."]}, id="no level"),
        pytest.param({"level": "confederation"}, {"level": ["Hãy chọn lại cấp công đoàn."]}, id="sends nothing up"),
        pytest.param({"file": None}, {"file": ["Hãy chọn tệp Word của mẫu."]}, id="no file"),
        pytest.param({"eof": None}, {"file": ["Tệp chưa được gửi trọn vẹn. Hãy gửi lại."]}, id="cut on the way"),
        pytest.param(
            {"file": SimpleUploadedFile("mau.pdf", files.pdf("x"))},
            {"file": ["Mẫu tờ trình phải là tệp Word đuôi .docx."]},
            id="another kind",
        ),
        pytest.param(
            {"file": SimpleUploadedFile("mau.docx", files.pdf("x"))},
            {
                "file": [
                    "Tệp “mau.docx” mang đuôi .docx nhưng bên trong là PDF. Hãy gửi lại tệp gốc, không đổi đuôi tệp."
                ]
            },
            id="another kind by its content",
        ),
        pytest.param(
            {"file": word("{{ ten_lan }}")},
            {"file": ["Mẫu có trường “ten_lan” mà cổng không biết. Hãy xem lại tên trường trong bảng dưới đây."]},
            id="an unknown field",
        ),
        pytest.param(
            {"file": word("{{ cycler.__init__.__globals__ }}")},
            {
                "file": [
                    "Mẫu có biểu thức “cycler.__init__.__globals__” không được phép. "
                    "Chỉ ghi tên trường trong bảng dưới đây, không ghi lệnh."
                ]
            },
            id="code",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    administrator: Client, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    if isinstance(fields.get("file"), SimpleUploadedFile):
        fields["file"].seek(0)

    assert errors_of(send(administrator, **fields)) == errors
    assert not LetterTemplate.objects.exists()


def test_every_field_is_explained_where_a_template_is_sent(administrator: Client) -> None:
    page = administrator.get(reverse(ADD)).content.decode()

    assert [field.name for field in FIELDS if field.name not in page] == []
    assert "{{ don_vi }}" in page
    assert english_in(seen(page)) == []


def test_the_one_that_comes_with_the_portal_and_each_that_was_sent_can_be_had(administrator: Client) -> None:
    send(administrator, file=word(name="mẫu mới.docx"))

    ours = administrator.get(reverse("admin:initiatives_lettertemplate_built_in"))
    theirs = administrator.get(at_row("file", LetterTemplate.objects.get()))

    assert b"".join(ours.streaming_content) == BUILT_IN.read_bytes()
    assert text_of(b"".join(theirs.streaming_content)) == "Kính gửi {{ kinh_gui }}"
    assert theirs["Content-Disposition"] == "attachment; filename*=UTF-8''m%E1%BA%ABu%20m%E1%BB%9Bi.docx"


def test_the_list_and_the_page_say_which_is_in_force_and_who_sent_it(administrator: Client) -> None:
    send(administrator)
    kept = LetterTemplate.objects.get()

    page = administrator.get(at_row("change", kept)).content.decode()

    assert "Đang dùng" in page and "Võ Thị Hồng" in page
    assert "Thôi dùng, trở lại mẫu có sẵn" in page
    assert english_in(seen(page)) == []
    assert "mau.docx" in administrator.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.MANAGER])
def test_nobody_but_an_administrator_sees_or_changes_them(
    administrator: Client, client_as: ClientAs, role: Role
) -> None:
    send(administrator)
    kept = LetterTemplate.objects.get()
    client = client_as(StaffAccountFactory(username="khac", unit=unit_at("tld"), role=role))

    looked = [reverse(LIST), reverse(ADD), at_row("change", kept), at_row("file", kept)]
    looked.append(reverse("admin:initiatives_lettertemplate_built_in"))
    assert {client.get(each).status_code for each in looked} == {403}
    assert {client.post(at_row(act, kept)).status_code for act in ("use", "drop")} == {403}
    assert send(client).status_code == 403
    assert LetterTemplate.objects.get().is_in_force


def test_what_changes_takes_a_press_of_a_button(administrator: Client) -> None:
    send(administrator)
    kept = LetterTemplate.objects.get()

    assert administrator.get(at_row("use", kept)).status_code == 405
    assert administrator.get(at_row("drop", kept)).status_code == 405
    assert administrator.post(at_row("change", kept), {}).status_code == 403
    missing = LetterTemplate(pk=kept.pk + 1)
    assert {administrator.get(at_row(name, missing)).status_code for name in ("file", "change")} == {404}


def test_one_is_in_force_at_a_level() -> None:
    by = StaffAccountFactory()
    facts = {"level": Level.DISTRICT, "name": "a.docx", "stored_name": "x", "size": 1, "sha256": "0", "uploaded_by": by}
    facts["uploaded_at"] = datetime(2022, 4, 5, tzinfo=VIETNAM)
    LetterTemplate.objects.create(**facts)

    with pytest.raises(IntegrityError, match=r"letter_template_one_in_force_a_level|UNIQUE"):
        LetterTemplate.objects.create(**facts)
