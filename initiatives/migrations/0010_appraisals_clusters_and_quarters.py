"""What staff found of benefits, what the confederation recognises each quarter, and jobs that draw posters.

SQLite makes the table of initiatives anew for its columns: what 0004 wrote for it in SQL is made again.
"""

from importlib import import_module

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def make_again(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    by_hand = import_module("initiatives.migrations.0004_the_inbox_is_read_in_order_and_found_by_words").SQLITE
    for statement in by_hand:
        if "CREATE TRIGGER" in statement or "CREATE INDEX" in statement:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0009_targets_breakdowns_and_milestones"),
        ("orgtree", "0004_initiatives_come_in_sheets_and_staff_are_known_by_number"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, make_again),  # backwards it comes last
        migrations.CreateModel(
            name="Appraisal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("none", "Chưa thẩm định giá trị"),
                            ("money", "Giá trị bằng tiền"),
                            ("not_money", "Không tính được bằng tiền"),
                        ],
                        max_length=10,
                        verbose_name="kết quả",
                    ),
                ),
                ("value", models.BigIntegerField(null=True, verbose_name="giá trị đã thẩm định (đồng)")),
                ("has_social_meaning", models.BooleanField(verbose_name="có ý nghĩa xã hội sâu sắc")),
                ("declared", models.BigIntegerField(null=True, verbose_name="giá trị đã khai lúc đó (đồng)")),
            ],
            options={
                "verbose_name": "thẩm định giá trị",
                "verbose_name_plural": "thẩm định giá trị",
            },
        ),
        migrations.CreateModel(
            name="Cluster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="tên cụm, khối")),
                ("order", models.PositiveSmallIntegerField(default=1, verbose_name="thứ tự")),
                (
                    "places",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Các đơn vị đồng hạng ở vị trí cuối đều được ghi nhận.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="số đơn vị được ghi nhận mỗi quý",
                    ),
                ),
            ],
            options={
                "verbose_name": "cụm, khối thi đua",
                "verbose_name_plural": "cụm, khối thi đua",
                "ordering": ["campaign", "order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ClusterUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "đơn vị của cụm, khối",
                "verbose_name_plural": "đơn vị của cụm, khối",
            },
        ),
        migrations.CreateModel(
            name="FieldMedian",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(blank=True, max_length=40, verbose_name="lĩnh vực")),
                ("median", models.BigIntegerField(verbose_name="giá trị ở giữa (đồng)")),
                ("of", models.PositiveIntegerField(verbose_name="trong số")),
                ("counted_at", models.DateTimeField(verbose_name="đếm lúc")),
            ],
            options={
                "verbose_name": "giá trị ở giữa của lĩnh vực",
                "verbose_name_plural": "giá trị ở giữa của lĩnh vực",
            },
        ),
        migrations.CreateModel(
            name="Outstanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300, verbose_name="vì sao tiêu biểu")),
                ("named_at", models.DateTimeField(verbose_name="chọn lúc")),
            ],
            options={
                "verbose_name": "sáng kiến tiêu biểu của quý",
                "verbose_name_plural": "sáng kiến tiêu biểu của quý",
                "ordering": ["quarter", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Quarter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="ngày đầu quý")),
                ("document", models.CharField(blank=True, max_length=100, verbose_name="số văn bản ghi nhận")),
                ("announced_at", models.DateTimeField(editable=False, null=True, verbose_name="công bố lúc")),
                ("basis", models.TextField(blank=True, editable=False, verbose_name="căn cứ")),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
            ],
            options={
                "verbose_name": "ghi nhận quý",
                "verbose_name_plural": "ghi nhận quý",
                "ordering": ["campaign", "starts_on"],
            },
        ),
        migrations.RemoveIndex(
            model_name="initiative",
            name="initiative_broken_down",
        ),
        migrations.AddField(
            model_name="initiative",
            name="appraised_value",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="giá trị làm lợi đã thẩm định (đồng)"),
        ),
        migrations.AddField(
            model_name="initiative",
            name="has_social_meaning",
            field=models.BooleanField(default=False, editable=False, verbose_name="có ý nghĩa xã hội sâu sắc"),
        ),
        migrations.AddField(
            model_name="initiative",
            name="is_appraised",
            field=models.BooleanField(default=False, editable=False, verbose_name="đã thẩm định giá trị"),
        ),
        migrations.AddField(
            model_name="tally",
            name="appraisals",
            field=models.PositiveIntegerField(default=0, verbose_name="đã thẩm định giá trị"),
        ),
        migrations.AddField(
            model_name="tally",
            name="appraised",
            field=models.BigIntegerField(default=0, verbose_name="giá trị đã thẩm định (đồng)"),
        ),
        migrations.AddField(
            model_name="tally",
            name="appraised_valid",
            field=models.BigIntegerField(default=0, verbose_name="trong đó của sáng kiến hợp lệ (đồng)"),
        ),
        migrations.AddField(
            model_name="tally",
            name="meaningful",
            field=models.PositiveIntegerField(default=0, verbose_name="có ý nghĩa xã hội sâu sắc"),
        ),
        migrations.AlterField(
            model_name="reviewevent",
            name="act",
            field=models.CharField(
                choices=[
                    ("received", "Đã nhận"),
                    ("edited", "Người nộp sửa"),
                    ("resent", "Người nộp gửi lại"),
                    ("returned", "Trả lại bổ sung"),
                    ("approved", "Hợp lệ"),
                    ("declined", "Không hợp lệ"),
                    ("reopened", "Mở lại để xét"),
                    ("withdrawn", "Người nộp rút"),
                    ("reassigned", "Chuyển đơn vị"),
                    ("repointed", "Trùng với sáng kiến khác"),
                    ("cleared", "Xác định không trùng lặp"),
                    ("told", "Đã báo người nộp"),
                    ("reprinted", "In lại biên nhận"),
                    ("renewed", "Cấp lại liên kết biên nhận"),
                    ("nominated", "Được giới thiệu xét chọn"),
                    ("unnominated", "Rút khỏi danh sách giới thiệu"),
                    ("commended", "Được biểu dương"),
                    ("uncommended", "Thu hồi biểu dương"),
                    ("agreed", "Đồng ý công bố tên, ảnh"),
                    ("disagreed", "Thôi đồng ý công bố tên, ảnh"),
                    ("appraised", "Thẩm định giá trị làm lợi"),
                ],
                max_length=12,
                verbose_name="việc",
            ),
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
                    "is_appraised",
                    "appraised_value",
                    "has_social_meaning",
                ],
                name="initiative_broken_down",
            ),
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(
                fields=["campaign", "field", "benefit_value", "status", "duplicate_of", "unit"],
                name="initiative_benefit_of_field",
            ),
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(
                condition=models.Q(("is_appraised", True)),
                fields=["campaign", "appraised_value", "id", "unit"],
                name="initiative_by_appraisal",
            ),
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(
                condition=models.Q(("has_social_meaning", True)),
                fields=["campaign", "submitted_at", "id", "unit"],
                name="initiative_of_meaning",
            ),
        ),
        migrations.AddConstraint(
            model_name="initiative",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("appraised_value", None),
                    models.Q(
                        ("appraised_value__gte", 0), ("appraised_value__lte", 100000000000000), ("is_appraised", True)
                    ),
                    _connector="OR",
                ),
                name="initiative_appraised_value_is_appraised",
                violation_error_message="Giá trị đã thẩm định phải từ 0 đến 100.000 tỷ đồng.",
            ),
        ),
        migrations.RunPython(make_again, migrations.RunPython.noop),
        migrations.AddField(
            model_name="appraisal",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="appraisal", to="initiatives.reviewevent"
            ),
        ),
        migrations.AddField(
            model_name="cluster",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clusters",
                to="initiatives.campaign",
                verbose_name="chương trình",
            ),
        ),
        migrations.AddField(
            model_name="clusterunit",
            name="campaign",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="initiatives.campaign"
            ),
        ),
        migrations.AddField(
            model_name="clusterunit",
            name="cluster",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="initiatives.cluster",
                verbose_name="cụm, khối",
            ),
        ),
        migrations.AddField(
            model_name="clusterunit",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cluster_places",
                to="orgtree.unit",
                verbose_name="đơn vị",
            ),
        ),
        migrations.AddField(
            model_name="fieldmedian",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="field_medians", to="initiatives.campaign"
            ),
        ),
        migrations.AddField(
            model_name="outstanding",
            name="initiative",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="outstanding_in",
                to="initiatives.initiative",
                verbose_name="sáng kiến",
            ),
        ),
        migrations.AddField(
            model_name="outstanding",
            name="named_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name="người chọn"
            ),
        ),
        migrations.AddField(
            model_name="quarter",
            name="announced_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="người công bố",
            ),
        ),
        migrations.AddField(
            model_name="quarter",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quarters",
                to="initiatives.campaign",
                verbose_name="chương trình",
            ),
        ),
        migrations.AddField(
            model_name="outstanding",
            name="quarter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outstanding",
                to="initiatives.quarter",
                verbose_name="quý",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finding", "money"),
                        ("value__gte", 0),
                        ("value__isnull", False),
                        ("value__lte", 100000000000000),
                    ),
                    models.Q(("finding__in", ["none", "not_money"]), ("value", None)),
                    _connector="OR",
                ),
                name="appraisal_of_money_has_a_value",
                violation_error_message="Giá trị đã thẩm định phải từ 0 đến 100.000 tỷ đồng.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.UniqueConstraint(
                fields=("campaign", "name"),
                name="cluster_name_once",
                violation_error_message="Chương trình đã có cụm, khối mang tên này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.CheckConstraint(
                condition=models.Q(("places__gte", 1), ("places__lte", 100)),
                name="cluster_has_places",
                violation_error_message="Số đơn vị được ghi nhận phải từ 1 đến 100.",
            ),
        ),
        migrations.AddConstraint(
            model_name="clusterunit",
            constraint=models.UniqueConstraint(
                fields=("campaign", "unit"),
                name="cluster_unit_once",
                violation_error_message="Đơn vị đã ở một cụm, khối khác của chương trình.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldmedian",
            constraint=models.UniqueConstraint(
                fields=("campaign", "field"),
                name="field_median_once",
                violation_error_message="Giá trị ở giữa của lĩnh vực này đã có.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarter",
            constraint=models.UniqueConstraint(
                fields=("campaign", "starts_on"),
                name="quarter_once",
                violation_error_message="Quý này của chương trình đã có.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarter",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__day", 1), ("starts_on__month__in", [1, 4, 7, 10])),
                name="quarter_starts_with_its_first_day",
                violation_error_message="Quý bắt đầu ngày 1 của tháng 1, 4, 7 hoặc 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("announced_at", None), ("announced_by", None), ("basis", ""), ("sha256", "")),
                    models.Q(
                        ("announced_at__isnull", False),
                        ("announced_by__isnull", False),
                        models.Q(("basis", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quarter_is_announced_whole",
                violation_error_message="Quý đã công bố phải có căn cứ, người và thời điểm công bố.",
            ),
        ),
        migrations.AddConstraint(
            model_name="outstanding",
            constraint=models.UniqueConstraint(
                fields=("quarter", "initiative"),
                name="outstanding_once_a_quarter",
                violation_error_message="Sáng kiến này đã có trong danh sách của quý.",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("decide", "Xét duyệt hàng loạt"),
                    ("enter", "Nhập sáng kiến từ tệp Excel"),
                    ("posters", "In áp phích"),
                ],
                max_length=12,
                verbose_name="việc",
            ),
        ),
    ]
