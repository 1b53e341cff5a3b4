"""Filling in the template of a letter, which people may replace: nothing in it may do more than name fields, repeat and choose.

docxtpl hands every part of the file (text, heads and feet, notes, properties) to the environment below, and that looks at the
tree of each before it is compiled: what is not known to be harmless is refused with its name. Behind it stand Jinja's sandbox
(unsandboxed, a template ran any code: `docs/traps.md`), escaping of every value, and that a missing field is an error.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import IO

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from initiatives.reports.letter_fields import FIELDS, REPEATED, samples, values
from initiatives.reports.papers import Papers
from portal.vietnamese.formats import file_size

LARGEST = 1024 * 1024
LARGEST_UNPACKED = 4 * LARGEST
LARGEST_FILLED = 32 * LARGEST
MOST_TAGS = 500
KNOWN = {field.name for field in FIELDS}
LOOP = {"index", "first", "last", "length"}  # of the row that is being repeated

_HARMLESS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.For, nodes.If,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAG = re.compile(r"\{\{|\{%")

logger = logging.getLogger("initiatives.letters")


class TemplateRefused(Exception):
    """A template that is not taken; `sentence` says what stands in it, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def filled(template: IO[bytes], papers: Papers) -> bytes:
    """The letter of `papers`. Raises `TemplateRefused`; what a letter holds is text, whatever signs stand in it."""
    environment = LetterEnvironment()
    document = DocxTemplate(template)
    try:
        document.render(values(papers), environment, autoescape=True)
        properties = document.docx.core_properties
        properties.title, properties.author = "Tờ trình", papers.sender[:255]
        written = io.BytesIO()
        document.save(written)
    except TemplateSyntaxError as fault:
        raise TemplateRefused(_unreadable(fault)) from None
    except TemplateError:
        raise TemplateRefused("Mẫu có chỗ cổng không điền được. Hãy tải mẫu có sẵn rồi sửa lại từ mẫu đó.") from None
    if len(written.getvalue()) > LARGEST_FILLED:
        raise TemplateRefused("Tờ trình làm từ mẫu này quá lớn. Hãy bớt hình ảnh trong mẫu.")
    return written.getvalue()


def must_be_usable(template: IO[bytes], *, level: str) -> None:
    """Raises `TemplateRefused` unless letters can be made of it: without nominees, with one, with many."""
    _must_be_small(template)
    environment = LetterEnvironment()
    used: set[str] = set()
    for papers in samples(level):
        template.seek(0)
        environment.used.clear()
        try:
            document = DocxTemplate(template)
            document.render(values(papers), environment, autoescape=True)
            written = io.BytesIO()
            document.save(written)
            written.seek(0)
            DocxTemplate(written).get_docx()
        except TemplateRefused:
            raise
        except TemplateSyntaxError as fault:
            raise TemplateRefused(_unreadable(fault)) from None
        except TemplateError:
            raise TemplateRefused(
                "Mẫu có chỗ cổng không điền được. Hãy tải mẫu có sẵn rồi sửa lại từ mẫu đó."
            ) from None
        except Exception as failure:  # libraries meet strangers' bytes here
            logger.info("a template of a letter could not be filled in: %s", type(failure).__name__)
            raise TemplateRefused(
                "Cổng không làm được tờ trình từ mẫu này. Hãy mở mẫu bằng Word, lưu lại thành .docx rồi gửi."
            ) from None
        used |= environment.used
    if not used:
        raise TemplateRefused(
            "Mẫu chưa có trường nào để cổng điền. Hãy ghi tên trường trong hai dấu ngoặc nhọn, ví dụ {{ don_vi }}."
        )


class LetterEnvironment(ImmutableSandboxedEnvironment):
    """Compiles nothing that it has not looked at. `used` are the fields that were met."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        self.used: set[str] = set()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(_TAG.findall(source)) > MOST_TAGS:
            raise TemplateRefused(f"Mẫu có quá nhiều trường; tối đa {MOST_TAGS}.")
        tree = super()._parse(source, name, filename)
        self._look(tree, repeated={})
        return tree

    def _look(self, node: nodes.Node, *, repeated: dict[str, str]) -> None:
        """`repeated`: the names that stand for one row, with the field each comes from."""
        if not isinstance(node, _HARMLESS):
            raise _not_allowed(node)
        if isinstance(node, nodes.For):
            self._look_at_repetition(node, repeated)
            return
        if isinstance(node, nodes.Output):
            _must_show_no_list(node)
        if isinstance(node, nodes.Getattr):
            _look_at_part(node, repeated)
        elif isinstance(node, nodes.Name):
            self._look_at_name(node)
        elif isinstance(node, nodes.Const) and not isinstance(node.value, str | int):
            raise _not_allowed(node)
        else:
            for child in node.iter_child_nodes():
                self._look(child, repeated=repeated)

    def _look_at_name(self, node: nodes.Name) -> None:
        if node.name not in KNOWN:
            raise _unknown(node.name)
        self.used.add(node.name)

    def _look_at_repetition(self, node: nodes.For, repeated: dict[str, str]) -> None:
        target, source = node.target, node.iter
        if repeated or node.else_ or node.test or node.recursive or not isinstance(target, nodes.Name):
            raise TemplateRefused("Mẫu lặp theo cách cổng không hỗ trợ. Hãy chép đoạn lặp trong mẫu có sẵn.")
        if not isinstance(source, nodes.Name) or source.name not in REPEATED:
            raise TemplateRefused(
                f"Mẫu lặp theo “{_spelled(source)}”, không phải danh sách nào của cổng. Chỉ lặp được "
                f"{' hoặc '.join(f'“{name}”' for name in REPEATED)}."
            )
        if target.name in KNOWN:
            raise TemplateRefused(f"Tên “{target.name}” đã là một trường. Hãy đặt tên khác cho mỗi dòng của danh sách.")
        self.used.add(source.name)
        for child in node.body:
            self._look(child, repeated={target.name: source.name})


def _must_show_no_list(node: nodes.Output) -> None:
    """Whether there is any may be asked; shown, it would be a list as programs write it."""
    for shown in node.nodes:
        if isinstance(shown, nodes.Name) and shown.name in REPEATED:
            raise TemplateRefused(f"Trường “{shown.name}” là một danh sách. Hãy lặp từng dòng như trong mẫu có sẵn.")


def _look_at_part(node: nodes.Getattr, repeated: dict[str, str]) -> None:
    """`sang_kien.ten`, `loop.last`, and nothing else behind a dot."""
    owner = node.node
    if not isinstance(owner, nodes.Name):
        raise _not_allowed(node)
    if owner.name == "loop" and repeated and node.attr in LOOP:
        return
    fields = {field.name for field in REPEATED.get(repeated.get(owner.name, ""), ())}
    if node.attr not in fields:
        raise _unknown(_spelled(node)) if owner.name in repeated else _not_allowed(node)


def _must_be_small(template: IO[bytes]) -> None:
    size = template.seek(0, 2)
    if size > LARGEST:
        raise TemplateRefused(f"Mẫu nặng {file_size(size)}; tối đa {file_size(LARGEST)}. Hãy bớt hình ảnh trong mẫu.")
    template.seek(0)
    with zipfile.ZipFile(template) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
            raise TemplateRefused("Mẫu phình ra quá lớn khi mở. Hãy bớt hình ảnh trong mẫu.")
        for content in _texts(archive):
            if _DECLARES.search(content):
                raise TemplateRefused("Mẫu có phần khai báo lạ. Hãy mở mẫu bằng Word, lưu lại thành .docx rồi gửi.")


def _texts(archive: zipfile.ZipFile) -> Iterator[bytes]:
    for member in archive.infolist():
        if member.filename.casefold().endswith((".xml", ".rels")):
            content = archive.read(member)
            # In another encoding a declaration would not be seen.
            if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
                raise TemplateRefused("Mẫu dùng bảng mã lạ. Hãy mở mẫu bằng Word, lưu lại thành .docx rồi gửi.")
            yield content


def _unknown(name: str) -> TemplateRefused:
    return TemplateRefused(f"Mẫu có trường “{name}” mà cổng không biết. Hãy xem lại tên trường trong bảng dưới đây.")


def _not_allowed(node: nodes.Node) -> TemplateRefused:
    return TemplateRefused(
        f"Mẫu có biểu thức “{_spelled(node)}” không được phép. Chỉ ghi tên trường trong bảng dưới đây, không ghi lệnh."
    )


def _spelled(node: nodes.Node) -> str:
    """An expression as it was written, near enough to be found again."""
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        return f"{_spelled(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{_spelled(node.node)}[…]"
    if isinstance(node, nodes.Call):
        return f"{_spelled(node.node)}(…)"
    if isinstance(node, nodes.Filter):
        return f"{_spelled(node.node) if node.node else '…'} | {node.name}"
    if isinstance(node, nodes.Const):
        return str(node.value)[:40]
    inner = next((each for each in node.find_all((nodes.Name, nodes.Const))), None)
    return f"… {_spelled(inner)} …" if inner is not None else "…"


def _unreadable(fault: TemplateSyntaxError) -> str:
    near = re.findall(r"'([\w.]{1,40})'", fault.message or "")
    where = f" gần “{near[0]}”" if near else ""
    return (
        f"Mẫu có dấu ngoặc nhọn hoặc lệnh viết chưa đúng{where}. Hãy xem lại từng cặp ngoặc, "
        "hoặc tải mẫu có sẵn rồi sửa lại từ mẫu đó."
    )
