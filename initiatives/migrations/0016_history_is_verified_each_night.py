"""A part of history is verified each night."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0015_what_cannot_be_scanned_waits'),
    ]

    operations = [
        migrations.AlterField(
            model_name='upkeep',
            name='kind',
            field=models.CharField(choices=[('backup', 'Sao lưu'), ('restore', 'Khôi phục'), ('seal', 'Niêm phong lịch sử'), ('verify', 'Kiểm tra lịch sử'), ('nightly', 'Kiểm tra lịch sử mỗi đêm một phần'), ('invariants', 'Kiểm tra bất biến'), ('purge', 'Dọn bản nháp, tệp thừa'), ('erase', 'Xóa dữ liệu cá nhân quá hạn')], max_length=12, verbose_name='việc'),
        ),
    ]
