"""The second factor of staff roles (architecture: rules by role live here)."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.organizations.permissions import needs_second_factor

PROVEN = "second_factor_proven_for"
# What works before the factor is set up or proven.
OPEN_PARTS = (
    "/account/login/",
    "/account/logout/",
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/confirm-email/",
    "/account/password/reset/",
    "/static/",
    "/uploads/",
    "/health/",
    "/language/",
    "/csrf/",
)


class SecondFactorMiddleware:
    """Lead staff to set up or to prove their second factor before they go on.

    Switched by `LMS_REQUIRE_STAFF_MFA`. Visitors and learners cost no query; a proven
    session costs none either. API tokens carry no session and are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.LMS_REQUIRE_STAFF_MFA and self._is_held(request):
            return self._lead(request)
        return self.get_response(request)

    def _is_held(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated or self._is_open(request.path_info):
            return False
        if request.session.get(PROVEN) == request.user.pk:
            return False
        return needs_second_factor(request.user) and not self._is_proven(request)

    def _is_open(self, path: str) -> bool:
        for code, _name in settings.LANGUAGES:
            path = path.removeprefix(f"/{code}") if path != f"/{code}" else path
        return path.startswith(OPEN_PARTS)

    def _is_proven(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, request.user)
        if not any(record["method"] == "mfa" for record in records):
            return False
        request.session[PROVEN] = request.user.pk
        return True

    def _lead(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return HttpResponse(status=403)
        factors = Authenticator.objects.filter(user=request.user).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        query = urlencode({"next": request.get_full_path()})
        if factors.exists():
            return redirect(f"{reverse('mfa_reauthenticate')}?{query}")
        messages.info(
            request, _("Your role needs a second factor. Set one up to go on.")
        )
        return redirect("mfa_index")
