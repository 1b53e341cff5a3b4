"""What trust needs: seals over the history, requests about one's data and who saw it, retention, scans, what was done to keep the portal sound."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0012_long_work_leaves_results_for_a_day'),
        ('orgtree', '0005_a_sheet_may_be_posters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=12, unique=True, verbose_name='số yêu cầu')),
                ('kind', models.CharField(choices=[('see', 'Xem, nhận bản sao dữ liệu'), ('correct', 'Sửa dữ liệu'), ('withdraw', 'Rút lại đồng ý'), ('restrict', 'Hạn chế hoặc phản đối xử lý'), ('delete', 'Xóa dữ liệu')], max_length=10, verbose_name='yêu cầu')),
                ('full_name', models.CharField(blank=True, max_length=120, verbose_name='họ và tên')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='điện thoại')),
                ('phone_digits', models.CharField(blank=True, editable=False, max_length=15)),
                ('email', models.CharField(blank=True, max_length=254, verbose_name='thư điện tử')),
                ('receipt_code', models.CharField(blank=True, max_length=40, verbose_name='mã biên nhận')),
                ('text', models.TextField(blank=True, verbose_name='nội dung')),
                ('asked_at', models.DateTimeField(verbose_name='gửi lúc')),
                ('answer_by', models.DateField(verbose_name='trả lời trước hết ngày')),
                ('act_by', models.DateField(null=True, verbose_name='thực hiện trước hết ngày')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='trả lời lúc')),
                ('done_at', models.DateTimeField(null=True, verbose_name='xong lúc')),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Đã thực hiện'), ('partly', 'Thực hiện một phần'), ('refused', 'Không thực hiện')], max_length=10, verbose_name='kết quả')),
                ('erased_at', models.DateTimeField(null=True, verbose_name='đã xóa nội dung lúc')),
            ],
            options={
                'verbose_name': 'yêu cầu về dữ liệu cá nhân',
                'verbose_name_plural': 'yêu cầu về dữ liệu cá nhân',
                'ordering': ['-asked_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DataRequestStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('act', models.CharField(max_length=12, verbose_name='việc')),
                ('words', models.TextField(blank=True, verbose_name='nội dung')),
            ],
            options={
                'verbose_name': 'bước xử lý yêu cầu',
                'verbose_name_plural': 'các bước xử lý yêu cầu',
                'ordering': ['request_id', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HistorySeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='số')),
                ('sealed_at', models.DateTimeField(verbose_name='niêm phong lúc')),
                ('upto', models.DateTimeField(verbose_name='các bước trước lúc')),
                ('counts', models.JSONField(default=dict, verbose_name='số lượng')),
                ('digests', models.JSONField(default=dict, verbose_name='mã băm từng loại')),
                ('previous_hash', models.CharField(blank=True, max_length=64)),
                ('hash', models.CharField(max_length=64, unique=True, verbose_name='mã băm SHA-256')),
            ],
            options={
                'verbose_name': 'niêm phong lịch sử',
                'verbose_name_plural': 'niêm phong lịch sử',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='PersonalDataView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('identity', 'Xem số CMND/CCCD'), ('copy', 'Xuất dữ liệu của một người'), ('table', 'Xuất bảng có dữ liệu cá nhân')], max_length=10, verbose_name='việc')),
                ('rows', models.PositiveIntegerField(default=1, verbose_name='số dòng')),
                ('why', models.CharField(blank=True, max_length=200, verbose_name='lý do')),
                ('at', models.DateTimeField(verbose_name='lúc')),
            ],
            options={
                'verbose_name': 'lượt xem dữ liệu cá nhân',
                'verbose_name_plural': 'các lượt xem dữ liệu cá nhân',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Upkeep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('backup', 'Sao lưu'), ('restore', 'Khôi phục'), ('seal', 'Niêm phong lịch sử'), ('verify', 'Kiểm tra lịch sử'), ('invariants', 'Kiểm tra bất biến'), ('purge', 'Dọn bản nháp, tệp thừa'), ('erase', 'Xóa dữ liệu cá nhân quá hạn')], max_length=12, verbose_name='việc')),
                ('began_at', models.DateTimeField(verbose_name='bắt đầu lúc')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='xong lúc')),
                ('is_good', models.BooleanField(null=True, verbose_name='đạt')),
                ('figures', models.JSONField(default=dict, verbose_name='số liệu')),
            ],
            options={
                'verbose_name': 'việc bảo trì',
                'verbose_name_plural': 'việc bảo trì',
                'ordering': ['-began_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='attachment',
            name='malware',
            field=models.CharField(blank=True, default='', editable=False, max_length=120, verbose_name='mã độc'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='scanned_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='đã quét lúc'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='personal_data_until',
            field=models.DateField(blank=True, help_text='Sau ngày này, dữ liệu cá nhân bị xóa; số liệu và quyết định vẫn giữ.', null=True, verbose_name='giữ dữ liệu cá nhân đến hết ngày'),
        ),
        migrations.AddField(
            model_name='dossierfile',
            name='malware',
            field=models.CharField(blank=True, default='', editable=False, max_length=120, verbose_name='mã độc'),
        ),
        migrations.AddField(
            model_name='dossierfile',
            name='scanned_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='đã quét lúc'),
        ),
        migrations.AddField(
            model_name='dossierversion',
            name='erased_hash',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='initiative',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='đã xóa dữ liệu cá nhân lúc'),
        ),
        migrations.AddField(
            model_name='quarter',
            name='erased_sha256',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='reviewevent',
            name='content_digest',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('decide', 'Xét duyệt hàng loạt'), ('enter', 'Nhập sáng kiến từ tệp Excel'), ('posters', 'In áp phích'), ('export', 'Xuất bảng tổng hợp'), ('recount', 'Đếm lại'), ('units', 'Nhập công đoàn cơ sở từ tệp Excel')], max_length=12, verbose_name='việc'),
        ),
        migrations.AlterField(
            model_name='reviewevent',
            name='act',
            field=models.CharField(choices=[('received', 'Đã nhận'), ('edited', 'Người nộp sửa'), ('resent', 'Người nộp gửi lại'), ('returned', 'Trả lại bổ sung'), ('approved', 'Hợp lệ'), ('declined', 'Không hợp lệ'), ('reopened', 'Mở lại để xét'), ('withdrawn', 'Người nộp rút'), ('reassigned', 'Chuyển đơn vị'), ('repointed', 'Trùng với sáng kiến khác'), ('cleared', 'Xác định không trùng lặp'), ('told', 'Đã báo người nộp'), ('reprinted', 'In lại biên nhận'), ('renewed', 'Cấp lại liên kết biên nhận'), ('nominated', 'Được giới thiệu xét chọn'), ('unnominated', 'Rút khỏi danh sách giới thiệu'), ('commended', 'Được biểu dương'), ('uncommended', 'Thu hồi biểu dương'), ('agreed', 'Đồng ý công bố tên, ảnh'), ('disagreed', 'Thôi đồng ý công bố tên, ảnh'), ('appraised', 'Thẩm định giá trị làm lợi'), ('erased', 'Xóa dữ liệu cá nhân')], max_length=12, verbose_name='việc'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('scanned_at', None)), fields=['id'], name='attachment_to_scan'),
        ),
        migrations.AddIndex(
            model_name='dossierfile',
            index=models.Index(condition=models.Q(('scanned_at', None), models.Q(('stored_name', ''), _negated=True)), fields=['id'], name='dossier_file_to_scan'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cán bộ ghi'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='initiative',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative', verbose_name='sáng kiến'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to='orgtree.unit', verbose_name='đơn vị trả lời'),
        ),
        migrations.AddField(
            model_name='datarequeststep',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người làm'),
        ),
        migrations.AddField(
            model_name='datarequeststep',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='initiatives.datarequest'),
        ),
        migrations.AddField(
            model_name='personaldataview',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xem'),
        ),
        migrations.AddField(
            model_name='personaldataview',
            name='initiative',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative', verbose_name='sáng kiến'),
        ),
        migrations.AddField(
            model_name='personaldataview',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgtree.unit', verbose_name='đơn vị'),
        ),
        migrations.AddIndex(
            model_name='upkeep',
            index=models.Index(fields=['kind', '-began_at'], name='upkeep_last_of_kind'),
        ),
        migrations.AddConstraint(
            model_name='upkeep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('is_good', None)), models.Q(('ended_at__isnull', False), ('is_good__isnull', False)), _connector='OR'), name='upkeep_ended_with_a_finding', violation_error_message='Việc bảo trì đã xong phải ghi đạt hay không.'),
        ),
        migrations.AddIndex(
            model_name='datarequest',
            index=models.Index(condition=models.Q(('answered_at', None)), fields=['answer_by'], name='data_request_to_answer'),
        ),
        migrations.AddIndex(
            model_name='datarequest',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['act_by'], name='data_request_to_do'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('outcome', '')), models.Q(('done_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='data_request_ends_with_an_outcome', violation_error_message='Yêu cầu đã xong phải ghi kết quả.'),
        ),
        migrations.AddIndex(
            model_name='personaldataview',
            index=models.Index(fields=['initiative', '-at'], name='data_view_of_initiative'),
        ),
        migrations.AddIndex(
            model_name='personaldataview',
            index=models.Index(fields=['-at'], name='data_view_by_day'),
        ),
    ]
