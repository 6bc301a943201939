"""Policies and cases: lists with filters, and single pages."""

from typing import Any

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from cms.contexts import builds_context_of
from cms.domain.citations import citations_of
from cms.domain.library_queries import (
    Choice,
    case_tags,
    policy_tags,
    tag_choices,
    value_choices,
    year_choices,
)
from cms.enums import AccidentLevel, PolicyScope
from cms.models import (
    CaseIndexPage,
    CasePage,
    PolicyIndexPage,
    PolicyPage,
    PolicyTag,
)
from lms.core.text import normalize

PAGE_SIZE = 12


def paginate(request: HttpRequest, rows: QuerySet) -> PaginatorPage:
    """Return the page asked for; a wrong number gives the nearest one."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def chosen(params: QueryDict, name: str, choices: list[Choice]) -> str:
    """Return the value of a filter if it is one of its choices, else nothing."""
    value = normalize(params.get(name, ""))[:80]
    return value if value in {choice.value for choice in choices} else ""


def filters_of(
    request: HttpRequest, named: dict[str, tuple[str, list[Choice]]]
) -> list[dict[str, Any]]:
    """Return filters for the template: label, the chosen value, chips with addresses.

    A chip keeps the other filters and starts at the first page.
    """
    filters = []
    for name, (label, choices) in named.items():
        value = chosen(request.GET, name, choices)
        chips = [
            {
                "label": choice.label,
                "count": choice.count,
                "is_chosen": choice.value == value,
                "query": _with(request.GET, name, choice.value),
            }
            for choice in choices
        ]
        filters.append(
            {
                "name": name,
                "label": label,
                "value": value,
                "chips": chips,
                "all_query": _with(request.GET, name, ""),
            }
        )
    return filters


def _with(params: QueryDict, name: str, value: str) -> str:
    query = params.copy()
    query.pop("page", None)
    query.pop(name, None)
    if value:
        query[name] = value
    return query.urlencode()


def values_of(filters: list[dict[str, Any]]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in filters if one["value"]}


def live_in(model: type, page: Any) -> QuerySet:
    """Published, unrestricted pages of a type in the language of a page."""
    return model.objects.live().public().filter(locale_id=page.locale_id)  # type: ignore[attr-defined]


@builds_context_of(PolicyIndexPage)
def policy_index_context(page: PolicyIndexPage, request: HttpRequest) -> dict[str, Any]:
    pages = live_in(PolicyPage, page)
    language = page.locale.language_code
    filters = filters_of(
        request,
        {
            "scope": (
                _("Scope"),
                value_choices(pages, "scope", PolicyScope.choices),
            ),
            "tag": (_("Tag"), tag_choices(through=PolicyTag, language=language)),
            "year": (_("Year"), year_choices(pages, "issued_on")),
        },
    )
    wanted = values_of(filters)
    if "scope" in wanted:
        pages = pages.filter(scope=wanted["scope"])
    if "tag" in wanted:
        pages = pages.filter(tagged_items__tag__name=wanted["tag"])
    if "year" in wanted:
        pages = pages.filter(issued_on__year=int(wanted["year"]))
    page_obj = paginate(request, pages.order_by("-issued_on", "title"))
    tags = policy_tags(list(page_obj))
    for policy in page_obj:
        policy.tag_names = tags.get(policy.pk, [])
    return {"page_obj": page_obj, "filters": filters, "is_filtered": bool(wanted)}


@builds_context_of(PolicyPage)
def policy_context(page: PolicyPage, request: HttpRequest) -> dict[str, Any]:
    newer = None
    if page.superseded_by:
        newer = live_in(PolicyPage, page).filter(slug=page.superseded_by).first()
    return {
        "citations": citations_of(
            source_kind="policy",
            source_key=page.translation_key,
            language=page.locale.language_code,
        ),
        "newer": newer,
        "tag_names": policy_tags([page]).get(page.pk, []),
    }


@builds_context_of(CaseIndexPage)
def case_index_context(page: CaseIndexPage, request: HttpRequest) -> dict[str, Any]:
    pages = live_in(CasePage, page)
    filters = filters_of(
        request,
        {
            "industry": (_("Industry"), value_choices(pages, "industry")),
            "accident_type": (
                _("Accident type"),
                value_choices(pages, "accident_type"),
            ),
            "level": (
                _("Accident level"),
                value_choices(pages, "level", AccidentLevel.choices),
            ),
        },
    )
    wanted = values_of(filters)
    page_obj = paginate(request, pages.filter(**wanted).order_by("-occurred_on"))
    return {"page_obj": page_obj, "filters": filters, "is_filtered": bool(wanted)}


@builds_context_of(CasePage)
def case_context(page: CasePage, request: HttpRequest) -> dict[str, Any]:
    same = live_in(CasePage, page).filter(industry=page.industry).exclude(pk=page.pk)
    return {
        "citations": citations_of(
            source_kind="case",
            source_key=page.translation_key,
            language=page.locale.language_code,
        ),
        "tag_names": case_tags([page]).get(page.pk, []),
        "similar": list(same.order_by("-occurred_on")[:3]),
        "loss": money_words(page.direct_loss_cny, page.locale.language_code),
    }


def money_words(amount: int | None, language: str) -> str:
    """Return an amount of yuan as people say it: 68.66亿元, CNY 6.87 billion."""
    if not amount:
        return ""
    if language.startswith("zh"):
        units = [(10**8, "亿元"), (10**4, "万元"), (1, "元")]
        prefix = ""
    else:
        units = [(10**9, " billion"), (10**6, " million"), (1, "")]
        prefix = "CNY "
    size, unit = next(one for one in units if amount >= one[0])
    figure = f"{amount / size:,.2f}".rstrip("0").rstrip(".")
    return f"{prefix}{figure}{unit}"
