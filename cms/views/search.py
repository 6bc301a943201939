"""Search: the page, and the live results under any search field."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cms.domain.glossary import popular_terms
from cms.domain.search import search as run_search
from cms.enums import EntryType

PAGE_SIZE = 20
LIVE_SIZE = 6
MAX_PAGE = 20


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isdecimal() and len(text) < 4 else 1
    return min(max(number, 1), MAX_PAGE)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The whole page, or only its results when htmx asks while the person types."""
    q = request.GET.get("q", "").strip()[:100]
    wanted = request.GET.get("type", "")
    kind = wanted if wanted in EntryType.values else ""
    number = _page_number(request)
    language = get_language() or "zh-hans"
    results = run_search(
        q=q,
        types=[kind] if kind else None,
        language=language,
        user=request.user,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    context: dict[str, Any] = {
        "q": q,
        "kind": kind,
        "results": results,
        "types": _types(results.counts),
        "all_count": sum(results.counts.values()),
        "page_number": number,
        "has_next": results.total > number * PAGE_SIZE and number < MAX_PAGE,
        "suggestions": [] if results.total else popular_terms(language=language),
    }
    is_part = request.headers.get("HX-Target") == "results"
    template = "cms/search_results.html" if is_part else "cms/search.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def _types(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "count": counts[value]}
        for value, label in EntryType.choices
        if counts.get(value)
    ]


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """A few results for the field on the home page, as the person types."""
    q = request.GET.get("q", "").strip()[:100]
    if not q:
        return HttpResponse("")
    results = run_search(
        q=q,
        language=get_language() or "zh-hans",
        user=request.user,
        limit=LIVE_SIZE,
    )
    return render(request, "cms/search_live.html", {"q": q, "results": results})
