"""Every error of the API is RFC 9457 `application/problem+json` with a stable code."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from lms.core.errors import DomainError, TooMany

PROBLEM_TYPE = "application/problem+json"
# For refusals that know no better time: the longest window of our rate limits.
RETRY_AFTER_SECONDS = 60
logger = logging.getLogger(__name__)


def problem(*, status_code: int, code: str, detail: str, **extra: Any) -> Response:
    """Build one problem answer; `extra` members are part of the contract."""
    body = {"type": "about:blank", "status": status_code, "code": code}
    return Response(
        body | {"title": code.replace("_", " ").capitalize(), "detail": detail} | extra,
        status=status_code,
        content_type=PROBLEM_TYPE,
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate what a view raised; what nobody foresaw is logged and answered 500."""
    set_rollback()
    if isinstance(error, DomainError):
        return _domain_problem(error)
    if isinstance(error, RequestDataTooBig):
        return problem(
            status_code=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
            code="body_too_large",
            detail=_("The request is too large."),
        )
    if isinstance(error, DjangoValidationError):
        return _invalid(detail=" ".join(error.messages))
    if isinstance(error, exceptions.ValidationError):
        return _invalid(detail=_("Some fields are not right."), errors=error.detail)
    translated = _as_api_exception(error)
    if translated is not None:
        return _api_problem(translated)
    return None if settings.DEBUG else _unforeseen(error, context)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound(_("There is nothing at this address."))
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError(code="bad_request")
    return error if isinstance(error, exceptions.APIException) else None


def _domain_problem(error: DomainError) -> Response:
    response = problem(
        status_code=error.status,
        code=error.code,
        detail=str(error.message),
        **error.params,
    )
    if isinstance(error, TooMany):
        response["Retry-After"] = str(
            error.params.get("retry_after", RETRY_AFTER_SECONDS)
        )
    return response


def _invalid(*, detail: str, **extra: Any) -> Response:
    return problem(
        status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
        code="invalid",
        detail=detail,
        **extra,
    )


def _api_problem(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    response = problem(
        status_code=error.status_code,
        code=codes if isinstance(codes, str) else error.default_code,
        detail=str(error.detail),
    )
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    return response


def _unforeseen(error: Exception, context: dict[str, Any]) -> Response:
    request = context["request"]
    logger.error("Unforeseen error at %s", request.path, exc_info=error)
    # What Django itself sends when a view fails: error trackers and tests listen.
    got_request_exception.send(sender=None, request=request._request)  # noqa: SLF001 -- Django's own request
    return problem(
        status_code=status.HTTP_500_INTERNAL_SERVER_ERROR,
        code="server_error",
        detail=_("Something went wrong here. Try again later."),
    )
