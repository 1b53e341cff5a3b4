"""`/don-vi/`: finding a unit."""

from django.urls import path

from orgtree import views

urlpatterns = [path("", views.units, name="units")]
