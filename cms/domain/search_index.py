"""Keeps `SearchEntry` in step with what is published."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from wagtail.search.backends import get_search_backend

from cms.domain.query_words import index_tokens
from cms.models import SearchEntry
from lms.core.enums import Audience


@dataclass(frozen=True)
class EntryInput:
    """One thing to be found.

    Attributes:
        keywords: words that find it though it does not contain them; not shown.
        filters: facts for filters and lists (`level`, `industry` …).
        page_id: the Wagtail page it belongs to; unpublishing that removes it.
    """

    type: str
    object_key: str
    language: str
    title: str
    url: str
    text: str = ""
    keywords: tuple[str, ...] = ()
    law: str = ""
    eid: str = ""
    number: str = ""
    filters: dict[str, object] = field(default_factory=dict)
    dated_on: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    audience: str = Audience.PUBLIC
    organization_id: int | None = None
    page_id: int | None = None


Projector = Callable[[], Iterable[EntryInput]]
_projectors: dict[str, Projector] = {}


def register_projector(kind: str, projector: Projector) -> None:
    """Let an app name all of its entries of one kind, for a rebuild."""
    _projectors[kind] = projector


def _row(entry: EntryInput) -> SearchEntry:
    values = {name: getattr(entry, name) for name in EntryInput.__dataclass_fields__}
    keywords = " ".join(entry.keywords)
    return SearchEntry(
        **values
        | {
            "title": entry.title[:300],
            "keywords": keywords,
            "title_tokens": index_tokens(f"{entry.title} {keywords}"),
            "text_tokens": index_tokens(entry.text),
        }
    )


@transaction.atomic
def index_many(*, entries: Iterable[EntryInput]) -> int:
    """Put entries into the index; an entry that is there already is replaced."""
    rows = [_row(entry) for entry in entries]
    if not rows:
        return 0
    values = [
        name
        for name in (f.name for f in SearchEntry._meta.concrete_fields)  # noqa: SLF001 -- Django's documented model API
        if name not in {"id", "type", "object_key", "language"}
    ]
    SearchEntry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["type", "object_key", "language"],
        update_fields=values,
        batch_size=200,
    )
    kinds = {row.type for row in rows}
    stored = SearchEntry.objects.filter(
        type__in=kinds, object_key__in=[row.object_key for row in rows]
    )
    get_search_backend().add_bulk(SearchEntry, list(stored))
    return len(rows)


def index_object(**values: object) -> None:
    """Put one thing into the index; the arguments are those of `EntryInput`."""
    index_many(entries=[EntryInput(**values)])  # type: ignore[arg-type]


@transaction.atomic
def index_page_entries(*, page_id: int, entries: Iterable[EntryInput]) -> int:
    """Make these the only entries of a page."""
    wanted = list(entries)
    keys = {entry.object_key for entry in wanted}
    SearchEntry.objects.filter(page_id=page_id).exclude(object_key__in=keys).delete()
    return index_many(entries=wanted)


def unindex_page(*, page_id: int) -> None:
    """Take everything of a page out of the index."""
    SearchEntry.objects.filter(page_id=page_id).delete()


def unindex_object(
    *, kind: str, object_key: UUID | str, language: str | None = None
) -> None:
    """Take one thing out of the index, in one language or in all."""
    rows = SearchEntry.objects.filter(type=kind, object_key=str(object_key))
    (rows.filter(language=language) if language else rows).delete()


def all_entries() -> Iterator[EntryInput]:
    """Yield what every registered projector names."""
    for projector in _projectors.values():
        yield from projector()


@transaction.atomic
def rebuild_index() -> int:
    """Empty the index and fill it from what is published now."""
    backend = get_search_backend()
    SearchEntry.objects.all().delete()
    count = index_many(entries=all_entries())
    index = backend.get_index_for_model(SearchEntry)
    rebuilder = backend.rebuilder_class(index)
    rebuilder.start()
    rebuilder.finish()
    return count
