"""Which tables the statements of one request wrote to, without what it took back."""

import re
from collections.abc import Callable
from typing import Any

WRITING = re.compile(
    r'\A\s*(?:WITH .*)?\b(INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.DOTALL
)
MARK = re.compile(r'\A(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) "?(\w+)"?')


class Writes:
    """To be entered as a wrapper of the connection's statements. A statement that met no row wrote nothing; of one whose rows are
    read back SQLite does not know how many it met before they are."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []  # ("mark", name) or ("table", name)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(sql, params, many, context)
        if marked := MARK.match(sql):
            self._mark(*marked.groups())
        elif (found := WRITING.match(sql)) and (" RETURNING " in sql or context["cursor"].rowcount):
            self.kept.append(("table", found[2]))
        return answer

    @property
    def tables(self) -> set[str]:
        return {name for kind, name in self.kept if kind == "table"}

    def _mark(self, act: str, name: str) -> None:
        if act == "SAVEPOINT":
            self.kept.append(("mark", name))
        elif act == "ROLLBACK TO SAVEPOINT" and ("mark", name) in self.kept:
            del self.kept[self.kept.index(("mark", name)) + 1 :]
