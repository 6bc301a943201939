"""`/account/`: own pages, and allauth's for sign-in and second factors."""

from django.urls import include, path

from lms.accounts import views

own = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke/", views.token_revoke, name="token_revoke"),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    # allauth names its addresses without a namespace (`account_login`).
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]
