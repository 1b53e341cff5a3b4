"""All addresses: staff, health, then what the areas offer. A campaign's address comes last (`/<campaign>/`)."""

from django.contrib import admin
from django.urls import include, path

from portal import health, scrape

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", scrape.metrics_page, name="metrics"),
    path("admin/", admin.site.urls),
    path("don-vi/", include("orgtree.urls")),
    path("", include("initiatives.urls")),
]

handler400 = "portal.refusals.bad_request"
handler403 = "portal.refusals.forbidden"
handler404 = "initiatives.pages.not_found"
handler500 = "portal.refusals.broken"
