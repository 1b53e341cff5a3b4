"""Assembles the tree and its staff in the admin; each part registers itself when it is imported here."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers Group, which is taken out again below
from django.contrib.auth.models import Group
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from orgtree.staff.admin import StaffAccountAdmin
from orgtree.units.admin import UnitAdmin

# Rights come from the role (`roles.py`): no group of permissions may grow beside it.
admin.site.unregister(Group)
# The devices of the second factor are their owners' (`staff/second_factor.py`): no list shows their keys.
admin.site.unregister([StaticDevice, TOTPDevice])

__all__ = ["StaffAccountAdmin", "UnitAdmin"]
