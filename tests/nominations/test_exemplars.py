"""Models held up: what may be told of each, and what staff write, show and take down."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

import initiatives.nominations.exemplar_admin  # noqa: F401 - registered before the urlconf is read
from initiatives.models import Campaign, CommendationDecision, Exemplar, Initiative, Status
from initiatives.nominations import exemplar_pictures, exemplars
from initiatives.nominations.exemplar_pictures import PictureRefused
from initiatives.nominations.exemplars import DecisionIsNotAnnounced, NeedsAName, NeedsConsent
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CommendationDecisionFactory,
    CommendationFactory,
    ExemplarFactory,
    InitiativeFactory,
    StaffAccountFactory,
    make_tree,
    unit_at,
)

NOW = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)
KINDS = Exemplar.Kind


def photo(size: tuple[int, int] = (800, 600), *, where: bool = True, encoding: str = "JPEG") -> bytes:
    """A picture with many colours and, in its notes, the place where it was taken."""
    picture = Image.effect_noise(size, 90).convert("RGB")
    written, notes = io.BytesIO(), Image.Exif()
    if where:
        notes[0x010E] = "noi chup"
        notes[0x0110] = "may anh"
    picture.save(written, encoding, exif=notes)
    return written.getvalue()


def upload(content: bytes, name: str = "anh.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def of_initiative(*, consents: bool = True, number: str = "101/QĐ-LĐLĐ", **fields: Any) -> Exemplar:
    initiative = InitiativeFactory(
        unit=unit_at("quang-tri/dong-ha"),
        status=Status.VALID,
        field="production",
        publish_consented_at=NOW if consents else None,
    )
    decision = CommendationDecisionFactory(campaign=initiative.campaign, number=number)
    commendation = CommendationFactory(
        decision=decision, initiative=initiative, author="Trần Thị Thu Hà", title="Cữ chặn", form="Bằng khen"
    )
    wanted = {
        "kind": KINDS.INITIATIVE,
        "commendation": commendation,
        "campaign": initiative.campaign,
        "unit": initiative.unit,
        "title": "Cữ chặn có thước khắc",
        "name": "",
        "story": "Chị Hà nghĩ ra trong ca đêm.",
    }
    return ExemplarFactory(**wanted | fields)


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return make_tree()


# --- what may be told -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("consents", [True, False])
def test_name_story_and_picture_only_while_the_author_agrees(units: dict[str, Unit], consents: bool) -> None:
    exemplar = of_initiative(consents=consents, picture="ab/cd/x.jpg", picture_is_allowed=True)

    told = exemplars.of(exemplar.pk, at=NOW)

    assert told is not None
    assert (told.title, told.unit, told.field, told.award) == (
        "Cữ chặn có thước khắc",
        "Liên đoàn Lao động thành phố Đông Hà",
        "Sản xuất có giá trị làm lợi cao",
        "Bằng khen, Quyết định số 101/QĐ-LĐLĐ",
    )
    expected = ("Trần Thị Thu Hà", "Chị Hà nghĩ ra trong ca đêm.", "ab/cd/x.jpg") if consents else ("", "", "")
    assert (told.name, told.story, told.picture) == expected


def test_a_co_author_is_not_told_because_the_sender_agreed(units: dict[str, Unit]) -> None:
    exemplar = of_initiative(picture="ab/cd/x.jpg", picture_is_allowed=True)
    Initiative.objects.update(recognised_author=1)

    told = exemplars.of(exemplar.pk, at=NOW)

    assert told is not None
    assert (told.title, told.name, told.story, told.picture) == ("Cữ chặn có thước khắc", "", "", "")
    assert exemplars.consents([Exemplar.objects.select_related("commendation__initiative").get()]) == {
        exemplar.pk: False
    }


def test_a_picture_that_may_not_be_used_is_not_told(units: dict[str, Unit]) -> None:
    exemplar = of_initiative(picture="ab/cd/x.jpg", picture_is_allowed=False)

    assert exemplars.of(exemplar.pk, at=NOW).picture == ""  # type: ignore[union-attr]


def test_a_collective_is_told_by_its_name(units: dict[str, Unit]) -> None:
    told = exemplars.of(ExemplarFactory(name="Tổ bảo trì số 2").pk, at=NOW)

    assert told is not None
    assert (told.name, told.field, told.award) == ("Tổ bảo trì số 2", "", "")


def recalled(exemplar: Exemplar) -> None:
    CommendationDecision.objects.update(announced_at=None)


def reopened(exemplar: Exemplar) -> None:
    Initiative.objects.update(status=Status.SUBMITTED)


def withdrawn(exemplar: Exemplar) -> None:
    Initiative.objects.update(status=Status.WITHDRAWN)


def unpublished(exemplar: Exemplar) -> None:
    Campaign.objects.update(is_published=False)


def taken_down(exemplar: Exemplar) -> None:
    exemplars.take_down(exemplar.pk)


def shown_later(exemplar: Exemplar) -> None:
    Exemplar.objects.update(shown_at=NOW + timedelta(seconds=1))


@pytest.mark.parametrize("happens", [recalled, reopened, withdrawn, unpublished, taken_down, shown_later])
def test_what_is_not_public_any_more_is_gone_at_once(
    units: dict[str, Unit], happens: Callable[[Exemplar], None]
) -> None:
    exemplar = of_initiative()
    assert exemplars.of(exemplar.pk, at=NOW) is not None
    assert Campaign.objects.filter(exemplars.is_any_shown(at=NOW)).exists()

    happens(exemplar)

    assert exemplars.of(exemplar.pk, at=NOW) is None
    assert not Campaign.objects.filter(exemplars.is_any_shown(at=NOW)).exists()


def test_the_edition_changes_with_whatever_is_shown(units: dict[str, Unit]) -> None:
    exemplar = of_initiative()
    before = exemplars.of(exemplar.pk, at=NOW).edition  # type: ignore[union-attr]

    Initiative.objects.update(publish_consented_at=None)

    assert exemplars.of(exemplar.pk, at=NOW).edition != before  # type: ignore[union-attr]


# --- showing ----------------------------------------------------------------------------------------------------------


def test_an_initiative_is_held_up_once_and_after_the_announcement(units: dict[str, Unit]) -> None:
    commendation = CommendationFactory(title="Cữ chặn")
    officer = StaffAccountFactory(role=Role.MANAGER)

    first = exemplars.of_commendation(commendation.pk, by=officer)

    assert exemplars.of_commendation(commendation.pk, by=officer) == first
    assert (first.title, first.unit, first.shown_at, first.made_by) == (
        "Cữ chặn",
        commendation.initiative.unit,
        None,
        officer,
    )
    CommendationDecision.objects.update(announced_at=None)
    with pytest.raises(DecisionIsNotAnnounced):
        exemplars.show(first.pk, at=NOW)
    with pytest.raises(DecisionIsNotAnnounced):
        exemplars.of_commendation(commendation.pk, by=officer)


REFUSED = [
    ({"kind": KINDS.PERSON, "has_consent": False}, NeedsConsent),
    ({"kind": KINDS.PERSON, "has_consent": True, "name": ""}, NeedsAName),
    ({"kind": KINDS.COLLECTIVE, "name": ""}, NeedsAName),
]


@pytest.mark.parametrize(("fields", "refusal"), REFUSED)
def test_what_may_not_be_shown_is_refused_by_name(
    units: dict[str, Unit], fields: dict[str, Any], refusal: type[Exception]
) -> None:
    exemplar = ExemplarFactory(shown_at=None, **fields)

    with pytest.raises(refusal):
        exemplars.show(exemplar.pk, at=NOW)

    exemplar.refresh_from_db()
    assert exemplar.shown_at is None


def test_what_is_shown_keeps_its_day(units: dict[str, Unit]) -> None:
    exemplar = ExemplarFactory(shown_at=None)

    exemplars.show(exemplar.pk, at=NOW)

    assert exemplars.show(exemplar.pk, at=NOW + timedelta(days=1)).shown_at == NOW


def test_a_person_who_agrees_no_longer_is_taken_down(units: dict[str, Unit]) -> None:
    exemplar = ExemplarFactory(kind=KINDS.PERSON, has_consent=True)

    exemplars.write(exemplar.pk, title="Mới", name="Tên", story="", has_consent=False, picture_is_allowed=False)

    exemplar.refresh_from_db()
    assert (exemplar.title, exemplar.shown_at) == ("Mới", None)


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_a_picture_is_kept_smaller_and_without_its_place() -> None:
    name = exemplar_pictures.keep(upload(photo((2700, 1800))), name="anh.jpg")

    with Image.open(settings.MEDIA_ROOT / name) as kept:
        assert (kept.format, max(kept.size), dict(kept.getexif())) == ("JPEG", 1280, {})
    assert b"noi chup" not in (settings.MEDIA_ROOT / name).read_bytes()


@pytest.mark.parametrize("encoding", ["PNG", "WEBP"])
def test_other_pictures_become_jpeg(encoding: str) -> None:
    name = exemplar_pictures.keep(upload(photo((90, 60), encoding=encoding)), name=f"anh.{encoding.lower()}")

    assert name.endswith(".jpg")


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.4 khong phai anh", "a.pdf"), (b"", "a.jpg"), (b"xyz", "a.jpg"), (b"\xff\xd8\xff", "a.jpg"), (b"x", "a")],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, name: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        exemplar_pictures.keep(upload(content, name), name=name)

    assert refused.value.sentence.endswith(".")


REFUSED_PICTURES = [
    (b"%PDF-1.4 khong phai anh", "giay khen.pdf", "Tệp “giay khen.pdf” không phải là ảnh JPG, PNG, WebP hoặc HEIC."),
    (b"khong phai anh", "anh.jpg", "Tệp “anh.jpg” không phải là ảnh"),
    (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "to.jpg", "Tệp “to.jpg” nặng hơn 10 MB. Hãy chọn ảnh nhẹ hơn."),
    (b"", "rong.jpg", "Tệp “rong.jpg” không có nội dung."),
    (photo()[:4000], "dut.jpg", "Tệp “dut.jpg” bị hỏng hoặc chưa được tải lên trọn vẹn."),
]


@pytest.mark.parametrize(("content", "name", "sentence"), REFUSED_PICTURES, ids=[each[1] for each in REFUSED_PICTURES])
def test_a_refusal_speaks_of_pictures_alone(content: bytes, name: str, sentence: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        exemplar_pictures.keep(upload(content, name), name=name)

    assert refused.value.sentence.startswith(sentence)
    assert "Word" not in refused.value.sentence
    assert "Google Drive" not in refused.value.sentence


@pytest.mark.parametrize("size", [(1400, 900), (600, 1500), (40, 30)])
def test_the_picture_on_the_page_weighs_little(size: tuple[int, int]) -> None:
    name = exemplar_pictures.keep(upload(photo(size)), name="anh.jpg")

    small = exemplar_pictures.small(name)

    assert len(small) <= exemplar_pictures.SMALL_BYTES
    assert exemplar_pictures.size_on_page(name)[0] <= exemplar_pictures.SMALL_WIDTH


@pytest.mark.parametrize(
    ("title", "picture"),
    [("Cữ chặn", False), ("Cữ chặn", True), ("CẢI TIẾN QUY TRÌNH " * 13, True), ("W" * 250, False)],
    ids=["words", "with a picture", "long", "one word"],
)
def test_the_card_is_as_large_as_zalo_and_facebook_show(units: dict[str, Unit], title: str, picture: bool) -> None:
    name = exemplar_pictures.keep(upload(photo()), name="anh.jpg") if picture else ""
    exemplar = ExemplarFactory(title=title.strip()[:250], picture=name, picture_is_allowed=picture)
    told = exemplars.of(exemplar.pk, at=NOW)
    assert told is not None

    card = exemplar_pictures.card(told, campaign="01 triệu sáng kiến")

    with Image.open(io.BytesIO(card)) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (1200, 630))
    assert len(card) < 300 * 1024


def test_a_card_is_drawn_without_a_picture_whose_file_is_gone(units: dict[str, Unit]) -> None:
    gone = f"ab/cd/abcd{'0' * 60}.jpg"
    told = exemplars.of(ExemplarFactory(picture=gone, picture_is_allowed=True).pk, at=NOW)

    assert told is not None
    assert exemplar_pictures.card(told, campaign="x")


# --- in the admin -----------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(units: dict[str, Unit], client_as: Callable[[StaffAccount], Client], at: Callable[[Any], Any]) -> Client:
    at(NOW)
    return client_as(StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER))


def address(name: str, exemplar: Exemplar) -> str:
    return reverse(f"admin:initiatives_exemplar_{name}", args=[exemplar.pk])


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def typed(**changes: Any) -> dict[str, Any]:
    return {"title": "Tổ bảo trì", "name": "Tổ số 2", "story": "Chuyện.", "eof": "1"} | changes


def test_a_collective_is_entered_written_shown_and_taken_down(manager: Client, units: dict[str, Unit]) -> None:
    campaign = ExemplarFactory().campaign
    asked = {"campaign": campaign.pk, "unit": units["quang-tri"].pk, "kind": "collective"}

    manager.post(reverse("admin:initiatives_exemplar_add"), asked | {"title": "Tổ bảo trì", "name": "Tổ số 2"})
    made = Exemplar.objects.get(name="Tổ số 2")
    manager.post(address("change", made), typed(picture=upload(photo()), picture_is_allowed="on"))
    assert exemplars.of(made.pk, at=NOW) is None
    manager.post(address("change", made), typed(picture_is_allowed="on", then="show"))
    told = exemplars.of(made.pk, at=NOW)
    assert told is not None
    assert (told.story, told.picture != "") == ("Chuyện.", True)
    picture = manager.get(address("picture", made))
    assert (picture["Content-Type"], b"".join(picture)[:2]) == ("image/jpeg", b"\xff\xd8")
    manager.post(address("change", made), typed(picture_is_allowed="on", then="take_down"))

    assert exemplars.of(made.pk, at=NOW) is None


def test_showing_keeps_what_was_typed(manager: Client) -> None:
    exemplar = ExemplarFactory(shown_at=None, story="")
    page = seen(manager.get(address("change", exemplar)))

    manager.post(address("change", exemplar), typed(story="Vừa viết xong.", then="show"))

    exemplar.refresh_from_db()
    assert (exemplar.story, exemplar.shown_at) == ("Vừa viết xong.", NOW)
    assert page.count('class="act-form"') == page.count('name="then" value="show"') == 1
    assert page.index('class="act-form"') < page.index('name="then" value="show"') < page.index('name="eof"')


def test_what_may_not_be_shown_is_written_all_the_same(manager: Client) -> None:
    exemplar = ExemplarFactory(shown_at=None, kind=KINDS.PERSON, has_consent=False)

    answer = manager.post(address("change", exemplar), typed(story="Vừa viết xong.", then="show"), follow=True)

    exemplar.refresh_from_db()
    assert (exemplar.story, exemplar.shown_at) == ("Vừa viết xong.", None)
    assert "cá nhân phải đồng ý bằng giấy" in seen(answer)


def test_what_is_wrong_in_the_text_keeps_it_unshown_and_is_taken_down_all_the_same(manager: Client) -> None:
    waiting, shown = ExemplarFactory(shown_at=None), ExemplarFactory()

    answers = [
        manager.post(address("change", exemplar), typed(title="", story="Vừa viết", then=then))
        for exemplar, then in ((waiting, "show"), (shown, "take_down"))
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert ["Vừa viết" in seen(answer) for answer in answers] == [True, True]
    assert not Exemplar.objects.exclude(shown_at=None).exists()


def test_a_new_one_says_which_button_shows_it(manager: Client, units: dict[str, Unit]) -> None:
    asked = {"campaign": ExemplarFactory().campaign.pk, "unit": units["quang-tri"].pk, "kind": "collective"}

    answer = manager.post(
        reverse("admin:initiatives_exemplar_add"), asked | {"title": "Tổ bảo trì", "name": "Tổ số 2"}, follow=True
    )

    assert "bấm “Lưu và cho hiện”" in seen(answer)
    assert ">Lưu và cho hiện</button>" in seen(answer)


def test_an_initiative_cannot_be_entered_by_hand(manager: Client, units: dict[str, Unit]) -> None:
    campaign = ExemplarFactory().campaign
    asked = {"campaign": campaign.pk, "unit": units["quang-tri"].pk, "title": "x", "name": "y", "kind": "initiative"}

    answer = manager.post(reverse("admin:initiatives_exemplar_add"), asked)

    assert "Hãy chọn tập thể hoặc cá nhân." in seen(answer)
    assert Exemplar.objects.count() == 1


REFUSED_FORMS = [
    (typed(title=""), "Hãy nhập tiêu đề."),
    (typed(story="a" * 3001), "Hãy bớt 1 ký tự."),
    (typed(picture=upload(b"khong phai anh")), "không phải là ảnh JPG, PNG, WebP hoặc HEIC"),
    ({**typed(picture=upload(photo((40, 30)))), "eof": None}, "chưa được gửi trọn vẹn"),
]


@pytest.mark.parametrize(("sent", "sentence"), REFUSED_FORMS, ids=[case[1] for case in REFUSED_FORMS])
def test_what_is_refused_is_said_and_the_words_are_kept(manager: Client, sent: dict[str, Any], sentence: str) -> None:
    exemplar = ExemplarFactory(title="Như cũ")

    answer = manager.post(
        address("change", exemplar), {name: value for name, value in sent.items() if value is not None}
    )

    exemplar.refresh_from_db()
    assert answer.status_code == 422
    assert sentence in seen(answer)
    assert "Tổ số 2" in seen(answer)
    assert (exemplar.title, exemplar.picture) == ("Như cũ", "")


def test_a_picture_is_dropped(manager: Client) -> None:
    exemplar = ExemplarFactory()
    manager.post(address("change", exemplar), typed(picture=upload(photo((40, 30)))))
    exemplar.refresh_from_db()
    assert exemplar.picture

    manager.post(address("change", exemplar), typed(drop_picture="on"))

    exemplar.refresh_from_db()
    assert exemplar.picture == ""


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_only_looks_writes_nothing(
    units: dict[str, Unit], client_as: Callable[[StaffAccount], Client], role: str
) -> None:
    exemplar = ExemplarFactory(unit=units["quang-tri"], title="Như cũ")
    client = client_as(StaffAccountFactory(unit=units["quang-tri"], role=role))

    assert "Như cũ" in seen(client.get(address("change", exemplar)))
    assert client.post(address("change", exemplar), typed()).status_code == 403
    for then in ("take_down", "show"):
        assert client.post(address("change", exemplar), typed(then=then)).status_code == 403
    assert client.get(reverse("admin:initiatives_exemplar_add")).status_code == 403
    exemplar.refresh_from_db()
    assert (exemplar.title, exemplar.shown_at is not None) == ("Như cũ", True)


def test_another_branch_sees_as_much_as_of_a_missing_one(
    units: dict[str, Unit], client_as: Callable[[StaffAccount], Client]
) -> None:
    exemplar = ExemplarFactory(unit=units["quang-tri"])
    client = client_as(StaffAccountFactory(unit=units["thanh-hoa"], role=Role.MANAGER))

    assert [client.get(address(name, exemplar)).status_code for name in ("change", "picture")] == [404, 404]
    assert client.post(address("change", exemplar), typed(then="take_down")).status_code == 404


@pytest.mark.parametrize(
    ("unit", "may"),
    [("quang-tri/dong-ha", False), ("quang-tri", True), ("tld", True)],
    ids=["below", "deciding", "above"],
)
def test_what_was_commended_is_held_up_by_those_who_may_commend(
    units: dict[str, Unit], client_as: Callable[[StaffAccount], Client], at: Callable[[Any], Any], unit: str, may: bool
) -> None:
    at(NOW)
    exemplar = of_initiative(title="Như cũ", shown_at=None)
    client = client_as(StaffAccountFactory(unit=unit_at(unit), role=Role.MANAGER))

    page = seen(client.get(address("change", exemplar)))
    answer = client.post(address("change", exemplar), typed(title="Viết lại", then="show"))

    exemplar.refresh_from_db()
    assert ("Như cũ" in page, 'name="story"' in page) == (True, may)
    assert (answer.status_code, exemplar.title, exemplar.shown_at) == (
        (302, "Viết lại", NOW) if may else (403, "Như cũ", None)
    )


def test_a_unit_below_writes_its_own_collective(
    units: dict[str, Unit], client_as: Callable[[StaffAccount], Client], at: Callable[[Any], Any]
) -> None:
    at(NOW)
    exemplar = ExemplarFactory(unit=unit_at("quang-tri/dong-ha"), shown_at=None)
    client = client_as(StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.MANAGER))

    assert client.post(address("change", exemplar), typed(then="show")).status_code == 302
    exemplar.refresh_from_db()
    assert exemplar.shown_at == NOW
