"""Which items stand on a paper: the pool, what must be there, what has been seen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random, SystemRandom

from django.db.models import Count
from django.utils.translation import gettext as _

from exams.domain.blueprints import (
    PoolItem,
    Quota,
    Shortage,
    draw,
    draw_by_levels,
    find_homeless,
    find_shortages,
    fits,
    plan_levels,
)
from exams.enums import DrawMode
from exams.errors import InfeasibleBlueprint
from exams.models import Item, ItemExposure, Paper, PaperSection

Drawn = list[list[int]]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A paper's quotas with the pool of a day."""

    sections: list[PaperSection]
    quotas: list[Quota]
    pool: list[PoolItem]
    must: list[int]

    @property
    def total_score(self) -> Decimal:
        return sum((s.count * s.score for s in self.sections), Decimal(0))


def blueprint_of(*, paper: Paper, on: date) -> Blueprint:
    """Read a paper's blueprint and the items it may draw on a day."""
    sections = list(paper.sections.prefetch_related("topics"))
    must = paper.paper_items.order_by("sort_order", "pk")
    return Blueprint(
        sections=sections,
        quotas=quotas_of(sections),
        pool=pool_of(paper=paper, on=on),
        must=list(must.values_list("item_id", flat=True)),
    )


def quotas_of(sections: Sequence[PaperSection]) -> list[Quota]:
    """Return the blueprint without its rows."""
    return [
        Quota(
            type_name=section.type,
            count=section.count,
            cardinality=section.cardinality,
            topics=frozenset(topic.pk for topic in section.topics.all()),
            difficulty_min=section.difficulty_min,
            difficulty_max=section.difficulty_max,
        )
        for section in sections
    ]


def pool_of(*, paper: Paper, on: date) -> list[PoolItem]:
    """Return the usable items of the paper's banks, in a stable order."""
    rows = (
        Item.objects.usable(on)
        .non_polymorphic()
        .filter(bank__papers=paper)
        .order_by("pk")
        .values_list("pk", "type", "cardinality", "topic_id", "difficulty", "roles")
    )
    return [
        PoolItem(pk, type_name, cardinality, topic, difficulty)
        for pk, type_name, cardinality, topic, difficulty, roles in rows
        if not paper.role or paper.role in roles
    ]


def blueprint_shortages(*, paper: Paper, on: date) -> list[Shortage]:
    """Return what the banks lack for this blueprint on a day."""
    own = blueprint_of(paper=paper, on=on)
    return find_shortages(quotas=own.quotas, pool=own.pool, must=own.must)


def shortage_text(shortage: Shortage) -> str:
    """Say in one sentence which section lacks what."""
    return _(
        "Section %(section)d asks for %(asked)d items; %(fitting)d fit, "
        "and %(missing)d are missing once the other sections have theirs."
    ) % {
        "section": shortage.section + 1,
        "asked": shortage.asked,
        "fitting": shortage.fitting,
        "missing": shortage.missing,
    }


def refusal_reasons(*, paper: Paper, on: date) -> list[str]:
    """Return every reason why the blueprint can't be published; empty: it can."""
    own = blueprint_of(paper=paper, on=on)
    if not own.sections:
        return [_("The paper has no items yet.")]
    shortages = find_shortages(quotas=own.quotas, pool=own.pool, must=own.must)
    reasons = [shortage_text(shortage) for shortage in shortages]
    homeless = find_homeless(quotas=own.quotas, pool=own.pool, must=own.must)
    if homeless:
        codes = Item.objects.non_polymorphic().filter(pk__in=homeless)
        named = "、".join(codes.order_by("code").values_list("code", flat=True))
        reasons.append(
            _(
                "These items must be included, but fit no section with room for them "
                "(or are not reviewed, or not in the banks): %(codes)s."
            )
            % {"codes": named}
        )
    if paper.total_score is not None and own.total_score != paper.total_score:
        reasons.append(
            _("The sections add up to %(sum)s points, not to %(total)s.")
            % {
                "sum": f"{own.total_score.normalize():f}",
                "total": f"{paper.total_score.normalize():f}",
            }
        )
    return reasons


def infeasible(*, paper: Paper, on: date) -> InfeasibleBlueprint:
    """Build the refusal with its reasons in words and for programs."""
    reasons = refusal_reasons(paper=paper, on=on)
    return InfeasibleBlueprint(
        "infeasible_blueprint",
        " ".join(reasons) or _("The paper has no items yet."),
        shortages=[
            {"section": s.section + 1, "asked": s.asked, "missing": s.missing}
            for s in blueprint_shortages(paper=paper, on=on)
        ],
    )


def drawn_for(*, paper: Paper, rng: Random, on: date) -> tuple[Drawn, Blueprint]:
    """Return the item ids of each section for one candidate.

    Raises:
        InfeasibleBlueprint: items were retired since the paper was published.
    """
    own = blueprint_of(paper=paper, on=on)
    drawn: Drawn | None = None
    if paper.draw_mode == DrawMode.ONCE and is_shared_draw_valid(paper, own):
        drawn = [list(ids) for ids in paper.shared_draw or []]
    elif own.quotas:
        drawn = draw_fresh(paper=paper, blueprint=own, rng=rng)
    if drawn is None:
        raise infeasible(paper=paper, on=on)
    return drawn, own


def draw_fresh(*, paper: Paper, blueprint: Blueprint, rng: Random) -> Drawn | None:
    """Draw under the rules of the paper; None when the quotas can't be met.

    The exposure limit never keeps a candidate out: when the fresh items do not
    suffice, those come next that were seen least.
    """
    quotas, pool, must = blueprint.quotas, blueprint.pool, blueprint.must
    plan = None
    if paper.equal_difficulty:
        plan = plan_levels(quotas=quotas, pool=pool, must=must)
        if plan is None:
            return None
    for fresh in _pools(paper, pool, must):
        if plan is None:
            drawn = draw(quotas=quotas, pool=fresh, rng=rng, must=must)
        else:
            drawn = draw_by_levels(
                quotas=quotas, pool=fresh, rng=rng, plan=plan, must=must
            )
        if drawn is not None:
            return drawn
    return None


def _pools(
    paper: Paper, pool: list[PoolItem], must: Sequence[int]
) -> list[list[PoolItem]]:
    if paper.exposure_limit is None:
        return [pool]
    seen = exposures_of(paper=paper)
    steps = sorted({n for n in seen.values() if n >= paper.exposure_limit})
    limits = [paper.exposure_limit - 1, *steps]
    always = set(must)
    return [
        [item for item in pool if item.id in always or seen[item.id] <= limit]
        for limit in limits
    ]


def exposures_of(*, paper: Paper) -> Counter[int]:
    """Return on how many candidates' papers each item stood."""
    rows = ItemExposure.objects.filter(paper=paper).values_list("item_id")
    return Counter(dict(rows.annotate(times=Count("pk")).order_by()))


def record_exposures(*, paper: Paper, drawn: Drawn) -> None:
    """Remember what was drawn, where the paper has a limit."""
    if paper.exposure_limit is not None:
        ItemExposure.objects.bulk_create(
            ItemExposure(paper=paper, item_id=item) for ids in drawn for item in ids
        )


def is_shared_draw_valid(paper: Paper, blueprint: Blueprint) -> bool:
    """Tell whether the one draw for all still meets the blueprint."""
    drawn = paper.shared_draw
    if not drawn or len(drawn) != len(blueprint.quotas):
        return False
    by_id = {item.id: item for item in blueprint.pool}
    flat = [item for ids in drawn for item in ids]
    fits_all = all(
        len(ids) == quota.count
        and all(item in by_id and fits(quota, by_id[item]) for item in ids)
        for quota, ids in zip(blueprint.quotas, drawn, strict=True)
    )
    return fits_all and len(set(flat)) == len(flat) and set(blueprint.must) <= set(flat)


def fix_shared_draw(*, paper: Paper, on: date) -> None:
    """Make the one draw for all; one that still holds stays as it is."""
    own = blueprint_of(paper=paper, on=on)
    if paper.draw_mode != DrawMode.ONCE:
        paper.shared_draw = None
    elif not is_shared_draw_valid(paper, own):
        paper.shared_draw = draw_fresh(paper=paper, blueprint=own, rng=SystemRandom())
    Paper.objects.filter(pk=paper.pk).update(shared_draw=paper.shared_draw)
