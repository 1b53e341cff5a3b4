"""What looking at history says where something is not as it was written; nothing of a person is in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`row` is the key, with the step or the number where there is one; `what` is wrong with it, in words."""

    kind: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.row}: {self.what}"


INITIATIVE, VERSION, QUARTER, SEAL = "sáng kiến", "lần gửi hồ sơ", "quý", "niêm phong"
MILESTONE, DECISION, COMMENDATION = "cột mốc", "quyết định biểu dương", "biểu dương"
