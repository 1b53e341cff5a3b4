"""Who helps."""

from django.core.validators import RegexValidator
from django.db import models

from initiatives.models.campaign import Campaign
from initiatives.models.told import ToldQuerySet, ToldToAll
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


class ContactQuerySet(ScopedQuerySet, ToldQuerySet):  # type: ignore[override]
    pass


class Contact(ToldToAll):
    """Who helps: for a campaign, for a unit and all below it, or both. The nearest is shown (`campaigns/contacts.py`)."""

    campaign = models.ForeignKey(
        Campaign,
        verbose_name="chương trình",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="contacts",
        help_text="Để trống là mọi chương trình.",
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name="đơn vị",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        help_text="Để trống là cả nước.",
    )
    name = models.CharField("người hoặc bộ phận", max_length=120)
    position = models.CharField("chức vụ", max_length=200, blank=True)
    phone = models.CharField("điện thoại", max_length=40, blank=True)
    hours = models.CharField("giờ trực", max_length=80, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    zalo = models.URLField(
        "liên kết Zalo",
        blank=True,
        validators=[
            RegexValidator(r"\Ahttps://(?:zalo\.me|oa\.zalo\.me)/", "Liên kết phải bắt đầu bằng https://zalo.me/")
        ],
    )
    facebook = models.URLField(
        "liên kết Facebook",
        blank=True,
        validators=[
            RegexValidator(
                r"\Ahttps://(?:www\.facebook\.com|m\.me|facebook\.com)/",
                "Liên kết phải bắt đầu bằng https://www.facebook.com/ hoặc https://m.me/",
            )
        ],
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = "liên hệ hỗ trợ"
        verbose_name_plural = "liên hệ hỗ trợ"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
