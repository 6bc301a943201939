"""What a reader gets who asks for a page in a language it does not have."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from cms.domain.counterparts import find_counterpart
from cms.errors import LawNotFound
from lms.ui.languages import site_path


class UntranslatedPageMiddleware:
    """Say in the reader's language that a page is not in it, and lead to the page.

    The language switch keeps the address; where nothing stands at it in the new
    language, this answers instead of "not found".
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if request.method not in {"GET", "HEAD"}:
            return None
        if not isinstance(exception, Http404 | LawNotFound):
            return None
        language = get_language() or settings.LANGUAGE_CODE
        root = site_path("", language)
        if not request.path.startswith(root):
            return None
        path = request.path[len(root) :]
        found = find_counterpart(request=request, path=path, language=language)
        if found is None:
            return None
        query = request.GET.urlencode()
        url = site_path(path, found.language) + (f"?{query}" if query else "")
        context = {"found": found, "url": url, "alternate_urls": {found.language: url}}
        return render(request, "cms/untranslated.html", context)
