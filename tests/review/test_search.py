"""A search finds by whole words, by the beginning of one, by codes and phones and their ends, on whichever way it reads."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import Initiative
from initiatives.review import search
from initiatives.review.word_index import Holds, Reads, Spells, Word
from portal.vietnamese.text import folded
from tests.review.conftest import Office

PEOPLE = {
    "ánh": ("Đặng Thị Ánh", "Bàn gá cắt vải"),
    "bình": ("Trần Văn Bình", "Máy rửa khay số 12"),
    "ga": ("Lê Gấm", "Lắp cảm biến cho máy ép gạch"),
}
FOUND = {
    "a name": ("đặng thị ánh", {"ánh"}),
    "without accents, in another order": ("anh dang", {"ánh"}),
    "words of name and title": ("bình khay", {"bình"}),
    "a word of two": ("máy", {"bình", "ga"}),
    "the beginning of a word": ("khá", {"bình"}),
    "the beginning of words of two": ("gạ", {"ánh", "ga"}),
    "beside others words are whole": ("lắp gạ", set()),
    "a letter is a word": ("g", set()),
    "the middle of a word": ("hay", set()),
    "a number in a title": ("số 12", {"bình"}),
    "one wrong word among right ones": ("đặng thị bình", set()),
    "the same word twice": ("máy máy", {"bình", "ga"}),
    "words of the index": ("AND OR NOT NEAR", set()),
    "signs of the index": ("'máy' & \"gạch\" | * : \\ % _", {"ga"}),
    "marks alone": ("% ' \" \\ * :", {"ánh", "bình", "ga"}),
    "the ninth word is not asked": ("đặng thị ánh bàn gá cắt vải thi khay", {"ánh"}),
}


@pytest.fixture
def people(office: Office) -> dict[str, Initiative]:
    return {
        key: office.receive(full_name=name, title=title, search_text=folded(f"{name} {title}"))
        for key, (name, title) in PEOPLE.items()
    }


def found(people: dict[str, Initiative], rows: list[Initiative]) -> set[str]:
    return {key for key, row in people.items() if row in rows}


@pytest.mark.parametrize(("typed", "expected"), FOUND.values(), ids=FOUND)
def test_words_find(office: Office, people: dict[str, Initiative], typed: str, expected: set[str]) -> None:
    rows = search.matching(Initiative.objects.all(), typed, within=office.officer.unit)

    assert found(people, list(rows)) == expected


@pytest.mark.parametrize("way", [Holds, Spells, Reads])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([Word("may")], {"bình", "ga"}),
        ([Word("may"), Word("khay")], {"bình"}),
        ([Word("ma")], set()),
        ([Word("ma", is_open=True)], {"bình", "ga"}),
        ([Word("dang")], {"ánh"}),
        ([Word("vai")], {"ánh"}),
        ([Word("12")], {"bình"}),
    ],
    ids=["a word", "two words", "a part of one", "a beginning", "the first", "the last", "a number"],
)
def test_every_way_of_reading_finds_the_same(
    people: dict[str, Initiative], way: type, words: list[Word], expected: set[str]
) -> None:
    assert found(people, list(Initiative.objects.filter(way(words)))) == expected


NUMBERS = {
    "a code's beginning": (lambda row: row.receipt_code[:4], True),
    "grouped": (lambda row: f"{row.receipt_code[:4]} {row.receipt_code[4:8]}", True),
    "three digits of it": (lambda row: row.receipt_code[:3], False),
    "its middle": (lambda row: row.receipt_code[3:9], False),
    "a phone's end": (lambda row: "345678", True),
    "grouped by dots": (lambda row: "345.678", True),
    "more of it": (lambda row: "12345678", True),
    "more of it, and wrong": (lambda row: "92345678", False),
    "five digits of it": (lambda row: "45678", False),
    "its beginning": (lambda row: "091234", False),
    "Arabic digits": (lambda row: "٣٤٥٦٧٨", True),
}


@pytest.mark.parametrize(("typed", "is_found"), NUMBERS.values(), ids=NUMBERS)
def test_the_beginning_of_a_code_and_the_end_of_a_phone_find(
    office: Office, typed: Callable[[Initiative], str], is_found: bool
) -> None:
    row = office.receive(phone_digits="0912345678", receipt_code="7770002000003")
    office.receive(phone_digits="0987000111")

    assert (row in search.matching(Initiative.objects.all(), typed(row))) is is_found


@pytest.mark.parametrize("typed", ["\0", "a\0b", "x" * 5000, "٠" * 300, "9" * 300, "👍", "ﷺ ﬃ ẞ"])
def test_whatever_is_typed_is_answered(office: Office, people: dict[str, Initiative], typed: str) -> None:
    assert len(search.matching(Initiative.objects.all(), typed)) <= len(people)


def test_the_index_follows_what_is_written(office: Office, people: dict[str, Initiative]) -> None:
    row = people["ánh"]
    row.search_text = folded("Hồ Thị Kỷ")
    row.save(update_fields=["search_text"])

    rows = Initiative.objects.all()

    assert list(search.matching(rows, "hồ kỷ")) == [row]
    assert list(search.matching(rows, "đặng ánh")) == []


def test_a_search_asks_the_same_number_of_statements_whatever_it_finds(office: Office) -> None:
    unit = office.units["quang-tri/dong-ha"]
    office.receive(search_text="dang thi anh ban ga", unit=office.units["quang-tri/huong-hoa"])

    def statements(typed: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            list(search.matching(Initiative.objects.in_branch_of(unit), typed, within=unit))
        return len(counted)

    assert statements("dang anh") == statements("khong co")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite asks its index whatever it holds")
@pytest.mark.parametrize(
    ("typed", "most_held", "most_named", "is_read"),
    [
        ("máy", 35_000, 5_000, False),
        ("máy", 0, 5_000, True),
        ("máy", 35_000, 1, True),
        ("zzzz", 35_000, 1, False),
        ("12345", 0, 5_000, False),
    ],
    ids=["rare words", "common words", "more than can be named", "nothing there", "a number"],
)
def test_rare_words_are_looked_up_once_and_common_ones_read_in_the_order_of_the_list(
    office: Office,
    people: dict[str, Initiative],
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    most_held: int,
    most_named: int,
    is_read: bool,
) -> None:
    monkeypatch.setattr(search, "MOST_HELD", most_held)
    monkeypatch.setattr(search, "MOST_NAMED", most_named)
    everything = Initiative.objects.all()

    for within in (office.units["tld"], office.units["quang-tri/dong-ha"]):
        rows = search.matching(everything, typed, within=within)

        assert search.is_read(rows) is is_read
        assert found(people, list(rows)) == ({"bình", "ga"} if typed == "máy" else set())


@pytest.mark.parametrize("typed", ["máy", "777000"])
def test_what_is_named_once_is_still_the_branchs_alone(
    office: Office, people: dict[str, Initiative], typed: str
) -> None:
    office.receive(
        unit=office.units["quang-tri/huong-hoa"], receipt_code="7770002000003", title="Máy", search_text="may"
    )

    rows = search.matching(Initiative.objects.visible_to(office.officer), typed, within=office.officer.unit)

    assert found(people, list(rows)) == ({"bình", "ga"} if typed == "máy" else set())
    assert rows.count() == (2 if typed == "máy" else 0)


def test_the_database_keeps_the_indexes_whatever_migrations_did(db: None) -> None:
    """A migration that makes the table anew on SQLite takes them away, and must make them again (migration 0004)."""
    if connection.vendor == "sqlite":
        statement = (
            "SELECT name FROM sqlite_master WHERE tbl_name = 'initiatives_initiative' AND type IN ('trigger', 'index')"
        )
        kept = {
            "initiative_words_added",
            "initiative_words_removed",
            "initiative_words_changed",
            "initiative_phone_end",
        }
    else:
        statement = "SELECT indexname FROM pg_indexes WHERE tablename = 'initiatives_initiative'"
        kept = {"initiative_words_index", "initiative_phone_end", "initiative_by_benefit_down"}
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert kept - {name for (name,) in cursor.fetchall()} == set()
