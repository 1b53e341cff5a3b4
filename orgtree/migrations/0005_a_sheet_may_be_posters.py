"""What was drawn of a large poster file lies among the sheets for a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgtree", "0004_initiatives_come_in_sheets_and_staff_are_known_by_number"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sheet",
            name="use",
            field=models.CharField(
                choices=[
                    ("grassroots", "Công đoàn cơ sở"),
                    ("accounts", "Tài khoản"),
                    ("initiatives", "Sáng kiến"),
                    ("posters", "Áp phích"),
                ],
                max_length=12,
                verbose_name="để làm gì",
            ),
        ),
    ]
