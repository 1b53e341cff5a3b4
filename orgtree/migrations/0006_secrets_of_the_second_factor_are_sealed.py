"""What is in the table as plain hexadecimal is sealed; what is sealed already stays. Back again, it is opened."""

from binascii import hexlify

from django.db import migrations

from orgtree.models.second_factor import row_of, sealed
from portal import sealing


def seal_all(apps, schema_editor):
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.using(schema_editor.connection.alias)
    for pk, user_id, key in devices.exclude(key__contains=".").values_list("pk", "user_id", "key"):
        devices.filter(pk=pk, key=key).update(key=sealed(key, user_id))


def open_all(apps, schema_editor):
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.using(schema_editor.connection.alias)
    for pk, user_id, key in devices.filter(key__contains=".").values_list("pk", "user_id", "key"):
        opened = sealing.open_bytes(key, row=row_of(user_id))
        devices.filter(pk=pk, key=key).update(key=hexlify(opened).decode())


class Migration(migrations.Migration):
    dependencies = [
        ("orgtree", "0005_a_sheet_may_be_posters"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealedTOTP",
            fields=[],
            options={
                "verbose_name": "mã trên điện thoại",
                "verbose_name_plural": "mã trên điện thoại",
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal_all, open_all),
    ]
