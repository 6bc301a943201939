"""Rate limit of the public checks: a person is never slowed, a counter is."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle
from rest_framework.views import APIView

from certificates.errors import TooManyChecks


class VerifyThrottle(SimpleRateThrottle):
    """Per address, shared by the pages and the API (`verify` in the settings)."""

    scope = "verify"

    def get_cache_key(self, request: Request, view: Any) -> str:
        ident = self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class BatchThrottle(UserRateThrottle):
    """Per person (`verify_batch` in the settings): each call may hold 20,000 rows."""

    scope = "verify_batch"


def require_allowed(request: Any) -> None:
    """Count one check of a page.

    Raises:
        TooManyChecks: too many from this address in the last minute.
    """
    if not VerifyThrottle().allow_request(request, APIView()):
        raise TooManyChecks(
            "too_many_checks",
            _("Too many checks from this connection. Please wait a minute."),
        )
