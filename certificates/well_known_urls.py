from django.urls import path

from certificates.views.credentials import did, status_list
from certificates.views.verification import jwks

urlpatterns = [
    path(".well-known/jwks.json", jwks, name="jwks"),
    path(".well-known/did.json", did, name="did"),
    path(".well-known/credential-status/<int:number>", status_list, name="status_list"),
]
