"""No English on any page: what workers see, what staff see, what a refusal says."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from initiatives.models import PersonalDataView
from orgtree.roles import Role
from portal.refusals import page as refusal_page
from tests.codebase.doors import FROM_OUR_PAGE, World, doors
from tests.codebase.words import english_in, seen
from tests.factories import (
    ClusterFactory,
    ComplaintFactory,
    DossierFactory,
    JobFactory,
    LetterTemplateFactory,
    MilestoneFactory,
    StaffAccountFactory,
    TableLayoutFactory,
    TargetFactory,
    TwinPairFactory,
    unit_at,
)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>This field is required.</p>", ["this", "field", "is", "required"]),
        ('<input type="submit" value="Save">', ["save"]),
        ('<img alt="Your receipt">', ["your"]),
        ("<p>Hãy bấm nút <b>Gửi</b>, xem lại rồi đọc to cho cán bộ. Can, Thanh Long, An.</p>", []),
        ("<script>if (this.value) { submit(); }</script>", []),
        ('<textarea readonly translate="no">&lt;iframe title="khung" loading="lazy"></textarea>', []),
        ("<textarea readonly>loading</textarea>", ["loading"]),
        ('<span class="own-key" translate="no">EACH 2KFA</span> <b>each</b>', ["each"]),
        ("<p>https://sangkien.example/status/new</p>", []),
    ],
)
def test_the_search_tells_english_from_vietnamese(page: str, found: list[str]) -> None:
    assert english_in(seen(page)) == found


def english_of(addresses: dict[str, str], send: Callable[[str], HttpResponse]) -> dict[str, list[str]]:
    """The English words of each page that has some."""
    pages = {name: send(address) for name, address in addresses.items()}
    texts = {
        name: page.content.decode() for name, page in pages.items() if page["Content-Type"].startswith("text/html")
    }
    assert texts
    return {name: found for name, text in texts.items() if (found := english_in(seen(text)))}


def test_every_page_for_workers_is_vietnamese(world: World) -> None:
    assert english_of(world.addresses, lambda address: Client().get(address, headers=FROM_OUR_PAGE)) == {}


def test_every_state_of_a_page_is_vietnamese(world: World) -> None:
    assert english_of(world.pages, lambda address: Client().get(address, headers=FROM_OUR_PAGE)) == {}


def test_every_objection_is_vietnamese(world: World) -> None:
    typed = {"eof": "1", "file_count": "x", "phone": "12", "code": "34"}

    assert english_of(world.addresses, lambda address: Client().post(address, typed, headers=FROM_OUR_PAGE)) == {}


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_every_refusal_is_vietnamese(rf: Any, status: int) -> None:
    assert english_in(seen(refusal_page(rf.get("/"), status, retry_after=90).content.decode())) == []


@pytest.mark.parametrize("name", ["crowded", "too_much_at_once"])
def test_what_is_said_in_a_crowd_is_vietnamese(rf: Any, name: str) -> None:
    assert english_in(seen(refusal_page(rf.get("/"), 429, name=name, retry_after=90).content.decode())) == []


def test_the_sign_in_page_and_its_refusal_are_vietnamese(db: None) -> None:
    client = Client()

    asked = client.get(reverse("admin:login"))
    refused = client.post(reverse("admin:login"), {"username": "ai-do", "password": "sai"})

    assert english_in(seen(asked.content.decode())) == []
    assert english_in(seen(refused.content.decode())) == []


STAFF_PAGES = sorted(
    door.name for door in doors() if door.name.startswith("admin:") and door.name.endswith(("_changelist", "_add"))
)


CHANGE_PAGES = {
    door.name
    for door in doors()
    if door.name.startswith("admin:") and door.name.endswith("_change") and door.name != "admin:password_change"
}


def test_every_page_for_staff_is_vietnamese(world: World, client_as: Callable[..., Client]) -> None:
    client = client_as(StaffAccountFactory(username="quan-tri", unit=unit_at("tld"), role=Role.ADMINISTRATOR))

    addresses = {name: reverse(name) for name in ("admin:index", "admin:password_change", *STAFF_PAGES)}

    assert english_of(addresses, client.get) == {}


def test_every_row_opened_by_staff_is_vietnamese(world: World, client_as: Callable[..., Client], rf: Any) -> None:
    administrator = StaffAccountFactory(username="quan-tri", unit=unit_at("tld"), role=Role.ADMINISTRATOR)
    JobFactory(owner=administrator)
    TwinPairFactory()
    makers = (
        ClusterFactory,
        DossierFactory,
        ComplaintFactory,
        LetterTemplateFactory,
        MilestoneFactory,
        TableLayoutFactory,
        TargetFactory,
    )
    for make in makers:
        make()
    PersonalDataView.objects.create(
        account=administrator, what=PersonalDataView.What.TABLE, unit=unit_at("tld"), at=timezone.now()
    )
    request = rf.get("/")
    request.user = administrator
    client = client_as(administrator)
    opened = {}
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        row = model_admin.get_queryset(request).first() if name in CHANGE_PAGES else None
        if row is not None:
            opened[name] = reverse(name, args=[row.pk])

    assert set(opened) == CHANGE_PAGES
    assert english_of(opened, lambda address: client.get(address, follow=True)) == {}


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
