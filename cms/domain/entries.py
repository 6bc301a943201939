"""What of a published page can be found."""

from collections.abc import Iterator
from datetime import date

from wagtail.models import Page, get_page_models

from cms.domain.queries import article_path, law_path
from cms.domain.search_index import EntryInput
from cms.enums import EntryType
from cms.labels import number_label
from cms.models import BasePage, LawPage, LawVersionPage, Provision
from lms.core.enums import Audience


def entries_of(*, page: BasePage) -> list[EntryInput]:
    """Return the search entries of a live page; none when it is not searched.

    Pages behind a view restriction are not in the index: it has no passwords.
    """
    if not page.live or page.get_view_restrictions().exists():
        return []
    if isinstance(page, LawVersionPage):
        return _articles(page)
    if isinstance(page, LawPage):
        return [_law(page)]
    if page.entry_type is None:
        return []
    return [_page(page)]


def _page(page: BasePage) -> EntryInput:
    language = page.locale.language_code
    dated: date | None = getattr(page, "issued_on", None)
    return EntryInput(
        type=str(page.entry_type),
        object_key=str(page.translation_key),
        language=language,
        title=page.title,
        url=page.get_url() or "",
        text=page.searched_text(),
        keywords=tuple(word for word in page.searched_keywords() if word),
        filters=page.search_facts(),
        dated_on=dated or getattr(page, "occurred_on", None),
        audience=getattr(page, "audience", Audience.PUBLIC),
        organization_id=getattr(page, "owner_organization_id", None),
        page_id=page.pk,
    )


def _law(law: LawPage) -> EntryInput:
    language = law.locale.language_code
    return EntryInput(
        type=EntryType.LAW,
        object_key=str(law.translation_key),
        language=language,
        title=law.short_title,
        url=law_path(law.slug, language),
        text="\n".join([law.title, law.summary, law.issuer]),
        keywords=(law.title, law.document_number),
        law=law.slug,
        filters={"level": law.level},
        dated_on=law.adopted_on,
        page_id=law.pk,
    )


def _articles(version: LawVersionPage) -> list[EntryInput]:
    law = LawPage.objects.get(pk=version.get_parent().pk)
    if not law.live:
        return []
    rows = Provision.objects.filter(version=version).articles()
    return [_article(version, law, row) for row in rows]


def _article(version: LawVersionPage, law: LawPage, row: Provision) -> EntryInput:
    label = number_label(row.number, row.language)
    title = f"{law.short_title} {label} {row.heading}".strip()
    text = f"{row.text}\n{row.annotation}".strip()
    is_current = version.in_force_to is None
    return EntryInput(
        type=EntryType.LAW,
        object_key=f"{version.translation_key}:{row.eid}",
        language=row.language,
        title=title,
        url=article_path(
            law.slug,
            row.eid,
            row.language,
            on=None if is_current else version.in_force_to,
        ),
        text=text,
        keywords=tuple(row.keywords),
        law=law.slug,
        eid=row.eid,
        number=row.number,
        filters={
            "level": law.level,
            "version": version.label,
            "related": row.related,
        },
        in_force_from=version.in_force_from,
        in_force_to=version.in_force_to,
        page_id=version.pk,
    )


def page_entries() -> Iterator[EntryInput]:
    """Yield the entries of every live page of a type that search knows."""
    for model in get_page_models():
        if issubclass(model, BasePage):
            yield from _entries_of_type(model)


def _entries_of_type(model: type[Page]) -> Iterator[EntryInput]:
    is_searched = model is LawPage or getattr(model, "entry_type", None) is not None
    if is_searched:
        for page in model.objects.live().select_related("locale").iterator(500):
            yield from entries_of(page=page)
