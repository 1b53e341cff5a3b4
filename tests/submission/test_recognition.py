"""Whoever has no recognition yet meets no wall: what was written is kept, and the request for it is printed from that."""

from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest

from initiatives.models import Campaign, Choice, ChoiceList, Draft, Initiative
from initiatives.submission.recognition import Author, request_of
from tests.submission.worker import (
    IN_2021,
    IN_2022,
    YEAR_2021,
    YEAR_2022,
    Worker,
    content,
    content_2021,
    person,
    person_2021,
)

FIELDS = [
    Choice(list=ChoiceList.FIELD, code="production", label="Sản xuất"),
    Choice(list="other", code="health", label="Y"),
]


@pytest.mark.parametrize(
    ("typed", "authors", "field"),
    [
        pytest.param({}, (Author("", share="100"),), "", id="nothing yet"),
        pytest.param(
            {"full_name": "Hồ Thị Mỹ Duyên", "birth_year": "1991", "field": "production", "share": "40"},
            (Author("Hồ Thị Mỹ Duyên", "1991", share="100"),),
            "Sản xuất",
            id="alone, whatever the share says",
        ),
        pytest.param(
            {
                "full_name": "Hồ Thị Mỹ Duyên",
                "share": "60%",
                "field": "health",
                "co_authors-1-share": "5",
                "co_authors-2-full_name": "Lê Văn Bình",
                "co_authors-2-share": "40 %",
            },
            (Author("Hồ Thị Mỹ Duyên", share="60"), Author("Lê Văn Bình", share="40")),
            "",
            id="with another, a row without a name, a code of another list",
        ),
    ],
)
def test_the_request_is_of_what_was_typed(typed: dict[str, str], authors: tuple[Author, ...], field: str) -> None:
    request = request_of(dict(typed), FIELDS)

    assert (request.authors, request.field, request.is_of_one) == (authors, field, len(authors) == 1)


def words(worker: Worker, address: str) -> str:
    return unescape(worker.get(address).content.decode())


@pytest.mark.django_db
def test_without_recognition_the_step_is_kept_and_the_request_stands_ready(
    campaigns: dict[str, Campaign], at: Callable[[str], datetime]
) -> None:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.begin(person())
    typed = content(recognised_on="", recognised_by="")

    answer = worker.post(worker.step("noi-dung"), typed | {"unrecognised": "1"})

    assert (answer.status_code, answer["Location"]) == (303, worker.step("don-cong-nhan"))
    page = words(worker, answer["Location"])
    for shown in (person()["full_name"], person()["workplace"], typed["title"], typed["applied_on"]):
        assert shown in page
    for private in (person()["phone"], person()["national_id"], "0935", "045191"):
        assert private not in page
    assert worker.get(answer["Location"])["Cache-Control"] == "no-store"
    assert Draft.objects.get().answers["title"] == typed["title"]
    assert worker.post(answer["Location"], {"unrecognised": "1"}).status_code == 303
    assert not Initiative.objects.exists()


@pytest.mark.django_db
def test_the_last_step_names_the_way_only_where_recognition_is_missing(
    campaigns: dict[str, Campaign], at: Callable[[str], datetime]
) -> None:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.begin(person())
    worker.send_content(content(recognised_by=""))
    assert f'href="{worker.step("don-cong-nhan")}"' in words(worker, worker.step("kiem-tra"))

    worker.send_content(content())

    assert f'href="{worker.step("don-cong-nhan")}"' not in words(worker, worker.step("kiem-tra"))


@pytest.mark.django_db
def test_where_no_recognition_is_asked_there_is_no_such_page(
    campaigns: dict[str, Campaign], at: Callable[[str], datetime]
) -> None:
    at(IN_2021)
    Campaign.objects.filter(slug=YEAR_2021).update(asks_recognition="optional")
    campaigns[YEAR_2021].declarations.all().delete()
    worker = Worker(YEAR_2021)
    worker.begin(person_2021())

    assert "Chưa được công nhận?" not in words(worker, worker.step("noi-dung"))
    assert worker.get(worker.step("don-cong-nhan")).status_code == 404


@pytest.mark.django_db
def test_who_cannot_declare_it_meets_no_wall_either(
    campaigns: dict[str, Campaign], at: Callable[[str], datetime]
) -> None:
    """2021 asks for no day of recognition, but for the word that there was one."""
    at(IN_2021)
    worker = Worker(YEAR_2021)
    worker.begin(person_2021())
    undeclared = content_2021(declaration=[])
    worker.send_content(undeclared)

    assert "Chưa được công nhận?" in words(worker, worker.step("noi-dung"))
    assert f'href="{worker.step("don-cong-nhan")}"' in words(worker, worker.step("kiem-tra"))
    assert worker.get(worker.step("don-cong-nhan")).status_code == 200

    worker.send_content(undeclared | {"declaration": ["recognised"]})
    assert f'href="{worker.step("don-cong-nhan")}"' not in words(worker, worker.step("kiem-tra"))
