"""What is asked of the admin by hand: parameters, numbers and rows that no page of ours offers.

Whose rows anybody sees is proved in `tests/scope`.
"""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from initiatives.models import Contact
from initiatives.reports.table_layout_admin import MOST_COLUMNS
from orgtree.scope import ScopedQuerySet
from orgtree.scoped_admin import MOST_ROWS, ScopedAdmin
from tests.factories import TableLayoutFactory, TwinPairFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]

LISTED = ("contact", "draft", "initiative", "staffaccount", "twinpair", "unit", "windowextension")


# These rows are asked for by `tests/scope`, which walks every address.
ASKED_IN_THE_MATRIX = (
    *("selectionround", "dossier", "complaint", "commendationdecision", "exemplar", "tablelayout"),
    *("target", "datarequest", "personaldataview"),
)


def app_of(name: str) -> str:
    return "orgtree" if name in {"unit", "staffaccount"} else "initiatives"


def address(name: str, act: str, *args: Any) -> str:
    return reverse(f"admin:{app_of(name)}_{name}_{act}", args=args)


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_every_model_that_belongs_to_a_unit_stands_on_the_scoped_admin() -> None:
    scoped = {m for m, a in admin.site._registry.items() if isinstance(m._default_manager.all(), ScopedQuerySet)}

    assert scoped == {model for model, each in admin.site._registry.items() if isinstance(each, ScopedAdmin)}
    assert len(scoped) == len(LISTED) + 1 + len(ASKED_IN_THE_MATRIX)


def autocomplete(client: Client, model: str, field: str, term: str) -> HttpResponse:
    asked = {"app_label": app_of(model), "model_name": model, "field_name": field, "term": term}
    return client.get(reverse("admin:autocomplete"), asked)


def test_units_of_one_name_are_told_apart(world: World, enter: Enter) -> None:
    answer = autocomplete(enter("administrator"), "contact", "unit", "vien chuc quang tri")

    assert [each["text"] for each in answer.json()["results"]] == ["CĐ Viên chức tỉnh Quảng Trị (LĐLĐ tỉnh Quảng Trị)"]


def test_units_are_only_read(world: World, enter: Enter) -> None:
    client = enter("administrator")

    assert client.get(address("unit", "add")).status_code == 403
    assert client.post(address("unit", "change", world.rows["unit"].pk), {"name": "Khác"}).status_code == 403
    assert client.get(address("unit", "delete", world.rows["unit"].pk)).status_code == 403


@pytest.mark.parametrize("name", [each for each in LISTED if each != "contact"])
def test_nothing_is_deleted(world: World, enter: Enter, name: str) -> None:
    row = TwinPairFactory(later=world.rows["initiative"]) if name == "twinpair" else world.rows[name]

    answer = enter("administrator").post(address(name, "delete", row.pk), {"post": "yes"})

    assert answer.status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_no_list_offers_to_delete_what_is_ticked(world: World, enter: Enter) -> None:
    client = enter("administrator")

    assert [name for name in LISTED if "delete_selected" in text_of(client.get(address(name, "changelist")))] == []


class TestMovingRowsAway:
    """A POST may not carry a row over the border of the branch, whatever the form offers."""

    def contact(self, world: World, **changed: Any) -> dict[str, Any]:
        return {"name": "Ban Tổ chức", "unit": world.units["quang-tri/dong-ha"].pk, **changed}

    def test_a_contact_is_added_in_the_branch(self, world: World, enter: Enter) -> None:
        answer = enter("inside").post(address("contact", "add"), self.contact(world))

        assert answer.status_code == 302

    @pytest.mark.parametrize("code", ["dien-bien", "quang-tri", "quang-tri/huong-hoa", ""])
    def test_a_contact_is_refused_elsewhere(self, world: World, enter: Enter, code: str) -> None:
        unit = world.units[code].pk if code else ""
        model = type(world.rows["contact"])
        before = model.objects.count()

        answer = enter("inside").post(address("contact", "add"), self.contact(world, unit=unit))

        assert answer.status_code == 200
        assert model.objects.count() == before

    def test_a_contact_stays_in_the_branch(self, world: World, enter: Enter) -> None:
        contact = world.rows["contact"]
        posted = self.contact(world, unit=world.units["dien-bien"].pk)

        enter("inside").post(address("contact", "change", contact.pk), posted)

        contact.refresh_from_db()
        assert contact.unit == world.units["quang-tri/dong-ha"]

    def test_the_last_look_before_saving_does_not_trust_the_form(self, world: World, rf: Any) -> None:
        request = rf.post("/")
        request.user = world.accounts["inside"]
        contact = Contact(name="Ban Tổ chức", unit=world.units["dien-bien"])
        form = type("Form", (), {"cleaned_data": {"unit": contact.unit}})()

        with pytest.raises(PermissionDenied):
            admin.site.get_model_admin(Contact).save_model(request, contact, form, change=False)

    def test_the_administrator_keeps_the_contacts_of_the_country(self, world: World, enter: Enter) -> None:
        answer = enter("administrator").post(address("contact", "add"), self.contact(world, unit=""))

        assert answer.status_code == 302


HOSTILE = [
    "title__regex=(a%2B)%2B%24",
    "national_id__startswith=0",
    "national_id_hash__startswith=a",
    "sealed_national_id__contains=a",
    "phone_digits__startswith=09",
    "unit__staff_accounts__password__startswith=argon2",
    "password__startswith=argon2",
    "granted_by__password__contains=a",
    "campaign__initiatives__phone_digits=1",
    "id=abc",
    "id__in=1,a",
    "pk=1",
    "e=1",
    "p=-5",
    "p=abc",
    "p=99999999999999999999999",
    "o=99.-99.abc",
    "o=" + "1." * 300,
    "all=1",
    "_to_field=password",
    "_popup=1",
    "_facets=1",
    "q=" + "a" * 5000,
    "q=%F0%9F%98%80%EF%BC%91",
    "q=%5C%25_",
    "status=nonsense",
    "campaign=nonsense",
    "unit=" + "x" * 5000,
    "unit=1",
    "phase=abc",
    "phase=99999999999999999999",
    "role=nonsense",
    "level__exact=x",
    "closed_on__year=abc",
    "field=%27",
    "status=valid&status=invalid",
]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: query[:40])
@pytest.mark.parametrize("name", [*LISTED, "campaign", "consenttext"])
def test_hostile_parameters_give_a_list(world: World, enter: Enter, name: str, query: str) -> None:
    answer = enter("administrator").get(f"{address(name, 'changelist')}?{query}", follow=True)

    assert answer.status_code == 200
    assert 'id="changelist"' in text_of(answer)


@pytest.mark.parametrize("key", ["abc", "0x1", "1' or '1'='1", "9" * 40, "1_2", "٣", "-1"])
@pytest.mark.parametrize("name", [*LISTED, "campaign"])
def test_a_key_that_is_none_is_a_missing_row(world: World, enter: Enter, name: str, key: str) -> None:
    assert enter("administrator").get(address(name, "change", key)).status_code == 404


@pytest.mark.parametrize(
    "ticked", [["abc"], ["9" * 40], ["1", "1' or 1=1"], ["-1"]], ids=["word", "huge", "quote", "negative"]
)
def test_ticked_keys_that_are_none_are_refused(world: World, enter: Enter, ticked: list[str]) -> None:
    posted = {"action": "approve_many", "index": "0", "select_across": "0", "_selected_action": ticked}

    answer = enter("inside").post(address("initiative", "changelist"), posted, follow=True)

    assert answer.status_code == 200
    assert "Hãy chọn lại" in text_of(answer)


def test_an_unknown_parameter_is_told_and_dropped(world: World, enter: Enter) -> None:
    answer = enter("inside").get(address("initiative", "changelist") + "?status=valid&title__regex=x", follow=True)

    assert answer.redirect_chain == [(address("initiative", "changelist") + "?status=valid", 302)]
    assert "Cổng đã bỏ phần đó" in text_of(answer)


def test_what_is_no_parameter_is_no_lookup_either(world: World, rf: Any) -> None:
    """Nothing of ours asks past `changelist_view`; a release of Django's may."""
    request = rf.get("/")
    request.user = world.accounts["administrator"]
    scoped = [each for each in admin.site._registry.values() if isinstance(each, ScopedAdmin)]

    allowed = [
        f"{each.opts.model_name}: {lookup}"
        for each in scoped
        for lookup in (
            "national_id_hash__startswith",
            "unit__staff_accounts__password__startswith",
            "title__regex",
            "q",
        )
        if each.lookup_allowed(lookup, "a", request)
    ]

    assert len(scoped) > len(LISTED)
    assert allowed == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"app_label": "orgtree"},
        {"app_label": "orgtree", "model_name": "unit", "field_name": "nonsense"},
        {"app_label": "auth", "model_name": "user", "field_name": "groups"},
        {"app_label": "orgtree", "model_name": "staffaccount", "field_name": "unit", "page": "abc"},
        {"app_label": "orgtree", "model_name": "staffaccount", "field_name": "unit", "term": "x" * 9000},
        {"app_label": "orgtree", "model_name": "staffaccount", "field_name": "password"},
    ],
    ids=lambda asked: "-".join(asked) or "nothing",
)
def test_a_hostile_autocomplete_is_refused(world: World, enter: Enter, asked: dict[str, str]) -> None:
    assert enter("inside").get(reverse("admin:autocomplete"), asked).status_code in {403, 404}


def test_the_door_to_any_row_by_its_number_is_gone(world: World, enter: Enter) -> None:
    unit = ContentType.objects.get_for_model(world.rows["unit"]).pk

    assert enter("administrator").get(f"/admin/r/{unit}/{world.rows['unit'].pk}/").status_code == 404


def test_no_log_entry_and_no_str_holds_a_person(world: World) -> None:
    people = ("Bùi Thị Xuân Lan", "Trần Thị Thu Hà", world.rows["initiative"].phone_digits)

    shown = [str(world.rows[name]) for name in ("initiative", "draft", "attachment", "staffaccount", "windowextension")]

    assert [text for text in shown if any(person in text for person in people)] == []


@pytest.mark.parametrize(
    "page", ["initiatives_contact_add", "initiatives_windowextension_add", "orgtree_staffaccount_add"]
)
@pytest.mark.parametrize("typed", ["dien-bien", "' OR 1=1", "9" * 40, "1.5", "٣x", "-1", "<b>"])
def test_a_unit_that_is_no_key_is_refused_on_the_page(world: World, enter: Enter, page: str, typed: str) -> None:
    answer = enter("administrator").post(reverse(f"admin:{page}"), {"unit": typed})

    assert answer.status_code == 200
    assert "unit" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("number", [2_000, 9 * 10**39])
def test_a_number_of_rows_that_was_not_sent_is_not_drawn(world: World, enter: Enter, number: int) -> None:
    """A thousand columns of a table took ten seconds."""
    layout = TableLayoutFactory()
    claimed = {"columns-TOTAL_FORMS": number, "columns-INITIAL_FORMS": 0, "name": "Mẫu"}

    answer = enter("administrator").post(address("tablelayout", "change", layout.pk), claimed)

    drawn = answer.context["inline_admin_formsets"][0].formset
    assert len(drawn.forms) == MOST_COLUMNS


def test_no_inline_draws_more_rows_than_can_be_sent(world: World, enter: Enter, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = world.accounts["administrator"]
    inlines = [
        each for model_admin in admin.site._registry.values() for each in model_admin.get_inline_instances(request)
    ]

    drawn = {type(each).__name__: each.get_formset(request).absolute_max for each in inlines}

    assert len(drawn) > 5
    assert {name: most for name, most in drawn.items() if most > MOST_ROWS} == {}


def test_a_field_that_no_list_may_refer_to_is_refused_without_a_traceback(
    world: World, enter: Enter, caplog: pytest.LogCaptureFixture
) -> None:
    security = logging.getLogger("django.security")  # hands nothing on
    security.addHandler(caplog.handler)

    answer = enter("administrator").get(address("contact", "add"), {"_to_field": "xyz"})

    security.removeHandler(caplog.handler)
    assert answer.status_code == 400
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
