"""What the public sees of selecting. Numbers are no longer than every database's integer."""

from django.urls import path, re_path

from initiatives.nominations import views
from initiatives.submission.urls import SIGNED

NUMBER = r"[0-9]{1,18}"

urlpatterns = [
    re_path(rf"^tieu-bieu/(?P<pk>{NUMBER})/$", views.exemplar, name="exemplar"),
    re_path(rf"^tieu-bieu/(?P<pk>{NUMBER})/the\.jpg$", views.exemplar_card, name="exemplar_card"),
    re_path(rf"^tieu-bieu/(?P<pk>{NUMBER})/anh\.jpg$", views.exemplar_picture, name="exemplar_picture"),
    re_path(
        rf"^tieu-bieu/(?P<pk>{NUMBER})/anh-nho\.jpg$", views.exemplar_picture, {"size": "s"}, name="exemplar_small"
    ),
    path("<slug:campaign>/tieu-bieu/", views.gallery, name="gallery"),
    path("xac-nhan/", views.confirm_door, name="confirm_door"),
    path("xac-nhan/<str:typed>/", views.confirm, name="confirm"),
    re_path(
        rf"^ho-so/(?P<signed>{SIGNED})/chung-nhan/(?P<pk>{NUMBER})\.pdf$",
        views.record_certificate,
        name="record_certificate",
    ),
]
