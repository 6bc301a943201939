"""What the style guide shows: data for every component, in every state."""

from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from lms.ui.forms import SampleForm

COLORS = (
    *("paper", "raised", "sunken", "ink", "ink-muted", "line", "line-strong"),
    *("primary", "primary-hover", "primary-soft", "signal", "signal-soft"),
    *("danger", "danger-soft", "success", "success-soft", "focus"),
)
LONG_NUMBER = "AX-2026-000123-7K2MPQ4R-91310000MA1FL0000X-20260901-0000000000012345678"


def _forms() -> dict[str, Any]:
    faulty = SampleForm(
        {
            "faulty-email": "worker@",
            "faulty-hours": "900",
            "faulty-due_on": "2026-02-30",
        },
        prefix="faulty",
    )
    faulty.is_valid()
    locked = SampleForm(
        prefix="locked", initial={"name": _("Sample Person"), "email": "a@example.com"}
    )
    for field in locked.fields.values():
        field.disabled = True
    whole = SampleForm(prefix="whole")
    for name in list(whole.fields)[2:]:
        del whole.fields[name]
    return {
        "form": SampleForm(),
        "faulty_form": faulty,
        "locked_form": locked,
        "parts_form": SampleForm(prefix="parts"),
        "whole_form": whole,
        "export_samples": [
            {"label": name, "url": "#s-forms"} for name in ("XLSX", "CSV", "PDF")
        ],
    }


def _charts() -> dict[str, Any]:
    workshops = [_("Workshop 1"), _("Workshop 2"), _("Warehouse and loading bay")]
    finished, running, missing = (_("Finished"), _("In progress"), _("Overdue"))
    return {
        "bar_rows": [
            {"label": name, "value": value, "text": f"{value}/{of}", "tone": tone}
            for name, value, of, tone in zip(
                workshops, (86, 41, 12), (128, 60, 48), ("", "", "danger"), strict=True
            )
        ],
        "series": [
            {"label": finished, "tone": "success"},
            {"label": running, "tone": "signal"},
            {"label": missing, "tone": "danger"},
        ],
        "stacked_rows": [
            {"label": name, "values": values, "url": "#s-charts"}
            for name, values in zip(
                workshops, ((86, 30, 12), (41, 19, 0), (12, 20, 16)), strict=True
            )
        ],
        "months": [f"2026-{month:02}" for month in range(1, 10)],
        "trend": [
            {"label": finished, "values": [12, 18, 25, 31, None, 47, 58, 66, 86]},
            {"label": missing, "values": [30, 28, 24, 25, None, 18, 15, 14, 12]},
        ],
        "score_bins": [
            {
                "label": f"{low}–{low + 9}",
                "value": count,
                "tone": "danger" if low < 60 else "",
            }
            for low, count in zip(
                range(0, 100, 10), (0, 0, 1, 2, 5, 9, 18, 31, 22, 7), strict=True
            )
        ],
    }


def _pickers() -> dict[str, Any]:
    tree = [
        (0, _("Production department")),
        (1, _("Workshop 1")),
        (2, _("Day shift")),
        (2, _("Night shift")),
        (1, _("Workshop 2")),
        (0, _("Warehouse and loading bay")),
        (0, _("Safety department")),
    ]
    return {
        "departments": [
            {"value": str(n), "label": label, "depth": depth}
            for n, (depth, label) in enumerate(tree, start=1)
        ],
        "quick_days": [
            {"value": "2026-12-01", "label": _("In a week")},
            {"value": "2026-12-31", "label": _("End of the year")},
        ],
    }


def _lists() -> dict[str, Any]:
    states = [
        ("", _("All"), 98),
        ("overdue", _("Overdue"), 12),
        ("done", _("Done"), 86),
    ]
    names = ["王建国", "李秀英", "Alexandria Featherstonehaugh-Cholmondeley"]
    return {
        "people": [
            {"name": name, "tone": tone, "state": state, "hours": hours}
            for name, tone, state, hours in zip(
                names,
                ("success", "danger", "signal"),
                (_("Passed"), _("Overdue"), _("Due soon")),
                ("24.0", "3.5", "1234567.5"),
                strict=True,
            )
        ],
        "state_options": [
            {"value": value, "label": label, "count": count}
            for value, label, count in states
        ],
        "sort_options": [
            {"key": "name", "label": _("Full name")},
            {"key": "state", "label": _("Status")},
            {"key": "hours", "label": _("Credit hours")},
        ],
        "active": [
            {"param": "state", "label": _("Overdue")},
            {"param": "department", "label": _("Workshop 1")},
        ],
        "bulk_actions": [
            {"value": "remind", "label": _("Send a reminder"), "icon_name": "bell"},
            {"value": "export", "label": _("Export"), "icon_name": "download"},
        ],
        "page_first": Paginator(range(120), 20).page(1),
        "page_middle": Paginator(range(120), 20).page(3),
        "page_last": Paginator(range(120), 20).page(6),
    }


def _navigation() -> dict[str, Any]:
    done, now, later = _("Finished"), _("In progress"), _("Not started")
    return {
        "crumbs": [
            {"title": _("Laws"), "url": "#s-navigation"},
            {"title": "中华人民共和国安全生产法", "url": "#s-navigation"},
            {"title": "第二十八条"},
        ],
        "tab_items": [
            {"label": _("Overview"), "url": "#s-navigation", "is_current": True},
            {"label": _("People"), "url": "#s-navigation", "count": 128},
            {"label": _("Messages"), "url": "#s-navigation", "icon_name": "bell"},
        ],
        "steps": [
            {"title": done, "state": "done"},
            {"title": now, "state": "current", "note": "2/5"},
            {"title": later},
        ],
    }


def style_guide() -> dict[str, Any]:
    """Return the whole context of the style guide."""
    return {
        "color_names": COLORS,
        "text_names": ("xs", "s", "m", "l", "xl", "2xl", "3xl"),
        "space_names": (1, 2, 3, 4, 5, 6, 8, 10, 12, 16),
        "card_meta": ["2:15", _("Free")],
        "card_badge": {"tone": "signal", "label": _("Due soon")},
        "no_rows": [],
        "long_number": LONG_NUMBER,
        "messages_shown": [
            Message(level, text)
            for level, text in (
                (constants.SUCCESS, _("Saved.")),
                (constants.INFO, _("Nothing here yet")),
                (constants.WARNING, _("Due soon")),
                (constants.ERROR, _("That could not be accepted")),
            )
        ],
        **_forms(),
        **_charts(),
        **_pickers(),
        **_lists(),
        **_navigation(),
    }
