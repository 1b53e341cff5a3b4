"""No English on any page: what workers see, what staff see, what a refusal says."""

import pytest
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.test import Client
from django.urls import reverse

from orgtree.roles import Role
from portal.refusals import page as refusal_page
from tests.codebase.doors import FROM_OUR_PAGE, World, doors
from tests.codebase.test_doors import PUBLIC
from tests.codebase.words import english_in, seen
from tests.factories import StaffAccountFactory, unit_at

STATES = (
    "units-of-a-province",
    "units-nothing-found",
    "campaign-of-a-unit",
    "begin-at-a-unit",
    "closed-campaign",
    "closed-begin",
    "missing",
    "track-expired",
)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>This field is required.</p>", ["this", "field", "is", "required"]),
        ('<input type="submit" value="Save">', ["save"]),
        ('<img alt="Your receipt">', ["your"]),
        ("<p>Hãy bấm nút <b>Gửi</b>, xem lại rồi đọc to cho cán bộ. Can, Thanh Long, An.</p>", []),
        ("<script>if (this.value) { submit(); }</script>", []),
        ("<p>https://sangkien.example/status/new</p>", []),
    ],
)
def test_the_search_tells_english_from_vietnamese(page: str, found: list[str]) -> None:
    assert english_in(seen(page)) == found


@pytest.mark.parametrize("name", sorted(PUBLIC - {"healthz", "readyz", "qr_svg", "qr_png", "poster", "receipt_png"}))
def test_a_page_for_workers_is_vietnamese(world: World, name: str) -> None:
    answer = Client().get(world.addresses[name], headers=FROM_OUR_PAGE)

    assert english_in(seen(answer.content.decode())) == []


@pytest.mark.parametrize("name", STATES)
def test_every_state_of_a_page_is_vietnamese(world: World, name: str) -> None:
    answer = Client().get(world.pages[name], headers=FROM_OUR_PAGE)

    assert answer.status_code in {200, 403, 404}
    assert english_in(seen(answer.content.decode())) == []


def test_every_state_is_walked(world: World) -> None:
    assert set(world.pages) == set(STATES)


@pytest.mark.parametrize(
    "name", sorted(name for name in PUBLIC if name in {"begin", "track"} or name.startswith("draft_"))
)
def test_every_objection_is_vietnamese(world: World, name: str) -> None:
    answer = Client().post(world.addresses[name], {"eof": "1", "file_count": "x"}, headers=FROM_OUR_PAGE)

    assert english_in(seen(answer.content.decode())) == []


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_every_refusal_is_vietnamese(rf, status: int) -> None:
    assert english_in(seen(refusal_page(rf.get("/"), status, retry_after=90).content.decode())) == []


def test_the_sign_in_page_and_its_refusal_are_vietnamese(db: None) -> None:
    client = Client()

    asked = client.get(reverse("admin:login"))
    refused = client.post(reverse("admin:login"), {"username": "ai-do", "password": "sai"})

    assert english_in(seen(asked.content.decode())) == []
    assert english_in(seen(refused.content.decode())) == []


STAFF_PAGES = sorted(
    door.name for door in doors() if door.name.startswith("admin:") and door.name.endswith(("_changelist", "_add"))
)


@pytest.mark.parametrize("name", ["admin:index", "admin:password_change", *STAFF_PAGES])
def test_a_page_for_staff_is_vietnamese(world: World, client_as, name: str) -> None:
    administrator = StaffAccountFactory(username="quan-tri", unit=unit_at("tld"), role=Role.ADMINISTRATOR)

    answer = client_as(administrator).get(reverse(name))

    assert answer.status_code in ({200, 403} if name.endswith("_add") else {200})
    assert english_in(seen(answer.content.decode())) == []


CHANGE_PAGES = sorted(door.name for door in doors() if door.name.startswith("admin:") and door.name.endswith("_change"))


@pytest.mark.parametrize("name", [name for name in CHANGE_PAGES if name != "admin:password_change"])
def test_every_row_opened_by_staff_is_vietnamese(world: World, client_as, rf, name: str) -> None:
    administrator = StaffAccountFactory(username="quan-tri", unit=unit_at("tld"), role=Role.ADMINISTRATOR)
    model_admin = next(
        model_admin
        for model, model_admin in admin.site._registry.items()
        if name == f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    )
    request = rf.get("/")
    request.user = administrator
    row = model_admin.get_queryset(request).first()

    answer = client_as(administrator).get(reverse(name, args=[row.pk]), follow=True)

    assert answer.status_code == 200
    assert english_in(seen(answer.content.decode())) == []


def test_a_bare_form_objects_in_vietnamese() -> None:
    """Django's own sentences, which our fields fall back on."""
    from django import forms

    class Bare(Form):
        text = forms.CharField()
        day = forms.DateField()
        number = forms.IntegerField(max_value=3)
        choice = forms.ChoiceField(choices=[("a", "A")])

    form = Bare({"day": "x", "number": "9", "choice": "z"})

    sentences = [str(each) for name, found in form.errors.items() if name != NON_FIELD_ERRORS for each in found]
    assert len(sentences) == 4
    assert [english_in(sentence) for sentence in sentences] == [[]] * 4
