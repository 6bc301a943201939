"""The items of a bank as a list: chosen by filters, each with its use and figures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from exams.enums import ItemStatus, PendingState
from exams.models import Exam, Item, ItemStatistics, PaperItem

# What a list can be narrowed to; "in review" is no status of its own.
STATES = {
    "draft": Q(status=ItemStatus.DRAFT) & ~Q(pending=PendingState.IN_REVIEW)
    | Q(pending=PendingState.DRAFT) & ~Q(status=ItemStatus.RETIRED),
    "in_review": Q(pending=PendingState.IN_REVIEW),
    "reviewed": Q(status=ItemStatus.REVIEWED),
    "needs_recheck": Q(status=ItemStatus.NEEDS_RECHECK),
    "retired": Q(status=ItemStatus.RETIRED),
}


@dataclass(slots=True)
class Figures:
    """Use and statistics of one item, over the exams that the reader manages.

    Attributes:
        papers: papers that list it by name.
        answers: finalized attempts it was part of.
        facility: mean share of points, 0 to 1; None: too early.
        discrimination: mean correlation with the rest of the paper; None: too early.
        parts: sub-items of a case.
    """

    papers: int = 0
    answers: int = 0
    facility: float | None = None
    discrimination: float | None = None
    parts: int = 0
    has_flags: bool = False
    _sums: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, row: ItemStatistics) -> None:
        """Take in the figures of one exam, weighted by its sample."""
        self.answers += row.sample_size
        flags = [flag for flag in row.flags if flag["code"] != "too_few"]
        self.has_flags = self.has_flags or bool(flags)
        for name in ("facility", "discrimination"):
            value = getattr(row, name)
            if value is not None:
                self._sums[name] += value * row.sample_size
                self._sums[f"{name}_n"] += row.sample_size
                mean = self._sums[name] / max(self._sums[f"{name}_n"], 1)
                setattr(self, name, mean)


def listed_items(*, user: Any, chosen: dict[str, Any]) -> QuerySet[Item]:
    """Return the items that a person may edit, narrowed by what was chosen.

    `chosen` holds any of bank, topic, type, cardinality, difficulty, state, role and q;
    parts of cases are found with their case.
    """
    items = Item.objects.visible_to(user).non_polymorphic().filter(parent__isnull=True)
    for name in ("bank", "topic", "type", "difficulty", "cardinality"):
        if chosen.get(name):
            items = items.filter(**{name: chosen[name]})
    state = chosen.get("state")
    if state:
        items = items.filter(STATES[state])
    else:
        items = items.exclude(status=ItemStatus.RETIRED)
    if chosen.get("role"):
        items = items.filter(roles__icontains=f'"{chosen["role"]}"')
    if chosen.get("q"):
        items = items.filter(_says(chosen["q"]))
    return items.select_related("bank", "topic").order_by("bank__title", "code", "pk")


def _says(word: str) -> Q:
    here = Q(summary__icontains=word) | Q(code__icontains=word)
    parts = Item.objects.non_polymorphic().filter(here, parent__isnull=False)
    return here | Q(pk__in=parts.values("parent"))


def figures_of(*, items: Iterable[Item], user: Any) -> dict[int, Figures]:
    """Return the figures of each item by its key; three queries, whatever the number.

    What the parts of a case earned counts for the case.
    """
    keys = [item.pk for item in items]
    found = {key: Figures() for key in keys}
    whole = Coalesce("item__parent_id", "item_id")
    papers = (
        PaperItem.objects.filter(Q(item__in=keys) | Q(item__parent__in=keys))
        .values_list(whole)
        .annotate(count=Count("paper", distinct=True))
        .order_by()
    )
    for key, count in papers:
        found[key].papers = count
    rows = ItemStatistics.objects.filter(
        Q(item__in=keys) | Q(item__parent__in=keys),
        exam__in=Exam.objects.managed_by(user),
    ).annotate(whole=whole)
    for row in rows.order_by():
        found[row.whole].add(row)
    parts = (
        Item.objects.non_polymorphic()
        .filter(parent__in=keys)
        .exclude(status=ItemStatus.RETIRED)
    )
    for key, count in parts.values_list("parent").annotate(n=Count("pk")).order_by():
        found[key].parts = count
    return found
