"""Assembles the tree and its staff in the admin; each part registers itself when it is imported here."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers Group, which is taken out again below
from django.contrib.auth.models import Group

from orgtree.staff.admin import StaffAccountAdmin
from orgtree.units.admin import UnitAdmin

# Rights come from the role (`roles.py`): no group of permissions may grow beside it.
admin.site.unregister(Group)

__all__ = ["StaffAccountAdmin", "UnitAdmin"]
