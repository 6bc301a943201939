"""The API speaks the language that the caller's `Accept-Language` names."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

PREFIX = "/api/"


def wanted_language(request: HttpRequest) -> str:
    """Return the first language of the header that we have, or the site's."""
    header = request.headers.get("Accept-Language", "")
    for name, _quality in parse_accept_lang_header(header.lower()):
        try:
            return get_supported_language_variant(name)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


class ApiLanguageMiddleware:
    """Stand behind `LocaleMiddleware`, which reads the language from pages' paths."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PREFIX):
            translation.activate(wanted_language(request))
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        return self.get_response(request)
