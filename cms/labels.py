"""How the number of an article is written for readers."""

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from lms.core.text import article_label, chinese_number, parse_article_number


def number_label(number: str, language: str | None = None) -> str:
    """Return 第二十八条 or "Article 28", in a language or the reader's.

    What is no article number (an unreadable citation) is returned as it is.
    """
    if parse_article_number(number) is None:
        return number
    language = language or get_language() or "zh-hans"
    if language.startswith("zh"):
        return article_label(number)
    with override(language):
        return _("Article %(number)s") % {"number": number}


def part_label(kind: str, number: str, language: str) -> str:
    """Return 第一章, 第二节 or "Chapter 1"; articles as `number_label` does."""
    if kind not in {"chapter", "section"}:
        return number_label(number, language)
    if language.startswith("zh"):
        counted = chinese_number(int(number)) if number.isdecimal() else number
        return f"第{counted}{'章' if kind == 'chapter' else '节'}"
    with override(language):
        named = {"chapter": _("Chapter %(number)s"), "section": _("Section %(number)s")}
        return named[kind] % {"number": number}
