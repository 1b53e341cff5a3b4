"""Secrets that lay in the table before are sealed by the migration, once, and can be opened again."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django_otp.plugins.otp_totp.models import TOTPDevice

from orgtree.models import SealedTOTP
from orgtree.staff import second_factor
from tests.factories import StaffAccountFactory, make_tree

migration = import_module("orgtree.migrations.0006_secrets_of_the_second_factor_are_sealed")

pytestmark = pytest.mark.django_db


def test_what_was_plain_is_sealed_and_the_rest_left() -> None:
    make_tree()
    plain, sealed = StaffAccountFactory(), StaffAccountFactory()
    key = second_factor.new_key()
    TOTPDevice.objects.create(user=plain, key=key)
    TOTPDevice.objects.create(user=sealed, key=second_factor.sealed(key, sealed.pk))
    was = TOTPDevice.objects.get(user=sealed).key

    migration.seal_all(apps, _Editor())

    assert TOTPDevice.objects.get(user=sealed).key == was
    assert key not in TOTPDevice.objects.get(user=plain).key
    assert {device.bin_key.hex() for device in SealedTOTP.objects.all()} == {key}

    migration.open_all(apps, _Editor())
    assert set(TOTPDevice.objects.values_list("key", flat=True)) == {key}


class _Editor:
    """What the migration asks of a schema editor."""

    connection = connection
