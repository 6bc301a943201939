"""The tags of lists: looked through, narrowed, sorted, paged and saved as files.

Part of `{% load ui %}`; all of them keep what else stands in the address.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.paginator import Page as PaginatorPage
from django.http import QueryDict
from django.template.context import Context
from django.urls import reverse

register = template.Library()


@register.inclusion_tag("ui/components/list_search.html", takes_context=True)
def list_search(context: Context, label: str) -> dict[str, Any]:
    """`{% list_search _("Full name") %}`: looks by `?q=`, keeps filters and order."""
    request = context.get("request")
    query = request.GET if request else QueryDict()
    kept = [pair for pair in query.items() if pair[0] not in {"q", "page"}]
    return {"label": label, "q": query.get("q", ""), "kept": kept}


@register.inclusion_tag("ui/components/export_links.html", takes_context=True)
def export_links(
    context: Context, viewname: str, *args: Any, **narrowed: Any
) -> dict[str, Any]:
    """`{% export_links "portal:members_export" code %}`: the list as it is filtered.

    The address takes the format (xlsx, csv, pdf) as its last part; `narrowed` goes into
    its query, for a page that shows one department or one plan.
    """
    query = query_with(context, **narrowed)
    return {
        "links": [
            {
                "label": name.upper(),
                "url": f"{reverse(viewname, args=[*args, name])}?{query}",
            }
            for name in ("xlsx", "csv", "pdf")
        ]
    }


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(
    context: Context, page_obj: PaginatorPage, label: str = ""
) -> dict[str, Any]:
    """`{% pagination page_obj %}`: keeps the other query parameters (filters).

    `label` names it where a page has several.
    """
    return {"page_obj": page_obj, "query": query_with(context), "label": label}


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """`?{% query_with state="overdue" %}`: this page's query with some changes."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop("page", None)
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return query.urlencode()


def _sorting(context: Context, key: str, default: str) -> dict[str, str]:
    """In which direction a list is sorted by `key`, and the query that changes it."""
    request = context.get("request")
    current = (request.GET.get("sort") if request else "") or default
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    target = f"-{key}" if direction == "ascending" else key
    return {"direction": direction, "query": query_with(context, sort=target)}


@register.inclusion_tag("ui/components/sort_header.html", takes_context=True)
def sort_header(
    context: Context, key: str, label: str, num: bool = False, default: str = ""
) -> dict[str, Any]:
    """`{% sort_header "name" _("Full name") %}`: a head that sorts by `?sort=`.

    A second choice turns the order round (`-name`). `default` is the order that the
    view takes without the parameter.
    """
    return {"label": label, "num": num} | _sorting(context, key, default)


@register.inclusion_tag("ui/components/sort_links.html", takes_context=True)
def sort_links(
    context: Context, options: Iterable[Mapping[str, str]], default: str = ""
) -> dict[str, Any]:
    """The same choices (`key`, `label`) for phones, where table heads are hidden."""
    links = [
        {"label": one["label"]} | _sorting(context, one["key"], default)
        for one in options
    ]
    return {"links": links}


@register.inclusion_tag("ui/components/filter_chips.html", takes_context=True)
def filter_chips(
    context: Context,
    param: str,
    options: Iterable[Mapping[str, Any]],
    label: str = "",
    scroll: bool = False,
    default: str = "",
    drop: str = "",
) -> dict[str, Any]:
    """`{% filter_chips "state" options label=… %}`: one filter, one choice at a time.

    Options: `value` ("" for all), `label` and if wanted `count`. `default` is what the
    view takes without the parameter; `drop` names one that does not outlive a choice.
    """
    request = context.get("request")
    current = (request.GET.get(param, "") if request else "") or default
    dropped = {drop: None} if drop else {}
    chips = [
        {
            "label": option["label"],
            "count": option.get("count"),
            "query": query_with(context, **{param: option["value"]}, **dropped),
            "is_current": str(option["value"]) == current,
        }
        for option in options
    ]
    return {"chips": chips, "label": label, "scroll": scroll}


@register.inclusion_tag("ui/components/active_filters.html", takes_context=True)
def active_filters(
    context: Context, filters: Iterable[Mapping[str, str]]
) -> dict[str, Any]:
    """What the list is filtered by (`param`, `label`), each with a way to remove it."""
    listed = list(filters)
    every = dict.fromkeys([one["param"] for one in listed])
    return {
        "filters": [
            {
                "label": one["label"],
                "query": query_with(context, **{one["param"]: None}),
            }
            for one in listed
        ],
        "clear_query": query_with(context, **every),
    }
