"""What the template of a page gets, without the page knowing who builds it.

Page models stand below the domain; the modules in `cms/views/` register here what
they put together for a page type, and `BasePage.get_context` asks.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from wagtail.models import Page

ContextBuilder = Callable[[Any, HttpRequest], dict[str, Any]]
_builders: dict[type[Page], ContextBuilder] = {}


def builds_context_of(page_class: type[Page]) -> Callable[[ContextBuilder], Any]:
    """Register the decorated function as the builder for a page type."""

    def register(builder: ContextBuilder) -> ContextBuilder:
        _builders[page_class] = builder
        return builder

    return register


def build_context(page: Page, request: HttpRequest) -> dict[str, Any]:
    """Return what the builder of the page's type assembles; {} without one."""
    builder = _builders.get(type(page))
    return builder(page, request) if builder else {}
