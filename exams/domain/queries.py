"""Reads that pages share."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from exams.enums import AttemptState, ItemType, ScoringRule, Selection
from exams.models import Attempt, Exam, Item, Paper
from lms.accounts.models import User


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What a candidate may know before the start."""

    item_count: int
    max_score: Decimal

    def pass_score(self, pass_mark: Decimal) -> Decimal:
        """Points needed."""
        return (self.max_score * pass_mark).quantize(Decimal("0.01"))


def paper_facts(*, exam: Exam) -> PaperFacts:
    """Return number of items and points of an exam's paper."""
    if exam.paper.selection == Selection.BLUEPRINT:
        sections = list(exam.paper.sections.all())
        return PaperFacts(
            sum(section.count for section in sections),
            sum((s.count * s.score for s in sections), Decimal(0)),
        )
    rows = exam.paper.paper_items
    facts = rows.aggregate(
        total=Sum(Coalesce("score", "item__score")),
        cases=Count("pk", filter=Q(item__type=ItemType.CASE)),
        items=Count("pk"),
    )
    parts = Item.objects.non_polymorphic().filter(parent__in=rows.values("item"))
    positions = facts["items"] - facts["cases"] + parts.count()
    return PaperFacts(positions, facts["total"] or Decimal(0))


def has_penalty(*, paper: Paper) -> bool:
    """Return whether a wrong answer may cost points on this paper."""
    rows = (
        paper.sections if paper.selection == Selection.BLUEPRINT else paper.paper_items
    )
    return bool(rows.filter(scoring=ScoringRule.NEGATIVE).exists())


def attempts_of(*, exam: Exam, candidate: User) -> list[Attempt]:
    """Return a candidate's attempts that count, the newest first, with results."""
    return list(
        Attempt.objects.filter(exam=exam, candidate=candidate)
        .exclude(state=AttemptState.VOIDED)
        .select_related("result")
        .order_by("-number")
    )


def latest_results(*, candidate: User, limit: int = 10) -> list[Attempt]:
    """Return a person's last attempts whose result is released."""
    return list(
        Attempt.objects.filter(candidate=candidate, state=AttemptState.FINALIZED)
        .select_related("exam", "result")
        .order_by("-submitted_at")[:limit]
    )
