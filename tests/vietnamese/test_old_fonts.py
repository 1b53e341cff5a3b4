"""Text of before Unicode is recognised, repaired for offering, and nothing else is taken for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vietnamese import text


@pytest.mark.parametrize(
    ("typed", "name", "repaired"),
    [
        pytest.param("S¸ng kiÕn", "TCVN3", "Sáng kiến", id="TCVN3, two words"),
        pytest.param(
            "C¶i tiÕn kü thuËt gióp ng\u00adêi lao ®éng gi¶m søc nÆng nhäc",
            "TCVN3",
            "Cải tiến kỹ thuật giúp người lao động giảm sức nặng nhọc",
            id="TCVN3, ư as the soft hyphen",
        ),
        pytest.param("S¸NG KIÕN", "TCVN3", "SÁNG KIẾN", id="TCVN3, capitals"),
        pytest.param("§Æng ThÞ ¸nh", "TCVN3", "Đặng Thị ánh", id="TCVN3, a name"),
        pytest.param("Saùng kieán", "VNI", "Sáng kiến", id="VNI, two words"),
        pytest.param(
            "Caûi tieán kyõ thuaät giuùp ngöôøi lao ñoäng giaûm söùc naëng nhoïc",
            "VNI",
            "Cải tiến kỹ thuật giúp người lao động giảm sức nặng nhọc",
            id="VNI, a sentence",
        ),
        pytest.param("SAÙNG KIEÁN", "VNI", "SÁNG KIẾN", id="VNI, capitals"),
        pytest.param("Ñaëng Thò AÙnh", "VNI", "Đặng Thị Ánh", id="VNI, a name"),
        pytest.param(
            "Tên đề tài:\r\nC¶i tiÕn kü thuËt\r\nHết",
            "TCVN3",
            "Tên đề tài:\nCải tiến kỹ thuật\nHết",
            id="one pasted line among Unicode ones",
        ),
    ],
)
def test_an_old_font_is_recognised_and_repaired(typed: str, name: str, repaired: str) -> None:
    assert text.old_font(typed) == text.OldFont(name, repaired)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("Sang kien cai tien ky thuat", id="without marks"),
        pytest.param("Sáng kiến cải tiến kỹ thuật, giảm 30% chi phí", id="Unicode"),
        pytest.param("Sa\u0301ng kie\u0302\u0301n ca\u0309i tie\u0302\u0301n", id="decomposed Unicode"),
        pytest.param("Có gì mà ông bà và cô bé là hai mùa", id="Unicode with Latin-1 letters alone"),
        pytest.param("H'Hen Niê, Y Blôk Êban, Kpă", id="names of the highlands"),
        pytest.param("The café's naïve résumé, fiancée and façade", id="English"),
        pytest.param("Où sont les élèves près de la forêt, déjà à l'hôtel", id="French"),
        pytest.param("Noël Müller, São Paulo, Zoë Brontë, François Béranger", id="foreign names"),
        pytest.param("5 µm × 3 µm, m×n, p·t, 25°C ± 2, ½ m², 10³", id="formulas"),
        pytest.param("Windows® «Office» ©2021 ¶ § 5", id="signs"),
        pytest.param("V¨n", id="one word is no proof"),
    ],
)
def test_nothing_else_is_taken_for_an_old_font(typed: str) -> None:
    assert text.old_font(typed) is None


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_asked_about(typed: str) -> None:
    found = text.old_font(typed)

    assert found is None or text.canonical(found.repaired) == found.repaired
