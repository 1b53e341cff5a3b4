"""Units of the union, through time, and the staff who work for them."""

from orgtree.models.change import Act, UnitChange
from orgtree.models.second_factor import SealedTOTP
from orgtree.models.sheet import Sheet
from orgtree.models.staff import SignIn, StaffAccount
from orgtree.models.unit import Level, Unit, UnitAlias, UnitName
from orgtree.models.words import WordForm

__all__ = [
    "Act",
    "Level",
    "SealedTOTP",
    "Sheet",
    "SignIn",
    "StaffAccount",
    "Unit",
    "UnitAlias",
    "UnitChange",
    "UnitName",
    "WordForm",
]
