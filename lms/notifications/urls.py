from django.urls import path

from lms.notifications import views

app_name = "notifications"

urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read/", views.read_all, name="read_all"),
    path("messages/<uuid:public_id>/", views.open_message, name="open"),
]
