"""Exports and recounts are jobs; what jobs made lies in parts until a day after; workers say that they are there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0011_what_posters_bring'),
    ]

    operations = [
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('key', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField(db_index=True, verbose_name='còn chạy lúc')),
            ],
            options={
                'verbose_name': 'tiến trình nền',
                'verbose_name_plural': 'tiến trình nền',
            },
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('decide', 'Xét duyệt hàng loạt'), ('enter', 'Nhập sáng kiến từ tệp Excel'), ('posters', 'In áp phích'), ('export', 'Xuất bảng tổng hợp'), ('recount', 'Đếm lại')], max_length=12, verbose_name='việc'),
        ),
        migrations.CreateModel(
            name='JobPiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20)),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='initiatives.job')),
            ],
            options={
                'verbose_name': 'phần kết quả của việc chạy nền',
                'verbose_name_plural': 'phần kết quả của việc chạy nền',
                'constraints': [models.UniqueConstraint(fields=('job', 'name', 'number'), name='job_piece_once', violation_error_message='Phần này của việc chạy nền đã có.')],
            },
        ),
    ]
