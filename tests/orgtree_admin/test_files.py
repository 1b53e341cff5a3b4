"""Handing a document to staff: to those who may see the initiative, as what it is, and unable to run."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.models import Attachment
from tests.factories import AttachmentFactory, DraftFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
CONTENT = b"%PDF-1.7 invented"


def stored(settings: Any, world: World, extension: str, media_type: str, name: str) -> Attachment:
    digest = hashlib.sha256(CONTENT).hexdigest()
    place = Path(settings.MEDIA_ROOT) / digest[:2] / digest[2:4] / f"{digest}.{extension}"
    place.parent.mkdir(parents=True)
    place.write_bytes(CONTENT)
    return AttachmentFactory(
        initiative=world.rows["initiative"],
        stored_name=f"{digest[:2]}/{digest[2:4]}/{digest}.{extension}",
        media_type=media_type,
        name=name,
    )


def address(attachment: Attachment) -> str:
    return reverse("admin:attachment", args=[attachment.pk])


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    "extension, media_type, how",
    [
        ("pdf", "application/pdf", "inline"),
        ("jpg", "image/jpeg", "inline"),
        ("png", "image/png", "inline"),
        ("docx", WORD, "attachment"),
        ("doc", "application/msword", "attachment"),
    ],
)
def test_a_document_is_handed_out_unable_to_run(
    world: World, enter: Enter, settings: Any, extension: str, media_type: str, how: str
) -> None:
    attachment = stored(settings, world, extension, media_type, f"Quyết định số 12.{extension}")

    answer = enter("viewer").get(address(attachment))

    assert answer.getvalue() == CONTENT
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"].startswith(f"{how}; filename*=UTF-8''Quy%E1%BA%BFt")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"] == "private, no-store"


def test_a_name_cannot_break_out_of_its_header(world: World, enter: Enter, settings: Any) -> None:
    attachment = stored(settings, world, "pdf", "application/pdf", 'a"; filename=b.html\r\nX: y')

    answer = enter("inside").get(address(attachment))
    answer.getvalue()

    assert '"' not in answer["Content-Disposition"]
    assert not answer.has_header("X")


@pytest.mark.parametrize("who", ["outsider", "beside", "below", "without_unit"])
def test_strangers_get_the_page_of_a_missing_file(world: World, enter: Enter, settings: Any, who: str) -> None:
    attachment = stored(settings, world, "pdf", "application/pdf", "a.pdf")

    assert enter(who).get(address(attachment)).status_code == 404


@pytest.mark.parametrize("name", ["../../portal.sqlite3", "/etc/passwd", "", "aa/bb/" + "c" * 64 + ".pdf"])
def test_a_file_that_is_gone_or_none_of_ours_is_missing(world: World, enter: Enter, name: str) -> None:
    attachment = AttachmentFactory(initiative=world.rows["initiative"], stored_name=name)

    assert enter("inside").get(address(attachment)).status_code == 404


def test_a_document_of_a_draft_is_nobodys_to_read_yet(world: World, enter: Enter, settings: Any) -> None:
    attachment = stored(settings, world, "pdf", "application/pdf", "a.pdf")
    draft = DraftFactory(campaign=world.campaign, unit=world.units["quang-tri/dong-ha"])
    Attachment.objects.filter(pk=attachment.pk).update(initiative=None, draft=draft)

    assert enter("administrator").get(address(attachment)).status_code == 404


def test_a_file_is_only_read(world: World, enter: Enter, settings: Any) -> None:
    assert enter("inside").post(address(stored(settings, world, "pdf", "application/pdf", "a.pdf"))).status_code == 405


def test_a_number_beyond_every_key_is_missing(world: World, enter: Enter) -> None:
    assert enter("inside").get(f"/admin/initiatives/attachment/{'9' * 40}/tep/").status_code == 404


# --- at a glance ------------------------------------------------------------------------------------------------------


def glanced(settings: Any, world: World) -> Attachment:
    attachment = stored(settings, world, "jpg", "image/jpeg", "Ảnh.jpg")
    Attachment.objects.filter(pk=attachment.pk).update(thumbnail=attachment.stored_name, first_look="Chữ trong tệp")
    return attachment


@pytest.mark.parametrize("name", ["attachment_thumbnail", "attachment_text"])
@pytest.mark.parametrize("who", ["outsider", "beside", "below", "without_unit"])
def test_strangers_get_no_glance(world: World, enter: Enter, settings: Any, who: str, name: str) -> None:
    attachment = glanced(settings, world)

    assert enter(who).get(reverse(f"admin:{name}", args=[attachment.pk])).status_code == 404


def test_a_small_picture_is_kept_by_the_browser_for_a_while(world: World, enter: Enter, settings: Any) -> None:
    answer = enter("viewer").get(reverse("admin:attachment_thumbnail", args=[glanced(settings, world).pk]))

    assert answer.getvalue() == CONTENT
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, max-age=600"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_text_of_a_word_file_is_a_page(world: World, enter: Enter, settings: Any) -> None:
    attachment = glanced(settings, world)
    Attachment.objects.filter(pk=attachment.pk).update(first_look="Chữ <b>trong</b> tệp")

    answer = enter("viewer").get(reverse("admin:attachment_text", args=[attachment.pk]))

    assert "Chữ &lt;b&gt;trong&lt;/b&gt; tệp" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["attachment_thumbnail", "attachment_text"])
def test_where_there_is_nothing_to_glance_at_the_page_is_missing(
    world: World, enter: Enter, settings: Any, name: str
) -> None:
    attachment = stored(settings, world, "pdf", "application/pdf", "a.pdf")

    assert enter("inside").get(reverse(f"admin:{name}", args=[attachment.pk])).status_code == 404
