"""Gather what a completed enrollment proves: the only place that reads live rows."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from certificates.domain.payload import Facts, Hours, credit_hours
from certificates.models import Certificate
from courses.models import Enrollment
from exams.enums import AttemptState, ExamKind
from exams.models import Attempt
from lms.compliance.models import CreditEntry
from lms.core.clock import shanghai_date
from lms.organizations.domain.queries import name_on

OTHER_LANGUAGE = {"zh-hans": "en", "en": "zh-hans"}


def gather_facts(*, enrollment: Enrollment, language: str) -> Facts:
    """Return the facts in the words and names of the day of completion."""
    completed_on = shanghai_date(enrollment.completed_at or enrollment.enrolled_at)
    titles = enrollment.syllabus.content["titles"]
    title = enrollment.syllabus.title(language)
    other = titles.get(OTHER_LANGUAGE.get(language, ""), "")
    organization_id = enrollment.organization_id
    return Facts(
        holder=enrollment.learner,
        title=title,
        title_other=other if other != title else "",
        completed_on=completed_on,
        course_key=enrollment.course_key,
        organization_id=organization_id,
        organization_name=organization_named(organization_id, on=completed_on),
        hours=_hours(enrollment),
        score=_score(enrollment),
    )


def organization_named(organization_id: int | None, *, on: date) -> str:
    """Return what an organization was called on a day; empty for none."""
    if organization_id is None:
        return ""
    return name_on(organization_id=organization_id, on=on)


def facts_again(certificate: Certificate) -> Facts:
    """Return the frozen facts of a certificate, for the same person as named today."""
    frozen = certificate.facts
    score = frozen["score"]
    return Facts(
        holder=certificate.holder,
        title=frozen["title"]["text"],
        title_other=frozen["title"]["other"],
        completed_on=date.fromisoformat(frozen["completed_on"]),
        course_key=certificate.course_key,
        organization_id=certificate.organization_id,
        organization_name=frozen["organization"] or "",
        hours=tuple(
            Hours(row["seconds"], row["label"], row["label_en"])
            for row in frozen["hours"]
        ),
        score=(score["score"], score["max"]) if score else None,
    )


def _hours(enrollment: Enrollment) -> tuple[Hours, ...]:
    """Return what stands in the ledger for this enrollment, if it is worth a line.

    Minutes that do not make a tenth of an hour would be printed as 0.0.
    """
    entries = CreditEntry.objects.filter(enrollment_id=enrollment.pk)
    seconds = int(entries.aggregate(total=Sum("seconds"))["total"] or 0)
    return (Hours(seconds=seconds),) if Decimal(credit_hours(seconds)) else ()


def _score(enrollment: Enrollment) -> tuple[str, str] | None:
    """Return the best passed result, summed over the formal exams of the course."""
    best: dict[int, tuple[Decimal, Decimal]] = {}
    passed = Attempt.objects.filter(
        enrollment=enrollment,
        exam__kind=ExamKind.FORMAL,
        state=AttemptState.FINALIZED,
        result__passed=True,
    )
    for exam_id, raw, most in passed.values_list(
        "exam_id", "result__raw", "result__max"
    ):
        if raw is None:
            continue  # no passed result lacks a score: the database sees to it
        best[exam_id] = max(best.get(exam_id, (raw, most)), (raw, most))
    if not best:
        return None
    reached = sum((raw for raw, _ in best.values()), Decimal(0))
    possible = sum((most for _, most in best.values()), Decimal(0))
    return score_of(reached, possible)


def score_of(reached: Decimal, possible: Decimal) -> tuple[str, str]:
    """Return points as they are printed."""
    return plain_number(reached), plain_number(possible)


def plain_number(value: Decimal) -> str:
    """Return 100 for 100.00 and 87.5 for 87.50."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
