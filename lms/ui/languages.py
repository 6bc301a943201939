"""The same page in the other languages, for the switch and for `hreflang`."""

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, translate_url
from django.utils.translation import get_language
from wagtail.models import Page

HTML_CODES = {"zh-hans": "zh-Hans"}
OWN_NAMES = {"zh-hans": "中文", "en": "English"}


@dataclass(frozen=True)
class Alternate:
    """One language of the site; `is_translated` says whether the page has it."""

    code: str
    html_code: str
    name: str
    url: str
    is_current: bool
    is_translated: bool


def site_path(path: str, language: str | None = None) -> str:
    """Return the address of a public path in a language, default: the reader's."""
    language = language or get_language() or settings.LANGUAGE_CODE
    prefix = "" if language == settings.LANGUAGE_CODE else f"{language}/"
    return f"{get_script_prefix()}{prefix}{path.lstrip('/')}"


def page_alternates(request: HttpRequest, page: Page) -> dict[str, str]:
    """Return language code → address of the live translations of a Wagtail page.

    What a routable page adds behind its own address (an article's number) is kept.
    """
    own_path = urlsplit(page.get_url(request) or "").path
    rest = ""
    if own_path and request.path.startswith(own_path):
        rest = request.path[len(own_path) :]
    found = {}
    translations = page.get_translations(inclusive=False).live()
    for other in translations.select_related("locale"):
        url = other.get_url(request)
        if url:
            parts = urlsplit(url)
            found[other.locale.language_code] = urlunsplit(
                ("", "", parts.path + rest, request.GET.urlencode(), "")
            )
    return found


def alternates(
    request: HttpRequest, page: object = None, known: dict[str, str] | None = None
) -> list[Alternate]:
    """List the languages of the site with the address of this page in each.

    Args:
        request: what is being answered.
        page: the Wagtail page being shown, when it is one.
        known: language code → address, given by a view that knows better.
    """
    current = get_language() or settings.LANGUAGE_CODE
    is_page = isinstance(page, Page) and page.pk is not None
    if known is None and is_page:
        known = page_alternates(request, page)
    here = request.get_full_path()
    result = []
    for code, _name in settings.LANGUAGES:
        same = translate_url(here, code)
        url = here if code == current else _address_in(code, here, same, known)
        result.append(
            Alternate(
                code=code,
                html_code=HTML_CODES.get(code, code),
                name=OWN_NAMES.get(code, code),
                # The same path says there that the page has no translation.
                url=url or (same if same != here else site_path("", code)),
                is_current=code == current,
                is_translated=url is not None,
            )
        )
    return result


def _address_in(
    code: str, here: str, same: str, known: dict[str, str] | None
) -> str | None:
    """Return where the page stands in a language; nothing where it does not."""
    if known is not None:
        return known.get(code)
    return same if same != here else None
