"""Each initiative is written into five indexes less: nothing is asked that another does not answer as well.

The beginning of a hash is never sought, nor that of a receipt code by LIKE; what lies in a campaign or a unit is found in the
indexes that begin with these and know more. On PostgreSQL the five took 356 MB at 2.5 million.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLE = 'initiatives_initiative'
OF_CAMPAIGNS, OF_UNITS = f'{TABLE}_campaign_id_0d9874a2', f'{TABLE}_unit_id_7ac037d9'
# By LIKE, which PostgreSQL alone has: index and column.
OF_BEGINNINGS = {
    f'{TABLE}_receipt_token_hash_bcbc8df9_like': (TABLE, 'receipt_token_hash'),
    f'{TABLE}_national_id_hash_591d08e8_like': (TABLE, 'national_id_hash'),
    f'{TABLE}_receipt_code_0d48ba8f_like': (TABLE, 'receipt_code'),
    'initiatives_draft_token_hash_c03211fd_like': ('initiatives_draft', 'token_hash'),
}


def without_beginnings(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for index in OF_BEGINNINGS:
            schema_editor.execute(f'DROP INDEX IF EXISTS {index}')


def with_beginnings(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for index, (table, column) in OF_BEGINNINGS.items():
            schema_editor.execute(f'CREATE INDEX {index} ON {table} ({column} varchar_pattern_ops)')


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0017_those_who_sent_many_are_kept'),
        ('orgtree', '0006_secrets_of_the_second_factor_are_sealed'),
    ]

    operations = [
        # Not Django's own way: on SQLite it makes the table anew, and takes the index of words with it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS {OF_CAMPAIGNS}', f'CREATE INDEX {OF_CAMPAIGNS} ON {TABLE} (campaign_id)'),
                migrations.RunSQL(f'DROP INDEX IF EXISTS {OF_UNITS}', f'CREATE INDEX {OF_UNITS} ON {TABLE} (unit_id)'),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='initiative',
                    name='campaign',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='initiatives', to='initiatives.campaign', verbose_name='chương trình'),
                ),
                migrations.AlterField(
                    model_name='initiative',
                    name='unit',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='initiatives', to='orgtree.unit', verbose_name='đơn vị'),
                ),
            ],
        ),
        migrations.RunPython(without_beginnings, with_beginnings),
    ]
