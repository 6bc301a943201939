"""What stands between a request and the pages of a person's account."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import translation

VIEWS = ("account_", "mfa_")
DESK = "/admin/"


class AccountStatusMiddleware:
    """Answer 422 to a form with mistakes and 404 to a link that opens nothing.

    allauth answers both with 200, which tells programs, and whoever reads the log of
    the site, that all went well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        name = getattr(request.resolver_match, "url_name", None) or ""
        if name.startswith(VIEWS) and response.status_code == HTTPStatus.OK:
            response.status_code = _status(name, response.context_data or {})
        return response


class DeskLanguageMiddleware:
    """Show the editors' desk in the language that its reader chose for themselves.

    Its addresses name no language, so that it would be Chinese for everybody. What is
    chosen in the desk's own settings goes before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(DESK) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        return self.get_response(request)


def _status(name: str, context: dict[str, Any]) -> int:
    is_dead_link = context.get("token_fail") or (
        name == "account_confirm_email" and not context.get("confirmation")
    )
    if is_dead_link:
        return HTTPStatus.NOT_FOUND
    forms = [value for key, value in context.items() if key.endswith("form")]
    has_mistakes = any(getattr(form, "errors", None) for form in forms)
    return HTTPStatus.UNPROCESSABLE_ENTITY if has_mistakes else HTTPStatus.OK
