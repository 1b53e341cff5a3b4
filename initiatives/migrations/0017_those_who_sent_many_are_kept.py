"""Those who sent many are kept beside the tally, and found in an index of phones that knows what counts."""

import django.db.models.deletion
from django.db import migrations, models

OF_PHONES = 'initiatives_initiative_phone_digits_3fb8a8f2'
OF_PHONES_AGAIN = f'CREATE INDEX {OF_PHONES} ON initiatives_initiative (phone_digits)'


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0016_history_is_verified_each_night'),
        ('orgtree', '0006_secrets_of_the_second_factor_are_sealed'),
    ]

    operations = [
        migrations.CreateModel(
            name='FrequentSender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='số sáng kiến')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='frequent_senders', to='initiatives.campaign')),
                ('latest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frequent_senders', to='orgtree.unit')),
            ],
            options={
                'verbose_name': 'người gửi nhiều',
                'verbose_name_plural': 'người gửi nhiều',
                'constraints': [models.UniqueConstraint(fields=('campaign', 'unit', 'latest'), name='frequent_sender_once', violation_error_message='Người gửi nhiều này đã có.')],
            },
        ),
        migrations.AddField(
            model_name='tallyrun',
            name='senders_found_at',
            field=models.DateTimeField(null=True, verbose_name='tìm người gửi nhiều lúc'),
        ),
        # Not Django's own way: on SQLite it makes the table anew, and takes the index of words with it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS {OF_PHONES}', OF_PHONES_AGAIN),
                migrations.RunSQL(f'DROP INDEX IF EXISTS {OF_PHONES}_like', migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='initiative',
                    name='phone_digits',
                    field=models.CharField(blank=True, max_length=15, verbose_name='số điện thoại'),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name='initiative',
            index=models.Index(fields=['phone_digits', 'campaign', 'unit', 'duplicate_of', 'status'], name='initiative_by_phone'),
        ),
    ]
