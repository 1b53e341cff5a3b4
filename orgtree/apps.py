from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.admin.templatetags import admin_list
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


class OrgtreeConfig(AppConfig):
    name = "orgtree"
    verbose_name = "Tổ chức công đoàn"


class StaffSiteConfig(admin_apps.AdminConfig):
    """Django's admin with our site in it; named in INSTALLED_APPS in place of django.contrib.admin."""

    default = False
    default_site = "orgtree.sites.StaffSite"

    def ready(self) -> None:
        super().ready()
        # Django describes its tick and cross as "True" and "False", and asks nobody; a screen reader reads them out.
        admin_list._boolean_icon = _spoken_icon  # type: ignore[attr-defined]


def _spoken_icon(value: bool | None) -> SafeString:
    name, spoken = {True: ("yes", "có"), False: ("no", "không"), None: ("unknown", "chưa rõ")}[value]
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), spoken)
