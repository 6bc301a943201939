from django.urls import path

from lms.organizations import views

app_name = "organizations"

urlpatterns = [
    path("login/organization/", views.EmployeeSignIn.as_view(), name="sign_in"),
    path("login/first/", views.FirstSignIn.as_view(), name="first_sign_in"),
    path("memberships/", views.memberships, name="memberships"),
    path(
        "memberships/<uuid:public_id>/accept/",
        views.membership_accept,
        name="membership_accept",
    ),
    path(
        "memberships/<uuid:public_id>/decline/",
        views.membership_decline,
        name="membership_decline",
    ),
]
