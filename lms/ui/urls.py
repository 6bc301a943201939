"""Addresses of the frame itself."""

from django.urls import path

from lms.ui import views

app_name = "ui"
urlpatterns = [
    path("csrf/", views.csrf, name="csrf"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
