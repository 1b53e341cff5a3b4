"""What invented people type passes the rules of the portal and belongs to nobody."""

from io import BytesIO

import pytest

from initiatives.rehearsal import papers
from initiatives.rehearsal.words import Days, Person
from initiatives.submission.files.judge import judge
from portal.vietnamese import identity, phones, text

DAYS = Days("1/2/2022", "1/3/2022")


def person(number: int) -> Person:
    return Person(number, days=DAYS)


@pytest.mark.parametrize("number", [0, 7, 1_234_567, 9_999_999])
def test_a_phone_and_an_identity_number_are_taken(number: int) -> None:
    answers = person(number).about_oneself(unit="", top_units=["quang-tri"])

    assert phones.parse(str(answers["phone"])).digits == answers["phone"]
    assert str(answers["phone"]).startswith("030")
    assert identity.parse(str(answers["national_id"])) == answers["national_id"]


def test_nobody_shares_a_phone_or_a_title() -> None:
    held = [person(number) for number in range(300)]

    titles = [each.about_an_initiative()["title"] for each in held for _ in range(3)]

    assert len(set(titles)) == 900
    assert len({each.phone for each in held}) == 300


def test_a_text_is_kept_as_it_is_typed() -> None:
    answers = person(7).about_an_initiative()

    assert text.single_line(str(answers["title"])) == answers["title"]
    assert 80 < len(str(answers["description"])) < 1000
    assert len(str(answers["title"])) <= 250


def test_the_same_number_types_the_same() -> None:
    assert person(7).about_an_initiative() == person(7).about_an_initiative()


@pytest.mark.parametrize("number", [-1, 10_000_000])
def test_there_are_no_more_numbers(number: int) -> None:
    with pytest.raises(ValueError, match="from 0 to"):
        person(number)


@pytest.mark.parametrize("size", [2_000, 300_000])
def test_documents_are_accepted_and_weigh_what_they_should(size: int) -> None:
    picture, paper = papers.picture(size, mark="7 a"), papers.pdf(size, mark="7 a")

    with judge(BytesIO(picture), name="anh.png") as judged:
        assert judged.media_type in {"image/png", "image/jpeg"}
    with judge(BytesIO(paper), name="giay.pdf") as judged:
        assert judged.media_type == "application/pdf"
    assert 0.8 * size < len(picture) < 1.3 * size + 500
    assert 0.8 * size < len(paper) < 1.3 * size + 500


def test_no_two_documents_are_alike() -> None:
    assert papers.picture(2_000, mark="1") != papers.picture(2_000, mark="2")
    assert papers.pdf(2_000, mark="1") != papers.pdf(2_000, mark="2")
