"""What changed from one sealed version of a dossier to another: who came, went and moved, which facts, which papers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from initiatives.models import CameBy, DossierPart, DossierVersion, Standing

LABELS = {
    "full_name": "Họ và tên",
    "birth_year": "Năm sinh",
    "position": "Chức vụ, công việc",
    "workplace": "Nơi làm việc",
    "phone": "Điện thoại",
    "title": "Tên sáng kiến",
    "applied_on": "Ngày áp dụng",
    "description": "Nội dung",
    "effect": "Hiệu quả",
    "scope": "Phạm vi áp dụng",
    "benefit": "Giá trị làm lợi",
    "awards": "Danh hiệu, khen thưởng",
    "sender": "Người gửi",
    "co_authors": "Đồng tác giả",
    "unit": "Đơn vị",
    "field": "Lĩnh vực",
    "attachments": "Tài liệu kèm sáng kiến",
}
OF_THE_DOSSIER = {
    "campaign": "Chương trình",
    "round": "Đợt xét chọn",
    "host": "Đơn vị xét chọn",
    "unit": "Đơn vị gửi",
    "came_by": "Cách gửi",
}


@dataclass(frozen=True)
class Change:
    """One fact that reads differently."""

    name: str
    label: str
    was: str
    now: str


@dataclass(frozen=True)
class Moved:
    nominee: dict[str, Any]
    was: str
    now: str


@dataclass(frozen=True)
class Changed:
    nominee: dict[str, Any]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """Nominees and files are as the newer content tells them, those that went as the older one did."""

    added: tuple[dict[str, Any], ...]
    removed: tuple[dict[str, Any], ...]
    moved: tuple[Moved, ...]
    changed: tuple[Changed, ...]
    files_added: tuple[dict[str, Any], ...]
    files_removed: tuple[dict[str, Any], ...]
    about: tuple[Change, ...] = ()  # of the dossier itself: a unit renamed meanwhile

    @property
    def is_same(self) -> bool:
        return not any(
            (
                self.added,
                self.removed,
                self.moved,
                self.changed,
                self.files_added,
                self.files_removed,
                self.about,
            )
        )


def compare(old: DossierVersion, new: DossierVersion) -> Comparison:
    before, after = json.loads(old.content), json.loads(new.content)
    were = {each["receipt_code"]: each for each in before["nominees"]}
    are = {each["receipt_code"]: each for each in after["nominees"]}
    both = [(were[code], nominee) for code, nominee in are.items() if code in were]
    return Comparison(
        added=tuple(nominee for code, nominee in are.items() if code not in were),
        removed=tuple(nominee for code, nominee in were.items() if code not in are),
        moved=tuple(Moved(now, place(was), place(now)) for was, now in both if place(was) != place(now)),
        changed=tuple(Changed(now, changes) for was, now in both if (changes := _changes(was, now, LABELS))),
        files_added=_without(after["files"], before["files"]),
        files_removed=_without(before["files"], after["files"]),
        about=_changes(before, after, OF_THE_DOSSIER),
    )


def place(nominee: dict[str, Any]) -> str:
    """ "thứ 2", "dự bị thứ 1"."""
    rank = f"thứ {nominee['rank']}"
    return f"dự bị {rank}" if nominee["standing"] == Standing.RESERVE else rank


def _changes(was: dict[str, Any], now: dict[str, Any], labels: dict[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(name, label, _shown(name, was.get(name)), _shown(name, now.get(name)))
        for name, label in labels.items()
        if was.get(name) != now.get(name)
    )


def _shown(name: str, value: Any) -> str:
    if name in {"co_authors", "sender"}:
        people = value if isinstance(value, list) else [value] if value else []
        return "\n".join(f"{each['name']} ({each['share'].replace('.', ',')}%)" for each in people)
    if name == "attachments":
        return "\n".join(each["name"] for each in value or [])
    if name == "came_by":
        return CameBy(value).label
    return str(value or "")


def _without(files: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    there = [_of_file(each) for each in others]
    return tuple(
        each | {"part_label": DossierPart(each["part"]).label} for each in files if _of_file(each) not in there
    )


def _of_file(file: dict[str, Any]) -> tuple[Any, ...]:
    return file["part"], file["sha256"], file["nominee"], file["on_paper"]
