"""What an inspector asks an enterprise about: study days nobody has, papers alike.

Facts and a statistic, no verdicts. Each line names the certificate behind which the
evidence stands; to look at that is recorded for the person concerned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from certificates.models import Certificate
from exams.domain.likeness import likeness_report
from exams.enums import ExamKind
from exams.models import Attempt, Exam
from lms.accounts.models import User
from lms.compliance.models import CreditEntry
from lms.reporting.domain.evidence import LONG_DAY_SECONDS

# Comparing an exam of 500 papers takes about a second.
MAX_EXAMS = 12
LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True)
class LongDay:
    """A person with more study time on one day than a day has room for.

    Attributes:
        numbers: certificates that rest on this day, maybe none yet.
    """

    person: str
    on: date
    seconds: int
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlikeSitting:
    """One of two papers that are more alike than chance explains."""

    person: str
    submitted_at: datetime | None
    number: str


@dataclass(frozen=True)
class AlikePapers:
    """A pair of papers (雷同卷) of one exam.

    Attributes:
        both_wrong: items that both answered wrongly; `matching` with the same answer,
            where chance would give `expected`.
        one_in: among honest papers of this exam, one in so many shows such a pair.
    """

    exam: str
    sittings: tuple[AlikeSitting, AlikeSitting]
    both_wrong: int
    matching: int
    expected: float
    one_in: int


@dataclass(frozen=True)
class Comparison:
    """The pairs, and what was compared: `is_cut` when there was more than fits."""

    pairs: list[AlikePapers]
    exam_count: int
    paper_count: int
    is_cut: bool


def long_days(*, organization_id: int, limit: int = 20) -> list[LongDay]:
    """Return study days longer than ten hours, the longest first."""
    rows = list(
        CreditEntry.objects.filter(organization_id=organization_id)
        .order_by()
        .values("subject_id", "credited_on")
        .annotate(total=Sum("seconds"))
        .filter(total__gt=LONG_DAY_SECONDS)
        .order_by("-total", "credited_on", "subject_id")[:limit]
    )
    subjects = {row["subject_id"] for row in rows}
    people = {
        person.subject_id: person.get_full_name()
        for person in User.objects.filter(subject_id__in=subjects)
    }
    behind = _certificates_behind(organization_id, subjects)
    return [
        LongDay(
            people.get(row["subject_id"], "—"),
            row["credited_on"],
            row["total"],
            tuple(behind.get((row["subject_id"], row["credited_on"]), [])),
        )
        for row in rows
    ]


def _certificates_behind(
    organization_id: int, subjects: set[UUID]
) -> dict[tuple[UUID, date], list[str]]:
    """Return the numbers of certificates by person and study day."""
    numbers = _numbers(
        Certificate.objects.filter(
            organization_id=organization_id, subject_id__in=subjects
        )
    )
    found: dict[tuple[UUID, date], list[str]] = {}
    entries = CreditEntry.objects.filter(
        organization_id=organization_id, enrollment_id__in=numbers
    )
    keys = entries.order_by("enrollment_id").values_list(
        "subject_id", "credited_on", "enrollment_id"
    )
    for subject, day, enrollment in keys.distinct():
        found.setdefault((subject, day), []).append(numbers[enrollment or 0])
    return found


def _numbers(rows: Iterable[Certificate]) -> dict[int, str]:
    """Return the number of the current certificate by enrollment."""
    return {
        row.enrollment_id: row.number
        for row in rows
        if row.enrollment_id is not None and row.state != "superseded"
    }


def alike_papers(*, organization_id: int, now: datetime) -> Comparison:
    """Compare the papers of an enterprise's exams of the last year, newest first.

    The whole exam is compared, since what is usual is learned from all who sat it; a
    pair is shown when both sat it for this enterprise. Of people of other enterprises
    nothing is told.
    """
    mine = Attempt.objects.filter(
        organization_id=organization_id,
        exam__kind=ExamKind.FORMAL,
        submitted_at__gte=now - LOOKED_BACK,
    )
    exams = list(
        Exam.objects.filter(pk__in=mine.values("exam_id")).order_by("-pk")[
            : MAX_EXAMS + 1
        ]
    )
    pairs, papers, is_cut = [], 0, len(exams) > MAX_EXAMS
    for exam in exams[:MAX_EXAMS]:
        report = likeness_report(exam=exam)
        papers += report.paper_count
        is_cut = is_cut or report.is_cut
        pairs += [
            (exam, pair, first, second)
            for pair, first, second in report.pairs
            if first.organization_id == second.organization_id == organization_id
        ]
    sittings = [attempt for _exam, _pair, *both in pairs for attempt in both]
    people = User.objects.in_bulk({attempt.candidate_id for attempt in sittings})
    numbers = _numbers(
        Certificate.objects.filter(
            enrollment_id__in={a.enrollment_id for a in sittings if a.enrollment_id}
        )
    )

    def sitting(attempt: Attempt) -> AlikeSitting:
        person = people.get(attempt.candidate_id)
        return AlikeSitting(
            person=person.get_full_name() if person else "—",
            submitted_at=attempt.submitted_at,
            number=numbers.get(attempt.enrollment_id or 0, ""),
        )

    return Comparison(
        pairs=[
            AlikePapers(
                exam=str(exam),
                sittings=(sitting(first), sitting(second)),
                both_wrong=pair.both_wrong,
                matching=pair.matching,
                expected=pair.expected,
                one_in=min(1_000_000, int(1 / pair.adjusted)),
            )
            for exam, pair, first, second in pairs
        ],
        exam_count=min(len(exams), MAX_EXAMS),
        paper_count=papers,
        is_cut=is_cut,
    )
