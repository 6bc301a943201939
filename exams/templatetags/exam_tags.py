"""How items and points are written on pages."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.domain.replay import Replay
from exams.enums import ItemType
from exams.models.attempts import score_number
from lms.ui.templatetags.ui import clock

register = template.Library()


@register.filter
def item_type_label(item: dict[str, Any]) -> str:
    """Return what a candidate calls this type of item."""
    if item["type"] == ItemType.CHOICE:
        if item.get("cardinality") == "multiple":
            return _("Several answers")
        return _("One answer")
    return str(ItemType(item["type"]).label)


@register.filter
def item_template(item: dict[str, Any]) -> str:
    """Return the template that shows this type of item."""
    return f"exams/items/{ItemType(item['type']).value}.html"


@register.filter
def has_video(items: list[dict[str, Any]]) -> bool:
    """Tell whether the page needs the player."""
    return any(
        one.get("kind") == "video"
        for item in items or []
        for one in (
            *item.get("media", []),
            *item.get("material", {}).get("media", []),
        )
    )


@register.filter
def is_video_item(item: dict[str, Any]) -> bool:
    """Tell whether one item needs the player."""
    return has_video([item])


@register.filter
def points(value: Any) -> str:
    """Write points without superfluous zeros: 2, 1.5."""
    number = score_number(Decimal(str(value))) if value is not None else None
    return "—" if number is None else f"{number}"


@register.filter
def with_points(value: Any) -> str:
    """Write "2 points" in the reader's language."""
    number = Decimal(str(value))
    return ngettext(
        "%(points)s point", "%(points)s points", 1 if number == 1 else 2
    ) % {"points": points(number)}


@register.filter
def percent_of(raw: Any, maximum: Any) -> int:
    """Return raw of maximum as whole percent."""
    maximum = Decimal(str(maximum))
    return int(Decimal(str(raw)) * 100 / maximum) if maximum else 0


@register.filter
def minutes(seconds: int) -> int:
    """Return whole minutes."""
    return seconds // 60


@register.filter
def moment(iso: str) -> datetime:
    """Return the time that a refusal names."""
    return datetime.fromisoformat(iso)


@register.filter
def count_up(count: int) -> range:
    """Return 1 to count."""
    return range(1, count + 1)


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for a form field."""
    return json.dumps(value, ensure_ascii=False)


CHART_STEPS = 8


@register.filter
def answered_over_time(replay: Replay) -> dict[str, Any]:
    """Return labels, series and summary of a line chart: answers as time went by.

    The count is read at the start and at the ends of equal parts of the attempt.
    """
    last = max(1, replay.progress[-1][0])
    offsets = [round(last * step / CHART_STEPS) for step in range(CHART_STEPS + 1)]
    counts = [
        max((count for at, count in replay.progress if at <= offset), default=0)
        for offset in offsets
    ]
    summary = _("%(count)s questions answered in %(minutes)s minutes") % {
        "count": replay.progress[-1][1],
        "minutes": round(last / 60),
    }
    return {
        "labels": [clock(offset) for offset in offsets],
        "series": [{"label": _("Questions answered"), "values": counts}],
        "summary": summary,
    }
