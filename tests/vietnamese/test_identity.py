"""Twelve digits, or the nine of before; nothing else, and never in full on a page."""

import pytest

from portal.vietnamese import identity


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        pytest.param("045190001234", "045190001234", id="twelve"),
        pytest.param("197123456", "197123456", id="nine"),
        pytest.param(" 045 190 001 234 ", "045190001234", id="spaces"),
        pytest.param("045.190.001-234", "045190001234", id="dots and dashes"),
        pytest.param("045190001234\n", "045190001234", id="a line end behind"),
        pytest.param("０４５１９０００１２３４", "045190001234", id="full width"),
        pytest.param("٠٤٥١٩٠٠٠١٢٣٤", "045190001234", id="Arabic-Indic"),
        pytest.param("045\u200b190\u00a0001\u00ad234", "045190001234", id="invisible characters"),
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str, digits: str) -> None:
    assert identity.parse(typed) == digits


LETTERS = "Số căn cước chỉ gồm chữ số: 12 chữ số, hoặc 9 chữ số của CMND cũ."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param(
            "04519000123",
            "Số căn cước có 12 chữ số (CMND cũ có 9); số vừa nhập có 11. Hãy xem lại trên thẻ.",
            id="eleven",
        ),
        pytest.param(
            "0451900012345",
            "Số căn cước có 12 chữ số (CMND cũ có 9); số vừa nhập có 13. Hãy xem lại trên thẻ.",
            id="thirteen",
        ),
        pytest.param("", LETTERS, id="nothing"),
        pytest.param("04519000123O", LETTERS, id="the letter O"),
        pytest.param("045190001234 (CCCD)", LETTERS, id="words"),
        pytest.param("²45190001234", LETTERS, id="a superscript"),
    ],
)
def test_anything_else_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(identity.IdentityRefused) as refused:
        identity.parse(typed)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("digits", "masked"),
    [
        pytest.param("045190001234", "*** *** *** 234", id="twelve"),
        pytest.param("197123456", "*** *** 456", id="nine"),
        pytest.param("", "***", id="none"),
        pytest.param("1234", "***", id="a fragment is not given away"),
    ],
)
def test_masked(digits: str, masked: str) -> None:
    assert identity.masked(digits) == masked
