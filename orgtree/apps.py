from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class OrgtreeConfig(AppConfig):
    name = "orgtree"
    verbose_name = "Tổ chức công đoàn"


class StaffSiteConfig(admin_apps.AdminConfig):
    """Django's admin with our site in it; named in INSTALLED_APPS in place of django.contrib.admin."""

    default = False
    default_site = "orgtree.sites.StaffSite"
