"""Make a printed set: the same items twice, in two orders, frozen with their keys."""

import secrets
from datetime import date, datetime
from random import Random
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from exams.domain.papers import Chosen, FrozenPaper, choose_items, freeze_items
from exams.enums import Selection
from exams.models import Paper, PaperPrint
from lms.accounts.models import User

VERSIONS = ("A", "B")
SEED_BITS = 62
TRIES = 20


def print_paper(
    *, paper: Paper, by: User | None, on: date, now: datetime
) -> PaperPrint:
    """Draw once, order twice, and keep the result.

    Items are shuffled inside their section, so that headings hold; a case stays whole.

    Raises:
        InfeasibleBlueprint: the banks no longer hold what the blueprint asks for.
    """
    rng = Random(secrets.randbits(SEED_BITS))  # noqa: S311 -- seeded from the system
    chosen = choose_items(paper=paper, rng=rng, on=on)
    content = {
        "title": paper.title,
        "sections": _headings(paper),
        "versions": _versions(paper, chosen, rng),
    }
    for _attempt in range(TRIES):
        last = paper.prints.aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                return PaperPrint.objects.create(
                    paper=paper,
                    number=last + 1,
                    content=content,
                    created_at=now,
                    created_by=by,
                )
        except IntegrityError:
            continue
    raise IntegrityError("no number for the printed set")


def _headings(paper: Paper) -> list[str]:
    if paper.selection == Selection.FIXED:
        return []
    return [section.title for section in paper.sections.all()]


def _versions(paper: Paper, chosen: Chosen, rng: Random) -> dict[str, Any]:
    first = _version(paper, chosen, rng)
    second = first
    for _attempt in range(TRIES):
        second = _version(paper, chosen, rng)
        if second["items"] != first["items"]:
            break
    return dict(zip(VERSIONS, (first, second), strict=True))


def _version(paper: Paper, chosen: Chosen, rng: Random) -> dict[str, Any]:
    mixed: Chosen = []
    for section in dict.fromkeys(section for _item, section, _score in chosen):
        own = [one for one in chosen if one[1] == section]
        rng.shuffle(own)
        mixed += own
    # The order is ours already; the paper's switch would mix the sections.
    frozen: FrozenPaper = freeze_items(
        paper=Paper(shuffle_items=False, shuffle_options=True), chosen=mixed, rng=rng
    )
    return {"items": frozen.blob["items"], "keys": frozen.key}
