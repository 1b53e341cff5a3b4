"""What changed from one version to the next: who came, went and moved, which facts, which papers."""

from typing import Any

import pytest

from initiatives.models import DossierVersion
from initiatives.nominations import sealing
from initiatives.nominations.comparing import LABELS, Comparison, compare
from initiatives.submission.summary_facts import Facts

NOTHING = Comparison((), (), (), (), (), ())


def nominee(code: str = "1", **facts: Any) -> dict[str, Any]:
    return {
        "rank": 1,
        "standing": "chosen",
        "receipt_code": code,
        **dict.fromkeys(Facts._fields, "x"),
        "sender": {"name": "Trần Thị Lan", "share": "100"},
        "co_authors": [],
        "unit": "LĐLĐ thành phố Đông Hà",
        "field": "Sản xuất",
        "attachments": [],
    } | facts


def paper(sha: str = "a", **facts: Any) -> dict[str, Any]:
    return {
        "part": "letter",
        "name": "to-trinh.pdf",
        "sha256": sha,
        "size": 9,
        "nominee": None,
        "on_paper": False,
    } | facts


def version(*nominees: dict[str, Any], files: tuple[dict[str, Any], ...] = (), **facts: Any) -> DossierVersion:
    content = {
        "campaign": "01 triệu sáng kiến",
        "round": "Xét chọn cấp tỉnh",
        "host": "LĐLĐ tỉnh Quảng Trị",
        "unit": "LĐLĐ thành phố Đông Hà",
        "version": 1,
        "sealed_at": "2022-04-10T13:00:00.000000+07:00",
        "sent_on": "2022-04-10",
        "came_by": "portal",
        "nominees": list(nominees),
        "files": list(files),
        "no_complaints": True,
    } | facts
    return DossierVersion(content=sealing.written(content))


def test_the_same_is_the_same_whenever_it_was_sealed() -> None:
    again = version(nominee(), files=(paper(),), version=2, sealed_at="2022-04-11T08:00:00.000000+07:00")

    found = compare(version(nominee(), files=(paper(),)), again)

    assert found == NOTHING
    assert found.is_same


def test_who_came_and_who_went() -> None:
    found = compare(version(nominee("1"), nominee("2", rank=2)), version(nominee("1"), nominee("3", rank=2)))

    assert [each["receipt_code"] for each in found.added] == ["3"]
    assert [each["receipt_code"] for each in found.removed] == ["2"]
    assert (found.moved, found.changed, found.is_same) == ((), (), False)


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ({"rank": 1}, {"rank": 2}, ("thứ 1", "thứ 2")),
        ({"rank": 1}, {"rank": 1, "standing": "reserve"}, ("thứ 1", "dự bị thứ 1")),
        ({"rank": 2, "standing": "reserve"}, {"rank": 3}, ("dự bị thứ 2", "thứ 3")),
    ],
)
def test_who_moved(was: dict[str, Any], now: dict[str, Any], words: tuple[str, str]) -> None:
    (moved,) = compare(version(nominee(**was)), version(nominee(**now))).moved

    assert (moved.nominee["receipt_code"], moved.was, moved.now) == ("1", *words)


LAN, HAI = {"name": "Trần Thị Lan", "share": "66.5"}, {"name": "Lê Văn Hai", "share": "33.5"}
CHANGED = [
    ({"title": "Bàn gá"}, {"title": "Bàn gá mới"}, ("title", "Tên sáng kiến", "Bàn gá", "Bàn gá mới")),
    ({"effect": ""}, {"effect": "Nhanh"}, ("effect", "Hiệu quả", "", "Nhanh")),
    ({"unit": "A"}, {"unit": "B"}, ("unit", "Đơn vị", "A", "B")),
    ({}, {"co_authors": [LAN, HAI]}, ("co_authors", "Đồng tác giả", "", "Trần Thị Lan (66,5%)\nLê Văn Hai (33,5%)")),
    ({"sender": LAN}, {"sender": HAI}, ("sender", "Người gửi", "Trần Thị Lan (66,5%)", "Lê Văn Hai (33,5%)")),
    (
        {"attachments": [{"name": "a.pdf", "sha256": "1", "size": 1, "kind": "recognition"}]},
        {"attachments": []},
        ("attachments", "Tài liệu kèm sáng kiến", "a.pdf", ""),
    ),
]


@pytest.mark.parametrize(("was", "now", "change"), CHANGED, ids=[case[2][0] for case in CHANGED])
def test_which_facts_changed(was: dict[str, Any], now: dict[str, Any], change: tuple[str, ...]) -> None:
    (changed,) = compare(version(nominee(**was)), version(nominee(**now))).changed
    (one,) = changed.changes

    assert (one.name, one.label, one.was, one.now) == change
    assert changed.nominee["receipt_code"] == "1"


def test_every_fact_of_the_table_has_its_label() -> None:
    assert set(Facts._fields) <= set(LABELS)


def test_which_papers_came_and_went() -> None:
    were = (paper("a"), paper("b", part="summary_table"), paper("", part="other", on_paper=True))
    are = (paper("c"), paper("b", part="summary_table", name="đổi tên.pdf"), paper("d", part="other"))

    found = compare(version(files=were), version(files=are))

    assert [(each["sha256"], each["part_label"]) for each in found.files_added] == [
        ("c", "Tờ trình của ban thường vụ"),
        ("d", "Tài liệu khác"),
    ]
    assert [each["sha256"] for each in found.files_removed] == ["a", ""]


def test_a_paper_of_another_nominee_is_another_paper() -> None:
    found = compare(version(files=(paper(nominee="1"),)), version(files=(paper(nominee="2"),)))

    assert [each["nominee"] for each in (*found.files_added, *found.files_removed)] == ["2", "1"]


def test_a_unit_renamed_meanwhile_and_another_way_of_sending_are_told() -> None:
    found = compare(version(), version(unit="Công đoàn phường Đông Hà", came_by="paper"))

    assert [(each.label, each.was, each.now) for each in found.about] == [
        ("Đơn vị gửi", "LĐLĐ thành phố Đông Hà", "Công đoàn phường Đông Hà"),
        ("Cách gửi", "Gửi trên cổng", "Bản giấy"),
    ]
    assert not found.is_same
