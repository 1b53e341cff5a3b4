"""Addresses below a campaign that hang on walls, and the short link."""

from django.urls import path, re_path

from initiatives.campaigns import views

urlpatterns = [
    re_path(r"^q/(?P<key>[a-z2-7]{5}(?:[a-z2-7]{8})?)$", views.short_link, name="short_link"),
    path("<slug:campaign>/qr.svg", views.svg, name="qr_svg"),
    path("<slug:campaign>/qr.png", views.png, name="qr_png"),
    path("<slug:campaign>/the-chia-se.png", views.share_card, name="share_card"),
    path("<slug:campaign>/ap-phich.pdf", views.poster, name="poster"),
]
