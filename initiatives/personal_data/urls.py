"""`/du-lieu-ca-nhan/`"""

from django.urls import path

from initiatives.personal_data import views

urlpatterns = [
    path("du-lieu-ca-nhan/", views.notice, name="personal_data"),
    path("du-lieu-ca-nhan/yeu-cau/", views.ask, name="data_request_ask"),
    path("du-lieu-ca-nhan/da-nhan/<str:link>/", views.asked, name="data_request"),
]
