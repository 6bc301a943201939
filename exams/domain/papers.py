"""From a paper to what one candidate is shown."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from exams.domain.drawing import (
    blueprint_shortages,
    drawn_for,
    fix_shared_draw,
    infeasible,
    record_exposures,
    refusal_reasons,
    shortage_text,
)
from exams.domain.item_media import material_of
from exams.enums import ItemStatus, ItemType, PaperState, Selection
from exams.errors import InfeasibleBlueprint
from exams.interactions import interaction_for
from exams.interactions.rules import DEFAULT_PENALTY, NEGATIVE
from exams.models import Item, Paper

CENT = Decimal("0.01")

__all__ = [
    "Chosen",
    "FrozenPaper",
    "blueprint_shortages",
    "build_paper",
    "choose_items",
    "freeze_items",
    "group_by_topic",
    "publish_paper",
    "shortage_text",
]


class Worth(NamedTuple):
    """What the paper says an item is worth, and by which rule. Empty: its own."""

    score: Decimal | None
    scoring: str = ""
    penalty: Decimal | None = None


# Item id, section and worth of each place.
Chosen = list[tuple[int, int, Worth]]


@dataclass(frozen=True, slots=True)
class FrozenPaper:
    """One candidate's paper: `blob` is shown, `key` stays on the server.

    Attributes:
        item_ids: primary keys of what was drawn; a case without its parts.
    """

    blob: dict[str, Any]
    key: dict[str, Any]
    item_ids: tuple[int, ...] = ()

    @property
    def position_count(self) -> int:
        return len(self.blob["items"])


def publish_paper(*, paper: Paper, on: date) -> Paper:
    """Let exams use the paper. Publishing again checks again.

    Raises:
        InfeasibleBlueprint: with the reason, and `shortages` for programs.
    """
    if paper.selection == Selection.BLUEPRINT:
        if refusal_reasons(paper=paper, on=on):
            raise infeasible(paper=paper, on=on)
        fix_shared_draw(paper=paper, on=on)
    elif not paper.paper_items.exists():
        raise InfeasibleBlueprint(
            "infeasible_blueprint", _("The paper has no items yet."), shortages=[]
        )
    else:
        _refuse_unreviewed(paper)
    Paper.objects.filter(pk=paper.pk).update(state=PaperState.PUBLISHED)
    paper.state = PaperState.PUBLISHED
    return paper


def _refuse_unreviewed(paper: Paper) -> None:
    """A draft on a list is a mistake; what waits for a recheck may stay on it."""
    drafts = paper.paper_items.filter(
        item__status__in=(ItemStatus.DRAFT, ItemStatus.RETIRED)
    )
    codes = list(drafts.order_by("sort_order").values_list("item__code", flat=True))
    if codes:
        raise InfeasibleBlueprint(
            "items_not_reviewed",
            _("These items are not reviewed or were retired: %(codes)s.")
            % {"codes": ", ".join(codes[:20])},
            shortages=[],
        )


def build_paper(*, paper: Paper, seed: int, on: date) -> FrozenPaper:
    """Draw and freeze one candidate's paper.

    The seed decides the draw, the order and the labels: the same seed over the same
    banks gives the same paper (unless an exposure limit counts on in between).

    Raises:
        InfeasibleBlueprint: items were retired since the paper was published.
    """
    rng = Random(seed)  # noqa: S311 -- reproducible on purpose; the seed is secret
    chosen = choose_items(paper=paper, rng=rng, on=on)
    if paper.selection == Selection.BLUEPRINT:
        record_exposures(paper=paper, drawn=[[item for item, _s, _m in chosen]])
    return freeze_items(paper=paper, chosen=chosen, rng=rng)


def choose_items(*, paper: Paper, rng: Random, on: date) -> Chosen:
    """Return item id, section and score of each place, in the order of sections."""
    if paper.selection == Selection.FIXED:
        return _fixed_items(paper)
    drawn, own = drawn_for(paper=paper, rng=rng, on=on)
    return [
        (item_id, index, Worth(section.score, section.scoring, section.penalty))
        for index, (section, ids) in enumerate(zip(own.sections, drawn, strict=True))
        for item_id in ids
    ]


def freeze_items(*, paper: Paper, chosen: Chosen, rng: Random) -> FrozenPaper:
    """Freeze what was chosen, shuffled as the paper says."""
    items = _load_items([item_id for item_id, _section, _worth in chosen])
    units = [
        (items[item_id], section, worth)
        for item_id, section, worth in chosen
        if item_id in items
    ]
    if paper.shuffle_items:
        rng.shuffle(units)
    return _freeze(units, rng=rng if paper.shuffle_options else None)


def _fixed_items(paper: Paper) -> Chosen:
    rows = paper.paper_items.order_by("sort_order", "pk")
    facts = rows.values_list("item_id", "score", "scoring", "penalty")
    return [
        (item, 0, Worth(score, scoring, penalty))
        for item, score, scoring, penalty in facts
    ]


@dataclass(slots=True)
class _Loaded:
    item: Item
    children: list[Item]


def _load_items(ids: Sequence[int]) -> dict[int, _Loaded]:
    loaded = {
        item.pk: _Loaded(item, [])
        for item in Item.objects.non_polymorphic()
        .filter(pk__in=ids)
        .select_related("current_revision", "topic")
    }
    if any(entry.item.type == ItemType.CASE for entry in loaded.values()):
        for child in (
            Item.objects.non_polymorphic()
            .filter(parent_id__in=ids)
            # A part that was added later waits for its review, like any item.
            .exclude(status=ItemStatus.RETIRED)
            .exclude(~Q(parent__status=ItemStatus.DRAFT), status=ItemStatus.DRAFT)
            .select_related("current_revision", "topic")
            .order_by("parent_id", "order", "pk")
        ):
            if child.parent_id is not None:
                loaded[child.parent_id].children.append(child)
    return loaded


def _freeze(
    units: Sequence[tuple[_Loaded, int, Worth]], *, rng: Random | None
) -> FrozenPaper:
    shown: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    cases = 0
    for loaded, section, worth in units:
        parts = loaded.children if loaded.item.type == ItemType.CASE else [loaded.item]
        scores = _share_out(worth.score, [part.score for part in parts])
        material = None
        if loaded.item.type == ItemType.CASE:
            cases += 1
            material = material_of(number=cases, content=loaded.item.content)
        for part, max_score in zip(parts, scores, strict=True):
            position = len(shown) + 1
            view, key = _freeze_item(part, max_score, rng)
            _apply_rule(view, key, worth)
            view |= {"position": position, "section": section}
            if material:
                view["material"] = material
                key["case"] = str(loaded.item.public_id)
            shown.append(view)
            keys[str(position)] = key
    ids = tuple(loaded.item.pk for loaded, _section, _worth in units)
    return FrozenPaper({"version": 1, "items": shown}, keys, ids)


def _freeze_item(
    item: Item, max_score: Decimal, rng: Random | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    content = item.content
    frozen = interaction_for(item.type).freeze(
        content | {"language": item.language}, rng=rng
    )
    view = frozen.view | {"type": item.type, "max_score": str(max_score)}
    key = frozen.key | {
        "type": item.type,
        "item": str(item.public_id),
        "revision": item.current_revision_id,
        "topic": item.topic.name if item.topic else "",
        "max_score": str(max_score),
        "explanation": content.get("explanation", ""),
    }
    return view, key


def _apply_rule(view: dict[str, Any], key: dict[str, Any], worth: Worth) -> None:
    """Freeze the paper's rule; a candidate is told what a wrong answer costs."""
    if not interaction_for(key["type"]).is_objective:
        return
    if worth.scoring:
        key["scoring"] = worth.scoring
    if key.get("scoring") == NEGATIVE:
        penalty = DEFAULT_PENALTY if worth.penalty is None else worth.penalty
        key["penalty"] = str(penalty)
        view["penalty"] = str((Decimal(key["max_score"]) * penalty).quantize(CENT))


def _share_out(total: Decimal | None, own: Sequence[Decimal]) -> list[Decimal]:
    """Split a section's score among the parts of a case by their own scores."""
    if total is None or not own:
        return list(own)
    if len(own) == 1:
        return [total]
    weight = sum(own)
    parts = [(total * s / weight).quantize(CENT, rounding=ROUND_DOWN) for s in own]
    parts[-1] += total - sum(parts)
    return parts


def group_by_topic(keys: dict[str, Any]) -> dict[str, list[int]]:
    """Return topic name → positions."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, key in keys.items():
        positions[key["topic"]].append(int(position))
    return dict(positions)
