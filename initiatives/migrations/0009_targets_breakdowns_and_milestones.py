"""Targets and milestones; the tally anew, with its breakdowns: it is only counted, so nothing is carried over."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0008_a_sender_may_agree_to_publication_later"),
        ("orgtree", "0004_initiatives_come_in_sheets_and_staff_are_known_by_number"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel("Tally"),
        # What was never counted is counted at once.
        migrations.RunSQL("DELETE FROM initiatives_tallyrun", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="GrassrootsCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="số CĐCS")),
                ("set_at", models.DateTimeField(verbose_name="ghi lúc")),
            ],
            options={
                "verbose_name": "số CĐCS khai báo",
                "verbose_name_plural": "số CĐCS khai báo",
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="sáng kiến thứ"
                    ),
                ),
                ("plan_ends_on", models.DateField(blank=True, null=True, verbose_name="kế hoạch đến ngày")),
                ("reached_at", models.DateTimeField(editable=False, null=True, verbose_name="đạt lúc")),
                ("announced_at", models.DateTimeField(editable=False, null=True, verbose_name="công bố lúc")),
            ],
            options={
                "verbose_name": "cột mốc",
                "verbose_name_plural": "cột mốc",
                "ordering": ["campaign", "number"],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("all", "Tất cả"),
                            ("status", "Trạng thái"),
                            ("phase", "Đợt"),
                            ("category", "Đối tượng"),
                            ("field", "Lĩnh vực"),
                            ("month", "Tháng"),
                            ("day", "Ngày"),
                        ],
                        max_length=8,
                        verbose_name="đếm theo",
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=40, verbose_name="giá trị")),
                ("entries", models.PositiveIntegerField(default=0, verbose_name="đã đạt")),
                ("valid", models.PositiveIntegerField(default=0, verbose_name="hợp lệ")),
                ("declared", models.BigIntegerField(default=0, verbose_name="giá trị làm lợi đã ghi (đồng)")),
                (
                    "declared_valid",
                    models.BigIntegerField(default=0, verbose_name="trong đó của sáng kiến hợp lệ (đồng)"),
                ),
                ("unmeasured", models.PositiveIntegerField(default=0, verbose_name="không tính được bằng tiền")),
                ("doubtful", models.PositiveIntegerField(default=0, verbose_name="giá trị cần xem lại")),
                ("taking_part", models.PositiveIntegerField(default=0, verbose_name="CĐCS tham gia")),
            ],
            options={
                "verbose_name": "số đếm",
                "verbose_name_plural": "số đếm",
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("whole", "Cả chương trình"),
                            ("phase", "Theo đợt"),
                            ("quarter", "Theo quý"),
                            ("month", "Theo tháng"),
                        ],
                        default="whole",
                        max_length=8,
                        verbose_name="thời gian",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(
                        blank=True,
                        help_text="Ngày đầu của quý hoặc tháng được giao.",
                        null=True,
                        verbose_name="từ ngày",
                    ),
                ),
                (
                    "quantity",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="chỉ tiêu"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="đến hết ngày")),
                ("document", models.CharField(blank=True, max_length=100, verbose_name="số văn bản giao")),
                ("set_at", models.DateTimeField(verbose_name="giao lúc")),
            ],
            options={
                "verbose_name": "chỉ tiêu",
                "verbose_name_plural": "chỉ tiêu",
                "ordering": ["campaign", "unit", "period", "starts_on"],
            },
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(
                fields=[
                    "campaign",
                    "unit",
                    "status",
                    "duplicate_of",
                    "phase",
                    "target_group",
                    "bloc",
                    "field",
                    "submitted_at",
                    "benefit_value",
                    "benefit_is_not_money",
                ],
                name="initiative_broken_down",
            ),
        ),
        migrations.AddField(
            model_name="grassrootscount",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grassroots_counts",
                to="initiatives.campaign",
                verbose_name="chương trình",
            ),
        ),
        migrations.AddField(
            model_name="grassrootscount",
            name="set_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="người ghi",
            ),
        ),
        migrations.AddField(
            model_name="grassrootscount",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grassroots_counts",
                to="orgtree.unit",
                verbose_name="đơn vị",
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="milestones",
                to="initiatives.campaign",
                verbose_name="chương trình",
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="initiative",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="milestones",
                to="initiatives.initiative",
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="initiatives.campaign"
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="parent",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tallies_below", to="orgtree.unit"
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="tallies", to="orgtree.unit"
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="initiatives.campaign",
                verbose_name="chương trình",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="phase",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="initiatives.phase",
                verbose_name="đợt",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="set_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="người giao",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="orgtree.unit",
                verbose_name="đơn vị",
            ),
        ),
        migrations.AddConstraint(
            model_name="grassrootscount",
            constraint=models.UniqueConstraint(
                fields=("campaign", "unit"),
                name="grassroots_count_once",
                violation_error_message="Đơn vị đã có số CĐCS khai báo.",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.UniqueConstraint(
                fields=("campaign", "number"),
                name="milestone_number_once",
                violation_error_message="Cột mốc này đã có.",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("announced_at", None), ("initiative", None), ("reached_at", None)),
                    models.Q(
                        ("announced_at__isnull", False), ("initiative__isnull", False), ("reached_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="milestone_is_announced_whole",
                violation_error_message="Cột mốc đã công bố phải có sáng kiến và thời điểm.",
            ),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(fields=["campaign", "parent", "by", "value"], name="tally_of_a_level"),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=("campaign", "unit", "by", "value"),
                name="tally_row_once",
                violation_error_message="Số đếm này đã có.",
            ),
        ),
        migrations.AddIndex(
            model_name="target",
            index=models.Index(fields=["campaign", "period", "unit"], name="target_of_a_campaign"),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("period", "whole"), ("phase", None), ("starts_on", None)),
                    models.Q(("period", "phase"), ("phase__isnull", False), ("starts_on", None)),
                    models.Q(("period__in", ["quarter", "month"]), ("phase", None), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="target_period_is_named",
                violation_error_message="Chỉ tiêu theo đợt phải có đợt; theo quý, tháng phải có ngày đầu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)),
                name="target_is_at_least_one",
                violation_error_message="Chỉ tiêu ít nhất là 1.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on", None),
                    models.Q(("period", "month"), ("starts_on__day", 1)),
                    models.Q(("period", "quarter"), ("starts_on__day", 1), ("starts_on__month__in", [1, 4, 7, 10])),
                    _connector="OR",
                ),
                name="target_starts_with_its_quarter_or_month",
                violation_error_message="Quý bắt đầu ngày 1 của tháng 1, 4, 7 hoặc 10; tháng bắt đầu ngày 1.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                condition=models.Q(("period__in", ["whole"])),
                fields=("campaign", "unit"),
                name="target_once_a_campaign",
                violation_error_message="Đơn vị đã có chỉ tiêu cho thời gian này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                condition=models.Q(("period__in", ["phase"])),
                fields=("campaign", "unit", "phase"),
                name="target_once_a_phase",
                violation_error_message="Đơn vị đã có chỉ tiêu cho thời gian này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                condition=models.Q(("period__in", ["quarter", "month"])),
                fields=("campaign", "unit", "period", "starts_on"),
                name="target_once_a_quarter_or_month",
                violation_error_message="Đơn vị đã có chỉ tiêu cho thời gian này.",
            ),
        ),
    ]
