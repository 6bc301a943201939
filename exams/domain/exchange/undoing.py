"""Take one import back.

Revisions are history and stay. Undoing retires what the import added and frees its
codes, so that a corrected file can be imported under the same codes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F, ForeignObjectRel, Model, Q, Value
from django.db.models.functions import Concat, Left
from django.utils.translation import gettext as _

from cms.enums import CitationSource
from cms.models import Citation
from exams.enums import ItemStatus
from exams.errors import ImportRefused
from exams.models import (
    AttemptKey,
    ImportedItem,
    Item,
    ItemImport,
    ItemReview,
    ItemRevision,
)
from lms.accounts.models import User
from lms.audit.domain.recording import record
from lms.audit.enums import Verb
from lms.core.enums import JobState

NAMED = 20
# What every item has; anything else that refers to an item is a use of it.
OWN = frozenset({Item, ItemRevision, ItemReview, ImportedItem})


@transaction.atomic
def undo_import(*, item_import: ItemImport, by: User | None, now: datetime) -> int:
    """Retire the items of an import; return how many. A second call changes nothing.

    Raises:
        ImportRefused: `items_in_use` with their codes, `not_finished`.
    """
    if item_import.state not in (JobState.DONE, JobState.FAILED):
        raise ImportRefused("not_finished", _("This import has not ended yet."))
    items = Item.objects.non_polymorphic().filter(
        Q(imported_by__item_import=item_import)
        | Q(parent__imported_by__item_import=item_import)
    )
    used = used_codes(items=items, since=item_import.created_at)
    if used:
        named = "、".join(used[:NAMED])
        raise ImportRefused(
            "items_in_use",
            _("%(count)d items are used or were edited and stay: %(codes)s")
            % {"count": len(used), "codes": named},
            codes=used,
        )
    claimed = ItemImport.objects.filter(pk=item_import.pk, undone_at__isnull=True)
    if not claimed.update(undone_at=now):
        return 0
    keys = list(items.values_list("public_id", flat=True))
    Citation.objects.filter(
        source_kind=CitationSource.ITEM, source_key__in=map(str, keys)
    ).delete()
    mark = f"~{str(item_import.public_id)[:8]}"
    retired = Item.objects.non_polymorphic().filter(public_id__in=keys)
    retired.update(
        status=ItemStatus.RETIRED,
        code=Concat(Left(F("code"), 80 - len(mark)), Value(mark)),
    )
    record(
        actor=by,
        verb=Verb.ITEM_IMPORT_UNDONE,
        obj=item_import.bank,
        data={"import": str(item_import.public_id), "items": len(keys)},
    )
    return len(keys)


def used_codes(*, items: Iterable[Item], since: datetime) -> list[str]:
    """Return the codes of items that something refers to, or that were edited."""
    by_pk = {item.pk: item for item in items}
    edited = ItemRevision.objects.filter(item__in=list(by_pk), number__gt=1)
    used = set(edited.values_list("item_id", flat=True))
    for model, name in _references():
        rows = model._base_manager.filter(**{f"{name}__in": list(by_pk)})  # noqa: SLF001 -- all rows, whatever the manager hides
        used |= set(rows.values_list(f"{name}_id", flat=True))
    used |= _answered(by_pk, since)
    return sorted(by_pk[pk].code for pk in used)


def _references() -> Iterator[tuple[type[Model], str]]:
    """Return every model and field that may refer to an item, hidden ones too."""
    for relation in Item._meta.get_fields(include_hidden=True):  # noqa: SLF001 -- public in practice
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        field = relation.field
        if field.model not in OWN and field.concrete and field.name != "item_ptr":
            yield field.model, field.name


def _answered(by_pk: dict[int, Item], since: datetime) -> set[int]:
    """Return the items on papers that somebody was given since."""
    by_key = {str(item.public_id): pk for pk, item in by_pk.items()}
    used: set[int] = set()
    keys = AttemptKey.objects.filter(attempt__started_at__gte=since)
    for blob in keys.values_list("blob", flat=True).iterator():
        used |= {by_key[v["item"]] for v in blob.values() if v.get("item") in by_key}
    return used
