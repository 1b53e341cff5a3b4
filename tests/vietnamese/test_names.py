"""Names are kept as typed and sorted as Vietnamese sort people."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vietnamese import names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("Nguyễn Văn An", "Nguyễn Văn An", id="three words"),
        pytest.param("  Nguyễn\u00a0 Văn\r\nAn ", "Nguyễn Văn An", id="odd blanks"),
        pytest.param("H'Hen Niê", "H'Hen Niê", id="apostrophe"),
        pytest.param("Y Blok", "Y Blok", id="one letter and a word"),
        pytest.param("Ánh", "Ánh", id="one word"),
        pytest.param("Tôn Nữ Thị Ngọc Bảo Châu", "Tôn Nữ Thị Ngọc Bảo Châu", id="six words"),
        pytest.param("Ðặng Ɖình ðức", "Đặng Đình đức", id="letters that look like Đ"),
        pytest.param("nguyễn văn an", "nguyễn văn an", id="small letters stay"),
    ],
)
def test_a_name_is_kept_as_typed(typed: str, kept: str) -> None:
    assert names.canonical_name(typed) == kept


@pytest.mark.parametrize(
    "in_order",
    [
        pytest.param(list("aàảãáạăằẳẵắặâầẩẫấậbcdđeèêềfghiì"), id="letters a to i"),
        pytest.param(list("klmnoòôồơờpqrstuùưừvwxyỳz"), id="letters k to z"),
        pytest.param(["Lê Lan", "Lê Làn", "Lê Lang", "Lê Lãng"], id="letters before tones"),
        pytest.param(["Vũ An", "Lê Ân", "An Bình"], id="given name first"),
        pytest.param(["Dương Lan", "Đỗ Lan", "Trần Lan", "Trần Thị Lan"], id="then the whole name"),
        pytest.param(["Lê 1", "Lê 2", "Lê A"], id="digits before letters"),
        pytest.param(["Lê U", "Lê Ü", "Lê Ư"], id="foreign letters beside their own"),
        pytest.param(["Lê Z", "Lê Ω"], id="other scripts last"),
    ],
)
def test_names_sort_in_vietnamese_order(in_order: list[str]) -> None:
    backwards = in_order[::-1]

    assert sorted(backwards, key=names.sort_key) == in_order


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Lê Lan", "lê lan", id="capitals"),
        pytest.param("Lê Lan", "Le\u0302 Lan", id="decomposed"),
        pytest.param("Đặng An", "Ðặng An", id="Icelandic D"),
    ],
)
def test_names_written_differently_sort_alike(one: str, other: str) -> None:
    assert names.sort_key(one) == names.sort_key(other) != ""


def test_places_sort_by_their_first_word() -> None:
    in_order = ["An Giang", "Bà Rịa - Vũng Tàu", "Bắc Giang", "Cần Thơ", "Đà Nẵng", "Điện Biên", "Quảng Trị"]
    backwards = in_order[::-1]

    assert sorted(backwards, key=names.list_key) == in_order


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_a_sort_key_is_short_and_digits_alone(name: str) -> None:
    key = names.sort_key(name)

    assert len(key) <= names.SORT_KEY_LENGTH
    assert key == "" or (key.isascii() and key.isdigit())


PEOPLE = [
    f"{family} {middle}{given}"
    for family in ("Dương", "Đỗ", "Lê", "Lý", "H'", "Vũ", "Võ")
    for middle in ("", "Văn ", "Thị ")
    for given in (
        "An",
        "Ân",
        "Ăn",
        "Ảnh",
        "Dũng",
        "Đông",
        "Hoà",
        "Hòa",
        "Hoa",
        "Lan",
        "Làn",
        "Lang",
        "Tú",
        "Tư",
        "Ý",
        "Yên",
    )
]


@pytest.mark.django_db
def test_the_sort_key_orders_as_postgresql_does_in_vietnamese() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows vi-x-icu")
    values = [(name, name.split()[-1]) for name in sorted(PEOPLE)]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[], %s::text[]) AS people(name, given)"
            ' ORDER BY given COLLATE "vi-x-icu", name COLLATE "vi-x-icu"',
            [list(column) for column in zip(*values, strict=True)],
        )
        ordered = [name for (name,) in cursor.fetchall()]

    assert sorted(ordered, key=names.sort_key) == ordered
