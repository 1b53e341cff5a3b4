"""One row a submission."""

from django.db import models


class Entry(models.Model):
    full_name = models.CharField(max_length=120)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30)
    email = models.EmailField(blank=True)
    national_id = models.CharField(max_length=20)
    workplace = models.CharField(max_length=200)
    group = models.CharField(
        max_length=40,
        choices=[("a", "Cán bộ"), ("b", "Công nhân"), ("c", "Công chức"), ("d", "Viên chức"), ("e", "Khác")],
    )
    title = models.CharField(max_length=250)
    kind = models.CharField(
        max_length=40,
        choices=[("a", "Kỹ thuật"), ("b", "Quản lý"), ("c", "Tác nghiệp"), ("d", "Ứng dụng"), ("e", "Nghiên cứu")],
    )
    applied_on = models.DateField()
    description = models.TextField(max_length=2000)
    agrees = models.BooleanField()
    submitted_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)
