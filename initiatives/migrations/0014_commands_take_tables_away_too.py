"""A command on the server may take a table of people away, and has no account."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0013_what_trust_needs'),
        ('orgtree', '0006_secrets_of_the_second_factor_are_sealed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='personaldataview',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xem'),
        ),
        migrations.AddConstraint(
            model_name='personaldataview',
            constraint=models.CheckConstraint(condition=models.Q(('account__isnull', False), ('what', 'table'), _connector='OR'), name='only_tables_go_out_without_an_account', violation_error_message='Chỉ bảng do lệnh trên máy chủ xuất mới không có người xem.'),
        ),
    ]
