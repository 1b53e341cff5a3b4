import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0010_appraisals_clusters_and_quarters"),
        ("orgtree", "0005_a_sheet_may_be_posters"),
    ]

    operations = [
        migrations.CreateModel(
            name="PosterCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="poster_counts",
                        to="initiatives.campaign",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="poster_counts",
                        to="orgtree.unit",
                        verbose_name="đơn vị",
                    ),
                ),
                ("day", models.DateField(verbose_name="ngày")),
                ("scans", models.PositiveIntegerField(default=0, verbose_name="lượt quét")),
                ("starts", models.PositiveIntegerField(default=0, verbose_name="lượt bắt đầu")),
            ],
            options={
                "verbose_name": "số đếm của áp phích",
                "verbose_name_plural": "số đếm của áp phích",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "unit", "day"),
                        name="one_poster_count_a_day",
                        violation_error_message="Ngày này đã có số đếm của áp phích.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="draft",
            name="poster_unit",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orgtree.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("poster_unit__isnull", False)),
                fields=["poster_unit", "campaign"],
                name="draft_by_poster",
            ),
        ),
    ]
