"""Pages made by programs: imports and sample content."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.models import BasePage

PageType = TypeVar("PageType", bound=BasePage)


def _without_ids(value: Any) -> Any:
    """Drop the random ids that stream blocks get on saving."""
    if isinstance(value, dict):
        return {k: _without_ids(v) for k, v in value.items() if k != "id"}
    if isinstance(value, list):
        return [_without_ids(one) for one in value]
    return value


def _content(page: BasePage, names: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        model_field = page._meta.get_field(name)  # noqa: SLF001 -- Django's model API
        value = getattr(page, name)
        if isinstance(model_field, StreamField):
            value = _without_ids(value.get_prep_value())
        found[name] = value
    return found


@transaction.atomic
def put_page(
    *,
    parent: Page,
    page_class: type[PageType],
    slug: str,
    values: Mapping[str, Any],
    translation_key: UUID | None = None,
    tags: list[str] | None = None,
) -> tuple[PageType, bool]:
    """Create or correct a page below `parent` and publish it.

    Returns the page and whether anything was written: a second call with the same
    values changes nothing, not even a revision. Streams are given as raw block data.
    """
    page = page_class.objects.child_of(parent).filter(slug=slug).first()
    fresh = page_class(slug=slug, locale_id=parent.locale_id, **values)
    names = list(values)
    if page is None:
        page = fresh
        page.live = False
        if translation_key:
            page.translation_key = translation_key
        parent.add_child(instance=page)
    else:
        is_same = _content(page, names) == _content(fresh, names)
        has_same_tags = tags is None or set(page.tags.names()) == set(tags)  # type: ignore[attr-defined]
        if is_same and has_same_tags and page.live:
            return page, False
        for name in names:
            setattr(page, name, getattr(fresh, name))
    if tags is not None:
        page.tags.set(tags)  # type: ignore[attr-defined]
    page.save_revision(log_action=False).publish(log_action=False)
    # Wagtail publishes a copy made from the revision; ours would still be a draft.
    page.refresh_from_db()
    return page, True


def stream(kind: str, values: list[Any]) -> list[dict[str, Any]]:
    """Return raw stream data: one block of a kind for each value."""
    return [{"type": kind, "value": value} for value in values]


def citation_values(references: list[Mapping[str, Any]] | None) -> list[dict[str, str]]:
    """Return block values for references in the content's form (law, article, why)."""
    return [
        {
            "law": str(reference["law"]),
            "article": str(reference["article"]),
            "why": str(reference.get("why") or ""),
        }
        for reference in references or []
    ]
