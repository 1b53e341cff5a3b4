"""A sheet somebody sent, between the page that says what it would do and the button that does it; and files made for them."""

from django.db import models

from orgtree.models.staff import StaffAccount


class Sheet(models.Model):
    """An Excel file, or what was read of it, and who sent it; the pieces of a large poster file, and the file; gone a day later
    (`manage.py worker`)."""

    class Use(models.TextChoices):
        GRASSROOTS = "grassroots", "Công đoàn cơ sở"
        ACCOUNTS = "accounts", "Tài khoản"
        INITIATIVES = "initiatives", "Sáng kiến"
        POSTERS = "posters", "Áp phích"

    account = models.ForeignKey(StaffAccount, verbose_name="người gửi", on_delete=models.CASCADE, related_name="sheets")
    use = models.CharField("để làm gì", max_length=12, choices=Use.choices)
    name = models.CharField("tên tệp", max_length=200)
    content = models.BinaryField("nội dung")
    sent_at = models.DateTimeField("gửi lúc")
    used_at = models.DateTimeField("đã dùng lúc", null=True, blank=True)

    class Meta:
        verbose_name = "tệp bảng tính đã gửi"
        verbose_name_plural = "tệp bảng tính đã gửi"

    def __str__(self) -> str:
        return str(self.pk)
