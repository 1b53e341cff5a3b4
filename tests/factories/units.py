"""A small tree with the codes and names of the real one, and one grassroots union that does not exist."""

from typing import Any

import factory
from django.core.management.color import no_style
from django.db import connection
from django.db.models import F
from django.db.models.sql import InsertQuery

from orgtree.changing.places import next_place
from orgtree.models import Level, Unit, WordForm
from orgtree.search import learn_words

ROOT = "tld"

# code: (level, kind, name, short name); the order is that of the tree, parents first.
SMALL_TREE: dict[str, tuple[str, str, str, str]] = {
    ROOT: (Level.CONFEDERATION, "tong-lien-doan", "Tổng Liên đoàn Lao động Việt Nam", "Tổng LĐLĐ Việt Nam"),
    "dien-bien": (Level.PROVINCE, "tinh", "Liên đoàn Lao động tỉnh Điện Biên", "LĐLĐ tỉnh Điện Biên"),
    "dien-bien/dien-bien-phu": (
        Level.DISTRICT,
        "thanh-pho",
        "Liên đoàn Lao động thành phố Điện Biên Phủ",
        "LĐLĐ thành phố Điện Biên Phủ",
    ),
    "dien-bien/cd-vien-chuc": (
        Level.PROVINCIAL_SECTOR,
        "cong-doan-vien-chuc",
        "Công đoàn Viên chức tỉnh Điện Biên",
        "CĐ Viên chức tỉnh Điện Biên",
    ),
    "thanh-hoa": (Level.PROVINCE, "tinh", "Liên đoàn Lao động tỉnh Thanh Hóa", "LĐLĐ tỉnh Thanh Hóa"),
    "thanh-hoa/hoang-hoa": (
        Level.DISTRICT,
        "huyen",
        "Liên đoàn Lao động huyện Hoằng Hóa",
        "LĐLĐ huyện Hoằng Hóa",
    ),
    "thanh-hoa/cd-giao-duc": (
        Level.PROVINCIAL_SECTOR,
        "cong-doan-nganh-dia-phuong",
        "Công đoàn ngành Giáo dục tỉnh Thanh Hóa",
        "CĐ ngành Giáo dục tỉnh Thanh Hóa",
    ),
    "quang-tri": (Level.PROVINCE, "tinh", "Liên đoàn Lao động tỉnh Quảng Trị", "LĐLĐ tỉnh Quảng Trị"),
    "quang-tri/dong-ha": (
        Level.DISTRICT,
        "thanh-pho",
        "Liên đoàn Lao động thành phố Đông Hà",
        "LĐLĐ thành phố Đông Hà",
    ),
    "quang-tri/huong-hoa": (
        Level.DISTRICT,
        "huyen",
        "Liên đoàn Lao động huyện Hướng Hóa",
        "LĐLĐ huyện Hướng Hóa",
    ),
    "quang-tri/cd-vien-chuc": (
        Level.PROVINCIAL_SECTOR,
        "cong-doan-vien-chuc",
        "Công đoàn Viên chức tỉnh Quảng Trị",
        "CĐ Viên chức tỉnh Quảng Trị",
    ),
    "quang-tri/dong-ha/may-song-hieu": (
        Level.GRASSROOTS,
        "cong-doan-co-so",
        "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu",
        "CĐCS Công ty CP May Sông Hiếu",
    ),
    "cd-y-te": (Level.SECTOR, "cong-doan-nganh", "Công đoàn Y tế Việt Nam", "CĐ Y tế Việt Nam"),
}

_kept: list[tuple[str, Any]] = []  # statements with their parameters


class UnitFactory(factory.django.DjangoModelFactory):
    """A district of Quảng Trị nobody has heard of, unless told otherwise: `UnitFactory(parent=…, level=…, code=…)`."""

    class Meta:
        model = Unit

    level = Level.DISTRICT
    kind = "huyen"
    code = factory.Sequence(lambda n: f"quang-tri/huyen-thu-nghiem-{n}")
    name = factory.LazyAttributeSequence(lambda unit, n: f"Liên đoàn Lao động huyện Thử Nghiệm {n}")
    short_name = factory.LazyAttribute(lambda unit: unit.name.replace("Liên đoàn Lao động", "LĐLĐ"))

    @classmethod
    def _create(cls, model_class: type[Unit], *args: Any, **fields: Any) -> Unit:
        parent = fields.pop("parent", None)
        if fields["level"] == Level.CONFEDERATION:
            root = Unit.objects.add_root(instance=Unit(**fields))
            learn_words([root])
            return root
        above = parent or unit_at("quang-tri")
        place = next_place(above)
        unit = Unit.objects.create(**{"path": place, "depth": len(place) // Unit.steplen} | fields)
        Unit.objects.filter(pk=above.pk).update(numchild=F("numchild") + 1)
        learn_words([unit])
        return unit


def unit_at(code: str) -> Unit:
    """The unit with `code`, made with everything above it when it is not there yet."""
    unit = Unit.objects.filter(code=code).first()
    if unit is not None:
        return unit
    level, kind, name, short_name = SMALL_TREE[code]
    return UnitFactory(
        parent=unit_at(_code_above(code)) if code != ROOT else None,
        code=code,
        level=level,
        kind=kind,
        name=name,
        short_name=short_name,
    )


def make_tree() -> dict[str, Unit]:
    """The small tree by code; units that stand already (the real tree's) are taken as they are.

    On an empty table it is planted once a process and then written again as it was, keys and all, by the very statements: half
    the suite stands on it.
    """
    if Unit.objects.exists():
        _plant()
    elif _kept:
        _write_again()
    else:
        _plant()
        _keep()
    return {unit.code: unit for unit in Unit.objects.filter(code__in=SMALL_TREE)}


def _plant() -> None:
    for code in SMALL_TREE:
        unit_at(code)


def _keep() -> None:
    for model in (Unit, WordForm):
        query = InsertQuery(model)
        query.insert_values(model._meta.concrete_fields, list(model.objects.order_by("pk")))
        _kept.extend(query.get_compiler(connection=connection).as_sql())
        _kept.extend((statement, None) for statement in connection.ops.sequence_reset_sql(no_style(), [model]))


def _write_again() -> None:
    with connection.cursor() as cursor:
        for statement, params in _kept:
            cursor.execute(statement, params)


def _code_above(code: str) -> str:
    return code.rpartition("/")[0] or ROOT
