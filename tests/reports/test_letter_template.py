"""The template of a letter: what may stand in it, and that what it is filled with stays text."""

import io
import re
import zipfile

import pytest

from initiatives.reports.letter import BUILT_IN
from initiatives.reports.letter_fields import FIELDS, REPEATED, in_head, quantity, samples
from initiatives.reports.letter_template import LetterEnvironment, TemplateRefused, filled, must_be_usable
from orgtree.models import Level
from tests.reports.words import template, text_of

ONE = samples(Level.DISTRICT)[1]


def refusal_of(file: io.BytesIO) -> str:
    with pytest.raises(TemplateRefused) as refused:
        must_be_usable(file, level=Level.DISTRICT)
    return refused.value.sentence


@pytest.mark.parametrize("level", [level for level in Level if level != Level.CONFEDERATION])
def test_the_template_that_comes_with_the_portal_suits_every_level(level: str) -> None:
    with BUILT_IN.open("rb") as file:
        must_be_usable(file, level=level)


def test_a_template_may_use_every_field_that_is_documented() -> None:
    plain = [f"{{{{ {field.name} }}}}" for field in FIELDS if field.name not in REPEATED]
    repeated = [
        line
        for name, parts in REPEATED.items()
        for line in (
            f"{{%p for dong in {name} %}}",
            *(f"{{{{ loop.index }}}} {{{{ dong.{part.name} }}}}" for part in parts),
            "{%p endfor %}",
        )
    ]

    must_be_usable(template(*plain, *repeated), level=Level.DISTRICT)


UNKNOWN = "Mẫu có trường “{}” mà cổng không biết. Hãy xem lại tên trường trong bảng dưới đây."
NOT_ALLOWED = "Mẫu có biểu thức “{}” không được phép. Chỉ ghi tên trường trong bảng dưới đây, không ghi lệnh."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param("{{ ten_don_vi }}", UNKNOWN.format("ten_don_vi"), id="a field that is not there"),
        pytest.param("{{ DON_VI }}", UNKNOWN.format("DON_VI"), id="in capitals it is another name"),
        pytest.param(
            "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
            NOT_ALLOWED.format("cycler.__init__.__globals__.os.popen(…).read(…)"),
            id="the way to a shell",
        ),
        pytest.param(
            "{{ cycler.__init__ }}", NOT_ALLOWED.format("cycler.__init__"), id="what stands behind a global of Jinja"
        ),
        pytest.param("{{ don_vi.__class__ }}", NOT_ALLOWED.format("don_vi.__class__"), id="what stands behind a text"),
        pytest.param("{{ don_vi['__class__'] }}", NOT_ALLOWED.format("don_vi[…]"), id="in brackets too"),
        pytest.param("{{ don_vi|attr('__class__') }}", NOT_ALLOWED.format("don_vi | attr"), id="by a filter"),
        pytest.param("{{ don_vi|safe }}", NOT_ALLOWED.format("don_vi | safe"), id="what is not escaped"),
        pytest.param("{{ don_vi.upper() }}", NOT_ALLOWED.format("don_vi.upper(…)"), id="a call"),
        pytest.param("{{ 'x' * 999999999 }}", NOT_ALLOWED.format("… x …"), id="what would fill the memory"),
        pytest.param("{% set x = don_vi %}", NOT_ALLOWED.format("… x …"), id="a name of its own"),
        pytest.param("{% macro x() %}{% endmacro %}", NOT_ALLOWED.format("…"), id="a macro"),
        pytest.param("{% include 'x' %}", NOT_ALLOWED.format("… x …"), id="another file"),
        pytest.param(
            "{% for x in range(999999999) %}{% endfor %}",
            "Mẫu lặp theo “range(…)”, không phải danh sách nào của cổng. Chỉ lặp được “danh_sach” hoặc “ho_so”.",
            id="a loop without end",
        ),
        pytest.param(
            "{% for x in danh_sach %}{% for y in danh_sach %}{% endfor %}{% endfor %}",
            "Mẫu lặp theo cách cổng không hỗ trợ. Hãy chép đoạn lặp trong mẫu có sẵn.",
            id="a loop within a loop",
        ),
        pytest.param(
            "{% for x in danh_sach %}{{ x.dien_thoai }}{% endfor %}",
            UNKNOWN.format("x.dien_thoai"),
            id="of one in a list",
        ),
        pytest.param("{% for x in danh_sach %}{{ x }}{% endfor %}", UNKNOWN.format("x"), id="one in a list as a whole"),
        pytest.param(
            "{{ danh_sach }}",
            "Trường “danh_sach” là một danh sách. Hãy lặp từng dòng như trong mẫu có sẵn.",
            id="a list as programs write it",
        ),
        pytest.param("{{ loop.index }}", NOT_ALLOWED.format("loop.index"), id="outside of any list"),
        pytest.param("{{ don_vi", None, id="half a pair of brackets"),
        pytest.param("{% if don_vi %}", None, id="a condition without end"),
        pytest.param("{% lenh %}", None, id="a command that is none"),
    ],
)
def test_what_is_not_known_to_be_harmless_is_refused_by_its_name(words: str, sentence: str | None) -> None:
    for file in (template(words), template("{{ don_vi }}", head=words), template("{{ don_vi }}", title=words)):
        said = refusal_of(file)

        assert said == sentence or (
            sentence is None and said.startswith("Mẫu có dấu ngoặc nhọn hoặc lệnh viết chưa đúng")
        )


def test_a_template_without_any_field_is_the_wrong_file() -> None:
    assert refusal_of(template("Kính gửi: …")).startswith("Mẫu chưa có trường nào để cổng điền.")


def test_signs_that_mean_something_in_a_file_stay_signs() -> None:
    content = filled(template("{% for x in danh_sach %}{{ x.ten }} của {{ x.noi_lam_viec }}{% endfor %}"), ONE)

    assert text_of(content) == "Giảm tỷ lệ lỗi khi A < B & C > D của Công ty A & B <Đông Hà>"


def test_a_value_that_looks_like_a_field_is_not_filled_in() -> None:
    row = ONE.nominees[0]._replace(title="{{ don_vi }} và {% for %}")
    papers = ONE.__class__(**{**ONE.__dict__, "nominees": (row,)})

    assert text_of(filled(template("{% for x in danh_sach %}{{ x.ten }}{% endfor %}"), papers)) == row.title


def test_without_our_look_the_sandbox_stands_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LetterEnvironment, "_look", lambda self, node, *, repeated: None)

    with pytest.raises(TemplateRefused):
        filled(template("{{ don_vi.__class__.__mro__ }}"), ONE)
    with pytest.raises(TemplateRefused):
        filled(template("{{ cycler.__init__.__globals__ }}"), ONE)


def test_what_a_template_hides_in_its_xml_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    file = template("{{ don_vi }}")
    written = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(written, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "word/document.xml":
                content = re.sub(rb"(<\?xml[^>]*\?>)", rb"\1" + bomb.encode(), content, count=1)
                assert bomb.encode() in content
            new.writestr(member.filename, content)

    assert refusal_of(written) == "Mẫu có phần khai báo lạ. Hãy mở mẫu bằng Word, lưu lại thành .docx rồi gửi."


def test_a_template_that_is_too_large_is_refused() -> None:
    file = template("{{ don_vi }}")
    heavy = io.BytesIO(file.getvalue() + b"0" * 1024 * 1024)

    assert refusal_of(heavy).startswith("Mẫu nặng 1")


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "00 (không)"), (2, "02 (hai)"), (15, "15 (mười lăm)"), (121, "121 (một trăm hai mươi mốt)")],
)
def test_a_number_stands_in_figures_and_in_words(number: int, words: str) -> None:
    assert quantity(number) == words


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Liên đoàn Lao động thành phố Đông Hà", "LIÊN ĐOÀN LAO ĐỘNG\nTHÀNH PHỐ ĐÔNG HÀ"),
        ("Tổng Liên đoàn Lao động Việt Nam", "TỔNG LIÊN ĐOÀN LAO ĐỘNG\nVIỆT NAM"),
        ("Công đoàn cơ sở Công ty Cổ phần May", "CÔNG ĐOÀN CƠ SỞ\nCÔNG TY CỔ PHẦN MAY"),
        ("Công đoàn Y tế Việt Nam", "CÔNG ĐOÀN Y TẾ VIỆT NAM"),
    ],
)
def test_a_name_in_the_head_breaks_where_it_is_spoken(name: str, lines: str) -> None:
    assert in_head(name) == lines
