"""What stands behind a certificate: study days and attempts. Each look is recorded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from certificates.domain.facts import plain_number
from certificates.domain.training_evidence import evidence_batch, evidence_name
from certificates.models import Certificate, CertificateBatch
from exams.models import Attempt
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.models import CreditEntry

OBJECT_TYPE = "certificates.certificate"
# Nobody studies longer on one day: what is above asks for a closer look.
LONG_DAY_SECONDS = 10 * 3600


@dataclass(frozen=True)
class StudyDay:
    """One day of the ledger; seconds of study time."""

    on: date
    seconds: int
    entries: int
    is_long: bool


@dataclass(frozen=True)
class Sitting:
    """One attempt at an exam of the course."""

    title: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    score: str
    passed: bool | None


@dataclass(frozen=True)
class Evidence:
    days: list[StudyDay]
    sittings: list[Sitting]
    training: CertificateBatch | None = None
    training_file: str = ""

    @property
    def seconds(self) -> int:
        return sum(day.seconds for day in self.days)


@transaction.atomic
def look_at_evidence(*, certificate: Certificate, by: User) -> Evidence:
    """Return study days and attempts; the look is recorded for the holder to see."""
    record(
        actor=by,
        verb=Verb.EVIDENCE_VIEWED,
        object_type=OBJECT_TYPE,
        object_id=certificate.number,
        organization_id=certificate.organization_id,
    )
    training = evidence_batch(certificate=certificate)
    days = (
        _entries(certificate)
        .order_by("credited_on")
        .values("credited_on")
        .annotate(total=Sum("seconds"), entries=Count("pk"))
    )
    attempts = (
        _attempts(certificate).select_related("exam", "result").order_by("started_at")
    )
    return Evidence(
        days=[
            StudyDay(
                on=row["credited_on"],
                seconds=row["total"],
                entries=row["entries"],
                is_long=row["total"] > LONG_DAY_SECONDS,
            )
            for row in days
        ],
        sittings=[_sitting(attempt) for attempt in attempts],
        training=training,
        training_file=evidence_name(training) if training else "",
    )


def _entries(certificate: Certificate) -> QuerySet[CreditEntry]:
    """Return the entries of the course, or those that met the statutory duty."""
    if certificate.enrollment_id is not None:
        return CreditEntry.objects.filter(enrollment_id=certificate.enrollment_id)
    duty = certificate.obligation
    if duty is None:
        return CreditEntry.objects.none()
    return CreditEntry.objects.filter(
        subject_id=certificate.subject_id,
        organization_id=certificate.organization_id,
        credited_on__range=(duty.period_start, duty.met_on or duty.period_end),
    )


def _attempts(certificate: Certificate) -> QuerySet[Attempt]:
    if certificate.enrollment_id is not None:
        return Attempt.objects.filter(enrollment_id=certificate.enrollment_id)
    if certificate.exam_id is not None:
        return Attempt.objects.filter(
            exam_id=certificate.exam_id, candidate_id=certificate.holder_id
        )
    return Attempt.objects.none()


def _sitting(attempt: Attempt) -> Sitting:
    result: Any = getattr(attempt, "result", None)
    score, passed = "", None
    if result is not None and result.raw is not None:
        score = f"{plain_number(result.raw)} / {plain_number(result.max)}"
        passed = result.passed
    return Sitting(
        title=str(attempt.exam),
        number=attempt.number,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
        score=score,
        passed=passed,
    )
