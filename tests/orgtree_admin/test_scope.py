"""Every door of the admin, walked by those outside the branch, inside it and above it (M20)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from initiatives.models import Initiative, Status
from orgtree.scope import ScopedQuerySet
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]

# What of each row may be read in a list; the outsider must never meet it.
MARKS = {
    "initiative": "Giá đỡ cuộn cáp tự hãm",
    "draft": "Trần Thị Thu Hà",
    "contact": "Văn phòng trực Sông Hiếu",
    "windowextension": "Mưa lũ kéo dài",
    "staffaccount": "vien-song-hieu",
    "unit": "Liên đoàn Lao động thành phố Đông Hà",
}
LISTED = sorted(MARKS)
STRANGERS = ("outsider", "beside", "below", "without_unit")
INSIDERS = ("inside", "above", "administrator")
ONE_ROW = ("change", "history", "delete")
MISSING = 987654


def app_of(name: str) -> str:
    return "orgtree" if name in {"unit", "staffaccount"} else "initiatives"


def address(name: str, act: str, *args: Any) -> str:
    return reverse(f"admin:{app_of(name)}_{name}_{act}", args=args)


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def without_request_id(answer: HttpResponse) -> str:
    return text_of(answer).replace(answer["X-Request-Id"], "")


def test_every_model_of_the_admin_is_walked_here() -> None:
    registered = {model._meta.model_name for model in admin.site._registry}

    assert registered == set(LISTED) | {"attachment", "campaign", "consenttext"}


def test_every_model_that_belongs_to_a_unit_stands_on_the_scoped_admin() -> None:
    from orgtree.scoped_admin import ScopedAdmin

    scoped = {m for m, a in admin.site._registry.items() if isinstance(m._default_manager.all(), ScopedQuerySet)}

    assert scoped == {model for model, each in admin.site._registry.items() if isinstance(each, ScopedAdmin)}
    assert len(scoped) == len(LISTED) + 1


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("who", INSIDERS)
def test_a_list_shows_the_row_to_the_branch(world: World, enter: Enter, name: str, who: str) -> None:
    answer = enter(who).get(address(name, "changelist"))

    assert MARKS[name] in text_of(answer)


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("who", STRANGERS)
def test_a_list_hides_the_row_from_strangers(world: World, enter: Enter, name: str, who: str) -> None:
    if (name, who) == ("unit", "below"):
        pytest.skip("the units above are named on the way to one's own")
    client = enter(who)

    assert MARKS[name] not in text_of(client.get(address(name, "changelist")))
    assert MARKS[name] not in text_of(client.get(address(name, "changelist"), {"q": "song hieu"}, follow=True))


@pytest.mark.parametrize("act", ONE_ROW)
@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("who", STRANGERS)
def test_a_forbidden_row_looks_like_a_missing_one(world: World, enter: Enter, name: str, who: str, act: str) -> None:
    client = enter(who)
    forbidden = client.get(address(name, act, world.rows[name].pk))
    missing = client.get(address(name, act, MISSING))

    assert forbidden.status_code == missing.status_code == 404
    assert without_request_id(forbidden) == without_request_id(missing)


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_posts_to_a_row_of_another_branch(world: World, enter: Enter, name: str, who: str) -> None:
    before = type(world.rows[name]).objects.filter(pk=world.rows[name].pk).values().get()
    posted = {"decision": "approve", "version": 1, "full_name": "Đổi tên", "name": "Đổi tên", "_save": "1"}

    answer = enter(who).post(address(name, "change", world.rows[name].pk), posted)

    assert answer.status_code == 404
    assert type(world.rows[name]).objects.filter(pk=world.rows[name].pk).values().get() == before


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("who", INSIDERS)
def test_the_branch_opens_its_rows(world: World, enter: Enter, name: str, who: str) -> None:
    client = enter(who)

    assert client.get(address(name, "change", world.rows[name].pk)).status_code == 200
    assert client.get(address(name, "history", world.rows[name].pk)).status_code == 200


OWN_VIEWS = {
    "file": lambda world: ("admin:attachment", world.rows["attachment"].pk),
    "attach": lambda world: ("admin:initiatives_initiative_attach", world.rows["initiative"].pk),
    "password": lambda world: ("admin:orgtree_staffaccount_password", world.rows["staffaccount"].pk),
    "extend": lambda world: ("admin:initiatives_draft_extend", world.rows["draft"].pk),
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("view", OWN_VIEWS)
@pytest.mark.parametrize("who", STRANGERS)
def test_our_own_views_answer_strangers_as_for_missing_rows(
    world: World, enter: Enter, who: str, view: str, method: str
) -> None:
    name, pk = OWN_VIEWS[view](world)
    client = enter(who)
    forbidden = getattr(client, method)(reverse(name, args=[pk]))
    missing = getattr(client, method)(reverse(name, args=[MISSING]))

    assert forbidden.status_code == missing.status_code
    assert forbidden.status_code in {404, 405}
    assert without_request_id(forbidden) == without_request_id(missing)


def autocomplete(client: Client, model: str, field: str, term: str) -> HttpResponse:
    asked = {"app_label": app_of(model), "model_name": model, "field_name": field, "term": term}
    return client.get(reverse("admin:autocomplete"), asked)


@pytest.mark.parametrize("model, field", [("staffaccount", "unit"), ("contact", "unit"), ("windowextension", "unit")])
@pytest.mark.parametrize(
    "who, finds",
    [
        ("outsider", 0),
        ("beside", 0),
        ("without_unit", 0),
        ("below", 1),
        ("inside", 1),
        ("above", 1),
        ("administrator", 1),
    ],
)
def test_autocomplete_offers_units_of_the_branch_only(
    world: World, enter: Enter, who: str, finds: int, model: str, field: str
) -> None:
    answer = autocomplete(enter(who), model, field, "may song hieu")

    assert len(answer.json()["results"]) == finds


@pytest.mark.parametrize(
    "model, field", [("initiative", "duplicate_of"), ("windowextension", "draft"), ("reviewevent", "account")]
)
def test_autocomplete_leads_to_no_row_of_another_branch(world: World, enter: Enter, model: str, field: str) -> None:
    answer = autocomplete(enter("outsider"), model, field, "")

    assert answer.status_code in {200, 403, 404}
    assert MARKS["staffaccount"] not in text_of(answer)
    assert world.rows["initiative"].receipt_code not in text_of(answer)


def test_units_of_one_name_are_told_apart(world: World, enter: Enter) -> None:
    answer = autocomplete(enter("administrator"), "contact", "unit", "vien chuc quang tri")

    assert [each["text"] for each in answer.json()["results"]] == ["CĐ Viên chức tỉnh Quảng Trị (LĐLĐ tỉnh Quảng Trị)"]


@pytest.mark.parametrize("who", STRANGERS)
def test_filters_name_no_unit_of_another_branch(world: World, enter: Enter, who: str) -> None:
    if who == "below":
        pytest.skip("stands in that very branch")
    page = text_of(enter(who).get(address("initiative", "changelist")))

    assert "LĐLĐ thành phố Đông Hà" not in page
    assert "LĐLĐ tỉnh Quảng Trị" not in page.replace(str(world.accounts[who].unit), "")


def test_a_unit_filter_of_another_branch_filters_nothing(world: World, enter: Enter) -> None:
    client = enter("outsider")
    asked = client.get(address("initiative", "changelist"), {"unit": "quang-tri/dong-ha"})

    assert asked.status_code == 200
    assert MARKS["initiative"] not in text_of(asked)
    assert "Đông Hà" not in text_of(asked)


@pytest.mark.parametrize("action", ["approve_many", "return_many", "decline_many", "export_qt", "export_th"])
@pytest.mark.parametrize("across", ["0", "1"])
def test_actions_never_leave_the_branch(world: World, enter: Enter, action: str, across: str) -> None:
    posted = {
        "action": action,
        "index": "0",
        "select_across": across,
        "_selected_action": [world.rows["initiative"].pk],
    }

    answer = enter("outsider").post(address("initiative", "changelist"), posted, follow=True)

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert MARKS["initiative"] not in text_of(answer)


@pytest.mark.parametrize("who", STRANGERS)
def test_a_posted_list_of_foreign_rows_decides_nothing(world: World, enter: Enter, who: str) -> None:
    rows = f"{world.rows['initiative'].pk}:1"

    enter(who).post(reverse("admin:initiatives_initiative_many", args=["approve"]), {"rows": rows})

    assert Initiative.objects.get().status == Status.SUBMITTED


def test_the_export_of_a_filtered_list_stays_in_the_branch(world: World, enter: Enter) -> None:
    asked = reverse("admin:initiatives_initiative_export", args=["qt"])
    table = enter("inside").get(asked)
    table.getvalue()

    assert table["Content-Type"].startswith("application/vnd.openxmlformats")
    assert enter("outsider").get(asked).status_code == 302


def test_the_first_page_counts_the_branch_only(world: World, enter: Enter) -> None:
    assert "người gửi muộn" in text_of(enter("inside").get(reverse("admin:index")))
    assert "<b>1</b> chờ xét" in text_of(enter("inside").get(reverse("admin:index")))
    assert "chờ xét</a>" not in text_of(enter("outsider").get(reverse("admin:index")))


def test_history_of_a_row_is_read_in_its_branch_only(world: World, enter: Enter) -> None:
    contact = world.rows["contact"]
    LogEntry.objects.create(
        user=world.accounts["inside"],
        content_type=ContentType.objects.get_for_model(contact),
        object_id=str(contact.pk),
        object_repr=str(contact.pk),
        action_flag=CHANGE,
        change_message="Đổi giờ trực",
    )

    assert "Đổi giờ trực" in text_of(enter("above").get(address("contact", "history", contact.pk)))
    assert "Đổi giờ trực" not in text_of(enter("outsider").get(address("contact", "history", contact.pk)))


def every_address(world: World) -> list[str]:
    found = [reverse("admin:index"), reverse("admin:autocomplete"), reverse("admin:jsi18n")]
    for model in admin.site._registry:
        name = model._meta.model_name
        row = world.rows.get(name) or model._default_manager.first()
        for act, args in (("changelist", ()), ("add", ()), *((act, (row.pk,)) for act in ONE_ROW)):
            try:
                found.append(address(name, act, *args))
            except NoReverseMatch:
                continue
    found += [reverse(name, args=[pk]) for name, pk in (make(world) for make in OWN_VIEWS.values())]
    found += [reverse("admin:initiatives_initiative_export", args=["qt"])]
    return found


@pytest.mark.parametrize("who", ["closed", "nobody"])
def test_a_closed_account_and_a_passer_by_are_led_to_the_sign_in(world: World, enter: Enter, who: str) -> None:
    client = Client() if who == "nobody" else enter(who)

    answers = {address: client.get(address) for address in every_address(world)}

    assert {answer.status_code for answer in answers.values()} == {302}
    assert all(answer["Location"].startswith(reverse("admin:login")) for answer in answers.values())


@pytest.mark.parametrize("who", ["outsider", "viewer", "reviewer", "inside", "above", "administrator", "without_unit"])
def test_no_address_breaks_for_anybody(world: World, enter: Enter, who: str) -> None:
    client = enter(who)
    codes = {}

    for each in every_address(world):
        answer = client.get(each)
        answer.getvalue()  # read to its end: a file that is handed out must be closed
        codes[each] = answer.status_code

    assert {each: code for each, code in codes.items() if code >= 500} == {}


def test_units_are_only_read(world: World, enter: Enter) -> None:
    client = enter("administrator")

    assert client.get(address("unit", "add")).status_code == 403
    assert client.post(address("unit", "change", world.rows["unit"].pk), {"name": "Khác"}).status_code == 403
    assert client.get(address("unit", "delete", world.rows["unit"].pk)).status_code == 403


@pytest.mark.parametrize("name", [each for each in LISTED if each != "contact"])
def test_nothing_is_deleted(world: World, enter: Enter, name: str) -> None:
    answer = enter("administrator").post(address(name, "delete", world.rows[name].pk), {"post": "yes"})

    assert answer.status_code == 403
    assert type(world.rows[name]).objects.filter(pk=world.rows[name].pk).exists()


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
        from django.core.exceptions import PermissionDenied

        from initiatives.models import Contact

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
