"""The public addresses of every area. A campaign's come last: any other first segment is reserved (`RESERVED_SLUGS`)."""

from django.urls import include, path

from initiatives import pages
from initiatives.submission.views import steps

urlpatterns = [
    path("", pages.front, name="front"),
    path("", include("initiatives.personal_data.urls")),
    path("", include("initiatives.submission.urls")),
    path("", include("initiatives.nominations.urls")),
    path("", include("initiatives.progress.urls")),
    path("", include("initiatives.campaigns.urls")),
    path("<slug:campaign>/nop/", steps.begin, name="begin"),
    path("<slug:campaign>/huong-dan/", pages.guide, name="guide"),
    path("<slug:campaign>/", pages.campaign, name="campaign"),
]
