"""Who calls: a program with a token and scopes, or a browser with its session."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from lms.accounts.domain.tokens import authenticate_token
from lms.accounts.enums import TokenScope
from lms.accounts.models import ApiToken, User
from lms.core.clock import now

if TYPE_CHECKING:
    # The views import this module through the settings: a cycle at run time.
    from rest_framework.views import APIView


class TokenAuthentication(authentication.BaseAuthentication):
    """Authenticate a person's program; a wrong or expired token is 401."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        token = authenticate_token(raw=raw.strip(), now=now())
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This token is wrong, has expired or was revoked."),
                code="token_invalid",
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the browser; writing asks for the CSRF token as well."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(
                _("The CSRF token is missing or wrong. Reload the page."),
                code="csrf_failed",
            ) from error


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "bearerToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer anx_…`, a token of the person's "
            "account page. It must hold the scope that the call names.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    match_subclasses = True

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The browser's session. Writing needs the header "
            "`X-CSRFToken` too.",
        }


def required_scope(view: Any, method: str | None) -> str | None:
    """Return the scope that a token needs here; None where no token is let in.

    A view names one, or one per method. A view that names none can be read with
    `read`, and never written to: a forgotten scope refuses instead of letting every
    token in.
    """
    named = getattr(view, "required_scope", None)
    if isinstance(named, Mapping):
        return named.get(method)
    if named is None and method in permissions.SAFE_METHODS:
        return TokenScope.READ
    return named


class HasScope(permissions.BasePermission):
    """A token must hold the view's `required_scope`; a browser session needs none."""

    code = "insufficient_scope"
    message = gettext_lazy("This token may not do that: it lacks the scope.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        return required_scope(view, request.method) in request.auth.scopes
