"""The tags templates build pages with: `{% load ui %}`."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.core.clock import now, shanghai_date
from lms.ui import charts, icons, languages, list_tags

register = template.Library()
register.tags.update(list_tags.register.tags)

SECONDS_PER_CREDIT_HOUR = 45 * 60
# From here on seconds are no help to anyone.
SPOKEN_MINUTES = 10


@register.simple_tag
def icon(name: str, label: str = "", css_class: str = "") -> SafeString:
    """`{% icon "book-open" %}`: decoration; with `label` it has a spoken name."""
    return icons.render_icon(name, label=label, css_class=css_class)


@register.simple_tag(takes_context=True)
def component(context: Context, which: str, /, **values: Any) -> SafeString:
    """`{% component "badge" label=… %}` renders ui/components/badge.html.

    The component sees the values given and the request, nothing else of the page.
    """
    own = {"request": context.get("request"), **values}
    html = get_template(f"ui/components/{which}.html").render(own)
    return SafeString(html.strip())


@register.simple_tag
def site_path(path: str = "") -> str:
    """`{% site_path "laws/" %}`: a public path in the reader's language."""
    return languages.site_path(path)


@register.simple_tag(takes_context=True)
def current_section(context: Context, *paths: str) -> SafeString:
    """`aria-current` when the page lies under one of the paths."""
    request = context.get("request")
    if request is None:
        return SafeString("")
    for path in paths:
        address = languages.site_path(path)
        if path and request.path.startswith(address):
            exact = request.path == address
            return SafeString(f'aria-current="{"page" if exact else "true"}"')
        if not path and request.path == address:
            return SafeString('aria-current="page"')
    return SafeString("")


@register.simple_tag(takes_context=True)
def language_alternates(context: Context) -> list[languages.Alternate]:
    """The languages of the site, each with the address of this page in it.

    A view that knows the addresses puts `alternate_urls` (code → URL) in the context.
    """
    request = context.get("request")
    if request is None:
        return []
    return languages.alternates(
        request, page=context.get("page"), known=context.get("alternate_urls")
    )


@register.simple_tag
def html_language() -> str:
    """The language of the page as `<html lang>` wants it."""
    code = get_language() or "zh-hans"
    return languages.HTML_CODES.get(code, code)


@register.inclusion_tag("ui/components/form_field.html")
def form_field(
    field: BoundField,
    label: str = "",
    help_text: str = "",
    hide_optional: bool = False,
    is_picker: bool = False,
    quick_days: str = "",
    **options: Any,
) -> dict[str, Any]:
    """`{% form_field form.email %}`: label, help, errors and control, tied by ARIA.

    `is_picker=True` makes a long select searchable (`department_picker` shows how the
    options of a tree are indented). `quick_days="7 30"` offers days from today beside
    a date field, for who would have to page through a calendar.
    """
    described = []
    if help_text or field.help_text:
        described.append(f"{field.auto_id}_help")
    if field.errors:
        described.append(f"{field.auto_id}_error")
    # `data_x` and `aria_x` are written with a hyphen in HTML.
    attrs: dict[str, Any] = {
        k.replace("_", "-") if k.startswith(("data_", "aria_")) else k: v
        for k, v in options.items()
        if v
    }
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    widget = field.field.widget
    input_type = getattr(widget, "input_type", "")
    if is_picker:
        attrs |= picker_words()
    is_group = hasattr(widget, "subwidgets") and input_type in {"radio", "checkbox"}
    is_single_check = input_type == "checkbox" and not hasattr(widget, "choices")
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "label": label or field.label,
        "help_text": help_text or field.help_text,
        "hide_optional": hide_optional,
        "quick": days_from_today(quick_days),
        "is_group": is_group and not is_single_check,
        "is_single_check": is_single_check,
    }


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """`{% error_summary form %}`: every error of a form, each a link to its field."""
    return {"form": form, "fields": [f for f in form if f.errors] if form else []}


@register.inclusion_tag("ui/components/post_form.html", takes_context=True)
def post_form(
    context: Context, form: Any, label: str, kind: str = "primary", **options: Any
) -> dict[str, Any]:
    """`{% post_form form _("Save") %}`: a form that is nothing but its fields.

    The list of errors, all fields, the button `label`. Options: `icon_name`, `large`,
    `cancel_url`, `cancel_label`, `note` below the button, `step` (sent as `action`,
    where a page has several forms), `action`, `css_class`, `hide_optional`.
    """
    own = {"hide_optional": False, "cancel_label": _("Cancel"), **options}
    own |= {"form": form, "label": label, "kind": kind}
    return own | {"csrf_token": context.get("csrf_token")}


@register.simple_block_tag
def page_head(content: str, title: Any, **options: Any) -> SafeString:
    """`{% page_head _("People") lead=_("All of them.") %}…{% endpage_head %}`.

    The one h1 of a page; inside stand what one can do with all of it, or nothing.
    `eyebrow` stands above it.
    """
    template = get_template("ui/components/page_head.html")
    own = {"content": SafeString(content.strip()), "title": title}
    return SafeString(template.render(own | options).strip())


@register.simple_block_tag
def form_part(content: str, title: str, **options: Any) -> SafeString:
    """`{% form_part _("For whom") id="whom" number=2 %}…{% endform_part %}`.

    A long form in parts: a heading each. `folded=True` hides what few people need
    (`is_open=True`: something is filled in there), `note` says what it is about.
    """
    template = get_template("ui/components/form_part.html")
    return SafeString(template.render({"content": content, "title": title} | options))


def days_from_today(days: str) -> list[dict[str, str]]:
    """`"7 30"` as choices of a date field: ISO days, and how they are called."""
    today = shanghai_date(now())
    return [
        {
            "value": (today + timedelta(days=n)).isoformat(),
            "label": _("In %(days)d days") % {"days": n},
        }
        for n in map(int, days.split())
    ]


def picker_words() -> dict[str, str]:
    """The attributes by which a script makes a select searchable, and its words."""
    return {
        "data-combobox": "",
        "data-open": _("Show all"),
        "data-none": _("Nothing found. Try fewer characters."),
        # Translators: a number follows
        "data-found": _("Found:"),
    }


@register.simple_tag
def picker_attributes() -> SafeString:
    return format_html_join(" ", '{}="{}"', picker_words().items())


@register.inclusion_tag("ui/components/department_picker.html")
def department_picker(
    name: str, label: str, options: Iterable[Mapping[str, Any]], **values: Any
) -> dict[str, Any]:
    """A select that a script makes searchable; a tree is shown by indentation.

    Options: `value`, `label`, `depth`, in the order of the tree. Further values:
    `value` (chosen), `empty_label`, `help_text`, `error`, `required`, `disabled`, `id`.
    """
    listed = [
        {
            "value": str(option["value"]),
            "label": option["label"],
            "indent": "\u3000" * int(option.get("depth", 0)),
        }
        for option in options
    ]
    chosen = str(values.pop("value", ""))
    own = {"name": name, "label": label, "options": listed, "value": chosen}
    return own | values


@register.simple_block_tag
def dialog(content: str, id: str, title: str, **options: Any) -> SafeString:
    """`{% dialog "sign" _("Sign off") sheet=True %}…{% enddialog %}`.

    Inside: `.dialog__body` and `.dialog__foot`, a form around both where it sends.
    `sheet=True` comes from below on phones, `wide=True` has room for a table,
    `locked=True` is left by one of its buttons only, `described_by="id"` is read out.
    """
    template = get_template("ui/components/dialog.html")
    values = {"content": content, "id": id, "title": title}
    return SafeString(template.render(options | values))


@register.inclusion_tag("ui/components/chart_rows.html")
def bar_chart(
    title: str, rows: Iterable[Mapping[str, Any]], summary: str = "", **options: Any
) -> dict[str, Any]:
    """Bars one under the other; `charts.bars` names the options."""
    chart = charts.bars(rows=rows, **options)
    return {"title": title, "summary": summary, "chart": chart}


@register.inclusion_tag("ui/components/chart_rows.html")
def stacked_chart(
    title: str,
    series: list[Mapping[str, Any]],
    rows: Iterable[Mapping[str, Any]],
    summary: str = "",
    **options: Any,
) -> dict[str, Any]:
    """Bars of several parts; `charts.stacked` names the options."""
    chart = charts.stacked(series=series, rows=rows, **options)
    return {"title": title, "summary": summary, "chart": chart}


@register.inclusion_tag("ui/components/chart_plot.html")
def line_chart(
    title: str,
    labels: list[str],
    series: list[Mapping[str, Any]],
    summary: str = "",
    **options: Any,
) -> dict[str, Any]:
    """Values over time; `charts.line` names the options."""
    chart = charts.line(labels=labels, series=series, **options)
    return {"title": title, "summary": summary, "chart": chart}


@register.inclusion_tag("ui/components/chart_plot.html")
def distribution_chart(
    title: str, bins: Iterable[Mapping[str, Any]], summary: str = "", **options: Any
) -> dict[str, Any]:
    """How many fall into each class; `charts.distribution` names the options."""
    chart = charts.distribution(bins=bins, **options)
    return {"title": title, "summary": summary, "chart": chart}


@register.filter
def credit_hours(seconds: int | None) -> str:
    """Seconds of study as credit hours (45 minutes), floored to one decimal."""
    hours = Decimal(int(seconds or 0)) / SECONDS_PER_CREDIT_HOUR
    return str(hours.quantize(Decimal("0.1"), rounding=ROUND_FLOOR))


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as `m:ss` or `h:mm:ss`."""
    total = int(seconds or 0)
    hours, rest = divmod(total, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds in words for what is left, rounded up: "58 s", "1 min 20 s", "12 min"."""
    total = max(0, math.ceil(seconds or 0))
    minutes, rest = divmod(total, 60)
    if minutes >= SPOKEN_MINUTES:
        return _("%(minutes)s min") % {"minutes": math.ceil(total / 60)}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {
            "minutes": minutes,
            "seconds": rest,
        }
    return _("%(seconds)s s") % {"seconds": rest}


@register.filter
def days_until(day: date | None) -> int | None:
    """Whole days from today (in China) to a date; negative when it has passed."""
    return None if day is None else (day - shanghai_date(now())).days


@register.filter
def percent(part: float | None, whole: float | None) -> int:
    """Part of whole, rounded down, so that 100 means all."""
    return int(100 * (part or 0) // whole) if whole else 0
