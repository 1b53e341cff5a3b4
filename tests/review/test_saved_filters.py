"""Views of the inbox by names of one's own: saved, opened, forgotten, and nobody else's."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import SavedFilter, Status
from initiatives.review import saved_filters
from initiatives.review.saved_filters import MOST_SAVED
from orgtree.roles import Role
from tests.factories import SavedFilterFactory
from tests.factories.work import AT
from tests.review.conftest import INBOX, Office

SAVED = "admin:initiatives_initiative_saved_filters"


def save(office: Office, name: str, query: str) -> HttpResponse:
    return office.client.post(reverse(SAVED), {"ten": name, "query": query})


def test_a_list_is_saved_by_a_name_and_opened_again(office: Office) -> None:
    office.receive(title="Đã xong", status=Status.VALID)
    query = "status=valid&o=-3"

    answer = save(office, "  Hợp lệ,   theo tên ", query)

    saved = SavedFilter.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse(INBOX)}?o=-3&status=valid")
    assert (saved.account, saved.name, saved.query) == (office.officer, "Hợp lệ, theo tên", "o=-3&status=valid")
    page = office.client.get(answer["Location"])
    assert (
        '<a href="/admin/initiatives/initiative/?o=-3&amp;status=valid" aria-current="true">' in page.content.decode()
    )
    assert [row.title for row in page.context["cl"].result_list] == ["Đã xong"]


CLEANED = {
    "what no list takes": ("status=valid&la=1&account=5", "status=valid"),
    "the page": ("status=valid&p=7&all=", "status=valid"),
    "in one order": ("status=valid&o=3&campaign=all", "campaign=all&o=3&status=valid"),
    "the last of two": ("status=valid&status=returned", "status=returned"),
    "nothing": ("status=valid&q=", "status=valid"),
    "marks that hide": ("status=va%00lid&q=%E2%80%8Bma%CC%81y", "q=m%C3%A1y&status=valid"),
    "very long values": (f"q={'x' * 5000}", f"q={'x' * 200}"),
    "very many": ("&".join(["status=valid"] * 5000), "status=valid"),
}


@pytest.mark.parametrize(("query", "kept"), CLEANED.values(), ids=CLEANED)
def test_only_what_the_list_takes_is_saved(office: Office, query: str, kept: str) -> None:
    save(office, "Một", query)

    assert SavedFilter.objects.get().query == kept


def test_what_the_list_takes_no_more_is_left_out_when_it_is_opened(office: Office) -> None:
    SavedFilterFactory(account=office.officer, name="Cũ", query="status=valid&gone=1")
    SavedFilterFactory(account=office.officer, name="Hết", query="gone=1")

    page = office.inbox().content.decode()

    assert '<a href="/admin/initiatives/initiative/?status=valid">Cũ</a>' in page
    assert "Hết" not in page


REFUSED = {
    "no name": ("", "status=valid", "Hãy đặt tên cho bộ lọc"),
    "a name too long": ("Tên " * 30, "status=valid", "tối đa 80"),
    "a name that is there": ("Chờ xét của tổ may", "status=valid", "Bạn đã có bộ lọc tên “Chờ xét của tổ may”."),
    "no filter": ("Mới", "", "Danh sách chưa có bộ lọc nào."),
    "too long": ("Mới", "&".join(f"{name}={'á' * 200}" for name in ("q", "unit")), "Bộ lọc này dài quá"),
}


@pytest.mark.parametrize(("name", "query", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(office: Office, name: str, query: str, sentence: str) -> None:
    SavedFilterFactory(account=office.officer)

    answer = save(office, name, query)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert answer.context["form"]["ten"].value() == name
    assert answer.context["saved_query"] == "" or f'name="query" value="{query}"' in page or len(query) > 200
    assert SavedFilter.objects.count() == 1


def test_there_are_no_more_than_a_page_can_show(office: Office) -> None:
    for number in range(MOST_SAVED):
        SavedFilterFactory(account=office.officer, name=f"Bộ lọc {number}")

    answer = save(office, "Một nữa", "status=valid")

    assert f"nhiều nhất {MOST_SAVED} bộ lọc" in answer.content.decode()
    assert SavedFilter.objects.count() == MOST_SAVED


def test_two_windows_save_one_name_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(**fields: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(SavedFilter.objects, "create", too_late)

    with pytest.raises(saved_filters.NotSaved, match="Bạn đã có bộ lọc tên"):
        saved_filters.save("Mới", "status=valid", by=office.officer, at=AT)


def test_one_is_forgotten_by_a_button(office: Office) -> None:
    gone, kept = (SavedFilterFactory(account=office.officer, name=name) for name in ("Bỏ", "Giữ"))

    answer = office.client.post(reverse(SAVED), {"forget": gone.pk, "query": "status=valid"}, follow=True)

    assert answer.redirect_chain == [(f"{reverse(INBOX)}?status=valid", 302)]
    assert "Đã xóa bộ lọc “Bỏ”." in answer.content.decode()
    assert list(SavedFilter.objects.all()) == [kept]


@pytest.mark.parametrize("key", ["0", "x", "", "-1", "9" * 30, "١"])
def test_what_is_not_there_is_not_forgotten(office: Office, key: str) -> None:
    saved = SavedFilterFactory(account=office.officer)

    answer = office.client.post(reverse(SAVED), {"forget": key, "query": ""}, follow=True)

    assert "Bộ lọc này không còn nữa." in answer.content.decode()
    assert list(SavedFilter.objects.all()) == [saved]


def test_filters_of_others_are_neither_shown_nor_forgotten(office: Office, signed_in: Callable[..., Client]) -> None:
    saved = SavedFilterFactory(account=office.officer, name="Của riêng tôi")
    other = signed_in("quang-tri/dong-ha", Role.MANAGER)

    assert "Của riêng tôi" in office.inbox().content.decode()
    assert "Của riêng tôi" not in other.get(reverse(INBOX)).content.decode()
    answer = other.post(reverse(SAVED), {"forget": saved.pk, "query": ""}, follow=True)
    assert "Bộ lọc này không còn nữa." in answer.content.decode()
    assert SavedFilter.objects.count() == 1


def test_a_name_of_anothers_is_free(office: Office) -> None:
    SavedFilterFactory(name="Tên chung")

    assert save(office, "Tên chung", "status=valid").status_code == 302


def test_getting_changes_nothing(office: Office) -> None:
    saved = SavedFilterFactory(account=office.officer)

    answer = office.client.get(reverse(SAVED), {"forget": saved.pk, "ten": "Mới", "query": "status=valid"})

    assert answer.status_code == 405
    assert SavedFilter.objects.count() == 1


def test_they_are_listed_as_vietnamese_lists_are(office: Office) -> None:
    for name in ("Xong", "Đợt 2", "Ở tỉnh", "Dưới huyện"):
        SavedFilterFactory(account=office.officer, name=name)

    listed = [each.name for each, *_ in office.inbox().context["saved_filters"]]

    assert listed == ["Dưới huyện", "Đợt 2", "Ở tỉnh", "Xong"]
