"""A document that the antivirus cannot judge is asked about again later, and the others are not kept waiting."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0014_commands_take_tables_away_too'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='scan_again_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='quét lại lúc'),
        ),
        migrations.AddField(
            model_name='dossierfile',
            name='scan_again_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='quét lại lúc'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('scan_again_at__isnull', False), ('scanned_at', None)), fields=['scan_again_at'], name='attachment_to_scan_again'),
        ),
        migrations.AddIndex(
            model_name='dossierfile',
            index=models.Index(condition=models.Q(('scan_again_at__isnull', False), ('scanned_at', None)), fields=['scan_again_at'], name='dossier_file_to_scan_again'),
        ),
    ]
