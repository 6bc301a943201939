"""The law library: laws by chapter, single articles, comparison of versions."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.contexts import builds_context_of
from cms.domain.articles import ArticleView, read_article
from cms.domain.diff import ArticleChange, compare_versions, find_version
from cms.domain.eids import parse_eid
from cms.domain.law_queries import LawRow, chapters_of, laws_in
from cms.domain.queries import (
    article_path,
    find_law,
    held_on,
    law_path,
    parse_day,
    pick_version,
    provisions_by_wid,
    today,
    versions_of,
)
from cms.enums import Change, LawLevel
from cms.errors import NoVersionInForce, ProvisionNotFound
from cms.labels import number_label
from cms.models import LawIndexPage, LawPage, LawVersionPage
from lms.ui.languages import site_path

DIFF_CACHE_SECONDS = 3600


def _language() -> str:
    return get_language() or "zh-hans"


@builds_context_of(LawIndexPage)
def law_index_context(page: LawIndexPage, request: HttpRequest) -> dict[str, Any]:
    language = page.locale.language_code
    level = request.GET.get("level", "")
    rows = laws_in(language=language)
    present = {row.law.level for row in rows}
    levels = [one for one in LawLevel.choices if one[0] in present]
    if level in present:
        rows = [row for row in rows if row.law.level == level]
    groups: dict[str, list[LawRow]] = {}
    for row in rows:
        groups.setdefault(row.law.get_level_display(), []).append(row)
    return {"groups": groups, "levels": levels, "level": level}


@builds_context_of(LawPage)
def law_context(page: LawPage, request: HttpRequest) -> dict[str, Any]:
    on = parse_day(request.GET.get("on"))
    language = page.locale.language_code
    versions = versions_of(law_key=page.translation_key, language=language)
    try:
        version = pick_version(versions, on=on)
    except NoVersionInForce as error:
        return _law_context(page, versions, None, on) | {"problem": error.message}
    return _law_context(page, versions, version, on)


@builds_context_of(LawVersionPage)
def version_context(page: LawVersionPage, request: HttpRequest) -> dict[str, Any]:
    law = page.get_parent().specific
    versions = versions_of(
        law_key=law.translation_key, language=page.locale.language_code
    )
    day = page.in_force_to if page.in_force_to and page.in_force_to < today() else None
    return _law_context(law, versions, page, day)


def _law_context(
    law: LawPage,
    versions: list[LawVersionPage],
    version: LawVersionPage | None,
    on: date | None,
) -> dict[str, Any]:
    older = [v for v in versions if version and v.in_force_from < version.in_force_from]
    held = {one.label for one in versions}
    return {
        "unheld": [one for one in law.history or [] if one.get("label") not in held],
        "law": law,
        "version": version,
        "versions": versions,
        "older": older[0] if older else None,
        "chapters": chapters_of(version=version) if version else [],
        "on": on,
        "is_in_force": bool(version and held_on(version, today())),
        "law_url": law_path(law.slug, law.locale.language_code),
    }


@require_safe
def jump(request: HttpRequest, slug: str) -> HttpResponse:
    """Go from "28条" straight to the article; what is no number is searched."""
    text = request.GET.get("q", "").strip()[:100]
    eid = parse_eid(text)
    if eid is None:
        return HttpResponseRedirect(_search_path(text))
    on = parse_day(request.GET.get("on"))
    return HttpResponseRedirect(article_path(slug, eid, on=on))


def _search_path(text: str) -> str:
    return f"{site_path('search/')}?{urlencode({'q': text, 'type': 'law'})}"


@require_safe
def article(request: HttpRequest, slug: str, address: str) -> HttpResponse:
    """One article in the wording of today or of the day in `?on=`."""
    on = parse_day(request.GET.get("on"))
    language = _language()
    try:
        view = read_article(
            law_slug=slug, address=address, language=language, on=on, user=request.user
        )
    except ProvisionNotFound as error:
        return _missing(request, slug, error, on)
    except NoVersionInForce as error:
        return _not_in_force(request, slug, address, error)
    return render(request, "cms/article.html", _article_context(view, on))


def _article_context(view: ArticleView, on: date | None) -> dict[str, Any]:
    slug, language = view.law.slug, view.article.language
    label = number_label(view.article.number, language)
    newest = view.versions[0] if view.versions else view.version
    newer = newest if newest.in_force_from > view.version.in_force_from else None
    quote = f"《{view.law.short_title}》{label}：{view.article.text}"
    return {
        "view": view,
        "article": view.article,
        "law": view.law,
        "version": view.version,
        "label": label,
        "on": on,
        "is_in_force": held_on(view.version, today()),
        "law_url": law_path(slug, language),
        "canonical": article_path(slug, view.article.eid, language, on=on),
        "newer_url": _newer_url(view) if newer else "",
        "crumbs": _crumbs(view.law, label),
        "cite_text": quote
        if language.startswith("zh")
        else f"{view.law.short_title}, {label}: {view.article.text}",
        "alternate_urls": {
            one.language: article_path(slug, one.eid, one.language, on=on)
            for one in view.parallel
        },
    }


def _newer_url(view: ArticleView) -> str:
    """Return where the same rule stands today; the law, when it was dropped."""
    slug, language = view.law.slug, view.article.language
    found = provisions_by_wid(
        law_keys={view.article.law_key}, wids={view.article.wid}, language=language
    ).get((view.article.law_key, view.article.wid))
    if found is None or found.version_id == view.version.pk:
        return law_path(slug, language)
    return article_path(slug, found.eid, language)


def _crumbs(law: LawPage, here: str) -> list[dict[str, str]]:
    return [
        {"title": _("Anxue"), "url": site_path("")},
        {"title": _("Laws"), "url": site_path("laws/")},
        {"title": law.short_title, "url": law_path(law.slug)},
        {"title": here, "url": ""},
    ]


def _missing(
    request: HttpRequest, slug: str, error: ProvisionNotFound, on: date | None
) -> HttpResponse:
    near = [
        {"label": number_label(number), "url": article_path(slug, number_eid, on=on)}
        for number in error.params["near"]
        for number_eid in [parse_eid(number) or ""]
    ]
    context = {"message": error.message, "near": near, "law_url": law_path(slug)}
    return render(request, "cms/article_missing.html", context, status=404)


def _not_in_force(
    request: HttpRequest, slug: str, address: str, error: NoVersionInForce
) -> HttpResponse:
    """Say which days our texts cover, and offer the Chinese one where it helps."""
    law = find_law(slug=slug, language=_language())
    versions = versions_of(law_key=law.translation_key, language=_language())
    eid = parse_eid(address)
    context = {
        "message": error.message,
        "law": law,
        "law_url": law_path(slug),
        "versions": [
            {
                "version": one,
                "url": article_path(slug, eid, on=one.in_force_from) if eid else "",
            }
            for one in versions
        ],
        "chinese_url": ""
        if _language().startswith("zh")
        else f"{law_path(slug, 'zh-hans')}{address}/?{request.GET.urlencode()}",
    }
    return render(request, "cms/no_version.html", context, status=404)


@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed between two versions, `?from=2014&to=2021`."""
    language = _language()
    law = find_law(slug=slug, language=language)
    versions = versions_of(law_key=law.translation_key, language=language)
    if len(versions) < 2:
        context: dict[str, Any] = {
            "law": law,
            "law_url": law_path(slug),
            "changes": None,
            "crumbs": _crumbs(law, _("Compare versions")),
        }
        return render(request, "cms/compare.html", context)
    newer = find_version(
        versions=versions, label=request.GET.get("to") or versions[0].label
    )
    older = find_version(
        versions=versions, label=request.GET.get("from") or versions[1].label
    )
    changes = cached_changes(older, newer)
    kind = request.GET.get("change", "")
    shown = [one for one in changes if kind in {"", one["change"]}]
    context = {
        "law": law,
        "law_url": law_path(slug),
        "crumbs": _crumbs(law, _("Compare versions")),
        "versions": versions,
        "older": older,
        "newer": newer,
        "changes": [_labeled(one) for one in shown],
        "kind": kind,
        "total": len(changes),
        "counts": [
            {
                "value": value,
                "label": label,
                "count": sum(one["change"] == value for one in changes),
            }
            for value, label in Change.choices
        ],
    }
    return render(request, "cms/compare.html", context)


def cached_changes(
    older: LawVersionPage, newer: LawVersionPage
) -> list[dict[str, Any]]:
    """Return the changes ready to show; comparing texts takes a while, so kept."""
    key = ":".join(
        [
            "cms-diff",
            str(older.pk),
            str(older.latest_revision_id),
            str(newer.pk),
            str(newer.latest_revision_id),
        ]
    )
    text = cache.get(key)
    if text is None:
        changes = compare_versions(older=older, newer=newer)
        text = json.dumps([_change_row(change) for change in changes])
        cache.set(key, text, DIFF_CACHE_SECONDS)
    return list(json.loads(text))


def _change_row(change: ArticleChange) -> dict[str, Any]:
    return {
        "change": str(change.change),
        "eid": change.eid,
        "number": change.number,
        "from_number": change.from_number,
        "heading": change.heading,
        "derived_from": list(change.derived_from),
        "pieces": change.pieces,
    }


def _labeled(row: dict[str, Any]) -> dict[str, Any]:
    """Add what is said in the reader's language."""
    return row | {
        "change_label": Change(row["change"]).label,
        "label": number_label(row["number"]),
        "from_label": number_label(row["from_number"]) if row["from_number"] else "",
        "derived_labels": [number_label(number) for number in row["derived_from"]],
    }
