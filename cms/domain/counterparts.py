"""A page that was asked for in a language it does not have, found in one it has."""

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from wagtail.models import Page

from cms.models import HomePage

# An article has an address of its own below its law, but no page.
_LAW_PATH = re.compile(r"^laws/[-\w]+/")


@dataclass(frozen=True)
class Counterpart:
    """What stands at the same path in another language."""

    language: str
    title: str


def find_counterpart(
    *, request: HttpRequest, path: str, language: str
) -> Counterpart | None:
    """Return the public page at `path` in a language other than `language`.

    Args:
        request: what is being answered; Wagtail's routing wants it.
        path: the address below the language prefix, without a leading slash.
        language: the language in which there is none.
    """
    law = _LAW_PATH.match(path)
    wanted = law[0] if law else path
    homes = HomePage.objects.live().exclude(locale__language_code=language)
    for home in homes.select_related("locale"):
        page = _routed(home, request, wanted)
        if page is not None and not page.get_view_restrictions().exists():
            return Counterpart(home.locale.language_code, page.title)
    return None


def _routed(home: HomePage, request: HttpRequest, path: str) -> Page | None:
    parts = [part for part in path.split("/") if part]
    try:
        return home.route(request, parts).page
    except Http404:
        return None
