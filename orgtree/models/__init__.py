"""Units of the union, through time, and the staff who work for them."""

from orgtree.models.staff import StaffAccount
from orgtree.models.unit import Level, Unit, UnitAlias, UnitName

__all__ = ["Level", "StaffAccount", "Unit", "UnitAlias", "UnitName"]
