"""Quotas, whether they can be met, and the draw. Pure: no database.

Sections compete for the same items, so both questions are one bipartite matching
between the places of all sections and the items: a place is filled by moving items
between sections along an augmenting path (Kuhn 1955). What stays empty then is
missing whatever one does. Items that every draw must include are placed first; later
moves take them to another section, never away.

Equal difficulty: each section takes a fixed number of items of each difficulty, in the
proportion of the pool (largest remainder), or as one feasible draw has them where the
proportion can't be met. So the measure, the mean difficulty weighted by score, is the
same for every draw from the same pool.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Quota:
    """What one section asks for."""

    type_name: str
    count: int
    cardinality: str = ""
    topics: frozenset[int] = frozenset()
    difficulty_min: int | None = None
    difficulty_max: int | None = None


@dataclass(frozen=True, slots=True)
class PoolItem:
    """What the draw needs to know of an item."""

    id: int
    type_name: str
    cardinality: str
    topic: int | None
    difficulty: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """A section that can't be filled.

    Attributes:
        section: index in the blueprint, from 0.
        asked: items asked for.
        fitting: items that fit this section alone.
        missing: places that stay empty once other sections have taken theirs.
    """

    section: int
    asked: int
    fitting: int
    missing: int


def fits(quota: Quota, item: PoolItem) -> bool:
    """Tell whether an item may stand in a section."""
    return (
        item.type_name == quota.type_name
        and (not quota.cardinality or item.cardinality == quota.cardinality)
        and (not quota.topics or item.topic in quota.topics)
        and (quota.difficulty_min is None or item.difficulty >= quota.difficulty_min)
        and (quota.difficulty_max is None or item.difficulty <= quota.difficulty_max)
    )


class _Matching:
    def __init__(
        self, quotas: Sequence[Quota], pool: Sequence[PoolItem], rng: Random | None
    ) -> None:
        self.quotas = quotas
        self.fitting = [[item.id for item in pool if fits(q, item)] for q in quotas]
        if rng is not None:
            for ids in self.fitting:
                rng.shuffle(ids)
        self.owner: dict[int, int] = {}
        self.load = [0] * len(quotas)
        # An item once taken is never free again: the search only moves forward.
        self._next = [0] * len(quotas)

    def place_all(self, items: Sequence[int]) -> list[int]:
        """Place the items that must be there; return those that find no place."""
        homes = {
            item: [s for s, ids in enumerate(self.fitting) if item in ids]
            for item in items
        }
        return [item for item in items if not self._place(item, homes, set())]

    def _place(self, item: int, homes: dict[int, list[int]], seen: set[int]) -> bool:
        for section in homes[item]:
            if section in seen:
                continue
            seen.add(section)
            if self.load[section] < self.quotas[section].count:
                self.owner[item] = section
                self.load[section] += 1
                return True
            for other in [i for i, home in self.owner.items() if home == section]:
                if self._place(other, homes, seen):
                    self.owner[item] = section
                    return True
        return False

    def fill(self) -> list[int]:
        """Fill the places that are left; return how many stay empty by section."""
        empty = []
        for section, quota in enumerate(self.quotas):
            while self.load[section] < quota.count and self.fill_place(section):
                self.load[section] += 1
            empty.append(quota.count - self.load[section])
        return empty

    def _free_item(self, section: int) -> int | None:
        ids = self.fitting[section]
        while self._next[section] < len(ids):
            item = ids[self._next[section]]
            if item not in self.owner:
                return item
            self._next[section] += 1
        return None

    def fill_place(self, section: int) -> bool:
        """Give the section one more item, moving others aside where it must."""
        came_from: dict[int, tuple[int, int]] = {}
        waiting = deque([section])
        seen = {section}
        while waiting:
            current = waiting.popleft()
            item = self._free_item(current)
            if item is not None:
                self._move_along(section, current, item, came_from)
                return True
            for taken in self.fitting[current]:
                holder = self.owner[taken]
                if holder not in seen:
                    seen.add(holder)
                    came_from[holder] = (current, taken)
                    waiting.append(holder)
        return False

    def _move_along(
        self,
        section: int,
        current: int,
        item: int,
        came_from: dict[int, tuple[int, int]],
    ) -> None:
        self.owner[item] = current
        while current != section:
            current, taken = came_from[current]
            self.owner[taken] = current


def find_shortages(
    *, quotas: Sequence[Quota], pool: Sequence[PoolItem], must: Sequence[int] = ()
) -> list[Shortage]:
    """Return the sections that can't be filled; empty: the blueprint is feasible.

    Items that must be there and find no place are told by `find_homeless`.
    """
    matching = _Matching(quotas, pool, None)
    matching.place_all(must)
    return [
        Shortage(index, quotas[index].count, len(matching.fitting[index]), missing)
        for index, missing in enumerate(matching.fill())
        if missing
    ]


def find_homeless(
    *, quotas: Sequence[Quota], pool: Sequence[PoolItem], must: Sequence[int]
) -> list[int]:
    """Return the items that must be drawn but fit nowhere, or find no room."""
    return _Matching(quotas, pool, None).place_all(must)


def draw(
    *,
    quotas: Sequence[Quota],
    pool: Sequence[PoolItem],
    rng: Random,
    must: Sequence[int] = (),
) -> list[list[int]] | None:
    """Draw item ids for each section, no item twice; None when it can't be done.

    The same pool (in the same order) and the same generator give the same draw.
    """
    matching = _Matching(quotas, pool, rng)
    if matching.place_all(must) or any(matching.fill()):
        return None
    drawn: list[list[int]] = [[] for _quota in quotas]
    for item, section in matching.owner.items():
        drawn[section].append(item)
    for ids in drawn:
        rng.shuffle(ids)
    return drawn


Levels = list[dict[int, int]]


def plan_levels(
    *, quotas: Sequence[Quota], pool: Sequence[PoolItem], must: Sequence[int] = ()
) -> Levels | None:
    """Return how many items of each difficulty every section takes.

    None: the blueprint can't be met at all. The same pool gives the same plan.
    """
    plan = [_proportional(quota, pool) for quota in quotas]
    split = _split(quotas, plan)
    if all(sum(own.values()) == q.count for own, q in zip(plan, quotas, strict=True)):
        one = draw(quotas=split, pool=pool, rng=Random(0), must=must)  # noqa: S311 -- a plan, no secret
        if one is not None:
            return plan
    drawn = draw(quotas=quotas, pool=pool, rng=Random(0), must=must)  # noqa: S311 -- a plan, no secret
    if drawn is None:
        return None
    level = {item.id: item.difficulty for item in pool}
    return [dict(Counter(level[item] for item in ids)) for ids in drawn]


def draw_by_levels(
    *,
    quotas: Sequence[Quota],
    pool: Sequence[PoolItem],
    rng: Random,
    plan: Levels,
    must: Sequence[int] = (),
) -> list[list[int]] | None:
    """Draw as `draw` does, with the difficulties of the plan in each section."""
    drawn = draw(quotas=_split(quotas, plan), pool=pool, rng=rng, must=must)
    if drawn is None:
        return None
    parts = iter(drawn)
    merged = [[i for _level in own for i in next(parts)] for own in plan]
    for ids in merged:
        rng.shuffle(ids)
    return merged


def _split(quotas: Sequence[Quota], plan: Levels) -> list[Quota]:
    return [
        replace(quota, count=count, difficulty_min=level, difficulty_max=level)
        for quota, own in zip(quotas, plan, strict=True)
        for level, count in own.items()
    ]


def _proportional(quota: Quota, pool: Sequence[PoolItem]) -> dict[int, int]:
    """Share a section's count among the difficulties that its pool has."""
    found = Counter(item.difficulty for item in pool if fits(quota, item))
    total = sum(found.values())
    if not total:
        return {}
    exact = {level: quota.count * n / total for level, n in sorted(found.items())}
    plan = {level: int(share) for level, share in exact.items()}
    left = quota.count - sum(plan.values())
    by_rest = sorted(exact, key=lambda level: (plan[level] - exact[level], level))
    for level in by_rest[:left]:
        plan[level] += 1
    return {level: count for level, count in plan.items() if count}


def mean_difficulty(
    *,
    drawn: Sequence[Sequence[int]],
    pool: Sequence[PoolItem],
    scores: Sequence[float],
) -> float:
    """Return the measure of a draw: mean difficulty, weighted by score."""
    level = {item.id: item.difficulty for item in pool}
    weight = sum(score * len(ids) for score, ids in zip(scores, drawn, strict=True))
    total = sum(
        score * level[item]
        for score, ids in zip(scores, drawn, strict=True)
        for item in ids
    )
    return total / weight if weight else 0.0
