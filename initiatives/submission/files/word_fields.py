"""Fields of a Word document that start a program or fetch from elsewhere: their codes stand as text in its parts.

A code may be cut into many pieces, and another field may stand within it (ISO 29500-1, 17.16).
"""

import re
from dataclasses import dataclass

from initiatives.submission.files.faults import external, holds_code, too_much_inside

MOST_ELEMENTS = 1_000_000  # in all parts
MOST_OPEN = 1000  # fields that begin within one another
_LENGTH = 4096  # of a code; one that includes something is never as long
_LONGEST_NAME = 14

_PIECES = {"instrText", "delInstrText"}
_TEXTS = {"t", "delText"}  # which are code too, until a field says that its result follows
_BEFORE_A_CODE = ' \t\r\n\u00a0\\"“”'
_INCLUDES = ("INCLUDEPICTURE", "INCLUDETEXT")
# C:\\a.png is no address; \\\\server\\a.png is one
_ELSEWHERE = re.compile(r':[/\\](?<=\w\w.[/\\])|(?:\\\\|//)(?<=[\s"“”]..)')


@dataclass(slots=True)
class Field:
    """`code`: what it says itself; `within`: that, and what fields in its code say."""

    code: str = ""
    within: str = ""
    is_told: bool = False  # what follows is its result

    def judge(self) -> None:
        """Raises the `Fault` of what it does."""
        code = self.code[:_LONGEST_NAME].upper()
        if code.startswith("DDE"):  # DDEAUTO too
            raise holds_code()
        if code.startswith(_INCLUDES) and (len(self.within) >= _LENGTH or _ELSEWHERE.search(self.within)):
            raise external()


class Fields:
    """Takes what an XML parser sees of part after part; raises the `Fault` of a field."""

    def __init__(self) -> None:
        self.open = [Field()]  # the outermost first; the very first takes what stands in no field
        self.is_code = False
        self.elements = 0

    def begin(self, element: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise too_much_inside()
        name = element.rpartition(":")[2]
        self.is_code = name in _PIECES or (name in _TEXTS and len(self.open) > 1)
        if name == "fldSimple":
            code = _of(attributes, "instr")
            Field(code.lstrip(_BEFORE_A_CODE), code[:_LENGTH]).judge()
        elif name == "fldChar":
            self._mark(_of(attributes, "fldCharType"))

    def end(self, element: str) -> None:
        self.is_code = False
        if element.rpartition(":")[2] == "p" and len(self.open) == 1:
            self.finish()

    def take(self, text: str) -> None:
        field = self.open[-1]
        if self.is_code and not field.is_told:
            field.code = _longer(field.code, text).lstrip(_BEFORE_A_CODE)
            field.within = _longer(field.within, text)

    def finish(self) -> None:
        for field in self.open:
            field.judge()
        self.open = [Field()]

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            if len(self.open) > MOST_OPEN:
                raise too_much_inside()
            self.open.append(Field())
        elif kind == "separate":
            self.open[-1].is_told = True
        elif kind == "end" and len(self.open) > 1:
            field, around = self.open.pop(), self.open[-1]
            field.judge()
            if not around.is_told:
                around.within = _longer(around.within, field.within)


def _longer(code: str, text: str) -> str:
    return code if len(code) >= _LENGTH else (code + text)[:_LENGTH]


def _of(attributes: dict[str, str], name: str) -> str:
    """Whatever the prefix of its namespace is."""
    return next((value for each, value in attributes.items() if each.rpartition(":")[2] == name), "")
