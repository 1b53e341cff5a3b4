"""`/du-lieu-ca-nhan/`"""

from django.urls import path

from initiatives.personal_data import views

urlpatterns = [path("du-lieu-ca-nhan/", views.notice, name="personal_data")]
