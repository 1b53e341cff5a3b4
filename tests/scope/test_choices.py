"""What may be chosen: autocompletes of every field that names a row, and rows named by hand in every form."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.helpers import AdminForm, InlineAdminFormSet
from django.forms.models import ModelChoiceField
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from initiatives import looked_at
from orgtree.scope import ScopedQuerySet
from tests.scope.answers import ask, text_of
from tests.scope.doors import DOORS, sees
from tests.scope.world import MISSING, PLACES, PUBLIC, STAFF, WITNESSES, World

Enter = Callable[[str], Client]

AUTOCOMPLETE = reverse("admin:autocomplete")


def relations() -> list[tuple[str, str, str, Any]]:
    """Of the fields that name a row of the admin, one of each name and kind of row: whatever else a field is makes no other
    answer, which `test_fields_of_one_name_offer_the_same` asks of all."""
    return list(
        {(field, related): (app, model, field, related) for app, model, field, related in every_relation()}.values()
    )


def every_relation() -> list[tuple[str, str, str, Any]]:
    """Every field of every model that names a row of the admin: app, model, field, and whose rows it names."""
    return [
        (model._meta.app_label, model._meta.model_name, field.name, field.related_model)
        for model in apps.get_models()
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.related_model in admin.site._registry
    ]


def asked(app: str, model: str, field: str, **more: object) -> str:
    return f"{AUTOCOMPLETE}?{urlencode({'app_label': app, 'model_name': model, 'field_name': field} | more)}"


def offered(client: Client, app: str, model: str, field: str) -> set[int] | None:
    """The numbers of all rows that an autocomplete offers; None where it is closed."""
    found: set[int] = set()
    for page in range(1, 20):
        answer = client.get(asked(app, model, field, page=page))
        if answer.status_code != 200:
            return None
        found |= {int(row["id"]) for row in answer.json()["results"]}
        if not answer.json()["pagination"]["more"]:
            break
    return found


@pytest.mark.parametrize("who", STAFF)
def test_an_autocomplete_offers_the_branch(world: World, enter: Enter, who: str) -> None:
    client = enter(who)
    wrong = {}

    for app, model, field, related in relations():
        found, kind = offered(client, app, model, field), related._meta.model_name
        is_open = sees(kind, who) and bool(admin.site._registry[related].search_fields)
        if not isinstance(related._default_manager.all(), ScopedQuerySet):
            continue
        if found != (world.in_branch(related, who) if is_open else None):
            wrong[app, model, field] = found

    assert wrong == {}


def test_fields_of_one_name_offer_the_same(world: World, enter: Enter) -> None:
    client = enter("province")
    by_name = {(field, related): offered(client, app, model, field) for app, model, field, related in relations()}

    found = {
        (app, model, field): offered(client, app, model, field) == by_name[field, related]
        for app, model, field, related in every_relation()
    }

    assert len(found) > len(by_name)
    assert [each for each, is_same in found.items() if not is_same] == []


@pytest.mark.parametrize("who", WITNESSES)
def test_a_search_in_an_autocomplete_finds_nothing_of_another_branch(world: World, enter: Enter, who: str) -> None:
    client, place = enter(who), world.elsewhere(who)
    words = {"unit": ("name", "alias"), "staffaccount": ("username",), "initiative": ("title", "receipt")}
    told_apart = []

    for app, model, field, related in relations():
        for secret in world.secrets_of(place, *words.get(related._meta.model_name, ()))[:3]:
            pair = (secret.twin, secret.text)
            none, foreign = (ask(client, "get", asked(app, model, field, term=word), unsaid=pair) for word in pair)
            is_alike = foreign.told == none.told if secret.kind in PUBLIC else foreign == none
            if not is_alike or world.leaks(foreign.text, who):
                told_apart.append((model, field, str(secret)))

    assert told_apart == []


@pytest.mark.parametrize("page", ["contact_add", "windowextension_add", "draft_extend"])
def test_the_forms_of_a_page_are_found(world: World, enter: Enter, page: str) -> None:
    name = f"initiatives_{page}"

    assert list(forms_of(enter("administrator").get(DOORS[name].address(world, name))))


def forms_of(answer: HttpResponse) -> Iterator[forms.BaseForm]:
    """Every form that a page shows."""
    return forms_in(list((getattr(answer, "context_data", None) or {}).values()))


def forms_in(shown: Any) -> Iterator[forms.BaseForm]:
    if isinstance(shown, forms.BaseForm):
        yield shown
    elif isinstance(shown, forms.BaseFormSet):
        yield from shown.forms
    elif isinstance(shown, InlineAdminFormSet):
        yield from shown.formset.forms
    elif isinstance(shown, AdminForm):
        yield shown.form
    elif isinstance(shown, dict):
        yield from forms_in(list(shown.values()))
    elif isinstance(shown, list | tuple):
        for each in shown:
            yield from forms_in(each)


def naming(answer: HttpResponse) -> dict[str, str]:
    """The fields of a page that name a row, by the name they are posted under, with the kind of the row."""
    return {
        form.add_prefix(name): field.queryset.model._meta.model_name
        for form in forms_of(answer)
        for name, field in form.fields.items()
        if isinstance(field, ModelChoiceField)
    }


@pytest.mark.parametrize("who", STAFF)
def test_a_form_offers_nothing_of_another_branch(world: World, enter: Enter, who: str) -> None:
    """Whatever a page makes of the choices: no row outside the branch is among them."""
    client = enter(who)
    outside = {}

    for name, door in DOORS.items():
        if not door.lets_in(world, who):
            continue
        answer = client.get(door.address(world, name))
        text_of(answer)
        for form in forms_of(answer):
            for field_name, field in form.fields.items():
                rows = getattr(field, "queryset", None)
                if isinstance(rows, ScopedQuerySet) and not field.widget.is_hidden:  # an inline's own rows offer none
                    outside[name, field_name] = {row.pk for row in rows} - world.in_branch(rows.model, who)

    assert {field: rows for field, rows in outside.items() if rows} == {}


@pytest.mark.parametrize("who", WITNESSES)
def test_a_row_of_another_branch_named_by_hand_is_a_missing_one(
    world: World, enter: Enter, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes a table of their own is written down, which is no change of what is asked here."""
    monkeypatch.setattr(looked_at, "_keep", lambda *looks: None)
    client, place = enter(who), world.elsewhere(who)
    before, told_apart = world.snapshot(), []

    for name, door in DOORS.items():
        own = next((each for each in PLACES if door.lets_in(world, who, each)), None)
        if own is None:
            continue
        address = door.address(world, name, own)
        answer = client.get(address)
        text_of(answer)
        for field, kind in naming(answer).items():
            if kind not in world.rows or kind in {"campaign", "consenttext"}:
                continue
            number = world.of(kind, place).pk
            missing, foreign = (
                ask(client, "post", address, {field: asked_for}, unsaid=(MISSING, number))
                for asked_for in (MISSING, number)
            )
            if missing != foreign or world.leaks(foreign.text, who, known=door.tells):
                told_apart.append((name, field))

    assert told_apart == []
    assert world.snapshot() == before
