"""Headings of a printed paper."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lms.core.text import chinese_number


def section_title(
    titles: list[str], items: list[dict[str, Any]], first: dict[str, Any]
) -> str:
    """Return “一、单选题（共 10 题，20 分）” for the section that `first` opens."""
    own = [item for item in items if item["section"] == first["section"]]
    number = len({item["section"] for item in items[: items.index(first) + 1]})
    total = sum((Decimal(item["max_score"]) for item in own), Decimal(0))
    given = titles[first["section"]] if first["section"] < len(titles) else ""
    return _("%(ordinal)s. %(title)s (%(count)d items, %(score)s points)") % {
        "ordinal": _ordinal(number),
        "title": given or _type_title(own),
        "count": len(own),
        "score": f"{total.normalize():f}",
    }


def _ordinal(number: int) -> str:
    # In Chinese the parts of a paper are counted 一、二、三.
    is_english = (get_language() or "").startswith("en")
    return str(number) if is_english else chinese_number(number)


TITLES = {
    "choice single": gettext_lazy("Single-choice questions"),
    "choice multiple": gettext_lazy("Multiple-choice questions"),
    "true_false": gettext_lazy("True or false questions"),
    "text_entry": gettext_lazy("Fill-in questions"),
    "numeric": gettext_lazy("Numeric questions"),
    "extended_text": gettext_lazy("Short-answer questions"),
    "order": gettext_lazy("Ordering questions"),
    "match": gettext_lazy("Matching questions"),
    "hotspot": gettext_lazy("Picture questions"),
}


def _type_title(items: list[dict[str, Any]]) -> str:
    if any(item.get("material") for item in items):
        return _("Case questions")
    kinds = {f"{item['type']} {item.get('cardinality', '')}".strip() for item in items}
    return str(TITLES[kinds.pop()]) if len(kinds) == 1 else _("Questions")
