"""What stands beside an item's text: topic, difficulty, score, audience, articles.

It has no revisions, since it counts at once. Each change is kept with the old and the
new value in the audit chain, so what stood there with an older text is today's without
the changes made since.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exams.domain.item_citations import citations_written
from exams.domain.item_history import FieldChange, pieces_between
from exams.enums import CandidateRole
from exams.models import Item, ItemRevision
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent

Facts = dict[str, Any]
CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class FactsChange:
    """One change beside the text. `fields` are ready to be shown."""

    at: datetime
    fields: list[FieldChange]


def facts_of(item: Item) -> Facts:
    """Return what stands beside a text now; plain JSON, two queries at most."""
    return {
        "topic": item.topic.name if item.topic else "",
        "difficulty": item.difficulty,
        "score": f"{Decimal(item.score).normalize():f}",
        "roles": sorted(item.roles),
        "citations": [
            f"{one['law']} {one['article']}" for one in citations_written(item)
        ],
    }


def changes_between(before: Facts, after: Facts) -> dict[str, list[Any]]:
    """Return old and new value of each fact that differs."""
    return {
        name: [before[name], value]
        for name, value in after.items()
        if before[name] != value
    }


def facts_at(*, item: Item, revision: ItemRevision) -> Facts:
    """Return what stood beside the text while a revision was the newest one."""
    following = item.revisions.filter(number__gt=revision.number).order_by("number")
    until = following.values_list("created_at", flat=True).first()
    facts = facts_of(item)
    if until is None:
        return facts
    for event in _events(item).filter(recorded_at__gte=until).order_by("-sequence"):
        for name, (old, _new) in event.data[CHANGES].items():
            facts[name] = old
    return facts


def changes_of(item: Item) -> list[FactsChange]:
    """Return the changes beside the text, the newest first."""
    return [
        FactsChange(
            event.recorded_at,
            [
                _change(name, old, new)
                for name, (old, new) in event.data[CHANGES].items()
            ],
        )
        for event in _events(item).order_by("-sequence")
    ]


def compare_facts(before: Facts, after: Facts) -> list[FieldChange]:
    """Return each fact with what was taken out and put in."""
    return [_change(name, before[name], value) for name, value in after.items()]


def _events(item: Item) -> Any:
    """Who may read an item may read what was changed beside it."""
    kinds: list[type[Item]] = [Item, *Item.__subclasses__()]
    return AuditEvent.objects.filter(
        object_type__in=[kind._meta.label_lower for kind in kinds],  # noqa: SLF001 -- Django's public name for it
        object_id=str(item.public_id),
        verb=Verb.ITEM_WRITTEN,
        data__has_key=CHANGES,
    )


def _change(name: str, before: Any, after: Any) -> FieldChange:
    old, new = _in_words(name, before), _in_words(name, after)
    labels = {
        "topic": pgettext("item", "topic"),
        "difficulty": _("difficulty"),
        "score": _("score"),
        "roles": _("written for"),
        "citations": _("cited articles"),
    }
    return FieldChange(labels[name], pieces_between(old, new), old != new)


def _in_words(name: str, value: Any) -> str:
    if name == "roles":
        return "\n".join(str(CandidateRole(role).label) for role in value)
    if isinstance(value, list):
        return "\n".join(value)
    return str(value)
