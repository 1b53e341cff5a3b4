"""The acts on a unit as pages: what each asks, what it says beforehand, what it does. `orgtree.changes` judges and writes."""

from typing import Any

from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.models import Act, StaffAccount, Unit, UnitAlias, UnitChange
from orgtree.units.forms import (
    ActForm,
    AddForm,
    CallForm,
    CloseForm,
    MergeForm,
    MoveForm,
    RenameForm,
)
from orgtree.units.rights import may_add_below, may_change
from orgtree.units.wording import counted, until
from portal.vietnamese import days
from portal.vietnamese.formats import whole

ENDED = "Đơn vị này hoạt động {until}, nên không {verb} được nữa."

BELOW_ENDED = (
    "Đơn vị này hoạt động {until}. Đơn vị thêm vào thuộc cơ cấu cũ, cho chương trình còn nhận sáng kiến theo cơ cấu đó; "
    "ngày thành lập hãy để trống."
)


class ActPage:
    act: Act
    name: str
    segment: str
    title: str
    button: str
    explanation = ""
    form: type[ActForm]
    is_grave = False  # what it would do is shown once more before it is done

    def allows(self, account: StaffAccount, unit: Unit) -> bool:
        return may_change(account, unit)

    def refuses(self, unit: Unit) -> str:
        """Why this is not offered for the unit as it stands, as a sentence; "" when it is."""
        return ENDED.format(until=until(unit.closed_on), verb=self.title.lower()) if unit.closed_on else ""

    def explains(self, unit: Unit) -> str:
        return self.explanation

    def foretold(self, unit: Unit, form: Any) -> list[str]:
        """What the act would do, a sentence each."""
        return []

    def done(self, unit: Unit, asked: dict[str, Any]) -> Unit | None:
        """The unit to show where this very act was done before: by a second tap, or by a colleague."""
        found = UnitChange.objects.filter(unit=unit, act=self.act, day=asked["day"]).exists()
        return (unit.successor or unit) if found else None

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        """The unit to show when it is done. Runs in one transaction (`UnitAdmin.carry_out`)."""
        raise NotImplementedError

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        raise NotImplementedError


class AddBelow(ActPage):
    act = Act.ADDED
    name = "add_below"
    segment = "them"
    title = "Thêm đơn vị trực thuộc"
    button = "Thêm đơn vị"
    form = AddForm

    def allows(self, account: StaffAccount, unit: Unit) -> bool:
        return may_add_below(account, unit)

    def refuses(self, unit: Unit) -> str:
        return ""

    def explains(self, unit: Unit) -> str:
        return BELOW_ENDED.format(until=until(unit.closed_on)) if unit.closed_on else ""

    def done(self, unit: Unit, asked: dict[str, Any]) -> Unit | None:
        """Known from what the portal recorded: a unit of that name that came otherwise is another one."""
        twins = Unit.objects.directly_below(unit).filter(
            name=asked["name"], level=asked["level"], changes__act=self.act, successor=None
        )
        return twins.first()

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        names = ("code", "level", "name", "short_name")
        new = NewUnit(kind=asked.get("kind", ""), **{name: asked[name] for name in names})
        return changes.add(unit, new, order=order)

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        return f"Đã thêm {shown.short_name} vào {unit.short_name}."


class Rename(ActPage):
    act = Act.RENAMED
    name = "rename"
    segment = "doi-ten"
    title = "Đổi tên"
    button = "Đổi tên"
    explanation = (
        "Tên cũ được giữ lại với ngày dùng đến, tìm theo tên cũ vẫn ra. Sáng kiến, tài khoản, mã QR không đổi."
    )
    form = RenameForm

    def done(self, unit: Unit, asked: dict[str, Any]) -> Unit | None:
        return unit if unit.name == asked["name"] and super().done(unit, asked) else None

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        kind = asked.get("kind", "")
        return changes.rename(unit, name=asked["name"], short_name=asked["short_name"], kind=kind, order=order)

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        return f"Từ ngày {days.shown(asked['day'])}, {unit.short_name} mang tên {shown.short_name}."


class Move(ActPage):
    act = Act.MOVED
    name = "move"
    segment = "chuyen"
    title = "Chuyển sang đơn vị cấp trên khác"
    button = "Chuyển"
    explanation = (
        "Các đơn vị bên dưới chuyển theo. Sáng kiến đã nhận vẫn giữ nơi gửi; đơn vị ở nơi mới xem được tất cả."
    )
    form = MoveForm
    is_grave = True

    def refuses(self, unit: Unit) -> str:
        """One that ended without a successor may be continued elsewhere."""
        return super().refuses(unit) if unit.successor_id else ""

    def foretold(self, unit: Unit, form: Any) -> list[str]:
        asked = form.cleaned_data
        named = f", tên là {asked['short_name']}" if asked["short_name"] else ""
        return [
            f"Từ ngày {days.shown(asked['day'])}, {unit.short_name} thuộc {asked['to'].short_name}{named}.",
            *carried_along(unit, form),
        ]

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        changed = {name: asked.get(name, "") for name in ("level", "name", "short_name")}
        return changes.move(unit, to=asked["to"], order=order, **changed)

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        return f"Từ ngày {days.shown(asked['day'])}, {unit.short_name} thuộc {asked['to'].short_name}."


class Merge(ActPage):
    act = Act.MERGED
    name = "merge"
    segment = "sap-nhap"
    title = "Sáp nhập"
    button = "Sáp nhập"
    explanation = (
        "Đơn vị này kết thúc, đơn vị nhận kế thừa. Sáng kiến đã nhận vẫn giữ nơi gửi; đơn vị nhận xem được tất cả."
    )
    form = MergeForm
    is_grave = True

    def foretold(self, unit: Unit, form: Any) -> list[str]:
        asked = form.cleaned_data
        heir = asked["into"].short_name if asked["into"] else f"{asked['short_name']} (đơn vị mới)"
        accounts = StaffAccount.objects.filter(unit__current_path=unit.current_path, is_active=True).count()
        told = [
            f"{unit.short_name} hoạt động {until(asked['day'])}; từ ngày {days.shown(asked['day'])} là {heir}.",
            *carried_along(unit, form),
        ]
        if accounts:
            told.append(f"{whole(accounts)} tài khoản của {unit.short_name} xem được mọi đơn vị của {heir}.")
        return told

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        into = asked["into"]
        if into is None:
            new = NewUnit(level=unit.level, kind=unit.kind, name=asked["name"], short_name=asked["short_name"])
            into = changes.add(Unit.objects.get_parent(unit), new, order=order, instead_of=[unit])
        return changes.merge(unit, into=into, order=order, ending=frozenset(asked.get("ending", ())))

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        return f"Từ ngày {days.shown(asked['day'])}, {unit.short_name} sáp nhập vào {shown.short_name}."


class Close(ActPage):
    act = Act.CLOSED
    name = "close"
    segment = "ket-thuc"
    title = "Kết thúc hoạt động"
    button = "Kết thúc"
    explanation = "Đơn vị không có đơn vị kế thừa. Sáng kiến đã nhận và tài khoản vẫn còn, cấp trên vẫn xem được."
    form = CloseForm
    is_grave = True

    def foretold(self, unit: Unit, form: Any) -> list[str]:
        home = form.cleaned_data.get("children_to")
        to = f"về {home.short_name}" if home else "theo"
        return [f"{unit.short_name} hoạt động {until(form.cleaned_data['day'])}.", *carried_along(unit, form, to=to)]

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        ending = frozenset(asked.get("ending", ()))
        return changes.close(unit, order=order, children_to=asked.get("children_to"), ending=ending)

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        return f"{unit.short_name} hoạt động {until(asked['day'])}."


class CallAlso(ActPage):
    act = Act.CALLED
    name = "call_also"
    segment = "cach-goi"
    title = "Thêm cách gọi khác"
    button = "Thêm cách gọi"
    form = CallForm

    def refuses(self, unit: Unit) -> str:
        return ""

    def done(self, unit: Unit, asked: dict[str, Any]) -> Unit | None:
        return unit if UnitAlias.objects.filter(unit=unit, alias=asked["alias"]).exists() else None

    def carry_out(self, unit: Unit, asked: dict[str, Any], *, order: Order) -> Unit:
        return changes.call_also(unit, asked["alias"], order=order).unit

    def told(self, unit: Unit, shown: Unit, asked: dict[str, Any]) -> str:
        return f"Từ nay tìm “{asked['alias']}” cũng ra {unit.short_name}."


PAGES: tuple[ActPage, ...] = (AddBelow(), Rename(), Move(), Merge(), Close(), CallAlso())


def carried_along(unit: Unit, form: Any, *, to: str = "theo") -> list[str]:
    """What goes and what ends with the unit, a sentence each."""
    along = changes.consequences(unit, ending=form.ends_along)
    told = []
    if along.closing:
        told.append(f"Kết thúc cùng ngày, không có đơn vị kế thừa: {counted(along.closing)}.")
    if along.moving:
        told.append(f"Chuyển {to}: {counted(along.moving)}.")
    return told
